"""The monthly cap of an antenna: one co-manager asks, another confirms (SCREENS S26, C7; JOURNEY §8)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from wtforms import Form

from intake import clock, effects_ahead, moment, words
from intake.access import access, held_roles, me
from intake.changing import Change, typed
from intake.models import caps, places, settings
from intake.models.caps import CapChange
from intake.models.dossiers import Case
from intake.models.people import Antenna
from intake.models.two_people import LASTS, waiting
from intake.show import go, show
from workflows import fields as f, roles
from workflows.calendar import Month
from workflows.engine import StepRefused

pages = Blueprint("caps", __name__)

WHO = (roles.cogerance, roles.admin, roles.support)
FROM_THEN = "on"


class AskForm(Form):  # type: ignore[misc]
    """Another number of places."""

    places = f.NumberField("Nouveau plafond", least=0, most=20, unit="places", missing="Saisissez un nombre de places")
    first = f.MonthField("À partir de quel mois", missing="Choisissez un mois à venir")
    lasts = f.ChoiceField("Pour combien de temps", missing="Choisissez la durée",
                          choices=[("one", "Ce mois seulement"), (FROM_THEN, "Ce mois et les suivants")])
    reason = f.LinesField("Raison", missing="Indiquez la raison", limit=500)


@pages.get("/reglages/plafond/<code>")
@access(*WHO)
def cap(code: str) -> Response:
    """The cap of an antenna: today, month by month, and what waits for a second person."""
    return page(the_antenna(code))


def page(antenna: Antenna, status: int = 200, reasons: list[str] | None = None) -> Response:
    """The page, with why a confirmation was refused."""
    today = moment.today()
    history = [{"at": f"À partir du {words.long_day(past.since)}", "text": f"{past.value} par mois",
                "iso": past.since.isoformat(), "quote": past.reason} for past in settings.values_of(
                    "places.per_month", antenna)]
    return show("caps.html", block="cap", status=status, antenna=antenna, months=months(antenna), history=history,
                today=settings.settings_on(today, antenna)["places.per_month"], reasons=reasons or [],
                waiting=[asked(one) for one in waiting(caps.CapChange) if one.antenna_id == antenna.id],
                may_ask=roles.cogerance in held_roles())


@pages.route("/reglages/plafond/<code>/changer", methods=["GET", "POST"])
@access(roles.cogerance)
def ask(code: str) -> Response:
    """Ask for another cap; nothing changes until a second person confirms."""
    antenna = the_antenna(code)
    form = AskForm(typed())
    form.first.choices = caps.months_open(antenna)
    waiting = Case.select().where(Case.workflow == "admission", Case.state == "waiting", Case.antenna == antenna)
    change = Change(
        "Changer le plafond", "Demander ce changement", url_for("caps.cap", code=code), caption=antenna.name,
        told=["Une seconde personne de la cogérance doit confirmer, sous 7 jours.",
              "Les places déjà attribuées restent.",
              f"En attente : {words.Count(waiting.count()):personne|personnes}. Leurs estimations changent."])

    def act() -> None:
        first = form.first.data
        caps.ask(antenna, first, None if form.lasts.data == FROM_THEN else first, form.places.data, form.reason.data,
                 me(), request.form.get("key"))

    return change.answer(form, act, lambda: effects_ahead.of_cap(
        antenna, form.first.data, None if form.lasts.data == FROM_THEN else form.first.data, int(form.places.data)))


@pages.post("/reglages/plafond/<code>/confirmer")
@access(roles.cogerance, second_step=True)
def confirm(code: str) -> Response:
    """The second person."""
    antenna = the_antenna(code)
    change = CapChange.get_or_none(CapChange.uid == request.form.get("change", ""), CapChange.antenna == antenna)
    if change is None:
        abort(404)
    try:
        caps.confirm(change, me())
    except StepRefused as refused:
        return page(antenna, 409, [words.say(one) for one in refused.refusals])
    clock.look_again()
    return go(url_for("caps.cap", code=code))


def the_antenna(code: str) -> Antenna:
    """An antenna that has a cap; else 404."""
    found = Antenna.get_or_none(Antenna.code == code, Antenna.capped == "yes")
    if found is None:
        abort(404)
    antenna: Antenna = found
    return antenna


def months(antenna: Antenna) -> list[dict[str, Any]]:
    """Each month from this one: its cap, what is taken, what is free."""
    this = Month.of(moment.today())
    found = places.of_months(antenna, str(this), str(this.plus(60)))
    return [{"month": words.month(month), "cap": sum(stages.values()) - stages.get("closed", 0) - stages.get("lost", 0),
             "taken": sum(stages.get(one, 0) for one in ("held", "accepted", "used")), "free": stages.get("free", 0)}
            for month, stages in found.items()]


def asked(change: CapChange) -> dict[str, Any]:
    """A change that waits, in words."""
    lasts = "seulement" if change.last_month else "et les mois suivants"
    return {"uid": change.uid, "mine": change.asked_by_id == me().id, "reason": change.reason,
            "text": f"{words.Count(change.places):place|places} en {words.month(change.first_month)} {lasts}",
            "who": change.asked_by.name, "until": change.asked_at + LASTS, "effects": effects_ahead.of_cap(
                change.antenna, Month.parse(change.first_month),
                Month.parse(change.last_month) if change.last_month else None, change.places)}
