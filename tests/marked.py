"""Somebody whose every column, in every table, says so: what is handed over or erased can then be searched for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import peewee

from intake.models.base import DayField, InstantField, JSONField, Model, SealedField, db, db_is_postgres
from intake.models.dossiers import Answers, Case, Dossier, Event
from intake.models.people import Person
from intake.models.schema import all_tables
from intake.models.sealed import seal
from intake.models.tags import SEALED_FOR, TABLES, belonging, place_of
from tests.conftest import NOW

MARK = "Mirabelle"


def mark(table: str, column: str) -> str:
    """The word of one column."""
    return f"{MARK}-{table}-{column}"


def fill(person: Person, case: Case, event: Event, others: dict[type[Model], Any]) -> None:
    """Give every table a row of this person, and every personal column its word. `others` are rows of the house."""
    known: dict[type[Model], Any] = {Person: person, Dossier: case.dossier, Case: case, Event: event, **others}
    for model in all_tables():
        kept = TABLES[model._meta.table_name]
        if not kept.owner:
            continue
        row = known.get(model) or _mine(model, person)
        if row is None:
            row = model.create(**{field.name: value for field in model._meta.sorted_fields
                                  if (value := _first_value(model, field, known)) is not None})
        known[model] = row
        _say(model, row)


def words(*kinds: str) -> Iterator[str]:
    """The word of every column of these kinds, of every table that is somebody's."""
    for model in all_tables():
        kept = TABLES[model._meta.table_name]
        if kept.owner:
            for name in kept.columns(*kinds):
                if _takes_words(model._meta.fields[name]):
                    yield mark(model._meta.table_name, name)


def found_in_the_database() -> list[str]:
    """Where the mark stands in clear, or in what the key opens."""
    from intake.models import sealed

    said = []
    for model in all_tables():
        for row in model.select().tuples():
            for field, value in zip(model._meta.sorted_fields, row, strict=True):
                content = bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
                if content.startswith(b"gAAAA"):
                    assert sealed._keys is not None
                    content = sealed._keys.decrypt(content)
                if MARK.encode() in content:
                    said.append(f"{model._meta.table_name}.{field.name}")
    return said


def found_on_disk(file: str) -> list[str]:
    """Files of the database where the mark stands in clear: the file itself, its log."""
    if db_is_postgres():
        return []
    db.execute_sql("PRAGMA wal_checkpoint(PASSIVE)")
    from pathlib import Path

    return [path.name for path in Path(file).parent.glob(Path(file).name + "*") if MARK.encode() in path.read_bytes()]


def _mine(model: type[Model], person: Person) -> Any:
    paths = TABLES[model._meta.table_name].owner
    return next((row for path in paths for row in model.select().where(belonging(model, path, person.id)).limit(1)), None)


def _say(model: type[Model], row: Any) -> None:
    table = model._meta.table_name
    kept, change = TABLES[table], {}
    for name in kept.columns("personal", "sealed", "hidden"):
        field = model._meta.fields[name]
        if isinstance(field, SealedField):
            if name in kept.sealed.split():
                place = place_of(table, name)
                change[name] = seal(place, SEALED_FOR[place](row), json.dumps({"mot": mark(table, name)}))
        elif isinstance(field, JSONField):
            change[name] = {"mot": mark(table, name)}
        elif _takes_words(field) and not (model is Answers and name in ("salt", "posted")):
            change[name] = mark(table, name) + ("@exemple.fr" if name in ("email", "address") else "")
    if "id" not in model._meta.fields:
        return
    if model.__name__ == "Paper":
        model.delete().where(model.id == row.id).execute()
        model.insert({**row.__data__, **change, "content": mark(table, "content").encode()}).execute()
    elif change:
        model.update(**change).where(model.id == row.id).execute()
    if model is Answers:
        model.update(salt="").where(model.id == row.id).execute()


def _takes_words(field: Any) -> bool:
    return isinstance(field, (peewee.TextField, peewee.CharField, peewee.BlobField))


def _first_value(model: type[Model], field: Any, known: dict[type[Model], Any]) -> Any:
    """Something a new row may begin with."""
    if isinstance(field, peewee.ForeignKeyField):
        leads = {path.partition(".")[0] for path in TABLES[model._meta.table_name].owner}
        return known.get(field.rel_model) if field.name in leads or not field.null else None
    if isinstance(field, peewee.AutoField) or field.default is not None:
        return None
    if isinstance(field, InstantField):
        return None if field.null else NOW
    if isinstance(field, DayField):
        return None if field.null else date(2027, 3, 1)
    if isinstance(field, SealedField):
        return None if field.null else seal("x", "x", "x")
    if isinstance(field, (peewee.IntegerField, peewee.BigIntegerField)):
        return 1
    if field.null:
        return None
    if field.name in TABLES[model._meta.table_name].columns("personal", "hidden"):
        return mark(model._meta.table_name, field.name)
    return _allowed(field) or f"{model.__name__}-{field.name}"[:22]


def _allowed(field: Any) -> str:
    """The first word that a constraint of the column accepts; of five letters where it asks for an hour."""
    said = " ".join(str(one.sql) for one in field.constraints or ())
    found = re.search(rf"{field.name} IN \('([^']+)'", said)
    return found[1] if found else "10:00" if "length" in said else ""
