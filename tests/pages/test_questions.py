"""The pages of the application as questions: one heading each, read once; what the tablet left out; nothing chosen is lost."""

from __future__ import annotations

import re
from collections import Counter
from io import BytesIO

import pytest
from werkzeug.datastructures import MultiDict

from intake.arrivals import arrive
from intake.cases import take_step
from intake.demo.names import A_PDF
from intake.models.actors import KIOSK
from intake.models.dossiers import Case
from intake.models.people import Person
from intake.models.pieces import Piece
from tests.cases.test_admission import arrived, fill_pages, step
from tests.cast import Cast, principale, writing
from tests.conftest import Browse, Clock
from tests.faults import crowd
from tests.page import HTMX, press, read
from tests.strange import STRANGE, right
from workflows.admission.forms import KioskContactForm

SAVE = "Enregistrer et continuer"
LABELLED = re.compile(r"<(legend|h1)[^>]*><(?:h1|label)[^>]*>(?P<said>[^<]+)</(?:h1|label)></\1>")


@pytest.fixture
def case(people: Cast) -> Case:
    """Ana, who fills in her application."""
    with writing():
        return crowd.again(step(arrived(people.ana), "skip_meeting", people.claire, reason="Reçue hier"))


def test_each_page_has_one_heading_and_no_two_share_it(case: Case, people: Cast, browse: Browse) -> None:
    """A page of one question says it once, as the label of its answer (F1)."""
    ana, said = browse(people.ana), []
    with writing():
        entering = crowd.in_papers(people, 1, "2027-06")[0]
    for client, one, names in ((ana, case, "age you activity skills workplace offering situation earlier time start income why "
                                "cooperation support rules budget insurance presentation"),
                               (browse(entering.dossier.person), entering, "birth address nir identity job iban tools diploma")):
        for name in names.split():
            answer = client.get(f"/demande/{one.uid}/{name}")
            if answer.status_code == 200:
                assert answer.text.count("<h1") == 1, name
                said.append(re.sub("<[^>]+>", "", re.findall(r"<h1.*?</h1>", answer.text)[0]))
    assert len(said) > 20 and len(set(said)) == len(said), said
    labels = [LABELLED.search(ana.get(f"/demande/{case.uid}/{name}").text) for name in ("why", "earlier")]
    assert [found and found["said"] for found in labels] == [
        "Pourquoi chez nous\u00a0?", "Qu’avez-vous fait avant\u00a0? (facultatif)"]


def test_the_page_of_contact_says_where_letters_go(case: Case, people: Cast, browse: Browse) -> None:
    page = read(browse(people.ana).get(f"/demande/{case.uid}/you"))
    assert "ana.moreau@exemple.fr" in page.text and "Nous y enverrons votre lien de reprise" in page.text
    assert page.link("Modifier votre adresse électronique").endswith("/change_address")


def test_whoever_the_tablet_knows_by_a_first_name_says_the_rest_in_the_application(
        people: Cast, browse: Browse, clock: Clock) -> None:
    """A page asks for it; sending writes it, with the first name one goes by."""
    raw = MultiDict({"first_name": "Léa", "reach": "lea@exemple.fr", "activity": "Couture", "agreed": "oui"})
    with writing():
        form = KioskContactForm(raw)
        dossier = arrive(raw, form, by=KIOSK, key="k", antenna=principale())
        found = Case.get(Case.dossier == dossier)
        assert found.dossier.person.last_name == ""
        take_step(found, "skip_meeting", by=people.claire, raw={"reason": "Reçue hier"}, key=None)
        lea = Person.get(Person.first_name == "Léa")
    client, page = browse(lea), f"/demande/{found.uid}/last_name"
    assert press(client, page, SAVE, last_name="").status_code == 422
    assert press(client, page, SAVE, last_name="Vidal").status_code == 303
    assert press(client, f"/demande/{found.uid}/you", SAVE, phone="06 39 98 11 22", preferred_name="Lou").status_code == 303
    with writing():
        fill_pages(Case.get_by_id(found.id), {"last_name": {"last_name": "Vidal"},
                                              "you": {"phone": "+33639981122", "preferred_name": "Lou"}})
        step(found, "submit", lea)
        lea = Person.get_by_id(lea.id)
        assert (lea.name, lea.phone) == ("Lou Vidal", "+33639981122")
    assert client.get(page).status_code == 404, "known now, asked no more"


def test_someone_whose_name_is_known_is_not_asked_again(case: Case, people: Cast, browse: Browse) -> None:
    assert browse(people.ana).get(f"/demande/{case.uid}/last_name").status_code == 404


# A file chosen and not added -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["presentation", "budget"])
def test_a_file_that_was_chosen_and_not_added_goes_along(case: Case, people: Cast, browse: Browse, name: str) -> None:
    """« Enregistrer et continuer » takes it; twice, it is one piece; another one takes its place."""
    ana, page, field = browse(people.ana), f"/demande/{case.uid}/{name}", {"budget": "budget_file"}.get(name, name)
    form = read(ana.get(page)).form(SAVE)
    assert field in form.names
    for _ in range(2):
        answer = ana.post(form.action, data={**form.values.to_dict(), field: (BytesIO(A_PDF), "un.pdf")})
        assert answer.status_code == 303, read(answer).text
    assert names(case) == ["un.pdf"]
    form = read(ana.get(page)).form(SAVE)
    ana.post(form.action, data={**form.values.to_dict(), field: (BytesIO(A_PDF + b"\n"), "deux.pdf")})
    assert names(case) == ["deux.pdf"]
    assert "deux.pdf" in read(ana.get(page)).text


def test_a_chosen_file_that_cannot_be_taken_is_said(case: Case, people: Cast, browse: Browse) -> None:
    ana, page = browse(people.ana), f"/demande/{case.uid}/presentation"
    form = read(ana.get(page)).form(SAVE)
    answer = ana.post(form.action, data={**form.values.to_dict(), "presentation": (BytesIO(b"MZ\x90"), "un.pdf")})
    assert answer.status_code == 422 and "doit être un PDF, un JPG ou un PNG" in read(answer).text
    assert names(case) == []


def names(case: Case) -> list[str]:
    with writing():
        return [piece.filename for piece in Piece.select().where(Piece.dossier == case.dossier, Piece.removed_at.is_null())]


# What is not understood ----------------------------------------------------------------------------------------------


def test_questions_that_are_not_understood_are_counted_without_what_was_typed(
        case: Case, people: Cast, browse: Browse, clock: Clock) -> None:
    """Administration names the two to write again; after a quarter they are forgotten (F26)."""
    ana, ada = browse(people.ana), browse(people.ada)
    assert "Questions à réécrire" not in read(ada.get("/administration")).headings
    for number in ("06 12", "abc", "3"):
        assert press(ana, f"/demande/{case.uid}/you", SAVE, phone=number).status_code == 422
    assert press(ana, f"/demande/{case.uid}/why", SAVE, why="").status_code == 422
    said = read(ada.get("/administration")).text.replace("\u00a0", " ")
    assert "« Numéro de téléphone », dans « Comment vous joindre ? » : 3 réponses refusées" in said
    assert "« Pourquoi une CAE, pourquoi Optéos », dans « Pourquoi chez nous ? » : 1 réponse refusée" in said
    clock.forward(days=100)
    assert "Questions à réécrire" not in read(browse(people.ada).get("/administration")).headings


# Signed out ----------------------------------------------------------------------------------------------------------


def test_a_text_that_nothing_lets_us_keep_comes_back_to_its_author(
        case: Case, people: Cast, browse: Browse, clock: Clock) -> None:
    """The sign-in ended, and the form has lost its own token: the page gives the text back and says where to identify."""
    ana, page = browse(people.ana), f"/dossier/{case.dossier.uid}/{case.uid}/write"
    form = read(ana.get(page)).form("Écrire à l’équipe")
    clock.forward(hours=3)
    values = {name: value for name, value in form.values.items() if name != "jeton_brouillon"}
    for headers in ({}, HTMX):
        answer = ana.post(page, data={**values, "message": "Une heure de travail <b>"}, headers=headers)
        assert answer.status_code == 409
        assert "Une heure de travail &lt;b&gt;" in answer.text and "M’identifier" in answer.text
        assert "Location" not in answer.headers
    assert ana.post("/deconnexion", data={"csrf_token": values["csrf_token"]}).status_code == 303, "nothing was typed"


def test_one_s_journey_is_taken_up_where_one_identifies_to_apply(browse: Browse) -> None:
    for page in ("/mon-parcours", "/mes-donnees", "/mon-parcours/echanges"):
        assert browse().get(page).headers["Location"] == f"/reprendre?suite={page}"


# What nobody should type ---------------------------------------------------------------------------------------------

ENTRY = ("birth", "address", "nir", "identity", "job", "iban", "tools")
APPLICATION = ("you", "activity", "skills", "workplace", "offering", "situation", "earlier", "time", "start", "income", "why",
               "cooperation", "support", "budget", "presentation", "rules")


def test_two_hundred_strange_answers_are_kept_or_answered_by_a_sentence(case: Case, people: Cast, browse: Browse) -> None:
    """Posted through the pages themselves, in every field at once; the page then opens with what was typed."""
    with writing():
        entering = crowd.in_papers(people, 1, "2027-06")[0]
    pages = [(browse(people.ana), f"/demande/{case.uid}/{name}") for name in APPLICATION] + [
        (browse(entering.dossier.person), f"/demande/{entering.uid}/{name}") for name in ENTRY]
    forms = [read(client.get(page)).form(SAVE) for client, page in pages]
    statuses = Counter[int]()
    for number, typed in enumerate(STRANGE):
        (client, page), form = pages[number % len(pages)], forms[number % len(pages)]
        kept = {name: form.values[name] for name in ("csrf_token", "sheet", "turn", "seen", "jeton_brouillon")}
        said = client.post(page, data=MultiDict([*kept.items(), *((name, typed.encode("utf-8", "replace").decode())
                                                                 for name in form.names - kept.keys())]))
        statuses[said.status_code] += 1
        for sentence in re.findall(r'class="error"[^>]*>(.*?)</p>', said.text):
            words = re.sub("<[^>]+>", "", sentence).replace("\u00a0", " ").removeprefix("Erreur : ")
            assert right([words]), (page, typed[:40], sentence)
    assert set(statuses) <= {303, 422} and statuses[422] > 50, statuses
    assert {client.get(page).status_code for client, page in pages} == {200}
