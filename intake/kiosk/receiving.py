"""An entry arrives: it is kept first, receipted whatever becomes of it, then applied, or laid in the tray (TRUST 3.32)."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from intake import moment
from intake.kiosk import acts, onward
from intake.kiosk.envelopes import Envelope
from intake.models import devices, irritants, kiosk
from intake.models.base import instant
from intake.models.devices import Device
from intake.models.dossiers import Dossier
from intake.models.kiosk import AnonymousEntry, CannotOpen, KioskEntry
from intake.models.people import Person

FRESH = timedelta(minutes=2)
"""Someone may still stand before the tablet: names and links are answered only then."""
ODD_CLOCK = timedelta(hours=24)
TRIES = 3
"""After as many applications cut short, a person looks."""
RETRY_AFTER = timedelta(minutes=1)


def keep(envelope: Envelope, offset: int, by: Device | None = None) -> tuple[KioskEntry, bool]:
    """Commit an envelope; (its entry, whether it is new). `offset`: milliseconds to add to the tablet's time."""
    told_at, now = instant(envelope.at * 1000), moment.now()
    own = by is not None and by.uid == envelope.device
    device = by if own else Device.get_or_none(Device.uid == envelope.device)
    return kiosk.keep({
        "key": envelope.key, "device": device, "sequence": envelope.sequence, "device_time": told_at,
        "made_at": told_at + timedelta(milliseconds=offset), "received_at": now, "version": 1,
        "sealed_to": envelope.sealed_to, "sealed": envelope.sealed, "digest": envelope.digest,
    })


def keep_anonymous(envelope: Envelope) -> AnonymousEntry:
    """Commit an anonymous envelope, and drop what it says; no hour is written anywhere."""
    kept, new = kiosk.keep_anonymous({
        "key": envelope.key, "day": envelope.day, "version": 1, "sealed_to": envelope.sealed_to,
        "sealed": envelope.sealed, "digest": envelope.digest})
    if new:
        drop(kept)
    return kept


def drop(kept: AnonymousEntry) -> None:
    """Give an irritant to its circle; one that nobody can open stays as it is."""
    bound = Envelope(kept.key, kept.sealed_to, "", day=kept.day).bound
    payload = _opened(kept.sealed_to, bound, kept.sealed)
    text = payload.get("text") if payload else None
    if not isinstance(text, str) or not text.strip():
        kiosk.settle_anonymous(kept, "tray")
        return
    subject = payload.get("subject") if payload else ""
    irritants.drop_irritant(kept.day, text=text[:irritants.LIMIT], subject=str(subject or ""), key=kept.key)
    kiosk.settle_anonymous(kept, "applied")


def apply_now(entry: KioskEntry, device: Device | None) -> dict[str, Any]:
    """Apply an entry: what happened, as it is kept for a replay."""
    payload = opened(entry)
    if payload is None:
        kiosk.lay_in_tray(entry, "", "unreadable" if entry.device_id else "unknown_device")
        return {}
    kind = str(payload.get("kind", ""))
    if odd(entry):
        kiosk.lay_in_tray(entry, kind, "odd_date")
        return {}
    fresh = abs(moment.now() - entry.made_at) < FRESH
    try:
        outcome = acts.ACTS[kind](payload, entry, fresh) if kind in acts.ACTS else acts.unknown_kind()
    except acts.ToTheTray as why:
        kiosk.lay_in_tray(entry, kind, why.reason)
        if why.reason in ("unknown_code", "unknown_badge") and device is not None:
            devices.count_wrong_code(device)
            return {"presence": "unknown"}
        return {}
    kiosk.applied(entry, kind, outcome)
    return outcome


def opened(entry: KioskEntry) -> dict[str, Any] | None:
    """What an entry says, while it waits; None when nobody can read it."""
    if entry.sealed is None:
        return None
    told_at = int(entry.device_time.timestamp() * 1000)
    device = entry.device.uid if entry.device_id else ""
    return _opened(entry.sealed_to, Envelope(entry.key, entry.sealed_to, "", device, entry.sequence, told_at).bound,
                   entry.sealed)


def _opened(sealed_to: str, bound: str, body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(kiosk.open_body(sealed_to, bound, bytes(body)))
    except (CannotOpen, ValueError):
        return None
    return said if isinstance(said, dict) else None


def odd(entry: KioskEntry) -> bool:
    """Whether its date is not believed: a clock more than a day off, or a moment to come."""
    return abs(entry.made_at - entry.device_time) > ODD_CLOCK or entry.made_at > moment.now() + FRESH


def answered(entry: KioskEntry, outcome: dict[str, Any], device: Device) -> dict[str, Any]:
    """What the tablet may show: a first name at most, to whoever stands there, while codes are not being guessed.

    Later, or while codes are paused, a code that exists and one that does not are answered alike: by the receipt alone.
    """
    if abs(moment.now() - entry.made_at) >= FRESH:
        return {}
    said = {name: value for name, value in outcome.items() if name in ("presence", "booking", "contact", "slot")}
    if (outcome.get("person") or outcome.get("presence") == "unknown") and devices.codes_paused(device):
        return {}
    if outcome.get("person") and (person := Person.get_or_none(Person.uid == outcome["person"])):
        said["first_name"] = person.called
    if outcome.get("contact"):
        said["onward"] = onward.invite(Dossier.get_or_none(Dossier.uid == outcome.get("dossier", "")), outcome["reach"])
    return said


def catch_up(now: datetime, today: date) -> None:
    """The clock applies what a server kept and had no time to apply."""
    for entry in kiosk.unapplied(now - RETRY_AFTER):
        if kiosk.count_try(entry) > TRIES:
            kiosk.lay_in_tray(entry, entry.kind, "refused")
        else:
            apply_now(entry, None)
    for anonymous in kiosk.unapplied_anonymous(today):
        drop(anonymous)
