"""Many people in the same place, each brought there by real steps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from intake import moment
from intake.cases import new_case, take_step
from intake.models import places
from intake.models.dossiers import Case, Dossier, read_case
from intake.models.people import Person
from tests.cast import Cast, principale

FIRST = date(2027, 1, 4)
"""Since when the first of them waits."""


def waiting(cast: Cast, number: int, name: str = "Attente") -> list[Case]:
    """So many people in the waiting list, in the order of the list."""
    return [taken_over(cast, f"{name} {n}", FIRST + timedelta(days=n % 50)) for n in range(number)]


def someone(name: str) -> Person:
    """A person the house knows, and nothing more."""
    return Person.create(first_name=name, last_name="Roy", email=f"{name}@exemple.fr".lower(), phone="",  # type: ignore[no-any-return]
                         created_at=moment.now())


def taken_over(cast: Cast, name: str, since: date, stage: str = "waiting") -> Case:
    """Someone who waits since a day, or stands elsewhere, taken over."""
    number = Dossier.select().count() + 1
    person = Person.create(first_name=name, last_name="Lenoir", email=f"p{number}@exemple.fr", phone="",
                           created_at=moment.now())
    dossier = Dossier.create(number=f"OPT-2027-{number:04}", person=person, antenna=principale(), opened_at=moment.now())
    case = new_case(dossier, "admission")
    take_step(case, "take_over", by=cast.sami, key=None, raw={
        "stage": stage, "reason": "Reprise", "since": since.isoformat(),
        "since-day": str(since.day), "since-month": str(since.month), "since-year": str(since.year)})
    return again(case)


def in_papers(cast: Cast, number: int, month: str, name: str = "Entrée") -> list[Case]:
    """So many people who accepted a place of this month, which is given as many places as it takes."""
    open_places(month, number)
    crowd = waiting(cast, number, name)
    for case in crowd:
        step(case, "derogate", cast.marc, rule="first_in_line", reason="Ouverture d’une promotion")
        step(case, "offer", cast.claire, month=month)
        step(case, "accept", case.dossier.person)
    return [again(case) for case in crowd]


def open_places(month: str, number: int) -> None:
    """Bring a month to so many places."""
    places.open_month(principale(), month, number)
    places.set_cap(principale(), month, number)


def derogated(cast: Cast, crowd: list[Case]) -> list[Case]:
    """The same people, `first_in_line` lifted for each."""
    return [step(case, "derogate", cast.marc, rule="first_in_line", reason="Essai de charge") for case in crowd]


def step(case: Case, name: str, by: Any, **raw: Any) -> Case:
    """Take a step; the case as it then stands."""
    take_step(again(case), name, by=by, raw=raw, key=None)
    return again(case)


def again(case: Case) -> Case:
    """The case as it is kept now, its dossier and its person with it."""
    return read_case(case.id)
