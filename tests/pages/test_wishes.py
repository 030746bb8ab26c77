"""Wished circles: from the application, then from the last review, once the person has joined; never before, never after."""

from __future__ import annotations

from intake.models.dossiers import Answers, Case, Event
from tests.cases.test_whole_road import Road, find_peer, to_cape, to_review
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import read

PAGE = "/cercles-souhaites"


def wish(road: Road, *circles: str) -> None:
    """What was answered in the application."""
    beside = Answers.select().join(Event, on=Answers.event).where(
        Event.case == road.case("admission"), Event.step == "submit").get()
    beside.text = {**beside.text, "circles": list(circles)}
    beside.save(only=[Answers.text])


def said(browse: Browse, someone: object) -> str:
    return read(browse(someone).get(PAGE)).text.replace("\u00a0", " ")


def test_a_wish_is_listed_once_joined_and_follows_the_last_review(people: Cast, browse: Browse, clock: Clock) -> None:
    with writing():
        other = Road(people.ben, clock)
        to_cape(other, people)
        wish(other, "tech")
        road = Road(people.ana, clock)
        to_review(road, people)
        wish(road, "tech", "formation")
    listed = said(browse, people.claire)
    assert "Ana Moreau" not in listed, "not joined yet"
    assert "Tech · 1" in listed
    assert "Ben Lefort" in listed
    assert "candidature" in listed
    with writing():
        find_peer(other, people)
        other.take("accompaniment.record_review", people.noe, billed="1", cashed="1", goals="Bien", project="Un four",
                   opinion="continue", circles=["vie_cooperative"])
    listed = said(browse, people.claire)
    assert "Tech · 0" in listed
    assert "Vie coopérative · 1" in listed
    assert "bilan" in listed


def test_who_reads_them(people: Cast, browse: Browse) -> None:
    for someone in (people.ana, people.ada):
        assert browse(someone).get(PAGE).status_code == 404
    with writing():
        assert not Case.select().exists()
