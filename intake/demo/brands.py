"""The brands of the demonstration: a label that has no legal effect, an activity shared under a convention."""

from __future__ import annotations

from datetime import timedelta

from intake import brands as joining
from intake.demo import names
from intake.demo.house import House
from intake.demo.world import Life, World
from intake.models import brands
from intake.models.dossiers import Case, Dossier
from intake.models.people import Person
from workflows import roles

SPLIT = "Chaque chantier est réparti selon les heures notées ; 5 % restent à la marque pour son matériel."


def share(w: World, house: House) -> Life:
    """Two brands in the last months: everyone of the first convention signed it; the last to come has yet to."""
    yield w.to_end(70)
    by, referent = house.circle[2], house.circle[0]
    label = brands.open_brand("Faits du Nord", "label", house.circle[1], by, roles.circle)
    shared = brands.open_brand("Vélos de la Lys", "shared", referent, by, roles.circle)
    members = _in_contract(5)
    for number, person in enumerate(members):
        brand = label if number < 2 else shared
        joined = joining.join(brand, person, w.now.date(), by, roles.circle)
        brands.give_opinion(joined, "for", "Bonne entente, travail soigné.")
    yield w.to_end(60)
    signers = [one for one in brands.members_of(shared) if one.until is None]
    brands.add_convention(
        shared, signers, signed_on=w.now.date() - timedelta(days=2), split=SPLIT, filename="convention.pdf",
        media_type="application/pdf", content=names.A_PDF, by=house.support[0], role=roles.support)
    yield w.to_end(6)
    for newcomer in _under_study()[:1]:
        joining.join(shared, newcomer, w.now.date() + timedelta(days=60), by, roles.circle)


def _in_contract(most: int) -> list[Person]:
    """People in a CAPE at the principale, the first to have come."""
    rows = Case.select(Case, Dossier, Person).join(Dossier).join(Person, on=Dossier.person).where(
        Case.workflow == "cape", Case.state == "trading").order_by(Case.id).limit(most)
    return [case.dossier.person for case in rows]


def _under_study() -> list[Person]:
    """People whose application the circle studies."""
    rows = Case.select(Case, Dossier, Person).join(Dossier).join(Person, on=Dossier.person).where(
        Case.workflow == "admission", Case.state == "review", Dossier.number.startswith("OPT")).order_by(Case.id)
    return [case.dossier.person for case in rows]
