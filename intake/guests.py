"""Who a journée awaits: members, expected every month; candidates on the way in, invited (JOURNEY §10)."""

from __future__ import annotations

import operator
from collections.abc import Collection
from dataclasses import dataclass
from functools import reduce
from typing import Any

from intake.models.dossiers import Case, Dossier
from intake.models.people import Antenna, Person

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


def awaited(person: Person | None = None, antennas: Collection[Antenna] | None = None) -> list[Guest]:
    """Everyone the journées await, or this person alone, of all antennas or of these: members first, by name."""
    members = _standing(person, antennas, *(
        (Case.workflow == name) & Case.state.in_(states) for name, states in MEMBERS.items()))
    candidates = _standing(person, antennas, (Case.workflow == "admission") & Case.state.in_(CANDIDATES))
    return [Guest(one, True) for one in members] + [
        Guest(one, False) for one in candidates if one not in set(members)]


def _standing(person: Person | None, antennas: Collection[Antenna] | None, *any_of: Any) -> list[Person]:
    cases = Case.select(Dossier.person).join(Dossier).where(reduce(operator.or_, any_of))
    if person is not None:
        cases = cases.where(Dossier.person == person)
    if antennas is not None:
        cases = cases.where(Case.antenna.in_([one.id for one in antennas]))
    return list(Person.select().where(Person.id.in_(cases), Person.died_on.is_null(), Person.disabled_at.is_null())
                .order_by(Person.last_name, Person.first_name, Person.id))
