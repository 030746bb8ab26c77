"""What papers print in common: the cooperative, the person, days and sums in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from intake.facts.contracts import ANSWERED, Row, cases_of
from intake.models.dossiers import Case
from workflows.calendar import day_in_words

NBSP = "\u00a0"


def shared(case: Case, facts: Any) -> dict[str, Any]:
    """What every paper prints of the house, the dossier and the day."""
    person = case.dossier.person
    return {
        "coop": cooperative(facts.settings), "number": case.dossier.number,
        "reference": f"{case.dossier.number}/{case.uid[:6]}",
        "person": {"name": person.name, "facts": identity(case)},
        "date": (facts.today.year, facts.today.month, facts.today.day), "prepared_on": in_words(facts.today),
    }


def cooperative(settings: Mapping[str, Any]) -> dict[str, str]:
    """The cooperative, as its settings say."""
    return {name: str(settings[f"coop.{name}"]) for name in ("name", "form", "seat", "siren")}


def identity(case: Case) -> list[tuple[str, str]]:
    """Name, birth and address, as the entry papers say; the NIR is never printed."""
    told, person = answered(case, "admission", "send_papers"), case.dossier.person
    born = [in_words(date.fromisoformat(told["born_on"]))] if told.get("born_on") else []
    place = [f"à {told['born_in']}"] if told.get("born_in") else []
    home = [told.get("street"), told.get("street_more"), " ".join(
        part for part in (told.get("postcode"), told.get("town")) if part), told.get("country")]
    return said([
        ("Prénom et nom", person.name), ("Nom de naissance, prénoms", told.get("birth_name")),
        ("Date et lieu de naissance", " ".join(born + place)), ("Nationalité", told.get("nationality")),
        ("Adresse", "\n".join(line for line in home if line)), ("Représentants légaux", told.get("guardians")),
    ])


def answered(case: Case, workflow: str, step: str) -> Mapping[str, Any]:
    """What was last answered to a step of another case of this dossier; nothing when it was never taken."""
    found = ANSWERED.one(case=row.id, step=step) if (row := latest(case, workflow)) else None
    return found[0] if found else {}


def latest(case: Case, workflow: str) -> Row | None:
    """The last case of a workflow in this dossier."""
    rows = reversed(cases_of(case.dossier.person_id))
    return next((row for row in rows if row.workflow == workflow and row.dossier_id == case.dossier_id), None)


def said(rows: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Only what is known."""
    return [(label, str(value)) for label, value in rows if value]


def rubrics(names: Sequence[tuple[str, str]], written: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The headings that were filled in, in the order of the law."""
    return said([(title, written.get(name)) for name, title in names])


def annex(title: str, *, text: str = "", facts: Sequence[tuple[str, str]] = (), heads: Sequence[str] = (),
          lines: Sequence[Sequence[str]] = ()) -> dict[str, Any]:
    """An annex: a text, facts, or a table."""
    return {"title": title, "text": text, "facts": list(facts), "heads": list(heads), "lines": list(lines)}


def filled(annexes: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The annexes that say something: none is announced that nobody could read."""
    return [one for one in annexes if one["text"] or one["facts"] or one["lines"]]


def scale(tiers: Sequence[Sequence[Any]]) -> list[tuple[str, str]]:
    """The tiers of the contribution, as sentences."""
    lines, below = [], 0
    for top, rate in tiers:
        span = f"Plus de {below}{NBSP}k€" if top is None else f"De {below} à {top}{NBSP}k€"
        lines.append((span, f"{str(rate).replace('.', ',')}{NBSP}%"))
        below = top
    return lines


def in_words(day: date) -> str:
    """« 1er octobre 2026 », its parts kept together."""
    return day_in_words(day, weekday=False).replace(" ", NBSP)

