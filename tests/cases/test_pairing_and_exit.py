"""Accompaniment, membership and departure on a real database: pairing, reviews, assembly, the end of everything."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from intake import bookings
from intake.cases import NotTheirs, StepRefused, new_case, take_step
from intake.clock import NEVER, tick
from intake.facts import facts_of
from intake.foresight import before
from intake.models import slots
from intake.models.days import Assembly, Journee
from intake.models.dossiers import Answers, Case, Dossier, Event
from intake.models.letters import Letter
from intake.models.people import Commitment, Person
from intake.models.slots import Slot
from intake.models.tasks import Task
from intake.papers.others import review
from tests.cases.test_whole_road import Road, find_peer, to_cape
from tests.cast import Cast, principale
from tests.conftest import NOW, Clock
from workflows.calendar import paris_day
from workflows.departure import departure

pytestmark = pytest.mark.both_databases

MEETING = {
    "held_on": "2027-03-01", "minutes": "60", "mode": "place", "present": "Ana et Noé", "subjects": ["money"],
    "notes": "Le budget tient.",
}
REVIEW = {"billed": "12 000", "cashed": "9 500,50", "goals": "Tenus", "project": "Grandir", "opinion": "continue"}


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """Ana's dossier; Noé has signed the confidentiality commitment."""
    Commitment.create(person=cast.noe, signed_on=date(2026, 1, 5))
    found: Dossier = Dossier.create(
        number="OPT-2027-0001", person=cast.ana, antenna=principale(), opened_at=NOW)
    return found


def begun(dossier: Dossier, workflow: str, step: str, by: Any, **raw: Any) -> Case:
    case = new_case(dossier, workflow)
    take_step(case, step, by=by, raw=raw, key=None)
    return again(case)


def again(case: Case) -> Case:
    found: Case = Case.get_by_id(case.id)
    return found


def step(case: Case, name: str, by: Any, **raw: Any) -> Event:
    return take_step(again(case), name, by=by, raw=raw, key=None)


def in_cape(dossier: Dossier, by: Any) -> Case:
    return begun(dossier, "cape", "take_over", by, stage="trading", since="2027-02-01", first_day="2027-02-01",
                 last_day="2028-01-31", reason="Reprise")


def in_cesa(dossier: Dossier, by: Any) -> Case:
    return begun(dossier, "salaried", "take_over", by, stage="running", since="2026-03-01", first_day="2026-03-01",
                 reason="Reprise")


def paired(dossier: Dossier, cast: Cast) -> Case:
    case = begun(dossier, "accompaniment", "open", cast.claire)
    step(case, "propose", cast.claire, peer=cast.noe.uid, why="Même quartier")
    step(case, "agree", cast.noe)
    step(case, "confirm", cast.ana)
    return again(case)


def letters(template: str) -> set[str]:
    return {row.recipient.first_name for row in Letter.select().where(Letter.template == template)}


def open_tasks(case: Case) -> set[tuple[str, str]]:
    rows = Task.select().where(Task.case == case, Task.closed_at.is_null())
    return {(row.role, row.person.first_name if row.person else "") for row in rows}


# Pairing -------------------------------------------------------------------------------------------------------------


def test_a_peer_is_sought_only_for_someone_who_enters_or_is_in(dossier: Dossier, cast: Cast) -> None:
    with pytest.raises(StepRefused):
        begun(dossier, "accompaniment", "open", cast.claire)
    assert not Case.select().where(Case.workflow == "accompaniment").exists()
    in_cape(dossier, cast.sami)
    case = begun(dossier, "accompaniment", "open", cast.claire)
    assert (case.state, open_tasks(case)) == ("seeking", {("circle", "")})
    with pytest.raises(StepRefused, match="Une démarche de même nature"):
        begun(dossier, "accompaniment", "open", cast.claire)


def test_both_choose_freely(dossier: Dossier, cast: Cast) -> None:
    in_cape(dossier, cast.sami)
    case = paired(dossier, cast)
    assert (case.state, case.memory["peer"], open_tasks(case)) == ("running", cast.noe.uid, set())
    assert Dossier.get().peer == cast.noe
    assert letters("pairing_asked") == {"Noé"}
    assert letters("pairing_proposed") == {"Ana"}
    assert letters("pairing_started") == {"Ana", "Noé"}
    step(case, "ask_other", cast.ana)
    assert Dossier.get().peer is None
    assert open_tasks(case) == {("circle", "")}
    with pytest.raises(NotTheirs):
        step(case, "propose", cast.noe, peer=cast.claire.uid)


def test_a_peer_who_signed_nothing_or_has_no_room_is_refused(dossier: Dossier, cast: Cast) -> None:
    in_cape(dossier, cast.sami)
    case = begun(dossier, "accompaniment", "open", cast.claire)
    Commitment.delete().where(Commitment.person == cast.ines).execute()
    with pytest.raises(StepRefused, match="engagement de confidentialité"):
        step(case, "propose", cast.claire, peer=cast.ines.uid)
    for number in range(3):
        Dossier.create(number=f"OPT-2026-000{number}", person=cast.ben, antenna=principale(), opened_at=NOW,
                       peer=cast.noe)
    with pytest.raises(StepRefused, match="accompagne déjà"):
        step(case, "propose", cast.claire, peer=cast.noe.uid)


def test_a_silent_peer_is_replaced_by_the_clock(dossier: Dossier, cast: Cast, clock: Clock) -> None:
    in_cape(dossier, cast.sami)
    case = begun(dossier, "accompaniment", "open", cast.claire)
    step(case, "propose", cast.claire, peer=cast.noe.uid)
    clock.to(date(2027, 3, 8))
    tick()
    assert again(case).state == "proposed"
    clock.to(date(2027, 3, 9))
    tick()
    assert (again(case).state, open_tasks(case)) == ("seeking", {("circle", "")})


# Meetings and reviews ------------------------------------------------------------------------------------------------


def test_the_other_one_approves_what_was_written(dossier: Dossier, cast: Cast) -> None:
    in_cape(dossier, cast.sami)
    case = paired(dossier, cast)
    noted = step(case, "record_meeting", cast.noe, **MEETING)
    assert open_tasks(case) == {("other", "Ana")}
    with pytest.raises(NotTheirs):
        step(case, "approve_meeting", cast.noe, about=noted.uid)
    step(case, "approve_meeting", cast.ana, about=noted.uid)
    assert (again(case).memory["approved"], open_tasks(case)) == ({noted.uid: "2027-03-01"}, set())


def test_a_review_is_asked_when_its_day_comes_and_counts_once_both_have_signed(
        dossier: Dossier, cast: Cast, clock: Clock) -> None:
    in_cape(dossier, cast.sami)
    case = paired(dossier, cast)
    clock.to(date(2027, 5, 2))
    tick()
    assert letters("review_due") == {"Ana", "Noé"}
    assert ("peer", "Noé") in open_tasks(case)
    written = step(case, "record_review", cast.noe, **REVIEW)
    assert ("peer", "Noé") not in open_tasks(case)
    with pytest.raises(StepRefused):
        step(case, "sign_review", cast.sami, about=written.uid)
    step(case, "sign_review", cast.noe, about=written.uid)
    assert "reviews" not in again(case).memory
    step(case, "sign_review", cast.ana, about=written.uid)
    assert again(case).memory["reviews"] == ["2027-05-02"]
    with pytest.raises(StepRefused):
        step(case, "sign_review", cast.ana, about=written.uid)


def test_each_review_is_printed_with_its_own_signatures(dossier: Dossier, cast: Cast) -> None:
    """Two reviews wait together, and the second is signed first."""
    in_cape(dossier, cast.sami)
    case = paired(dossier, cast)
    one, other = (step(case, "record_review", cast.noe, **REVIEW) for _ in range(2))
    for about, who in ((other, cast.noe), (other, cast.ana), (one, cast.ana)):
        step(case, "sign_review", who, about=about.uid)
    case = again(case)
    names = {told.uid: [name for name, _ in review(case, facts_of(case, cast.sami), told)["signed"]] for told in (one, other)}
    assert names == {one.uid: [cast.ana.name], other.uid: [cast.noe.name, cast.ana.name]}


def test_a_review_that_was_altered_is_not_signed(dossier: Dossier, cast: Cast) -> None:
    in_cape(dossier, cast.sami)
    case = paired(dossier, cast)
    written = step(case, "record_review", cast.noe, **REVIEW)
    Answers.update(text={**REVIEW, "goals": "Autres"}).where(Answers.event == written).execute()
    with pytest.raises(StepRefused, match="Le document a changé depuis l’envoi"):
        step(case, "sign_review", cast.ana, about=written.uid)


def test_a_review_taken_back_is_not_signed(dossier: Dossier, cast: Cast) -> None:
    in_cape(dossier, cast.sami)
    case = paired(dossier, cast)
    written = step(case, "record_review", cast.noe, **REVIEW)
    step(case, "undo", cast.noe)
    with pytest.raises(StepRefused, match="Le document a changé depuis l’envoi"):
        step(case, "sign_review", cast.ana, about=written.uid)


def test_support_signs_for_an_author_who_has_left(dossier: Dossier, cast: Cast) -> None:
    in_cape(dossier, cast.sami)
    case = paired(dossier, cast)
    written = step(case, "record_review", cast.noe, **REVIEW)
    step(case, "sign_review", cast.ana, about=written.uid)
    step(case, "ask_other", cast.ana)
    step(case, "sign_review", cast.sami, about=written.uid)
    assert again(case).memory["reviews"] == ["2027-03-01"]


def test_a_contract_signed_later_brings_its_reviews(dossier: Dossier, cast: Cast, clock: Clock) -> None:
    """The date of an accompaniment depends on contracts of other cases: it is computed again when they change."""
    in_cape(dossier, cast.sami)
    case = begun(dossier, "accompaniment", "open", cast.claire)
    clock.to(date(2028, 1, 31))
    tick()
    assert again(case).due_at == NEVER
    begun(dossier, "cape", "take_over", cast.sami, stage="trading", since="2028-02-01", first_day="2028-02-01",
          last_day="2029-01-31", reason="Reprise")
    tick()
    assert paris_day(again(case).due_at) == date(2028, 5, 1)


# Membership ----------------------------------------------------------------------------------------------------------


def test_the_assembly_admits_and_support_registers(dossier: Dossier, cast: Cast, clock: Clock) -> None:
    Assembly.create(day=date(2027, 6, 25))
    in_cesa(dossier, cast.sami)
    case = begun(dossier, "membership", "call", cast.ana)
    assert case.memory["assembly"] == "2027-06-25"
    step(case, "apply", cast.ana, letter="Je candidate.", shares="10", down_payment="50")
    step(case, "put_on_agenda", cast.marc, assembly="2027-06-25")
    with pytest.raises(NotTheirs):
        step(case, "vote_yes", cast.claire, assembly="2027-06-25", result="Oui", minutes="PV 12")
    clock.to(date(2027, 6, 28))
    step(case, "vote_yes", cast.marc, assembly="2027-06-25", result="Oui", minutes="PV 12")
    with pytest.raises(StepRefused, match="Il faut verser au moins"):
        step(case, "subscribe", cast.sami, slip="abcdefgh1234", paid="49")
    step(case, "subscribe", cast.sami, slip="abcdefgh1234", paid="50")
    assert (again(case).state, again(case).memory["balance_by"]) == ("associate", "2032-06-28")
    with pytest.raises(StepRefused, match="Une démarche de même nature"):
        begun(dossier, "membership", "call", cast.ana)


# Departure -----------------------------------------------------------------------------------------------------------


def test_a_confirmed_departure_ends_everything_on_its_day(dossier: Dossier, cast: Cast, clock: Clock) -> None:
    cape = in_cape(dossier, cast.sami)
    pairing = paired(dossier, cast)
    membership = begun(dossier, "membership", "call", cast.ana)
    leaving = begun(dossier, "departure", "announce", cast.ana, type="early_person", motive="job", ends_on="2027-03-31")
    assert letters("departure_opened") >= {"Ana", "Noé"}
    step(leaving, "confirm", cast.sami, type="early_person", motive="job", ends_on="2027-03-31")
    clock.to(date(2027, 3, 31), hour=12)
    tick()
    assert again(leaving).state == "announced"
    clock.to(date(2027, 4, 1))
    tick()
    assert [again(one).state for one in (leaving, cape, pairing, membership)] == [
        "contract_ended", "ended", "ended", "withdrawn"]
    assert again(cape).memory["ended_on"] == "2027-03-31"
    assert letters("pairing_ended") >= {"Ana", "Noé"}
    assert Case.select().where(Case.workflow == "departure").count() == 1
    everything = dict.fromkeys(("work", "balance", "equipment", "access", "papers", "customers"), "oui")
    with pytest.raises(StepRefused, match="Il reste"):
        step(leaving, "close_accounts", cast.sami)
    step(leaving, "checklist", cast.sami, **everything)
    step(leaving, "close_accounts", cast.sami)
    assert (again(leaving).state, letters("departure_closed")) == ("accounts_closed", {"Ana"})


def test_retirement_keeps_the_associate(dossier: Dossier, cast: Cast, clock: Clock) -> None:
    in_cesa(dossier, cast.sami)
    associate = begun(dossier, "membership", "take_over", cast.sami, stage="associate", since="2026-06-26", reason="Reprise")
    leaving = begun(dossier, "departure", "announce", cast.ana, type="retirement", motive="personal", ends_on="2027-03-02")
    clock.to(date(2027, 3, 2))
    step(leaving, "end_contract", cast.sami)
    assert (again(leaving).state, again(associate).state) == ("contract_ended", "associate")


def test_nothing_more_is_sent_to_someone_who_has_died(dossier: Dossier, cast: Cast) -> None:
    in_cape(dossier, cast.sami)
    paired(dossier, cast)
    leaving = begun(dossier, "departure", "announce", cast.sami, type="death", motive="personal", ends_on="2027-03-01")
    assert Person.get_by_id(cast.ana.id).died_on == date(2027, 3, 1)
    assert "Ana" not in letters("departure_opened")
    assert ("hr", "") in open_tasks(leaving)
    step(leaving, "call_off", cast.sami, reason="Erreur de dossier")
    assert Person.get_by_id(cast.ana.id).died_on is None


def test_nobody_is_told_of_a_death_that_nobody_has_said(dossier: Dossier, cast: Cast) -> None:
    """The page of « Confirmer la sortie » cannot know the type before it is chosen: it says that the answers decide."""
    in_cape(dossier, cast.sami)
    leaving = begun(dossier, "departure", "announce", cast.sami, type="early_both", motive="job", ends_on="2027-04-01")
    row = next(row for row in departure.rows("confirm") if row.label)
    told, = before(leaving, row, facts_of(leaving, cast.sami), cast.sami).tasks
    assert told.startswith("Selon vos réponses, à faire par l’équipe RH : « Décès")


def test_a_departure_that_nobody_confirmed_is_recalled_every_week(
        dossier: Dossier, cast: Cast, clock: Clock) -> None:
    in_cape(dossier, cast.sami)
    leaving = begun(dossier, "departure", "announce", cast.ana, type="early_person", motive="job", ends_on="2027-03-05")
    clock.to(date(2027, 3, 16))
    tick()
    assert (again(leaving).state, open_tasks(leaving)) == ("announced", {("support", "")})
    clock.to(date(2027, 3, 30))
    tick()
    assert open_tasks(leaving) == {("support", "")}


DECISIONS = {"decisions-0-who": "person", "decisions-0-what": "Appeler la mairie", "decisions-0-when": "15 avril 2027",
             "decisions-1-who": "peer", "decisions-1-what": "Relire le devis", "decisions-1-when": "20 3 2027"}


def test_decisions_become_tasks_and_go_with_the_step(dossier: Dossier, cast: Cast, clock: Clock) -> None:
    in_cape(dossier, cast.sami)
    case = paired(dossier, cast)

    def decided() -> set[tuple[str, str, date]]:
        return {(task.person.first_name, task.sentence, task.due_on) for task in Task.select().where(
            Task.case == case, Task.closed_at.is_null(), Task.sentence.startswith("Décidé"))}

    both = {("Ana", "Décidé ensemble : Appeler la mairie", date(2027, 4, 15)),
            ("Noé", "Décidé ensemble : Relire le devis", date(2027, 3, 20))}
    step(case, "record_meeting", cast.noe, **MEETING, **DECISIONS)
    assert decided() == both
    step(case, "undo", cast.noe)
    assert decided() == set()
    noted = step(case, "record_meeting", cast.noe, **MEETING, **DECISIONS)
    step(case, "approve_meeting", cast.ana, about=noted.uid)
    assert decided() == both, "agreeing with what was written does not do it"
    mine = Task.get(Task.case == case, Task.person == cast.ana, Task.closed_at.is_null())
    with pytest.raises(StepRefused, match="confiée à quelqu’un d’autre"):
        step(case, "tick", cast.noe, task=mine.uid, proof="")
    step(case, "tick", cast.ana, task=mine.uid, proof="")
    with pytest.raises(StepRefused, match="déjà faite"):
        step(case, "tick", cast.ana, task=mine.uid, proof="")
    assert {name for name, _, _ in decided()} == {"Noé"}


def test_one_meeting_approved_leaves_the_others_to_approve(dossier: Dossier, cast: Cast) -> None:
    in_cape(dossier, cast.sami)
    case = paired(dossier, cast)
    first, second = (step(case, "record_meeting", cast.noe, **MEETING) for _ in range(2))
    step(case, "approve_meeting", cast.ana, about=first.uid)
    waiting = Task.select().where(Task.case == case, Task.closed_at.is_null(), Task.person == cast.ana)
    assert [task.opened_by.uid for task in waiting] == [second.uid]
    step(case, "approve_meeting", cast.ana, about=second.uid)
    assert not waiting.exists()


def test_an_undone_meeting_is_no_longer_there_to_approve(dossier: Dossier, cast: Cast) -> None:
    in_cape(dossier, cast.sami)
    case = paired(dossier, cast)
    kept, undone = (step(case, "record_meeting", cast.noe, **MEETING) for _ in range(2))
    step(case, "undo", cast.noe)
    with pytest.raises(StepRefused):
        step(case, "approve_meeting", cast.ana, about=undone.uid)
    assert Event.select().where(Event.case == case, Event.step == "approve_meeting").count() == 0
    step(case, "approve_meeting", cast.ana, about=kept.uid)
    assert again(case).memory["approved"].keys() == {kept.uid}


def test_a_slot_taken_at_the_tablet_is_the_next_appointment_of_the_pairing(cast: Cast, clock: Clock) -> None:
    """Ana books at the tablet, twice the same entry: one event, her next appointment; given back, none."""
    road = Road(cast.ana, clock)
    to_cape(road, cast)
    find_peer(road, cast)
    journee = Journee.select().where(Journee.day > clock.now.date(), ~Journee.to_confirm).order_by(Journee.day).first()
    slots.open_slots(journee, [time(14)], None)
    uid = Slot.get(Slot.journee == journee).uid
    for _ in range(2):
        bookings.take(uid, person=cast.ana, key="entry-1")
    assert road.case("accompaniment").memory["next_meeting"] == journee.day.isoformat()
    assert Event.select().where(Event.step == "appoint").count() == 1
    bookings.give_up(Slot.get(Slot.uid == uid), told=False)
    assert "next_meeting" not in road.case("accompaniment").memory
