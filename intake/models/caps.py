"""A change of the cap: one co-manager asks, another confirms within seven days (TRUST 3.25)."""

from __future__ import annotations

from peewee import ForeignKeyField, IntegerField, TextField

from intake import history, moment
from intake.models import places, settings
from intake.models.base import write_transaction
from intake.models.people import Antenna, Person
from intake.models.places import Place
from intake.models.two_people import AskedOfTwo, confirmed
from workflows.calendar import Month
from workflows.engine import Refusal, StepRefused
from workflows.roles import cogerance

FUTURE_ONLY = Refusal("Le plafond change pour un mois à venir seulement.")


class CapChange(AskedOfTwo):
    """A change of a month's places, asked by one co-manager and confirmed by another within seven days."""

    antenna = ForeignKeyField(Antenna, backref="+")
    first_month = TextField()
    last_month = TextField(default="")
    """Empty: from then on."""
    places = IntegerField()
    reason = TextField()

    @property
    def subject(self) -> str:
        """What its events are about."""
        return f"places:{self.antenna.code}:{self.first_month}"


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
        found = confirmed(change, by)
        if found is None:
            return
        change = found
        first = Month.parse(change.first_month)
        _refuse_unless_ahead(first)
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
