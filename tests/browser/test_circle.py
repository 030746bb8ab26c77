"""Claire decides, thinks again, offers a place, looks at the list and finds a peer: by keyboard, on a phone, without script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from config import Settings
from intake import moment
from intake.models.dossiers import Case
from intake.models.people import Commitment, Mandate, Person
from tests import cast as the_cast
from tests.browser.conftest import House
from tests.cast import LONG_AGO, Cast
from tests.conftest import SECRET
from tests.faults import crowd
from tests.pages.test_decision import studied

PHONE = {"width": 360, "height": 740}
ADMIT = "Inscrire sur la liste d’attente"


@contextmanager
def inside(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cast]:
    """The house's database, open beside its server; its team under the names of the cast."""
    monkeypatch.setenv("INTAKE_NOW", house.environment["INTAKE_NOW"])
    data = house.folder / "data"
    with the_cast.opened(Settings(data=data, database_url=f"sqlite:///{data / 'parcours.db'}", secret_key=SECRET,
                                  public_url=house.url, key_file=data / "keys", work=False)):
        yield who()


def who() -> Cast:
    """The team as the house knows it; those who apply, invited once."""
    found = {}
    for name in Cast.__dataclass_fields__:
        person, _ = Person.get_or_create(email=f"{name}@exemple.fr", defaults={
            "first_name": name.capitalize(), "last_name": "Moreau", "created_at": moment.now()})
        found[name] = person
    return Cast(**found)


def at(case: Case, step: str) -> str:
    return f"/dossier/{case.dossier.uid}/{case.uid}/{step}"


@pytest.fixture
def arranged(live_server: House, monkeypatch: pytest.MonkeyPatch) -> tuple[House, dict[str, Case]]:
    """Ana studied, Ben who waits, Zoé who entered and seeks a peer."""
    with inside(live_server, monkeypatch) as cast:
        for manager in (cast.marc, cast.odile):
            Mandate.get_or_create(person=manager, defaults={"since": LONG_AGO, "reference": "AG"})
        Commitment.create(person=cast.noe, signed_on=LONG_AGO)
        entering = crowd.in_papers(cast, 1, "2027-06", "Zoé")[0]
        waiting = crowd.waiting(cast, 2, "Ben")[0]
        seeking = Case.get(Case.dossier == entering.dossier_id, Case.workflow == "accompaniment")
        return live_server, {"review": studied(cast), "waiting": waiting, "seeking": crowd.again(seeking)}


def fits(page: Page) -> None:
    """At this width the page never scrolls sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def press_by_keyboard(page: Page, name: str) -> None:
    """Reach a button by its name and press it with Enter."""
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")


def test_claire_decides_undoes_offers_and_pairs(
        arranged: tuple[House, dict[str, Case]], browser: Browser, axe: Callable[[Page], None]) -> None:
    house, cases = arranged
    context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", base_url=house.url)
    page = context.new_page()
    house.sign_in(page, "claire@exemple.fr")

    page.goto(at(cases["review"], "admit"))
    expect(page.get_by_text("Ana passe de Rencontre à Liste d’attente")).to_be_visible()
    axe(page)
    press_by_keyboard(page, ADMIT)
    expect(page.locator("#recap-err")).to_contain_text("Indiquez s’il faut envoyer le message")
    page.get_by_label("Envoyer ce message", exact=True).focus()
    page.keyboard.press("Space")
    press_by_keyboard(page, ADMIT)
    expect(page.get_by_text("Étape enregistrée")).to_be_visible()
    axe(page)
    page.get_by_role("link", name=re.compile("^Annuler")).press("Enter")
    press_by_keyboard(page, "Annuler")
    expect(page.get_by_text("Étape enregistrée")).to_have_count(0)

    page.set_viewport_size(PHONE)
    page.goto("/liste-attente")
    fits(page)
    axe(page)
    page.get_by_label("Entrées par mois à partir du mois prochain").select_option("3")
    page.get_by_role("button", name="Calculer").press("Enter")
    expect(page.get_by_text("Ainsi, la", exact=False)).to_be_visible()
    expect(page).to_have_url(re.compile("entrees=3"))
    page.goto(at(cases["waiting"], "offer"))
    fits(page)
    page.get_by_label("Mois d’entrée").select_option(index=1)
    press_by_keyboard(page, "Proposer une place")
    expect(page.get_by_role("heading", name="Relisez avant d’enregistrer")).to_be_focused()
    expect(page.get_by_text("Une place est libre pour une entrée en", exact=False)).to_be_visible()
    axe(page)
    fits(page)
    press_by_keyboard(page, "Proposer une place")
    expect(page.get_by_text("Étape enregistrée")).to_be_visible()
    context.close()


def test_the_same_without_script_on_a_phone(
        arranged: tuple[House, dict[str, Case]], browser: Browser) -> None:
    house, cases = arranged
    context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", base_url=house.url, viewport=PHONE,
                                  java_script_enabled=False)
    page = context.new_page()
    house.sign_in(page, "claire@exemple.fr")
    page.goto(at(cases["review"], "admit"))
    page.get_by_label("Ne pas envoyer de message").check()
    page.get_by_role("button", name=ADMIT, exact=True).click()
    expect(page.get_by_text("Étape enregistrée")).to_be_visible()
    page.goto("/liste-attente?entrees=3")
    expect(page.get_by_text("Ainsi, la", exact=False)).to_be_visible()
    page.goto("/binomes")
    page.get_by_role("link", name=re.compile("^Proposer un binôme")).first.click()
    page.get_by_label(re.compile("^Noe Moreau")).check()
    page.get_by_role("button", name="Proposer un binôme", exact=True).click()
    expect(page.get_by_role("heading", name="Relisez avant d’enregistrer")).to_be_visible()
    page.get_by_role("button", name="Proposer un binôme", exact=True).click()
    expect(page.get_by_text("Étape enregistrée")).to_be_visible()
    context.close()
