"""Slots of accompaniment: opened at regular hours, seen with who comes, freed with a letter, removed while free."""

from __future__ import annotations

from datetime import date, time

import pytest

from intake import bookings
from intake.models import days, slots
from intake.models.days import Journee
from intake.models.letters import Letter
from intake.models.slots import Slot
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import read, send

MARCH = date(2027, 3, 18)
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def page(people: Cast, clock: Clock) -> str:
    """The slots of the journée of March."""
    with writing():
        days.plan_journees(date(2027, 3, 1))
        return f"/journees/{Journee.get(Journee.day == MARCH).uid}/creneaux"


def hours() -> list[str]:
    with writing():
        return [slot.hour for slot in Slot.select().order_by(Slot.hour)]


def test_slots_are_opened_at_regular_hours(people: Cast, page: str, browse: Browse) -> None:
    claire = browse(people.claire)
    assert "Aucun créneau ouvert." in read(claire.get(page)).text
    form = read(claire.get(f"{page}/ouvrir")).form("Ouvrir ces créneaux")
    wrong = send(claire, form, f"{page}/ouvrir", "Ouvrir ces créneaux", first="16 h", last="14 h")
    assert wrong.status_code == 422 and "Le dernier créneau vient après le premier" in read(wrong).text and hours() == []
    for _ in range(2):
        sent = send(claire, form, f"{page}/ouvrir", "Ouvrir ces créneaux", first="14 h", last="15 h 30", host=people.claire.uid)
        assert sent.status_code == 303
    assert hours() == ["14:00", "14:30", "15:00", "15:30"]
    assert f"14{NBSP}h{NBSP}30" in read(claire.get(page)).text and "avec Claire Dubreuil" in read(claire.get(page)).text


def test_a_slot_is_freed_with_a_letter_and_removed_while_free(people: Cast, page: str, browse: Browse) -> None:
    with writing():
        slots.open_slots(Journee.get(Journee.day == MARCH), [time(14)], None)
        bookings.take(Slot.get().uid, person=people.ana, key="k")
    claire = browse(people.claire)
    listed = read(claire.get(page))
    assert "Ana Moreau" in listed.text
    label = f"Annuler ce rendez-vous 14{NBSP}h, Ana Moreau"
    form = listed.form(label)
    for _ in range(2):
        assert send(claire, form, page, label).status_code == 303
    with writing():
        assert Letter.select().where(Letter.template == "slot_freed", Letter.recipient == people.ana).count() == 1
        assert slots.free_slots(Journee.get(Journee.day == MARCH))
    free = read(claire.get(page)).form(f"Retirer le créneau de 14{NBSP}h")
    with writing():
        bookings.take(Slot.get().uid, person=people.ben, key="k2")
    refused = send(claire, free, page, f"Retirer le créneau de 14{NBSP}h")
    assert refused.status_code == 409 and "Ce créneau vient d’être pris" in read(refused).text
    assert hours() == ["14:00"]


def test_the_wrong_person_opens_nothing(people: Cast, page: str, browse: Browse, clock: Clock) -> None:
    for stranger in (people.ana, people.zoe, people.ada):
        assert browse(stranger).get(page).status_code == 404 and browse(stranger).get(f"{page}/ouvrir").status_code == 404
    clock.to(date(2027, 3, 19))
    assert browse(people.claire).get(f"{page}/ouvrir").status_code == 404, "the day is over"
