"""The history of a dossier as lines to read: newest first, the calendar’s own events grouped (SCREENS B21)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from flask import url_for

from intake import words
from intake.models.dossiers import Answers, Case, Dossier, Event
from intake.models.people import Person
from intake.told import day_of, row_of, told
from workflows.calendar import paris_day

MOST = 100
"""Lines of one page; « Plus ancien » leads to the others."""
WHERE = {"note": "dossier.exchanges", "write": "dossier.exchanges", "add_piece": "dossier.pieces"}


@dataclass
class Line:
    """One line, or several of the same kind."""

    number: int
    iso: str
    at: str
    text: str
    href: str = ""
    quiet: bool = False
    """The calendar’s, not somebody’s."""
    decision: bool = False
    effective: str = ""
    new: bool = False
    others: list[Line] = field(default_factory=list)
    """Lines that stand behind this one."""


def page(dossier: Dossier, cases: Iterable[Case], *, before: int = 0, decisions: bool = False, read: int = 0,
         told_why: Collection[int] = ()) -> tuple[list[Line], int]:
    """(lines, the number to go on from; 0 at the beginning of the history); `told_why`: cases whose decisions one reads."""
    by_id = {case.id: case for case in cases}
    rows = (Event.select(Event, Person).join(Person, on=Event.actor, join_type="LEFT OUTER JOIN")
            .where(Event.dossier == dossier).order_by(Event.number.desc()).limit(MOST))
    if before:
        rows = rows.where(Event.number < before)
    events = list(rows)
    decided, written = decided_with([event for event in events if event.case_id in told_why]), answered(events)
    lines = [line(event, by_id[event.case_id], read, decided.get(event.id, ""), event.id in written)
             for event in events if event.case_id in by_id]
    if decisions:
        lines = [one for one in lines if one.decision]
    more = events[-1].number if len(events) == MOST else 0
    return lines if decisions else grouped(lines), more


def decided_with(events: Iterable[Event]) -> dict[int, str]:
    """What whoever sent a contract decided in writing of a doubtful date, by event."""
    sent = [event.id for event in events if event.step == "send"]
    rows = Answers.select(Answers.event, Answers.text).where(Answers.event.in_(sent)) if sent else ()
    return {row.event_id: row.text["decision"] for row in rows if row.text.get("decision")}


def answered(events: Iterable[Event]) -> set[int]:
    """The events with which somebody wrote something that is still there."""
    wrote = (Answers.text != {}) | Answers.sealed.is_null(False)
    rows = Answers.select(Answers.event).where(Answers.event.in_([event.id for event in events]), wrote)
    return {number for number, in rows.tuples()}


def line(event: Event, case: Case, read: int, decided: str = "", written: bool = False) -> Line:
    """One event in words, with what it decided of a doubt; it leads to what was `written` with it."""
    row = row_of(event, case)
    where = WHERE.get(event.step) or ("dossier.answers" if written and row is not None and row.form is not None else "")
    anchor = f"e-{event.uid}" if where == "dossier.answers" else None
    effective = words.long_day(event.effective_on) if event.effective_on != paris_day(event.made_at) else ""
    at = words.sentence("{jour} {heure}", jour=day_of(event.made_at), heure=words.hour(event.made_at))
    text = words.sentence("{what}. Décision : {reason}", what=told(event, case), reason=decided) if decided else told(event, case)
    return Line(event.number, event.made_at.isoformat(), at, text,
                url_for(where, uid=case.dossier.uid, _anchor=anchor) if where else "", event.actor_id is None,
                bool(decided or (row and row.decision)), effective, event.number > read > 0)


def grouped(lines: list[Line]) -> list[Line]:
    """Lines with those that follow each other in the calendar, or that say the same, put behind one."""
    found: list[Line] = []
    for key, together in groupby(lines, key=_kind):
        first, *others = list(together)
        if others and key == "calendar":
            count = len(others) + 1
            said = words.sentence("{n} événements du calendrier", n=count)
            found.append(Line(first.number, first.iso, first.at, said, quiet=True, new=first.new, others=[first, *others]))
        elif others:
            first.text = words.sentence("{what} ({n} fois)", what=first.text, n=len(others) + 1)
            first.others = others
            found.append(first)
        else:
            found.append(first)
    return found


def _kind(one: Line) -> Any:
    return "calendar" if one.quiet and not one.decision else (one.text, one.iso[:10])
