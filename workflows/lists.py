"""The lists a house words for itself: entries added, reworded, retired, none ever deleted; answers keep the code. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

LONGEST: Final = 80
"""Characters of an entry: it is read on a telephone, beside its box."""
MOST: Final = 40
LAST: Final = "other"
"""An entry that stays the last one."""

Pair = tuple[str, str]


@dataclass(frozen=True)
class Entry:
    """One choice of a list. Its code never changes, so that a new wording is read in old answers too."""

    code: str
    label: str
    offered: bool = True


@dataclass(frozen=True)
class HouseList:
    """A list and the name of the setting that keeps it; before facts bring their settings, its first entries."""

    setting: str
    first: tuple[Pair, ...]

    def __iter__(self) -> Iterator[Pair]:
        return iter(self.first)

    @property
    def default(self) -> list[list[Any]]:
        """The first entries, as the setting keeps them."""
        return to_json(Entry(code, label) for code, label in self.first)

    def offered(self, settings: Mapping[str, Any]) -> list[Pair]:
        """The choices of a form."""
        return [(one.code, one.label) for one in entries(settings.get(self.setting, self.default)) if one.offered]

    def labels(self, settings: Mapping[str, Any]) -> dict[str, str]:
        """Every entry there ever was, for old answers and figures."""
        return {one.code: one.label for one in entries(settings.get(self.setting, self.default))}


def entries(kept: Iterable[Iterable[Any]]) -> tuple[Entry, ...]:
    """What the setting keeps, as entries."""
    return tuple(Entry(*row) for row in kept)


def to_json(found: Iterable[Entry]) -> list[list[Any]]:
    """Entries, as the setting keeps them."""
    return [[one.code, one.label, one.offered] for one in found]


def offer_entries(form: Iterable[Any], settings: Mapping[str, Any]) -> None:
    """Give each question about such a list the entries of today."""
    for field in form:
        if (listed := getattr(field, "house_list", None)) is not None:
            field.choices = listed.offered(settings)


def edited(kept: Iterable[Entry], labels: Mapping[str, str], offered: Collection[str], added: Iterable[str]
           ) -> tuple[Entry, ...]:
    """A list with new labels, by code, and new entries; an entry nobody was asked about stays as it is."""
    found = [replace(one, label=labels[one.code], offered=one.code in offered) if one.code in labels else one
             for one in kept]
    for label in added:
        found.append(Entry(_code(label, {one.code for one in found}), label))
    return tuple(sorted(found, key=lambda one: one.code == LAST))


def _code(label: str, taken: Collection[str]) -> str:
    """« Manque de matériel » → `manque_de_materiel`."""
    plain = unicodedata.normalize("NFKD", label.casefold()).encode("ascii", "ignore").decode()
    code = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:30] or "entry"
    return next(one for one in (code, *(f"{code}_{n}" for n in range(2, MOST + 3))) if one not in taken)


def told(before: Iterable[Entry], after: Iterable[Entry]) -> list[str]:
    """What another list changes, in words."""
    known, said = {one.code: one for one in before}, []
    for one in after:
        was = known.get(one.code)
        if was is None:
            said.append(f"« {one.label} » est ajoutée.")
            continue
        if was.label != one.label:
            said.append(f"« {was.label} » devient « {one.label} », dans les réponses déjà données aussi.")
        if was.offered and not one.offered:
            said.append(f"« {one.label} » n’est plus proposée. Les réponses qui la citent la gardent, les chiffres la comptent.")
        if one.offered and not was.offered:
            said.append(f"« {one.label} » est proposée de nouveau.")
    return said


REASONS: Final = HouseList("list.reasons", (
    ("uninsurable", "Activité non assurable"),
    ("regulated", "Activité réglementée impossible"),
    ("investment", "Investissement ou local"),
    ("skills", "Savoir-faire pas encore prêt"),
    ("out_of_scope", "Projet hors champ"),
    ("support_needed", "Besoin d’accompagnement supérieur à nos moyens"),
    ("capacity", "Capacité d’accueil"),
    ("full_time", "Emploi à temps complet"),
    ("elsewhere", "Orientation vers une autre structure"),
))
"""Reasons for not admitting (JOURNEY §5.1); never a criterion of C. trav. L1132-1."""
EXCEPTIONS: Final = HouseList("list.exceptions", (
    ("brand", "Marque existante avec contrat daté"),
    ("rights_end", "Fin de droits proche"),
    ("taken_back", "Proposition précédente retirée par Optéos"),
))
"""Reasons for an offer out of turn (JOURNEY §8)."""
MOTIVES: Final = HouseList("list.motives", (
    ("creation", "Création d’entreprise"),
    ("job", "Emploi durable"),
    ("short_job", "Emploi temporaire"),
    ("training", "Formation"),
    ("other_cae", "Autre CAE"),
    ("activity", "Activité insuffisante"),
    ("personal", "Raison personnelle"),
    ("disagreement", "Désaccord"),
    ("moving", "Déménagement"),
    ("rights_end", "Fin de droits"),
    ("kpa_end", "Fin de programme KPA"),
))
"""Why someone leaves, or a contract stops early."""
HEARD: Final = HouseList("list.heard", (
    ("word", "Par quelqu’un que je connais"),
    ("member", "Par un membre d’Optéos"),
    ("kpa", "Par KPA-Cité"),
    ("adviser", "Par une structure qui m’accompagne"),
    ("event", "À une journée ou à un évènement"),
    ("web", "Sur internet"),
    ("other", "Autrement"),
))
CIRCLES: Final = HouseList("list.circles", (
    ("accompagnement", "Accompagnement"),
    ("com", "Com’"),
    ("formation", "Formation"),
    ("orientation", "Orientation"),
    ("tech", "Tech"),
    ("vie_cooperative", "Vie coopérative"),
))
"""Circles one may wish to join (JOURNEY §10)."""
NEEDS: Final = HouseList("list.needs", (
    ("training", "Formation"),
    ("tools", "Outils numériques"),
    ("sales", "Trouver des clients"),
    ("management", "Gestion et budget"),
    ("contacts", "Mise en relation"),
    ("support", "Appui de l’équipe support"),
))
"""Needs told at a meeting or a review."""
SUBJECTS: Final = HouseList("list.subjects", (
    ("activity", "Activité et clients"),
    ("money", "Budget et gestion"),
    ("admin", "Démarches et outils"),
    ("coop", "Vie coopérative"),
    ("next", "Suite du parcours"),
    ("other", "Autre sujet"),
))
"""What a meeting of a pairing was about."""
