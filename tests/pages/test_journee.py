"""One journée: who is awaited and there, live; noted by hand and from paper; its papers; its closing."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pypdf
import pytest
from flask.testing import FlaskClient

from intake import presences
from intake.models import attendance, badges, days
from intake.models.attendance import Attendance, UnknownName
from intake.models.days import Journee
from intake.models.dossiers import Event
from intake.models.letters import Letter
from intake.models.people import RoleGrant
from tests.cases.test_admission import admitted, arrived
from tests.cases.test_presences import in_cape
from tests.cast import LONG_AGO, Cast, writing
from tests.conftest import Browse, Clock
from tests.page import press, read, send

MARCH = date(2027, 3, 18)
TEN = datetime(2027, 3, 18, 9, 12, tzinfo=UTC)
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def march(people: Cast, clock: Clock) -> str:
    """The address of the journée of March, on its day: Ana and Noé in CAPE, Ben waits for a place."""
    with writing():
        for person in (people.ana, people.noe):
            in_cape(people, person)
        admitted(arrived(people.ben), people)
        days.plan_journees(date(2027, 3, 1))
        journee = Journee.get(Journee.day == MARCH)
    clock.set(TEN)
    return f"/journees/{journee.uid}"


def journee() -> Journee:
    with writing():
        found: Journee = Journee.get(Journee.day == MARCH)
    return found


def signs(people: Cast, name: str, half: str = "morning") -> None:
    with writing():
        presences.sign(journee(), half, person=getattr(people, name), name="", how="badge", at=TEN, key="")


def noted() -> set[tuple[str, str, str, str]]:
    with writing():
        return {(row.person.first_name, row.half, row.status, row.how) for row in Attendance.select()}


def test_who_is_awaited_and_who_is_there(people: Cast, march: str, browse: Browse) -> None:
    claire = browse(people.claire)
    first = read(claire.get(march))
    assert "Aucune présence notée. Elles arrivent quand la borne est en ligne." in first.text
    assert {text for text, _ in first.links} >= {"Présences 0", "Attendues 2", "Invitées 1"}
    assert "Candidature, sans réponse" in read(claire.get(f"{march}?voir=invitees")).text
    signs(people, "ana")
    page = read(claire.get(march))
    assert f"Matin à 10{NBSP}h{NBSP}12" in page.text and "Ana Moreau" in page.text
    assert "Noé Caron" in read(claire.get(f"{march}?voir=attendues")).text
    assert "Noé" not in read(claire.get(f"{march}?voir=attendues&q=zzz")).text


def test_the_live_block_answers_204_until_something_happens(people: Cast, march: str, browse: Browse, clock: Clock) -> None:
    claire = browse(people.claire)
    whole = claire.get(march).get_data(as_text=True)
    asked = whole.split('id="presences"', 1)[1].split('hx-get="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    htmx = {"HX-Request": "true", "HX-Request-Type": "partial"}
    assert claire.get(asked, headers=htmx).status_code == 204
    clock.forward(seconds=20)
    signs(people, "ana")
    fresh = claire.get(asked, headers=htmx)
    assert fresh.status_code == 200 and fresh.get_data(as_text=True).lstrip().startswith('<div id="presences"')
    assert claire.get(asked).status_code == 200, "without htmx the address is a whole page"


def test_noted_by_hand_and_corrected_with_a_trace(people: Cast, march: str, browse: Browse) -> None:
    claire, page = browse(people.claire), f"{march}/presences/{people.noe.uid}"
    for _ in range(2):
        assert press(claire, page, "Enregistrer", morning="present").status_code == 303
    assert noted() == {("Noé", "morning", "present", "team")}
    assert press(claire, page, "Enregistrer", morning="excused", afternoon="excused").status_code == 303
    assert noted() == {("Noé", "morning", "excused", "team"), ("Noé", "afternoon", "excused", "team")}
    with writing():
        assert Event.select().where(Event.step == "note_presence").count() == 3
    assert claire.get(f"{march}/presences/{people.zoe.uid}").status_code == 404, "whom nothing awaits"


def test_the_paper_sheet_is_typed_in_once(people: Cast, march: str, browse: Browse) -> None:
    signs(people, "ana")
    claire, page = browse(people.claire), f"{march}/papier"
    form = read(claire.get(page)).form("Noter ces présences")
    assert f"morning-{people.ana.uid}" not in form.names, "noted already"
    ticked = {f"morning-{people.noe.uid}": "oui", f"afternoon-{people.ana.uid}": "oui", "morning": "Zoé  Marchal\n\nZoé Marchal"}
    for _ in range(2):
        assert send(claire, form, page, "Noter ces présences", **ticked).status_code == 303
    assert noted() == {("Ana", "morning", "present", "badge"), ("Ana", "afternoon", "present", "paper"),
                       ("Noé", "morning", "present", "paper")}
    with writing():
        assert [one.read for one in UnknownName.select()] == ["Zoé Marchal"]
    assert ">1<" in claire.get(march).get_data(as_text=True), "one to check"


def test_a_sheet_is_not_typed_in_before_its_day(people: Cast, march: str, browse: Browse, clock: Clock) -> None:
    clock.to(date(2027, 3, 10))
    answer = press(browse(people.claire), f"{march}/papier", "Noter ces présences", morning="Zoé Marchal")
    assert answer.status_code == 409 and "Zoé Marchal" in read(answer).text
    with writing():
        assert not UnknownName.select().exists()


def test_the_attendance_sheet_is_a_pdf_with_boxes_to_sign(people: Cast, march: str, browse: Browse) -> None:
    with writing():
        attendance.answer_invitation(journee(), people.noe, "excused", how="person", at=TEN)
    claire = browse(people.claire)
    answer = press(claire, march, "Imprimer la feuille")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    reader = pypdf.PdfReader(io.BytesIO(answer.data))
    text = " ".join(page.extract_text() for page in reader.pages).replace(NBSP, " ")
    for said in ("Feuille de présence", "Jeudi 18 mars 2027", "N°", "Nom", "Prénom", "Matin", "Après-midi", "MOREAU", "Ana",
                 "excusé·e", "Feuille établie le 18 mars 2027", "page 1/1", "données conservées jusqu’au 18 mars 2029 inclus"):
        assert said in text, said
    assert text.index("CARON") < text.index("LEFORT") < text.index("MOREAU"), "by name"
    assert "11" in text.split(), "three people and eight blank rows"
    assert reader.pages[0].mediabox.width == pytest.approx(595, abs=1), "A4"
    assert reader.root_object["/MarkInfo"]["/Marked"], "read by assistive technology"
    with writing():
        assert Event.get(Event.step == "print_sheet").actor == people.claire


def test_badges_are_printed_and_everyone_has_one(people: Cast, march: str, browse: Browse) -> None:
    answer = press(browse(people.claire), march, "Imprimer les badges")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages)
    with writing():
        badge = badges.badge_of(people.ben)
        assert badge is not None and badge.spoken in text and "Ben Lefort" in text
        assert Event.get(Event.step == "print_badges").actor == people.claire


def test_badges_are_sent_when_asked_for_and_once(people: Cast, march: str, browse: Browse) -> None:
    claire = browse(people.claire)
    for _ in range(2):
        assert press(claire, march, "Envoyer les badges").status_code == 303
    with writing():
        assert Letter.select().where(Letter.template == "journee_reminder").count() == 3


def test_closing_says_what_is_missing_and_settles_absences(people: Cast, march: str, browse: Browse) -> None:
    signs(people, "ana")
    with writing():
        presences.sign(journee(), "morning", person=None, name="Zoé", how="name", at=TEN, key="k")
    claire = browse(people.claire)
    page = read(claire.get(f"{march}/fermer"))
    assert f"1{NBSP}ligne est à vérifier." in page.text
    for _ in range(2):
        assert send(claire, page.form("Fermer la journée"), f"{march}/fermer", "Fermer la journée").status_code == 303
    assert {(name, half, status) for name, half, status, _ in noted()} == {
        ("Ana", "morning", "present"), ("Ana", "afternoon", "absent"), ("Noé", "morning", "absent"),
        ("Noé", "afternoon", "absent")}, "Ben was invited, and expected nowhere"
    closed = read(claire.get(march))
    assert "Fermée" in closed.text and "Fermer la journée" not in closed.text
    assert "Noé Caron" in read(claire.get(f"{march}?voir=absentes")).text


def test_the_facilitator_runs_their_own_journee(people: Cast, march: str, browse: Browse) -> None:
    with writing():
        RoleGrant.create(person=people.zoe, role="facilitator", since=LONG_AGO)
    zoe = browse(people.zoe)
    assert read(zoe.get(march)).link("Journées") == "/journees", "nobody is named yet"
    claire = browse(people.claire)
    assert press(claire, f"{march}/animation", "Enregistrer", person=people.salome.uid).status_code == 303
    assert zoe.get(march).status_code == 404, "it is Salomé’s"
    assert press(claire, f"{march}/animation", "Enregistrer", person=people.zoe.uid).status_code == 303
    assert zoe.get(march).status_code == 200
    with writing():
        assert Event.select().where(Event.step == "name_facilitator").count() == 2


POSTS = ("feuille", "badges", "badges/envoyer", "papier", "fermer", "animation")


@pytest.mark.parametrize("who", ["ana", "zoe", "ada", None])
def test_the_wrong_person_finds_nothing(people: Cast, march: str, browse: Browse, who: str | None) -> None:
    stranger: FlaskClient = browse(getattr(people, who) if who else None)
    expected = 404 if who else 302
    token = read(browse(people.claire).get(march)).form("Imprimer la feuille").values["csrf_token"]
    for page in ("", "/papier", "/fermer", "/animation", "/creneaux", f"/presences/{people.noe.uid}"):
        assert stranger.get(f"{march}{page}").status_code == expected, page
    for page in POSTS:
        assert stranger.post(f"{march}/{page}", data={"csrf_token": token}).status_code in (400, expected), page
    assert noted() == set()
    with writing():
        assert not Event.select().where(Event.step.in_(("print_sheet", "print_badges", "close_journee"))).exists()
