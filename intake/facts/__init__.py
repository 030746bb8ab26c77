"""For each workflow, what its rules need to know, read from the database."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import workflows
from intake.facts import accompaniment, admission, cape, departure, membership, salaried
from intake.models.actors import Actor
from intake.models.dossiers import Case
from intake.models.drafts import saved_pages
from workflows.grammar import CaseFacts, Item

Gather = Callable[[Case, Actor, Item | None], CaseFacts]

GATHER: dict[str, Gather] = {
    "admission": admission.gather,
    "cape": cape.gather,
    "accompaniment": accompaniment.gather,
    "salaried": salaried.gather,
    "membership": membership.gather,
    "departure": departure.gather,
}


def facts_of(case: Case, by: Actor, about: Item | None = None) -> Any:
    """The facts of a case for its workflow's rules, with the saved pages of the questionnaire being filled in."""
    facts = GATHER[case.workflow](case, by, about)
    workflow = workflows.ALL[case.workflow]
    state = workflow.state.get(case.state)
    if state is None or not state.pages:
        return facts
    saved = saved_pages(case)
    asked = [page for page in workflow.pages[state.pages] if page.applies is None or page.applies(facts)]
    missing = sum(1 for page in asked if page.name not in saved)
    kept = {page.name: saved[page.name] for page in asked if page.name in saved}
    return dataclasses.replace(facts, pages=kept, pages_missing=missing)
