"""Every table, index and guard of the first release, as frozen in the SQL files beside this one."""

from pathlib import Path
from typing import Any

from peewee import PostgresqlDatabase

HERE = Path(__file__)


def _statements(db: Any) -> list[str]:
    dialect = "postgresql" if isinstance(db, PostgresqlDatabase) else "sqlite"
    return HERE.with_suffix(f".{dialect}.sql").read_text().strip().split(";\n\n")


def up(migrator: Any, db: Any) -> None:
    """Make them."""
    for statement in _statements(db):
        db.execute_sql(statement)


def down(migrator: Any, db: Any) -> None:
    """Remove them, and all they hold."""
    made = [statement.split()[1:3] for statement in reversed(_statements(db))]
    for kind, name in made:
        if kind == "TABLE":
            db.execute_sql(f"DROP TABLE {name}")
        elif kind == "FUNCTION":
            db.execute_sql(f"DROP FUNCTION {name} CASCADE")
        elif kind == "TRIGGER" and not isinstance(db, PostgresqlDatabase):
            db.execute_sql(f"DROP TRIGGER {name}")
