"""What a step will do, told before its button: state, rank, letters, tasks; and whether it still does just that.

Two ways lead to it. `before()` works it out without writing, for a page one opens; what depends on answers not given
yet is left open. `written()` reads it in the transaction of the step itself: `take_step(told=…)` compares, and takes
everything back when someone would be surprised (TRUST 3.24).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import workflows
from intake import effects, outbox, words
from intake.effects import Moment, Owed
from intake.language import speaking
from intake.models.actors import Actor
from intake.models.dossiers import Case, Dossier, Event
from intake.models.letters import Letter as LetterRow
from intake.models.people import Person
from intake.models.tasks import Task as TaskRow
from workflows.engine import BEGIN, Decision
from workflows.grammar import Letter, Open, Remember, Step, TakeStep, Task
from workflows.roles import LABELS

OWN_WORDS = frozenset({"message"})
"""Letters that say what their form says, and nothing else."""

CLOSED = "Cette lettre porte un code pour signer : seule la personne qui la reçoit la lit."


class NotSaidYet(Exception):
    """Something depends on an answer that is not given yet."""


class Unsaid(Mapping[str, Any]):
    """Answers that nobody has given yet: whoever looks learns it."""

    def __getitem__(self, name: str) -> Any:
        raise NotSaidYet(name)

    def __iter__(self) -> Iterator[str]:
        raise NotSaidYet

    def __len__(self) -> int:
        raise NotSaidYet

    def __contains__(self, name: object) -> bool:
        raise NotSaidYet

    def get(self, name: str, default: Any = None) -> Any:
        """No answer, not even none."""
        raise NotSaidYet(name)


@dataclass(frozen=True)
class ToldLetter:
    """A letter: to whom, and its exact text; no text while it depends on answers."""

    template: str
    to: str
    subject: str = ""
    body: str = ""


@dataclass(frozen=True)
class Foreseen:
    """What a step does. `whole` is false while part of it depends on answers or on other cases."""

    change: str = ""
    letters: tuple[ToldLetter, ...] = ()
    tasks: tuple[str, ...] = ()
    whole: bool = True

    @property
    def digest(self) -> str:
        """What the form carries: another result makes another digest; empty while something is left open."""
        told = [self.change, *sorted((one.template, one.to, one.subject, one.body) for one in self.letters)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32] if self.whole else ""

    @property
    def by_text(self) -> list[tuple[list[str], ToldLetter]]:
        """The letters, those that differ by their greeting alone told together: (names, one of them)."""
        found: dict[tuple[str, str, str], list[ToldLetter]] = {}
        for one in self.letters:
            _, _, words_after = one.body.partition("\n")
            found.setdefault((one.template, one.subject, words_after), []).append(one)
        return [([one.to for one in same], same[0]) for same in found.values()]

    @property
    def surprises(self) -> bool:
        """Whether somebody would get something that was not shown."""
        return bool(self.letters)


class Surprise(Exception):
    """The step would do something else than its page told; `foreseen` says what, nothing is written."""

    def __init__(self, foreseen: Foreseen, told: str) -> None:
        super().__init__("the step does not do what its page told")
        self.foreseen = foreseen
        self.first = not told
        """Its page could not tell yet; otherwise things have changed since."""


def expect(told: str, foreseen: Foreseen) -> None:
    """Nothing leaves that was not shown. Raises Surprise."""
    if told != foreseen.digest and (told or foreseen.surprises):
        raise Surprise(foreseen, told)


# Before --------------------------------------------------------------------------------------------------------------


def before(case: Case, row: Step, facts: Any, by: Actor) -> Foreseen:
    """What a row would do now, as far as can be told before its answers."""
    at = supposed(case, row, facts, by)
    letters: list[ToldLetter] = []
    owed: set[tuple[str, str, str]] = set()
    tasks: list[str] = []
    whole = not _elsewhere(case, row)
    for then in row.then:
        if isinstance(then, Letter) and not _own(then):
            try:
                letters += [shown(one, case) for one in effects.letters_of(then, at) if _new(one, owed)]
            except NotSaidYet:
                whole = False
                letters += _unwritten(then, at)
        elif isinstance(then, Task):
            try:
                tasks += [task_in_words(*given) for given in effects.tasks_of(then, at)]
            except NotSaidYet:
                said = task_in_words(then.role, None, then.sentence, None)
                tasks.append(f"Selon vos réponses, {said[0].lower()}{said[1:]}" if _hangs(then, at) else said)
    return Foreseen(change_of(case, row, facts), tuple(letters), tuple(tasks), whole)


def _hangs(then: Task, at: Moment) -> bool:
    """Whether it is the answers that say if there is such work at all."""
    try:
        return bool(then.when and not then.when(at.facts, at.decision.answers))
    except NotSaidYet:
        return True


def supposed(case: Case, row: Step, facts: Any, by: Actor) -> Moment:
    """The moment just after the step, in memory alone."""
    unsaid: Any = Unsaid()
    after = Case(**{**case.__data__, "state": row.dest or case.state})
    after.dossier = Dossier(**case.dossier.__data__)
    after.dossier.person, after.antenna = case.dossier.person, case.antenna
    after.memory = remembered(case, row, facts)
    after.dossier.peer = _peer(after, case)
    event = Event(uid="", step=row.name, before=case.state, after=after.state, made_at=facts.now)
    decision = Decision(row, case.state or BEGIN, after.state, "", unsaid, tuple(row.then))
    return Moment(after, event, decision, facts, by)


def remembered(case: Case, row: Step, facts: Any) -> Any:
    """The memory after the step; unsaid as a whole once part of it depends on answers."""
    kept = dict(case.memory)
    try:
        for then in row.then:
            if isinstance(then, Remember):
                kept |= then.what(facts, Unsaid())
    except NotSaidYet:
        return Unsaid()
    return {name: value for name, value in kept.items() if value is not None}


def _peer(after: Case, case: Case) -> Person | None:
    """Whom the letters call the peer once the step is taken."""
    if case.workflow != "accompaniment" or isinstance(after.memory, Unsaid):
        return case.dossier.peer
    uid = after.memory.get("peer") if not workflows.ALL[case.workflow].state[after.state].closed else None
    return Person.get_or_none(Person.uid == uid) if uid else None


def _new(letter: Owed, owed: set[tuple[str, str, str]]) -> bool:
    """Whether this letter has an address, and was not owed to it already under another role."""
    key = (letter.template, letter.to.email or "", letter.occasion)
    if not letter.to.email or key in owed:
        return False
    owed.add(key)
    return True


def _own(then: Letter) -> bool:
    return bool(then.text) or then.template in OWN_WORDS


def _unwritten(then: Letter, at: Moment) -> list[ToldLetter]:
    """To whom a letter goes whose words are not known yet."""
    try:
        people = [one for role in then.to for one in effects.recipients(role, at.case, at.by) if one.email]
    except NotSaidYet:
        return [ToldLetter(then.template, LABELS.get(role, role)) for role in then.to]
    return [ToldLetter(then.template, _named(one, at.case)) for one in people]


def _elsewhere(case: Case, row: Step) -> bool:
    """Whether other cases may write letters too: only the step itself can tell."""
    for then in row.then:
        if isinstance(then, (TakeStep, Open)):
            rows = workflows.ALL[then.workflow].rows(then.step)
            writes = any(isinstance(one, (Letter, TakeStep)) for other in rows for one in other.then)
            if writes and (isinstance(then, Open) or _standing(case, then.workflow, rows)):
                return True
    return False


def _standing(case: Case, workflow: str, rows: Iterable[Step]) -> bool:
    sources = {state for row in rows for state in row.sources}
    return bool(Case.select(Case.id).where(
        Case.dossier == case.dossier, Case.workflow == workflow, Case.state.in_(sources)).exists())


# As written ----------------------------------------------------------------------------------------------------------


def written(case: Case, row: Step, event: Event, change: str) -> Foreseen:
    """What the step has just written, in its own transaction; `change` was worded on the facts it was decided on."""
    tree, wave = [event], [event]
    while wave:
        wave = list(Event.select().where(Event.cause.in_(wave)).order_by(Event.id))
        tree += wave
    own = {then.template for then in row.then if isinstance(then, Letter) and _own(then)}
    rows = LetterRow.select(LetterRow, Person).join(Person, on=LetterRow.recipient).where(
        LetterRow.event.in_(tree)).order_by(LetterRow.id)
    letters = tuple(ToldLetter(one.template, _named(one.recipient, case), one.subject, _readable(one.template, one.body))
                    for one in rows
                    if not (one.event_id == event.id and one.template in own
                            and _wrote(one, case)))
    given = TaskRow.select().where(TaskRow.opened_by.in_(tree), TaskRow.closed_at.is_null()).order_by(TaskRow.id)
    tasks = tuple(task_in_words(one.role, one.person, one.sentence, one.due_on) for one in given)
    others = [_moved(one) for one in tree[1:]]
    return Foreseen(change, letters, (*others, *tasks))


def _wrote(letter: LetterRow, case: Case) -> bool:
    """Whether a letter holds the words of the form: it goes to the person, or is a message."""
    return letter.template in OWN_WORDS or letter.recipient_id == case.dossier.person_id


def _moved(event: Event) -> str:
    """What becomes of another case."""
    workflow = workflows.ALL[event.case.workflow]
    return f"{workflow.title} : « {workflow.state[event.after].label} »."


# In words ------------------------------------------------------------------------------------------------------------


def shown(owed: Owed, case: Case) -> ToldLetter:
    """A letter as the page shows it."""
    return ToldLetter(owed.template, _named(owed.to, case), owed.subject, _readable(owed.template, owed.body))


def _readable(template: str, body: str) -> str:
    """The text of a letter, unless it holds a code that is not the reader's."""
    return CLOSED if template in outbox.CODED else body


def _named(person: Person, case: Case) -> str:
    """Who gets a letter; the person of the dossier by first name, since a peer who is only asked knows no more."""
    return person.called if person.id == case.dossier.person_id else person.name


def task_in_words(role: str, person: Person | None, sentence: str, due: Any) -> str:
    """« Équipe support : « Rendre l’avis de l’équipe », avant le 3 avril. »"""
    who = person.name if person is not None else LABELS.get(role, "qui doit agir")
    when = f", avant le {words.short_day(due)}" if due else ""
    return f"À faire par {who} : « {sentence} »{when}."


def change_of(case: Case, row: Step, facts: Any) -> str:
    """« Jeanne passe de Rencontre à Liste d’attente, 10e place, entrée estimée entre mai et juin 2027. »"""
    states = workflows.ALL[case.workflow].state
    before, after = case.state, row.dest or case.state
    if before == after or before not in states or after not in states:
        return ""
    said = f"{case.dossier.person.called} passe de {states[before].label} à {states[after].label}"
    if after == "waiting":
        known = facts.letter_values()
        said += f", {words.rank(known['rank'])} place" if known.get("rank") else ""
        said += f", entrée estimée {known['forecast']}" if known.get("forecast") else ""
    return f"{said}."


def draft(form: Any, case: Case, row: Step, facts: Any, by: Actor) -> None:
    """Begin the letter that a form lets one write: its subject and text, from its template."""
    told = next((then for then in row.then if isinstance(then, Letter) and then.text), None)
    if told is None or form is None or form[told.text].raw_data or form[told.text].data:
        return
    at = supposed(case, row, facts, by)
    nothing = replace(at, decision=replace(at.decision, answers={}))
    if isinstance(at.case.memory, Unsaid):
        at.case.memory = dict(case.memory)
    person = case.dossier.person
    language = outbox.language_of(told.template, person)
    with speaking(language):
        context = {"prenom": person.called, **effects.letter_context(told, "person", nothing)}
    form[told.subject].data, form[told.text].data = outbox.draft(told.template, language, context)
