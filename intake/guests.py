"""Who a journée awaits: members, expected every month; candidates on the way in, invited (JOURNEY §10)."""

from __future__ import annotations

from dataclasses import dataclass

from intake.models.dossiers import Case, Dossier
from intake.models.people import Person

MEMBERS = {"cape": ("signed", "preparing", "trading"), "salaried": ("signed", "running"),
           "membership": ("subscribing", "associate")}
"""States of those who are expected at every journée: under contract, or associates."""
CANDIDATES = ("waiting", "offered", "papers", "signing")
"""States of the admissions that are invited: expected once they say « Je viens »."""


@dataclass(frozen=True)
class Guest:
    """Someone a journée awaits."""

    person: Person
    member: bool
    """Under contract or associate; else a candidate who is invited."""


def awaited(person: Person | None = None) -> list[Guest]:
    """Everyone the journées await, or this person alone: members first, then candidates, by name."""
    states = {*CANDIDATES, *(state for found in MEMBERS.values() for state in found)}
    rows = Case.select(Case.workflow, Case.state, Dossier.person).join(Dossier).where(
        Case.workflow.in_((*MEMBERS, "admission")), Case.state.in_(states))
    if person is not None:
        rows = rows.where(Dossier.person == person)
    members: set[int] = set()
    candidates: set[int] = set()
    for workflow, state, found in rows.tuples():
        if workflow == "admission":
            candidates |= {found} if state in CANDIDATES else set()
        elif state in MEMBERS[workflow]:
            members.add(found)
    if not members | candidates:
        return []
    people = Person.select().where(Person.id.in_(members | candidates), Person.died_on.is_null(),
                                   Person.disabled_at.is_null()).order_by(Person.last_name, Person.first_name, Person.id)
    return sorted((Guest(one, one.id in members) for one in people), key=lambda guest: not guest.member)
