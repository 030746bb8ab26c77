"""Attendance, badges, slots, irritants: doubles are merged, the last slot has one winner, nobody signs what coince."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest

from config import Settings
from intake import retention
from intake.models import attendance, badges, irritants, slots
from intake.models.attendance import Attendance, UnknownName
from intake.models.badges import Badge
from intake.models.days import Journee
from intake.models.dossiers import Event
from intake.models.irritants import Irritant
from intake.models.people import Person
from intake.models.slots import Slot
from intake.words import say
from tests.cast import Cast
from tests.conftest import Clock
from workflows.engine import StepRefused

pytestmark = pytest.mark.both_databases

TEN = datetime(2027, 3, 18, 9, 0, tzinfo=UTC)
CROWD = 12


@pytest.fixture
def journee(cast: Cast) -> Journee:
    """The journée of March."""
    made: Journee = Journee.create(day=date(2027, 3, 18), planned=date(2027, 3, 18), place="Moulin")
    return made


def statuses(journee: Journee) -> dict[tuple[str, str], str]:
    return {(row.person.first_name, row.half): row.status
            for row in Attendance.select(Attendance, Person).join(Person).where(Attendance.journee == journee)}


# Attendance ----------------------------------------------------------------------------------------------------------


def test_a_presence_is_noted_once_whatever_it_comes_from(cast: Cast, journee: Journee) -> None:
    assert not attendance.record_attendance(journee, "morning", cast.ana, how="badge", at=TEN)
    assert attendance.record_attendance(journee, "morning", cast.ana, how="paper", at=TEN + timedelta(hours=3))
    assert not attendance.record_attendance(journee, "afternoon", cast.ana, how="code", at=TEN + timedelta(hours=5))
    assert statuses(journee) == {("Ana", "morning"): "present", ("Ana", "afternoon"): "present"}
    assert Attendance.get(Attendance.half == "morning").how == "badge", "the first signature stands"


def test_whoever_was_excused_and_comes_is_present(cast: Cast, journee: Journee) -> None:
    attendance.answer_invitation(journee, cast.ana, "excused", how="person", at=TEN)
    assert not attendance.record_attendance(journee, "morning", cast.ana, how="badge", at=TEN)
    attendance.answer_invitation(journee, cast.ana, "expected", how="person", at=TEN)
    assert statuses(journee) == {("Ana", "morning"): "present", ("Ana", "afternoon"): "expected"}


def test_the_closing_settles_absences_and_a_late_tablet_puts_them_right(cast: Cast, journee: Journee) -> None:
    attendance.answer_invitation(journee, cast.ben, "excused", how="person", at=TEN)
    attendance.record_attendance(journee, "morning", cast.ana, how="badge", at=TEN)
    for _ in range(2):
        attendance.settle_absences(journee, [cast.ana, cast.ben, cast.noe])
    assert statuses(journee) == {
        ("Ana", "morning"): "present", ("Ana", "afternoon"): "absent", ("Ben", "morning"): "excused",
        ("Ben", "afternoon"): "excused", ("Noé", "morning"): "absent", ("Noé", "afternoon"): "absent"}
    assert not attendance.record_attendance(journee, "morning", cast.noe, how="badge", at=TEN)
    assert statuses(journee)[("Noé", "morning")] == "present"


def test_two_tablets_at_the_same_instant_note_one_presence(settings: Settings, cast: Cast, journee: Journee) -> None:
    attendance.answer_invitation(journee, cast.ben, "expected", how="person", at=TEN)

    def sign(number: int) -> list[bool]:
        from intake.models import base

        with base.writing():
            return [base.retrying(lambda who=who: attendance.record_attendance(  # type: ignore[misc]
                journee, "morning", who, how="badge", at=TEN + timedelta(seconds=number))) for who in (cast.ana, cast.ben)]

    with ThreadPoolExecutor(CROWD) as pool:
        answers = list(pool.map(sign, range(CROWD)))
    assert [sum(not already for already in one) for one in zip(*answers, strict=True)] == [1, 1], "noted once each"
    assert statuses(journee) == {("Ana", "morning"): "present", ("Ben", "morning"): "present",
                                 ("Ben", "afternoon"): "expected"}


def test_a_name_waits_sealed_until_someone_says_whose_it_is(cast: Cast, journee: Journee) -> None:
    assert not attendance.keep_name(journee, "morning", " Lina  Caron ", how="name", at=TEN, key="k1")
    assert attendance.keep_name(journee, "morning", "Lina Caron", how="name", at=TEN, key="k1"), "the same entry again"
    name, = attendance.names_to_match(journee)
    assert name.read == "Lina Caron"
    assert b"Caron" not in bytes(UnknownName.get().name)
    assert attendance.settle_name(name, cast.ana, cast.claire)
    assert not attendance.settle_name(name, cast.ben, cast.claire), "settled once"
    assert UnknownName.get().name is None, "the name is erased"
    assert attendance.names_to_match() == []


def test_the_version_moves_with_what_the_page_shows(cast: Cast, journee: Journee, clock: Clock) -> None:
    seen = {attendance.version_of(journee)}
    for change in (lambda: attendance.answer_invitation(journee, cast.ana, "expected", how="person", at=TEN),
                   lambda: attendance.record_attendance(journee, "morning", cast.ana, how="badge", at=TEN),
                   lambda: attendance.keep_name(journee, "morning", "Zoé", how="name", at=TEN, key="k")):
        clock.forward(seconds=1)
        change()
        assert attendance.version_of(journee) not in seen
        seen.add(attendance.version_of(journee))
    assert attendance.version_of(journee) in seen, "nothing happened, nothing moves"


@pytest.mark.parametrize(("hour", "half"), [(7, "morning"), (11, "morning"), (12, "afternoon"), (16, "afternoon")])
def test_the_half_day_is_that_of_paris(hour: int, half: str) -> None:
    assert attendance.half_of(datetime(2027, 3, 18, hour, 30, tzinfo=UTC)) == half


# Badges --------------------------------------------------------------------------------------------------------------


def test_a_badge_identifies_by_number_and_by_code(cast: Cast) -> None:
    assert badges.give_badges([cast.ana, cast.ben]) == 2
    assert badges.give_badges([cast.ana, cast.ben]) == 0, "twice is harmless"
    badge = badges.badge_of(cast.ana)
    assert badge is not None
    assert badge.text.split(".") == ["P1", badge.number, "Ana"] and len(badge.number) == 16
    assert badges.person_of_badge(badge.number) == cast.ana
    assert badges.person_of_code(f"{badge.code[:3]} {badge.code[3:]}") == cast.ana
    assert badges.person_of_badge("x" * 16) is None
    assert badges.qr_png(badge).startswith(b"\x89PNG")
    assert "Moreau" not in badge.text and "exemple" not in badge.text


def test_a_wrong_digit_or_two_swapped_are_always_seen(cast: Cast) -> None:
    badges.give_badges([cast.ana])
    code = Badge.get().code
    wrong = {code[:at] + digit + code[at + 1:] for at in range(6) for digit in "0123456789" if digit != code[at]}
    wrong |= {code[:at] + code[at + 1] + code[at] + code[at + 2:] for at in range(5) if code[at] != code[at + 1]}
    assert len(wrong) >= 54
    assert not any(badges.well_formed(one) or badges.person_of_code(one) for one in wrong)
    assert not badges.well_formed("12345") and not badges.well_formed("١٢٣٤٥٦")


def test_a_lost_badge_is_nobodys(cast: Cast) -> None:
    badges.give_badges([cast.ana])
    lost = Badge.get()
    fresh = badges.replace_badge(cast.ana)
    assert badges.person_of_badge(lost.number) is None and badges.person_of_code(lost.code) is None
    assert badges.person_of_badge(fresh.number) == cast.ana
    Person.update(disabled_at=TEN).where(Person.id == cast.ana.id).execute()
    assert badges.person_of_badge(fresh.number) is None, "whoever left is not named"


def test_a_house_out_of_codes_says_so_rather_than_search_for_ever(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(badges, "MOST", 1)
    badges.give_badges([cast.ana])
    with pytest.raises(badges.NoCodeLeft):
        badges.give_badges([cast.ben])


# Slots ---------------------------------------------------------------------------------------------------------------


def refusal(refused: pytest.ExceptionInfo[StepRefused]) -> str:
    return say(refused.value.refusals[0])


def test_slots_are_opened_once_and_booked_once(cast: Cast, journee: Journee) -> None:
    assert slots.open_slots(journee, [time(14, 30), time(14, 0)], cast.claire) == 2
    assert slots.open_slots(journee, [time(14, 0), time(15, 0)], cast.claire) == 1, "those open stay"
    first, second, _ = slots.free_slots(journee)
    assert (first.starts_at.isoformat(), first.with_whom) == ("2027-03-18T14:00:00+01:00", "Claire, du Cercle accompagnement")
    taken = slots.book_slot(first.uid, person=cast.ana, key="k1")
    assert slots.book_slot(first.uid, person=cast.ana, key="k1") == taken == slots.book_slot(
        first.uid, person=cast.ana, key="k2"), "the same person, the same slot"
    with pytest.raises(StepRefused) as refused:
        slots.book_slot(first.uid, person=cast.ben, key="k3")
    assert refusal(refused) == "Ce créneau vient d’être pris. Voici les suivants."
    with pytest.raises(StepRefused) as refused:
        slots.book_slot(second.uid, person=cast.ana, key="k4")
    assert "déjà un rendez-vous à cette journée, à 14" in refusal(refused)
    guest = slots.book_slot(second.uid, person=None, guest=("Zoé", "06 12 34 56 78"), key="k5")
    assert guest.booked_by == "Zoé · 06 12 34 56 78" and "Zoé".encode() not in bytes(Slot.get_by_id(guest.id).guest)
    assert len(slots.free_slots(journee)) == 1
    assert slots.release(taken) and not slots.release(taken)
    with pytest.raises(StepRefused):
        slots.close_slot(second)


def test_a_slot_moves_with_its_journee_and_a_past_one_is_not_offered(cast: Cast, journee: Journee, clock: Clock) -> None:
    slots.open_slots(journee, [time(10, 0), time(14, 0)], None)
    Journee.update(day=date(2027, 3, 25)).execute()
    journee = Journee.get()
    assert [slot.starts_at.day for slot in slots.free_slots(journee)] == [25, 25]
    clock.set(datetime(2027, 3, 25, 10, 0, tzinfo=UTC))
    assert [slot.hour for slot in slots.free_slots(journee)] == ["14:00"]


def test_the_last_slot_has_one_winner(settings: Settings, cast: Cast, journee: Journee) -> None:
    slots.open_slots(journee, [time(14, 0)], None)
    uid = Slot.get().uid

    def ask(number: int) -> bool:
        from intake.models import base

        with base.writing():
            try:
                base.retrying(lambda: slots.book_slot(uid, person=None, guest=(f"P{number}", ""), key=f"k{number}"))
            except StepRefused:
                return False
        return True

    with ThreadPoolExecutor(CROWD) as pool:
        won = list(pool.map(ask, range(CROWD)))
    assert won.count(True) == 1
    assert Slot.get().key == f"k{won.index(True)}"


# Ce qui coince -------------------------------------------------------------------------------------------------------


def test_what_coince_has_no_author_and_no_hour(cast: Cast) -> None:
    before = Event.select().count()
    for _ in range(2):
        irritants.drop_irritant(date(2027, 3, 18), text="La notice de la compta est floue", subject="accounts", key="k1")
    found, = irritants.irritants_since(date(2027, 1, 1))
    assert (found.text, found.subject, found.answered_by) == ("La notice de la compta est floue", "accounts", None)
    assert set(Irritant._meta.fields) == {"id", "uid", "key", "text", "subject", "day", "answer", "answered_on",
                                          "answered_by"}
    assert Event.select().count() == before, "no line of the history tells when"
    irritants.answer_irritant(found, "Une nouvelle notice arrive en avril.", cast.claire)
    assert irritants.irritants_since(date(2027, 1, 1))[0].answer.startswith("Une nouvelle")


def test_lines_leave_after_their_time_and_the_count_stays(cast: Cast, journee: Journee, clock: Clock) -> None:
    attendance.record_attendance(journee, "morning", cast.ana, how="badge", at=TEN)
    attendance.record_attendance(journee, "afternoon", cast.ana, how="badge", at=TEN)
    attendance.record_attendance(journee, "morning", cast.ben, how="badge", at=TEN)
    attendance.keep_name(journee, "morning", "Zoé", how="name", at=TEN, key="k")
    irritants.drop_irritant(date(2027, 3, 18), text="La salle est froide", subject="", key="k")
    slots.open_slots(journee, [time(14, 0)], None)
    slots.book_slot(Slot.get().uid, person=cast.ana, key="k")
    attendance.count_who_came(journee)
    retention.let_go(date(2029, 2, 1))
    assert Attendance.select().count() == 3 and not Irritant.select().exists()
    retention.let_go(date(2029, 3, 20))
    assert not Attendance.select().exists() and not UnknownName.select().exists() and not Slot.select().exists()
    assert attendance.presences([Journee.get()]) == {journee.id: 2}
