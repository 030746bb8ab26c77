"""« Emporter mes données »: everything the tags hand over, as open JSON, pieces as files, and a page to read (TRUST 4.13)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from flask import render_template

import workflows
from intake import history, moment
from intake.answers_read import readable_answers
from intake.language import ENGLISH, FRENCH, speaking
from intake.models import pieces, privacy, signatures
from intake.models.base import InstantField, Model, SealedField
from intake.models.dossiers import Case, Dossier, Event
from intake.models.letters import Letter
from intake.models.people import Person
from intake.models.schema import all_tables
from intake.models.sealed import unseal
from intake.models.tags import SEALED_FOR, TABLES, belonging, place_of
from workflows import roles

FORMAT = "parcours-export/1"
EVERYONE = frozenset({roles.person, *roles.team, roles.hr, roles.accounts, roles.peer})
"""A person’s right of access covers what each role reads of them."""
FILES = frozenset({("piece", "content"), ("paper", "content"), ("sealed_paper", "content")})
"""Handed over as files of the zip; the JSON says their path."""
READ_ME = {FRENCH: "lisez-moi.html", ENGLISH: "read-me.html"}
"""The page to read, in its reader’s language."""


def make_owed() -> int:
    """Make the copies that are asked for; how many."""
    made = 0
    for asked in privacy.owed():
        privacy.keep(asked, zipped(asked.person))
        made += 1
    return made


def zipped(person: Person) -> bytes:
    """The whole copy: `donnees.json`, its schema, the page to read, the files."""
    kept, out = collected(person), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("donnees.json", json.dumps(kept, ensure_ascii=False, indent=1))
        folder.writestr("schema.json", json.dumps(schema(), ensure_ascii=False, indent=1))
        with speaking(person.language):
            folder.writestr(READ_ME[person.language], render_template(
                "export.html", person=person, made_at=moment.now(), spoken=person.language,
                dossiers=[_to_read(one) for one in rows_of(Dossier, person)]))
        for path, content in files_of(person):
            folder.writestr(path, content)
    return out.getvalue()


def collected(person: Person) -> dict[str, Any]:
    """Every row that is theirs, table by table, as JSON keeps it."""
    tables = {model._meta.table_name: [as_json(model, row) for row in rows_of(model, person)]
              for model in all_tables() if is_handed_over(model)}
    return {"format": FORMAT, "made_at": moment.now().isoformat(), "person": person.uid,
            "tables": {name: rows for name, rows in tables.items() if rows}}


def is_handed_over(model: type[Model]) -> bool:
    """Whether a table holds something of somebody that is theirs to take away."""
    kept = TABLES[model._meta.table_name]
    return bool(kept.owner and kept.handed_over)


def rows_of(model: type[Model], person: Person) -> list[Any]:
    """The rows of a table that are somebody's, each once."""
    mine = reduce(or_, (belonging(model, path, person.id) for path in TABLES[model._meta.table_name].owner))
    return list(model.select().where(mine).order_by(*model._meta.get_primary_keys()))


def as_json(model: type[Model], row: Any) -> dict[str, Any]:
    """What is handed over of one row, sealed columns opened."""
    table = model._meta.table_name
    said: dict[str, Any] = {}
    for name in TABLES[table].handed_over:
        if (table, name) in FILES:
            said["file"] = path_of(table, row)
        else:
            said[name] = _plain(_opened(table, model._meta.fields[name], row))
    return said


def _opened(table: str, field: Any, row: Any) -> Any:
    value = getattr(row, field.object_id_name if hasattr(field, "rel_model") and field.rel_model else field.name)
    if not isinstance(field, SealedField) or not value:
        return value
    if table == "answers":
        return history.unsealed(row)
    place = place_of(table, field.name)
    clear = unseal(place, SEALED_FOR[place](row), value).decode()
    try:
        return json.loads(clear)
    except ValueError:
        return clear


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def path_of(table: str, row: Any) -> str:
    """Where a file lies in the zip; '' for a piece that was removed."""
    if table == "piece":
        return "" if row.removed_at else f"pieces/{row.id}-{row.filename.replace('/', '-')}"
    if table == "sealed_paper":
        return f"contrats/{row.paper_id}-{row.paper.kind}-signe.pdf"
    return f"contrats/{row.id}-{row.kind}.pdf"


def files_of(person: Person) -> Iterator[tuple[str, bytes]]:
    """(path, content) of every file that is theirs."""
    for row in rows_of(pieces.Piece, person):
        if not row.removed_at:
            yield path_of("piece", row), pieces.content_of(row)
    for row in rows_of(pieces.Paper, person):
        yield path_of("paper", row), bytes(row.content)
    for row in rows_of(signatures.SealedPaper, person):
        yield path_of("sealed_paper", row), signatures.content_of(row)


def _to_read(dossier: Dossier) -> dict[str, Any]:
    """A dossier in words: what was answered, written, added, done."""
    cases = {case.id: case for case in Case.select().where(Case.dossier == dossier).order_by(Case.id)}
    written = [(event, rows) for case in cases.values() for event, rows in readable_answers(case, EVERYONE)]
    events = [(event.made_at, done(event, cases[event.case_id]))
              for event in Event.select().where(Event.dossier == dossier).order_by(Event.number)]
    letters = Letter.select().where(Letter.dossier == dossier, Letter.recipient == dossier.person).order_by(Letter.id)
    return {"dossier": dossier, "written": [(event.made_at, done(event, cases[event.case_id]), rows) for event, rows in written],
            "events": events, "letters": list(letters), "pieces": pieces.of(dossier)}


def done(event: Event, case: Case) -> str:
    """What an event was, in the words of its row."""
    rows = workflows.ALL[case.workflow].rows(event.step)
    return next((row.label or row.past for row in rows if row.label or row.past), event.step)


# The schema ----------------------------------------------------------------------------------------------------------


def schema() -> dict[str, Any]:
    """The JSON schema of a copy, from the tags: published, and in every zip."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": FORMAT, "type": "object",
        "required": ["format", "made_at", "person", "tables"],
        "properties": {
            "format": {"const": FORMAT}, "made_at": {"type": "string", "format": "date-time"}, "person": {"type": "string"},
            "tables": {"type": "object", "additionalProperties": False, "properties": {
                model._meta.table_name: _table_schema(model) for model in all_tables()
                if is_handed_over(model)}},
        },
    }


def _table_schema(model: type[Model]) -> dict[str, Any]:
    kept = TABLES[model._meta.table_name]
    columns = {name: _column_schema(model._meta.fields[name]) for name in kept.handed_over
               if (model._meta.table_name, name) not in FILES}
    if any(table == model._meta.table_name for table, _ in FILES):
        columns["file"] = {"type": "string", "description": "path in the zip; empty once removed"}
    return {"type": "array", "description": kept.purpose, "items": {
        "type": "object", "additionalProperties": False, "required": list(columns), "properties": columns}}


def _column_schema(field: Any) -> dict[str, Any]:
    kind = type(field).__name__
    if isinstance(field, InstantField):
        found: dict[str, Any] = {"type": ["string", "null"], "format": "date-time"}
    elif kind == "DayField":
        found = {"type": ["string", "null"], "format": "date"}
    elif kind in ("JSONField", "SealedField"):
        found = {}
    elif kind == "BooleanField":
        found = {"type": ["boolean", "null"]}
    elif kind in ("IntegerField", "BigIntegerField", "ForeignKeyField"):
        found = {"type": ["integer", "null"]}
    else:
        found = {"type": ["string", "null"]}
    return found
