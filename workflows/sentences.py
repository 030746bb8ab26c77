"""Sentences and dates for people that remember what they were made of, so that another language can say them. Pure."""

from __future__ import annotations

from datetime import date
from typing import Any, Self


class Sentence(str):
    """A sentence in French, with its source and its values."""

    source: str
    values: dict[str, Any]

    def __new__(cls, source: str, **values: Any) -> Self:
        """Fill the source in."""
        return cls.read_as(source.format(**values), source, **values)

    @classmethod
    def read_as(cls, french: str, source: str, **values: Any) -> Self:
        """A sentence whose French is already made, by its own rules (« trois places »)."""
        made = super().__new__(cls, french)
        made.source, made.values = source, values
        return made


class DayInWords(str):
    """A day, an instant or a month in French words, with the value they say."""

    value: Any
    weekday: bool

    def __new__(cls, french: str, value: Any, weekday: bool = False) -> Self:
        """Keep the value beside its words."""
        made = super().__new__(cls, french)
        made.value, made.weekday = value, weekday and isinstance(value, date)
        return made
