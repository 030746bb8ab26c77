"""What one person asks and another confirms within seven days: the cap, sensitive roles, a lost second step (TRUST 3.25)."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

from peewee import Check, ForeignKeyField

from intake import moment
from intake.models.base import InstantField, Model, UidField, db_is_postgres
from intake.models.people import Person
from workflows.engine import Refusal, StepRefused

LASTS = timedelta(days=7)
"""What one person asked is confirmed within this delay, or lapses."""

NOT_ALONE = Refusal("Une seconde personne doit confirmer.")
LAPSED = Refusal("Cette demande a plus de 7 jours. Faites-en une nouvelle.")
DONE = Refusal("Cette demande est déjà confirmée.")


class AskedOfTwo(Model):
    """The columns such a table has; the database itself refuses that one person does both."""

    uid = UidField()
    asked_by = ForeignKeyField(Person, backref="+")
    asked_at = InstantField()
    confirmed_by = ForeignKeyField(Person, null=True, backref="+")
    confirmed_at = InstantField(null=True)

    class Meta:
        abstract = True
        constraints = [Check("confirmed_by_id IS NULL OR confirmed_by_id <> asked_by_id")]


Row = TypeVar("Row", bound=AskedOfTwo)


def confirmed(row: Row, by: Person, *, concerned: Person | None = None) -> Row | None:
    """Mark what was asked as confirmed, inside a transaction; None when the same person already had.

    StepRefused for whoever asked it, for whom it is about (`concerned`), once it is done, and after seven days.
    """
    table = type(row)
    rows = table.select().where(table.id == row.id)
    found: Row = (rows.for_update() if db_is_postgres() else rows).get()
    if found.confirmed_by_id == by.id:
        return None
    if found.confirmed_at is not None:
        raise StepRefused(DONE)
    if by.id == found.asked_by_id or (concerned is not None and by.id == concerned.id):
        raise StepRefused(NOT_ALONE)
    if found.asked_at <= moment.now() - LASTS:
        raise StepRefused(LAPSED)
    table.update(confirmed_by=by, confirmed_at=moment.now()).where(table.id == found.id).execute()
    return found


def waiting(table: type[Row]) -> list[Row]:
    """What a second person may still confirm, oldest first."""
    return list(table.select().where(table.confirmed_at.is_null(), table.asked_at > moment.now() - LASTS).order_by(table.id))
