"""Settings of JOURNEY §12: a history of values, each with its author and reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from peewee import ForeignKeyField, TextField

from intake import history, moment
from intake.models.base import DayField, InstantField, JSONField, Model, db, write_transaction
from intake.models.compiled import compiled
from intake.models.people import Antenna, Person, find_by_email
from workflows.engine import Refusal, StepRefused
from workflows.lists import entries
from workflows.settings import (
    BY_NAME,
    PRINCIPALE,
    SETTINGS,
    Setting,
    SettingRefused,
    defaults_for,
    parse,
)


class SettingValue(Model):
    """A value from a day on; the latest one wins."""

    name = TextField(index=True)
    antenna = ForeignKeyField(Antenna, null=True, backref="+")
    value = JSONField()
    since = DayField()
    reason = TextField(default="")
    changed_by = ForeignKeyField(Person, null=True, backref="+")
    changed_at = InstantField()


@dataclass(frozen=True)
class Supposed:
    """A value as if it held already, everywhere or for one antenna."""

    name: str
    value: Any
    antenna: int | None


_supposed: ContextVar[Supposed | None] = ContextVar("supposed", default=None)


@contextmanager
def supposing(name: str, value: Any, antenna: Antenna | None) -> Iterator[None]:
    """Read everything as if a setting had this value: what it would change is known before anything is written."""
    token = _supposed.set(Supposed(name, value, antenna.id if antenna is not None else None))
    try:
        yield
    finally:
        _supposed.reset(token)


@dataclass
class Noticed:
    """Whether a setting was read since the last look."""

    name: str
    read: bool = False


class _Watched(dict[str, Any]):
    """Settings that notice when one of them is read."""

    watch: Noticed

    def __getitem__(self, name: str) -> Any:
        self.watch.read |= name == self.watch.name
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """As a dict does."""
        self.watch.read |= name == self.watch.name
        return super().get(name, default)


_watch: ContextVar[Noticed | None] = ContextVar("watch", default=None)


@contextmanager
def noticing(name: str) -> Iterator[Noticed]:
    """Notice whether a setting is read: what never reads it does not depend on it."""
    found = Noticed(name)
    token = _watch.set(found)
    try:
        yield found
    finally:
        _watch.reset(token)


_LATEST = compiled(
    lambda: SettingValue.select(SettingValue.id, SettingValue.changed_at).order_by(SettingValue.id.desc()).limit(1))


def settings_on(today: date, antenna: Antenna | None = None) -> Mapping[str, Any]:
    """Every setting's value on a day, for an antenna where it may differ. Read again once any value was added."""
    programme = antenna.programme if antenna is not None else PRINCIPALE
    found = _kept(today, antenna, programme)
    if (watch := _watch.get()) is not None:
        found = _Watched(found)
        found.watch = watch
    supposed = _supposed.get()
    if supposed is None or supposed.antenna not in (None, antenna.id if antenna is not None else None):
        return found
    return {**found, supposed.name: supposed.value}


def _kept(today: date, antenna: Antenna | None, programme: str) -> Mapping[str, Any]:
    return _settings(str(db.database), _LATEST.one() or (0, None), today, antenna.id if antenna is not None else 0, programme)


@lru_cache(maxsize=64)
def _settings(_database: str, latest: tuple[int, Any], today: date, antenna: int, programme: str) -> Mapping[str, Any]:
    found = dict(defaults_for(programme))
    for name, whose, value, since in _values(_database, latest):
        if whose in (None, antenna) and since <= today:
            found[name] = value
    return found


@lru_cache(maxsize=4)
def _values(_database: str, latest: tuple[int, Any]) -> list[tuple[str, int | None, Any, date]]:
    """Every value given so far, those for all antennas first, then as they follow each other."""
    rows = SettingValue.select(SettingValue.name, SettingValue.antenna, SettingValue.value, SettingValue.since).where(
        SettingValue.id <= latest[0]).order_by(SettingValue.antenna.is_null(False), SettingValue.since, SettingValue.id)
    return list(rows.tuples())


def understood(setting: Setting, text: str) -> Any:
    """The value typed for a setting, people by what does not change. SettingRefused when it does not fit or names nobody here."""
    value = parse(setting, text)
    return [_with_access(one).uid for one in value] if setting.kind == "people" else value


def _with_access(address: str) -> Person:
    found = find_by_email(address)
    if found is None or found.disabled_at is not None:
        raise SettingRefused(f"Personne n’a l’adresse {address}. Ajoutez d’abord cette personne dans « Personnes et rôles »")
    return found


def people_of(value: list[str]) -> list[Person]:
    """Those whom a value of a setting of people names, in its order."""
    found = {person.uid: person for person in Person.select().where(Person.uid.in_(value))}
    return [found[uid] for uid in value if uid in found]


def people_named(name: str) -> list[Person]:
    """Those whom a setting of people names today, unless their access is closed."""
    return [person for person in people_of(settings_on(moment.today())[name]) if person.disabled_at is None]


def forget(person: Person) -> list[str]:
    """Name someone erased no more, in past and planned values either; the settings that did. A new value tells every process."""
    rows = list(SettingValue.select().where(SettingValue.name.in_([one.name for one in SETTINGS if one.kind == "people"])))
    named = [row for row in rows if person.uid in row.value]
    today, now = settings_on(moment.today()), moment.now()
    for row in named:
        SettingValue.update(value=_without(person, row.value)).where(SettingValue.id == row.id).execute()
    found = sorted({row.name for row in named})
    for name in found:
        SettingValue.create(name=name, value=_without(person, today[name]), since=moment.today(),
                            reason="Une personne a été effacée", changed_at=now)
    return found


def _without(person: Person, value: list[str]) -> list[str]:
    return [uid for uid in value if uid != person.uid]


def change(name: str, value: Any, since: date, reason: str, by: Person, role: str, *, antenna: Antenna | None = None,
           key: str | None = None) -> None:
    """Give a setting another value from a day on, with an event of the house. StepRefused for a day that is past."""
    text = {"value": value, "since": since.isoformat(), "reason": reason}
    with write_transaction():
        if history.told_already(key, "set", text):
            return
        if since < moment.today():
            raise StepRefused(Refusal("Un réglage change aujourd’hui ou plus tard, jamais dans le passé."))
        if BY_NAME[name].kind == "entries":
            _keep_every_entry(name, value, since)
        now = moment.now()
        SettingValue.create(name=name, antenna=antenna, value=value, since=since, reason=reason, changed_by=by,
                            changed_at=now)
        subject = f"setting:{name}:{antenna.code}" if antenna else f"setting:{name}"
        history.append_of_house("set", by, role, subject, now, since, text, key)


def _keep_every_entry(name: str, value: Any, since: date) -> None:
    """A list loses no entry, whoever wrote it meanwhile and from whichever day. StepRefused otherwise."""
    latest = latest_of(name)
    if latest is None:
        return
    if since < latest.since:
        raise StepRefused(Refusal("Cette liste change déjà le {jour}. Choisissez ce jour-là ou plus tard.",
                                  {"jour": latest.since}))
    if not {one.code for one in entries(latest.value)} <= {one.code for one in entries(value)}:
        raise StepRefused(Refusal("Cette liste vient de changer. Rechargez la page, puis recommencez."))


def values_of(name: str, antenna: Antenna | None = None) -> list[SettingValue]:
    """Every value a setting was given, the latest first; those of an antenna with those for all."""
    rows = (SettingValue.select(SettingValue, Person).join(Person, join_type="LEFT OUTER JOIN")
            .where(SettingValue.name == name).order_by(SettingValue.since.desc(), SettingValue.id.desc()))
    mine = SettingValue.antenna.is_null()
    return list(rows.where(mine | (SettingValue.antenna == antenna) if antenna is not None else mine))


def latest_of(name: str, key: str | None = None) -> SettingValue | None:
    """The value given last, from whichever day; as the form of this key saw it, without the one it gave itself."""
    own = history.text_of(key, "set") if key else None
    return next((one for one in values_of(name)
                 if own is None or (one.value, one.since.isoformat()) != (own["value"], own["since"])), None)


def latest_values(today: date) -> dict[tuple[str, int | None], SettingValue]:
    """The value in force of each setting that somebody changed, by name and antenna."""
    rows = (SettingValue.select(SettingValue, Person).join(Person, join_type="LEFT OUTER JOIN")
            .where(SettingValue.since <= today).order_by(SettingValue.since, SettingValue.id))
    return {(row.name, row.antenna_id): row for row in rows}
