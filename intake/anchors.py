"""The anchor of the day: one SHA-256 of the heads of every chain, kept where whoever rewrites the history cannot (TRUST 2.18).

Its lines lie beside the backups; two witnesses receive their digest by letter. `intake verify --anchor FILE` compares both.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from peewee import fn

from config import Settings
from intake import moment, outbox
from intake.history import Flaw
from intake.models.base import db, write_transaction
from intake.models.compiled import compiled, param
from intake.models.dossiers import Dossier, Event, House
from intake.models.people import Person
from intake.models.settings import people_named
from intake.words import PARIS
from workflows import roles
from workflows.calendar import paris_day
from workflows.settings import NAMED

AT = time(6)
"""Paris time; the letter is there before nine, or somebody goes and looks."""
WITNESSES = NAMED
STALE = timedelta(hours=26)
HOUSE = "house"
"""The chain of the events of the house, among those of dossiers."""


FOLDER = "anchors"

_passed: tuple[date, Any] | None = None
"""The last day that was anchored, and in which database."""


def folder_of(settings: Settings) -> Path:
    """Where the anchors lie: with the backups, else in the data folder, where they prove less."""
    return (settings.backups or settings.data) / FOLDER


def lines() -> list[str]:
    """`dossier count head` of every chain that has begun, sorted."""
    chains = Dossier.select(Dossier.uid, Dossier.events, Dossier.head).where(Dossier.events > 0).tuples()
    house = House.select(House.events, House.head).where(House.events > 0).tuples()
    return sorted([*(f"{uid} {count} {head}" for uid, count, head in chains),
                   *(f"{HOUSE} {count} {head}" for count, head in house)])


def pass_day(settings: Settings) -> None:
    """Once a day, lay the anchor down, then owe its letters; stopped between the two, it goes on. Twice is harmless."""
    global _passed
    now = moment.now()
    day = paris_day(now)
    if now < datetime.combine(day, AT, PARIS) or _passed == (day, db.obj):
        return
    file = folder_of(settings) / f"{day.isoformat()}.txt"
    if not file.exists():
        lay(file, "".join(f"{line}\n" for line in lines()))
    tell(file, day, now)
    _passed = (day, db.obj)


def lay(file: Path, text: str) -> None:
    """Write a file whole and once: of two servers at the same instant, the first one's stays."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".new", delete=False) as fresh:
        fresh.write(text.encode())
        fresh.flush()
        os.fsync(fresh.fileno())
    try:
        os.link(fresh.name, file)
    except FileExistsError:
        pass
    except OSError:  # a disk that has no hard links
        Path(fresh.name).replace(file)
    finally:
        Path(fresh.name).unlink(missing_ok=True)


def digest(file: Path) -> str:
    """SHA-256 of the lines, as the letter says it."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def tell(file: Path, day: date, now: datetime) -> None:
    """Owe each witness the digest of the day."""
    chains = file.read_text().count("\n")
    with write_transaction():
        for person in witnesses():
            outbox.owe("anchor", person, cause=f"day:{day.isoformat()}", now=now, context={
                "to": roles.cogerance, "day": day, "digest": digest(file), "chains": chains,
                "link": outbox.link_to("/administration/sante")})


def witnesses() -> list[Person]:
    """The two people named in the settings, outside the technical circle, who may sign in here."""
    return people_named("keep.anchor_witnesses")


def newest(folder: Path, before: date = date.max) -> tuple[Path, datetime] | None:
    """The latest anchor, of a day before this one, and its hour."""
    found = max((file for file in folder.glob("????-??-??.txt") if file.stem < before.isoformat()), default=None)
    return (found, datetime.combine(date.fromisoformat(found.stem), AT, PARIS)) if found else None


_LINE = compiled(lambda: Event.select(Event.hash).join(Dossier).where(
    Dossier.uid == param("dossier"), Event.number == param("count")))
_HOUSE_LINE = compiled(lambda: Event.select(Event.hash).where(Event.dossier.is_null(), Event.number == param("count")))


def check_restored(backups: Path) -> Iterator[Flaw]:
    """What came back, beside the latest anchor it is sure to have known: of a day before its last event."""
    last = Event.select(fn.MAX(Event.made_at)).scalar()
    laid = newest(backups / FOLDER, paris_day(last)) if last else None
    yield from check(laid[0].read_text()) if laid else ()


def check(text: str) -> Iterator[Flaw]:
    """Every chain that no longer goes through the line an anchor says: rewritten, cut short, or gone."""
    for line in text.splitlines():
        dossier, count, head = line.split()
        found = (_HOUSE_LINE.value(count=int(count)) if dossier == HOUSE
                 else _LINE.value(dossier=dossier, count=int(count)))
        if found is None:
            yield Flaw(f"{dossier} #{count}", "was there when the anchor was laid, and is gone")
        elif found != head:
            yield Flaw(f"{dossier} #{count}", "was rewritten since the anchor was laid")
