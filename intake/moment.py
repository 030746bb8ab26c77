"""The one clock. `INTAKE_NOW` sets it: an ISO instant, or `@file` re-read at each look."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

from workflows.calendar import paris_day


def now() -> datetime:
    """The present instant, UTC."""
    told = os.environ.get("INTAKE_NOW", "")
    if not told:
        return datetime.now(UTC)
    if told.startswith("@"):
        told = Path(told[1:]).read_text().strip()
    found = datetime.fromisoformat(told)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def today() -> date:
    """Today in Europe/Paris."""
    return paris_day(now())
