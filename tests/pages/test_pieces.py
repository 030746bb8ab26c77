"""A document on its page: added, seen, replaced, taken away, used again, missing; and who may open it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake import shelf
from intake.cases import StepRefused, take_step
from intake.demo.names import A_PDF
from intake.effects import Made
from intake.foresight import Surprise
from intake.models.dossiers import Case, Event
from intake.models.drafts import DraftPage
from intake.models.pieces import MOST, Piece, add, sealed_piece
from intake.models.readings import Reading
from intake.words import say
from tests.cases.test_admission import arrived
from tests.cast import Cast, writing
from tests.conftest import NOW, Browse
from tests.hostile import exif, launches, picture, saved, written
from tests.page import press, read

PHOTO = saved(picture(), "JPEG", exif=exif(6))
ADD, REPLACE, REMOVE, SAVE = "Ajouter ce fichier", "Remplacer", "Supprimer", "Enregistrer et continuer"
PAGE, FIELD = "presentation", "presentation"


@pytest.fixture
def case(people: Cast) -> Case:
    """Ana, who fills in her application."""
    with writing():
        found = arrived(people.ana)
        take_step(found, "skip_meeting", by=people.claire, raw={"reason": "Reçue hier"}, key=None)
        found = Case.get_by_id(found.id)
        assert found.dossier.uid
    return found


def at(case: Case, page: str = PAGE) -> str:
    """Where a page is."""
    return f"/demande/{case.uid}/{page}"


def post(client: FlaskClient, case: Case, content: bytes | None, name: str = "presentation.pdf", page: str = PAGE,
         field: str = FIELD, **more: Any) -> TestResponse:
    """Choose a file on the page, press « Ajouter ce fichier »."""
    form = read(client.get(at(case, page))).form(ADD)
    file = {} if content is None else {field: (BytesIO(content), name)}
    return client.post(f"{at(case, page)}/pieces/{field}", data={**form.values.to_dict(), **file, **more},
                       content_type="multipart/form-data")


# Adding --------------------------------------------------------------------------------------------------------------


def test_the_page_says_format_size_and_reason_before_the_button(people: Cast, browse: Browse, case: Case) -> None:
    html = browse(people.ana).get(at(case)).get_data(as_text=True)
    assert html.index("PDF, JPG ou PNG, 10\N{NO-BREAK SPACE}Mo au maximum. Une photo nette") < html.index(ADD)
    assert 'accept="application/pdf,image/jpeg,image/png"' in html
    assert "capture" not in html


def test_a_file_is_added_listed_and_seen(people: Cast, browse: Browse, case: Case) -> None:
    ana = browse(people.ana)
    assert post(ana, case, A_PDF).status_code == 303
    page = read(ana.get(at(case)))
    assert "presentation.pdf · 1\N{NO-BREAK SPACE}ko · ajouté à 10\N{NO-BREAK SPACE}h" in page.text
    assert ana.get(page.link("Voir presentation.pdf")).mimetype == "application/pdf"
    assert page.link("Remplacer presentation.pdf") == f"#{FIELD}"
    assert "Supprimer presentation.pdf" in page.text


@pytest.mark.trust("T12")
def test_a_photo_is_seen_without_what_it_said(people: Cast, browse: Browse, case: Case) -> None:
    ana = browse(people.ana)
    post(ana, case, PHOTO, "IMG_2041.HEIC")
    page = read(ana.get(at(case)))
    look = ana.get(page.link("Voir IMG_2041.jpg"))
    assert look.mimetype == "text/html"
    with writing():
        piece = Piece.get()
    image = ana.get(f"/dossier/{case.dossier.uid}/pieces/{piece.uid}")
    assert image.headers["Content-Disposition"].startswith("attachment")
    assert image.headers["Content-Security-Policy"].endswith("sandbox")
    assert b"Exif" not in image.data


def test_a_file_sent_twice_is_kept_once(people: Cast, browse: Browse, case: Case) -> None:
    ana = browse(people.ana)
    form = read(ana.get(at(case))).form(ADD)
    for _ in range(2):
        ana.post(f"{at(case)}/pieces/{FIELD}", data={**form.values.to_dict(), FIELD: (BytesIO(A_PDF), "a.pdf")})
    with writing():
        assert Piece.select().where(Piece.removed_at.is_null()).count() == 1


def test_another_file_replaces_it(people: Cast, browse: Browse, case: Case) -> None:
    ana = browse(people.ana)
    post(ana, case, A_PDF)
    post(ana, case, PHOTO, "photo.jpg")
    text = read(ana.get(at(case))).text
    assert "photo.jpg" in text
    assert "presentation.pdf ·" not in text
    with writing():
        assert Piece.get(Piece.filename == "presentation.pdf").content is None


def test_it_is_taken_away(people: Cast, browse: Browse, case: Case) -> None:
    ana = browse(people.ana)
    post(ana, case, A_PDF)
    form = read(ana.get(at(case))).form(f"{REMOVE} presentation.pdf")
    assert ana.post(f"{at(case)}/pieces/{FIELD}/supprimer", data=form.values).status_code == 303
    assert "Déjà ajouté" not in read(ana.get(at(case))).text
    with writing():
        assert Piece.get().removed_at is not None


@pytest.mark.parametrize(("content", "sentence"), [
    (None, "Choisissez un fichier"), (b"", "Le fichier est vide"),
    (b"MZ\x90\x00" + bytes(500), "Le fichier doit être un PDF, un JPG ou un PNG"),
    (A_PDF + bytes(11 * 1024 * 1024), "Le fichier doit peser moins de 10\N{NO-BREAK SPACE}Mo"),
    (written(launches), "Ce PDF lance un programme. Imprimez-le en PDF, puis ajoutez ce nouveau fichier")])
def test_a_refusal_says_what_to_do_and_keeps_nothing(
        people: Cast, browse: Browse, case: Case, content: bytes | None, sentence: str) -> None:
    answer = post(browse(people.ana), case, content)
    assert answer.status_code == 422
    assert sentence in read(answer).text
    assert "<title>Erreur" in answer.get_data(as_text=True)
    with writing():
        assert not Piece.select().exists()


@pytest.mark.trust("T12")
def test_the_twenty_first_piece_waits_for_room(people: Cast, browse: Browse, case: Case) -> None:
    with writing():
        for number in range(MOST):
            add(case.dossier, title="piece", filename=f"{number}.pdf", media_type="application/pdf", content=b"%PDF",
                by=people.ana, now=NOW)
    assert "Vous avez déjà 20 pièces. Supprimez-en une pour continuer" in read(post(browse(people.ana), case, A_PDF)).text


def test_what_else_was_kept_on_the_page_stays(people: Cast, browse: Browse, case: Case) -> None:
    ana = browse(people.ana)
    press(ana, at(case, "budget"), SAVE, **{"budget-0-heading": "Ventes", "budget-0-income": "12000"})
    assert post(ana, case, A_PDF, page="budget", field="budget_file").status_code == 303
    with writing():
        row = DraftPage.get(DraftPage.page == "budget")
    assert row.complete
    assert row.typed["budget-0-heading"] == ["Ventes"]
    assert row.answers["budget_file"]["piece"]


def test_what_is_typed_beside_a_file_is_kept_with_it(people: Cast, browse: Browse, case: Case) -> None:
    """Without JavaScript the page comes back: what was typed and not saved comes back too."""
    ana = browse(people.ana)
    assert post(ana, case, A_PDF, page="budget", field="budget_file", **{"budget-0-heading": "Ventes"}).status_code == 303
    page = ana.get(at(case, "budget")).get_data(as_text=True)
    assert 'value="Ventes"' in page
    refused = post(ana, case, b"MZ", page="budget", field="budget_file", **{"budget-0-heading": "Conseil"})
    assert refused.status_code == 422
    assert 'value="Conseil"' in refused.get_data(as_text=True)
    with writing():
        assert not DraftPage.get(DraftPage.page == "budget").complete, "only « Enregistrer et continuer » completes a page"


def test_an_error_elsewhere_loses_no_file(people: Cast, browse: Browse, case: Case) -> None:
    ana = browse(people.ana)
    post(ana, case, A_PDF, page="budget", field="budget_file")
    answer = press(ana, at(case, "budget"), SAVE, **{"budget-0-heading": "Ventes", "budget-0-income": "beaucoup"})
    assert answer.status_code == 422
    assert "Supprimer presentation.pdf" in read(answer).text


def test_a_file_already_added_serves_again(people: Cast, browse: Browse, case: Case) -> None:
    ana = browse(people.ana)
    post(ana, case, A_PDF)
    page = read(ana.get(at(case, "insurance")))
    assert "Utiliser la pièce déjà ajoutée\N{NO-BREAK SPACE}: presentation.pdf" in page.text
    with writing():
        uid = Piece.get().uid
    assert post(ana, case, None, page="insurance", field="insurance", use=uid).status_code == 303
    assert press(ana, at(case, "insurance"), SAVE).status_code == 303
    with writing():
        assert DraftPage.get(DraftPage.page == "insurance").answers == {"insurance": {"piece": uid}}


def test_the_piece_of_someone_else_serves_nobody(people: Cast, browse: Browse, case: Case) -> None:
    with writing():
        other = arrived(people.ben)
        theirs = add(other.dossier, title="piece", filename="ben.pdf", media_type="application/pdf", content=b"%PDF",
                     by=people.ben, now=NOW)
    assert post(browse(people.ana), case, None, use=theirs.uid).status_code == 404
    assert browse(people.ben).get(at(case)).status_code == 404


def test_what_was_sent_stays_as_it_was_sent(people: Cast, browse: Browse, case: Case) -> None:
    """The Cercle reads the file that was sent, whatever is prepared beside it (F53)."""
    from intake import history
    from intake.models.actors import CLOCK

    ana = browse(people.ana)
    post(ana, case, A_PDF)
    with writing():
        found, uid = Case.get_by_id(case.id), Piece.get().uid
        history.append(history.Line("revise", "draft", "draft", "person", NOW, NOW.date()), CLOCK, found,
                       history.Written({"presentation": {"piece": uid}}, {}, {}))
    post(ana, case, PHOTO, "photo.jpg")
    with writing():
        assert Piece.get(Piece.uid == uid).removed_at is None


# Missing -------------------------------------------------------------------------------------------------------------


def test_a_missing_paper_makes_the_page_complete(people: Cast, browse: Browse, case: Case) -> None:
    ana = browse(people.ana)
    answer = press(ana, at(case, "insurance"), SAVE, **{"insurance-absent": "Mon assureur l’envoie lundi"})
    assert answer.status_code == 303
    with writing():
        assert DraftPage.get(DraftPage.page == "insurance").complete


def test_it_becomes_a_task_until_it_is_added(people: Cast, browse: Browse, case: Case) -> None:
    from intake import history
    from intake.models.actors import CLOCK

    with writing():
        found = Case.get_by_id(case.id)
        line = history.Line("submit", "draft", "draft", "person", NOW, NOW.date())
        history.append(line, CLOCK, found, history.Written({"insurance": {"missing": "Lundi"}}, {}, {}))
        assert shelf.missing_of(found) == [("Assurance : questionnaire", "Lundi")]
        history.append(history.Line("add_piece", "draft", "draft", "person", NOW, NOW.date()), CLOCK, found, history.Written(
            {"title": "Assurance : questionnaire", "piece": {"piece": "x" * 22}}, {}, {}))
        assert shelf.missing_of(found) == []


# Opened --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def identity(people: Cast, case: Case) -> Piece:
    """A copy of Ana's passport."""
    with writing():
        return add(case.dossier, title="paper_copy", filename="passeport.jpg", media_type="image/jpeg", content=PHOTO,
                   by=people.ana, now=NOW)


def opened(client: FlaskClient, case: Case, piece: Piece) -> TestResponse:
    """Press its name in the list; without it, send the form all the same."""
    token = read(client.get(f"/dossier/{case.dossier.uid}/pieces")).forms[-1].values["csrf_token"]
    return client.post(f"/dossier/{case.dossier.uid}/pieces/{piece.uid}", data={"csrf_token": token})


def test_hr_opens_an_identity_paper_and_it_is_recorded(people: Cast, browse: Browse, case: Case, identity: Piece) -> None:
    rachel = browse(people.rachel)
    assert rachel.get(f"/dossier/{case.dossier.uid}/pieces/{identity.uid}").status_code == 405, "a look opens nothing"
    answer = opened(rachel, case, identity)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with writing():
        read_by = Reading.get()
        assert (read_by.reader, read_by.allowed, read_by.what) == (people.rachel, True, f"piece:{identity.uid}")


def test_the_circle_is_refused_and_it_is_recorded(people: Cast, browse: Browse, case: Case, identity: Piece) -> None:
    """Worked case 33."""
    claire = browse(people.claire)
    assert "passeport.jpg" not in read(claire.get(f"/dossier/{case.dossier.uid}/pieces")).text
    assert opened(claire, case, identity).status_code == 403
    with writing():
        read_by = Reading.get()
        assert (read_by.reader, read_by.allowed) == (people.claire, False)


def test_a_stranger_finds_nothing(people: Cast, browse: Browse, case: Case, identity: Piece) -> None:
    zoe = browse(people.zoe)
    token = read(zoe.get("/mes-donnees")).forms[-1].values["csrf_token"]
    assert zoe.post(f"/dossier/{case.dossier.uid}/pieces/{identity.uid}", data={"csrf_token": token}).status_code == 404
    with writing():
        assert not Reading.select().exists()


def test_one_reads_ones_own_without_a_record(people: Cast, browse: Browse, case: Case, identity: Piece) -> None:
    ana = browse(people.ana)
    assert ana.get(f"/dossier/{case.dossier.uid}/pieces/{identity.uid}").status_code == 200
    with writing():
        assert not Reading.select().exists()


def test_the_insurance_questionnaire_is_read_by_support_alone(people: Cast, browse: Browse, case: Case) -> None:
    with writing():
        piece = add(case.dossier, title="insurance", filename="assurance.pdf", media_type="application/pdf", content=A_PDF,
                    by=people.ana, now=NOW)
    there = f"/dossier/{case.dossier.uid}/pieces/{piece.uid}"
    assert browse(people.sami).get(there).status_code == 200
    assert browse(people.claire).get(there).status_code == 404


# With its step -------------------------------------------------------------------------------------------------------


def test_a_document_is_kept_with_the_event_it_came_with_or_not_at_all(people: Cast, case: Case) -> None:
    """A step that ends in nothing, after all was written, leaves no document behind (TRUST 3.11)."""
    with writing():
        piece = sealed_piece(case.dossier, title="piece", filename="un.pdf", media_type="application/pdf", content=A_PDF,
                             by=people.sami, now=NOW)
        raw, events = {"title": "Devis", "piece": piece.uid}, Event.select().count()
        with pytest.raises(Surprise):
            take_step(case, "add_piece", by=people.sami, raw=raw, key="k", made=Made(pieces=[piece]), told="another result")
        assert (Piece.select().count(), Event.select().count()) == (0, events)
        take_step(case, "add_piece", by=people.sami, raw=raw, key="k", made=Made(pieces=[piece]))
        assert (Piece.select().count(), Event.select().count()) == (1, events + 1)


def test_a_step_that_is_refused_keeps_the_document_for_its_page(people: Cast, browse: Browse, case: Case) -> None:
    """Chosen once is enough: the page comes back with the file, and pressing again takes it with the step."""
    ana, page = browse(people.ana), f"/dossier/{case.dossier.uid}/{case.uid}/add_piece"
    form = read(ana.get(page)).form("Ajouter une pièce")
    values = {**form.values.to_dict(), "title": "", "piece": (BytesIO(PHOTO), "devis.jpg")}
    back = ana.post(page, data=values, content_type="multipart/form-data")
    assert back.status_code == 422 and "Fichier ajouté" in read(back).text
    again = read(back).form("Ajouter une pièce")
    assert ana.post(page, data={**again.values.to_dict(), "title": "Devis"}).status_code == 303
    with writing():
        assert [one.filename for one in Piece.select()] == ["devis.jpg"]


def test_the_twenty_first_document_refuses_its_step(people: Cast, case: Case) -> None:
    with writing():
        for number in range(MOST):
            add(case.dossier, title="piece", filename=f"{number}.pdf", media_type="application/pdf", content=b"%PDF",
                by=people.ana, now=NOW)
        piece = sealed_piece(case.dossier, title="piece", filename="un.pdf", media_type="application/pdf", content=A_PDF,
                             by=people.ana, now=NOW)
        events = Event.select().count()
        with pytest.raises(StepRefused) as refused:
            take_step(case, "add_piece", by=people.ana, raw={"title": "Devis", "piece": piece.uid}, key=None,
                      made=Made(pieces=[piece]))
        assert "Vous avez déjà 20 pièces" in say(refused.value.refusals[0]).replace("\u00a0", " ")
        assert (Piece.select().count(), Event.select().count()) == (MOST, events)
