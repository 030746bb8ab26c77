"""The night prepares the house: places ahead, past ones lost, journées; what two people do is done once, on both databases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from intake import clock as passing, history, moment
from intake.models import accounts, caps, days, places, settings
from intake.models.days import Assembly, Journee
from intake.models.people import Antenna, RoleGrant
from intake.models.places import Place
from intake.models.two_people import waiting
from tests.cast import Cast, principale
from tests.conftest import Clock
from workflows.calendar import Month
from workflows.engine import StepRefused

pytestmark = pytest.mark.both_databases


def months(antenna: Antenna) -> dict[str, int]:
    """Places of each month."""
    found = places.of_months(antenna, "2000-01", "2100-01")
    return {month: sum(stages.values()) for month, stages in found.items()}


def test_months_are_opened_ahead_once(database: Any) -> None:
    """Three months of two; the next night, nothing; the next month, one more."""
    antenna = Antenna.create(code="roubaix", name="Roubaix", programme="kpa", prefix="KPA")
    assert places.open_ahead(antenna, 3, 2, date(2027, 3, 1)) == ["2027-03", "2027-04", "2027-05"]
    assert places.open_ahead(antenna, 3, 2, date(2027, 3, 2)) == []
    assert places.open_ahead(antenna, 3, 1, date(2027, 4, 1)) == ["2027-06"]
    assert months(antenna) == {"2027-03": 2, "2027-04": 2, "2027-05": 2, "2027-06": 1}


def test_a_month_that_was_closed_stays_closed(database: Any) -> None:
    """Opening ahead does not undo a cap of zero."""
    antenna = principale()
    places.set_cap(antenna, "2027-05", 0)
    places.open_ahead(antenna, 18, 2, date(2027, 3, 1))
    assert places.of_months(antenna, "2027-05", "2027-05") == {"2027-05": {"closed": 2}}


def test_what_was_not_taken_is_lost(database: Any) -> None:
    """Nothing is carried over: February's places are lost in March, March's are not."""
    antenna = principale()
    Place.create(antenna=antenna, month="2027-02", rank=1)
    Place.create(antenna=antenna, month="2027-02", rank=2, status="closed")
    assert places.close_past(principale(), date(2027, 3, 1)) == {"2027-02": 1}
    assert places.close_past(principale(), date(2027, 3, 1)) == {}
    assert places.of_months(antenna, "2027-02", "2027-03") == {
        "2027-02": {"lost": 1, "closed": 1}, "2027-03": {"free": 2}}


def test_the_clock_prepares_each_day(database: Any, clock: Clock) -> None:
    """A tick in April opens the eighteenth month and adds the thirteenth journée; a second tick adds nothing."""
    passing.tick()
    before = (len(months(principale())), Journee.select().count())
    clock.to(date(2027, 4, 2))
    passing.tick()
    passing.tick()
    assert (len(months(principale())), Journee.select().count()) == (before[0] + 1, before[1] + 1)


def test_a_cap_agreed_holds_for_months_opened_later(cast: Cast, clock: Clock) -> None:
    """Three places from May on: the month opened in April has three too."""
    caps.ask(principale(), Month(2027, 5), None, 3, "Deux binômes de plus", cast.marc)
    caps.confirm(waiting(caps.CapChange)[0], cast.odile)
    clock.to(date(2027, 4, 2))
    passing.tick()
    opened = months(principale())
    assert (opened["2027-04"], opened["2027-05"], opened["2028-09"]) == (2, 3, 3)
    assert not list(history.verify())


def test_planning_journees_around_an_assembly(database: Any) -> None:
    """May waits for someone when an assembly is in June; what was moved stays moved."""
    Assembly.create(day=date(2027, 6, 24))
    planned = days.plan_journees(date(2027, 3, 1))
    assert [one.day.month for one in planned if one.to_confirm] == [5, 8]
    Journee.update(day=date(2027, 3, 25), reason="Salle prise").where(Journee.planned == date(2027, 3, 18)).execute()
    assert days.plan_journees(date(2027, 3, 2)) == []


def test_what_is_refused_writes_nothing(cast: Cast) -> None:
    """One person alone changes neither the cap nor a co-manager; a past day changes no setting."""
    caps.ask(principale(), Month(2027, 5), None, 3, "Deux binômes de plus", cast.marc)
    accounts.give(cast.zoe, "cogerance", None, None, "AG du 26 février", cast.marc, "cogerance")
    for alone in (lambda: caps.confirm(waiting(caps.CapChange)[0], cast.marc),
                  lambda: accounts.confirm(waiting(accounts.RoleAsked)[0], cast.marc, "cogerance"),
                  lambda: accounts.confirm(waiting(accounts.RoleAsked)[0], cast.zoe, "cogerance"),
                  lambda: settings.change("offers.days", 14, date(2027, 2, 28), "Hier", cast.marc, "cogerance")):
        with pytest.raises(StepRefused):
            alone()
    assert months(principale())["2027-05"] == 2
    assert not RoleGrant.select().where(RoleGrant.person == cast.zoe).exists()
    assert settings.settings_on(moment.today())["offers.days"] == 10
