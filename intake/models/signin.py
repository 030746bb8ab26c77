"""Signing in: requests by e-mail, their secrets, sessions (TRUST 3.7, 3.12–3.15)."""

from __future__ import annotations

from datetime import datetime

from peewee import Check, ForeignKeyField, IntegerField, TextField, fn

from intake.models.base import InstantField, Model, UidField
from intake.models.compiled import columns, compiled, loaded, param
from intake.models.pending import PendingVersion
from intake.models.people import Person


class SignInRequest(Model):
    """Someone asked for a link: bound to the browser that asked, ten minutes, five tries."""

    uid = UidField()
    person = ForeignKeyField(Person, null=True, backref="+")
    """Empty when nobody has this address: the same page, the same work."""
    address = TextField(index=True)
    browser = TextField()
    """Hash of the asking browser's cookie; `any` for `intake link`."""
    network = TextField(default="", index=True)
    """Keyed hash of the network it came from."""
    suite = TextField(default="/")
    made_at = InstantField()
    ends_at = InstantField()
    tries = IntegerField(default=0, constraints=[Check("tries <= 5")])
    used_at = InstantField(null=True)


class SignInSecret(Model):
    """A link and a code, made when the letter leaves; only their hashes are kept."""

    request = ForeignKeyField(SignInRequest, backref="secrets", on_delete="CASCADE")
    token = TextField(unique=True)
    code = TextField()
    made_at = InstantField()


class Session(Model):
    """A sign-in: its identifier hashed, twelve hours in all, revocable."""

    token = TextField(unique=True)
    person = ForeignKeyField(Person, backref="sessions", on_delete="CASCADE")
    begun_at = InstantField()
    ends_at = InstantField()
    revoked_at = InstantField(null=True)
    second_step_at = InstantField(null=True)
    """When the second step was last passed; asked of the team."""
    challenge = TextField(default="")
    """What a security key is asked to sign; used once."""
    path = TextField(default="")
    """How they signed in: link, code, printed link, development."""
    texts_wait = False
    """Whether something they typed elsewhere waits for them (`pending`); known as the session is found."""


_NAMES = {model: columns(model) for model in (Session, Person)}
_ALIVE = compiled(lambda: Session.select(*(getattr(model, name) for model in (Session, Person) for name in _NAMES[model]),
                                         fn.EXISTS(PendingVersion.select(PendingVersion.id).where(
                                             PendingVersion.person == Session.person)))
                  .join(Person, on=Session.person == Person.id)
                  .where(Session.token == param("token"), Session.revoked_at.is_null(),
                         Session.ends_at > param("now"), Person.disabled_at.is_null()))


def find_session(token: str, now: datetime) -> Session | None:
    """The session of a hashed identifier with its person, unless it is over, revoked, or the person disabled."""
    row = _ALIVE.one(token=token, now=now)
    if row is None:
        return None
    size = len(_NAMES[Session])
    found: Session = loaded(Session, _NAMES[Session], row[:size])
    found.person = loaded(Person, _NAMES[Person], row[size:-1])
    found.texts_wait = bool(row[-1])
    found._dirty.clear()
    return found
