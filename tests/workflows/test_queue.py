"""The waiting list: who is next, when they may hope to enter, and what nobody may lose by it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import given, strategies as st

from workflows.calendar import Month
from workflows.queue import (
    DRAWN_AMONG,
    Candidate,
    draw,
    exceptions_left,
    first_month,
    forecast,
    in_line,
    order,
    people_ahead,
    ranks,
    steps_back,
)

NOVEMBER_23 = date(2026, 11, 23)
DECEMBER, JANUARY, FEBRUARY, MARCH = Month(2026, 12), Month(2027, 1), Month(2027, 2), Month(2027, 3)


def admitted(day: int) -> datetime:
    """Noon of a day of October 2026."""
    return datetime(2026, 10, day, 12, tzinfo=UTC)


ana = Candidate("ana", admitted(1))
ben = Candidate("ben", admitted(2))
sacha = Candidate("sacha", admitted(3))
dina = Candidate("dina", admitted(4))
elie = Candidate("elie", admitted(5))
everyone = [ana, ben, sacha, dina, elie]


def names(people: list[Candidate]) -> list[str]:
    return [one.case for one in people]


def seen(people: list[Candidate], free: dict[Month, int], **more: int) -> dict[str, tuple[Month, Month] | None]:
    return forecast(people, free, NOVEMBER_23, offers_days=10, lead_days=14, **more)


# Order ---------------------------------------------------------------------------------------------------------------


def test_first_admitted_first() -> None:
    assert names(order([elie, ana, sacha, ben, dina])) == ["ana", "ben", "sacha", "dina", "elie"]


def test_a_tie_goes_to_the_file_complete_first_then_to_the_draw() -> None:
    noon = admitted(1)
    late = Candidate("late", noon, date(2026, 9, 20), draw=1)
    early = Candidate("early", noon, date(2026, 9, 1), draw=9)
    drawn = Candidate("drawn", noon, date(2026, 9, 20), draw=0)
    unknown = Candidate("unknown", noon, None, draw=0)
    assert names(order([unknown, late, drawn, early])) == ["early", "drawn", "late", "unknown"]


def test_a_pause_keeps_the_rank_and_leaves_the_line() -> None:
    people = [ana, replace(ben, paused=True), sacha]
    assert names(order(people)) == ["ana", "ben", "sacha"]
    assert ranks(people) == {"ana": 1, "sacha": 2}


def test_who_is_ahead_for_a_month() -> None:
    people = [replace(ana, not_before=FEBRUARY), replace(ben, paused=True), sacha, dina]
    assert people_ahead(people, "dina") == 2
    assert people_ahead(people, "dina", JANUARY) == 1
    assert people_ahead(people, "dina", FEBRUARY) == 2
    assert people_ahead(people, "ana") == 0
    assert people_ahead(people, "nobody") == 0


# Forecast ------------------------------------------------------------------------------------------------------------


def test_the_first_month_leaves_time_to_answer_and_to_prepare() -> None:
    assert first_month(NOVEMBER_23, 10, 14) == DECEMBER        # 17 December
    assert first_month(date(2026, 12, 8), 10, 14) == JANUARY   # 1 January
    assert first_month(date(2026, 12, 7), 10, 14) == DECEMBER  # 31 December


def test_two_enter_each_month_in_order() -> None:
    found = seen(everyone, {DECEMBER: 1, JANUARY: 2, FEBRUARY: 2})
    assert found == {
        "ana": (DECEMBER, JANUARY), "ben": (JANUARY, FEBRUARY), "sacha": (JANUARY, FEBRUARY),
        "dina": (FEBRUARY, MARCH), "elie": (FEBRUARY, MARCH),
    }


def test_who_waits_for_a_later_month_lets_the_others_pass_and_then_comes_first() -> None:
    found = seen([replace(ana, not_before=FEBRUARY), ben, sacha, dina], {DECEMBER: 1, JANUARY: 1, FEBRUARY: 1, MARCH: 1})
    assert found == {
        "ben": (DECEMBER, JANUARY), "sacha": (JANUARY, FEBRUARY), "ana": (FEBRUARY, MARCH),
        "dina": (MARCH, Month(2027, 4)),
    }


def test_a_person_on_pause_takes_no_place_and_is_shown_none() -> None:
    found = seen([replace(ana, paused=True), ben], {DECEMBER: 1})
    assert found == {"ana": None, "ben": (DECEMBER, JANUARY)}


def test_beyond_twelve_months_no_month_is_shown() -> None:
    assert seen([ana], {Month(2027, 11): 1}) == {"ana": (Month(2027, 11), Month(2027, 12))}
    assert seen([ana], {Month(2027, 12): 1}) == {"ana": None}


def test_months_too_near_and_months_without_places_are_passed() -> None:
    assert seen([ana], {Month(2026, 11): 2, DECEMBER: 0, MARCH: 1}) == {"ana": (MARCH, Month(2027, 4))}


def test_the_spread_is_a_setting() -> None:
    assert seen([ana], {DECEMBER: 1}, spread=2) == {"ana": (DECEMBER, FEBRUARY)}
    assert seen([ana], {DECEMBER: 1}, spread=0) == {"ana": (DECEMBER, DECEMBER)}


def test_an_unused_place_does_not_carry_over() -> None:
    """Case 28: November keeps its own places whatever October left."""
    assert seen([ana, ben, sacha], {Month(2026, 10): 1, DECEMBER: 2, JANUARY: 2})["sacha"] == (JANUARY, FEBRUARY)


# Steps back and exceptions -------------------------------------------------------------------------------------------


def test_stepping_back_lets_three_people_pass() -> None:
    back = replace(ana, rank_from=steps_back([one.rank_from for one in everyone], ana.rank_from, 3))
    assert back.rank_from == admitted(4) + timedelta(microseconds=1)
    assert names(order([back, ben, sacha, dina, elie])) == ["ben", "sacha", "dina", "ana", "elie"]


def test_stepping_back_near_the_end_goes_last_and_alone_stays() -> None:
    dates = [one.rank_from for one in everyone]
    assert steps_back(dates, dina.rank_from, 3) == admitted(5) + timedelta(microseconds=1)
    assert steps_back(dates, elie.rank_from, 3) == elie.rank_from


def test_one_entry_in_four_may_be_out_of_turn() -> None:
    assert [exceptions_left(entries, 0, 4) for entries in (0, 2, 3, 6, 7, 11, 24)] == [0, 0, 1, 1, 2, 3, 6]
    assert exceptions_left(3, 1, 4) == 0
    assert exceptions_left(7, 1, 4) == 1
    assert exceptions_left(2, 5, 4) == 0


# What must hold for any list -----------------------------------------------------------------------------------------


months = st.integers(0, 20).map(Month(2026, 11).plus)
people_lists = st.lists(
    st.builds(
        Candidate, case=st.uuids().map(str), rank_from=st.datetimes(
            datetime(2026, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        completed_on=st.none() | st.dates(date(2025, 1, 1), date(2026, 11, 1)), draw=st.integers(0, 3),
        not_before=st.none() | months, paused=st.booleans(),
    ),
    max_size=30, unique_by=lambda one: one.case,
)
free_places = st.dictionaries(months, st.integers(0, 3))


@given(people_lists, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_people_are_listed(people: list[Candidate], random: Random) -> None:
    shuffled = random.sample(people, len(people))
    assert order(shuffled) == order(people)
    assert sorted(ranks(people).values()) == list(range(1, len(in_line(people)) + 1))


@given(people_lists, free_places)
def test_no_month_takes_more_than_its_places(people: list[Candidate], free: dict[Month, int]) -> None:
    found = seen(people, free)
    assert set(found) == {one.case for one in people}
    for month in {shown[0] for shown in found.values() if shown}:
        assert sum(1 for shown in found.values() if shown and shown[0] == month) <= free[month]
        assert first_month(NOVEMBER_23, 10, 14) <= month <= Month(2027, 11)


@given(people_lists, free_places)
def test_nobody_enters_before_someone_ahead_who_could_have(people: list[Candidate], free: dict[Month, int]) -> None:
    found = seen(people, free)
    line = in_line(people)
    never = Month(9999, 1)
    for at, one in enumerate(line):
        mine = found[one.case]
        for later in line[at + 1:]:
            theirs = found[later.case]
            if theirs and (one.not_before is None or one.not_before <= theirs[0]):
                assert (mine[0] if mine else never) <= theirs[0]


@given(people_lists, free_places, months)
def test_one_more_place_delays_nobody(people: list[Candidate], free: dict[Month, int], month: Month) -> None:
    """Without postponements, a place more brings everyone forward or leaves them where they were."""
    ready = [replace(one, not_before=None) for one in people]
    before, after = seen(ready, free), seen(ready, {**free, month: free.get(month, 0) + 1})
    for case, shown in before.items():
        if shown:
            assert after[case] is not None
            assert after[case] <= shown  # type: ignore[operator]


@given(st.lists(st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC)),  # noqa: DTZ001
                min_size=1, max_size=20, unique=True), st.integers(1, 5), st.data())
def test_stepping_back_lets_exactly_so_many_pass(dates: list[datetime], by: int, data: st.DataObject) -> None:
    mine = data.draw(st.sampled_from(dates))
    new = steps_back(dates, mine, by)
    behind = [rank for rank in dates if rank > mine]
    assert new >= mine
    assert sum(rank < new for rank in behind) == min(by, len(behind))


@given(st.integers(0, 60), st.integers(1, 12))
def test_exceptions_never_exceed_their_share(entries: int, share: int) -> None:
    exceptions = 0
    for done in range(entries):
        if exceptions_left(done, exceptions, share):
            exceptions += 1
        assert exceptions * share <= done + 1


@given(st.text())
def test_a_draw_is_found_again_from_its_seed(seed: str) -> None:
    assert draw(seed) == draw(seed) and 0 <= draw(seed) < DRAWN_AMONG


def test_a_draw_favours_nobody() -> None:
    """Of two people, each comes first about as often; their numbers spread over the whole range."""
    pairs = [(draw(f"a{n}"), draw(f"b{n}")) for n in range(2_000)]
    assert 900 < sum(one < other for one, other in pairs) < 1_100
    assert {one * 10 // DRAWN_AMONG for one, _ in pairs} == set(range(10))
