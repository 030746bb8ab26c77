"""What the database refuses, whoever writes."""

from typing import Any

import pytest
from peewee import IntegrityError

from intake.models import guards
from intake.models.base import db, db_is_postgres
from intake.models.dossiers import Case, Dossier, Event
from intake.models.people import Antenna
from tests.cast import Cast

pytestmark = pytest.mark.both_databases
AT = 1_800_000_000_000_000


@pytest.fixture
def case(cast: Cast) -> Any:
    """A case with its first event, « open »."""
    antenna = Antenna.get(code="principale")
    dossier = Dossier.create(number="OPT-2027-0001", person=cast.ana, antenna=antenna, opened_at=AT)
    made = Case.create(dossier=dossier, workflow="admission", antenna=antenna)
    tell(made, "new", 1)
    return made


def tell(case: Case, after: str, number: int) -> Event:
    """An event of a case."""
    told: Event = Event.create(dossier=case.dossier, case=case, step="open", after=after, role="clock", made_at=AT,
                               effective_on="2027-03-01", number=number, hash="x")
    return told


@pytest.mark.trust("T14")
def test_an_event_is_never_changed(case: Any) -> None:
    with pytest.raises(IntegrityError, match="never changed"), db.atomic():
        Event.update(step="refuse").execute()


@pytest.mark.trust("T14")
def test_an_event_is_never_removed(case: Any) -> None:
    with pytest.raises(IntegrityError, match="never removed"), db.atomic():
        Event.delete().execute()


@pytest.mark.trust("T14")
def test_events_are_never_emptied(case: Any) -> None:
    if db_is_postgres():
        with pytest.raises(IntegrityError, match="never removed"), db.atomic():
            db.execute_sql("TRUNCATE event CASCADE")
    assert Event.select().count() == 1


@pytest.mark.trust("T14")
def test_an_event_is_not_replaced(case: Any) -> None:
    """SQLite's `INSERT OR REPLACE` removes what it replaces."""
    if not db_is_postgres():
        with pytest.raises(IntegrityError), db.atomic():
            db.execute_sql("INSERT OR REPLACE INTO event SELECT * FROM event")
    assert Event.select().count() == 1


def test_a_case_stands_where_its_last_event_says(case: Any) -> None:
    Case.update(state="new").execute()
    with pytest.raises(IntegrityError, match="last event"), db.atomic():
        Case.update(state="offered").execute()
    tell(case, "offered", 2)
    Case.update(state="offered").execute()
    with pytest.raises(IntegrityError, match="last event"), db.atomic():
        Case.update(state="new").execute()


def test_a_case_without_event_stands_nowhere(case: Any) -> None:
    with pytest.raises(IntegrityError, match="without a state"), db.atomic():
        Case.create(dossier=case.dossier, workflow="cape", antenna=case.antenna, state="signed")
    other = Case.create(dossier=case.dossier, workflow="cape", antenna=case.antenna)
    with pytest.raises(IntegrityError, match="last event"), db.atomic():
        Case.update(state="signed").where(Case.id == other.id).execute()


def test_guards_lifted_come_back(case: Any) -> None:
    with guards.lifted():
        Event.update(subject="loaded in bulk").execute()
    test_an_event_is_never_changed(case)


