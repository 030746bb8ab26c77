"""The journey line: the six stations of a dossier (JOURNEY §4), computed from its cases, never stored. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, Protocol

from workflows.calendar import day_in_words, paris_day
from workflows.sentences import Sentence

Status = Literal["done", "here", "ahead", "end"]

NAMES: Final = (
    "Candidature", "Rencontre", "Liste d’attente", "Contrat CAPE", "Contrat salarié", "Sociétariat",
)
HERE: Final = ("Vous êtes ici", "Vous êtes ici, jusqu’au {jour}")
THEY_ARE_HERE: Final = ("En cours", "En cours, jusqu’au {jour}")
"""The present station, alone and with its last day: for the person, and for whoever looks at their dossier."""
AHEAD: Final = "À venir"
NONE: Final = "Sans objet"
PREPARED: Final = "En préparation"

CLOSED_ADMISSION: Final = ("declined", "redirected", "withdrawn", "lapsed")
CAPE_AHEAD: Final = ("drafting", "to_sign", "signed")
CAPE_RUNS: Final = ("preparing", "trading")
CESA_AHEAD: Final = ("requested", "opinion", "drafting", "to_sign", "signed")
CESA_BEGUN: Final = ("running", "ended")
MEMBERSHIP_AHEAD: Final = ("called", "applied", "on_agenda", "subscribing")
LEAVING: Final = ("announced", "contract_ended", "accounts_closed")
LEFT: Final = ("contract_ended", "accounts_closed")


class Run(Protocol):
    """A case, as far as the line looks at it."""

    @property
    def workflow(self) -> str:
        """Name of its workflow."""

    @property
    def state(self) -> str:
        """Where it stands."""

    @property
    def memory(self) -> Mapping[str, Any]:
        """What it remembers."""


@dataclass(frozen=True)
class Station:
    """One stop of the line; the one that tells an exit comes after the six and has the status `end`."""

    n: int
    name: str
    status: Status
    note: str
    """One line: a date in words, « Vous êtes ici », « À venir », « En préparation », « Sans objet »."""
    day: date | None = None
    """The day it was done, or the last day of what runs."""


def stations(cases: Iterable[Run], names: Sequence[str] = NAMES, *, mine: bool = True) -> tuple[Station, ...]:
    """The six stations of a dossier from its cases, in the order they were opened, and its end if it has one.

    `mine` when its own person reads it.
    """
    dossier = _Dossier(tuple(case for case in cases if case.state))
    current = dossier.current
    line = [_station(dossier, n, name, current, HERE if mine else THEY_ARE_HERE) for n, name in enumerate(names, start=1)]
    end = dossier.end
    return (*line, Station(len(line) + 1, end[0], "end", end[1], end[2])) if end else tuple(line)


def current_station(cases: Iterable[Run]) -> int:
    """The number of the present station, from 1; 0 once nothing runs any more."""
    return _Dossier(tuple(case for case in cases if case.state)).current


def _station(dossier: _Dossier, n: int, name: str, current: int, here: tuple[str, str]) -> Station:
    if n == current and not dossier.left:
        day = dossier.until if n in (4, 5) else None
        return Station(n, name, "here", Sentence(here[1], jour=_words(day)) if day else here[0], day)
    if dossier.has_no_object(n, current):
        return Station(n, name, "done" if n < current else "ahead", NONE)
    done, day = dossier.done(n)
    if n <= current or (done and not current):
        said = {1: "Envoyée le {jour}", 2: "Faite le {jour}", 3: "Place acceptée le {jour}", 4: "Jusqu’au {jour}",
                5: "Depuis le {jour}", 6: "Depuis le {jour}"}[n]
        return Station(n, name, "done", Sentence(said, jour=_words(day)) if day else "Fait", day)
    return Station(n, name, "ahead", PREPARED if dossier.is_prepared(n) else NONE if dossier.end and not current else AHEAD)


def _words(day: date) -> str:
    return day_in_words(day, weekday=False)


@dataclass(frozen=True)
class _Dossier:
    """The cases of a dossier, and what the line asks of them."""

    cases: tuple[Run, ...]

    def of(self, workflow: str, *states: str) -> tuple[Run, ...]:
        """Cases of a workflow, in these states when some are named."""
        return tuple(case for case in self.cases if case.workflow == workflow and (not states or case.state in states))

    @property
    def current(self) -> int:
        """The highest station whose condition holds."""
        return max((n for n in range(1, 7) if self._is_at(n)), default=0)

    def _is_at(self, n: int) -> bool:
        if n == 6:
            return bool(self.of("membership", "associate"))
        if n == 5:
            return bool(self.of("salaried", *CESA_BEGUN)) or (bool(self.of("admission", "signing")) and self.goes_direct)
        if n == 4:
            return bool(self.of("cape", *CAPE_AHEAD, *CAPE_RUNS, "ended") or self.of("admission", "papers", "signing"))
        at = {1: ("contact", "meeting", "draft", "submitted"), 2: ("review", "deferred"), 3: ("waiting", "offered")}[n]
        pauses = [bool(case.memory.get("admitted_at")) for case in self.of("admission", "paused")]
        return bool(self.of("admission", *at)) or (n == 2 and False in pauses) or (n == 3 and True in pauses)

    @property
    def goes_direct(self) -> bool:
        """The first contract is a CESA: no CAPE was ever meant."""
        return bool(self.of("salaried", *CESA_AHEAD, *CESA_BEGUN)) and not self.of("cape", *CAPE_AHEAD, *CAPE_RUNS, "ended")

    def has_no_object(self, n: int, current: int) -> bool:
        """A station this person does not pass: the list when enrolled, the CAPE when a CESA comes first."""
        if n == 3:
            taken = [_taken(case) for case in self.of("admission")]
            return any("enrol" in steps for steps in taken) and not any("accept" in steps for steps in taken)
        return n == 4 and current > 4 and self.goes_direct

    def done(self, n: int) -> tuple[bool, date | None]:
        """Whether a station was passed, and on which day if it is known."""
        if n == 4:
            ended = [day for case in self.of("cape", "ended") if (day := _day(case, "ended_on", "last_day"))]
            return bool(self.of("cape", "ended") or self.of("salaried", *CESA_BEGUN)), max(ended, default=None)
        if n in (5, 6):
            runs = self.of("salaried", *CESA_BEGUN) if n == 5 else self.of("membership", "associate", "ended")
            return bool(runs), min((day for one in runs if (day := _day(one, "first_day", "subscribed"))), default=None)
        steps = {1: ("submit",), 2: ("admit", "enrol"), 3: ("accept",)}[n]
        passed = {1: "completed_on", 2: "admitted_at", 3: "month"}[n]
        days = [day for case in self.of("admission") for step in steps if (day := _step_day(case, step))]
        done = any(case.memory.get(passed) and (n < 3 or case.state != "offered") for case in self.of("admission"))
        return done, max(days, default=None)

    def is_prepared(self, n: int) -> bool:
        """A case of a later station is already open."""
        ahead = {4: ("cape", CAPE_AHEAD), 5: ("salaried", CESA_AHEAD), 6: ("membership", MEMBERSHIP_AHEAD)}
        workflow, states = ahead.get(n, ("", ()))
        return bool(workflow and self.of(workflow, *states))

    @property
    def until(self) -> date | None:
        """The last day of the contract that runs."""
        last = [day for case in self.of("cape", *CAPE_RUNS) if (day := _day(case, "last_day"))]
        return max(last, default=None) if not self.of("salaried", "running") else None

    @property
    def left(self) -> bool:
        """The end of the contract was noted."""
        return bool(self.of("departure", *LEFT))

    @property
    def end(self) -> tuple[str, str, date | None] | None:
        """The stop that tells an exit: its name, its line, its day."""
        for departure in self.of("departure", *LEAVING):
            day = _day(departure, "ends_on", "ended_on")
            return ("Sortie", Sentence("Sortie le {jour}", jour=_words(day)) if day else "Sortie annoncée", day)
        closed = self.of("admission", *CLOSED_ADMISSION)
        if closed and not self.current:
            day = _instant_day(closed[-1], "since")
            return ("Sans suite", Sentence("Le {jour}", jour=_words(day)) if day else "Sans suite", day)
        return None


def _taken(case: Run) -> Mapping[str, str]:
    found: Mapping[str, str] = case.memory.get("taken", {})
    return found


def _step_day(case: Run, step: str) -> date | None:
    stamp = _taken(case).get(step)
    return paris_day(datetime.fromisoformat(stamp)) if stamp else None


def _day(case: Run, *names: str) -> date | None:
    """The first of these days that the case remembers."""
    return next((date.fromisoformat(case.memory[name]) for name in names if case.memory.get(name)), None)


def _instant_day(case: Run, name: str) -> date | None:
    stamp = case.memory.get(name)
    return paris_day(datetime.fromisoformat(stamp)) if stamp else None
