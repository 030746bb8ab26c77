"""Live cases that stand in a state their workflow no longer has; and the clock step `rename` that saves them."""

from __future__ import annotations

import workflows
from intake import history, moment
from intake.cases import locked
from intake.models.actors import CLOCK
from intake.models.base import write_transaction
from intake.models.dossiers import Case, Dossier
from workflows.wellformed import fingerprint


def cases(*, before_renaming: bool = False) -> list[str]:
    """A sentence for each case in an unknown state or workflow, naming it; `before_renaming`, those that nothing would save."""
    found = []
    for workflow, state in Case.select(Case.workflow, Case.state).distinct().tuples():
        known = workflows.ALL.get(workflow)
        if known is not None and (state in known.state or (before_renaming and state in known.renamed)):
            continue
        for (number,) in Case.select(Dossier.number).join(Dossier).where(Case.workflow == workflow, Case.state == state).tuples():
            found.append(f"{number}: its {workflow} stands at « {state} », which no longer exists. "
                         f"Add renamed={{'{state}': …}} to workflows/{workflow}")
    return found


def rename_all() -> int:
    """Move the cases of renamed states, each by one event of the clock; how many."""
    moved = 0
    for workflow in workflows.ALL.values():
        for before, after in workflow.renamed.items():
            for case in Case.select().where(Case.workflow == workflow.name, Case.state == before):
                rename(case, after)
                moved += 1
    return moved


def rename(case: Case, after: str) -> None:
    """The clock step `rename`: same memory, other name."""
    with write_transaction():
        case = locked(case)
        line = history.Line(step="rename", before=case.state, after=after, role=CLOCK.role, made_at=moment.now(),
                            effective_on=moment.today(), fingerprint=fingerprint(workflows.ALL[case.workflow]))
        history.append(line, CLOCK, case, history.Written({}, {}, {}))
        case.state, case.due_at, case.version = after, None, case.version + 1
        case.save(only=[Case.state, Case.due_at, Case.version])
