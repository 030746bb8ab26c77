"""Ranks in the waiting list: nobody's worsens without a sentence saying why (JOURNEY §5.1, SCREENS F73)."""

from __future__ import annotations

from datetime import date, datetime

from peewee import ForeignKeyField, IntegerField, TextField

from intake.models.base import DayField, Model, write_transaction
from intake.models.dossiers import Case

LONGEST = 1000
"""Beyond, ranks are not told one by one."""


class RankLine(Model):
    """A rank that worsened: from which to which, on which day, and why."""

    case = ForeignKeyField(Case, backref="rank_lines")
    day = DayField()
    before = IntegerField(null=True)
    """Empty when the case was not in the list just before."""
    rank = IntegerField()
    sentence = TextField()


def tell(moved: Case, before: datetime | None, others: str, oneself: str, today: date) -> None:
    """Someone came into the list, or moved down in it: tell those who now stand behind, and the one who stepped back."""
    if moved.rank_at is None or moved.rank_at == before:
        return
    line = list(Case.select(Case.id, Case.rank_at).where(
        Case.workflow == "admission", Case.state == "waiting", Case.antenna == moved.antenna_id,
        Case.rank_at.is_null(False)).order_by(Case.rank_at, Case.id).limit(LONGEST))
    rows = []
    stands, stood = (moved.rank_at, moved.id), (before, moved.id)
    for rank, one in enumerate(line, start=1):
        here = (one.rank_at, one.id)
        if one.id == moved.id and oneself:
            rows.append({"case": one.id, "day": today, "before": None, "rank": rank, "sentence": oneself})
        elif here > stands and (before is None or here < stood) and others:
            rows.append({"case": one.id, "day": today, "before": rank - 1, "rank": rank, "sentence": others})
    if rows:
        with write_transaction():
            RankLine.insert_many(rows).execute()


def latest(case: Case, since: date) -> RankLine | None:
    """The last time a rank worsened, if it is recent."""
    found: RankLine | None = RankLine.select().where(RankLine.case == case, RankLine.day >= since).order_by(
        RankLine.id.desc()).first()
    return found
