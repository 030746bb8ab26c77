"""Roles given and withdrawn: whoever holds them is told by a letter, in the same transaction (SCREENS S26)."""

from __future__ import annotations

from datetime import date

from intake import moment
from intake.models import accounts
from intake.models.accounts import RoleAsked
from intake.models.base import write_transaction
from intake.models.people import Antenna, Person, RoleGrant
from intake.outbox import link_to, owe
from workflows.roles import LABELS


def give(person: Person, role: str, antenna: Antenna | None, until: date | None, reason: str, by: Person,
         as_role: str, key: str | None = None) -> None:
    """Give a role, or ask for it where a second person confirms: only what is given is told. Raises StepRefused."""
    with write_transaction():
        if accounts.give(person, role, antenna, until, reason, by, as_role, key):
            _tell(accounts.last_grant(person, role), "give_role")


def confirm(asked: RoleAsked, by: Person, as_role: str) -> None:
    """The second person confirms. Raises StepRefused; twice is harmless."""
    with write_transaction():
        accounts.confirm(asked, by, as_role)
        _tell(accounts.last_grant(asked.person, asked.role), "give_role")


def withdraw(grant: RoleGrant, reason: str, by: Person, as_role: str) -> None:
    """Relieve someone of a role. Raises StepRefused; twice is harmless."""
    with write_transaction():
        accounts.withdraw(grant, reason, by, as_role)
        _tell(grant, "withdraw_role")


def _tell(grant: RoleGrant | None, step: str) -> None:
    if grant is None:
        return
    where = f", {grant.antenna.name}" if grant.antenna else ""
    owe("access_changed", grant.person, cause=f"grant:{grant.id}", occasion=step, now=moment.now(), context={
        "step": step, "role": LABELS[grant.role] + where, "until": grant.until, "link": link_to("/mon-compte"), "to": "team"})
