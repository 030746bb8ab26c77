"""The people of the tests, and the house they come to. None of them exists."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Flask, session
from flask.testing import FlaskClient

from config import Settings
from intake.models import base
from intake.models.people import Antenna, Commitment, Mandate, Person, RoleGrant
from workflows import roles

LONG_AGO = date(2024, 1, 2)


@dataclass(frozen=True)
class Cast:
    """Who is who."""

    ana: Person
    """Applies."""
    ben: Person
    """Applies too."""
    noe: Person
    """Accompanies: an ordinary member, until someone chooses him."""
    claire: Person
    """Of the circle."""
    salome: Person
    """Of the circle."""
    ines: Person
    """Of the circle."""
    marc: Person
    """Cogérance, with a mandate to sign."""
    odile: Person
    """Cogérance, with a mandate to sign."""
    rachel: Person
    """Human resources, and so support."""
    come: Person
    """Accounts, and so support."""
    sami: Person
    """Support."""
    zoe: Person
    """A stranger: no role, no dossier."""
    ada: Person
    """Administration."""


def invite() -> Cast:
    """Write the persons and their roles."""
    claire, salome, ines = (_team(name, last, roles.circle) for name, last in (
        ("Claire", "Dubreuil"), ("Salomé", "Vasseur"), ("Inès", "Haddad")))
    marc, odile = (_team(name, last, roles.cogerance) for name, last in (("Marc", "Leroux"), ("Odile", "Fontaine")))
    for manager in (marc, odile):
        Mandate.create(person=manager, since=LONG_AGO, reference="AG du 2 janvier 2024")
    return Cast(
        ana=_person("Ana", "Moreau"), ben=_person("Ben", "Lefort"), noe=_person("Noé", "Caron"), zoe=_person("Zoé", "Marchal"),
        claire=claire, salome=salome, ines=ines, marc=marc, odile=odile,
        rachel=_team("Rachel", "Petit", roles.hr), come=_team("Côme", "Delattre", roles.accounts),
        sami=_team("Sami", "Benali", roles.support), ada=_team("Ada", "Nowak", roles.admin))


def _person(first_name: str, last_name: str) -> Person:
    from intake import moment

    address = f"{first_name}.{last_name}@exemple.fr".lower().translate(str.maketrans("éèô", "eeo"))
    found: Person = Person.create(
        first_name=first_name, last_name=last_name, email=address, phone="", created_at=moment.now())
    return found


def _team(first_name: str, last_name: str, *held: str) -> Person:
    person = _person(first_name, last_name)
    Commitment.create(person=person, signed_on=LONG_AGO)
    for role in held:
        RoleGrant.create(person=person, role=role, since=LONG_AGO)
    return person


def principale() -> Antenna:
    """The main antenna, capped."""
    found: Antenna = Antenna.get(Antenna.code == "principale")
    return found


def build(url: str, now: datetime) -> None:
    """Make the tables and what every house begins with, as `intake init` does."""
    from intake.models import schema

    database = base.connect(url)
    base.check_out(writing=True)
    schema.create(now)
    base.check_in()
    database.close_all()


@contextmanager
def opened(settings: Settings) -> Iterator[Any]:
    """The database of these settings, open for writing in this thread."""
    from intake.models import sealed

    database = base.connect(settings.database_url)
    sealed.load_keys(settings.key_file)
    base.check_out(writing=True)
    try:
        yield database
    finally:
        base.check_in()
        database.close_all()


@contextmanager
def writing() -> Iterator[None]:
    """A connection that may write, for arranging a test between two requests."""
    was_closed = base.db.is_closed()
    base.check_out(writing=True)
    try:
        yield
    finally:
        if was_closed:
            base.check_in()


def browser(app: Flask, person: Person | None = None) -> FlaskClient:
    """A browser of its own, in which someone is signed in (second step passed), or nobody."""
    from intake import moment, sessions
    from intake.models.signin import Session

    client = app.test_client()
    if person is None:
        return client
    with writing(), app.test_request_context("/"):
        from flask import g

        g.person = g.session = None
        begun = sessions.begin(person, "test")
        Session.update(second_step_at=moment.now()).where(Session.id == begun.id).execute()
        kept = dict(session)
    with client.session_transaction() as cookie:
        cookie.update(kept)
        cookie.permanent = True
    return client
