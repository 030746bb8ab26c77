"""`take_step()`: gather, decide, write. The one place that changes a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import workflows
from intake import effects, foresight, history, moment, words
from intake.effects import Made, Moment
from intake.facts import facts_of
from intake.facts.common import item_of
from intake.language import FRENCH, speaking
from intake.models import pieces, places, ranks, tasks
from intake.models.actors import Actor, Grant, grants_of, roles_on
from intake.models.base import new_uid, retrying, write_transaction
from intake.models.dossiers import Answers, Case, Dossier, Event, event_with_key, lock, move_case, read_case_locked
from intake.models.people import Antenna, Person
from intake.projections import antenna_of, project
from intake.undo import author_role, last_step, undo
from workflows import fields
from workflows.admission.ranks import sentences
from workflows.calendar import paris_day
from workflows.engine import BEGIN, AnswersInvalid, Decision, NotTheirs, Refusal, StepRefused, decide
from workflows.grammar import Item, Open, Remember, StepBack, TakeStep, Undo, Workflow
from workflows.sentences import DayInWords, Sentence
from workflows.wellformed import fingerprint

Raw = Mapping[str, Any]
UNSPOKEN = frozenset({"csrf_token", "key", "version", "about", "told", "jeton_brouillon", "from"})
"""Posted names that are not answers."""
NO_CONTACT = frozenset({"note", "assign", "tick", "ask_derogation", "derogate"})
"""Steps among ourselves: nobody was in touch with the person."""


class Stale(StepRefused):
    """The page was made from an older version of the case; `event` is what happened meanwhile."""

    def __init__(self, event: Event | None, step: str, case: Case, by: Actor) -> None:
        row = next(iter(workflows.ALL[case.workflow].rows(step)), None)
        told = "a modifié ce dossier"
        if event is not None and row is not None and event.step == step and row.past.startswith("a "):
            told = Sentence.read_as(f"a déjà {row.past.removeprefix('a ')}", "{fait}, déjà", fait=row.past)
        super().__init__(Refusal(
            "{qui} {fait} {quand}.", {"qui": _called(event, case, by), "fait": told, "quand": _told_when(event)}))
        self.event = event


class OtherText(StepRefused):
    """The same submission key came with another text."""

    def __init__(self) -> None:
        super().__init__(Refusal("Ce formulaire a déjà été envoyé avec un autre texte. Vérifiez le dossier."))


@speaking(FRENCH)  # what is written is French; each letter, its reader’s language
def take_step(
    case: Case, step: str, *, by: Actor, raw: Raw, key: str | None, seen_version: int | None = None,
    cause: Event | None = None, made: Made | None = None, told: str | None = None,
) -> Event:
    """Take a step of a case: the event that tells it, written with everything that follows, or nothing at all.

    `key` is the form's submission key, `seen_version` the version of the page it was pressed on, `cause` the event
    of the step that takes this one, `made` what was prepared before the lock, `told` the digest of what its page told.
    Raises StepRefused (with Stale, OtherText, NotTheirs), AnswersInvalid, or Surprise when it would do something else.
    """
    def attempt() -> Event:
        with write_transaction():
            return _take(locked(case) if cause is None else case, step, by=by, raw=raw, key=key,
                         seen_version=seen_version, cause=cause, made=made, told=told)

    return retrying(attempt) if case.id else attempt()


def _take(
    case: Case, step: str, *, by: Actor, raw: Raw, key: str | None, seen_version: int | None, cause: Event | None,
    made: Made | None, told: str | None,
) -> Event:
    """The step, once the case is locked."""
    if key is not None and (done := _with_key(case, key, raw)):
        return done
    if seen_version is not None and case.version != seen_version:
        raise Stale(last_step(case), step, case, by)
    about = item_of(case, str(raw["about"])) if raw.get("about") else None
    grants: Iterable[Grant] = grants_of(by, moment.today()) if isinstance(by, Person) and cause is None else ()
    _lock_across(case, step, raw)
    facts = facts_of(case, by, about)
    held = roles_on(case, by, grants=grants, about=about, cause=cause)
    decision = decide(
        workflows.ALL[case.workflow], step, state=case.state or BEGIN, facts=facts, raw=raw, asks=cause is None,
        roles=held | author_role(case, by) if step == "undo" else held)
    if any(isinstance(one, Undo) for one in decision.consequences):
        return undo(case, decision, by=by, key=key)
    change = foresight.change_of(case, decision.step, facts) if told is not None else ""
    event = _write(case, decision, facts, by=by, raw=raw, key=key, cause=cause, made=made)
    if told is not None:
        foresight.expect(told, foresight.written(case, decision.step, event, change))
    return event


def locked(case: Case) -> Case:
    """The case as it stands, its dossier locked until the transaction ends; a case not yet begun is returned as is."""
    if case.id:
        return read_case_locked(case.id)
    lock(case.dossier_id)
    case.dossier = Dossier.get_by_id(case.dossier_id)
    return case


def new_case(dossier: Dossier, workflow: str, *, opened_by: Case | None = None, antenna: Antenna | None = None,
             memory: Mapping[str, Any] | None = None) -> Case:
    """A case that has not begun; `take_step` writes it."""
    return Case(uid=new_uid(), dossier=dossier, workflow=workflow, state="", memory=dict(memory or {}),
                opened_by=opened_by, antenna=antenna or dossier.antenna)


# Writing -------------------------------------------------------------------------------------------------------------


def _write(
    case: Case, decision: Decision, facts: Any, *, by: Actor, raw: Raw, key: str | None, cause: Event | None,
    made: Made | None,
) -> Event:
    """Event, answers, state, then the consequences in their order."""
    step, now = decision.step, facts.now
    before = _as_it_stood(case) if step.undoable or cause is not None else None
    case.memory = remembered(case.memory, decision, facts, made)
    if not case.id:
        case.antenna = antenna_of(case)
        case.save(force_insert=True)
    effective = step.effective(facts, decision.answers) if step.effective else facts.today
    line = history.Line(
        step=step.name, before="" if decision.before == BEGIN else decision.before, after=decision.after,
        role=decision.role, made_at=now, effective_on=effective, cause=cause, key=key,
        fingerprint=fingerprint(workflows.ALL[case.workflow]))
    text, sealed = _spoken(decision, workflows.ALL[case.workflow])
    if made is not None and made.evidence:
        sealed["evidence"] = dict(made.evidence)
    posted = {name: value for name, value in _plain(raw).items() if name not in UNSPOKEN}
    event = history.append(line, by, case, history.Written(text, sealed, posted, before))
    _keep_documents(made)
    _move(case, decision, now)
    _close_answered_tasks(case, event, decision, by, facts.about)
    _apply(Moment(case, event, decision, facts, by, made), by)
    return event


def _keep_documents(made: Made | None) -> None:
    """What was posted with the step is kept with its event, or refused with it."""
    try:
        for piece in made.pieces if made is not None else ():
            pieces.keep(piece)
    except pieces.NoRoom as full:
        raise StepRefused(Refusal(str(full))) from full


def _as_it_stood(case: Case) -> dict[str, Any]:
    """What « Annuler » restores."""
    place = places.of(case) if case.id and case.workflow == "admission" else None
    return {"memory": dict(case.memory), "place": [place.id, place.status] if place else None}


def _move(case: Case, decision: Decision, now: datetime) -> None:
    """Write the new state, memory and version, and what is derived from them."""
    if decision.after != case.state:
        case.entered_at = now
    case.state = decision.after
    case.version += 0 if decision.step.quiet else 1
    if case.moved_at is None or (decision.role != "clock" and decision.step.name not in NO_CONTACT):
        case.moved_at = now
    case.due_at = None
    ranked_at = case.rank_at
    project(case, changed=decision.after != decision.before or any(
        isinstance(one, Remember) for one in decision.consequences))
    move_case(case)
    if case.rank_at is not None and case.rank_at != ranked_at:
        stepped_back = any(isinstance(one, StepBack) for one in decision.consequences)
        ranks.tell(case, ranked_at, *sentences(decision.step.name, stepped_back), today=paris_day(now))


def remembered(memory: Mapping[str, Any], decision: Decision, facts: Any, made: Made | None) -> dict[str, Any]:
    """The memory after a step: what its row keeps, when it was taken, which derogations it used up."""
    kept = dict(memory)
    stamp = facts.now.isoformat()
    for consequence in decision.consequences:
        if isinstance(consequence, Remember):
            kept |= consequence.what(facts, decision.answers)
        elif isinstance(consequence, StepBack):
            kept["rank_from"] = facts.rank_after_stepping_back().isoformat()
    if made is not None and made.sha256 and made.kind == "amendment":
        kept["amendment"] = {**kept["amendment"], "document": made.sha256}
    elif made is not None and made.sha256:
        kept["document"] = made.sha256
    if decision.lifted:
        kept["derogations"] = {
            rule: at for rule, at in kept.get("derogations", {}).items() if rule not in decision.lifted}
    kept["taken"] = {**memory.get("taken", {}), decision.step.name: stamp}
    if decision.after != decision.before:
        kept["since"] = stamp
    if decision.role != "clock" and not decision.step.quiet:
        kept["moved"] = stamp
    return {name: value for name, value in kept.items() if value is not None}


def _spoken(decision: Decision, workflow: Workflow) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answers in clear, and those to encrypt: of the form, and of the questionnaire that the step sends."""
    forms = [page.form for page in workflow.pages.get(decision.step.pages, ())]
    forms += [decision.step.form] if decision.step.form else []
    sealed_names = set().union(*(form.sealed for form in forms))
    answers = {name: fields.to_json(value) for name, value in decision.answers.items()}
    sealed = {name: answers.pop(name) for name in sealed_names if name in answers}
    return answers, sealed


def _plain(raw: Raw) -> dict[str, Any]:
    """The posted text as a plain dictionary, lists kept where several values came."""
    if not hasattr(raw, "getlist"):
        return dict(raw)
    return {name: values[0] if len(values := raw.getlist(name)) == 1 else values for name in raw}


def _close_answered_tasks(case: Case, event: Event, decision: Decision, by: Actor, about: Item | None) -> None:
    step = decision.step
    if step.name == "tick":
        _tick(case, event, by, decision.answers["task"])
    elif step.name in workflows.ALL[case.workflow].closers:
        tasks.answered(event, (step.name,), by if isinstance(by, Person) else None,
                       about.uid if about is not None and step.about else "")


def _tick(case: Case, event: Event, by: Actor, wanted: str) -> None:
    """Close the task the form names, for whoever it falls to."""
    task = tasks.one_open(case, wanted)
    if task is None:
        raise StepRefused(Refusal("Cette tâche est déjà faite."))
    grants = grants_of(by, moment.today()) if isinstance(by, Person) else ()
    if not tasks.falls_to(task, by, roles_on(case, by, grants=grants)):
        raise StepRefused(Refusal("Cette tâche est confiée à quelqu’un d’autre."))
    tasks.done(task, event)


def _apply(at: Moment, by: Actor) -> None:
    """Apply the consequences in the order written; steps of other cases are taken with this event as cause."""
    for consequence in at.decision.consequences:
        if isinstance(consequence, Open):
            _open(consequence, at, by)
        elif isinstance(consequence, TakeStep):
            _take_elsewhere(consequence, at, by)
        elif not isinstance(consequence, (Remember, StepBack)):
            try:
                effects.APPLY[type(consequence)](consequence, at)
            except places.MonthFull as full:
                raise StepRefused(full.refusal) from full


def _open(told: Open, at: Moment, by: Actor) -> None:
    """Open a case of another workflow, unless one is already open (a next run, where the row says so)."""
    if told.when is not None and not told.when(at.facts, at.decision.answers):
        return
    workflow = workflows.ALL[told.workflow]
    is_open = (Case.dossier == at.case.dossier) & (Case.workflow == told.workflow) & Case.state.in_(
        workflow.open_states)
    if not told.again and Case.select(Case.id).where(is_open).exists():
        return
    carried = told.carry(at.facts, at.decision.answers) if told.carry else {}
    opened = new_case(at.case.dossier, told.workflow, opened_by=at.case, memory=carried)
    take_step(opened, told.step, by=by, raw={}, key=None, cause=at.event)


def _take_elsewhere(told: TakeStep, at: Moment, by: Actor) -> None:
    """Take a step of related cases; one that is not in a source state is skipped."""
    if told.when is not None and not told.when(at.facts, at.decision.answers):
        return
    sources = {state for row in workflows.ALL[told.workflow].rows(told.step) for state in row.sources}
    for other in related(at.case, told.workflow, told.everywhere):
        if other.state not in sources:
            continue
        other.dossier = at.case.dossier
        try:
            take_step(other, told.step, by=by, raw={}, key=None, cause=at.event)
        except StepRefused:
            if not told.unless_refused:
                raise


def related(case: Case, workflow: str, everywhere: bool) -> list[Case]:
    """The cases of a workflow that this one opened or was opened by; or all those of the dossier."""
    mine = (Case.dossier == case.dossier) & (Case.workflow == workflow) & (Case.id != case.id)
    if not everywhere:
        mine &= (Case.opened_by == case) | (Case.id == case.opened_by_id)
    return list(Case.select().where(mine).order_by(Case.id))


def _lock_across(case: Case, step: str, raw: Raw) -> None:
    """A step that reads across dossiers locks the month it asks for before its facts are gathered."""
    rows = workflows.ALL[case.workflow].rows(step)
    takes_place = any(type(then).__name__ in ("HoldPlace", "MovePlace") for row in rows for then in row.then)
    if takes_place and raw.get("month"):
        places.lock_month(case.antenna, str(raw["month"]), case)


# Repetition ----------------------------------------------------------------------------------------------------------


def _with_key(case: Case, key: str, raw: Raw) -> Event | None:
    """The event this form already made; another text under the same key is refused."""
    done = event_with_key(key)
    if done is None:
        return None
    if done.dossier_id != case.dossier_id:
        raise OtherText
    beside = Answers.get(Answers.event == done)
    posted = {name: value for name, value in _plain(raw).items() if name not in UNSPOKEN}
    if beside.salt and history.keyed(beside.salt, posted) != beside.posted:
        raise OtherText
    return done


def _called(event: Event | None, case: Case, by: Actor) -> str:
    """Who did it, as this reader may know: applicants read « L’équipe »."""
    if event is None or event.actor is None:
        return "Le calendrier"
    hidden = by.id == case.dossier.person_id != event.actor_id
    return "L’équipe" if hidden else event.actor.called


def _told_when(event: Event | None) -> str:
    """« à 9 h 18 », the day too when it is not today."""
    if event is None:
        return "à l’instant"
    today = words.as_day(event.made_at) == moment.today()
    said = "à {heure}" if today else "le {jour} à {heure}"
    return Sentence(said, jour=DayInWords(words.short_day(event.made_at), words.as_day(event.made_at)),
                    heure=DayInWords(words.hour(event.made_at), event.made_at.astimezone(words.PARIS).time()))


__all__ = ["AnswersInvalid", "NotTheirs", "OtherText", "Stale", "StepRefused", "locked", "new_case", "take_step"]
