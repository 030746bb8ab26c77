"""What may happen now, and what follows: `open_steps` and `decide`. The only module that knows `transitions`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

from transitions import EventData, Machine, MachineError

from workflows.grammar import Answers, CaseFacts, Consequence, Rule, Step, StepForm, Workflow
from workflows.lists import offer_entries
from workflows.roles import LABELS, Role

BEGIN = "–"
"""The state of a case that has not begun."""


@dataclass(frozen=True)
class Refusal:
    """Why a step cannot be taken: a bare sentence, its values, and who can lift it."""

    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)
    rule: str = ""
    kind: str = "house"
    article: str = ""
    lifted_by: Role = ""


class StepRefused(Exception):
    """The step cannot be taken now; `refusals` say why, in sentences for people (409)."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__("; ".join(refusal.sentence for refusal in refusals))
        self.refusals = refusals


class NotTheirs(StepRefused):
    """The step exists, but belongs to other roles; pages answer 404."""


class AnswersInvalid(Exception):
    """The answers need work; `form` holds them as typed, with a sentence by field (422)."""

    def __init__(self, form: StepForm) -> None:
        super().__init__(", ".join(form.errors))
        self.form = form


@dataclass(frozen=True)
class Decision:
    """What taking the step means: `intake.cases` writes it."""

    step: Step
    before: str
    after: str
    role: Role
    answers: Answers
    consequences: tuple[Consequence, ...]
    lifted: tuple[str, ...] = ()
    """House rules that only a derogation let pass; it is used up."""
    warnings: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class OpenStep:
    """A step of this state for these roles: possible, or every reason why not."""

    step: Step
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[Refusal, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether it can be taken now, as far as can be told before the answers."""
        return not self.refusals


@dataclass
class _Throwaway:
    """What the machine moves: a state and the row that was picked; never a stored case."""

    state: str
    row: Step


@cache
def machine(workflow: Workflow) -> Machine:
    """The workflow as a `transitions.Machine`, built once, holding no model."""
    built = Machine(
        model=None, states=[BEGIN, *workflow.state], initial=BEGIN, auto_transitions=False, send_event=True,
    )
    for row in workflow.steps:
        def picked(event: EventData, row: Step = row) -> bool:
            return cast(_Throwaway, event.model).row is row

        dest = row.dest or "="
        built.add_transition(row.name, list(row.sources) or [BEGIN], dest, conditions=[picked])
    return built


def open_steps(workflow: Workflow, state: str, roles: Collection[Role], facts: CaseFacts) -> list[OpenStep]:
    """Every step of this state that concerns these roles, possible or with its reasons.

    Rules that read the answers are left for `decide`. Steps about an item are shown once the item is known.
    """
    shown: list[OpenStep] = []
    seen: set[str] = set()
    for row in workflow.steps:
        if row.name in seen or not _starts(row, state) or not row.roles & frozenset(roles):
            continue
        if any(not rule.verdict(facts, {}).ok for rule in row.chosen_if if not rule.reads_answers):
            continue
        seen.add(row.name)
        refusals, warnings, _ = _judge(row, facts, None)
        shown.append(OpenStep(row.shown_to(roles, state), refusals, warnings))
    return shown


def decide(
    workflow: Workflow, name: str, *, state: str, roles: Collection[Role], facts: CaseFacts,
    raw: Mapping[str, Any], asks: bool = True,
) -> Decision:
    """Decide what taking this step means.

    `raw` holds the posted text; with `asks` false (a step caused by another one) no form is asked.
    Raises NotTheirs, StepRefused or AnswersInvalid, in that order.
    """
    rows = [row for row in workflow.rows(name) if _starts(row, state)]
    if not rows:
        raise StepRefused(not_from_here(workflow, state))
    rows = [row for row in rows if row.roles & frozenset(roles)]
    if not rows:
        raise NotTheirs(Refusal("Cette action revient à {qui}.", {"qui": who(workflow.rows(name)[0])}))
    answers = _answers(rows[0], facts, raw) if asks else {}
    return _choose(workflow, rows, state, frozenset(roles), facts, answers)


def blank_form(step: Step, facts: CaseFacts, typed: Mapping[str, Any] | None = None) -> StepForm | None:
    """The form of a step, filled with its choices, and with what was typed if anything was; None when it asks nothing now."""
    if step.form is None:
        return None
    form = step.form(_Posted(typed) if typed is not None else None)
    offer_entries(form, facts.settings)
    if step.fill:
        step.fill(form, facts)
    return form if list(form) else None


def not_from_here(workflow: Workflow, state: str) -> Refusal:
    """The sentence for a step that does not start from this state."""
    label = workflow.state[state].label if state in workflow.state else state
    return Refusal("Cette action n’est pas possible à l’étape « {étape} ».", {"étape": label})


def who(step: Step) -> str:
    """The roles of a row, in words."""
    named = [LABELS[role] for role in LABELS if role in step.roles]
    return " ou ".join(named) or "une autre étape"


def _starts(row: Step, state: str) -> bool:
    return state in row.sources if row.sources else state in ("", BEGIN)


def _choose(
    workflow: Workflow, rows: list[Step], state: str, roles: frozenset[Role], facts: CaseFacts, answers: Answers,
) -> Decision:
    """The first row whose rules hold; else the refusals of the first one that was meant."""
    refused: tuple[Refusal, ...] = ()
    for row in rows:
        if any(not rule.verdict(facts, answers).ok for rule in row.chosen_if):
            continue
        refusals, warnings, lifted = _judge(row, facts, answers)
        if refusals:
            refused = refused or refusals
            continue
        return Decision(
            step=row, before=state, after=_fire(workflow, row, state), role=_role(row, roles), answers=answers,
            consequences=tuple(row.then), lifted=lifted, warnings=warnings,
        )
    raise StepRefused(*(refused or (not_from_here(workflow, state),)))


def _fire(workflow: Workflow, row: Step, state: str) -> str:
    """Let the machine move a throw-away case, and answer where it stands."""
    case = _Throwaway(state or BEGIN, row)
    try:
        moved = machine(workflow).events[row.name].trigger(case)
    except (MachineError, ValueError) as error:
        raise StepRefused(not_from_here(workflow, state)) from error
    if not moved:
        raise StepRefused(not_from_here(workflow, state))
    return case.state


def _judge(
    row: Step, facts: CaseFacts, answers: Answers | None,
) -> tuple[tuple[Refusal, ...], tuple[Refusal, ...], tuple[str, ...]]:
    """Refusals, warnings and rules lifted by a derogation; rules over answers wait while there are none."""
    refusals, warnings, lifted = [], [], []
    for rule in row.only_if:
        if rule.reads_answers and answers is None:
            continue
        verdict = rule.verdict(facts, answers or {})
        if verdict.ok:
            continue
        if rule.kind == "warning":
            warnings.append(_refusal(rule, verdict.values))
        elif rule.lifted_by and rule.name in facts.derogations:
            lifted.append(rule.name)
        else:
            refusals.append(_refusal(rule, verdict.values))
    return tuple(refusals), tuple(warnings), tuple(lifted)


def _refusal(rule: Rule, values: Mapping[str, Any]) -> Refusal:
    return Refusal(rule.sentence, values, rule.name, rule.kind, rule.article, rule.lifted_by)


def _role(row: Step, roles: frozenset[Role]) -> Role:
    """The role under which the step is taken: the row's first one that the actor holds."""
    named: Iterable[Role] = (row.by,) if isinstance(row.by, str) else row.by
    return next(role for role in named if role in roles)


def _answers(row: Step, facts: CaseFacts, raw: Mapping[str, Any]) -> Answers:
    """The checked answers of the form, or the saved pages of the questionnaire this step sends."""
    answers: dict[str, Any] = {}
    if row.pages:
        for page in facts.pages.values():
            answers |= page
    form = blank_form(row, facts, raw)
    if form is not None:
        if not form.validate():
            raise AnswersInvalid(form)
        answers |= form.data
    return answers


class _Posted:
    """A mapping of posted text as WTForms reads it, whether its values are single or lists."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw

    def __contains__(self, name: str) -> bool:
        return name in self._raw

    def __iter__(self) -> Any:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def getlist(self, name: str) -> list[Any]:
        """All the values posted under this name."""
        if name not in self._raw:
            return []
        if hasattr(self._raw, "getlist"):
            return list(self._raw.getlist(name))
        value = self._raw[name]
        return list(value) if isinstance(value, (list, tuple)) else [value]
