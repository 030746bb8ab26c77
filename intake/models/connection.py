"""The way to the database: safe connections, each opened to read or to write, and transactions (TRUST 2.4–2.9)."""

from __future__ import annotations

import functools
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import cysqlite
import peewee
import psycopg
from peewee import DatabaseProxy
from playhouse.cysqlite_ext import PooledCySqliteDatabase
from playhouse.pool import MaxConnectionsExceeded, _PooledPostgresqlDatabase

SAFE_SQLITE = (3, 51, 3)
"""Older ones can corrupt a WAL database when two connections checkpoint at the same instant."""
WAIT = 5
"""Seconds one waits for its turn to write, or for a connection."""
PRAGMAS: dict[str, Any] = {
    "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": WAIT * 1000, "secure_delete": 1,
    "recursive_triggers": 1, "cache_size": -8_192,
}
STATEMENTS = 500
"""How many a SQLite connection keeps ready: the house has some three hundred, and reading one costs more than running it."""
POSTGRES_SETTINGS = {
    "statement_timeout": "5s", "lock_timeout": "3s", "default_transaction_isolation": "read committed",
    "synchronous_commit": "on",
}
SPOKE = 1.0
"""Seconds after which a PostgreSQL connection is spoken to before it is used: it may have gone meanwhile."""
RETRIES = 5
BUSY = {"55P03", "57014", "53300", "57P01", "57P03", "08000", "08001", "08003", "08006"}
"""PostgreSQL: lock or statement timeout, too many connections, server away."""
FULL = {"53100", "58030"}
CROSSED = {"40001", "40P01"}

P = ParamSpec("P")
R = TypeVar("R")
db: Any = DatabaseProxy()


class DatabaseBusy(Exception):
    """Others kept the database for too long, or it is away; nothing was written."""


class DiskFull(Exception):
    """No space is left, or the disk fails; nothing was written."""


class Crossed(DatabaseBusy):
    """Two transactions waited for each other and PostgreSQL gave this one up; `retried` begins it again."""


class UnsafeDatabase(Exception):
    """The database cannot be opened safely: SQLite too old, or a setting that did not take."""


def _spoken(act: Callable[P, R], *args: P.args, **options: P.kwargs) -> R:
    """What it answers; a driver's error about lock, disk or conflict becomes one of ours."""
    try:
        return act(*args, **options)
    except peewee.PeeweeException as error:
        raise translated(error) from error


def translated(error: peewee.PeeweeException) -> Exception:
    """A driver's error as DatabaseBusy, Crossed or DiskFull, or itself."""
    cause = getattr(error, "orig", error)
    if isinstance(cause, psycopg.Error):
        if cause.sqlstate in CROSSED:
            return Crossed(str(cause))
        if cause.sqlstate in FULL:
            return DiskFull(str(cause))
        away = isinstance(cause, psycopg.OperationalError) and cause.sqlstate is None
        return DatabaseBusy(str(cause)) if away or cause.sqlstate in BUSY else error
    if isinstance(cause, cysqlite.DatabaseLockedError):
        return DatabaseBusy(str(cause))
    if isinstance(cause, cysqlite.DiskFullError) or "disk I/O error" in str(cause):
        return DiskFull(str(cause))
    return error


class _Spoken:
    """A database whose refusals are DatabaseBusy and DiskFull, wherever they come: statement, begin or commit."""

    def execute_sql(self, *args: Any, **options: Any) -> Any:
        return _spoken(super().execute_sql, *args, **options)  # type: ignore[misc]

    def say(self, statement: str, values: Sequence[Any]) -> Any:
        """Run a statement with values as the driver takes them; its cursor."""
        try:
            with peewee.__exception_wrapper__:
                cursor = self.cursor()  # type: ignore[attr-defined]
                cursor.execute(statement, values)
                return cursor
        except peewee.PeeweeException as error:
            raise translated(error) from error

    def begin(self, *args: Any, **options: Any) -> None:
        _spoken(super().begin, *args, **options)  # type: ignore[misc]

    def commit(self) -> None:
        _spoken(super().commit)  # type: ignore[misc]

    def connect(self, *args: Any, **options: Any) -> bool:
        try:
            return bool(_spoken(super().connect, *args, **options))  # type: ignore[misc]
        except MaxConnectionsExceeded as error:
            raise DatabaseBusy("every connection is in use") from error


class Sqlite(_Spoken, PooledCySqliteDatabase):  # type: ignore[misc]
    """SQLite whose every new connection sets its pragmas and reads them back."""

    def _add_conn_hooks(self, conn: Any) -> None:
        super()._add_conn_hooks(conn)
        conn.db_config(cysqlite.SQLITE_DBCONFIG_ENABLE_QPSG, 1)  # else a join is planned again at every use of its statement
        for name, wanted in PRAGMAS.items():
            if str(found := conn.pragma(name)) != str(wanted):
                raise UnsafeDatabase(f"SQLite did not take {name}={wanted}: it says {found}")

    def rollback(self) -> None:
        """Undo the transaction, unless SQLite already has: it does when the disk is full."""
        if self.is_closed() or self.connection().in_transaction:
            super().rollback()

    def allow(self, writing: bool) -> None:
        """Let the connection in hand write, or only read; said only when it changes: it costs every statement kept."""
        conn = self.connection()
        if conn.pragma("query_only") != int(not writing):
            conn.execute_simple(f"PRAGMA query_only={int(not writing)}")


class _Limited(peewee.PostgresqlDatabase):  # type: ignore[misc]
    """PostgreSQL whose every new connection sets its limits and reads them back."""

    def _connect(self) -> Any:
        conn = super()._connect()
        for name, wanted in POSTGRES_SETTINGS.items():
            found = conn.execute("SELECT set_config(%s, %s, false)", (name, wanted)).fetchone()[0]
            if found != wanted:
                raise UnsafeDatabase(f"PostgreSQL did not take {name}={wanted}: it says {found}")
        return conn


class Postgres(_Spoken, _PooledPostgresqlDatabase, _Limited):  # type: ignore[misc]
    """PostgreSQL, its connections kept from one request to the next."""

    def _is_closed(self, conn: Any) -> bool:
        """Only what is known here: `check_out` speaks to the server, and finds out the rest."""
        return bool(conn.closed)

    def allow(self, writing: bool) -> None:
        """Let the connection in hand write, or only read; said when it changes, or when the server has not spoken for a while."""
        conn, now = self.connection(), time.monotonic()
        allowed, said_at = getattr(conn, "allowed", (None, 0.0))
        if allowed == writing and now - said_at < SPOKE:
            return
        with peewee.__exception_wrapper__:
            conn.execute(f"SET default_transaction_read_only = {'off' if writing else 'on'}")
        conn.allowed = writing, now


def connect(url: str, *, connections: int = 32) -> Any:
    """Name the database of this process: `sqlite:///path` or `postgresql://…`. Raises UnsafeDatabase."""
    if db.obj is not None:
        db.close()
        db.close_idle()
    if url.startswith(("postgresql://", "postgres://")):
        database: Any = Postgres(
            url.replace("postgres://", "postgresql://", 1), prefer_psycopg3=True, isolation_level="READ COMMITTED",
            connect_timeout=WAIT, application_name="parcours", max_connections=connections, timeout=WAIT,
            autoconnect=False)
    else:
        refuse_unsafe(cysqlite.sqlite_version_info)
        database = Sqlite(
            url.removeprefix("sqlite:///"), pragmas=PRAGMAS, lock_type="IMMEDIATE", rank_functions=False,
            max_connections=connections, timeout=WAIT, autoconnect=False, cached_statements=STATEMENTS)
    db.initialize(database)
    return database


def refuse_unsafe(version: tuple[int, ...]) -> None:
    """Refuse a SQLite that may corrupt a WAL database."""
    if version < SAFE_SQLITE:
        raise UnsafeDatabase(
            f"SQLite {'.'.join(map(str, version))} can corrupt a WAL database; 3.51.3 is the oldest safe one")


def db_is_postgres() -> bool:
    """Whether rows are locked one by one (PostgreSQL), or the whole file for one writer (SQLite)."""
    return isinstance(db.obj, Postgres)


# Ways in -------------------------------------------------------------------------------------------------------------

_held = threading.local()
_one_writer = threading.RLock()
"""In front of SQLite: waiting here divides p99 by four."""


def check_out(*, writing: bool) -> None:
    """A connection for this request, allowed to write or only to read: said each time, since the pool keeps it."""
    for _ in range(40):
        fresh = db.connect(reuse_if_open=True)
        try:
            db.allow(writing)
        except peewee.PeeweeException as error:
            db.manual_close()
            if not fresh or not isinstance(translated(error), DatabaseBusy):
                raise translated(error) from error
            continue
        _held.writing = writing
        return
    raise DatabaseBusy("the database is away")


def check_in() -> None:
    """Give the connection back."""
    if not db.is_closed():
        db.close()


@contextmanager
def reading() -> Iterator[None]:
    """A connection that cannot write, for as long as this lasts."""
    with _checked_out(writing=False):
        yield


@contextmanager
def writing() -> Iterator[None]:
    """A connection that may write, for as long as this lasts; refused inside `reading()`."""
    with _checked_out(writing=True):
        yield


@contextmanager
def _checked_out(*, writing: bool) -> Iterator[None]:
    nested = not db.is_closed()
    before = nested and getattr(_held, "writing", True)
    if nested and writing and not before:
        raise RuntimeError("writing() inside reading(): a page that reads leaves no trace (TRUST 2.4)")
    check_out(writing=writing)
    try:
        yield
    finally:
        if nested:
            check_out(writing=before)
        else:
            check_in()


# Transactions --------------------------------------------------------------------------------------------------------


@contextmanager
def write_transaction() -> Iterator[None]:
    """All or nothing. Raises DatabaseBusy or DiskFull when the database cannot take it now."""
    if db_is_postgres() or db.in_transaction():
        with db.atomic():
            yield
        return
    if not _one_writer.acquire(timeout=WAIT):
        raise DatabaseBusy("another write lasts too long")
    try:
        with db.transaction():
            yield
    finally:
        _one_writer.release()


def retried(act: Callable[P, R]) -> Callable[P, R]:
    """An act that opens its own transaction, begun again when PostgreSQL gave it up for a conflict: five times at most."""

    @functools.wraps(act)
    def again(*args: P.args, **options: P.kwargs) -> R:
        return retrying(functools.partial(act, *args, **options))

    return again


def retrying(act: Callable[[], R]) -> R:
    """`retried`, at once."""
    if db.in_transaction():
        return act()
    for turn in range(RETRIES):
        try:
            return act()
        except Crossed:
            time.sleep(random.uniform(0.5, 1) * 0.01 * 2 ** turn)  # noqa: S311
    return act()
