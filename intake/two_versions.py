"""Two people edited the same thing: what each wrote, where they differ (SCREENS B14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import workflows
from intake.access import me
from intake.answers_read import Answered, readable_answers
from intake.lookup import my_roles
from intake.models.dossiers import Case, Event

NOTHING = "Rien"


@dataclass(frozen=True)
class Both:
    """One question, and its two answers."""

    label: str
    mine: str
    theirs: str


def compared(case: Case, step: str, seen: int | None, typed: Sequence[Answered]) -> list[Both]:
    """Where what I typed differs from what somebody wrote by the same step since my page was made; empty when nobody did."""
    since = case.version - seen if seen is not None else 0
    if since <= 0:
        return []
    quiet = {row.name for row in workflows.ALL[case.workflow].steps if row.quiet}
    latest = list(Event.select().where(Event.case == case, Event.step.not_in(quiet)).order_by(Event.id.desc()).limit(since))
    theirs = next((event for event in latest if event.step == step and event.actor_id != me().id), None)
    written = next((rows for event, rows in readable_answers(case, my_roles(case)) if theirs and event.id == theirs.id), [])
    said, mine = {row.label: row.value for row in written}, {row.label: row.value for row in typed}
    return [Both(label, mine.get(label, NOTHING), said.get(label, NOTHING)) for label in {**mine, **said}
            if said and mine.get(label) != said.get(label)]
