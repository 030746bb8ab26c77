"""Being seen at a journée moves the journey, when it still may: the information meeting, the first journée after a signature."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from intake import gatherings, guests, invitations, presences
from intake.cases import new_case, take_step
from intake.models import attendance, days
from intake.models.attendance import Attendance
from intake.models.days import InfoMeeting, Journee, Seat
from intake.models.dossiers import Case, Dossier, Event
from intake.models.letters import Letter
from intake.models.people import Person
from intake.models.tasks import Task
from tests.cases.test_admission import admitted, again, arrived
from tests.cast import Cast, principale
from tests.conftest import NOW, Clock

pytestmark = pytest.mark.both_databases

DAY = date(2027, 3, 18)
TEN = datetime(2027, 3, 18, 9, 0, tzinfo=UTC)


def the_journee(day: date = DAY) -> Journee:
    made: Journee = Journee.create(day=day, planned=day, place="Moulin")
    return made


def signs(person: Person | None, journee: Journee, half: str = "morning", **more: Any) -> bool:
    return presences.sign(journee, half, **{
        "person": person, "name": "", "how": "badge", "at": TEN, "key": f"{person}-{half}", **more})


def in_cape(cast: Cast, person: Person, signed_on: date = date(2027, 3, 1)) -> Case:
    """A first CAPE signed here, that runs."""
    dossier = Dossier.create(number=f"OPT-2027-{Dossier.select().count() + 1:04}", person=person, antenna=principale(),
                             opened_at=NOW)
    case = new_case(dossier, "cape")
    take_step(case, "take_over", by=cast.sami, key=None, raw={
        "stage": "trading", "since": signed_on.isoformat(), "first_day": signed_on.isoformat(),
        "last_day": "2028-02-28", "reason": "Reprise des dossiers"})
    case = again(case)
    Case.update(memory={**case.memory, "cogerance_signed_on": signed_on.isoformat()}).where(Case.id == case.id).execute()
    return again(case)


# The information meeting ---------------------------------------------------------------------------------------------


def test_the_meeting_of_that_day_opens_the_application(cast: Cast, clock: Clock) -> None:
    journee = the_journee()
    meeting = InfoMeeting.create(antenna=principale(), starts_at=TEN, place="Moulin", seats=5)
    ana, ben = arrived(cast.ana), arrived(cast.ben)
    take_step(ana, "book", by=cast.ana, raw={"meeting": meeting.uid}, key=None)
    clock.to(DAY)
    assert not signs(cast.ana, journee)
    assert not signs(cast.ben, journee), "who had booked nothing came too"
    assert (again(ana).state, again(ben).state) == ("draft", "draft")
    assert Seat.get(Seat.case == ana).status == "present"
    assert Letter.select().where(Letter.template == "dossier_opened", Letter.recipient == cast.ana).exists()
    taken = Event.get(Event.case == ana, Event.step == "attend")
    assert (taken.role, taken.actor) == ("kiosk", None)
    events = Event.select().count()
    assert signs(cast.ana, journee) and not signs(cast.ana, journee, "afternoon")
    assert Event.select().count() == events, "a repeat moves nothing"


def test_without_a_meeting_that_day_the_presence_is_noted_and_nothing_moves(cast: Cast, clock: Clock) -> None:
    journee = the_journee()
    InfoMeeting.create(antenna=principale(), starts_at=TEN + timedelta(days=1), place="Moulin", seats=5)
    InfoMeeting.create(antenna=principale(), starts_at=TEN, place="Moulin", seats=5, cancelled_at=NOW)
    ana = arrived(cast.ana)
    clock.to(DAY)
    signs(cast.ana, journee)
    assert again(ana).state == "contact"
    assert Attendance.get().status == "present"


def test_a_tablet_delivered_late_notes_the_fact_and_leaves_what_went_on(cast: Cast, clock: Clock) -> None:
    journee = the_journee()
    InfoMeeting.create(antenna=principale(), starts_at=TEN, place="Moulin", seats=5)
    ana = arrived(cast.ana)
    take_step(ana, "skip_meeting", by=cast.claire, raw={"reason": "Vue au marché"}, key=None)
    take_step(again(ana), "withdraw", by=cast.ana, raw={"reason": "Je pars"}, key=None)
    clock.to(DAY + timedelta(days=9))
    assert not signs(cast.ana, journee)
    assert again(ana).state == "withdrawn" and Attendance.get().status == "present"


# The first journée after the signature -------------------------------------------------------------------------------


def test_the_first_journee_after_the_signature_ticks_the_welcome(cast: Cast, clock: Clock) -> None:
    journee, case = the_journee(), in_cape(cast, cast.ana)
    clock.to(DAY)
    signs(cast.ana, journee)
    assert again(case).memory["welcomed_on"] == DAY.isoformat()
    assert again(case).version == case.version, "nobody's page becomes stale"
    told = Event.get(Event.step == "welcome")
    assert (told.effective_on, told.role) == (DAY, "kiosk")
    signs(cast.ana, journee, "afternoon")
    assert Event.select().where(Event.step == "welcome").count() == 1


def test_a_journee_before_the_signature_does_not_count(cast: Cast, clock: Clock) -> None:
    journee, case = the_journee(), in_cape(cast, cast.ana, date(2027, 3, 20))
    clock.to(date(2027, 3, 22))
    signs(cast.ana, journee)
    assert "welcomed_on" not in again(case).memory


def test_missed_once_it_is_the_next_missed_twice_the_circle_calls(cast: Cast, clock: Clock) -> None:
    march, april, may = the_journee(), the_journee(date(2027, 4, 15)), the_journee(date(2027, 5, 20))
    case = in_cape(cast, cast.ana)
    clock.to(DAY)
    for _ in range(2):
        presences.close(march, cast.claire, "circle")
    assert "welcome_missed" not in again(case).memory, "the afternoon is still to come"
    morning_after(clock, march)
    assert again(case).memory["welcome_missed"] == [DAY.isoformat()]
    assert not Task.select().where(Task.case == case).exists()
    clock.to(april.day)
    attendance.answer_invitation(april, cast.ana, "excused", how="person", at=clock.now)
    presences.close(april, cast.claire, "circle")
    morning_after(clock, april)
    assert Event.select().where(Event.step == "miss_welcome").count() == 2, "once a journée"
    task = Task.get(Task.case == case)
    assert (task.role, task.sentence) == ("circle", "Deux premières journées manquées : prendre des nouvelles")
    clock.to(may.day)
    signs(cast.ana, may)
    presences.close(may, cast.claire, "circle")
    morning_after(clock, may)
    assert again(case).memory["welcomed_on"] == "2027-05-20"
    assert Task.select().where(Task.case == case).count() == 1


def morning_after(clock: Clock, journee: Journee) -> None:
    """The clock of the next two mornings."""
    for days_after in (1, 2):
        clock.to(journee.day + timedelta(days=days_after))
        invitations.write_around(journee.day + timedelta(days=days_after))


# Who is awaited ------------------------------------------------------------------------------------------------------


def test_members_are_expected_and_candidates_invited(cast: Cast) -> None:
    in_cape(cast, cast.ana)
    admitted(arrived(cast.ben), cast)
    arrived(cast.zoe)
    assert [(guest.person.first_name, guest.member) for guest in guests.awaited()] == [("Ana", True), ("Ben", False)]
    assert guests.awaited(cast.zoe) == [] and guests.awaited(cast.ben)[0].person == cast.ben
    Person.update(email=None).where(Person.id == cast.ana.id).execute()
    assert gatherings.invited() == [cast.ben], "whoever has no address is awaited, and called"


def test_a_name_matched_notes_the_presence_of_then(cast: Cast, clock: Clock) -> None:
    journee, case = the_journee(), in_cape(cast, cast.ana)
    clock.to(DAY)
    assert not signs(None, journee, name="Ana Moreau", how="name", key="k")
    found, = attendance.names_to_match(journee)
    assert presences.match(found, cast.ana, cast.claire)
    assert not presences.match(found, cast.ben, cast.claire)
    assert [(row.person, row.how, row.at) for row in Attendance.select()] == [(cast.ana, "name", TEN)]
    taken = Event.get(Event.case == case, Event.step == "welcome")
    assert (taken.actor, taken.role) == (cast.claire, "circle")


def test_a_journee_closes_once(cast: Cast, clock: Clock) -> None:
    journee = the_journee()
    days.close_journee(journee, cast.claire, "circle")
    assert not days.close_journee(journee, cast.marc, "cogerance")
    assert Event.select().where(Event.step == "close_journee").count() == 1
