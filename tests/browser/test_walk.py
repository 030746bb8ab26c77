"""From a first contact to associate, and the ways out, walked on the screens by those who do it in life."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import House
from tests.browser.people import entering
from tests.browser.road import BEGINS, Road, make_ready

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def ready_house(staffed_house: House, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> House:
    """The staffed house once its team has planned a meeting and assemblies, noted mandates and a commitment."""
    house = staffed_house.copied_to(tmp_path_factory.mktemp("ready"))
    house.start()
    make_ready(entering(house, browser))
    house.stop()
    return house


@pytest.fixture
def house(ready_house: House, tmp_path: Path) -> Iterator[House]:
    """That house, for one walk."""
    found = ready_house.copied_to(tmp_path)
    found.start()
    yield found
    found.stop()


@pytest.fixture
def way_out(house: House, browser: Browser) -> Road:
    """Ben, at the door."""
    return Road(house, entering(house, browser), "Ben")


@pytest.fixture(scope="module")
def at_work(ready_house: House, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Road, House]]:
    """Ana from her first contact to a CAPE in force, and a copy of the house as it is that day."""
    house = ready_house.copied_to(tmp_path_factory.mktemp("road"))
    house.start()
    road = Road(house, entering(house, browser), "Ana")
    begin(road)
    house.stop()
    copy = house.copied_to(tmp_path_factory.mktemp("that day"))
    house.start()
    yield road, copy
    house.stop()


@pytest.fixture
def that_day(at_work: tuple[Road, House], browser: Browser) -> Iterator[Road]:
    """Ana again, in that copy: the day her CAPE begins."""
    before, house = at_work
    house.start()
    yield Road(house, entering(house, browser), "Ana", before.dossier)
    house.stop()


def begin(road: Road) -> None:
    """From a first contact to a CAPE in force."""
    road.waits()
    road.is_offered_a_place()
    road.enters()
    road.starts()


def go_on(road: Road) -> None:
    """From there to associate."""
    road.finds_a_peer()
    road.works_with_the_peer()
    road.renews()
    road.is_hired()
    road.becomes_associate()


def test_from_contact_to_associate(at_work: tuple[Road, House]) -> None:
    road, _ = at_work
    go_on(road)
    road.looks_around()
    road.house.intake("verify")


def test_the_same_road_without_javascript(house: House, browser: Browser) -> None:
    road = Road(house, entering(house, browser, javascript=False), "Ana")
    begin(road)
    go_on(road)
    house.intake("verify")


def test_a_refusal_is_contested(way_out: Road) -> None:
    road = way_out
    road.leaves_details()
    road.by("Claire").does("Dispenser de réunion", {"Raison": "Reçu la semaine dernière"})
    road.applies()
    road.is_read()
    road.is_discussed("Sans suite")
    assert "Cette décision n’est pas celle proposée" in (
        road.by("Claire").cannot("Inscrire sur la liste d’attente").text_content() or "")
    road.by("Claire").does("Donner une réponse négative", {
        "Raison": "Activité non assurable", "Envoyer ce message ?": "Envoyer ce message",
        "Message": "Bonjour Ana,\n\nNous ne pourrons pas vous accueillir : aucun assureur ne couvre cette activité."})
    road.house.tick(minutes=15)
    road.walker.goes_home().reads("Le Cercle n’a pas pu donner suite à votre demande")
    road.walker.does("Demander un réexamen", {"Raison": "J’ai trouvé un assureur"})
    road.by("Odile").does("Réexaminer", {"Raison": "L’assureur a répondu"})
    road.walker.goes_home().reads("Rencontre")


def test_a_person_withdraws(way_out: Road) -> None:
    road = way_out
    road.leaves_details()
    road.walker.does("Retirer ma demande", {"Raison": "Je pars à Lyon"})
    road.walker.goes_home().reads("Votre demande est retirée", "Rouvrir ma demande")


def test_a_person_leaves(that_day: Road) -> None:
    road = that_day
    last = BEGINS + timedelta(days=60)
    road.goes_to(BEGINS + timedelta(days=30))
    leaving = {"Type": "Rupture anticipée, à l’initiative de la personne", "Motif": "Emploi durable", "Date de fin": last}
    road.walker.does("Annoncer mon départ", {**leaving})
    road.by("Sami").does("Confirmer la sortie", {**leaving})
    road.goes_to(last + timedelta(days=1))
    road.walker.goes_home().reads("Sortie")
    road.by("Sami").does("Cocher ce qui est fait", dict.fromkeys((
        "Devis, factures, chantiers", "Solde, frais", "Matériel", "Accès", "Documents remis", "Clientèle et données"), True))
    road.by("Sami").does("Clore la sortie")
    road.walker.goes_home().reads("Votre sortie est terminée")
