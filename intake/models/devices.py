"""The tablets: paired by a code that someone of the team approves, revoked at once, known by what they last said."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from peewee import Check, ForeignKeyField, IntegerField, TextField, fn

from intake import history, moment
from intake.models.base import (
    DayField,
    InstantField,
    JSONField,
    Model,
    UidField,
    db_is_postgres,
    new_uid,
    write_transaction,
)
from intake.models.compiled import columns, compiled, loaded, param
from intake.models.days import Journee
from intake.models.people import Person
from intake.secrets_kept import digest
from workflows.engine import Refusal, StepRefused

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without those one takes for another: I, L, O, 0, 1."""
PAIRING_LASTS = timedelta(minutes=10)
TRIES = 5
OPENED_PER_HOUR = 30
"""Codes one network may ask for in an hour."""
UNUSED = timedelta(days=45)
"""A token nobody used this long no longer opens anything (TRUST 3.27)."""
SEEN_EVERY = timedelta(seconds=10)
CODES, PAUSE = 5, timedelta(minutes=5)
"""Wrong attendance codes before a pause, and its length (TRUST 3.28)."""


class Device(Model):
    """A tablet, paired for good or until revoked; it is nobody."""

    uid = UidField()
    name = TextField()
    place = TextField(default="")
    help_name = TextField(default="")
    """Whom « Aide » names: someone present."""
    token = TextField(unique=True)
    """Hash of what its cookie holds."""
    next_token = TextField(null=True, unique=True)
    """Hash of the renewed one, until the tablet has shown it: a lost answer locks nobody out."""
    pin = JSONField(default=dict)
    """Salt, rounds and digest of the team's code, as the tablet checks it without network."""
    paired_at = InstantField()
    paired_by = ForeignKeyField(Person, backref="+")
    seen_at = InstantField()
    revoked_at = InstantField(null=True)
    revoked_by = ForeignKeyField(Person, null=True, backref="+")
    opened_on = DayField(null=True)
    """The day of the last « Préparer la borne »."""
    closed_on = DayField(null=True)
    waiting = IntegerField(default=0)
    """Entries it said it still holds."""
    to_check = IntegerField(default=0)
    """Entries it holds that were refused."""
    irritants = IntegerField(default=0)
    last_sequence = IntegerField(default=0)
    """The last number it said it gave."""
    late = IntegerField(default=0)
    """Seconds by which its clock is behind; below zero, ahead."""
    wrong_codes = IntegerField(default=0)
    wrong_since = InstantField(null=True)


class Pairing(Model):
    """A tablet shows a code: ten minutes, five tries, once."""

    code = TextField(unique=True)
    """Hash of the eight signs it shows."""
    secret = TextField(unique=True)
    """Hash of what it alone holds, to collect its token with."""
    network = TextField(default="", index=True)
    made_at = InstantField()
    ends_at = InstantField()
    tries = IntegerField(default=0, constraints=[Check("tries <= 5")])
    device = ForeignKeyField(Device, null=True, backref="+")
    approved_at = InstantField(null=True)
    used_at = InstantField(null=True)


class TooManyPairings(Exception):
    """This network asked for too many codes within the hour."""


# Pairing -------------------------------------------------------------------------------------------------------------


def ask_pairing(network: str) -> tuple[str, str]:
    """(code to show, secret to keep) for a tablet that nobody knows yet. Raises TooManyPairings."""
    now, code, secret = moment.now(), "".join(secrets.choice(LETTERS) for _ in range(8)), secrets.token_urlsafe(32)
    with write_transaction():
        recent = Pairing.select().where(Pairing.network == digest(network), Pairing.made_at > now - timedelta(hours=1))
        if recent.count() >= OPENED_PER_HOUR:
            raise TooManyPairings
        Pairing.create(code=digest("pairing", code), secret=digest("tablet", secret), network=digest(network), made_at=now,
                       ends_at=now + PAIRING_LASTS)
    return code, secret


def approve(code: str, *, name: str, place: str, pin: Mapping[str, Any], by: Person, role: str) -> Device:
    """Let in the tablet that shows this code. StepRefused for another code, which counts against those being shown."""
    typed = "".join(sign for sign in code.upper() if sign.isalnum())
    now = moment.now()
    with write_transaction():
        alive = (Pairing.ends_at > now) & (Pairing.tries < TRIES) & Pairing.approved_at.is_null()
        rows = Pairing.select().where(Pairing.code == digest("pairing", typed), alive)
        found = (rows.for_update() if db_is_postgres() else rows).first()
        if found is None:
            Pairing.update(tries=Pairing.tries + 1).where(alive).execute()
        else:
            device: Device = Device.create(
                uid=new_uid(), name=name, place=place, help_name=by.called, pin=dict(pin), paired_at=now, paired_by=by,
                token=digest("unclaimed", new_uid()), seen_at=now)
            Pairing.update(approved_at=now, device=device).where(Pairing.id == found.id).execute()
            history.append_of_house("pair_device", by, role, f"device:{device.uid}", now, moment.today(),
                                    {"name": name, "place": place})
            return device
    raise StepRefused(Refusal("Aucune tablette n’affiche ce code. Il change toutes les 10 minutes, et après 5 essais : "
                              "regardez la tablette, puis recommencez."))


def collect(secret: str) -> tuple[Device, str] | None:
    """(device, token) for the tablet that was approved, once; None while nobody has approved it, or ever after."""
    now, token = moment.now(), secrets.token_urlsafe(32)
    with write_transaction():
        used = Pairing.update(used_at=now).where(
            Pairing.secret == digest("tablet", secret), Pairing.approved_at.is_null(False), Pairing.used_at.is_null(),
            Pairing.ends_at > now).execute()
        if not used:
            return None
        device: Device = Pairing.get(Pairing.secret == digest("tablet", secret)).device
        Device.update(token=digest("device", token), seen_at=now).where(Device.id == device.id).execute()
    return device, token


def pairing_stands(secret: str) -> bool:
    """Whether the code of this secret may still be approved, or waits to be collected."""
    now = moment.now()
    found: bool = Pairing.select().where(Pairing.secret == digest("tablet", secret), Pairing.ends_at > now,
                                         Pairing.tries < TRIES, Pairing.used_at.is_null()).exists()
    return found


# A tablet at work ----------------------------------------------------------------------------------------------------


_NAMES = columns(Device)
_AT_WORK = compiled(lambda: Device.select(*(getattr(Device, name) for name in _NAMES)).where(
    (Device.token == param("token")) | (Device.next_token == param("token")), Device.revoked_at.is_null(),
    Device.seen_at > param("since")))


def device_of(token: str) -> Device | None:
    """The tablet of a token, unless revoked or unused for 45 days."""
    row = _AT_WORK.one(token=digest("device", token), since=moment.now() - UNUSED) if token else None
    if row is None:
        return None
    found: Device = loaded(Device, _NAMES, row)
    found._dirty.clear()
    return found


def seen(device: Device, token: str, **said: int) -> None:
    """Note what a tablet says of itself; a renewed token that it shows replaces the earlier one."""
    now = moment.now()
    changes: dict[str, Any] = {name: value for name, value in said.items() if getattr(device, name) != value}
    kept = digest("device", token)
    if device.next_token == kept:
        changes |= {"token": kept, "next_token": None}
    if not changes and now - device.seen_at < SEEN_EVERY:
        return
    with write_transaction():
        Device.update(seen_at=now, **changes).where(Device.id == device.id).execute()


def renew(device: Device) -> str:
    """A new token for « Préparer la borne »; the earlier one serves until the new one is first shown."""
    token = secrets.token_urlsafe(32)
    with write_transaction():
        Device.update(next_token=digest("device", token), seen_at=moment.now(), opened_on=moment.today(),
                      closed_on=None).where(Device.id == device.id).execute()
    return token


def close(device: Device) -> None:
    """« Fermer la journée » was pressed on this tablet and it holds nothing more. Twice is harmless."""
    with write_transaction():
        Device.update(closed_on=moment.today()).where(Device.id == device.id).execute()


def move(device: Device, *, name: str, place: str, by: Person, role: str) -> None:
    """Say where a tablet stands from now on, and what it is called; its history keeps where it stood. Twice is harmless."""
    with write_transaction():
        was = Device.get_by_id(device.id)
        if (was.name, was.place) == (name, place):
            return
        if was.revoked_at is not None:
            raise StepRefused(Refusal("Cette tablette est révoquée : elle n’est plus nulle part. Associez-la de nouveau."))
        Device.update(name=name, place=place).where(Device.id == device.id).execute()
        history.append_of_house("move_device", by, role, f"device:{device.uid}", moment.now(), moment.today(),
                                {"name": name, "place": place, "before": {"name": was.name, "place": was.place}})


def revoke(device: Device, by: Person, role: str) -> None:
    """Cut a tablet off from its next request on. Twice is harmless."""
    now = moment.now()
    with write_transaction():
        if Device.update(revoked_at=now, revoked_by=by).where(Device.id == device.id, Device.revoked_at.is_null()).execute():
            history.append_of_house("revoke_device", by, role, f"device:{device.uid}", now, moment.today(),
                                    {"name": device.name})


def count_wrong_code(device: Device) -> None:
    """One more attendance code that is nobody's; after five in five minutes none is answered."""
    now = moment.now()
    with write_transaction():
        fresh = Device.get_by_id(device.id)
        again = fresh.wrong_since is not None and now - fresh.wrong_since < PAUSE
        Device.update(wrong_codes=Device.wrong_codes + 1 if again else 1,
                      wrong_since=fresh.wrong_since if again else now).where(Device.id == device.id).execute()


def codes_paused(device: Device) -> bool:
    """Whether this tablet tried too many codes."""
    return bool(device.wrong_codes >= CODES and device.wrong_since and moment.now() - device.wrong_since < PAUSE)


# What the team sees --------------------------------------------------------------------------------------------------


def in_service() -> list[Device]:
    """The tablets not revoked, the last seen first."""
    return list(Device.select().where(Device.revoked_at.is_null()).order_by(Device.seen_at.desc(), Device.id))


def revoked_lately(since: datetime) -> list[Device]:
    """Tablets cut off since an instant: some may still hold entries."""
    return list(Device.select().where(Device.revoked_at > since).order_by(Device.revoked_at.desc()))


def missing(device: Device) -> int:
    """Entries it numbered that neither arrived nor wait on it: a gap in its sequence (TRUST 3.34)."""
    arrived, last = _arrived(device)
    return max(0, max(device.last_sequence, last) - arrived - device.waiting - device.to_check)


def last_number(device: Device) -> int:
    """The highest number known of a tablet, which goes on from there when its storage was wiped."""
    return max(device.last_sequence, _arrived(device)[1])


def _arrived(device: Device) -> tuple[int, int]:
    from intake.models.kiosk import KioskEntry

    count, last = KioskEntry.select(fn.COUNT(KioskEntry.sequence.distinct()), fn.MAX(KioskEntry.sequence)).where(
        KioskEntry.device == device).scalar(as_tuple=True)
    return count, last or 0


def tablets_of(journee: Journee) -> list[dict[str, Any]]:
    """The tablets prepared on the day of a journée, with their counts, for its page."""
    rows = Device.select().where(Device.opened_on == journee.day).order_by(Device.name)
    return [{"name": one.name, "place": one.place, "seen_at": one.seen_at, "waiting": one.waiting, "to_check": one.to_check,
             "irritants": one.irritants, "missing": missing(one), "late": one.late,
             "closed": one.closed_on == journee.day} for one in rows]


def left_open(journee: Journee) -> list[Device]:
    """Tablets prepared that day and never closed."""
    return list(Device.select().where(Device.opened_on == journee.day,
                                      Device.closed_on.is_null() | (Device.closed_on < journee.day)))
