"""A calendar month as a value, and how days and times read in French. Pure."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from workflows.sentences import DayInWords

MONTHS: Final = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
                 "novembre", "décembre")
WEEKDAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month; written `2026-12`."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.year <= 9999 and 1 <= self.month <= 12):
            raise ValueError(f"no such month: {self.year}-{self.month}")

    @classmethod
    def of(cls, day: date) -> Month:
        """The month of a day (of a Paris day: see `paris_day` for instants)."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read `2026-12`. ValueError when it is anything else."""
        year, dash, month = text.partition("-")
        if not (dash and len(year) == 4 and len(month) == 2 and (year + month).isascii() and (year + month).isdigit()):
            raise ValueError(f"not a month: {text[:20]!r}")
        return cls(int(year), int(month))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    def plus(self, months: int) -> Month:
        """The month so many months later, or earlier."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(year, month + 1)

    def next(self) -> Month:
        """The month after."""
        return self.plus(1)

    def previous(self) -> Month:
        """The month before."""
        return self.plus(-1)

    def until(self, last: Month) -> tuple[Month, ...]:
        """Every month from this one to the last, both included."""
        return tuple(self.plus(n) for n in range(self.months_to(last) + 1))

    def months_to(self, other: Month) -> int:
        """How many months later the other one is."""
        return (other.year - self.year) * 12 + other.month - self.month

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def label(self) -> str:
        """In French: `décembre 2026`."""
        return DayInWords(f"{MONTHS[self.month - 1]} {self.year}", self)


def day_in_words(day: date, weekday: bool = True) -> str:
    """A day in French: `jeudi 17 décembre 2026`, `1er mars 2027`."""
    number = "1er" if day.day == 1 else str(day.day)
    words = f"{number} {MONTHS[day.month - 1]} {day.year}"
    return DayInWords(f"{WEEKDAYS[day.weekday()]} {words}" if weekday else words, day, weekday)


def time_in_words(at: time) -> str:
    """A time in French: `9 h 30`, `14 h`."""
    return f"{at.hour}\u00a0h\u00a0{at.minute:02}" if at.minute else f"{at.hour}\u00a0h"
