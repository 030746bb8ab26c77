"""A journée on the third Thursday of March, badges, a tablet that Claire let in."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from intake.models import badges, days
from intake.models.badges import Badge
from intake.models.days import Journee, journee_on
from tests.cast import Cast, writing
from tests.conftest import Clock
from tests.kiosk.tablet import Tablet, paired

THURSDAY = date(2027, 3, 18)


@pytest.fixture
def journee(app: Flask, clock: Clock) -> Journee:
    """It is ten o'clock on the day of the journée."""
    with writing():
        days.plan_journees(date(2027, 3, 1))
        found = journee_on(THURSDAY)
    assert found is not None
    clock.to(THURSDAY, 9)
    return found


@pytest.fixture
def tablet(app: Flask, people: Cast, journee: Journee) -> Tablet:
    """A tablet at work."""
    return paired(app, people.claire)


@pytest.fixture
def badge(people: Cast) -> Badge:
    """Ana's."""
    with writing():
        badges.give_badges([people.ana, people.ben])
        found = badges.badge_of(people.ana)
    assert found is not None
    return found
