"""The words a workflow is written in: states, steps, rules and consequences, all plain values."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

from wtforms import Form

from workflows.calendar import paris_day
from workflows.consequences import (
    AcceptPlace as AcceptPlace,
    Answers as Answers,
    ChangeAddress as ChangeAddress,
    Consequence as Consequence,
    DropTasks as DropTasks,
    EmptyDraft as EmptyDraft,
    FreePlace as FreePlace,
    Freeze as Freeze,
    FromStep as FromStep,
    GiveCode as GiveCode,
    HoldPlace as HoldPlace,
    Letter as Letter,
    MovePlace as MovePlace,
    Open as Open,
    Remember as Remember,
    Sign as Sign,
    StepBack as StepBack,
    TakeStep as TakeStep,
    Task as Task,
    Undo as Undo,
    UsePlace as UsePlace,
)
from workflows.roles import Role
from workflows.settings import DEFAULTS

Memory = Mapping[str, Any]


class StepForm(Form):
    """A form of a step. Fields are read by `readers`, or by those of `seen_by`; `sealed` ones are stored encrypted."""

    readers: tuple[Role, ...] = ("circle", "support")
    seen_by: Mapping[str, tuple[Role, ...]] = {}
    sealed: frozenset[str] = frozenset()
    checklist = False
    """Boxes ticked one by one as things get done: none of them is said to be optional."""
    follows: Mapping[str, tuple[str, str]] = {}
    """Field → (the choice it follows, the value it follows): shown under it, forgotten with it (SCREENS F61, F62)."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every answer; one whose question no longer applies is forgotten, and never blocks."""
        for name in self.dropped:
            self[name].process(None, data=None)
        return bool(super().validate(extra_validators))

    @property
    def dropped(self) -> tuple[str, ...]:
        """The fields whose question does not apply to what is answered."""
        return tuple(name for name, (leader, value) in self.follows.items() if getattr(self[leader], "shown", str)() != value)

    def suites(self, leader: str) -> dict[str, Any]:
        """The fields shown under the choices of a field, by value of the choice."""
        return {value: self[name] for name, (led_by, value) in self.follows.items() if led_by == leader}


# What a rule may know ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """What a step is about: an earlier event of the case (a meeting, a review, an opinion)."""

    uid: str
    step: str
    author: str
    answers: Answers = field(default_factory=dict)
    undone: bool = False
    """Taken back by « Annuler »."""


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """What the rules of every workflow may know; each workflow adds its own. `intake.facts` reads it, tests write it."""

    now: datetime
    state: str = ""
    memory: Memory = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=lambda: DEFAULTS)
    actor: str = ""
    """uid of the person who acts; empty for the clock."""
    first_name: str = ""
    """First name of the person of the dossier, for sentences."""
    about: Item | None = None
    pages: Mapping[str, Answers] = field(default_factory=dict)
    """Saved pages of the questionnaire of this state, by name."""
    pages_left: Sequence[str] = ()
    """Those still to be filled in."""
    known: Mapping[str, Any] = field(default_factory=dict)
    """What the person told before, by name of field: pages come filled in with it."""
    team: tuple[tuple[str, str], ...] = ()
    """(uid, name) of the people a form may let one choose."""
    silent: bool = False
    """The person has died: nothing is sent to them, reminders and reviews stop (JOURNEY §5.6)."""

    @property
    def today(self) -> date:
        """The day in Europe/Paris."""
        return paris_day(self.now)

    @property
    def since(self) -> datetime:
        """When the present state was entered."""
        return self.instant("since") or self.now

    @property
    def moved(self) -> datetime:
        """When somebody, not the clock, last did something in this case."""
        return self.instant("moved") or self.since

    def taken(self, step: str) -> datetime | None:
        """When a step was last taken in this case."""
        stamp = self.memory.get("taken", {}).get(step)
        return datetime.fromisoformat(stamp) if stamp else None

    def instant(self, name: str) -> datetime | None:
        """An instant the case remembers."""
        stamp = self.memory.get(name)
        return datetime.fromisoformat(stamp) if stamp else None

    def day(self, name: str) -> date | None:
        """A day the case remembers."""
        stamp = self.memory.get(name)
        return date.fromisoformat(stamp) if stamp else None

    @property
    def derogations(self) -> Mapping[str, str]:
        """Rules lifted by the cogérance and not yet used: name → event of the derogation."""
        lifted: Mapping[str, str] = self.memory.get("derogations", {})
        return lifted

    def letter_values(self) -> dict[str, Any]:
        """What letters may print besides memory and answers; a workflow adds its own (rank, forecast)."""
        return {"rank": None, "total": None, "forecast": "", "deadline": self.memory.get("deadline")}

    @property
    def request(self) -> Mapping[str, Any] | None:
        """The complement asked of the person and not yet answered."""
        return self.memory.get("request")


@dataclass(frozen=True)
class Told:
    """A sentence for the person, bare, with the values it prints."""

    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)


# Rules ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """Whether a rule holds, with the values its sentence prints."""

    ok: bool
    values: Mapping[str, Any] = field(default_factory=dict)


def holds(ok: object, **values: Any) -> Verdict:
    """The verdict of a rule: whether it holds, and the values of its sentence."""
    return Verdict(bool(ok), values)


RuleKind = Literal["law", "house", "warning", "choice"]


@dataclass(frozen=True)
class Rule:
    """A sentence and a pure predicate over the facts, and over the answers when it takes two arguments."""

    name: str
    kind: RuleKind
    sentence: str
    check: Callable[..., Verdict | bool]
    article: str = ""
    lifted_by: Role = ""
    reads_answers: bool = False
    doc: str = ""

    def verdict(self, facts: CaseFacts, answers: Answers) -> Verdict:
        """Apply the predicate."""
        found = self.check(facts, answers) if self.reads_answers else self.check(facts)
        return found if isinstance(found, Verdict) else Verdict(bool(found))


Check = Callable[..., Verdict | bool]


def _rule(kind: RuleKind, sentence: str, article: str = "", lifted_by: Role = "") -> Callable[[Check], Rule]:
    def declare(check: Check) -> Rule:
        return Rule(
            name=check.__name__, kind=kind, sentence=sentence, check=check, article=article, lifted_by=lifted_by,
            reads_answers=len(inspect.signature(check).parameters) > 1, doc=inspect.getdoc(check) or "",
        )
    return declare


def law(sentence: str, article: str) -> Callable[[Check], Rule]:
    """A rule of law: it blocks, cites its article, and nobody lifts it."""
    return _rule("law", sentence, article)


def house(sentence: str, lifted_by: Role = "cogerance") -> Callable[[Check], Rule]:
    """A rule of the house: it blocks; `lifted_by` may derogate in writing, or nobody when empty (⊘ in JOURNEY)."""
    return _rule("house", sentence, lifted_by=lifted_by)


def warning(sentence: str, article: str = "") -> Callable[[Check], Rule]:
    """A rule that is shown and blocks nothing."""
    return _rule("warning", sentence, article)


def choice(check: Check) -> Rule:
    """A rule without sentence, that only chooses between rows of the same name."""
    return _rule("choice", "")(check)


# States and steps ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """One page of a long questionnaire, saved on its own."""

    name: str
    title: str
    form: type[StepForm]
    section: str = ""
    task: str = ""
    """The line of the task list that leads to it; pages of one task follow each other. Its own title when empty."""
    applies: Callable[[Any], bool] | None = None
    """facts → whether the page is asked at all."""
    fill: Callable[[Any, Any], None] | None = None
    carried: Mapping[str, str] = field(default_factory=dict)
    """Field → what the person already told under that name (`facts.known`): it comes filled in, nothing is asked twice."""
    told: Callable[[Any], Sequence[Told]] | None = None
    """facts → what is read before its questions."""


@dataclass(frozen=True)
class State:
    """Where a case may stand."""

    name: str
    label: str
    waits_for: tuple[Role, ...] = ()
    """Who acts next; empty in a closed state."""
    closed: bool = False
    ladder: bool = False
    """Whether the silence ladder of JOURNEY §3 runs here."""
    next_steps: tuple[str, ...] = ()
    """The steps that move it on, the most likely first: the dossier's next action."""
    behind: Callable[[Mapping[str, Any]], Collection[str]] | None = None
    """Of `next_steps`, those that are done, as the memory of the case says; the next action is the first that is not."""
    says: str = ""
    """What the person reads: where I am, what happens next. One or two short sentences."""
    pages: str = ""
    """Name of the questionnaire that is filled in here."""
    own_label: str = ""
    """What its person reads in place of `label`, where that speaks of the team's work (« À lire »)."""


@dataclass(frozen=True, eq=False)
class Step:
    """One row: who, from where, to where, with which form, under which rules, with which consequences."""

    name: str
    label: str | None
    """The button; None when nobody presses it."""
    sources: tuple[str, ...]
    """Where it starts; empty where a case begins."""
    dest: str | None
    """Where it leads; None when it stays (`=`) or restores (`undo`)."""
    by: Role | tuple[Role, ...]
    form: type[StepForm] | None = None
    fill: Callable[[Any, Any], None] | None = None
    """fill(form, facts): gives choices and first values."""
    chosen_if: Sequence[Rule] = ()
    """Rules that choose between rows of one name."""
    only_if: Sequence[Rule] = ()
    then: Sequence[Consequence] = ()
    due: Callable[[Any], datetime | None] | None = None
    """For the clock: when this row is due, or None."""
    about: str = ""
    """Step whose event this one is about (an opinion, a meeting, a review)."""
    pages: str = ""
    """Questionnaire that this step sends: its saved pages are its answers."""
    effective: FromStep | None = None
    """The day it takes effect, when it is not the day it is taken."""
    past: str = ""
    """The history's words after a name: « a proposé une place »."""
    hint: str = ""
    """What happens, told before the button."""
    before: Callable[[Any], Sequence[Told]] | None = None
    """before(facts): what the person reads before taking it, with its figures and dates; in place of `hint`."""
    warns: Callable[[Any], Sequence[Told]] | None = None
    """warns(facts): what its page warns of before the form, with its figures and dates; it blocks nothing."""
    decision: bool = False
    """Shown by the filter « Décisions seulement »."""
    final: bool = False
    """Never undone: a signature, a vote."""
    quiet: bool = False
    """Leaves the version unchanged: makes nobody's page stale."""
    again_label: str = ""
    """The button where the step leads back to the state one is in: « Changer de réunion »."""
    team_label: str = ""
    """The button on somebody else's dossier, where `label` speaks as its person does (« ma demande »)."""

    @cached_property
    def roles(self) -> frozenset[Role]:
        """Who may take it."""
        return frozenset((self.by,) if isinstance(self.by, str) else self.by)

    def shown_to(self, roles: Collection[Role], state: str) -> Step:
        """The row with the button these roles read in this state: its person’s words, the team’s, or those of a second time."""
        row = self._of_the_team if self.team_label and "person" not in roles else self
        return self._again if self.again_label and state == self.dest else row

    @cached_property
    def _of_the_team(self) -> Step:
        return replace(self, label=self.team_label)

    @cached_property
    def _again(self) -> Step:
        return replace(self, label=self.again_label)

    @property
    def opens(self) -> bool:
        """Whether a case begins here."""
        return not self.sources

    @property
    def undoable(self) -> bool:
        """Whether its author may undo it within `undo.minutes`: never a signature, a vote, a person's or the clock's."""
        return not (self.final or self.quiet or self.roles <= {"person", "clock"})


@dataclass(frozen=True, eq=False)
class Workflow:
    """One journey: its states, its steps, its questionnaires."""

    name: str
    title: str
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    pages: Mapping[str, tuple[Page, ...]] = field(default_factory=dict)
    closing_step: str = ""
    """The step that closes a case opened by a step that is undone."""
    closing_state: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Former state → present one; applied by `intake init` as the clock step `rename`."""

    @cached_property
    def state(self) -> Mapping[str, State]:
        """States by name."""
        return {state.name: state for state in self.states}

    @cached_property
    def open_states(self) -> tuple[str, ...]:
        """Names of the states in which somebody still has to act."""
        return tuple(state.name for state in self.states if not state.closed)

    def rows(self, name: str) -> tuple[Step, ...]:
        """The rows of one name, in the order they are tried."""
        return self._rows.get(name, ())

    @cached_property
    def _rows(self) -> Mapping[str, tuple[Step, ...]]:
        found: dict[str, list[Step]] = {}
        for row in self.steps:
            found.setdefault(row.name, []).append(row)
        return {name: tuple(rows) for name, rows in found.items()}

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """Every rule of this workflow by name."""
        return {rule.name: rule for row in self.steps for rule in (*row.chosen_if, *row.only_if)}

    @cached_property
    def closers(self) -> frozenset[str]:
        """Steps that close a task of this workflow."""
        return frozenset(
            name for row in self.steps for then in row.then if isinstance(then, Task) for name in then.closes_with
        )
