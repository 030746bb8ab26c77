"""What comes next: for a dossier, its next action; for someone, what waits for them. One source for both."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta

import workflows
from intake import moment
from intake.models.actors import Grant, roles_on_antenna
from intake.models.dossiers import Case, Dossier
from intake.models.people import Antenna, Person
from intake.models.tasks import Task
from workflows import roles
from workflows.calendar import paris_day
from workflows.grammar import Step, Workflow
from workflows.roles import LABELS, Role

MOST = 100


@dataclass(frozen=True)
class Action:
    """One person, one action, one date, one link."""

    dossier: Dossier
    case: Case
    sentence: str
    who: str
    role: Role
    due: date | None
    step: str
    """The step that does it; `tick` for a task closed by hand; empty when there is only to wait."""
    task: Task | None = None
    name: str = ""
    """Who it is about, as whoever reads it may know them."""

    def late(self, today: date) -> bool:
        """Whether its day is over."""
        return self.due is not None and self.due < today

    def soon(self, today: date) -> bool:
        """Whether it is for this week."""
        return self.due is not None and self.due <= today + timedelta(days=7)


def of_task(task: Task, case: Case) -> Action:
    """A task as an action."""
    who = task.person.called if task.person else LABELS.get(task.role, task.role)
    step = next((name for name in task.closes_with if _starts(case, name)), "tick")
    return Action(task.dossier, case, task.sentence, who, task.role, task.due_on, step, task, case.dossier.person.name)


def of_case(case: Case) -> Action | None:
    """What an open case waits for: the most likely step of whoever acts next."""
    workflow = workflows.ALL[case.workflow]
    state = workflow.state[case.state]
    if state.closed:
        return None
    waits_for = (roles.person,) if case.memory.get("request") else state.waits_for
    first = waits_for[0] if waits_for else roles.clock
    step = "answer" if case.memory.get("request") else next(iter(state.next_steps), "")
    if step == "sign" and case.memory.get("person_signed_on"):
        first, step = roles.cogerance, "countersign"
    row = workflow.rows(step)[0] if step and workflow.rows(step) else None
    sentence = row.label if row is not None and row.label else state.label
    who = case.dossier.person.called if first == roles.person else LABELS.get(first, first)
    return Action(case.dossier, case, sentence, who, first, None, step, name=case.dossier.person.name)


def of_dossier(cases: Collection[Case]) -> list[Action]:
    """Everything that is to be done in a dossier, soonest first; never empty while a case is open."""
    still_open = [case for case in cases if not workflows.ALL[case.workflow].state[case.state].closed]
    by_id = {case.id: case for case in cases}
    tasks = (Task.select(Task, Person).join(Person, on=Task.person, join_type="LEFT OUTER JOIN")
             .where(Task.case.in_(list(by_id)), Task.closed_at.is_null()).order_by(Task.due_on, Task.id))
    actions = [of_task(task, by_id[task.case_id]) for task in tasks]
    told = {(action.case.id, action.step) for action in actions}
    actions += [action for case in still_open if (action := of_case(case)) and (case.id, action.step) not in told]
    return sorted(actions, key=lambda action: (action.due is None, action.due or date.max))


def waiting_for(person: Person, grants: Collection[Grant]) -> list[Action]:
    """What waits for someone, late first: their tasks, then the cases whose next step is theirs."""
    actions = [*_tasks_for(person, grants), *_own_steps(person), *_peer_steps(person)]
    seen = {action.case.id for action in actions}
    actions += [action for action in _cases_for(grants) if action.case.id not in seen]
    return sorted(actions, key=lambda action: (action.due is None, action.due or date.max))


def _tasks_for(person: Person, grants: Collection[Grant]) -> list[Action]:
    rows = (Task.select(Task, Case, Dossier, Person).join(Case).switch(Task)
            .join(Dossier, on=Task.dossier).join(Person, on=Dossier.person)
            .where(Task.closed_at.is_null()).order_by(Task.due_on, Task.id))
    wanted = Task.person == person
    for antenna in Antenna.select():
        held = roles_on_antenna(antenna, grants)
        if held:
            wanted |= Task.role.in_(held) & (Task.antenna == antenna) & Task.person.is_null()
    wanted |= (Task.role == roles.peer) & (Dossier.peer == person) & Task.person.is_null()
    found = []
    for task in rows.where(wanted, Dossier.person != person).limit(MOST):
        task.case.dossier = task.dossier
        found.append(of_task(task, task.case))
    return found


def _cases_for(grants: Collection[Grant]) -> list[Action]:
    """Cases without task, in a state that waits for one of these roles."""
    found = []
    for antenna in Antenna.select():
        held = roles_on_antenna(antenna, grants)
        wanted = None
        for workflow in workflows.ALL.values():
            states = waited_states(workflow, held)
            if states:
                part = (Case.workflow == workflow.name) & Case.state.in_(states)
                wanted = part if wanted is None else wanted | part
        if wanted is not None:
            found += [action for case in _some(wanted & (Case.antenna == antenna))
                      if (action := of_case(case)) and action.role != roles.person]
    return found


def waited_states(workflow: Workflow, held: Collection[Role]) -> list[str]:
    """The open states of a workflow in which one of these roles acts next. The waiting list is a screen of its own."""
    return [state.name for state in workflow.states
            if not state.closed and set(state.waits_for) & set(held) and state.name != "waiting"]


def _some(wanted: object) -> list[Case]:
    rows = (Case.select(Case, Dossier, Person).join(Dossier).join(Person, on=Dossier.person)
            .where(wanted).order_by(Case.entered_at).limit(MOST))
    return list(rows)


def _own_steps(person: Person) -> list[Action]:
    """What the person's own dossiers wait for."""
    rows = (Case.select(Case, Dossier, Person).join(Dossier).join(Person, on=Dossier.person)
            .where(Dossier.person == person).order_by(Case.id))
    return [action for case in rows if (action := of_case(case)) and action.role == roles.person]


def _peer_steps(person: Person) -> list[Action]:
    """Proposals to answer, for a peer, who reads a first name and an activity before agreeing."""
    rows = (Case.select(Case, Dossier, Person).join(Dossier).join(Person, on=Dossier.person)
            .where(Dossier.peer == person, Case.workflow == "accompaniment", Case.state == "proposed"))
    return [replace(action, name=", ".join(filter(None, (case.dossier.person.called, case.dossier.activity))))
            for case in rows if (action := of_case(case))]


def _starts(case: Case, name: str) -> bool:
    rows: tuple[Step, ...] = workflows.ALL[case.workflow].rows(name)
    return any(case.state in row.sources for row in rows)


def since(case: Case) -> date:
    """The day a case entered its state."""
    return paris_day(case.entered_at) if case.entered_at else moment.today()
