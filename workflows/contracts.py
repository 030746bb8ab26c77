"""Contracts of a person, as the legal counters read them: CAPE and CESA of every dossier, KPA-Cité included."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Kind = Literal["cape", "cesa"]
Period = tuple[date, date]
"""First and last day, both included."""

IN_FORCE = ("preparing", "trading", "running")
"""States of a contract that has taken effect and has not ended."""
EVER = (*IN_FORCE, "ended")
"""States of a contract that has been in force at least a day."""
SIGNED = ("signed", *EVER)
"""States of a contract that both sides have signed."""

ONE_DAY = timedelta(days=1)
DAY = re.compile(r"\b(\d{1,2})[/. ](\d{1,2})[/. ](\d{4})\b")


@dataclass(frozen=True)
class Contract:
    """One contract of a person with the cooperative; dates are real ones, included."""

    kind: Kind
    case: str
    dossier: str
    state: str
    first_day: date
    last_day: date | None = None
    """The term as written; None while a CESA runs."""
    ended_on: date | None = None
    """The day it really ended, when it has."""
    signed: bool = False
    """Both sides have signed."""
    traded: bool = False
    """Activity had begun."""
    declared: bool = True
    """A CESA whose DPAE is filed; always true of a CAPE."""
    deadline: date | None = None
    """For a CESA, the day before which the person must be an associate."""

    @property
    def over_on(self) -> date | None:
        """Its last day: the real one once ended, else the term; None when it has none."""
        return self.ended_on or self.last_day

    def covers(self, day: date) -> bool:
        """Whether its dates hold this day."""
        return self.first_day <= day and (self.over_on is None or day <= self.over_on)


def periods_in(text: str) -> list[list[str]]:
    """First and last days found in free text (« 15/01/2025 au 30/06/2025 »), as pairs of ISO dates, oldest first."""
    days = [f"{year}-{month:0>2}-{day:0>2}" for day, month, year in DAY.findall(text)]
    pairs = zip(days[::2], days[1::2], strict=False)
    return sorted([first, last] for first, last in pairs if first <= last)


def in_force(contracts: Iterable[Contract], today: date) -> tuple[Contract, ...]:
    """Contracts that have taken effect and whose last day is not over."""
    return tuple(one for one in contracts if one.state in IN_FORCE and one.covers(today))


def signed_or_in_force(contracts: Iterable[Contract], today: date) -> tuple[Contract, ...]:
    """Contracts in force, and those both sides have signed that have not begun yet."""
    return tuple(one for one in contracts if one.state == "signed" or (one.state in IN_FORCE and one.covers(today)))


def ever_in_force(contracts: Iterable[Contract], kind: Kind | None = None) -> tuple[Contract, ...]:
    """Contracts that have been in force, oldest first; `kind` keeps those of one kind."""
    found = (one for one in contracts if one.state in EVER and kind in (None, one.kind))
    return tuple(sorted(found, key=lambda one: one.first_day))


def earlier_periods(contracts: Iterable[Contract], before: date, kind: Kind | None = None) -> tuple[Period, ...]:
    """Periods under a signed contract before this day, oldest first; one still running stops on the eve of it."""
    eve = before - ONE_DAY
    periods = [
        (one.first_day, min(one.over_on or eve, eve))
        for one in contracts
        if one.state in SIGNED and kind in (None, one.kind) and one.first_day <= eve
    ]
    return tuple(sorted(period for period in periods if period[0] <= period[1]))


def latest(contracts: Iterable[Contract]) -> Contract | None:
    """The contract that begins last."""
    return max(contracts, key=lambda one: one.first_day, default=None)
