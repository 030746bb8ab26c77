"""From the tablet to one's own telephone: an address that opens a draft there, once, for half an hour."""

from __future__ import annotations

import secrets
from datetime import timedelta

from peewee import BooleanField, ForeignKeyField, TextField

from intake import moment
from intake.models.base import InstantField, Model, write_transaction
from intake.models.dossiers import Dossier
from intake.secrets_kept import digest

LASTS = timedelta(minutes=30)


class Handover(Model):
    """One QR code shown after « Je découvre Optéos »."""

    token = TextField(unique=True)
    dossier = ForeignKeyField(Dossier, backref="+", on_delete="CASCADE")
    direct = BooleanField()
    """Signs in at once: only for someone new who left a telephone number, as no address could prove anything. With an
    address, known or not, a code goes to it first: typing somebody's address opens nothing of theirs."""
    ends_at = InstantField()
    used_at = InstantField(null=True)


def open_for(dossier: Dossier, *, direct: bool) -> str:
    """A new address for a draft; the sign that goes into it, of which a hash alone is kept."""
    token = secrets.token_urlsafe(18)
    with write_transaction():
        Handover.create(token=digest("handover", token), dossier=dossier, direct=direct, ends_at=moment.now() + LASTS)
    return token


def stands(token: str) -> Handover | None:
    """The handover of an address that may still be used; looking uses nothing up."""
    found: Handover | None = Handover.get_or_none(
        Handover.token == digest("handover", token), Handover.used_at.is_null(), Handover.ends_at > moment.now())
    return found


def use(token: str) -> Handover | None:
    """Use an address up, by one conditional update; None for whoever comes second or late."""
    with write_transaction():
        done = Handover.update(used_at=moment.now()).where(
            Handover.token == digest("handover", token), Handover.used_at.is_null(), Handover.ends_at > moment.now()).execute()
        return Handover.get(Handover.token == digest("handover", token)) if done else None
