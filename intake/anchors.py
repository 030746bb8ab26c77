"""The anchor of the day: one SHA-256 of the heads of every chain, kept where whoever rewrites the history cannot (TRUST 2.18).

Its lines lie beside the backups; two witnesses receive their digest by letter. `intake verify --anchor FILE` compares both.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path

from config import Settings
from intake import moment, outbox
from intake.history import Flaw
from intake.models.base import write_transaction
from intake.models.compiled import compiled, param
from intake.models.dossiers import Dossier, Event, House
from intake.models.people import Person, find_by_email
from intake.models.settings import settings_on
from intake.words import PARIS
from workflows import roles

AT = time(6)
"""Paris time; the letter is there before nine, or somebody goes and looks."""
WITNESSES = 2
STALE = timedelta(hours=26)
HOUSE = "house"
"""The chain of the events of the house, among those of dossiers."""


def folder_of(settings: Settings) -> Path:
    """Where the anchors lie: with the backups, else in the data folder, where they prove less."""
    return (settings.backups or settings.data) / "anchors"


def lines() -> list[str]:
    """`dossier count head` of every chain that has begun, sorted."""
    chains = Dossier.select(Dossier.uid, Dossier.events, Dossier.head).where(Dossier.events > 0).tuples()
    house = House.select(House.events, House.head).where(House.events > 0).tuples()
    return sorted([*(f"{uid} {count} {head}" for uid, count, head in chains),
                   *(f"{HOUSE} {count} {head}" for count, head in house)])


def pass_day(settings: Settings) -> Path | None:
    """Once a day, lay the anchor down and owe its letters; the file just laid, or None. Twice is harmless."""
    now = moment.now()
    day = now.astimezone(PARIS).date()
    file = folder_of(settings) / f"{day.isoformat()}.txt"
    if file.exists() or now < datetime.combine(day, AT, PARIS):
        return None
    told = lines()
    lay(file, "".join(f"{line}\n" for line in told))
    tell(file, day, len(told), now)
    return file


def lay(file: Path, text: str) -> None:
    """Write a file whole and once: of two servers at the same instant, the first one's stays."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".new") as fresh:
        fresh.write(text.encode())
        fresh.flush()
        os.fsync(fresh.fileno())
        with suppress(FileExistsError):
            os.link(fresh.name, file)


def digest(file: Path) -> str:
    """SHA-256 of the lines, as the letter says it."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def tell(file: Path, day: date, chains: int, now: datetime) -> None:
    """Owe each witness the digest of the day."""
    with write_transaction():
        for person in witnesses():
            outbox.owe("anchor", person, cause=f"day:{day.isoformat()}", now=now, context={
                "to": roles.cogerance, "day": day, "digest": digest(file), "chains": chains,
                "link": outbox.link_to("/administration/sante")})


def witnesses() -> list[Person]:
    """The two people named in the settings, outside the technical circle, who may sign in here."""
    named = str(settings_on(moment.today())["keep.anchor_witnesses"]).replace(",", " ").lower().split()
    return [person for address in named[:WITNESSES] if (person := find_by_email(address)) is not None]


def newest(folder: Path, before: date = date.max) -> tuple[Path, datetime] | None:
    """The latest anchor, of a day before this one, and its hour."""
    found = max((file for file in folder.glob("????-??-??.txt") if file.stem < before.isoformat()), default=None)
    return (found, datetime.combine(date.fromisoformat(found.stem), AT, PARIS)) if found else None


_LINE = compiled(lambda: Event.select(Event.hash).join(Dossier).where(
    Dossier.uid == param("dossier"), Event.number == param("count")))
_HOUSE_LINE = compiled(lambda: Event.select(Event.hash).where(Event.dossier.is_null(), Event.number == param("count")))


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
