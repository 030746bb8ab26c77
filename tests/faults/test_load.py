"""Twenty people at work on two thousand dossiers, then nine hundred connections that dawdle (TRUST T24)."""

from __future__ import annotations

import os
import random
import resource
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from bench import load
from config import Settings
from intake.models.dossiers import Case, Dossier, Event
from tests.cast import Cast, writing
from tests.conftest import Clock
from tests.faults.browser import GONE, Browser, signed_in_cookies
from tests.faults.served import servers

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(900)]

DOSSIERS, PEOPLE = 2_000, 20
SECONDS = int(os.environ.get("PARCOURS_LOAD_SECONDS", "60"))
"""Ten minutes in TRUST; one here, so that everything together stays under an hour."""
THINKS = 1.0, 3.0
"""Seconds between two presses: quicker than anyone reads."""
READ, WRITTEN = 0.150, 0.250
"""Seconds, 99th percentile."""
SLOW = 900
BOARDS = "/candidatures", "/ce-qui-m-attend", "/candidatures/tableau"
BUTTON = "Ajouter une note interne"


@dataclass
class Worker:
    """Someone of the team who opens pages and writes notes."""

    browser: Browser
    pages: list[str]
    dice: random.Random
    read: list[float] = field(default_factory=list)
    written: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def works(self, until: float) -> None:
        """Their board, a dossier, a note on it; again and again. Nobody begins at the same instant."""
        time.sleep(self.dice.uniform(0, THINKS[1]))
        while time.monotonic() < until:
            dossier = self.dice.choice(self.pages)
            for path in (self.dice.choice(BOARDS), dossier.rpartition("/")[0]):
                self.asks("GET", path, 200)
            form = self.asks("GET", f"{dossier}/note", 200)
            if form is not None:
                self.asks("POST", f"{dossier}/note", 303, {**form.page.form(BUTTON).values.to_dict(), "note": "Appelée"})

    def asks(self, method: str, path: str, wanted: int, values: Any = None) -> Any:
        """One request, timed; then they think."""
        begun = time.perf_counter()
        answer = self.browser.get(path) if method == "GET" else self.browser.post(path, values)
        (self.read if method == "GET" else self.written).append(time.perf_counter() - begun)
        if answer.status != wanted:
            self.failed.append(f"{answer.status} {method} {path}")
            return None
        time.sleep(self.dice.uniform(*THINKS))
        return answer


@dataclass
class House:
    """Two thousand dossiers on one server, and who is signed in there."""

    port: int
    signed_in: list[dict[str, str]]
    pages: list[str]

    def workers(self, number: int) -> list[Worker]:
        """So many people, each in a browser of their own."""
        return [Worker(Browser(self.port, dict(self.signed_in[n % len(self.signed_in)])), self.pages, random.Random(n))
                for n in range(number)]


Open = Callable[..., Any]


@pytest.fixture
def house(app: Flask, people: Cast, settings: Settings, clock: Clock, tmp_path: Path) -> Open:
    """`with house("a weakness") as here`."""
    @contextmanager
    def opened(weakness: str = "", dossiers: int = DOSSIERS) -> Iterator[House]:
        with writing():
            load.fill(dossiers)
            rows = Case.select(Case.uid, Dossier.uid).join(Dossier).where(Case.state == "review").limit(40).tuples()
            pages = [f"/dossier/{dossier}/{case}" for case, dossier in rows]
        team = [people.claire, people.salome, people.ines]
        signed_in = [signed_in_cookies(app, team[n % len(team)]) for n in range(PEOPLE)]
        with servers(settings, weakness=weakness, log=tmp_path / "servers.log") as started:
            yield House(started.start(), signed_in, pages)
    return opened


def p99(times: list[float]) -> float:
    """The 99th percentile."""
    return statistics.quantiles(times, n=100)[-1]


@pytest.mark.trust("T24")
def test_twenty_people_on_two_thousand_dossiers_never_wait(house: Open) -> None:
    with house() as here:
        here.workers(1)[0].works(time.monotonic() + 5)
        workers = here.workers(PEOPLE)
        with ThreadPoolExecutor(PEOPLE) as pool:
            until = time.monotonic() + SECONDS
            for one in [pool.submit(worker.works, until) for worker in workers]:
                one.result()
    read, written = ([time for worker in workers for time in times(worker)] for times in (
        lambda worker: worker.read, lambda worker: worker.written))
    print(f"\n{SECONDS} s: {len(read)} pages, p99 {p99(read):.3f} s; {len(written)} notes, p99 {p99(written):.3f} s")
    assert [said for worker in workers for said in worker.failed] == []
    with writing():
        assert Event.select().where(Event.step == "note").count() >= len(written)
    assert p99(read) < READ
    assert p99(written) < WRITTEN


@contextmanager
def dawdling(port: int) -> Iterator[list[socket.socket]]:
    """Nine hundred connections, each with half a request, one more letter of it from time to time."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4_096)), hard))
    slow: list[socket.socket] = []
    try:
        for _ in range(SLOW):
            slow.append(socket.create_connection(("127.0.0.1", port), timeout=10))
            slow[-1].sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        yield slow
    finally:
        for one in slow:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def honest(here: House, slow: list[socket.socket], number: int = 100) -> list[int | str]:
    """What people get meanwhile: a status, or nothing within five seconds."""
    got: list[int | str] = []
    for count in range(number):
        for one in slow[count::50]:
            one.sendall(b"x")
        with_luck = Browser(here.port, dict(here.signed_in[count % PEOPLE]), within=5)
        try:
            got.append(with_luck.get(here.pages[count % len(here.pages)].rpartition("/")[0]).status)
        except GONE as nothing:
            got.append(type(nothing).__name__)
            if len(got) > 5:
                break
    return got


@pytest.mark.trust("T24")
def test_nine_hundred_slow_connections_keep_nobody_out(house: Open) -> None:
    with house(dossiers=100) as here, dawdling(here.port) as slow:
        assert set(honest(here, slow)) == {200}
        assert all(one.fileno() > 0 for one in slow)


@pytest.mark.control("T24")
def test_control_with_the_default_limit_honest_requests_wait_outside(house: Open) -> None:
    with house("default_connection_limit", dossiers=100) as here, dawdling(here.port) as slow:
        assert set(honest(here, slow)) != {200}
