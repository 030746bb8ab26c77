"""The whole matrix of a workflow, state × step × role, as text kept beside the tests.

`python -m tests.workflows.matrix [name …]` writes it again; its difference is what a change of a table is agreed upon.
"""

from __future__ import annotations

import sys
from pathlib import Path

from workflows import ALL
from workflows.grammar import Workflow
from workflows.roles import Role

FOLDER = Path(__file__).parent / "matrix"
BEGIN = "–"


def matrix(workflow: Workflow) -> str:
    """One line a state and a role: the steps that this role takes from there, `*` when it leaves the state."""
    lines = [
        f"{state} · {role}: {', '.join(steps)}"
        for state in (BEGIN, *workflow.state) for role in roles_of(workflow) if (steps := steps_at(workflow, state, role))
    ]
    return "\n".join(lines) + "\n"


def roles_of(workflow: Workflow) -> list[Role]:
    """Every role of the workflow, those that another step gives last."""
    found = {role for row in workflow.steps for role in row.roles}
    return sorted(found, key=lambda role: (role.startswith("←"), role))


def steps_at(workflow: Workflow, state: str, role: Role) -> list[str]:
    """The steps of a role in a state, in the order of the table, each once."""
    rows = [row for row in workflow.steps
            if role in row.roles and (state in row.sources if row.sources else state == BEGIN)]
    return list(dict.fromkeys(f"{row.name}*" if row.dest and row.dest != state else row.name for row in rows))


def main() -> None:
    """Write the matrix of the workflows named, or of all."""
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or ALL:
        (FOLDER / f"{name}.txt").write_text(matrix(ALL[name]), encoding="utf-8")


if __name__ == "__main__":
    main()
