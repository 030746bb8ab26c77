"""Entry places: the cap is rows, not arithmetic (TRUST 2.10)."""

from __future__ import annotations

from datetime import date

from peewee import Case as when, Check, ForeignKeyField, IntegerField, TextField, fn

from intake.models.base import Model, db_is_postgres, write_transaction
from intake.models.compiled import compiled, param
from intake.models.dossiers import Case
from intake.models.people import Antenna
from workflows.calendar import Month
from workflows.engine import Refusal


class Place(Model):
    """One entry place: antenna + month + rank. An entrant exists only as its holder."""

    antenna = ForeignKeyField(Antenna, backref="places", index=False)
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


class MonthFull(Exception):
    """No free place is left in a month."""

    def __init__(self, month: str) -> None:
        super().__init__(month)
        wanted = Month.parse(month)
        self.refusal = Refusal(
            "{Mois} est complet. Proposez {mois_suivant} ; la cogérance peut ajouter une place à un mois à venir.",
            {"mois": wanted, "mois_suivant": wanted.next()}, rule="place_free")


def lock_month(antenna: Antenna, month: str, mover: Case | None = None) -> None:
    """On PostgreSQL, lock the month's rows in order, so that no free place is overlooked (TRUST 2.10).

    With them the place that `mover` will leave, in the same order: people who exchange months never wait in a ring.
    """
    if not db_is_postgres():
        return
    rows = (Place.antenna == antenna) & (Place.month == month)
    if mover is not None and mover.id:
        rows |= Place.holder == mover
    list(Place.select(Place.id).where(rows).order_by(Place.month, Place.rank, Place.id).for_update())


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


_HELD = compiled(lambda: Place.select(Place.id).where(Place.holder == param("case")))


def of(case: Case) -> Place | None:
    """The place this case holds."""
    held = _HELD.value(case=case.id)
    return Place.get_by_id(held) if held else None


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


def open_ahead(antenna: Antenna, months: int, per_month: int, today: date) -> list[str]:
    """Open the months ahead that have no place yet, this one first; twice is harmless. The months opened."""
    this_month = Month.of(today)
    wanted = [str(month) for month in this_month.until(this_month.plus(months - 1))]
    known = {month for (month,) in Place.select(Place.month).where(
        Place.antenna == antenna, Place.month.in_(wanted)).distinct().tuples()}
    missing = [month for month in wanted if month not in known] if per_month > 0 else []
    if missing:
        with write_transaction():
            for month in missing:
                open_month(antenna, month, per_month)
    return missing


_OVER = compiled(lambda: Place.select(Place.id).where(
    Place.antenna == param("antenna"), Place.month < param("month"), Place.status == "free").limit(1))


def close_past(antenna: Antenna, today: date) -> dict[str, int]:
    """Free places of the months that are over are lost: nothing is carried over (JOURNEY §8). How many, by month."""
    month = str(Month.of(today))
    if _OVER.one(antenna=antenna.id, month=month) is None:
        return {}
    over = (Place.antenna == antenna) & (Place.month < month) & (Place.status == "free")
    lost = dict(Place.select(Place.month, fn.COUNT(Place.id)).where(over).group_by(Place.month).order_by(
        Place.month).tuples())
    with write_transaction():
        Place.update(status="lost").where(over).execute()
    return lost


def set_cap(antenna: Antenna, month: str, cap: int) -> None:
    """Bring a month to so many places: closed ones open again, free ones close; a taken place stays."""
    lock_month(antenna, month)
    here = (Place.antenna == antenna) & (Place.month == month)
    standing = list(Place.select().where(here, Place.status.not_in(("lost", "closed"))).order_by(Place.rank))
    closed = list(Place.select().where(here, Place.status == "closed").order_by(Place.rank))
    for place in [one for one in reversed(standing) if one.status == "free"][:max(0, len(standing) - cap)]:
        Place.update(status="closed").where(Place.id == place.id, Place.status == "free").execute()
    missing = max(0, cap - len(standing))
    for place in closed[:missing]:
        Place.update(status="free").where(Place.id == place.id, Place.status == "closed").execute()
    ranks = Place.select(fn.MAX(Place.rank)).where(here).scalar() or 0
    for rank in range(ranks + 1, ranks + 1 + missing - len(closed)):
        Place.insert(antenna=antenna, month=month, rank=rank).execute()
