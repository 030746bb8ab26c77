"""Accounts: someone is added, given a role or relieved of it; what they signed to hold it (TRUST 3.25)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from peewee import ForeignKeyField, TextField

from intake import history, moment
from intake.models.actors import Machine, grants_of
from intake.models.base import DayField, new_uid, write_transaction
from intake.models.people import (
    Antenna,
    Commitment,
    Mandate,
    Person,
    RoleGrant,
    find_by_email,
    fold_email,
    holders,
    running,
)
from intake.models.signin import Session
from intake.models.two_people import NOT_ALONE, AskedOfTwo, confirmed
from workflows import roles
from workflows.engine import Refusal, StepRefused

TWO_PEOPLE = frozenset({roles.cogerance, roles.admin})
"""Roles that a second person confirms."""
COMMITTED = frozenset({roles.circle, roles.coordinator})
"""Roles that read other people's dossiers as a peer does: a commitment is signed first (JOURNEY §2)."""


class RoleAsked(AskedOfTwo):
    """A role that one person asks for someone, and another confirms within seven days."""

    person = ForeignKeyField(Person, backref="+", on_delete="CASCADE")
    role = TextField()
    antenna = ForeignKeyField(Antenna, null=True, backref="+")
    until = DayField(null=True)
    reason = TextField()


class FactorReset(AskedOfTwo):
    """Someone lost their second step: one person of the team asks, face to face, another confirms."""

    person = ForeignKeyField(Person, backref="+", on_delete="CASCADE")
    reason = TextField()


def add_person(first_name: str, last_name: str, email: str, phone: str, by: Person, role: str,
               key: str | None = None) -> Person:
    """Add someone, without any role. StepRefused when their address is already someone's."""
    text = {"email": fold_email(email)}
    with write_transaction():
        known = Person.get_or_none(Person.email == fold_email(email))
        if history.told_already(key, "add_person", text) and known is not None:
            return known  # type: ignore[no-any-return]
        if known is not None:
            raise StepRefused(Refusal("{nom} a déjà cette adresse.", {"nom": known.name}))
        added: Person = Person.create(uid=new_uid(), first_name=first_name, last_name=last_name, phone=phone,
                                      email=fold_email(email), created_at=moment.now())
        history.append_of_house("add_person", by, role, f"person:{added.uid}", moment.now(), moment.today(), text, key)
    return added


def give(person: Person, role: str, antenna: Antenna | None, until: date | None, reason: str, by: Person,
         as_role: str, key: str | None = None) -> bool:
    """Give someone a role, or ask for it where a second person confirms. Whether it is theirs at once.

    Raises StepRefused: held already, over before it begins, or no commitment signed.
    """
    text = {"role": role, "antenna": antenna.code if antenna else "", "until": until.isoformat() if until else "",
            "reason": reason}
    step = "ask_role" if role in TWO_PEOPLE else "give_role"
    with write_transaction():
        if history.told_already(key, step, text):
            return role not in TWO_PEOPLE
        _refuse_to_give(person, role, antenna, until)
        if role in TWO_PEOPLE:
            RoleAsked.create(person=person, role=role, antenna=antenna, until=until, reason=reason, asked_by=by,
                             asked_at=moment.now())
        else:
            _grant(person, role, antenna, until, reason, by)
        history.append_of_house(step, by, as_role, f"role:{person.uid}", moment.now(), moment.today(), text, key)
    return role not in TWO_PEOPLE


def enrol(name: str, email: str, held: Iterable[str]) -> Person:
    """Add someone with roles from the machine itself, as the first of a house must be; again, it adds what is missing.

    `name` is first name, then last name; it serves only for someone new.
    """
    by, today = Machine(roles.admin), moment.today()
    with write_transaction():
        person = find_by_email(email)
        if person is None:
            first_name, _, last_name = name.strip().partition(" ")
            person = Person.create(uid=new_uid(), first_name=first_name, last_name=last_name, email=fold_email(email),
                                   created_at=moment.now())
            history.append_of_house("add_person", by, by.role, f"person:{person.uid}", moment.now(), today,
                                    {"email": person.email})
        had = {role for role, antenna in grants_of(person, today) if antenna is None}
        for role in sorted(set(held) - had):
            _grant(person, role, None, None, "", None)
            history.append_of_house("give_role", by, by.role, f"role:{person.uid}", moment.now(), today, {"role": role})
    return person


def confirm(asked: RoleAsked, by: Person, as_role: str) -> None:
    """Confirm a role that another person asked for. Raises StepRefused; twice is harmless."""
    with write_transaction():
        found = confirmed(asked, by, concerned=asked.person)
        if found is None:
            return
        asked = found
        _refuse_to_give(asked.person, asked.role, asked.antenna, asked.until)
        _grant(asked.person, asked.role, asked.antenna, asked.until, asked.reason, asked.asked_by)
        history.append_of_house("confirm_role", by, as_role, f"role:{asked.person.uid}", moment.now(),
                                moment.today(), {"role": asked.role})


def last_grant(person: Person, role: str) -> RoleGrant | None:
    """The latest time a role was given to someone."""
    found: RoleGrant | None = RoleGrant.select().where(RoleGrant.person == person, RoleGrant.role == role).order_by(
        RoleGrant.id.desc()).first()
    return found


def withdraw(grant: RoleGrant, reason: str, by: Person, as_role: str) -> None:
    """Relieve someone of a role from today on; their sessions end. Twice is harmless.

    StepRefused for the last person of the administration.
    """
    today = moment.today()
    with write_transaction():
        if grant.until is not None and grant.until < today:
            return
        if grant.role == roles.admin and holders(roles.admin, today) == [grant.person]:
            raise StepRefused(Refusal("La dernière personne de l’administration garde ce rôle."))
        RoleGrant.update(until=today - timedelta(days=1)).where(RoleGrant.id == grant.id).execute()
        _end_sessions(grant.person)
        history.append_of_house("withdraw_role", by, as_role, f"role:{grant.person.uid}", moment.now(), today,
                                {"role": grant.role, "reason": reason})


def commit(person: Person, signed_on: date, by: Person, as_role: str) -> None:
    """Note a confidentiality commitment that was signed. Noting the same day twice is harmless."""
    with write_transaction():
        if Commitment.select().where(Commitment.person == person, Commitment.signed_on == signed_on).exists():
            return
        Commitment.create(person=person, signed_on=signed_on, recorded_by=by)
        history.append_of_house("commit", by, as_role, f"person:{person.uid}", moment.now(), signed_on)


def mandate(person: Person, since: date, until: date | None, reference: str, by: Person, as_role: str) -> None:
    """Note a mandate to sign for the cooperative. Raises StepRefused unless the person is a co-manager."""
    with write_transaction():
        if Mandate.select().where(Mandate.person == person, Mandate.since == since, Mandate.reference == reference
                                  ).exists():
            return
        if person not in holders(roles.cogerance, moment.today()):
            raise StepRefused(Refusal("Un mandat de signature se donne à une personne de la cogérance."))
        if until is not None and until < since:
            raise StepRefused(Refusal("Le dernier jour du mandat vient après le premier."))
        Mandate.create(person=person, since=since, until=until, reference=reference, recorded_by=by)
        history.append_of_house("give_mandate", by, as_role, f"mandate:{person.uid}", moment.now(), since,
                                {"reference": reference})


def end_mandate(found: Mandate, by: Person, as_role: str) -> None:
    """End a mandate: today is its last day. Twice is harmless."""
    today = moment.today()
    with write_transaction():
        if found.until is not None and found.until <= today:
            return
        Mandate.update(until=today).where(Mandate.id == found.id).execute()
        history.append_of_house("end_mandate", by, as_role, f"mandate:{found.person.uid}", moment.now(), today)


def ask_reset(person: Person, reason: str, by: Person, as_role: str, key: str | None = None) -> None:
    """Ask that someone's second step begins again; nothing changes until another confirms. Raises StepRefused."""
    with write_transaction():
        if history.told_already(key, "ask_reset", {"reason": reason}):
            return
        if person.id == by.id:
            raise StepRefused(NOT_ALONE)
        FactorReset.create(person=person, reason=reason, asked_by=by, asked_at=moment.now())
        history.append_of_house("ask_reset", by, as_role, f"person:{person.uid}", moment.now(), moment.today(),
                                {"reason": reason}, key)


def grants_today(person: Person | None = None) -> list[RoleGrant]:
    """Roles held today, with who holds them and where."""
    rows = (RoleGrant.select(RoleGrant, Person, Antenna).join(Person, on=RoleGrant.person).switch(RoleGrant)
            .join(Antenna, join_type="LEFT OUTER JOIN", on=RoleGrant.antenna)
            .where(running(RoleGrant, moment.today())).order_by(Person.first_name, Person.id, RoleGrant.id))
    return list(rows.where(RoleGrant.person == person) if person is not None else rows)


def _refuse_to_give(person: Person, role: str, antenna: Antenna | None, until: date | None) -> None:
    today = moment.today()
    here = RoleGrant.antenna.is_null() if antenna is None else RoleGrant.antenna == antenna
    if RoleGrant.select().where(RoleGrant.person == person, RoleGrant.role == role, here, running(RoleGrant, today)
                                ).exists():
        raise StepRefused(Refusal("Cette personne a déjà ce rôle."))
    if until is not None and until < today:
        raise StepRefused(Refusal("Le dernier jour du rôle est aujourd’hui ou plus tard."))
    if role in COMMITTED and not Commitment.select().where(Commitment.person == person).exists():
        raise StepRefused(Refusal("Notez d’abord l’engagement de confidentialité signé par {nom}.", {"nom": person.name}))


def _grant(person: Person, role: str, antenna: Antenna | None, until: date | None, reason: str, by: Person | None
           ) -> None:
    RoleGrant.create(person=person, role=role, antenna=antenna, since=moment.today(), until=until, granted_by=by,
                     reason=reason)
    _end_sessions(person)


def _end_sessions(person: Person) -> None:
    """Whoever gains or loses a role signs in again (TRUST 3.7)."""
    Session.update(revoked_at=moment.now()).where(Session.person == person, Session.revoked_at.is_null()).execute()
