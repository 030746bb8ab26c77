"""Consequences of a step: for each kind, one function that applies it and one that tells it beforehand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import workflows
from intake import moment, outbox, signing_links
from intake.language import FRENCH, speaking
from intake.models import places, search, served, signatures, tasks
from intake.models.actors import Actor
from intake.models.base import new_uid
from intake.models.dossiers import Case, Event
from intake.models.drafts import empty_draft
from intake.models.people import Person, holders
from intake.models.pieces import Paper, Piece
from intake.secrets_kept import address_token
from workflows import calendar, roles
from workflows.admission.ranks import RETURNED_PLACE
from workflows.calendar import Month
from workflows.engine import Decision, Refusal, StepRefused
from workflows.grammar import (
    AcceptPlace,
    ChangeAddress,
    Consequence,
    DropTasks,
    EmptyDraft,
    FreePlace,
    Freeze,
    GiveCode,
    HoldPlace,
    Letter,
    MovePlace,
    Sign,
    StepBack,
    Task,
    UsePlace,
)
from workflows.lists import EXCEPTIONS
from workflows.signing import CHECKED


@dataclass(frozen=True)
class Made:
    """What was prepared before the lock: the paper to freeze, the evidence of a signature, the sealed copy, a code."""

    kind: str = ""
    template: str = ""
    sha256: str = ""
    """Of the paper to freeze."""
    content: bytes = b""
    parts: Sequence[tuple[str, str]] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    sealed: bytes = b""
    certificate: str = ""
    code: str = ""
    pieces: Sequence[Piece] = ()
    """Documents posted with the step, sealed: they are kept with its event or not at all."""


@dataclass(frozen=True)
class Moment:
    """What an effect works from: the step just written."""

    case: Case
    event: Event
    decision: Decision
    facts: Any
    by: Actor
    made: Made | None = None


# Letters -------------------------------------------------------------------------------------------------------------


def recipients(role: str, case: Case, by: Actor) -> list[Person]:
    """Who is meant by a role of this dossier."""
    dossier, today = case.dossier, moment.today()
    if role == roles.person:
        return [dossier.person] if dossier.person.died_on is None else []
    if role == roles.peer:
        return [dossier.peer] if dossier.peer else _former_peer(case)
    if role == "waits_for":
        waiting = workflows.ALL[case.workflow].state[case.state].waits_for
        named = (roles.person,) if case.memory.get("request") else waiting
        return [one for each in named for one in recipients(each, case, by)]
    if role == "correspondent":
        return _correspondents(case, by)
    if role == roles.circle and case.antenna.programme != "principale":
        return holders(roles.coordinator, today, case.antenna)
    return holders(role, today, case.antenna)


def _former_peer(case: Case) -> list[Person]:
    """The peer whose accompaniment has just ended."""
    uid = case.memory.get("peer") if case.workflow == "accompaniment" else None
    return list(Person.select().where(Person.uid == uid, Person.disabled_at.is_null())) if uid else []


def _correspondents(case: Case, by: Actor) -> list[Person]:
    """The other end of a message: the person, or the peer of a pairing, whoever follows the dossier, or the circle."""
    if by.id != case.dossier.person_id:
        return recipients(roles.person, case, by)
    if case.workflow == "accompaniment" and case.state == "running" and case.dossier.peer:
        return [case.dossier.peer]
    follower = Person.get_or_none(Person.uid == case.memory.get("follower", ""))
    return [follower] if follower else recipients(roles.circle, case, by)


def letter_context(told: Letter, role: str, at: Moment) -> dict[str, Any]:
    """What a letter's template may print."""
    case, person = at.case, at.case.dossier.person
    path = f"/dossier/{case.dossier.uid}" if role != roles.person else "/mon-parcours"
    return {
        "to": roles.person if role == roles.person else role, "who": {
            "first_name": person.called, "last_name": person.last_name, "name": person.name,
            "number": case.dossier.number},
        "link": signing_links.MARK if told.template == signing_links.LETTER and role == roles.person else outbox.link_to(path),
        "memory": case.memory, "answers": at.decision.answers, "step": at.event.step,
        "before": at.event.before, "setting": at.facts.settings.__getitem__, "today": moment.today(),
        "state": case.state, "actor": at.by.called if isinstance(at.by, Person) else "", **at.facts.letter_values(),
    }


@dataclass(frozen=True)
class Owed:
    """A letter as it will leave, to one person."""

    template: str
    to: Person
    subject: str
    body: str
    occasion: str = ""
    own_words: bool = False
    """Its text is what someone wrote in the form of the step."""
    gathered: bool = False
    """It is a line of the day’s letter."""
    language: str = FRENCH


def letters_of(told: Letter, at: Moment) -> list[Owed]:
    """The letter as each of those it is for will read it; people without address among them, to be called instead."""
    answers = at.decision.answers
    if told.when is not None and not told.when(at.facts, answers):
        return []
    occasion = str(told.occasion(at.facts, answers)) if told.occasion else ""
    owed = []
    for role in told.to:
        for person in recipients(role, at.case, at.by):
            addressed = roles.person if person.id == at.case.dossier.person_id else role
            language = outbox.language_of(told.template, person, addressed)
            with speaking(language):
                context = {"prenom": person.called, **letter_context(told, addressed, at)}
                if told.text:
                    subject, body = outbox.as_written(
                        told.template, language, context, str(answers.get(told.subject) or ""),
                        str(answers[told.text]))
                else:
                    subject, body = outbox.render(told.template, language, context)
            gathered = told.gathered and addressed not in (roles.person, roles.peer)
            owed.append(Owed(told.template, person, subject, body, occasion, bool(told.text), gathered, language))
    return owed


def write_letter(told: Letter, at: Moment) -> None:
    """Owe the letter to everyone it is for; those without address are called by telephone instead."""
    by_team = at.by.id is not None and at.by.id != at.case.dossier.person_id
    wait = timedelta(minutes=at.facts.settings["undo.minutes"] if by_team else 0)
    for one in letters_of(told, at):
        if not one.to.email:
            call(at.case, at.event, one.to)
            continue
        outbox.owe_text(
            one.template, one.to, one.subject, one.body, language=one.language, cause=f"event:{at.event.uid}",
            occasion=one.occasion, now=at.event.made_at, not_before=at.event.made_at + wait, event=at.event, case=at.case,
            gathered=one.gathered)


def call(case: Case, event: Event, person: Person) -> None:
    """Nobody without e-mail gets a letter: the circle calls, once for each step."""
    sentence = f"Appeler {person.called}"
    if not tasks.given(event, sentence):
        tasks.open_for(roles.circle, None, sentence, moment.today(), event=event)


# Tasks ---------------------------------------------------------------------------------------------------------------


def tasks_of(told: Task, at: Moment) -> list[tuple[str, Person | None, str, date]]:
    """The work a row gives: role, the one it is for if it names people, sentence, day."""
    if told.when is not None and not told.when(at.facts, at.decision.answers):
        return []
    if told.each is not None:
        rows = told.each(at.facts, at.decision.answers)
        return [(told.role, Person.get(Person.uid == uid), sentence, due) for sentence, due, uids in rows for uid in uids]
    uids = told.people(at.facts, at.decision.answers) if told.people else [None]
    people = [Person.get_or_none(Person.uid == uid) if uid else None for uid in uids]
    return [(told.role, person, told.sentence, task_due(told, at)) for person in people]


def give_task(told: Task, at: Moment) -> None:
    """Give work to a role, or to the people the row names."""
    days = sorted(told.rings(at.facts, at.decision.answers)) if told.rings else []
    ahead = [day for day in days if day > at.facts.today]
    for role, person, sentence, due in tasks_of(told, at):
        tasks.open_for(role, person, sentence, due, event=at.event, closes_with=told.closes_with, rings=ahead,
                       tells=told.tells, notice=told.notice)


def task_due(told: Task, at: Moment) -> date:
    """The day a task is due: never a closed day."""
    if told.due is not None:
        due: date = told.due(at.facts, at.decision.answers)
        return due
    days = at.facts.settings[told.days] if isinstance(told.days, str) else told.days
    if told.working:
        return calendar.add_working_days(at.facts.today, days)
    return calendar.working_day_on_or_after(at.facts.today + timedelta(days=days)) if days else at.facts.today


def drop_tasks(told: DropTasks, at: Moment) -> None:
    """Close the tasks that no longer make sense."""
    tasks.answered(at.event, told.closes_with)


# Places, papers, addresses -------------------------------------------------------------------------------------------


def hold_place(told: HoldPlace, at: Moment) -> None:
    """Take a free place of the month for this case, and say in the journal why for this one."""
    month = told.month(at.facts, at.decision.answers)
    places.hold(at.case, month)
    served.offered(at.case, Month.parse(month), at.event, lifted=at.decision.lifted,
                   motive=EXCEPTIONS.labels(at.facts.settings).get(at.case.memory.get("motive"), ""))


def accept_place(_: AcceptPlace, at: Moment) -> None:
    """The person said yes."""
    places.move_on(at.case, "held", "accepted")


def use_place(_: UsePlace, at: Moment) -> None:
    """The person is in."""
    places.move_on(at.case, "accepted", "used")


def free_place(_: FreePlace, at: Moment) -> None:
    """The place returns to its month, or is lost with it; the journal of the list says why."""
    held = places.of(at.case)
    places.free(at.case, at.facts.today)
    if held is not None:
        served.returned(at.case, held.month, at.event, RETURNED_PLACE.get(at.event.step, ""))


def move_place(told: MovePlace, at: Moment) -> None:
    """Free and take in one transaction."""
    places.free(at.case, at.facts.today)
    places.hold(at.case, told.month(at.facts, at.decision.answers), status="accepted")


def erase_draft(told: EmptyDraft, at: Moment) -> None:
    """Nothing is kept of what was not sent."""
    if told.when is None or told.when(at.facts, at.decision.answers):
        empty_draft(at.case)


def freeze(told: Freeze, at: Moment) -> None:
    """Keep the document made before the lock."""
    if at.made is None:
        raise ValueError(f"{told.paper}: the paper is made before the step is taken")
    Paper.insert(uid=new_uid(), case=at.case, event=at.event, kind=at.made.kind, template=at.made.template,
                 sha256=at.made.sha256, content=at.made.content, parts=[list(part) for part in at.made.parts],
                 made_at=at.event.made_at).execute()
    signatures.ask(at.case, at.event, at.made.sha256)


def sign(told: Sign, at: Moment) -> None:
    """Use up what was asked of the person, or keep the sealed copy; the evidence lies with the event."""
    if at.made is None or not at.made.evidence:
        raise ValueError("the evidence of a signature is made before the step is taken")
    request = signatures.of(at.case)
    if not told.seals and (request is None or not signatures.spend(request, at.event.made_at)):
        raise StepRefused(Refusal("Ce contrat est déjà signé, ou il a été repris depuis. Rechargez la page."))
    if told.seals and at.made.sealed:
        paper = Paper.select(Paper.id).where(
            Paper.case == at.case, Paper.event.is_null(False)).order_by(Paper.id.desc()).get()
        signatures.keep_sealed(paper, at.event, at.made.sealed, hashlib.sha256(at.made.sealed).hexdigest(),
                               at.made.certificate, at.event.made_at)


def give_code(_: GiveCode, at: Moment) -> None:
    """Keep the digest of a code that someone is about to read out."""
    request = signatures.of(at.case)
    if at.made is None or not at.made.code or not isinstance(at.by, Person):
        raise ValueError("the code is made before the step is taken")
    how = str(at.decision.answers.get("checked", ""))
    if request is None or not signatures.give_code(request, at.made.code, at.event.made_at, at.by, CHECKED[how]):
        raise StepRefused(Refusal(
            "Trop de codes ont été donnés pour ce document. L’équipe support le reprend, ou il est signé sur papier."))


TOLD = {"phone": "phone", "last_name": "last_name", "preferred_name": "usual_name"}
"""What an answer says of the person: its name, and the column it is written in."""


def change_address(_: ChangeAddress, at: Moment) -> None:
    """Write the new telephone and what one is called; a new address waits until it has proved itself."""
    answers, person = at.decision.answers, at.case.dossier.person
    told = {column: answers[name] for name, column in TOLD.items() if answers.get(name)}
    if told:
        Person.update(**told).where(Person.id == person.id).execute()
        search.index(at.case.dossier)
    new = str(answers.get("email") or "")
    if new and new != person.email:
        context = letter_context(Letter("address_changed"), roles.person, at)
        outbox.owe("address_changed", person, cause=f"event:{at.event.uid}", occasion="new", now=at.event.made_at,
                   event=at.event, case=at.case, address=new, context={
                       **context, "confirm": True, "link": outbox.link_to(f"/adresse/{address_token(person, new)}")})


APPLY: dict[type, Callable[[Any, Moment], None]] = {
    Letter: write_letter, Task: give_task, DropTasks: drop_tasks, HoldPlace: hold_place, AcceptPlace: accept_place,
    UsePlace: use_place, FreePlace: free_place, MovePlace: move_place, EmptyDraft: erase_draft,
    Freeze: freeze, Sign: sign, GiveCode: give_code, ChangeAddress: change_address,
}


# Telling -------------------------------------------------------------------------------------------------------------


def tell(consequence: Consequence, facts: Any) -> str:
    """What a consequence does to the case itself, in a sentence; letters and tasks are told by `intake.foresight`."""
    match consequence:
        case HoldPlace() | MovePlace():
            return "Une place est retenue pour ce mois."
        case FreePlace():
            return "La place est rendue."
        case StepBack():
            return f"La personne recule de {facts.settings['offers.step_back']} places."
        case EmptyDraft():
            return "Les réponses non envoyées sont effacées."
        case Freeze():
            return "Le document est figé, avec son empreinte."
        case Sign(seals=True):
            return "Le document signé est scellé avec son dossier de preuve. La personne et la cogérance en reçoivent copie."
        case workflows.grammar.Open(workflow=name, when=when):
            return f"{'Selon le cas, une' if when else 'Une'} démarche s’ouvre : {workflows.ALL[name].title}."
    return ""
