"""A change of the cap: one co-manager asks, another confirms within seven days (TRUST 3.25)."""

from __future__ import annotations

from datetime import timedelta

from peewee import Check, ForeignKeyField, IntegerField, TextField

from intake import history, moment
from intake.models import places, settings
from intake.models.base import InstantField, Model, UidField, db_is_postgres, write_transaction
from intake.models.people import Antenna, Person
from intake.models.places import Place
from workflows.calendar import Month
from workflows.engine import Refusal, StepRefused
from workflows.roles import cogerance

LASTS = timedelta(days=7)
"""What one person asked is confirmed within this delay, or lapses."""

NOT_ALONE = Refusal("Une seconde personne doit confirmer.")
LAPSED = Refusal("Cette demande a plus de 7 jours. Faites-en une nouvelle.")
FUTURE_ONLY = Refusal("Le plafond change pour un mois à venir seulement.")


class CapChange(Model):
    """A change of a month's places, asked by one co-manager and confirmed by another within seven days."""

    uid = UidField()
    antenna = ForeignKeyField(Antenna, backref="+")
    first_month = TextField()
    last_month = TextField(default="")
    """Empty: from then on."""
    places = IntegerField()
    reason = TextField()
    asked_by = ForeignKeyField(Person, backref="+")
    asked_at = InstantField()
    confirmed_by = ForeignKeyField(Person, null=True, backref="+")
    confirmed_at = InstantField(null=True)

    class Meta:
        constraints = [Check("confirmed_by_id IS NULL OR confirmed_by_id <> asked_by_id")]

    @property
    def subject(self) -> str:
        """What its events are about."""
        return f"places:{self.antenna.code}:{self.first_month}"


def waiting() -> list[CapChange]:
    """Changes that a second person may still confirm."""
    return list(CapChange.select().where(CapChange.confirmed_at.is_null(), CapChange.asked_at > moment.now() - LASTS)
                .order_by(CapChange.id))


def months_open(antenna: Antenna) -> list[Month]:
    """The months to come that have places."""
    rows = Place.select(Place.month).where(Place.antenna == antenna, Place.month > str(Month.of(moment.today())))
    return [Month.parse(month) for (month,) in rows.distinct().order_by(Place.month).tuples()]


def ask(antenna: Antenna, first: Month, last: Month | None, cap: int, reason: str, by: Person,
        key: str | None = None) -> None:
    """Ask for another number of places; nothing changes until another co-manager confirms. Raises StepRefused."""
    text = {"first": str(first), "last": str(last) if last else "", "places": cap, "reason": reason}
    with write_transaction():
        if history.told_already(key, "ask_cap", text):
            return
        _refuse_unless_ahead(first)
        change = CapChange.create(antenna=antenna, first_month=str(first), last_month=str(last) if last else "",
                                  places=cap, reason=reason, asked_by=by, asked_at=moment.now())
        history.append_of_house("ask_cap", by, cogerance, change.subject, moment.now(), moment.today(), text, key)


def confirm(change: CapChange, by: Person) -> None:
    """Confirm what another one asked: the months' places change, taken ones stay. Raises StepRefused.

    Confirming twice is harmless.
    """
    with write_transaction():
        rows = CapChange.select().where(CapChange.id == change.id)
        change = (rows.for_update() if db_is_postgres() else rows).get()
        if change.confirmed_by_id == by.id:
            return
        if change.confirmed_at is not None:
            raise StepRefused(Refusal("Cette demande est déjà confirmée."))
        if change.asked_by_id == by.id:
            raise StepRefused(NOT_ALONE)
        if change.asked_at <= moment.now() - LASTS:
            raise StepRefused(LAPSED)
        first = Month.parse(change.first_month)
        _refuse_unless_ahead(first)
        CapChange.update(confirmed_by=by, confirmed_at=moment.now()).where(CapChange.id == change.id).execute()
        for month in months_open(change.antenna):
            if first <= month and (not change.last_month or str(month) <= change.last_month):
                places.set_cap(change.antenna, str(month), change.places)
        if not change.last_month:
            settings.change("places.per_month", change.places, first.first_day, change.reason, change.asked_by,
                            cogerance, antenna=change.antenna)
        history.append_of_house("confirm_cap", by, cogerance, change.subject, moment.now(), first.first_day,
                                {"places": change.places, "last": change.last_month})


def _refuse_unless_ahead(first: Month) -> None:
    if first <= Month.of(moment.today()):
        raise StepRefused(FUTURE_ONLY)
