"""A workflow as a page of documentation: everything is on it, and the same table gives the same text."""

from __future__ import annotations

import re

import pytest

from workflows import ALL
from workflows.diagram import mermaid, own_steps, page, steps_table
from workflows.grammar import Letter, Open, State, Step, TakeStep, Task, Workflow, house
from workflows.roles import after, circle, clock, person


@house("Il reste {n:partie|parties} à remplir.", lifted_by="")
def all_filled(facts: object) -> bool:
    """Nothing is left."""
    return True


SMALL = Workflow(
    "small", "Un petit parcours",
    states=(State("draft", "À écrire", waits_for=(person,), says="Écrivez."), State("read", "Lu", closed=True)),
    steps=(
        Step("begin", "Commencer", (), "draft", by=person, past="a commencé"),
        Step("send", "Envoyer", ("draft",), "read", by=(person, after("other.push")), only_if=[all_filled],
             then=[Letter("sent", (circle,)), Task(circle, "Lire"), Open("cape"), TakeStep("other", "pull")],
             past="a envoyé"),
        Step("remind", None, ("draft",), None, by=clock, due=lambda facts: None, past="rappel"),
    ))


def test_the_diagram_shows_states_and_arrows_but_no_loop() -> None:
    assert mermaid(SMALL) == (
        "stateDiagram-v2\n"
        "    draft: À écrire\n"
        "    read: Lu\n"
        "    [*] --> draft: begin\n"
        "    draft --> read: send\n"
        "    read --> [*]\n")


def test_the_table_says_who_under_which_rules_with_which_effects() -> None:
    assert steps_table(SMALL).splitlines()[2:] == [
        "| `begin` | Commencer | – → draft | person | | | |",
        "| `send` | Envoyer | draft → read | person, ← other.push | | all_filled | "
        "✉ sent (circle) · ☐ circle « Lire » · ⊕ cape · ⇒ other.pull |",
        "| `remind` | – | draft = | clock | | | |",
    ]


def test_a_bar_in_a_sentence_does_not_break_the_table() -> None:
    assert "{n:partie\\|parties}" in page(SMALL)


@pytest.mark.parametrize("name", sorted(ALL))
def test_everything_of_a_workflow_is_on_its_page(name: str) -> None:
    workflow, text = ALL[name], page(ALL[name])
    assert text == page(workflow)
    for state in workflow.states:
        assert f"| `{state.name}` | {state.label} |" in text
    assert len(re.findall(r"^\| `\w+` \|", steps_table(workflow), re.M)) == len(own_steps(workflow))
    assert {row.name for row in own_steps(workflow)} >= {"take_over"} or name in ("departure",)
    for rule in {rule for row in own_steps(workflow) for rule in row.only_if}:
        assert rule.sentence.replace("|", "\\|") in text
