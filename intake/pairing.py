"""Pairings as people read them: who seeks a peer, how busy each peer is, and a peer's own people."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from peewee import fn

from intake import moment, words
from intake.facts.accompaniment import peers_here
from intake.models.dossiers import Answers, Case, Dossier, Event
from intake.models.people import Antenna, Person
from intake.models.settings import settings_on
from intake.models.tasks import Task
from workflows.accompaniment import accompaniment
from workflows.accompaniment.forms import MeetingForm
from workflows.calendar import paris_day

OPEN = accompaniment.open_states
MEETINGS_SHOWN = 6
MODES = dict(MeetingForm().mode.choices)


def seeking(antennas: Collection[Antenna]) -> list[dict[str, Any]]:
    """Accompaniments without a running pair, the longest first; late beyond `pairing.orphan_days`."""
    rows = (Case.select(Case, Dossier, Person).join(Dossier).join(Person, on=Dossier.person)
            .where(Case.workflow == "accompaniment", Case.state.in_(("seeking", "proposed", "peer_agreed")),
                   Case.antenna.in_(list(antennas))).order_by(Case.entered_at, Case.id))
    today = moment.today()
    limits = {one.id: settings_on(today, one)["pairing.orphan_days"] for one in antennas}
    found = []
    for case in rows:
        days = (today - paris_day(case.entered_at)).days
        found.append({"name": case.dossier.person.name, "activity": case.dossier.activity, "days": days,
                      "state": accompaniment.state[case.state].label, "peer": case.dossier.peer and case.dossier.peer.name,
                      "orphan": case.state == "seeking" and days >= limits[case.antenna_id],
                      "href": url_for("dossier.summary", uid=case.dossier.uid),
                      "propose": url_for("step.take", dossier=case.dossier.uid, case=case.uid, step="propose")
                      if case.state == "seeking" else ""})
    return found


def loads(antennas: Collection[Antenna]) -> list[dict[str, Any]]:
    """How many people each peer accompanies, and how many more they may; the freest first."""
    today = moment.today()
    known = {peer: settings_on(today, one)["pairing.capacity"] for one in reversed(list(antennas)) for peer in peers_here(one)}
    counts = dict(Dossier.select(Dossier.peer, fn.COUNT(Dossier.id)).where(Dossier.peer.is_null(False))
                  .group_by(Dossier.peer).tuples())
    rows = [{"name": one.name, "trade": one.trade, "people": counts.get(one.id, 0),
             "room": max(0, known[one.id] - counts.get(one.id, 0))}
            for one in Person.select().where(Person.id.in_(list(known)))]
    return sorted(rows, key=lambda row: (-row["room"], row["name"]))


@dataclass(frozen=True)
class Accompanied:
    """Someone a peer accompanies, or is asked to."""

    case: Case
    name: str
    """First name and activity alone while the peer is only asked."""
    asked: bool
    state: str
    since: str
    last: str
    next: str
    review: str
    late: bool
    meetings: list[dict[str, Any]]
    steps: list[tuple[str, str]]


def accompanied_by(peer: Person) -> list[Accompanied]:
    """The people of a peer, those to answer first, then the reviews due soonest."""
    rows = (Case.select(Case, Dossier, Person, Antenna).join(Dossier).join(Person, on=Dossier.person).switch(Case)
            .join(Antenna).where(Dossier.peer == peer, Case.workflow == "accompaniment", Case.state.in_(OPEN))
            .order_by(Case.id))
    found = [_accompanied(case, peer) for case in rows]
    return sorted(found, key=lambda one: (not one.asked, not one.late, one.name))


def _accompanied(case: Case, peer: Person) -> Accompanied:
    asked, memory, today = case.state == "proposed", case.memory, moment.today()
    person, held = case.dossier.person, max(memory.get("meetings", ()), default="")
    task = Task.select().where(Task.case == case, Task.closed_at.is_null(), Task.sentence.startswith("Tenir le bilan")
                               ).order_by(Task.due_on).first()
    wanted = ("agree", "decline") if asked else ("record_meeting", "record_review", "mediate", "step_down")
    labels = {row.name: row.label for row in accompaniment.steps if row.name in wanted and case.state in row.sources}
    return Accompanied(
        case=case, asked=asked, state=accompaniment.state[case.state].label,
        name=", ".join(filter(None, (person.called, case.dossier.activity))) if asked else person.name,
        since=words.long_day(memory["since_running"]) if memory.get("since_running") else "",
        last=words.long_day(held) if held else "", next=words.long_day(memory["next_meeting"])
        if memory.get("next_meeting") else "",
        review=words.long_day(task.due_on) if task else "", late=bool(task and task.due_on < today),
        meetings=[] if asked else meetings_of(case, peer),
        steps=[(labels[name] or "", url_for("step.take", dossier=case.dossier.uid, case=case.uid, step=name))
               for name in wanted if name in labels])


def meetings_of(case: Case, reader: Person) -> list[dict[str, Any]]:
    """The shared log, the latest first: what was held, who wrote it, whether the other one validated it."""
    rows = (Answers.select(Answers, Event, Person).join(Event, on=Answers.event).join(Person, on=Event.actor)
            .where(Answers.case == case, Event.step == "record_meeting").order_by(Event.id.desc()).limit(MEETINGS_SHOWN))
    approved = case.memory.get("approved", {})
    found = []
    for row in rows:
        day = approved.get(row.event.uid, "")
        other = "vous" if row.event.actor_id != reader.id else case.dossier.person.called
        found.append({"day": words.long_day(date.fromisoformat(row.text["held_on"])), "minutes": row.text.get("minutes"),
                      "mode": MODES.get(row.text.get("mode", ""), ""), "notes": row.text.get("notes", ""),
                      "state": f"validé le {words.long_day(day)}" if day else f"à valider par {other}"})
    return found
