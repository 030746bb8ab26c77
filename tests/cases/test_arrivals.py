"""Leaving one's details: a new dossier, an open one joined silently, a contract in force told to the circle."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from intake.arrivals import arrive
from intake.cases import new_case, take_step
from intake.facts.admission import antennas
from intake.models import base
from intake.models.dossiers import Case, Dossier
from intake.models.people import Person
from intake.models.tasks import Task
from tests.cast import Cast
from workflows.admission.forms import ContactForm

pytestmark = pytest.mark.both_databases

CONTACT = {"first_name": "Lou", "last_name": "Martin", "email": "lou@exemple.fr", "commune": "Roubaix", "notice": "oui",
           "activity": "Céramiste", "heard": "web", "antenna": "principale", "age": "adult"}


def left(key: str, **other: Any) -> Dossier:
    """Someone leaves their details."""
    raw = {**CONTACT, **other}
    form = ContactForm(MultiDict(raw))
    form.antenna.choices = antennas()
    return arrive(raw, form, by=None, key=key)


def test_an_open_admission_is_joined_whatever_the_case_of_the_address(cast: Cast) -> None:
    first, second = left("a"), left("b", email="LOU@exemple.fr")

    assert first == second
    assert Case.select().where(Case.dossier == first).count() == 1


def test_numbers_follow_each_other(cast: Cast) -> None:
    first, second = left("a"), left("b", email="max@exemple.fr")

    assert (first.number, second.number) == ("OPT-2027-0001", "OPT-2027-0002")


def test_someone_under_contract_is_called_instead(cast: Cast) -> None:
    dossier = left("a")
    case = Case.get(Case.dossier == dossier)

    take_step(case, "withdraw", by=dossier.person, raw={"reason": "x"}, key=None)
    take_step(new_case(dossier, "cape"), "take_over", by=cast.sami, key=None, raw={
        "stage": "trading", "since": "2026-09-01", "first_day": "2026-09-01", "last_day": "2027-08-31", "reason": "x"})

    again, twice = left("b"), left("c")

    assert again == twice == dossier
    assert Dossier.select().count() == 1
    assert [task.role for task in Task.select().where(Task.sentence.startswith("Contact laissé"))] == ["circle"]


def test_the_same_address_at_the_same_instant_opens_one_dossier(cast: Cast) -> None:
    together = Barrier(4)

    def one(key: str) -> Dossier:
        with base.writing():
            together.wait()
            return left(key)

    with ThreadPoolExecutor(4) as crowd:
        dossiers = set(crowd.map(one, ("k1", "k2", "k3", "k4")))

    assert len(dossiers) == 1
    assert Person.select().where(Person.email == "lou@exemple.fr").count() == 1
    assert Dossier.select().count() == 1
