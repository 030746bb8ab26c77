"""When the clock acts on an admission, and until when silence lasts. Instants, UTC."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from workflows.admission.facts import Facts
from workflows.calendar import end_of_paris_day, paris_day, start_of_paris_day
from workflows.common import ladder_end

MISSED_AFTER_DAYS = 10
"""Days after the end of a month before its place is taken back (JOURNEY §5.1, `miss_month`)."""


def scheduled(dates: Iterable[datetime], facts: Facts, since: datetime) -> datetime | None:
    """The next date of a schedule that began at `since`: each fires once, dates missed give one reminder."""
    reminded = facts.taken("remind")
    last = max(since, reminded) if reminded else since
    return min((one for one in dates if one > last), default=None)


def draft_reminder(facts: Facts) -> datetime | None:
    """`draft.reminder_days` after the person last wrote."""
    if facts.silent:
        return None
    active = facts.active_at
    return scheduled((active + timedelta(days=days) for days in facts.settings["draft.reminder_days"]), facts, active)


def untouched(facts: Facts) -> datetime | None:
    """`draft.close_days` without activity."""
    days: int = facts.settings["draft.close_days"]
    return facts.active_at + timedelta(days=days)


def meeting_reminder(facts: Facts) -> datetime | None:
    """Two days before the information meeting."""
    meeting_at = facts.instant("meeting_at")
    if meeting_at is None or facts.silent:
        return None
    return scheduled([meeting_at - timedelta(days=2)], facts, facts.moved)


def interest_due(facts: Facts) -> datetime | None:
    """`reconfirm.days` after the last of `confirmed_on`, `update` and the entry into `waiting`.

    A question left without answer is not asked again; one after which something was recorded counts as a new start.
    """
    base = max(facts.since, *(facts.taken(step) or facts.since for step in ("reconfirm", "update")))
    asked = facts.taken("ask_interest")
    if asked and asked > base:
        if facts.recorded_at <= asked:
            return None
        base = asked
    days: int = facts.settings["reconfirm.days"]
    return base + timedelta(days=days)


def asked_in_vain(facts: Facts) -> datetime | None:
    """When interest was asked, if nothing was recorded in this case since."""
    asked = facts.taken("ask_interest")
    return asked if asked and asked >= facts.since and facts.recorded_at <= asked else None


def interest_reminder(facts: Facts) -> datetime | None:
    """`reconfirm.reminder_days` after the question."""
    asked = asked_in_vain(facts)
    if asked is None or facts.silent:
        return None
    days: list[int] = facts.settings["reconfirm.reminder_days"]
    return scheduled((asked + timedelta(days=each) for each in days), facts, asked)


def no_interest(facts: Facts) -> datetime | None:
    """`reconfirm.pause_days` after a question that stayed without answer."""
    asked = asked_in_vain(facts)
    days: int = facts.settings["reconfirm.pause_days"]
    return asked + timedelta(days=days) if asked else None


def offer_reminder(facts: Facts) -> datetime | None:
    """`offers.reminder_days` before the offer expires."""
    if facts.deadline is None or facts.silent:
        return None
    days: list[int] = facts.settings["offers.reminder_days"]
    return scheduled((facts.deadline - timedelta(days=each) for each in days), facts, facts.since)


def offer_ends(facts: Facts) -> datetime | None:
    """The deadline fixed when the offer was made."""
    return facts.deadline


def pause_ends(facts: Facts) -> datetime | None:
    """The end of the last day of the pause."""
    until = facts.day("paused_until")
    return end_of_paris_day(until) if until else None


def pause_reminder(facts: Facts) -> datetime | None:
    """`pause.reminder_days` before the pause ends; on its last day when it is shorter."""
    until = facts.day("paused_until")
    if until is None or facts.silent:
        return None
    last_day = start_of_paris_day(until)
    ahead = start_of_paris_day(until - timedelta(days=facts.settings["pause.reminder_days"]))
    return scheduled([ahead if ahead > facts.since else last_day], facts, facts.since)


def month_over(facts: Facts) -> datetime | None:
    """Ten days after the entry month is over; never for someone whose missed month was already told."""
    if facts.month is None or facts.memory.get("missed") == str(facts.month):
        return None
    return end_of_paris_day(facts.month.last_day + timedelta(days=MISSED_AFTER_DAYS))


def silence_ends(facts: Facts) -> datetime:
    """When the reminders are over: before, nobody closes a silent case."""
    if facts.state == "paused":
        return pause_ends(facts) or ladder_end(facts)
    meeting_at = facts.instant("meeting_at")
    if facts.state == "meeting" and meeting_at:
        last: int = facts.settings["silence.days"][-1]
        return max(facts.moved, meeting_at) + timedelta(days=last)
    return ladder_end(facts)


def reopen_until(facts: Facts) -> datetime:
    """The last instant at which a closed admission may be reopened: `reopen.days` after it closed."""
    days: int = facts.settings["reopen.days"]
    return end_of_paris_day(paris_day(facts.since) + timedelta(days=days))
