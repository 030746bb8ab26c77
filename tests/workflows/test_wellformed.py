"""What `intake check` says of a workflow that does not hold together, one fault at a time; and fingerprints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from workflows import ALL
from workflows.common import ReasonForm, journey
from workflows.grammar import DropTasks, Letter, Open, State, Step, TakeStep, Task, Workflow, choice
from workflows.roles import GRANTED, after, circle, clock, person, team
from workflows.wellformed import fingerprint, problems

LETTERS = frozenset({"reminder", "request", "message", "address_changed", "welcome"})
STATES = (
    State("asked", "Demandé", waits_for=(circle,), next_steps=("agree",)),
    State("done", "Fait", closed=True),
)


def someday(_: Any) -> datetime | None:
    return None


def sound(*more: Step, states: tuple[State, ...] = STATES, leave: str = "done") -> Workflow:
    """A small workflow that holds together, and what a test adds to it."""
    steps = (
        Step("ask_for", "Demander", (), "asked", by=person, past="a demandé"),
        Step("agree", "Accepter", ("asked",), leave, by=circle, then=[Letter("welcome")], past="a accepté"),
        *more,
    )
    return journey("sound", "Essai", states, steps, closing_step="agree", closing_state="done")


def found(workflow: Workflow) -> list[str]:
    return problems({workflow.name: workflow}, LETTERS)


@pytest.mark.trust("T6")
def test_our_workflows_hold_together_and_have_their_letters() -> None:
    written = {file.stem for file in Path("templates/mail").glob("*.txt")}
    assert problems(ALL, written) == []


def test_a_sound_workflow_has_no_problem() -> None:
    assert found(sound()) == []


def cases() -> Iterator[tuple[str, Workflow]]:
    """(what is said, a workflow with that one fault)."""
    def step(name: str, label: str | None, sources: tuple[str, ...], dest: str | None, **more: Any) -> Step:
        return Step(name, label, sources, dest, **{"by": circle, "past": "a fait", **more})

    lost = State("lost", "Perdu", waits_for=(circle,))
    yield "sound: go: names the state nowhere, which does not exist", sound(step("go", "Aller", ("nowhere",), "done"))
    yield "sound: go: names the state nowhere, which does not exist", sound(step("go", "Aller", ("asked",), "nowhere"))
    yield "sound: state lost: nothing leads there", sound(
        step("find", "Trouver", ("lost",), "done"), states=(*STATES, lost))
    yield "sound: state lost: has no way out", sound(
        step("lose", "Perdre", ("asked",), "lost"), step("stay", "Rester", ("lost",), None), states=(*STATES, lost))
    yield "sound: state asked: waits for nobody", sound(states=(replace(STATES[0], waits_for=()), STATES[1]))
    yield "sound: state asked: waits for kiosk, who can do nothing there", sound(
        states=(replace(STATES[0], waits_for=("kiosk",)), STATES[1]))
    yield "sound: state asked: its next step fly does not start there", sound(
        states=(replace(STATES[0], next_steps=("fly",)), STATES[1]))
    yield "sound: state done: is closed, and nobody has to act there", sound(
        states=(STATES[0], replace(STATES[1], waits_for=(circle,))))
    yield "sound: state asked is declared twice", sound(states=(*STATES, STATES[0]))
    yield "sound: start: opens a case nowhere", sound(step("start", "Ouvrir", (), None))
    yield "sound: age: is taken by the clock without a date", sound(step("age", None, ("asked",), "done", by=clock))
    yield "sound: age: has a date, but is not taken by the clock", sound(
        step("age", "Vieillir", ("asked",), "done", due=someday))
    yield "sound: age: has a button that nobody may press", sound(
        step("age", "Vieillir", ("asked",), "done", by=clock, due=someday))
    yield "sound: go: has no button, but somebody may press it", sound(step("go", None, ("asked",), "done"))
    yield "sound: go: is taken by wizard, who is nobody", sound(step("go", "Aller", ("asked",), "done", by="wizard"))
    yield "sound: go: has no words for the history", sound(step("go", "Aller", ("asked",), "done", past=""))
    yield "sound: go: is about walk, which does not exist", sound(step("go", "Aller", ("asked",), None, about="walk"))
    yield "sound: go: the letter hello has no template", sound(
        step("go", "Aller", ("asked",), None, then=[Letter("hello")]))
    yield "sound: go: the letter welcome goes to wizard, who is nobody", sound(
        step("go", "Aller", ("asked",), None, then=[Letter("welcome", to=("wizard",))]))
    yield "sound: go: a task closes with fly, which does not exist", sound(
        step("go", "Aller", ("asked",), None, then=[Task(circle, "Voler", closes_with=("fly",))]))
    yield "sound: go: a task closes with fly, which does not exist", sound(
        step("go", "Aller", ("asked",), None, then=[DropTasks(("fly",))]))
    yield "sound: go: the task « Lire » is for wizard, who is nobody", sound(
        step("go", "Aller", ("asked",), None, then=[Task("wizard", "Lire")]))
    yield "sound: go: the task « Lire » reads the setting read.days, which does not exist", sound(
        step("go", "Aller", ("asked",), None, then=[Task(circle, "Lire", days="read.days")]))
    yield "sound: go: a later row of this name can never win", sound(
        step("go", "Aller", ("asked",), "done"), step("go", "Aller", ("asked",), None))
    yield "sound.go: takes elsewhere.fly, which does not say after(\"sound.go\")", sound(
        step("go", "Aller", ("asked",), None, then=[TakeStep("elsewhere", "fly")]))
    yield "sound.go: takes elsewhere.open, which does not say after(\"sound.go\")", sound(
        step("go", "Aller", ("asked",), None, then=[Open("elsewhere")]))
    yield "sound.go: waits for elsewhere.fly, which does not take it", sound(
        step("go", None, ("asked",), None, by=after("elsewhere.fly")))
    yield "sound: agree does not close it into done", sound(leave="asked")
    yield "sound: done cannot be renamed asked", replace(sound(), renamed={"done": "asked"})


@pytest.mark.control("T6")
@pytest.mark.parametrize(("said", "workflow"), list(cases()), ids=lambda one: one if isinstance(one, str) else "")
def test_each_fault_is_told(said: str, workflow: Workflow) -> None:
    assert said in found(workflow)


def test_rows_of_one_name_may_differ_by_state_by_role_or_by_a_choosing_rule() -> None:
    @choice
    def lucky(_: Any) -> bool:
        return True

    chosen = Step("go", "Aller", ("asked",), "done", by=circle, chosen_if=[lucky], past="a fait")
    default = Step("go", "Aller", ("asked",), None, by=circle, past="a fait")
    theirs = Step("go", "Aller", ("asked",), "done", by=person, past="a fait")
    assert found(sound(chosen, default, theirs)) == []


def test_the_team_never_reads_a_button_that_speaks_as_the_person_of_a_dossier() -> None:
    """« Retirer ma demande » is theirs; beside somebody else's dossier, the same row says what one does there."""
    speaks = re.compile(r"\b(m[aeo]n?|mes|je|j’)\b", re.IGNORECASE)
    shared = [row for workflow in ALL.values() for row in workflow.steps
              if row.label and {person} < row.roles & {*GRANTED, *team, person}]
    assert [row.name for row in shared if speaks.search(row.shown_to({circle}, "").label or "")] == []
    assert {(row.label, row.shown_to({circle}, "").label, row.shown_to({circle, person}, "").label) for row in shared
            if row.name == "withdraw"} == {("Retirer ma demande", "Noter un désistement", "Retirer ma demande")}


def test_a_fingerprint_is_short_and_the_same_for_the_same_table() -> None:
    assert len(fingerprint(sound())) == 12
    assert fingerprint(sound()) == fingerprint(sound())
    assert len({fingerprint(workflow) for workflow in ALL.values()}) == len(ALL)


@pytest.mark.parametrize("changed", [
    sound(states=(replace(STATES[0], label="À étudier"), STATES[1])),
    sound(Step("go", "Aller", ("asked",), "done", by=circle, past="a fait")),
    sound(Step("go", "Aller", ("asked",), "done", by=person, past="a fait")),
    sound(Step("go", "Aller", ("asked",), "done", by=circle, form=ReasonForm, past="a fait")),
    sound(Step("go", "Aller", ("asked",), "done", by=circle, then=[Letter("welcome")], past="a fait")),
], ids=["a label", "a row", "a role", "a form", "a letter"])
def test_a_fingerprint_changes_with_what_a_table_says(changed: Workflow) -> None:
    others = [sound(), sound(Step("go", "Aller", ("asked",), None, by=circle, past="a fait"))]
    assert fingerprint(changed) not in {fingerprint(other) for other in others}
