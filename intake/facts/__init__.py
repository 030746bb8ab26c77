"""For each workflow, what its rules need to know, read from the database."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import workflows
from intake.facts import accompaniment, admission, cape, departure, membership, salaried
from intake.facts.common import Later, Lazily
from intake.models.actors import Actor
from intake.models.dossiers import Case
from intake.models.drafts import saved_pages
from workflows.grammar import CaseFacts, Item, Page

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
    """The facts of a case for its workflow's rules, with the saved pages of the questionnaire being filled in, once looked at."""
    facts = GATHER[case.workflow](case, by, about)
    workflow = workflows.ALL[case.workflow]
    state = workflow.state.get(case.state)
    if state is None or not state.pages:
        return facts
    read = cache(partial(_pages, case, facts, workflow.pages[state.pages]))
    return dataclasses.replace(facts, pages=Later(lambda: read()[0]), pages_left=Lazily(lambda: read()[1]))


def _pages(case: Case, facts: CaseFacts, asked: Sequence[Page]) -> tuple[dict[str, Any], list[str]]:
    """(the saved pages among those asked, by name; the names of the others)."""
    saved, kept, left = saved_pages(case), dict[str, Any](), list[str]()
    knowing = dataclasses.replace(facts, pages=kept)  # filled below: a page's question may hang on those before it
    for page in asked:
        if page.applies is not None and not page.applies(knowing):
            continue
        if page.name in saved:
            kept[page.name] = saved[page.name]
        else:
            left.append(page.name)
    return kept, left
