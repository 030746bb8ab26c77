"""Tasks: work for a role, with a date, closed by a step or by hand."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from peewee import ForeignKeyField, TextField, fn

from intake import moment
from intake.models.base import DayField, InstantField, JSONField, Model, UidField, new_uid, write_transaction
from intake.models.compiled import compiled, loaded, param
from intake.models.dossiers import Case, Dossier, Event
from intake.models.people import Antenna, Person


class Task(Model):
    """Work for a role: sentence, due date, done by and when."""

    uid = UidField()
    dossier = ForeignKeyField(Dossier, backref="tasks")
    case = ForeignKeyField(Case, backref="tasks", index=False)
    antenna = ForeignKeyField(Antenna, backref="+")
    role = TextField()
    person = ForeignKeyField(Person, null=True, backref="+")
    """The one it is for; empty: anyone with the role."""
    sentence = TextField()
    due_on = DayField()
    closes_with = JSONField(default=list)
    rings_on = DayField(null=True)
    """The next day on which a letter tells it is still to be done."""
    rings_later = JSONField(default=list)
    """The days after that one."""
    tells = TextField(default="")
    """Letter to the person on those days."""
    notice = TextField(default="")
    """What an authority is told (`workflows.notices`)."""
    opened_by = ForeignKeyField(Event, backref="+")
    closed_by = ForeignKeyField(Event, null=True, backref="+")
    closed_at = InstantField(null=True)

    class Meta:
        indexes = (
            (("role", "closed_at", "due_on"), False),
            (("case", "closed_at"), False),
            (("rings_on",), False),
        )


_NEW = compiled(lambda: Task.insert(
    uid=param("uid"), dossier=param("dossier"), case=param("case"), antenna=param("antenna"), role=param("role"),
    person=param("person"), sentence=param("sentence"), due_on=param("due_on"), closes_with=param("closes_with"),
    rings_on=param("rings_on"), rings_later=param("rings_later"), tells=param("tells"), notice=param("notice"),
    opened_by=param("opened_by")))
_STILL_OPEN = compiled(lambda: Task.select(Task.id, Task.closes_with, Task.person, Event.uid).join(
    Event, on=Task.opened_by).where(Task.case == param("case"), Task.closed_at.is_null()))
_ONE_OPEN = compiled(lambda: Task.select(Task.id, Task.role, Task.person).where(
    Task.uid == param("uid"), Task.case == param("case"), Task.closed_at.is_null()))
_CLOSED = compiled(lambda: Task.update(closed_by=param("event"), closed_at=param("at")).where(Task.id == param("task")))


def open_for(role: str, person: Person | None, sentence: str, due_on: date, *, event: Event, closes_with: Collection[str] = (),
             rings: Sequence[date] = (), tells: str = "", notice: str = "") -> None:
    """Give work to a role, or to someone of it, as a consequence of an event; `rings`, in order, are its alarms."""
    case = event.case
    _NEW(uid=new_uid(), dossier=case.dossier_id, case=case.id, antenna=case.antenna_id, role=role,
         person=person.id if person else None, sentence=sentence, due_on=due_on, closes_with=list(closes_with),
         rings_on=rings[0] if rings else None, rings_later=[day.isoformat() for day in rings[1:]], tells=tells,
         notice=notice, opened_by=event.id)


def given(event: Event, sentence: str) -> bool:
    """Whether an event gave this work already."""
    return bool(Task.select().where(Task.opened_by == event, Task.sentence == sentence).exists())


def answered(event: Event, steps: Collection[str] = (), by: Person | None = None, about: str = "") -> None:
    """Close the open tasks of a case that one of these steps answers; all of them when none is named.

    What names someone else than `by` stays. A step about one meeting closes the task that this meeting gave, no other's.
    """
    for task, closes_with, person, opened_by in _STILL_OPEN(case=event.case_id):
        if about and opened_by != about:
            continue
        if steps and not set(closes_with) & set(steps):
            continue
        if person and by is not None and person != by.id:
            continue
        _CLOSED(task=task, event=event.id, at=event.made_at)


def one_open(case: Case, uid: str) -> Task | None:
    """A task of a case that is still to be done: whose it is."""
    found = _ONE_OPEN.one(uid=uid, case=case.id)
    return loaded(Task, ("id", "role", "person"), found) if found else None


def done(task: Task, event: Event) -> None:
    """A task is done by this event."""
    _CLOSED(task=task.id, event=event.id, at=event.made_at)


def falls_to(task: Task, actor: Any, roles: Collection[str]) -> bool:
    """A task is closed by the one it names, else by whoever holds its role."""
    return bool(task.person_id == getattr(actor, "id", None) if task.person_id else task.role in roles)


def left_to(person: Person, cases: Collection[Case]) -> list[Task]:
    """What someone is asked by name in these cases and closes by hand, the soonest first."""
    rows = Task.select().where(Task.person == person, Task.case.in_([case.id for case in cases]), Task.closed_at.is_null())
    return [task for task in rows.order_by(Task.due_on, Task.id) if not task.closes_with]


def give(case: Case, role: str, sentence: str, due_on: date, person: Person | None = None) -> None:
    """Give work about a case outside any step, unless it is given already; its opening is dated by the last event of the case."""
    same = Task.select().where(Task.case == case, Task.role == role, Task.sentence == sentence, Task.closed_at.is_null())
    if same.exists():
        return
    last = Event.select().where(Event.case == case).order_by(Event.id.desc()).first()
    with write_transaction():
        open_for(role, person, sentence, due_on, event=last)


_RINGING = compiled(lambda: Task.select(Task.id).where(Task.rings_on <= param("today"), Task.closed_at.is_null()))


def ringing(today: date) -> list[Task]:
    """Work still to be done whose alarm has come, the oldest alarm first."""
    found = [id_ for (id_,) in _RINGING(today=today)]
    return list(Task.select(Task, Case, Dossier, Person).join(Case).switch(Task).join(Dossier, on=Task.dossier)
                .join(Person, on=Dossier.person).where(Task.id.in_(found)).order_by(Task.rings_on, Task.id)) if found else []


def rang(task: Task, today: date) -> None:
    """This alarm is told; those missed while the clock was stopped were told with it."""
    later = [day for day in task.rings_later if day > today.isoformat()]
    Task.update(rings_on=date.fromisoformat(later[0]) if later else None, rings_later=later[1:]).where(
        Task.id == task.id).execute()


def asked_since(case: Case, sentence: str) -> int | None:
    """The identifier of the event since which this work is to be done; None when it is done, or was never given."""
    found: int | None = Task.select(fn.MIN(Task.opened_by)).where(
        Task.case == case, Task.sentence == sentence, Task.closed_at.is_null()).scalar()
    return found


def close(case: Case, sentence: str) -> None:
    """Work given outside any step is done."""
    with write_transaction():
        Task.update(closed_at=moment.now()).where(
            Task.case == case, Task.sentence == sentence, Task.closed_at.is_null()).execute()
