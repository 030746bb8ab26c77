"""What start-up and `intake doctor` ask of the database (TRUST 5.1)."""

from __future__ import annotations

from pathlib import Path

import cysqlite

from intake.models.base import SealedField, db, db_is_postgres, write_transaction
from intake.models.schema import all_tables
from intake.models.sealed import opens, renewed


def stopped_badly(url: str) -> bool:
    """Whether a SQLite file was left with writes still to fold in, before anyone opens it: `kill -9`, power cut."""
    log = Path(url.removeprefix("sqlite:///") + "-wal")
    return not url.startswith("postgres") and log.exists() and log.stat().st_size > 0


def damage() -> list[str]:
    """What is broken in the file itself; PostgreSQL looks after its own."""
    if db_is_postgres():
        return []
    try:
        said = [row for (row,) in db.execute_sql("PRAGMA quick_check(10)").fetchall() if row != "ok"]
    except cysqlite.DatabaseCorruptError as torn:
        return [str(torn)]
    return said + [f"{table} row {row} points to a row of {parent} that does not exist"
                   for table, row, parent, _ in db.execute_sql("PRAGMA foreign_key_check").fetchall()[:10]]


def sealed_by_others() -> list[str]:
    """The columns whose latest content no key opens (`table.column`): the key file is not that of this database."""
    found = []
    for table in all_tables():
        for field in table._meta.sorted_fields:
            if isinstance(field, SealedField):
                latest = table.select(field).where(field.is_null(False)).order_by(table.id.desc()).limit(1).tuples()
                found += [f"{table._meta.table_name}.{field.column_name}" for (row,) in latest if not opens(row)]
    return found


BATCH = 100


def rotate() -> int:
    """Seal again under the newest key what older ones sealed, in small batches; begun again, it goes on (TRUST 4.6)."""
    turned = 0
    for table in all_tables():
        for field in table._meta.sorted_fields:
            if not isinstance(field, SealedField) or "id" not in table._meta.fields:
                continue
            last = 0
            while rows := list(table.select(table.id, field).where(table.id > last, field.is_null(False))
                               .order_by(table.id).limit(BATCH).tuples()):
                last = rows[-1][0]
                with write_transaction():
                    for id_, content in rows:
                        fresh = renewed(content)
                        if fresh is not None:
                            turned += table.update(**{field.name: fresh}).where(table.id == id_, field == content).execute()
    return turned
