"""Contracts as PDF: values go in, the same bytes come out for the same values, template and version.

The template of a kind is `templates/papers/<kind>.typ`; texts typed by people are passed as values, never as code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from intake.effects import Made
from intake.facts.contracts import ANSWERED, cases_of
from intake.models.dossiers import Case
from workflows.calendar import day_in_words, gap
from workflows.cape.rules import CAPES
from workflows.grammar import Freeze, Step
from workflows.salaried.rules import Facts as CesaFacts

TEMPLATES = Path(__file__).parent.parent / "templates" / "papers"
FONTS = TEMPLATES / "fonts"
STANDARDS = ["a-2a", "ua-1"]
"""Archivable, and readable by assistive technology."""
NBSP = "\u00a0"


@dataclass
class Cooperative:
    """What every contract says of the cooperative."""

    name: str = "Optéos"
    seat: str = "dont le siège est indiqué aux statuts annexés"
    siren: str = "immatriculée sous le numéro indiqué aux statuts annexés"


cooperative = Cooperative()

CAPE_RUBRICS = (
    ("programme_before", "1° Programme et engagements avant le début d’activité"),
    ("programme_after", "1° Programme et engagements après le début d’activité"),
    ("means", "2° Moyens prêtés et conditions"),
    ("remuneration", "3° Rémunération de l’accompagnement"),
    ("commitments", "4° Engagements envers les tiers : nature, maximum, qui les porte"),
    ("accounting", "5° Informations comptables et fréquence"),
    ("early_end", "6° Rupture anticipée"),
    ("pay_before", "7° Rémunération avant le début d’activité"),
    ("contributions", "8° Remboursement des cotisations sociales"),
)
CAPE_ANNEXES = (
    "Programme d’accompagnement", "Fiche d’activité et accord de l’assureur", "Barème de la contribution",
    "Règlement intérieur", "Liste des moyens prêtés", "Notice sur les données personnelles", "Budget",
)
CESA_RUBRICS = (
    ("objectives", "a) Objectifs et activité minimale"),
    ("means", "b) Moyens d’appui et de contrôle"),
    ("contribution", "c) Contribution"),
    ("pay", "d) Part fixe, méthode de la part variable"),
    ("statutes", "e) Statuts en vigueur"),
    ("clientele", "f) Clientèle, propriété intellectuelle"),
)
CESA_ANNEXES = ("Simulation signée", "Statuts en vigueur", "Barème de la contribution", "Choix de la mutuelle")


def prepare(case: Case, step: Step, facts: Any) -> Made | None:
    """The document a step will freeze, made before the lock (TRUST 2.5); None when it freezes none, or cannot yet."""
    kind = next((one.paper for one in step.then if isinstance(one, Freeze)), "")
    if not kind or facts.first_day is None:
        return None
    content, sha256, template = make(kind, values_of(kind, case, facts))
    return Made(template, sha256, content)


def make(kind: str, values: Mapping[str, Any]) -> tuple[bytes, str, str]:
    """(PDF, its SHA-256, which version of which template made it)."""
    import typst

    version = template_version(kind)
    told = json.dumps({**values, "version": version}, ensure_ascii=False, sort_keys=True)
    content: bytes = typst.compile(
        str(TEMPLATES / f"{kind}.typ"), root=str(TEMPLATES), font_paths=[str(FONTS)], ignore_system_fonts=True,
        format="pdf", sys_inputs={"values": told}, pdf_standards=STANDARDS)
    return content, hashlib.sha256(content).hexdigest(), version


@cache
def template_version(kind: str) -> str:
    """Name and fingerprint of a template, what it imports included: `cape-4f1c09ab`."""
    sources = (TEMPLATES / f"{kind}.typ").read_bytes() + (TEMPLATES / "base.typ").read_bytes()
    return f"{kind}-{hashlib.sha256(sources).hexdigest()[:8]}"


def values_of(kind: str, case: Case, facts: Any) -> dict[str, Any]:
    """What a contract prints, from the case as read."""
    known = _shared(case, facts)
    return known | (_cape(facts, known) if kind == "cape" else _cesa(facts))


# What both print -----------------------------------------------------------------------------------------------------


def _shared(case: Case, facts: Any) -> dict[str, Any]:
    person, start = case.dossier.person, facts.first_day or facts.today
    return {
        "coop": vars(cooperative), "number": case.dossier.number, "reference": f"{case.dossier.number}/{case.uid[:6]}",
        "person": {"name": person.name, "facts": _identity(case)},
        "date": (facts.today.year, facts.today.month, facts.today.day), "prepared_on": in_words(facts.today),
        "sign_by": in_words(start),
    }


def _identity(case: Case) -> list[tuple[str, str]]:
    """Name, birth and address, as the entry papers say; the NIR is never printed."""
    person = case.dossier.person
    rows = cases_of(case.dossier.person_id)
    admission = next((row for row in reversed(rows)
                      if row.workflow == "admission" and row.dossier_id == case.dossier_id), None)
    found = ANSWERED.one(case=admission.id, step="send_papers") if admission else None
    told = found[0] if found else {}
    born = [in_words(date.fromisoformat(told["born_on"]))] if told.get("born_on") else []
    place = [f"à {told['born_in']}"] if told.get("born_in") else []
    home = [told.get("street"), told.get("street_more"), " ".join(
        part for part in (told.get("postcode"), told.get("town")) if part), told.get("country")]
    return _said([
        ("Prénom et nom", person.name), ("Nom de naissance, prénoms", told.get("birth_name")),
        ("Date et lieu de naissance", " ".join(born + place)), ("Nationalité", told.get("nationality")),
        ("Adresse", "\n".join(line for line in home if line)), ("Représentants légaux", told.get("guardians")),
    ])


def _said(rows: Sequence[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Only what is known."""
    return [(label, str(value)) for label, value in rows if value]


def _rubrics(names: Sequence[tuple[str, str]], written: Mapping[str, Any]) -> list[tuple[str, str]]:
    return _said([(title, written.get(name)) for name, title in names])


def in_words(day: date) -> str:
    """« 1er octobre 2026 », its parts kept together."""
    return day_in_words(day, weekday=False).replace(" ", NBSP)


# CAPE ----------------------------------------------------------------------------------------------------------------


def _cape(facts: Any, known: Mapping[str, Any]) -> dict[str, Any]:
    written, ordinal = facts.written, int(facts.memory.get("ordinal", 1))
    first, last = facts.first_day, facts.last_day
    return {
        "title": "Contrat d’appui au projet d’entreprise",
        "subtitle": f"CAPE n°{NBSP}{ordinal} · {facts.nature} · du {in_words(first)} au {in_words(last)}",
        "contract": _said([
            ("Numéro", f"CAPE n°{NBSP}{ordinal}, {facts.nature}"), ("Premier jour", in_words(first)),
            ("Dernier jour", in_words(last)), ("Durée", f"{facts.memory['months']} mois"),
            ("Binôme", dict(facts.peers).get(facts.memory.get("peer", ""))),
        ]),
        "gap": _gap(facts), "derogation": _derogation(ordinal),
        "activity": str(written.get("activity", "")), "objectives": str(written.get("objectives", "")),
        "rubrics": _rubrics(CAPE_RUBRICS, written),
        "mention": mention(last), "annexes": CAPE_ANNEXES, "scale": _scale(facts.settings["contribution.scale"]),
    }


def mention(last: date) -> str:
    """What every business paper carries while the CAPE runs (C. com. R127-3)."""
    return (
        f"Bénéficiaire d’un contrat d’appui au projet d’entreprise avec {cooperative.name}, {cooperative.seat}, "
        f"{cooperative.siren}, jusqu’au {in_words(last)}")


def _gap(facts: Any) -> str:
    """The days without contract before this one."""
    since = facts.day("gap_from")
    without = gap(since - date.resolution, facts.first_day) if since else None
    return f"Aucun contrat n’a couru du {in_words(without[0])} au {in_words(without[1])}." if without else ""


def _derogation(ordinal: int) -> str:
    """The derogation to three contracts, printed as JOURNEY §6 asks."""
    if ordinal <= CAPES:
        return ""
    return (
        f"Ce contrat est le {ordinal}e. La lettre de l’article L127-2 du code de commerce en admet {CAPES} ; la cogérance "
        "y a dérogé par écrit, la durée totale restant de 36 mois au plus.")


def _scale(tiers: Sequence[Sequence[Any]]) -> list[tuple[str, str]]:
    """The tiers of the contribution, as sentences."""
    lines, below = [], 0
    for top, rate in tiers:
        span = f"Plus de {below}{NBSP}k€" if top is None else f"De {below} à {top}{NBSP}k€"
        lines.append((span, f"{str(rate).replace('.', ',')}{NBSP}%"))
        below = top
    return lines


# CESA ----------------------------------------------------------------------------------------------------------------


def _cesa(facts: CesaFacts) -> dict[str, Any]:
    written, start = facts.written, facts.start
    trial = facts.day("trial_end")
    return {
        "title": "Contrat d’entrepreneur salarié",
        "subtitle": f"CESA · à partir du {in_words(start)}",
        "contract": _said([
            ("Premier jour", in_words(start)), ("Emploi, qualification", written.get("job")),
            ("Période d’essai", f"jusqu’au {in_words(trial)}" if trial else "aucune"),
            ("Durée", "indéterminée, sous réserve de l’échéance d’association"),
        ]),
        "deadline": in_words(facts.computed_deadline), "deducted": _deducted(facts),
        "procedure": str(written.get("procedure", "")), "accounts_access": str(written.get("accounts_access", "")),
        "rubrics": _rubrics(CESA_RUBRICS, written), "annexes": CESA_ANNEXES,
    }


def _deducted(facts: CesaFacts) -> str:
    """The earlier contracts that bring the deadline nearer."""
    if not facts.earlier:
        return "Aucun contrat précédent n’est déduit des trois ans."
    spans = " ; ".join(f"du {in_words(first)} au {in_words(last)}" for first, last in facts.earlier)
    return f"Sont déduits des trois ans les contrats précédents : {spans}."
