"""The table of the membership, read a second time from JOURNEY §5.5; its rules, forms, dates and what steps keep."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.workflows.reading import effects, noon, rows, rules, said
from workflows.calendar import paris_day
from workflows.contracts import Contract
from workflows.engine import AnswersInvalid, StepRefused, decide, open_steps
from workflows.grammar import Open, Remember, Task
from workflows.membership import Facts, membership, rules as r

TODAY = date(2026, 4, 1)
AG_2026, AG_2027 = date(2026, 6, 26), date(2027, 6, 25)
BEN = "ben"
TABLE = [
    ("call", "Je veux entrer au sociétariat", "", "called", "person ←salaried.call_to_apply"),
    ("apply", "Candidater", "called", "applied", "person"),
    ("take_back", "Retirer ma candidature", "applied on_agenda", "called", "person"),
    ("put_on_agenda", "Inscrire à l’ordre du jour", "applied on_agenda", "on_agenda", "cogerance associates"),
    ("vote_yes", "Noter l’admission", "on_agenda", "subscribing", "cogerance associates"),
    ("vote_no", "Noter le refus", "on_agenda", "refused", "cogerance associates"),
    ("subscribe", "Enregistrer la souscription", "subscribing", "associate", "support"),
    ("pay", "Noter un versement", "associate", None, "support"),
    ("renounce", "Renoncer", "called subscribing", "withdrawn", "person"),
    ("close", "Clore sans suite", "called applied on_agenda subscribing", "withdrawn",
     "cogerance ←departure.end_contract"),
    ("leave", "Quitter le sociétariat", "associate", "ended", "person cogerance ←departure.end_contract"),
    ("take_over", "Reprendre un dossier existant", "", "associate", "support"),
]


def cesa(first: date, deadline: date | None = None, state: str = "running") -> Contract:
    return Contract("cesa", "s1", "d", state, first, signed=True, deadline=deadline)


def cape(first: date, last: date, state: str = "trading") -> Contract:
    return Contract("cape", "c1", "d", state, first, last, signed=True)


EMPLOYED = cesa(date(2025, 7, 1), date(2026, 12, 31))


def facts(**more: Any) -> Facts:
    """Ben, under a CESA, before the assembly of June 2026."""
    memory = {"since": noon(TODAY).isoformat(), **more.pop("memory", {})}
    known: dict[str, Any] = {
        "now": noon(TODAY), "state": "called", "actor": BEN, "contracts": (EMPLOYED,), "assemblies": (AG_2026, AG_2027)}
    return Facts(**{**known, **more, "memory": memory})


def taken(step: str, known: Facts, role: str, **raw: Any) -> dict[str, Any]:
    """What a step keeps."""
    decision = decide(membership, step, state=known.state or "–", roles={role}, facts=known, raw=raw, asks=bool(raw))
    kept: dict[str, Any] = {}
    for one in decision.consequences:
        if isinstance(one, Remember):
            kept |= one.what(known, decision.answers)
    return kept


def errors(step: str, known: Facts, role: str, **raw: Any) -> dict[str, list[str]]:
    with pytest.raises(AnswersInvalid) as refused:
        decide(membership, step, state=known.state, roles={role}, facts=known, raw=raw)
    return {name: [str(one) for one in told] for name, told in refused.value.form.errors.items()}


def tasks(step: str) -> list[Task]:
    return [one for one in membership.rows(step)[0].then if isinstance(one, Task)]


# The table -----------------------------------------------------------------------------------------------------------


def test_the_rows_are_those_of_the_specification() -> None:
    assert rows(membership) == TABLE


def test_states_labels_and_who_acts_next() -> None:
    assert [(one.name, one.label, " ".join(one.waits_for), one.closed, one.ladder) for one in membership.states] == [
        ("called", "Appel à candidater", "person", False, False),
        ("applied", "Candidature reçue", "cogerance", False, False),
        ("on_agenda", "À l’ordre du jour", "cogerance", False, False),
        ("subscribing", "Parts à souscrire", "person", False, True),
        ("associate", "Associé·e", "", True, False),
        ("refused", "Non admis·e", "", True, False),
        ("withdrawn", "Sans suite", "", True, False),
        ("ended", "Sociétariat terminé", "", True, False),
    ]


def test_the_rules_of_each_row() -> None:
    assert rules(membership) == {
        "call": "none_open contract_runs adult", "apply": "adult", "put_on_agenda": "ag_in_time must_rule",
        "vote_yes": "vote_recorded", "vote_no": "vote_recorded", "subscribe": "quarter_paid",
        "close": "reminders_done", "leave": "ends_contract",
    }


def test_what_each_row_does() -> None:
    assert effects(membership) == {
        "call": "✉ membership_called person",
        "apply": "✉ membership_received person+support+cogerance · ☐ hr",
        "put_on_agenda": "☐ cogerance · ✉ agenda person",
        "vote_yes": "✉ membership_admitted person+support · ☐ support",
        "vote_no": "✉ membership_refused person+support+cogerance · ☐ cogerance",
        "subscribe": "☐ support · ✉ associate person+support", "pay": "☐ support", "renounce": "☐ cogerance",
        "close": "☐ support", "leave": "☐ accounts · ⊕ departure.announce",
    }


def test_votes_are_never_undone() -> None:
    assert [row.name for row in membership.steps if row.final and row.decision] == ["vote_yes", "vote_no"]
    assert not any(row.undoable for name in ("vote_yes", "vote_no") for row in membership.rows(name))


# Rules ---------------------------------------------------------------------------------------------------------------


def test_one_needs_a_contract_in_force_to_apply() -> None:
    rule = membership.rules["contract_runs"]
    assert said(rule, facts()) == ""
    assert said(rule, facts(contracts=(cape(date(2026, 1, 1), date(2026, 12, 31)),))) == ""
    assert said(rule, facts(contracts=(cape(date(2025, 1, 1), date(2025, 12, 31), "ended"),))) == "Aucun contrat en cours."
    assert said(rule, facts(contracts=(cesa(date(2026, 9, 1), state="signed"),))) == "Aucun contrat en cours."


def test_one_membership_at_a_time() -> None:
    assert said(membership.rules["none_open"], facts(already=True)) == (
        "Une démarche de même nature est déjà ouverte. L’équipe la reprend ou la clôt.")
    assert said(membership.rules["none_open"], facts()) == ""


def test_associates_are_adults_and_a_birthday_on_29_february_is_kept_on_1_march() -> None:
    sentence = "Il faut avoir 18 ans pour devenir associé·e."
    assert said(r.adult, facts()) == ""
    assert said(r.adult, facts(minor=True)) == sentence
    leap = {"minor": True, "born_on": date(2008, 2, 29)}
    assert said(r.adult, facts(now=noon(date(2026, 2, 28)), **leap)) == sentence
    assert said(r.adult, facts(now=noon(date(2026, 3, 1)), **leap)) == ""


def test_the_assembly_is_held_before_the_deadline() -> None:
    assert said(r.ag_in_time, facts(), assembly=AG_2026) == ""
    assert said(r.ag_in_time, facts(), assembly=AG_2027) == "Cette AG est après la date limite du 31\u00a0décembre 2026."
    assert said(r.ag_in_time, facts(contracts=()), assembly=AG_2027) == ""


def test_after_a_year_of_employment_the_assembly_must_rule() -> None:
    """Worked case 18: employed since 2025-07-01; AG 2026-06-26 may rule, AG 2027-06-25 must; CAPE does not count."""
    employed = facts(contracts=(cape(date(2024, 7, 1), date(2025, 6, 30), "ended"), EMPLOYED))
    assert employed.employed_since == date(2025, 7, 1)
    assert said(r.must_rule, employed, assembly=AG_2026) == ""
    assert said(r.must_rule, employed, assembly=AG_2027) == "Plus d’un an d’ancienneté : l’AG doit se prononcer."
    in_cape = facts(contracts=(cape(date(2025, 7, 1), date(2026, 6, 30)),))
    assert said(r.must_rule, in_cape, assembly=AG_2027) == ""


def test_a_warning_blocks_nothing() -> None:
    known = facts(state="applied")
    assert taken("put_on_agenda", known, "cogerance", assembly="2027-06-25") == {"assembly": "2027-06-25"}


def test_a_vote_has_its_date_and_its_minutes() -> None:
    sentence = "Indiquez la date de l’AG et le procès-verbal."
    after = facts(now=noon(AG_2026), state="on_agenda")
    assert said(r.vote_recorded, after, assembly=AG_2026, minutes="PV du 26 juin") == ""
    assert said(r.vote_recorded, after, assembly=AG_2027, minutes="PV") == sentence
    assert said(r.vote_recorded, after, assembly=AG_2026, minutes="") == sentence


def test_a_quarter_of_the_shares_is_paid_at_once_and_the_rest_within_five_years() -> None:
    """Worked case 19: 10 shares of €20 on 2026-06-26: at least €50 that day, the rest by 2031-06-26."""
    known = facts(now=noon(AG_2026), state="subscribing", memory={"shares": 10})
    assert said(r.quarter_paid, known, paid=Decimal("49.99")) == "Il faut verser au moins 50\u00a0€, le quart des parts."
    assert said(r.quarter_paid, known, paid=Decimal("50")) == ""
    slip = {"slip": "abcdefgh1234", "paid": "50"}
    assert taken("subscribe", known, "support", **slip) == {
        "subscribed": "2026-06-26", "paid": "50", "balance_by": "2031-06-26"}


def test_someone_silent_is_closed_after_the_reminders_someone_gone_at_once() -> None:
    moved = {"moved": noon(TODAY).isoformat()}
    assert said(r.reminders_done, facts(memory=moved)) == (
        "Les relances courent jusqu’au 1er\u00a0mai 2026. La cogérance peut déroger par écrit.")
    assert said(r.reminders_done, facts(memory=moved, now=noon(date(2026, 5, 1)))) == ""
    assert said(r.reminders_done, facts(memory=moved, gone=True)) == ""
    assert taken("close", facts(memory=moved, gone=True), "←departure.end_contract") == {}


def test_leaving_the_membership_ends_the_contract_unless_the_statutes_keep_it() -> None:
    sentence = "Sauf clause des statuts, renoncer au sociétariat met fin au contrat."
    (opened,) = [one for one in membership.rows("leave")[0].then if isinstance(one, Open)]
    assert opened.when is not None
    kept = {**facts().settings, "membership.keeps_contract": True}
    for known, told in ((facts(), sentence), (facts(settings=kept), ""), (facts(contracts=()), "")):
        assert said(r.ends_contract, known) == told
        assert opened.when(known, {}) == bool(told)


# Steps ---------------------------------------------------------------------------------------------------------------

APPLICATION = {"letter": "Je souhaite devenir associé.", "shares": "10", "down_payment": "50"}


def test_the_call_tells_the_last_useful_assembly() -> None:
    assert taken("call", facts(state=""), "person") == {"assembly": "2026-06-26"}
    assert taken("call", facts(state="", contracts=(cape(date(2026, 1, 1), date(2026, 12, 31)),)), "person") == {
        "assembly": None}


def test_an_application_is_kept_and_may_be_taken_back() -> None:
    assert taken("apply", facts(), "person", **APPLICATION) == {
        "applied_on": "2026-04-01", "shares": 10, "down_payment": "50"}
    back = taken("take_back", facts(state="on_agenda", memory={"assembly": "2026-06-26"}), "person", reason="Plus tard")
    assert back == {"applied_on": None, "shares": None, "down_payment": None, "assembly": "2026-06-26"}


def test_a_vote_is_noted_once_the_assembly_is_held() -> None:
    vote = {"assembly": "2026-06-26", "result": "42 pour, 1 abstention", "minutes": "PV n° 12"}
    known = facts(state="on_agenda", now=noon(AG_2026), memory={"assembly": "2026-06-26"})
    assert taken("vote_yes", known, "associates", **vote) == {"assembly": "2026-06-26", "admitted_on": "2026-06-26"}
    assert taken("vote_no", known, "cogerance", **vote) == {"assembly": "2026-06-26", "refused_on": "2026-06-26"}
    before = facts(state="on_agenda", memory={"assembly": "2026-06-26"})
    assert errors("vote_yes", before, "cogerance", **vote) == {"assembly": ["Choisissez une assemblée générale"]}


def test_a_refusal_is_the_cogerances_work_when_no_assembly_is_left() -> None:
    (task,) = tasks("vote_no")
    assert task.when is not None
    after = noon(AG_2026)
    assert task.when(facts(now=after), {})
    assert not task.when(facts(now=after, contracts=(cesa(date(2026, 1, 1), date(2028, 12, 31)),)), {})
    assert not task.when(facts(now=after, contracts=(cape(date(2026, 1, 1), date(2026, 12, 31)),)), {})


def test_the_vote_is_to_be_noted_the_working_day_after_the_assembly() -> None:
    """Friday 26 June: Monday 29."""
    (task,) = tasks("put_on_agenda")
    assert task.due is not None
    assert task.due(facts(), {"assembly": AG_2026}) == date(2026, 6, 29)
    assert task.closes_with == ("vote_yes", "vote_no")


def test_payments_add_up_until_the_shares_are_paid() -> None:
    known = facts(state="associate", memory={"shares": 10, "paid": "50", "subscribed": "2026-06-26"},
                  now=noon(date(2027, 1, 4)))
    assert taken("pay", known, "support", amount="100", paid_on="2027-01-04") == {"paid": "150"}
    assert r.balance_left(known, {"amount": Decimal(100)})
    assert not r.balance_left(known, {"amount": Decimal(150)})
    assert r.balance_day(known, {}) == date(2031, 6, 26)
    weekend = facts(memory={"subscribed": "2026-06-28"})
    assert r.balance_day(weekend, {}) == date(2031, 6, 27), "28 June 2031 is a Saturday: planned the working day before"


def test_leaving_keeps_its_day_with_or_without_a_form() -> None:
    known = facts(state="associate")
    assert taken("leave", known, "cogerance", motive="Départ", ends_on="2026-04-30") == {"ended_on": "2026-04-30"}
    assert taken("leave", known, "←departure.end_contract") == {"ended_on": "2026-04-01"}


def test_an_associate_is_taken_over_since_their_real_day() -> None:
    assert taken("take_over", facts(state=""), "support", stage="associate", since="2024-06-28", reason="Reprise") == {
        "subscribed": "2024-06-28", "balance_by": "2029-06-28"}


def test_a_stranger_of_the_house_sees_no_application() -> None:
    assert not [one for one in open_steps(membership, "applied", {"peer"}, facts(state="applied"))
                if one.step.name not in ("note", "write", "assign", "tick", "ask_derogation", "undo")]


# Forms ---------------------------------------------------------------------------------------------------------------


def test_empty_forms_say_what_is_missing() -> None:
    after = {"now": noon(AG_2026)}
    assert errors("apply", facts(), "person") == {
        "letter": ["Écrivez votre lettre"], "shares": ["Saisissez le nombre de parts"],
        "down_payment": ["Saisissez le montant versé tout de suite"]}
    assert errors("put_on_agenda", facts(state="applied"), "associates") == {
        "assembly": ["Choisissez une assemblée générale"]}
    assert errors("vote_yes", facts(state="on_agenda", **after), "cogerance") == {
        "assembly": ["Choisissez une assemblée générale"], "result": ["Indiquez le résultat du vote"],
        "minutes": ["Indiquez la référence du procès-verbal"]}
    assert errors("subscribe", facts(state="subscribing"), "support") == {
        "slip": ["Choisissez le fichier du bulletin daté"], "paid": ["Saisissez le montant versé"]}
    assert errors("pay", facts(state="associate"), "support") == {
        "amount": ["Saisissez le montant versé"], "paid_on": ["Saisissez la date du versement"]}
    assert errors("leave", facts(state="associate"), "person") == {
        "motive": ["Indiquez le motif"], "ends_on": ["Saisissez la date"]}


def test_at_least_one_share_and_no_payment_ahead() -> None:
    assert errors("apply", facts(), "person", **{**APPLICATION, "shares": "0"}) == {
        "shares": ["Le nombre de parts doit être de 1 ou plus"]}
    assert errors("pay", facts(state="associate"), "support", amount="10", paid_on="2026-04-02") == {
        "paid_on": ["La date doit être dans le passé"]}


def test_only_assemblies_to_come_are_offered() -> None:
    assert errors("put_on_agenda", facts(state="applied", now=noon(date(2026, 7, 1))), "cogerance",
                  assembly="2026-06-26") == {"assembly": ["Choisissez une assemblée générale"]}


# The clock -----------------------------------------------------------------------------------------------------------


def alarm(**more: Any) -> date | None:
    (row, _) = membership.rows("remind")
    assert row.due is not None
    due = row.due(facts(**more))
    return paris_day(due) if due else None


def test_the_last_useful_assembly_is_recalled_60_days_before_then_30() -> None:
    early = {"since": noon(date(2026, 3, 1)).isoformat()}
    assert alarm(memory=early) == AG_2026 - timedelta(days=60)
    assert alarm(state="applied", memory=early) == AG_2026 - timedelta(days=30)
    assert alarm(memory={**early, "taken": {"remind": "2026-04-27T04:00:00+00:00"}}) is None


def test_without_assembly_the_deadline_is_counted_from_and_without_deadline_nothing() -> None:
    assert alarm(assemblies=()) == date(2026, 12, 31) - timedelta(days=60)
    assert alarm(contracts=(cape(date(2026, 1, 1), date(2026, 12, 31)),)) is None
    assert alarm(silent=True) is None


def test_an_alarm_already_past_when_the_state_is_entered_rings_at_once() -> None:
    late = {"since": noon(date(2026, 6, 10)).isoformat()}
    assert alarm(memory=late, now=noon(date(2026, 6, 11))) == date(2026, 6, 10)


def test_the_cogerance_is_told_when_nobody_subscribes() -> None:
    (_, ladder) = membership.rows("remind")
    assert ladder.sources == ("on_agenda", "subscribing")
    assert [one.role for one in ladder.then if isinstance(one, Task)] == ["cogerance"]
    assert ladder.due is not None
    due = ladder.due(facts(state="subscribing", memory={"moved": noon(TODAY).isoformat()}))
    assert due == noon(TODAY) + timedelta(days=7)


def test_a_step_from_elsewhere_is_refused_with_the_stage() -> None:
    with pytest.raises(StepRefused, match="Cette action n’est pas possible à l’étape"):
        taken("subscribe", facts(state="called"), "support")
