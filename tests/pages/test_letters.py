"""Letters: what waits, what left, what did not; « Renvoyer »."""

from __future__ import annotations

from datetime import timedelta

import pytest

from intake import moment
from intake.arrivals import open_dossier
from intake.models.letters import Letter
from tests.cast import Cast, principale, writing
from tests.conftest import Browse
from tests.page import press, read, send


@pytest.fixture
def lost(people: Cast) -> Letter:
    """A letter to Ana, about her dossier, that her mail server refused."""
    with writing():
        now = moment.now()
        dossier = open_dossier(people.ana, principale(), {"activity": "Céramique"})
        found: Letter = Letter.create(
            cause="event:x", template="message", recipient=people.ana, address="ana.moreau@exemple.fr", body="Secret d’Ana\n",
            dossier=dossier, subject="Un mot du Cercle", message_id="<x@parcours>", status="failed",
            problem="refused: 550 no such user", written_at=now, not_before=now, next_try=now - timedelta(days=1), tries=9)
    return found


def test_what_did_not_leave_comes_first(lost: Letter, people: Cast, browse: Browse) -> None:
    """In words; the other lists are empty and say so."""
    sami = browse(people.sami)
    assert "Non partie\u00a0: adresse refusée" in read(sami.get("/lettres")).text
    assert "Aucune lettre en attente" in read(sami.get("/lettres?etat=waiting")).text
    assert sami.get("/lettres?etat=perdues").status_code == 404


def test_resent_it_waits_again_once(lost: Letter, people: Cast, browse: Browse) -> None:
    """The page asks first; pressed twice, one letter waits."""
    sami, page = browse(people.sami), f"/lettres/{lost.uid}"
    form = read(sami.get(page)).form("Renvoyer")
    for _ in range(2):
        assert send(sami, form, page, "Renvoyer").status_code == 303
    with writing():
        assert Letter.get_by_id(lost.id).status == "waiting" and Letter.select().count() == 1
    assert "Attend jusqu’à 10\u00a0h" in read(sami.get("/lettres?etat=waiting")).text


def test_it_follows_the_person(lost: Letter, people: Cast, browse: Browse) -> None:
    """Ana's address was corrected meanwhile: the letter goes to the new one."""
    with writing():
        people.ana.email = "ana@exemple.fr"
        people.ana.save()
    press(browse(people.sami), f"/lettres/{lost.uid}", "Renvoyer")
    with writing():
        assert Letter.get_by_id(lost.id).address == "ana@exemple.fr"


def test_one_that_left_is_not_resent(lost: Letter, people: Cast, browse: Browse) -> None:
    """The button is gone, and posting its old form does nothing."""
    sami, page = browse(people.sami), f"/lettres/{lost.uid}"
    form = read(sami.get(page)).form("Renvoyer")
    with writing():
        Letter.update(status="sent", sent_at=moment.now()).where(Letter.id == lost.id).execute()
    send(sami, form, page, "Renvoyer")
    with writing():
        assert Letter.get_by_id(lost.id).status == "sent"
    assert "Remise au serveur à 10\u00a0h" in read(sami.get(page)).text


def test_the_administration_does_not_read_it(lost: Letter, people: Cast, browse: Browse) -> None:
    """Ada may resend what she cannot read; support reads it."""
    assert "Secret d’Ana" in read(browse(people.sami).get(f"/lettres/{lost.uid}")).text
    ada = browse(people.ada)
    assert "Secret d’Ana" not in ada.get(f"/lettres/{lost.uid}").get_data(as_text=True)
    assert press(ada, f"/lettres/{lost.uid}", "Renvoyer").status_code == 303


def test_the_wrong_person_finds_nothing(lost: Letter, people: Cast, browse: Browse) -> None:
    """Not even the one it is for, from this side."""
    for person in (people.ana, people.claire, people.zoe):
        assert browse(person).get("/lettres").status_code == 404
        assert browse(person).get(f"/lettres/{lost.uid}").status_code == 404
