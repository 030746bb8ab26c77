"""The board: who is where, found by any word, kept as a view, moved by links; nothing is written by looking."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import pytest

from intake.models import search
from intake.models.dossiers import Dossier, Event
from intake.models.people import Antenna, Person, RoleGrant
from intake.models.views import SavedView
from tests.cases.test_whole_road import Road, to_review, to_waiting
from tests.cast import LONG_AGO, Cast, writing
from tests.conftest import Browse, Clock
from tests.faults import crowd
from tests.page import press, read, same_as_reload

BOARD = "/candidatures"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@dataclass
class People:
    """Ana is to be met, Ben waits for a place."""

    ana: Road
    ben: Road


@pytest.fixture
def two(people: Cast, clock: Clock) -> People:
    with writing():
        ben = Road(people.ben, clock)
        to_waiting(ben, people)
        ana = Road(people.ana, clock)
        to_review(ana, people)
        Dossier.update(activity="Formateur·rice en céramique", town="Hellemmes").where(
            Dossier.id == ana.dossier.id).execute()
        search.index(Dossier.get_by_id(ana.dossier.id))
    return People(ana, ben)


def uid(road: Road) -> str:
    with writing():
        return str(road.case("admission").uid)


def test_each_card_stands_in_its_column(two: People, people: Cast, browse: Browse) -> None:
    """Name, activity and town, one dated fact; neither address nor telephone."""
    page = read(browse(people.claire).get(BOARD))
    assert [one for one in page.headings if one in ("Rencontre 1", "Liste d’attente 1")] == ["Rencontre 1", "Liste d’attente 1"]
    for said in ("Ana Moreau", "Formateur·rice en céramique · Hellemmes", "1er Ben Lefort", "Déplacer… Ana Moreau"):
        assert said in page.text, said
    assert "@" not in page.text


def test_in_the_waiting_list_those_left_without_news_come_first(people: Cast, clock: Clock, browse: Browse) -> None:
    """Each keeps the rank that is theirs."""
    with writing():
        crowd.taken_over(people, "Léa", crowd.FIRST)
        clock.forward(days=46)
        crowd.taken_over(people, "Ada", date(2026, 12, 1))
    text = read(browse(people.claire).get(BOARD)).text
    assert text.index("2e Léa Lenoir") < text.index("1er Ada Lenoir")
    assert "Sans nouvelle depuis 46 jours" in text.replace("\u00a0", " ")


def test_who_entered_last_is_first_among_the_welcomed(people: Cast, clock: Clock, browse: Browse) -> None:
    """Nobody there waits for news: the column is read from the latest entry, however many entered before."""
    with writing():
        for name in ("Léa", "Ada", "Zoé"):
            crowd.taken_over(people, name, crowd.FIRST, "joined")
            clock.forward(days=12)
    text = read(browse(people.claire).get(BOARD)).text
    assert text.index("Zoé Lenoir") < text.index("Ada Lenoir"), "thirty days later, Léa is no longer told"
    assert "Léa Lenoir" not in text


@pytest.mark.both_databases
def test_she_is_found_by_any_of_her_words(two: People, people: Cast, browse: Browse) -> None:
    """Without accents, case or gender; by name, activity, town, address or number; and Ben is not."""
    claire = browse(people.claire)
    for words in ("ceramique", "CÉRAMIQUES", "formateur", "formatrice", "formateur·rice", "formateurs", "hellemmes", "moreau ana",
                  "ana.moreau@exemple.fr", "OPT-2027-0002", "0002"):
        text = read(claire.get(BOARD, query_string={"q": words})).text
        assert "Ana Moreau" in text and "Ben Lefort" not in text, words


def test_a_search_that_is_too_narrow_says_so(two: People, people: Cast, browse: Browse) -> None:
    text = read(browse(people.claire).get(f"{BOARD}?q=mosaïque")).text
    assert "Aucune candidature ne correspond à «\u00a0mosaïque\u00a0»" in text


def test_the_address_is_the_view(two: People, people: Cast, browse: Browse) -> None:
    """What htmx shows equals the page of the same address, for someone else too."""
    claire, address = browse(people.claire), f"{BOARD}?q=ana"
    same_as_reload(claire, address, "tableau")
    assert "Ana Moreau" in read(browse(people.salome).get(address)).text
    back = claire.get(address, headers={"HX-Request": "true", "HX-Request-Type": "full"})
    assert "<header" in back.text


@pytest.mark.both_databases
def test_presets_tell_who_is_mine_and_who_is_left_alone(two: People, people: Cast, clock: Clock, browse: Browse) -> None:
    """Contact resets the count; an internal note does not."""
    with writing():
        two.ana.take("admission.assign", people.claire, follower=people.claire.uid)
    claire = browse(people.claire)
    mine = read(claire.get(f"{BOARD}?vue=mes-dossiers")).text
    assert "Ana Moreau" in mine and "Ben Lefort" not in mine
    assert "À relancer (0)" in read(claire.get(BOARD)).text
    clock.forward(days=21)
    stalled = read(browse(people.claire).get(f"{BOARD}?vue=a-relancer")).text
    assert "Sans nouvelle depuis 21\u00a0jours" in stalled and "Ana Moreau" in stalled and "Ben Lefort" not in stalled
    with writing():
        two.ana.take("admission.note", people.claire, note="Toujours rien")
    assert "Ana Moreau" in read(browse(people.claire).get(f"{BOARD}?vue=a-relancer")).text
    with writing():
        two.ana.take("admission.write", people.claire, subject="Des nouvelles ?", message="Bonjour")
    assert "Ana Moreau" not in read(browse(people.claire).get(f"{BOARD}?vue=a-relancer")).text


def test_a_view_is_kept_for_oneself_or_shared(two: People, people: Cast, browse: Browse) -> None:
    """Kept twice it is one; Salomé finds the shared one and cannot forget it."""
    claire, salome = browse(people.claire), browse(people.salome)
    page = read(claire.get(f"{BOARD}?q=ana")).link("Enregistrer cette vue")
    assert press(claire, page, "Enregistrer cette vue", name=" ").status_code == 422
    for shared in (None, "yes", "yes"):
        assert press(claire, page, "Enregistrer cette vue", name="Les Ana", shared=shared).location.endswith("?q=ana")
        assert ("Les Ana" in read(salome.get(BOARD)).text) == (shared == "yes")
    with writing():
        kept = SavedView.get()
        assert SavedView.select().count() == 1
    forget = f"{BOARD}/vues/{kept.uid}/oublier"
    token = read(claire.get(BOARD)).form("Oublier la vue Les Ana").values["csrf_token"]
    hers = read(salome.get(page)).form("Enregistrer cette vue").values["csrf_token"]
    assert salome.post(forget, data={"csrf_token": hers}).status_code == 404
    assert claire.post(forget, data={"csrf_token": token}).status_code == 303
    assert "Les Ana" not in read(salome.get(BOARD)).text


def test_nothing_new_answers_204(two: People, people: Cast, clock: Clock, browse: Browse) -> None:
    """A refresh says nothing until something reads otherwise; under an open panel it only says that it changed."""
    claire = browse(people.claire)
    version = re.search(r"depuis=([0-9a-f]+)", claire.get(BOARD).text)
    assert version
    since = f"{BOARD}?depuis={version[1]}"
    assert claire.get(since, headers=HTMX).status_code == 204
    with writing():
        two.ana.take("admission.note", people.salome, note="Un mot")
    assert claire.get(since, headers=HTMX).status_code == 204
    with writing():
        two.ben.take("admission.pause", people.claire, until="2027-06-01", reason="Un déménagement")
    told = claire.get(since + "&discret=1", headers=HTMX)
    assert "Le tableau a changé." in told.text and "Ben" not in told.text and "Actualiser" in told.text
    fresh = claire.get(since, headers=HTMX)
    assert fresh.status_code == 200 and "En pause" in fresh.text and "annonces" not in fresh.text


def test_moving_a_card_is_a_choice_then_the_step(two: People, people: Cast, browse: Browse) -> None:
    """By links and one button; back on the board, in its new column, announced, and it may be undone."""
    claire, move = browse(people.claire), f"{BOARD}/{uid(two.ana)}/deplacer"
    page = read(claire.get(move))
    assert "Vers quelle étape ?" in page.text.replace("\u00a0", " ") and "Pourquoi pas ?" in page.text.replace("\u00a0", " ")
    assert claire.get(f"{move}?continuer=1").status_code == 422
    step = claire.get(f"{move}?vers=pause&continuer=1").location
    assert step.endswith("/pause?from=tableau")
    done = press(claire, step, "Mettre en pause", **{"until-day": "1", "until-month": "6", "until-year": "2027"})
    assert f"deplace={uid(two.ana)}" in done.location and "etape=liste-d-attente" in done.location
    back = claire.get(done.location)
    assert "Ana Moreau passe dans Liste d’attente" in read(back).text
    assert 'data-announce="Ana Moreau passe dans' in back.text
    assert read(back).link("Annuler Ana Moreau passe dans Liste d’attente").endswith("/undo")
    assert claire.get(f"{move}?vers=admit&continuer=1").status_code == 422


def test_a_coordinator_sees_their_antenna_alone(two: People, people: Cast, browse: Browse) -> None:
    with writing():
        roubaix = Antenna.create(code="roubaix", name="KPA-Cité Roubaix", programme="kpa", prefix="KPA", capped="no")
        RoleGrant.create(person=people.zoe, role="coordinator", antenna=roubaix, since=LONG_AGO)
    zoe = browse(people.zoe)
    assert "Ana" not in zoe.get(BOARD).text
    assert zoe.get(f"{BOARD}/{uid(two.ana)}/deplacer").status_code == 404
    assert "Ana" not in zoe.get(f"{BOARD}?antenne=principale").text


def test_neither_the_peer_nor_a_stranger_has_a_board(two: People, people: Cast, browse: Browse) -> None:
    for who in (people.noe, people.zoe, people.ana, people.ada):
        assert browse(who).get(BOARD).status_code == 404
        assert browse(who).get(f"{BOARD}/tableau").status_code == 404


def test_looking_writes_nothing(two: People, people: Cast, browse: Browse) -> None:
    def written() -> int:
        with writing():
            return int(Event.select().count())

    claire, before = browse(people.claire), written()
    for path in ("", "/tableau", "?q=ana", f"/{uid(two.ana)}/deplacer?vers=pause", "?vue=a-relancer", "/vues/nouvelle?q=a"):
        claire.get(BOARD + path)
    assert written() == before


def test_a_full_board_stays_under_40_kb(people: Cast, clock: Clock, browse: Browse) -> None:
    """Whatever the number of dossiers: columns are paged, counts capped (« 50+ »)."""
    from bench import load

    with writing():
        load.fill(700)
        assert Person.select().count() > 700
    answer = browse(people.claire).get(BOARD)
    assert "50+" in answer.text
    assert len(answer.data) <= 40_000, len(answer.data)
