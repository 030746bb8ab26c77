"""The one clock: it runs by itself, or stands where INTAKE_NOW says."""

from datetime import UTC, date, datetime, timedelta

import pytest

from intake import moment
from tests.conftest import Clock


def test_it_runs_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INTAKE_NOW", raising=False)
    before = moment.now()

    assert before.tzinfo is UTC
    assert timedelta(0) <= moment.now() - before < timedelta(seconds=5)


@pytest.mark.parametrize("told", ["2027-03-01T09:00:00Z", "2027-03-01T09:00:00+00:00", "2027-03-01T10:00:00+01:00"])
def test_it_stands_at_an_instant(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("INTAKE_NOW", told)

    assert moment.now() == datetime(2027, 3, 1, 9, tzinfo=UTC)


def test_its_file_is_read_again_at_each_look(clock: Clock) -> None:
    first = moment.now()
    clock.forward(days=40)

    assert moment.now() - first == timedelta(days=40)


def test_today_is_the_day_in_paris(clock: Clock) -> None:
    clock.set(datetime(2027, 6, 30, 22, 30, tzinfo=UTC))

    assert moment.today() == date(2027, 7, 1)
