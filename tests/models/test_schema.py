"""The schema: migrations make what the tables declare, and unmake it, on both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from intake.models import base, schema
from tests import postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """An empty database, open for writing."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        server: postgres.Server = request.getfixturevalue("postgres_server")
        url = server.url(server.create())
    database = base.connect(url)
    with base.writing():
        yield database
    database.close_all()


def test_migrations_make_what_the_tables_declare(empty: Any) -> None:
    schema.upgrade()
    migrated = schema.describe()
    schema.downgrade(schema.status()[0][0])
    with empty.atomic():
        for statement in schema.statements("postgresql" if base.db_is_postgres() else "sqlite"):
            empty.execute_sql(statement)

    assert migrated == schema.describe(), "run `python migrations/freeze.py` (0001) or write a migration"
    assert any("event_is_not_changed" in line for line in migrated)


def test_down_leaves_nothing(empty: Any) -> None:
    schema.upgrade()
    schema.downgrade(schema.status()[0][0])

    assert schema.describe() == []
    assert not schema.at_head()


def test_a_database_is_at_head_once_upgraded_and_twice_is_harmless(empty: Any) -> None:
    assert not schema.at_head()
    assert schema.upgrade()
    assert schema.at_head()
    assert schema.upgrade() == []


def test_a_database_made_by_a_later_release_is_not_at_head(empty: Any) -> None:
    schema.upgrade()
    empty.execute_sql("INSERT INTO schema_migration (name, applied) VALUES ('9999_tomorrow', '2031-01-01 00:00:00')")

    assert not schema.at_head()


def test_a_migration_that_fails_leaves_nothing_of_itself(
        empty: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "0001_half.py").write_text(
        "def up(migrator, db):\n    db.execute_sql('CREATE TABLE half (id INTEGER)')\n    db.execute_sql('NONSENSE')\n")
    monkeypatch.setattr(schema, "MIGRATIONS", tmp_path)

    with pytest.raises(Exception, match="NONSENSE"):
        schema.upgrade()

    assert schema.describe() == []
    assert [name for name, applied in schema.status() if applied] == []
