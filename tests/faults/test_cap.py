"""The cap under load (TRUST T3): 64 people ask at once for the two places of a month, over the network."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from config import Settings
from intake import history
from intake.models.dossiers import Case
from intake.models.places import Place
from tests.cast import Cast, principale, writing
from tests.conftest import Clock
from tests.faults import crowd
from tests.faults.browser import Answer, Asked, press_at_once, signed_in_cookies
from tests.faults.served import Servers, servers
from workflows.calendar import Month

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]

MANY = int(os.environ.get("PARCOURS_TAKERS", "64"))
"""Fewer in CI, which has twenty minutes for everything."""
PLACES, ROUNDS = 2, 10
WANTED, NEXT, THIRD = Month(2027, 6), Month(2027, 7), Month(2027, 8)
MOVE, OFFER = "Changer de mois d’entrée", "Proposer une place"


@dataclass
class House:
    """64 people in entry papers, 64 in the waiting list, and the servers that know them."""

    entering: list[Case]
    waiting: list[Case]
    servers: Servers
    support: dict[str, str]
    circle: dict[str, str]
    ports: list[int]

    def moves(self, month: Month) -> list[Asked]:
        """Everyone in entry papers, moved into a month by the support team."""
        return [Asked(address(case, "change_month"), MOVE, {"month": str(month)}, self.support)
                for case in self.entering]

    def offers(self, month: Month) -> list[Asked]:
        """Everyone who still waits, offered a place of a month by the circle."""
        with writing():
            still = [case for case in self.waiting if crowd.again(case).state == "waiting"]
        return [Asked(address(case, "offer"), OFFER, {"month": str(month)}, self.circle) for case in still]

    def all_at_once(self, asked: list[Asked]) -> list[Answer]:
        """Pressed at the same instant, on both servers."""
        return press_at_once(asked, self.ports)


def address(case: Case, step: str) -> str:
    return f"/dossier/{case.dossier.uid}/{case.uid}/{step}"


Open = Callable[..., Any]


@pytest.fixture
def a_house(app: Flask, people: Cast, settings: Settings, clock: Clock, tmp_path: Path) -> Open:
    """`with a_house("a weakness") as house`: two servers over this test's database."""
    @contextmanager
    def opened(weakness: str = "", many: int = MANY) -> Iterator[House]:
        with writing():
            for month in (WANTED, NEXT, THIRD):
                crowd.open_places(str(month), PLACES)
            entering = crowd.in_papers(people, many, "2027-10")
            waiting = crowd.derogated(people, crowd.waiting(people, many))
        with servers(settings, weakness=weakness, log=tmp_path / "servers.log") as started:
            yield House(entering, waiting, started, signed_in_cookies(app, people.sami),
                        signed_in_cookies(app, people.claire), [started.start(), started.start()])
    return opened


def holders(month: Month) -> int:
    """How many people hold a place of a month."""
    return int(Place.select().where(Place.month == str(month), Place.antenna == principale(),
                                    Place.holder.is_null(False)).count())


def check(answers: list[Answer], month: Month) -> None:
    """Two got their place; everyone else a page that says why, with the next month; nobody an error."""
    statuses = Counter(answer.status for answer in answers)
    assert statuses == {303: PLACES, 409: len(answers) - PLACES}, (statuses, [
        answer.page.text for answer in answers if answer.status not in (303, 409)][:1])
    for answer in answers:
        if answer.status == 409:
            assert "est complet. Proposez" in answer.page.text
    with writing():
        assert holders(month) == PLACES


@pytest.mark.trust("T3", "T25")
def test_exactly_the_places_of_the_month_are_held(a_house: Open) -> None:
    """Worked case 27, with 64 takers."""
    with a_house() as house:
        check(house.all_at_once(house.moves(WANTED)), WANTED)
        check(house.all_at_once(house.offers(NEXT)), NEXT)
        check(house.all_at_once([*house.moves(THIRD), *house.offers(THIRD)]), THIRD)
    with writing():
        held = {case.state: 0 for case in house.entering + house.waiting}
        for place in Place.select().where(Place.holder.is_null(False)):
            held[Case.get_by_id(place.holder_id).state] = held.get(Case.get_by_id(place.holder_id).state, 0) + 1
        offered = Case.select().where(Case.state == "offered").count()
        assert held["papers"] == MANY, "everyone in entry papers still has one place"
        assert held.get("offered", 0) == offered
        assert held["waiting"] == 0
        assert list(history.verify()) == []


@pytest.mark.heavy
@pytest.mark.trust("T3", "T25")
def test_ten_rounds_of_takers_each_fill_their_month_and_no_more(a_house: Open) -> None:
    """Each time everyone in entry papers asks for a new month, then everyone who still waits is offered the next one."""
    months = [Month(2027, 12).plus(ahead) for ahead in range(2 * ROUNDS)]
    with a_house() as house:
        with writing():
            for month in months:
                crowd.open_places(str(month), PLACES)
        for month, after in zip(months[::2], months[1::2], strict=True):
            check(house.all_at_once(house.moves(month)), month)
            check(house.all_at_once(house.offers(after)), after)
    with writing():
        assert max(holders(month) for month in months) == PLACES, "whoever moves again leaves a place free behind"
        assert list(history.verify()) == []


@pytest.mark.trust("T3", "T25")
def test_people_who_exchange_their_months_all_move(
        app: Flask, people: Cast, settings: Settings, clock: Clock, tmp_path: Path) -> None:
    """Half go from one month to the next, half the other way, at once: nobody waits for somebody who waits for them."""
    with writing():
        early = crowd.in_papers(people, MANY // 4, str(WANTED), "Tôt")
        late = crowd.in_papers(people, MANY // 4, str(NEXT), "Tard")
        for month in (WANTED, NEXT):
            crowd.open_places(str(month), MANY)
    sami = signed_in_cookies(app, people.sami)
    swaps = [Asked(address(case, "change_month"), MOVE, {"month": str(month)}, sami)
             for pair in zip(early, late, strict=True) for case, month in zip(pair, (NEXT, WANTED), strict=True)]
    with servers(settings, log=tmp_path / "servers.log") as started:
        answers = press_at_once(swaps, [started.start(), started.start()])
    assert Counter(answer.status for answer in answers) == {303: len(swaps)}
    with writing():
        assert holders(WANTED) == holders(NEXT) == MANY // 4
        assert {crowd.again(case).memory["month"] for case in early} == {str(NEXT)}


@pytest.mark.control("T3", "T25")
def test_control_counting_before_inserting_exceeds(a_house: Open) -> None:
    with a_house("count_then_insert", many=16) as house:
        house.all_at_once(house.moves(WANTED))
        house.all_at_once(house.offers(NEXT))
    with writing():
        assert holders(WANTED) > PLACES
        assert holders(NEXT) > PLACES
