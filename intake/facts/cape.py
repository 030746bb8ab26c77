"""What the rules of a CAPE know, read from the database."""

from __future__ import annotations

from intake.facts.common import common
from intake.facts.contracts import around, cases_of
from intake.models.actors import Actor
from intake.models.dossiers import Case
from workflows.accompaniment import accompaniment
from workflows.cape import Facts
from workflows.grammar import Item

AHEAD = ("drafting", "to_sign", "signed")


def gather(case: Case, by: Actor, about: Item | None) -> Facts:
    """The facts of a CAPE."""
    rows = cases_of(case.dossier.person_id)
    here = [row for row in rows if row.dossier_id == case.dossier_id and row.uid != case.uid]
    return Facts(
        **common(case, by, about), **around(case, rows), dossier=case.dossier.uid,
        cape_ahead=any(row.workflow == "cape" and row.state in AHEAD for row in here),
        peer_sought=any(row.workflow == "accompaniment" and row.state in accompaniment.open_states for row in here),
    )
