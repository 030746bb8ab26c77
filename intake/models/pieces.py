"""Pieces and papers: what was uploaded, and the documents made to be signed."""

from peewee import BlobField, CharField, ForeignKeyField, IntegerField

from intake.models.base import InstantField, Model, SealedField, UidField
from intake.models.dossiers import Case, Dossier, Event
from intake.models.people import Person


class Piece(Model):
    """An uploaded document, encrypted in the database."""

    uid = UidField()
    dossier = ForeignKeyField(Dossier, backref="pieces")
    title = CharField(default="")
    filename = CharField()
    media_type = CharField()
    size = IntegerField()
    content = SealedField()
    added_by = ForeignKeyField(Person, null=True, backref="+")
    added_at = InstantField()
    removed_at = InstantField(null=True)


class Paper(Model):
    """A frozen document: made once, hashed, never rewritten."""

    uid = UidField()
    case = ForeignKeyField(Case, backref="papers")
    event = ForeignKeyField(Event, backref="+")
    kind = CharField()
    template = CharField()
    """Which version of which template made it."""
    sha256 = CharField()
    content = BlobField()
    made_at = InstantField()
