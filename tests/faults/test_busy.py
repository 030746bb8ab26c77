"""The database kept by somebody else (TRUST T5): a write waits its turn; too long, it says so with its text; one reads on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cysqlite
import psycopg
import pytest
from flask import Flask

from config import Settings
from intake.models.dossiers import Case, Event
from intake.refusals import UNAVAILABLE
from tests.cast import Cast, writing
from tests.conftest import Clock
from tests.faults import crowd
from tests.faults.browser import Answer, Browser, signed_in_cookies
from tests.faults.served import servers

SHORT, LONG = 4.0, 8.0
"""Seconds. PostgreSQL waits three for a row (TRUST 2.9): its short ones are half as long."""
BUTTON = "Ajouter une note interne"


@dataclass(frozen=True)
class House:
    """Claire, who notes something on the dossier of Ana, on one server."""

    database_url: str
    case: Case
    claire: Browser

    @property
    def page(self) -> str:
        """Where she writes."""
        return f"/dossier/{self.case.dossier.uid}/{self.case.uid}/note"

    def notes(self, text: str) -> Answer:
        """She opens the page, writes, presses."""
        return self.claire.post(self.page, {**self.claire.form(self.page, BUTTON).values.to_dict(), "note": text})

    def while_locked(self, seconds: float, text: str) -> tuple[Answer, float, list[int]]:
        """(her answer, how long it took, what was read meanwhile), the database kept by somebody else all along."""
        values = {**self.claire.form(self.page, BUTTON).values.to_dict(), "note": text}
        reader, read = Browser(self.claire.port, dict(self.claire.cookies)), []
        with ThreadPoolExecutor(2) as pool, locked(self.database_url, self.case.dossier_id, seconds) as over:
            begun = time.monotonic()
            pressed = pool.submit(self.claire.post, self.page, values)
            while not over.wait(0.3):
                read.append(reader.get(f"/dossier/{self.case.dossier.uid}").status)
                if pressed.done() and not over.is_set():
                    break
            answer = pressed.result()
            return answer, time.monotonic() - begun, read


@contextmanager
def locked(url: str, dossier: int, seconds: float) -> Iterator[threading.Event]:
    """Somebody else keeps the right to write (the row, on PostgreSQL) and changes what was read; then lets it go."""
    ready, over = threading.Event(), threading.Event()

    def keep() -> None:
        if url.startswith("sqlite"):
            other = cysqlite.Connection(url.removeprefix("sqlite:///"))
            other.execute("BEGIN IMMEDIATE")
        else:
            other = psycopg.connect(url)
        other.execute(f"UPDATE dossier SET town = 'Lille' WHERE id = {dossier}")
        ready.set()
        time.sleep(seconds)
        other.execute("COMMIT")
        over.set()
        other.close()

    keeper = threading.Thread(target=keep)
    keeper.start()
    ready.wait()
    try:
        yield over
    finally:
        keeper.join()


Open = Callable[..., Any]


@pytest.fixture
def house(app: Flask, people: Cast, settings: Settings, clock: Clock, tmp_path: Path) -> Open:
    """`with house("a weakness") as here`."""
    @contextmanager
    def opened(weakness: str = "") -> Iterator[House]:
        with writing():
            case, = crowd.waiting(people, 1, "Ana")
        with servers(settings, weakness=weakness, log=tmp_path / "servers.log") as started:
            yield House(settings.database_url, case, Browser(started.start(), signed_in_cookies(app, people.claire)))
    return opened


def noted() -> int:
    """How many notes are kept."""
    with writing():
        return int(Event.select().where(Event.step == "note").count())


@pytest.mark.heavy
@pytest.mark.both_databases
@pytest.mark.trust("T5", "T25")
def test_a_write_waits_then_says_so_and_keeps_its_text(house: Open) -> None:
    with house() as here:
        short = SHORT if here.database_url.startswith("sqlite") else SHORT / 2
        answer, took, read = here.while_locked(short, "Appelée mardi")
        assert (answer.status, noted()) == (303, 1), answer.page.text
        assert took > short * 0.9 and set(read) == {200}, "it waited its turn; others read"
        answer, took, read = here.while_locked(LONG, "Appelée <jeudi> à 9 h")
        assert (answer.status, noted()) == (503, 1)
        text = answer.page.text.replace("\u00a0", " ")
        assert UNAVAILABLE["busy"] in text and "Appelée <jeudi> à 9 h" in text
        assert took < LONG and len(read) > 5 and set(read) == {200}
        assert here.notes("Appelée vendredi").status == 303, "nothing is begun again"
    assert noted() == 2


@pytest.mark.heavy
@pytest.mark.control("T5")
def test_control_a_transaction_that_reads_first_does_not_wait(house: Open) -> None:
    with house("deferred_begin") as here:
        answer, took, _ = here.while_locked(SHORT, "Appelée mardi")
    assert (answer.status, noted()) == (503, 0) and took < SHORT, "it has read what is changing: it can only give up"
