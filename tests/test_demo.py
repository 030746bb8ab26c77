"""Two invented years: every desk of the house has something on it, through real steps alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from peewee import fn

import workflows
from config import Settings
from intake import commands, demo, history, moment, signing_in
from intake.models.dossiers import Case, Dossier, Event
from intake.models.letters import Letter
from intake.models.people import Antenna, Person
from intake.models.pieces import Paper
from intake.models.places import Place
from intake.models.tasks import Task
from tests import cast as the_cast
from tests.cast import Cast
from tests.conftest import NOW, SECRET, Clock

PEOPLE = 150


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """What `intake demo` says; its database stays open for the tests of this module."""
    folder = tmp_path_factory.mktemp("demo")
    settings = house_in(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INTAKE_NOW", NOW.isoformat())
        the_cast.build(settings.database_url, NOW)
        with commands.database(settings):
            yield list(demo.live(settings, people=PEOPLE, seed=2021))


def house_in(folder: Path) -> Settings:
    return Settings(data=folder, database_url=f"sqlite:///{folder / 'demo.db'}", secret_key=SECRET,
                    public_url="http://127.0.0.1:8000", key_file=folder / "keys", work=False)


def standing() -> Counter[tuple[str, str]]:
    rows = Case.select(Case.workflow, Case.state, fn.COUNT(Case.id)).group_by(Case.workflow, Case.state).tuples()
    return Counter({(workflow, state): number for workflow, state, number in rows})


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_state_of_every_workflow_is_populated(lines: list[str]) -> None:
    found = standing()
    empty = [f"{one.name}.{state}" for one in workflows.ALL.values() for state in one.state if not found[one.name, state]]
    assert empty == []


@pytest.mark.slow
def test_the_house_looks_like_a_house(lines: list[str]) -> None:
    found, dossiers = standing(), Dossier.select().count()
    assert dossiers == pytest.approx(PEOPLE, abs=5)
    in_cape = found["cape", "preparing"] + found["cape", "trading"]
    assert 0.4 * dossiers < in_cape < 0.62 * dossiers
    kpa = Dossier.select().join(Antenna).where(Antenna.programme == "kpa")
    assert kpa.count() == pytest.approx(50, abs=2)
    assert not Place.select().join(Case, on=Place.holder).join(Antenna, on=Case.antenna).where(
        Antenna.programme == "kpa").exists()
    assert 6 <= found["admission", "waiting"] <= 14
    taken = Place.select(fn.COUNT(Place.id)).where(Place.holder.is_null(False)).group_by(Place.month).tuples()
    assert max(number for (number,) in taken) == 2
    assert Task.select().where(Task.closed_at.is_null(), Task.due_on < moment.today()).exists()
    assert {"write", "note", "ask", "answer", "take_over"} <= {step for (step,) in Event.select(Event.step).distinct().tuples()}


@pytest.mark.slow
def test_it_is_real(lines: list[str]) -> None:
    """Made by steps, at their hour, and nothing leaves."""
    assert list(history.verify()) == []
    assert not Letter.select().where(Letter.status == "waiting", Letter.next_try <= moment.now()).exists()
    first, last = Event.select(fn.MIN(Event.made_at), fn.MAX(Event.made_at)).scalar(as_tuple=True)
    assert Event.select().where(Event.made_at > moment.now()).count() == 0
    assert Event.select().where(Event.made_at < NOW - timedelta(days=731)).count() == 0
    assert first < last
    contents = [bytes(paper.content) for paper in Paper.select()]
    assert len(set(contents)) == len(contents) > 100
    assert all(content.startswith(b"%PDF") for content in contents)
    assert not Person.select().where(Person.email.is_null(False), ~(
        Person.email.endswith("exemple.fr") | Person.email.endswith(".example"))).exists()


@pytest.mark.slow
def test_one_way_in_per_kind_of_user(lines: list[str]) -> None:
    ways = [line for line in lines if "/entrer/" in line]
    kinds = [line.split(", ", 1)[1].split(": ")[0] for line in ways]
    assert kinds == [
        "admin", "circle", "coordinator", "support", "hr", "accounts", "cogerance", "facilitator", "coop_life",
        "candidate, application under way", "waiting for a place", "offered a place", "in CAPE", "salaried", "peer"]
    token = ways[0].rsplit("/", 1)[1]
    assert signing_in.use_link(token, browser="any").person.called == "Ada"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_same_seed_tells_the_same_story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE_NOW", NOW.isoformat())
    told = []
    for name in ("one", "two"):
        settings = house_in(tmp_path / name)
        settings.data.mkdir()
        the_cast.build(settings.database_url, NOW)
        with commands.database(settings):
            list(demo.live(settings, people=12, seed=7))
            rows = Event.select(Event.made_at, Dossier.number, Person.first_name, Event.step, Event.after).join(
                Dossier).join(Person, on=Dossier.person).order_by(Event.id).tuples()
            told.append(list(rows))
    assert len(told[0]) > 200
    assert told[0] == told[1]


# What it refuses -----------------------------------------------------------------------------------------------------


def refusal(settings: Settings) -> str:
    with pytest.raises(demo.Refused) as refused:
        next(demo.live(settings))
    return str(refused.value)


def test_it_never_writes_beside_people(cast: Cast, settings: Settings) -> None:
    assert refusal(settings) == "The demonstration needs an empty database; this one has people in it."


def test_it_never_writes_where_letters_leave(database: object, settings: Settings, clock: Clock) -> None:
    assert "INTAKE_SMTP_URL" in refusal(replace(settings, smtp_url="smtp://127.0.0.1"))
    assert "production" in refusal(replace(settings, public_url="https://parcours.example"))
