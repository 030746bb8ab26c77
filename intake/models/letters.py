"""Letters owed: written with their cause, sent later (TRUST 2.20)."""

from peewee import CharField, Check, ForeignKeyField, IntegerField, TextField

from intake.models.base import InstantField, Model, UidField
from intake.models.dossiers import Dossier, Event
from intake.models.people import Person


class Letter(Model):
    """One e-mail: rendered at its cause, kept, then claimed, sent, marked."""

    uid = UidField()
    dossier = ForeignKeyField(Dossier, null=True, backref="letters")
    cause = CharField()
    """`event:<uid>`, `journee:<day>`, `signin:<uid>`, `day:<day>`."""
    event = ForeignKeyField(Event, null=True, backref="letters")
    template = CharField()
    recipient = ForeignKeyField(Person, null=True, backref="+")
    address = CharField()
    occasion = CharField(default="")
    language = CharField(default="fr")
    subject = CharField()
    body = TextField()
    message_id = CharField(unique=True)
    status = CharField(default="waiting", constraints=[
        Check("status IN ('waiting', 'claimed', 'sent', 'failed', 'dropped')"),
    ])
    not_before = InstantField()
    """Held for the undo window."""
    next_try = InstantField()
    tries = IntegerField(default=0)
    problem = CharField(default="")
    written_at = InstantField()
    sent_at = InstantField(null=True)

    class Meta:
        indexes = (
            (("cause", "template", "address", "occasion"), True),
            (("status", "next_try"), False),
            (("dossier", "id"), False),
        )
