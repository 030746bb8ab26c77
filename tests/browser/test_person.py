"""One's own pages on a telephone, in a real browser, with and without JavaScript: nothing wider, axe silent, every act done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import config
from tests.browser.conftest import PHONE, House, make_house
from tests.browser.hand import Hand
from tests.browser.looking import examine
from tests.cast import Cast, invite

SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


@dataclass
class Served:
    """A house with people at every stage of one's own pages, and a way in for each."""

    house: House
    ways: dict[str, list[str]]

    def enters(self, browser: Browser, who: str, script: bool) -> Page:
        """Someone on a telephone of their own, at home."""
        page = browser.new_context(viewport=PHONE, locale="fr-FR", timezone_id="Europe/Paris",
                                   java_script_enabled=script).new_page()
        page.goto(self.ways[who].pop())
        page.get_by_role("button", name="Ouvrir mon dossier").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        return page


@pytest.fixture(scope="module")
def served(hand: Hand, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Made in this process by real steps, then served."""
    house = make_house(tmp_path_factory.mktemp("person"), hand)
    house.intake("init")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("INTAKE_NOW", house.environment["INTAKE_NOW"])
        ways = people_of(config.from_environment(house.environment))
    house.start()
    yield Served(house, ways)
    house.stop()


def people_of(settings: Any) -> dict[str, list[str]]:
    """Who lives there; for each, addresses that sign them in once."""
    from intake import signing_in
    from intake.clock import prepare_day
    from intake.commands import database
    from intake.models import base
    from intake.models.people import Commitment
    from tests.cases.test_admission import arrived, in_review, step
    from tests.cases.test_contracts import a_dossier
    from tests.cases.test_pairing_and_exit import in_cape, in_cesa, paired
    from tests.faults import crowd

    with database(settings):
        cast: Cast = invite()
        prepare_day()
        crowd.open_places("2027-06", 4)
        waiting, offered, also = crowd.waiting(cast, 3)
        for case in (offered, also):
            crowd.step(case, "derogate", cast.marc, rule="first_in_line", reason="Essai")
            crowd.step(case, "offer", cast.claire, month="2027-06")
        asked = in_review(arrived(cast.ana), cast)
        step(asked, "ask", cast.claire, kind="incomplet", subject="votre budget", message="Il manque les charges.")
        step(asked, "propose_interview", cast.claire, where="14 h, Moulin", **{
            f"{name}-{part}": str(value) for name, day in (("first", 18), ("second", 19), ("third", 22))
            for part, value in (("day", day), ("month", 3), ("year", 2027))})
        Commitment.create(person=cast.noe, signed_on=date(2026, 1, 5))
        dossier = a_dossier(cast.ben)
        in_cape(dossier, cast.sami)
        pairing = paired(dossier, Cast(**{**vars(cast), "ana": cast.ben}))
        step(pairing, "write", cast.noe, subject="Jeudi", message="On se voit à 14 h ?")
        in_cesa(a_dossier(cast.zoe), cast.sami)
        homes = {"waiting": waiting.dossier.person, "offered": offered.dossier.person, "also": also.dossier.person,
                 "asked": cast.ana, "cape": cast.ben, "cesa": cast.zoe}
        ways = {name: [signing_in.print_link(person) for _ in range(4)] for name, person in homes.items()}
    base.db.close_all()
    return ways


def looks(page: Page, script: bool) -> None:
    """One heading, nothing wider than a telephone, axe silent."""
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    examine(page, script=script)


@SCRIPT
def test_the_waiting_list_and_what_leaves_it(served: Served, browser: Browser, script: bool) -> None:
    """The rank, the pause and the withdrawal with their consequences, exchanges, the empty state."""
    page = served.enters(browser, "waiting", script)
    looks(page, script)
    expect(page.locator("main")).to_contain_text("Votre place dans la liste d’attente")
    expect(page.locator(".ligne [aria-current=step]")).to_contain_text("Vous êtes ici")
    for link, words in (
            ("Mettre en pause", "Votre rang est gardé 60"), ("Retirer ma demande", "Vous quittez la liste d’attente")):
        page.get_by_role("link", name=link, exact=True).click()
        expect(page.locator("main")).to_contain_text(words)
        looks(page, script)
        page.get_by_role("button", name=link).click()
        expect(page.locator(".recap-err")).to_be_visible()
        expect(page).to_have_title(re.compile(r"^Erreur\s:"))
        looks(page, script)
        page.get_by_role("link", name="Revenir sans rien changer").click()
    page.get_by_role("button", name="Je suis toujours d’accord").click()
    expect(page.locator(".banner.success")).to_contain_text("C’est noté")
    looks(page, script)
    page.get_by_role("link", name="Échanges").click()
    looks(page, script)


@SCRIPT
def test_an_offer_is_answered(served: Served, browser: Browser, script: bool) -> None:
    """Nothing chosen is said; a month is asked in place; accepted, one's home says it; an old address says it is over."""
    page = served.enters(browser, "offered" if script else "also", script)
    looks(page, script)
    page.get_by_role("link", name="Répondre à la proposition").click()
    address = page.url
    looks(page, script)
    page.get_by_role("button", name="Envoyer ma réponse").click()
    expect(page.locator(".recap-err")).to_contain_text("Choisissez une réponse")
    looks(page, script)
    page.get_by_role("radio", name="Je reporte mon entrée").check()
    expect(page.get_by_label("À partir de")).to_be_visible()
    page.get_by_role("button", name="Envoyer ma réponse").click()
    expect(page.locator(".recap-err")).to_contain_text("Indiquez le mois")
    looks(page, script)
    page.get_by_role("radio", name="J’accepte cette place").check()
    page.get_by_role("button", name="Envoyer ma réponse").click()
    expect(page.locator(".banner.success")).to_contain_text("Vous allez recevoir un courriel")
    expect(page.locator("main")).to_contain_text("Votre entrée est prévue en juin")
    looks(page, script)
    page.goto(address)
    expect(page.locator(".banner.warning")).to_contain_text("vous avez déjà répondu")
    looks(page, script)


@SCRIPT
def test_a_complement_and_a_date_are_answered_in_place(served: Served, browser: Browser, script: bool) -> None:
    page = served.enters(browser, "asked", script)
    looks(page, script)
    if not script:
        expect(page.locator("main")).to_contain_text("Nous nous rencontrons le")
        return
    page.get_by_role("button", name="Répondre", exact=True).click()
    expect(page.locator(".recap-err")).to_contain_text("Écrivez votre réponse, ou ajoutez la pièce")
    looks(page, script)
    page.get_by_label("Votre réponse").fill("Voici les charges")
    page.get_by_role("button", name="Répondre", exact=True).click()
    expect(page.locator(".banner.success")).to_contain_text("C’est noté")
    page.get_by_role("radio", name="Vendredi 19 mars 2027").check()
    page.get_by_role("button", name="Choisir cette date").click()
    expect(page.locator("main")).to_contain_text("Nous nous rencontrons le")
    looks(page, script)
    with page.expect_download() as got:
        page.get_by_role("link", name="Agenda : ajouter « Rencontre avec le Cercle accompagnement »").click()
    assert got.value.suggested_filename == "parcours.ics"


@SCRIPT
def test_the_home_of_an_entrepreneur(served: Served, browser: Browser, script: bool) -> None:
    """Dates, peer, papers; the review's questions; a message both ways; the salaried contract's deadline."""
    page = served.enters(browser, "cape", script)
    looks(page, script)
    page.get_by_role("link", name="Préparer").click()
    looks(page, script)
    page.get_by_role("link", name="Mon parcours").last.click()
    page.get_by_role("link", name="Échanges").click()
    expect(page.locator("main")).to_contain_text("On se voit à 14")
    looks(page, script)
    page.get_by_role("link", name="Écrire à Noé").click()
    looks(page, script)
    page.get_by_label("Objet").fill("Jeudi")
    page.get_by_label("Message").fill("D’accord")
    page.get_by_role("button", name="Écrire à Noé").click()
    expect(page.locator(".banner.success")).to_contain_text("C’est noté")
    page = served.enters(browser, "cesa", script)
    expect(page.locator("main")).to_contain_text("Date limite pour devenir associé·e")
    looks(page, script)
