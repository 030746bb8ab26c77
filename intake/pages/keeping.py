"""What leaves and when: requests to answer, notices under way, holds, erasures by two people, a round that waits."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from wtforms import Form

from intake import data_requests, moment, retention, words
from intake.access import access, acting_as, held_roles, me
from intake.changing import Change, typed
from intake.lookup import the_dossier
from intake.models import erasures, privacy
from intake.models.dossiers import Dossier
from intake.models.erasures import ErasureAsked, ErasureNotice
from intake.models.people import Person
from intake.models.privacy import PrivacyRequest
from intake.models.two_people import LASTS, waiting
from intake.show import go, show
from workflows import fields as f, keeping, roles
from workflows.engine import StepRefused

pages = Blueprint("keeping", __name__)

WHO = (roles.support, roles.cogerance, roles.admin)
TWO = (roles.support, roles.cogerance)
"""Who keeps or erases one dossier; two of them erase it before its date."""


RELEASE = frozenset({roles.cogerance, roles.admin})


class AnswerForm(Form):  # type: ignore[misc]
    """The answer, as it leaves."""

    text = f.LinesField("Votre réponse", missing="Écrivez votre réponse", limit=3000,
                        description="Elle part par courriel, telle quelle")


class HoldForm(Form):  # type: ignore[misc]
    """Until when, and why."""

    until = f.DayField("Garder jusqu’au", missing="Indiquez une date")
    reason = f.LinesField("Raison", missing="Indiquez la raison", limit=500)


class EraseForm(Form):  # type: ignore[misc]
    """Why before its date."""

    reason = f.LinesField("Raison", missing="Indiquez la raison", limit=500)


@pages.get("/administration/donnees")
@access(*WHO)
def overview() -> Response:
    """Requests, notices, what waits for a person."""
    return page()


def page(status: int = 200, reasons: list[str] | None = None) -> Response:
    """The page, with why an act was refused."""
    notices = (ErasureNotice.select(ErasureNotice, Dossier).join(Dossier).where(ErasureNotice.done_on.is_null())
               .order_by(ErasureNotice.due_on, ErasureNotice.id).limit(200))
    return show("keeping.html", block="keeping", status=status, reasons=reasons or [], requests=privacy.to_answer(),
                notices=list(notices), clocks=keeping.CLOCKS, stopped=retention.stopped_now(),
                asked=[asked_in_words(one) for one in waiting(ErasureAsked)], today=moment.today(),
                may_release=bool(held_roles() & RELEASE))


@pages.route("/administration/donnees/demandes/<uid>", methods=["GET", "POST"])
@access(*TWO)
def answer(uid: str) -> Response:
    """Answer a request; the letter leaves with these words."""
    asked = PrivacyRequest.get_or_none(PrivacyRequest.uid == uid, PrivacyRequest.answered_at.is_null()) or abort(404)
    form = AnswerForm(typed())
    change = Change(
        "Répondre à une demande sur les données", "Envoyer la réponse", url_for("keeping.overview"),
        caption=asked.person.name, lead=[
            f"{asked.person.called} demande {'l’effacement de ses données' if asked.kind == 'erasure' else 'une réponse'}.",
            *([asked.text] if asked.text else [])],
        told=[f"Réponse due au plus tard le {words.long_day(asked.due_on)}."])
    return change.answer(form, lambda: data_requests.answer(asked, form.text.data, me(), acting_as(*TWO)))


@pages.post("/administration/donnees/reprise")
@access(*RELEASE, second_step=True)
def release() -> Response:
    """Somebody looked: the round that was stopped goes on."""
    stopped = retention.stopped_now()
    if stopped is not None:
        retention.release(stopped, me(), acting_as(*RELEASE))
    return go(url_for("keeping.overview"))


@pages.route("/dossier/<uid>/conserver", methods=["GET", "POST"])
@access(*TWO)
def hold(uid: str) -> Response:
    """Keep a dossier beyond its date."""
    dossier, form = the_dossier(uid), HoldForm(typed())
    change = Change("Garder ce dossier plus longtemps", "Garder ce dossier", url_for("dossier.summary", uid=uid),
                    caption=f"{dossier.person.name} · {dossier.number}",
                    told=["Rien n’est effacé avant cette date, un an au plus.", "La raison est gardée avec le dossier."])
    return change.answer(form, lambda: erasures.hold(dossier, form.until.data, form.reason.data, me(), acting_as(*TWO)))


@pages.route("/dossier/<uid>/effacer", methods=["GET", "POST"])
@access(*TWO, second_step=True)
def ask(uid: str) -> Response:
    """Ask that a dossier be erased before its date."""
    dossier, form = the_dossier(uid), EraseForm(typed())
    change = Change("Effacer ce dossier avant sa date", "Demander l’effacement", url_for("keeping.overview"),
                    caption=f"{dossier.person.name} · {dossier.number}", danger=True,
                    told=["Une seconde personne doit confirmer, sous 7 jours.",
                          "Réponses, pièces et lettres sont effacées pour toujours. Les dates et les décisions restent.",
                          "Les contrats que la loi oblige à garder vont aux archives."])
    return change.answer(form, lambda: erasures.ask(dossier, form.reason.data, me(), acting_as(*TWO)))


@pages.post("/administration/donnees/confirmer")
@access(*TWO, second_step=True)
def confirm() -> Response:
    """The second person: the dossier is erased."""
    asked = ErasureAsked.get_or_none(ErasureAsked.uid == request.form.get("asked", "")) or abort(404)
    the_dossier(asked.dossier.uid)
    try:
        erasures.confirm(asked, me(), acting_as(*TWO), retention.papers_until(asked.dossier))
    except StepRefused as refused:
        return page(409, [words.say(one) for one in refused.refusals])
    return go(url_for("keeping.overview"))


def asked_in_words(asked: ErasureAsked) -> dict[str, Any]:
    """An erasure that waits for its second person."""
    who: Person = asked.asked_by
    return {"uid": asked.uid, "number": asked.dossier.number, "who": who.name, "reason": asked.reason,
            "mine": who.id == me().id, "until": asked.asked_at + LASTS}
