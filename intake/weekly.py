"""The letter of Monday morning: dossiers without news, one link each; only when there are some (JOURNEY §13, SCREENS B9)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from intake import moment, outbox
from intake.models import base, cards
from intake.models.base import write_transaction
from intake.models.cards import Card, Wanted
from intake.models.people import Antenna, Person, holders
from intake.models.settings import settings_on
from intake.stages import STAGES
from intake.words import PARIS
from workflows import roles
from workflows.calendar import paris_day

MOST = 40
"""Dossiers of one letter; the board tells them all."""

_told: tuple[datetime, Any] | None = None
"""The last hour that was told, and in which database."""


def tell() -> int:
    """Owe the letters of the week, once its hour has come; twice is harmless. How many were owed."""
    global _told
    at = hour_of_week(moment.now())
    if _told == (at, base.db.obj):
        return 0
    owed = sum(tell_antenna(antenna, at) for antenna in Antenna.select().order_by(Antenna.id))
    _told = (at, base.db.obj)
    return owed


def hour_of_week(now: datetime) -> datetime:
    """The latest hour of the weekly letter: Monday, 8 h in Paris unless the house says otherwise."""
    weekday, hour = settings_on(paris_day(now))["weekly.at"]
    day = paris_day(now) - timedelta(days=(paris_day(now).isoweekday() - weekday) % 7)
    at = datetime.combine(day, time(hour), PARIS)
    return at if at <= now else datetime.combine(day - timedelta(days=7), time(hour), PARIS)


def tell_antenna(antenna: Antenna, at: datetime) -> int:
    """The letters of one antenna: as things stood at that hour, so that a clock that was late tells the same."""
    waiting = cards.page(Wanted((antenna.id,), stalled=True, now=at, today=paris_day(at)), STAGES, most=MOST).cards
    if not waiting:
        return 0
    role = roles.circle if antenna.programme == "principale" else roles.coordinator
    readers = holders(role, paris_day(at), antenna)
    with write_transaction():
        for person in readers:
            owe(person, waiting, at, antenna)
    return len(readers)


def owe(person: Person, waiting: list[Card], at: datetime, antenna: Antenna) -> None:
    """One letter, its dossiers from the longest without news."""
    said = [{"name": one.name, "days": (at - one.moved_at).days if one.moved_at else 0,
             "link": outbox.link_to(f"/dossier/{one.dossier}")} for one in waiting]
    outbox.owe("weekly", person, cause=f"day:{paris_day(at).isoformat()}", occasion=antenna.code, now=moment.now(),
               context={"count": len(said), "dossiers": said, "to": "circle"})
