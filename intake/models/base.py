"""The database: its connections, its kinds of columns, and the two ways in, reading and writing (TRUST 2.4–2.9)."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import cysqlite
import peewee
from peewee import BigIntegerField, BlobField, CharField, DatabaseProxy, DateField, OperationalError, TextField
from playhouse.cysqlite_ext import PooledCySqliteDatabase
from playhouse.pool import PooledPostgresqlDatabase

SAFE_SQLITE = (3, 51, 3)
"""Older ones can corrupt a WAL database when two connections checkpoint at the same instant."""
PRAGMAS: dict[str, Any] = {
    "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000, "secure_delete": 1,
}
POSTGRES = "-c statement_timeout=5000 -c lock_timeout=3000 -c default_transaction_isolation=read\\ committed"
RETRIES = 5

db: Any = DatabaseProxy()


class DatabaseBusy(Exception):
    """Others held the lock for too long; nothing was written."""


class DiskFull(Exception):
    """No space is left; nothing was written."""


class UnsafeDatabase(Exception):
    """The database cannot be opened safely: SQLite too old, or a setting that did not take."""


class _Sqlite(PooledCySqliteDatabase):  # type: ignore[misc]
    """SQLite whose every new connection reads its settings back."""

    def _add_conn_hooks(self, conn: Any) -> None:
        super()._add_conn_hooks(conn)
        for name, wanted in PRAGMAS.items():
            found = conn.pragma(name)
            if str(found).lower() != str(wanted) and not self.database.startswith(":memory:"):
                raise UnsafeDatabase(f"SQLite did not take {name}={wanted}: it says {found}")


def connect(url: str, connections: int = 32) -> Any:
    """Open the database named by an address: `sqlite:///path` or `postgresql://…`."""
    if url.startswith("postgres"):
        database: Any = PooledPostgresqlDatabase(
            url.replace("postgres://", "postgresql://", 1), max_connections=connections, timeout=10,
            prefer_psycopg3=True, options=POSTGRES)
    else:
        refuse_unsafe(cysqlite.sqlite_version_info)
        path = urlsplit(url).path.removeprefix("/") if url.startswith("sqlite:///") else url
        database = _Sqlite(path, pragmas=PRAGMAS, lock_type="IMMEDIATE", timeout=5, max_connections=connections,
                           rank_functions=False)
    db.initialize(database)
    return database


def refuse_unsafe(version: tuple[int, ...]) -> None:
    """Refuse WAL on a SQLite that may corrupt it."""
    if version < SAFE_SQLITE:
        raise UnsafeDatabase(f"SQLite {'.'.join(map(str, version))} can corrupt a WAL database; 3.51.3 is the oldest safe one")


def db_is_postgres() -> bool:
    """Whether rows are locked one by one (PostgreSQL), or the whole file for one writer (SQLite)."""
    return isinstance(db.obj, peewee.PostgresqlDatabase)


# Ways in -------------------------------------------------------------------------------------------------------------

_one_writer = threading.RLock()
"""In front of SQLite: waiting here is fair, waiting in the driver is not (p99 four times lower)."""


def check_out(*, writing: bool) -> None:
    """A connection for this request, allowed to write or not. The setting is given each time: it survives in the pool."""
    db.connect(reuse_if_open=True)
    if db_is_postgres():
        db.execute_sql(f"SET default_transaction_read_only = {'off' if writing else 'on'}")
    else:
        db.execute_sql(f"PRAGMA query_only = {0 if writing else 1}")


def check_in() -> None:
    """Give the connection back."""
    if not db.is_closed():
        db.close()


@contextmanager
def write_transaction() -> Iterator[None]:
    """All or nothing. Raises DatabaseBusy or DiskFull when the database cannot take it now."""
    with _turn():
        try:
            with db.atomic():
                yield
        except OperationalError as error:
            raise translated(error) from error


@contextmanager
def _turn() -> Iterator[None]:
    if db_is_postgres():
        yield
        return
    if not _one_writer.acquire(timeout=5):
        raise DatabaseBusy
    try:
        yield
    finally:
        _one_writer.release()


def translated(error: OperationalError) -> Exception:
    """A driver's error as one of ours, or itself."""
    said = str(error).lower()
    if "locked" in said or "busy" in said or "lock timeout" in said or "statement timeout" in said:
        return DatabaseBusy(said)
    if "disk" in said or "full" in said or "readonly" in said and "query_only" not in said:
        return DiskFull(said)
    return error


# Kinds of columns ----------------------------------------------------------------------------------------------------


def new_uid() -> str:
    """128 random bits, for addresses."""
    return secrets.token_urlsafe(16)


class Model(peewee.Model):  # type: ignore[misc]
    """A table of Parcours."""

    class Meta:
        database = db
        legacy_table_names = False


class UidField(CharField):  # type: ignore[misc]
    """A random identifier, unique."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 22, "unique": True, "default": new_uid, **options})


class InstantField(BigIntegerField):  # type: ignore[misc]
    """An aware instant, kept as microseconds UTC; a naive one is refused."""

    def db_value(self, value: Any) -> int | None:
        """Microseconds since 1970."""
        if value is None or isinstance(value, int):
            return value
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        delta = value - EPOCH
        return int((delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds)

    def python_value(self, value: Any) -> datetime | None:
        """The instant, UTC."""
        return None if value is None else instant(value)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(micros: int) -> datetime:
    """The instant of a number of microseconds."""
    return datetime.fromtimestamp(micros // 1_000_000, UTC).replace(microsecond=micros % 1_000_000)


class DayField(DateField):  # type: ignore[misc]
    """A day, in Europe/Paris."""

    def python_value(self, value: Any) -> date | None:
        """The day."""
        return date.fromisoformat(value) if isinstance(value, str) else value


class JSONField(TextField):  # type: ignore[misc]
    """A plain value as compact text, the same on both databases."""

    def db_value(self, value: Any) -> str | None:
        """Text."""
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def python_value(self, value: Any) -> Any:
        """The value."""
        return None if value is None else json.loads(value)


class SealedField(BlobField):  # type: ignore[misc]
    """Bytes made by `intake.models.sealed`; unreadable without the key file."""

    def python_value(self, value: Any) -> bytes | None:
        """The sealed bytes."""
        return None if value is None else bytes(value)


__all__ = ["DatabaseBusy", "DayField", "DiskFull", "InstantField", "JSONField", "Model", "SealedField", "UidField",
           "check_in", "check_out", "connect", "db", "db_is_postgres", "instant", "new_uid", "translated",
           "write_transaction"]
