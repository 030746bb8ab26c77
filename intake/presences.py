"""Someone is seen at a journée: it is noted, and their journey moves when it still may (JOURNEY §10); the day is closed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from intake import moment
from intake.cases import take_step
from intake.guests import awaited
from intake.models import attendance, days
from intake.models.actors import KIOSK, Actor, grants_of, roles_on
from intake.models.base import write_transaction
from intake.models.compiled import compiled, param
from intake.models.days import InfoMeeting, Journee
from intake.models.dossiers import Case, Dossier, read_case
from intake.models.people import Person
from workflows.calendar import paris_day
from workflows.cape.rules import awaits_welcome
from workflows.engine import AnswersInvalid, StepRefused
from workflows.roles import circle

log = logging.getLogger("intake.presences")


def sign(
    journee: Journee, half: str, *, person: Person | None, name: str, how: str, at: datetime, key: str,
    by: Actor = KIOSK,
) -> bool:
    """Note that someone came. True when it was noted already; late is fine, a repeat too.

    Without `person`, the name is kept until someone says whose it is.
    """
    if person is None:
        return attendance.keep_name(journee, half, name, how=how, at=at, key=key)
    with write_transaction():
        already = attendance.record_attendance(journee, half, person, how=how, at=at)
        if not already:
            _move_on(person, journee, by)
            if journee.closed_at is not None:
                attendance.count_who_came(journee)
    return already


def match(found: attendance.UnknownName, person: Person, by: Person) -> bool:
    """A name is this person's: their presence is noted as of then. False when another one settled it first."""
    with write_transaction():
        if not attendance.settle_name(found, person, by):
            return False
        sign(found.journee, found.half, person=person, name="", how="name", at=found.at, key=found.key, by=by)
    return True


def put_right(journee: Journee, person: Person, statuses: Mapping[str, str | None], by: Person, role: str) -> None:
    """The team notes or corrects someone's half-days, a trace kept; a new presence moves the journey. Twice is harmless."""
    with write_transaction():
        known = attendance.noted(journee).get(person.id, {})
        for half in attendance.HALVES:
            status = statuses.get(half)
            if not status or (half in known and known[half].status == status):
                continue
            if status == "present":
                sign(journee, half, person=person, name="", how="team", at=moment.now(), key="", by=by)
            else:
                attendance.correct(journee, half, person, status)
            days.log_presence(journee, person, half, status, by, role)


def close(journee: Journee, by: Actor, role: str) -> None:
    """« Fermer la journée »: those expected and not seen were absent. Twice is harmless."""
    with write_transaction():
        if not days.close_journee(journee, by, role):
            return
        attendance.settle_absences(journee, [guest.person for guest in awaited() if guest.member])
        attendance.count_who_came(journee)


def count_missed(journee: Journee) -> None:
    """The morning after a closed journée: whoever signed a first contract and was not seen has missed one. Twice is harmless.

    Not at the closing: a tablet closed at noon by mistake would make people miss the afternoon.
    """
    seen = attendance.noted(journee)
    absent = [person for person, halves in seen.items() if all(row.status != "present" for row in halves.values())]
    for case in _welcome_ahead(absent):
        if journee.day.isoformat() not in case.memory.get("welcome_missed", ()):
            _take(case, "miss_welcome", {"day": journee.day.isoformat()}, KIOSK)


# The journey moves ---------------------------------------------------------------------------------------------------


def _move_on(person: Person, journee: Journee, by: Actor) -> None:
    """The information meeting of that day opens the application; the first journée after a signature is the welcome."""
    for case in _before_meeting(person, journee.day):
        _take(case, "attend", {}, _hand(case, by))
    for case in _welcome_ahead([person]):
        _take(case, "welcome", {"day": journee.day.isoformat()}, _hand(case, by))


_AT_THE_DOOR = compiled(lambda: Case.select(Case.id).join(Dossier).where(
    Dossier.person == param("person"), Case.workflow == "admission", Case.state.in_(("contact", "meeting"))))
_UNDER_CAPE = compiled(lambda: Case.select(Case.id, Case.memory).join(Dossier).where(
    Dossier.person == param("person"), Case.workflow == "cape", Case.state.in_(("signed", "preparing", "trading"))))


def _before_meeting(person: Person, day: date) -> list[Case]:
    """Admissions that an information meeting held that day at their antenna lets begin."""
    return [case for (found,) in _AT_THE_DOOR(person=person.id) if _has_meeting(case := read_case(found), day)]


def _has_meeting(case: Case, day: date) -> bool:
    held = InfoMeeting.select(InfoMeeting.starts_at).where(
        InfoMeeting.antenna == case.antenna, InfoMeeting.cancelled_at.is_null())
    return any(paris_day(starts) == day for (starts,) in held.tuples())


def _welcome_ahead(people: Iterable[Person | int]) -> list[Case]:
    """The first CAPE of these people, signed, whose welcome is still ahead: others are not asked, one by one, to refuse."""
    ids = (one.id if isinstance(one, Person) else one for one in people)
    return [read_case(found) for one in ids for found, memory in _UNDER_CAPE(person=one) if awaits_welcome(memory)]


def _hand(case: Case, by: Actor) -> Actor:
    """Who takes the step: the circle member who noted it, else the tablet, as the facilitator holds no role there."""
    if isinstance(by, Person) and circle not in roles_on(case, by, grants=grants_of(by, moment.today())):
        return KIOSK
    return by


def _take(case: Case, step: str, raw: dict[str, str], by: Actor) -> None:
    """Take the step if the case still allows; the presence is a fact all the same."""
    try:
        take_step(case, step, by=by, raw=raw, key=None)
    except (StepRefused, AnswersInvalid) as refused:
        log.info("%s of %s does not follow from a presence: %s", step, case.uid, refused)
