"""The table of the CESA, read a second time from JOURNEY §5.4; its forms, and what its steps keep."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.workflows.reading import AMENDMENT_EFFECTS, AMENDMENT_RULES, amendment_table, effects, noon, rows, rules
from workflows.contracts import Contract
from workflows.engine import AnswersInvalid, blank_form, decide
from workflows.grammar import Remember, TakeStep, Task
from workflows.salaried import Facts, salaried
from workflows.salaried.clauses import CLAUSES, WORDING
from workflows.signing import EntryPapers

TODAY = date(2027, 1, 15)
TABLE = [
    ("request", "Demander un contrat salarié", "", "requested", "person peer"),
    ("open", None, "", "drafting", "←admission.check_papers"),
    ("ask_opinions", "Demander les avis", "requested", "opinion", "support"),
    ("give_opinion", "Donner mon avis de pair", "opinion", None, "peer"),
    ("simulate", "Rendre la simulation", "opinion", None, "support"),
    ("agree", "Donner l’accord", "opinion", "drafting", "cogerance"),
    ("refuse", "Refuser", "opinion", "refused", "cogerance"),
    ("prepare", "Préparer le contrat", "drafting", None, "support"),
    ("send", "Envoyer à la signature", "drafting", "to_sign", "support"),
    ("sign", "Signer", "to_sign", None, "person"),
    ("countersign", "Signer pour Optéos", "to_sign", "signed", "cogerance"),
    ("record_paper", "Enregistrer l’original signé", "to_sign", "signed", "support"),
    ("rework", "Demander une correction", "to_sign", "drafting", "support person ←admission.change_month"),
    ("rework", "Refaire le contrat signé", "signed", "drafting", "support ←admission.change_month"),
    ("unsigned", None, "to_sign", "drafting", "clock"),
    ("give_code", "Donner le code pour signer", "to_sign", None, "support"),
    ("file_dpae", "Enregistrer la DPAE", "signed", None, "support"),
    ("hire_blocked", None, "signed", None, "clock"),
    ("take_effect", None, "signed", "running", "clock"),
    ("deadline_alarm", None, "running", None, "clock"),
    ("call_to_apply", "Appeler à candidater", "running", None, "clock support"),
    ("variable_pay", None, "running", None, "clock"),
    *amendment_table("running"),
    ("end", "Constater la fin du contrat", "running", "ended", "support ←departure.end_contract"),
    ("withdraw", "Retirer ma demande", "requested opinion drafting to_sign signed", "withdrawn",
     "person support ←admission.give_back ←admission.miss_month ←admission.withdraw ←departure.end_contract"),
    ("close_silent", "Classer sans réponse", "requested opinion drafting", "withdrawn", "support"),
    ("take_over", "Reprendre un dossier existant", "", "running", "support"),
]


def facts(today: date = TODAY, **more: Any) -> Facts:
    memory = {"since": noon(today).isoformat(), **more.pop("memory", {})}
    return Facts(**{"now": noon(today), "state": "drafting", "actor": "marc", **more, "memory": memory})


def remembered(step: str, known: Facts, state: str, role: str, **raw: Any) -> dict[str, Any]:
    decision = decide(salaried, step, state=state, roles={role}, facts=known, raw=raw, asks=bool(raw))
    kept: dict[str, Any] = {}
    for one in decision.consequences:
        if isinstance(one, Remember):
            kept |= one.what(known, decision.answers)
    return kept


# The table -----------------------------------------------------------------------------------------------------------


def test_the_rows_are_those_of_the_specification() -> None:
    assert rows(salaried) == TABLE


def test_states_labels_and_who_acts_next() -> None:
    assert [(one.name, one.label, " ".join(one.waits_for), one.closed, one.ladder) for one in salaried.states] == [
        ("requested", "Demande reçue", "support", False, True),
        ("opinion", "Avis en cours", "peer support", False, True),
        ("drafting", "Contrat en préparation", "support", False, True),
        ("to_sign", "À signer", "person cogerance", False, False),
        ("signed", "Signé, pas commencé", "support", False, False),
        ("running", "Contrat en cours", "person", False, False),
        ("ended", "Contrat terminé", "", True, False),
        ("refused", "Demande refusée", "", True, False),
        ("withdrawn", "Demande close", "", True, False),
    ]


def test_the_rules_of_each_row() -> None:
    assert rules(salaried) == {
        "request": "none_open cape_runs",
        "agree": "opinions_in cesa_conditions treasury_known months_covered",
        **AMENDMENT_RULES,
        "send": "cesa_clauses trial_within vote_first meeting_before_deadline may_work sharing_agreed in_place_month "
                "coop_known",
        "sign": "same_document signed_by_effect link_opened all_read not_signed_yet",
        "give_code": "not_signed_yet same_document",
        "countersign": "person_signed same_document signed_by_effect mandate",
        "record_paper": "same_document signed_by_effect mandate",
        "file_dpae": "dpae_window",
        "take_effect": "dpae_done",
        "deadline_alarm": "not_associate",
        "call_to_apply": "not_associate not_called",
        "end": "end_reached",
        "close_silent": "reminders_done",
    }


def test_the_letters_tasks_and_hand_overs_of_each_row() -> None:
    concluded = "✉ contract_signed person+support+cogerance" + " · ☐ hr" * 6
    assert effects(salaried) == {
        **AMENDMENT_EFFECTS,
        "request": "✉ cesa_received person+support",
        "ask_opinions": "☐ peer · ☐ accounts · ✉ opinion_asked peer+support",
        "simulate": "✉ simulation person",
        "agree": "✉ cesa_agreed person+support",
        "refuse": "✉ cesa_refused person",
        "send": "✉ contract_to_sign person",
        "sign": "✉ contract_to_countersign cogerance",
        "countersign": concluded,
        "record_paper": concluded,
        "rework": "✉ contract_reworked person+support",
        "rework 2": "☐ hr · ✉ contract_reworked person+support",
        "unsigned": "☐ support · ✉ contract_reworked person+support",
        "hire_blocked": "✉ hire_blocked support+cogerance · ☐ cogerance",
        "take_effect": "⇒ admission.join · ⇒ cape.hand_over · ⇒ cape.cancel",
        "deadline_alarm": "✉ deadline_ahead person+support+cogerance · ☐ cogerance · ☐ support",
        "variable_pay": "☐ accounts",
        "call_to_apply": "⊕ membership.call",
        "end": "⊕ departure.announce",
        "withdraw": "⇒ admission.give_back · ✉ contract_cancelled person+support+cogerance · ☐ hr",
        "close_silent": "⇒ admission.give_back · ✉ contract_cancelled person+support+cogerance",
    }


def test_taking_effect_reaches_every_case_of_the_dossier() -> None:
    [row] = salaried.rows("take_effect")
    assert all(then.everywhere for then in row.then if isinstance(then, TakeStep))


# What steps keep -----------------------------------------------------------------------------------------------------

CAPE = Contract("cape", "c", "d", "trading", date(2024, 3, 1), date(2027, 2, 28), signed=True)
REQUEST = {"month": "2027-03", "turnover": "9 000", "hours": "12", "customers": "Deux mairies", "accepts": "y"}


def test_a_request_keeps_figures_and_promises_not_words() -> None:
    kept = remembered("request", facts(state="", others=(CAPE,)), "", "person", **REQUEST)
    assert kept == {"hours": 12, "customers": True, "accepts": True}


def test_a_simulation_keeps_the_months_covered() -> None:
    raw = {"fixed_part": "1 200", "monthly_cost": "2 000", "treasury": "6 500", "opinion": "Solide"}
    assert remembered("simulate", facts(), "opinion", "support", **raw) == {"simulated": True, "covered": 3}


def contract(**more: Any) -> dict[str, Any]:
    return {"first_day": "2027-03-01", "job": "Menuisière, niveau 3", "objectives": "Douze chantiers",
            "statutes": "2025", "sharing": "none", **WORDING, **more}


def test_preparing_keeps_the_deadline_as_a_date() -> None:
    """Worked case 36: an earlier contract of 5 months and 16 days."""
    before = Contract("cape", "c", "d", "ended", date(2025, 1, 15), date(2025, 6, 30), date(2025, 6, 30), True)
    kept = remembered("prepare", facts(others=(before,)), "drafting", "support", **contract(first_day="2026-03-01"))
    assert kept["deadline"] == "2028-09-14" and kept["first_day"] == "2026-03-01"
    assert set(kept["slots"]) == set(CLAUSES) and kept["trial_end"] is None


def test_reworking_a_signed_contract_voids_the_dpae_too() -> None:
    known = facts(state="signed", memory={"first_day": "2027-03-01", "dpae_on": "2027-02-25"})
    kept = remembered("rework", known, "signed", "support", reason="Une date à changer")
    assert kept == {"person_signed_on": None, "cogerance_signed_on": None, "document": None, "dpae_on": None}


def test_an_end_keeps_its_own_day() -> None:
    kept = remembered("end", facts(state="running"), "running", "support", type="resignation", ends_on="2027-01-10")
    assert kept == {"ended_on": "2027-01-10"}
    announced = facts(state="running", departure_ends_on=date(2027, 1, 12))
    assert remembered("end", announced, "running", "←departure.end_contract") == {"ended_on": "2027-01-12"}


def test_a_cesa_taken_over_gets_its_deadline() -> None:
    kept = remembered("take_over", facts(state=""), "", "support", stage="running", since="2026-03-01",
                      first_day="2026-03-01", earlier="15/01/2025 au 30/06/2025", reason="Reprise")
    assert kept["deadline"] == "2028-09-14" and kept["earlier"] == [["2025-01-15", "2025-06-30"]]


def test_the_work_of_a_conclusion_is_due_before_the_start() -> None:
    """Worked case 22: starts Monday 2027-03-01, so a permit is checked by Thursday 25 February."""
    known = facts(memory={"first_day": "2027-03-01"}, entry=EntryPapers(permit_until=date(2028, 1, 1)))
    due = {one.sentence: one.due(known, {}) for one in salaried.rows("countersign")[0].then
           if isinstance(one, Task) and one.due and not one.sentence.startswith("Titre")}
    assert due == {
        "Faire la DPAE": date(2027, 2, 26), "Organiser la visite médicale": date(2027, 5, 31),
        "Proposer la mutuelle": date(2027, 3, 1), "Faire vérifier le titre qui autorise le travail": date(2027, 2, 25)}
    permit = next(one for one in salaried.rows("countersign")[0].then if isinstance(one, Task) and one.when)
    assert permit.when is not None
    assert permit.when(known, {}) and not permit.when(facts(), {})


# Forms ---------------------------------------------------------------------------------------------------------------


def errors(step: str, known: Facts | None = None, **raw: Any) -> dict[str, Any]:
    form = blank_form(salaried.rows(step)[0], known or facts(), raw)
    assert form is not None
    form.validate()
    return {name: said[0] for name, said in form.errors.items()}


def test_forms_filled_in_are_accepted() -> None:
    assert errors("request", **REQUEST) == {}
    assert errors("prepare", **contract()) == {}
    assert errors("give_opinion", opinion="for", why="Un projet mûr") == {}
    assert errors("file_dpae", filed_on="2027-01-15", receipt="piece-0001") == {}


@pytest.mark.parametrize("step, missing", [
    ("request", {
        "month": "Indiquez le mois souhaité", "turnover": "Indiquez le chiffre des 3 derniers mois",
        "hours": "Indiquez le nombre d’heures finançables par mois",
        "customers": "Décrivez vos clients et le salaire projeté",
        "accepts": "Cochez la case pour accepter de candidater au sociétariat"}),
    ("give_opinion", {"opinion": "Choisissez un avis", "why": "Expliquez votre avis"}),
    ("simulate", {
        "fixed_part": "Indiquez la part fixe", "monthly_cost": "Indiquez le coût mensuel",
        "treasury": "Indiquez la trésorerie", "opinion": "Écrivez votre avis"}),
    ("prepare", {
        "first_day": "Saisissez la date d’effet", "job": "Indiquez l’emploi et la qualification",
        "objectives": "Indiquez les objectifs et l’activité minimale",
        "means": "Indiquez les moyens d’appui et de contrôle", "contribution": "Indiquez la contribution",
        "pay": "Indiquez la part fixe et la part variable", "statutes": "Indiquez la version des statuts",
        "clientele": "Indiquez ce qui vaut pour la clientèle", "procedure": "Indiquez la procédure d’association",
        "accounts_access": "Indiquez l’accès aux comptes ou l’état mensuel",
        "sharing": "Indiquez si l’activité est partagée"}),
    ("file_dpae", {
        "filed_on": "Saisissez la date de la DPAE", "receipt": "Choisissez le fichier de l’accusé de réception"}),
    ("end", {"type": "Choisissez le type de fin", "ends_on": "Saisissez la date de fin"}),
    ("refuse", {"reason": "Indiquez la raison"}),
])
def test_empty_forms_say_what_is_missing(step: str, missing: dict[str, str]) -> None:
    assert errors(step) == missing


def test_a_dpae_is_not_dated_tomorrow() -> None:
    assert set(errors("file_dpae", filed_on="2027-01-16", receipt="piece-0001")) == {"filed_on"}


def test_no_trial_field_when_earlier_contracts_make_eight_months() -> None:
    """Worked case 15."""
    open_field = blank_form(salaried.rows("prepare")[0], facts())
    closed = blank_form(salaried.rows("prepare")[0], facts(others=(CAPE,), memory={"first_day": "2027-03-01"}))
    assert open_field is not None and closed is not None
    assert not open_field["trial_end"].render_kw.get("disabled") and closed["trial_end"].render_kw["disabled"]


def test_a_month_already_begun_is_not_offered() -> None:
    with pytest.raises(AnswersInvalid):
        remembered("request", facts(state="", others=(CAPE,)), "", "person", **{**REQUEST, "month": "2027-01"})
