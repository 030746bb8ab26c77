"""Every alarm of JOURNEY §8 with its letter, row by row: nothing the day before, one letter that day, none more that day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import pytest

from intake.cases import new_case, take_step
from intake.clock import tick
from intake.models.days import Assembly
from intake.models.dossiers import Case, Dossier
from intake.models.letters import Letter
from intake.models.people import Commitment, Person
from intake.models.tasks import Task
from tests.cases.test_contracts import READ, a_dossier, again, cesa_to_sign, code, renewed, step, taken_over, the
from tests.cast import Cast, principale
from tests.conftest import Clock

ONE_DAY = timedelta(days=1)
ROWS = (
    "CAPE term", "URSSAF, France Travail", "Work permit end", "CESA: permit check, non-EU", "DPAE", "Reviews",
    "Associate deadline", "Medical visit", "Variable pay", "Shares",
)
"""The rows of the table, as it names them."""
PROVED: list[str] = []


def proves(*rows: str) -> Callable[[Any], Any]:
    """Which rows of the table a test proves."""
    PROVED.extend(rows)
    return lambda test: test


def told(template: str, people: Iterable[Person]) -> list[int]:
    """How many letters of this name each was owed, lines of the morning letter included."""
    return [Letter.select().where(Letter.template == template, Letter.recipient == one).count() for one in people]


def rings(clock: Clock, template: str, day: date, *to: Person, times: int = 1) -> None:
    """Not the day before, not twice: so many letters that very day, to each."""
    if day - ONE_DAY > clock.now.date():
        clock.to(day - ONE_DAY, hour=12)
        tick()
    before = told(template, to)
    clock.to(day, hour=12)
    tick()
    assert told(template, to) == [number + times for number in before], (template, day)
    tick()
    assert told(template, to) == [number + times for number in before], (template, day, "twice")


def silent(clock: Clock, template: str, first: date, last: date, *to: Person) -> None:
    """No letter of this name from a day to another."""
    before = told(template, to)
    for day in (first, last):
        clock.to(day, hour=12)
        tick()
    assert told(template, to) == before, template


def employed(dossier: Dossier, by: Person, first_day: str, step_name: str = "running") -> Case:
    """A CESA that runs already."""
    case = new_case(dossier, "salaried")
    take_step(case, "take_over", by=by, key=None, raw={
        "stage": step_name, "since": first_day, "first_day": first_day, "reason": "Reprise des dossiers"})
    return again(case)


def permit(dossier: Dossier, until: str) -> None:
    """The entry papers said until when the permit allows work."""
    Case.create(dossier=dossier, workflow="admission", state="", antenna=principale(),
                memory={"insured": True, "entry": {"hours": 0, "permit_until": until}})


@proves("CAPE term")
def test_a_term(cast: Cast, clock: Clock) -> None:
    last = date(2027, 5, 31)
    taken_over(a_dossier(cast.ana), cast.sami)
    for before in (90, 60, 30):
        rings(clock, "term_ahead", last - timedelta(days=before), cast.ana, cast.sami, cast.claire)
    assert told("term_ahead", [cast.marc]) == [0]
    for before in (15, 7, 6, 1, 0):
        rings(clock, "term_ahead", last - timedelta(days=before), cast.ana, cast.sami, cast.marc)
    rings(clock, "term_reached", last + ONE_DAY, cast.ana, cast.sami, cast.marc)


@proves("URSSAF, France Travail")
def test_notices_of_a_conclusion_and_of_an_early_end(cast: Cast, clock: Clock) -> None:
    """Worked case 11: two tasks that day, an alarm two days later for each that is not done."""
    Commitment.create(person=cast.noe, signed_on=date(2026, 1, 5))
    case = step(renewed(cast), "send", cast.sami)
    case = step(case, "sign", cast.ana, code=code(case), **READ)
    concluded = clock.now.date()
    case = step(case, "countersign", cast.marc, code=code(case), **READ)
    tasks = list(Task.select().where(Task.case == case, Task.notice != "").order_by(Task.id))
    assert [(one.notice, one.due_on, one.rings_on) for one in tasks] == [
        (f"{who}:concluded", concluded, concluded + timedelta(days=2)) for who in ("urssaf", "france_travail")]
    step(case, "tick", cast.rachel, task=tasks[0].uid, proof="")
    rings(clock, "task_due", concluded + timedelta(days=2), cast.rachel)
    assert "France Travail" in Letter.get(Letter.template == "task_due").subject
    step(case, "tick", cast.rachel, task=tasks[1].uid, proof="Accusé 12")

    first = Case.get(Case.workflow == "cape", Case.state == "trading")
    day = clock.now.date()
    step(first, "end_early", cast.sami, initiative="person", notified_on=day.isoformat(), ends_on=day.isoformat(), motive="job")
    assert {one.notice for one in Task.select().where(Task.case == first, Task.closed_at.is_null(), Task.notice != "")} == {
        "urssaf:ended", "france_travail:ended"}
    rings(clock, "task_due", day + timedelta(days=2), cast.rachel, times=4 if again(case).state == "cancelled" else 2)


@proves("Work permit end")
def test_a_permit(cast: Cast, clock: Clock) -> None:
    Commitment.create(person=cast.noe, signed_on=date(2026, 1, 5))
    ends = date(2028, 1, 30)
    case = renewed(cast)
    permit(case.dossier, ends.isoformat())
    case = step(case, "send", cast.sami)
    case = step(case, "sign", cast.ana, code=code(case), **READ)
    step(case, "countersign", cast.marc, code=code(case), **READ)
    Task.update(closed_at=clock.now).where(Task.notice != "").execute()
    for before in (60, 30):
        rings(clock, "permit_ends", ends - timedelta(days=before), cast.ana)
    assert told("task_due", [cast.rachel]) == [2]
    assert "30\u00a0janvier" in Letter.get(Letter.template == "permit_ends").subject


@proves("CESA: permit check, non-EU", "DPAE", "Medical visit")
def test_a_hiring(cast: Cast, clock: Clock) -> None:
    Commitment.create(person=cast.noe, signed_on=date(2026, 1, 5))
    case = cesa_to_sign(cast)
    permit(case.dossier, "2031-01-30")
    case = step(case, "sign", cast.ana, code=code(case), **READ)
    case = step(case, "countersign", cast.marc, code=code(case), **READ)
    start = date(2027, 4, 1)
    rings(clock, "task_due", date(2027, 3, 23), cast.rachel)  # a week before the check
    rings(clock, "task_due", start - timedelta(days=8), cast.rachel)  # the DPAE may be filed
    rings(clock, "task_due", date(2027, 3, 30), cast.rachel)  # two full working days before
    assert told("hire_blocked", [cast.sami, cast.marc]) == [1, 1]
    rings(clock, "hire_blocked", start - timedelta(days=1), cast.sami, cast.marc)
    step(case, "file_dpae", cast.rachel, filed_on=clock.now.date().isoformat(), receipt="piece-0001")
    silent(clock, "hire_blocked", start, start + ONE_DAY, cast.sami)
    Task.update(closed_at=clock.now).where(Task.sentence.startswith("Faire vérifier")).execute()
    rings(clock, "task_due", date(2027, 5, 31), cast.rachel)  # a month before the last day of the medical visit
    rings(clock, "task_due", date(2027, 6, 30), cast.rachel)


@proves("Reviews")
def test_reviews(cast: Cast, clock: Clock) -> None:
    dossier = a_dossier(cast.ana)
    employed(dossier, cast.sami, "2027-03-01")
    take_step(new_case(dossier, "accompaniment"), "open", by=cast.claire, raw={}, key=None)
    rings(clock, "review_due", date(2027, 8, 1), cast.ana)
    rings(clock, "review_due", date(2028, 2, 1), cast.ana)
    clock.to(date(2028, 2, 10))
    other = a_dossier(cast.ben)
    taken_over(other, cast.sami, first_day="2028-02-10", last_day="2029-02-09")
    take_step(new_case(other, "accompaniment"), "open", by=cast.claire, raw={}, key=None)
    for day in (date(2028, 5, 10), date(2028, 8, 10), date(2029, 2, 9)):
        rings(clock, "review_due", day, cast.ben)


@proves("Associate deadline")
def test_a_deadline_and_none_once_it_was_met(cast: Cast, clock: Clock) -> None:
    """18, 12, 9, 6, 3 months; the call; 60 days; daily once it is over. Whoever joined, then left, is asked nothing."""
    Assembly.create(day=date(2029, 6, 22))
    dossier = a_dossier(cast.ana)
    case = employed(dossier, cast.sami, "2026-12-01")
    deadline = date.fromisoformat(case.memory["deadline"])
    assert deadline == date(2029, 11, 30)
    joined = a_dossier(cast.ben)
    employed(joined, cast.sami, "2026-12-01")
    shares = new_case(joined, "membership")
    take_step(shares, "take_over", by=cast.sami, key=None, raw={"stage": "associate", "since": "2027-01-10", "reason": "Reprise"})
    for day in (date(2028, 5, 30), date(2028, 11, 30), date(2029, 2, 28)):
        rings(clock, "deadline_ahead", day, cast.ana, cast.sami, cast.marc)
    rings(clock, "membership_called", date(2029, 3, 24), cast.ana)
    step(the("membership", "associate"), "leave", cast.ben, motive="Un choix", ends_on="2029-04-02")
    for day in (date(2029, 5, 30), date(2029, 8, 30), date(2029, 10, 1), date(2029, 12, 1), date(2029, 12, 2)):
        rings(clock, "deadline_ahead", day, cast.ana, cast.sami, cast.marc)
    assert Task.select().where(Task.case == case, Task.role == "cogerance", Task.sentence.startswith("Sociétariat")).count() == 1
    assert told("deadline_ahead", [cast.ben]) == [0]
    assert not Case.select().where(Case.workflow == "membership", Case.dossier == joined, Case.state == "called").exists()


@proves("Variable pay")
def test_variable_pay_after_the_assembly_that_approves_the_accounts(cast: Cast, clock: Clock) -> None:
    Assembly.create(day=date(2027, 6, 25), approves_accounts=True)
    Assembly.create(day=date(2027, 10, 7))
    case = employed(a_dossier(cast.ana), cast.sami, "2026-12-01")
    rings(clock, "task_due", date(2027, 7, 18), cast.come)
    rings(clock, "task_due", date(2027, 7, 25), cast.come)
    paid = Task.get(Task.case == case, Task.role == "accounts")
    assert paid.due_on == date(2027, 7, 23), "the 25th of July 2027 is a Sunday"
    step(case, "tick", cast.come, task=paid.uid, proof="")
    silent(clock, "task_due", date(2027, 10, 8), date(2027, 11, 7), cast.come)


@proves("Shares")
def test_shares(cast: Cast, clock: Clock) -> None:
    dossier = a_dossier(cast.ana)
    employed(dossier, cast.sami, "2027-01-01")
    Assembly.create(day=clock.now.date())
    case = new_case(dossier, "membership")
    take_step(case, "call", by=cast.ana, raw={}, key=None)
    case = step(case, "apply", cast.ana, letter="Je candidate", shares="10", down_payment="50")
    case = step(case, "put_on_agenda", cast.marc, assembly="2027-03-01")
    case = step(case, "vote_yes", cast.marc, assembly="2027-03-01", result="yes", minutes="Procès-verbal, page 2")
    case = step(case, "subscribe", cast.sami, slip="piece-0001", paid="50")
    by = date(2032, 3, 1)
    assert again(case).memory["balance_by"] == by.isoformat()
    rings(clock, "shares_balance", by - timedelta(days=90), cast.ana)
    case = step(case, "pay", cast.sami, amount="50", paid_on="2031-12-02")
    rings(clock, "shares_balance", by - timedelta(days=30), cast.ana)
    assert told("task_due", [cast.sami]) == [2]
    step(case, "pay", cast.sami, amount="100", paid_on="2032-01-31")
    silent(clock, "shares_balance", by, by + ONE_DAY, cast.ana)


def test_control_a_house_whose_alarms_are_mute_is_seen(cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    from intake import alarms

    monkeypatch.setattr(alarms, "ring", lambda: 0)
    with pytest.raises(AssertionError):
        test_variable_pay_after_the_assembly_that_approves_the_accounts(cast, clock)


def test_no_row_of_the_table_is_left_out() -> None:
    assert sorted(ROWS) == sorted(PROVED)
