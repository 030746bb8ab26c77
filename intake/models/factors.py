"""The team's second step: keys, applications, recovery codes; wrong answers slow it down, never lock it (TRUST 3.20–3.22)."""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta

from peewee import BigIntegerField, Check, ForeignKeyField, TextField

from intake import history, moment
from intake.models.base import InstantField, Model, SealedField, UidField, new_uid, write_transaction
from intake.models.compiled import compiled, param
from intake.models.dossiers import Event
from intake.models.people import Person
from intake.models.sealed import seal, unseal
from intake.models.signin import Session
from intake.secrets_kept import digest
from workflows import roles
from workflows.engine import Refusal, StepRefused

KEY, APPLICATION = "webauthn", "totp"
CODES = 10
"""Recovery codes given at once, each good once."""
PATIENCE = 5
"""Wrong answers before each further one has to wait."""
LONGEST_WAIT = timedelta(minutes=15)
FRESH = timedelta(minutes=5)
"""How long a second step opens what is most sensitive."""


class Factor(Model):
    """A second factor of someone of the team: a security key or telephone, or an application of codes."""

    uid = UidField()
    person = ForeignKeyField(Person, backref="factors", on_delete="CASCADE")
    kind = TextField(constraints=[Check("kind IN ('webauthn', 'totp')")])
    label = TextField(default="")
    secret = SealedField()
    """The application's secret, or the key's public half and identifier, as JSON."""
    counter = BigIntegerField(default=0)
    """The last code's half-minute, or the key's count: nothing older is taken again."""
    added_at = InstantField()
    used_at = InstantField(null=True)


class RecoveryCode(Model):
    """A code for the day a device is lost, kept as a keyed hash."""

    person = ForeignKeyField(Person, backref="+", on_delete="CASCADE")
    code = TextField(unique=True)
    used_at = InstantField(null=True)


class WrongAnswer(Model):
    """A second step that failed; forgotten at the next one that passes."""

    person = ForeignKeyField(Person, backref="+", on_delete="CASCADE")
    at = InstantField()


PROTECTED = compiled(lambda: Factor.select(Factor.id).where(Factor.person == param("person")).limit(1))


def is_protected(person: Person) -> bool:
    """Whether someone has set up a second step."""
    return PROTECTED.one(person=person.id) is not None


def factors_of(person: Person, kind: str = "") -> list[Factor]:
    """What someone may pass the second step with, oldest first."""
    rows = Factor.select().where(Factor.person == person).order_by(Factor.id)
    return list(rows.where(Factor.kind == kind) if kind else rows)


def opened(factor: Factor) -> dict[str, str]:
    """The secret of a factor."""
    found: dict[str, str] = json.loads(unseal("factor.secret", factor.uid, factor.secret))
    return found


def add(person: Person, kind: str, label: str, secret: dict[str, str], counter: int) -> Event:
    """Keep a factor that has proved itself."""
    uid, now = new_uid(), moment.now()
    with write_transaction():
        Factor.insert(uid=uid, person=person, kind=kind, label=label, counter=counter, added_at=now, used_at=now,
                      secret=seal("factor.secret", uid, json.dumps(secret))).execute()
        return _note("add_factor", person, person, roles.person)


def remove(factor: Factor, by: Person) -> Event:
    """Take a factor away; the last one stays until another is added. Raises StepRefused."""
    with write_transaction():
        if Factor.select().where(Factor.person == factor.person_id).count() < 2:
            raise StepRefused(Refusal("C’est votre dernière protection. Ajoutez-en une autre avant de la retirer."))
        Factor.delete().where(Factor.id == factor.id).execute()
        return _note("remove_factor", factor.person, by, roles.person)


def forget(person: Person, by: Person, as_role: str) -> Event:
    """Someone lost everything: factors and codes go, sessions end; the next sign-in protects the access again."""
    with write_transaction():
        for table in (Factor, RecoveryCode, WrongAnswer):
            table.delete().where(table.person == person).execute()
        Session.update(revoked_at=moment.now()).where(Session.person == person, Session.revoked_at.is_null()).execute()
        return _note("reset_factors", person, by, as_role)


def renew_codes(person: Person) -> list[str]:
    """Ten new recovery codes, shown once; earlier ones are void."""
    codes = [f"{secrets.randbelow(10**5):05d}-{secrets.randbelow(10**5):05d}" for _ in range(CODES)]
    with write_transaction():
        RecoveryCode.delete().where(RecoveryCode.person == person).execute()
        RecoveryCode.insert_many([{"person": person, "code": _hashed(person, code)} for code in codes]).execute()
    return codes


def codes_left(person: Person) -> int:
    """How many recovery codes are still good."""
    left: int = RecoveryCode.select().where(RecoveryCode.person == person, RecoveryCode.used_at.is_null()).count()
    return left


def use_code(person: Person, typed: str) -> bool:
    """Use a recovery code up, by one conditional update; whether it was good."""
    digits = "".join(sign for sign in typed if sign.isdigit())
    code = f"{digits[:5]}-{digits[5:]}"
    with write_transaction():
        used = RecoveryCode.update(used_at=moment.now()).where(
            RecoveryCode.code == _hashed(person, code), RecoveryCode.used_at.is_null()).execute()
    return bool(used)


def advance(factor: Factor, counter: int) -> bool:
    """Note the use of a factor, unless something as recent was used already: each code serves once."""
    later = (Factor.counter < counter) | ((Factor.kind == KEY) & (Factor.counter == 0) & (counter == 0))
    with write_transaction():
        moved = Factor.update(counter=counter, used_at=moment.now()).where(Factor.id == factor.id, later).execute()
    return bool(moved)


def passed(session: Session) -> None:
    """The second step is passed: the session says so, wrong answers are forgotten."""
    with write_transaction():
        Session.update(second_step_at=moment.now(), challenge="").where(Session.id == session.id).execute()
        WrongAnswer.delete().where(WrongAnswer.person == session.person_id).execute()


def failed(person: Person) -> Event | None:
    """A wrong answer; the fifth one leaves an event."""
    with write_transaction():
        WrongAnswer.create(person=person, at=moment.now())
        many = WrongAnswer.select().where(WrongAnswer.person == person).count() == PATIENCE
        return _note("second_step_failed", person, person, roles.person) if many else None


def wait_until(person: Person) -> datetime | None:
    """When the next answer is looked at, once five were wrong; None when at once."""
    wrong = WrongAnswer.select(WrongAnswer.at).where(WrongAnswer.person == person).order_by(WrongAnswer.id.desc())
    times = [row.at for row in wrong.limit(PATIENCE + 6)]
    if len(times) < PATIENCE:
        return None
    until: datetime = times[0] + min(LONGEST_WAIT, timedelta(minutes=2 ** (len(times) - PATIENCE)))
    return until if until > moment.now() else None


def ask_key(session: Session) -> bytes:
    """A new challenge for this session's key."""
    challenge = secrets.token_bytes(32)
    with write_transaction():
        Session.update(challenge=challenge.hex()).where(Session.id == session.id).execute()
    return challenge


def challenge_of(session: Session) -> bytes:
    """The challenge asked last, used up; empty when none was."""
    with write_transaction():
        found = Session.get_by_id(session.id).challenge
        Session.update(challenge="").where(Session.id == session.id).execute()
    return bytes.fromhex(found)


def _hashed(person: Person, code: str) -> str:
    return digest("recovery", person.uid, code)


def _note(step: str, person: Person, by: Person, as_role: str) -> Event:
    return history.append_of_house(step, by, as_role, f"person:{person.uid}", moment.now(), moment.today())
