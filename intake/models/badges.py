"""Badges: a random number for the QR code, six digits for the keypad; they identify and authorise nothing (SCREENS K2)."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from peewee import ForeignKeyField, TextField
from stdnum import damm

from intake import moment
from intake.models.base import InstantField, Model, write_transaction
from intake.models.people import Person

VERSION = "P1"
DIGITS = 6
MOST = 50_000
"""Badges of a house: half of the codes there are, so that a free one is found at once and most guesses are nobody's."""


class NoCodeLeft(Exception):
    """The house has as many badges as six digits allow."""


class Badge(Model):
    """What someone shows at the tablet: 96 random bits, and five random digits with their check digit."""

    person = ForeignKeyField(Person, unique=True, backref="badges", on_delete="CASCADE")
    number = TextField(unique=True)
    code = TextField(unique=True)
    made_at = InstantField()

    @property
    def text(self) -> str:
        """What the QR code says: version, number, first name, nothing else."""
        return f"{VERSION}.{self.number}.{quote(self.person.called, safe='')}"

    @property
    def spoken(self) -> str:
        """The code as it is read: « 734 108 »."""
        return f"{self.code[:3]}\N{NO-BREAK SPACE}{self.code[3:]}"


# Given ---------------------------------------------------------------------------------------------------------------


def give_badges(people: Iterable[Person]) -> int:
    """Make the badge of those who have none; how many were made. Twice is harmless."""
    had = {person for (person,) in Badge.select(Badge.person).tuples()}
    missing = sorted({person.id for person in people} - had)
    if not missing:
        return 0
    with write_transaction():
        taken = {code for (code,) in Badge.select(Badge.code).tuples()}
        for person in missing:
            code = new_code(taken)
            taken.add(code)
            Badge.insert(person=person, number=new_number(), code=code, made_at=moment.now()).on_conflict_ignore().execute()
    return len(missing)


def replace_badge(person: Person) -> Badge:
    """A lost badge: another number and another code; the old ones are nobody's from now on."""
    with write_transaction():
        taken = {code for (code,) in Badge.select(Badge.code).tuples()}
        Badge.delete().where(Badge.person == person).execute()
        made: Badge = Badge.create(person=person, number=new_number(), code=new_code(taken), made_at=moment.now())
    return made


def new_number() -> str:
    """96 random bits, as 16 signs of base64url."""
    return secrets.token_urlsafe(12)


def new_code(taken: Iterable[str]) -> str:
    """Five random digits and their check digit, not yet someone's. Raises NoCodeLeft."""
    used = set(taken)
    if len(used) >= MOST:
        raise NoCodeLeft(f"{len(used)} badges: six digits allow {MOST}")
    while True:
        digits = f"{secrets.randbelow(100_000):05d}"
        code = digits + damm.calc_check_digit(digits)
        if code not in used:
            return code


# Read ----------------------------------------------------------------------------------------------------------------


def badge_of(person: Person) -> Badge | None:
    """Someone's badge."""
    return Badge.get_or_none(Badge.person == person)


def badges_of(people: Iterable[Person]) -> list[Badge]:
    """The badges of several people, by name."""
    wanted = {person.id for person in people}
    rows = Badge.select(Badge, Person).join(Person).order_by(Person.last_name, Person.first_name, Person.id)
    return [badge for badge in rows if badge.person_id in wanted]


def person_of_badge(number: str) -> Person | None:
    """Whose badge this is; None for an unknown or replaced one."""
    return _owner(Badge.number == number)


def person_of_code(code: str) -> Person | None:
    """Whose attendance code this is, spaces aside; None for one with a mistake in it, or nobody's."""
    digits = "".join(code.split())
    return _owner(Badge.code == digits) if well_formed(digits) else None


def well_formed(code: str) -> bool:
    """Whether six digits end with their check digit: one wrong digit, or two swapped, are always seen."""
    return len(code) == DIGITS and code.isascii() and code.isdigit() and damm.is_valid(code)


def _owner(condition: object) -> Person | None:
    badge = Badge.select(Badge, Person).join(Person).where(condition, Person.disabled_at.is_null()).first()
    return badge.person if badge is not None else None


# Drawn ---------------------------------------------------------------------------------------------------------------


def qr_png(badge: Badge) -> bytes:
    """The QR code as an image, large enough for a telephone held at arm's length."""
    image = io.BytesIO()
    _qr(badge.text).save(image, kind="png", scale=10, border=4)
    return image.getvalue()


def qr_svg(badge: Badge) -> str:
    """The QR code of a badge as a drawing that takes the size of its frame."""
    return drawn(badge.text)


@lru_cache(maxsize=2048)
def drawn(text: str) -> str:
    """Any text as a QR code, drawn: milliseconds each the first time, and the same people come every month."""
    image = io.BytesIO()
    _qr(text).save(image, kind="svg", border=4, omitsize=True, svgclass=None, lineclass=None, xmldecl=False)
    return image.getvalue().decode()


def _qr(text: str) -> Any:
    import segno

    return segno.make(text, error="m", micro=False)
