"""« À vérifier »: names matched, visits, requests of slots, entries of tablets that no rule could settle."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask

from intake import bookings, presences
from intake.models import days, slots
from intake.models.attendance import Attendance, UnknownName
from intake.models.days import Journee
from intake.models.letters import Letter
from intake.models.people import RoleGrant
from intake.models.slots import Slot, SlotWish
from tests.cases.test_admission import admitted, arrived
from tests.cases.test_presences import in_cape
from tests.cast import LONG_AGO, Cast, writing
from tests.conftest import Browse, Clock
from tests.kiosk.tablet import paired
from tests.page import press, read, send

TRAY = "/journees/a-verifier"
MARCH = date(2027, 3, 18)
TEN = datetime(2027, 3, 18, 9, 12, tzinfo=UTC)
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def march(people: Cast, clock: Clock) -> Journee:
    """The journée of March, on its day: Ana is in CAPE, Ben waits for a place."""
    with writing():
        in_cape(people, people.ana)
        admitted(arrived(people.ben), people)
        days.plan_journees(date(2027, 3, 1))
        journee: Journee = Journee.get(Journee.day == MARCH)
    clock.set(TEN)
    return journee


def name(journee: Journee, said: str, how: str = "name") -> str:
    """A name to match; its address."""
    with writing():
        presences.sign(journee, "morning", person=None, name=said, how=how, at=TEN, key=f"{said}{how}")
        return f"{TRAY}/noms/{UnknownName.select().order_by(UnknownName.id.desc()).get().uid}"


def present() -> set[tuple[str, str]]:
    with writing():
        return {(row.person.first_name, row.half) for row in Attendance.select().where(Attendance.status == "present")}


def test_nothing_waits(people: Cast, march: Journee, browse: Browse) -> None:
    assert "Tout est rapproché." in read(browse(people.claire).get(TRAY)).text


def test_a_name_is_matched_the_nearest_first(people: Cast, march: Journee, browse: Browse) -> None:
    page, claire = name(march, "moreau ana"), browse(people.claire)
    assert "moreau ana" in read(claire.get(TRAY)).text
    opened = claire.get(page).get_data(as_text=True)
    assert opened.index("Ana Moreau") < opened.index("Une visite")
    form = read(claire.get(page)).form("Enregistrer")
    assert send(claire, form, page, "Enregistrer").status_code == 422
    for _ in range(2):
        assert send(claire, form, page, "Enregistrer", person=people.ana.uid).status_code == 303
    assert present() == {("Ana", "morning")}
    assert "Tout est rapproché." in read(claire.get(TRAY)).text
    with writing():
        assert UnknownName.get().name is None


def test_two_people_settle_one_name_once(people: Cast, march: Journee, browse: Browse) -> None:
    page = name(march, "Ana")
    claire, salome = browse(people.claire), browse(people.salome)
    first, second = (read(one.get(page)).form("Enregistrer") for one in (claire, salome))
    send(claire, first, page, "Enregistrer", person="autre", other=people.ana.uid)
    send(salome, second, page, "Enregistrer", person="autre", other=people.ben.uid)
    assert present() == {("Ana", "morning")}, "the first answer stands"


def test_a_visit_is_counted_nowhere_and_the_name_erased(people: Cast, march: Journee, browse: Browse) -> None:
    page = name(march, "Lila", "paper")
    claire = browse(people.claire)
    assert "sur papier" in read(claire.get(TRAY)).text
    assert press(claire, page, "Enregistrer", person="visite").status_code == 303
    assert present() == set()
    with writing():
        assert (UnknownName.get().name, UnknownName.get().settled_by) == (None, people.claire)


def test_someone_of_the_list_is_asked_for_by_name(people: Cast, march: Journee, browse: Browse) -> None:
    page, claire = name(march, "???"), browse(people.claire)
    answer = press(claire, page, "Enregistrer", person="autre")
    assert answer.status_code == 422 and "Choisissez une personne dans la liste" in read(answer).text
    assert press(claire, page, "Enregistrer", person="autre", other=people.ben.uid).status_code == 303
    assert present() == {("Ben", "morning")}


def wish(people: Cast, march: Journee) -> str:
    with writing():
        slots.open_slots(march, [time(14), time(15)], people.claire)
        chosen = [slot.uid for slot in slots.slots_of(march)][1:]
        bookings.book(chosen, journee=march, person=people.ana, name="", phone="", key="k", request_only=True)
        assert bookings.book(chosen, journee=march, person=people.ana, name="", phone="", key="k", request_only=True) is None
        return f"{TRAY}/rendez-vous/{SlotWish.get().uid}"


def test_a_request_made_without_network_is_answered(people: Cast, march: Journee, browse: Browse) -> None:
    page, claire = wish(people, march), browse(people.claire)
    opened = read(claire.get(page))
    assert f"15{NBSP}h, avec Claire, du Cercle accompagnement (demandé)" in opened.text
    with writing():
        uid = Slot.get(Slot.hour == "15:00").uid
    for _ in range(2):
        assert send(claire, opened.form("Répondre"), page, "Répondre", slot=uid).status_code == 303
    with writing():
        assert Slot.get(Slot.hour == "15:00").person == people.ana
        assert Letter.get(Letter.template == "slot_booked").recipient == people.ana
    assert "Tout est rapproché." in read(claire.get(TRAY)).text


def test_none_is_left_and_the_person_is_told(people: Cast, march: Journee, browse: Browse) -> None:
    assert press(browse(people.claire), wish(people, march), "Répondre", slot="aucun").status_code == 303
    with writing():
        assert Letter.get(Letter.template == "slot_full").recipient == people.ana
        assert not Slot.select().where(Slot.person.is_null(False)).exists()


def test_the_facilitator_sees_their_journee_alone(people: Cast, march: Journee, browse: Browse) -> None:
    page = name(march, "Ana")
    with writing():
        RoleGrant.create(person=people.zoe, role="facilitator", since=LONG_AGO)
        days.name_facilitator(march, people.salome, people.claire, "circle")
    zoe = browse(people.zoe)
    assert "Tout est rapproché." in read(zoe.get(TRAY)).text
    assert zoe.get(page).status_code == 404
    for stranger in (people.ana, people.ada):
        assert browse(stranger).get(TRAY).status_code == 404


# Entries of tablets --------------------------------------------------------------------------------------------------


def test_an_entry_of_an_odd_day_becomes_a_presence(
        people: Cast, march: Journee, browse: Browse, app: Flask, clock: Clock) -> None:
    tablet = paired(app, people.claire)
    clock.set(TEN + timedelta(days=1))
    tablet.note(kind="presence", first_name="Ana", last_name="Moreau")
    claire = browse(people.claire)
    listed = read(claire.get(TRAY))
    assert "Aucune journée n’était prévue ce jour-là." in listed.text
    page = next(href for text, href in listed.links if text.startswith("Décider"))
    form = read(claire.get(page)).form("Enregistrer")
    partial = send(claire, form, page, "Enregistrer", act="presence")
    assert partial.status_code == 422 and present() == set()
    again = send(claire, form, page, "Enregistrer", act="again")
    assert again.status_code == 422, "it is still no journée"
    answers = {"act": "presence", "person": people.ana.uid, "journee": march.uid, "half": "afternoon"}
    assert send(claire, form, page, "Enregistrer", **answers).status_code == 303
    assert present() == {("Ana", "afternoon")}
    assert "Tout est rapproché." in read(claire.get(TRAY)).text
    assert claire.get(page).status_code == 404, "settled once"


def test_an_unreadable_entry_is_set_aside_with_a_reason(people: Cast, march: Journee, browse: Browse, app: Flask) -> None:
    tablet = paired(app, people.claire)
    broken = tablet.entry({"kind": "presence", "first_name": "Ana", "last_name": "Moreau"})
    broken["body"] = broken["body"][:-8] + "AAAAAAA="
    tablet.deliver(broken)
    claire = browse(people.claire)
    listed = read(claire.get(TRAY))
    assert "Cette fiche ne s’ouvre pas. Elle est gardée scellée." in listed.text and "Moreau" not in listed.text
    page = next(href for text, href in listed.links if text.startswith("Décider"))
    assert press(claire, page, "Enregistrer", act="aside").status_code == 422
    assert press(claire, page, "Enregistrer", act="aside", reason="Tablette tombée à l’eau").status_code == 303
    assert "Tout est rapproché." in read(claire.get(TRAY)).text
