"""The dates to come of every dossier one follows, as the team keeps them; and the counters of one person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from intake import moment, words
from intake.agenda import Entry
from intake.ahead import IN_FORCE, PAIRED_OR_NOT, said
from intake.facts.contracts import Row, cases_of, contracts_in, elsewhere_of
from intake.models.actors import Grant, roles_on_antenna
from intake.models.days import Assembly, assemblies_from
from intake.models.dossiers import Answers, Case, Dossier, Event, taken_back
from intake.models.people import Antenna, Person
from intake.models.settings import settings_on
from intake.outbox import link_to
from workflows.accompaniment import Facts as PairingFacts
from workflows.accompaniment.rules import Asked, asked_reviews
from workflows.calendar import add_months, paris_day
from workflows.cape.rules import three_contracts
from workflows.contracts import SENT
from workflows.counters import Counter, counters
from workflows.duties import duties, may_read
from workflows.obligations import HELD_SHARES, Known, Obligation
from workflows.roles import circle, cogerance, coordinator, support

READERS = (circle, coordinator, support, cogerance)
DATED = {
    "admission": ("meeting", "review", "offered", "paused", "papers", "signing"),
    "cape": ("to_sign", "signed", "preparing", "trading"), "salaried": ("to_sign", "signed", "running"),
    "membership": ("called", "applied", "on_agenda", "associate"), "departure": ("announced",),
}
"""The states that have a date; a dossier without any is not looked at."""
MOST = 2_000
"""Dossiers looked at; a larger house reads one antenna at a time."""


@dataclass(frozen=True)
class Line:
    """One date of one dossier."""

    dossier: Dossier
    due: Obligation

    @property
    def text(self) -> str:
        """What it is."""
        return said(self.due.label)


def lines_between(antennas: Sequence[Antenna], first: date, last: date, grants: Iterable[Grant]) -> list[Line]:
    """Every date from a day to another, both included, of the dossiers of these antennas, soonest first."""
    held = {antenna.id: roles_on_antenna(antenna, grants) for antenna in antennas}
    assemblies = assemblies_from(add_months(moment.today(), -1))
    found = [Line(dossier, one) for dossier, cases in _dossiers(antennas) for one in dates_of(dossier, cases, assemblies)
             if first <= one.day <= last and may_read(one, held[dossier.antenna_id])]
    return sorted(found, key=lambda line: (line.due.day, line.due.kind, line.dossier.id))


def dates_of(dossier: Dossier, cases: Sequence[Case], assemblies: Sequence[Assembly] | None = None) -> list[Obligation]:
    """Every date to come of one dossier, as the team keeps it; with the assemblies since a month ago, when already read."""
    return duties(cases, known_of(dossier, cases, assemblies))


def known_of(dossier: Dossier, cases: Sequence[Case], assemblies: Sequence[Assembly] | None = None) -> Known:
    """What the dates of a dossier depend on, read without its facts: many are looked at together."""
    today = moment.today()
    lately = assemblies_from(add_months(today, -1)) if assemblies is None else assemblies
    return Known(
        today=today, settings=settings_on(today, dossier.antenna), reviews=_reviews(dossier, cases, today),
        assemblies=[one.day for one in lately if one.day >= today],
        approving=[one.day for one in lately if one.approves_accounts],
        associate=any(one.workflow == "membership" and one.state in HELD_SHARES for one in cases),
        followed=any(one.workflow in ("cape", "salaried") and one.state == "signed" for one in cases))


def _reviews(dossier: Dossier, cases: Sequence[Case], today: date) -> list[Asked]:
    paired = next((one for one in cases if one.workflow == "accompaniment" and one.state in PAIRED_OR_NOT), None)
    if paired is None or not any(one.state in IN_FORCE for one in cases):
        return []
    rows = [Row(one.id, one.uid, one.workflow, one.state, one.memory, dossier.id, dossier.uid) for one in cases]
    facts = PairingFacts(now=moment.now(), state=paired.state, memory=paired.memory, contracts=contracts_in(rows),
                         settings=settings_on(today, dossier.antenna))
    return [one for one in asked_reviews(facts) if one.before >= today]


def _dossiers(antennas: Sequence[Antenna]) -> Iterable[tuple[Dossier, list[Case]]]:
    dated = None
    for workflow, states in DATED.items():
        here = (Case.workflow == workflow) & Case.state.in_(states)
        dated = here if dated is None else dated | here
    wanted = Case.select(Case.dossier).where(dated, Case.antenna.in_([one.id for one in antennas])).distinct().limit(MOST)
    rows = (Case.select(Case, Dossier, Person).join(Dossier).join(Person, on=Dossier.person)
            .where(Case.dossier.in_(wanted)).order_by(Case.dossier, Case.id))
    by_id = {one.id: one for one in antennas}
    for _, group in groupby(rows, key=lambda case: case.dossier_id):
        cases = list(group)
        dossier = cases[0].dossier
        if dossier.antenna_id in by_id:
            dossier.antenna = by_id[dossier.antenna_id]
            yield dossier, cases


def counters_of(dossier: Dossier) -> list[Counter]:
    """The legal counters of a person, all their dossiers and antennas counted; contracts elsewhere flagged."""
    rows = cases_of(dossier.person_id)  # type: ignore[arg-type]
    return counters(contracts_in(rows), moment.today(), elsewhere_of(dossier.person_id, rows))


def decisions_of(dossier: Dossier) -> dict[str, list[str]]:
    """What was decided in writing of doubtful dates, by workflow: who, when, why; the last word of each contract that is sent."""
    here = Case.select(Case.id).join(Dossier).where(
        Dossier.person == dossier.person_id, Case.workflow.in_(("cape", "salaried")), Case.state.in_(SENT))
    undone = taken_back(here)
    rows = (Answers.select(Answers, Event, Case, Person).join(Event, on=Answers.event)
            .join(Person, on=Event.actor).join_from(Event, Case, on=Event.case)
            .where(Event.case.in_(here), Event.step.in_(("send", "derogate"))).order_by(Event.id))
    latest = {(one.event.case_id, one.event.step): one for one in rows if one.event.uid not in undone
              and one.text.get("rule", three_contracts.name) == three_contracts.name}
    found: dict[str, list[str]] = {}
    for one in latest.values():
        if reason := one.text.get("decision") or one.text.get("reason"):
            found.setdefault(one.event.case.workflow, []).append(words.sentence(
                "Décidé par {qui} le {jour} : {raison}", qui=one.event.actor.called, jour=paris_day(one.event.made_at),
                raison=reason))
    return found


def explained(counter: Counter, decided: Mapping[str, list[str]]) -> dict[str, Any]:
    """A counter as a page says it."""
    return {"title": counter.title, "says": said(counter.says), "article": counter.article, "periods": counter.periods,
            "doubts": [said(one) for one in counter.doubts], "flagged": [said(one) for one in counter.flagged],
            "decided": decided.get(counter.decided, [])}


def entry_of(line: Line) -> Entry:
    """A date of the team for an agenda: the number of the dossier, no name (the address of a feed is its only key)."""
    return Entry(uid=f"team-{line.due.case}-{line.due.kind}", summary=f"{line.text} · {line.dossier.number}", day=line.due.day,
                 says=line.due.article, link=link_to(f"/dossier/{line.dossier.uid}"))


def held_by(grants: Collection[Grant], antennas: Iterable[Antenna]) -> list[Antenna]:
    """The antennas whose dates these grants open."""
    return [one for one in antennas if roles_on_antenna(one, grants) & set(READERS)]
