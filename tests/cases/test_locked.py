"""What a step that waited for its dossier reads, on PostgreSQL: everything as whoever held it left it; who does not wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from intake import history, moment
from intake.cases import locked, take_step
from intake.models.base import db, write_transaction
from intake.models.dossiers import Case, Dossier
from intake.models.people import Person
from intake.outbox import owe_text
from tests.cases.test_admission import arrived
from tests.cases.test_contracts import taken_over
from tests.cast import Cast, writing

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

Beside = Callable[[Callable[[], Any]], "Future[Any]"]


@pytest.fixture
def case(database: Any, cast: Cast) -> Case:
    """Ana's admission."""
    return Case.get_by_id(arrived(cast.ana).id)  # type: ignore[no-any-return]


@pytest.fixture
def beside() -> Iterator[Beside]:
    """Acts of somebody else, on a connection of their own."""
    def act(what: Callable[[], Any]) -> Any:
        with writing(), write_transaction():
            return what()

    with ThreadPoolExecutor(1) as other:
        yield lambda what: other.submit(act, what)


def waits_for_a_lock(within: float = 3) -> bool:
    """Whether somebody is kept waiting; looked at from outside, until the time is over."""
    with psycopg.connect(db.database, autocommit=True) as outside:
        last = time.monotonic() + within
        while time.monotonic() < last:
            if outside.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                               " AND datname = current_database()").fetchone():
                return True
            time.sleep(0.02)
    return False


def skip_meeting(case: Case, by: Any) -> None:
    take_step(case, "skip_meeting", by=by, raw={"reason": "Déjà reçue"}, key=None)


def test_who_waited_reads_the_case_the_dossier_and_the_person_as_they_were_left(case: Case, cast: Cast, beside: Beside) -> None:
    events = case.dossier.events
    with write_transaction():
        skip_meeting(case, cast.claire)
        Person.update(usual_name="Anouk").where(Person.id == cast.ana.id).execute()
        turn = beside(lambda: locked(case))
        assert waits_for_a_lock()
    found, now = turn.result(), Case.get_by_id(case.id)
    assert (found.state, found.version, found.memory) == ("draft", case.version + 1, now.memory)
    assert (found.dossier.head, found.dossier.events) == (now.dossier.head, now.dossier.events)
    assert found.dossier.events == events + 1
    assert found.dossier.person.usual_name == "Anouk"


def test_a_case_changed_beside_its_dossier_is_read_as_it_was_left(case: Case, beside: Beside) -> None:
    """The clock writes when it looks again at a case, and locks no dossier for that."""
    with write_transaction():
        Case.update(due_at=moment.now()).where(Case.id == case.id).execute()
        turn = beside(lambda: locked(case))
        assert waits_for_a_lock()
    assert turn.result().due_at == moment.now()


def test_two_cases_of_a_dossier_take_their_turn_and_one_chain(case: Case, cast: Cast, beside: Beside) -> None:
    other, events = taken_over(case.dossier, cast.sami), Dossier.get_by_id(case.dossier_id).events
    with write_transaction():
        skip_meeting(case, cast.claire)
        turn = beside(lambda: take_step(other, "note", by=cast.sami, raw={"note": "Appeler"}, key=None))
        assert waits_for_a_lock()
    turn.result()
    assert list(history.verify()) == []
    assert Dossier.get_by_id(case.dossier_id).events == events + 2


def test_a_letter_does_not_wait_for_a_step(case: Case, cast: Cast, beside: Beside) -> None:
    """Whoever writes beside a dossier, and refers to it, goes on while a step holds it."""
    with write_transaction():
        skip_meeting(case, cast.claire)
        beside(lambda: owe_text("message", cast.ana, "Bonjour", "Texte", language="fr", cause="beside", now=moment.now())
               ).result(timeout=2)
        beside(lambda: db.execute_sql("SELECT 1 FROM dossier WHERE id = %s FOR KEY SHARE", (case.dossier_id,))
               ).result(timeout=2)
