"""« À vérifier »: names nobody's badge tells, slots asked for and not met, entries of tablets that no rule could settle."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from intake.models import attendance, slots
from intake.models.days import Journee

TABLETS = importlib.import_module("intake.kiosk.tray") if importlib.util.find_spec("intake.kiosk") else None


def entries() -> list[Any]:
    """The entries of tablets that wait for a person, the oldest first."""
    return TABLETS.waiting() if TABLETS is not None else []


def to_check(journee: Journee | None = None) -> int:
    """How many lines wait: of a journée (and those of tablets, which belong to none yet), or of all."""
    return len(attendance.names_to_match(journee)) + len(slots.wishes(journee)) + len(entries())
