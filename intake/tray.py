"""« À vérifier »: names nobody's badge tells, slots asked for and not met, entries of tablets that no rule could settle."""

from __future__ import annotations

from intake.kiosk import tray as tablets
from intake.kiosk.tray import TrayLine
from intake.models import attendance, slots
from intake.models.base import write_transaction
from intake.models.days import Journee
from intake.models.people import Person


def entries() -> list[TrayLine]:
    """The entries of tablets that wait for a person, the oldest first."""
    return tablets.waiting()


def settle_presence(line: TrayLine, person: Person, journee: Journee, half: str, by: Person) -> None:
    """An entry is this person's presence: settled and noted together, or not at all. Twice is harmless."""
    with write_transaction():
        tablets.resolve_attendance(line.entry, person, journee, half, by)


def to_check(journee: Journee | None = None) -> int:
    """How many lines wait: of a journée (and those of tablets, which belong to none yet), or of all."""
    return len(attendance.names_to_match(journee)) + len(slots.wishes(journee)) + len(entries())
