"""What happens to everyone at once: an information meeting is cancelled, a journée moved; all of it, or nothing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from intake import moment, outbox
from intake.cases import take_step
from intake.guests import awaited
from intake.models import days
from intake.models.base import write_transaction
from intake.models.compiled import compiled, param
from intake.models.days import InfoMeeting, Journee, Seat
from intake.models.dossiers import Case, Dossier
from intake.models.people import Person, holders
from intake.words import PARIS
from workflows import roles
from workflows.calendar import end_of_paris_day, start_of_paris_day

EIGHT = time(8)


def cancel_meeting(meeting: InfoMeeting, reason: str, by: Person, role: str) -> int:
    """Cancel a meeting for everyone expected: each may choose another date. How many. Twice is harmless.

    Raises StepRefused or AnswersInvalid, and then nothing is cancelled.
    """
    with write_transaction():
        if not days.close_meeting(meeting, reason, by, role):
            return 0
        cases = expected(meeting)
        for case in cases:
            take_step(case, "cancel_meeting", by=by, raw={"reason": reason}, key=None)
    return len(cases)


def expected(meeting: InfoMeeting) -> list[Case]:
    """The admissions that still expect to come to a meeting."""
    rows = Case.select(Case, Dossier, Person).join(Dossier).join(Person, on=Dossier.person).switch(Case)
    return list(rows.join(Seat, on=Seat.case == Case.id).where(
        Seat.meeting == meeting, Seat.status == "expected", Case.workflow == "admission", Case.state == "meeting")
        .order_by(Case.id))


_BETWEEN = compiled(lambda: InfoMeeting.select(InfoMeeting.id).where(
    InfoMeeting.cancelled_at.is_null(), InfoMeeting.starts_at >= param("first"), InfoMeeting.starts_at <= param("last")))


def tell_who_comes(today: date) -> None:
    """On the eve of an information meeting, its list to whoever receives people there (JOURNEY §13); twice is harmless."""
    eve_of = today + timedelta(days=1)
    tomorrow = [id_ for (id_,) in _BETWEEN(first=start_of_paris_day(eve_of), last=end_of_paris_day(eve_of))]
    for meeting in InfoMeeting.select().where(InfoMeeting.id.in_(tomorrow)).order_by(InfoMeeting.id) if tomorrow else ():
        people = [case.dossier.person.name for case in expected(meeting)]
        role = roles.circle if meeting.antenna.programme == "principale" else roles.coordinator
        with write_transaction():
            for person in holders(role, today, meeting.antenna) if people else ():
                outbox.owe("meeting_list", person, cause=f"meeting:{meeting.uid}", occasion=today.isoformat(),
                           now=moment.now(), not_before=max(moment.now(), datetime.combine(today, EIGHT, PARIS)), context={
                               "names": people, "count": len(people), "at": meeting.starts_at, "place": meeting.place,
                               "link": outbox.link_to(f"/reunions/{meeting.uid}"), "to": "circle"})


def move_journee(journee: Journee, day: date, reason: str, by: Person, role: str) -> None:
    """Move a journée; those who knew its date are told the new one. Raises StepRefused; twice is harmless."""
    known = not journee.to_confirm
    with write_transaction():
        if not days.move_journee(journee, day, reason, by, role) or not known:
            return
        for person in invited():
            outbox.owe("journee_moved", person, cause=f"journee:{journee.planned}", occasion=day.isoformat(),
                       now=moment.now(), context={"journee": day, "answers": {"reason": reason},
                                                  "link": outbox.link_to("/mon-parcours")})


def invited() -> list[Person]:
    """Those whom a letter about a journée reaches."""
    return [guest.person for guest in awaited() if guest.person.email]
