"""What a figure is made of: a finding in a sentence, a table, and which of its columns are drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from intake import past, words
from intake.models.people import Antenna
from workflows.calendar import Month, start_of_paris_day

FEW = 5
"""Under so many cases no duration is told: it would be about someone."""
TOO_FEW = "Pas assez de dossiers pour une durée fiable : il en faut 5."


@dataclass(frozen=True)
class Asked:
    """What the reader asks for: which antennas, how far back, on which day it is read."""

    antennas: tuple[Antenna, ...]
    today: date
    months_back: int | None
    """None: since the beginning."""

    @cached_property
    def ids(self) -> tuple[int, ...]:
        """The antennas by id."""
        return tuple(one.id for one in self.antennas)

    @cached_property
    def first(self) -> Month:
        """The first month told."""
        if self.months_back is not None:
            return Month.of(self.today).plus(1 - self.months_back)
        return Month.of(self.told[0].effective_on) if self.told else Month.of(self.today)

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """The months told, the last one under way."""
        return self.first.until(Month.of(self.today))

    @cached_property
    def told(self) -> list[past.Passage]:
        """What happened; what began up to two years before the first month is read too, for durations."""
        since = None
        if self.months_back is not None:
            since = start_of_paris_day(Month.of(self.today).plus(1 - self.months_back - 24).first_day)
        return past.passages(self.ids, since)

    def within(self, at: datetime | date) -> bool:
        """Whether something happened in the months told."""
        day = words.as_day(at)
        return self.first.first_day <= day <= self.today

    def ahead(self, months: int) -> tuple[Month, ...]:
        """This month and the following ones."""
        return Month.of(self.today).until(Month.of(self.today).plus(months - 1))


@dataclass(frozen=True)
class Figure:
    """One figure. Rows are plain values; `drawn` numbers the columns shown as bars."""

    title: str
    finding: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    drawn: tuple[int, ...] = ()
    estimate: bool = False
    """Drawn dashed and said to be an estimate."""
    empty: str = ""
    """What is said when there are no rows."""
    shown: Sequence[tuple[Any, ...]] = field(default=())
    """The rows drawn, where they are not those of the table."""

    say: Callable[[Any], str] = str
    """How a number drawn is written beside its bar."""

    @property
    def bars(self) -> list[dict[str, Any]]:
        """For each row drawn, its label and the numbers of its bars; a row that says why it has none is not drawn."""
        rows = [row for row in self.shown or self.rows if not any(isinstance(row[n], str) for n in self.drawn)]
        return [{"label": row[0], "values": [row[n] for n in self.drawn]} for row in rows]

    @property
    def longest(self) -> float:
        """The greatest number drawn, 1 at least."""
        return max((value or 0 for bar in self.bars for value in bar["values"]), default=0) or 1

    @property
    def series(self) -> list[str]:
        """What each bar of a row counts."""
        return [self.heads[n] for n in self.drawn]


def month_name(month: Month) -> str:
    """« Novembre 2026 »."""
    return words.month(str(month)).capitalize()


def counted(number: int, one: str, many: str) -> str:
    """« 1 sortie », « 7 candidatures », « aucune … » being left to the caller."""
    return f"{number} {many if number > 1 else one}"


def days_in_words(days: float) -> str:
    """« 12 jours », « 3 semaines », « 4 mois »."""
    if round(days) < 21:
        return counted(max(1, round(days)), "jour", "jours")
    if days < 75:
        return counted(round(days / 7), "semaine", "semaines")
    return counted(round(days / 30.4), "mois", "mois")

