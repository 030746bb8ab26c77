"""The register of associates: who, since when, admitted by which assembly, how many shares, what is paid and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from intake import moment
from intake.models.dossiers import Case, Dossier
from intake.models.people import Person
from intake.models.settings import settings_on


@dataclass(frozen=True)
class Associate:
    """One line of the register."""

    number: int
    """The order of entry: it never changes."""
    name: str
    dossier: Dossier
    admitted_on: date | None
    since: date
    shares: int | None
    """None for someone taken over whose shares are in the paper register."""
    paid: Decimal
    due: Decimal
    """What is left to pay of the shares subscribed."""
    balance_by: date | None
    ended_on: date | None


def associates() -> list[Associate]:
    """Everyone who is or was an associate, in the order of entry."""
    value = Decimal(str(settings_on(moment.today())["membership.share_value"]))
    rows = (Case.select(Case, Dossier, Person).join(Dossier).join(Person, on=Dossier.person)
            .where(Case.workflow == "membership", Case.state.in_(("associate", "ended"))))
    entered = sorted((case for case in rows if case.memory.get("subscribed")),
                     key=lambda case: (case.memory["subscribed"], case.id))
    return [_line(number, case, value) for number, case in enumerate(entered, start=1)]


def _line(number: int, case: Case, value: Decimal) -> Associate:
    memory = case.memory
    shares, paid = memory.get("shares"), Decimal(str(memory.get("paid") or 0))
    due = max(Decimal(0), (shares or 0) * value - paid)
    return Associate(
        number, case.dossier.person.name, case.dossier, _day(memory.get("admitted_on")), date.fromisoformat(memory["subscribed"]),
        shares, paid, due, _day(memory.get("balance_by")) if due else None, _day(memory.get("ended_on")))


def _day(stamp: str | None) -> date | None:
    return date.fromisoformat(stamp) if stamp else None
