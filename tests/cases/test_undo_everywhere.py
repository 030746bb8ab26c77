"""Every step one may undo, of every workflow, undone where the walks reach it; and pressed by two people at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

import workflows
from intake import foresight, history, moment
from intake.cases import AnswersInvalid, StepRefused, take_step
from intake.facts import facts_of
from intake.figures import FIGURES, Asked
from intake.models.actors import grants_of, roles_on
from intake.models.base import db
from intake.models.dossiers import Case, Event
from intake.models.people import Antenna
from tests.cases import stops, test_whole_road as roads
from tests.cases.stops import Attempt
from tests.cases.test_two_at_once import MEETINGS
from tests.cases.test_undo import standing
from tests.cast import Cast, browser
from tests.conftest import Clock
from tests.faults import crowd
from tests.page import read
from workflows.grammar import Step

Row = tuple[str, int]
"""A workflow, and the place of a row in its table."""


def rows_to_undo() -> dict[Row, Step]:
    """Every row that somebody of the house takes and may undo."""
    return {(name, at): row for name, workflow in workflows.ALL.items() for at, row in enumerate(workflow.steps)
            if row.undoable and row.label and row.roles - {"person", "kiosk", "clock", "author"}
            and not all(role.startswith("←") or role in ("person", "clock") for role in row.roles)}


def figures() -> dict[str, Any]:
    """What « Chiffres » shows of the whole house."""
    asked = Asked(tuple(Antenna.select().order_by(Antenna.id)), moment.today(), None)
    return {name: (drawn.finding, list(drawn.rows)) for name, draw in FIGURES.items() if (drawn := draw(asked))}


class Undoing:
    """At each stop: take, look, undo, compare, and leave everything as it was."""

    shown: dict[str, Any] | None = None
    """The figures of this stop; everything tried here is rolled back."""

    def __init__(self) -> None:
        self.done: dict[Row, str] = {}
        self.refused: dict[str, str] = {}
        self.tried: set[tuple[Row, str]] = set()

    def wanted(self, workflow: str, state: str) -> list[Step]:
        """The rows of a state not undone from it yet; those that every workflow has, once in each."""
        return [row for row in workflows.ALL[workflow].steps
                if row.undoable and row.label and (state in row.sources if row.sources else not state)
                and self.key(workflow, row, state) not in self.tried]

    def key(self, workflow: str, row: Step, state: str) -> tuple[Row, str]:
        return (workflow, workflows.ALL[workflow].steps.index(row)), "" if row.name in stops.COMMON else state

    def __call__(self, attempt: Attempt) -> None:
        case, row = attempt.case, attempt.row
        with db.atomic() as everything:
            try:
                found = self.undone(attempt)
            except (StepRefused, AnswersInvalid) as why:
                errors = why.form.errors if isinstance(why, AnswersInvalid) else ""
                self.refused[f"{case.workflow}.{row.name} from {case.state}"] = f"{why} {errors}"
            else:
                self.tried.add(self.key(case.workflow, row, case.state))
                taken = workflows.ALL[case.workflow].steps.index(found)
                self.done[case.workflow, taken] = case.state
            everything.rollback()

    def undone(self, attempt: Attempt) -> Step:
        self.shown = self.shown or figures()
        case = attempt.begin()
        before = standing()
        told = self.told(attempt, case)
        event = attempt.take(case)
        assert standing() != before, f"{event.step} does something"
        row = self.row_of(event)
        written = foresight.written(case, row, event, told.change)
        if told.whole:
            assert sorted(map(repr, told.letters)) == sorted(map(repr, written.letters)), f"{event.step}: letters foreseen"
        take_step(crowd.again(event.case), "undo", by=attempt.by, raw={}, key=None)
        after = standing()
        opened = {uid: kept for uid, kept in after["cases"].items() if uid not in before["cases"]}
        if event.before != event.after or opened:
            assert figures() == self.shown, f"{event.case.workflow}.{event.step} stays in the figures"
        assert {**after, "cases": {uid: kept for uid, kept in after["cases"].items() if uid not in opened}} == before, (
            f"{event.case.workflow}.{event.step} from « {event.before} » is not undone")
        for workflow, state, *_ in opened.values():
            assert workflows.ALL[workflow].state[state].closed, "a case it opened is closed"
        return row

    def told(self, attempt: Attempt, case: Case) -> foresight.Foreseen:
        return foresight.before(case, attempt.row, facts_of(case, attempt.by), attempt.by)

    def row_of(self, event: Event) -> Step:
        rows = [row for row in workflows.ALL[event.case.workflow].rows(event.step)
                if event.before in (row.sources or ("",)) and row.dest in (None, event.after) and event.role in row.roles]
        return rows[0]


class Colliding(Undoing):
    """At each stop: two people press on the same page; the first wins, the page of the second says who did what."""

    def __init__(self, app: Flask, cast: Cast) -> None:
        super().__init__()
        self.app = app
        self.fellows = {cast.claire: cast.salome, cast.sami: cast.rachel, cast.marc: cast.odile}

    def wanted(self, workflow: str, state: str) -> list[Step]:
        return [row for row in workflows.ALL[workflow].steps
                if row.label and not row.quiet and row.name != "undo" and state in row.sources
                and self.key(workflow, row, "") not in self.tried]

    def key(self, workflow: str, row: Step, state: str) -> tuple[Row, str]:
        return super().key(workflow, row, "")

    def undone(self, attempt: Attempt) -> Step:
        case = attempt.begin()
        seen = case.version
        event = attempt.take(case, version=seen)
        before = standing()
        answer = self.second(attempt, seen)
        assert standing() == before, "the second wrote nothing"
        if answer.status_code == 404:
            held = roles_on(crowd.again(case), attempt.by, grants=grants_of(attempt.by, moment.today()))
            assert not held, f"{event.step}: only whoever has left finds nothing"
            return self.row_of(event)
        said = read(answer).text.replace("\u00a0", " ")
        assert answer.status_code == 409 and "Ce dossier a changé" in said, f"{event.step}: {answer.status_code} {said}"
        told = said.partition("Ce dossier a changé")[2].strip()
        assert told.startswith(attempt.by.called), told
        assert "déjà" in told or not attempt.row.past.startswith("a "), told
        return self.row_of(event)

    def second(self, attempt: Attempt, seen: int) -> TestResponse:
        """What the other one gets, who had opened the page before: someone of the same role, else the same one elsewhere."""
        address = f"/dossier/{attempt.case.dossier.uid}/{attempt.case.uid}/{attempt.row.name}"
        answers = (browser(self.app, other).post(address, data={**attempt.raw, "version": seen, "told": ""})
                   for other in (self.fellows.get(attempt.by), attempt.by) if other is not None)
        first = next(answers)
        return first if first.status_code != 404 else next(answers, first)


@dataclass
class Stopping:
    """Every road stops before each of its steps, before time passes, and at its end."""

    acts: tuple[Any, ...]
    people: list[Any]
    cast: Cast
    road: Any = None

    def stop(self, road: roads.Road) -> None:
        """Whatever may be done here."""
        self.road = road
        for act in self.acts:
            act.shown = None
            mine = [road.dossier.person] if isinstance(act, Colliding) else []
            for attempt in list(stops.attempts(road, self.cast, [*self.people, *mine], act.wanted)):
                act(attempt)


def test_every_step_one_may_undo_is_undone_and_every_collision_has_one_winner(
        one_connection: Flask, people: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    cast, undoing, colliding = people, Undoing(), Colliding(one_connection, people)
    stopping = Stopping((undoing, colliding), stops.everyone(cast), cast)
    for name in ("take", "go_to"):
        def first(road: roads.Road, *told: Any, _plain: Any = getattr(roads.Road, name), **raw: Any) -> Any:
            stopping.stop(road)
            return _plain(road, *told, **raw)
        monkeypatch.setattr(roads.Road, name, first)
    for walk in stops.walks(cast, clock):
        walk()
        stopping.stop(stopping.road)
    missing = {f"{name}.{row.name} {row.sources}" for (name, at), row in rows_to_undo().items()
               if (name, at) not in undoing.done}
    assert not missing, f"no walk reaches: {sorted(missing)}\n{undoing.refused}"
    met = {(name, workflows.ALL[name].steps[at].name) for name, at in colliding.done}
    missing = {f"{name}.{row.name}" for name, workflow in workflows.ALL.items() for row in workflow.steps
               if row.label and not row.quiet and row.sources and row.name not in MEETINGS and (name, row.name) not in met}
    assert not missing, f"never pressed by two: {sorted(missing)}\n{colliding.refused}"
    assert list(history.verify()) == []
