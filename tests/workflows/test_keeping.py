"""How long a dossier is kept, in the words of JOURNEY §11."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from workflows.keeping import Leaving, Stood, leaving, notes_until, notice_days
from workflows.settings import DEFAULTS

DECLINED = date(2026, 9, 15)


def admission(state: str = "declined", **more: Any) -> Stood:
    return Stood(**{"workflow": "admission", "state": state, "closed": True, "since": DECLINED, "sent": True, **more})


def cape(state: str = "ended", **more: Any) -> Stood:
    return Stood(**{"workflow": "cape", "state": state, "closed": True, "since": date(2026, 6, 1),
                    "contract_end": date(2026, 5, 31), **more})


def goes(*cases: Stood, **settings: Any) -> Leaving | None:
    return leaving(cases, {**DEFAULTS, **settings})


def on(*cases: Stood) -> date:
    found = goes(*cases)
    assert found is not None
    return found.on


def test_case_31_declined_without_agreement() -> None:
    assert on(admission()) == date(2026, 12, 15)


def test_case_31_declined_with_agreement() -> None:
    assert on(admission(agreed_on=date(2026, 9, 15))) == date(2028, 9, 15)


def test_an_agreement_counts_from_the_last_contact() -> None:
    assert on(admission(agreed_on=date(2026, 10, 1))) == date(2028, 10, 1)


def test_withdrawn_goes_after_it_can_no_longer_be_reopened() -> None:
    """As the status page says: back until 21 February, erased on the 23rd (S9)."""
    assert on(admission("withdrawn", since=date(2026, 11, 23))) == date(2027, 2, 23)


@pytest.mark.parametrize(("left_from", "clock", "day"), [
    ("draft", "draft", date(2026, 12, 14)), ("contact", "interest", date(2027, 3, 15)),
    ("meeting", "interest", date(2027, 3, 15))])
def test_what_was_never_sent(left_from: str, clock: str, day: date) -> None:
    assert goes(admission("lapsed", sent=False, left_from=left_from)) == Leaving(clock, day)


def test_a_contract_is_kept_five_years_after_its_end() -> None:
    assert goes(admission("joined", since=date(2025, 6, 1)), cape()) == Leaving(
        "contract", date(2031, 6, 1), date(2031, 5, 31))


def test_a_leap_day_ends_with_its_month() -> None:
    assert on(admission(since=date(2027, 11, 29))) == date(2028, 2, 29)
    assert on(cape(contract_end=date(2028, 2, 29), since=date(2028, 2, 29))) == date(2033, 2, 28)


@pytest.mark.parametrize("living", [
    cape("trading", closed=False), Stood("membership", "associate", True, DECLINED),
    admission("waiting", closed=False)])
def test_nothing_goes_while_somebody_works_on_it(living: Stood) -> None:
    assert goes(admission(), living) is None


def test_nothing_goes_that_never_began() -> None:
    assert goes() is None


def test_people_are_told_thirty_days_before_fifteen_for_a_draft() -> None:
    assert notice_days("refused", DEFAULTS) == 30
    assert notice_days("draft", DEFAULTS) == notice_days("interest", DEFAULTS) == 15


def test_interview_notes_go_three_months_after_the_decision() -> None:
    assert notes_until(date(2026, 11, 30), DEFAULTS) == date(2027, 2, 28)


def test_a_setting_moves_the_clock() -> None:
    found = goes(admission(), **{"keep.refused": 6})
    assert found is not None
    assert found.on == date(2027, 3, 15)
