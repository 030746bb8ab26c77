"""What accompaniment brings up: the needs people expressed, still fresh, for training and circles; the hours given, by peer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from intake import moment
from intake.models.dossiers import Answers, Case, Dossier, Event
from intake.models.people import Person
from intake.models.settings import settings_on
from intake.past import undone_of
from workflows.calendar import Month, add_months, start_of_paris_day
from workflows.lists import NEEDS

FRESH_MONTHS = 12
"""A need nobody spoke of for a year is no longer shown."""
TOLD_AT = ("record_meeting", "record_review")


@dataclass(frozen=True)
class Need:
    """Someone's need, as last expressed."""

    name: str
    dossier: Dossier
    said_on: date


def needs(antennas: Collection[int]) -> list[tuple[str, list[Need]]]:
    """The needs of each kind, in the order of the form, the latest first; each person once a kind, old kinds while told."""
    settings = settings_on(moment.today())
    labels, offered = NEEDS.labels(settings), dict(NEEDS.offered(settings))
    since = start_of_paris_day(add_months(moment.today(), -FRESH_MONTHS))
    found: dict[str, dict[int, Need]] = {name: {} for name in labels}
    for text, event in _told(antennas, TOLD_AT, since):
        for name in text.get("needs") or ():
            if name in found:
                found[name].setdefault(event.dossier_id, Need(name, event.dossier, event.effective_on))
    return [(labels[name], list(kept.values())) for name, kept in found.items() if kept or name in offered]


def hours(antennas: Collection[int], first: Month, last: Month) -> list[tuple[Month, str, float]]:
    """Hours of accompaniment by month and by peer, from the meetings noted: whoever accompanied then, whatever came after."""
    given: dict[tuple[Month, str], int] = defaultdict(int)
    peers = _peers(antennas)
    for text, event in _told(antennas, ("record_meeting",), start_of_paris_day(first.first_day)):
        month, who = Month.of(event.effective_on), next((name for at, name in peers[event.case_id] if at < event.id), None)
        if month <= last and who is not None:
            given[month, who] += int(text.get("minutes") or 0)
    return [(month, who, round(minutes / 60, 2)) for (month, who), minutes in sorted(given.items())]


def _peers(antennas: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """Who was asked to accompany in each case, and since which event, the latest first."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    asked = [(event, text.get("peer")) for text, event in _told(antennas, ("propose", "take_over"))]
    names = {one.uid: one.name for one in Person.select().where(Person.uid.in_({uid for _, uid in asked if uid}))}
    for event, uid in asked:
        if uid in names:
            found[event.case_id].append((event.id, names[uid]))
    return found


def _told(
    antennas: Collection[int], steps: Collection[str], since: datetime | None = None,
) -> Iterator[tuple[dict[str, Any], Event]]:
    """(answers, event) of these steps, the latest first, what was undone left out."""
    undone = undone_of(antennas)
    rows = (Event.select(Event, Answers.text.alias("text"), Dossier, Person)
            .join(Case, on=Event.case).switch(Event).join(Dossier, on=Event.dossier).join(Person, on=Dossier.person)
            .switch(Event).join(Answers, on=Answers.event == Event.id, attr="beside")
            .where(Case.antenna.in_(list(antennas)), Event.step.in_(list(steps))).order_by(Event.id.desc()))
    for event in rows.where(Event.made_at >= since) if since else rows:
        if event.uid not in undone:
            yield event.beside.text or {}, event
