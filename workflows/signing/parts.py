"""The parts of a contract by name: its titles are French as it is, and whoever reads English is told what they are."""

from __future__ import annotations

import re

from workflows.sentences import Sentence

ANNEX = re.compile(r"Annexe (\d+) – (.+)")


def part_named(title: str) -> Sentence:
    """A title as the contract prints it, which another language can say."""
    if annex := ANNEX.fullmatch(title):
        return Sentence("Annexe {n} – {title}", n=int(annex[1]), title=annex[2])
    return Sentence.read_as(title, "L’avenant" if title.startswith("Avenant") else "Le contrat")
