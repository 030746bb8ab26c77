"""T14: a history that somebody rewrote whole is seen by the anchor of the morning, and by nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import pytest
from flask import Flask

from config import Settings
from intake import anchors, history, house_health, serving
from intake.cases import take_step
from intake.models.base import db
from intake.models.dossiers import Answers, Case, Dossier, Event, House
from intake.models.letters import Letter
from intake.models.people import Person
from intake.models.settings import SettingValue
from tests.cases.test_admission import arrived
from tests.cast import Cast
from tests.conftest import NOW, Clock

GUARDS = ("event_is_not_removed", "event_is_not_changed", "case_state_is_told")
MORNING = datetime(2027, 3, 2, 5, 0, tzinfo=UTC)
"""Six o’clock in Paris, the day after."""


@pytest.fixture
def house(cast: Cast, database: Any) -> Cast:
    """Ana and Ben have a dossier; Odile and Nour are the witnesses."""
    for person in (cast.ana, cast.ben):
        arrived(person)
    SettingValue.create(name="keep.anchor_witnesses", since=NOW.date() - timedelta(days=9), changed_at=NOW,
                        value=[cast.odile.uid, cast.marc.uid], changed_by=cast.odile)
    return cast


def laid(settings: Settings, clock: Clock) -> Path:
    """The anchor of the next morning."""
    clock.set(MORNING)
    anchors.pass_day(settings)
    return anchors.folder_of(settings) / "2027-03-02.txt"


@pytest.mark.trust("T14")
def test_once_a_morning_to_two_witnesses(house: Cast, settings: Settings, clock: Clock) -> None:
    clock.set(MORNING - timedelta(minutes=1))
    anchors.pass_day(settings)
    assert not anchors.folder_of(settings).exists(), "not before six"
    file = laid(settings, clock)
    anchors.pass_day(settings)
    assert file.name == "2027-03-02.txt" and (file.stat().st_mode & 0o077) == 0
    expected = sorted([*(f"{one.uid} {one.events} {one.head}" for one in Dossier.select()),
                       *(f"house {one.events} {one.head}" for one in House.select() if one.events)])
    assert file.read_text().splitlines() == expected
    letters = list(Letter.select().where(Letter.template == "anchor").order_by(Letter.id))
    assert [letter.recipient_id for letter in letters] == [house.odile.id, house.marc.id]
    told = hashlib.sha256(file.read_bytes()).hexdigest()
    assert all(told in letter.body for letter in letters)
    assert letters[0].subject == "Empreinte de l’historique du 2\N{NO-BREAK SPACE}mars 2027"


def test_stopped_between_file_and_letters_it_goes_on(house: Cast, settings: Settings, clock: Clock) -> None:
    clock.set(MORNING)
    file = anchors.folder_of(settings) / "2027-03-02.txt"
    anchors.lay(file, "house 1 abc\n")
    anchors.pass_day(settings)
    assert file.read_text() == "house 1 abc\n", "what was laid first stays"
    assert all(anchors.digest(file) in letter.body for letter in Letter.select().where(Letter.template == "anchor"))
    assert Letter.select().where(Letter.template == "anchor").count() == 2


@pytest.mark.parametrize("away", [True, False], ids=["away", "the control: the disk is there"])
def test_a_disk_that_is_away_stops_neither_clock_nor_post(app: Flask, people: Cast, clock: Clock, settings: Settings,
                                                          tmp_path: Path, away: bool) -> None:
    elsewhere = tmp_path / "elsewhere"
    if away:
        elsewhere.write_text("not a folder")
    app.config["SETTINGS"] = replace(settings, backups=elsewhere)
    clock.set(MORNING)
    serving.round_of(app, lambda *_: None)
    assert (elsewhere / "anchors" / "2027-03-02.txt").exists() is not away


@pytest.mark.trust("T14")
def test_what_comes_back_is_held_against_the_anchor_before_it(house: Cast, settings: Settings, clock: Clock) -> None:
    file = laid(settings, clock)
    clock.forward(days=1)
    arrived(house.zoe)
    assert list(anchors.check_restored(file.parent.parent)) == []
    file.write_text(file.read_text().replace(Dossier.get(Dossier.person == house.ana).head, "0" * 64))
    assert [flaw.problem for flaw in anchors.check_restored(file.parent.parent)] == ["was rewritten since the anchor was laid"]


@pytest.mark.trust("T14")
def test_what_goes_on_is_no_flaw(house: Cast, settings: Settings, clock: Clock) -> None:
    file = laid(settings, clock)
    arrived(house.zoe)
    assert list(anchors.check(file.read_text())) == [] == list(history.verify())


@pytest.mark.trust("T14")
def test_a_history_rewritten_whole_is_seen_by_the_anchor(house: Cast, settings: Settings, clock: Clock) -> None:
    file = laid(settings, clock)
    ana = rewritten(house.ana)
    assert [flaw.where for flaw in anchors.check(file.read_text())] == [f"{ana.uid} #{ana.events}"]


@pytest.mark.control("T14")
def test_control_without_the_anchor_it_goes_unseen(house: Cast) -> None:
    """Whoever recomputes every hash leaves nothing for `verify` to see."""
    rewritten(house.ana)
    assert list(history.verify()) == []


def rewritten(person: Person) -> Dossier:
    """Somebody's dossier told otherwise, every hash of its chain made again."""
    unguarded()
    told: Dossier = Dossier.get(Dossier.person == person)
    previous = ""
    for event in Event.select().where(Event.dossier == told).order_by(Event.number):
        event.role, event.previous = "admin", previous
        event.hash = previous = history.hash_of(event)
        event.save()
    Dossier.update(head=previous).where(Dossier.id == told.id).execute()
    return told


@pytest.mark.trust("T14")
def test_a_whole_dossier_taken_away_is_named(house: Cast, settings: Settings, clock: Clock) -> None:
    file = laid(settings, clock)
    unguarded()
    ben = Dossier.get(Dossier.person == house.ben)
    db.execute_sql("PRAGMA foreign_keys=OFF")
    for model in (Answers, Event):
        model.delete().where(model.case.in_([case.id for case in ben.cases])).execute()
    Dossier.update(head="", events=0).where(Dossier.id == ben.id).execute()
    assert [flaw.problem for flaw in history.verify() if "lines" in flaw.problem] == [], "its chain: nothing is left to say so"
    flaws = list(anchors.check(file.read_text()))
    assert [flaw.where for flaw in flaws] == [f"{ben.uid} #{ben.events}"] and "gone" in flaws[0].problem


def test_of_two_servers_at_the_same_instant_one_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "anchors" / "2027-03-02.txt"
    texts = [f"{number:02d} 1 abc\n" * 500 for number in range(8)]
    servers = [Thread(target=anchors.lay, args=(file, text)) for text in texts]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    assert file.read_text() in texts and [one.name for one in file.parent.iterdir()] == [file.name]


def test_health_says_who_is_missing_then_that_it_is_late(house: Cast, settings: Settings, clock: Clock) -> None:
    def row() -> house_health.Row:
        return next(row for row in house_health.rows(settings) if row.subject == "Empreinte du jour")

    assert row().says == "Aucune n’est faite." and row().problem
    laid(settings, clock)
    clock.forward(hours=1)
    assert row().says == "La dernière est faite il y a 1 heure." and not row().problem
    clock.forward(hours=26)
    assert row().says == "Aucune depuis plus d’un jour." and row().problem
    SettingValue.update(value=[house.odile.uid]).execute()
    SettingValue.create(name="keep.notes", since=NOW.date(), changed_at=clock.now, value=3, changed_by=house.odile)
    assert row().says == "Une seule personne la reçoit."


def unguarded() -> None:
    """Whoever holds the machine can take the guards of the tables away."""
    for guard in GUARDS:
        db.execute_sql(f"DROP TRIGGER IF EXISTS {guard}")


# A thousand ways ------------------------------------------------------------------------------------------------------

MANY = 1_000
KINDS = ("edited", "deleted", "swapped", "cut short", "recomputed")


def spoiled(kind: str, told: Dossier, number: int) -> tuple[str, int]:
    """Spoil a line of a chain by hand; (the dossier's uid, the first bad line)."""
    here = {event.number: event for event in Event.select().where(Event.dossier == told)}
    line = here[number]
    if kind == "edited":
        Event.update(role="admin").where(Event.id == line.id).execute()
    elif kind == "deleted":
        gone(line)
    elif kind == "swapped":
        other = here[number % told.events + 1]
        mine, theirs = line.hash, other.hash
        Event.update(hash=theirs).where(Event.id == line.id).execute()
        Event.update(hash=mine).where(Event.id == other.id).execute()
        number = min(number, other.number)
    elif kind == "cut short":
        for after in range(number, told.events + 1):
            gone(here[after])
    else:
        previous = line.previous
        for after in range(number, told.events + 1):
            event = here[after]
            event.role, event.previous = ("admin" if after == number else event.role), previous
            event.hash = previous = history.hash_of(event)
            event.save()
        Dossier.update(head=previous).where(Dossier.id == told.id).execute()
    return told.uid, number


def gone(event: Event) -> None:
    """A line, with what lies beside it."""
    Answers.delete().where(Answers.event == event).execute()
    Event.delete().where(Event.id == event.id).execute()


def first_bad(file: Path, told: Dossier) -> int | None:
    """The first line of this dossier that verification or the anchor names; None when nothing is seen, or elsewhere."""
    named = {told.number, told.uid}
    flaws = [(*flaw.where.rpartition(" #")[::2], flaw.problem) for flaw in (*history.verify(), *anchors.check(file.read_text()))]
    mine = [(int(line), problem) for where, line, problem in flaws if where in named]
    if len([one for one in flaws if one[0]]) != len(mine):
        return None
    lines = [int(problem.split()[1]) if problem.endswith("is missing") else line for line, problem in mine]
    if not lines and any(where[2] == "its last lines are missing" for where in flaws):
        return 0
    return min(lines, default=None)


@pytest.mark.heavy
@pytest.mark.trust("T14")
def test_a_thousand_lines_spoiled_are_each_found(house: Cast, settings: Settings, clock: Clock) -> None:
    """Up to the anchor; the dossier is named, and its first bad line but where the chain was made again whole from there."""
    dossiers = [Dossier.get_by_id(lived(someone).dossier_id) for someone in (house.ana, house.ben, house.zoe)]
    file = laid(settings, clock)
    unguarded()
    db.execute_sql("PRAGMA foreign_keys=OFF")
    chance, missed = Random(14), []
    for turn in range(MANY):
        kind, told = KINDS[turn % len(KINDS)], chance.choice(dossiers)
        number = chance.randint(1, told.events)
        with db.atomic() as whole:
            _, expected = spoiled(kind, told, number)
            found = first_bad(file, told)
            if found is None or (kind in ("edited", "deleted", "swapped") and found not in (0, expected)):
                missed.append((kind, told.uid, number, expected, found))
            whole.rollback()
    assert missed == []


def lived(person: Person) -> Any:
    """A dossier of some length."""
    case = arrived(person) if not Dossier.select().where(Dossier.person == person).exists() else Case.get(
        Case.dossier == Dossier.get(Dossier.person == person))
    claire = Person.get(Person.first_name == "Claire")
    for number in range(9):
        take_step(case, "note", by=claire, raw={"note": f"Un mot {number}"}, key=None)
    return case
