"""The journal of the waiting list: who was served and why, who was passed and why, what each night changed (S24).

A line keeps no name: it points to the case, and says why in a sentence. It is added, never changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from peewee import Check, ForeignKeyField, TextField

from intake.models.base import InstantField, Model, write_transaction
from intake.models.dossiers import Case, Dossier, Event
from intake.models.people import Antenna, Person
from intake.models.places import Place
from intake.models.settings import settings_on
from workflows.admission import ranks
from workflows.calendar import Month, paris_day
from workflows.queue import Candidate

KINDS = ("served", "passed", "returned", "night")


class ServedLine(Model):
    """One line of the journal of an antenna's list."""

    antenna = ForeignKeyField(Antenna, backref="+")
    made_at = InstantField()
    kind = TextField(constraints=[Check(f"kind IN {KINDS}")])
    month = TextField(default="")
    case = ForeignKeyField(Case, null=True, backref="+")
    """Whom it is about; empty for a month."""
    event = ForeignKeyField(Event, null=True, backref="+")
    """The step that wrote it; empty for a night."""
    sentence = TextField()

    class Meta:
        indexes = ((("antenna", "made_at"), False),)


def offered(case: Case, month: Month, event: Event, *, lifted: Iterable[str], motive: str) -> None:
    """A place is offered: why to this person, and why not to each who stood before."""
    mine = case.memory.get("rank_from", "")
    before = [one for one in _standing(case.antenna, paris_day(event.made_at))
              if one.id != case.id and one.memory.get("rank_from", "9") < mine]
    lines = [("passed", one, ranks.passed_because(_candidate(one), month, lifted, motive)) for one in before]
    _write(case.antenna, event.made_at, str(month), event,
           [("served", case, ranks.served_because(month, lifted, motive, alone=not before)), *lines])


def returned(case: Case, month: str, event: Event, sentence: str) -> None:
    """A place offered comes back to its month."""
    if sentence:
        _write(case.antenna, event.made_at, month, event, [("returned", case, sentence)])


def tell_night(antenna: Antenna, month: str, sentence: str, now: datetime, case: Case | None = None) -> None:
    """What a night changed, or whom it found first in line; the same line is not written twice."""
    same = ServedLine.select(ServedLine.id).where(
        ServedLine.antenna == antenna, ServedLine.kind == "night", ServedLine.month == month,
        ServedLine.sentence == sentence, ServedLine.case == case if case else ServedLine.case.is_null())
    if not same.exists():
        _write(antenna, now, month, None, [("night", case, sentence)])


def _write(antenna: Antenna, at: datetime, month: str, event: Event | None,
           lines: list[tuple[str, Case | None, str]]) -> None:
    with write_transaction():
        ServedLine.insert_many([{"antenna": antenna, "made_at": at, "month": month, "event": event, "kind": kind,
                                 "case": case, "sentence": sentence} for kind, case, sentence in lines]).execute()


def _standing(antenna: Antenna, today: date) -> list[Case]:
    """Everyone who has a rank: those who wait, and those whose rank is kept while they pause."""
    kept = today - timedelta(days=settings_on(today, antenna)["pause.rank_days"])
    rows = Case.select(Case.id, Case.uid, Case.state, Case.memory).where(
        Case.workflow == "admission", Case.antenna == antenna, Case.state.in_(("waiting", "paused"))).order_by(Case.id)
    return [one for one in rows if one.state == "waiting" or one.memory.get("paused_on", "") >= kept.isoformat()]


def _candidate(case: Case) -> Candidate:
    wanted = case.memory.get("not_before")
    return Candidate(case=case.uid, rank_from=datetime.fromisoformat(case.memory["rank_from"]),
                     not_before=Month.parse(wanted) if wanted else None, paused=case.state == "paused")


def first_for(antenna: Antenna, month: Month) -> Case | None:
    """Who is first in line for a month."""
    line = Case.select().where(Case.workflow == "admission", Case.antenna == antenna, Case.state == "waiting",
                               Case.rank_at.is_null(False)).order_by(Case.rank_at, Case.id)
    return next((one for one in line if (one.memory.get("not_before") or "") <= str(month)), None)


def night(antenna: Antenna, first: Month, now: datetime) -> None:
    """Each night: who is first in line for the first month that still has a free place."""
    month = Place.select(Place.month).where(
        Place.antenna == antenna, Place.month >= str(first), Place.status == "free").order_by(Place.month).scalar()
    case = first_for(antenna, Month.parse(month)) if month else None
    if case is not None:
        tell_night(antenna, month, ranks.NEXT, now, case)


def latest(antenna: Antenna, most: int) -> list[ServedLine]:
    """The last lines of an antenna's journal, with the names of those they are about."""
    return list(ServedLine.select(ServedLine, Case, Dossier, Person, Event).join(Case, "LEFT OUTER JOIN")
                .join(Dossier, "LEFT OUTER JOIN").join(Person, "LEFT OUTER JOIN", on=Dossier.person)
                .switch(ServedLine).join(Event, "LEFT OUTER JOIN", on=ServedLine.event)
                .where(ServedLine.antenna == antenna).order_by(ServedLine.made_at.desc(), ServedLine.id).limit(most))
