"""A tablet that nobody closed: whoever ran the day is told the next morning (SCREENS K41)."""

from __future__ import annotations

from datetime import date, timedelta

from intake import moment, outbox
from intake.models import devices
from intake.models.compiled import compiled, param
from intake.models.days import Journee

LOOKED_BACK = timedelta(days=7)


_CLOSED = compiled(lambda: Journee.select(Journee.id).where(
    Journee.day < param("today"), Journee.day >= param("first"), Journee.closed_at.is_null(False)))


def remind(today: date) -> None:
    """Owe one letter a tablet left open although its journée is closed; twice is harmless.

    A journée that is not closed is told by `intake.invitations`: nobody gets both.
    """
    past = [id_ for (id_,) in _CLOSED(first=today - LOOKED_BACK, today=today)]
    for journee in Journee.select().where(Journee.id.in_(past)) if past else ():
        for device in devices.left_open(journee):
            outbox.owe("tablet_left_open", journee.facilitator or device.paired_by, cause=f"journee:{journee.planned}",
                       occasion=device.uid, now=moment.now(), context={
                           "tablet": device.name, "journee": journee.day, "link": outbox.link_to("/bornes")})
