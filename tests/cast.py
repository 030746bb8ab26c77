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
    name_the_house()
    return Cast(
        ana=_person("Ana", "Moreau"), ben=_person("Ben", "Lefort"), noe=_person("Noé", "Caron"), zoe=_person("Zoé", "Marchal"),
        claire=claire, salome=salome, ines=ines, marc=marc, odile=odile,
        rachel=_team("Rachel", "Petit", roles.hr), come=_team("Côme", "Delattre", roles.accounts),
        sami=_team("Sami", "Benali", roles.support), ada=_team("Ada", "Nowak", roles.admin))


def name_the_house() -> None:
    """What every contract says of the cooperative; invented."""
    from intake import moment
    from intake.models.settings import SettingValue

    for name, value in (("coop.form", "SCIC à capital variable"), ("coop.seat", "12 rue du Moulin, 59100 Roubaix"),
                        ("coop.siren", "732 829 320"), ("coop.rules", "Version du 5 janvier 2026")):
        SettingValue.create(name=name, value=value, since=LONG_AGO, changed_at=moment.now())


def ready_to_sign(case: Any) -> str:
    """The person has opened the link and read every part; the code that support then reads out."""
    from intake import moment
    from intake.models import signatures
    from intake.papers import evidence

    stands = signatures.of(case)
    assert stands is not None
    signatures.open_link(stands, moment.now(), "192.0.2.7", "A browser")
    for part in range(len(evidence.parts_of(case))):
        signatures.note_read(stands, part, moment.now())
    code = signatures.new_code()
    assert signatures.give_code(stands, code, moment.now(), None, "lu au téléphone") or stands.signed_at
    return code


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
    from intake import seal_keys
    from intake.models import sealed

    database = base.connect(settings.database_url)
    sealed.load_keys(settings.key_file)
    seal_keys.use(settings.key_file, create=True)
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
