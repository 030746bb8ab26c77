"""The board in a real browser: moved by keyboard and by clicks, on a phone, without script; nothing typed is lost (E10–E19)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from intake.models.dossiers import Event
from intake.models.letters import Letter
from intake.models.people import Person
from tests.browser.conftest import PHONE, SECRET, TEAM, House
from tests.browser.people import is_answer
from tests.browser.ways import fits_a_phone, press_by_tab, skip_to_content, tab_to
from tests.cases.test_whole_road import Road, to_review
from tests.cast import Cast, opened

PEOPLE = {"Ana": "Moreau", "Ben": "Lefort"}


@pytest.fixture(scope="module")
def board_house(staffed_house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house where Ana and Ben are to be met, served for this file."""
    house = staffed_house.copied_to(tmp_path_factory.mktemp("board"))
    with in_house(house):
        team = {name: Person.get(Person.email == f"{name}@exemple.fr") for name in TEAM}
        given = {"noe": team["claire"], "zoe": team["claire"], "ana": team["claire"], "ben": team["claire"]}
        cast = Cast(**{**team, **given})
        for first, last in PEOPLE.items():
            person = Person.create(first_name=first, last_name=last, email=f"{first}@exemple.fr".lower(),
                                   created_at=house.clock.now)
            to_review(Road(person, house.clock), cast)
    house.start()
    yield house
    house.stop()


class in_house:
    """The house’s database, open in this process; its clock is ours."""

    def __init__(self, house: House) -> None:
        from config import Settings

        data = house.folder / "data"
        self.settings = Settings(data=data, database_url=f"sqlite:///{data / 'parcours.db'}", secret_key=SECRET,
                                 public_url=house.url, key_file=data / "keys", work=False)
        self.clock, self.before = house.environment["INTAKE_NOW"], os.environ.get("INTAKE_NOW")
        self.database = opened(self.settings)

    def __enter__(self) -> None:
        os.environ["INTAKE_NOW"] = self.clock
        self.database.__enter__()

    def __exit__(self, *failure: object) -> None:
        self.database.__exit__(*failure)  # type: ignore[arg-type]
        os.environ.pop("INTAKE_NOW")
        if self.before is not None:
            os.environ["INTAKE_NOW"] = self.before


@pytest.fixture
def claire(board_house: House, page: Page) -> Page:
    page.set_default_timeout(10_000)
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    board_house.sign_in(page, "claire@exemple.fr")
    page.goto(board_house.url + "/candidatures")
    assert not told, told
    return page


def test_searching_tells_how_many_and_back_is_a_whole_page(claire: Page, board_house: House, axe: Callable[[Page], None]) -> None:
    """E10, E13, E18: said once, focus stays in the search; the address gives the same view to someone else."""
    axe(claire)
    expect(claire.locator("#annonces")).to_have_text("")
    search = claire.get_by_role("searchbox")
    search.press("Escape")
    claire.locator("h1").click()
    claire.keyboard.press("/")
    expect(search).to_be_focused()
    search.fill("ceramiste moreau")
    search.press("Enter")
    expect(claire.locator("#annonces")).to_have_text("1 candidature affichée")
    expect(claire.get_by_role("link", name="Ben Lefort", exact=True)).to_have_count(0)
    expect(search).to_be_focused()
    expect(claire.locator("#annonces")).to_have_count(1)
    assert "q=ceramiste" in claire.url
    claire.reload()
    expect(claire.get_by_role("link", name="Ana Moreau", exact=True)).to_have_count(1)
    claire.go_back()
    expect(claire.locator("header")).to_have_count(1)
    expect(claire.get_by_role("link", name="Ben Lefort", exact=True)).to_have_count(1)


def test_a_refresh_keeps_what_is_typed(claire: Page, board_house: House, browser: Browser) -> None:
    """H30, B15: under someone’s hands the board only says that it changed; left alone, it changes."""
    claire.get_by_role("searchbox").fill("quelque chose")
    with in_house(board_house):
        event = Event.select().where(Event.step == "accept_file").get()
        from intake.cases import take_step

        take_step(event.case, "ask", by=Person.get(Person.email == "salome@exemple.fr"), key=None,
                  raw={"kind": "incomplet", "subject": "Le budget", "message": ""})
    claire.evaluate("document.body.dispatchEvent(new Event('verifier'))")
    expect(claire.get_by_text("Le tableau a changé.")).to_be_visible()
    expect(claire.get_by_text("Complément attendu")).to_have_count(0)
    claire.evaluate("document.body.dispatchEvent(new Event('rafraichir'))")
    expect(claire.get_by_text("Complément attendu")).to_have_count(1)
    expect(claire.get_by_role("searchbox")).to_have_value("quelque chose")
    expect(claire.get_by_text("Le tableau a changé.")).to_have_count(0)


def test_a_card_moves_by_keyboard_alone(claire: Page, board_house: House, axe: Callable[[Page], None]) -> None:
    """E15: a panel, a choice, the step; back in its new column, announced; no letter before ten minutes."""
    skip_to_content(claire)
    press_by_tab(claire, "Déplacer… Ana Moreau")
    panel = claire.get_by_role("dialog", name="Déplacer Ana Moreau")
    expect(panel).to_be_visible()
    axe(claire)
    claire.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(claire.get_by_role("link", name="Déplacer… Ana Moreau")).to_be_focused()
    claire.keyboard.press("Enter")
    panel.get_by_role("radio", name="Mettre en pause").focus()
    claire.keyboard.press("Space")
    press_by_tab(claire, "Continuer")
    for label, value in (("Jour", "1"), ("Mois", "6"), ("Année", "2027")):
        tab_to(claire, label)
        claire.keyboard.type(value)
    tab_to(claire, "Mettre en pause")
    with claire.expect_response(is_answer) as answered:
        claire.keyboard.press("Enter")
    if "hx-redirect" not in answered.value.headers:
        expect(claire.locator("[data-a-relire]")).to_be_visible()
        claire.get_by_role("button", name="Mettre en pause").press("Enter")
    claire.wait_for_url("**deplace=**")
    expect(claire.locator("#annonces")).to_have_text("Ana Moreau passe dans Liste d’attente")
    expect(claire.locator("#liste-d-attente").get_by_role("link", name="Ana Moreau", exact=True)).to_be_visible()
    expect(claire.get_by_role("link", name="Déplacer… Ana Moreau")).to_be_focused()
    with in_house(board_house):
        assert Letter.select().where(Letter.template == "paused", Letter.status == "waiting",
                                     Letter.not_before > board_house.clock.now).count() == 1


def test_on_a_phone_one_stage_at_a_time(claire: Page, board_house: House, axe: Callable[[Page], None]) -> None:
    """E19: no sideways scroll; the links of the stages choose."""
    claire.set_viewport_size(PHONE)
    for path in ("/candidatures", "/candidatures/tableau", "/ce-qui-m-attend", "/exports/nouveau"):
        claire.goto(board_house.url + path)
        fits_a_phone(claire)
        axe(claire)
    claire.goto(board_house.url + "/candidatures?etape=rencontre")
    expect(claire.locator("#rencontre")).to_be_visible()
    expect(claire.locator("#a-lire")).to_be_hidden()
    claire.get_by_role("navigation", name="Étapes").get_by_role("link", name="À lire").click()
    expect(claire.locator("#a-lire")).to_be_visible()
    expect(claire.locator("#rencontre")).to_be_hidden()


def test_without_script_by_single_clicks(board_house: House, browser: Browser) -> None:
    """E15, E17: everything by links and buttons; the table counts on nothing either; the dossier’s tabs have addresses."""
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(10_000)
    board_house.sign_in(page, "claire@exemple.fr")
    page.goto(board_house.url + "/candidatures")
    page.get_by_role("link", name="Déplacer… Ben Lefort").click()
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("Choisissez une étape")).to_be_visible()
    page.get_by_label("Mettre en pause").check()
    page.get_by_role("button", name="Continuer").click()
    for label, value in (("Jour", "1"), ("Mois", "6"), ("Année", "2027")):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Mettre en pause").click()
    if "deplace=" not in page.url:
        page.get_by_role("button", name="Mettre en pause").click()
    expect(page.get_by_text("Ben Lefort passe dans Liste d’attente").first).to_be_visible()
    page.goto(board_house.url + "/candidatures/tableau")
    page.get_by_label("Ben Lefort").check()
    page.get_by_role("button", name="Me les confier").click()
    page.get_by_role("button", name="Me confier ces dossiers").click()
    expect(page.get_by_text("dossier vous est confié")).to_be_visible()
    page.get_by_role("link", name="Ben Lefort", exact=True).click()
    for tab in ("Réponses", "Pièces", "Échanges", "Historique"):
        link = page.get_by_role("navigation", name="Le dossier").get_by_role("link", name=re.compile(f"^{tab}"))
        link.click()
        expect(link).to_have_attribute("aria-current", "page")
    context.close()


def test_a_dossier_says_who_else_reads_it(claire: Page, board_house: House, browser: Browser,
                                          axe: Callable[[Page], None]) -> None:
    """The beat of two open pages; each tab is accessible."""
    with in_house(board_house):
        address = f"{board_house.url}/dossier/{Event.select().where(Event.step == 'accept_file').get().dossier.uid}"
    context = browser.new_context(locale="fr-FR")
    salome = context.new_page()
    board_house.sign_in(salome, "salome@exemple.fr")
    salome.goto(address)
    with salome.expect_response(lambda answer: answer.url.endswith("/presence")):
        salome.evaluate("document.body.dispatchEvent(new Event('battre'))")
    claire.goto(address)
    expect(claire.locator("#presence")).to_have_text("Salomé lit ce dossier en ce moment.")
    for tab in ("", "/reponses", "/echanges", "/historique"):
        claire.goto(address + tab)
        axe(claire)
    context.close()
