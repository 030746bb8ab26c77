"""People: who they are, the roles they hold, what they have signed to hold them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from peewee import Check, ForeignKeyField, TextField

from intake.models.base import DayField, InstantField, Model, UidField, write_transaction
from intake.models.compiled import columns, compiled, loaded, param


class Antenna(Model):
    """An intake track: the principale, or a KPA-Cité one, each with its monthly cap or none."""

    code = TextField(unique=True)
    """`principale`, `roubaix`…: in addresses and settings."""
    name = TextField()
    programme = TextField(default="principale", constraints=[Check("programme IN ('principale', 'kpa')")])
    prefix = TextField(default="OPT")
    """First letters of its dossiers' numbers."""
    capped = TextField(default="yes", constraints=[Check("capped IN ('yes', 'no')")])


class Person(Model):
    """A human being. Legal counters run per person."""

    uid = UidField()
    first_name = TextField()
    last_name = TextField()
    usual_name = TextField(default="")
    email = TextField(null=True, unique=True)
    """Folded for look-up; empty for someone who has none."""
    phone = TextField(default="")
    language = TextField(default="fr", constraints=[Check("language IN ('fr', 'en')")])
    trade = TextField(default="")
    """Activity in a word, shown to those who look for a peer."""
    disabled_at = InstantField(null=True)
    died_on = DayField(null=True)
    created_at = InstantField()

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.called} {self.last_name}".strip()

    @property
    def called(self) -> str:
        """The first name this person goes by."""
        return self.usual_name or self.first_name


class RoleGrant(Model):
    """A role held by someone, on one antenna or (circle, support…) everywhere it applies, from a day to another."""

    person = ForeignKeyField(Person, backref="grants", on_delete="CASCADE")
    role = TextField()
    antenna = ForeignKeyField(Antenna, null=True)
    since = DayField()
    until = DayField(null=True)
    """Last day; empty while it lasts."""
    granted_by = ForeignKeyField(Person, null=True, backref="+")
    reason = TextField(default="")

    class Meta:
        indexes = ((("person", "role"), False),)


class Commitment(Model):
    """A confidentiality commitment, signed before reading other people's dossiers."""

    person = ForeignKeyField(Person, backref="commitments", on_delete="CASCADE")
    signed_on = DayField()
    recorded_by = ForeignKeyField(Person, null=True, backref="+")


class Mandate(Model):
    """A co-manager's mandate to sign contracts for the cooperative."""

    person = ForeignKeyField(Person, backref="mandates", on_delete="CASCADE")
    since = DayField()
    until = DayField(null=True)
    reference = TextField(default="")
    recorded_by = ForeignKeyField(Person, null=True, backref="+")


def running(model: Any, today: date) -> Any:
    """The condition « in force today » of a grant or mandate."""
    return (model.since <= today) & (model.until.is_null() | (model.until >= today))


def find_by_email(address: str) -> Person | None:
    """The person with this address, however it was typed."""
    return Person.get_or_none(Person.email == fold_email(address))


def fold_email(address: str) -> str:
    """An address as it is looked up: trimmed, lower case."""
    return address.strip().lower()


def holds_a_role(person: Person, today: date) -> bool:
    """Whether someone holds a role of the team today."""
    found: bool = RoleGrant.select().where(RoleGrant.person == person, running(RoleGrant, today)).exists()
    return found


def _holders(*more: Callable[[], Any]) -> compiled:
    return compiled(lambda: (
        Person.select().join(RoleGrant, on=RoleGrant.person).where(
            RoleGrant.role == param("role"), running(RoleGrant, param("today")), Person.disabled_at.is_null(),
            *(one() for one in more)).order_by(Person.id).distinct()))


_ANYWHERE = _holders()
_HERE = _holders(lambda: RoleGrant.antenna.is_null() | (RoleGrant.antenna == param("antenna")))


def holders(role: str, today: date, antenna: Antenna | None = None) -> list[Person]:
    """People who hold a role today; `antenna` keeps those of that antenna and those of all."""
    rows = (_ANYWHERE(role=role, today=today) if antenna is None else _HERE(role=role, today=today, antenna=antenna.id))
    return [loaded(Person, columns(Person), row) for row in rows]


_ANTENNAS = compiled(lambda: Antenna.select().order_by(Antenna.id))


def antennas() -> list[Antenna]:
    """Every antenna, the main one first."""
    return [loaded(Antenna, columns(Antenna), row) for row in _ANTENNAS()]


def speak(person: Person, language: str) -> None:
    """Keep the language someone reads: their screens and their letters."""
    if person.language != language:
        Person.update(language=language).where(Person.id == person.id).execute()
        person.language = language


def change_email(person: Person, before: str | None, address: str) -> bool:
    """Give someone the address that proved itself; False when theirs changed meanwhile or someone else has it."""
    with write_transaction():
        if find_by_email(address) is not None:
            return False
        changed: int = Person.update(email=fold_email(address)).where(
            Person.id == person.id, Person.email == before if before else Person.email.is_null()).execute()
        return changed == 1


def named_like(words: str, most: int = 20) -> list[Person]:
    """People whose name or address holds each of these words."""
    rows = Person.select().where(Person.disabled_at.is_null()).order_by(Person.last_name, Person.first_name)
    for word in words.split()[:5]:
        rows = rows.where(Person.first_name.contains(word) | Person.usual_name.contains(word)
                          | Person.last_name.contains(word) | Person.email.contains(word))
    return list(rows.limit(most))
