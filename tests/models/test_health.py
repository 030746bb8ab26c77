"""What start-up asks of the database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from intake.models import base, health, sealed
from intake.models.base import db
from intake.models.factors import Factor
from intake.models.people import Person
from intake.models.sealed import seal


@pytest.fixture
def opened(database_url: str, tmp_path: Path) -> Iterator[Any]:
    """The database, open for writing, with keys."""
    database = base.connect(database_url)
    sealed.load_keys(tmp_path / "keys")
    with base.writing():
        yield database
    database.close_all()


@pytest.mark.both_databases
def test_a_sound_house(opened: Any) -> None:
    assert health.damage() == []
    assert health.sealed_by_others() == []


@pytest.mark.trust("T2")
@pytest.mark.both_databases
def test_the_key_of_another_house_is_noticed(opened: Any, tmp_path: Path) -> None:
    ana = Person.create(first_name="Ana", last_name="Moreau", created_at=0)
    Factor.create(person=ana, kind="totp", secret=seal("factor.secret", ana.uid, "JBSWY3DP"), added_at=0)
    assert health.sealed_by_others() == []

    sealed.load_keys(tmp_path / "another")
    assert health.sealed_by_others() == ["factor.secret"]


def test_a_row_that_points_nowhere_is_noticed(opened: Any) -> None:
    db.execute_sql("PRAGMA foreign_keys=0")
    db.execute_sql("INSERT INTO commitment (person_id, signed_on) VALUES (404, '2027-01-01')")

    assert any("person" in line for line in health.damage())


@pytest.mark.trust("T2")
def test_a_torn_file_is_noticed(opened: Any, database_url: str) -> None:
    db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    base.check_in()
    opened.close_all()
    file = Path(database_url.removeprefix("sqlite:///"))
    torn = bytearray(file.read_bytes())
    middle = len(torn) // 2 // 4096 * 4096
    torn[middle:middle + 4096] = b"\xff" * 4096
    file.write_bytes(torn)
    base.check_out(writing=True)

    assert health.damage()


@pytest.mark.trust("T2")
def test_an_unclean_stop_is_noticed_and_a_clean_one_is_not(opened: Any, database_url: str) -> None:
    Person.create(first_name="Ana", last_name="Moreau", created_at=0)
    assert health.stopped_badly(database_url)
    base.check_in()
    opened.close_all()
    assert not health.stopped_badly(database_url)
