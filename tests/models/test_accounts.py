"""The first people of a house are added from its machine."""

from __future__ import annotations

from typing import Any

import pytest

from intake import history, moment
from intake.models import accounts
from intake.models.actors import grants_of
from intake.models.dossiers import Event
from intake.models.people import Person
from tests.conftest import Clock

pytestmark = pytest.mark.both_databases


def test_someone_is_enrolled_with_a_role(database: Any, clock: Clock) -> None:
    """Name, folded address, role from today on; the house tells it, and its chain holds."""
    ada = accounts.enrol("Ada Nowak", " Ada@Exemple.fr ", ["admin"])
    assert (ada.first_name, ada.last_name, ada.email) == ("Ada", "Nowak", "ada@exemple.fr")
    assert grants_of(ada, moment.today()) == (("admin", None),)
    assert [event.step for event in Event.select().order_by(Event.id)] == ["add_person", "give_role"]
    assert list(history.verify()) == []


def test_enrolled_twice_is_enrolled_once(database: Any, clock: Clock) -> None:
    """Saying it again adds only what was missing."""
    accounts.enrol("Ada Nowak", "ada@exemple.fr", ["admin"])
    ada = accounts.enrol("Quelqu’une d’autre", "ada@exemple.fr", ["admin", "cogerance"])
    assert Person.select().count() == 1 and ada.first_name == "Ada"
    assert sorted(grants_of(ada, moment.today())) == [("admin", None), ("cogerance", None)]
