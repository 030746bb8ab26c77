"""Backups that count: taken of a living house, checked, sealed to a key that is not here; and the way back (TRUST 5.4, 5.5)."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from intake import moment
from intake.models import erasures
from intake.models.actors import Machine
from intake.models.base import db, db_is_postgres, write_transaction
from intake.models.dossiers import Dossier
from intake.models.erasures import Tombstone
from intake.models.letters import Letter
from intake.models.people import Person
from intake.models.signin import Session, SignInRequest
from workflows import roles

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
BOUND = b"parcours backup 1"
DAILY, WEEKLY = 7, 4
STALE = timedelta(hours=26)
"""Backups are owed every six hours; after a day without one, somebody is told."""
TOMBSTONES = "tombstones.txt"
HELD = "Retenue après une restauration : elle est peut-être déjà partie. « Renvoyer » la laisse partir."


class NoBackup(Exception):
    """It cannot be done, or what was made is not sound; the sentence says what to do."""


def take(folder: Path, public: Path) -> Path:
    """Copy the living database, check the copy, seal it, lay it down; old ones beyond 7 days and 4 weeks go."""
    if db_is_postgres():
        raise NoBackup("On PostgreSQL, use pg_dump from a cron of its own; `intake verify` then checks what was restored.")
    key = load_pem_public_key(public.read_bytes())
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise NoBackup(f"{public.name} is not a P-256 public key: see docs/settings.md")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "copy.db"
        db.execute_sql("VACUUM INTO ?", (str(copy),))
        check(copy)
        sealed = SUITE.encrypt(zlib.compress(copy.read_bytes(), 6), key, info=BOUND)
    made = folder / f"parcours-{moment.now():%Y%m%dT%H%M%SZ}.backup"
    fresh = made.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(made)
    tell_tombstones(folder)
    for old in too_old(folder):
        old.unlink()
    return made


def check(copy: Path) -> None:
    """Whether a copy is whole: its pages, its references, every chain up to its head. Raises NoBackup."""
    with sqlite3.connect(f"file:{copy}?mode=ro", uri=True) as opened:
        said = [row[0] for row in opened.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
        said += [f"{row[0]} points nowhere" for row in opened.execute("PRAGMA foreign_key_check")][:5]
        said += [f"dossier {row[0]}: its chain does not reach its head" for row in opened.execute(CUT)][:5]
    opened.close()
    if said:
        raise NoBackup("The copy is not sound: " + "; ".join(said))


CUT = """
    SELECT number FROM dossier LEFT JOIN (
        SELECT dossier_id, COUNT(*) AS lines, MAX(number) AS latest FROM event GROUP BY dossier_id) AS chain
    ON chain.dossier_id = dossier.id
    WHERE coalesce(lines, 0) <> events OR coalesce(latest, 0) <> events OR (events > 0 AND head <> (
        SELECT hash FROM event WHERE event.dossier_id = dossier.id ORDER BY number DESC LIMIT 1))"""


def too_old(folder: Path) -> Iterator[Path]:
    """Backups that are neither the latest of one of the last 7 days, nor of one of the last 4 weeks."""
    found = sorted(folder.glob("parcours-*.backup"), reverse=True)
    days: set[object] = set()
    weeks: set[object] = set()
    for one in found:
        at = datetime.strptime(one.stem.removeprefix("parcours-"), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        day, week = at.date(), at.isocalendar()[:2]
        kept = (day not in days and len(days) < DAILY) or (week not in weeks and len(weeks) < WEEKLY)
        days.add(day)
        weeks.add(week)
        if not kept and at < moment.now() - timedelta(hours=24):
            yield one


def newest(folder: Path) -> tuple[Path, datetime] | None:
    """The latest backup of a folder, and when it was made."""
    found = max(folder.glob("parcours-*.backup"), default=None)
    return (found, datetime.fromtimestamp(found.stat().st_mtime, UTC)) if found else None


def tell_tombstones(folder: Path) -> None:
    """Write the erasures that have not left the machine yet where backups are kept: ids only (TRUST 4.11)."""
    untold = list(Tombstone.select().where(Tombstone.told_at.is_null()).order_by(Tombstone.id))
    if not untold:
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / TOMBSTONES).open("a") as file:
        file.writelines(f"{one.subject}\n" for one in untold)
        file.flush()
        os.fsync(file.fileno())
    with write_transaction():
        Tombstone.update(told_at=moment.now()).where(Tombstone.id.in_([one.id for one in untold])).execute()


# The way back --------------------------------------------------------------------------------------------------------


def open_backup(backup: Path, private: Path) -> bytes:
    """The database inside a backup. Raises NoBackup for a wrong key."""
    key = load_pem_private_key(private.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise NoBackup(f"{private.name} is not a P-256 private key")
    try:
        return zlib.decompress(SUITE.decrypt(backup.read_bytes(), key, info=BOUND))
    except InvalidTag as error:
        raise NoBackup(f"{private.name} does not open {backup.name}") from error


def unpack(backup: Path, private: Path, into: Path) -> None:
    """Lay a backup down as the database, into an empty place alone. Raises NoBackup."""
    if into.exists() and into.stat().st_size:
        raise NoBackup(f"{into.name} exists: a backup is restored into an empty place only")
    content = open_backup(backup, private)
    into.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = into.with_suffix(".restoring")
    fresh.write_bytes(content)
    check(fresh)
    fresh.replace(into)


def come_back(tombstones: Path) -> tuple[int, int]:
    """Before anyone is served: erase again, end every sign-in, hold the letters. (erased again, letters held)."""
    by, erased = Machine(roles.admin), 0
    for subject in dict.fromkeys(tombstones.read_text().split()) if tombstones.exists() else ():
        kind, _, uid = subject.partition(":")
        model = Dossier if kind == "dossier" else Person
        found = model.get_or_none(model.uid == uid)
        if found is None or Tombstone.select().where(Tombstone.subject == subject).exists():
            continue
        (erasures.erase_dossier if kind == "dossier" else erasures.erase_person)(found, by, by.role)
        erased += 1
    with write_transaction():
        Session.update(revoked_at=moment.now()).where(Session.revoked_at.is_null()).execute()
        SignInRequest.update(ends_at=moment.now()).where(SignInRequest.ends_at > moment.now()).execute()
        held = Letter.update(status="failed", problem=HELD).where(Letter.status.in_(("waiting", "claimed"))).execute()
    erasures.settle()
    return erased, held
