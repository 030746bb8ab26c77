"""The same form, or three ways to answer an offer, pressed thirty-two times at the same instant (TRUST T4)."""

from __future__ import annotations

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
from intake.models.dossiers import Case, Event
from intake.models.places import Place
from tests.cast import Cast, writing
from tests.conftest import Clock
from tests.faults import crowd
from tests.faults.browser import Answer, Asked, Browser, press_at_once, signed_in_cookies
from tests.faults.served import servers

pytestmark = pytest.mark.both_databases

TIMES = 32
MONTH = "2027-06"


@dataclass(frozen=True)
class Offered:
    """Ana, to whom a place is offered, on two servers."""

    case: Case
    ana: dict[str, str]
    claire: dict[str, str]
    ports: list[int]

    def path(self, step: str) -> str:
        """Where a step is taken."""
        return f"/dossier/{self.case.dossier.uid}/{self.case.uid}/{step}"

    def the_same_note(self) -> list[Answer]:
        """One page opened by Claire, pressed again and again."""
        browser = Browser(self.ports[0], dict(self.claire))
        form = browser.form(self.path("note"), "Ajouter une note interne")
        asked = Asked(self.path("note"), "", {"note": "Appelée"}, browser.cookies, form)
        return press_at_once([asked] * TIMES, self.ports)

    def all_answers(self) -> list[Answer]:
        """Ana accepts, passes and withdraws, each in many windows."""
        ways: list[tuple[str, str, dict[str, Any]]] = [
            ("accept", "J’accepte", {}), ("decline_offer", "Pas cette fois, je garde mon rang", {}),
            ("withdraw", "Retirer ma demande", {"reason": "Je pars à Lyon"})]
        return press_at_once([Asked(self.path(step), button, answers, self.ana)
                              for step, button, answers in (ways * TIMES)[:TIMES]], self.ports)


Open = Callable[..., Any]


@pytest.fixture
def offered(app: Flask, people: Cast, settings: Settings, clock: Clock, tmp_path: Path) -> Open:
    """`with offered("a weakness") as ana`."""
    @contextmanager
    def opened(weakness: str = "") -> Iterator[Offered]:
        with writing():
            crowd.open_places(MONTH, 2)
            case, = crowd.waiting(people, 1, "Ana")
            case = crowd.step(case, "offer", people.claire, month=MONTH)
        with servers(settings, weakness=weakness, log=tmp_path / "servers.log") as started:
            yield Offered(case, signed_in_cookies(app, case.dossier.person), signed_in_cookies(app, people.claire),
                          [started.start(), started.start()])
    return opened


@pytest.mark.trust("T4", "T25")
def test_the_same_form_makes_one_event_and_every_answer_is_the_same(offered: Open) -> None:
    with offered() as house:
        answers = house.the_same_note()
    assert {(answer.status, answer.location) for answer in answers} == {(303, f"/dossier/{house.case.dossier.uid}")}
    with writing():
        assert Event.select().where(Event.step == "note").count() == 1


@pytest.mark.control("T4", "T25")
def test_control_without_key_the_same_form_makes_several(offered: Open) -> None:
    with offered("no_key") as house:
        house.the_same_note()
    with writing():
        assert Event.select().where(Event.step == "note").count() > 1


@pytest.mark.trust("T4", "T25")
def test_one_answer_wins_and_the_others_read_which(offered: Open) -> None:
    with offered() as house:
        answers = house.all_answers()
    assert Counter(answer.status for answer in answers) == {303: 1, 409: TIMES - 1}
    won = {"papers": "accept", "waiting": "decline_offer", "withdrawn": "withdraw"}
    with writing():
        case = crowd.again(house.case)
        steps = [event.step for event in Event.select().where(Event.case == case, Event.key.is_null(False))]
        assert steps == [won[case.state]]
        assert Place.select().where(Place.holder == case).count() == (case.state == "papers")
        assert list(history.verify()) == []
    for answer in answers:
        if answer.status == 409:
            assert "à 10 h." in answer.page.text.replace("\u00a0", " "), "who did what, and when"


@pytest.mark.control("T4", "T25")
def test_control_without_version_a_second_answer_wins_too(offered: Open) -> None:
    with offered("no_version") as house:
        browser = Browser(house.ports[0], dict(house.ana))
        yes = browser.form(house.path("accept"), "J’accepte")
        no = browser.form(house.path("withdraw"), "Retirer ma demande")
        answers = [browser.post(house.path("accept"), yes.values.to_dict()),
                   browser.post(house.path("withdraw"), {**no.values.to_dict(), "reason": "Je pars à Lyon"})]
    assert [answer.status for answer in answers] == [303, 303]
