"""Journées of the year ahead, to confirm or move with a reason; dates of the assemblies (JOURNEY §10, SCREENS S26)."""

from __future__ import annotations

from flask import Blueprint, Response, abort, url_for
from wtforms import Form

from intake import clock, gatherings, moment, words
from intake.access import STAFF, access, acting_as, held_roles, me
from intake.changing import Change, typed
from intake.models import attendance, days
from intake.models.days import Assembly, Journee
from intake.models.slots import slots_open
from intake.show import show
from intake.tray import to_check
from workflows import fields as f, roles

pages = Blueprint("journees", __name__)

PLAN = (roles.cogerance, roles.support, roles.circle)
"""Who sets the journées."""
WELCOME = (*PLAN, roles.coordinator, roles.facilitator)
"""Who opens the information meetings."""
CONVENE = (roles.cogerance, roles.support)
"""Who sets the assemblies."""


class PlaceForm(Form):  # type: ignore[misc]
    """Where a journée takes place."""

    place = f.TextField("Lieu", optional=True)


class MoveForm(Form):  # type: ignore[misc]
    """Another day, and why."""

    day = f.DayField("Nouvelle date", missing="Saisissez la nouvelle date", named="La nouvelle date")
    reason = f.LinesField("Raison", missing="Indiquez la raison", limit=500)


class AssemblyForm(Form):  # type: ignore[misc]
    """An assembly."""

    day = f.DayField("Date", missing="Saisissez la date", named="La date")
    label = f.TextField("Nom", missing="Saisissez le nom de l’assemblée")
    approves_accounts = f.YesNoField("Cette assemblée approuve les comptes",
                                     missing="Indiquez si elle approuve les comptes")


@pages.get("/journees")
@access(STAFF)
def calendar() -> Response:
    """The journées to come and the last ones, with what is ready for each; the assemblies."""
    today, held = moment.today(), held_roles()
    runs = bool(held & set(WELCOME))
    return show("journees.html", journees=with_figures(days.journees_from(today)), assemblies=days.assemblies_from(today),
                past=with_figures(days.journees_before(today)) if runs else [], runs=runs, checks=to_check() if runs else 0,
                may_plan=bool(held & set(PLAN)), may_convene=bool(held & set(CONVENE)), coop_life=roles.coop_life in held,
                sees_meetings=runs, administers=bool(held & {roles.cogerance, roles.admin, roles.support}))


def with_figures(journees: list[Journee]) -> list[Journee]:
    """Each journée with what its line says: « 41 présences · 8 créneaux »."""
    present, slots = attendance.presences(journees), slots_open(journees)
    for one in journees:
        one.says = " · ".join(part for part in (
            f"{words.Count(present[one.id]):présence|présences}" if one.id in present else "",
            f"{words.Count(slots[one.id]):créneau|créneaux}" if one.id in slots else "") if part)
    return journees


@pages.route("/journees/<uid>/confirmer", methods=["GET", "POST"])
@access(*PLAN)
def confirm(uid: str) -> Response:
    """The journée takes place that day, there."""
    journee = the_journee(uid)
    form = PlaceForm(typed(), data={"place": journee.place})
    page = Change("Confirmer une journée" if journee.to_confirm else "Indiquer le lieu", "Confirmer cette date"
                  if journee.to_confirm else "Enregistrer le lieu", url_for("journees.calendar"),
                  caption=words.full_day(journee.day), back_label="Journées",
                  told=["Les lettres qui annoncent cette journée pourront partir."] if journee.to_confirm else [])

    def act() -> None:
        days.confirm_journee(journee, form.place.data or "", me(), acting_as(*PLAN))
        clock.look_again()

    return page.answer(form, act)


@pages.route("/journees/<uid>/deplacer", methods=["GET", "POST"])
@access(*PLAN)
def move(uid: str) -> Response:
    """Another day, with a reason; those who knew the date are told."""
    journee = the_journee(uid)
    form = MoveForm(typed())
    told = ["Cette date n’était pas confirmée : aucune lettre ne part."]
    if not journee.to_confirm:
        number = words.Count(len(gatherings.invited()))
        told = [f"Une lettre « La journée Optéos change de date » part à {number:personne|personnes}.",
                "Elle donne la nouvelle date et la raison."]
    page = Change("Déplacer une journée", "Déplacer cette journée", url_for("journees.calendar"),
                  caption=words.full_day(journee.day), back_label="Journées", told=told)

    def act() -> None:
        gatherings.move_journee(journee, form.day.data, form.reason.data, me(), acting_as(*PLAN))
        clock.look_again()

    return page.answer(form, act)


@pages.route("/journees/assemblees/nouvelle", methods=["GET", "POST"])
@access(*CONVENE)
def convene() -> Response:
    """Set the date of an assembly."""
    form = AssemblyForm(typed(), data={"label": "Assemblée générale ordinaire"})
    page = Change("Fixer une assemblée", "Fixer cette date", url_for("journees.calendar"), back_label="Journées", told=[
        "Les dates limites du sociétariat sont calculées à nouveau.",
        "La journée du mois d’avant devient à confirmer."])

    def act() -> None:
        days.add_assembly(form.day.data, form.label.data, form.approves_accounts.data, me(), acting_as(*CONVENE))
        clock.look_again()

    return page.answer(form, act)


@pages.route("/journees/assemblees/<uid>/deplacer", methods=["GET", "POST"])
@access(*CONVENE)
def move_assembly(uid: str) -> Response:
    """Another date for an assembly, with a reason."""
    assembly = Assembly.get_or_none(Assembly.uid == uid)
    if assembly is None:
        abort(404)
    form = MoveForm(typed())
    page = Change("Déplacer une assemblée", "Déplacer cette assemblée", url_for("journees.calendar"),
                  caption=f"{assembly.label} · {words.full_day(assembly.day)}", back_label="Journées",
                  told=["Les dates limites du sociétariat sont calculées à nouveau."])

    def act() -> None:
        days.move_assembly(assembly, form.day.data, form.reason.data, me(), acting_as(*CONVENE))
        clock.look_again()

    return page.answer(form, act)


def the_journee(uid: str) -> Journee:
    """A journée to come; else 404."""
    found = Journee.get_or_none(Journee.uid == uid, Journee.day >= moment.today())
    if found is None:
        abort(404)
    journee: Journee = found
    return journee
