"""Calendar files: dates of the house as iCalendar (RFC 5545), in the Paris time zone, for any agenda."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from intake import moment
from intake.outbox import office
from intake.words import PARIS

if TYPE_CHECKING:
    from icalendar import Event

MEDIA_TYPE = "text/calendar; charset=utf-8"
AN_HOUR = timedelta(hours=1)

# Written out: what the library makes from the zone database begins summer time an hour late.
EUROPE_PARIS = """BEGIN:VTIMEZONE
TZID:Europe/Paris
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""


@dataclass(frozen=True)
class Entry:
    """One date for an agenda: a whole day, or an hour from `at` on."""

    uid: str
    """Stable: added again, the same date replaces itself."""
    summary: str
    day: date
    at: datetime | None = None
    lasts: timedelta = AN_HOUR
    place: str = ""
    says: str = ""
    link: str = ""


def calendar_file(entries: Iterable[Entry]) -> bytes:
    """These dates as the bytes of a calendar file."""
    from icalendar import Calendar, Timezone  # with the zones it reads, three megabytes: brought by the first file

    found = Calendar.new(prodid=f"-//{office.coop}//Parcours//FR", uid=f"agenda@{site()}", method="PUBLISH")
    found.add_component(Timezone.from_ical(EUROPE_PARIS))
    for entry in entries:
        found.add_component(_event(entry))
    content: bytes = found.to_ical()
    return content


def site() -> str:
    """The host of this house, as identifiers of dates end with it."""
    return urlsplit(office.public_url).hostname or "parcours"


def _event(entry: Entry) -> Event:
    from icalendar import Event

    starts: date = entry.at.astimezone(PARIS) if entry.at else entry.day
    ends: date = starts + (entry.lasts if entry.at else timedelta(days=1))
    return Event.new(
        uid=f"{entry.uid}@{site()}", summary=entry.summary, start=starts, end=ends, stamp=moment.now(),
        location=entry.place or None, description=entry.says or None, url=entry.link or None)
