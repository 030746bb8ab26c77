"""`kill -9` of the server under eight clients that try again (TRUST T1): nothing acknowledged is lost, nothing is twice."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from config import Settings
from intake import history
from intake.models.dossiers import Answers, Case, Event
from intake.models.letters import Letter
from intake.models.places import Place
from tests.cast import Cast, writing
from tests.conftest import Clock
from tests.faults import crowd
from tests.faults.browser import Browser, signed_in_cookies
from tests.faults.served import Servers, servers
from tests.page import Page

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]

CLIENTS = 8
KILLS = int(os.environ.get("PARCOURS_KILLS", "30"))
"""Fewer in CI, which has twenty minutes for everything."""
MONTHS = ("2027-06", "2027-07")
Act = tuple[str, str, dict[str, Any], str]
"""(step, button, answers, the name of the answer that is unique)."""


@dataclass
class Client:
    """Someone of the team who keeps working on one dossier, and asks again whatever is not answered."""

    browser: Browser
    case: Case
    number: int
    stop: threading.Event
    acknowledged: dict[str, tuple[str, str]] = field(default_factory=dict)
    """What a server said was done: key → (step, the text sent)."""
    surprises: list[str] = field(default_factory=list)

    def work(self) -> None:
        """One act after another until told to stop; the last one is brought to its end."""
        for turn, act in enumerate(self.acts()):
            if self.stop.is_set():
                return
            self.take(act, f"{self.number}-{turn}")

    def acts(self) -> Iterator[Act]:
        """A note, a message, a complement, a place of another month; again and again."""
        for turn in range(10_000):
            yield "note", "Ajouter une note interne", {}, "note"
            yield "write", "Écrire", {"subject": "Bonjour"}, "message"
            yield "change_month", "Changer de mois d’entrée", {"month": MONTHS[turn % 2]}, "word"
            yield "ask", "Demander un complément", {"kind": "incomplet", "subject": "Un devis"}, "message"

    def take(self, act: Act, text: str) -> None:
        """Open the page, press, and press again the same thing until an answer comes."""
        step, button, answers, unique = act
        path = f"/dossier/{self.case.dossier.uid}/{self.case.uid}/{step}"
        opened = self.browser.until_answered("GET", path)
        if opened.status != 200:
            self.surprises.append(f"{step}: {opened.status} {opened.page.text}")
            return
        form = Page(opened.text).form(button)
        told = self.browser.until_answered("POST", path, {**form.values.to_dict(), **answers, unique: text})
        while told.status == 200 and "data-a-relire" in told.text:
            form = Page(told.text).form(button)
            told = self.browser.until_answered("POST", path, form.values.to_dict())
        if told.status == 303:
            self.acknowledged[form.values["key"]] = (step, text)
        else:
            self.surprises.append(f"{step}: {told.status} {told.page.text}")


@dataclass
class Team:
    """Eight clients, each with a dossier in entry papers, and one server at a time."""

    clients: list[Client]
    servers: Servers
    stop: threading.Event

    def under_fire(self, kills: int, enough: Any = lambda: False) -> list[dict[str, tuple[str, str]]]:
        """Work while the server is killed so many times, each time at an unforeseen instant; what was acknowledged."""
        chance = random.Random(2027)
        port = self.clients[0].browser.port
        with ThreadPoolExecutor(CLIENTS) as people:
            working = [people.submit(client.work) for client in self.clients]
            try:
                for _ in range(kills):
                    self.until_someone_is_answered()
                    time.sleep(chance.uniform(0, 0.4))
                    self.servers.kill(port)
                    self.servers.start(port)
                    if enough():
                        break
                time.sleep(0.3)
            finally:
                self.stop.set()
            for one in working:
                one.result()
        return [client.acknowledged for client in self.clients]

    def until_someone_is_answered(self) -> None:
        """A server that dies before its first answer proves nothing, and a slow machine would never see one."""
        before, until = self.answered(), time.monotonic() + 4
        while self.answered() == before and time.monotonic() < until:
            time.sleep(0.005)

    def answered(self) -> int:
        """How many acts were acknowledged so far."""
        return sum(len(client.acknowledged) for client in self.clients)


@pytest.fixture
def team(request: pytest.FixtureRequest, app: Flask, people: Cast, settings: Settings, clock: Clock, tmp_path: Path
         ) -> Iterator[Team]:
    """The team at work; a weakness may be given as parameter."""
    with writing():
        cases = crowd.in_papers(people, CLIENTS, MONTHS[0])
        for month in MONTHS:
            crowd.open_places(month, 2 * CLIENTS)
    with servers(settings, weakness=getattr(request, "param", ""), log=tmp_path / "servers.log") as started:
        port, stop = started.start(), threading.Event()
        yield Team([Client(Browser(port, signed_in_cookies(app, people.sami)), case, number, stop)
                    for number, case in enumerate(cases)], started, stop)


def written() -> Counter[tuple[str, str]]:
    """(key, the unique text) of every event that carries a key, as it is kept."""
    found: Counter[tuple[str, str]] = Counter()
    with writing():
        for row in Answers.select(Answers, Event).join(Event, on=Answers.event).where(Event.key.is_null(False)):
            name = {"note": "note", "write": "message", "ask": "message", "change_month": "word"}[row.event.step]
            found[row.event.key, row.text[name]] += 1
    return found


def lost(acknowledged: list[dict[str, tuple[str, str]]]) -> set[tuple[str, str]]:
    """What a server said was done, and is nowhere."""
    said = {(key, text) for one in acknowledged for key, (_, text) in one.items()}
    return said - set(written())


@pytest.mark.trust("T1")
def test_nothing_acknowledged_is_lost_and_nothing_is_twice(team: Team) -> None:
    acknowledged = team.under_fire(KILLS)
    done = sum(len(one) for one in acknowledged)
    assert [said for client in team.clients for said in client.surprises] == []
    assert done > KILLS, "the clients worked between the kills"
    assert sum(client.browser.cut_off for client in team.clients) > KILLS, "they were asking when it died"
    assert lost(acknowledged) == set()
    kept = written()
    assert len(kept) == done, "whatever was begun was asked until it was answered, and nothing else is there"
    assert max(Counter(text for _, text in kept).values()) == 1, "no text twice, under two keys"
    with writing():
        assert list(history.verify()) == []
        whole(team)


def whole(team: Team) -> None:
    """Every effect has its event, every event its effects: letters, places, versions."""
    letters = Counter(letter.event_id for letter in Letter.select(Letter.event))
    told: dict[str, set[int]] = {}
    for event in Event.select().where(Event.key.is_null(False)):
        told.setdefault(event.step, set()).add(letters[event.id])
    assert {step: len(numbers) for step, numbers in told.items()} == dict.fromkeys(told, 1), told
    assert told["note"] == {0} and told["write"] == told["ask"] == {1} and min(told["change_month"]) > 1
    for client in team.clients:
        case = crowd.again(client.case)
        place = Place.get(Place.holder == case)
        assert (place.month, place.status) == (case.memory["month"], "accepted")
        steps = [event.step for event in Event.select().where(Event.case == case)]
        assert case.version == sum(1 for step in steps if step not in ("note", "write"))


@pytest.mark.control("T1")
@pytest.mark.parametrize("team", ["answer_before_commit"], indirect=True)
def test_control_answering_before_the_commit_loses(team: Team) -> None:
    acknowledged: list[dict[str, tuple[str, str]]] = []

    def something_lost() -> bool:
        acknowledged[:] = [dict(client.acknowledged) for client in team.clients]
        time.sleep(0.2)
        return bool(lost(acknowledged))

    team.under_fire(KILLS, enough=something_lost)
    assert lost(acknowledged)
