"""The cooperative's days: journées, information meetings, assemblies."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from peewee import BooleanField, Check, ForeignKeyField, IntegerField, TextField, fn

from intake import history, moment
from intake.models.actors import Actor
from intake.models.base import DayField, InstantField, Model, UidField, write_transaction
from intake.models.compiled import compiled, param
from intake.models.dossiers import Case
from intake.models.people import Antenna, Person
from workflows import calendar
from workflows.calendar import Month
from workflows.engine import Refusal, StepRefused

MONTHS_AHEAD = 12
"""Journées are created this long ahead (JOURNEY §10)."""
EXPECTED = ("expected", "present")
"""Those who take a seat."""


class Journee(Model):
    """The monthly day: third Thursday, movable with a reason."""

    uid = UidField()
    day = DayField(unique=True)
    planned = DayField(unique=True)
    """The third Thursday it stands for."""
    place = TextField(default="")
    to_confirm = BooleanField(default=False)
    """A holiday, August or the month before the assembly: no letter until a human sets the date."""
    reason = TextField(default="")
    """Why it was moved."""
    facilitator = ForeignKeyField(Person, null=True, backref="+", on_delete="SET NULL")
    """The person of the day; empty: whoever holds the role."""
    closed_at = InstantField(null=True)
    """« Fermer la journée »."""
    came = IntegerField(null=True)
    """How many came: what stays when the lines of attendance have had their time."""


class InfoMeeting(Model):
    """An information meeting, with its seats and host."""

    uid = UidField()
    antenna = ForeignKeyField(Antenna, backref="+")
    starts_at = InstantField(index=True)
    place = TextField()
    seats = IntegerField(constraints=[Check("seats >= 0")])
    host = ForeignKeyField(Person, null=True, backref="+")
    cancelled_at = InstantField(null=True)


class Seat(Model):
    """Someone expected at an information meeting, and whether they came."""

    meeting = ForeignKeyField(InfoMeeting, backref="taken")
    case = ForeignKeyField(Case, unique=True, backref="+")
    status = TextField(default="expected", constraints=[
        Check("status IN ('expected', 'present', 'absent', 'excused')"),
    ])


class Assembly(Model):
    """A general assembly of associates."""

    uid = UidField()
    day = DayField(unique=True)
    label = TextField(default="Assemblée générale ordinaire")
    approves_accounts = BooleanField(default=False)


# Journées ------------------------------------------------------------------------------------------------------------


_ASSEMBLIES_AHEAD = compiled(lambda: Assembly.select(Assembly.day).where(Assembly.day >= param("today")))
_PLANNED = compiled(lambda: Journee.select(Journee.day, Journee.planned).where(
    (Journee.day >= param("today")) | (Journee.planned >= param("today"))))


@lru_cache(maxsize=4)
def _wanted(first: Month, assemblies: tuple[date, ...]) -> list[calendar.ThirdThursday]:
    """The journées of the twelve months from this one on."""
    return [calendar.journee(month, assemblies) for month in first.until(first.plus(MONTHS_AHEAD))]


def plan_journees(today: date) -> list[Journee]:
    """Create the journées of the 12 months ahead that are not yet there; twice is harmless. Those created."""
    wanted = _wanted(Month.of(today), tuple(day for (day,) in _ASSEMBLIES_AHEAD(today=today)))
    known = {day for both in _PLANNED(today=today) for day in both}
    missing = [one for one in wanted if one.day >= today and one.day not in known]
    if not missing:
        return []
    with write_transaction():
        return [Journee.create(day=one.day, planned=one.day, to_confirm=one.to_confirm) for one in missing]


def journees_from(first: date) -> list[Journee]:
    """The journées from a day on."""
    return list(Journee.select().where(Journee.day >= first).order_by(Journee.day))


def journees_before(day: date, most: int = 6) -> list[Journee]:
    """The last journées before a day, the latest first."""
    return list(Journee.select().where(Journee.day < day).order_by(Journee.day.desc()).limit(most))


def journee_on(day: date) -> Journee | None:
    """The journée that takes place that day."""
    return Journee.get_or_none(Journee.day == day)


def name_facilitator(journee: Journee, person: Person | None, by: Person, role: str) -> None:
    """Say who is the person of the day. Twice is harmless."""
    with write_transaction():
        if Journee.get_by_id(journee.id).facilitator_id == (person.id if person else None):
            return
        Journee.update(facilitator=person).where(Journee.id == journee.id).execute()
        history.append_of_house("name_facilitator", by, role, f"journee:{journee.planned}", moment.now(),
                                moment.today(), {"person": person.uid if person else ""})


def close_journee(journee: Journee, by: Actor, role: str) -> bool:
    """« Fermer la journée »; False when it was closed already."""
    with write_transaction():
        done = Journee.update(closed_at=moment.now()).where(
            Journee.id == journee.id, Journee.closed_at.is_null()).execute()
        if done:
            history.append_of_house("close_journee", by, role, f"journee:{journee.planned}", moment.now(),
                                    moment.today())
    return bool(done)


def log_print(journee: Journee, what: str, by: Person, role: str) -> None:
    """People's names leave on paper: who printed what is kept (JOURNEY §11)."""
    with write_transaction():
        history.append_of_house(what, by, role, f"journee:{journee.planned}", moment.now(), moment.today())


def log_presence(journee: Journee, person: Person, half: str, status: str, by: Person, role: str) -> None:
    """A presence was noted or corrected by hand."""
    with write_transaction():
        history.append_of_house("note_presence", by, role, f"journee:{journee.planned}", moment.now(), moment.today(),
                                {"person": person.uid, "half": half, "status": status})


def confirm_journee(journee: Journee, place: str, by: Person, role: str) -> None:
    """A human says that the journée takes place that day, and where. Twice is harmless."""
    with write_transaction():
        done = Journee.update(to_confirm=False, place=place).where(
            Journee.id == journee.id, Journee.to_confirm | (Journee.place != place)).execute()
        if done:
            history.append_of_house("confirm_journee", by, role, f"journee:{journee.planned}", moment.now(),
                                    moment.today(), {"day": journee.day.isoformat(), "place": place})


def move_journee(journee: Journee, day: date, reason: str, by: Person, role: str) -> bool:
    """Move a journée, with a reason; whether it was elsewhere before. StepRefused for a past or taken day."""
    with write_transaction():
        if Journee.get_by_id(journee.id).day == day:
            return False
        if min(day, journee.day) < moment.today():
            raise StepRefused(Refusal("Une journée change de date avant qu’elle ait lieu, pour un jour à venir."))
        others = Journee.select().where(Journee.id != journee.id)
        if others.where((Journee.day == day) | (Journee.planned == day)).exists():
            raise StepRefused(Refusal("Une autre journée est prévue le {jour}.", {"jour": day}))
        Journee.update(day=day, reason=reason, to_confirm=False).where(Journee.id == journee.id).execute()
        history.append_of_house("move_journee", by, role, f"journee:{journee.planned}", moment.now(), moment.today(),
                                {"day": day.isoformat(), "reason": reason})
    return True


# Assemblies ----------------------------------------------------------------------------------------------------------


def assemblies_from(first: date) -> list[Assembly]:
    """The assemblies from a day on."""
    return list(Assembly.select().where(Assembly.day >= first).order_by(Assembly.day))


def add_assembly(day: date, label: str, approves_accounts: bool, by: Person, role: str) -> None:
    """Set the date of an assembly; the journée of the month before is to be confirmed. Twice is harmless."""
    with write_transaction():
        if Assembly.select().where(Assembly.day == day).exists():
            return
        if day < moment.today():
            raise StepRefused(Refusal("Une assemblée se fixe pour un jour à venir."))
        Assembly.create(day=day, label=label, approves_accounts=approves_accounts)
        _doubt_journee_before(day)
        history.append_of_house("add_assembly", by, role, f"assembly:{day}", moment.now(), day, {"label": label})


def move_assembly(assembly: Assembly, day: date, reason: str, by: Person, role: str) -> None:
    """Move an assembly that has not been held, with a reason. Raises StepRefused; twice is harmless."""
    with write_transaction():
        before = Assembly.get_by_id(assembly.id).day
        if before == day:
            return
        if min(before, day) < moment.today():
            raise StepRefused(Refusal("Une assemblée change de date avant qu’elle ait lieu, pour un jour à venir."))
        if Assembly.select().where(Assembly.day == day).exists():
            raise StepRefused(Refusal("Une autre assemblée est prévue le {jour}.", {"jour": day}))
        Assembly.update(day=day).where(Assembly.id == assembly.id).execute()
        _doubt_journee_before(day)
        history.append_of_house("move_assembly", by, role, f"assembly:{before}", moment.now(), day,
                                {"day": day.isoformat(), "reason": reason})


def _doubt_journee_before(day: date) -> None:
    """The journée of the month before an assembly is to be confirmed, unless a human already moved it."""
    month = Month.of(day).previous()
    Journee.update(to_confirm=True).where(
        Journee.planned.between(month.first_day, month.last_day), Journee.day >= moment.today(),
        Journee.reason == "").execute()


# Information meetings ------------------------------------------------------------------------------------------------


def add_meeting(antenna: Antenna, starts_at: datetime, place: str, seats: int, host: Person | None, by: Person,
                role: str, key: str | None = None) -> None:
    """Plan an information meeting. StepRefused for an instant that is past."""
    text = {"starts_at": starts_at.isoformat(), "place": place, "seats": seats, "host": host.uid if host else ""}
    with write_transaction():
        if history.told_already(key, "add_meeting", text):
            return
        if starts_at <= moment.now():
            raise StepRefused(Refusal("Une réunion se fixe pour un moment à venir."))
        made = InfoMeeting.create(antenna=antenna, starts_at=starts_at, place=place, seats=seats, host=host)
        history.append_of_house("add_meeting", by, role, f"meeting:{made.uid}", moment.now(), moment.today(), text, key)


def change_meeting(meeting: InfoMeeting, seats: int, host: Person | None, by: Person, role: str) -> None:
    """Change seats and host. StepRefused below the seats that are taken; twice is harmless."""
    with write_transaction():
        taken = seats_taken([meeting]).get(meeting.id, 0)
        if seats < taken:
            raise StepRefused(Refusal("{n} places sont déjà prises.", {"n": taken}))
        if (meeting.seats, meeting.host_id) == (seats, host.id if host else None):
            return
        InfoMeeting.update(seats=seats, host=host).where(InfoMeeting.id == meeting.id).execute()
        history.append_of_house("change_meeting", by, role, f"meeting:{meeting.uid}", moment.now(), moment.today(),
                                {"seats": seats, "host": host.uid if host else ""})


def close_meeting(meeting: InfoMeeting, reason: str, by: Person, role: str) -> bool:
    """Mark a meeting as cancelled; False when it already was. Those expected are told by `intake.gatherings`."""
    with write_transaction():
        done = InfoMeeting.update(cancelled_at=moment.now()).where(
            InfoMeeting.id == meeting.id, InfoMeeting.cancelled_at.is_null()).execute()
        if done:
            history.append_of_house("cancel_meeting", by, role, f"meeting:{meeting.uid}", moment.now(), moment.today(),
                                    {"reason": reason})
    return bool(done)


def seats_taken(meetings: list[InfoMeeting]) -> dict[int, int]:
    """How many are expected or came, by meeting."""
    rows = Seat.select(Seat.meeting, fn.COUNT(Seat.id)).where(Seat.meeting.in_(meetings), Seat.status.in_(EXPECTED))
    return dict(rows.group_by(Seat.meeting).tuples()) if meetings else {}
