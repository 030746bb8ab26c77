"""Who reads a dossier now: a beat every thirty seconds from an open page, kept apart and forgotten (TRUST 2.4)."""

from __future__ import annotations

from datetime import timedelta

from peewee import ForeignKeyField

from intake import moment
from intake.models.base import InstantField, Model, write_transaction
from intake.models.dossiers import Dossier
from intake.models.people import Person

LASTS = timedelta(seconds=75)
"""Two beats missed, and the page is closed."""


class Presence(Model):
    """The last beat of someone’s page on a dossier."""

    person = ForeignKeyField(Person, backref="+", index=False, on_delete="CASCADE")
    dossier = ForeignKeyField(Dossier, backref="+", on_delete="CASCADE")
    at = InstantField()

    class Meta:
        indexes = ((("person", "dossier"), True),)


def beat(person: Person, dossier: Dossier) -> list[Person]:
    """Someone reads a dossier; who else does."""
    now = moment.now()
    with write_transaction():
        Presence.insert(person=person, dossier=dossier, at=now).on_conflict(
            conflict_target=[Presence.person, Presence.dossier], update={"at": now}).execute()
        Presence.delete().where(Presence.dossier == dossier, Presence.at < now - LASTS).execute()
    rows = Presence.select(Presence, Person).join(Person).where(Presence.dossier == dossier, Presence.person != person)
    return [row.person for row in rows.order_by(Presence.at)]
