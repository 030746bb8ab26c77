"""The journée in a real browser: what happens appears without destroying what is being typed; every screen accessible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from config import Settings
from intake import presences
from intake.cases import new_case, take_step
from intake.models import badges, days, irritants, people, slots
from intake.models.days import Journee
from intake.models.dossiers import Dossier
from intake.models.people import Person, RoleGrant
from tests.browser.conftest import PHONE, House
from tests.cast import LONG_AGO, opened, principale
from tests.conftest import SECRET

TEN = datetime(2027, 3, 18, 9, 12, tzinfo=UTC)
NAMES = (("Ana", "Moreau"), ("Noé", "Caron"), ("Lina", "Delcourt-Vanhoutte"))


@contextmanager
def inside(house: House) -> Iterator[Journee]:
    """The data of this house, beside its server; the journée of the day."""
    settings = Settings(data=house.folder / "data", database_url=f"sqlite:///{house.folder / 'data' / 'parcours.db'}",
                        secret_key=SECRET, public_url=house.url, key_file=house.folder / "data" / "keys", work=False)
    with opened(settings):
        yield days.journee_on(TEN.date()) or Journee.create(day=TEN.date(), planned=TEN.date(), place="Moulin")


def fill(journee: Journee) -> None:
    """Three members, slots, a name to match, what coince."""
    sami = people.find_by_email("sami@exemple.fr")
    claire = people.find_by_email("claire@exemple.fr")
    assert sami is not None and claire is not None
    for number, (first, last) in enumerate(NAMES):
        person = Person.create(first_name=first, last_name=last, email=f"p{number}@exemple.fr", created_at=TEN)
        dossier = Dossier.create(number=f"OPT-2027-{number:04}", person=person, antenna=principale(), opened_at=TEN)
        take_step(new_case(dossier, "cape"), "take_over", by=sami, key=None, raw={
            "stage": "trading", "since": "2027-01-01", "first_day": "2027-01-01", "last_day": "2027-12-31",
            "reason": "Reprise"})
    badges.give_badges([Person.get(Person.first_name == "Ana")])
    slots.open_slots(journee, [time(14), time(15)], claire)
    slots.book_slot(slots.slots_of(journee)[0].uid, person=Person.get(Person.first_name == "Noé"), key="k")
    presences.sign(journee, "morning", person=None, name="Moreau Anna", how="name", at=TEN, key="n")
    RoleGrant.create(person=claire, role="coop_life", since=LONG_AGO)
    irritants.drop_irritant(journee.day, text="La salle est froide", subject="other", key="i")


@pytest.fixture
def house(staffed_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The house on the day of a journée, served."""
    found = staffed_house.copied_to(tmp_path)
    found.clock.set(TEN)
    monkeypatch.setenv("INTAKE_NOW", f"@{found.clock.file}")
    with inside(found) as journee:
        fill(journee)
    found.start()
    yield found
    found.stop()


def test_the_journee_lives_and_every_screen_is_accessible(house: House, page: Page, axe: Callable[[Page], None]) -> None:
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    house.sign_in(page, "claire@exemple.fr")
    with inside(house) as journee:
        path = f"/journees/{journee.uid}"

    page.clock.install()
    page.goto(house.url + path)
    expect(page.get_by_text("Aucune présence notée.")).to_be_visible()
    search = page.get_by_label("Nom", exact=True)
    search.press_sequentially("Mor")
    with inside(house) as journee:
        presences.sign(journee, "morning", person=Person.get(Person.first_name == "Ana"), name="", how="badge", at=TEN, key="")
    page.clock.run_for(21_000)
    page.clock.resume()
    expect(page.locator("#presences")).to_contain_text("Ana Moreau")
    expect(search).to_have_value("Mor")
    expect(search).to_be_focused()
    expect(page.get_by_role("link", name="Présences 1")).to_be_visible()

    tray = house.url + "/journees/a-verifier"
    page.goto(tray)
    match = page.get_by_role("link", name="Dire qui c’est").get_attribute("href") or ""
    page.goto(house.url + "/ce-qui-coince")
    answer = page.get_by_role("link", name="Répondre").first.get_attribute("href") or ""
    for address in (path, f"{path}?voir=attendues", f"{path}/papier", f"{path}/creneaux", f"{path}/creneaux/ouvrir",
                    f"{path}/fermer", f"{path}/animation", "/journees/a-verifier", match, "/ce-qui-coince", answer,
                    "/journee/ce-qui-coince", "/journees"):
        looks_well(page, house.url + address, axe)

    page.context.clear_cookies()
    house.sign_in(page, "p1@exemple.fr")
    looks_well(page, house.url + "/ma-journee", axe)
    page.get_by_role("button", name="Je viens").click()
    expect(page.locator("#ma-journee")).to_contain_text("Vous avez dit que vous venez.")
    assert not told, f"the browser complains: {told}"


def looks_well(page: Page, address: str, axe: Callable[[Page], None]) -> None:
    """Accessible, one heading, nothing wider than a telephone, nothing smaller than a finger."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(address)
    expect(page.locator("h1")).to_have_count(1)
    axe(page)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, f"{address} scrolls sideways at 360 px"
    small = page.evaluate("""() => [...document.querySelectorAll('main .button, main button, main .choice label')].filter(
        (one) => one.offsetParent && Math.min(one.offsetHeight, one.offsetWidth) < 44).map((one) => one.outerHTML)""")
    assert not small, f"{address}: smaller than 44 px: {small[:3]}"
