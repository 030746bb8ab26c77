"""Around a journée: the badge three days before; the morning after, who missed it, and a letter to whoever left it open."""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta

from intake import moment, outbox, presences
from intake.guests import awaited
from intake.models import badges
from intake.models.base import write_transaction
from intake.models.compiled import compiled, param
from intake.models.days import Journee
from intake.models.letters import Letter
from intake.models.people import Person, holders
from intake.words import PARIS
from workflows import roles

log = logging.getLogger("intake.invitations")

AHEAD = timedelta(days=3)
"""The reminder leaves this long before."""
EIGHT = time(8)
MOST = 5_000
"""Beyond so many people awaited, nothing leaves by itself: a house of that size writes from its own list."""
LOOKS_BACK = timedelta(days=7)
"""A clock that was stopped longer says nothing of the journées left open meanwhile."""


_AROUND = compiled(lambda: Journee.select(Journee.id).where(
    Journee.day >= param("first"), Journee.day <= param("last"), ~Journee.to_confirm))


def write_around(today: date) -> None:
    """What the days before and after journées ask for; twice is harmless."""
    around = [id_ for (id_,) in _AROUND(first=today - LOOKS_BACK, last=today + AHEAD)]
    for journee in Journee.select().where(Journee.id.in_(around)).order_by(Journee.day) if around else ():
        if journee.day > today:
            send_badges(journee)
        elif journee.day < today and journee.closed_at is None:
            tell_it_is_open(journee, today)
        elif journee.day < today:
            presences.count_missed(journee)


def send_badges(journee: Journee) -> int:
    """Owe everyone awaited their reminder, badge and code with it; how many are reached. Each once, and again for a new date."""
    guests = [guest.person for guest in awaited() if guest.person.email]
    if len(guests) > MOST:
        log.warning("%s people are awaited at the journée of %s: no reminder leaves", len(guests), journee.day)
        return 0
    now, eight = moment.now(), datetime.combine(moment.today(), EIGHT, PARIS)
    with write_transaction():
        badges.give_badges(guests)
        for badge in badges.badges_of(guests):
            outbox.owe("journee_reminder", badge.person, cause=f"journee:{journee.planned}",
                       occasion=journee.day.isoformat(), now=now, not_before=max(now, eight),
                       context={"journee": journee.day, "code": badge.spoken, "link": outbox.link_to("/ma-journee")})
    return len(guests)


_TOLD = compiled(lambda: Letter.select(Letter.id).where(
    Letter.cause == param("cause"), Letter.template == "journee_open", Letter.occasion == param("occasion")).limit(1))


def tell_it_is_open(journee: Journee, today: date) -> None:
    """Write to the person of that day, else to whoever holds the role, that nobody closed it."""
    if _TOLD.one(cause=f"journee:{journee.planned}", occasion=journee.day.isoformat()) is not None:
        return
    now, eight = moment.now(), datetime.combine(moment.today(), EIGHT, PARIS)
    with write_transaction():
        for person in in_charge(journee, today):
            outbox.owe("journee_open", person, cause=f"journee:{journee.planned}", occasion=journee.day.isoformat(),
                       now=now, not_before=max(now, eight), context={
                           "to": roles.facilitator, "journee": journee.day,
                           "link": outbox.link_to(f"/journees/{journee.uid}")})


def in_charge(journee: Journee, today: date) -> list[Person]:
    """The person of the day; without one, the facilitators; without any, the circle."""
    if journee.facilitator is not None:
        return [journee.facilitator]
    return holders(roles.facilitator, today) or holders(roles.circle, today)
