"""What an entry does: a presence, a contact, a booking; what cannot be done goes to the tray with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.datastructures import MultiDict

from intake import bookings, presences
from intake.arrivals import arrive
from intake.cases import AnswersInvalid, StepRefused
from intake.language import ENGLISH, FRENCH
from intake.models import badges
from intake.models.actors import KIOSK
from intake.models.attendance import half_of
from intake.models.days import Journee, journee_on
from intake.models.kiosk import KioskEntry
from intake.models.people import Antenna, Person
from intake.models.slots import Slot
from intake.words import full_day, hour, in_english, sentence
from workflows.admission.forms import KioskContactForm
from workflows.calendar import paris_day

Payload = dict[str, Any]
Outcome = dict[str, Any]


class ToTheTray(Exception):
    """A person has to look; the word says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def presence(payload: Payload, entry: KioskEntry, fresh: bool) -> Outcome:
    """Someone signs: by badge, by code, or by a name to match."""
    journee = _journee(entry)
    half, at = half_of(entry.made_at), entry.made_at
    who, how = _who(payload)
    if who is None:
        name = _name(payload)
        presences.sign(journee, half, person=None, name=name, how="name", at=at, key=entry.key)
        return {"presence": "new"}
    again = presences.sign(journee, half, person=who, name="", how=how, at=at, key=entry.key)
    return {"presence": "again" if again else "new", "person": who.uid}


def contact(payload: Payload, entry: KioskEntry, fresh: bool) -> Outcome:
    """« Je découvre Optéos »: an admission begins, or one that is open is joined without a word."""
    raw = {name: str(payload.get(name) or "") for name in ("first_name", "reach", "activity")} | {
        "agreed": "oui" if payload.get("agreed") is True else ""}
    antenna = Antenna.select().where(Antenna.programme == "principale").order_by(Antenna.id).first()
    form = KioskContactForm(MultiDict({name: value for name, value in raw.items() if value}))
    try:
        dossier = arrive(raw, form, by=KIOSK, key=entry.key, antenna=antenna,
                         spoken=ENGLISH if payload.get("language") == ENGLISH else FRENCH)
    except (AnswersInvalid, StepRefused) as refused:
        raise ToTheTray("refused") from refused
    return {"contact": "noted", "dossier": dossier.uid, "reach": "email" if form.data["email"] else "phone"}


def booking(payload: Payload, entry: KioskEntry, fresh: bool) -> Outcome:
    """A slot: taken at once for whoever stands there, a wish that a human answers for what was entered offline."""
    journee = Journee.get_or_none(Journee.uid == str(payload.get("journee", "")))
    if journee is None:
        raise ToTheTray("no_journee")
    choices = [str(one) for one in payload.get("choices") or [] if isinstance(one, str)][:3]
    who, _ = _who(payload)
    name = "" if who is not None else _name(payload)
    try:
        slot = bookings.book(choices, journee=journee, person=who, name=name, phone=str(payload.get("phone") or "")[:40],
                             key=entry.key, request_only=not (fresh and payload.get("online") is True))
    except StepRefused as refused:
        raise ToTheTray("refused") from refused
    known = {"person": who.uid} if who is not None else {}
    if slot is None:
        return known | {"booking": "taken" if fresh and payload.get("online") is True else "asked"}
    return known | {"booking": "booked", "slot": said(slot), "english": in_english(said, slot)}


ACTS: dict[str, Callable[[Payload, KioskEntry, bool], Outcome]] = {
    "presence": presence, "contact": contact, "booking": booking}


def unknown_kind() -> Outcome:
    """A tablet of another release says something else."""
    raise ToTheTray("unreadable")


def said(slot: Slot) -> str:
    """« jeudi 17 décembre, 14 h 30, avec le Cercle accompagnement »."""
    return sentence("{day}, {hour}, avec {host}", day=full_day(slot.starts_at), hour=hour(slot.starts_at), host=slot.with_whom)


def _journee(entry: KioskEntry) -> Journee:
    found = journee_on(paris_day(entry.made_at))
    if found is None:
        raise ToTheTray("no_journee")
    return found


def _who(payload: Payload) -> tuple[Person | None, str]:
    """Whose badge or code this is, and how they showed who they are; nobody when they typed a name."""
    if payload.get("badge"):
        return _alive(badges.person_of_badge(str(payload["badge"])), "unknown_badge"), "badge"
    if payload.get("code"):
        return _alive(badges.person_of_code(str(payload["code"])), "unknown_code"), "code"
    return None, "name"


def _alive(person: Person | None, otherwise: str) -> Person:
    if person is None:
        raise ToTheTray(otherwise)
    if person.died_on is not None or person.disabled_at is not None:
        raise ToTheTray("person_gone")
    return person


def _name(payload: Payload) -> str:
    name = " ".join(str(payload.get(part) or "").strip() for part in ("first_name", "last_name")).strip()[:200]
    if not name:
        raise ToTheTray("unreadable")
    return name
