"""« Ma journée »: I come or not, my badge, my appointment; the same on one's own telephone as on the tablet (K42)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from markupsafe import Markup

from intake import bookings, moment, words
from intake.access import ANYONE, SIGNED_IN, access, me
from intake.guests import awaited
from intake.models import attendance, badges, days, slots
from intake.models.days import Journee
from intake.models.people import Person
from intake.show import go, show
from workflows.engine import StepRefused

pages = Blueprint("my_journee", __name__)

ANSWERS = {"viens": "expected", "excuse": "excused"}
SAID = {"expected": "Vous avez dit que vous venez.", "excused": "Vous avez dit que vous ne venez pas.",
        "present": "Votre présence est notée.", "absent": "Votre absence est notée.", "": ""}


def invitation_of(person: Person) -> dict[str, Any] | None:
    """The next journée for someone's home: its day, what they said, where to answer; None when none awaits them."""
    journee = next((one for one in days.journees_from(moment.today()) if not one.to_confirm), None)
    if journee is None or not awaited(person):
        return None
    answer = attendance.answer_of(journee, person)
    return {"journee": journee, "answer": answer, "says": SAID[answer], "open": answer not in ("present", "absent")}


def my_invitation() -> dict[str, Any] | None:
    """The invitation of the person signed in, for `_invitation.html`."""
    return invitation_of(me())


@pages.get("/ma-journee")
@access(SIGNED_IN)
def mine() -> Response:
    """The next journée, and what is mine there."""
    return page()


def page(status: int = 200, reasons: list[str] | None = None) -> Response:
    """The page, with why an act was refused."""
    found = invitation_of(me())
    badge = badges.badge_of(me()) if found else None
    journee = found["journee"] if found else None
    return show("my_journee.html", block="journee", status=status, invitation=found, badge=badge, reasons=reasons or [],
                drawing=Markup(badges.qr_svg(badge)) if badge else "",  # noqa: S704 drawn by segno from a number
                booked=slots.booking_of(journee, me()) if journee else None,
                free=slots.free_slots(journee) if journee else [], today=moment.today())


@pages.get("/journee")
@access(ANYONE)
def door() -> Response:
    """What the tablet offers, on one's own telephone: where the code of the paper sheet leads (K42)."""
    return show("journee_door.html", journee=days.journee_on(moment.today()))


@pages.post("/ma-journee/reponse")
@access(SIGNED_IN)
def answer() -> Response:
    """« Je viens », or not."""
    status = ANSWERS.get(request.form.get("reponse", ""))
    if status is None:
        abort(404)
    journee = next_journee()
    if journee.closed_at is not None:
        abort(404)
    attendance.answer_invitation(journee, me(), status, how="person", at=moment.now())
    return go(url_for("my_journee.mine") if request.form.get("retour") != "parcours" else url_for("journey.mine"))


@pages.post("/ma-journee/badge")
@access(SIGNED_IN)
def badge() -> Response:
    """My badge; another one when it is lost, and the old one is nobody's."""
    next_journee()
    if request.form.get("perdu"):
        badges.replace_badge(me())
    else:
        badges.give_badges([me()])
    return go(url_for("my_journee.mine"))


@pages.post("/ma-journee/rendez-vous")
@access(SIGNED_IN)
def book() -> Response:
    """Book a slot, one a journée; the last one has one winner."""
    journee, wanted = next_journee(), request.form.get("creneau", "")
    if not wanted:
        return page(422, ["Choisissez un créneau."])
    if wanted not in {slot.uid for slot in slots.slots_of(journee)}:
        abort(404)
    try:
        bookings.take(wanted, person=me(), key=f"page:{me().uid}:{request.form.get('key', '')[:60]}", by=me())
    except StepRefused as refused:
        return page(409, [words.say(one) for one in refused.refusals])
    return go(url_for("my_journee.mine"))


@pages.post("/ma-journee/rendez-vous/annuler")
@access(SIGNED_IN)
def give_up() -> Response:
    """My appointment is free again."""
    held = slots.booking_of(next_journee(), me())
    if held is not None:
        bookings.give_up(held, told=False, by=me())
    return go(url_for("my_journee.mine"))


def next_journee() -> Journee:
    """The journée that awaits the person signed in; else 404."""
    found = invitation_of(me())
    if found is None:
        abort(404)
    journee: Journee = found["journee"]
    return journee
