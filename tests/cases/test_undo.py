"""« Annuler »: within ten minutes everything a step did is as it was before; later, or for others, it is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

import workflows
from intake import history, papers, post, undo
from intake.cases import StepRefused, new_case, take_step
from intake.facts import facts_of
from intake.models.actors import Actor
from intake.models.base import db
from intake.models.days import InfoMeeting, Seat
from intake.models.dossiers import Case, Dossier, Event
from intake.models.letters import Letter
from intake.models.people import Commitment
from intake.models.places import Place
from intake.models.tasks import Task
from intake.words import say
from tests.cases.test_admission import arrived, in_review
from tests.cases.test_whole_road import Road, to_cape, to_waiting
from tests.cast import LONG_AGO, Cast, principale
from tests.conftest import Clock
from tests.faults import crowd
from workflows.calendar import working_day_on_or_after

pytestmark = pytest.mark.both_databases

MONTH, LATER = "2027-06", "2027-07"


@dataclass(frozen=True)
class About:
    """A step someone is about to take."""

    case: Case
    step: str
    by: Actor
    raw: dict[str, Any]

    def take(self) -> Event:
        """Take it, its document made first when it freezes one."""
        case = crowd.again(self.case) if self.case.id else self.case
        row = next(row for row in workflows.ALL[case.workflow].rows(self.step)
                   if not row.sources or case.state in row.sources)
        made = papers.prepare(case, row, facts_of(case, self.by), raw=self.raw)
        return take_step(case, self.step, by=self.by, raw=self.raw, key=None, made=made)


Ready = Callable[[Cast, Clock], About]
READY: dict[str, Ready] = {}
"""A good sample of the steps one may undo, each with what leads to it."""


def ready(make: Ready) -> Ready:
    READY[make.__name__] = make
    return make


def waiting(cast: Cast) -> Case:
    crowd.open_places(MONTH, 2)
    crowd.open_places(LATER, 2)
    return crowd.waiting(cast, 1, "Ana")[0]


def entering(cast: Cast) -> Case:
    case = crowd.in_papers(cast, 1, MONTH, "Ana")[0]
    crowd.open_places(LATER, 2)
    return case


def the(workflow: str, case: Case) -> Case:
    """The latest case of a workflow in the same dossier."""
    found: Case = Case.select().where(Case.dossier == case.dossier_id, Case.workflow == workflow).order_by(
        Case.id.desc()).get()
    return found


@ready
def book(cast: Cast, clock: Clock) -> About:
    meeting = InfoMeeting.create(antenna=principale(), starts_at=clock.now + timedelta(days=5), place="Moulin", seats=2)
    return About(arrived(cast.ana), "book", cast.claire, {"meeting": meeting.uid})


@ready
def attend(cast: Cast, clock: Clock) -> About:
    booked = book(cast, clock)
    booked.take()
    clock.forward(days=5)
    return About(booked.case, "attend", cast.claire, {})


@ready
def accept_file(cast: Cast, _: Clock) -> About:
    case = in_review(arrived(cast.ana), cast)
    take_step(crowd.again(case), "undo", by=cast.claire, raw={}, key=None)
    return About(case, "accept_file", cast.claire, {"people": [cast.ines.uid, cast.salome.uid]})


@ready
def replace_reader(cast: Cast, _: Clock) -> About:
    return About(in_review(arrived(cast.ana), cast), "replace_reader", cast.claire,
                 {"people": [cast.claire.uid, cast.ines.uid]})


@ready
def offer(cast: Cast, _: Clock) -> About:
    return About(waiting(cast), "offer", cast.claire, {"month": MONTH})


@ready
def offer_derogated(cast: Cast, _: Clock) -> About:
    """The derogation it used up is good again."""
    waiting(cast)
    case, = crowd.derogated(cast, [crowd.waiting(cast, 2, "Ben")[1]])
    return About(case, "offer", cast.claire, {"month": MONTH})


@ready
def take_offer_back(cast: Cast, _: Clock) -> About:
    case = crowd.step(waiting(cast), "offer", cast.claire, month=MONTH)
    return About(case, "take_offer_back", cast.claire, {"reason": "Erreur de mois"})


@ready
def pause(cast: Cast, clock: Clock) -> About:
    until = (clock.now + timedelta(days=40)).date()
    return About(waiting(cast), "pause", cast.claire, {"until": until.isoformat()})


@ready
def change_month(cast: Cast, _: Clock) -> About:
    return About(entering(cast), "change_month", cast.sami, {"month": LATER})


@ready
def give_back(cast: Cast, _: Clock) -> About:
    return About(entering(cast), "give_back", cast.sami, {"reason": "Le local n’est pas prêt"})


@ready
def review_again(cast: Cast, _: Clock) -> About:
    return About(entering(cast), "review_again", cast.claire, {"reason": "Le projet a changé"})


@ready
def withdraw(cast: Cast, _: Clock) -> About:
    """The accompaniment that began ends with it, and is sought again."""
    return About(entering(cast), "withdraw", cast.claire, {"reason": "Elle déménage"})


@ready
def propose(cast: Cast, _: Clock) -> About:
    Commitment.get_or_create(person=cast.noe, defaults={"signed_on": LONG_AGO})
    return About(the("accompaniment", entering(cast)), "propose", cast.claire, {"peer": cast.noe.uid})


@ready
def call_back(cast: Cast, clock: Clock) -> About:
    """The peer is the dossier's again."""
    asked = propose(cast, clock)
    asked.take()
    crowd.step(asked.case, "agree", cast.noe)
    crowd.step(asked.case, "confirm", asked.case.dossier.person)
    return About(asked.case, "call_back", cast.claire, {"reason": "À revoir ensemble"})


@ready
def admit(cast: Cast, clock: Clock) -> About:
    road = Road(cast.ana, clock)
    to_waiting(road, cast)
    case = road.case("admission")
    take_step(case, "undo", by=cast.claire, raw={}, key=None)
    return About(case, "admit", cast.claire, {"message": "Bienvenue.", "sending": "send"})


def to_papers(cast: Cast, clock: Clock) -> Road:
    road = Road(cast.ana, clock)
    to_waiting(road, cast)
    road.take("admission.offer", cast.claire, month=str(facts_of(road.case("admission"), cast.claire).first_month))
    road.take("admission.accept", road.person)
    road.fill_in()
    road.take("admission.send_papers", road.person)
    return road


@ready
def check_papers(cast: Cast, clock: Clock) -> About:
    """The contract it opened is closed."""
    return About(to_papers(cast, clock).case("admission"), "check_papers", cast.rachel, {"kind": "cape"})


def prepared(cast: Cast, clock: Clock) -> Road:
    road = to_papers(cast, clock)
    road.take("admission.check_papers", cast.rachel, kind="cape")
    month = facts_of(road.case("admission"), cast.claire).month
    road.prepare("cape", cast.sami, working_day_on_or_after(month.first_day), months="12")
    return road


@ready
def send_contract(cast: Cast, clock: Clock) -> About:
    return About(prepared(cast, clock).case("cape"), "send", cast.sami, {})


@ready
def move_month_of_a_sent_contract(cast: Cast, clock: Clock) -> About:
    """The contract that went back to its drafting is sent again, with the same document."""
    road = prepared(cast, clock)
    road.take("cape.send", cast.sami)
    case = road.case("admission")
    month = facts_of(case, cast.claire).month.next()
    return About(case, "change_month", cast.sami, {"month": str(month)})


@ready
def announce_departure(cast: Cast, clock: Clock) -> About:
    road = Road(cast.ana, clock)
    to_cape(road, cast)
    day = (clock.now + timedelta(days=40)).date()
    return About(new_case(Dossier.get_by_id(road.dossier.id), "departure"), "announce", cast.sami, {
        "motive": "job", "type": "early_person", "ends_on": day.isoformat(), "reason": "Un emploi"})


def standing() -> dict[str, Any]:
    """Everything a step may have moved, as it stands."""
    cases = list(Case.select(Case.id, Case.uid, Case.workflow, Case.state, Case.memory, Case.rank_at,
                             Case.entered_at).tuples())
    named = {number: uid for number, uid, *_ in cases}
    open_tasks = Task.select(Task.case, Task.role, Task.sentence, Task.due_on, Task.person).where(Task.closed_at.is_null())
    return {
        "cases": {uid: kept for _, uid, *kept in cases},
        "places": {(month, rank): (status, named.get(holder)) for month, rank, status, holder in Place.select(
            Place.month, Place.rank, Place.status, Place.holder).where(Place.status != "free").tuples()},
        "tasks": sorted((named[case], role, sentence, due.isoformat(), person or 0)
                        for case, role, sentence, due, person in open_tasks.tuples()),
        "letters": sorted(uid for (uid,) in Letter.select(Letter.uid).where(Letter.status == "waiting").tuples()),
        "seats": sorted((meeting, named[case], status) for meeting, case, status in Seat.select(
            Seat.meeting, Seat.case, Seat.status).tuples()),
        "peers": dict(Dossier.select(Dossier.uid, Dossier.peer).tuples()),
    }


def refusals(case: Case, by: Actor) -> list[str]:
    """Why the last step of a case is not undone; nothing moved."""
    before = standing()
    with pytest.raises(StepRefused) as refused:
        crowd.step(case, "undo", by)
    assert standing() == before
    return [say(one) for one in refused.value.refusals]


@pytest.mark.parametrize("name", READY)
def test_all_is_as_it_was(cast: Cast, clock: Clock, name: str) -> None:
    about = READY[name](cast, clock)
    before = standing()
    event = about.take()
    assert standing() != before, "the step does something"
    clock.forward(minutes=10)
    take_step(crowd.again(event.case), "undo", by=about.by, raw={}, key=None)
    after = standing()
    opened = {uid: kept for uid, kept in after["cases"].items() if uid not in before["cases"]}
    assert {**after, "cases": {uid: kept for uid, kept in after["cases"].items() if uid not in opened}} == before
    for workflow, state, *_ in opened.values():
        assert workflows.ALL[workflow].state[state].closed, "a case it opened is closed"
    assert list(history.verify()) == []


def test_control_a_case_left_out_is_seen(cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """An undo that forgets what the step caused elsewhere does not pass."""
    monkeypatch.setattr(undo, "caused_by", lambda event: [])
    with pytest.raises(AssertionError):
        test_all_is_as_it_was(cast, clock, "withdraw")


def test_an_undone_step_is_taken_again(cast: Cast, clock: Clock) -> None:
    about = offer(cast, clock)
    about.take()
    crowd.step(about.case, "undo", cast.claire)
    again = about.take()
    assert Place.select().where(Place.holder == about.case).count() == 1
    assert Letter.select().where(Letter.event == again, Letter.status == "waiting").count() == 1


def test_ten_minutes_and_no_more(cast: Cast, clock: Clock) -> None:
    about = offer(cast, clock)
    about.take()
    clock.forward(minutes=10, seconds=1)
    assert refusals(about.case, cast.claire) == [
        "Le délai pour annuler est passé. Vous pouvez écrire à la personne ou faire l’étape suivante."]


def test_only_by_who_did_it(cast: Cast, clock: Clock) -> None:
    about = offer(cast, clock)
    about.take()
    assert refusals(about.case, cast.salome) == ["Seule la personne qui a fait cette étape peut l’annuler."]


def test_not_after_a_later_step(cast: Cast, clock: Clock) -> None:
    about = offer(cast, clock)
    about.take()
    crowd.step(about.case, "derogate", cast.marc, rule="first_in_line", reason="Urgence")
    assert refusals(about.case, cast.claire) == ["Seule la personne qui a fait cette étape peut l’annuler."]
    crowd.step(about.case, "accept", about.case.dossier.person)
    assert refusals(about.case, cast.claire) == ["Seule la personne qui a fait cette étape peut l’annuler."]


def test_not_once_a_case_it_opened_went_on(cast: Cast, clock: Clock) -> None:
    about = check_papers(cast, clock)
    about.take()
    month = facts_of(crowd.again(about.case), cast.claire).month
    road_case = the("cape", about.case)
    form = workflows.ALL["cape"].rows("prepare")[0].form()  # type: ignore[misc]
    workflows.ALL["cape"].rows("prepare")[0].fill(form, facts_of(road_case, cast.sami))  # type: ignore[misc]
    offered = {field.name: field.data for field in form if isinstance(field.data, str)}
    crowd.step(road_case, "prepare", cast.sami, **{
        **offered, "activity": "Céramique", "objectives": "12 000 €", "months": "12",
        "first_day": working_day_on_or_after(month.first_day).isoformat()})
    assert refusals(about.case, cast.rachel) == ["Une étape a été faite depuis. Elle ne peut plus être annulée ici."]


def test_a_note_or_a_message_in_between_does_not_matter(cast: Cast, clock: Clock) -> None:
    about = offer(cast, clock)
    about.take()
    crowd.step(about.case, "note", cast.salome, note="Rappelée")
    assert crowd.step(about.case, "undo", cast.claire).state == "waiting"


def test_not_once_the_letter_left(cast: Cast, clock: Clock) -> None:
    about = offer(cast, clock)
    event = about.take()
    letter = Letter.get(Letter.event == event)
    assert post.claim(letter)
    assert refusals(about.case, cast.claire) == ["La lettre est déjà partie. Écrivez à la personne."]
    post.mark_sent(letter)
    assert refusals(about.case, cast.claire) == ["La lettre est déjà partie. Écrivez à la personne."]


def test_not_even_when_the_sender_claims_it_meanwhile(
        cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sender waits for nobody: it may claim between the look and the cancelling."""
    about = offer(cast, clock)
    event = about.take()
    why_not = undo.why_not

    def then_claimed(*told: Any) -> Any:
        said = why_not(*told)
        Letter.update(status="claimed").where(Letter.event == event).execute()
        return said

    with monkeypatch.context() as patched, db.atomic() as both:
        patched.setattr(undo, "why_not", then_claimed)
        with pytest.raises(StepRefused, match="La lettre est déjà partie"):
            crowd.step(about.case, "undo", cast.claire)
        both.rollback()


def test_a_place_taken_meanwhile_is_not_taken_twice(cast: Cast, clock: Clock) -> None:
    about = take_offer_back(cast, clock)
    crowd.open_places(MONTH, 1)
    about.take()
    ben = crowd.step(crowd.waiting(cast, 1, "Ben")[0], "derogate", cast.marc, rule="first_in_line", reason="Urgence")
    crowd.step(ben, "offer", cast.salome, month=MONTH)
    assert refusals(about.case, cast.claire)[0].replace("\u00a0", " ").startswith("Juin 2027 est complet.")
    assert Place.get(Place.month == MONTH, Place.holder.is_null(False)).holder == ben


def test_never_what_a_person_did_a_signature_or_an_undo(cast: Cast, clock: Clock) -> None:
    never = "Une signature, un vote ou ce qu’une personne a fait ne s’annule pas."
    case = waiting(cast)
    assert refusals(case, cast.sami) == [never], "a dossier taken over"
    case = crowd.step(case, "offer", cast.claire, month=MONTH)
    crowd.step(case, "undo", cast.claire)
    assert refusals(case, cast.claire) == ["Une étape a été faite depuis. Elle ne peut plus être annulée ici."]
    crowd.step(case, "withdraw", case.dossier.person, reason="Je pars")
    with pytest.raises(StepRefused):
        crowd.step(case, "undo", case.dossier.person)


def test_what_an_undo_closed_is_not_opened_again_by_another(cast: Cast, clock: Clock) -> None:
    """A departure announced by mistake: undone, it stays closed."""
    about = announce_departure(cast, clock)
    case = about.take().case
    assert crowd.step(case, "undo", cast.sami).state == "called_off"
    assert refusals(case, cast.sami) == ["Une étape a été faite depuis. Elle ne peut plus être annulée ici."]
