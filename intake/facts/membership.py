"""What the rules of a membership know, read from the database."""

from __future__ import annotations

from datetime import date
from typing import Any

from intake.facts.common import common
from intake.facts.contracts import contracts_of
from intake.history import unsealed
from intake.models.actors import Actor
from intake.models.days import Assembly
from intake.models.dossiers import Answers, Case, Event
from workflows.grammar import Item
from workflows.membership import Facts, membership

STANDING = (*membership.open_states, "associate")
GONE = ("contract_ended", "accounts_closed")
ASKS_AGE = ("", "called")
"""States in which the age counts."""


def gather(case: Case, by: Actor, about: Item | None) -> Facts:
    """The facts of a membership."""
    dossier = case.dossier
    return Facts(
        **common(case, by, about),
        contracts=contracts_of(dossier.person_id),
        already=not case.state and _exists(case, "membership", STANDING),
        gone=bool(case.state) and _exists(case, "departure", GONE),
        assemblies=tuple(row for (row,) in Assembly.select(Assembly.day).order_by(Assembly.day).tuples()),
        **(_age(case) if case.state in ASKS_AGE else {}),
    )


def _exists(case: Case, workflow: str, states: tuple[str, ...]) -> bool:
    found: bool = Case.select(Case.id).where(
        Case.dossier == case.dossier, Case.workflow == workflow, Case.state.in_(states)).exists()
    return found


def _age(case: Case) -> dict[str, Any]:
    """The age told at first, and for someone who was a minor then, the birth date of the entry papers."""
    admissions = Case.select().where(Case.dossier == case.dossier, Case.workflow == "admission")
    if not any(one.memory.get("age") in ("minor", "child") for one in admissions):
        return {}
    beside = (Answers.select(Answers).join(Event, on=Answers.event)
              .where(Event.case.in_(admissions), Event.step == "send_papers").order_by(Event.id.desc()).first())
    kept = {**beside.text, **unsealed(beside)} if beside else {}
    born = kept.get("born_on")
    return {"minor": True, "born_on": date.fromisoformat(born) if born else None}
