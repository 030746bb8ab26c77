"""Pending versions: forms posted after a sign-in ended, kept until the person identifies (TRUST 3.16)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from peewee import ForeignKeyField, TextField

from intake.models.base import InstantField, Model, SealedField, UidField, new_uid, write_transaction
from intake.models.dossiers import Case
from intake.models.people import Person
from intake.models.sealed import seal, unseal

MOST = 5
"""Versions kept of one form of one person."""
LARGEST = 64 * 1024
"""Bytes of one version."""

Typed = Mapping[str, Sequence[str]]


class TooLong(Exception):
    """What was posted is beyond what a pending version holds."""


class PendingVersion(Model):
    """What was typed in one form, readable by nobody before its person identifies."""

    uid = UidField()
    person = ForeignKeyField(Person, backref="+", on_delete="CASCADE")
    case = ForeignKeyField(Case, null=True, backref="+", on_delete="CASCADE")
    """Empty for a form of the house: a setting, a person, a meeting."""
    path = TextField()
    """The form's own address."""
    typed = SealedField()
    made_at = InstantField()

    class Meta:
        indexes = ((("person", "path"), False),)


def keep(person: Person, case: Case | None, path: str, typed: Typed, *, instead_of: Collection[str], now: datetime
         ) -> PendingVersion:
    """Keep what was posted; a browser's later version takes the place of its earlier ones. Raises TooLong."""
    uid, text = new_uid(), json.dumps({name: list(values) for name, values in typed.items()}, ensure_ascii=False)
    if len(text.encode()) > LARGEST:
        raise TooLong
    mine = (PendingVersion.person == person) & (PendingVersion.path == path)
    with write_transaction():
        PendingVersion.delete().where(mine, PendingVersion.uid.in_(list(instead_of))).execute()
        older = [row.id for row in PendingVersion.select(PendingVersion.id).where(mine).order_by(
            PendingVersion.id.desc()).offset(MOST - 1)]
        PendingVersion.delete().where(PendingVersion.id.in_(older)).execute()
        kept: PendingVersion = PendingVersion.create(
            uid=uid, person=person, case=case, path=path, made_at=now, typed=seal("pending_version.typed", uid, text))
    return kept


def versions(person: Person, path: str) -> list[PendingVersion]:
    """The versions of a form that wait for its person, the latest first."""
    return list(PendingVersion.select().where(PendingVersion.person == person, PendingVersion.path == path)
                .order_by(PendingVersion.id.desc()))


def of_browser(person: Person, uids: Collection[str]) -> list[PendingVersion]:
    """Those of this person among the versions a browser posted, in their order."""
    return list(PendingVersion.select().where(PendingVersion.person == person, PendingVersion.uid.in_(list(uids)))
                .order_by(PendingVersion.id))


def typed_in(version: PendingVersion) -> dict[str, list[str]]:
    """What was typed."""
    found: dict[str, list[str]] = json.loads(unseal("pending_version.typed", version.uid, version.typed))
    return found


def forget(person: Person, path: str) -> None:
    """The form was answered, or its person wants none of them."""
    with write_transaction():
        PendingVersion.delete().where(PendingVersion.person == person, PendingVersion.path == path).execute()
