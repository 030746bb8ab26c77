"""What the house promises, each with what its last tests found; one whose test is red or missing is not shown (TRUST 1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from workflows.calendar import paris_day

FOUND = Path(__file__).parent.parent / "docs" / "trust.json"
"""Written by `make trust`."""


@dataclass(frozen=True)
class Promise:
    """A sentence, and the tests of TRUST that it stands on."""

    name: str
    sentence: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """A promise whose every test held."""

    sentence: str
    passed: int
    """How many tests it stands on."""
    controls: int
    """How many weakened builds were seen."""


PROMISES: Mapping[str, tuple[Promise, ...]] = {
    "Ce que vous écrivez": (
        Promise("P1", "Ce que l’écran a dit enregistré est encore là après une panne ou une coupure de courant.",
                ("T1", "T20")),
        Promise("P5", "Appuyer deux fois ne fait rien deux fois.", ("T4",)),
        Promise("P6", "Ce que vous avez écrit reste, même si votre connexion a pris fin entre-temps.", ("T9",)),
        Promise("P15", "Un courriel est envoyé, ou montré comme non envoyé. Il part au plus une fois de trop, "
                       "et cela se reconnaît.", ("T15",)),
        Promise("P19", "Quand le disque est plein ou la base occupée, le service le dit, ne perd rien et reprend seul.",
                ("T5", "T21")),
    ),
    "Votre place": (
        Promise("P3", "Un mois n’a jamais plus d’entrées que de places ouvertes à l’avance : la base de données les refuse.",
                ("T3",)),
        Promise("P4", "Une seule décision l’emporte. L’autre personne apprend qui a décidé et garde ce qu’elle a écrit.",
                ("T4",)),
        Promise("P7", "Changer un parcours n’abandonne aucun dossier. Une mise à jour interrompue ne perd rien.", ("T6", "T22")),
    ),
    "Qui peut voir": (
        Promise("P8", "Chaque page est fermée, sauf à celles et ceux à qui un tableau public l’ouvre.", ("T7",)),
        Promise("P9", "Ouvrir un lien reçu ne change rien. Un lien pour se connecter sert une fois, pendant dix minutes, "
                      "là où il a été demandé.", ("T8",)),
        Promise("P10", "Personne de l’équipe ne se connecte avec un courriel seul.", ("T8",)),
        Promise("P12", "Sans la clé, ni la base ni une sauvegarde ne laissent lire un IBAN, une pièce d’identité, "
                       "des notes d’entretien ou une signature.", ("T13",)),
        Promise("P13", "Un fichier reçu est vérifié, nettoyé, et ne s’affiche jamais comme une page.", ("T12",)),
    ),
    "Vos données": (
        Promise("P17", "Vos données partent à leur date, après un avis. Une personne effacée ne revient pas avec une sauvegarde.",
                ("T18", "T23")),
        Promise("P18", "Vous pouvez emporter toutes vos données, dans un format ouvert.", ("T18",)),
        Promise("P14", "L’historique ne peut pas être réécrit en cachette, jusqu’au dernier relevé tenu par quelqu’un d’autre.",
                ("T14",)),
        Promise("P16", "Une sauvegarde ne compte qu’une fois restaurée et comparée. Son âge est affiché.", ("T19", "T26")),
    ),
    "La tablette des journées": (
        Promise("P2", "Ce que la tablette a noté arrive une fois. Elle ne l’efface que contre un reçu, "
                      "et ce qui est refusé est montré à quelqu’un.", ("T16", "T17")),
        Promise("P11", "Après « Terminer », rien de personnel ne reste lisible sur la tablette. Une tablette volée est coupée "
                       "dès sa première demande.", ("T17", "T27")),
    ),
}


@cache
def found() -> dict[str, Any]:
    """What the last tests found; empty when none was published."""
    return json.loads(FOUND.read_text()) if FOUND.exists() else {}


def found_on() -> date | None:
    """When they were run."""
    return paris_day(datetime.fromisoformat(found()["made_at"])) if found() else None


def holds(test: str) -> bool:
    """Whether a test of TRUST passed whole, and one of its controls saw its fault."""
    told = found().get("tests", {}).get(test)
    return bool(told and told["passed"] and told["controls"] and not told["failed"] and not told["skipped"])


def kept() -> dict[str, list[Kept]]:
    """The promises that stand, under their headings."""
    tests = found().get("tests", {})
    shown = {heading: [Kept(one.sentence, sum(tests[test]["passed"] for test in one.tests),
                            sum(tests[test]["controls"] for test in one.tests))
                       for one in those if all(map(holds, one.tests))] for heading, those in PROMISES.items()}
    return {heading: those for heading, those in shown.items() if those}


def withdrawn() -> list[Promise]:
    """The promises whose tests are red, incomplete or missing."""
    return [one for those in PROMISES.values() for one in those if not all(map(holds, one.tests))]
