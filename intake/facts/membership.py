"""What the rules of a membership know, read from the database."""

from __future__ import annotations

from datetime import date
from typing import Any

from intake.facts.common import common
from intake.facts.contracts import GONE, Row, cases_of, contracts_in
from intake.models.actors import Actor
from intake.models.compiled import compiled, param
from intake.models.days import Assembly
from intake.models.dossiers import Answers, Case, Event
from workflows.grammar import Item
from workflows.membership import Facts, membership

STANDING = (*membership.open_states, "associate")
ASKS_AGE = ("", "called")
"""States in which the age counts."""

ASSEMBLIES = compiled(lambda: Assembly.select(Assembly.day).order_by(Assembly.day))
ENTRY = compiled(lambda: (
    Answers.select(Answers.text).join(Event, on=Answers.event)
    .where(Event.case == param("case"), Event.step == "send_papers").order_by(Event.id.desc()).limit(1)))


def gather(case: Case, by: Actor, about: Item | None) -> Facts:
    """The facts of a membership."""
    rows = cases_of(case.dossier.person_id)
    here = [row for row in rows if row.dossier_id == case.dossier_id]
    return Facts(
        **common(case, by, about),
        contracts=contracts_in(rows),
        already=not case.state and any(row.workflow == "membership" and row.state in STANDING for row in rows),
        gone=any(row.workflow == "departure" and row.state in GONE for row in here),
        assemblies=tuple(day for (day,) in ASSEMBLIES()),
        **(_age(here) if case.state in ASKS_AGE else {}),
    )


def _age(here: list[Row]) -> dict[str, Any]:
    """For someone who was a minor at first contact, the birth date of the entry papers."""
    young = [row for row in here if row.workflow == "admission" and row.memory.get("age") in ("minor", "child")]
    if not young:
        return {}
    found = ENTRY.one(case=young[-1].id)
    born = found[0].get("born_on") if found else None
    return {"minor": True, "born_on": date.fromisoformat(born) if born else None}
