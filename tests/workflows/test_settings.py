"""The settings of JOURNEY §12: what they are worth until somebody changes them, and what may be typed."""

import json
from typing import Any

import pytest

from workflows.settings import (
    BY_NAME,
    DEFAULTS,
    GROUPS,
    KPA,
    PRINCIPALE,
    SETTINGS,
    Setting,
    SettingRefused,
    by_group,
    defaults_for,
    in_words,
    parse,
)

JOURNEY_12 = {
    "undo.minutes": 10, "silence.days": [7, 14, 30], "admission.meeting_required": True,
    "draft.reminder_days": [3, 14, 45], "draft.close_days": 60, "admission.file_days": 10,
    "admission.interview_days": 30, "admission.opinion_days": 10, "admission.reexamine_days": 30,
    "consent.opinions": 2, "admission.contact_days": 7, "readers.number": 2, "admission.valid_months": 12,
    "reopen.days": 90, "places.per_month": 2, "places.horizon": 18, "places.transfer_needs_place": True,
    "offers.days": 10, "offers.free_refusals": 1, "offers.postponements": 2, "offers.step_back": 3,
    "offers.exception_share": 4, "offers.reminder_days": [3, 1], "rank.shown": "exact", "reconfirm.days": 90,
    "reconfirm.reminder_days": [7, 14], "reconfirm.pause_days": 21, "pause.rank_days": 60, "pause.max_months": 6,
    "pause.reminder_days": 30, "entry.lead_days": 14, "forecast.spread": 1, "cape.term_days": [90, 60, 30, 15, 7],
    "notice.alarm_days": 2, "pairing.capacity": 3, "pairing.orphan_days": 15, "pairing.answer_days": 7,
    "meeting.quiet_days": [45, 75], "reviews.cape_months": [3, 6, 12], "reviews.cesa_months": [5, 11],
    "cesa.months_covered": 3, "cesa.hours": 10, "deadline.months": [18, 12, 9, 6, 3], "membership.call_days": 90,
    "membership.crisis_days": 60, "departure.revoke_days": 30, "contribution.method": "asked",
    "contribution.scale": [[30, "11.5"], [60, "10.5"], [90, "9.5"], [120, "8.5"], [None, "7.5"]],
    "journee.rule": "third_thursday", "weekly.at": [1, 8],
}


def test_every_setting_of_the_specification_has_its_default() -> None:
    assert {name: DEFAULTS.get(name) for name in JOURNEY_12} == JOURNEY_12


def test_kpa_asks_for_one_opinion_and_one_reader() -> None:
    kpa = defaults_for(KPA)
    assert (kpa["consent.opinions"], kpa["readers.number"], kpa["offers.days"]) == (1, 1, 10)
    assert defaults_for(PRINCIPALE) == DEFAULTS
    assert [one.name for one in SETTINGS if one.by_antenna] == ["consent.opinions", "readers.number"]


def test_what_optéos_published_is_marked() -> None:
    assert {one.name for one in SETTINGS if one.source == "O"} == {
        "places.per_month", "cesa.hours", "contribution.scale", "journee.rule"}


def test_every_setting_is_in_one_group_with_a_name_of_its_own() -> None:
    assert [one for group in by_group().values() for one in group] == list(SETTINGS)
    assert tuple(by_group()) == GROUPS
    assert len(BY_NAME) == len(SETTINGS) == len({one.label for one in SETTINGS})


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_default_is_plain_json_and_reads_itself_back(setting: Setting) -> None:
    assert json.loads(json.dumps(setting.default)) == setting.default
    if setting.kind != "entries":  # typed entry by entry, see tests/workflows/test_lists.py
        assert parse(setting, in_words(setting, setting.default)) == setting.default


@pytest.mark.parametrize(("name", "typed", "value"), [
    ("offers.days", " 12 ", 12), ("offers.days", "12 jours", 12), ("offers.days", "1 jour", 1),
    ("silence.days", "7, 14, 30", [7, 14, 30]), ("silence.days", "30 ; 7 et 14", [7, 14, 30]),
    ("cape.term_days", "7 90 30", [90, 30, 7]), ("silence.days", "7, 7, 14", [7, 14]),
    ("admission.meeting_required", "Non", False), ("rank.shown", "Tranche de rangs", "band"),
    ("rank.shown", "band", "band"), ("weekly.at", "Mardi 14 h", [2, 14]), ("weekly.at", "vendredi à 9h", [5, 9]),
    ("contribution.scale", "30 : 12 %, au-delà : 7,25", [[30, "12"], [None, "7.25"]]),
    ("contribution.method", "marginal", "marginal"),
])
def test_what_may_be_typed(name: str, typed: str, value: Any) -> None:
    assert parse(BY_NAME[name], typed) == value


def test_one_is_said_alone() -> None:
    """« 1 personne », « 2 personnes », « 1 mois »."""
    assert [BY_NAME[name].unit_of(value) for name, value in (
        ("readers.number", 1), ("readers.number", 2), ("reviews.cape_months", [1]), ("admission.file_days", 1),
        ("offers.free_refusals", 1), ("weekly.at", 1))] == ["personne", "personnes", "mois", "jour ouvré", "refus", ""]


@pytest.mark.parametrize(("name", "typed", "sentence"), [
    ("offers.days", "", "Saisissez une valeur"),
    ("offers.days", "0", "Saisissez un nombre entre 1 et 60"),
    ("offers.days", "61", "Saisissez un nombre entre 1 et 60"),
    ("offers.days", "dix", "Saisissez un nombre entre 1 et 60"),
    ("offers.days", "10 mois", "Saisissez un nombre entre 1 et 60"),
    ("offers.days", "-3", "Saisissez un nombre entre 1 et 60"),
    ("offers.days", "²", "Saisissez un nombre entre 1 et 60"),
    ("offers.days", "9" * 100_000, "Saisissez un nombre entre 1 et 60"),
    ("silence.days", "sept", "Saisissez des nombres entre 1 et 365, comme 7, 14, 30"),
    ("silence.days", "0, 14", "Saisissez des nombres entre 1 et 365, comme 7, 14, 30"),
    ("silence.days", ",", "Saisissez des nombres entre 1 et 365, comme 7, 14, 30"),
    ("admission.meeting_required", "peut-être", "Choisissez oui ou non"),
    ("rank.shown", "x", "Choisissez parmi : Rang exact, Tranche de rangs"),
    ("weekly.at", "lundi 25 h", "Saisissez un jour et une heure, comme lundi 8\u00a0h"),
    ("weekly.at", "8 h", "Saisissez un jour et une heure, comme lundi 8\u00a0h"),
])
def test_what_does_not_fit_gets_a_sentence(name: str, typed: str, sentence: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        parse(BY_NAME[name], typed)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("typed", [
    "30 : 11,5", "60 : 10, 30 : 11, au-delà : 7", "au-delà : 7, 30 : 11", "30 : 11, encore, au-delà : 7", "beaucoup",
])
def test_a_scale_is_typed_in_order_to_the_end(typed: str) -> None:
    with pytest.raises(SettingRefused, match="Saisissez les tranches dans l’ordre"):
        parse(BY_NAME["contribution.scale"], typed)
