"""A KPA-Cité group enters at one date: who, then each one's letter, then one step each; nobody is refused here."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, abort, request, url_for
from wtforms import Form

from intake import group_entry, moment
from intake.access import access, held_grants, me
from intake.group_entry import Draft
from intake.models.dossiers import Case
from intake.show import go, show
from workflows import fields as f, roles

pages = Blueprint("group_entry", __name__)


class GroupForm(Form):  # type: ignore[misc]
    """Who enters, and when."""

    starts_on = f.DayField("Démarrage du groupe", missing="Saisissez la date de démarrage")
    people = f.PeopleField("Qui entre ?", missing="Cochez au moins une personne")


@pages.get("/entree-en-groupe")
@access(roles.coordinator)
def choose() -> Response:
    """The date, the people who may enter, and why not yet for the others; then each one's letter."""
    antennas = group_entry.antennas_of(held_grants())
    found = group_entry.candidates(antennas, me())
    may = {one.case.uid: one for one in found if not one.reasons}
    form = GroupForm(request.args if "choisir" in request.args else None)
    form.people.choices = [(uid, f"{one.name} – {one.case.antenna.name}") for uid, one in may.items()]
    asked = "choisir" in request.args
    if asked and form.validate() and form.starts_on.data < moment.today():
        form.starts_on.errors = ["Le démarrage est aujourd’hui ou plus tard"]
    if not asked or form.errors or form.starts_on.errors:
        return show("group_entry.html", block="group", status=422 if asked else 200, form=form, may=may,
                    blocked=[one for one in found if one.reasons], done=request.args.get("fait", 0, type=int))
    drafts = [group_entry.draft(may[uid].case, form.starts_on.data, me()) for uid in form.people.data[:group_entry.MOST]]
    return letters(drafts, form.starts_on.data)


@pages.post("/entree-en-groupe")
@access(roles.coordinator)
def enter() -> Response:
    """Each of them by their own step; those it refuses stay on the page with why, their letter as typed."""
    starts_on, drafts = posted_day(), posted()
    if not drafts or starts_on is None:
        abort(404)
    refused = group_entry.enter(drafts, starts_on, me(), request.form.get("key", ""))
    if refused:
        return letters([one for one, _ in refused], starts_on, status=409, refused=refused)
    return go(url_for("group_entry.choose", fait=len(drafts)))


def letters(drafts: list[Draft], starts_on: date, status: int = 200, refused: list[tuple[Draft, str]] | None = None) -> Response:
    """The letter of each of them, before anything is done."""
    return show("group_entry_letters.html", block="group", status=status, drafts=drafts, starts_on=starts_on,
                refused=refused or [], key=request.form.get("key"))


def posted() -> list[Draft]:
    """Those chosen, with their letters as typed; only those of an antenna one coordinates."""
    antennas = group_entry.antennas_of(held_grants())
    rows = Case.select().where(Case.uid.in_(request.form.getlist("dossier")[:group_entry.MOST]),
                               Case.workflow == "admission", Case.antenna.in_(antennas)).order_by(Case.id)
    return [Draft(case, case.dossier.person.name, request.form.get(f"subject-{case.uid}", ""),
                  request.form.get(f"message-{case.uid}", "")) for case in rows]


def posted_day() -> date | None:
    """The day the group starts."""
    try:
        return date.fromisoformat(request.form.get("starts_on", ""))
    except ValueError:
        return None
