"""A thousand entries, each delivered one to five times in any order, answers lost: each is there once (T16)."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from intake.kiosk import receiving
from intake.models import base
from intake.models.attendance import UnknownName
from intake.models.days import Journee
from intake.models.kiosk import KioskEntry
from tests.cast import Cast, writing
from tests.kiosk.tablet import Tablet, digest, paired

ENTRIES = 1_000
DAY = 24 * 3600 * 1000

pytestmark = pytest.mark.both_databases


def deliveries(tablets: list[Tablet], number: int) -> tuple[list[tuple[Tablet, dict[str, Any], int]], set[str]]:
    """(tablet, entry, its clock at sending) as they come, and the keys of the bad ones: damaged, or dated 1970 to +5 years."""
    chance, bad, told = random.Random(16), set(), []
    for count in range(number):
        tablet = chance.choice(tablets)
        clock = tablet.millis() if count % 10 else chance.choice([0, tablet.millis() + 5 * 365 * DAY, tablet.millis() - 3 * DAY])
        entry = tablet.entry({"kind": "presence", "first_name": "Personne", "last_name": str(count)}, at=clock)
        if count % 25 == 1:
            entry["body"] = entry["body"][:-8] + "AAAAAAA="
        if count % 25 == 1 or not count % 10:
            bad.add(entry["key"])
        told += [(chance.choice(tablets), entry, clock)] * chance.randint(1, 5)
    chance.shuffle(told)
    return told, bad


def deliver(tablets: list[Tablet], number: int) -> tuple[int, set[str], set[str]]:
    """Deliver all; (how many, the keys receipted, the keys of the bad ones). A receipt always tells the truth."""
    told, bad = deliveries(tablets, number)
    receipted = set()
    for tablet, entry, clock in told:
        answer = tablet.deliver(entry, sent=clock)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        assert answer.get_json()["receipt"] == {"key": entry["key"], "digest": digest(entry)}
        receipted.add(entry["key"])
    return len(told), receipted, bad


def check(tablets: list[Tablet], number: int) -> None:
    """Stored once each, applied once each, the bad ones shown to a person."""
    sent, receipted, bad = deliver(tablets, number)
    assert sent > 2 * number
    with writing():
        assert KioskEntry.select().count() == len(receipted) == number
        assert UnknownName.select().count() == number - len(bad)
        names = [one.read for one in UnknownName.select()]
        assert len(names) == len(set(names)), "a double"
        assert {one.key for one in KioskEntry.select().where(KioskEntry.status == "tray")} == bad


@pytest.fixture
def tablets(app: Flask, people: Cast, journee: Journee) -> list[Tablet]:
    """Two of them."""
    return [paired(app, people.claire, name) for name in ("Bleue", "Verte")]


@pytest.mark.trust("T16", "T25")
@pytest.mark.slow
def test_a_thousand_entries_are_there_once(tablets: list[Tablet]) -> None:
    check(tablets, ENTRIES)


def forget_keys(row: Any) -> tuple[KioskEntry, bool]:
    """The control: a house that looks at no key."""
    import uuid

    with base.write_transaction():
        return KioskEntry.create(**{**row, "key": str(uuid.uuid4())}), True


@pytest.mark.control("T16", "T25")
@pytest.mark.parametrize("weakened", [forget_keys])
def test_the_count_sees_a_house_that_forgets_keys(tablets: list[Tablet], monkeypatch: pytest.MonkeyPatch,
                                                  weakened: Callable[[Any], Any]) -> None:
    monkeypatch.setattr(receiving.kiosk, "keep", weakened)
    with pytest.raises(AssertionError):
        check(tablets, 12)
