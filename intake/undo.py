"""« Annuler »: counter-events that restore a step's case and every case it moved, within `undo.minutes`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import workflows
from intake import history, moment
from intake.models import places, ranks, served
from intake.models.actors import Actor
from intake.models.dossiers import UNDONE, Answers, Case, Event
from intake.models.letters import Letter
from intake.models.places import Place
from intake.models.settings import settings_on
from intake.models.tasks import Task
from intake.projections import project
from workflows.admission.ranks import RETURNED_PLACE, sentences
from workflows.engine import Decision, Refusal, StepRefused
from workflows.roles import Role
from workflows.wellformed import fingerprint

NOT_THE_LAST = Refusal("Une étape a été faite depuis. Elle ne peut plus être annulée ici.")
TOO_LATE = Refusal("Le délai pour annuler est passé. Vous pouvez écrire à la personne ou faire l’étape suivante.")
NOT_YOURS = Refusal("Seule la personne qui a fait cette étape peut l’annuler.")
NEVER = Refusal("Une signature, un vote ou ce qu’une personne a fait ne s’annule pas.")
LETTER_GONE = Refusal("La lettre est déjà partie. Écrivez à la personne.")


def undo(case: Case, decision: Decision, *, by: Actor, key: str | None) -> Event:
    """Undo the last step of a case, with all it caused. Raises StepRefused with the reason."""
    last = last_step(case)
    refusal = why_not(case, last, by)
    if refusal is not None or last is None:
        raise StepRefused(refusal or NOT_THE_LAST)
    tree = [last, *caused_by(last)]
    now = moment.now()
    _drop_letters(tree)
    if _letter_gone(tree):
        raise StepRefused(LETTER_GONE)
    _restore_tasks(tree, last, now)
    done: Event | None = None
    restored: set[int] = set()
    for event in tree:
        if event.case_id in restored:
            continue
        restored.add(event.case_id)
        counter = _restore(case if event.case_id == case.id else None, event, decision, by, now, done,
                           key if done is None else None)
        done = done or counter
    assert done is not None  # noqa: S101 the tree holds at least the step itself
    return done


def last_step(case: Case) -> Event | None:
    """The last event of a case that moved its version."""
    quiet = {row.name for row in workflows.ALL[case.workflow].steps if row.quiet}
    found: Event | None = (Event.select().where(Event.case == case, Event.step.not_in(quiet))
                           .order_by(Event.id.desc()).first())
    return found


def author_role(case: Case, by: Actor) -> frozenset[Role]:
    """The role under which someone took the last step, while they may undo it: a step may have taken that role away."""
    last = last_step(case) if case.id else None
    return frozenset({last.role}) if last is not None and why_not(case, last, by) is None else frozenset()


def why_not(case: Case, event: Event | None, by: Actor) -> Refusal | None:
    """Why an event cannot be undone, or None."""
    if event is None or event.cause_id is not None or event.step == "undo":
        return NOT_THE_LAST
    if event.actor_id is None or event.actor_id != by.id:
        return NOT_YOURS
    rows = workflows.ALL[case.workflow].rows(event.step)
    if event.role == "person" or not any(row.undoable for row in rows):
        return NEVER
    if moment.now() > until(case, event):
        return TOO_LATE
    for each in caused_by(event):
        newest = last_step(each.case)
        if newest is not None and newest.id != each.id and newest.id not in {one.id for one in caused_by(event)}:
            return NOT_THE_LAST
    if _letter_gone([event, *caused_by(event)]):
        return LETTER_GONE
    return None if replaced_by(event) else NOT_THE_LAST


def until(case: Case, event: Event) -> datetime:
    """The last instant at which an event may be undone."""
    minutes: int = settings_on(moment.today(), case.antenna)["undo.minutes"]
    return event.made_at + timedelta(minutes=minutes)


def caused_by(event: Event) -> list[Event]:
    """Every event that followed from this one, the first first."""
    found: list[Event] = []
    wave = [event]
    while wave:
        wave = list(Event.select().where(Event.cause.in_(wave)).order_by(Event.id))
        found += wave
    return found


def replaced_by(event: Event) -> dict[str, Any]:
    """What a step replaced; empty for what an undo wrote, and once its answers are erased."""
    beside = Answers.get_or_none(Answers.event == event)
    return (beside.undo or {}) if beside else {}


def _letter_gone(tree: list[Event]) -> bool:
    """Whether the sender has claimed a letter; asked again once the others are dropped, since it does not wait."""
    return bool(Letter.select().where(Letter.event.in_(tree), Letter.status.in_(("claimed", "sent"))).exists())


def _drop_letters(tree: list[Event]) -> None:
    Letter.update(status="dropped").where(Letter.event.in_(tree), Letter.status.in_(("waiting", "gathered"))).execute()


def _restore_tasks(tree: list[Event], last: Event, now: datetime) -> None:
    Task.update(closed_by=None, closed_at=None).where(Task.closed_by.in_(tree)).execute()
    Task.update(closed_by=last, closed_at=now).where(Task.opened_by.in_(tree), Task.closed_at.is_null()).execute()


def _restore(known: Case | None, event: Event, decision: Decision, by: Actor, now: datetime, cause: Event | None,
             key: str | None) -> Event:
    """One counter-event: the case as it stood before, or closed if the event opened it."""
    case = known or Case.get_by_id(event.case_id)
    if known is None and cause is not None:
        case.dossier = cause.case.dossier
    workflow = workflows.ALL[case.workflow]
    opened = event.before == ""
    state, step = (workflow.closing_state, workflow.closing_step) if opened else (event.before, "undo")
    line = history.Line(step=step, before=case.state, after=state, role=decision.role, made_at=now,
                        effective_on=moment.today(), cause=cause, key=key, subject=f"{UNDONE}{event.uid}",
                        fingerprint=fingerprint(workflow))
    counter = history.append(line, by, case, history.Written({}, {}, {}))
    replaced = replaced_by(event)
    if not opened:
        case.memory = replaced.get("memory", case.memory)
        _restore_place(case, replaced.get("place"), counter)
    else:
        places.free(case, moment.today())
    case.state, case.due_at, case.version = state, None, case.version + 1
    case.entered_at = datetime.fromisoformat(case.memory["since"]) if case.memory.get("since") else now
    ranked_at = case.rank_at
    project(case, undone=True)
    case.save(only=[Case.state, Case.memory, Case.due_at, Case.version, Case.rank_at, Case.entered_at,
                    Case.follower])
    ranks.tell(case, ranked_at, *sentences("undo", False), today=moment.today())
    return counter


def _restore_place(case: Case, before: list[Any] | None, counter: Event) -> None:
    """Give the case the place it held; a place taken meanwhile refuses the undo with the sentence of `place_free`."""
    held = places.of(case)
    if before is None:
        if held:
            places.free(case, moment.today())
            served.returned(case, held.month, counter, RETURNED_PLACE["undo"])
        return
    place_id, status = before
    if held and held.id == place_id:
        Place.update(status=status).where(Place.id == place_id).execute()
        return
    if held:
        places.free(case, moment.today())
    took = Place.update(status=status, holder=case).where(Place.id == place_id, Place.holder.is_null()).execute()
    if not took:
        raise StepRefused(places.MonthFull(Place.get_by_id(place_id).month).refusal)
