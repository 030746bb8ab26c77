"""What the rules of a departure know, read from the database."""

from __future__ import annotations

from intake.facts.common import common
from intake.facts.contracts import cases_of, contracts_in
from intake.models.actors import Actor
from intake.models.dossiers import Case
from workflows.departure import Facts, departure
from workflows.grammar import Item


def gather(case: Case, by: Actor, about: Item | None) -> Facts:
    """The facts of a departure."""
    here = [row for row in cases_of(case.dossier.person_id) if row.dossier_id == case.dossier_id]
    return Facts(
        **common(case, by, about),
        person=case.dossier.person.uid,
        contracts=contracts_in(here),
        already=not case.state and any(
            row.workflow == "departure" and row.state in departure.open_states for row in here),
    )
