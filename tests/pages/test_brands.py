"""Brands: a label, or a shared activity whose convention lets a contract leave; the referent's opinion, never a veto."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from intake.demo.names import A_PDF
from intake.facts import salaried as salaried_facts
from intake.models.brands import Brand, BrandMember, Convention, content_of, sharings_of
from intake.models.dossiers import Event
from intake.models.letters import Letter
from intake.models.people import Antenna, RoleGrant
from tests.cast import LONG_AGO, Cast, writing
from tests.conftest import Browse, Clock
from tests.page import Page, press, read
from tests.pages.test_decision import ADMIT, at, state, studied
from workflows.salaried import rules

ALL, NEW = "/marques", "/marques/nouvelle"
DAY = {"since-day": "1", "since-month": "3", "since-year": "2027"}


def made(people: Cast, browse: Browse, kind: str = "shared", name: str = "Terres du Nord") -> Brand:
    """A brand whose referent is Inès."""
    assert press(browse(people.claire), NEW, "Créer la marque", name=name, kind=kind, referent=people.ines.uid).status_code == 303
    with writing():
        found: Brand = Brand.get(Brand.name == name)
    return found


def joins(people: Cast, browse: Browse, brand: Brand, who: Any) -> BrandMember:
    """Someone joins it."""
    page = f"{ALL}/{brand.uid}/rejoindre?nom={who.last_name}"
    assert press(browse(people.claire), page, "Ajouter à la marque", person=who.uid).status_code == 303
    with writing():
        found: BrandMember = BrandMember.get(BrandMember.person == who)
    return found


def text(page: Page) -> str:
    return page.text.replace("\u00a0", " ")


@pytest.fixture
def ana(people: Cast, clock: Clock) -> Any:
    with writing():
        return studied(people)


def test_a_brand_is_made_once_and_told_in_the_history_of_the_house(people: Cast, browse: Browse) -> None:
    brand = made(people, browse, "label")
    page = text(read(browse(people.marc).get(f"{ALL}/{brand.uid}")))
    assert "Un label n’a pas d’effet juridique" in page
    assert "Personne référente : Inès Haddad" in page
    assert press(browse(people.sami), NEW, "Créer la marque", name="Terres du Nord", kind="label",
                 referent=people.ines.uid).status_code == 409
    assert press(browse(people.sami), NEW, "Créer la marque", name="", kind=None, referent="").status_code == 422
    with writing():
        assert Brand.select().count() == 1
        assert Event.get(Event.step == "brand_made").actor == people.claire


def test_who_reads_them(people: Cast, browse: Browse, ana: Any) -> None:
    brand = made(people, browse)
    for someone in (people.ana, people.ada, people.noe):
        assert browse(someone).get(ALL).status_code == 404
        assert browse(someone).get(f"{ALL}/{brand.uid}").status_code == 404
    assert "Terres du Nord" in read(browse(people.claire).get(ALL)).text
    assert "Personne ne s’appelle" in read(browse(people.claire).get(f"{ALL}/{brand.uid}/rejoindre?nom=Caron")).text, "no dossier"


def test_the_referent_s_opinion_joins_the_others_and_stops_nothing(people: Cast, browse: Browse, ana: Any) -> None:
    member = joins(people, browse, made(people, browse, "label"), people.ana)
    claire, ines, mine = browse(people.claire), browse(people.ines), f"/mes-avis-de-marque/{member.uid}"
    with writing():
        assert Letter.get(Letter.template == "brand_joined").recipient == people.ines
    assert "Inès, marque Terres du NordAvis attendu" in text(read(claire.get(at(ana, "admit"))))
    assert "Donner un avis sur Ana Moreau" in read(ines.get("/ce-qui-m-attend")).text
    for someone in (people.claire, people.zoe):
        assert browse(someone).get(mine).status_code == 404, "the referent alone"
    assert press(ines, mine, "Donner mon avis", opinion=None, words="").status_code == 422
    assert press(ines, mine, "Donner mon avis", opinion="against", words="Nous sommes déjà trop").status_code == 303
    assert "Votre avis est donné" in read(ines.get(mine)).text
    page = text(read(claire.get(at(ana, "admit"))))
    assert "Inès, marque Terres du NordDéfavorable : Nous sommes déjà trop" in page
    assert press(claire, at(ana, "admit"), ADMIT, sending="keep").status_code == 303
    assert state(ana) == "waiting", "never a veto"


def test_a_convention_lets_the_contract_of_who_signed_it_leave(people: Cast, browse: Browse, ana: Any, clock: Clock) -> None:
    brand = made(people, browse)
    member, page = joins(people, browse, brand, people.ana), f"{ALL}/{brand.uid}"
    claire, address = browse(people.claire), f"{ALL}/{brand.uid}/convention"
    assert "À signer" in text(read(claire.get(page)))
    form = read(claire.get(address)).form("Enregistrer la convention")
    filled = {**form.values.to_dict(), "signed_on-day": "26", "signed_on-month": "2", "signed_on-year": "2027",
              "split": "Moitié chacun", "signers": member.uid}
    without = claire.post(address, data={**filled, "document": (BytesIO(b"du texte"), "convention.pdf")})
    assert without.status_code == 422
    assert "Le fichier doit être un PDF" in text(read(without))
    nobody = claire.post(address, data={**filled, "signers": "", "document": (BytesIO(A_PDF), "convention.pdf")})
    assert nobody.status_code == 422
    assert "Choisissez de nouveau ce fichier" in text(read(nobody))
    with writing():
        assert not Convention.select().exists()
        assert sharings_of(people.ana.id, clock.now.date()) == (("Terres du Nord", False),)
    assert claire.post(address, data={**filled, "document": (BytesIO(A_PDF), "convention.pdf")}).status_code == 303
    with writing():
        kept = Convention.get()
        assert content_of(kept).startswith(b"%PDF-")
        assert b"%PDF-" not in bytes(kept.content)
        assert sharings_of(people.ana.id, clock.now.date()) == (("Terres du Nord", True),)
    assert "Signée le 26 février 2027" in text(read(claire.get(page)))
    download = claire.get(f"{page}/conventions/{kept.uid}")
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert browse(people.ana).get(f"{page}/conventions/{kept.uid}").status_code == 404


def test_the_rule_reads_the_register(people: Cast, browse: Browse, ana: Any, clock: Clock) -> None:
    """A contract being prepared for someone whose convention is to be signed cannot leave, whatever its form says."""
    joins(people, browse, made(people, browse), people.ana)
    with writing():
        from intake.cases import new_case

        case = new_case(ana.dossier, "salaried", memory={"sharing": "none"})
        case.state = "drafting"
        facts = salaried_facts.gather(case, people.rachel, None)
    assert not rules.sharing_agreed.verdict(facts, {}).ok


def test_someone_leaves(people: Cast, browse: Browse, ana: Any, clock: Clock) -> None:
    brand = made(people, browse)
    member, claire = joins(people, browse, brand, people.ana), browse(people.claire)
    page = f"{ALL}/{brand.uid}/rejoindre?nom=Moreau"
    assert press(claire, page, "Ajouter à la marque", person=people.ana.uid).status_code == 409
    leave = f"{ALL}/{brand.uid}/quitter/{member.uid}"
    early = {"until-day": "1", "until-month": "1", "until-year": "2027"}
    assert press(claire, leave, "Noter le départ", **early).status_code == 409
    assert press(claire, leave, "Noter le départ").status_code == 303
    assert "Ana Moreau, du 1er mars 2027 au 1er mars 2027" in text(read(claire.get(f"{ALL}/{brand.uid}")))
    clock.forward(days=1)
    with writing():
        assert sharings_of(people.ana.id, clock.now.date()) == ()


def test_a_coordinator_reads_the_people_of_their_antenna_alone(people: Cast, browse: Browse, ana: Any) -> None:
    """The others are counted; neither their departure nor their convention is open to them."""
    brand = made(people, browse, "label")
    member = joins(people, browse, brand, people.ana)
    with writing():
        roubaix = Antenna.create(code="roubaix", name="Roubaix", programme="kpa", prefix="KPA", capped="no")
        RoleGrant.create(person=people.zoe, role="coordinator", antenna=roubaix, since=LONG_AGO)
    zoe, page = browse(people.zoe), f"{ALL}/{brand.uid}"
    shown = text(read(zoe.get(page)))
    assert "1 personne d’une autre antenne" in shown and "Moreau" not in shown
    assert zoe.get(f"{page}/quitter/{member.uid}").status_code == 404
    assert "Moreau" in text(read(browse(people.claire).get(page)))
