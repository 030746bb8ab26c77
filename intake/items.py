"""Meetings to approve, reviews to sign, objections to lift: what waits for someone about one earlier event."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import url_for

from intake import words
from intake.facts.common import item_of
from intake.lookup import my_roles, my_steps, workflow_of
from intake.models.dossiers import Case, Event
from intake.models.people import Person
from workflows.grammar import Item, Step

MOST = 20
"""Earlier events looked at, the latest first."""


@dataclass(frozen=True)
class AboutOne:
    """A step that someone may take about one earlier event."""

    case: Case
    step: Step
    event: Event
    href: str

    @property
    def sentence(self) -> str:
        """« Noé a noté un rendez-vous, le 5 avril »."""
        past = workflow_of(self.case).rows(self.event.step)[0].past
        who = self.event.actor.called if self.event.actor else "L’équipe"
        return words.sentence("{who} {past}, le {jour}", who=who, past=past, jour=words.short_day(self.event.effective_on))


def items_of(cases: Collection[Case]) -> list[AboutOne]:
    """What the person signed in may do about earlier events of these cases, the latest first."""
    return [one for case in cases for one in _of_case(case)]


def _of_case(case: Case) -> list[AboutOne]:
    rows = [row for row in workflow_of(case).steps if row.about and case.state in row.sources]
    wanted = {row.about for row in rows}
    if not wanted:
        return []
    events = (Event.select(Event, Person).join(Person, on=Event.actor, join_type="LEFT OUTER JOIN")
              .where(Event.case == case, Event.step.in_(wanted)).order_by(Event.id.desc()).limit(MOST))
    found: dict[tuple[str, int | None], AboutOne] = {}
    for event in events:
        held = my_roles(case, Item(event.uid, event.step, event.actor.uid if event.actor else ""))
        if not any(row.about == event.step and row.roles & held for row in rows):
            continue  # most readers have nothing to do about most events: nothing more is read for them
        facts, steps = my_steps(case, item_of(case, event.uid))
        for one in steps:
            if not one.possible or one.step.about != event.step or _already_agrees(one.step, facts):
                continue
            href = url_for("step.take", dossier=case.dossier.uid, case=case.uid, step=one.step.name, about=event.uid)
            key = (one.step.name, event.actor_id if one.step.name == "lift_objection" else event.id)
            found.setdefault(key, AboutOne(case, one.step, event, href))
    return list(found.values())


def _already_agrees(step: Step, facts: object) -> bool:
    """An opinion without objection has nothing to lift."""
    return step.name == "lift_objection" and getattr(facts, "actor", "") not in getattr(facts, "objectors", ())
