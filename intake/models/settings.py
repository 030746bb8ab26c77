"""Settings of JOURNEY §12: a history of values, each with its author and reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from peewee import ForeignKeyField, TextField

from intake.models.base import DayField, InstantField, JSONField, Model
from intake.models.people import Antenna, Person
from workflows.settings import PRINCIPALE, defaults_for


class SettingValue(Model):
    """A value from a day on; the latest one wins."""

    name = TextField(index=True)
    antenna = ForeignKeyField(Antenna, null=True, backref="+")
    value = JSONField()
    since = DayField()
    reason = TextField(default="")
    changed_by = ForeignKeyField(Person, null=True, backref="+")
    changed_at = InstantField()


def settings_on(today: date, antenna: Antenna | None = None) -> Mapping[str, Any]:
    """Every setting's value on a day, for an antenna where it may differ."""
    found = dict(defaults_for(antenna.programme if antenna is not None else PRINCIPALE))
    rows = (SettingValue.select().where(SettingValue.since <= today)
            .order_by(SettingValue.antenna.is_null(False), SettingValue.since, SettingValue.id))
    for row in rows:
        if row.antenna_id is None or (antenna is not None and row.antenna_id == antenna.id):
            found[row.name] = row.value
    return found
