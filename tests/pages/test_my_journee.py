"""« Ma journée »: I come or not, my badge, my appointment; only mine, and only when a journée awaits me."""

from __future__ import annotations

from datetime import date, time

import pytest

from intake import presences
from intake.models import attendance, badges, days, slots
from intake.models.days import Journee
from intake.models.letters import Letter
from intake.models.slots import Slot
from tests.cases.test_admission import admitted, arrived
from tests.cases.test_presences import in_cape
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import press, read, send

MARCH = date(2027, 3, 18)
NBSP = "\N{NO-BREAK SPACE}"
PAGE = "/ma-journee"


@pytest.fixture
def march(people: Cast, clock: Clock) -> Journee:
    """The next journée: Ana is in CAPE, Ben waits for a place; Claire receives at 14 h and 14 h 30."""
    with writing():
        in_cape(people, people.ana)
        admitted(arrived(people.ben), people)
        days.plan_journees(date(2027, 3, 1))
        journee: Journee = Journee.get(Journee.day == MARCH)
        slots.open_slots(journee, [time(14), time(14, 30)], people.claire)
    return journee


def answer(journee: Journee, people: Cast, name: str) -> str:
    with writing():
        return attendance.answer_of(journee, getattr(people, name))


def test_i_come_or_not_from_my_journey(people: Cast, march: Journee, browse: Browse) -> None:
    ben = browse(people.ben)
    form = read(ben.get("/mon-parcours")).form("Je viens à la journée du 18\u00a0mars 2027")
    for _ in range(2):
        sent = send(ben, form, "/mon-parcours", "Je viens à la journée du 18\u00a0mars 2027")
        assert (sent.status_code, sent.location) == (303, "/mon-parcours")
    assert answer(march, people, "ben") == "expected"
    assert "Vous avez dit que vous venez." in read(ben.get("/mon-parcours")).text
    press(ben, PAGE, "Je ne viens pas à la journée du 18\u00a0mars 2027")
    assert answer(march, people, "ben") == "excused"
    assert answer(march, people, "ana") == "", "only mine"


def test_my_badge_and_another_one_when_it_is_lost(people: Cast, march: Journee, browse: Browse) -> None:
    ana = browse(people.ana)
    assert press(ana, PAGE, "Voir mon badge maintenant").status_code == 303
    with writing():
        first = badges.badge_of(people.ana)
    assert first is not None
    page = ana.get(PAGE)
    assert first.spoken in read(page).text and "<svg" in page.get_data(as_text=True)
    press(ana, PAGE, "Badge perdu : en recevoir un autre".replace(" :", f"{NBSP}:"))
    with writing():
        assert badges.person_of_code(first.code) is None
        assert badges.badge_of(people.ben) is None, "a page that is read makes nothing"


def test_i_book_one_slot_and_give_it_back(people: Cast, march: Journee, browse: Browse) -> None:
    ana = browse(people.ana)
    first, second = (slot.uid for slot in _free(march))
    page = read(ana.get(PAGE))
    assert f"14{NBSP}h, avec Claire, du Cercle accompagnement" in page.text
    form = page.form("Réserver ce créneau")
    for _ in range(2):
        assert send(ana, form, PAGE, "Réserver ce créneau", creneau=first).status_code == 303
    assert f"C’est réservé{NBSP}: jeudi 18{NBSP}mars 2027, 14{NBSP}h, avec Claire, du Cercle" in read(ana.get(PAGE)).text
    other = send(ana, form, PAGE, "Réserver ce créneau", creneau=second, key="another")
    assert other.status_code == 409 and "Vous avez déjà un rendez-vous à cette journée" in read(other).text
    ben = browse(people.ben)
    token = read(ben.get(PAGE)).form("Réserver ce créneau").values["csrf_token"]
    late = ben.post(PAGE + "/rendez-vous", data={"csrf_token": token, "creneau": first, "key": "k"})
    assert late.status_code == 409 and "Ce créneau vient d’être pris. Voici les suivants." in read(late).text
    assert f"14{NBSP}h{NBSP}30" in read(late).text, "the next ones are shown"
    with writing():
        assert [letter.recipient_id for letter in Letter.select().where(Letter.template == "slot_booked")] == [people.ana.id]
    assert press(ana, PAGE, "Annuler mon rendez-vous").status_code == 303
    assert len(_free(march)) == 2
    with writing():
        assert not Letter.select().where(Letter.template == "slot_freed").exists(), "one knows what one does"


def test_without_a_choice_the_page_says_so(people: Cast, march: Journee, browse: Browse) -> None:
    sent = press(browse(people.ana), PAGE, "Réserver ce créneau")
    assert sent.status_code == 422 and "Choisissez un créneau." in read(sent).text


def test_whom_no_journee_awaits_sees_an_empty_page_and_writes_nothing(people: Cast, march: Journee, browse: Browse) -> None:
    zoe = browse(people.zoe)
    page = read(zoe.get(PAGE))
    assert "Aucune journée ne vous attend pour l’instant." in page.text
    token = read(browse(people.ana).get(PAGE)).form("Réserver ce créneau").values["csrf_token"]
    first = _free(march)[0].uid
    for path, data in (("/reponse", {"reponse": "viens"}), ("/badge", {}), ("/rendez-vous", {"creneau": first}),
                       ("/rendez-vous/annuler", {})):
        assert zoe.post(PAGE + path, data={"csrf_token": token, **data}).status_code in (400, 404)
    assert answer(march, people, "zoe") == "" and len(_free(march)) == 2
    assert browse().get(PAGE).status_code == 302


def test_a_date_to_confirm_invites_nobody(people: Cast, march: Journee, browse: Browse, clock: Clock) -> None:
    with writing():
        Journee.update(to_confirm=True).where(Journee.day < date(2027, 5, 1)).execute()
    assert f"20{NBSP}mai" in read(browse(people.ana).get(PAGE)).text


def test_a_slot_of_another_journee_is_not_found(people: Cast, march: Journee, browse: Browse) -> None:
    with writing():
        april = Journee.get(Journee.day == date(2027, 4, 15))
        slots.open_slots(april, [time(9)], None)
        uid = Slot.get(Slot.journee == april).uid
    ana = browse(people.ana)
    assert press(ana, PAGE, "Réserver ce créneau", creneau=uid).status_code == 404


def _free(journee: Journee) -> list[Slot]:
    with writing():
        return slots.free_slots(journee)




def test_the_code_of_the_paper_sheet_opens_the_four_choices(people: Cast, march: Journee, browse: Browse, clock: Clock) -> None:
    clock.to(MARCH)
    page = read(browse().get("/journee"))
    assert f"Jeudi 18{NBSP}mars 2027" in page.text
    assert [text for text, _ in page.links if text.startswith("Je ")] == [
        "Je signe ma présence", "Je découvre Optéos", "Je réserve un rendez-vous", "Je dis ce qui coince"]


def test_a_closed_journee_is_answered_no_more(people: Cast, march: Journee, browse: Browse, clock: Clock) -> None:
    clock.to(MARCH)
    ana = browse(people.ana)
    form = read(ana.get(PAGE)).form("Je ne viens pas à la journée du 18\u00a0mars 2027")
    with writing():
        presences.close(Journee.get(Journee.day == MARCH), people.claire, "circle")
    assert send(ana, form, PAGE, "Je ne viens pas à la journée du 18\u00a0mars 2027").status_code == 404
    assert answer(march, people, "ana") == "absent"
