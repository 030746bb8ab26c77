"""An empty machine, a backup, keys from their safe (TRUST T26): serving again, the erased absent, letters held, anchor met."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config import Settings
from intake import anchors, backups, seal_keys
from intake.models import erasures
from intake.models.base import writing
from intake.models.dossiers import Dossier, Event
from intake.models.letters import Letter
from intake.models.people import Person
from intake.models.signin import Session
from tests.cases.test_admission import arrived
from tests.cast import Cast, opened
from tests.conftest import NOW, Clock
from tests.faults.browser import Browser
from tests.faults.served import servers
from tests.test_backups import keys as pair_of_keys

pytestmark = pytest.mark.heavy

keys = pair_of_keys
HALF_AN_HOUR = 30 * 60
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Safe:
    """What is left of a house whose machine burnt: its backups elsewhere, its keys on paper, what it knew."""

    folder: Path
    backup: Path
    private: Path
    empty: Settings
    erased: str
    """The uid of whom was erased after the backup was taken."""
    events: int


@pytest.fixture
def safe(cast: Cast, keys: tuple[Path, Path], settings: Settings, clock: Clock, tmp_path: Path) -> Safe:
    """An anchor laid one morning, a backup taken the next day, Ana erased the day after."""
    elsewhere = tmp_path / "elsewhere"
    house = replace(settings, backups=elsewhere)
    arrived(cast.ana)
    arrived(cast.ben)
    Session.create(token="x", person=cast.claire, begun_at=NOW, ends_at=NOW)
    clock.set(datetime(2027, 3, 2, 5, 0, tzinfo=UTC))
    anchors.pass_day(house)
    clock.forward(days=1)
    arrived(cast.zoe)
    backup, events = backups.take(elsewhere, keys[0]), Event.select().count()
    clock.forward(days=1)
    erasures.erase_person(cast.ana, cast.ada, "admin")
    backups.tell_tombstones(elsewhere)
    seal_keys.make("Optéos", NOW)
    there = tmp_path / "empty" / "house"
    paper = shutil.copy(settings.key_file, tmp_path / "keys-from-paper")
    return Safe(elsewhere, backup, keys[1], replace(settings, data=there, key_file=Path(paper), backups=elsewhere,
                                                    database_url=f"sqlite:///{there / 'parcours.db'}"), cast.ana.uid, events)


def intake(house: Settings, *words: str) -> Any:
    """The command, as it is typed on that machine."""
    return subprocess.run([sys.executable, "-m", "intake", *words], cwd=ROOT, capture_output=True, text=True, check=False, env={
        **os.environ, "INTAKE_DATABASE_URL": house.database_url, "INTAKE_DATA": str(house.data), "INTAKE_WORK": "no",
        "INTAKE_KEY_FILE": str(house.key_file), "INTAKE_SECRET_KEY": house.secret_key, "INTAKE_PUBLIC_URL": house.public_url})


def comes_back(safe: Safe, tmp_path: Path) -> dict[str, Any]:
    """Restore, look, serve; what is found there."""
    begun = time.monotonic()
    done = intake(safe.empty, "restore", str(safe.backup), "--key", str(safe.private))
    assert done.returncode == 0, done.stderr
    assert intake(safe.empty, "verify").returncode == 0
    with servers(safe.empty, log=tmp_path / "servers.log") as started:
        status = Browser(started.start()).get("/connexion").status
    took = time.monotonic() - begun
    with opened(safe.empty), writing():
        who = Person.get(Person.uid == safe.erased)
        return {"status": status, "within": took < HALF_AN_HOUR, "name": who.last_name, "dossiers": Dossier.select().count(),
                "events": Event.select().count() >= safe.events, "said": done.stdout.partition(":")[0],
                "letters": {letter.status for letter in Letter.select()},
                "signed in": Session.select().where(Session.revoked_at.is_null()).count()}


BACK = {"status": 200, "within": True, "name": "", "dossiers": 3, "events": True, "said": "Restored", "letters": {"failed"},
        "signed in": 0}


@pytest.mark.trust("T26")
def test_an_empty_machine_serves_again_and_nobody_erased_is_there(safe: Safe, tmp_path: Path) -> None:
    assert comes_back(safe, tmp_path) == BACK


@pytest.mark.trust("T26")
def test_a_backup_that_does_not_meet_the_anchor_is_told(safe: Safe) -> None:
    file, = anchors.folder_of(safe.empty).glob("*.txt")
    lines = file.read_text().splitlines()
    file.write_text("\n".join([f"{lines[0][:-64]}{'0' * 64}", *lines[1:]]) + "\n")
    done = intake(safe.empty, "restore", str(safe.backup), "--key", str(safe.private))
    assert done.returncode != 0 and "was rewritten since the anchor was laid" in done.stderr


@pytest.mark.control("T26")
def test_control_without_the_tombstones_she_is_back(safe: Safe, tmp_path: Path) -> None:
    (safe.folder / backups.TOMBSTONES).unlink()
    found = comes_back(safe, tmp_path)
    assert found["name"] == "Moreau" and found != BACK
