"""The way to the database: what a connection may do, who waits, and how refusals are told."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cysqlite
import peewee
import psycopg
import pytest

from intake.models import base, connection
from intake.models.base import DatabaseBusy, DiskFull, db, reading, retried, write_transaction, writing
from intake.models.people import Antenna

both = pytest.mark.both_databases


@pytest.fixture
def opened(database_url: str) -> Iterator[Any]:
    """The database, named; each test takes its own connections."""
    database = base.connect(database_url)
    yield database
    base.check_in()
    database.close_all()


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run acts at the same time, each in its thread; what each answered or raised."""
    def turn(act: Callable[[], Any]) -> Any:
        with writing():
            return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        turns = [pool.submit(turn, act) for act in acts]
    return [one.exception() or one.result() for one in turns]


@pytest.mark.trust("T2")
@pytest.mark.parametrize(("pragma", "value"), connection.PRAGMAS.items())
def test_every_connection_has_its_pragmas(opened: Any, pragma: str, value: Any) -> None:
    with writing():
        assert str(opened.pragma(pragma)) == str(value)


def test_a_statement_kept_ready_is_not_planned_again_for_other_values(opened: Any) -> None:
    with writing():
        assert opened.connection().db_config(cysqlite.SQLITE_DBCONFIG_ENABLE_QPSG)


@pytest.mark.trust("T2")
def test_a_pragma_that_does_not_take_refuses_the_connection() -> None:
    base.connect("sqlite:///:memory:")
    with pytest.raises(base.UnsafeDatabase, match="journal_mode=wal"):
        base.check_out(writing=True)


@pytest.mark.trust("T2")
@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2)])
def test_a_sqlite_that_may_corrupt_the_file_is_refused(version: tuple[int, ...]) -> None:
    with pytest.raises(base.UnsafeDatabase, match=r"3\.51\.3"):
        connection.refuse_unsafe(version)
    connection.refuse_unsafe((3, 51, 3))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_has_its_limits(opened: Any) -> None:
    with writing():
        for name, wanted in connection.POSTGRES_SETTINGS.items():
            assert opened.execute_sql(f"SHOW {name}").fetchone()[0] == wanted


@both
def test_what_reads_cannot_write(opened: Any) -> None:
    with reading(), pytest.raises(peewee.PeeweeException, match=r"read.?only"):
        Antenna.create(code="roubaix", name="Roubaix")
    with writing():
        assert Antenna.get_or_none(code="roubaix") is None


@both
def test_the_same_connection_reads_then_writes_then_reads(opened: Any) -> None:
    """The setting survives in the pool: it is said at each check-out."""
    for name in ("a", "b", "c"):
        with reading():
            assert Antenna.get_or_none(code=name) is None
        with writing():
            Antenna.create(code=name, name=name)
    with reading(), pytest.raises(peewee.PeeweeException, match=r"read.?only"):
        Antenna.create(code="d", name="d")


@both
def test_reading_inside_writing_gives_the_right_to_write_back(opened: Any) -> None:
    with writing():
        with reading(), pytest.raises(peewee.PeeweeException):
            Antenna.create(code="a", name="a")
        Antenna.create(code="a", name="a")


@both
def test_writing_inside_reading_is_refused(opened: Any) -> None:
    with reading(), pytest.raises(RuntimeError, match=r"TRUST 2\.4"), writing():
        pass


@both
def test_those_who_read_and_those_who_write_share_a_pool(opened: Any) -> None:
    """A connection goes from hand to hand: none writes for who only reads, none refuses who may write."""
    def mixed(who: int) -> None:
        for turn in range(15):
            with reading():
                assert Antenna.get_or_none(code=f"{who}-{turn}") is None
                with reading(), pytest.raises(peewee.PeeweeException, match=r"read.?only"):
                    Antenna.create(code="nobody", name="")
                with pytest.raises(peewee.PeeweeException, match=r"read.?only"):
                    Antenna.create(code="nobody", name="")
            with writing():
                with write_transaction():
                    Antenna.create(code=f"{who}-{turn}", name="")
                with reading(), pytest.raises(peewee.PeeweeException, match=r"read.?only"):
                    Antenna.update(name="read").where(Antenna.code == f"{who}-{turn}").execute()
                with writing(), write_transaction():
                    Antenna.update(name="written").where(Antenna.code == f"{who}-{turn}").execute()

    with ThreadPoolExecutor(6) as pool:
        for one in [pool.submit(mixed, who) for who in range(6)]:
            one.result()
    with reading():
        assert Antenna.select().where(Antenna.name == "written").count() == 90
        assert not Antenna.select().where(Antenna.code == "nobody").exists()


@both
def test_a_connection_nobody_took_is_refused(opened: Any) -> None:
    with pytest.raises(peewee.InterfaceError):
        Antenna.select().count()


@both
def test_a_transaction_that_fails_leaves_nothing(opened: Any) -> None:
    @write_transaction()
    def fail() -> None:
        Antenna.create(code="a", name="a")
        with write_transaction():
            Antenna.create(code="b", name="b")
        raise ZeroDivisionError

    with writing():
        with pytest.raises(ZeroDivisionError):
            fail()
        assert Antenna.select().where(Antenna.code << ["a", "b"]).count() == 0


@both
def test_eight_threads_lose_nothing(opened: Any) -> None:
    """A value read then written in a transaction: on PostgreSQL the row is locked, on SQLite the file is."""
    with writing():
        Antenna.create(code="count", name="0")

    def add_twenty() -> None:
        for _ in range(20):
            with write_transaction():
                query = Antenna.select().where(Antenna.code == "count")
                counted = (query.for_update() if base.db_is_postgres() else query).get()
                counted.name = str(int(counted.name) + 1)
                counted.save()

    assert together(*[add_twenty] * 8) == [None] * 8
    with writing():
        assert Antenna.get(code="count").name == "160"


@pytest.mark.trust("T5")
def test_a_write_that_waits_too_long_is_told_apart(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "WAIT", 0.05)
    begun = threading.Event()

    def keep() -> None:
        with write_transaction():
            begun.set()
            time.sleep(0.4)

    def wait() -> None:
        begun.wait()
        with write_transaction():
            raise AssertionError

    assert isinstance(together(keep, wait)[1], DatabaseBusy)


@pytest.mark.trust("T5")
def test_a_file_locked_by_another_process_is_busy(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another connection, outside the lock of this process, stands for the other process."""
    with writing():
        opened.execute_sql("PRAGMA busy_timeout=20")
        other = connection.cysqlite.Connection(opened.database)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy), write_transaction():
            pass
        other.execute("ROLLBACK")
        other.close()
        with write_transaction():
            Antenna.create(code="a", name="a")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_row_locked_for_too_long_is_busy(opened: Any) -> None:
    with psycopg.connect(opened.database) as other, writing():
        other.execute("SELECT * FROM antenna FOR UPDATE")
        opened.execute_sql("SET lock_timeout = '20ms'")
        with pytest.raises(DatabaseBusy), write_transaction():
            Antenna.update(name="x").execute()


@pytest.mark.trust("T21")
def test_a_full_disk_is_told_apart_and_needs_no_restart(opened: Any) -> None:
    with writing():
        pages = opened.pragma("page_count")
        opened.execute_sql(f"PRAGMA max_page_count={pages + 1}")
        with pytest.raises(DiskFull), write_transaction():
            Antenna.create(code="a", name="x" * 1_000_000)
        opened.execute_sql("PRAGMA max_page_count=1000000")
        with write_transaction():
            Antenna.create(code="a", name="x" * 1_000_000)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_transactions_that_cross_both_end_well(opened: Any) -> None:
    with writing():
        opened.execute_sql("ALTER SYSTEM SET deadlock_timeout = '20ms'")
        opened.execute_sql("SELECT pg_reload_conf()")
        for code in ("a", "b"):
            Antenna.create(code=code, name="0")
    turns = []
    meet = threading.Barrier(2, timeout=5)

    def cross(first: str, second: str) -> Callable[[], None]:
        @retried
        def act() -> None:
            turns.append(first)
            with write_transaction():
                Antenna.update(name=first).where(Antenna.code == first).execute()
                if len(turns) <= 2:
                    meet.wait()
                Antenna.update(name=first).where(Antenna.code == second).execute()
        return act

    try:
        assert together(cross("a", "b"), cross("b", "a")) == [None, None]
    finally:
        with writing():
            opened.execute_sql("ALTER SYSTEM RESET deadlock_timeout")
            opened.execute_sql("SELECT pg_reload_conf()")
    assert len(turns) == 3, "one of the two was begun again"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_transaction_that_always_crosses_ends_in_busy_after_five_retries(opened: Any) -> None:
    turns = []

    @retried
    def act() -> None:
        turns.append(1)
        db.execute_sql("DO $$ BEGIN RAISE EXCEPTION 'crossed' USING ERRCODE = '40P01'; END $$")

    with writing(), pytest.raises(DatabaseBusy):
        act()
    assert len(turns) == 6


def lose_every_connection(opened: Any) -> None:
    """The server ends them, as when it restarts."""
    with psycopg.connect(opened.database, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                      " WHERE pid <> pg_backend_pid() AND datname = current_database()")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_connections_lost_by_the_server_are_replaced(opened: Any) -> None:
    with writing():
        opened.execute_sql("SELECT 1")
    lose_every_connection(opened)
    with reading():
        assert Antenna.select().count() > 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_lost_an_instant_ago_is_busy_once(opened: Any) -> None:
    """It was spoken to within the second, so nobody asks it first whether it is there: one « réessayez », and no restart."""
    with writing():
        opened.execute_sql("SELECT 1")
    lose_every_connection(opened)
    with pytest.raises(DatabaseBusy), writing():
        Antenna.select().count()
    with writing():
        assert Antenna.select().count() > 0


def test_more_at_once_than_connections_is_busy(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "WAIT", 1)
    database = base.connect(database_url, connections=1)
    said = together(*[lambda: time.sleep(1.5)] * 2)
    database.close_all()

    assert sorted(type(one).__name__ for one in said) == ["DatabaseBusy", "NoneType"]


def test_a_path_with_spaces_is_a_file(tmp_path: Path) -> None:
    database = base.connect(f"sqlite:///{tmp_path / 'a house #1.db'}")
    with writing():
        db.execute_sql("CREATE TABLE here (id)")
    database.close_all()

    assert (tmp_path / "a house #1.db").exists()
