"""What every table is made of: its model, its kinds of columns, and the way in, from `connection`."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, date, datetime
from typing import Any

import peewee
from peewee import BigIntegerField, BlobField, CharField, DateField, TextField

from intake.models.connection import (
    DatabaseBusy,
    DiskFull,
    UnsafeDatabase,
    check_in,
    check_out,
    connect,
    db,
    db_is_postgres,
    reading,
    retried,
    retrying,
    write_transaction,
    writing,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_uid() -> str:
    """128 random bits, for addresses (TRUST 2.15)."""
    return secrets.token_urlsafe(16)


class Model(peewee.Model):  # type: ignore[misc]
    """A table of Parcours. Its texts are TextFields: the length of a CharField is refused by PostgreSQL alone."""

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
        return micros(value) if isinstance(value, datetime) else value

    def python_value(self, value: Any) -> datetime | None:
        """The instant, UTC."""
        return None if value is None else instant(value)


def micros(at: datetime) -> int:
    """An instant as microseconds since 1970; raises ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    since = at - EPOCH
    return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds


def instant(micros: int) -> datetime:
    """The instant of a number of microseconds since 1970."""
    return datetime.fromtimestamp(micros // 1_000_000, UTC).replace(microsecond=micros % 1_000_000)


class DayField(DateField):  # type: ignore[misc]
    """A day, in Europe/Paris; an instant is refused, since its day depends on where one stands."""

    def db_value(self, value: Any) -> Any:
        """The day, as its database keeps it."""
        if isinstance(value, datetime):
            raise ValueError("a day, not an instant: paris_day() says which")
        return value.isoformat() if isinstance(value, date) and not db_is_postgres() else value

    def python_value(self, value: Any) -> date | None:
        """The day."""
        return date.fromisoformat(value) if isinstance(value, str) else value


_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class JSONField(TextField):  # type: ignore[misc]
    """A plain value as compact text, the same on both databases."""

    def db_value(self, value: Any) -> str | None:
        """Text."""
        return None if value is None else _compact(value)

    def python_value(self, value: Any) -> Any:
        """The value."""
        return None if value is None else json.loads(value)


class SealedField(BlobField):  # type: ignore[misc]
    """Bytes made by `intake.models.sealed`; unreadable without the key file, and anything else is refused."""

    def db_value(self, value: Any) -> Any:
        """The sealed bytes."""
        if value is not None and not bytes(value).startswith(b"gAAAA"):
            raise ValueError(f"{self.name} takes what seal() made")
        return super().db_value(value)

    def python_value(self, value: Any) -> bytes | None:
        """The sealed bytes."""
        return None if value is None else bytes(value)


__all__ = [
    "EPOCH", "DatabaseBusy", "DayField", "DiskFull", "InstantField", "JSONField", "Model", "SealedField", "UidField",
    "UnsafeDatabase", "check_in", "check_out", "connect", "db", "db_is_postgres", "instant", "micros", "new_uid",
    "reading", "retried", "retrying", "write_transaction", "writing",
]
