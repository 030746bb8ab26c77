"""What the tablets deliver: sealed envelopes, each kept once, and the keys that open them (TRUST 3.30–3.35)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from peewee import BlobField, Check, ForeignKeyField, IntegerField, IntegrityError, TextField

from intake import moment
from intake.models.base import (
    DayField,
    InstantField,
    JSONField,
    Model,
    SealedField,
    UidField,
    new_uid,
    write_transaction,
)
from intake.models.compiled import columns, compiled, loaded, param
from intake.models.devices import Device
from intake.models.people import Person
from intake.models.sealed import seal, unseal

KEY_LASTS = timedelta(days=365)
SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
"""P-256, since every browser's WebCrypto has it; X25519 is missing in those of 2022."""


class KioskKey(Model):
    """A key pair: tablets seal to its public half, the server alone opens. Old ones stay."""

    uid = UidField()
    public = TextField()
    """Uncompressed point, hexadecimal."""
    private = SealedField()
    made_at = InstantField()


class KioskEntry(Model):
    """An envelope, kept once by its key; its sealed body leaves once it is applied or a person has resolved it."""

    key = TextField(unique=True)
    device = ForeignKeyField(Device, null=True, backref="+")
    """The tablet that numbered it, which another pairing may deliver."""
    sequence = IntegerField()
    device_time = InstantField()
    made_at = InstantField(index=True)
    """Its time by our clock: device time + (received − sent)."""
    received_at = InstantField()
    version = IntegerField()
    sealed_to = TextField()
    sealed = BlobField(null=True)
    digest = TextField()
    status = TextField(default="received", constraints=[
        Check("status IN ('received', 'applied', 'tray', 'resolved')"),
    ])
    kind = TextField(default="")
    reason = TextField(default="")
    """Why it is in the tray, or why it was set aside."""
    resolved_by = ForeignKeyField(Person, null=True, backref="+")
    resolved_at = InstantField(null=True)
    tries = IntegerField(default=1)
    outcome = JSONField(default=dict)
    """What was answered, without any name: a replay gets it again."""

    class Meta:
        indexes = ((("device", "sequence"), False), (("status", "id"), False))


class AnonymousEntry(Model):
    """The envelope of « ce qui coince »: key, day and version, nothing else. Tablets send them shuffled."""

    key = TextField(primary_key=True)
    day = DayField()
    version = IntegerField()
    sealed_to = TextField()
    sealed = BlobField(null=True)
    digest = TextField()
    status = TextField(default="received", constraints=[
        Check("status IN ('received', 'applied', 'tray', 'resolved')"),
    ])


class CannotOpen(Exception):
    """The body was sealed to another key, for another envelope, or damaged."""


# Keys ----------------------------------------------------------------------------------------------------------------


def current_key() -> KioskKey:
    """The key to seal to today, made when there is none or it is a year old."""
    now = moment.now()
    found = KioskKey.select().order_by(KioskKey.id.desc()).first()
    if found is not None and found.made_at > now - KEY_LASTS:
        return found  # type: ignore[no-any-return]
    pair, uid = ec.generate_private_key(ec.SECP256R1()), new_uid()
    private = pair.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with write_transaction():
        made: KioskKey = KioskKey.create(
            uid=uid, public=pair.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex(),
            private=seal("kioskkey.private", uid, private), made_at=now)
    return made


def open_body(sealed_to: str, bound: str, body: bytes) -> bytes:
    """What a tablet sealed, if nothing of its envelope changed. Raises CannotOpen.

    The envelope is bound as HPKE's `info`: cryptography's one-shot interface has no `aad`, and both are authenticated.
    """
    key = KioskKey.get_or_none(KioskKey.uid == sealed_to)
    if key is None:
        raise CannotOpen
    private: Any = load_der_private_key(unseal("kioskkey.private", key.uid, key.private), None)
    try:
        return SUITE.decrypt(body, private, info=bound.encode())
    except (InvalidTag, ValueError) as error:
        raise CannotOpen from error


# Envelopes -----------------------------------------------------------------------------------------------------------


_NAMES = columns(KioskEntry)
_KNOWN = compiled(lambda: KioskEntry.select(*(getattr(KioskEntry, name) for name in _NAMES)).where(
    KioskEntry.key == param("key")))


def entry_of(key: str) -> KioskEntry | None:
    """The entry of a key."""
    row = _KNOWN.one(key=key)
    if row is None:
        return None
    found: KioskEntry = loaded(KioskEntry, _NAMES, row)
    found._dirty.clear()
    return found


def keep(row: Mapping[str, Any]) -> tuple[KioskEntry, bool]:
    """Keep an envelope, committed before any receipt; (the entry of this key, whether it is new)."""
    if (known := entry_of(row["key"])) is not None:
        return known, False
    try:
        with write_transaction():
            return KioskEntry.create(**row), True
    except IntegrityError:
        return KioskEntry.get(KioskEntry.key == row["key"]), False


def keep_anonymous(row: Mapping[str, Any]) -> tuple[AnonymousEntry, bool]:
    """The same, for « ce qui coince »."""
    try:
        with write_transaction():
            known = AnonymousEntry.get_or_none(AnonymousEntry.key == row["key"])
            return (known, False) if known is not None else (AnonymousEntry.create(**row), True)
    except IntegrityError:
        return AnonymousEntry.get(AnonymousEntry.key == row["key"]), False


def applied(entry: KioskEntry, kind: str, outcome: Mapping[str, Any]) -> None:
    """An entry was applied; its body goes, as what it said lives elsewhere now. Twice is harmless."""
    _become(entry, ("received", "tray"), status="applied", kind=kind, outcome=dict(outcome), reason="", sealed=None)


def lay_in_tray(entry: KioskEntry, kind: str, reason: str) -> None:
    """An entry waits for a person, with its sealed body."""
    _become(entry, ("received", "tray"), status="tray", kind=kind, reason=reason)


def resolve(entry: KioskEntry, reason: str, by: Person) -> bool:
    """A person settled an entry of the tray; False when someone else did before."""
    return _become(entry, ("tray",), status="resolved", reason=reason, resolved_by=by, resolved_at=moment.now(), sealed=None)


def _become(entry: KioskEntry, before: tuple[str, ...], **row: Any) -> bool:
    with write_transaction():
        done: int = KioskEntry.update(**row).where(KioskEntry.id == entry.id, KioskEntry.status.in_(before)).execute()
    if done:
        for name, value in row.items():
            setattr(entry, name, value)
    return done == 1


def settle_anonymous(entry: AnonymousEntry, status: str) -> None:
    """What became of an anonymous entry; its body stays while it waits in the tray."""
    kept = {} if status == "tray" else {"sealed": None}
    with write_transaction():
        AnonymousEntry.update(status=status, **kept).where(
            AnonymousEntry.key == entry.key, AnonymousEntry.status.in_(("received", "tray"))).execute()


def count_try(entry: KioskEntry) -> int:
    """Note, before anything, that an entry is about to be applied again; the number of tries, this one included."""
    with write_transaction():
        KioskEntry.update(tries=KioskEntry.tries + 1).where(KioskEntry.id == entry.id).execute()
        found: int = KioskEntry.get_by_id(entry.id).tries
    return found


_LEFT = compiled(lambda: KioskEntry.select(KioskEntry.id).where(
    KioskEntry.status == "received", KioskEntry.received_at < param("before")).limit(1))
_ANONYMOUS_LEFT = compiled(lambda: AnonymousEntry.select(AnonymousEntry.key).where(
    AnonymousEntry.status == "received", AnonymousEntry.day < param("today")).limit(1))


def unapplied(before: datetime, most: int = 200) -> list[KioskEntry]:
    """Entries kept and not applied: a server stopped between the two."""
    if _LEFT.one(before=before) is None:
        return []
    return list(KioskEntry.select().where(KioskEntry.status == "received", KioskEntry.received_at < before)
                .order_by(KioskEntry.id).limit(most))


def unapplied_anonymous(today: date) -> list[AnonymousEntry]:
    """The same, for « ce qui coince », of another day: those of today are in hand."""
    if _ANONYMOUS_LEFT.one(today=today) is None:
        return []
    return list(AnonymousEntry.select().where(AnonymousEntry.status == "received", AnonymousEntry.day < today))


def in_tray(most: int = 200) -> list[KioskEntry]:
    """Entries that wait for a person, the oldest first."""
    rows = KioskEntry.select(KioskEntry, Device).join(Device, "LEFT OUTER JOIN").where(KioskEntry.status == "tray")
    return list(rows.order_by(KioskEntry.id).limit(most))


def unreadable_anonymous() -> int:
    """How many « ce qui coince » nobody could open."""
    return AnonymousEntry.select().where(AnonymousEntry.status == "tray").count()  # type: ignore[no-any-return]
