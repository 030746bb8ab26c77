"""People and their roles: add someone, give a role or withdraw it, what they signed (SCREENS S26, C7)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from wtforms import Form

from intake import entrusting, moment, second_step, words
from intake.access import access, acting_as, me
from intake.changing import Change, typed
from intake.models import accounts, factors
from intake.models.accounts import FactorReset, RoleAsked
from intake.models.people import Antenna, Commitment, Mandate, Person, RoleGrant, named_like
from intake.models.two_people import LASTS, waiting
from intake.show import go, show
from workflows import fields as f, roles
from workflows.engine import StepRefused

pages = Blueprint("people", __name__)

WHO = (roles.admin, roles.cogerance)
NAMES = {
    roles.circle: "Cercle accompagnement", roles.support: "Équipe support", roles.hr: "Ressources humaines",
    roles.accounts: "Comptabilité", roles.cogerance: "Cogérance", roles.coordinator: "Coordination KPA-Cité",
    roles.associates: "Représentation des associés", roles.facilitator: "Animation des journées et réunions",
    roles.coop_life: "Cercle vie coopérative", roles.admin: "Administration",
}
"""Roles as titles and choices say them."""


class PersonForm(Form):  # type: ignore[misc]
    """Someone new."""

    first_name = f.NameField("Prénom", missing="Saisissez le prénom")
    last_name = f.NameField("Nom", missing="Saisissez le nom de famille")
    email = f.EmailField("Adresse électronique", missing="Saisissez l’adresse électronique")
    phone = f.PhoneField("Téléphone", optional=True)


class RoleForm(Form):  # type: ignore[misc]
    """A role."""

    role = f.ChoiceField("Rôle", choices=list(NAMES.items()), listed=True, missing="Choisissez un rôle")
    antenna = f.ChoiceField("Antenne", missing="Choisissez une antenne")
    until = f.DayField("Jusqu’à quel jour", optional=True, named="Le dernier jour")
    reason = f.LinesField("Raison", missing="Indiquez la raison", limit=500)


class ReasonForm(Form):  # type: ignore[misc]
    """Why."""

    reason = f.LinesField("Raison", missing="Indiquez la raison", limit=500)


class CommitmentForm(Form):  # type: ignore[misc]
    """A commitment that was signed."""

    signed_on = f.DayField("Signé le", past=True, missing="Saisissez le jour de la signature",
                           named="Le jour de la signature")


class MandateForm(Form):  # type: ignore[misc]
    """A mandate to sign."""

    since = f.DayField("Premier jour", missing="Saisissez le premier jour", named="Le premier jour")
    until = f.DayField("Dernier jour", optional=True, named="Le dernier jour")
    reference = f.TextField("Décision qui le donne", missing="Indiquez la décision",
                            description="Par exemple, AG du 12 juin 2026")


EVERYWHERE = "partout"


# Reading -------------------------------------------------------------------------------------------------------------


@pages.get("/personnes")
@access(*WHO)
def list_all() -> Response:
    """Who holds which role; a search finds anyone else."""
    return listed()


def listed(status: int = 200, reasons: list[str] | None = None) -> Response:
    """The page, with why a confirmation was refused."""
    searched = request.args.get("q", "").strip()
    held: dict[Person, list[str]] = {}
    for grant in accounts.grants_today():
        held.setdefault(grant.person, []).append(said(grant))
    return show("people.html", block="people", status=status, held=held, reasons=reasons or [], q=searched,
                found=named_like(searched) if searched else [], waiting=[asked(one) for one in waiting(RoleAsked)],
                resets=[asked_again(one) for one in waiting(FactorReset)])


@pages.get("/personnes/<uid>")
@access(*WHO)
def one(uid: str) -> Response:
    """Someone: roles, commitments, mandates."""
    person = the_person(uid)
    grants = accounts.grants_today(person)
    return show("people_one.html", person=person, today=moment.today(),
                grants=[(named(grant), said(grant), grant) for grant in grants],
                commitments=list(person.commitments.order_by(Commitment.signed_on)),
                mandates=list(person.mandates.order_by(Mandate.since)),
                factors=len(factors.factors_of(person)), signs=any(grant.role == roles.cogerance for grant in grants))


def said(grant: RoleGrant) -> str:
    """« Cercle accompagnement, Roubaix, jusqu’au 3 mars 2027 inclus »."""
    where = f", {grant.antenna.name}" if grant.antenna else ""
    return NAMES.get(grant.role, grant.role) + where + (f", {words.upto(grant.until)}" if grant.until else "")


def named(grant: RoleGrant) -> str:
    """How an address names a role someone holds: `circle`, `coordinator:roubaix`."""
    return f"{grant.role}:{grant.antenna.code}" if grant.antenna else str(grant.role)


def asked(one: RoleAsked) -> dict[str, Any]:
    """A role that waits for a second person."""
    return {"uid": one.uid, "text": f"{one.person.name} : {NAMES.get(one.role, one.role)}", "who": one.asked_by.name,
            "mine": me().id in (one.asked_by_id, one.person_id), "reason": one.reason, "until": one.asked_at + LASTS}


def asked_again(one: FactorReset) -> dict[str, Any]:
    """A second step to begin again, that waits for a second person."""
    return {"uid": one.uid, "text": f"{one.person.name} : seconde étape à remettre à zéro", "who": one.asked_by.name,
            "mine": me().id in (one.asked_by_id, one.person_id), "reason": one.reason, "until": one.asked_at + LASTS}


def the_person(uid: str) -> Person:
    """Someone, or 404."""
    found = Person.get_or_none(Person.uid == uid)
    if found is None:
        abort(404)
    person: Person = found
    return person


# Changing ------------------------------------------------------------------------------------------------------------


@pages.route("/personnes/nouvelle", methods=["GET", "POST"])
@access(*WHO)
def add() -> Response:
    """Add someone."""
    form = PersonForm(typed())
    page = Change("Ajouter une personne", "Ajouter cette personne", url_for("people.list_all"),
                  back_label="Personnes et rôles", told=["La personne n’a encore aucun rôle. Aucune lettre ne part."])

    def act() -> None:
        added = accounts.add_person(form.first_name.data, form.last_name.data, form.email.data, form.phone.data or "",
                                    me(), acting_as(*WHO), request.form.get("key"))
        page.back = url_for("people.one", uid=added.uid)

    return page.answer(form, act)


@pages.route("/personnes/<uid>/donner-un-role", methods=["GET", "POST"])
@access(*WHO)
def give(uid: str) -> Response:
    """Give a role; cogérance and administration wait for a second person."""
    person = the_person(uid)
    antennas = {one.code: one for one in Antenna.select().order_by(Antenna.id)}
    form = RoleForm(typed(), data={"antenna": EVERYWHERE})
    form.antenna.choices = [(EVERYWHERE, "Partout où ce rôle existe"), *((one.code, one.name) for one in antennas.values())]
    told = ["Pour la cogérance et l’administration, une seconde personne doit confirmer, sous 7 jours.",
            "La session de cette personne se ferme : elle se connecte à nouveau.", "Une lettre le lui dit."]
    return _page(person, "Donner un rôle", "Donner ce rôle", told).answer(form, lambda: entrusting.give(
        person, form.role.data, antennas.get(form.antenna.data), form.until.data, form.reason.data, me(),
        acting_as(*WHO), request.form.get("key")))


@pages.route("/personnes/<uid>/retirer/<role>", methods=["GET", "POST"])
@access(*WHO)
def withdraw(uid: str, role: str) -> Response:
    """Withdraw a role from today on."""
    person = the_person(uid)
    grant = next((one for one in accounts.grants_today(person) if named(one) == role), None)
    if grant is None:
        abort(404)
    form = ReasonForm(typed())
    page = _page(person, "Retirer un rôle", "Retirer ce rôle", [
        f"{person.called} n’a plus ce rôle dès aujourd’hui.", "Sa session se ferme.", "Une lettre le lui dit."],
        lead=[f"Rôle : {said(grant)}."])
    page.danger = True
    return page.answer(form, lambda: entrusting.withdraw(grant, form.reason.data, me(), acting_as(*WHO)))


@pages.post("/personnes/confirmer")
@access(*WHO, second_step=True)
def confirm() -> Response:
    """The second person confirms a role."""
    found = RoleAsked.get_or_none(RoleAsked.uid == request.form.get("asked", ""))
    if found is None:
        abort(404)
    try:
        entrusting.confirm(found, me(), acting_as(*WHO))
    except StepRefused as refused:
        return listed(409, [words.say(one) for one in refused.refusals])
    return go(url_for("people.list_all"))


@pages.route("/personnes/<uid>/seconde-etape", methods=["GET", "POST"])
@access(*WHO)
def ask_reset(uid: str) -> Response:
    """Someone lost their key, telephone and codes: ask, face to face, that they begin again."""
    person = the_person(uid)
    form = ReasonForm(typed())
    return _page(person, "Remettre la seconde étape à zéro", "Demander la remise à zéro", [
        "Une seconde personne de l’équipe doit confirmer, sous 7 jours.",
        f"{person.called} est devant vous, et vous l’avez reconnu·e.", "Ses sessions se ferment, et une lettre le dit."],
    ).answer(form, lambda: accounts.ask_reset(person, form.reason.data, me(), acting_as(*WHO), request.form.get("key")))


@pages.post("/personnes/confirmer-seconde-etape")
@access(*WHO, second_step=True)
def confirm_reset() -> Response:
    """The second person confirms, face to face too."""
    found = FactorReset.get_or_none(FactorReset.uid == request.form.get("asked", ""))
    if found is None:
        abort(404)
    try:
        second_step.confirm_reset(found, me(), acting_as(*WHO))
    except StepRefused as refused:
        return listed(409, [words.say(one) for one in refused.refusals])
    return go(url_for("people.list_all"))


@pages.route("/personnes/<uid>/engagement", methods=["GET", "POST"])
@access(*WHO)
def commitment(uid: str) -> Response:
    """Note a confidentiality commitment."""
    person = the_person(uid)
    form = CommitmentForm(typed())
    form.signed_on.today = moment.today()
    return _page(person, "Noter un engagement de confidentialité", "Noter cet engagement", [
        "Le Cercle et les binômes signent cet engagement avant de lire un dossier."]).answer(
        form, lambda: accounts.commit(person, form.signed_on.data, me(), acting_as(*WHO)))


@pages.route("/personnes/<uid>/mandat", methods=["GET", "POST"])
@access(*WHO)
def mandate(uid: str) -> Response:
    """Note a mandate to sign contracts."""
    person = the_person(uid)
    form = MandateForm(typed())
    return _page(person, "Noter un mandat de signature", "Noter ce mandat", [
        f"{person.called} peut signer les contrats pour Optéos du premier au dernier jour."]).answer(
        form, lambda: accounts.mandate(person, form.since.data, form.until.data, form.reference.data, me(),
                                       acting_as(*WHO)))


@pages.post("/personnes/<uid>/fin-de-mandat")
@access(*WHO)
def end_mandate(uid: str) -> Response:
    """End a mandate today."""
    person = the_person(uid)
    found = person.mandates.where(Mandate.id == request.form.get("mandate", 0, type=int)).first()
    if found is None:
        abort(404)
    accounts.end_mandate(found, me(), acting_as(*WHO))
    return go(url_for("people.one", uid=uid))


def _page(person: Person, title: str, button: str, told: list[str], lead: list[str] | None = None) -> Change:
    return Change(title, button, url_for("people.one", uid=person.uid), caption=person.name, back_label=person.name,
                  told=told, lead=lead or [])
