"""The one clock. `INTAKE_NOW` sets it: an ISO instant, or `@file` re-read at each look."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from workflows.calendar import paris_day

_elsewhere: datetime | None = None


def now() -> datetime:
    """The present instant, UTC."""
    if _elsewhere is not None:
        return _elsewhere
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


@contextmanager
def travelling() -> Iterator[Callable[[datetime], None]]:
    """For the demonstration alone, in a process of its own: what is given moves the clock, until this ends."""
    def go(instant: datetime) -> None:
        global _elsewhere
        _elsewhere = instant.astimezone(UTC)

    global _elsewhere
    try:
        yield go
    finally:
        _elsewhere = None
