"""A step that PostgreSQL gives up for a conflict is taken again, five times at most, then refused as busy."""

from typing import Any

import pytest

from intake.cases import take_step
from intake.models.base import DatabaseBusy, db
from intake.models.dossiers import Case, Event
from tests.cases.test_admission import arrived
from tests.cast import Cast

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def case(database: Any, cast: Cast) -> Case:
    """Ana's admission, in a database that will cross the transactions counted in `crossings`."""
    found = arrived(cast.ana)
    db.execute_sql("CREATE SEQUENCE crossings")
    return found


def cross(times: int) -> None:
    """The next event is refused so many times, as for a deadlock; a sequence keeps count through rollbacks."""
    db.execute_sql(
        "CREATE FUNCTION cross_now() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF nextval('crossings') <= {times} THEN RAISE EXCEPTION 'crossed' USING ERRCODE = 'deadlock_detected'; END IF;"
        " RETURN NEW; END $$")
    db.execute_sql("CREATE TRIGGER cross_now BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION cross_now()")


def skip_meeting(case: Case, by: Any) -> Event:
    """The circle's step."""
    return take_step(case, "skip_meeting", by=by, raw={"reason": "Déjà reçue"}, key="once", seen_version=case.version)


def test_a_step_crossed_five_times_is_taken_once(case: Case, cast: Cast) -> None:
    cross(5)
    skip_meeting(case, cast.claire)

    assert Event.select().where(Event.case == case, Event.step == "skip_meeting").count() == 1
    assert Case.get_by_id(case.id).state == "draft"


def test_a_step_crossed_for_ever_writes_nothing(case: Case, cast: Cast) -> None:
    cross(6)
    with pytest.raises(DatabaseBusy):
        skip_meeting(case, cast.claire)

    assert Event.select().where(Event.case == case, Event.step == "skip_meeting").count() == 0
    assert Case.get_by_id(case.id).state == "contact"
