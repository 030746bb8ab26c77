"""A disk that is full or fails (T21): reading goes on, writing is refused in words, nothing is lost; room back, all is well."""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from config import Settings
from intake import history
from intake.models import health
from intake.models.dossiers import Answers, Case, Event
from intake.refusals import UNAVAILABLE
from tests.cast import Cast, opened, writing
from tests.conftest import Clock
from tests.faults import crowd
from tests.faults.browser import Browser, signed_in_cookies
from tests.faults.served import Servers, servers
from tests.faults.syscalls import no_file_grows

pytestmark = pytest.mark.heavy

BUTTON = "Ajouter une note interne"
SMALL = 6 * 2**20
"""Bytes of a disk of its own."""


@dataclass
class House:
    """Claire at work on the dossier of Ana, whatever becomes of the disk under the database."""

    settings: Settings
    case: Case
    claire: Browser
    servers: Servers
    statuses: Counter[str] = field(default_factory=Counter)
    acknowledged: set[str] = field(default_factory=set)

    @property
    def page(self) -> str:
        """Where she writes."""
        return f"/dossier/{self.case.dossier.uid}/{self.case.uid}/note"

    def works(self, text: str) -> int:
        """She opens the page, writes a note, presses; what she is told is as promised."""
        opened_page = self.claire.get(self.page)
        self.statuses[f"read {opened_page.status}"] += 1
        answer = self.claire.post(self.page, {**opened_page.page.form(BUTTON).values.to_dict(), "note": text})
        self.statuses[f"written {answer.status}"] += 1
        if answer.status == 303:
            self.acknowledged.add(text)
        elif answer.status == 503:
            said = answer.page.text.replace("\u00a0", " ")
            assert UNAVAILABLE["full"] in said and text in said, "what was typed stays"
        return answer.status

    @property
    def pid(self) -> int:
        """The process that serves."""
        return self.servers.running[self.claire.port]

    def nothing_is_lost(self) -> None:
        """What was acknowledged is kept, what was refused is not, the file and its history are whole."""
        with opened(self.settings):
            kept = {answers.text["note"] for answers in Answers.select().join(Event).where(Event.step == "note")}
            assert kept == self.acknowledged
            assert [*health.damage(), *history.verify()] == []


Open = Callable[..., Any]


@pytest.fixture
def house(app: Flask, people: Cast, settings: Settings, clock: Clock, tmp_path: Path) -> Open:
    """`with house("a weakness") as here`; `disk` is where its database is, beside everything else."""
    with writing():
        case, = crowd.waiting(people, 1, "Ana")
    cookies = signed_in_cookies(app, people.claire)

    @contextmanager
    def served(weakness: str = "", disk: Path = tmp_path) -> Iterator[House]:
        with opened(settings) as database:
            database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        if disk != tmp_path:
            (disk / "parcours.db").write_bytes((tmp_path / "parcours.db").read_bytes())
        there = replace(settings, database_url=f"sqlite:///{disk / 'parcours.db'}")
        with servers(there, weakness=weakness, log=tmp_path / "servers.log") as started:
            yield House(there, case, Browser(started.start(), dict(cookies)), started)
    return served


@contextmanager
def nothing_is_taken(house: House) -> Iterator[None]:
    """Every write fails."""
    with no_file_grows(house.pid):
        yield


@contextmanager
def no_space(house: House) -> Iterator[None]:
    """Something else has taken all the room there was."""
    ballast = Path(house.settings.database_url.removeprefix("sqlite:///")).with_name("ballast")
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
        yield
    ballast.unlink()


@contextmanager
def a_small_disk(at: Path) -> Iterator[Path]:
    """A disk of its own, in memory; the folder itself where nobody may mount one."""
    at.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(at)], capture_output=True, check=False)
    try:
        yield at
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", "-l", str(at)], check=True)


def trouble_then_room(house: House, trouble: Callable[[House], Any]) -> None:
    """Well, then in trouble, then well again, without a restart."""
    assert house.works("Avant") == 303
    with trouble(house):
        for number in range(8):
            house.works(f"Pendant {number}")
        reader = Browser(house.claire.port, dict(house.claire.cookies))
        for path in (f"/dossier/{house.case.dossier.uid}", "/candidatures", "/ce-qui-m-attend"):
            house.statuses[f"read {reader.get(path).status}"] += 1
    assert house.statuses == {"read 200": 12, "written 303": 1, "written 503": 8}
    back = time.monotonic()
    while house.works("Après") != 303:
        assert time.monotonic() - back < 5
        time.sleep(0.05)


@pytest.mark.trust("T21")
@pytest.mark.parametrize("trouble", [no_space, nothing_is_taken])
def test_without_room_one_reads_on_and_room_back_all_is_back(
        house: Open, tmp_path: Path, trouble: Callable[[House], Any]) -> None:
    with ExitStack() as stack:
        disk = stack.enter_context(a_small_disk(tmp_path / "disk"))
        if trouble is no_space and not os.path.ismount(disk):
            trouble = nothing_is_taken
        with house(disk=disk) as here:
            trouble_then_room(here, trouble)
        here.nothing_is_lost()


@pytest.mark.trust("T21")
def test_syncs_that_fail_acknowledge_nothing_and_lose_nothing(house: Open) -> None:
    with house() as here:
        assert here.works("Avant") == 303
    with house("every_sync_fails") as failing:
        failing.acknowledged = here.acknowledged
        assert {failing.works(f"Pendant {number}") for number in range(4)} == {503}
        assert set(failing.statuses) == {"read 200", "written 503"}
    with house() as again:
        again.acknowledged = here.acknowledged
        assert again.works("Après") == 303
    again.nothing_is_lost()


@pytest.mark.control("T21")
def test_control_without_its_sentence_a_full_disk_is_a_fault(house: Open) -> None:
    with house("no_full_handler") as here, pytest.raises(AssertionError, match="written 500"):
        trouble_then_room(here, nothing_is_taken)
