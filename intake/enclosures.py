"""What travels with a letter: made when it leaves, from what is known then, never kept twice."""

from __future__ import annotations

from dataclasses import dataclass

from intake.models import badges
from intake.models.letters import Letter


@dataclass(frozen=True)
class Enclosure:
    """A file joined to a letter; `kind` is its media type."""

    name: str
    kind: str
    content: bytes


def enclosed(letter: Letter) -> list[Enclosure]:
    """The files that go with a letter."""
    if letter.template != "journee_reminder" or letter.recipient is None:
        return []
    badge = badges.badge_of(letter.recipient)
    return [Enclosure("badge.png", "image/png", badges.qr_png(badge))] if badge is not None else []
