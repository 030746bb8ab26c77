"""The application on a telephone: nothing lost, questions that follow a choice, rows, weight; with JavaScript and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from tests.browser.applicants import applies, asked, enters, inside, settings_of
from tests.browser.conftest import PHONE, House, check_accessible
from tests.browser.killed import Applicant, Killed, holds, type_somewhere
from tests.browser.looking import examine
from tests.browser.people import Answers
from tests.browser.road import ENTRY, PAGES

pytestmark = pytest.mark.timeout(400)

SAVE = "Enregistrer et continuer"


@pytest.fixture(scope="module")
def applicants(staffed_house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, dict[str, str]]]:
    """One served house: Ana, Cléo, Dia and Gus apply, Eva, Fay and Hal fill in their entry papers; the case of each."""
    house = staffed_house.copied_to(tmp_path_factory.mktemp("applicants"))
    with pytest.MonkeyPatch.context() as patched, inside(house, patched):
        cases = {name: applies(name, "Moreau").uid for name in ("Ana", "Cleo", "Dia", "Gus")}
        cases |= {name: enters(name, "Lopez").uid for name in ("Eva", "Fay", "Hal")}
    house.start()
    yield house, cases
    house.stop()


@pytest.fixture(scope="module")
def app(applicants: tuple[House, dict[str, str]]) -> Flask:
    """The same application in this process, which signs cookies."""
    from intake import create_app

    with pytest.MonkeyPatch.context() as patched, inside(applicants[0], patched):
        return create_app(settings_of(applicants[0]))


@pytest.fixture
def enter(applicants: tuple[House, dict[str, str]], app: Flask, browser: Browser) -> Iterator[Callable[..., Applicant]]:
    """`enter("Ana", javascript=False)`: signed in, on a telephone of 360 px."""
    house, cases = applicants
    contexts: list[BrowserContext] = []

    def come(name: str, *, javascript: bool = True) -> Applicant:
        context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", viewport=PHONE, java_script_enabled=javascript)
        contexts.append(context)
        who = Applicant(house, context, name)
        who.examines, who.case = False, cases[name]
        who.app = app
        return who.signs_in()
    yield come
    for context in contexts:
        context.close()


# Every page of it ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Walk:
    """A questionnaire from its first page to its confirmation."""

    name: str
    questionnaire: str
    first: str
    pages: dict[str, Answers]
    changed: tuple[str, str, str]
    """A question to change from the check, what is typed, how it then reads."""
    send: str
    sent: str


WALKS = [
    Walk("Ana", "application", "Vos coordonnées", PAGES, ("Numéro de téléphone", "+33 6 12\u200b 34 56 78", "06 12 34 56 78"),
         "Envoyer ma candidature", "Votre candidature est envoyée"),
    Walk("Fay", "entry", "Votre identité", ENTRY, ("Nationalité", "belge", "belge"),
         "Envoyer mon dossier d’entrée", "Votre dossier d’entrée est envoyé")]


@pytest.mark.parametrize("walk", WALKS, ids=["application", "entry"])
def test_from_the_first_page_to_the_confirmation(enter: Callable[..., Applicant], walk: Walk) -> None:
    """Each page empty, wrong, full; the task list, the check, the sending: accessible, nothing cut."""
    who = enter(walk.name)
    page, told = who.at(), []
    page.on("console", lambda message: told.append(message.text) if "Content Security" in message.text else None)
    examine(page)
    who.goes_to(walk.first)
    if walk.questionnaire == "application":
        page.get_by_label("Numéro de téléphone").fill("")
    while page.get_by_role("button", name=SAVE).count():
        if heading := is_refused_empty(who):
            who.fills(walk.pages[heading])
            who.presses(SAVE)
    for name in (*asked(walk.questionnaire), "verifier"):
        examine(who.at(name))
    question, typed, read = walk.changed
    who.goes_to(f"Modifier {question}")
    examine(page)
    who.fills({question: typed}).presses(SAVE).reads("Vérifiez vos réponses", read)
    who.presses(walk.send).reads(walk.sent, "Numéro de dossier", "La suite")
    examine(page)
    page.reload()
    who.reads(walk.sent)
    assert not told, f"the browser complains: {told}"


@pytest.mark.parametrize(("name", "questionnaire"), [("Gus", "application"), ("Hal", "entry")])
def test_each_page_without_javascript(enter: Callable[..., Applicant], name: str, questionnaire: str) -> None:
    """Empty, then refused."""
    who = enter(name, javascript=False)
    refused = []
    examine(who.at(), script=False)
    for page in asked(questionnaire):
        who.at(page)
        refused.append(is_refused_empty(who, script=False))
    assert len([one for one in refused if one]) >= 6


def is_refused_empty(who: Applicant, *, script: bool = True) -> str:
    """The page as it opens, then as it comes back saved empty: its heading; nothing where an empty page is right."""
    page = who.page
    heading = page.get_by_role("heading", level=1).inner_text().replace("\xa0", " ").removesuffix(" (facultatif)")
    examine(page, script=script)
    before = page.url
    who.presses(SAVE)
    if page.url.partition("#")[0] != before.partition("#")[0]:
        return ""
    says_its_errors(page, heading, script)
    examine(page, script=script)
    return heading


def says_its_errors(page: Page, heading: str, script: bool) -> None:
    """« Erreur : », the summary with focus, a link to each field, the same words beside it (E2)."""
    summary = page.get_by_role("alert").filter(has_text="Il y a un problème")
    expect(summary).to_be_visible()
    assert page.title().replace("\xa0", " ").startswith(f"Erreur : {heading}")
    expect(summary).to_be_focused()
    beside = [one.replace("\xa0", " ") for one in page.locator(".error").all_inner_texts()]
    for link in summary.get_by_role("link").all():
        expect(page.locator(f"[id='{(link.get_attribute('href') or '')[1:]}']")).to_have_count(1)
        assert any(link.inner_text().replace("\xa0", " ") in one for one in beside), beside
    link = summary.get_by_role("link").first
    link.press("Enter")
    if script:
        assert page.evaluate("document.activeElement.id") == (link.get_attribute("href") or "")[1:]


# Nothing lost --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Cleo", "Eva"])
def test_killed_while_typing_at_every_page_finds_what_was_said_saved(enter: Callable[..., Applicant], name: str) -> None:
    """The application, then the entry papers: the screen said « Brouillon enregistré », so it is there, however the page ends.

    Each page ends in one of three ways, in turn, and is read again; the server then dies once all have said so.
    """
    who, kept = enter(name), {}
    killed, lost = Killed(who), []
    for number, page_name in enumerate(asked({"Cleo": "application", "Eva": "entry"}[name])):
        page = who.at(page_name)
        if page.locator("#formulaire").locator("input:not([type=hidden]):not([type=file]), textarea, select").count():
            kept[page_name] = type_somewhere(page, number)
            expect(page.locator("#brouillon")).to_contain_text("Brouillon enregistré")
            killed.ways[number % len(killed.ways)]()
    lost += [page_name for page_name, (field, typed) in kept.items() if holds(who.at(page_name), field) != typed]
    killed.restarted()
    lost += [f"{page_name}, restarted" for page_name, (field, typed) in kept.items() if holds(who.at(page_name), field) != typed]
    assert len(kept) > 8 and not lost, f"lost on: {lost}"


def test_the_control_a_draft_that_is_not_kept_is_found_lost(enter: Callable[..., Applicant]) -> None:
    """A server that says « enregistré » and keeps nothing is found out; the real one is believed."""
    who = enter("Cleo")
    said = '<p>Brouillon enregistré à 9 h</p>'
    who.page.route("**/brouillon", lambda route: route.fulfill(status=200, body=said, content_type="text/html"))
    page = who.at("why")
    field, typed = type_somewhere(page, 99)
    expect(page.locator("#brouillon")).to_contain_text("Brouillon enregistré")
    Killed(who).closed()
    assert holds(who.at("why"), field) != typed
    field, typed = type_somewhere(who.page, 98)
    expect(who.page.locator("#brouillon")).to_contain_text("Brouillon enregistré")
    Killed(who).closed()
    assert holds(who.at("why"), field) == typed


def test_what_the_server_did_not_acknowledge_is_offered_back(enter: Callable[..., Applicant]) -> None:
    """Kept on the device, told as not saved, offered after the sign-in; nothing sensitive; gone at the receipt (E9, H21)."""
    dia = enter("Dia")
    page, copies = dia.at("why"), "JSON.stringify({...localStorage})"
    dia.context.set_offline(True)
    box = page.get_by_label("Pourquoi chez nous ?")
    box.fill("Ne pas rester seule")
    box.press("Tab")
    expect(page.locator("#brouillon")).to_contain_text("Brouillon non enregistré. Vérifiez votre connexion.")
    expect(page.locator("#annonces")).to_contain_text("Brouillon non enregistré")
    page.get_by_role("button", name=SAVE).click()
    expect(page.locator("#panne")).to_contain_text("Vos réponses ne sont pas encore enregistrées. Vérifiez votre connexion")
    expect(page.get_by_role("button", name=SAVE)).to_be_focused()
    assert box.input_value() == "Ne pas rester seule" and page.url.endswith("/why")
    page.remove_listener("response", dia.no_failure)
    page.route("**/why**", lambda route: route.fulfill(status=503, headers={"X-Why": "full"}, body=""))
    dia.context.set_offline(False)
    page.get_by_role("button", name=SAVE).click()
    expect(page.locator("#panne")).to_contain_text("Le service est en lecture seule. Vos réponses ne sont pas enregistrées")
    box.press("Tab")
    box.fill("Ne pas rester seule")
    expect(page.locator("#brouillon")).to_contain_text("Le service ne peut pas l’enregistrer pour le moment.")
    dia.house.clock.forward(hours=3)
    page.unroute_all()
    page.on("response", dia.no_failure)
    dia.signs_in()
    dia.at("why")
    assert box.input_value() == ""
    check_accessible(page)
    page.get_by_role("button", name="Les remettre dans la page").click()
    assert box.input_value() == "Ne pas rester seule"
    expect(page.locator("#brouillon")).to_contain_text("Brouillon enregistré")
    expect(page.locator("#annonces")).to_contain_text("Brouillon enregistré")
    page.wait_for_function("!Object.keys(localStorage).length")
    dia.context.set_offline(True)
    box.fill("Autre chose")
    box.press("Tab")
    assert "Autre chose" in page.evaluate(copies)
    dia.context.set_offline(False)
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(dia.house.url + "/")
    assert page.evaluate(copies) == "{}", "signing out leaves nothing"


def test_what_is_sensitive_or_a_week_old_is_not_kept_on_the_device(enter: Callable[..., Applicant]) -> None:
    eva = enter("Eva")
    page = eva.at("nir")
    eva.context.set_offline(True)
    page.get_by_label("Votre numéro de sécurité sociale").fill("2 85 03 62 498 001 23")
    page.keyboard.press("Tab")
    expect(page.locator("#brouillon")).to_contain_text("non enregistré")
    assert "2 85" not in page.evaluate("JSON.stringify({...localStorage})")
    eva.context.set_offline(False)
    page.evaluate("""() => localStorage.setItem(
        "brouillon:/demande/x/y", JSON.stringify({at: Date.now() - 8 * 86400e3, typed: []}))""")
    eva.at("address")
    assert "/demande/x/y" not in page.evaluate("JSON.stringify({...localStorage})")


# Small moves ---------------------------------------------------------------------------------------------------------


def test_a_question_follows_its_choice(enter: Callable[..., Applicant]) -> None:
    """« Oui » shows the SIRET in place, by style alone (E5)."""
    for javascript in (True, False):
        dia = enter("Dia", javascript=javascript)
        page = dia.at("situation")
        siret = page.get_by_label("Numéro SIRET")
        page.get_by_role("radio", name="Non", exact=True).check()
        expect(siret).to_be_hidden()
        page.get_by_role("radio", name="Oui").check()
        expect(siret).to_be_visible()


def test_a_row_is_added_in_place(enter: Callable[..., Applicant]) -> None:
    """With htmx the new row has the focus; without script the page opens at it."""
    for javascript in (True, False):
        dia = enter("Dia", javascript=javascript)
        page = dia.at("earlier")
        rows = page.locator(".line").count()
        page.get_by_role("button", name="Ajouter une ligne").click()
        expect(page.locator(".line")).to_have_count(rows + 1)
        if javascript:
            expect(page.locator(f"[id^='earlier-{rows}-']").first).to_be_focused()
            check_accessible(page)
        else:
            assert f"#earlier-{rows}-" in page.url


# Budgets (SCREENS 11) ------------------------------------------------------------------------------------------------


def test_pages_are_light(enter: Callable[..., Applicant], browser: Browser) -> None:
    """120 kB at first with fonts, 25 kB afterwards, whatever the page."""
    cleo = enter("Cleo")
    session: CDPSession = cleo.context.new_cdp_session(cleo.page)
    session.send("Network.enable")
    weighed: list[float] = []
    session.on("Network.loadingFinished", lambda told: weighed.append(told["encodedDataLength"]))

    def load(name: str) -> float:
        weighed.clear()
        cleo.at(name)
        cleo.page.wait_for_load_state("networkidle")
        return sum(weighed)

    session.send("Network.clearBrowserCache")
    assert load("earlier") <= 120_000
    for name in ("", "offering", "budget", "verifier"):
        assert (heavy := load(name)) <= 25_000, f"{name or 'the task list'} weighs {heavy:.0f}"
