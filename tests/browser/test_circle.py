"""The Cercle’s side met three ways: by Tab alone; on a phone; without script. S10 is in test_board."""

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
from tests.browser.conftest import PHONE, House
from tests.browser.ways import choose_by_arrows, fits_a_phone, press_by_tab, skip_to_content, tab_to
from tests.cast import LONG_AGO, Cast
from tests.conftest import SECRET
from tests.faults import crowd
from tests.pages.test_decision import studied

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


Arranged = tuple[House, dict[str, Case]]


@pytest.fixture(scope="module")
def arranged(staffed_house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arranged]:
    """Ana studied, Ben who waits, Zoé who entered and seeks a peer; served for this file, whose tests follow each other."""
    house = staffed_house.copied_to(tmp_path_factory.mktemp("circle"))
    with pytest.MonkeyPatch.context() as patch, inside(house, patch) as cast:
        for manager in (cast.marc, cast.odile):
            Mandate.get_or_create(person=manager, defaults={"since": LONG_AGO, "reference": "AG"})
        Commitment.create(person=cast.noe, signed_on=LONG_AGO)
        entering = crowd.in_papers(cast, 1, "2027-06", "Zoé")[0]
        waiting = crowd.waiting(cast, 2, "Ben")[0]
        seeking = Case.get(Case.dossier == entering.dossier_id, Case.workflow == "accompaniment")
        cases = {"review": studied(cast), "waiting": waiting, "seeking": crowd.again(seeking)}
        assert all(case.dossier.uid for case in cases.values()), "read while the database is open"
    house.start()
    yield house, cases
    house.stop()


def open_page(house: House, browser: Browser, who: str, **how: object) -> Page:
    """A browser of one's own, signed in."""
    context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", base_url=house.url, **how)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(10_000)
    house.sign_in(page, f"{who}@exemple.fr")
    return page


def test_by_tab_alone_claire_decides_undoes_and_offers(
        arranged: Arranged, browser: Browser, axe: Callable[[Page], None]) -> None:
    """S22, S11, S12, S24, S13: a dossier, a decision, its undo, « Et si… ? », a place offered, a peer about to be asked."""
    house, cases = arranged
    page = open_page(house, browser, "claire")
    page.goto("/ce-qui-m-attend")
    axe(page)
    skip_to_content(page)
    press_by_tab(page, "Ouvrir Ana")
    expect(page.get_by_role("heading", name="Ana Moreau", exact=True)).to_be_visible()
    press_by_tab(page, "Historique")
    expect(page).to_have_url(re.compile("/historique$"))

    page.goto(at(cases["review"], "admit"))
    expect(page.get_by_text("Ana passe de Rencontre à Liste d’attente")).to_be_visible()
    axe(page)
    press_by_tab(page, ADMIT)
    expect(page.locator("#recap-err")).to_contain_text("Indiquez s’il faut envoyer le message")
    tab_to(page, "Envoyer ce message")
    page.keyboard.press("Space")
    press_by_tab(page, ADMIT)
    expect(page.get_by_text("Étape enregistrée")).to_be_visible()
    axe(page)
    skip_to_content(page)
    press_by_tab(page, "Annuler")
    press_by_tab(page, "Annuler")
    expect(page.get_by_text("Étape enregistrée")).to_have_count(0)

    page.goto("/liste-attente")
    tab_to(page, "Entrées par mois à partir du mois prochain")
    page.keyboard.press("3")
    press_by_tab(page, "Calculer")
    expect(page.get_by_text("Ainsi, la", exact=False)).to_be_visible()
    expect(page).to_have_url(re.compile("entrees=3"))
    page.goto(at(cases["waiting"], "offer"))
    tab_to(page, "Mois d’entrée")
    page.keyboard.press("ArrowDown")
    press_by_tab(page, "Proposer une place")
    expect(page.get_by_role("heading", name="Relisez avant d’enregistrer")).to_be_focused()
    expect(page.get_by_text("Une place est libre pour une entrée en", exact=False)).to_be_visible()
    axe(page)
    press_by_tab(page, "Proposer une place")
    expect(page.get_by_text("Étape enregistrée")).to_be_visible()

    page.goto("/binomes")
    press_by_tab(page, "Proposer un binôme")
    choose_by_arrows(page, "Noe Moreau")
    press_by_tab(page, "Proposer un binôme")
    expect(page.get_by_role("heading", name="Relisez avant d’enregistrer")).to_be_focused()
    page.context.close()


def test_by_tab_alone_marc_reads_figures_and_runs_the_house(
        arranged: Arranged, browser: Browser, axe: Callable[[Page], None]) -> None:
    """S25, S26: another period; from the administration to a list, an entry added, read again, saved."""
    house, _ = arranged
    page = open_page(house, browser, "marc")
    page.goto("/chiffres")
    skip_to_content(page)
    press_by_tab(page, "3 mois")
    expect(page).to_have_url(re.compile(r"\?"))
    page.goto("/administration")
    axe(page)
    skip_to_content(page)
    press_by_tab(page, "Réglages")
    press_by_tab(page, "Raisons et listes")
    press_by_tab(page, "Voir Raisons de ne pas accueillir")
    press_by_tab(page, "Changer ce réglage")
    axe(page)
    tab_to(page, "Nouvelles entrées, une par ligne")
    page.keyboard.type("Trop loin")
    tab_to(page, "Raison")
    page.keyboard.type("Une seule commune est desservie")
    press_by_tab(page, "Enregistrer")
    expect(page.get_by_role("heading", name="Relisez avant d’enregistrer")).to_be_focused()
    expect(page.get_by_text("« Trop loin » est ajoutée.")).to_be_visible()
    axe(page)
    press_by_tab(page, "Enregistrer")
    expect(page.get_by_text("Une seule commune est desservie")).to_be_visible()
    page.context.close()


def test_without_script_on_a_phone_claire_works(arranged: Arranged, browser: Browser) -> None:
    """S10, S11, S12, S13, S22, S24, S25: every act by taps; each screen fits."""
    house, cases = arranged
    page = open_page(house, browser, "claire", viewport=PHONE, java_script_enabled=False)
    page.goto("/ce-qui-m-attend")
    fits_a_phone(page)
    assert page.locator("header").evaluate("(one) => one.offsetHeight") < 70, "one line, the places behind « Menu »"
    page.get_by_role("button", name="Menu").click()
    fits_a_phone(page)
    page.get_by_role("link", name="Candidatures").click()
    page.get_by_role("link", name=re.compile("^Rencontre")).click()
    fits_a_phone(page)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Ce qui m’attend").click()
    page.get_by_role("link", name=re.compile("^Ouvrir Ana")).first.click()
    fits_a_phone(page)
    page.get_by_role("link", name="Ajouter une note interne").click()
    fits_a_phone(page)
    page.get_by_label("Note interne").fill("Rappeler jeudi")
    page.get_by_role("button", name="Ajouter une note interne").click()
    for tab in ("Réponses", "Pièces", "Échanges", "Historique"):
        page.get_by_role("navigation", name="Le dossier").get_by_role("link", name=re.compile(f"^{tab}")).click()
        fits_a_phone(page)
    page.goto(at(cases["review"], "admit"))
    fits_a_phone(page)
    page.get_by_label("Ne pas envoyer de message").check()
    page.get_by_role("button", name=ADMIT, exact=True).click()
    expect(page.get_by_text("Étape enregistrée")).to_be_visible()
    page.goto("/liste-attente?entrees=3")
    fits_a_phone(page)
    expect(page.get_by_text("Ainsi, la", exact=False)).to_be_visible()
    page.goto("/binomes")
    fits_a_phone(page)
    page.get_by_role("link", name=re.compile("^Proposer un binôme")).first.click()
    fits_a_phone(page)
    page.get_by_label(re.compile("^Noe Moreau")).check()
    page.get_by_role("button", name="Proposer un binôme", exact=True).click()
    expect(page.get_by_role("heading", name="Relisez avant d’enregistrer")).to_be_visible()
    fits_a_phone(page)
    page.get_by_role("button", name="Proposer un binôme", exact=True).click()
    expect(page.get_by_text("Étape enregistrée")).to_be_visible()
    page.goto("/chiffres")
    fits_a_phone(page)
    page.get_by_role("link", name="3 mois").click()
    fits_a_phone(page)
    page.context.close()


def test_without_script_on_a_phone_marc_runs_the_house(arranged: Arranged, browser: Browser) -> None:
    """S26: a delay changed, a role given for a second person to confirm, a journée confirmed; every screen fits."""
    house, _ = arranged
    page = open_page(house, browser, "marc", viewport=PHONE, java_script_enabled=False)
    for path in ("/administration", "/reglages", "/reglages/list.reasons", "/reglages/list.reasons/changer",
                 "/reglages/plafond/principale",
                 "/journees", "/journees/assemblees/nouvelle", "/reunions", "/reunions/nouvelle", "/bornes", "/bornes/associer",
                 "/bornes/secours", "/lettres", "/administration/sante", "/administration/donnees", "/modeles",
                 "/registre-des-associes", "/marques", "/besoins", "/cercles-souhaites", "/echeances", "/entree-en-groupe"):
        page.goto(path)
        expect(page.locator("h1")).to_have_count(1)
        fits_a_phone(page)
    page.goto("/reglages/offers.days/changer")
    page.get_by_label("Nouvelle valeur").fill("12")
    page.get_by_label("Raison").fill("Les réponses arrivent tard")
    for _ in range(2):
        fits_a_phone(page)
        page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Aujourd’hui : 12")).to_be_visible()
    page.goto("/personnes")
    fits_a_phone(page)
    page.get_by_role("link", name="Sami Benali").click()
    fits_a_phone(page)
    page.get_by_role("link", name="Donner un rôle").click()
    fits_a_phone(page)
    page.get_by_label("Rôle", exact=True).select_option(label="Animation des journées et réunions")
    page.get_by_label("Partout où ce rôle existe").check()
    page.get_by_label("Raison").fill("Remplace Inès")
    page.get_by_role("button", name="Donner ce rôle").click()
    expect(page.get_by_text("Remplace Inès")).to_be_visible()
    page.context.close()
