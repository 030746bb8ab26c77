"""What happened, as figures read it: events without those that « Annuler » took back; and where cases stood on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from peewee import fn

from intake.models.dossiers import UNDONE, Answers, Case, Dossier, Event, taken_back
from intake.models.people import Person
from workflows.calendar import end_of_paris_day


@dataclass(frozen=True, slots=True)
class Passage:
    """One step of a case, as it stands after every undoing."""

    event: int
    case: int
    workflow: str
    step: str
    before: str
    after: str
    made_at: datetime
    effective_on: date


@dataclass(frozen=True, slots=True)
class Stay:
    """A finished stay of a case in a state."""

    workflow: str
    state: str
    days: float
    left_on: datetime


def passages(antennas: Collection[int], since: datetime | None = None) -> list[Passage]:
    """The steps that moved a case of these antennas to another state, oldest first."""
    undone = undone_of(antennas)
    rows = (Event.select(Event.id, Event.uid, Event.case, Case.workflow, Event.step, Event.before, Event.after,
                         Event.made_at, Event.effective_on)
            .join(Case, on=Event.case)
            .where(Case.antenna.in_(list(antennas)), Event.before != Event.after, ~Event.subject.startswith(UNDONE))
            .order_by(Event.id))
    if since is not None:
        rows = rows.where(Event.made_at >= since)
    return [Passage(row[0], *row[2:]) for row in rows.tuples() if row[1] not in undone]


def undone_of(antennas: Collection[int]) -> frozenset[str]:
    """uids of the events that were taken back."""
    return taken_back(Case.select(Case.id).where(Case.antenna.in_(list(antennas))))


def stays(told: list[Passage]) -> Iterator[Stay]:
    """How long each case stayed in each state it has left."""
    by_case: dict[int, list[Passage]] = defaultdict(list)
    for one in told:
        by_case[one.case].append(one)
    for moves in by_case.values():
        for entered, left in pairwise(moves):
            lasted = (left.made_at - entered.made_at).total_seconds() / 86400
            yield Stay(entered.workflow, entered.after, lasted, left.made_at)


def answers_of(told: Collection[Passage], *names: str) -> list[tuple[Any, ...]]:
    """Some answers of these steps, in their order; what was erased reads as None."""
    kept: dict[int, dict[str, Any]] = {}
    events = [one.event for one in told]
    for first in range(0, len(events), 500):
        kept |= dict(Answers.select(Answers.event, Answers.text).where(
            Answers.event.in_(events[first:first + 500])).tuples())
    return [tuple(kept.get(event, {}).get(name) for name in names) for event in events]


def departures(cases: Collection[int]) -> list[tuple[str | None, str | None]]:
    """(type, motive) of these departures."""
    rows = Case.select(Case.memory).where(Case.id.in_(list(cases))).tuples() if cases else ()
    return [(memory.get("type"), memory.get("motive")) for (memory,) in rows]


def admissions_on(day: date, antennas: Collection[int]) -> list[dict[str, Any]]:
    """Where each admission of these antennas stood at the end of a day: state, since when, whose; oldest first."""
    until = end_of_paris_day(day)
    last = (Event.select(fn.MAX(Event.id)).join(Case, on=Event.case)
            .where(Case.antenna.in_(list(antennas)), Case.workflow == "admission", Event.made_at <= until,
                   Event.before != Event.after)
            .group_by(Event.case))
    rows = (Event.select(Event.after, Event.made_at, Dossier.uid, Dossier.number, Dossier.activity, Dossier.town,
                         Person.first_name, Person.usual_name, Person.last_name)
            .join(Dossier, on=Event.dossier).join(Person, on=Dossier.person).where(Event.id.in_(last)).order_by(Event.id))
    return [{"state": state, "since": since, "dossier": uid, "number": number, "activity": activity, "town": town,
             "name": f"{usual or first} {family}".strip()}
            for state, since, uid, number, activity, town, first, usual, family in rows.tuples()]
