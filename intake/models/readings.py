"""Readings of what is sensitive: who opened an identity paper or an account number, or was refused it (TRUST 3.23)."""

from __future__ import annotations

from peewee import BooleanField, ForeignKeyField, TextField

from intake import moment
from intake.models.base import InstantField, Model, write_transaction
from intake.models.dossiers import Dossier
from intake.models.people import Person


class Reading(Model):
    """Somebody opened, or wanted to open, something sensitive. For incidents and people's questions, never to rate."""

    reader = ForeignKeyField(Person, backref="+")
    dossier = ForeignKeyField(Dossier, backref="readings")
    what = TextField()
    """`piece:<uid>`, `answers:<event uid>`, `archive:<uid>`."""
    allowed = BooleanField()
    at = InstantField(index=True)


def record(reader: Person, dossier: Dossier, what: str, *, allowed: bool) -> None:
    """Write who opened what, or was refused it."""
    with write_transaction():
        Reading.insert(reader=reader, dossier=dossier, what=what, allowed=allowed, at=moment.now()).execute()


def of(dossier: Dossier) -> list[Reading]:
    """Who opened what of a dossier, the latest first."""
    rows = Reading.select(Reading, Person).join(Person).where(Reading.dossier == dossier)
    return list(rows.order_by(Reading.id.desc()).limit(200))
