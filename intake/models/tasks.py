"""Tasks: work for a role, with a date, closed by a step or by hand."""

from collections.abc import Collection
from datetime import date
from typing import Any

from peewee import ForeignKeyField, TextField, fn

from intake import moment
from intake.models.base import DayField, InstantField, JSONField, Model, UidField, new_uid, write_transaction
from intake.models.compiled import compiled, param
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
        Task.insert(uid=new_uid(), dossier=case.dossier_id, case=case, antenna=case.antenna_id, role=role,
                    person=person, sentence=sentence, due_on=due_on, closes_with=[], opened_by=last).execute()


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
