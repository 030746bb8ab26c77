"""Contracts of a person, as the legal counters read them: CAPE and CESA of every dossier, KPA-Cité included."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from workflows.fields.days import YEARS

Kind = Literal["cape", "cesa"]
Period = tuple[date, date]
"""First and last day, both included."""

IN_FORCE = ("preparing", "trading", "running")
"""States of a contract that has taken effect and has not ended."""
EVER = (*IN_FORCE, "ended")
"""States of a contract that has been in force at least a day."""
SIGNED = ("signed", *EVER)
"""States of a contract that both sides have signed."""
SENT = ("to_sign", *SIGNED)
"""States of a contract that left for its signatures and was not taken back."""

ONE_DAY = timedelta(days=1)
DAY = re.compile(r"\b(\d{1,2})[/. ](\d{1,2})[/. ](\d{4})\b")
TOLD_ELSEWHERE = re.compile(rf"(.*?){DAY.pattern}\s*(?:au|–|-|,)?\s*{DAY.pattern}", re.DOTALL)
SALARIED = re.compile(r"(?i)\bcesa\b|salari")
NOT_A_NAME = re.compile(r"(?i)\b(?:cape|cesa|contrat salarié|du)\b")
BETWEEN = " ,;:.–-\n"
"""What stands beside the name of a cooperative in such a text, and between two contracts."""


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


@dataclass(frozen=True)
class Elsewhere:
    """A contract with another cooperative: recorded and flagged, never deducted (JOURNEY §8)."""

    kind: Kind
    first_day: date
    last_day: date
    coop: str = ""
    """Its name, as someone wrote it: cases do not remember it, it goes with the answers."""

    @property
    def remembered(self) -> list[str]:
        """A code and two dates, as a case remembers them."""
        return [self.kind, self.first_day.isoformat(), self.last_day.isoformat()]


def elsewhere_in(memories: Sequence[Mapping[str, Any]]) -> tuple[Elsewhere, ...]:
    """The contracts elsewhere that a person’s cases remember, oldest case first: the last one to speak of them is believed."""
    said = next((memory["elsewhere"] for memory in reversed(memories) if "elsewhere" in memory), ())
    found = [Elsewhere(kind, date.fromisoformat(first), date.fromisoformat(last)) for kind, first, last in said]
    return tuple(sorted(found, key=lambda one: one.first_day))


def elsewhere_rows(rows: Iterable[Mapping[str, Any]]) -> list[Elsewhere]:
    """Those of a table, where the row says which contract it was and both its days; days as dates or ISO text."""
    return [Elsewhere(row["kind"], date.fromisoformat(str(row["began"])), date.fromisoformat(str(row["ended"])),
                      row.get("coop") or "")
            for row in rows if row.get("kind") in ("cape", "cesa") and row.get("began") and row.get("ended")]


def elsewhere_told(text: str) -> list[Elsewhere]:
    """Those read in a text (« CAPE, Coop Azur, 15/01/2025 au 30/06/2025 »); none when part of it is not understood."""
    found = []
    for said, *days in TOLD_ELSEWHERE.findall(text):
        coop = NOT_A_NAME.sub(" ", said).strip(BETWEEN).lstrip("()")
        try:
            first, last = (date(int(year), int(month), int(day)) for day, month, year in (days[:3], days[3:]))
        except ValueError:
            return []
        if not coop or last < first or not {first.year, last.year} <= set(YEARS):
            return []
        found.append(Elsewhere("cesa" if SALARIED.search(said) else "cape", first, last, coop))
    return [] if TOLD_ELSEWHERE.sub("", text).strip(BETWEEN + "()") else found


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
