"""What a paired tablet sends: entries, « ce qui coince », its counts; every answer is a receipt or says why not."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from intake import moment, presences, words
from intake.access import DEVICE, access
from intake.kiosk import envelopes, receiving, tablet
from intake.kiosk.envelopes import NotWellFormed
from intake.models import devices, slots
from intake.models.actors import KIOSK
from intake.models.kiosk import in_tray
from workflows import roles

pages = Blueprint("kiosk_delivery", __name__)

LARGEST = 24_000
"""Bytes of one delivery of an entry."""
TOGETHER = 40
"""Irritants in one delivery."""


@pages.post("/ping")
@access(DEVICE)
def ping() -> Response:
    """Is the network the house's? The tablet says its counts and learns the hour, and how many wait for a person here."""
    told = _json()
    received = tablet.millis()
    devices.seen(tablet.device(), tablet.token(), **_counts(told), **_late(told, received))
    return jsonify(now=received, **_tray())


@pages.post("/entrees")
@access(DEVICE)
def entry() -> Response:
    """One sealed entry: kept once, receipted, then applied."""
    if (request.content_length or 0) > LARGEST:
        return tablet.refuse(413, "too large")
    told, received = _json(), tablet.millis()
    try:
        envelope = envelopes.read(told.get("entry"))
    except NotWellFormed as why:
        return tablet.refuse(400, str(why))
    if request.headers.get("Idempotency-Key") != envelope.key:
        return tablet.refuse(400, "idempotency key")
    sent = told.get("sent")
    offset = received - sent if type(sent) is int and 0 <= sent < envelopes.FARTHEST else 0
    kept, new = receiving.keep(envelope, offset, tablet.device())
    if kept.digest != envelope.digest:
        return tablet.refuse(409, "another entry has this key")
    outcome = receiving.apply_now(kept, tablet.device()) if new else kept.outcome
    devices.seen(tablet.device(), tablet.token(), **_late(told, received))
    return jsonify(receipt={"key": kept.key, "digest": kept.digest}, now=received,
                   outcome=receiving.answered(kept, outcome, tablet.device()))


@pages.post("/ce-qui-coince")
@access(DEVICE)
def irritants() -> Response:
    """Anonymous entries, shuffled by the tablet; nothing is noted of who delivers them or when."""
    if (request.content_length or 0) > LARGEST * TOGETHER:
        return tablet.refuse(413, "too large")
    told = _json().get("entries")
    receipts: list[dict[str, str]] = []
    refused: list[str] = []
    for one in told[:TOGETHER] if isinstance(told, list) else ():
        try:
            envelope = envelopes.read_anonymous(one)
        except NotWellFormed:
            refused.append(str(one.get("key", ""))[:36] if isinstance(one, dict) else "")
            continue
        kept = receiving.keep_anonymous(envelope)
        if kept.digest == envelope.digest:
            receipts.append({"key": kept.key, "digest": kept.digest})
        else:
            refused.append(envelope.key)
    return jsonify(receipts=receipts, refused=refused)


@pages.post("/creneaux")
@access(DEVICE)
def free() -> Response:
    """The slots that are free now; a POST, so that nothing on the way keeps it."""
    journee = tablet.journee_ahead()
    found = slots.free_slots(journee) if journee is not None else []
    return jsonify(slots=[{"uid": one.uid, "says": words.hour(one.starts_at), "day": words.full_day(one.starts_at),
                           "english": words.in_english(words.hour, one.starts_at),
                           "day_english": words.in_english(words.full_day, one.starts_at)}
                          for one in found if one.starts_at > moment.now()])


@pages.post("/fermer")
@access(DEVICE)
def close() -> Response:
    """« Fermer la journée » on this tablet; the last one closes the day for everybody."""
    told, device = _json(), tablet.device()
    counts = _counts(told)
    devices.seen(device, tablet.token(), **counts)
    if counts.get("waiting", 0) or counts.get("to_check", 0) or counts.get("irritants", 0):
        return jsonify(closed=False, **_tray())
    devices.close(device)
    journee = tablet.journee_ahead()
    if journee is not None and journee.day == moment.today() and not devices.left_open(journee):
        presences.close(journee, KIOSK, roles.kiosk)
    return jsonify(closed=True, **_tray())


def _tray() -> dict[str, int]:
    """How many entries wait for a person; untold while codes are paused, as one more would say that a code is nobody's."""
    return {} if devices.codes_paused(tablet.device()) else {"tray": len(in_tray())}


def _json() -> dict[str, Any]:
    told = request.get_json(silent=True)
    return told if isinstance(told, dict) else {}


def _counts(told: dict[str, Any]) -> dict[str, int]:
    """What the tablet says it holds; anything else is not noted."""
    names = ("waiting", "to_check", "irritants", "last_sequence")
    return {name: told[name] for name in names if type(told.get(name)) is int and 0 <= told[name] < 10**9}


def _late(told: dict[str, Any], received: int) -> dict[str, int]:
    """Seconds by which its clock is behind, when it is by more than a minute: the network alone takes some."""
    sent = told.get("sent")
    if type(sent) is not int or not 0 <= sent < envelopes.FARTHEST:
        return {}
    late = max(-(10**9), min(10**9, round((received - sent) / 1000)))
    return {"late": late if abs(late) > 60 else 0}
