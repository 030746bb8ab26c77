"""Steps of one person, and of an earlier event, met by somebody else's step: the first wins, the page of the second says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from intake import history, moment
from intake.models.base import db
from intake.models.dossiers import Case, Event
from intake.models.people import Commitment, Person
from intake.models.settings import SettingValue
from tests.cases.test_admission import arrived
from tests.cases.test_contracts import READ, a_dossier, renewed, step, taken_over
from tests.cases.test_undo import MONTH, entering, standing, the, waiting
from tests.cast import LONG_AGO, Cast, browser, ready_to_sign
from tests.faults import crowd
from tests.page import read


@dataclass(frozen=True)
class Press:
    """Somebody presses the button of a step."""

    by: Person
    step: str
    raw: dict[str, Any] = field(default_factory=dict)

    def send(self, app: Flask, case: Case, seen: int) -> TestResponse:
        """As their page, made when the case stood at this version, sends it; confirmed where it first tells what will happen."""
        address, mine = f"/dossier/{case.dossier.uid}/{case.uid}/{self.step}", browser(app, self.by)
        answer = mine.post(address, data={**self.raw, "version": seen})
        if answer.status_code != 200:
            return answer
        told = next(form.values["told"] for form in read(answer).forms if "told" in form.values)
        return mine.post(address, data={**self.raw, "version": seen, "told": told})


@dataclass(frozen=True)
class Meeting:
    """Two people, each with their own page of the same case."""

    case: Case
    one: Press
    other: Press


MEETINGS: dict[str, Callable[[Cast], Meeting]] = {}
"""How each of these steps meets the step of somebody else; named as the steps that no walk fills in by itself."""


def meets(make: Callable[[Cast], Meeting]) -> Callable[[Cast], Meeting]:
    MEETINGS[make.__name__] = make
    return make


def why(reason: str) -> dict[str, str]:
    return {"reason": reason}


@meets
def begin(cast: Cast) -> Meeting:
    """Where no meeting is required, Ana begins while Claire closes what never began."""
    SettingValue.create(name="admission.meeting_required", value=False, since=LONG_AGO, changed_at=moment.now())
    return Meeting(arrived(cast.ana), Press(cast.ana, "begin"), Press(cast.claire, "withdraw", why("Sans nouvelles")))


@meets
def answer(cast: Cast) -> Meeting:
    """Ana answers while Claire closes her application."""
    case = crowd.step(arrived(cast.ana), "ask", cast.claire, kind="incomplet", subject="Votre adresse")
    return Meeting(case, Press(cast.ana, "answer", {"answer": "Voici"}), Press(cast.claire, "withdraw", why("À sa demande")))


@meets
def postpone(cast: Cast) -> Meeting:
    """Ana puts off her entry while the circle takes the offer back."""
    case = waiting(cast)
    crowd.step(case, "derogate", cast.marc, rule="first_in_line", reason="Essai")
    case = crowd.step(case, "offer", cast.claire, month=MONTH)
    return Meeting(case, Press(case.dossier.person, "postpone", {"month": "2027-08"}),
                   Press(cast.claire, "take_offer_back", why("Erreur")))


@meets
def undo(cast: Cast) -> Meeting:
    """Claire undoes what she did while Salomé goes on from there."""
    case = crowd.step(arrived(cast.ana), "skip_meeting", cast.claire, reason="Connue")
    return Meeting(case, Press(cast.claire, "undo"), Press(cast.salome, "withdraw", why("À sa demande")))


@meets
def sign(cast: Cast) -> Meeting:
    """Ana signs while support takes the contract back to write it again."""
    case = step(renewed(cast), "send", cast.sami)
    return Meeting(case, Press(cast.ana, "sign", {**READ, "code": ready_to_sign(case)}),
                   Press(cast.sami, "rework", why("Une date à revoir")))


def amended(cast: Cast) -> Case:
    """Ana's CAPE, an amendment sent."""
    case = taken_over(a_dossier(cast.ana), cast.sami)
    return step(case, "send_amendment", cast.sami, subject="La formation en plus", effective_on="2027-04-01")


def signed(cast: Cast) -> Case:
    """The same, signed by Ana."""
    case = amended(cast)
    return step(case, "sign_amendment", cast.ana, **READ, code=ready_to_sign(case))


@meets
def sign_amendment(cast: Cast) -> Meeting:
    """Ana signs the amendment while support takes it back."""
    case = amended(cast)
    return Meeting(case, Press(cast.ana, "sign_amendment", {**READ, "code": ready_to_sign(case)}),
                   Press(cast.sami, "take_back_amendment", why("Une erreur")))


@meets
def countersign_amendment(cast: Cast) -> Meeting:
    """Both of the cogérance sign it for the house."""
    return Meeting(signed(cast), Press(cast.marc, "countersign_amendment", READ),
                   Press(cast.odile, "countersign_amendment", READ))


@meets
def take_back_amendment(cast: Cast) -> Meeting:
    """Ana takes it back while the cogérance signs it."""
    return Meeting(signed(cast), Press(cast.ana, "take_back_amendment", why("Je renonce")),
                   Press(cast.marc, "countersign_amendment", READ))


def accompanied(cast: Cast) -> Case:
    """Noé accompanies someone who enters."""
    case = crowd.step(the("accompaniment", entering(cast)), "propose", cast.claire, peer=cast.noe.uid)
    case = crowd.step(case, "agree", cast.noe)
    return crowd.step(case, "confirm", case.dossier.person)


def about(step: str) -> dict[str, str]:
    return {"about": Event.select().where(Event.step == step).order_by(Event.id.desc()).get().uid}


@meets
def approve_meeting(cast: Cast) -> Meeting:
    """The person approves what Noé wrote while he asks for a mediation."""
    case = crowd.step(accompanied(cast), "record_meeting", cast.noe, held_on="2027-03-01", minutes="60", mode="place",
                      present="Tous les deux", subjects=["activity"], notes="Premiers devis")
    return Meeting(case, Press(case.dossier.person, "approve_meeting", about("record_meeting")),
                   Press(cast.noe, "mediate", why("Nous ne nous entendons plus")))


@meets
def sign_review(cast: Cast) -> Meeting:
    """The person and Noé sign the same review."""
    case = crowd.step(accompanied(cast), "record_review", cast.noe, billed="2 000", cashed="1 500", goals="En bonne voie",
                      project="Un four", opinion="continue")
    told = about("record_review")
    return Meeting(case, Press(case.dossier.person, "sign_review", told), Press(cast.noe, "sign_review", told))


def test_whoever_comes_first_wins_and_the_other_reads_it(one_connection: Flask, people: Cast) -> None:
    """Each alone goes through, then each after the other is told who did what, and writes nothing."""
    Commitment.create(person=people.noe, signed_on=LONG_AGO)
    for name, make in MEETINGS.items():
        with db.atomic() as everything:
            met = make(people)
            case = crowd.again(met.case)
            for first, second in ((met.one, met.other), (met.other, met.one)):
                with db.atomic() as attempt:
                    before = standing()
                    won = first.send(one_connection, case, case.version)
                    assert won.status_code == 303, f"{name}: {first.step}: {won.status_code} {read(won).text}"
                    kept = standing()
                    assert kept != before, f"{first.step} does something"
                    lost = second.send(one_connection, case, case.version)
                    said = read(lost).text.replace("\u00a0", " ")
                    winner = "L’équipe" if second.by == case.dossier.person else first.by.called
                    assert lost.status_code == 409, f"{name}: {second.step}: {said}"
                    assert f"Ce dossier a changé{winner} a " in said, f"{name}: {second.step}: {said}"
                    assert standing() == kept, "the second wrote nothing"
                    attempt.rollback()
            everything.rollback()
    assert list(history.verify()) == []
