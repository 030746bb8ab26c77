"""The cooperative's days: journées, information meetings, assemblies."""

from peewee import BooleanField, Check, ForeignKeyField, IntegerField, TextField

from intake.models.base import DayField, InstantField, Model, UidField
from intake.models.dossiers import Case
from intake.models.people import Antenna, Person


class Journee(Model):
    """The monthly day: third Thursday, movable with a reason."""

    uid = UidField()
    day = DayField(unique=True)
    planned = DayField(unique=True)
    """The third Thursday it stands for."""
    place = TextField(default="")
    to_confirm = BooleanField(default=False)
    """A holiday, August or the month before the assembly: no letter until a human sets the date."""
    reason = TextField(default="")
    """Why it was moved."""


class InfoMeeting(Model):
    """An information meeting, with its seats and host."""

    uid = UidField()
    antenna = ForeignKeyField(Antenna, backref="+")
    starts_at = InstantField(index=True)
    place = TextField()
    seats = IntegerField(constraints=[Check("seats >= 0")])
    host = ForeignKeyField(Person, null=True, backref="+")
    cancelled_at = InstantField(null=True)


class Seat(Model):
    """Someone expected at an information meeting, and whether they came."""

    meeting = ForeignKeyField(InfoMeeting, backref="taken")
    case = ForeignKeyField(Case, unique=True, backref="+")
    status = TextField(default="expected", constraints=[
        Check("status IN ('expected', 'present', 'absent', 'excused')"),
    ])


class Assembly(Model):
    """A general assembly of associates."""

    uid = UidField()
    day = DayField(unique=True)
    label = TextField(default="Assemblée générale ordinaire")
    approves_accounts = BooleanField(default=False)
