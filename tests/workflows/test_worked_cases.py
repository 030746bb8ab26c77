"""Where each worked case of JOURNEY §15 is proved: its number, what is given, the tests that fail when it is no longer true.

A test named here says its number where it stands (`case 12`), so that both ways of looking lead to it.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent

CALENDAR, CAPE, CESA = "workflows/test_calendar.py", "workflows/test_cape_rules.py", "workflows/test_salaried_rules.py"
COUNTERS, KEEPING = "workflows/test_counters.py", "workflows/test_keeping.py"
ADMISSION, CLOCK = "workflows/test_admission_rules.py", "workflows/test_admission_clock.py"

CASES: dict[int, tuple[str, tuple[str, ...]]] = {
    1: ("CAPE 12 months from 2024-02-29", (f"{CALENDAR}::test_a_contract_runs_to_the_eve_of_the_same_day",)),
    2: ("CAPE 12 months from 2024-03-01", (f"{CALENDAR}::test_a_contract_runs_to_the_eve_of_the_same_day",)),
    3: ("CAPE 6 months from 2023-08-31", (f"{CALENDAR}::test_a_contract_runs_to_the_eve_of_the_same_day",)),
    4: ("CAPE 12 months from 2027-03-01", (f"{CALENDAR}::test_a_contract_runs_to_the_eve_of_the_same_day",)),
    5: ("12 + 12 + 12, then a fourth", (
        f"{CALENDAR}::test_case_5_three_times_twelve_months_and_no_fourth",
        f"{CAPE}::test_three_full_contracts_fill_thirty_six_months_and_a_fourth_is_refused",
        f"{COUNTERS}::test_capes_used_and_what_is_left",
    )),
    6: ("4 + 4 + 4, a further 4 asked", (
        f"{CAPE}::test_three_short_contracts_leave_months_but_no_fourth_contract",
        f"{COUNTERS}::test_three_short_contracts_leave_a_doubt_for_a_human",
        "test_papers.py::test_a_fourth_contract_prints_its_derogation",
    )),
    7: ("13 months, or 12 months and a day", (
        f"{CALENDAR}::test_case_7_twelve_months_and_not_a_day_more",
        f"{CAPE}::test_no_contract_longer_than_twelve_months",
    )),
    8: ("A renewal signed after the term", (
        f"{CALENDAR}::test_case_8_the_gap_before_a_contract_signed_too_late",
        f"{CAPE}::test_a_renewal_is_signed_before_the_term",
        f"{CAPE}::test_a_new_contract_after_the_gap_is_no_renewal_and_prints_the_gap",
    )),
    9: ("Signed on both sides of the effect date", (f"{CAPE}::test_both_sign_at_the_latest_on_the_effect_date",)),
    10: ("A job of 35 h, of 28 h, of 28 h that becomes 35 h", (
        f"{CAPE}::test_a_full_time_job_closes_the_cape",
        f"{CAPE}::test_part_time_becoming_full_time_warns_and_the_contract_goes_on",
        f"{ADMISSION}::test_not_full_time",
    )),
    11: ("Notices to URSSAF and France Travail", (
        "cases/test_alarms.py::test_notices_of_a_conclusion_and_of_an_early_end",
        "pages/test_notice.py::test_rh_copies_the_text_and_notes_the_reference_once",
        "workflows/test_cape_dates.py::test_two_declarations_are_due_the_day_of_the_conclusion",
    )),
    12: ("CESA 2024-09-01, no CAPE", (
        f"{CALENDAR}::test_case_12_associate_within_three_years",
        f"{COUNTERS}::test_an_associate_deadline_without_anything_before",
    )),
    13: ("36 months of CAPE, then a CESA", (
        f"{CALENDAR}::test_case_13_thirty_six_months_of_cape_leave_none",
        f"{CESA}::test_with_no_month_left_the_assembly_votes_first",
        f"{COUNTERS}::test_no_month_left",
    )),
    14: ("Nine months at another CAE", (
        f"{CESA}::test_contracts_elsewhere_are_not_deducted",
        f"{COUNTERS}::test_nine_months_elsewhere_are_flagged_and_never_deducted",
        "pages/test_elsewhere.py::test_said_with_the_cape_it_is_flagged_on_the_cesa_and_deducted_from_neither",
    )),
    15: ("Eight months before: no trial", (
        f"{CALENDAR}::test_case_15_no_trial_after_eight_months",
        "workflows/test_salaried.py::test_no_trial_field_when_earlier_contracts_make_eight_months",
    )),
    16: ("CAPE 3 months, CESA 2026-11-01", (
        f"{CALENDAR}::test_case_16_trial_less_three_months",
        f"{CESA}::test_the_trial_period_is_shorter_after_a_cape",
    )),
    17: ("CESA 2024-02-29", (f"{CALENDAR}::test_case_17_associate_deadline_from_a_leap_day",)),
    18: ("Employed for more than a year", (
        f"{CALENDAR}::test_case_18_the_assembly_must_rule_after_a_year",
        "workflows/test_membership.py::test_after_a_year_of_employment_the_assembly_must_rule",
    )),
    19: ("Ten shares of €20", (
        f"{CALENDAR}::test_case_19_shares_within_five_years",
        "workflows/test_membership.py::test_a_quarter_of_the_shares_is_paid_at_once_and_the_rest_within_five_years",
    )),
    20: ("One interview in the year of a CESA", (
        f"{CALENDAR}::test_case_20_one_interview_in_twelve_months_is_one_missing",
        "workflows/test_accompaniment.py::test_one_interview_in_the_first_year_of_a_cesa_is_an_alarm",
    )),
    21: ("Rupture conventionnelle", (
        f"{CALENDAR}::test_case_21_rupture_conventionnelle",
        "workflows/test_departure.py::test_a_rupture_conventionnelle_takes_its_time",
        "pages/test_deadlines.py::test_a_rupture_s_calendar",
    )),
    22: ("CESA starts on a Monday: DPAE, permit", (
        f"{CALENDAR}::test_case_22_dpae_and_permit",
        f"{CESA}::test_the_dpae_opens_eight_days_before_the_start",
        "workflows/test_salaried.py::test_the_work_of_a_conclusion_is_due_before_the_start",
    )),
    23: ("Journées 2026-11 to 2027-06", (f"{CALENDAR}::test_case_23_third_thursdays",)),
    24: ("Ascension 2023", (f"{CALENDAR}::test_case_24_ascension_is_to_confirm",)),
    25: ("The month of the effect date", (
        f"{CALENDAR}::test_case_25_the_month_of_the_effect_date",
        f"{CAPE}::test_the_effect_date_is_in_the_month_of_the_place",
    )),
    26: ("Instants dated in Paris", (
        f"{CALENDAR}::test_case_26_an_instant_is_dated_in_paris",
        f"{CAPE}::test_a_late_signature_reads_its_day_in_paris",
        f"{CLOCK}::test_an_offer_expires_at_the_end_of_the_tenth_day",
    )),
    27: ("The last place, two takers", (
        f"{ADMISSION}::test_place_free_proposes_the_next_month_with_one",
        "faults/test_cap.py::test_exactly_the_places_of_the_month_are_held",
    )),
    28: ("A place unused in October", ("workflows/test_queue.py::test_an_unused_place_does_not_carry_over",)),
    29: ("Two principale and five KPA entries", (
        "cases/test_kpa_and_the_cap.py::test_kpa_entries_leave_the_cap_alone",
    )),
    30: ("A term on 2027-02-28", (
        f"{CALENDAR}::test_case_30_alarms_of_a_term",
        "workflows/test_cape_dates.py::test_the_alarms_of_a_term",
    )),
    31: ("Declined, without then with agreement", (
        f"{CALENDAR}::test_a_legal_delay_ends_the_same_day_number",
        f"{KEEPING}::test_case_31_declined_without_agreement",
        f"{KEEPING}::test_case_31_declined_with_agreement",
    )),
    32: ("Under 16", (f"{ADMISSION}::test_old_enough",)),
    33: ("The circle and the NIR, the IBAN", (
        "pages/test_pieces.py::test_the_circle_is_refused_and_it_is_recorded",
        "pages/test_dossier.py::test_identity_is_for_hr_and_the_iban_for_accounts",
    )),
    34: ("A link with the applicant", (
        f"{ADMISSION}::test_no_conflict_reassigns",
        "cases/test_admission.py::test_whoever_has_a_link_is_replaced",
    )),
    35: ("No reconfirmation", (f"{CLOCK}::test_no_reconfirmation_after_90_and_21_days_pauses_and_nobody_closes",)),
    36: ("Five months and sixteen days", (
        f"{CALENDAR}::test_case_36_five_months_and_sixteen_days",
        f"{COUNTERS}::test_earlier_contracts_are_named_and_deducted",
        "workflows/test_salaried.py::test_preparing_keeps_the_deadline_as_a_date",
    )),
}


def source_of(test: str) -> str:
    """The text of a test, its decorators included; empty when it is not there."""
    file, _, name = test.partition("::")
    text = (HERE / file).read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            return "\n".join(text.splitlines()[first - 1:node.end_lineno])
    return ""


def says(number: int, source: str) -> bool:
    """Whether a test tells the case it proves, in its name, its docstring or beside a line of its table."""
    return re.search(rf"(?i)case[s _]*(\d+, )*{number}(?!\d)", source) is not None


def test_no_worked_case_is_left_out() -> None:
    assert list(CASES) == list(range(1, 37))


@pytest.mark.parametrize(("number", "test"), [(number, test) for number, (_, tests) in CASES.items() for test in tests])
def test_each_is_proved_where_it_is_said_to_be(number: int, test: str) -> None:
    source = source_of(test)
    assert source, f"{test} is gone: say which test proves case {number} now"
    assert says(number, source), f"{test} no longer says that it proves case {number}"


def test_a_case_is_not_taken_for_another() -> None:
    """The control: 3 is not found where 36 is told, nor a test that does not exist."""
    assert not says(3, "Worked case 36") and says(36, "test_case_36_five") and says(35, "cases 26, 35")
    assert source_of(f"{CALENDAR}::test_nothing_of_the_kind") == ""
