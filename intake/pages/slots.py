"""Slots of accompaniment of a journée: opened by the circle, seen with who comes, freed or removed."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask import Blueprint, Response, abort, url_for
from wtforms import Form

from intake import bookings, moment, words
from intake.access import access
from intake.changing import Change, typed
from intake.models import slots
from intake.models.days import Journee
from intake.models.people import Antenna, Person
from intake.models.slots import Slot
from intake.pages.journee import RUN, the_journee
from intake.pages.meetings import HourField, hosts
from intake.show import go, show
from workflows import fields as f
from workflows.engine import StepRefused

pages = Blueprint("slots", __name__)

LENGTHS = (("20", "20 minutes"), ("30", "30 minutes"), ("45", "45 minutes"), ("60", "1 heure"))
MOST = 24
"""Slots opened at once."""


class OpenForm(Form):  # type: ignore[misc]
    """From when to when, how long each, with whom."""

    first = HourField("Premier créneau", missing="Saisissez l’heure du premier créneau", description="Par exemple, 14 h")
    last = HourField("Dernier créneau", missing="Saisissez l’heure du dernier créneau", description="Par exemple, 16 h 30")
    length = f.ChoiceField("Durée de chacun", choices=LENGTHS, missing="Choisissez la durée")
    host = f.PersonField("Avec qui", optional=True, listed=True, description="Sans choix : le Cercle accompagnement")


@pages.get("/journees/<uid>/creneaux")
@access(*RUN)
def of_journee(uid: str) -> Response:
    """Every slot, with who comes."""
    return listing(the_journee(uid))


def listing(journee: Journee, status: int = 200, reasons: list[str] | None = None) -> Response:
    """The page, with why an act was refused."""
    return show("slots.html", block="slots", status=status, journee=journee, slots=slots.slots_of(journee),
                ahead=journee.day >= moment.today(), reasons=reasons or [])


@pages.route("/journees/<uid>/creneaux/ouvrir", methods=["GET", "POST"])
@access(*RUN)
def open_some(uid: str) -> Response:
    """Open slots at regular hours."""
    journee = the_journee(uid)
    if journee.day < moment.today():
        abort(404)
    form = OpenForm(typed(), data={"length": "30"})
    form.host.choices = hosts(*Antenna.select().order_by(Antenna.id))
    page = Change("Ouvrir des créneaux", "Ouvrir ces créneaux", url_for("slots.of_journee", uid=uid),
                  caption=words.full_day(journee.day), back_label="Rendez-vous", told=[
                      "Les personnes les réservent depuis la borne ou depuis leur page, un par journée."])

    def act() -> None:
        host = Person.get_or_none(Person.uid == form.host.data) if form.host.data else None
        hours = between(form.first.data, form.last.data, int(form.length.data))
        if not hours or len(hours) > MOST:
            form.last.errors = [f"Le dernier créneau vient après le premier, {MOST} créneaux au plus"]
            return
        slots.open_slots(journee, hours, host)

    return page.answer(form, act)


def between(first: time, last: time, minutes: int) -> list[time]:
    """The hours from the first slot to the last, so many minutes apart."""
    at, end = (datetime.combine(moment.today(), one) for one in (first, last))
    found = []
    while at <= end and len(found) <= MOST:
        found.append(at.time())
        at += timedelta(minutes=minutes)
    return found


@pages.post("/journees/<uid>/creneaux/<slot>/liberer")
@access(*RUN)
def free(uid: str, slot: str) -> Response:
    """The appointment will not take place: the person is written to, the slot is free again."""
    journee = the_journee(uid)
    bookings.give_up(the_slot(journee, slot), told=True)
    return go(url_for("slots.of_journee", uid=uid))


@pages.post("/journees/<uid>/creneaux/<slot>/retirer")
@access(*RUN)
def remove(uid: str, slot: str) -> Response:
    """Remove a free slot."""
    journee = the_journee(uid)
    try:
        slots.close_slot(the_slot(journee, slot))
    except StepRefused as refused:
        return listing(journee, 409, [words.say(one) for one in refused.refusals])
    return go(url_for("slots.of_journee", uid=uid))


def the_slot(journee: Journee, uid: str) -> Slot:
    """A slot of this journée; else 404."""
    found = next((one for one in slots.slots_of(journee) if one.uid == uid), None)
    if found is None:
        abort(404)
    return found


