"""Brands as people read them, and joining one, which writes to its referent."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from intake import moment, outbox, words
from intake.facts.contracts import peers_for
from intake.models import brands
from intake.models.base import write_transaction
from intake.models.brands import Brand, BrandMember
from intake.models.dossiers import Dossier
from intake.models.people import Antenna, Person, named_like


def lines() -> list[dict[str, Any]]:
    """Every brand with its people now, and those who have not signed what they must."""
    found = []
    for brand in brands.every():
        here = [one for one in brands.members_of(brand) if one.until is None]
        unsigned = sum(one.convention_id is None for one in here) if brand.kind == "shared" else 0
        found.append({"uid": brand.uid, "name": brand.name, "kind": brands.KINDS[brand.kind], "referent": brand.referent.name,
                      "people": len(here), "unsigned": unsigned,
                      "says": "Sans objet" if brand.kind == "label" else f"{unsigned} à signer" if unsigned else
                      "Signée" if here else "Personne encore"})
    return found


def referents() -> list[tuple[str, str]]:
    """(uid, name) of those who may be a referent: whoever may accompany someone."""
    principale = Antenna.get(Antenna.code == "principale")
    return peers_for(principale, Person(id=0))


def people_named(searched: str, antennas: Collection[Antenna], most: int) -> list[Person]:
    """The people of these antennas whose name holds these words."""
    there = {person for (person,) in Dossier.select(Dossier.person).where(
        Dossier.antenna.in_(list(antennas)), Dossier.erased_at.is_null()).tuples()}
    return [one for one in named_like(searched, most=200) if one.id in there][:most]


def join(brand: Brand, person: Person, since: date, by: Person, role: str) -> BrandMember:
    """Someone joins; the referent's letter is owed with it."""
    with write_transaction():
        made = brands.join(brand, person, since, by, role)
        outbox.owe("brand_joined", brand.referent, cause=f"brand:{made.uid}", now=moment.now(), context={
            "brand": brand.name, "who": {"first_name": person.called}, "at": since,
            "link": outbox.link_to(f"/mes-avis-de-marque/{made.uid}")})
    return made


def told_to_referent(member: BrandMember) -> list[str]:
    """What a referent reads of someone who joins: a name and an activity, nothing else of the dossier."""
    dossier = member.person.dossiers.order_by(Dossier.id.desc()).first()
    activity = f", {dossier.activity}" if dossier and dossier.activity else ""
    return [f"{member.person.name}{activity}, rejoint la marque {member.brand.name} le {words.long_day(member.since)}.",
            "Le Cercle lit votre avis avec les autres. Il n’empêche rien."]
