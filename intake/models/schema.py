"""The schema: made by numbered migrations, compared with the tables, up to date or not."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from peewee import SchemaManager, sort_models
from playhouse.migrations import Runner

import intake.models
from intake.models import places
from intake.models.base import Model, db, db_is_postgres, write_transaction
from intake.models.connection import POSTGRES_SETTINGS, Postgres, Sqlite
from intake.models.guards import GUARDS
from intake.models.people import Antenna
from intake.models.settings import settings_on
from workflows.calendar import paris_day

MIGRATIONS = Path(__file__).parents[2] / "migrations"


class BrokenSchema(Exception):
    """A migration left rows that point nowhere; it was not kept."""


def all_tables() -> list[type[Model]]:
    """Every table, those referred to before those that refer to them."""
    for module in pkgutil.iter_modules(intake.models.__path__):
        importlib.import_module(f"intake.models.{module.name}")
    ours = (model for model in _leaves(Model) if model.__module__.startswith("intake.models."))
    return list(sort_models(sorted(ours, key=lambda model: str(model._meta.table_name))))


def _leaves(model: type[Model]) -> Iterator[type[Model]]:
    """Models that are tables: those from which no other is made."""
    for below in model.__subclasses__():
        yield from _leaves(below) if below.__subclasses__() else (below,)


# Migrations ----------------------------------------------------------------------------------------------------------


def upgrade(target: str | None = None) -> list[str]:
    """Apply the migrations that are owed, in order, each in one transaction; the names applied."""
    with _unhurried():
        return list(_runner().up(target))


def downgrade(target: str | None = None) -> list[str]:
    """Revert the latest migration, or all of them back through `target`; the names reverted."""
    with _unhurried():
        return list(_runner().down(target))


def status() -> list[tuple[str, datetime | None]]:
    """Each migration and when it was applied; None while it is owed."""
    return [(one.name, one.applied) for one in _runner().status()]


def begun() -> bool:
    """Whether the tables of some release are there."""
    return bool(db.table_exists("case"))


def at_head() -> bool:
    """Whether the database is what this release needs: none owed, none unknown."""
    return all(one.applied and one.path for one in _runner().status())


def _runner() -> Runner:
    return Runner(db.obj, str(MIGRATIONS))


@contextmanager
def _unhurried() -> Iterator[None]:
    """Let a statement last, as rewriting a large table does."""
    if not db_is_postgres():
        yield
        return
    db.execute_sql("SET statement_timeout = 0")
    try:
        yield
    finally:
        db.execute_sql(f"SET statement_timeout = '{POSTGRES_SETTINGS['statement_timeout']}'")


# From the tables -----------------------------------------------------------------------------------------------------


def statements(dialect: str) -> Iterator[str]:
    """What makes every table, index and guard as the models declare them, on `sqlite` or `postgresql`."""
    database: Any = Sqlite("x") if dialect == "sqlite" else Postgres("x", prefer_psycopg3=True)
    for table in all_tables():
        manager = SchemaManager(table, database)
        for made in (manager._create_table(safe=False), *manager._create_indexes(safe=False)):
            statement, values = made.query()
            assert not values, statement  # noqa: S101
            yield statement
    for guard in GUARDS:
        yield from guard.sqlite if dialect == "sqlite" else guard.postgres


def describe() -> list[str]:
    """The schema in hand, line by line and sorted: two databases with the same lines are made alike."""
    return sorted(f"{kind} {table}.{name}: {' '.join(text.split())}" for kind, table, name, text in (
        db.execute_sql(POSTGRES_SCHEMA if db_is_postgres() else SQLITE_SCHEMA).fetchall()))


SQLITE_SCHEMA = """
    SELECT type, tbl_name, name, coalesce(sql, '') FROM sqlite_master
    WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~' AND tbl_name <> 'schema_migration'"""
POSTGRES_SCHEMA = """
    SELECT 'column', table_name::text, column_name::text, concat_ws(' ', data_type, character_maximum_length,
           is_nullable, column_default)
    FROM information_schema.columns WHERE table_schema = current_schema() AND table_name <> 'schema_migration'
    UNION ALL
    SELECT 'index', tablename::text, indexname::text, indexdef FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename <> 'schema_migration'
    UNION ALL
    SELECT 'constraint', conrelid::regclass::text, conname::text, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = current_schema()::regnamespace AND conrelid::regclass::text <> 'schema_migration'
    UNION ALL
    SELECT 'trigger', tgrelid::regclass::text, tgname::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT 'function', '', proname::text, pg_get_functiondef(oid) FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace"""


# A house that begins -------------------------------------------------------------------------------------------------


def create(now: datetime) -> None:
    """The schema at head, and what every house begins with: its main antenna and the places of the months ahead."""
    upgrade()
    today = paris_day(now)
    with write_transaction():
        principale, _ = Antenna.get_or_create(code="principale", defaults={"name": "Principale"})
        asked = settings_on(today, principale)
        places.open_ahead(principale, asked["places.horizon"], asked["places.per_month"], today)
