"""« Ce qui m’attend »: each role’s work, late first, from the same source as the dossier; the letter of Monday morning."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from intake import weekly
from intake.clock import tick
from intake.models.dossiers import Event
from intake.models.letters import Letter
from intake.models.people import Antenna, RoleGrant
from intake.next_action import of_case
from tests.cases.test_whole_road import Road, find_peer, to_cape, to_review, to_waiting
from tests.cast import LONG_AGO, Cast, writing
from tests.conftest import Browse, Clock
from tests.page import read

HOME = "/ce-qui-m-attend"
MONDAY = datetime(2027, 3, 22, 7, 0, tzinfo=UTC)
"""8 h in Paris."""


@pytest.fixture
def ana(people: Cast, clock: Clock) -> Road:
    with writing():
        road = Road(people.ana, clock)
        to_review(road, people)
    return road


def text_of(browse: Browse, who: object) -> str:
    return read(browse(who).get(HOME)).text.replace("\u00a0", " ")


def test_late_comes_first_and_is_counted(ana: Road, people: Cast, clock: Clock, browse: Browse) -> None:
    """Nobody is late at first; after three weeks without a word, Ana is."""
    before = text_of(browse, people.claire)
    assert "Ana Moreau" in before and "en retard" not in before
    clock.forward(days=40)
    after = text_of(browse, people.claire)
    assert "dont 1 en retard" in after and after.index("En retard") < after.index("Ana Moreau")


def test_a_date_of_another_year_says_its_year(people: Cast, clock: Clock, browse: Browse) -> None:
    """« avant le 10 avril » two years later would be taken for a date to come."""
    with writing():
        to_cape(Road(people.ana, clock), people)
    assert not re.search(r"avant le [^A-Z]{3,16} 20\d\d", text_of(browse, people.sami) + text_of(browse, people.claire))
    clock.forward(days=400)
    assert re.search(r"avant le \d+\w* \w+ 2027", text_of(browse, people.claire))


def test_it_is_the_dossier_s_next_action(ana: Road, people: Cast, browse: Browse) -> None:
    """One source: what is first in the list is what the dossier says comes next."""
    claire = browse(people.claire)
    listed = text_of(browse, people.claire)
    page = read(claire.get(f"/dossier/{ana.dossier.uid}")).text.replace("\u00a0", " ")
    following = page.split("Prochaine action")[1]
    sentence = "Lire la candidature et noter la rencontre" if "Lire la candidature" in following[:60] else following[:20]
    assert sentence[:18] in listed and sentence[:18] in following


def test_a_complement_asked_stops_the_clock(ana: Road, people: Cast, clock: Clock, browse: Browse) -> None:
    """While Ana has to answer, the circle is late in nothing, and is not reminded; once she has, its work is back."""
    with writing():
        ana.take("admission.ask", people.claire, kind="incomplet", subject="Votre budget", message="")
        clock.forward(days=29)
        Letter.delete().where(Letter.template == "reminder").execute()
        ana.take("admission.ask", people.claire, kind="incomplet", subject="Votre budget", message="")
        clock.forward(days=8)
        tick()
        reminded = {one.recipient.first_name for one in Letter.select().where(Letter.template == "reminder")}
        assert reminded == {"Ana"}
    waits = text_of(browse, people.claire)
    assert "complément attendu" in waits and "en retard" not in waits
    with writing():
        ana.take("admission.answer", people.ana, answer="Le voici")
    again = text_of(browse, people.claire)
    assert "complément attendu" not in again and "Lire la réponse au complément" in again


def test_the_head_of_the_list_is_offered_a_free_place(people: Cast, clock: Clock, browse: Browse) -> None:
    with writing():
        to_waiting(Road(people.ben, clock), people)
    text = text_of(browse, people.claire)
    assert "Ben Lefort" in text and "Proposer une place" in text and "places libres" in text
    assert "Proposer une place" not in text_of(browse, people.sami)


def test_each_trade_finds_its_own(people: Cast, clock: Clock, browse: Browse) -> None:
    """RH declare, the cogérance decides at the end, the peer answers; what waits for others is only counted."""
    with writing():
        road = Road(people.ana, clock)
        to_cape(road, people)
    assert "URSSAF" in text_of(browse, people.rachel)
    claire = text_of(browse, people.claire)
    assert "URSSAF" not in claire and "Ce qui attend les autres : " in claire and "RH 2" in claire
    with writing():
        clock.set(datetime.fromisoformat(f"{road.case('cape').memory['last_day']}T09:00:00+00:00"))
        clock.forward(days=-14)
    assert "Décider de la suite du CAPE" in text_of(browse, people.marc)
    clock.forward(days=-4)
    assert "Décider de la suite du CAPE" not in text_of(browse, people.marc)
    assert "Décider de la suite du CAPE" in text_of(browse, people.sami)


def test_several_roles_make_one_list(ana: Road, people: Cast, browse: Browse) -> None:
    """Claire is of support too: the role is named on each line."""
    with writing():
        RoleGrant.create(person=people.claire, role="support", since=LONG_AGO)
    text = text_of(browse, people.claire)
    assert "(le Cercle accompagnement)" in text and "(l’équipe support)" in text


def test_what_a_peer_said_is_told(people: Cast, clock: Clock, browse: Browse) -> None:
    with writing():
        road = Road(people.ana, clock)
        to_cape(road, people)
        find_peer(road, people)
    assert "Pour information" in (text := text_of(browse, people.claire)) and "Noé a accepté" in text
    clock.forward(days=4)
    assert "Noé a accepté" not in text_of(browse, people.claire)


def test_nobody_else_has_it_and_looking_writes_nothing(ana: Road, people: Cast, browse: Browse) -> None:
    with writing():
        before = Event.select().count()
    assert [browse(who).get(HOME).status_code for who in (people.ana, people.zoe, people.claire)] == [404, 404, 200]
    with writing():
        assert Event.select().count() == before


def test_an_empty_list_says_so(people: Cast, browse: Browse) -> None:
    assert "Rien ne vous attend." in text_of(browse, people.come)


# The letter of Monday ------------------------------------------------------------------------------------------------


def letters() -> list[Letter]:
    return list(Letter.select().where(Letter.template == "weekly").order_by(Letter.id))


def test_monday_s_letter_names_who_waits(ana: Road, people: Cast, clock: Clock) -> None:
    """Three weeks without a word: on Monday at 8 h, one letter to each of the circle, one link a dossier; once."""
    with writing():
        clock.set(MONDAY)
        clock.forward(hours=-1)
        tick()
        assert letters() == []
        clock.set(MONDAY)
        clock.forward(days=7)
        tick()
        owed = letters()
        assert [one.recipient.first_name for one in owed] == ["Claire", "Salomé", "Inès"]
        assert owed[0].subject == "1 dossier attend une nouvelle"
        assert owed[0].body.count("http") == 1 and f"/dossier/{ana.dossier.uid}" in owed[0].body
        weekly._told = None
        clock.forward(days=1)
        tick()
        assert len(letters()) == 3


def test_without_anything_to_tell_there_is_no_letter(ana: Road, people: Cast, clock: Clock) -> None:
    """What begins to wait on Wednesday is told on Monday, even when the clock wakes in between."""
    with writing():
        clock.set(MONDAY)
        ana.take("admission.write", people.claire, subject="Des nouvelles", message="Nous lisons votre dossier")
        tick()
        clock.forward(days=21)
        weekly._told = None
        tick()
        assert [one.cause for one in letters()] == ["day:2027-04-12"] * 3


def test_a_coordinator_is_told_of_their_antenna(people: Cast, ana: Road, clock: Clock) -> None:
    with writing():
        roubaix = Antenna.create(code="roubaix", name="KPA-Cité Roubaix", programme="kpa", prefix="KPA", capped="no")
        RoleGrant.create(person=people.zoe, role="coordinator", antenna=roubaix, since=LONG_AGO)
        clock.set(MONDAY)
        clock.forward(days=14)
        tick()
        assert "Zoé" not in {one.recipient.first_name for one in letters()} != set()


def test_once_the_interviews_are_noted_no_date_is_proposed_any_more(ana: Road, people: Cast, browse: Browse) -> None:
    """The next action follows what is done: a date, the notes of each reader, the opinion of support, a proposal."""
    def following() -> str:
        with writing():
            found = of_case(ana.case("admission"))
        assert found
        return found.sentence

    notes = dict.fromkeys(("skills", "customers", "autonomy", "cooperation", "contribution", "support_needed", "viability"), "Vu")
    assert following() == "Proposer une rencontre"
    with writing():
        for reader in (people.claire, people.salome):
            ana.take("admission.record_interview", reader, no_link="oui", **notes)
    assert following() == "Rendre l’avis de l’équipe"
    with writing():
        ana.take("admission.check_support", people.sami, insurable="yes", regulated="no", budget_clear="oui")
    assert following() == "Proposer une décision"
