"""Information meetings: planned, filled, presences noted, cancelled for everyone at once."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from intake.arrivals import open_dossier
from intake.cases import new_case, take_step
from intake.clock import tick
from intake.models.days import InfoMeeting, Seat
from intake.models.dossiers import Case, Event
from intake.models.letters import Letter
from intake.models.people import Person
from tests.cast import Cast, principale, writing
from tests.conftest import Browse, Clock
from tests.page import press, read, send

HELD = datetime(2027, 3, 10, 17, 30, tzinfo=UTC)


@pytest.fixture
def meeting(people: Cast, clock: Clock) -> InfoMeeting:
    """A meeting on 10 March, where Ana and Ben are expected."""
    with writing():
        found: InfoMeeting = InfoMeeting.create(
            antenna=principale(), starts_at=HELD, place="Roubaix", seats=12, host=people.claire)
        for person in (people.ana, people.ben):
            expect(person, found)
    return found


def expect(person: Person, meeting: InfoMeeting) -> Case:
    """Someone leaves their details and books a seat."""
    contact = {"first_name": person.first_name, "last_name": person.last_name, "email": person.email, "phone": "",
               "commune": "Lille", "activity": "Céramique", "heard": "word", "antenna": "principale", "age": "adult",
               "notice": "on"}
    dossier = open_dossier(person, principale(), contact)
    case = take_step(new_case(dossier, "admission"), "register", by=person, raw=contact, key=None).case
    take_step(case, "book", by=person, raw={"meeting": meeting.uid}, key=None)
    return case


def state(person: Person) -> str:
    """Where someone's admission stands."""
    from intake.models.dossiers import Dossier

    with writing():
        return str(Case.select(Case, Dossier).join(Dossier).where(Dossier.person == person).get().state)


def test_a_meeting_is_planned_once(people: Cast, browse: Browse) -> None:
    """Date, hour as typed, place, seats, host; the form sent twice makes one."""
    claire, page = browse(people.claire), "/reunions/nouvelle"
    form = read(claire.get(page)).form("Prévoir cette réunion")
    answers = {"day-day": "17", "day-month": "mars", "day-year": "2027", "hour": "18h30", "place": "Lille", "seats": "12",
               "host": people.salome.uid}
    for _ in range(2):
        assert send(claire, form, page, "Prévoir cette réunion", **answers).status_code == 303
    with writing():
        planned = InfoMeeting.get()
        assert (planned.starts_at, planned.host, planned.seats) == (
            datetime(2027, 3, 17, 17, 30, tzinfo=UTC), people.salome, 12)
    assert "Mercredi 17\u00a0mars 2027 à 18\u00a0h\u00a030" in read(claire.get("/reunions")).text


def test_nonsense_and_the_past_are_refused(people: Cast, browse: Browse) -> None:
    """No meeting is planned."""
    claire = browse(people.claire)
    answers = {"day-day": "17", "day-month": "2", "day-year": "2027", "hour": "25 h", "place": "Lille", "seats": "12"}
    assert press(claire, "/reunions/nouvelle", "Prévoir cette réunion", **answers).status_code == 422
    assert press(claire, "/reunions/nouvelle", "Prévoir cette réunion", **{**answers, "hour": "18 h"}).status_code == 409
    with writing():
        assert not InfoMeeting.select().exists()


def test_presences_are_noted_when_it_is_held(meeting: InfoMeeting, people: Cast, browse: Browse, clock: Clock) -> None:
    """Ana came: her application opens. Ben is excused: he may choose another date. Twice is once."""
    page = f"/reunions/{meeting.uid}"
    assert "Noter la présence" not in read(browse(people.claire).get(page)).text
    clock.set(HELD)
    claire = browse(people.claire)
    ana = next(form for form in read(claire.get(page)).forms if "Noter la présence Ana Moreau" in form.buttons)
    for _ in range(2):
        assert send(claire, ana, page, "Noter la présence Ana Moreau").status_code == 303
    assert state(people.ana) == "draft"
    assert press(claire, page, "Absence excusée Ben Lefort").status_code == 303
    assert state(people.ben) == "contact"
    with writing():
        assert Event.select().where(Event.step == "attend").count() == 1
        assert sorted(seat.status for seat in Seat.select()) == ["excused", "present"]
    assert "Présences à noter" not in read(claire.get("/reunions")).text


def test_a_meeting_is_cancelled_for_everyone(meeting: InfoMeeting, people: Cast, browse: Browse) -> None:
    """One tap: both may choose again, each gets a letter, the meeting is no longer offered. Twice is once."""
    claire, page = browse(people.claire), f"/reunions/{meeting.uid}/annuler"
    assert press(claire, page, "Annuler la réunion", reason="").status_code == 422
    assert state(people.ana) == "meeting"
    form = read(claire.get(page)).form("Annuler la réunion")
    for _ in range(2):
        assert send(claire, form, page, "Annuler la réunion", reason="Salle fermée").status_code == 303
    assert (state(people.ana), state(people.ben)) == ("contact", "contact")
    with writing():
        told = Letter.select().where(Letter.template == "journee_moved")
        assert sorted(one.recipient.first_name for one in told) == ["Ana", "Ben"]
        assert Event.select().where(Event.step == "cancel_meeting", Event.case.is_null(False)).count() == 2
    assert "Annulée" in read(claire.get("/reunions")).text


def test_on_the_eve_the_circle_has_the_list(meeting: InfoMeeting, people: Cast, clock: Clock) -> None:
    """Once, at eight; not two days before, nor of a meeting that nobody comes to."""
    def lists() -> list[Letter]:
        with writing():
            tick()
            return list(Letter.select(Letter, Person).join(Person).where(Letter.template == "meeting_list").order_by(Letter.id))

    with writing():
        InfoMeeting.create(antenna=principale(), starts_at=HELD, place="Lille", seats=12)
    clock.to(date(2027, 3, 8))
    assert lists() == []
    clock.to(date(2027, 3, 9), hour=4)
    assert {one.recipient for one in lists()} == {people.claire, people.salome, people.ines}
    told = lists()[0]
    assert len(lists()) == 3 and "Ana Moreau" in told.body and "Ben Lefort" in told.body
    assert told.subject.replace("\u00a0", " ") == "Réunion d’information du 10 mars : 2 personnes attendues"
    assert told.not_before == datetime(2027, 3, 9, 7, tzinfo=UTC)


def test_seats_do_not_fall_below_those_taken(meeting: InfoMeeting, people: Cast, browse: Browse) -> None:
    """Twenty is fine; one is refused with the number taken."""
    claire, page = browse(people.claire), f"/reunions/{meeting.uid}/modifier"
    assert press(claire, page, "Enregistrer", seats="20").status_code == 303
    answer = press(claire, page, "Enregistrer", seats="1")
    assert answer.status_code == 409 and "2 places sont déjà prises" in read(answer).text.replace("\u00a0", " ")
    with writing():
        assert InfoMeeting.get().seats == 20


def test_the_wrong_person_finds_nothing(meeting: InfoMeeting, people: Cast, browse: Browse, clock: Clock) -> None:
    """Support reads and neither notes nor cancels; those expected, strangers and the administration find nothing."""
    clock.set(HELD)
    page = f"/reunions/{meeting.uid}"
    sami = browse(people.sami)
    assert "Noter la présence" not in read(sami.get(page)).text
    assert sami.get(f"{page}/annuler").status_code == 404
    for person in (people.ana, people.zoe, people.ada):
        for address in ("/reunions", page, f"{page}/annuler", f"{page}/modifier", "/reunions/nouvelle"):
            assert browse(person).get(address).status_code == 404
