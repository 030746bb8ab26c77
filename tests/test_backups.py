"""T13, T19: a backup is taken of a living house, comes back equal to its instant, and brings back nobody who was erased."""

from __future__ import annotations

import shutil
import sqlite3
import statistics
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from bench import load
from config import Settings
from intake import backups, history, seal_keys
from intake.cases import take_step
from intake.models import erasures, health, pieces, sealed
from intake.models.base import db, write_transaction, writing
from intake.models.dossiers import Case, Dossier, Event
from intake.models.letters import Letter
from intake.models.people import Person
from intake.models.pieces import Piece
from intake.models.signin import Session
from tests import postgres
from tests.cases.test_admission import arrived
from tests.cast import Cast, opened
from tests.conftest import NOW

MARK = b"Mirabelle de Lorraine"


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    """(public, private), of which the house has the first."""
    private = ec.generate_private_key(ec.SECP256R1())
    files = tmp_path / "public.pem", tmp_path / "private.pem"
    files[0].write_bytes(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    files[1].write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


@pytest.fixture
def taken(cast: Cast, keys: tuple[Path, Path], tmp_path: Path) -> Path:
    """A backup of a house where Ana and Ben have a dossier, Ana a piece, a sign-in and a letter that waits."""
    ana = arrived(cast.ana)
    arrived(cast.ben)
    pieces.add(ana.dossier, title="piece", filename="cv.pdf", media_type="application/pdf", content=MARK, by=cast.ana, now=NOW)
    Session.create(token="x", person=cast.ana, begun_at=NOW, ends_at=NOW)
    return backups.take(tmp_path / "elsewhere", keys[0])


@pytest.fixture
def elsewhere(settings: Settings, tmp_path: Path) -> Settings:
    """An empty machine, with the same keys."""
    return replace(settings, data=tmp_path / "other", database_url=f"sqlite:///{tmp_path / 'other' / 'parcours.db'}")


def back(backup: Path, private: Path, there: Settings) -> Iterator[Any]:
    """The house, come back."""
    backups.unpack(backup, private, Path(there.database_url.removeprefix("sqlite:///")))
    return opened(there)  # type: ignore[return-value]


@pytest.mark.trust("T19")
def test_it_comes_back_equal_to_its_instant(taken: Path, keys: tuple[Path, Path], elsewhere: Settings, cast: Cast) -> None:
    number, head = Event.select().count(), Dossier.get(Dossier.person == cast.ana).head
    arrived(cast.zoe)
    with back(taken, keys[1], elsewhere):  # type: ignore[attr-defined]
        assert Event.select().count() == number
        assert Dossier.get(Dossier.person == cast.ana).head == head
        assert pieces.content_of(Piece.get()) == MARK
        assert list(history.verify()) == []


@dataclass
class Writers:
    """Four people who write notes, each on a dossier, for as long as this lasts."""

    written: Counter[int] = field(default_factory=Counter)
    """How many were acknowledged, by case."""
    times: list[float] = field(default_factory=list)

    @contextmanager
    def at_work(self, cast: Cast) -> Iterator[dict[int, int]]:
        """What each had written when this began."""
        cases = [arrived(who) for who in (cast.ana, cast.ben, cast.zoe, cast.claire)]
        stop = threading.Event()

        def write(case: Case) -> None:
            with writing():
                while not stop.is_set():
                    begun = time.perf_counter()
                    take_step(case, "note", by=cast.salome, raw={"note": "Un mot"}, key=None)
                    self.times.append(time.perf_counter() - begun)
                    self.written[case.id] += 1

        with ThreadPoolExecutor(4) as pool:
            turns = [pool.submit(write, case) for case in cases]
            while len(self.written) < 4:
                stop.wait(0.01)
            try:
                yield dict(self.written)
            finally:
                stop.set()
            assert [one.result() for one in turns] == [None] * 4


def come_back(backup: Path, keys: tuple[Path, Path], there: Path) -> Path:
    """A backup opened, as a database file that was checked."""
    there.write_bytes(backups.open_backup(backup, keys[1]))
    backups.check(there)
    return there


@pytest.mark.trust("T19")
def test_four_writers_do_not_spoil_it(cast: Cast, keys: tuple[Path, Path], tmp_path: Path) -> None:
    """What was acknowledged before it is in it, whole."""
    with Writers().at_work(cast) as known:
        taken = backups.take(tmp_path / "elsewhere", keys[0])
    there = come_back(taken, keys, tmp_path / "taken.db")
    assert all(notes_in(there, case) >= known[case] for case in known)


@pytest.mark.control("T19")
def test_control_a_plain_copy_of_the_file_lacks_some(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    with Writers().at_work(cast) as known:
        copied = Path(shutil.copy(settings.database_url.removeprefix("sqlite:///"), tmp_path / "copied.db"))
    assert any(notes_in(copied, case) < known[case] for case in known)


@pytest.mark.heavy
@pytest.mark.trust("T19")
def test_while_it_is_taken_whoever_writes_hardly_waits(cast: Cast, keys: tuple[Path, Path], tmp_path: Path) -> None:
    """Of a house of two thousand dossiers: the 99th percentile of a write stays under a tenth of a second."""
    load.fill(2_000)
    writers = Writers()
    with writers.at_work(cast) as known:
        writers.times.clear()
        taken = backups.take(tmp_path / "elsewhere", keys[0])
        times = list(writers.times)
    there = come_back(taken, keys, tmp_path / "taken.db")
    assert all(notes_in(there, case) >= known[case] for case in known)
    assert len(times) > 20 and statistics.quantiles(times, n=100)[-1] < 0.1


@pytest.mark.trust("T25")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_on_postgresql_a_dump_of_four_writers_comes_back_whole(
        cast: Cast, settings: Settings, postgres_server: postgres.Server, tmp_path: Path) -> None:
    """As the guide says: `pg_dump`, `pg_restore`, then `intake verify`."""
    file, programs = tmp_path / "house.dump", postgres.binaries()
    with Writers().at_work(cast) as known:
        subprocess.run([programs / "pg_dump", "-Fc", "-f", file, settings.database_url], check=True)
    name = postgres_server.create()
    there = postgres_server.url(name)
    subprocess.run([programs / "pg_restore", "-d", there, file], check=True, capture_output=True)
    with opened(replace(settings, database_url=there)):
        assert list(history.verify()) == []
        kept = Counter(case for (case,) in Event.select(Event.case).where(Event.step == "note").tuples())
        assert all(kept[case] >= known[case] for case in known)


def notes_in(database: Path, case: int) -> int:
    """How many notes of a case are in a file, and nothing beside it."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)) as there:
        try:
            return int(there.execute("SELECT COUNT(*) FROM event WHERE case_id = ? AND step = 'note'", (case,)).fetchone()[0])
        except sqlite3.DatabaseError:
            return 0


@pytest.mark.trust("T13")
def test_nobody_reads_it_without_the_key(taken: Path, keys: tuple[Path, Path], tmp_path: Path, elsewhere: Settings) -> None:
    assert MARK not in taken.read_bytes()
    assert b"SQLite format" not in taken.read_bytes()
    stranger = tmp_path / "stranger.pem"
    stranger.write_bytes(ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(backups.NoBackup, match="does not open"):
        backups.unpack(taken, stranger, tmp_path / "other" / "parcours.db")


def test_it_is_never_laid_over_a_house(taken: Path, keys: tuple[Path, Path], settings: Settings) -> None:
    with pytest.raises(backups.NoBackup, match="empty place"):
        backups.unpack(taken, keys[1], Path(settings.database_url.removeprefix("sqlite:///")))


def test_a_copy_whose_chain_is_cut_is_refused(taken: Path, keys: tuple[Path, Path], tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(backups.open_backup(taken, keys[1]))
    backups.check(copy)
    with sqlite3.connect(copy) as database:
        database.execute("DROP TRIGGER event_is_not_removed")
        database.execute("PRAGMA foreign_keys=OFF")
        database.execute("DELETE FROM answers WHERE event_id = (SELECT MAX(id) FROM event)")
        database.execute("DELETE FROM letter")
        database.execute("DELETE FROM event WHERE id = (SELECT MAX(id) FROM event WHERE dossier_id IS NOT NULL)")
    database.close()
    with pytest.raises(backups.NoBackup, match=r"does not reach its head|points nowhere"):
        backups.check(copy)


@pytest.mark.parametrize("replayed", [
    pytest.param(True, id="replayed", marks=pytest.mark.trust("T18")),
    pytest.param(False, id="the control: tombstones left out", marks=pytest.mark.control("T18"))])
def test_an_erased_person_does_not_return(
        taken: Path, keys: tuple[Path, Path], elsewhere: Settings, cast: Cast, replayed: bool) -> None:
    erasures.erase_person(cast.ana, cast.ada, "admin")
    backups.tell_tombstones(taken.parent)
    uid = cast.ana.uid
    with back(taken, keys[1], elsewhere):  # type: ignore[attr-defined]
        if replayed:
            backups.come_back(taken.parent / backups.TOMBSTONES)
        name = Person.get(Person.uid == uid).last_name
        assert (name, Piece.select().count()) == (("", 0) if replayed else ("Moreau", 1))
        assert list(history.verify()) == []


def test_sign_ins_end_and_letters_wait_for_a_person(taken: Path, keys: tuple[Path, Path], elsewhere: Settings) -> None:
    waiting = Letter.select().where(Letter.status == "waiting").count()
    assert waiting
    with back(taken, keys[1], elsewhere):  # type: ignore[attr-defined]
        assert backups.come_back(taken.parent / backups.TOMBSTONES) == (0, waiting)
        assert not Session.select().where(Session.revoked_at.is_null()).exists()
        assert {letter.status for letter in Letter.select()} == {"failed"}


def test_seven_days_and_four_weeks_stay(taken: Path) -> None:
    for day in range(1, 29):
        for hour in ("06", "18"):
            (taken.parent / f"parcours-202702{day:02d}T{hour}0000Z.backup").write_bytes(b"x")
    for old in list(backups.too_old(taken.parent)):
        old.unlink()
    left = sorted(one.name[9:17] for one in taken.parent.glob("*.backup"))
    assert left == ["20270214", "20270221", "20270223", "20270224", "20270225", "20270226", "20270227", "20270228", "20270301"]


# At rest, and rotation -----------------------------------------------------------------------------------------------


@pytest.mark.trust("T13")
def test_what_is_sealed_is_read_nowhere_on_disk(taken: Path, tmp_path: Path) -> None:
    assert holding_the_mark(tmp_path) == []


@pytest.mark.control("T13")
def test_control_one_field_in_clear_is_found_on_disk(taken: Path, cast: Cast, tmp_path: Path) -> None:
    Person.update(usual_name=MARK.decode()).where(Person.id == cast.ana.id).execute()
    assert holding_the_mark(tmp_path) != []


def holding_the_mark(folder: Path) -> list[str]:
    """The files in which the words that were sealed can be read."""
    db.execute_sql("PRAGMA wal_checkpoint(PASSIVE)")
    return [file.name for file in folder.rglob("*") if file.is_file() and MARK in file.read_bytes()]


@pytest.mark.trust("T13")
def test_a_sealed_text_moved_to_another_row_is_refused(taken: Path, cast: Cast) -> None:
    mine = Piece.get()
    theirs = pieces.add(mine.dossier, title="x", filename="x", media_type="application/pdf", content=b"x", by=cast.ana, now=NOW)
    Piece.update(content=mine.content).where(Piece.id == theirs.id).execute()
    with pytest.raises(sealed.WrongKey, match="another row"):
        pieces.content_of(Piece.get_by_id(theirs.id))


@pytest.mark.trust("T13")
def test_a_rotation_turns_everything_once_and_retires_the_old_key(taken: Path, settings: Settings) -> None:
    """The certificates that seal signed documents turn with it: they lie outside the database, under the same keys."""
    old = settings.key_file.read_bytes()
    certificates = {seal_keys.make("Optéos", NOW).fingerprint, *seal_keys.trusted()}
    settings.key_file.write_bytes(Fernet.generate_key() + b"\n" + old)
    sealed.load_keys(settings.key_file)
    assert health.rotate() >= 1 and seal_keys.renew() == len(certificates)
    assert health.rotate() == seal_keys.renew() == 0, "begun again, nothing is left to turn"
    settings.key_file.write_bytes(settings.key_file.read_bytes().splitlines()[0])
    sealed.load_keys(settings.key_file)
    assert pieces.content_of(Piece.get()) == MARK
    assert seal_keys.trusted() == certificates and seal_keys.newest().key.private_numbers()
    assert (settings.key_file.with_name("keys.seal").stat().st_mode & 0o777) == 0o600


@pytest.mark.heavy
@pytest.mark.trust("T13")
def test_a_rotation_under_load_loses_nothing(taken: Path, cast: Cast, settings: Settings) -> None:
    """Documents come and change while everything is sealed again; the old key retired, each is read as it was last written."""
    dossier, said, stop = Dossier.get(Dossier.person == cast.ana), dict[str, bytes](), threading.Event()

    def write(number: int, content: bytes) -> None:
        made = pieces.sealed_piece(dossier, title="piece", filename="x.pdf", media_type="application/pdf", content=content,
                                   by=cast.ana, now=NOW, uid=f"{number:022}")
        with write_transaction():
            if made.uid in said:
                Piece.update(content=made.content).where(Piece.uid == made.uid).execute()
            else:
                made.save(force_insert=True)
        said[made.uid] = content

    def keep_writing() -> None:
        with writing():
            for turn in count():
                write(turn % 400, f"tour {turn}".encode())
                if stop.is_set():
                    return

    for number in range(300):
        write(number, b"avant")
    old = settings.key_file.read_bytes()
    settings.key_file.write_bytes(Fernet.generate_key() + b"\n" + old)
    writer = threading.Thread(target=keep_writing)
    writer.start()
    sealed.load_keys(settings.key_file)
    assert health.rotate() >= 100
    stop.set()
    writer.join()
    while health.rotate():
        pass
    settings.key_file.write_bytes(settings.key_file.read_bytes().splitlines()[0])
    sealed.load_keys(settings.key_file)
    assert {uid: pieces.content_of(Piece.get(Piece.uid == uid)) for uid in said} == said


def test_without_the_rotation_of_its_certificates_a_house_seals_nothing(taken: Path, settings: Settings) -> None:
    """The control: the old key retired too early."""
    seal_keys.make("Optéos", NOW)
    settings.key_file.write_bytes(Fernet.generate_key() + b"\n")
    sealed.load_keys(settings.key_file)
    seal_keys.use(settings.key_file, create=False)
    with pytest.raises(sealed.WrongKey):
        seal_keys.newest()
