"""Saved views of the board: an address with a name, for oneself or for everyone who opens the board (SCREENS B8)."""

from __future__ import annotations

from peewee import JOIN, BooleanField, ForeignKeyField, TextField

from intake import moment
from intake.models.base import InstantField, Model, UidField, new_uid, write_transaction
from intake.models.people import Person

MOST = 30


class SavedView(Model):
    """A view of the board that someone kept."""

    uid = UidField()
    person = ForeignKeyField(Person, backref="+", on_delete="CASCADE")
    name = TextField()
    query = TextField()
    """The filters, as they stand in the address."""
    shared = BooleanField(default=False)
    saved_at = InstantField()

    class Meta:
        indexes = ((("person", "name"), True),)


def keep(person: Person, name: str, query: str, shared: bool) -> SavedView:
    """Keep a view; the same name again replaces it."""
    row = {"query": query[:500], "shared": shared, "saved_at": moment.now()}
    with write_transaction():
        SavedView.insert(uid=new_uid(), person=person, name=name[:60], **row).on_conflict(
            conflict_target=[SavedView.person, SavedView.name], update=row).execute()
    found: SavedView = SavedView.get(SavedView.person == person, SavedView.name == name[:60])
    return found


def remove(uid: str, person: Person) -> bool:
    """Forget one of someone's own views; whether there was one."""
    with write_transaction():
        done: int = SavedView.delete().where(SavedView.uid == uid, SavedView.person == person).execute()
    return done == 1


def seen_by(person: Person) -> list[SavedView]:
    """One's own views and those that others share, by name."""
    return list(SavedView.select(SavedView, Person).join(Person, JOIN.LEFT_OUTER).where(  # views first: people are many
        (SavedView.person == person) | SavedView.shared).order_by(SavedView.name, SavedView.id).limit(MOST))
