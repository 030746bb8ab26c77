"""What the rules of a departure know, read from the database."""

from __future__ import annotations

from intake.facts.common import common
from intake.facts.contracts import contracts_of
from intake.models.actors import Actor
from intake.models.dossiers import Case
from workflows.departure import Facts, departure
from workflows.grammar import Item


def gather(case: Case, by: Actor, about: Item | None) -> Facts:
    """The facts of a departure."""
    dossier = case.dossier
    already = not case.state and Case.select(Case.id).where(
        Case.dossier == dossier, Case.workflow == "departure", Case.state.in_(departure.open_states)).exists()
    return Facts(
        **common(case, by, about),
        person=dossier.person.uid,
        contracts=tuple(one for one in contracts_of(dossier.person_id) if one.dossier == dossier.uid),
        already=bool(already),
    )
