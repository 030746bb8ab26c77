"""What the cooperative tells the URSSAF and France Travail of a CAPE, ready to copy (C. trav. R5142-1). Pure.

The article asks for the conclusion and the planned term, then the renewals and an early end; the rest says whose contract it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from workflows.months import day_in_words

AUTHORITIES: Final[Mapping[str, str]] = {"urssaf": "URSSAF", "france_travail": "France Travail"}
CONTRACT: Final = "contrat d’appui au projet d’entreprise"
RENEWAL: Final = "renouvellement"

SAID: Final[Mapping[str, tuple[str, str]]] = {
    "concluded": ("conclusion", f"Nous vous informons de la conclusion d’un {CONTRACT} (CAPE) et du terme prévu."),
    "renewed": ("renouvellement", f"Nous vous informons du renouvellement d’un {CONTRACT} (CAPE) et du terme prévu."),
    "ended": ("rupture anticipée", f"Nous vous informons de la rupture anticipée d’un {CONTRACT} (CAPE)."),
    "reworked": ("correction", f"Le {CONTRACT} (CAPE) que nous vous avons annoncé est refait d’un commun accord, avant sa date "
                 "d’effet. Notre information précédente ne vaut plus. Une nouvelle suivra sa signature."),
    "cancelled": ("annulation", f"Le {CONTRACT} (CAPE) que nous vous avons annoncé est annulé avant sa date d’effet. "
                  "Il ne prendra pas effet."),
}
"""By act: its name in the subject, and what is told."""


@dataclass(frozen=True)
class Notice:
    """A text to copy, and to whom it goes."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True)
class Parties:
    """Who tells, and of whom: labels and values, only what is known."""

    name: str
    """Of the person."""
    cooperative: Sequence[tuple[str, str]]
    person: Sequence[tuple[str, str]]
    job_seeker: str = ""
    """The person's number at France Travail, told to nobody else."""
    reference: str = ""


def notice(named: str, memory: Mapping[str, Any], parties: Parties) -> Notice:
    """The notice of a task (`urssaf:concluded`), from what the CAPE remembers."""
    authority, _, act = named.partition(":")
    if act == "concluded" and memory.get("nature") == RENEWAL:
        act = "renewed"
    subject, told = SAID[act]
    person = list(parties.person)
    if authority == "france_travail" and parties.job_seeker:
        person.append(("Identifiant France Travail", parties.job_seeker))
    lines = ["Madame, Monsieur,", "", told, "", "Structure responsable de l’appui", *_rows(parties.cooperative), "",
             "Bénéficiaire", *_rows(person), "", "Contrat", *_rows(_dates(act, memory)), "",
             f"Référence\u00a0: {parties.reference}. Information prévue par l’article R5142-1 du code du travail."]
    return Notice(AUTHORITIES[authority], f"CAPE, {parties.name}\u00a0: {subject}", "\n".join(lines))


def _dates(act: str, memory: Mapping[str, Any]) -> list[tuple[str, str]]:
    signed = max((memory[name] for name in ("person_signed_on", "cogerance_signed_on") if memory.get(name)), default="")
    told = [("Contrat", f"CAPE n°\u00a0{memory.get('ordinal', 1)}, {memory.get('nature', 'premier')}"),
            ("Conclu le", _day(signed)), ("Date d’effet", _day(memory.get("first_day"))),
            ("Terme prévu", _day(memory.get("last_day")))]
    if act == "ended":
        told.append(("Fin anticipée, dernier jour", _day(memory.get("ended_on"))))
    return told


def _day(stamp: Any) -> str:
    return day_in_words(date.fromisoformat(stamp), weekday=False) if stamp else ""


def _rows(rows: Sequence[tuple[str, str]]) -> list[str]:
    return [f"{label}\u00a0: {', '.join(value.splitlines())}" for label, value in rows if value]
