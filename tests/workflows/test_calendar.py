"""The worked cases of JOURNEY §15 that are about dates, month ends, summer time, and what must hold for any date."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, strategies as st

from workflows.calendar import (
    Month,
    add_months,
    add_working_days,
    age_on,
    alarm_dates,
    alarm_months,
    associate_deadline,
    both_ways,
    cape_limit,
    day_in_words,
    delay_end,
    dpae_opens,
    end_of_paris_day,
    gap,
    gdpr_month,
    in_paris,
    is_adult,
    is_holiday,
    is_working_day,
    journee,
    journees,
    last_day,
    last_useful_assembly,
    medical_visit_by,
    merged,
    must_rule,
    next_working_day,
    offer_deadline,
    paris_day,
    paris_instant,
    permit_check_by,
    prior_length,
    reviews_due,
    reviews_missing,
    rupture_dates,
    rupture_earliest_end,
    shares_paid_by,
    start_of_paris_day,
    term_alarms,
    third_thursday,
    time_in_words,
    trial_limit,
    twelve_month_limit,
    working_day_on_or_after,
    working_day_on_or_before,
)

days = st.dates(date(2000, 1, 1), date(2060, 12, 31))


# Worked cases --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "months", "last"), [
    (date(2024, 2, 29), 12, date(2025, 2, 28)),   # case 1
    (date(2024, 3, 1), 12, date(2025, 2, 28)),    # case 2
    (date(2023, 8, 31), 6, date(2024, 2, 29)),    # case 3
    (date(2027, 3, 1), 12, date(2028, 2, 29)),    # case 4
    (date(2025, 2, 28), 12, date(2026, 2, 27)),
    (date(2026, 1, 31), 1, date(2026, 2, 28)),
    (date(2026, 1, 29), 1, date(2026, 2, 28)),
    (date(2026, 1, 28), 1, date(2026, 2, 27)),
    (date(2026, 10, 31), 1, date(2026, 11, 30)),
    (date(2026, 12, 1), 3, date(2027, 2, 28)),
    (date(2024, 2, 29), 48, date(2028, 2, 28)),
])
def test_a_contract_runs_to_the_eve_of_the_same_day(first: date, months: int, last: date) -> None:
    assert last_day(first, months) == last


@pytest.mark.parametrize(("start", "months", "end"), [
    (date(2024, 9, 1), 36, date(2027, 9, 1)),     # case 12, convention B
    (date(2024, 2, 29), 36, date(2027, 2, 28)),
    (date(2026, 9, 15), 3, date(2026, 12, 15)),   # case 31, without agreement
    (date(2026, 9, 15), 24, date(2028, 9, 15)),   # case 31, with agreement
    (date(2026, 8, 31), 6, date(2027, 2, 28)),
    (date(2027, 8, 31), 6, date(2028, 2, 29)),
])
def test_a_legal_delay_ends_the_same_day_number(start: date, months: int, end: date) -> None:
    assert delay_end(start, months) == end


def test_case_5_three_times_twelve_months_and_no_fourth() -> None:
    earlier: list[tuple[date, date]] = []
    first = date(2024, 2, 29)
    for last in (date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28)):
        assert last_day(first, 12) == last
        assert cape_limit(first, earlier) is not None
        assert cape_limit(first, earlier) >= last  # type: ignore[operator]
        earlier.append((first, last))
        first = last + timedelta(days=1)
    assert prior_length(earlier) == (36, 0)
    assert cape_limit(first, earlier) is None


def test_case_7_twelve_months_and_not_a_day_more() -> None:
    assert twelve_month_limit(date(2026, 3, 1)) == date(2027, 2, 28)
    assert last_day(date(2026, 3, 1), 13) > twelve_month_limit(date(2026, 3, 1))
    assert twelve_month_limit(date(2024, 2, 29)) == date(2025, 2, 28)


def test_case_8_the_gap_before_a_contract_signed_too_late() -> None:
    assert gap(date(2026, 5, 31), date(2026, 6, 3)) == (date(2026, 6, 1), date(2026, 6, 2))
    assert gap(date(2026, 5, 31), date(2026, 6, 1)) is None


def test_case_12_associate_within_three_years() -> None:
    assert associate_deadline(date(2024, 9, 1), []) == date(2027, 8, 31)


def test_case_13_thirty_six_months_of_cape_leave_none() -> None:
    assert associate_deadline(date(2027, 3, 1), [(date(2024, 3, 1), date(2027, 2, 28))]) == date(2027, 2, 28)


@pytest.mark.parametrize("earlier", [
    [(date(2026, 3, 1), date(2026, 10, 31))],                                         # eight months
    [(date(2025, 1, 1), date(2025, 12, 31))],
    [(date(2025, 1, 1), date(2025, 4, 30)), (date(2025, 7, 1), date(2025, 10, 31))],  # four and four
])
def test_case_15_no_trial_after_eight_months(earlier: list[tuple[date, date]]) -> None:
    assert trial_limit(date(2026, 11, 1), earlier) is None


def test_case_16_trial_less_three_months() -> None:
    assert trial_limit(date(2026, 11, 1), [(date(2026, 8, 1), date(2026, 10, 31))]) == date(2027, 3, 31)
    assert trial_limit(date(2026, 11, 1), []) == date(2027, 6, 30)


def test_case_17_associate_deadline_from_a_leap_day() -> None:
    assert associate_deadline(date(2024, 2, 29), []) == date(2027, 2, 28)


def test_case_18_the_assembly_must_rule_after_a_year() -> None:
    assert not must_rule(date(2025, 7, 1), date(2026, 6, 26))
    assert must_rule(date(2025, 7, 1), date(2027, 6, 25))
    assert not must_rule(date(2025, 7, 1), date(2026, 7, 1))


def test_case_19_shares_within_five_years() -> None:
    assert shares_paid_by(date(2026, 6, 26)) == date(2031, 6, 26)


def test_case_20_one_interview_in_twelve_months_is_one_missing() -> None:
    assert reviews_missing(date(2026, 3, 1), [date(2026, 8, 10)], date(2027, 2, 28)) == 1
    assert reviews_missing(date(2026, 3, 1), [date(2026, 8, 10), date(2027, 2, 1)], date(2027, 2, 28)) == 0
    assert reviews_missing(date(2026, 3, 1), [], date(2027, 2, 27)) == 0
    assert reviews_missing(date(2026, 3, 1), [date(2026, 8, 10), date(2027, 2, 1)], date(2027, 8, 11)) == 1


def test_case_21_rupture_conventionnelle() -> None:
    dates = rupture_dates(date(2026, 12, 7))
    assert dates.withdrawal_ends == date(2026, 12, 22)
    assert dates.filed_from == date(2026, 12, 23)
    assert dates.approved_after == date(2027, 1, 12)
    assert dates.earliest_end == rupture_earliest_end(date(2026, 12, 7)) == date(2027, 1, 13)


def test_a_rupture_filed_later_ends_later() -> None:
    assert rupture_earliest_end(date(2026, 12, 7), date(2026, 12, 23)) == date(2027, 1, 13)
    assert rupture_earliest_end(date(2026, 12, 7), date(2027, 1, 4)) == date(2027, 1, 22)


def test_a_withdrawal_that_ends_on_a_closed_day_is_extended() -> None:
    assert rupture_dates(date(2026, 4, 30)).withdrawal_ends == date(2026, 5, 15)
    assert rupture_dates(date(2026, 5, 1)).withdrawal_ends == date(2026, 5, 18)    # 16 May is a Saturday
    assert rupture_dates(date(2026, 12, 10)).withdrawal_ends == date(2026, 12, 28)  # 25 December, then a week-end


def test_case_22_dpae_and_permit() -> None:
    assert dpae_opens(date(2027, 3, 1)) == date(2027, 2, 21)
    assert permit_check_by(date(2027, 3, 1)) == date(2027, 2, 25)


def test_case_23_third_thursdays() -> None:
    assert [journee(month).day for month in Month(2026, 11).until(Month(2027, 6))] == [
        date(2026, 11, 19), date(2026, 12, 17), date(2027, 1, 21), date(2027, 2, 18), date(2027, 3, 18),
        date(2027, 4, 15), date(2027, 5, 20), date(2027, 6, 17),
    ]


def test_case_24_ascension_is_to_confirm() -> None:
    assert third_thursday(2023, 5) == date(2023, 5, 18)
    assert [one.day for one in journees(2023) if one.to_confirm] == [date(2023, 5, 18), date(2023, 8, 17)]


def test_the_month_before_an_assembly_is_to_confirm() -> None:
    assert journee(Month(2027, 5), [date(2027, 6, 25)]).to_confirm
    assert not journee(Month(2027, 6), [date(2027, 6, 25)]).to_confirm
    assert not journee(Month(2027, 4), [date(2027, 6, 25)]).to_confirm


@pytest.mark.trust("T3")
def test_case_25_the_month_of_the_effect_date() -> None:
    assert Month.of(date(2026, 10, 31)) == Month(2026, 10)
    assert Month.of(date(2026, 11, 1)) == Month(2026, 11)


@pytest.mark.trust("T3")
def test_case_26_an_instant_is_dated_in_paris() -> None:
    assert paris_day(datetime(2026, 10, 31, 23, 30, tzinfo=UTC)) == date(2026, 11, 1)
    assert paris_day(datetime(2026, 6, 30, 22, 30, tzinfo=UTC)) == date(2026, 7, 1)
    assert paris_day(datetime(2026, 10, 31, 22, 59, tzinfo=UTC)) == date(2026, 10, 31)


def test_case_30_alarms_of_a_term() -> None:
    dates = alarm_dates(date(2027, 2, 28), [90, 60, 30, 15, 7])
    assert dates == (date(2026, 11, 30), date(2026, 12, 30), date(2027, 1, 29), date(2027, 2, 13), date(2027, 2, 21))
    assert [working_day_on_or_after(day) for day in dates[3:]] == [date(2027, 2, 15), date(2027, 2, 22)]
    assert [working_day_on_or_before(day) for day in dates[3:]] == [date(2027, 2, 12), date(2027, 2, 19)]


def test_the_last_week_of_a_cape_rings_every_day() -> None:
    dates = term_alarms(date(2027, 2, 28), [90, 60, 30, 15, 7])
    assert dates[5:] == tuple(date(2027, 2, day) for day in range(22, 29))
    assert term_alarms(date(2027, 2, 28), []) == ()


def test_case_36_five_months_and_sixteen_days() -> None:
    earlier = [(date(2025, 1, 15), date(2025, 6, 30))]
    assert prior_length(earlier) == (5, 16)
    assert associate_deadline(date(2026, 3, 1), earlier) == date(2028, 9, 14)


# Around the worked cases ---------------------------------------------------------------------------------------------


@pytest.mark.trust("T3")
@pytest.mark.parametrize(("first", "months", "last"), [
    (date(2023, 12, 31), 2, date(2024, 2, 29)),
    (date(2024, 1, 30), 1, date(2024, 2, 29)),
    (date(2024, 1, 29), 1, date(2024, 2, 28)),
    (date(2024, 2, 29), 1, date(2024, 3, 28)),
    (date(2023, 2, 28), 12, date(2024, 2, 27)),
    (date(2023, 3, 1), 12, date(2024, 2, 29)),
    (date(2026, 3, 31), 1, date(2026, 4, 30)),
    (date(2026, 3, 30), 1, date(2026, 4, 29)),
    (date(2026, 5, 31), 6, date(2026, 11, 30)),
    (date(2026, 12, 31), 2, date(2027, 2, 28)),
    (date(2096, 2, 29), 48, date(2100, 2, 28)),   # 2100 is no leap year
])
def test_month_ends_and_leap_years(first: date, months: int, last: date) -> None:
    assert last_day(first, months) == last


@pytest.mark.parametrize(("periods", "length"), [
    ([(date(2025, 1, 1), date(2025, 12, 31)), (date(2025, 3, 1), date(2025, 5, 31))], (12, 0)),   # one inside the other
    ([(date(2025, 1, 1), date(2025, 6, 30))] * 2, (6, 0)),                                        # written twice
    ([(date(2025, 1, 1), date(2025, 1, 31)), (date(2025, 1, 31), date(2025, 2, 28))], (2, 0)),    # a day in common
    ([(date(2025, 1, 1), date(2025, 1, 31)), (date(2025, 2, 2), date(2025, 2, 28))], (1, 27)),    # one day between
    ([(date(2025, 7, 1), date(2025, 9, 30)), (date(2025, 1, 1), date(2025, 3, 31))], (6, 0)),     # told out of order
    ([(date(2024, 2, 1), date(2024, 2, 29))], (1, 0)),
    ([(date(2024, 2, 1), date(2024, 2, 28))], (0, 28)),
    ([(date(2023, 2, 1), date(2023, 2, 28))], (1, 0)),
    ([(date(2023, 3, 1), date(2024, 2, 29))], (12, 0)),
    ([(date(2023, 3, 1), date(2024, 2, 28))], (11, 28)),
])
def test_overlaps_gaps_and_february(periods: list[tuple[date, date]], length: tuple[int, int]) -> None:
    assert prior_length(periods) == length


@pytest.mark.trust("T3")
@pytest.mark.parametrize(("instant", "day"), [
    ("2026-03-28T22:59:59+00:00", date(2026, 3, 28)),
    ("2026-03-28T23:00:00+00:00", date(2026, 3, 29)),   # the day of 23 hours
    ("2026-03-29T21:59:59+00:00", date(2026, 3, 29)),
    ("2026-03-29T22:00:00+00:00", date(2026, 3, 30)),
    ("2026-10-24T22:00:00+00:00", date(2026, 10, 25)),  # the day of 25 hours
    ("2026-10-25T22:59:59+00:00", date(2026, 10, 25)),
    ("2026-10-25T23:00:00+00:00", date(2026, 10, 26)),
    ("2026-12-31T23:30:00+00:00", date(2027, 1, 1)),
    ("2028-02-28T23:30:00+00:00", date(2028, 2, 29)),
])
def test_the_day_of_an_instant_around_summer_time(instant: str, day: date) -> None:
    assert paris_day(datetime.fromisoformat(instant)) == day


def test_contiguous_contracts_are_one_and_overlaps_count_once() -> None:
    renewed = [(date(2025, 1, 15), date(2025, 7, 14)), (date(2025, 7, 15), date(2026, 1, 14))]
    assert prior_length(renewed) == (12, 0)
    overlapping = [(date(2025, 1, 1), date(2025, 6, 30)), (date(2025, 4, 1), date(2025, 9, 30))]
    assert prior_length(overlapping) == (9, 0)
    assert merged([*overlapping, (date(2026, 1, 1), date(2026, 1, 31))]) == (
        (date(2025, 1, 1), date(2025, 9, 30)), (date(2026, 1, 1), date(2026, 1, 31)))
    assert prior_length([]) == (0, 0)
    assert prior_length([(date(2026, 2, 1), date(2026, 2, 28))]) == (1, 0)
    assert prior_length([(date(2026, 1, 31), date(2026, 2, 28))]) == (1, 0)


def test_a_period_written_backwards_is_refused() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        prior_length([(date(2026, 2, 1), date(2026, 1, 1))])


def test_a_contract_that_still_runs_counts_up_to_the_eve_of_the_next() -> None:
    running = [(date(2026, 1, 1), date(2026, 12, 31))]
    ended = [(date(2026, 1, 1), date(2026, 6, 30))]
    assert associate_deadline(date(2026, 7, 1), running) == associate_deadline(date(2026, 7, 1), ended)


def test_contracts_across_a_gap_add_up() -> None:
    earlier = [(date(2024, 1, 1), date(2024, 3, 31)), (date(2025, 1, 1), date(2025, 3, 31))]
    assert associate_deadline(date(2026, 1, 1), earlier) == date(2028, 6, 30)
    assert cape_limit(date(2026, 1, 1), earlier) == date(2028, 6, 30)


def test_last_useful_assembly() -> None:
    assemblies = [date(2028, 6, 23), date(2026, 6, 26), date(2027, 6, 25)]
    assert last_useful_assembly(assemblies, date(2027, 8, 31)) == date(2027, 6, 25)
    assert last_useful_assembly(assemblies, date(2027, 6, 25)) == date(2027, 6, 25)
    assert last_useful_assembly(assemblies, date(2026, 6, 25)) is None


def test_deadline_alarms_count_months_back() -> None:
    assert alarm_months(date(2027, 8, 31), [18, 12, 9, 6, 3]) == (
        date(2026, 2, 28), date(2026, 8, 31), date(2026, 11, 30), date(2027, 2, 28), date(2027, 5, 31))


def test_reviews_are_due_by_the_last_day_of_their_month() -> None:
    assert reviews_due(date(2026, 12, 1), [12, 3, 6]) == (date(2027, 2, 28), date(2027, 5, 31), date(2027, 11, 30))


def test_medical_visit_within_three_months() -> None:
    assert medical_visit_by(date(2026, 11, 30)) == date(2027, 2, 28)


def test_working_days_skip_week_ends_and_holidays() -> None:
    assert next_working_day(date(2026, 12, 24)) == date(2026, 12, 28)
    assert next_working_day(date(2026, 12, 22)) == date(2026, 12, 23)
    assert add_working_days(date(2026, 12, 24), 5) == date(2027, 1, 4)   # 25 December and 1 January are closed
    assert add_working_days(date(2027, 1, 4), -1) == date(2026, 12, 31)
    assert add_working_days(date(2026, 11, 24), 10) == date(2026, 12, 8)
    assert add_working_days(date(2026, 11, 22), 0) == date(2026, 11, 22)
    assert is_holiday(date(2026, 5, 25))                                  # Whit Monday
    assert is_working_day(date(2026, 11, 12))
    assert not is_working_day(date(2026, 11, 11))


def test_an_answer_about_personal_data_within_a_month() -> None:
    assert gdpr_month(date(2026, 1, 31)) == (date(2026, 2, 27), date(2026, 3, 2))   # 28 February is a Saturday
    assert gdpr_month(date(2026, 3, 10)) == (date(2026, 4, 9), date(2026, 4, 10))


def test_born_on_a_leap_day_means_adult_on_the_first_of_march() -> None:
    assert not is_adult(date(2008, 2, 29), date(2026, 2, 28))
    assert is_adult(date(2008, 2, 29), date(2026, 3, 1))
    assert age_on(date(2008, 2, 29), date(2028, 2, 29)) == 20
    assert age_on(date(1985, 3, 27), date(2026, 3, 26)) == 40
    assert age_on(date(1985, 3, 27), date(2026, 3, 27)) == 41


# Paris ---------------------------------------------------------------------------------------------------------------


def test_a_deadline_ends_with_the_paris_day() -> None:
    assert end_of_paris_day(date(2026, 12, 11)) == datetime(2026, 12, 11, 22, 59, 59, tzinfo=UTC)
    assert end_of_paris_day(date(2026, 7, 1)) == datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC)
    assert end_of_paris_day(date(2026, 3, 29)) == datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)
    assert start_of_paris_day(date(2026, 3, 29)) == datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    assert end_of_paris_day(date(2026, 12, 11)).utcoffset() == timedelta(0)


def test_an_offer_expires_at_the_end_of_the_tenth_day() -> None:
    assert offer_deadline(datetime(2026, 12, 1, 9, 0, tzinfo=UTC), 10) == end_of_paris_day(date(2026, 12, 11))
    assert offer_deadline(datetime(2026, 11, 30, 23, 5, tzinfo=UTC), 10) == end_of_paris_day(date(2026, 12, 11))
    assert offer_deadline(datetime(2026, 3, 20, 9, 0, tzinfo=UTC), 10) == datetime(
        2026, 3, 30, 21, 59, 59, tzinfo=UTC)   # summer time began in between
    assert offer_deadline(datetime(2026, 10, 20, 9, 0, tzinfo=UTC), 10) == datetime(
        2026, 10, 30, 22, 59, 59, tzinfo=UTC)  # and ended


def test_a_time_skipped_by_summer_time_is_taken_an_hour_later() -> None:
    assert in_paris(paris_instant(date(2026, 3, 29), time(2, 30))).time() == time(3, 30)
    assert paris_instant(date(2026, 3, 29), time(2, 30)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_time_that_comes_twice_is_the_first_one() -> None:
    assert paris_instant(date(2026, 10, 25), time(2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert paris_instant(date(2026, 10, 25), time(2, 30, fold=1)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        paris_day(datetime(2026, 3, 29, 2, 30))  # noqa: DTZ001


# Months and words ----------------------------------------------------------------------------------------------------


def test_months_are_written_read_and_counted() -> None:
    december = Month(2026, 12)
    assert str(december) == "2026-12"
    assert Month.parse("2026-12") == december
    assert december.next() == Month(2027, 1)
    assert Month(2027, 1).previous() == december
    assert december.plus(14) == Month(2028, 2)
    assert december.months_to(Month(2028, 2)) == 14
    assert (december.first_day, december.last_day) == (date(2026, 12, 1), date(2026, 12, 31))
    assert Month(2028, 2).last_day == date(2028, 2, 29)
    assert december.label == "décembre 2026"
    assert Month(2026, 11) < december < Month(2027, 1)
    assert december.until(Month(2027, 2)) == (december, Month(2027, 1), Month(2027, 2))


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-00", "26-12", "2026-1", "2026-12-01", "٢٠٢٦-١٢", "-2026-1"])
def test_what_is_not_a_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="month"):
        Month.parse(text)


def test_days_and_times_in_french() -> None:
    assert day_in_words(date(2026, 12, 17)) == "jeudi 17 décembre 2026"
    assert day_in_words(date(2027, 3, 1), weekday=False) == "1er mars 2027"
    assert (time_in_words(time(9, 30)), time_in_words(time(14)), time_in_words(time(9, 5))) == (
        "9\u00a0h\u00a030", "14\u00a0h", "9\u00a0h\u00a005")


# What must hold for any date -----------------------------------------------------------------------------------------


@given(days, st.integers(1, 60))
def test_a_contract_never_exceeds_its_delay_under_either_reading(first: date, months: int) -> None:
    assert last_day(first, months) <= delay_end(first, months)
    assert delay_end(first, months) - last_day(first, months) <= timedelta(days=1)


@given(days, days, st.integers(1, 60))
def test_later_starts_never_end_earlier(one: date, other: date, months: int) -> None:
    first, second = sorted((one, other))
    assert last_day(first, months) <= last_day(second, months)
    assert delay_end(first, months) <= delay_end(second, months)


@given(days, st.lists(st.integers(1, 12), min_size=1, max_size=6))
def test_a_chain_of_renewals_loses_nothing_and_leaves_no_gap(first: date, lengths: list[int]) -> None:
    periods, begins = [], first
    for months in lengths:
        periods.append((begins, last_day(begins, months)))
        begins = periods[-1][1] + timedelta(days=1)
    assert merged(periods) == ((first, periods[-1][1]),)
    months, rest = prior_length(periods)
    assert (months, rest) >= (sum(lengths) - 1, 0)
    assert (months, rest) <= (sum(lengths), 3)   # a chain that begins on the 29th to 31st may gain February's short days


@given(days, st.lists(st.integers(1, 12), min_size=1, max_size=6))
def test_a_chain_is_never_longer_than_its_parts(first: date, lengths: list[int]) -> None:
    periods, begins = [], first
    for months in lengths:
        periods.append((begins, last_day(begins, months)))
        begins = periods[-1][1] + timedelta(days=1)
    whole = merged(periods)
    assert sum((last - begun).days + 1 for begun, last in whole) == sum((last - begun).days + 1 for begun, last in periods)


@given(days)
def test_three_full_years_always_fit_and_a_fourth_never(first: date) -> None:
    earlier: list[tuple[date, date]] = []
    for _ in range(3):
        limit = cape_limit(first, earlier)
        assert limit is not None and last_day(first, 12) <= limit
        earlier.append((first, last_day(first, 12)))
        first = earlier[-1][1] + timedelta(days=1)
    assert cape_limit(first, earlier) is None


spans = st.builds(lambda first, length: (first, first + timedelta(days=length)), days, st.integers(0, 900))


@given(spans)
def test_prior_length_rebuilds_the_period(span: tuple[date, date]) -> None:
    months, rest = prior_length([span])
    end = last_day(span[0], months) + timedelta(days=1) if months else span[0]
    assert end + timedelta(days=rest) == span[1] + timedelta(days=1)
    assert 0 <= rest <= 31


@given(days, st.lists(spans, max_size=4))
def test_earlier_contracts_never_lengthen_a_maximum(start: date, earlier: list[tuple[date, date]]) -> None:
    deadline = associate_deadline(start, earlier)
    assert start - timedelta(days=1) <= deadline <= last_day(start, 36)
    assert deadline <= associate_deadline(start, earlier[1:])
    trial = trial_limit(start, earlier)
    assert trial is None or start <= trial <= last_day(start, 8)
    cape = cape_limit(start, earlier)
    assert cape == deadline or (cape is None and deadline == start - timedelta(days=1))


@given(days, st.lists(spans, max_size=4), st.sampled_from((8, 36)))
def test_a_deadline_exceeds_neither_reading(start: date, earlier: list[tuple[date, date]], months: int) -> None:
    """Months then days, or days as thirtieths: the date kept is at most the earlier of both, and of conventions A and B."""
    kept = trial_limit(start, earlier) if months == 8 else cape_limit(start, earlier)
    readings = both_ways(start, months, earlier)
    assert kept is None or kept <= min(*readings, last_day(start, months), delay_end(start, months))
    assert kept is not None or min(readings) < start


@given(days, spans, st.integers(0, 60))
def test_a_longer_contract_before_never_moves_a_deadline_later(start: date, span: tuple[date, date], more: int) -> None:
    longer = (span[0], span[1] + timedelta(days=more))
    assert associate_deadline(start, [longer]) <= associate_deadline(start, [span])


@given(days)
def test_working_days_surround_any_day(day: date) -> None:
    before, after = working_day_on_or_before(day), working_day_on_or_after(day)
    assert before <= day <= after
    assert is_working_day(before)
    assert is_working_day(after)
    assert (before == after) == is_working_day(day)
    assert next_working_day(day) == add_working_days(day, 1) > day


@given(days)
def test_a_paris_day_ends_on_that_day(day: date) -> None:
    assert paris_day(end_of_paris_day(day)) == day
    assert paris_day(end_of_paris_day(day) + timedelta(seconds=1)) == day + timedelta(days=1)
    assert paris_day(start_of_paris_day(day)) == day
    assert paris_day(start_of_paris_day(day) - timedelta(seconds=1)) == day - timedelta(days=1)


@given(days, st.integers(-600, 600))
def test_added_months_land_in_the_month_meant(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert Month.of(moved) == Month.of(day).plus(months)
    assert moved.day == min(day.day, Month.of(moved).last_day.day)


@given(st.integers(2000, 2100), st.integers(1, 12))
def test_third_thursdays_are_third_thursdays(year: int, month: int) -> None:
    day = third_thursday(year, month)
    assert (day.year, day.month, day.weekday()) == (year, month, 3)
    assert 15 <= day.day <= 21
