"""Needs and hours: from what the pairing wrote, each need once a person, hours by peer, what was undone left out."""

from __future__ import annotations

from intake.models.people import Person
from tests.cases.test_whole_road import Road, find_peer, to_cape
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import read

PAGE = "/besoins"


def accompanied(people: Cast, clock: Clock) -> Road:
    """Ana under CAPE, accompanied by Noé, who met her twice: an hour, then half an hour."""
    road = Road(people.ana, clock)
    to_cape(road, people)
    find_peer(road, people)
    for minutes, needs in (("60", ["training", "sales"]), ("30", ["training"])):
        clock.forward(days=3)
        road.take("accompaniment.record_meeting", people.noe, held_on=clock.now.date().isoformat(), minutes=minutes,
                  mode="place", present="Ana et Noé", subjects=["activity"], notes="Premiers devis", needs=needs)
    return road


def test_needs_and_hours_are_told(people: Cast, clock: Clock, browse: Browse) -> None:
    with writing():
        accompanied(people, clock)
    text = read(browse(people.claire).get(PAGE)).text.replace("\u00a0", " ")
    assert "Formation · 1" in text and "Trouver des clients · 1" in text and "Outils numériques · 0" in text
    assert "Noé Caron1,5 h1,5 h" in text.replace(" 1,5 h", "1,5 h")
    file = browse(people.claire).get(f"{PAGE}/heures.csv").text
    assert "Noé Caron;1,50" in file


def test_what_was_undone_leaves_nothing(people: Cast, clock: Clock, browse: Browse) -> None:
    with writing():
        road = accompanied(people, clock)
        road.take("accompaniment.undo", people.noe)
    assert "Noé Caron;1,00" in browse(people.claire).get(f"{PAGE}/heures.csv").text


def test_hours_stay_with_whoever_gave_them(people: Cast, clock: Clock, browse: Browse) -> None:
    """Another peer is sought, then the pairing ends: what Noé gave is still told."""
    with writing():
        road = accompanied(people, clock)
        road.take("accompaniment.ask_other", people.ana)
    assert "Noé Caron;1,50" in browse(people.claire).get(f"{PAGE}/heures.csv").text


def test_names_are_no_formulas(people: Cast, clock: Clock, browse: Browse) -> None:
    with writing():
        accompanied(people, clock)
        Person.update(first_name="=2+2").where(Person.id == people.noe.id).execute()
    assert "'=2+2 Caron" in browse(people.claire).get(f"{PAGE}/heures.csv").text


def test_others_find_nothing(people: Cast, browse: Browse) -> None:
    assert {browse(who).get(path).status_code for who in (people.zoe, people.ana, people.ada)
            for path in (PAGE, f"{PAGE}/heures.csv")} == {404}
