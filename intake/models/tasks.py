"""Tasks: work for a role, with a date, closed by a step or by hand."""

from peewee import ForeignKeyField, TextField

from intake.models.base import DayField, InstantField, JSONField, Model, UidField
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
    opened_by = ForeignKeyField(Event, backref="+")
    closed_by = ForeignKeyField(Event, null=True, backref="+")
    closed_at = InstantField(null=True)

    class Meta:
        indexes = (
            (("role", "closed_at", "due_on"), False),
            (("case", "closed_at"), False),
        )
