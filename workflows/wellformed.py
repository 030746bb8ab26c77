"""Whether workflows hold together (`intake check`), and the fingerprint of a workflow that events carry. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

from workflows.common import common_rows
from workflows.grammar import DropTasks, Letter, Open, State, Step, TakeStep, Task, Workflow
from workflows.roles import GRANTED, LABELS, Role, author, clock, kiosk, other, peer, person, team
from workflows.settings import DEFAULTS

Workflows = Mapping[str, Workflow]
Handover = tuple[str, str]
"""(the step that causes, the step caused), as `cape.take_effect`."""

COMMON = frozenset(row.name for row in common_rows((State("any", "any"),), ())) | {"take_over"}
MACHINES = frozenset({clock, kiosk})
ROLES = frozenset({*GRANTED, *team, person, peer, author, other, *MACHINES})
ADDRESSES = frozenset({*ROLES, "waits_for", "correspondent"})
"""To whom a letter may be addressed."""


def problems(workflows: Workflows, letters: Collection[str] | None = None) -> list[str]:
    """What does not hold, one sentence each for whoever writes workflows; `letters` are the templates that exist."""
    found = [f"{name}: {problem}" for name, workflow in workflows.items() for problem in _of(workflow, letters)]
    return [*found, *_handovers_that_miss(workflows)]


def is_after(role: Role) -> bool:
    """Whether a role is the right that another step gives (`after`)."""
    return role.startswith("←")


def caused(workflows: Workflows) -> set[Handover]:
    """Every ⊕ and ⇒, as the consequences declare them."""
    return {
        (f"{workflow.name}.{row.name}", f"{then.workflow}.{then.step}")
        for workflow in workflows.values() for row in workflow.steps for then in row.then
        if isinstance(then, Open | TakeStep)
    }


def awaited(workflows: Workflows) -> set[Handover]:
    """Every ←, as the rows declare them."""
    return {
        (role.removeprefix("←"), f"{workflow.name}.{row.name}")
        for workflow in workflows.values() for row in workflow.steps for role in row.roles if is_after(role)
    }


def _handovers_that_miss(workflows: Workflows) -> Iterator[str]:
    does, lets = caused(workflows), awaited(workflows)
    for cause, step in sorted(does - lets):
        yield f"{cause}: takes {step}, which does not say after(\"{cause}\")"
    for cause, step in sorted(lets - does):
        yield f"{step}: waits for {cause}, which does not take it"


def _of(workflow: Workflow, letters: Collection[str] | None) -> Iterator[str]:
    names = [state.name for state in workflow.states]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"state {name} is declared twice"
    for row in workflow.steps:
        yield from (f"{row.name}: {problem}" for problem in _of_row(workflow, row, letters))
    yield from _forks(workflow)
    for state in workflow.states:
        yield from (f"state {state.name}: {problem}" for problem in _of_state(workflow, state))
    for name in sorted(_reachable(workflow) ^ set(workflow.state)):
        yield f"state {name}: nothing leads there"
    yield from _of_closing(workflow)


# States --------------------------------------------------------------------------------------------------------------


def _of_state(workflow: Workflow, state: State) -> Iterator[str]:
    if state.closed:
        if state.waits_for or state.ladder:
            yield "is closed, and nobody has to act there"
        return
    here = [row for row in workflow.steps if state.name in row.sources]
    if not any(row.dest not in (None, state.name) for row in here if row.name not in COMMON):
        yield "has no way out"
    if not state.waits_for:
        yield "waits for nobody"
    for role in state.waits_for:
        if not any(role in row.roles for row in here):
            yield f"waits for {role}, who can do nothing there"
    for step in state.next_steps:
        if not any(row.name == step for row in here):
            yield f"its next step {step} does not start there"
    if state.pages and state.pages not in workflow.pages:
        yield f"its questionnaire {state.pages} does not exist"


def _reachable(workflow: Workflow) -> set[str]:
    found: set[str] = set()
    wave = {row.dest for row in workflow.steps if row.opens and row.dest}
    while wave - found:
        found |= wave
        wave = {row.dest for row in workflow.steps if row.dest and found & set(row.sources)}
    return found


def _of_closing(workflow: Workflow) -> Iterator[str]:
    rows = workflow.rows(workflow.closing_step)
    if not any(row.dest == workflow.closing_state for row in rows):
        yield f"{workflow.closing_step or 'no step'} does not close it into {workflow.closing_state or 'any state'}"
    for former, present in workflow.renamed.items():
        if former in workflow.state or present not in workflow.state:
            yield f"{former} cannot be renamed {present}"


# Steps ---------------------------------------------------------------------------------------------------------------


def _of_row(workflow: Workflow, row: Step, letters: Collection[str] | None) -> Iterator[str]:
    for state in (*row.sources, *([row.dest] if row.dest else [])):
        if state not in workflow.state:
            yield f"names the state {state}, which does not exist"
    if row.opens and row.dest is None:
        yield "opens a case nowhere"
    yield from _of_roles(row)
    if row.about and row.about not in {one.name for one in workflow.steps}:
        yield f"is about {row.about}, which does not exist"
    if row.pages and row.pages not in workflow.pages:
        yield f"sends the questionnaire {row.pages}, which does not exist"
    if not row.past:
        yield "has no words for the history"
    for then in row.then:
        yield from _of_consequence(workflow, then, letters)


def _of_roles(row: Step) -> Iterator[str]:
    """A clock row has a date and no button; a row has a button if and only if somebody may press it."""
    people = {role for role in row.roles if role not in MACHINES and not is_after(role)}
    for role in sorted(people - ROLES):
        yield f"is taken by {role}, who is nobody"
    if (clock in row.roles) != (row.due is not None):
        yield "is taken by the clock without a date" if row.due is None else "has a date, but is not taken by the clock"
    if people and row.label is None:
        yield "has no button, but somebody may press it"
    if not people and row.label is not None:
        yield "has a button that nobody may press"


def _forks(workflow: Workflow) -> Iterator[str]:
    """Of two rows of one name that one person may take from one state, the first chooses."""
    for name in dict.fromkeys(row.name for row in workflow.steps):
        rows = workflow.rows(name)
        for at, row in enumerate(rows):
            for later in rows[at + 1:]:
                same_state = set(row.sources) & set(later.sources) or (row.opens and later.opens)
                if same_state and row.roles & later.roles and not row.chosen_if:
                    yield f"{name}: a later row of this name can never win"


def _of_consequence(workflow: Workflow, then: Any, letters: Collection[str] | None) -> Iterator[str]:
    steps = {row.name for row in workflow.steps}
    if isinstance(then, Letter):
        if letters is not None and then.template not in letters:
            yield f"the letter {then.template} has no template"
        for role in sorted(set(then.to) - ADDRESSES):
            yield f"the letter {then.template} goes to {role}, who is nobody"
    if isinstance(then, Task):
        if then.role not in LABELS:
            yield f"the task « {then.sentence} » is for {then.role}, who is nobody"
        if isinstance(then.days, str) and then.days not in DEFAULTS:
            yield f"the task « {then.sentence} » reads the setting {then.days}, which does not exist"
    if isinstance(then, Task | DropTasks):
        for step in sorted(set(then.closes_with) - steps):
            yield f"a task closes with {step}, which does not exist"


# Fingerprint ---------------------------------------------------------------------------------------------------------


@cache
def fingerprint(workflow: Workflow) -> str:
    """Twelve hexadecimal digits that change with the states and the steps: events carry it."""
    said = {
        "name": workflow.name,
        "states": [[state.name, state.label, state.closed, state.ladder, state.waits_for] for state in workflow.states],
        "steps": [_print(row) for row in workflow.steps],
    }
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]


def _print(row: Step) -> list[Any]:
    fields = sorted(row.form()._fields) if row.form else []
    rules = [[rule.name, rule.kind, rule.sentence, rule.article, rule.lifted_by]
             for rule in (*row.chosen_if, *row.only_if)]
    return [row.name, row.label, row.sources, row.dest, sorted(row.roles), fields, rules, row.about, row.pages,
            [_told(then) for then in row.then]]


def _told(then: Any) -> list[Any]:
    plain = {name: value for name, value in vars(then).items() if isinstance(value, str | int | tuple)}
    return [type(then).__name__, plain]
