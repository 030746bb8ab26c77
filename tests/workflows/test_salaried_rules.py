"""The rules and the dates of a CESA, in the words people read (JOURNEY §6, §8, §15)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.workflows.reading import noon, said
from workflows.contracts import Contract, Elsewhere
from workflows.engine import StepRefused, blank_form, decide, open_steps
from workflows.grammar import Task
from workflows.salaried import Facts, rules as r, salaried
from workflows.salaried.clauses import CLAUSES
from workflows.signing import EntryPapers, may_work

TODAY = date(2027, 1, 15)
START = "2027-03-01"
DEROGATION = " La cogérance peut déroger par écrit."


def facts(today: date = TODAY, **more: Any) -> Facts:
    memory = {"since": noon(today).isoformat(), **more.pop("memory", {})}
    return Facts(**{"now": noon(today), "state": "drafting", "actor": "marc", **more, "memory": memory})


def planned(first: str = START, today: date = TODAY, **more: Any) -> Facts:
    return facts(today, memory={"first_day": first, **more.pop("memory", {})}, **more)


def cape(first: date, last: date, state: str = "ended", **more: Any) -> Contract:
    return Contract("cape", "c", "d", state, first, last, last if state == "ended" else None, signed=True, **more)


THREE_YEARS = cape(date(2024, 3, 1), date(2027, 2, 28), "trading")


def plain(sentence: str) -> str:
    return sentence.replace("\u00a0", " ")


# Asking --------------------------------------------------------------------------------------------------------------


def test_a_cesa_is_asked_once_and_from_a_cape() -> None:
    assert said(r.none_open, facts(open_elsewhere=True)) == (
        "Une démarche de même nature est déjà ouverte. L’équipe la reprend ou la clôt.")
    assert said(r.none_open, facts()) == ""
    assert said(r.cape_runs, facts()) == "Aucun CAPE en cours."
    assert said(r.cape_runs, facts(others=(THREE_YEARS,))) == ""
    assert said(r.cape_runs, facts(date(2027, 3, 1), others=(THREE_YEARS,))) != "", "its last day is over"


def test_both_opinions_are_needed() -> None:
    missing = "Il manque l’avis du pair ou la simulation." + DEROGATION
    assert said(r.opinions_in, facts(memory={"peer_opinion": "for"})) == missing
    assert said(r.opinions_in, facts(memory={"simulated": True})) == missing
    assert said(r.opinions_in, facts(memory={"peer_opinion": "against", "simulated": True})) == ""


def test_the_conditions_are_listed() -> None:
    met = {"hours": 10, "customers": True, "accepts": True, "peer_opinion": "for"}
    assert said(r.cesa_conditions, facts(memory=met)) == ""
    assert plain(said(r.cesa_conditions, facts(memory={**met, "hours": 9, "peer_opinion": "against"}))) == (
        "Conditions à remplir : 10 heures financées par mois, l’accord du pair sur le projet et les valeurs." + DEROGATION)


def test_the_treasury_covers_the_first_months() -> None:
    assert plain(said(r.months_covered, facts(memory={"covered": 2}))) == (
        "La trésorerie couvre 2 mois ; il en faut 3." + DEROGATION)
    assert said(r.months_covered, facts(memory={"covered": 3})) == said(r.treasury_known, facts(memory={"covered": 0})) == ""
    assert plain(said(r.treasury_known, facts())) == (
        "La simulation est attendue : elle dira combien de mois la trésorerie couvre. Il en faut 3." + DEROGATION)
    assert said(r.months_covered, facts()) == "", "nobody says 0 months of what nobody has worked out"


def test_nobody_is_closed_before_the_reminders_end() -> None:
    silent = facts(date(2027, 2, 10), state="requested", memory={"moved": noon(TODAY).isoformat()})
    assert plain(said(r.reminders_done, silent)) == "Les relances courent jusqu’au 14 février 2027." + DEROGATION
    assert said(r.reminders_done, facts(date(2027, 2, 14), memory={"moved": noon(TODAY).isoformat()})) == ""


# Before sending ------------------------------------------------------------------------------------------------------


def test_every_clause_must_be_filled_in() -> None:
    all_but_one = [name for name in CLAUSES if name != "statutes"]
    assert plain(said(r.cesa_clauses, facts(memory={"slots": all_but_one}))) == (
        "Clauses à remplir par l’équipe support : e) statuts en vigueur.")
    assert said(r.cesa_clauses, facts(memory={"slots": list(CLAUSES)})) == ""


@pytest.mark.parametrize("start, earlier, deadline", [
    ("2024-09-01", (), date(2027, 8, 31)),
    ("2024-02-29", (), date(2027, 2, 28)),
    ("2026-03-01", (cape(date(2025, 1, 15), date(2025, 6, 30)),), date(2028, 9, 14)),
    ("2027-03-01", (THREE_YEARS,), date(2027, 2, 28)),
])
def test_the_associate_deadline(start: str, earlier: tuple[Contract, ...], deadline: date) -> None:
    """Worked cases 12, 17, 36 and 13."""
    assert planned(start, others=earlier).computed_deadline == deadline


def test_contracts_elsewhere_are_not_deducted() -> None:
    """Worked case 14: nine months at another CAE change neither the deadline nor the trial, and whoever prepares is told."""
    azur = Elsewhere("cape", date(2023, 1, 1), date(2023, 9, 30), "Coop Azur")
    plainly, flagged = planned("2024-09-01"), planned("2024-09-01", elsewhere=(azur,))
    assert flagged.computed_deadline == plainly.computed_deadline == date(2027, 8, 31)
    assert flagged.trial_limit == plainly.trial_limit == date(2025, 4, 30)
    assert plainly.warned == flagged.doubts == ()
    for name in ("prepare", "send"):
        row = salaried.rows(name)[0]
        assert row.warns is not None and [one.values["nom"] for one in row.warns(flagged)] == ["Coop Azur"]


def test_two_readings_are_decided_in_writing_by_who_sends() -> None:
    """A doubt asks for a line, and one alone; whatever is written, the deadline is the nearer day."""
    odd, row = cape(date(2025, 1, 15), date(2025, 6, 30)), salaried.rows("send")[0]
    doubtful = planned("2027-01-01", others=(odd,))
    assert [set(doubt.values.values()) for doubt in doubtful.doubts] == [{date(2029, 7, 15), date(2029, 7, 14)}]
    assert doubtful.computed_deadline == date(2029, 7, 14) and row.warns is not None and row.warns(doubtful) == doubtful.doubts
    asked = blank_form(row, doubtful)
    assert asked is not None and [one.name for one in asked] == ["decision"]
    assert blank_form(row, planned("2024-09-01")) is None, "no doubt: nothing is asked"
    tried = planned("2027-01-01", others=(odd,), memory={"trial_end": "2027-02-28"})
    assert [doubt.sentence.partition(" :")[0] for doubt in tried.doubts] == ["Délai pour devenir associé·e", "Période d’essai"]


def test_a_deadline_once_printed_does_not_move() -> None:
    printed = planned("2024-09-01", memory={"deadline": "2027-08-31"}, others=(cape(date(2024, 1, 1), date(2024, 6, 30)),))
    assert printed.deadline == date(2027, 8, 31) and printed.computed_deadline == date(2027, 2, 28)


def test_with_no_month_left_the_assembly_votes_first() -> None:
    """Worked case 13."""
    used_up = planned(others=(THREE_YEARS,))
    assert plain(said(r.vote_first, used_up)) == (
        "Le délai d’association est épuisé : l’AG doit admettre la personne avant la signature.")
    assert said(r.vote_first, planned(others=(THREE_YEARS,), admitted=True)) == ""
    assert said(r.vote_first, planned()) == ""


def test_the_trial_period_is_shorter_after_a_cape() -> None:
    """Worked case 16: CAPE of 3 months, CESA 2026-11-01: at most 2027-03-31, both ways."""
    before = (cape(date(2026, 8, 1), date(2026, 10, 31)),)
    in_time = planned("2026-11-01", others=before, memory={"trial_end": "2027-03-31"})
    late = planned("2026-11-01", others=before, memory={"trial_end": "2027-04-01"})
    assert said(r.trial_within, in_time) == "" and said(r.trial_within, planned("2026-11-01", others=before)) == ""
    assert plain(said(r.trial_within, late)) == (
        "Période d’essai : au plus tard le 31 mars 2027, ou aucune si les contrats précédents font 8 mois.")
    none_left = planned(others=(THREE_YEARS,), memory={"trial_end": "2027-03-02"})
    assert said(r.trial_within, none_left) != ""


def test_an_assembly_is_planned_before_the_deadline() -> None:
    short = (cape(date(2024, 6, 1), date(2027, 2, 28), "trading"),)
    deadline = planned(others=short).computed_deadline
    assert deadline == date(2027, 5, 31)
    assert plain(said(r.meeting_before_deadline, planned(others=short, assemblies=(date(2027, 6, 25),)))) == (
        "Aucune AG n’est prévue avant le 31 mai 2027. La cogérance en convoque une." + DEROGATION)
    assert said(r.meeting_before_deadline, planned(others=short, assemblies=(date(2027, 5, 31),))) == ""
    assert said(r.meeting_before_deadline, planned(others=short, assemblies=(date(2026, 6, 26),))) != "", "held already"


def test_shared_activity_and_permit() -> None:
    assert said(r.sharing_agreed, facts(memory={"sharing": "to_sign"})) == (
        "La convention d’activité partagée reste à signer.")
    assert said(r.sharing_agreed, facts(memory={"sharing": "signed"})) == ""
    assert said(r.sharing_agreed, facts(memory={"sharing": "none"}, sharings=(("Terres", True), ("Vélos", False)))) != ""
    assert said(r.sharing_agreed, facts(memory={"sharing": "to_sign"}, sharings=(("Terres", True),))) == ""
    assert said(may_work, planned(entry=EntryPapers(permit_until=date(2027, 2, 28)))) != ""


# Hiring --------------------------------------------------------------------------------------------------------------


def test_the_dpae_opens_eight_days_before_the_start() -> None:
    """Worked case 22: starts Monday 2027-03-01, DPAE from 21 February."""
    sentence = "La DPAE se fait dans les 8 jours avant l’embauche, dès le 21 février 2027."
    assert plain(said(r.dpae_window, planned(today=date(2027, 2, 20)))) == sentence
    assert said(r.dpae_window, planned(today=date(2027, 2, 21))) == ""
    late = planned(today=date(2027, 3, 2))
    assert said(r.dpae_filed_in_window, late, filed_on=date(2027, 3, 1)) == "", "recorded late, filed in time"
    assert plain(said(r.dpae_filed_in_window, late, filed_on=date(2027, 3, 2))) == sentence
    assert plain(said(r.dpae_filed_in_window, late, filed_on=date(2027, 2, 20))) == sentence


def test_nobody_starts_without_dpae() -> None:
    without = planned(today=date(2027, 3, 1), state="signed")
    assert r.hired_at(without) is None
    with pytest.raises(StepRefused) as refused:
        decide(salaried, "take_effect", state="signed", roles={"clock"}, facts=without, raw={})
    assert [one.sentence for one in refused.value.refusals] == ["Sans DPAE, l’embauche ne peut pas commencer."]
    declared = planned(today=date(2027, 3, 1), state="signed", memory={"dpae_on": "2027-02-25"})
    assert r.hired_at(declared) == noon(date(2027, 2, 28)) + timedelta(hours=11), "midnight in Paris"


def rings(known: Facts) -> str:
    found = r.hire_blocked_due(known)
    return found.isoformat() if found else ""


def test_the_hire_is_said_blocked_from_two_days_before_and_daily() -> None:
    waiting = planned(today=date(2027, 2, 20), state="signed")
    assert rings(waiting) == "2027-02-26T23:00:00+00:00", "Saturday 27 February"
    told = planned(today=date(2027, 2, 20), state="signed",
                   memory={"taken": {"hire_blocked": noon(date(2027, 2, 27)).isoformat()}})
    assert rings(told) == "2027-02-27T23:00:00+00:00"
    long_stopped = planned(today=date(2027, 2, 20), state="signed",
                           memory={"taken": {"hire_blocked": noon(date(2027, 3, 5)).isoformat()}})
    assert rings(long_stopped) == "2027-03-05T23:00:00+00:00", "one letter for the days missed"
    assert rings(planned(state="signed", memory={"dpae_on": "2027-02-25"})) == ""


def test_a_contract_signed_on_the_eve_is_said_blocked_at_once() -> None:
    eve = planned(today=date(2027, 2, 28), state="signed",
                  memory={"taken": {"hire_blocked": noon(date(2027, 2, 1)).isoformat()}})
    assert rings(eve) < noon(date(2027, 2, 28)).isoformat()


def test_the_cogerance_decides_once_when_the_date_is_over() -> None:
    [task] = [one for one in salaried.rows("hire_blocked")[0].then if isinstance(one, Task)]
    assert task.when is not None

    def given(today: date, **taken: str) -> bool:
        return bool(task.when and task.when(planned(
            today=today, memory={"since": noon(date(2027, 2, 20)).isoformat(), "taken": taken}), {}))

    assert not given(date(2027, 3, 1))
    assert given(date(2027, 3, 2), hire_blocked=noon(date(2027, 3, 1)).isoformat())
    assert not given(date(2027, 3, 3), hire_blocked=noon(date(2027, 3, 2)).isoformat())


# Towards membership --------------------------------------------------------------------------------------------------

DEADLINE = {"first_day": "2024-09-01", "deadline": "2027-08-31"}


def test_the_alarms_of_the_deadline_then_every_day() -> None:
    days, taken = [], {}
    for _ in range(8):
        known = facts(date(2024, 9, 1), state="running", memory={**DEADLINE, "taken": taken})
        instant = r.deadline_alarm_due(known)
        assert instant is not None
        days.append((instant + timedelta(hours=2)).date().isoformat())
        taken = {"deadline_alarm": (instant + timedelta(hours=8)).isoformat()}
    assert days == ["2026-02-28", "2026-08-31", "2026-11-30", "2027-02-28", "2027-05-31", "2027-07-02", "2027-09-01",
                    "2027-09-02"]


def test_no_alarm_for_an_associate_or_after_a_death() -> None:
    assert r.deadline_alarm_due(facts(memory=DEADLINE, associate=True)) is None
    assert r.deadline_alarm_due(facts(memory=DEADLINE, silent=True)) is None


def given(today: date, **taken: str) -> list[str]:
    known = facts(today, state="running", memory={**DEADLINE, "taken": taken})
    return [plain(one.sentence) for one in salaried.rows("deadline_alarm")[0].then
            if isinstance(one, Task) and one.when and one.when(known, {})]


def test_the_work_of_the_deadline_is_given_once() -> None:
    assert given(date(2027, 5, 31)) == []
    assert given(date(2027, 7, 2)) == ["Sociétariat : l’échéance approche, décider de la suite"]
    assert given(date(2027, 7, 3), deadline_alarm=noon(date(2027, 7, 2)).isoformat()) == []
    over = ["Sociétariat : l’échéance est passée, constater la fin du contrat"]
    assert given(date(2027, 9, 1), deadline_alarm=noon(date(2027, 7, 2)).isoformat()) == over
    assert given(date(2027, 9, 2), deadline_alarm=noon(date(2027, 9, 1)).isoformat()) == []


def test_the_call_leaves_ninety_days_before_the_last_useful_assembly() -> None:
    known = facts(memory=DEADLINE, assemblies=(date(2026, 6, 26), date(2027, 6, 25), date(2028, 6, 30)))
    assert known.last_useful_assembly == date(2027, 6, 25)
    found = r.call_due(known)
    assert found is not None and found.isoformat() == "2027-03-26T23:00:00+00:00"
    unplanned = r.call_due(facts(memory=DEADLINE))
    assert unplanned is not None and unplanned.isoformat() == "2027-06-01T22:00:00+00:00", "before the deadline itself"


@pytest.mark.parametrize("more", [
    {"called": True}, {"associate": True}, {"silent": True},
    {"memory": {**DEADLINE, "taken": {"call_to_apply": noon(TODAY).isoformat()}}},
])
def test_one_is_called_once(more: dict[str, Any]) -> None:
    assert r.call_due(facts(**{"memory": DEADLINE, **more})) is None


def test_the_team_may_call_early_and_not_twice() -> None:
    def offered(**more: Any) -> bool:
        steps = open_steps(salaried, "running", {"support"}, facts(state="running", **{"memory": DEADLINE, **more}))
        return any(one.step.name == "call_to_apply" for one in steps)

    assert offered() and not offered(called=True) and not offered(associate=True)


def test_the_clock_never_ends_an_employment() -> None:
    assert all("clock" not in row.roles for row in salaried.steps if row.dest == "ended")


def test_law_cites_its_article_and_nobody_lifts_it() -> None:
    articles = {rule.name: rule.article for row in salaried.steps for rule in row.only_if if rule.kind == "law"}
    assert articles == {
        "cesa_clauses": "C. trav. L7331-2, R7331-10", "trial_within": "C. trav. L7332-1",
        "vote_first": "C. trav. L7331-3", "may_work": "C. trav. R5221-41",
        "sharing_agreed": "C. trav. R7331-6, R7331-7 †", "same_document": "C. civ. 1366",
        "signed_by_effect": "C. trav. L7331-2", "dpae_window": "C. trav. R1221-4 †", "dpae_done": "C. trav. L1221-10 †",
    }
    assert {rule.name for row in salaried.steps for rule in row.only_if if rule.lifted_by} == {
        "opinions_in", "cesa_conditions", "treasury_known", "months_covered", "meeting_before_deadline", "mandate",
        "reminders_done"}
