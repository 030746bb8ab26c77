"""The table of the CAPE, read a second time from JOURNEY §5.2; its forms, and what its steps keep."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.workflows.reading import AMENDMENT_EFFECTS, AMENDMENT_RULES, amendment_table, effects, noon, rows, rules
from workflows.calendar import start_of_paris_day
from workflows.cape import Facts, cape
from workflows.cape.clauses import SLOTS, WORDING
from workflows.cape.forms import CapeForm, EarlyEndForm, JobForm, RenewalForm
from workflows.contracts import Contract
from workflows.engine import AnswersInvalid, StepRefused, decide
from workflows.grammar import Letter, Open, Remember
from workflows.settings import DEFAULTS
from workflows.signing import COOP_NAMES

TODAY = date(2026, 9, 15)
TABLE = [
    ("open", None, "", "drafting", "←admission.check_papers ←cape.renew ←cape.restart"),
    ("prepare", "Préparer le contrat", "drafting", None, "support"),
    ("send", "Envoyer à la signature", "drafting", "to_sign", "support"),
    ("sign", "Signer", "to_sign", None, "person"),
    ("countersign", "Signer pour Optéos", "to_sign", "signed", "cogerance"),
    ("record_paper", "Enregistrer l’original signé", "to_sign", "signed", "support"),
    ("rework", "Demander une correction", "to_sign", "drafting", "support person ←admission.change_month"),
    ("rework", "Refaire le contrat signé", "signed", "drafting", "support ←admission.change_month"),
    ("unsigned", None, "to_sign", "drafting", "clock"),
    ("give_code", "Donner le code pour signer", "to_sign", None, "support"),
    ("take_effect", None, "signed", "trading", "clock"),
    ("take_effect", None, "signed", "preparing", "clock"),
    ("welcome", "Noter la journée d’accueil", "signed preparing trading", None, "circle kiosk"),
    ("miss_welcome", None, "signed preparing trading", None, "kiosk"),
    ("start_trading", "Noter le début d’activité", "preparing", "trading", "person support"),
    *amendment_table("preparing trading"),
    ("report_job", "Signaler un emploi", "preparing trading", None, "person support"),
    ("term_alarm", None, "preparing trading", None, "clock"),
    ("renew", "Ouvrir le renouvellement", "preparing trading", None, "person peer support"),
    ("hand_over", None, "preparing trading", "ended", "←salaried.take_effect"),
    ("expire", None, "preparing trading", "ended", "clock"),
    ("expire", None, "preparing trading", "ended", "clock"),
    ("end_early", "Rompre le contrat", "preparing trading", "ended", "support ←departure.end_contract"),
    ("restart", "Ouvrir un contrat après interruption", "ended", None, "cogerance"),
    ("cancel", "Annuler le contrat", "drafting to_sign signed", "cancelled",
     "person support ←admission.give_back ←admission.miss_month ←admission.withdraw ←cape.end_early "
     "←salaried.take_effect ←departure.end_contract"),
    ("take_over", "Reprendre un dossier existant", "", "trading", "support"),
]
DECLARED = "✉ contract_signed person+support+cogerance · ✉ welcome person+peer+circle" + " · ☐ hr" * 4
WELCOME = " · ☐ support" * 5 + " · ☐ circle" + " · ☐ support" * 2 + " · ☐ circle"


def facts(**more: Any) -> Facts:
    memory = {"since": noon(TODAY).isoformat(), **more.pop("memory", {})}
    return Facts(**{"now": noon(TODAY), "state": "drafting", "actor": "marc", "dossier": "d", **more, "memory": memory})


def remembered(step: str, known: Facts, state: str, role: str, **raw: Any) -> dict[str, Any]:
    decision = decide(cape, step, state=state, roles={role}, facts=known, raw=raw, asks=bool(raw))
    kept: dict[str, Any] = {}
    for one in decision.consequences:
        if isinstance(one, Remember):
            kept |= one.what(known, decision.answers)
    return kept


# The table -----------------------------------------------------------------------------------------------------------


def test_the_rows_are_those_of_the_specification() -> None:
    assert rows(cape) == TABLE


def test_states_labels_and_who_acts_next() -> None:
    assert [(one.name, one.label, " ".join(one.waits_for), one.closed, one.ladder) for one in cape.states] == [
        ("drafting", "Contrat en préparation", "support", False, True),
        ("to_sign", "À signer", "person cogerance", False, False),
        ("signed", "Signé, pas commencé", "clock", False, False),
        ("preparing", "Avant activité", "person", False, False),
        ("trading", "En activité", "person", False, False),
        ("ended", "Terminé", "", True, False),
        ("cancelled", "Annulé avant effet", "", True, False),
    ]


def test_the_rules_of_each_row() -> None:
    assert rules(cape) == {
        **AMENDMENT_RULES,
        "send": "cape_slots twelve_months thirty_six_months three_contracts not_full_time may_work guardians "
                "renewal_in_time follows_on in_place_month insured peer_planned coop_known",
        "sign": "same_document signed_by_effect link_opened all_read not_signed_yet",
        "give_code": "not_signed_yet same_document",
        "countersign": "person_signed same_document signed_by_effect renewal_in_time mandate",
        "record_paper": "same_document signed_by_effect renewal_in_time mandate",
        "take_effect": "already_trading",
        "welcome": "welcome_ahead after_signature",
        "miss_welcome": "welcome_ahead after_signature",
        "report_job": "full_time_now",
        "renew": "none_ahead thirty_six_months three_contracts",
        "expire": "followed",
        "end_early": "end_reached",
        "restart": "none_ahead no_contract not_gone thirty_six_months three_contracts",
    }


def test_the_letters_tasks_and_hand_overs_of_each_row() -> None:
    assert effects(cape) == {
        **AMENDMENT_EFFECTS,
        "send": "✉ contract_to_sign person",
        "sign": "✉ contract_to_countersign cogerance",
        "countersign": DECLARED + WELCOME,
        "record_paper": DECLARED + WELCOME,
        "rework": "✉ contract_reworked person+support",
        "rework 2": "☐ hr · ☐ hr · ✉ contract_reworked person+support",
        "unsigned": "☐ support · ✉ contract_reworked person+support",
        "take_effect": "⇒ admission.join",
        "take_effect 2": "⇒ admission.join",
        "miss_welcome": "☐ circle",
        "report_job": "☐ hr",
        "term_alarm": "✉ term_ahead person+peer+circle+support · ✉ term_ahead cogerance · ☐ circle · ☐ support "
                      "· ☐ support · ☐ cogerance",
        "renew": "⊕ cape.open",
        "hand_over": "☐ hr · ☐ hr",
        "expire 2": "✉ term_reached person+peer+circle+support+cogerance · ⊕ departure.announce",
        "end_early": "⇒ cape.cancel · ☐ hr · ☐ hr · ⊕ departure.announce",
        "restart": "⊕ cape.open",
        "cancel": "⇒ admission.give_back · ☐ hr · ☐ hr · ✉ contract_cancelled person+support+cogerance",
    }


@pytest.mark.parametrize("step", ["sign", "countersign", "record_paper", "amend"])
def test_a_signature_is_never_undone(step: str) -> None:
    assert not any(row.undoable for row in cape.rows(step))


def test_a_renewal_and_a_restart_open_a_further_run() -> None:
    runs = [then for row in cape.steps for then in row.then if isinstance(then, Open) and then.workflow == "cape"]
    assert len(runs) == 2 and all(one.again for one in runs)


# What steps keep -----------------------------------------------------------------------------------------------------


def running(first: date, last: date, **more: Any) -> Contract:
    return Contract("cape", "c0", "d", more.pop("state", "trading"), first, last, signed=True, **more)


def test_the_first_contract_is_numbered_one() -> None:
    assert remembered("open", facts(state=""), "", "←admission.check_papers") == {"ordinal": 1, "nature": "premier"}


def test_a_second_contract_opened_while_the_first_runs_is_a_renewal() -> None:
    known = facts(state="", others=(running(date(2025, 12, 1), date(2026, 11, 30)),))
    assert remembered("open", known, "", "←cape.renew") == {"ordinal": 2, "nature": "renouvellement"}


def test_a_contract_after_a_gap_is_no_renewal() -> None:
    known = facts(state="", others=(running(date(2025, 6, 1), date(2026, 5, 31), state="ended"),))
    assert remembered("open", known, "", "←cape.restart") == {"ordinal": 2, "nature": "après interruption"}


def form(**more: Any) -> dict[str, Any]:
    return {"first_day": "2026-10-01", "months": "12", "activity": "Menuiserie", "objectives": "Trois devis",
            **WORDING, **more}


def test_preparing_keeps_real_dates() -> None:
    """Worked cases 1 to 4: the last day is stored, never computed again."""
    for first, months, last in (
        ("2024-02-29", "12", "2025-02-28"), ("2024-03-01", "12", "2025-02-28"), ("2023-08-31", "6", "2024-02-29"),
        ("2027-03-01", "12", "2028-02-29"),
    ):
        kept = remembered("prepare", facts(), "drafting", "support", **form(first_day=first, months=months))
        assert (kept["first_day"], kept["last_day"]) == (first, last)
    assert set(kept["slots"]) == set(SLOTS)


def test_reworking_voids_both_signatures_and_the_document() -> None:
    kept = remembered("rework", facts(state="signed"), "signed", "support", reason="Une date à changer")
    assert kept == {"person_signed_on": None, "cogerance_signed_on": None, "document": None}


def test_a_paper_signed_earlier_keeps_its_own_dates() -> None:
    known = facts(state="to_sign", memory={"first_day": "2026-10-01", "last_day": "2027-09-30"},
                  mandates=(mandate_of("marc"),))
    kept = remembered("record_paper", known, "to_sign", "support", scan="piece-0001", person_signed_on="2026-09-10",
                      cogerance_signed_on="2026-09-12")
    assert kept == {"person_signed_on": "2026-09-10", "cogerance_signed_on": "2026-09-12"}


def mandate_of(who: str) -> Any:
    from workflows.signing import Mandate

    return Mandate(who, date(2026, 1, 1))


def test_a_cesa_ends_the_cape_the_day_before() -> None:
    cesa = Contract("cesa", "s", "d", "running", date(2026, 9, 15), signed=True)
    known = facts(state="trading", memory={"first_day": "2026-01-01", "last_day": "2026-12-31"}, others=(cesa,))
    assert remembered("hand_over", known, "trading", "←salaried.take_effect") == {"ended_on": "2026-09-14"}


def test_a_cape_taken_over_tells_the_contracts_before_it() -> None:
    kept = remembered(
        "take_over", facts(state=""), "", "support", stage="trading", since="2026-03-01", first_day="2026-03-01",
        last_day="2027-02-28", earlier="01/03/2025 au 28/02/2026", reason="Reprise")
    assert kept["ordinal"] == 2 and kept["earlier"] == [["2025-03-01", "2026-02-28"]] and kept["traded"]
    assert (kept["first_day"], kept["last_day"]) == ("2026-03-01", "2027-02-28")


# Forms ---------------------------------------------------------------------------------------------------------------


def errors(form_class: Any, raw: dict[str, Any]) -> dict[str, Any]:
    from workflows.engine import _Posted

    made = form_class(_Posted(raw))
    if hasattr(made, "peer"):
        made.peer.choices = [("noe", "Noé Caron")]
    made.validate()
    return {name: said[0] for name, said in made.errors.items()}


def test_a_full_contract_is_accepted() -> None:
    assert errors(CapeForm, form(peer="noe")) == {}


def test_an_empty_contract_says_what_is_missing() -> None:
    assert errors(CapeForm, {}) == {
        "first_day": "Saisissez la date d’effet", "months": "Indiquez la durée", "activity": "Indiquez l’activité",
        "objectives": "Indiquez les objectifs", "programme_before": "Remplissez le programme avant le début",
        "programme_after": "Remplissez le programme après le début", "means": "Indiquez les moyens prêtés",
        "remuneration": "Indiquez la rémunération de l’accompagnement",
        "commitments": "Indiquez les engagements envers les tiers",
        "accounting": "Indiquez les informations comptables et leur fréquence",
        "early_end": "Indiquez les conditions de rupture anticipée",
        "contributions": "Indiquez le remboursement des cotisations sociales",
    }


def test_empty_forms_of_a_running_contract() -> None:
    assert errors(RenewalForm, {}) == {
        "results": "Décrivez les résultats", "objectives": "Indiquez les nouveaux objectifs",
        "months": "Indiquez la durée", "peer_opinion": "Indiquez l’avis du pair"}
    assert errors(JobForm, {}) == {
        "employer": "Indiquez l’employeur", "hours": "Indiquez le nombre d’heures par semaine",
        "since": "Saisissez la date de début"}
    assert errors(EarlyEndForm, {}) == {
        "initiative": "Indiquez qui rompt le contrat", "notified_on": "Saisissez la date de notification",
        "ends_on": "Saisissez la date de fin", "motive": "Choisissez un motif"}


def test_a_fresh_contract_proposes_the_wording_of_the_house_and_keeps_what_was_typed() -> None:
    from workflows.engine import blank_form

    step = cape.rows("prepare")[0]
    fresh = blank_form(step, facts(memory={"months": 6}))
    assert fresh is not None
    assert fresh["means"].data == WORDING["means"] and fresh["months"].data == 6
    again = blank_form(step, facts(written={"means": "Un atelier", "first_day": "2026-10-01"}))
    assert again is not None
    assert again["means"].data == "Un atelier" and again["first_day"].data == date(2026, 10, 1)
    typed = blank_form(step, facts(), {"means": ""})
    assert typed is not None and typed["means"].data in (None, "")


def signing(**more: Any) -> Facts:
    return facts(state="to_sign", frozen=lambda: "a3f09c11", code_is="482913".__eq__, memory={
        "first_day": "2026-10-01", "last_day": "2027-09-30", "document": "a3f09c11", **more.pop("memory", {})}, **more)


TICKED = {"read_contract": "y", "read_annexes": "y"}


def test_signing_takes_the_code_given_last_and_both_ticks() -> None:
    signed = remembered("sign", signing(), "to_sign", "person", code=" 482 913 ", **TICKED)
    assert signed == {"person_signed_on": "2026-09-15"}
    with pytest.raises(AnswersInvalid) as wrong:
        remembered("sign", signing(), "to_sign", "person", code="123456", **TICKED)
    assert wrong.value.form.errors == {"code": ["Ce code n’est pas le dernier donné. Vérifiez-le, ou demandez-en un autre"]}
    with pytest.raises(AnswersInvalid) as unread:
        remembered("sign", signing(), "to_sign", "person", code="482913")
    assert set(unread.value.form.errors) == {"read_contract", "read_annexes"}


@pytest.mark.parametrize("why, known", [
    ("Ouvrez d’abord le lien de votre lettre", signing(link_opened=False)),
    ("Il reste à lire", signing(unread=("Annexe 1 – Budget",))),
    ("La personne a déjà signé ce contrat", signing(memory={"person_signed_on": "2026-09-14"})),
])
def test_nobody_signs_without_the_link_the_reading_or_twice(why: str, known: Facts) -> None:
    with pytest.raises(StepRefused) as refused:
        remembered("sign", known, "to_sign", "person", code="482913", **TICKED)
    assert [one.sentence[:len(why)] for one in refused.value.refusals] == [why]


def test_a_code_is_given_to_someone_whose_identity_was_checked_once_they_have_to_sign() -> None:
    assert remembered("give_code", signing(), "to_sign", "support", checked="voice") == {}
    with pytest.raises(AnswersInvalid):
        remembered("give_code", signing(), "to_sign", "support", checked="")
    with pytest.raises(StepRefused):
        remembered("give_code", signing(memory={"person_signed_on": "2026-09-14"}), "to_sign", "support", checked="voice")
    assert cape.rows("give_code")[0].quiet, "the person's page stays good while they listen"


def test_whoever_must_sign_is_reminded_before_the_effect_date() -> None:
    row = next(row for row in cape.rows("remind") if row.sources == ("to_sign",))
    assert row.due is not None
    assert row.due(signing()) == start_of_paris_day(date(2026, 9, 24)), "seven days before the first of October"
    late = signing(memory={"since": noon(date(2026, 9, 29)).isoformat()})
    assert row.due(late) == start_of_paris_day(date(2026, 9, 30)), "days before the sending are left out"
    assert row.due(signing(memory={"taken": {"remind": noon(date(2026, 9, 30)).isoformat()}})) is None
    person, cogerance = (then.when for then in row.then if isinstance(then, Letter))
    assert person(signing(), {}) and not cogerance(signing(), {})
    signed = signing(memory={"person_signed_on": "2026-09-14"})
    assert cogerance(signed, {}) and not person(signed, {})


def test_a_contract_names_the_cooperative() -> None:
    rule = cape.rules["coop_known"]
    unsaid = rule.verdict(facts(), {})
    assert not unsaid.ok and unsaid.values == {"champs": "forme juridique, siège, SIREN"}
    assert rule.verdict(facts(settings={**DEFAULTS, **dict.fromkeys(COOP_NAMES, "dit")}), {}).ok and not rule.lifted_by


def test_a_paper_cannot_be_dated_tomorrow() -> None:
    known = signing(mandates=(mandate_of("marc"),))
    with pytest.raises(AnswersInvalid) as wrong:
        remembered("record_paper", known, "to_sign", "support", scan="piece-0001", person_signed_on="2026-09-16",
                   cogerance_signed_on="2026-09-15")
    assert set(wrong.value.form.errors) == {"person_signed_on"}
    with pytest.raises(StepRefused):
        remembered("record_paper", signing(), "to_sign", "support", scan="piece-0001",
                   person_signed_on="2026-09-14", cogerance_signed_on="2026-09-15")
