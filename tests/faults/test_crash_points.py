"""Killed around each statement (TRUST T22): a step, an upload, a delivery, a migration is done, or not begun, or goes on."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import cysqlite
import pytest
from flask import Flask
from peewee import fn

from config import Settings
from intake import history, moment
from intake.demo.names import A_PDF
from intake.models import base, connection, health, schema
from intake.models.badges import Badge
from intake.models.dossiers import Case, Event
from intake.models.kiosk import KioskEntry
from intake.models.letters import Letter
from intake.models.places import Place
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.faults import crowd
from tests.kiosk import conftest as kiosk
from tests.kiosk.tablet import Tablet
from tests.page import read

pytestmark = pytest.mark.heavy

journee, tablet, badge = kiosk.journee, kiosk.tablet, kiosk.badge
KILLS = 20
"""Of one migration."""
Act = Callable[[], Any]


# Dying ---------------------------------------------------------------------------------------------------------------


def dies(act: Act, url: str, at: int, weakness: Act = lambda: None) -> bool:
    """Act in a process of its own, killed at its so-manieth beginning or end of a statement; whether it was killed."""
    pid = os.fork()
    if pid == 0:
        code = 1
        with suppress(BaseException):
            weakness()
            watched(at)
            base.connect(url)
            act()
            code = 0
        os._exit(code)
    _, told = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(told) or os.WEXITSTATUS(told) == 0, "the act itself failed"
    return os.WIFSIGNALED(told)


def watched(at: int) -> None:
    """From now on each statement is counted, at its beginning and at its end; at this count, `kill -9`."""
    counted, hooks = count(1), connection.Sqlite._add_conn_hooks

    def seen(*_: Any) -> None:
        if next(counted) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def add(self: Any, conn: Any) -> None:
        hooks(self, conn)
        conn.trace(seen, cysqlite.SQLITE_TRACE_STMT | cysqlite.SQLITE_TRACE_PROFILE, expand_sql=False)

    connection.Sqlite._add_conn_hooks = add  # type: ignore[method-assign]


def split_in_two() -> None:
    """The weakened build: the event is committed, then what follows from it."""
    append = history.append

    def and_commit(*told: Any) -> Event:
        event = append(*told)
        if event.cause_id is None:
            base.db.execute_sql("COMMIT")
            base.db.execute_sql("BEGIN IMMEDIATE")
        return event

    history.append = and_commit


# What stands ---------------------------------------------------------------------------------------------------------


def standing() -> dict[str, Any]:
    """What a person would find: how many rows of each table, where cases, places, letters and entries stand."""
    with writing():
        rows = {table._meta.table_name: table.select(fn.COUNT()).scalar() for table in schema.all_tables()}
        return {
            **rows, "cases": list(Case.select(Case.id, Case.state, Case.version, Case.due_at).order_by(Case.id).tuples()),
            "steps": sorted(event.step for event in Event.select(Event.step)),
            "places held": sorted(Place.select(Place.month, Place.rank, Place.holder, Place.status).where(
                Place.holder.is_null(False)).tuples()),
            "letters owed": sorted(Letter.select(Letter.template, Letter.status).tuples()),
            "entries": sorted(KioskEntry.select(KioskEntry.key, KioskEntry.status).tuples()),
            "flaws": [*health.damage(), *history.verify()]}


@dataclass
class Bench:
    """An act on a house, tried again and again from the same instant."""

    settings: Settings
    folder: Path
    act: Act
    begun_again: Act
    """What happens by itself afterwards: the browser presses again, the clock goes round."""
    at_once: bool = True
    """Whether all of it is one transaction; else it is kept first, and finished afterwards."""

    def killed_everywhere(self, weakness: Act = lambda: None) -> int:
        """Kill it at every point; how many there were."""
        kept = Path(self.settings.database_url.removeprefix("sqlite:///"))
        with writing():
            base.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        base.db.close_all()
        with self.copy(kept) as url:
            before = standing()
            assert not dies(self.act, url, at=0, weakness=weakness)
            after = standing()
        assert before != after and not after["flaws"]
        for at in count(1):
            with self.copy(kept) as url:
                if not dies(self.act, url, at=at, weakness=weakness):
                    return at - 1
                found = standing()
                assert not self.at_once or found in (before, after), f"half done at {at}: {difference(found, before, after)}"
                self.begun_again()
                assert standing() == after, f"at {at}, begun again: {difference(standing(), before, after)}"
        raise AssertionError

    @contextmanager
    def copy(self, kept: Path) -> Iterator[str]:
        """The house as it was, opened in this process; closed while the act is done in another."""
        there = self.folder / "there.db"
        for old in self.folder.glob("there.db*"):
            old.unlink()
        shutil.copyfile(kept, there)
        url = f"sqlite:///{there}"
        base.connect(url)
        try:
            yield url
        finally:
            base.db.close_all()


def difference(found: dict[str, Any], *wanted: dict[str, Any]) -> dict[str, Any]:
    """What is not as it should be."""
    return {name: (value, *(one[name] for one in wanted)) for name, value in found.items()
            if all(one[name] != value for one in wanted)}


@pytest.fixture
def offer(app: Flask, people: Cast, browse: Browse, settings: Settings, clock: Clock, tmp_path: Path) -> Bench:
    """A place accepted: the place, the papers, the letters and the tasks that follow."""
    with writing():
        crowd.open_places("2027-06", 2)
        case, = crowd.waiting(people, 1, "Ana")
        crowd.step(case, "offer", people.claire, month="2027-06")
    ana = browse(case.dossier.person)
    path = f"/dossier/{case.dossier.uid}/{case.uid}/accept"
    values = read(ana.get(path)).form("J’accepte").values.to_dict()

    def accepts() -> None:
        assert ana.post(path, data=values).status_code == 303

    return Bench(settings, tmp_path, accepts, accepts)


@pytest.fixture
def upload(app: Flask, people: Cast, browse: Browse, settings: Settings, clock: Clock, tmp_path: Path) -> Bench:
    """A document added to a dossier."""
    with writing():
        case, = crowd.waiting(people, 1, "Ana")
    ana, path = browse(case.dossier.person), f"/dossier/{case.dossier.uid}/{case.uid}/add_piece"
    values = read(ana.get(path)).form("Ajouter une pièce").values.to_dict()

    def adds() -> None:
        posted = {**values, "title": "Devis", "piece": (BytesIO(A_PDF), "devis.pdf")}
        assert ana.post(path, content_type="multipart/form-data", data=posted).status_code == 303

    return Bench(settings, tmp_path, adds, adds)


@pytest.fixture
def delivery(app: Flask, settings: Settings, clock: Clock, tablet: Tablet, badge: Badge, tmp_path: Path) -> Bench:
    """A presence a tablet delivers: kept, receipted, then applied; what was cut short, the tablet or the clock finishes."""
    entry = tablet.entry({"kind": "presence", "badge": badge.number})

    def delivers() -> None:
        assert tablet.deliver(entry).status_code == 200

    def again() -> None:
        delivers()
        was = clock.now
        clock.forward(minutes=2)
        with app.app_context(), writing():
            from intake.kiosk import receiving

            receiving.catch_up(moment.now(), moment.today())
        clock.set(was)

    return Bench(settings, tmp_path, delivers, again, at_once=False)


@pytest.mark.trust("T22")
@pytest.mark.parametrize("act", ["offer", "upload", "delivery"])
def test_killed_anywhere_it_is_done_or_not_begun(request: pytest.FixtureRequest, act: str) -> None:
    points = request.getfixturevalue(act).killed_everywhere()
    assert points > 40, "each statement has a beginning and an end"


@pytest.mark.control("T22")
def test_control_a_transaction_split_in_two_is_found_half_done(offer: Bench) -> None:
    with pytest.raises(AssertionError, match="half done"):
        offer.killed_everywhere(split_in_two)


# Migrations ----------------------------------------------------------------------------------------------------------


@pytest.mark.trust("T22")
def test_a_migration_killed_anywhere_is_completed_by_the_next_start(tmp_path: Path, clock: Clock) -> None:
    """From nothing and from every released schema, the house is made ready at the second try, as at the first."""
    whole, house = tmp_path / "whole.db", tmp_path / "house.db"
    with made(whole):
        schema.create(moment.now())
        wanted, names = schema.describe(), [name for name, _ in schema.status()]
    for released in (None, *names[:-1]):
        base_file = tmp_path / f"from-{released}.db"
        with made(base_file):
            if released:
                schema.upgrade(released)
        points = statements_of(base_file, house)
        for at in range(1, points, max(1, points // KILLS)):
            begin(base_file, house)
            assert dies(prepares, f"sqlite:///{house}", at=at)
            with made(house):
                schema.create(moment.now())
                assert (schema.describe(), schema.at_head(), health.damage()) == (wanted, True, []), f"killed at {at}"
                assert Place.select().count() == 2 * len(set(Place.select(Place.month).tuples()))


def prepares() -> None:
    """`intake init`."""
    with base.writing():
        schema.create(moment.now())


def begin(base_file: Path, house: Path) -> None:
    """The house as that release left it."""
    for old in house.parent.glob("house.db*"):
        old.unlink()
    shutil.copyfile(base_file, house)


def statements_of(base_file: Path, house: Path) -> int:
    """How many points there are to be killed at: found by halves."""
    low, high = 1, 2**14
    while low < high:
        middle = (low + high + 1) // 2
        begin(base_file, house)
        low, high = (middle, high) if dies(prepares, f"sqlite:///{house}", at=middle) else (low, middle - 1)
    return low


@contextmanager
def made(file: Path) -> Iterator[None]:
    """A database file, open for writing; whole and closed on leaving."""
    base.connect(f"sqlite:///{file}")
    with base.writing():
        yield
        base.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    base.db.close_all()
