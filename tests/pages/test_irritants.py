"""« Ce qui coince »: dropped without a name on the day, read and answered by the Cercle vie coopérative."""

from __future__ import annotations

from datetime import date

import pytest

from intake.models import irritants
from intake.models.days import Journee
from intake.models.dossiers import Event
from intake.models.irritants import Irritant
from intake.models.people import RoleGrant
from tests.cast import LONG_AGO, Cast, writing
from tests.conftest import Browse, Clock
from tests.page import press, read, send

MARCH = date(2027, 3, 18)
DROP = "/journee/ce-qui-coince"
LIST = "/ce-qui-coince"


@pytest.fixture
def nour(people: Cast, clock: Clock) -> Cast:
    """Zoé is of the Cercle vie coopérative; it is the day of the journée."""
    with writing():
        RoleGrant.create(person=people.zoe, role="coop_life", since=LONG_AGO)
        Journee.create(day=MARCH, planned=MARCH, place="Moulin")
    clock.to(MARCH)
    return people


def kept() -> list[Irritant]:
    with writing():
        return list(Irritant.select())


def test_dropped_without_a_name_read_and_answered(nour: Cast, browse: Browse) -> None:
    anyone, zoe = browse(), browse(nour.zoe)
    assert "Rien de déposé à cette journée." in read(zoe.get(LIST)).text
    form = read(anyone.get(DROP)).form("Déposer")
    assert send(anyone, form, DROP, "Déposer").status_code == 422
    for _ in range(2):
        sent = send(anyone, form, DROP, "Déposer", text="La notice est floue", subject="accounts")
        assert sent.status_code == 303
    assert "Merci. C’est déposé" in read(anyone.get(sent.location)).text
    one, = kept()
    assert (one.text, one.subject, one.day) == ("La notice est floue", "accounts", MARCH)
    page = f"{LIST}/{one.uid}"
    assert "La notice est floue" in read(zoe.get(read(zoe.get("/ce-qui-m-attend")).link("Ce qui coince"))).text
    assert press(zoe, page, "Enregistrer la réponse").status_code == 422
    for _ in range(2):
        assert press(zoe, page, "Enregistrer la réponse", answer="Une notice arrive en avril.").status_code == 303
    assert "Une notice arrive en avril." in read(zoe.get(LIST)).text
    assert "Tout a une réponse." in read(zoe.get(f"{LIST}?voir=sans-reponse")).text
    with writing():
        assert Event.select().where(Event.step == "answer_irritant").count() == 1


def test_whoever_is_signed_in_leaves_no_trace_either(nour: Cast, browse: Browse) -> None:
    with writing():
        before = Event.select().count()
    press(browse(nour.ana), DROP, "Déposer", text="Trop de réunions")
    one, = kept()
    assert nour.ana.uid not in f"{one.key}{one.text}" and one.answered_by is None
    with writing():
        assert Event.select().count() == before


def test_beyond_600_characters_and_another_day_nothing_is_written(nour: Cast, browse: Browse, clock: Clock) -> None:
    anyone = browse()
    long = press(anyone, DROP, "Déposer", text="a" * 601)
    assert long.status_code == 422 and "600 caractères" in read(long).text
    form = read(anyone.get(DROP)).form("Déposer")
    clock.to(date(2027, 3, 19))
    late = send(anyone, form, DROP, "Déposer", text="Trop tard")
    assert late.status_code == 409 and "Trop tard" in read(late).text, "what was typed stays"
    assert kept() == []


def test_nobody_fills_the_box_alone(nour: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(irritants, "MOST_A_DAY", 1)
    anyone = browse()
    form = read(anyone.get(DROP)).form("Déposer")
    assert send(anyone, form, DROP, "Déposer", text="Un").status_code == 303
    assert send(anyone, form, DROP, "Déposer", text="Deux", key="k2").status_code == 409
    with writing():
        irritants.drop_irritant(MARCH, text="De la borne", subject="", key="t")
    assert {one.text for one in kept()} == {"Un", "De la borne"}, "a tablet is never refused"


def test_the_wrong_person_finds_nothing(nour: Cast, browse: Browse) -> None:
    with writing():
        irritants.drop_irritant(MARCH, text="Secret", subject="", key="k")
    uid = kept()[0].uid
    for stranger in (nour.claire, nour.ana, nour.ada, nour.marc):
        client = browse(stranger)
        assert client.get(LIST).status_code == 404 and client.get(f"{LIST}/{uid}").status_code == 404
    assert browse().get(LIST).status_code == 302
