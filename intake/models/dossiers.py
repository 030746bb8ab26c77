"""Dossiers, their cases, and the history that nobody rewrites."""

from __future__ import annotations

from peewee import Check, ForeignKeyField, IntegerField, TextField

from intake.models.base import DayField, InstantField, JSONField, Model, SealedField, UidField
from intake.models.people import Antenna, Person


class Dossier(Model):
    """One person's episode with the cooperative; a return opens a new one."""

    uid = UidField()
    number = TextField(unique=True)
    """`OPT-2026-0147`: what people say on the telephone."""
    person = ForeignKeyField(Person, backref="dossiers")
    antenna = ForeignKeyField(Antenna)
    activity = TextField(default="")
    """The activity in one line, as the person last wrote it."""
    town = TextField(default="")
    words = TextField(default="")
    """Number, name, activity, town and address, folded for the search."""
    opened_at = InstantField()
    head = TextField(default="")
    """Hash of its last event."""
    events = IntegerField(default=0)
    """How many events its chain holds."""
    peer = ForeignKeyField(Person, null=True, backref="accompanied")
    """The peer of its accompaniment, from the proposal to the end."""
    held_until = DayField(null=True)
    """A hold on erasure, with its end."""


class Case(Model):
    """One run of a workflow in a dossier. Only `take_step` changes it."""

    uid = UidField()
    dossier = ForeignKeyField(Dossier, backref="cases", index=False)
    workflow = TextField()
    state = TextField(default="")
    version = IntegerField(default=0)
    memory = JSONField(default=dict)
    due_at = InstantField(null=True, index=True)
    """When the clock must next look at it; empty: to recompute; far future: never."""
    opened_by = ForeignKeyField("self", null=True, backref="opened")
    antenna = ForeignKeyField(Antenna, backref="+")
    """The dossier's, repeated for the board's index; the antenna of a transfer case is the new one."""
    rank_at = InstantField(null=True)
    """Its date in the waiting list, while it waits."""
    entered_at = InstantField(null=True)
    """When it entered its present state."""

    class Meta:
        indexes = (
            (("workflow", "state", "antenna", "entered_at"), False),
            (("workflow", "state", "antenna", "rank_at"), False),
            (("dossier", "workflow"), False),
        )


class Event(Model):
    """One line of history: append-only, chained by hash; it holds no personal text."""

    uid = UidField()
    dossier = ForeignKeyField(Dossier, null=True, backref="history", index=False)
    """Empty for an event of the house (settings, places, roles, exports, erasures)."""
    case = ForeignKeyField(Case, null=True, backref="history", index=False)
    step = TextField()
    before = TextField(default="")
    after = TextField(default="")
    actor = ForeignKeyField(Person, null=True, backref="+", index=False)
    """Who did it; empty for the clock and the tablet."""
    role = TextField()
    made_at = InstantField()
    effective_on = DayField()
    cause = ForeignKeyField("self", null=True, backref="caused")
    key = TextField(null=True, unique=True)
    """The form's submission key: the same form posted twice finds this event."""
    subject = TextField(default="")
    """What an event of the house is about: `role:<uid>`, `setting:<name>`…"""
    fingerprint = TextField(default="")
    """Of the workflow it was taken under."""
    digest = TextField(default="")
    """Keyed digest of its answers, over plaintext."""
    number = IntegerField()
    """Its place in the chain of its dossier, or of the house."""
    previous = TextField(default="")
    hash = TextField()

    class Meta:
        indexes = (
            (("case", "id"), False),
            (("dossier", "number"), True),
        )
        constraints = [Check("(dossier_id IS NULL) = (case_id IS NULL)")]


class House(Model):
    """The single head of the chain of the house's events."""

    head = TextField(default="")
    events = IntegerField(default=0)


class Answers(Model):
    """What someone wrote with an event, and the memory it replaced; can be erased, the event stays."""

    event = ForeignKeyField(Event, unique=True, backref="+", on_delete="RESTRICT")
    case = ForeignKeyField(Case, null=True, backref="+")
    text = JSONField(default=dict)
    sealed = SealedField(null=True)
    """Sensitive answers (IBAN, NIR, interview notes), encrypted as JSON."""
    salt = TextField(default="")
    """Random key of the event's digest; dies with the answers."""
    posted = TextField(default="")
    """Keyed digest of the text as posted: the same form sent again is recognised by it."""
    undo = JSONField(null=True)
    """What the step replaced: memory, place; read by `undo`, of no use later."""

