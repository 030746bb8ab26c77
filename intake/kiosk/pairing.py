"""The tablet's side of pairing: it shows a code, waits until someone of the team approves it, collects its token once."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from intake.access import ANYONE, DEVICE, access
from intake.kiosk import tablet
from intake.models import devices
from intake.models.devices import PAIRING_LASTS, TooManyPairings

pages = Blueprint("kiosk_pairing", __name__)


@pages.post("/associer")
@access(ANYONE)
def ask() -> Response:
    """A code to show."""
    try:
        code, secret = devices.ask_pairing(request.remote_addr or "")
    except TooManyPairings:
        return tablet.refuse(429, "too many codes")
    return jsonify(code=code, secret=secret, minutes=int(PAIRING_LASTS.total_seconds() // 60))


@pages.post("/associer/suite")
@access(ANYONE)
def follow() -> Response:
    """Whether the code was approved; its token comes with the first answer that says so."""
    told = request.get_json(silent=True)
    secret = str(told.get("secret", "")) if isinstance(told, dict) else ""
    collected = devices.collect(secret)
    if collected is None:
        return jsonify(state="waiting" if devices.pairing_stands(secret) else "ended")
    device, token = collected
    return tablet.give(jsonify(state="paired", device=tablet.told(device)), token)


@pages.post("/preparer")
@access(DEVICE)
def prepare() -> Response:
    """« Préparer la borne »: a new token, the key and the day."""
    device = tablet.device()
    return tablet.give(jsonify(device=tablet.told(device)), devices.renew(device))

