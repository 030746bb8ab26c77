"""« À vérifier »: entries that no rule could settle, as a person reads them and decides (TRUST 3.32)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from intake import presences
from intake.kiosk import receiving
from intake.models import kiosk
from intake.models.days import Journee
from intake.models.kiosk import KioskEntry
from intake.models.people import Person

SENTENCES = {
    "unknown_badge": "Ce badge n’est à personne : il a peut-être été remplacé.",
    "unknown_code": "Ce code de présence n’est à personne.",
    "no_journee": "Aucune journée n’était prévue ce jour-là.",
    "odd_date": "La date n’est pas sûre : l’horloge de la tablette était décalée de plus de 24 heures.",
    "unreadable": "Cette fiche ne s’ouvre pas. Elle est gardée scellée.",
    "unknown_device": "Cette fiche vient d’une tablette inconnue.",
    "refused": "Ce qui était demandé n’est pas possible maintenant.",
    "person_gone": "Cette personne ne fait plus partie de la maison.",
}


@dataclass(frozen=True)
class TrayLine:
    """An entry, what it says if it opens, and why it waits."""

    entry: KioskEntry
    payload: dict[str, Any] | None
    sentence: str


def waiting() -> list[TrayLine]:
    """What waits for a person, the oldest first."""
    return [TrayLine(one, receiving.opened(one), SENTENCES.get(one.reason, SENTENCES["refused"])) for one in kiosk.in_tray()]


def resolve_attendance(entry: KioskEntry, person: Person, journee: Journee, half: str, by: Person) -> None:
    """A person says who it was and when: the presence is noted. Twice is harmless."""
    if kiosk.resolve(entry, "matched", by):
        presences.sign(journee, half, person=person, name="", how="team", at=entry.made_at, key=entry.key, by=by)


def apply_again(entry: KioskEntry, by: Person) -> bool:
    """Try once more, as things stand now; whether it worked."""
    payload = receiving.opened(entry)
    if payload is None or entry.status != "tray":
        return False
    receiving.apply_now(entry, None)
    return entry.status == "applied"


def set_aside(entry: KioskEntry, reason: str, by: Person) -> bool:
    """Leave an entry without effect, for a reason; False when someone settled it before."""
    return kiosk.resolve(entry, reason, by)
