"""How long a dossier is kept: which clock ends it, and on which day (JOURNEY §11). Pure, like every rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from workflows.calendar import delay_end
from workflows.sentences import Sentence

Settings = Mapping[str, Any]

WITHOUT_SEQUEL: Final = frozenset({"declined", "redirected", "withdrawn", "lapsed"})
"""States of an admission that led nowhere."""
LIGHT: Final = frozenset({"draft", "interest"})
"""Clocks of what was never sent: a shorter notice, a wider brake."""


@dataclass(frozen=True)
class Stood:
    """What a clock needs to know of one case."""

    workflow: str
    state: str
    closed: bool
    since: date
    """The day it entered that state."""
    sent: bool = False
    """An application that was sent at least once."""
    left_from: str = ""
    agreed_on: date | None = None
    """The day the person agreed to be written to again."""
    contract_end: date | None = None
    """The last day of a contract that was in force."""


@dataclass(frozen=True)
class Leaving:
    """When a dossier goes, and by which clock."""

    clock: str
    on: date
    papers_until: date | None = None
    """Until when the law keeps its contracts."""


def leaving(cases: Iterable[Stood], settings: Settings) -> Leaving | None:
    """When a dossier goes; None while anything is open, or somebody is associate."""
    stood = list(cases)
    if not stood or any(not case.closed or case.state == "associate" for case in stood):
        return None
    ended = [case.contract_end for case in stood if case.contract_end is not None]
    if ended:
        kept = delay_end(max(ended), settings["keep.contract"])
        related = delay_end(max(case.since for case in stood), settings["keep.accompaniment"])
        return Leaving("contract", max(kept, related), kept)
    admission = next((case for case in stood if case.workflow == "admission"), None)
    if admission is None or admission.state not in WITHOUT_SEQUEL:
        return Leaving("accompaniment", delay_end(max(case.since for case in stood), settings["keep.accompaniment"]))
    return without_sequel(admission, settings)


def without_sequel(admission: Stood, settings: Settings) -> Leaving:
    """When an application that led nowhere goes."""
    if admission.agreed_on is not None:
        last = max(admission.agreed_on, admission.since)
        return Leaving("refused_consent", delay_end(last, settings["keep.refused_consent"]))
    if admission.sent:
        return Leaving("refused", delay_end(admission.since, settings["keep.refused"]))
    if admission.left_from in ("", "contact", "meeting"):
        return Leaving("interest", delay_end(admission.since, settings["keep.interest"]))
    return Leaving("draft", admission.since + timedelta(days=settings["reopen.days"]))


def notice_days(clock: str, settings: Settings) -> int:
    """How long before it goes somebody is told."""
    return int(settings["keep.draft_notice_days" if clock in LIGHT else "keep.notice_days"])


def notes_until(decided: date, settings: Settings) -> date:
    """The day interview notes go; the reasoned decision stays."""
    return delay_end(decided, settings["keep.notes"])


# In words ------------------------------------------------------------------------------------------------------------

CLOCKS: Final = {
    "draft": "Demande non envoyée", "interest": "Contact sans suite", "refused": "Candidature sans suite",
    "refused_consent": "Candidature sans suite, avec accord", "contract": "Contrats et accompagnement",
    "accompaniment": "Accompagnement",
}
"""The clocks, for those who keep the data."""


def in_words(settings: Settings) -> list[tuple[str, str]]:
    """(what, how long) for the notice, from the settings in force."""
    months = {name: lasting(settings[f"keep.{name}"]) for name in (
        "interest", "refused", "refused_consent", "notes", "contract", "accompaniment", "attendance", "irritant", "exit_contact")}
    return [
        ("Une demande non envoyée", Sentence(
            "{n} jours après votre dernier passage, puis votre adresse seule pendant {then} jours",
            n=settings["draft.close_days"], then=settings["reopen.days"])),
        ("Vos coordonnées, sans demande", months["interest"]),
        ("Une candidature sans suite", months["refused"]),
        ("La même, si vous acceptez d’être recontacté·e",
         Sentence("{lasts} après le dernier contact", lasts=months["refused_consent"])),
        ("Les notes de rencontre", Sentence("{lasts} après la décision", lasts=months["notes"])),
        ("La copie de votre pièce d’identité", "jusqu’à sa vérification"),
        ("Vos contrats", Sentence("leur durée, puis {lasts}", lasts=months["contract"])),
        ("Votre accompagnement", Sentence("sa durée, puis {lasts}", lasts=months["accompaniment"])),
        ("Vos présences aux journées", months["attendance"]),
        ("« Ce qui coince », sans votre nom", months["irritant"]),
        ("Le texte des lettres", "30 jours"),
        ("Le journal technique", "12 mois"),
        ("Les copies de secours", "35 jours"),
    ]


def lasting(months: int) -> str:
    """« 3 mois », « 5 ans »."""
    return Sentence("{n} ans", n=months // 12) if months >= 24 and months % 12 == 0 else Sentence("{n} mois", n=months)
