"""The power goes (TRUST T20): what was acknowledged is there again, whatever of the unsynced writes reached the disk.

The steps are real; what they said to SQLite is said again to another of its builds, whose files are watched. A cut leaves
each file as it was last synced, and of each later write all, nothing, or its first sectors.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw
import cysqlite
import pytest

from intake.cases import take_step
from intake.models import base
from intake.models.connection import PRAGMAS
from tests.cases.test_admission import admitted, again, arrived
from tests.cast import Cast

Said = tuple[Path, list[str]]
"""The database before, and what was said to it since."""

CUTS = int(os.environ.get("PARCOURS_CUTS", "2000"))
"""Fewer in CI, which has twenty minutes for everything."""
NAME = "house.db"
SECTOR = 512
NOTES = 120
"""Enough for the log to be taken back into the database more than once."""
EVERY = 200
"""Pages of the log after which it is: one in five of the usual, so that cuts meet it."""


# What the house said -------------------------------------------------------------------------------------------------


@contextmanager
def heard() -> Iterator[list[str]]:
    """Every statement that writes, with its values, in order."""
    said: list[str] = []
    base.db.connection().trace(lambda _code, _id, text, _took: said.append(text) if writes(text) else None)
    try:
        yield said
    finally:
        base.db.connection().trace(None)


def writes(statement: str) -> bool:
    """Whether it changes something, or begins or ends a transaction."""
    return not statement.upper().startswith(("SELECT", "PRAGMA", "--"))


@pytest.fixture
def said(cast: Cast, tmp_path: Path) -> Said:
    """Ana and Ben are admitted, and many notes are written."""
    base.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    before = tmp_path / "before.db"
    before.write_bytes(Path(base.db.database).read_bytes())
    with heard() as statements:
        cases = [admitted(arrived(person), cast) for person in (cast.ana, cast.ben)]
        for number in range(NOTES):
            take_step(again(cases[number % 2]), "note", by=cast.claire, raw={"note": f"Un mot, le {number}e."}, key=str(number))
    return before, statements


# A disk one may cut --------------------------------------------------------------------------------------------------


@dataclass
class Disk:
    """What was done to each file, in order, and when each transaction was acknowledged."""

    done: list[tuple[str, str, int, bytes]] = field(default_factory=list)
    """(write, truncate or sync; which file; offset or size; bytes)."""
    acknowledged: list[tuple[int, int]] = field(default_factory=list)
    """(after how many of these, how many events there were), at each COMMIT that was answered."""

    def events_acknowledged(self, at: int) -> int:
        """How many events people had been told of after so many acts."""
        return max(events for acts, events in self.acknowledged if acts <= at)

    def syncs_of(self, name: str) -> int:
        """How often a file was synced."""
        return sum(act == "sync" and of == name for act, of, *_ in self.done)


class Watched(apsw.VFS):
    """The usual files, and a note of what is done to them."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        super().__init__("watched", base="")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        """One of its files."""
        return WatchedFile(self.disk, name, flags)


class WatchedFile(apsw.VFSFile):
    """A file, and a note of what is done to it."""

    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        self.disk, self.name = disk, Path(name.filename() if isinstance(name, apsw.URIFilename) else name or "").name
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        """Write."""
        self.disk.done.append(("write", self.name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:
        """Cut short."""
        self.disk.done.append(("truncate", self.name, size, b""))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:
        """From here on, a cut loses nothing of what came before."""
        super().xSync(flags)
        self.disk.done.append(("sync", self.name, 0, b""))


def replayed(before: Path, statements: list[str], folder: Path, pragmas: dict[str, Any]) -> tuple[Disk, list[str]]:
    """(what was done to the disk, the hashes of the events in order) when the same is said with these pragmas."""
    folder.mkdir()
    file, disk = folder / NAME, Disk()
    file.write_bytes(before.read_bytes())
    vfs = Watched(disk)
    with closing(apsw.Connection(str(file), vfs="watched")) as connection:
        for name, value in {**pragmas, "wal_autocheckpoint": EVERY}.items():
            list(connection.execute(f"PRAGMA {name}={value}"))
        for statement in statements:
            connection.execute(statement)
            if statement == "COMMIT":
                disk.acknowledged.append((len(disk.done), connection.execute("SELECT count(*) FROM event").get))
        hashes = [row[0] for row in connection.execute("SELECT hash FROM event ORDER BY id")]
    vfs.unregister()
    return disk, hashes


def cut(disk: Disk, before: bytes, at: int, chance: random.Random, folder: Path) -> None:
    """Write the files as a cut leaves them after so many acts."""
    for name, begun in ((NAME, before), (f"{NAME}-wal", b"")):
        acts = [one for one in disk.done[:at] if one[1] == name]
        synced = max((n for n, one in enumerate(acts) if one[0] == "sync"), default=-1)
        content = bytearray(begun)
        for n, (act, _, offset, data) in enumerate(acts):
            reached = len(data) if n < synced else chance.choice((len(data), 0, chance.randrange(0, len(data) + 1, SECTOR)))
            if act == "write" and reached:
                content.extend(b"\0" * (offset - len(content)))
                content[offset:offset + reached] = data[:reached]
            elif act == "truncate" and (n < synced or chance.random() < 0.5):
                del content[offset:]
        (folder / name).write_bytes(content)
    (folder / f"{NAME}-shm").unlink(missing_ok=True)


def lost(disk: Disk, before: Path, hashes: list[str], cuts: int, folder: Path) -> int:
    """Of so many cuts, those that lose something acknowledged; after each the database is sound, or this fails."""
    chance, begun, losses = random.Random(20), before.read_bytes(), 0
    folder.mkdir()
    for _ in range(cuts):
        at = chance.randrange(disk.acknowledged[0][0], len(disk.done) + 1)
        cut(disk, begun, at, chance, folder)
        with closing(cysqlite.Connection(str(folder / NAME))) as found:
            assert [tuple(row) for row in found.execute("PRAGMA integrity_check")] == [("ok",)]
            kept = [row[0] for row in found.execute("SELECT hash FROM event ORDER BY id")]
        assert kept == hashes[:len(kept)], "what is there is what was written, in order"
        losses += len(kept) < disk.events_acknowledged(at)
    return losses


@pytest.mark.trust("T20")
def test_a_power_cut_loses_nothing_acknowledged(said: Said, tmp_path: Path) -> None:
    """Two thousand cuts, anywhere: between two steps, in the middle of one, while the log goes back into the database."""
    disk, hashes = replayed(*said, tmp_path / "safe", PRAGMAS)
    assert disk.syncs_of(NAME) > 1, "the log went back into the database"
    assert lost(disk, said[0], hashes, CUTS, tmp_path / "after") == 0


@pytest.mark.control("T20")
def test_syncing_less_loses(said: Said, tmp_path: Path) -> None:
    """With `synchronous=NORMAL` the database stays sound, but what was acknowledged goes: this test would see it."""
    disk, hashes = replayed(*said, tmp_path / "unsafe", {**PRAGMAS, "synchronous": 1})
    assert lost(disk, said[0], hashes, max(CUTS // 10, 20), tmp_path / "after") > 0
