"""What travels with a letter: made when it leaves, from what is known then, never kept twice."""

from __future__ import annotations

from dataclasses import dataclass

from intake import agenda, ahead
from intake.models import badges
from intake.models.letters import Letter

DATED = {"meeting_booked": "meeting", "interview_set": "interview"}
"""Letters that carry a calendar file: of a date, never of someone's data."""


@dataclass(frozen=True)
class Enclosure:
    """A file joined to a letter; `kind` is its media type."""

    name: str
    kind: str
    content: bytes


def enclosed(letter: Letter) -> list[Enclosure]:
    """The files that go with a letter."""
    if (entry := date_of(letter)) is not None:
        return [Enclosure("rendez-vous.ics", "text/calendar", agenda.calendar_file([entry]))]
    if letter.template != "journee_reminder" or letter.recipient is None:
        return []
    badge = badges.badge_of(letter.recipient)
    return [Enclosure("badge.png", "image/png", badges.qr_png(badge))] if badge is not None else []


def date_of(letter: Letter) -> agenda.Entry | None:
    """The date a letter to the person is about, as it stands when it leaves."""
    kind = DATED.get(letter.template)
    if kind is None or letter.event is None or letter.recipient_id != letter.event.dossier.person_id:
        return None
    case = letter.event.case
    found = next((one for one in ahead.dates_of([case]) if one.kind == kind), None)
    return ahead.entry_of(found, [case]) if found else None
