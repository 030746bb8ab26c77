"""Who may do what from where: a new row turns exactly one of these red, until it is agreed."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module

import pytest

from tests.workflows.matrix import FOLDER, matrix
from workflows import ALL
from workflows.engine import NotTheirs, StepRefused, decide, open_steps
from workflows.grammar import CaseFacts
from workflows.wellformed import problems


def blank(name: str) -> CaseFacts:
    """The facts of a case of which nothing is known."""
    facts: CaseFacts = import_module(f"workflows.{name}").Facts(now=datetime(2027, 3, 1, 9, tzinfo=UTC))
    return facts


@pytest.mark.parametrize("name", sorted(ALL))
def test_the_matrix_is_the_one_agreed(name: str) -> None:
    agreed = FOLDER / f"{name}.txt"
    assert agreed.exists(), f"Agree on it: python -m tests.workflows.matrix {name}"
    assert matrix(ALL[name]) == agreed.read_text(encoding="utf-8"), (
        f"The table of {name} has changed. If that is meant: python -m tests.workflows.matrix {name}, and read the diff")


def test_the_workflows_hold_together() -> None:
    assert problems(ALL) == []


@pytest.mark.parametrize("name", sorted(ALL))
def test_no_step_starts_from_a_state_that_is_not_its_own(name: str) -> None:
    """Every state × every step outside the matrix is refused, whoever asks, before anything is read."""
    workflow = ALL[name]
    everyone = {role for row in workflow.steps for role in row.roles}
    for state in workflow.state:
        for step in {row.name for row in workflow.steps}:
            rows = [row for row in workflow.rows(step) if state in row.sources]
            if not rows:
                with pytest.raises(StepRefused):
                    decide(workflow, step, state=state, roles=everyone, facts=blank(name), raw={})
                continue
            strangers = everyone - {role for row in rows for role in row.roles}
            with pytest.raises(NotTheirs):
                decide(workflow, step, state=state, roles=strangers, facts=blank(name), raw={})


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_stranger_sees_no_step(name: str) -> None:
    for state in ALL[name].state:
        assert open_steps(ALL[name], state, set(), blank(name)) == []
