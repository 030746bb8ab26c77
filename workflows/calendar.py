"""All date arithmetic: contract lengths, legal delays, working days, third Thursdays, Paris time (JOURNEY §8). Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.relativedelta import TH, relativedelta
from holidays import country_holidays

from workflows.months import Month as Month, day_in_words as day_in_words, time_in_words as time_in_words

PARIS: Final = ZoneInfo("Europe/Paris")
ONE_DAY: Final = timedelta(days=1)
END_OF_DAY: Final = time(23, 59, 59)

CAPE_MONTHS: Final = 12
"""C. com. L127-2: one CAPE lasts 12 months at most."""
CAPES_MONTHS: Final = 36
"""C. com. L127-2: renewed twice, so 36 months in all."""
ASSOCIATE_MONTHS: Final = 36
"""C. trav. L7331-3: associate within three years, earlier contracts deducted."""
TRIAL_MONTHS: Final = 8
"""C. trav. L7332-1: trial period, earlier contracts deducted."""
SHARES_MONTHS: Final = 60
"""Loi 47-1775 art. 12: the balance of the shares within five years."""
DPAE_DAYS: Final = 8
"""C. trav. R1221-4: the DPAE is filed within the eight days before the start."""

Period = tuple[date, date]
"""First and last day, both included."""


# Months --------------------------------------------------------------------------------------------------------------


def add_months(day: date, months: int) -> date:
    """The same day number so many months later (or earlier); the last day of the month if there is none."""
    return day + relativedelta(months=months)


def _exclusive(day: date, months: int) -> date:
    """The same day number so many months later (or earlier); the 1st of the next month if there is none."""
    moved = add_months(day, months)
    return moved if moved.day == day.day else moved + ONE_DAY


# Lengths and maxima --------------------------------------------------------------------------------------------------


def last_day(first: date, months: int) -> date:
    """Convention A: the last day of a contract of so many months.

    The eve of the same day number; if that day does not exist, the last day of that month. Never clamp, then subtract.
    """
    return _exclusive(first, months) - ONE_DAY


def delay_end(start: date, months: int) -> date:
    """Convention B: the day a legal delay ends, at 24:00. The same day number, else the last day of the month."""
    return add_months(start, months)


def longest(start: date, months: int) -> date:
    """The last day of any legal maximum: the earlier of conventions A and B."""
    return min(last_day(start, months), delay_end(start, months))


def merged(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Periods in order, those that touch or overlap made one. ValueError when one ends before it begins."""
    spans: list[Period] = []
    for first, last in sorted(periods):
        if last < first:
            raise ValueError(f"a period ends before it begins: {first} – {last}")
        if spans and first <= spans[-1][1] + ONE_DAY:
            spans[-1] = (spans[-1][0], max(spans[-1][1], last))
        else:
            spans.append((first, last))
    return tuple(spans)


def prior_length(periods: Iterable[Period]) -> tuple[int, int]:
    """Length of earlier contracts in (months, days): contiguous ones merged, overlaps counted once."""
    months = days = 0
    for first, last in merged(periods):
        whole, rest = _length(first, last + ONE_DAY)
        months, days = months + whole, days + rest
    return months, days


def _length(first: date, end: date) -> tuple[int, int]:
    """Whole months, and the days left, from a day to an exclusive end."""
    whole = Month.of(first).months_to(Month.of(end))
    if _exclusive(first, whole) > end:
        whole -= 1
    return whole, (end - _exclusive(first, whole)).days


def both_ways(start: date, months: int, earlier: Iterable[Period]) -> tuple[date, date]:
    """The last day of a maximum less earlier contracts, read both ways (JOURNEY §8): months then days; days as 30ths."""
    before = [(first, min(last, start - ONE_DAY)) for first, last in earlier if first < start]
    prior_months, prior_days = prior_length(before)
    way_1 = _exclusive(_exclusive(start, months), -prior_months) - timedelta(days=prior_days)
    left_months, left_days = divmod((months - prior_months) * 30 - prior_days, 30)
    way_2 = _exclusive(start, left_months) + timedelta(days=left_days)
    return way_1 - ONE_DAY, way_2 - ONE_DAY


def _limit(start: date, months: int, earlier: Iterable[Period]) -> date | None:
    """Last day of a maximum less earlier contracts, the earlier of both ways (JOURNEY §8); None when none is left."""
    eve = min(both_ways(start, months, earlier))
    return min(eve, longest(start, months)) if eve >= start else None


def twelve_month_limit(start: date) -> date:
    """The last day one CAPE may have (C. com. L127-2)."""
    return longest(start, CAPE_MONTHS)


def cape_limit(start: date, earlier: Sequence[Period]) -> date | None:
    """The last day CAPE may have in all, 36 months less earlier ones (C. com. L127-2); None when none is left."""
    return _limit(start, CAPES_MONTHS, earlier)


def associate_deadline(start: date, earlier: Sequence[Period]) -> date:
    """The last day to become associate: CESA start + 36 months less every earlier Optéos contract (C. trav. L7331-3).

    The eve of the start when no time is left.
    """
    return _limit(start, ASSOCIATE_MONTHS, earlier) or start - ONE_DAY


def trial_limit(start: date, earlier: Sequence[Period]) -> date | None:
    """The last day of a trial period, 8 months less earlier contracts (C. trav. L7332-1); None when none is left."""
    return _limit(start, TRIAL_MONTHS, earlier)


def gap(ended: date, begins: date) -> Period | None:
    """The days without contract between an end and the next beginning; None when one follows the other."""
    first, last = ended + ONE_DAY, begins - ONE_DAY
    return (first, last) if first <= last else None


# Closed days ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(country_holidays("FR", years=year))


def is_holiday(day: date) -> bool:
    """Whether a day is a public holiday in metropolitan France (C. trav. L3133-1)."""
    return day in _holidays(day.year)


def is_working_day(day: date) -> bool:
    """Monday to Friday, public holidays out."""
    return day.weekday() < 5 and not is_holiday(day)


def is_ouvrable(day: date) -> bool:
    """A *jour ouvrable*: Saturdays in, Sundays and public holidays out."""
    return day.weekday() < 6 and not is_holiday(day)


def working_day_on_or_before(day: date) -> date:
    """When to plan a legal maximum that falls on a closed day."""
    while not is_working_day(day):
        day -= ONE_DAY
    return day


def working_day_on_or_after(day: date) -> date:
    """When a task that falls on a closed day is shown."""
    while not is_working_day(day):
        day += ONE_DAY
    return day


def next_working_day(day: date) -> date:
    """The first working day after this one."""
    return working_day_on_or_after(day + ONE_DAY)


def add_working_days(day: date, days: int) -> date:
    """So many working days after a day (before it, when negative); the day itself does not count."""
    step = ONE_DAY if days >= 0 else -ONE_DAY
    for _ in range(abs(days)):
        day += step
        while not is_working_day(day):
            day += step
    return day


# Paris time ----------------------------------------------------------------------------------------------------------


def in_paris(instant: datetime) -> datetime:
    """An instant as the clocks of Paris show it. ValueError for a naive datetime."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(PARIS)


def paris_day(instant: datetime) -> date:
    """The day of an instant in Europe/Paris. ValueError for a naive datetime."""
    return in_paris(instant).date()


def paris_instant(day: date, at: time) -> datetime:
    """The instant (UTC) of a time in Paris. One skipped by summer time is taken an hour later; a doubled one, first."""
    return datetime.combine(day, at.replace(tzinfo=None, fold=0), PARIS).astimezone(UTC)


def start_of_paris_day(day: date) -> datetime:
    """The instant (UTC) a day begins in Paris."""
    return paris_instant(day, time.min)


def end_of_paris_day(day: date) -> datetime:
    """The instant (UTC) a deadline of that day ends: 23:59:59 in Paris."""
    return paris_instant(day, END_OF_DAY)


def offer_deadline(sent_at: datetime, days: int) -> datetime:
    """The instant (UTC) an offer expires: the end of the nth day after the Paris day it leaves.

    `sent_at` is the step's instant + `undo.minutes`.
    """
    return end_of_paris_day(paris_day(sent_at) + timedelta(days=days))


# Ages ----------------------------------------------------------------------------------------------------------------


def age_on(birth: date, on: date) -> int:
    """Whole years; someone born on 29 February has their birthday on 1 March of common years. Negative before birth."""
    years = on.year - birth.year
    return years if _exclusive(birth, years * 12) <= on else years - 1


def is_adult(birth: date, on: date) -> bool:
    """Eighteen or more (C. civ. 414)."""
    return age_on(birth, on) >= 18


# Alarms and dates of a contract --------------------------------------------------------------------------------------


def alarm_dates(last: date, days: Iterable[int]) -> tuple[date, ...]:
    """The days before a term when an alarm rings, in order. Letters leave whatever the day."""
    return tuple(sorted(last - timedelta(days=before) for before in set(days)))


def term_alarms(last: date, days: Iterable[int]) -> tuple[date, ...]:
    """The alarms of a CAPE's term: those of `cape.term_days`, then every day from the nearest one to the last day."""
    dates = alarm_dates(last, days)
    daily = tuple(dates[-1] + timedelta(days=n) for n in range(1, (last - dates[-1]).days + 1)) if dates else ()
    return dates + daily


def alarm_months(deadline: date, months: Iterable[int]) -> tuple[date, ...]:
    """The days so many months before a deadline, in order."""
    return tuple(sorted(add_months(deadline, -before) for before in set(months)))


def reviews_due(start: date, months: Iterable[int]) -> tuple[date, ...]:
    """The last day of each of these months of a contract, by when a review is held."""
    return tuple(last_day(start, month) for month in sorted(set(months)))


def reviews_missing(start: date, held: Iterable[date], on: date) -> int:
    """How many of the two reviews of a CESA's last 12 months are missing (décret 2015-1363); 0 in its first year."""
    if on < last_day(start, 12):
        return 0
    window = max(start, _exclusive(on + ONE_DAY, -12))
    return max(0, 2 - sum(window <= day <= on for day in held))


def dpae_opens(start: date) -> date:
    """The first day the DPAE may be filed (C. trav. R1221-4)."""
    return start - timedelta(days=DPAE_DAYS)


def permit_check_by(start: date) -> date:
    """The day by which a work permit is checked: two full working days before the start (C. trav. R5221-41)."""
    return add_working_days(start, -2)


def medical_visit_by(start: date) -> date:
    """The day by which the medical visit is held: three months."""
    return longest(start, 3)


def variable_pay_by(assembly: date) -> date:
    """The last day to pay the variable part, after the assembly that approves the accounts (C. trav. R7331-12)."""
    return add_months(assembly, 1)


def shares_paid_by(subscribed: date) -> date:
    """The day by which the balance of the shares is paid (loi 47-1775 art. 12)."""
    return delay_end(subscribed, SHARES_MONTHS)


def gdpr_month(received: date) -> Period:
    """(target, limit) of an answer about personal data: the last working day before the limit, and the limit."""
    limit = working_day_on_or_after(delay_end(received, 1))
    return working_day_on_or_before(limit - ONE_DAY), limit


# Assemblies ----------------------------------------------------------------------------------------------------------


def last_useful_assembly(assemblies: Iterable[date], deadline: date) -> date | None:
    """The latest assembly on or before an associate deadline; None when there is none."""
    held = sorted(assemblies)
    at = bisect_right(held, deadline)
    return held[at - 1] if at else None


def must_rule(employed_since: date, assembly: date) -> bool:
    """Whether an assembly must rule on an admission: more than a year of employment, CAPE months not counted."""
    return assembly > delay_end(employed_since, 12)


# Rupture conventionnelle ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rupture:
    """The dates of a *rupture conventionnelle* (C. trav. L1237-13, L1237-14)."""

    withdrawal_ends: date
    """Last day either side may withdraw."""
    filed_from: date
    """First day the request may be filed."""
    approved_after: date
    """Silence until the end of this day is approval."""
    earliest_end: date
    """First day the contract may end."""


def rupture_dates(signed: date, received: date | None = None) -> Rupture:
    """The dates that follow from a signature; `received` is the day the administration got the request.

    Without it, the request is taken to be received the first day it may be filed.
    """
    withdrawal = working_day_on_or_after(signed + timedelta(days=15))
    filed = next_working_day(withdrawal)
    approved = received if received is not None else filed
    for _ in range(15):
        approved += ONE_DAY
        while not is_ouvrable(approved):
            approved += ONE_DAY
    return Rupture(withdrawal, filed, approved, approved + ONE_DAY)


def rupture_earliest_end(signed: date, received: date | None = None) -> date:
    """The first day a contract may end by *rupture conventionnelle* (C. trav. L1237-13, L1237-14)."""
    return rupture_dates(signed, received).earliest_end


# Journées ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ThirdThursday:
    """A monthly day to come; `to_confirm` until a human sets the date."""

    day: date
    to_confirm: bool


def third_thursday(year: int, month: int) -> date:
    """The third Thursday of a month."""
    return date(year, month, 1) + relativedelta(weekday=TH(3))


def journee(month: Month, assemblies: Iterable[date] = ()) -> ThirdThursday:
    """The monthly day of a month: to confirm on a public holiday, in August and in the month before an assembly."""
    day = third_thursday(month.year, month.month)
    before_assembly = month.next() in {Month.of(held) for held in assemblies}
    return ThirdThursday(day, is_holiday(day) or month.month == 8 or before_assembly)


def journees(year: int, assemblies: Iterable[date] = ()) -> tuple[ThirdThursday, ...]:
    """The twelve monthly days of a year."""
    held = tuple(assemblies)
    return tuple(journee(month, held) for month in Month(year, 1).until(Month(year, 12)))
