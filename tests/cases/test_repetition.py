"""A stale page, a double click, a form sent twice: one event, a sentence, and the typed text stays on the page."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from intake import history, late_forms
from intake.demo.names import A_PDF
from intake.models.dossiers import Answers, Case, Event
from intake.models.pieces import Piece
from intake.models.places import Place
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.faults import crowd
from tests.page import Form, Page, read

pytestmark = pytest.mark.both_databases

HTMX = {"HX-Request": "true", "HX-Target": "div#etape"}
OFFER, NOTE = "Proposer une place", "Ajouter une note interne"
REPEATED = "Ce formulaire a déjà été envoyé avec un autre texte. Vérifiez le dossier."


@pytest.fixture
def ana(people: Cast) -> Case:
    """Ana, first of the waiting list."""
    with writing():
        case, = crowd.waiting(people, 1, "Ana")
        crowd.open_places("2027-06", 2)
    return case


@pytest.fixture(params=[{}, HTMX], ids=["page", "htmx"])
def headers(request: pytest.FixtureRequest) -> dict[str, str]:
    """With and without the script."""
    found: dict[str, str] = request.param
    return found


def address(case: Case, step: str) -> str:
    return f"/dossier/{case.dossier.uid}/{case.uid}/{step}"


def the_form(client: Any, path: str, button: str, **answers: str) -> Form:
    """The form of a step's page, as it stands now; with answers, under the letters they make, once these are read."""
    form = read(client.get(path)).form(button)
    return read(client.post(path, data={**form.values.to_dict(), **answers})).form(button) if answers else form


def sent(client: Any, path: str, form: Form, headers: dict[str, str], **answers: str) -> Any:
    """Send a form read earlier."""
    return client.post(path, data={**form.values.to_dict(), **answers}, headers=headers)


def said(response: Any) -> str:
    """The page's words, ordinary spaces."""
    return Page(response.get_data(as_text=True)).text.replace("\u00a0", " ")


def went(response: Any) -> str:
    """Where a step taken leads, as a browser or as htmx is told."""
    assert response.status_code in (303, 204), said(response)
    return str(response.headers.get("Location") or response.headers["HX-Redirect"])


def steps(case: Case) -> list[str]:
    with writing():
        return [event.step for event in Event.select().where(Event.case == case).order_by(Event.id)]


# The same form twice -------------------------------------------------------------------------------------------------


@pytest.mark.trust("T4")
def test_a_double_click_takes_the_step_once_and_leads_to_the_same_page(
        people: Cast, browse: Browse, ana: Case, headers: dict[str, str]) -> None:
    claire, path = browse(people.claire), address(ana, "offer")
    form = the_form(claire, path, OFFER, month="2027-06")
    first, second = (sent(claire, path, form, headers, month="2027-06") for _ in range(2))
    assert went(first) == went(second) == f"/dossier/{ana.dossier.uid}"
    assert steps(ana) == ["take_over", "offer"]
    with writing():
        assert Place.select().where(Place.holder == ana).count() == 1


@pytest.mark.trust("T4")
def test_a_form_replayed_later_finds_what_it_did(
        people: Cast, browse: Browse, clock: Clock, ana: Case, headers: dict[str, str]) -> None:
    claire, path = browse(people.claire), address(ana, "offer")
    form = the_form(claire, path, OFFER, month="2027-06")
    went(sent(claire, path, form, headers, month="2027-06"))
    with writing():
        crowd.step(ana, "take_offer_back", people.claire, reason="Erreur de mois")
    clock.forward(hours=1)
    went(sent(claire, path, form, headers, month="2027-06"))
    assert steps(ana) == ["take_over", "offer", "take_offer_back"]


@pytest.mark.trust("T4")
def test_the_same_form_with_another_text_is_refused_and_keeps_it(
        people: Cast, browse: Browse, ana: Case, headers: dict[str, str]) -> None:
    claire, path = browse(people.claire), address(ana, "note")
    form = the_form(claire, path, NOTE)
    went(sent(claire, path, form, headers, note="Appelée mardi"))
    refused = sent(claire, path, form, headers, note="Appelée mercredi, elle hésite")
    assert refused.status_code == 409
    assert REPEATED in said(refused)
    assert "Appelée mercredi, elle hésite" in said(refused)
    assert steps(ana) == ["take_over", "note"]
    again = read(refused).form(NOTE)
    assert again.values["key"] != form.values["key"], "pressing again sends the second text"
    went(sent(claire, path, again, headers))
    with writing():
        assert [row.text["note"] for row in Answers.select().join(Event, on=Answers.event).where(
            Event.step == "note").order_by(Event.id)] == ["Appelée mardi", "Appelée mercredi, elle hésite"]


def test_a_file_sent_twice_is_kept_once(
        people: Cast, browse: Browse, ana: Case, headers: dict[str, str]) -> None:
    sami, path = browse(people.sami), address(ana, "add_piece")
    form = the_form(sami, path, "Ajouter une pièce")

    def send(content: bytes) -> Any:
        return sami.post(path, headers=headers, content_type="multipart/form-data", data={
            **form.values.to_dict(), "title": "Devis", "piece": (BytesIO(content), "devis.pdf")})

    assert went(send(A_PDF)) == went(send(A_PDF))
    assert send(A_PDF.replace(b"Document", b"Tout ")).status_code == 409
    assert steps(ana) == ["take_over", "add_piece"]
    with writing():
        assert Piece.select().count() == 2, "the one of the step, and the one of the other text"


def test_a_key_never_answers_for_another_dossier(people: Cast, browse: Browse, ana: Case) -> None:
    with writing():
        ben, = crowd.waiting(people, 1, "Ben")
    claire = browse(people.claire)
    form = the_form(claire, address(ana, "note"), NOTE)
    went(sent(claire, address(ana, "note"), form, {}, note="Appelée"))
    assert sent(claire, address(ben, "note"), form, {}, note="Appelée").status_code == 409
    assert steps(ben) == ["take_over"]


# A page that is no longer true ---------------------------------------------------------------------------------------


@pytest.mark.trust("T4")
def test_a_stale_page_says_who_did_what_and_keeps_the_text(
        people: Cast, browse: Browse, ana: Case, headers: dict[str, str]) -> None:
    """The step is still possible: pressing again, knowingly, takes it."""
    claire, path = browse(people.claire), address(ana, "update")
    form = the_form(claire, path, "Faire le point")
    with writing():
        crowd.step(ana, "derogate", people.odile, rule="first_in_line", reason="Urgence")
    late = sent(claire, path, form, headers, changes="Elle a trois devis")
    assert late.status_code == 409
    assert "Odile a modifié ce dossier à 10 h." in said(late)
    assert "Elle a trois devis" in said(late)
    assert steps(ana) == ["take_over", "derogate"]
    went(sent(claire, path, read(late).form("Faire le point"), headers))
    assert steps(ana) == ["take_over", "derogate", "update"]


@pytest.mark.trust("T4")
def test_a_step_already_taken_by_a_colleague_says_so(
        people: Cast, browse: Browse, clock: Clock, ana: Case, headers: dict[str, str]) -> None:
    """Two members of the circle had the same page open; the second one's words stay readable."""
    claire, salome, path = browse(people.claire), browse(people.salome), address(ana, "offer")
    form = the_form(salome, path, OFFER, month="2027-06")
    went(sent(claire, path, the_form(claire, path, OFFER, month="2027-06"), headers, month="2027-06"))
    clock.forward(minutes=78)
    late = sent(salome, path, form, headers, month="2027-06", word="À bientôt, Ana")
    assert late.status_code == 409
    assert "Claire a déjà proposé une place à 10 h." in said(late)
    assert "À bientôt, Ana" in said(late)
    assert steps(ana) == ["take_over", "offer"]


def test_an_applicant_reads_the_team_and_no_name(
        people: Cast, browse: Browse, clock: Clock, ana: Case, headers: dict[str, str]) -> None:
    clock.forward(hours=13)
    with writing():
        crowd.step(ana, "offer", people.claire, month="2027-06")
    me, path = browse(ana.dossier.person), address(ana, "postpone")
    form = the_form(me, path, "Je reporte mon entrée")
    with writing():
        crowd.step(ana, "take_offer_back", people.claire, reason="Erreur de mois")
    clock.forward(hours=1, minutes=30)
    late = sent(me, path, form, headers, month="2027-09")
    assert late.status_code == 409
    assert "L’équipe a modifié ce dossier le 1er mars à 23 h." in said(late)
    assert "Claire" not in said(late)
    assert "septembre 2027" in said(late).lower()


def test_what_is_added_makes_nobody_s_page_stale(people: Cast, browse: Browse, ana: Case) -> None:
    claire, path = browse(people.claire), address(ana, "offer")
    form = the_form(claire, path, OFFER, month="2027-06")
    with writing():
        crowd.step(ana, "note", people.salome, note="Rappelée")
        crowd.step(ana, "write", people.sami, subject="Bonjour", message="Votre dossier avance")
    went(sent(claire, path, form, {}, month="2027-06"))


def test_a_step_that_was_never_mine_is_not_found(people: Cast, browse: Browse, ana: Case) -> None:
    """An old page says why; a step of others stays a missing page."""
    me = browse(ana.dossier.person)
    form = the_form(me, address(ana, "withdraw"), "Retirer ma demande")
    assert sent(me, address(ana, "offer"), form, {}, month="2027-06").status_code == 404
    zoe, path = browse(people.zoe), address(ana, "withdraw")
    token = read(zoe.get("/mon-compte")).forms[0].values["csrf_token"]
    bare = {name: value for name, value in form.values.items() if name != late_forms.FIELD}
    assert zoe.post(path, data={**bare, "csrf_token": token}).status_code == 404
    assert steps(ana) == ["take_over"]


def test_a_form_left_open_on_a_shared_device_waits_for_its_author(people: Cast, browse: Browse, ana: Case) -> None:
    """Ana's own form, sent once Zoé is signed in there: kept for Ana, no step taken, and nothing of Ana told."""
    form = the_form(browse(ana.dossier.person), address(ana, "withdraw"), "Retirer ma demande")
    kept = sent(browse(people.zoe), address(ana, "withdraw"), form, {})
    assert kept.status_code == 409
    assert late_forms.SOMEONE_ELSE.replace("\u00a0", " ") in said(kept)
    assert "Ana" not in said(kept)
    assert steps(ana) == ["take_over"]


def test_the_history_holds_after_all_this(people: Cast, browse: Browse, ana: Case) -> None:
    claire, path = browse(people.claire), address(ana, "offer")
    form = the_form(claire, path, OFFER, month="2027-06")
    for month in ("2027-06", "2027-06", "2027-07"):
        sent(claire, path, form, {}, month=month)
    with writing():
        assert list(history.verify()) == []
