"""The table of the departure, read a second time from JOURNEY §5.6; its rules, forms, dates and what steps keep."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.workflows.reading import effects, noon, rows, rules, said
from workflows.calendar import paris_day
from workflows.contracts import Contract
from workflows.departure import Facts, departure, rules as r
from workflows.departure.forms import DepartureForm
from workflows.engine import AnswersInvalid, StepRefused, decide
from workflows.grammar import DropTasks, Remember, TakeStep, Task

TODAY = date(2026, 12, 7)
BEN, MARC, SAMI = "ben", "marc", "sami"
TABLE = [
    ("announce", "Annoncer mon départ", "", "announced", "person support cogerance"),
    ("announce", None, "", "announced", "←cape.expire ←cape.end_early ←salaried.end ←membership.leave"),
    ("confirm", "Confirmer la sortie", "announced", None, "support cogerance"),
    ("checklist", "Cocher ce qui est fait", "announced contract_ended", None, "person support"),
    ("call_off", "Annuler la sortie", "announced", "called_off", "person"),
    ("call_off", "Annuler la sortie", "announced", "called_off", "support cogerance"),
    ("end_contract", "Constater la fin", "announced", "contract_ended", "support"),
    ("end_contract", None, "announced", "contract_ended", "clock"),
    ("close_accounts", "Clore la sortie", "contract_ended", "accounts_closed", "support"),
    ("reopen_accounts", "Rouvrir les comptes", "accounts_closed", "contract_ended", "support"),
]
ENDS = (
    "⇒ admission.withdraw · ⇒ cape.cancel · ⇒ cape.end_early · ⇒ salaried.withdraw · ⇒ salaried.end · "
    "⇒ membership.close · ⇒ membership.leave · ⇒ accompaniment.end · ☐ support"
)
CAPE = Contract("cape", "c1", "d", "trading", date(2026, 6, 1), date(2027, 5, 31), signed=True)
CESA = Contract("cesa", "s1", "d", "running", date(2026, 1, 1), signed=True)


def facts(**more: Any) -> Facts:
    """Ben leaves, on Monday 7 December 2026."""
    memory = {"since": noon(TODAY).isoformat(), **more.pop("memory", {})}
    known: dict[str, Any] = {
        "now": noon(TODAY), "state": "announced", "person": BEN, "actor": SAMI, "contracts": (CAPE,)}
    return Facts(**{**known, **more, "memory": memory})


def decided(step: str, known: Facts, role: str, **raw: Any) -> Any:
    return decide(departure, step, state=known.state or "–", roles={role}, facts=known, raw=raw, asks=bool(raw))


def taken(step: str, known: Facts, role: str, **raw: Any) -> dict[str, Any]:
    """What a step keeps, what it forgets left out."""
    decision = decided(step, known, role, **raw)
    kept: dict[str, Any] = {}
    for one in decision.consequences:
        if isinstance(one, Remember):
            kept |= one.what(known, decision.answers)
    return {name: value for name, value in kept.items() if value is not None}


def errors(step: str, known: Facts, role: str, **raw: Any) -> dict[str, list[str]]:
    with pytest.raises(AnswersInvalid) as refused:
        decide(departure, step, state=known.state or "–", roles={role}, facts=known, raw=raw)
    return {name: [str(one) for one in told] for name, told in refused.value.form.errors.items()}


# The table -----------------------------------------------------------------------------------------------------------


def test_the_rows_are_those_of_the_specification() -> None:
    assert rows(departure) == TABLE


def test_states_labels_and_who_acts_next() -> None:
    assert [(one.name, one.label, " ".join(one.waits_for), one.closed, one.ladder) for one in departure.states] == [
        ("announced", "Sortie annoncée", "support", False, False),
        ("contract_ended", "Contrat terminé", "support", False, False),
        ("accounts_closed", "Comptes clos", "", True, False),
        ("called_off", "Sortie annulée", "", True, False),
    ]


def test_the_rules_of_each_row() -> None:
    assert rules(departure) == {
        "announce": "none_open still_under_contract rc_dates", "confirm": "rc_dates",
        "call_off": "own_announcement still_under_contract", "call_off 2": "still_under_contract",
        "end_contract": "end_reached", "end_contract 2": "departure_confirmed", "close_accounts": "nothing_left",
    }


def test_what_each_row_does() -> None:
    assert effects(departure) == {
        "announce": "☐ hr · ✉ departure_opened person+peer+support",
        "announce 2": "☐ cogerance · ✉ departure_opened person+peer+support",
        "confirm": "☐ hr",
        "call_off": "✉ departure_called_off person+peer+support",
        "call_off 2": "✉ departure_called_off person+peer+support",
        "end_contract": ENDS, "end_contract 2": ENDS, "close_accounts": "✉ departure_closed person",
    }


def test_the_end_reaches_every_case_of_the_dossier() -> None:
    for row in departure.rows("end_contract"):
        assert all(one.everywhere for one in row.then if isinstance(one, TakeStep))


# Announcing ----------------------------------------------------------------------------------------------------------

PLAN = {"type": "early_person", "motive": "job", "ends_on": "2027-01-31"}


def test_a_departure_needs_a_contract_to_leave() -> None:
    rule = departure.rules["still_under_contract"]
    assert said(rule, facts()) == ""
    assert said(rule, facts(contracts=())) == "Aucun contrat en cours ni signé."
    signed = Contract("cape", "c2", "d", "signed", date(2027, 6, 1), date(2028, 5, 31), signed=True)
    assert said(rule, facts(contracts=(signed,))) == ""


def test_one_departure_at_a_time() -> None:
    assert said(departure.rules["none_open"], facts(already=True)) == (
        "Une démarche de même nature est déjà ouverte. L’équipe la reprend ou la clôt.")
    assert said(departure.rules["none_open"], facts()) == ""


def test_an_announcement_keeps_what_and_who_and_confirming_says_so() -> None:
    assert taken("announce", facts(state="", actor=BEN), "person", **PLAN) == {**PLAN, "announced_by": BEN}
    assert taken("confirm", facts(), "support", **{**PLAN, "ends_on": "2027-02-15"}) == {
        **PLAN, "ends_on": "2027-02-15", "confirmed": True}


def test_nobody_announces_their_own_dismissal_nor_a_type_of_another_contract() -> None:
    def offered(known: Facts) -> list[str]:
        form = DepartureForm()
        r.fill_departure(form, known)
        return [value for value, _ in form.type.choices]

    assert offered(facts(state="", actor=BEN)) == ["cape_end", "early_person", "early_both"]
    assert offered(facts(state="", actor=BEN, contracts=(CESA,))) == ["resignation", "rc", "retirement"]
    assert offered(facts(contracts=(CESA,))) == ["resignation", "rc", "dismissal", "lapse", "retirement", "death"]
    assert len(offered(facts(contracts=()))) == 10


def test_what_is_known_is_shown_when_confirming_and_art_11_only_there() -> None:
    form = DepartureForm()
    r.fill_departure(form, facts(memory=PLAN))
    assert (form.type.data, form.motive.data, form.ends_on.data) == ("early_person", "job", date(2027, 1, 31))
    assert "stays_associate" in form
    first = DepartureForm()
    r.fill_departure(first, facts(state="", actor=BEN))
    assert "stays_associate" not in first


def test_a_rupture_conventionnelle_takes_its_time() -> None:
    """Worked case 21: signed Monday 2026-12-07, earliest end 2027-01-13."""
    known = facts(contracts=(CESA,))
    sentence = "La rupture conventionnelle ne peut pas prendre effet avant le 13\u00a0janvier 2027."
    assert said(r.rc_dates, known, type="rc", ends_on=date(2027, 1, 12)) == sentence
    assert said(r.rc_dates, known, type="rc", ends_on=date(2027, 1, 13)) == ""
    assert said(r.rc_dates, known, type="resignation", ends_on=date(2026, 12, 8)) == ""
    signed = {"type": "rc", "signed_on": date(2026, 12, 7), "ends_on": date(2027, 1, 13)}
    later = facts(contracts=(CESA,), now=noon(date(2027, 1, 4)))
    assert said(r.rc_dates, later, **signed) == ""
    assert said(r.rc_dates, later, **signed, received_on=date(2026, 12, 28)) != ""


def test_a_death_gives_work_to_hr() -> None:
    for step in ("announce", "confirm"):
        (task,) = [one for one in departure.rows(step)[0].then if isinstance(one, Task)]
        assert task.role == "hr"
        assert task.when is not None
        assert task.when(facts(), {"type": "death"})
        assert not task.when(facts(), {"type": "early_person"})


def test_a_contract_that_ended_by_itself_is_confirmed_within_five_working_days() -> None:
    (task,) = [one for one in departure.rows("announce")[1].then if isinstance(one, Task)]
    assert (task.role, task.days, task.working, task.closes_with) == (
        "cogerance", 5, True, ("confirm", "call_off"))


# Calling off ---------------------------------------------------------------------------------------------------------


def test_one_calls_off_what_one_announced_the_team_anything() -> None:
    own = facts(actor=BEN, memory={"announced_by": BEN})
    assert decided("call_off", own, "person", reason="Je reste").after == "called_off"
    theirs = facts(actor=BEN, memory={"announced_by": MARC})
    assert said(r.own_announcement, theirs) == (
        "Cette sortie n’a pas été annoncée par vous. Écrivez à l’équipe support.")
    with pytest.raises(StepRefused):
        decided("call_off", theirs, "person", reason="Je reste")
    assert decided("call_off", theirs, "cogerance", reason="Accord trouvé").after == "called_off"


def test_nothing_is_called_off_once_the_contract_is_over() -> None:
    with pytest.raises(StepRefused, match="Aucun contrat en cours ni signé"):
        decided("call_off", facts(contracts=()), "support", reason="Erreur")


# The end -------------------------------------------------------------------------------------------------------------


def test_nothing_ends_before_its_day() -> None:
    sentence = "La date de fin est le 31\u00a0janvier 2027. L’équipe support attend cette date ou la corrige."
    assert said(r.end_reached, facts(memory=PLAN)) == sentence
    reached = facts(memory=PLAN, now=noon(date(2027, 1, 31)))
    assert said(r.end_reached, reached) == ""
    assert taken("end_contract", reached, "support") == {"ends_on": "2027-01-31", "ended_on": "2027-01-31"}


def test_without_date_the_term_of_the_contract_is_the_end() -> None:
    assert facts().ends_on == date(2027, 5, 31)
    assert facts(contracts=(CESA,)).ends_on == TODAY


def test_the_clock_ends_a_confirmed_departure_once_its_day_is_over_and_no_other() -> None:
    row = departure.rows("end_contract")[1]
    assert row.due is not None
    assert row.due(facts(memory=PLAN)) is None
    assert row.due(facts(memory={**PLAN, "confirmed": True})).isoformat() == "2027-01-31T22:59:59+00:00"
    assert said(r.departure_confirmed, facts(memory=PLAN)) == "L’équipe support doit confirmer la sortie."
    assert said(r.departure_confirmed, facts(memory={"confirmed": True})) == ""


@pytest.mark.parametrize(("memory", "leaves"), [
    ({"type": "resignation"}, True), ({"type": "retirement"}, False),
    ({"type": "dismissal", "stays_associate": True}, False), ({}, True),
])
def test_retirement_economic_dismissal_and_invalidity_keep_the_associate(memory: dict[str, Any], leaves: bool) -> None:
    """Loi 78-763 art. 11."""
    (leave,) = [one for one in departure.rows("end_contract")[0].then
                if isinstance(one, TakeStep) and (one.workflow, one.step) == ("membership", "leave")]
    assert leave.when is not None
    assert leave.when(facts(memory=memory), {}) is leaves


def test_accounts_are_revoked_thirty_days_after() -> None:
    (task,) = [one for one in departure.rows("end_contract")[0].then if isinstance(one, Task)]
    assert facts().settings[task.days] == 30


# Accounts ------------------------------------------------------------------------------------------------------------


def test_what_is_settled_is_kept_and_what_is_left_is_said() -> None:
    kept = taken("checklist", facts(), "person", work="oui", balance="oui")
    assert kept == {"checklist": ["work", "balance"]}
    left = facts(state="contract_ended", memory=kept)
    assert said(r.nothing_left, left) == (
        "Il reste : Matériel, Accès, Documents remis, Clientèle et données. La cogérance peut déroger par écrit.")
    done = {"checklist": ["work", "balance", "equipment", "access", "papers", "customers"]}
    assert said(r.nothing_left, facts(memory=done)) == ""
    assert said(r.nothing_left, facts(memory=done, contracts=(CESA,))).startswith("Il reste : Mutuelle.")


def test_unticking_is_kept_too() -> None:
    known = facts(memory={"checklist": ["work", "balance"]})
    assert taken("checklist", known, "support", work="oui") == {"checklist": ["work"]}


def test_closed_accounts_may_be_reopened() -> None:
    assert decided("reopen_accounts", facts(state="accounts_closed"), "support", reason="Une facture").after == (
        "contract_ended")


# The clock -----------------------------------------------------------------------------------------------------------


def reminded(at: int, **more: Any) -> date | None:
    row = departure.rows("remind")[at]
    assert row.due is not None
    due = row.due(facts(**more))
    return paris_day(due) if due else None


def test_an_unconfirmed_departure_is_recalled_every_week() -> None:
    assert reminded(0) == date(2026, 12, 14)
    assert reminded(0, memory={"taken": {"remind": noon(date(2026, 12, 14)).isoformat()}}) == date(2026, 12, 21)
    assert reminded(0, memory={"confirmed": True}) is None


def test_open_accounts_are_recalled_every_quarter() -> None:
    before = {"taken": {"remind": noon(date(2026, 11, 1)).isoformat()}}
    assert reminded(1, state="contract_ended", memory=before) == date(2027, 3, 7), "a reminder of the state before"
    again = {"taken": {"remind": noon(date(2027, 3, 7)).isoformat()}}
    assert reminded(1, state="contract_ended", memory=again) == date(2027, 6, 7)


def test_a_reminder_replaces_the_one_before() -> None:
    for row in departure.rows("remind"):
        assert isinstance(row.then[0], DropTasks)
        (first, *_) = [one for one in row.then if isinstance(one, Task)]
        assert set(row.then[0].closes_with) <= set(first.closes_with)


# Forms ---------------------------------------------------------------------------------------------------------------


def test_empty_forms_say_what_is_missing() -> None:
    assert errors("announce", facts(state="", actor=BEN), "person") == {
        "type": ["Choisissez le type de sortie"], "motive": ["Choisissez un motif"],
        "ends_on": ["Saisissez la date de fin"]}
    assert errors("call_off", facts(), "support") == {"reason": ["Indiquez la raison"]}


def test_type_and_dates_are_read_by_the_circle_and_the_peer_the_rest_is_not() -> None:
    assert DepartureForm.readers == ("support", "cogerance")
    assert set(DepartureForm.seen_by) == {"type", "ends_on"}
    assert {"circle", "peer"} <= set(DepartureForm.seen_by["type"])
