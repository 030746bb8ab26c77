"""Brands: a label, or an activity several people share; who is in it, and the conventions that split its pay (JOURNEY §10)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from peewee import Check, ForeignKeyField, IntegerField, TextField

from intake import history, moment
from intake.models.base import (
    DayField,
    InstantField,
    Model,
    SealedField,
    UidField,
    db_is_postgres,
    new_uid,
    write_transaction,
)
from intake.models.dossiers import Dossier
from intake.models.people import Antenna, Person
from intake.models.sealed import seal, unseal
from workflows.engine import Refusal, StepRefused

KINDS: Final = {"label": "Label", "shared": "Activité partagée"}
LEGAL: Final = {
    "label": "Un label n’a pas d’effet juridique : chaque personne garde son contrat et son chiffre.",
    "shared": "Une activité partagée demande une convention écrite qui répartit la rémunération, signée par chaque personne "
              "(C. trav. R7331-6, R7331-7).",
}
OPINIONS: Final = {"for": "Favorable", "reserved": "Réservé", "against": "Défavorable"}
"""What a referent thinks of someone who joins: told to the circle, it stops nothing."""

TAKEN = Refusal("Une marque porte déjà ce nom.")
THERE = Refusal("{nom} est déjà dans cette marque.")
TOO_SOON = Refusal("Le départ vient après l’arrivée, et au plus tard aujourd’hui.")


class Brand(Model):
    """A collective brand."""

    uid = UidField()
    name = TextField(unique=True)
    kind = TextField(constraints=[Check("kind IN ('label', 'shared')")])
    referent = ForeignKeyField(Person, backref="+")
    made_at = InstantField()


class Convention(Model):
    """The written convention of a shared activity, encrypted: its day, and how it splits the pay."""

    uid = UidField()
    brand = ForeignKeyField(Brand, backref="conventions")
    signed_on = DayField()
    split = TextField()
    filename = TextField()
    media_type = TextField()
    size = IntegerField()
    content = SealedField()
    added_by = ForeignKeyField(Person, backref="+")
    added_at = InstantField()


class BrandMember(Model):
    """Someone in a brand, from a day to another; the convention they signed; what the referent thought of it."""

    uid = UidField()
    brand = ForeignKeyField(Brand, backref="members", index=False)
    person = ForeignKeyField(Person, backref="brands")
    since = DayField()
    until = DayField(null=True)
    """Last day; empty while it lasts."""
    convention = ForeignKeyField(Convention, null=True, backref="signers")
    opinion = TextField(default="")
    words = TextField(default="")
    """Why the referent thinks so."""
    opinion_on = DayField(null=True)

    class Meta:
        indexes = ((("brand", "until"), False),)
        constraints = [Check("until IS NULL OR until >= since")]


# Writing -------------------------------------------------------------------------------------------------------------


def open_brand(name: str, kind: str, referent: Person, by: Person, role: str) -> Brand:
    """A new brand. Raises StepRefused when the name is taken."""
    with write_transaction():
        if Brand.select().where(Brand.name == name).exists():
            raise StepRefused(TAKEN)
        made: Brand = Brand.create(uid=new_uid(), name=name, kind=kind, referent=referent, made_at=moment.now())
        _tell("brand_made", made, by, role, moment.today())
    return made


def join(brand: Brand, person: Person, since: date, by: Person, role: str) -> BrandMember:
    """Someone joins. Raises StepRefused when they are in it already."""
    with write_transaction():
        _lock(brand)
        if BrandMember.select().where(BrandMember.brand == brand, BrandMember.person == person,
                                      BrandMember.until.is_null()).exists():
            raise StepRefused(Refusal(THERE.sentence, {"nom": person.name}))
        made: BrandMember = BrandMember.create(uid=new_uid(), brand=brand, person=person, since=since)
        _tell("brand_joined", brand, by, role, since)
    return made


def leave(member: BrandMember, until: date, by: Person, role: str) -> None:
    """Someone leaves; twice is harmless. Raises StepRefused for a day before they came, or to come."""
    if not member.since <= until <= moment.today():
        raise StepRefused(TOO_SOON)
    with write_transaction():
        if BrandMember.update(until=until).where(BrandMember.id == member.id, BrandMember.until.is_null()).execute():
            _tell("brand_left", member.brand, by, role, until)


def add_convention(brand: Brand, signers: Collection[BrandMember], *, signed_on: date, split: str, filename: str,
                   media_type: str, content: bytes, by: Person, role: str) -> Convention:
    """Keep a signed convention, encrypted for its row, with those who signed it."""
    uid = new_uid()
    sealed = seal("convention.content", uid, content)
    with write_transaction():
        made: Convention = Convention.create(
            uid=uid, brand=brand, signed_on=signed_on, split=split, filename=filename[:200], media_type=media_type,
            size=len(content), content=sealed, added_by=by, added_at=moment.now())
        BrandMember.update(convention=made).where(
            BrandMember.brand == brand, BrandMember.id.in_([one.id for one in signers])).execute()
        _tell("brand_convention", brand, by, role, signed_on)
    return made


def give_opinion(member: BrandMember, opinion: str, words: str) -> None:
    """What the referent thinks of someone who joins."""
    with write_transaction():
        BrandMember.update(opinion=opinion, words=words, opinion_on=moment.today()).where(
            BrandMember.id == member.id).execute()


def _lock(brand: Brand) -> None:
    if db_is_postgres():
        Brand.select(Brand.id).where(Brand.id == brand.id).for_update().execute()


def _tell(step: str, brand: Brand, by: Person, role: str, day: date) -> None:
    history.append_of_house(step, by, role, f"brand:{brand.uid}", moment.now(), day)


# Reading -------------------------------------------------------------------------------------------------------------


def content_of(convention: Convention) -> bytes:
    """The document in clear."""
    return unseal("convention.content", convention.uid, convention.content)


def every() -> list[Brand]:
    """All brands, by name."""
    return list(Brand.select(Brand, Person).join(Person).order_by(Brand.name))


def members_of(brand: Brand, antennas: Collection[Antenna] | None = None) -> list[BrandMember]:
    """Those who are in it, then those who left; of some antennas alone, for whoever reads no other dossier."""
    rows = BrandMember.select(BrandMember, Person, Convention).join(Person).switch(BrandMember).join(
        Convention, "LEFT OUTER JOIN").where(BrandMember.brand == brand)
    if antennas is not None:
        rows = rows.where(BrandMember.person.in_(Dossier.select(Dossier.person).where(Dossier.antenna.in_(list(antennas)))))
    return list(rows.order_by(BrandMember.until.is_null(False), BrandMember.since, BrandMember.id))


def member(uid: str) -> BrandMember | None:
    """One membership, with its brand and person."""
    found: BrandMember | None = BrandMember.get_or_none(BrandMember.uid == uid)
    return found


def sharings_of(person: int, day: date) -> tuple[tuple[str, bool], ...]:
    """(name, signed by this person) of the shared activities someone is in on a day, or has yet to join."""
    rows = (BrandMember.select(Brand.name, BrandMember.convention).join(Brand)
            .where(BrandMember.person == person, Brand.kind == "shared",
                   BrandMember.until.is_null() | (BrandMember.until >= day)).order_by(BrandMember.id).tuples())
    return tuple((name, convention is not None) for name, convention in rows)


def joined_by(person: int) -> list[BrandMember]:
    """The brands someone is in, with their referents."""
    return list(BrandMember.select(BrandMember, Brand, Person).join(Brand).join(Person, on=Brand.referent)
                .where(BrandMember.person == person, BrandMember.until.is_null()).order_by(BrandMember.id))


def awaited_from(referent: Person) -> list[BrandMember]:
    """Those who joined a brand of this referent, whose opinion is not given yet."""
    return list(BrandMember.select(BrandMember, Brand, Person).join(Brand).switch(BrandMember).join(Person)
                .where(Brand.referent == referent, BrandMember.until.is_null(), BrandMember.opinion == "")
                .order_by(BrandMember.id))
