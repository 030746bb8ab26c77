"""A house that is not fit to serve does not open in production, and says why (TRUST T2, 5.1); an upgrade strands nobody (T6)."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import workflows
from config import Settings
from intake import commands, doctoring, history, moment, serving
from intake.models import base, connection, schema, sealed
from intake.models.connection import UnsafeDatabase
from intake.models.dossiers import Case, Event
from intake.models.factors import Factor
from tests.cases.test_admission import arrived
from tests.cast import Cast, opened
from tests.conftest import Clock

VERDICTS = {(3, 9, 2): False, (3, 40, 1): False, (3, 51, 2): False, (3, 51, 3): True, (3, 54, 0): True}
"""Whether each version of SQLite may serve."""


# Versions ------------------------------------------------------------------------------------------------------------


def allowed(version: tuple[int, ...]) -> bool:
    """What the gate says of a version."""
    try:
        connection.refuse_unsafe(version)
    except UnsafeDatabase:
        return False
    return True


@pytest.mark.trust("T2")
def test_each_version_of_sqlite_has_its_verdict() -> None:
    assert {version: allowed(version) for version in VERDICTS} == VERDICTS


class AsText(tuple[int, ...]):
    """A version that is compared letter by letter."""

    def __gt__(self, other: Any) -> bool:
        return ".".join(map(str, self)) > ".".join(map(str, other))


@pytest.mark.control("T2")
def test_control_compared_as_text_an_old_one_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SAFE_SQLITE", AsText(connection.SAFE_SQLITE))
    assert {version: allowed(version) for version in VERDICTS} != VERDICTS
    assert allowed((3, 9, 2))


# What refuses the start ----------------------------------------------------------------------------------------------


@pytest.fixture
def fit(settings: Settings, cast: Cast, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A house in service, Ana's dossier in it, keys apart from data."""
    arrived(cast.ana)
    keys = tmp_path / "apart" / "keys"
    keys.parent.mkdir(mode=0o700)
    sealed.load_keys(keys, create=True)
    Factor.create(person=cast.claire, kind="totp", secret=sealed.seal("factor.secret", cast.claire.uid, "JBSWY3DP"),
                  added_at=moment.now())
    base.check_in()
    base.db.close_all()
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    monkeypatch.delenv("INTAKE_NOW")
    monkeypatch.delenv("FLASK_DEBUG", raising=False)
    return replace(settings, data=data, public_url="https://parcours.example", key_file=keys)


Spoil = Callable[[Settings, pytest.MonkeyPatch], Settings]


def debug_on(house: Settings, patch: pytest.MonkeyPatch) -> Settings:
    patch.setenv("FLASK_DEBUG", "1")
    return house


def old_sqlite(house: Settings, patch: pytest.MonkeyPatch) -> Settings:
    patch.setattr(doctoring.cysqlite, "sqlite_version_info", (3, 40, 1))
    return house


def pragma_not_as_set(house: Settings, patch: pytest.MonkeyPatch) -> Settings:
    patch.setitem(connection.PRAGMAS, "auto_vacuum", 1)  # a file that was begun without it does not take it
    return house


def network_disk(house: Settings, patch: pytest.MonkeyPatch) -> Settings:
    mounts = house.key_file.with_name("mounts")
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/share {house.data.parent} nfs4 rw 0 0\n")
    patch.setattr(doctoring, "MOUNTS", mounts)
    return house


def readable_by_others(house: Settings, patch: pytest.MonkeyPatch) -> Settings:
    house.data.chmod(0o755)
    return house


def wrong_key(house: Settings, patch: pytest.MonkeyPatch) -> Settings:
    other = house.key_file.with_name("other")
    sealed.load_keys(other, create=True)
    return replace(house, key_file=other)


def no_key(house: Settings, patch: pytest.MonkeyPatch) -> Settings:
    return replace(house, key_file=house.key_file.with_name("nowhere"))


def schema_not_at_head(house: Settings, patch: pytest.MonkeyPatch) -> Settings:
    with opened(house):
        base.db.execute_sql("INSERT INTO schema_migration (name, applied) VALUES ('9999_tomorrow', '2031-01-01 00:00:00')")
    return house


def unknown_state(house: Settings, patch: pytest.MonkeyPatch) -> Settings:
    stranded(house)
    return house


def torn_after_an_unclean_stop(house: Settings, patch: pytest.MonkeyPatch) -> Settings:
    file = Path(house.database_url.removeprefix("sqlite:///"))
    torn = bytearray(file.read_bytes())
    middle = len(torn) // 2 // 4096 * 4096
    torn[middle:middle + 4096] = b"\xff" * 4096
    file.write_bytes(torn)
    file.with_name(file.name + "-wal").write_bytes(b"cut short")
    return house


def stranded(house: Settings) -> None:
    """A live case stands where no workflow knows."""
    with opened(house):
        base.db.execute_sql("DROP TRIGGER case_state_is_told")
        Case.update(state="limbo").execute()


@pytest.mark.trust("T2")
def test_a_house_that_is_fit_is_let_open(fit: Settings) -> None:
    assert doctoring.examine(fit)[0] == []


@pytest.mark.trust("T2")
@pytest.mark.timeout(20)
@pytest.mark.parametrize(("spoil", "said"), [
    (debug_on, "FLASK_DEBUG"), (old_sqlite, "can corrupt the database"), (pragma_not_as_set, "auto_vacuum=1"),
    (network_disk, "network disk (nfs4)"), (readable_by_others, "can be read by other users"), (wrong_key, "another house"),
    (no_key, "INTAKE_KEY_FILE"), (schema_not_at_head, "not those of this release"), (unknown_state, "no longer exists"),
    (torn_after_an_unclean_stop, "")], ids=lambda one: getattr(one, "__name__", ""))
def test_each_fault_keeps_the_door_shut(fit: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
                                        spoil: Spoil, said: str) -> None:
    assert serving.serve(spoil(fit, monkeypatch)) == 1, "it does not start"
    problems = [line.getMessage() for line in caplog.records if line.levelname == "ERROR"]
    assert problems and said in " ".join(problems)


# A release that takes a state away -----------------------------------------------------------------------------------


@pytest.mark.trust("T6")
def test_an_upgrade_without_a_mapping_stops_before_anything(
        fit: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With one, every case moves by an event of the clock, and its state is what its history says."""
    for name, value in as_environment(fit).items():
        monkeypatch.setenv(name, value)
    admission = workflows.ALL["admission"]
    without = replace(admission, states=tuple(one for one in admission.states if one.name != "contact"))
    with opened(fit):
        before = (Event.select().count(), schema.describe())
        base.db.execute_sql("DELETE FROM schema_migration")
    monkeypatch.setitem(workflows.ALL, "admission", without)
    assert commands.main(["init"]) != 0
    assert "stands at « contact », which no longer exists" in "".join(capsys.readouterr())
    with opened(fit):
        assert (Event.select().count(), schema.describe(), schema.at_head()) == (*before, False), "nothing was touched"
        base.db.execute_sql("INSERT INTO schema_migration (name, applied) VALUES (?, '2027-01-01 00:00:00')",
                            (schema.status()[0][0],))
    monkeypatch.setitem(workflows.ALL, "admission", replace(without, renamed={"contact": "meeting"}))
    assert commands.main(["init"]) == 0
    with opened(fit):
        event = Event.select().order_by(Event.id.desc()).first()
        assert (event.step, event.role, event.before, event.after) == ("rename", "clock", "contact", "meeting")
        assert Case.get().state == "meeting" and list(history.verify()) == []


def as_environment(house: Settings) -> dict[str, str]:
    """The settings, as `intake` reads them."""
    return {"INTAKE_DATA": str(house.data), "INTAKE_DATABASE_URL": house.database_url, "INTAKE_SECRET_KEY": house.secret_key,
            "INTAKE_KEY_FILE": str(house.key_file), "INTAKE_PUBLIC_URL": house.public_url,
            "INTAKE_SMTP_URL": f"smtp://127.0.0.1:{os.getpid() % 1000 + 1}"}
