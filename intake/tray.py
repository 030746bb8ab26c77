"""« À vérifier »: names nobody's badge tells, slots asked for and not met, entries of tablets that no rule could settle."""

from __future__ import annotations

from intake.kiosk import tray as tablets
from intake.kiosk.tray import TrayLine
from intake.models import attendance, slots
from intake.models.days import Journee


def entries() -> list[TrayLine]:
    """The entries of tablets that wait for a person, the oldest first."""
    return tablets.waiting()


def to_check(journee: Journee | None = None) -> int:
    """How many lines wait: of a journée (and those of tablets, which belong to none yet), or of all."""
    return len(attendance.names_to_match(journee)) + len(slots.wishes(journee)) + len(entries())
