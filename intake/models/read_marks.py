"""« J’ai lu »: how far someone has read a dossier; what came after is marked as new (TRUST 2.4)."""

from __future__ import annotations

from peewee import ForeignKeyField, IntegerField, fn

from intake import moment
from intake.models.base import InstantField, Model, write_transaction
from intake.models.dossiers import Dossier, Event
from intake.models.people import Person


class ReadMark(Model):
    """The last line of a dossier’s history that someone says they have read."""

    person = ForeignKeyField(Person, backref="+", index=False, on_delete="CASCADE")
    dossier = ForeignKeyField(Dossier, backref="+", on_delete="CASCADE")
    number = IntegerField()
    at = InstantField()

    class Meta:
        indexes = ((("person", "dossier"), True),)


def mark(person: Person, dossier: Dossier, number: int) -> None:
    """Someone has read a dossier up to this line; never back."""
    row = {"number": max(0, min(number, dossier.events)), "at": moment.now()}
    with write_transaction():
        ReadMark.insert(person=person, dossier=dossier, **row).on_conflict(
            conflict_target=[ReadMark.person, ReadMark.dossier], update=row, where=ReadMark.number < row["number"]).execute()


def read_up_to(person: Person, dossier: Dossier) -> int:
    """The last line someone has read: their « J’ai lu », or what they did since; 0 when they never opened it."""
    marked = ReadMark.get_or_none(ReadMark.person == person, ReadMark.dossier == dossier)
    acted = Event.select(fn.MAX(Event.number)).where(Event.dossier == dossier, Event.actor == person).scalar() or 0
    return max(acted, marked.number if marked else 0)
