"""The tablets: pair one by the code it shows, see what each holds, cut one off; take in a rescue file (SCREENS S19, S26)."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from wtforms import Form

from intake import moment, words
from intake.access import access, acting_as, me
from intake.changing import Change, typed
from intake.kiosk import rescue
from intake.models import devices
from intake.models.devices import Device
from intake.show import show
from workflows import fields as f, roles
from workflows.fields.base import NotAsked

pages = Blueprint("devices", __name__)

WHO = (roles.cogerance, roles.admin, roles.support, roles.circle, roles.facilitator)
"""Who prepares the journées, and whoever runs the house."""
STILL_SHOWN = timedelta(days=60)
"""A tablet cut off is shown this long: it may hold entries."""
ROUNDS = 200_000


class PinField(f.TextField):
    """Six digits for the team's screens of the tablet."""

    def read(self, text: str) -> str:
        """Digits, spaces aside."""
        digits = "".join(text.split())
        if not re.fullmatch(r"[0-9]{6}", digits):
            raise NotAsked("Saisissez 6\u00a0chiffres")
        if len(set(digits)) == 1 or digits in ("123456", "654321"):
            raise NotAsked("Choisissez un code moins facile à deviner")
        return digits


class PairForm(Form):  # type: ignore[misc]
    """The code a tablet shows, what to call it, where it stands."""

    code = f.TextField("Code affiché", missing="Saisissez le code que la tablette affiche",
                       description="8 lettres ou chiffres ; il change toutes les 10 minutes")
    name = f.TextField("Nom de la tablette", missing="Donnez un nom à la tablette", description="Par exemple, Tablette bleue")
    place = f.TextField("Lieu", missing="Indiquez où elle est")
    pin = PinField("Code équipe", missing="Choisissez un code de 6\u00a0chiffres",
                   description="6 chiffres pour préparer et fermer la borne ; toute l’équipe le partage")


class PlaceForm(Form):  # type: ignore[misc]
    """Where a tablet stands, what to call it."""

    place = f.TextField("Lieu", missing="Indiquez où elle est", description="Par exemple, Moulin, salle du bas")
    name = f.TextField("Nom de la tablette", missing="Donnez un nom à la tablette")


class RevokeForm(Form):  # type: ignore[misc]
    """Nothing to ask: the page says what follows."""


class RescueForm(Form):  # type: ignore[misc]
    """A rescue file, as its text: it is read once, like what a tablet sends."""


@pages.get("/bornes")
@access(*WHO)
def list_all() -> Response:
    """Every tablet: when it was seen, what it holds, what never came."""
    since = moment.now() - STILL_SHOWN
    return show("devices.html", tablets=[(one, says(one)) for one in devices.in_service()],
                revoked=[(one, says(one)) for one in devices.revoked_lately(since)])


def says(device: Device) -> list[str]:
    """« Vue le 19 novembre, file vide », and what asks for a look."""
    seen = f"Vue le {words.at(device.seen_at)}"
    held = [f"{words.Count(number):{word}}" for number, word in (
        (device.waiting, "fiche en attente|fiches en attente"), (device.to_check, "fiche refusée|fiches refusées"),
        (device.irritants, "texte « ce qui coince » en attente|textes « ce qui coince » en attente")) if number]
    lines = [f"{seen}, {', '.join(held) or 'file vide'}"]
    if lost := devices.missing(device):
        lines.append(f"{words.Count(lost):fiche manque|fiches manquent} : numérotées par la tablette, elles ne sont pas arrivées")
    if abs(device.late) > 300:
        way = "retarde" if device.late > 0 else "avance"
        lines.append(f"Son horloge {way} de {words.Count(round(abs(device.late) / 60)):minute|minutes}")
    return lines


@pages.route("/bornes/associer", methods=["GET", "POST"])
@access(*WHO, second_step=True)
def pair() -> Response:
    """Let in the tablet that shows this code."""
    form = PairForm(typed())
    page = Change("Associer une tablette", "Associer cette tablette", url_for("devices.list_all"), back_label="Bornes",
                  lead=["Sur la tablette, ouvrez l’adresse du site suivie de /borne/equipe : un code s’affiche."],
                  told=["La tablette peut seulement noter : elle ne lit aucun nom.", "Vous pouvez la révoquer à tout moment."])

    def act() -> None:
        devices.approve(form.code.data, name=form.name.data, place=form.place.data, pin=pin_kept(form.pin.data), by=me(),
                        role=acting_as(*WHO))

    return page.answer(form, act)


def the_device(uid: str) -> Device:
    """A tablet, else 404."""
    found: Device = Device.get_or_none(Device.uid == uid) or abort(404)
    return found


def pin_kept(digits: str) -> dict[str, Any]:
    """What a tablet checks the team's code against."""
    salt = secrets.token_bytes(16)
    made = hashlib.pbkdf2_hmac("sha256", digits.encode(), salt, ROUNDS)
    return {"salt": salt.hex(), "rounds": ROUNDS, "digest": made.hex()}


@pages.route("/bornes/<uid>/lieu", methods=["GET", "POST"])
@access(*WHO)
def move(uid: str) -> Response:
    """Where a tablet stands, once it has been carried elsewhere."""
    device = the_device(uid)
    form = PlaceForm(typed(), data={"place": device.place, "name": device.name})
    page = Change("Changer le lieu d’une tablette", "Enregistrer", url_for("devices.list_all"), caption=device.name,
                  back_label="Bornes", told=["La journée qu’elle sert dira ce lieu.", "L’ancien reste dans l’historique."])
    return page.answer(form, lambda: devices.move(device, name=form.name.data, place=form.place.data, by=me(),
                                                  role=acting_as(*WHO)))


@pages.route("/bornes/<uid>/revoquer", methods=["GET", "POST"])
@access(*WHO)
def revoke(uid: str) -> Response:
    """Cut a tablet off, lost or lent."""
    device = the_device(uid)
    page = Change("Révoquer une tablette", "Révoquer cette tablette", url_for("devices.list_all"), caption=device.name,
                  back_label="Bornes", danger=True, told=[
                      "Elle est coupée dès sa prochaine demande.",
                      "Ce qu’elle n’a pas encore envoyé y reste scellé, et partira si vous l’associez de nouveau."])
    return page.answer(RevokeForm(typed()), lambda: devices.revoke(device, me(), acting_as(*WHO)))


@pages.route("/bornes/secours", methods=["GET", "POST"])
@access(*WHO)
def take_in() -> Response:
    """A rescue file: its entries are taken in like those a tablet sends, each once."""
    report: rescue.Report | None = None
    problem = ""
    if request.method == "POST":
        sent = request.files.get("file")
        try:
            report = rescue.take_in(json.loads(sent.read())) if sent else None
            problem = "" if report else "Choisissez le fichier de secours de la tablette"
        except (ValueError, rescue.NotARescue):
            problem = "Ce fichier n’est pas un fichier de secours de la borne"
    return show("devices_rescue.html", block="rescue", status=422 if problem else 200, report=report, problem=problem)
