"""The passing of time: clock steps that are due, places that are opened and lost, journées created ahead."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import workflows
from intake import alarms, digest, gatherings, invitations, moment, weekly, words
from intake.cases import StepRefused, take_step
from intake.facts import facts_of
from intake.kiosk import closing, receiving
from intake.models import base, days, places, rounds, served
from intake.models.actors import CLOCK
from intake.models.base import write_transaction
from intake.models.compiled import compiled, param
from intake.models.dossiers import Case, Dossier, Event, read_case
from intake.models.people import Antenna, antennas
from intake.models.places import Place
from intake.models.settings import settings_on
from workflows.admission.ranks import LOST, LOST_MANY
from workflows.calendar import Month
from workflows.engine import AnswersInvalid
from workflows.grammar import Step
from workflows.queue import first_month

log = logging.getLogger("intake.clock")

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
BATCH = 200
MOST_IN_A_ROW = 40
"""Steps one case may take in one round: dates missed while the clock was stopped."""
TRY_AGAIN = timedelta(hours=6)
"""After a refusal (an employment without DPAE), the clock looks again."""


UNDATED = compiled(lambda: Case.select(Case.id).where(Case.due_at.is_null()).order_by(Case.id).limit(BATCH))
DUE = compiled(lambda: Case.select(Case.id).where(Case.due_at <= param("now")).order_by(Case.due_at, Case.id).limit(BATCH))
SET_DUE = compiled(lambda: Case.update({Case.due_at: param("at")}).where(
    Case.id == param("case"), Case.version == param("version")))

_prepared: tuple[date, Any] | None = None
"""The last day that was prepared, and in which database."""


def tick() -> int:
    """One round: fill in empty dates, take the steps that are due, by due instant. The number of steps taken."""
    prepare_day()
    receiving.catch_up(moment.now(), moment.today())
    taken = 0
    while True:
        batch = due_cases(moment.now())
        if not batch:
            alarms.ring()
            digest.tell()
            weekly.tell()
            rounds.note(moment.now())
            return taken
        for case in batch:
            taken += run(case)


def prepare_day() -> None:
    """Once a day: places of the months ahead, those of past months lost, journées of the year ahead, their letters."""
    global _prepared
    today = moment.today()
    if _prepared is not None and _prepared[0] == today and _prepared[1] is base.db.obj:
        return
    every = antennas()
    for antenna in (one for one in every if one.capped == "yes"):
        months = settings_on(today, antenna)["places.horizon"]
        farthest = Month.of(today).plus(months - 1)
        places.open_ahead(antenna, months, settings_on(farthest.first_day, antenna)["places.per_month"], today)
    tell_the_list(every, today)
    days.plan_journees(today)
    closing.remind(today)
    invitations.write_around(today)
    gatherings.tell_who_comes(today)
    _prepared = (today, base.db.obj)


def tell_the_list(every: Iterable[Antenna], today: date) -> None:
    """Places of past months are lost, and the journal of each list says so; and who is first in line now."""
    now = moment.now()
    for antenna in every:
        for month, lost in places.close_past(antenna, today).items():
            sentence = LOST if lost == 1 else LOST_MANY
            served.tell_night(antenna, month, words.fill(sentence, {"n": f"{lost} place{'s' if lost > 1 else ''}"}), now)
        if antenna.capped != "yes":
            continue
        known = settings_on(today, antenna)
        served.night(antenna, first_month(today, known["offers.days"], known["entry.lead_days"]), now)


def take_with_room(case: Case, step: str, *, raw: Mapping[str, Any], **options: Any) -> Event:
    """Take a step; when its month is full, let the offers that are over free their places first, and look once more.

    What is over expires in transactions of its own (TRUST 2.11).
    """
    try:
        return take_step(case, step, raw=raw, **options)
    except StepRefused as refused:
        full = any(refusal.rule == "place_free" for refusal in refused.refusals)
        if not full or not raw.get("month") or not expire_in(case.antenna_id, str(raw["month"])):
            raise
    return take_step(case, step, raw=raw, **options)


def expire_in(antenna: int, month: str) -> int:
    """Take the clock steps that are due in the cases that hold a place of this month; how many."""
    held = (Case.select(Case, Dossier).join(Dossier).switch(Case).join(Place, on=Place.holder == Case.id)
            .where(Place.antenna == antenna, Place.month == month, Place.status == "held",
                   Case.due_at.is_null() | (Case.due_at <= moment.now())))
    return sum(run(one) for one in list(held))


def due_cases(now: datetime) -> list[Case]:
    """Cases to look at: those whose date is to be computed, then those that are due, the earliest first."""
    return [read_case(found) for (found,) in UNDATED() or DUE(now=now)]


def run(case: Case) -> int:
    """Take what is due in one case, one step after another; the number of steps taken."""
    taken = 0
    for _ in range(MOST_IN_A_ROW):
        due = due_rows(case)
        if not due or due[0][0] > moment.now():
            set_due(case, due[0][0] if due else NEVER)
            return taken
        try:
            take_step(case, due[0][1].name, by=CLOCK, raw={}, key=None, seen_version=case.version)
        except (StepRefused, AnswersInvalid) as refused:
            log.info("%s of %s is due but refused: %s", due[0][1].name, case.uid, refused)
            later = [at for at, row in due[1:] if row.name != due[0][1].name]
            if later and later[0] <= moment.now() and _take_another(case, due):
                taken += 1
            else:
                set_due(case, min([moment.now() + TRY_AGAIN, *(at for at in later if at > moment.now())]))
                return taken
        else:
            taken += 1
        case = read_case(case.id)
    log.warning("%s: more than %s clock steps in a row", case.uid, MOST_IN_A_ROW)
    set_due(case, moment.now() + TRY_AGAIN)
    return taken


def _take_another(case: Case, due: list[tuple[datetime, Step]]) -> bool:
    """When the first due row is refused, the next ones that are due have their turn."""
    for at, row in due[1:]:
        if at > moment.now() or row.name == due[0][1].name:
            continue
        try:
            take_step(case, row.name, by=CLOCK, raw={}, key=None)
        except (StepRefused, AnswersInvalid):
            continue
        return True
    return False


def due_rows(case: Case) -> list[tuple[datetime, Step]]:
    """The clock rows of a case's state with their instants, by instant then in the order of the table."""
    rows = [row for row in workflows.ALL[case.workflow].steps if row.due is not None and case.state in row.sources]
    if not rows:
        return []
    facts = facts_of(case, CLOCK)
    found = [(at, row) for row in rows if row.due is not None and _chosen(row, facts)
             and (at := row.due(facts)) is not None]
    return sorted(found, key=lambda pair: pair[0])


def _chosen(row: Step, facts: Any) -> bool:
    return all(rule.verdict(facts, {}).ok for rule in row.chosen_if)


def set_due(case: Case, at: datetime) -> None:
    """Write when the clock must next look at a case; nobody's page becomes stale."""
    with write_transaction():
        SET_DUE(at=at, case=case.id, version=case.version)


def look_again(cases: Iterable[Case] | None = None) -> None:
    """A setting, journée or assembly changed: the dates of the cases it may touch are to be computed again."""
    global _prepared
    _prepared = None
    with write_transaction():
        query = Case.update(due_at=None)
        (query.where(Case.id.in_([case.id for case in cases])) if cases is not None else query).execute()
