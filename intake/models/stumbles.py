"""Stumbles: how often each question was not understood, without what was typed nor by whom (SCREENS F26)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from peewee import IntegerField, TextField, fn

from intake import moment
from intake.models.base import Model, write_transaction
from workflows.calendar import Month

QUARTER = 3
"""Months looked back on."""


class Stumble(Model):
    """Refused answers to one question in one month."""

    form = TextField()
    """`admission.you`: a workflow, then the page or step that asks."""
    field = TextField()
    month = TextField()
    count = IntegerField(default=1)

    class Meta:
        indexes = ((("form", "field", "month"), True),)


def count(form: str, fields: Iterable[str]) -> None:
    """One more refused answer to each of these questions."""
    month = str(Month.of(moment.today()))
    with write_transaction():
        for field in sorted(set(fields)):
            Stumble.insert(form=form, field=field, month=month).on_conflict(
                conflict_target=[Stumble.form, Stumble.field, Stumble.month],
                update={Stumble.count: Stumble.count + 1}).execute()


def worst(today: date, most: int) -> list[tuple[str, str, int]]:
    """(form, question, how often) of the last months, the worst first."""
    since, times = str(Month.of(today).plus(1 - QUARTER)), fn.SUM(Stumble.count)
    rows = Stumble.select(Stumble.form, Stumble.field, times).where(Stumble.month >= since).group_by(Stumble.form, Stumble.field)
    return [(form, field, int(number)) for form, field, number in rows.order_by(times.desc(), Stumble.form).limit(most).tuples()]
