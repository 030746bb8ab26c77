"""What the rules of a CESA know, read from the database."""

from __future__ import annotations

from intake import moment
from intake.facts.common import common
from intake.facts.contracts import around, cases_of
from intake.models.actors import Actor
from intake.models.brands import sharings_of
from intake.models.compiled import compiled
from intake.models.days import Assembly
from intake.models.dossiers import Case
from workflows.grammar import Item
from workflows.membership import membership
from workflows.salaried import Facts, salaried

ASSEMBLIES = compiled(lambda: Assembly.select(Assembly.day, Assembly.approves_accounts).order_by(Assembly.day))
NEEDS_ASSEMBLIES = ("drafting", "running")
ADMITTED = ("subscribing", "associate")


def gather(case: Case, by: Actor, about: Item | None) -> Facts:
    """The facts of a CESA."""
    rows = cases_of(case.dossier.person_id)
    here = [row for row in rows if row.dossier_id == case.dossier_id and row.uid != case.uid]
    joining = [row.state for row in here if row.workflow == "membership"]
    assemblies = ASSEMBLIES() if case.state in NEEDS_ASSEMBLIES else ()
    return Facts(
        **common(case, by, about), **around(case, rows),
        open_elsewhere=any(row.workflow == "salaried" and row.state in salaried.open_states for row in here),
        associate="associate" in joining, was_associate="ended" in joining,
        admitted=any(state in ADMITTED for state in joining),
        called=any(state in membership.open_states for state in joining),
        assemblies=tuple(day for day, _ in assemblies), approving=tuple(day for day, approves in assemblies if approves),
        sharings=sharings_of(case.dossier.person_id, moment.today()) if case.state == "drafting" else (),
    )
