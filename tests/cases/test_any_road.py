"""Any road (TRUST T6): whoever does whatever, in any order, a state is the fold of its events and a refusal writes nothing."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest

import workflows
from intake import cases, clock as passing, history, moment, papers
from intake.cases import AnswersInvalid, StepRefused, new_case, take_step
from intake.facts import facts_of
from intake.models.actors import grants_of, roles_on
from intake.models.base import db, db_is_postgres
from intake.models.dossiers import Case, Dossier, Event
from intake.models.people import Person
from tests.cases import stops
from tests.cast import Cast, principale
from tests.conftest import Clock
from tests.faults import crowd
from workflows.calendar import Month
from workflows.engine import open_steps
from workflows.grammar import GiveCode, Sign

pytestmark = [pytest.mark.both_databases, pytest.mark.heavy, pytest.mark.timeout(900)]

RUNS, ACTIONS = int(os.environ.get("PARCOURS_RUNS", "100")), 30
FORBIDDEN = 0.25
"""How often somebody tries what is not theirs, or does not start here."""


@dataclass
class Crowd:
    """Everyone of the house, and what they did."""

    cast: Cast
    clock: Clock
    dice: Random
    taken: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    forbidden: int = 0
    wrong: list[str] = field(default_factory=list)

    def lives(self, workflow: str, number: int) -> None:
        """One more dossier, taken over somewhere in this workflow; then thirty actions of anyone."""
        person = Person.create(first_name=f"Vie{number}", last_name="Marche", email=f"{workflow}{number}@exemple.fr", phone="",
                               created_at=moment.now())
        dossier = Dossier.create(number=f"{workflow}-{number}", person=person, antenna=principale(), opened_at=moment.now())
        people = [*stops.everyone(self.cast), person]
        case = new_case(dossier, workflow)
        for _ in range(ACTIONS):
            by = self.dice.choice(people)
            if not case.id:
                case = self.begins(case) or new_case(dossier, workflow)
            elif self.dice.random() < 0.05:
                self.clock.forward(days=self.dice.choice((1, 8, 40)))
                passing.tick()
            elif self.dice.random() < FORBIDDEN:
                self.tries_what_is_not_theirs(crowd.again(case), by)
            else:
                self.acts(crowd.again(case), by)
            self.holds(case)

    def begins(self, case: Case) -> Case | None:
        """It is taken over somewhere on its way, by support; a departure is announced, of someone under contract."""
        flow, by = workflows.ALL[case.workflow], self.cast.sami
        stages = sorted({str(row.dest) for row in flow.rows("take_over")})
        if not stages:
            cape = new_case(case.dossier, "cape")
            row = next(row for row in flow.steps if not row.sources and row.label)
            return (self.begins(cape) and None) if not cape.dossier.cases.count() else self.takes(
                case, row.name, by, stops.filled(row, facts_of(case, by)))
        first = moment.today() - timedelta(days=self.dice.randint(0, 200))
        days = {"since": first, "first_day": first, "last_day": first + timedelta(days=364)}
        return self.takes(case, "take_over", by, {
            "stage": self.dice.choice(stages), "reason": "Reprise", "peer": self.cast.noe.uid,
            **{name: day.isoformat() for name, day in days.items()}})

    def acts(self, case: Case, by: Person) -> None:
        """They do one of the things their page offers; documents are signed on screens of their own."""
        facts, held = facts_of(case, by), roles_on(case, by, grants=grants_of(by, moment.today()))
        offered = [one for one in open_steps(workflows.ALL[case.workflow], case.state, held, facts)
                   if one.possible and not any(isinstance(then, GiveCode | Sign) for then in one.step.then)]
        if offered:
            row = self.dice.choice(offered).step
            raw = stops.filled(row, facts)
            try:
                made = papers.prepare(case, row, facts, raw=raw)
            except (StepRefused, AnswersInvalid):
                self.refused += 1
            else:
                self.takes(case, row.name, by, raw, made)

    def takes(self, case: Case, step: str, by: Person, raw: dict[str, Any], made: Any = None) -> Case | None:
        """Take it: done, or refused with nothing written."""
        before = Event.select().count()
        try:
            event = take_step(case, step, by=by, raw=raw, key=None, made=made)
        except (StepRefused, AnswersInvalid):
            self.refused += 1
            if Event.select().count() != before:
                self.wrong.append(f"{case.workflow}.{step}: refused, and written")
            return None
        self.taken[step] += 1
        return crowd.again(event.case)

    def tries_what_is_not_theirs(self, case: Case, by: Person) -> None:
        """A step of others, or of another state."""
        held = roles_on(case, by, grants=grants_of(by, moment.today()))
        rows = [row for row in workflows.ALL[case.workflow].steps if row.name not in ("undo", "tick")]
        theirs = {row.name for row in rows if case.state in row.sources and row.roles & held}
        others = sorted({row.name for row in rows} - theirs)
        before, step = Event.select().count(), self.dice.choice(others)
        try:
            take_step(case, step, by=by, raw={"reason": "Essai"}, key=None)
        except (StepRefused, AnswersInvalid):
            self.forbidden += 1
        else:
            self.wrong.append(f"{by.first_name} took {case.workflow}.{step} from {case.state}")
        if Event.select().count() != before:
            self.wrong.append(f"{case.workflow}.{step}: forbidden, and written")

    def holds(self, case: Case) -> None:
        """Where it stands is what its last event says, and somebody, or the clock, may do something."""
        if not case.id:
            return
        now = crowd.again(case)
        last = Event.select().where(Event.case == case).order_by(Event.id.desc()).first()
        state = workflows.ALL[case.workflow].state.get(now.state)
        if last is None or last.after != now.state or state is None:
            self.wrong.append(f"{case.workflow} stands at {now.state}, its events say {last and last.after}")


@pytest.mark.trust("T6", "T25")
@pytest.mark.parametrize("workflow", sorted(workflows.ALL))
def test_whoever_does_whatever(cast: Cast, clock: Clock, workflow: str) -> None:
    for month in Month.of(clock.now.date()).until(Month.of(clock.now.date()).plus(12)):
        crowd.open_places(str(month), 30)
    everyone = Crowd(cast, clock, Random(f"{workflow} 2027"))
    if not db_is_postgres():
        db.execute_sql("PRAGMA synchronous=OFF")
    for number in range(RUNS):
        everyone.lives(workflow, number)
    print(f"\n{workflow}: {sum(everyone.taken.values())} steps of {len(everyone.taken)} kinds, {everyone.refused} refused, "
          f"{everyone.forbidden} forbidden")
    assert everyone.wrong == []
    assert sum(everyone.taken.values()) > RUNS * 5 and len(everyone.taken) > 5 and everyone.forbidden > RUNS
    assert list(history.verify()) == []


@pytest.mark.control("T6")
def test_control_where_roles_are_not_looked_at_it_is_seen(cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = frozenset(role for flow in workflows.ALL.values() for row in flow.steps for role in row.roles)
    monkeypatch.setattr(cases, "roles_on", lambda *_, **__: everybody)
    everyone = Crowd(cast, clock, Random("2027"))
    for number in range(5):
        everyone.lives("accompaniment", number)
    assert any(" took accompaniment." in one for one in everyone.wrong)
