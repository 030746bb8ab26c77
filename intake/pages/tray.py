"""« À vérifier »: a person says whose a name is, answers a request of slot, decides on an entry that no rule could settle."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

from flask import Blueprint, Response, abort, url_for
from wtforms import Form

from intake import bookings, moment, presences, tray, words
from intake.access import access, held_roles, me
from intake.changing import Change, typed
from intake.guests import awaited
from intake.kiosk import tray as tablets
from intake.kiosk.tray import TrayLine
from intake.models import attendance, days, slots
from intake.models.attendance import UnknownName
from intake.models.days import Journee
from intake.models.people import Person
from intake.models.slots import Slot, SlotWish
from intake.pages.journee import RUN, antennas
from intake.show import go, show
from workflows import fields as f
from workflows.roles import facilitator

pages = Blueprint("tray", __name__)

CLOSE = 8
"""Names offered first, the nearest."""
NOBODY = "visite"
HALVES = (("morning", "Matin"), ("afternoon", "Après-midi"))


class WhoForm(Form):  # type: ignore[misc]
    """Whose name it is."""

    person = f.ChoiceField("Qui est-ce", missing="Choisissez une personne, ou dites que c’est une visite")
    other = f.ChoiceField("Quelqu’un d’autre", optional=True, listed=True)


class WishForm(Form):  # type: ignore[misc]
    """Which slot is given."""

    slot = f.ChoiceField("Quel créneau donner", missing="Choisissez un créneau, ou dites qu’aucun ne convient")


class EntryForm(Form):  # type: ignore[misc]
    """What becomes of an entry."""

    act = f.ChoiceField("Que faire de cette fiche", missing="Choisissez ce que devient cette fiche")
    person = f.ChoiceField("Qui est-ce", optional=True, listed=True)
    journee = f.ChoiceField("Quelle journée", optional=True, listed=True)
    half = f.ChoiceField("Quelle demi-journée", optional=True, choices=HALVES)
    reason = f.TextField("Raison, si la fiche est écartée", optional=True)


@pages.get("/journees/a-verifier")
@access(*RUN)
def waiting() -> Response:
    """Everything that waits for a person."""
    mine = [one for one in attendance.names_to_match() if may_see(one.journee)]
    return show("tray.html", names=mine, wishes=[one for one in slots.wishes() if may_see(one.journee)],
                entries=[say(one) for one in tray.entries()] if everywhere() else [])


@pages.route("/journees/a-verifier/noms/<uid>", methods=["GET", "POST"])
@access(*RUN)
def name(uid: str) -> Response:
    """Say whose a name is, the nearest first; or that it is a visit."""
    found = UnknownName.get_or_none(UnknownName.uid == uid)
    if found is None or not may_see(found.journee):
        abort(404)
    if found.settled_at is not None:
        return go(url_for("tray.waiting"))
    near, others = known_as(found.read)
    form = WhoForm(typed())
    form.person.choices = [*near, ("autre", "Quelqu’un d’autre, dans la liste"), (NOBODY, "Une visite : personne de la maison")]
    form.other.choices = others
    page = _page("À qui est ce nom ?", "Enregistrer", f"{found.read} · {attendance_of(found)}", told=[
        "La présence est notée à l’heure de la signature ; le nom saisi est effacé.",
        "Pour une visite, rien d’autre n’est gardé."])

    def act() -> None:
        chosen = form.other.data if form.person.data == "autre" else form.person.data
        person = Person.get_or_none(Person.uid == chosen) if chosen else None
        if form.person.data == NOBODY:
            attendance.settle_name(found, None, me())
        elif person is None:
            form.other.errors = ["Choisissez une personne dans la liste"]
        else:
            presences.match(found, person, me())

    return page.answer(form, act)


def attendance_of(found: UnknownName) -> str:
    """« matin du 18 mars, sur papier »."""
    half = "matin" if found.half == "morning" else "après-midi"
    return f"{half} du {words.short_day(found.journee.day)}, {'sur papier' if found.how == 'paper' else 'à la borne'}"


def known_as(given: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The people whose name is nearest, then all of them."""
    people = [guest.person for guest in awaited(antennas=antennas())]
    pairs = [(one.uid, one.name) for one in people]
    if given:
        near = sorted(people, key=lambda one: -nearness(given, one))[:CLOSE]
        return [(one.uid, one.name) for one in near if nearness(given, one) > 0.5], pairs
    return [], pairs


def nearness(given: str, person: Person) -> float:
    """From 0 to 1, whichever of the two names came first."""
    wanted = words.sorted_as(given)
    return max(SequenceMatcher(None, wanted, words.sorted_as(said)).ratio() for said in (
        f"{person.called} {person.last_name}", f"{person.last_name} {person.called}", f"{person.first_name} {person.last_name}"))


@pages.route("/journees/a-verifier/rendez-vous/<uid>", methods=["GET", "POST"])
@access(*RUN)
def wish(uid: str) -> Response:
    """Give a slot to whoever asked without network, or say that none is left."""
    found = SlotWish.get_or_none(SlotWish.uid == uid)
    if found is None or not may_see(found.journee):
        abort(404)
    if found.settled_at is not None:
        return go(url_for("tray.waiting"))
    free = {one.uid: one for journee in days.journees_from(moment.today())[:3] for one in slots.free_slots(journee)}
    form = WishForm(typed())
    form.slot.choices = [*((one.uid, offered(one, found)) for one in sorted(
        free.values(), key=lambda one: one.uid not in found.choices)), ("aucun", "Aucun : le dire à la personne")]
    page = _page("Répondre à une demande de rendez-vous", "Répondre",
                 f"{found.asked_by} · journée du {words.short_day(found.journee.day)}",
                 told=["La personne reçoit la réponse par courriel ; sans adresse, appelez-la."])
    return page.answer(form, lambda: bookings.answer_wish(found, free.get(form.slot.data)))


def offered(slot: Slot, found: SlotWish) -> str:
    """« 17 décembre, 14 h, avec Claire, du Cercle accompagnement (demandé) »."""
    asked = " (demandé)" if slot.uid in found.choices else ""
    return f"{words.short_day(slot.starts_at)}, {words.hour(slot.starts_at)}, avec {slot.with_whom}{asked}"


@pages.route("/journees/a-verifier/borne/<key>", methods=["GET", "POST"])
@access(*RUN)
def entry(key: str) -> Response:
    """Decide on an entry of a tablet: whose it is and when, try again, or set it aside with a reason."""
    line = next((one for one in tray.entries() if one.entry.key == key), None)
    if line is None or not everywhere():
        abort(404)
    _, people = known_as("")
    form = EntryForm(typed())
    form.act.choices = [("presence", "C’est une présence : dire de qui et quand"), ("again", "Essayer à nouveau"),
                        ("aside", "Écarter cette fiche")][0 if line.payload is not None else 2:]
    form.person.choices = people
    form.journee.choices = [(one.uid, words.long_day(one.day)) for one in past_journees()]
    said = say(line)
    page = _page("Une fiche de la borne", "Enregistrer", said["when"], lead=[line.sentence, *said["said"]])
    return page.answer(form, lambda: settle(line, form))


def settle(line: TrayLine, form: EntryForm) -> None:
    """Do what was chosen; a missing answer is said by its field."""
    if form.act.data == "aside":
        if not form.reason.data:
            form.reason.errors = ["Indiquez la raison"]
        else:
            tablets.set_aside(line.entry, form.reason.data, me())
    elif form.act.data == "again":
        if not tablets.apply_again(line.entry, me()):
            form.act.errors = ["Cela n’est toujours pas possible. Dites de qui est la présence, ou écartez la fiche"]
    else:
        for field in (form.person, form.journee, form.half):
            if not field.data:
                field.errors = [f"{field.label.text} : choisissez une réponse"]
        if not form.errors:
            tray.settle_presence(
                line, Person.get(Person.uid == form.person.data), Journee.get(Journee.uid == form.journee.data),
                form.half.data, me())


def past_journees() -> list[Journee]:
    """The journées one may say an entry belongs to."""
    rows = Journee.select().where(Journee.day <= moment.today()).order_by(Journee.day.desc())
    return list(rows.limit(15))


def say(line: TrayLine) -> dict[str, Any]:
    """An entry as it is read: when, why it waits, what it says."""
    said = [f"{label} : {line.payload[name]}" for name, label in (
        ("first_name", "Prénom"), ("last_name", "Nom"), ("name", "Nom"), ("contact", "Contact"), ("phone", "Téléphone"),
        ("email", "Adresse"), ("activity", "Activité")) if line.payload and line.payload.get(name)]
    return {"when": words.at(line.entry.made_at), "sentence": line.sentence, "said": said,
            "href": url_for("tray.entry", key=line.entry.key)}


def may_see(journee: Journee) -> bool:
    """Whether the person signed in runs this journée."""
    return everywhere() or journee.facilitator_id in (None, me().id)


def everywhere() -> bool:
    """Whether the person signed in is more than a facilitator."""
    return bool(held_roles() & (set(RUN) - {facilitator}))


def _page(title: str, button: str, caption: str, *, lead: list[str] | None = None, told: list[str] | None = None) -> Change:
    return Change(title, button, url_for("tray.waiting"), caption=caption, back_label="À vérifier", lead=lead or [],
                  told=told or [])


