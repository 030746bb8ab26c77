"""The contracts of a person, as the legal counters read them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from workflows.contracts import (
    Contract,
    earlier_periods,
    ever_in_force,
    in_force,
    latest,
    periods_in,
    signed_or_in_force,
)

MARCH = date(2027, 3, 1)


def contract(state: str, first: date, last: date | None = None, **more: Any) -> Contract:
    return Contract(more.pop("kind", "cape"), "c", "d", state, first, last, signed=True, **more)


def test_a_contract_is_in_force_from_its_first_to_its_last_day_and_no_longer() -> None:
    cape = contract("trading", date(2026, 3, 1), date(2027, 2, 28))
    assert in_force([cape], date(2026, 3, 1)) == (cape,)
    assert in_force([cape], date(2027, 2, 28)) == (cape,)
    assert in_force([cape], MARCH) == (), "the clock is late, the law is not"


def test_a_contract_that_ended_early_is_over_the_day_after() -> None:
    cape = contract("ended", date(2026, 3, 1), date(2027, 2, 28), ended_on=date(2026, 9, 30))
    assert cape.covers(date(2026, 9, 30)) and not cape.covers(date(2026, 10, 1))


def test_a_signed_contract_is_not_in_force_but_counts_as_signed() -> None:
    ahead = contract("signed", date(2027, 4, 1), date(2028, 3, 31))
    assert in_force([ahead], MARCH) == ()
    assert signed_or_in_force([ahead], MARCH) == (ahead,)


@pytest.mark.parametrize("state", ["drafting", "to_sign", "cancelled", "requested", "withdrawn"])
def test_what_was_never_signed_counts_for_nothing(state: str) -> None:
    paper = contract(state, date(2026, 1, 1), date(2026, 12, 31))
    assert signed_or_in_force([paper], date(2026, 6, 1)) == ()
    assert ever_in_force([paper]) == ()
    assert earlier_periods([paper], MARCH) == ()


def test_a_running_contract_counts_until_the_eve_of_the_next() -> None:
    cape = contract("trading", date(2026, 3, 1), date(2027, 6, 30))
    assert earlier_periods([cape], MARCH) == ((date(2026, 3, 1), date(2027, 2, 28)),)


def test_earlier_periods_come_from_every_dossier_in_order() -> None:
    kpa = Contract("cape", "k", "KPA-2025-0001", "ended", date(2025, 1, 1), date(2025, 6, 30), date(2025, 6, 30), True)
    main = contract("trading", date(2025, 9, 1), date(2026, 8, 31))
    assert earlier_periods([main, kpa], MARCH) == (
        (date(2025, 1, 1), date(2025, 6, 30)), (date(2025, 9, 1), date(2026, 8, 31)))


def test_one_kind_can_be_counted_alone() -> None:
    cesa = contract("ended", date(2024, 1, 1), None, kind="cesa", ended_on=date(2024, 12, 31))
    cape = contract("ended", date(2025, 1, 1), date(2025, 12, 31), ended_on=date(2025, 12, 31))
    assert ever_in_force([cape, cesa], "cape") == (cape,)
    assert earlier_periods([cape, cesa], MARCH, "cesa") == ((date(2024, 1, 1), date(2024, 12, 31)),)


def test_the_latest_is_the_one_that_begins_last() -> None:
    old, new = contract("ended", date(2025, 1, 1), date(2025, 12, 31)), contract("trading", date(2026, 1, 1))
    assert latest([new, old]) == new and latest([]) is None


def test_dates_typed_in_free_text_become_periods() -> None:
    assert periods_in("du 15/01/2025 au 30/06/2025, puis 01.09.2025 - 31.8.2026") == [
        ["2025-01-15", "2025-06-30"], ["2025-09-01", "2026-08-31"]]
    assert periods_in("rien de daté") == []
