"""The waiting list: its order and its forecast (JOURNEY §8). Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from workflows.calendar import Month

HORIZON_MONTHS = 12
"""Beyond, the forecast only says « dans plus d’un an »."""
ONE_MICROSECOND = timedelta(microseconds=1)
DRAWN_AMONG = 1_000_000
"""How many numbers a draw has: the microseconds of the first second of a day."""


@dataclass(frozen=True)
class Candidate:
    """Someone in the waiting list. `rank_from` is the admission's instant, or the later one that replaced it."""

    case: str
    rank_from: datetime
    completed_on: date | None = None
    """When the file was complete; breaks ties, unknown ones last."""
    draw: int = 0
    """Breaks the ties that remain: the order of arrival. A day without its hour was drawn for already (`draw`)."""
    not_before: Month | None = None
    """The month before which the person asked not to enter."""
    paused: bool = False
    """Keeps the rank, takes no place."""


def draw(seed: str) -> int:
    """The number someone draws: nobody chooses it, anyone finds it again from its seed, which is kept with it."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") % DRAWN_AMONG


def order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Everyone by rank date, then completed file, then draw; people on pause stand where they would."""
    return sorted(candidates, key=lambda one: (one.rank_from, one.completed_on or date.max, one.draw, one.case))


def in_line(candidates: Iterable[Candidate], month: Month | None = None) -> list[Candidate]:
    """The order without the people on pause; with a month, without those who asked for a later one."""
    return [
        one for one in order(candidates)
        if not one.paused and (month is None or one.not_before is None or one.not_before <= month)
    ]


def ranks(candidates: Iterable[Candidate]) -> dict[str, int]:
    """The rank of each case in line, from 1; people on pause have none."""
    return {one.case: rank for rank, one in enumerate(in_line(candidates), start=1)}


def people_ahead(candidates: Iterable[Candidate], case: str, month: Month | None = None) -> int:
    """How many people of the line come before a case, for a month; 0 when the case is not in line."""
    line = order(candidates)
    mine = next((at for at, one in enumerate(line) if one.case == case), 0)
    return len(in_line(line[:mine], month))


def first_month(today: date, offers_days: int, lead_days: int) -> Month:
    """The first month an offer made today can still lead to."""
    return Month.of(today + timedelta(days=offers_days + lead_days))


def entry_months(
    candidates: Iterable[Candidate], free_places: Mapping[Month, int], first: Month, last: Month,
) -> dict[str, Month]:
    """The month each person in line would enter, if every place went to the first who may take it."""
    waiting, found = in_line(candidates), dict[str, Month]()
    for month in first.until(last):
        entering = [one for one in waiting if one.not_before is None or one.not_before <= month]
        for one in entering[:max(0, free_places.get(month, 0))]:
            found[one.case] = month
        waiting = [one for one in waiting if one.case not in found]
    return found


def forecast(
    candidates: Iterable[Candidate], free_places: Mapping[Month, int], today: date, offers_days: int, lead_days: int,
    spread: int = 1,
) -> dict[str, tuple[Month, Month] | None]:
    """The two months shown to each candidate; None beyond twelve months, and for people on pause."""
    people = list(candidates)
    first, last = first_month(today, offers_days, lead_days), Month.of(today).plus(HORIZON_MONTHS)
    months = entry_months(people, free_places, first, last)
    return {one.case: _shown(months.get(one.case), spread) for one in people}


def _shown(month: Month | None, spread: int) -> tuple[Month, Month] | None:
    return (month, month.plus(spread)) if month else None


def steps_back(ranks_from: Iterable[datetime], mine: datetime, by: int) -> datetime:
    """The rank date after giving up `by` ranks: that of the `by`-th next person, one microsecond later.

    The last one's when fewer follow; unchanged when nobody does.
    """
    behind = sorted(rank for rank in ranks_from if rank > mine)[:by]
    return behind[-1] + ONE_MICROSECOND if behind else mine


def exceptions_left(entries: int, exceptions: int, share: int) -> int:
    """How many more entries out of turn are allowed: one in `share` over 12 months, the one asked for included.

    `entries` counts all the entries of the 12 months, `exceptions` those out of turn.
    """
    return max(0, (entries + 1) // share - exceptions)
