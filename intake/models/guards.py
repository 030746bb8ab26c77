"""What the database itself refuses, whoever writes: triggers, in the words of each database (TRUST 2.16, 2.19)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from intake.models.base import db, db_is_postgres

REFUSED = "integrity_constraint_violation"
"""What PostgreSQL calls it, so that both databases raise peewee's IntegrityError."""


@dataclass(frozen=True)
class Trigger:
    """One refusal of a table. `sqlite` and `postgres` are complete statements, in the order they run."""

    name: str
    sqlite: tuple[str, ...]
    postgres: tuple[str, ...]

    def install(self) -> None:
        """Put it on the database in hand."""
        for statement in self.postgres if db_is_postgres() else self.sqlite:
            db.execute_sql(statement)

    def remove(self) -> None:
        """Take it off; harmless where it is not."""
        db.execute_sql(f"DROP FUNCTION IF EXISTS {self.name}() CASCADE" if db_is_postgres()
                       else f"DROP TRIGGER IF EXISTS {self.name}")


def refuses(name: str, table: str, act: str, sentence: str, unless: str = "", level: str = "ROW") -> Trigger:
    """The refusal of an act (`UPDATE`, `DELETE`, `UPDATE OF state`…), always, or where `unless` (SQL, NEW, OLD) fails."""
    check = f"IF NOT coalesce({unless}, false) THEN {{raised}} END IF;" if unless else "{raised}"
    raised = f"RAISE EXCEPTION '{sentence}' USING ERRCODE = '{REFUSED}';"
    kept = "OLD" if act == "DELETE" else "NEW"
    when = f" WHEN NOT coalesce({unless}, false)" if unless else ""
    return Trigger(
        name,
        sqlite=() if level == "STATEMENT" else (
            f'CREATE TRIGGER {name} BEFORE {act} ON "{table}" FOR EACH ROW{when}\n'
            f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END",),
        postgres=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
            f"BEGIN {check.format(raised=raised)} RETURN {kept}; END $$",
            f'CREATE TRIGGER {name} BEFORE {act} ON "{table}" FOR EACH {level} EXECUTE FUNCTION {name}()',
        ))


LAST_STATE = ('(NEW.state = (SELECT event."after" FROM event WHERE event.case_id = NEW.id'
              " ORDER BY event.id DESC LIMIT 1))")

GUARDS = (
    refuses("event_is_not_changed", "event", "UPDATE", "an event is never changed"),
    refuses("event_is_not_removed", "event", "DELETE", "an event is never removed"),
    refuses("event_is_not_emptied", "event", "TRUNCATE", "events are never removed", level="STATEMENT"),
    refuses("case_begins_nowhere", "case", "INSERT", "a case begins without a state: its first step gives it one",
            unless="(NEW.state = '')"),
    refuses("case_state_is_told", "case", "UPDATE OF state", "the state of a case is what its last event says",
            unless=f"(NEW.state = OLD.state OR {LAST_STATE})"),
    refuses("paper_is_frozen", "paper", "UPDATE OF content, sha256", "a paper is made once and never rewritten"),
)


@contextmanager
def lifted() -> Iterator[None]:
    """Without the guards, for loading in bulk what `intake verify` then checks (the benchmark alone)."""
    for guard in GUARDS:
        guard.remove()
    try:
        yield
    finally:
        for guard in GUARDS:
            guard.install()
