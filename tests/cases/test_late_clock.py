"""A clock stopped for ten days: each dated alarm then gives one letter, for the latest of the dates missed (JOURNEY §8)."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from intake.cases import new_case, take_step
from intake.clock import tick
from intake.models.dossiers import Dossier, Event
from intake.models.letters import Letter
from intake.models.people import Commitment
from tests.cases.test_contracts import READ, a_dossier, cesa_to_sign, code, step, taken_over
from tests.cast import Cast
from tests.conftest import Clock

pytestmark = pytest.mark.both_databases

STOPPED, AGAIN = date(2027, 5, 14), date(2027, 5, 24)


def written(template: str) -> Counter[str]:
    """How many letters of a template each person was written."""
    rows = Letter.select().where(Letter.template == template, Letter.status != "dropped")
    return Counter(row.recipient.first_name for row in rows)


def rang(step: str) -> int:
    return int(Event.select().where(Event.step == step).count())


def test_the_alarms_of_a_term_of_a_deadline_and_of_a_pairing(cast: Cast, clock: Clock) -> None:
    """J−15 and J−7 of a CAPE, ten days after a deadline, a review of month 3, a silence of 45 days."""
    clock.to(date(2027, 4, 5))
    Commitment.get_or_create(person=cast.noe, defaults={"signed_on": date(2026, 1, 5)})
    ana = a_dossier(cast.ana)
    taken_over(ana, cast.sami, first_day="2027-02-20", last_day="2027-05-31", since="2027-02-20")
    Dossier.update(peer=cast.noe).where(Dossier.id == ana.id).execute()
    take_step(new_case(Dossier.get_by_id(ana.id), "accompaniment"), "take_over", by=cast.sami, key=None, raw={
        "stage": "running", "since": "2027-04-05", "peer": cast.noe.uid, "reason": "Reprise"})
    ben = a_dossier(cast.ben)
    take_step(new_case(ben, "salaried"), "take_over", by=cast.sami, key=None, raw={
        "stage": "running", "since": "2024-05-16", "first_day": "2024-05-16", "reason": "Reprise", "earlier": ""})
    clock.to(STOPPED)
    tick()
    before = {name: rang(name) for name in ("term_alarm", "deadline_alarm", "review_due", "quiet")}
    told = written("term_ahead")["Ana"], written("deadline_ahead")["Ben"]

    clock.to(AGAIN)
    tick()
    tick()
    assert {name: rang(name) - before[name] for name in before} == dict.fromkeys(before, 1)
    assert (written("term_ahead")["Ana"] - told[0], written("deadline_ahead")["Ben"] - told[1]) == (1, 1)
    assert (written("review_due")["Ana"], written("meeting_nudge")["Ana"]) == (1, 1)


def test_a_hiring_without_dpae(cast: Cast, clock: Clock) -> None:
    Commitment.get_or_create(person=cast.noe, defaults={"signed_on": date(2026, 1, 5)})
    case = cesa_to_sign(cast)
    case = step(case, "sign", cast.ana, code=code(case), **READ)
    step(case, "countersign", cast.marc, **READ)
    clock.to(date(2027, 3, 28))
    tick()
    assert rang("hire_blocked") == 0
    clock.to(date(2027, 4, 7))
    tick()
    tick()
    assert rang("hire_blocked") == 1
    assert set(written("hire_blocked").values()) == {1}
