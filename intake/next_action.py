"""What comes next: for a dossier, its next action; for someone, what waits for them. One source for both."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta

import workflows
from intake import moment, words
from intake.models import places
from intake.models.actors import Grant, roles_on_antenna
from intake.models.dossiers import Case, Dossier
from intake.models.people import Antenna, Person
from intake.models.settings import settings_on
from intake.models.tasks import Task
from intake.stages import days_without_contact
from workflows import roles
from workflows.grammar import Step, Workflow
from workflows.queue import first_month
from workflows.roles import LABELS, Role

MOST = 100
COUNTED = 50
END_AHEAD = {roles.support: 30, roles.cogerance: 15}
"""Days before the end of a CAPE from which a role is told that nothing is decided."""
OTHERS = {roles.circle: "Cercle", roles.support: "Équipe support", roles.hr: "RH", roles.accounts: "Comptabilité",
          roles.cogerance: "Cogérance"}


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
    says: str = ""
    """What is said in the place of a date: « sans nouvelle depuis 21 jours »."""
    stalled: bool = False

    def late(self, today: date) -> bool:
        """Whether its day is over, or nobody was in touch for too long."""
        return self.stalled or (self.due is not None and self.due < today)

    def soon(self, today: date) -> bool:
        """Whether it is for this week."""
        return self.due is not None and self.due <= today + timedelta(days=7)


def of_task(task: Task, case: Case) -> Action:
    """A task as an action."""
    who = task.person.called if task.person else LABELS.get(task.role, task.role)
    step = next((name for name in task.closes_with if _starts(case, name)), "tick")
    if case.memory.get("request") and task.role != roles.person:
        return Action(task.dossier, case, task.sentence, who, task.role, None, step, task, case.dossier.person.name,
                      "complément attendu")
    return Action(task.dossier, case, task.sentence, who, task.role, task.due_on, step, task, case.dossier.person.name)


def of_case(case: Case) -> Action | None:
    """What an open case waits for: the most likely step of whoever acts next."""
    workflow = workflows.ALL[case.workflow]
    state = workflow.state[case.state]
    if state.closed:
        return None
    waits_for = (roles.person,) if case.memory.get("request") else state.waits_for
    first = waits_for[0] if waits_for else roles.clock
    behind = state.behind(case.memory) if state.behind else ()
    step = "answer" if case.memory.get("request") else next((name for name in state.next_steps if name not in behind), "")
    if step == "sign" and case.memory.get("person_signed_on"):
        first, step = roles.cogerance, "countersign"
    row = workflow.rows(step)[0] if step and workflow.rows(step) else None
    if row is not None and step in state.next_steps and first not in row.roles:
        first = next((role for role in (*waits_for, *sorted(row.roles)) if role in row.roles), first)
    sentence = row.label if row is not None and row.label else state.label
    who = case.dossier.person.called if first == roles.person else LABELS.get(first, first)
    days = 0 if case.memory.get("request") else days_without_contact(case.state, case.moved_at, moment.now())
    return Action(case.dossier, case, sentence, who, first, None, step, name=case.dossier.person.name,
                  says=f"sans nouvelle depuis {days} jours" if days else "", stalled=bool(days))


def of_dossier(cases: Collection[Case]) -> list[Action]:
    """Everything that is to be done in a dossier, soonest first; never empty while a case is open."""
    still_open = [case for case in cases if not workflows.ALL[case.workflow].state[case.state].closed]
    by_id = {case.id: case for case in cases}
    tasks = (Task.select(Task, Person).join(Person, on=Task.person, join_type="LEFT OUTER JOIN")
             .where(Task.case.in_(list(by_id)), Task.closed_at.is_null()).order_by(Task.due_on, Task.id))
    actions = [of_task(task, by_id[task.case_id]) for task in tasks]
    told = {(action.case.id, action.step) for action in actions}
    actions += [action for case in still_open if (action := of_case(case)) and (case.id, action.step) not in told]
    actions = [_followed(action) for action in actions]
    return sorted(actions, key=lambda action: (action.due is None, action.due or date.max))


def _followed(action: Action) -> Action:
    """The circle’s work is that of whoever follows the dossier, by name."""
    if action.role != roles.circle or not action.case.follower or (action.task and action.task.person_id):
        return action
    follower = Person.get_or_none(Person.uid == action.case.follower)
    return replace(action, who=follower.called) if follower else action


def waiting_for(person: Person, grants: Collection[Grant]) -> list[Action]:
    """What waits for someone, late first: their tasks, then the cases whose next step is theirs."""
    actions = [*_tasks_for(person, grants), *_own_steps(person), *_peer_steps(person)]
    seen = {action.case.id for action in actions}
    actions += [action for action in _cases_for(grants) if action.case.id not in seen]
    actions += [*_ends_ahead(grants), *_places_to_offer(grants)]
    return sorted(actions, key=lambda action: (not action.stalled, action.due is None, action.due or date.max))


def others_wait(grants: Collection[Grant]) -> list[tuple[str, str]]:
    """(who, how many) of the open tasks that wait for other roles, on the antennas one reads."""
    held = {role for role, _ in grants}
    antennas = [antenna for antenna in Antenna.select() if roles_on_antenna(antenna, grants)]
    found = []
    for role, label in OTHERS.items():
        if role in held:
            continue
        count = len(Task.select(Task.id).where(Task.role == role, Task.closed_at.is_null(), Task.antenna.in_(antennas))
                    .limit(COUNTED + 1).tuples())
        if count:
            found.append((label, f"{COUNTED}+" if count > COUNTED else str(count)))
    return found


def _ends_ahead(grants: Collection[Grant]) -> list[Action]:
    """CAPE that end soon with nothing decided: support thirty days before, the cogérance from the fifteenth."""
    today, found = moment.today(), []
    for antenna in Antenna.select():
        held = roles_on_antenna(antenna, grants)
        role = roles.cogerance if roles.cogerance in held else roles.support
        until = today + timedelta(days=END_AHEAD.get(role, 0))
        if role not in held:
            continue
        for case in _some((Case.workflow == "cape") & Case.state.in_(("preparing", "trading")) & (Case.antenna == antenna)):
            last = date.fromisoformat(case.memory["last_day"]) if case.memory.get("last_day") else None
            if last is not None and last <= until and not _decided(case):
                found.append(Action(case.dossier, case, "Décider de la suite du CAPE", LABELS[role], role, last, "renew",
                                    name=case.dossier.person.name))
    return found


def _decided(case: Case) -> bool:
    """Whether a next contract is under way, or a departure announced."""
    following = (Case.workflow == "cape") & Case.state.in_(("drafting", "to_sign", "signed"))
    following |= (Case.workflow == "salaried") & Case.state.not_in(("refused", "withdrawn"))
    following |= (Case.workflow == "departure") & (Case.state != "called_off")
    decided: bool = Case.select(Case.id).where(Case.dossier == case.dossier, following).exists()
    return decided


def _places_to_offer(grants: Collection[Grant]) -> list[Action]:
    """The first of each waiting list, while a place is free in the months that an offer made today can lead to."""
    found = []
    for antenna in Antenna.select().where(Antenna.capped == "yes"):
        if not {roles.circle, roles.coordinator} & roles_on_antenna(antenna, grants):
            continue
        settings = settings_on(moment.today(), antenna)
        first = first_month(moment.today(), settings["offers.days"], settings["entry.lead_days"])
        free = {month: count for month, count in places.free_by_month(antenna, str(first)).items()
                if month <= str(first.plus(1))}
        case = (Case.select(Case, Dossier, Person).join(Dossier).join(Person, on=Dossier.person)
                .where(Case.workflow == "admission", Case.state == "waiting", Case.antenna == antenna)
                .order_by(Case.rank_at, Case.id).first()) if free else None
        if case is not None:
            month, count = next(iter(free.items()))
            says = f"{words.month(month)} : {words.Count(count):place libre|places libres}"
            found.append(Action(case.dossier, case, "Proposer une place", LABELS[roles.circle], roles.circle,
                                moment.today() + timedelta(days=7), "offer", name=case.dossier.person.name, says=says))
    return found


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
