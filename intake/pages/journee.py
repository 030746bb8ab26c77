"""One journée: who is awaited, who is there, as it happens; its papers, its closing (SCREENS K41, S19, V7)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from wtforms import Form

from intake import invitations, moment, presences, sheets, words
from intake.access import access, acting_as, antennas_seen, held_roles, me
from intake.changing import Change, typed
from intake.facts.common import team_of
from intake.models import attendance, badges, days, slots
from intake.models.days import Journee
from intake.models.devices import tablets_of
from intake.models.people import Antenna, Person, holders
from intake.roll import Line, roll
from intake.show import go, htmx, show
from intake.tray import to_check
from workflows import fields as f, roles

pages = Blueprint("journee", __name__)

RUN = (roles.facilitator, roles.circle, roles.support, roles.cogerance)
"""Who sees who is expected; a facilitator, at the journées that are theirs or nobody's."""
EVERYWHERE = (roles.facilitator, roles.support, roles.cogerance)
SHOWN = {"presentes": ("present",), "attendues": ("expected",), "invitees": ("invited",), "excusees": ("excused",),
         "absentes": ("absent",)}
LABELS = {"presentes": "Présences", "attendues": "Attendues", "invitees": "Invitées", "excusees": "Excusées",
          "absentes": "Absentes"}
EMPTY = {"presentes": "Aucune présence notée. Elles arrivent quand la borne est en ligne.",
         "attendues": "Toutes les personnes attendues sont notées.", "invitees": "Toutes les personnes invitées ont répondu.",
         "excusees": "Personne ne s’est excusé.", "absentes": "Les absences se notent à la fermeture de la journée."}
STATUSES = (("present", "Présence"), ("expected", "Vient"), ("excused", "Absence excusée"), ("absent", "Absence"))


class FacilitatorForm(Form):  # type: ignore[misc]
    """The person of the day."""

    person = f.PersonField("Qui anime cette journée", optional=True, listed=True)


class HalvesForm(Form):  # type: ignore[misc]
    """What is noted of someone, half-day by half-day."""

    morning = f.ChoiceField("Matin", choices=STATUSES, optional=True)
    afternoon = f.ChoiceField("Après-midi", choices=STATUSES, optional=True)


@pages.get("/journees/<uid>")
@access(*RUN)
def one(uid: str) -> Response:
    """The journée, live: its block is asked again while the page is seen, and answers 204 when nothing changed."""
    journee = the_journee(uid)
    wanted = request.args.get("voir", "")
    wanted = wanted if wanted in SHOWN else "presentes"
    tablets, checks = tablets_of(journee), to_check(journee)
    version = f"{attendance.version_of(journee)}-{checks}-{sum(one['waiting'] for one in tablets)}-{journee.closed_at}"
    if htmx.wants_block and request.args.get("depuis") == version:
        return Response(status=204)
    search = request.args.get("q", "").strip()
    lines = [line for line in roll(journee, antennas()) if search.casefold() in line.person.name.casefold()]
    counts = {name: sum(line.state in states for line in lines) for name, states in SHOWN.items()}
    held = slots.slots_of(journee)
    return show("journee.html", block="presences", journee=journee, today=moment.today(), search=search, wanted=wanted,
                lines=[line for line in lines if line.state in SHOWN[wanted]], version=version, empty=EMPTY[wanted],
                halves=halves(lines), checks=checks, tablets=tablets,
                tabs=[{"label": f"{label} {counts[name]}", "current": name == wanted,
                       "href": url_for("journee.one", uid=uid, voir=name, q=search or None)}
                      for name, label in LABELS.items() if counts[name] or name in ("presentes", "attendues")],
                booked=sum(one.booked_at is not None for one in held), open_slots=len(held))


def halves(lines: list[Line]) -> list[tuple[str, int]]:
    """How many are there, morning and afternoon."""
    return [(label, sum(1 for line in lines if (row := line.halves.get(half)) and row.status == "present"))
            for half, label in (("morning", "Matin"), ("afternoon", "Après-midi"))]


def the_journee(uid: str) -> Journee:
    """A journée the person signed in may run; else 404."""
    found = Journee.get_or_none(Journee.uid == uid)
    alone = not held_roles() & set(RUN[1:])
    if found is None or (alone and found.facilitator_id not in (None, me().id)):
        abort(404)
    journee: Journee = found
    return journee


def antennas() -> list[Antenna] | None:
    """The antennas whose people one sees there; None for all of them."""
    return None if held_roles() & set(EVERYWHERE) else antennas_seen(roles.circle)


def hand() -> str:
    """The role an act on a journée is written under."""
    return acting_as(*RUN)


# The person of the day, the closing ----------------------------------------------------------------------------------


@pages.route("/journees/<uid>/animation", methods=["GET", "POST"])
@access(*RUN)
def facilitator(uid: str) -> Response:
    """Name the person of the day."""
    journee = the_journee(uid)
    form = FacilitatorForm(typed(), data={"person": journee.facilitator.uid if journee.facilitator else ""})
    form.person.choices = may_facilitate()

    def act() -> None:
        person = Person.get_or_none(Person.uid == form.person.data) if form.person.data else None
        days.name_facilitator(journee, person, me(), hand())

    return _page(journee, "Choisir qui anime", "Enregistrer", told=[
        "Cette personne voit qui est attendu et rapproche les présences de cette journée.",
        "Si la journée n’est pas fermée, elle reçoit une lettre le lendemain matin."]).answer(form, act)


def may_facilitate() -> list[tuple[str, str]]:
    """Whoever holds the role, and the team."""
    animators = [(one.uid, one.name) for one in holders(roles.facilitator, moment.today())]
    return list(dict.fromkeys((*animators, *team_of(Antenna.get(Antenna.code == "principale")))))


@pages.route("/journees/<uid>/fermer", methods=["GET", "POST"])
@access(*RUN)
def close(uid: str) -> Response:
    """« Fermer la journée »: what is still missing is said; then the absences are settled."""
    journee = the_journee(uid)
    if journee.day > moment.today():
        abort(404)
    page = _page(journee, "Fermer la journée", "Fermer la journée", lead=still_missing(journee), told=[
        "Les personnes attendues et non vues sont notées absentes.",
        "Une présence qui arrive plus tard d’une tablette corrige d’elle-même l’absence."])
    return page.answer(Form(typed()), lambda: presences.close(journee, me(), hand()))


def still_missing(journee: Journee) -> list[str]:
    """What one should look at before closing."""
    found = []
    if checks := to_check(journee):
        found.append(f"{words.Count(checks):ligne est|lignes sont} à vérifier.")
    for tablet in tablets_of(journee):
        if waiting := tablet["waiting"]:
            left = f"{words.Count(waiting):fiche n’est pas partie|fiches ne sont pas parties}"
            found.append(f"{tablet['name']} : {left}.")
    return found or ["Tout est envoyé et rapproché."]


@pages.route("/journees/<uid>/presences/<person>", methods=["GET", "POST"])
@access(*RUN)
def note(uid: str, person: str) -> Response:
    """Note or correct someone's presence by hand."""
    journee = the_journee(uid)
    line = next((one for one in roll(journee, antennas()) if one.person.uid == person), None)
    if line is None:
        abort(404)
    form = HalvesForm(typed(), data={half: row.status for half, row in line.halves.items()})
    page = _page(journee, f"Présence {words.de_name(line.person.name)}", "Enregistrer", told=[
        "Votre correction est inscrite à l’historique de la maison."])
    return page.answer(form, lambda: presences.put_right(journee, line.person, form.data, me(), hand()))


# Papers --------------------------------------------------------------------------------------------------------------


@pages.post("/journees/<uid>/feuille")
@access(*RUN)
def sheet(uid: str) -> Response:
    """The attendance sheet to print; printing is logged."""
    journee = the_journee(uid)
    days.log_print(journee, "print_sheet", me(), hand())
    return pdf(sheets.attendance_sheet(journee, roll(journee, antennas())), f"feuille-de-presence-{journee.day}.pdf")


@pages.post("/journees/<uid>/badges")
@access(*RUN)
def badge_sheet(uid: str) -> Response:
    """The badges to print and cut; whoever has none receives one."""
    journee = the_journee(uid)
    people = [line.person for line in roll(journee, antennas())]
    badges.give_badges(people)
    days.log_print(journee, "print_badges", me(), hand())
    return pdf(sheets.badge_sheet(badges.badges_of(people)), f"badges-{journee.day}.pdf")


def pdf(content: bytes, name: str) -> Response:
    """A document to print."""
    response = Response(content, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@pages.post("/journees/<uid>/badges/envoyer")
@access(*RUN)
def send_badges(uid: str) -> Response:
    """« Envoyer les badges » without waiting for the third day before."""
    journee = the_journee(uid)
    if journee.to_confirm or journee.day < moment.today():
        abort(404)
    invitations.send_badges(journee)
    return go(url_for("journee.one", uid=uid))


def _page(journee: Journee, title: str, button: str, *, lead: list[str] | None = None, told: list[str] | None = None,
          ) -> Change:
    caption: Any = " · ".join(part for part in (words.full_day(journee.day), journee.place) if part)
    return Change(title, button, url_for("journee.one", uid=journee.uid), caption=caption, back_label="La journée",
                  lead=lead or [], told=told or [])
