"""Retention, once a day: people are told, then what has had its time goes, through the same code as erasure (TRUST 4.8)."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from peewee import fn

import workflows
from intake import history, moment, outbox
from intake.models import erasures
from intake.models.actors import CLOCK
from intake.models.base import write_transaction
from intake.models.dossiers import Answers, Case, Dossier, Event
from intake.models.erasures import ErasureNotice, Purge
from intake.models.people import Antenna, Person
from intake.models.pieces import Piece, remove
from intake.models.schema import all_tables
from intake.models.settings import settings_on
from intake.models.tags import TABLES
from workflows import keeping
from workflows.calendar import delay_end, paris_day, start_of_paris_day
from workflows.keeping import Leaving, Stood

log = logging.getLogger("intake.retention")

MOST = {False: 20, True: 60}
"""Dossiers, and drafts, that one day may take without asking (the brake)."""
GAP = timedelta(hours=48)
"""After such a silence, purges wait for a person: the clock may be wrong."""
DECISIONS = ("admit", "enrol", "defer", "decline", "redirect")

UNTIL_CHECKED = ("paper_copy",)
"""Pieces kept until they are checked (`keep.identity_copy`)."""


def pass_day(*, braked: bool | None = None) -> int:
    """Today's round, once; how many dossiers were erased. `braked`: whether to stop at too many; not under INTAKE_NOW."""
    today, now = moment.today(), moment.now()
    done = Purge.get_or_none(Purge.day == today)
    if done is not None and not (done.stopped and done.released_at):
        return 0
    if clock_is_behind():
        log.error("the clock is behind the history: nothing is erased nor reminded until it is set right")
        return 0
    braked = not os.environ.get("INTAKE_NOW") if braked is None else braked
    before = Purge.select().order_by(Purge.day.desc()).first()
    warn(today)
    ready = [(dossier, found) for dossier, found in due(today)]
    stopped = braked and bool(ready) and (_waits(before, now) or _too_many(ready))
    with write_transaction():
        Purge.delete().where(Purge.day == today).execute()
        Purge.insert(day=today, at=now, stopped=stopped, waiting=len(ready) if stopped else 0).execute()
    if stopped:
        log.warning("%s dossiers are due: their erasure waits for a person", len(ready))
        return 0
    for dossier, found in ready:
        erasures.erase_dossier(dossier, CLOCK, CLOCK.role, keep_papers_until=found.papers_until)
    gone = let_go(today)
    if ready or gone:
        erasures.settle()
    if today.isoweekday() == 7:
        erasures.vacuum()
    return len(ready)


def clock_is_behind() -> bool:
    """Whether the history already tells of a later instant."""
    latest = Event.select(fn.MAX(Event.made_at)).scalar()
    return bool(latest) and _instant(latest) > moment.now() + timedelta(minutes=5)


def release(purge: Purge, by: Person, as_role: str) -> None:
    """Somebody looked: what was stopped goes with the next round."""
    with write_transaction():
        done = Purge.update(released_by=by, released_at=moment.now()).where(
            Purge.id == purge.id, Purge.released_at.is_null()).execute()
        if done:
            history.append_of_house("release_purge", by, as_role, f"purge:{purge.day}", moment.now(), moment.today())


def stopped_now() -> Purge | None:
    """The round that waits for a person."""
    latest = Purge.select().order_by(Purge.day.desc()).first()
    return latest if latest is not None and latest.stopped and latest.released_at is None else None


# Dossiers ------------------------------------------------------------------------------------------------------------


def leaving_dossiers() -> Iterator[tuple[Dossier, Leaving]]:
    """Every dossier that nobody works on any more, with its clock."""
    is_open = Case.select(Case.dossier).where(
        (Case.state == "associate") | Case.state.not_in(
            {state.name for workflow in workflows.ALL.values() for state in workflow.state.values() if state.closed}))
    rows = (Dossier.select(Dossier, Person, Antenna).join(Person, on=Dossier.person).switch(Dossier)
            .join(Antenna, on=Dossier.antenna)
            .where(Dossier.erased_at.is_null(), Dossier.id.not_in(is_open)).order_by(Dossier.id))
    for dossier in rows:
        found = keeping.leaving([stood(case) for case in Case.select().where(Case.dossier == dossier)],
                                settings_on(moment.today(), dossier.antenna))
        if found is not None:
            yield dossier, found


def papers_until(dossier: Dossier) -> date | None:
    """Until when the law keeps the contracts of a dossier; None without any."""
    found = keeping.leaving([stood(case) for case in Case.select().where(Case.dossier == dossier)],
                            settings_on(moment.today(), dossier.antenna))
    return found.papers_until if found is not None else None


def stood(case: Case) -> Stood:
    """What the clocks need to know of a case."""
    workflow, memory = workflows.ALL[case.workflow], case.memory
    state = workflow.state.get(case.state)
    ended = memory.get("ended_on") or memory.get("last_day") or memory.get("first_day")
    contract = case.workflow in ("cape", "salaried") and bool(memory.get("cogerance_signed_on") or memory.get("dpae_on"))
    return Stood(
        workflow=case.workflow, state=case.state, closed=state is not None and state.closed,
        since=paris_day(case.entered_at) if case.entered_at else moment.today(), left_from=memory.get("left_from") or "",
        sent="submit" in memory.get("taken", {}) or bool(memory.get("sent_on")),
        agreed_on=_day(memory.get("stay_in_touch")) if case.workflow == "admission" else None,
        contract_end=_day(ended) if contract else None)


def warn(today: date) -> None:
    """Tell people whose dossier goes within the notice; forget a notice whose dossier lives again."""
    going = {dossier.id: (dossier, found) for dossier, found in leaving_dossiers()}
    known = {notice.dossier_id: notice for notice in ErasureNotice.select().where(ErasureNotice.done_on.is_null())}
    with write_transaction():
        for id_, notice in known.items():
            if id_ not in going or going[id_][1].clock != notice.clock or going[id_][1].on > notice.due_on:
                ErasureNotice.delete().where(ErasureNotice.id == notice.id).execute()
        for id_, (dossier, found) in going.items():
            days = keeping.notice_days(found.clock, settings_on(today, dossier.antenna))
            kept = known.get(id_)
            if found.on - timedelta(days=days) > today or (kept and kept.clock == found.clock and found.on <= kept.due_on):
                continue
            on = max(found.on, today + timedelta(days=days))
            ErasureNotice.create(dossier=dossier, clock=found.clock, told_on=today, due_on=on)
            outbox.owe("erasure_notice", dossier.person, cause=f"day:{today}", occasion=dossier.uid, now=moment.now(), context={
                "erased_on": on, "who": {"number": dossier.number}, "link": outbox.link_to("/mes-donnees"), "to": "person"})


def due(today: date) -> list[tuple[Dossier, Leaving]]:
    """Dossiers whose notice has run out, unless they are held."""
    told = {notice.dossier_id for notice in ErasureNotice.select().where(
        ErasureNotice.done_on.is_null(), ErasureNotice.due_on <= today)}
    return [(dossier, found) for dossier, found in leaving_dossiers() if dossier.id in told and found.on <= today
            and (dossier.held_until is None or dossier.held_until < today)] if told else []


def _too_many(ready: list[tuple[Dossier, Leaving]]) -> bool:
    light = [found.clock in keeping.LIGHT for _, found in ready]
    return any(light.count(kind) > most for kind, most in MOST.items())


def _waits(before: Purge | None, now: Any) -> bool:
    """Whether a person must look first: a long silence, or a stop that nobody has lifted."""
    if before is None or before.released_at is not None:
        return False
    return before.stopped or now - before.at > GAP


# Rows that leave by their own age ------------------------------------------------------------------------------------


def let_go(today: date) -> int:
    """Rows that have had their time, interview notes, identity copies that were checked; how many."""
    settings = settings_on(today)
    with write_transaction():
        return _aged(today, settings) + _notes(today, settings) + _checked_copies()


def _aged(today: date, settings: Any) -> int:
    gone = 0
    for model in all_tables():
        age = TABLES[model._meta.table_name].age
        if age is None:
            continue
        months = settings[age.months] if isinstance(age.months, str) else age.months
        last = _back(today, months) - timedelta(days=age.days)
        column = model._meta.fields[age.since]
        limit = last if type(column).__name__ == "DayField" else start_of_paris_day(last)
        old = column < limit
        if not age.blank:
            gone += model.delete().where(old).execute()
            continue
        for name in age.blank:
            gone += model.update(**{name: ""}).where(old, model._meta.fields[name] != "", *_settled(model)).execute()
    return gone


def _settled(model: Any) -> list[Any]:
    """A letter that still has to leave keeps its text."""
    return [model.status.in_(("sent", "dropped"))] if "status" in model._meta.fields else []


def _back(today: date, months: int) -> date:
    """The latest day whose delay of so many months has run out today."""
    guess = delay_end(today, -months)
    while delay_end(guess + timedelta(days=1), months) <= today:
        guess += timedelta(days=1)
    return guess


def _notes(today: date, settings: Any) -> int:
    """Interview notes, some months after the decision that they prepared."""
    gone = 0
    rows = (Answers.select(Answers, Event).join(Event, on=Answers.event)
            .where(Event.step == "record_interview", Answers.salt != ""))
    for answers in rows:
        decided = Event.select(fn.MIN(Event.made_at)).where(
            Event.case == answers.event.case_id, Event.step.in_(DECISIONS), Event.id > answers.event_id).scalar()
        if decided and keeping.notes_until(paris_day(_instant(decided)), settings) <= today:
            gone += Answers.update(**erasures.blanks(Answers)).where(Answers.id == answers.id).execute()
    return gone


def _checked_copies() -> int:
    """Copies of identity papers, once the entry papers were checked."""
    checked = Event.select(Event.dossier).where(Event.step == "check_papers")
    rows = list(Piece.select().where(Piece.title.in_(UNTIL_CHECKED), Piece.removed_at.is_null(), Piece.dossier.in_(checked)))
    for piece in rows:
        remove(piece, moment.now())
    return len(rows)


def _day(stamp: Any) -> date | None:
    return date.fromisoformat(str(stamp)[:10]) if stamp else None


def _instant(found: Any) -> Any:
    from intake.models.base import instant

    return instant(found) if isinstance(found, int) else found
