"""When the clock last went round: what says that it is late (JOURNEY §8)."""

from __future__ import annotations

from datetime import datetime, timedelta

from peewee import TextField

from intake.models.base import InstantField, Model, write_transaction
from intake.models.compiled import compiled, param

CLOCK = "clock"
NOTED_EVERY = timedelta(minutes=1)
LATE_AFTER = timedelta(minutes=15)
"""A clock that goes round every few seconds and has not for this long is stopped."""


class Round(Model):
    """A kind of round, and the instant of the last one."""

    name = TextField(unique=True)
    at = InstantField()


LAST = compiled(lambda: Round.select(Round.at).where(Round.name == CLOCK))
NOTE = compiled(lambda: Round.insert(name=CLOCK, at=param("at")).on_conflict(
    conflict_target=[Round.name], preserve=[Round.at]))


def note(now: datetime) -> None:
    """The clock has gone round; written once a minute at most."""
    last = last_round()
    if last is not None and timedelta() <= now - last < NOTED_EVERY:
        return
    with write_transaction():
        NOTE(at=now)


def last_round() -> datetime | None:
    """When the clock last went round; None when it never did."""
    at: datetime | None = LAST.value()
    return at


def late_by(now: datetime) -> timedelta | None:
    """For how long the clock has been stopped; None when it is on time, or never began."""
    last = last_round()
    return now - last if last is not None and now - last > LATE_AFTER else None
