"""Entry places: the cap is rows, not arithmetic (TRUST 2.10)."""

from datetime import date

from peewee import Case as when
from peewee import Check, ForeignKeyField, IntegerField, TextField, fn

from intake.models.base import InstantField, Model, db_is_postgres
from intake.models.dossiers import Case
from intake.models.people import Antenna, Person
from workflows.calendar import Month
from workflows.engine import Refusal


class Place(Model):
    """One entry place: antenna + month + rank. An entrant exists only as its holder."""

    antenna = ForeignKeyField(Antenna, backref="places")
    month = TextField()
    """`2026-12`."""
    rank = IntegerField()
    status = TextField(default="free", constraints=[
        Check("status IN ('free', 'held', 'accepted', 'used', 'lost', 'closed')"),
    ])
    holder = ForeignKeyField(Case, null=True, unique=True, backref="place")

    class Meta:
        indexes = ((("antenna", "month", "rank"), True),)
        constraints = [Check("(holder_id IS NULL) = (status IN ('free', 'lost', 'closed'))")]


class CapChange(Model):
    """A change of a month's places, asked by one co-manager and confirmed by another within seven days."""

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


class MonthFull(Exception):
    """No free place is left in a month."""

    def __init__(self, month: str) -> None:
        super().__init__(month)
        wanted = Month.parse(month)
        self.refusal = Refusal(
            "{Mois} est complet. Proposez {mois_suivant} ; la cogérance peut ajouter une place à un mois à venir.",
            {"mois": wanted, "mois_suivant": wanted.next()}, rule="place_free")


def lock_month(antenna: Antenna, month: str) -> None:
    """On PostgreSQL, lock the month's rows in order, so that no free place is overlooked (TRUST 2.10)."""
    if db_is_postgres():
        list(Place.select(Place.id).where(Place.antenna == antenna, Place.month == month)
             .order_by(Place.rank).for_update())


def hold(case: Case, month: str, status: str = "held") -> None:
    """Take one free place by a conditional update; raises MonthFull when the row count says there is none."""
    lock_month(case.antenna, month)
    free = (Place.select(Place.id).where(Place.antenna == case.antenna, Place.month == month, Place.status == "free")
            .order_by(Place.rank).limit(1))
    taken = Place.update(status=status, holder=case).where(Place.id == free, Place.status == "free").execute()
    if taken != 1:
        raise MonthFull(month)


def move_on(case: Case, before: str, after: str) -> None:
    """The case's place goes from one stage of its life to the next; an antenna without cap has none."""
    Place.update(status=after).where(Place.holder == case, Place.status == before).execute()


def free(case: Case, today: date) -> None:
    """Give the place back: free again until its month ends, then lost."""
    this_month = today.isoformat()[:7]
    Place.update(status=when(None, [(Place.month < this_month, "lost")], "free"), holder=None).where(
        Place.holder == case).execute()


def of(case: Case) -> Place | None:
    """The place this case holds."""
    return Place.get_or_none(Place.holder == case)


def free_by_month(antenna: Antenna, first: str) -> dict[str, int]:
    """Free places of each month from `first` on, months without one left out."""
    rows = (Place.select(Place.month, fn.COUNT(Place.id)).where(
        Place.antenna == antenna, Place.month >= first, Place.status == "free").group_by(Place.month)
        .order_by(Place.month).tuples())
    return dict(rows)


def open_month(antenna: Antenna, month: str, places: int) -> None:
    """Create the places of a month that has none yet."""
    Place.insert_many([{"antenna": antenna, "month": month, "rank": rank} for rank in range(1, places + 1)]
                      ).on_conflict_ignore().execute()


def of_months(antenna: Antenna, first: str, last: str) -> dict[str, dict[str, int]]:
    """For each month, how many places stand in each stage of their life."""
    rows = (Place.select(Place.month, Place.status, fn.COUNT(Place.id)).where(
        Place.antenna == antenna, Place.month >= first, Place.month <= last)
        .group_by(Place.month, Place.status).order_by(Place.month).tuples())
    found: dict[str, dict[str, int]] = {}
    for month, status, number in rows:
        found.setdefault(month, {})[status] = number
    return found
