"""Who acts: a person, the clock or a tablet; and the roles they hold on a case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from intake.models.compiled import compiled, param
from intake.models.people import Antenna, Person, RoleGrant
from workflows import roles
from workflows.grammar import Item
from workflows.roles import Role

if TYPE_CHECKING:
    from intake.models.dossiers import Case, Dossier, Event


@dataclass(frozen=True)
class Machine:
    """The clock, or a tablet: it acts without being anyone."""

    role: Role
    id: None = None
    uid: str = ""


CLOCK = Machine(roles.clock)
KIOSK = Machine(roles.kiosk)
Actor = Person | Machine

_GRANTS = compiled(lambda: RoleGrant.select(RoleGrant.role, RoleGrant.antenna).where(
    RoleGrant.person == param("person"), RoleGrant.since <= param("today"),
    RoleGrant.until.is_null() | (RoleGrant.until >= param("today"))))
Grant = tuple[Role, int | None]
"""A role, and the antenna it is limited to."""


def grants_of(person: Person, today: date) -> tuple[Grant, ...]:
    """The roles someone holds today."""
    return tuple(_GRANTS(person=person.id, today=today))


def roles_on(
    case: Case, by: Actor, *, grants: Iterable[Grant] = (), about: Item | None = None, cause: Event | None = None,
) -> frozenset[Role]:
    """The roles an actor holds on a case. A step caused by another one is taken under that step's name alone.

    Nobody plays a role of the team on their own dossier.
    """
    if cause is not None:
        return frozenset({roles.after(f"{cause.case.workflow}.{cause.step}")})
    if isinstance(by, Machine):
        return frozenset({by.role})
    held = _held(case.dossier, case.antenna, by, grants)
    if about is not None:
        held |= _on_item(case, by, about)
    return frozenset(held)


def roles_on_dossier(dossier: Dossier, by: Person, grants: Iterable[Grant]) -> frozenset[Role]:
    """The roles someone holds on a dossier, whichever of its cases they look at."""
    return frozenset(_held(dossier, dossier.antenna, by, grants))


def roles_on_antenna(antenna: Antenna, grants: Iterable[Grant]) -> set[Role]:
    """The roles these grants give over the dossiers of an antenna."""
    held: set[Role] = set()
    for role, limited_to in grants:
        if limited_to is not None and limited_to != antenna.id:
            continue
        if role == roles.circle and antenna.programme != "principale" and limited_to is None:
            continue
        held.add(role)
        if role == roles.coordinator:
            held.add(roles.circle)
        if role in (roles.hr, roles.accounts):
            held.add(roles.support)
    return held


def _held(dossier: Dossier, antenna: Antenna, by: Person, grants: Iterable[Grant]) -> set[Role]:
    if dossier.person_id == by.id:
        return {roles.person}
    held = roles_on_antenna(antenna, grants)
    if dossier.peer_id == by.id:
        held.add(roles.peer)
    return held


def _on_item(case: Case, by: Person, item: Item) -> set[Role]:
    if item.author == by.uid:
        return {roles.author}
    if by.id in (case.dossier.person_id, case.dossier.peer_id):
        return {roles.other}
    return set()
