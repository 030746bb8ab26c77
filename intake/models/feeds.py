"""A private calendar feed: an address that only its person knows, read by their agenda without a sign-in."""

from __future__ import annotations

import secrets

from peewee import ForeignKeyField, TextField

from intake import moment
from intake.models.base import InstantField, Model, write_transaction
from intake.models.people import Person
from intake.secrets_kept import digest


class Feed(Model):
    """The feed of someone; of its address a keyed hash alone is kept."""

    person = ForeignKeyField(Person, unique=True, backref="+", on_delete="CASCADE")
    token = TextField(unique=True)
    made_at = InstantField()


def open_feed(person: Person) -> str:
    """A new secret for someone's feed; the former address no longer answers."""
    token = secrets.token_urlsafe(24)
    with write_transaction():
        close_feed(person)
        Feed.create(person=person, token=digest("feed", token), made_at=moment.now())
    return token


def close_feed(person: Person) -> None:
    """The address no longer answers."""
    with write_transaction():
        Feed.delete().where(Feed.person == person).execute()


def feed_of(person: Person) -> Feed | None:
    """The feed of someone, if it is open."""
    found: Feed | None = Feed.get_or_none(Feed.person == person)
    return found


def reader_of(token: str) -> Person | None:
    """Whose feed this is; nobody when it was closed, or its person's access too."""
    found = (Feed.select(Feed, Person).join(Person).where(
        Feed.token == digest("feed", token), Person.disabled_at.is_null()).first())
    return found.person if found else None
