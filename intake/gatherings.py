"""What happens to everyone at once: an information meeting is cancelled, a journée moved; all of it, or nothing."""

from __future__ import annotations

from datetime import date

from intake import moment, outbox
from intake.cases import take_step
from intake.guests import awaited
from intake.models import days
from intake.models.base import write_transaction
from intake.models.days import InfoMeeting, Journee, Seat
from intake.models.dossiers import Case, Dossier
from intake.models.people import Person


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
    return list(Case.select(Case, Dossier).join(Dossier).switch(Case).join(Seat, on=Seat.case == Case.id).where(
        Seat.meeting == meeting, Seat.status == "expected", Case.workflow == "admission", Case.state == "meeting")
        .order_by(Case.id))


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
