"""What the rules of a CAPE and of a CESA know: the contract to sign, the papers behind it, those who may sign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workflows.contracts import Contract, Elsewhere
from workflows.counters import flagged
from workflows.grammar import Answers, CaseFacts, Told


def no_code(_: str) -> bool:
    """No code was given: none is right."""
    return False


@dataclass(frozen=True)
class Mandate:
    """A co-manager's mandate to sign, from a day to another, both included."""

    person: str
    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether it holds this day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class EntryPapers:
    """What the entry papers say that a contract depends on."""

    hours: int = 0
    """Weekly hours of another employment."""
    part_time_proof: bool = False
    permit_until: date | None = None
    """Last day of a residence permit; None when none is needed."""
    born_on: date | None = None
    guardians: bool = False
    """The legal representatives have given their signed agreement."""


@dataclass(frozen=True, kw_only=True)
class ContractFacts(CaseFacts):
    """What the rules know of a contract to sign and of those around it."""

    others: tuple[Contract, ...] = ()
    """The person's other contracts, every dossier and antenna, this case's own left out."""
    elsewhere: tuple[Elsewhere, ...] = ()
    """Contracts with another cooperative, as they were last said: flagged, never deducted."""
    applied_from: tuple[Elsewhere, ...] = ()
    """Those the application told, proposed to whoever prepares the first contract."""
    frozen: Callable[[], str] = str
    """SHA-256 of the document kept now, worked out from its bytes each time a rule asks."""
    mandates: tuple[Mandate, ...] = ()
    place_month: str = ""
    """Month of the entry place that led here ("2026-10"); empty where no place counts."""
    starts_on: date | None = None
    """The day a KPA-Cité group starts; its contracts are proposed from then."""
    entry: EntryPapers = field(default_factory=EntryPapers)
    insured: bool = True
    written: Answers = field(default_factory=dict)
    """What the contract was last prepared with."""
    peers: tuple[tuple[str, str], ...] = ()
    """(uid, name) of the people who may accompany."""
    peer: str = ""
    """uid of whoever accompanies now."""
    departure_ends_on: date | None = None
    """End date of a departure under way."""
    departure_confirmed: bool = False
    link_opened: bool = True
    """The person opened the personal link of the letter."""
    unread: tuple[str, ...] = ()
    """Titles of the parts the person has not said to have read."""
    code_is: Callable[[str], bool] = no_code
    """Whether these digits are the code given last."""
    gone: bool = False
    """The departure was noted: a return passes by a new application."""

    @property
    def first_day(self) -> date | None:
        """The effect date, once written."""
        return self.day("first_day")

    @property
    def last_day(self) -> date | None:
        """The term, once written."""
        return self.day("last_day")

    @property
    def doubts(self) -> tuple[Told, ...]:
        """What the law leaves open of this contract, once its dates are written: who sends it decides in writing."""
        return ()

    @property
    def warned(self) -> tuple[Told, ...]:
        """What is to be read before writing or sending it: what is doubtful, then what is flagged."""
        return (*self.doubts, *flagged(self.elsewhere))

    @property
    def sign_by(self) -> date | None:
        """The last day on which both may sign, once the effect date is written."""
        return self.first_day

    @property
    def amendment(self) -> Mapping[str, Any]:
        """The amendment that waits for its signatures; empty when there is none."""
        return self.memory.get("amendment") or {}

    @property
    def to_sign(self) -> str:
        """SHA-256 of the document that stands to be signed: the amendment under way, else the contract."""
        return str((self.amendment or self.memory).get("document") or "")

    @property
    def person_has_signed(self) -> bool:
        """The person has signed that document."""
        return bool((self.amendment or self.memory).get("person_signed_on"))

    def letter_values(self) -> dict[str, Any]:
        """Dates a letter may print."""
        return {
            **super().letter_values(), "first_day": self.first_day, "last_day": self.last_day, "sign_by": self.sign_by,
            "deadline": self.day("deadline"),
        }
