"""The letter of the morning: what alarms tell the team of the dossiers it follows, in one letter a day per person (ADR 0018)."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from intake import moment, outbox
from intake.models import letters
from intake.models.base import write_transaction
from intake.models.letters import Letter
from intake.models.people import Person
from workflows.calendar import paris_day, paris_instant
from workflows.roles import support

AT = time(7)
"""Paris time; a clock that was stopped at seven writes it as soon as it is back."""


def tell() -> int:
    """Owe the day’s letters once their hour has come; twice is harmless. How many were owed."""
    now = moment.now()
    day = paris_day(now)
    if now < paris_instant(day, AT):
        return 0
    owed = 0
    for _, lines in groupby(letters.gathered(), key=lambda one: one.recipient_id):
        owed += tell_someone(list(lines), day, now)
    return owed


def tell_someone(lines: list[Letter], day: date, now: datetime) -> bool:
    """One letter to one person, unless today’s has left already: what comes after it waits for tomorrow’s."""
    person: Person = lines[0].recipient
    if not person.email:
        return False
    cause = f"day:{day.isoformat()}"
    if Letter.select(Letter.id).where(
            Letter.cause == cause, Letter.template == "digest", Letter.recipient == person).exists():
        return False
    told = [said(list(same)) for _, same in groupby(
        sorted(lines, key=lambda one: one.dossier.number), key=lambda one: one.dossier_id)]
    with write_transaction():
        outbox.owe("digest", person, cause=cause, now=now,
                   context={"count": len(told), "dossiers": told, "to": support})
        letters.tell_gathered(lines)
    return True


def said(lines: list[Letter]) -> dict[str, Any]:
    """A dossier: whose, its alarms in the order they rang, its link."""
    dossier = lines[0].dossier
    return {"name": dossier.person.called, "number": dossier.number, "link": outbox.link_to(f"/dossier/{dossier.uid}"),
            "says": ". ".join(dict.fromkeys(line.subject for line in lines))}
