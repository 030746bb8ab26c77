"""Papers: values go in, the same bytes come out for the same values, template and version; what is read on the screen too.

The template of a kind is `templates/papers/<kind>.typ`; texts typed by people are passed as values, never as code.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

TEMPLATES = Path(__file__).parents[2] / "templates" / "papers"
FONTS = TEMPLATES / "fonts"
STANDARDS = ["a-2a", "ua-1"]
"""Archivable, and readable by assistive technology."""
TITLES: dict[str, str] = {
    "cape": "Contrat CAPE", "renewal": "Renouvellement de CAPE", "cesa": "Contrat salarié (CESA)", "amendment": "Avenant",
    "review": "Compte rendu de bilan", "subscription": "Bulletin de souscription", "shares": "Attestation de parts sociales",
    "mention": "Mention des papiers d’affaires", "evidence": "Dossier de preuve",
    "attendance": "Feuille de présence", "badges": "Badges de présence",
    "answers": "Réponses d’une personne",
}
"""Every kind of paper, as people call it."""


@dataclass(frozen=True)
class Document:
    """A paper made: its bytes, their SHA-256, and which version of which template made it."""

    kind: str
    content: bytes
    sha256: str
    template: str


def make(kind: str, values: Mapping[str, Any]) -> Document:
    """A paper as PDF/A-2a and PDF/UA-1."""
    import typst

    content: bytes = typst.compile(
        str(TEMPLATES / f"{kind}.typ"), root=str(TEMPLATES), font_paths=fonts(), format="pdf",
        sys_inputs={"values": told(kind, values)}, pdf_standards=STANDARDS)
    return Document(kind, content, hashlib.sha256(content).hexdigest(), template_version(kind))


def parts(kind: str, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(title, HTML) of each part to read: the paper itself, then each annex; the words of the PDF, from the same template."""
    import typst

    page: bytes = typst.compile(
        str(TEMPLATES / f"{kind}.typ"), root=str(TEMPLATES), font_paths=fonts(), format="html",
        sys_inputs={"values": told(kind, values), "screen": "yes"})
    found = re.findall(r'<section title="([^"]*)">(.*?)</section>', page.decode(), re.DOTALL)
    return [(unescape(title), body) for title, body in found]


@cache
def fonts() -> Any:
    """The product's own fonts, read once: reading them again takes three times as long as making the paper."""
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])


def told(kind: str, values: Mapping[str, Any]) -> str:
    """The values as the template reads them, with the version and a fingerprint of all it says, for the footer."""
    version = template_version(kind)
    said = json.dumps({**values, "version": version}, ensure_ascii=False, sort_keys=True)
    fingerprint = hashlib.sha256(said.encode()).hexdigest()[:12]
    return json.dumps({**values, "version": version, "fingerprint": fingerprint}, ensure_ascii=False, sort_keys=True)


@cache
def template_version(kind: str) -> str:
    """Name and fingerprint of a template, what it draws on included: `cape-4f1c09ab`."""
    source = (TEMPLATES / f"{kind}.typ").read_bytes()
    drawn_on = re.findall(rb'#(?:import|include) "([a-z]+\.typ)"', source)
    whole = source + b"".join((TEMPLATES / name.decode()).read_bytes() for name in sorted(drawn_on))
    if b"cape.typ" in drawn_on:
        whole += (TEMPLATES / "base.typ").read_bytes()
    return f"{kind}-{hashlib.sha256(whole).hexdigest()[:8]}"
