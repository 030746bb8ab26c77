"""Every hand-over between cases (⊕ ⇒ ←), read a second time from JOURNEY §5, both ways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workflows.reading import at
from workflows import ALL
from workflows.engine import BEGIN, NotTheirs, decide, open_steps
from workflows.grammar import CaseFacts, Open, Step, TakeStep
from workflows.roles import after
from workflows.wellformed import Handover, awaited, caused

OPENS = {
    "admission.accept": "accompaniment.open",
    "admission.enrol": "accompaniment.open",
    "admission.check_papers": "cape.open salaried.open",
    "cape.renew": "cape.open",
    "cape.restart": "cape.open",
    "cape.expire": "departure.announce",
    "cape.end_early": "departure.announce",
    "salaried.call_to_apply": "membership.call",
    "salaried.end": "departure.announce",
    "membership.leave": "departure.announce",
}
"""⊕"""
TAKES = {
    "admission.decline": "accompaniment.end",
    "admission.redirect": "accompaniment.end",
    "admission.close_silent": "accompaniment.end",
    "admission.withdraw": "cape.cancel salaried.withdraw accompaniment.end",
    "admission.change_month": "cape.rework salaried.rework",
    "admission.give_back": "cape.cancel salaried.withdraw",
    "admission.miss_month": "cape.cancel salaried.withdraw",
    "cape.take_effect": "admission.join",
    "cape.cancel": "admission.give_back",
    "cape.end_early": "cape.cancel",
    "salaried.take_effect": "admission.join cape.hand_over cape.cancel",
    "salaried.withdraw": "admission.give_back",
    "salaried.close_silent": "admission.give_back",
    "departure.end_contract":
        "admission.withdraw cape.cancel cape.end_early salaried.withdraw salaried.end membership.close "
        "membership.leave accompaniment.end",
}
"""⇒"""
EVERYWHERE = {
    *((f"admission.{step}", "accompaniment.end") for step in ("decline", "redirect", "close_silent", "withdraw")),
    *(("salaried.take_effect", step) for step in TAKES["salaried.take_effect"].split()),
    *(("departure.end_contract", step) for step in TAKES["departure.end_contract"].split()),
}
"""Taken of every case of the dossier."""


def pairs(table: dict[str, str]) -> set[Handover]:
    return {(cause, step) for cause, steps in table.items() for step in steps.split()}


def declared(kind: type[Open] | type[TakeStep]) -> Iterator[tuple[Handover, Step, Open | TakeStep]]:
    for workflow in ALL.values():
        for row in workflow.steps:
            for then in row.then:
                if isinstance(then, kind):
                    yield (f"{workflow.name}.{row.name}", f"{then.workflow}.{then.step}"), row, then


def test_the_workflows_are_in_the_order_of_the_specification() -> None:
    """Clock rows due together run in this order."""
    assert list(ALL) == ["admission", "cape", "accompaniment", "salaried", "membership", "departure"]


def test_cases_are_opened_where_the_specification_opens_them() -> None:
    assert {pair for pair, _, _ in declared(Open)} == pairs(OPENS)


def test_steps_are_taken_where_the_specification_takes_them() -> None:
    assert {pair for pair, _, _ in declared(TakeStep)} == pairs(TAKES)


def test_each_row_waits_for_exactly_those_who_take_it() -> None:
    assert awaited(ALL) == pairs(OPENS) | pairs(TAKES) == caused(ALL)


def test_which_steps_reach_every_case_of_the_dossier() -> None:
    assert {pair for pair, _, then in declared(TakeStep) if isinstance(then, TakeStep) and then.everywhere} == EVERYWHERE


def test_an_admission_ends_an_accompaniment_only_if_no_contract_runs_a_departure_always() -> None:
    spared = {pair for pair, _, then in declared(TakeStep) if isinstance(then, TakeStep) and then.unless_refused}
    assert spared == {pair for pair in EVERYWHERE if pair[0].startswith("admission.")}


def test_only_a_next_cape_is_opened_beside_an_open_one() -> None:
    again = {pair for pair, _, then in declared(Open) if isinstance(then, Open) and then.again}
    assert again == {("cape.renew", "cape.open"), ("cape.restart", "cape.open")}


@pytest.mark.parametrize(("cause", "step"), sorted(pairs(OPENS) | pairs(TAKES)))
def test_a_step_caused_by_another_starts_where_it_should(cause: str, step: str) -> None:
    """Its row exists, holds the right the cause gives, and begins a case if and only if the case is opened."""
    name, taken = step.split(".")
    rows = [row for row in ALL[name].rows(taken) if after(cause) in row.roles]
    assert rows
    assert all(row.opens == ((cause, step) in pairs(OPENS)) for row in rows)


@pytest.mark.parametrize(("cause", "step"), sorted(pairs(OPENS) | pairs(TAKES)))
def test_the_right_a_step_gives_opens_no_other_row(cause: str, step: str) -> None:
    workflow = ALL[step.split(".")[0]]
    given = {row.name for row in workflow.steps if after(cause) in row.roles}
    expected = {taken.split(".")[1] for source, taken in pairs(OPENS) | pairs(TAKES)
                if source == cause and taken.startswith(f"{workflow.name}.")}
    assert given == expected


def test_nobody_presses_a_row_that_only_another_step_takes() -> None:
    """A right given by a step is no role of a person: the clock and the cogérance are refused it."""
    facts = CaseFacts(now=at("2027-03-01T12:00:00+00:00"))
    with pytest.raises(NotTheirs):
        decide(ALL["admission"], "join", state="signing", roles={"support", "cogerance", "clock"}, facts=facts, raw={})
    for state in (BEGIN, "drafting"):
        shown = {one.step.name for one in open_steps(ALL["cape"], state, {"cogerance"}, facts)}
        assert not shown & {"open", "hand_over"}
