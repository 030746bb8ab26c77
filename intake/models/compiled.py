"""Hot statements: a peewee query with named parameters, turned into SQL once per kind of database, then only bound.

    OPEN = compiled(lambda: Case.select(Case.id, Case.state).where(Case.uid == param("uid")))
    OPEN(uid=uid)              # [(12, "waiting")]
    OPEN.one(uid=uid)          # (12, "waiting"), or None

A SELECT answers a list of tuples, an INSERT of one row its id, the rest how many rows they changed. Values go in and
come out as the columns give and take them (instants, days, JSON); rows of other tables are given by their id. Lists of
variable length and conditions that change do not fit: those are for the query builder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import peewee

from intake.models.base import db, db_is_postgres

Convert = Callable[[Any], Any]
PLAIN = {peewee.AutoField, peewee.IntegerField, peewee.BigIntegerField, peewee.TextField, peewee.CharField}
"""Columns whose values pass unchanged, in and out."""


class param(peewee.Node):  # type: ignore[misc]
    """The place of a value given at each call, converted like the column it stands beside (or `field`)."""

    def __init__(self, name: str, field: Any = None) -> None:
        self.name, self.field = name, field

    def __sql__(self, ctx: Any) -> Any:
        convert = self.field.db_value if self.field is not None else ctx.state.converter
        return ctx.value(_Slot(self.name, None if _is_plain(getattr(convert, "__self__", None)) else convert), False)


class _Slot:
    """A named hole among a statement's values."""

    def __init__(self, name: str, convert: Convert | None) -> None:
        self.name, self.convert = name, convert


def for_update(query: Any, *of: type[peewee.Model]) -> Any:
    """A query that also locks its rows, all or those of some tables, where rows are locked one by one.

    Whoever refers to a locked row does not wait: its key is not to change.
    """
    return query.for_update("FOR NO KEY UPDATE", of=of or None) if db_is_postgres() else query


class compiled:
    """A statement, kept as SQL for each kind of database; `build` is called once for each."""

    def __init__(self, build: Callable[[], Any]) -> None:
        self._build = build
        self._kept: dict[bool, _Statement] = {}

    def __call__(self, **values: Any) -> Any:
        """Run it: a list of tuples, the new row's id, or how many rows changed."""
        return self._statement().run(values)

    def one(self, **values: Any) -> Any:
        """The first row of a SELECT, or None."""
        rows = self._statement().run(values)
        return rows[0] if rows else None

    def value(self, **values: Any) -> Any:
        """The first column of the first row of a SELECT, or None."""
        rows = self._statement().run(values)
        return rows[0][0] if rows else None

    @property
    def sql(self) -> str:
        """Its text on the database in hand."""
        return self._statement().sql

    @property
    def values(self) -> list[Any]:
        """What it is run with, in order: a `param` by its name, a value that never changes."""
        made = self._statement()
        names = {index: param(name) for index, name, _ in made.slots}
        return [names.get(index, value) for index, value in enumerate(made.values)]

    def _statement(self) -> _Statement:
        postgres = db_is_postgres()
        kept = self._kept.get(postgres)
        if kept is None:
            kept = self._kept[postgres] = _Statement(self._build())
        return kept


class _Statement:
    """The SQL of a query on one kind of database, and what converts its values."""

    def __init__(self, query: Any) -> None:
        self.makes_a_row = isinstance(query, peewee.Insert) and query._query_type == peewee.Insert.SIMPLE
        if self.makes_a_row and db_is_postgres() and not query._returning:
            query = query.returning(query.model._meta.primary_key)
        _say_columns(query)
        self.sql, values = query.sql()
        self.slots = [(index, slot.name, slot.convert) for index, slot in enumerate(values) if isinstance(slot, _Slot)]
        self.values = [None if isinstance(value, _Slot) else value for value in values]
        selected = query._returning or ()
        self.selects = bool(selected)
        self.conversions = [(index, convert) for index, column in enumerate(selected) if (convert := _reader(column))]

    def run(self, given: Mapping[str, Any]) -> Any:
        values = self.values.copy()
        for index, name, convert in self.slots:
            value = given[name]
            values[index] = value if convert is None else convert(value)
        cursor = db.obj.say(self.sql, values)
        if self.makes_a_row:
            return self._new_id(cursor)
        if not self.selects:
            return cursor.rowcount
        rows = cursor.fetchall()
        return [self._converted(row) for row in rows] if self.conversions else rows

    def _converted(self, row: Any) -> tuple[Any, ...]:
        """A row whose values are those its models would give."""
        values = list(row)
        for index, convert in self.conversions:
            if values[index] is not None:
                values[index] = convert(values[index])
        return tuple(values)

    def _new_id(self, cursor: Any) -> Any:
        """The id of the row just made; None when a conflict was ignored."""
        if self.selects:
            row = cursor.fetchone()
            return row and row[0]
        return cursor.lastrowid if cursor.rowcount else None


def _say_columns(query: Any) -> None:
    """Tell each parameter of an INSERT or UPDATE which column it goes to."""
    for written in (getattr(query, "_insert", None), getattr(query, "_update", None)):
        for column, value in written.items() if isinstance(written, Mapping) else ():
            if isinstance(value, param) and value.field is None and isinstance(column, peewee.Field):
                value.field = column


def _is_plain(field: Any) -> bool:
    while isinstance(field, peewee.ForeignKeyField):
        field = field.rel_field
    return type(field) in PLAIN


def _reader(column: Any) -> Convert | None:
    """What turns a value read into what the model would give."""
    field = column.unwrap() if isinstance(column, peewee.WrappedNode) else column
    return field.python_value if isinstance(field, peewee.Field) and not _is_plain(field) else None


def loaded(model: type[peewee.Model], names: tuple[str, ...], values: Any) -> Any:
    """A row as its model gives it, from values already converted."""
    return made(model, dict(zip(names, values, strict=True)))


def made(model: type[peewee.Model], values: dict[str, Any]) -> Any:
    """A row from all its values, those of other tables by their ids; it has no default and remembers no change."""
    row = model(__no_default__=1)
    row.__data__ = values
    return row


def columns(model: type[peewee.Model]) -> tuple[str, ...]:
    """The names of a table's columns, in order."""
    return tuple(field.name for field in model._meta.sorted_fields)
