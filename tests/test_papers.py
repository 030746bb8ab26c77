"""Contracts as PDF: what is printed, the same bytes each time, nothing of what people type is ever run."""

from __future__ import annotations

import hashlib
import re
import zlib
from datetime import date
from typing import Any

import pytest

from intake import papers
from workflows.cape.clauses import WORDING as CAPE_WORDING
from workflows.salaried.clauses import WORDING as CESA_WORDING

SCALE = [[30, "11.5"], [None, "7.5"]]
SHARED: dict[str, Any] = {
    "coop": vars(papers.cooperative), "number": "OPT-2026-0147", "reference": "OPT-2026-0147/a1b2c3",
    "person": {"name": "Ana Moreau", "facts": [("Prénom et nom", "Ana Moreau")]},
    "date": (2026, 9, 15), "prepared_on": "15 septembre 2026", "sign_by": "1er octobre 2026",
}
CAPE: dict[str, Any] = SHARED | {
    "title": "Contrat d’appui au projet d’entreprise", "subtitle": "CAPE n° 1", "contract": [("Durée", "12 mois")],
    "gap": "", "derogation": "", "activity": "Céramique", "objectives": "Douze chantiers",
    "rubrics": papers._rubrics(papers.CAPE_RUBRICS, CAPE_WORDING), "mention": papers.mention(date(2027, 9, 30)),
    "annexes": papers.CAPE_ANNEXES, "scale": papers._scale(SCALE),
}
CESA: dict[str, Any] = SHARED | {
    "title": "Contrat d’entrepreneur salarié", "subtitle": "CESA", "contract": [("Emploi, qualification", "Céramiste")],
    "deadline": "28 février 2029", "deducted": "", "procedure": CESA_WORDING["procedure"],
    "accounts_access": CESA_WORDING["accounts_access"], "annexes": papers.CESA_ANNEXES,
    "rubrics": papers._rubrics(papers.CESA_RUBRICS, CESA_WORDING),
}
BOTH = pytest.mark.parametrize("kind, values", [("cape", CAPE), ("cesa", CESA)])


@BOTH
def test_the_same_values_give_the_same_bytes(kind: str, values: dict[str, Any]) -> None:
    content, sha256, version = papers.make(kind, values)
    assert papers.make(kind, dict(reversed(values.items()))) == (content, sha256, version)
    assert hashlib.sha256(content).hexdigest() == sha256 and re.fullmatch(kind + "-[0-9a-f]{8}", version)


@BOTH
def test_one_letter_more_gives_another_document(kind: str, values: dict[str, Any]) -> None:
    assert papers.make(kind, values)[1] != papers.make(kind, {**values, "title": values["title"] + "s"})[1]


@BOTH
def test_a_paper_is_archivable_tagged_french_and_embeds_its_fonts(kind: str, values: dict[str, Any]) -> None:
    content = papers.make(kind, values)[0]
    inside = content + b"".join(_streams(content))
    for mark in (b"pdfaid:part>2", b"pdfuaid:part>1", b"/StructTreeRoot", b"/MarkInfo"):
        assert mark in inside, mark
    assert re.search(rb"/Lang\s*\(fr", inside)
    assert b"AtkinsonHyperlegibleNext" in inside and b"BricolageGrotesque" in inside
    assert b"Libertinus" not in inside, "a letter our faces lack fell back on another"


def test_what_people_type_is_printed_not_run() -> None:
    typed = "#panic(\"non\") *gras* $x$ `code` \\ @renvoi <étiquette> ] )"
    content = papers.make("cape", {**CAPE, "activity": typed, "objectives": f"{typed}\n\n{typed}"})[0]
    assert content.startswith(b"%PDF")


def test_a_name_from_elsewhere_has_its_letters() -> None:
    values = {**CAPE, "person": {"name": "Łucja Šimková", "facts": [("Prénom et nom", "Łucja Šimková")]}}
    content = papers.make("cape", values)[0]
    assert b"Libertinus" not in content + b"".join(_streams(content))


def test_every_heading_of_the_law_is_printed() -> None:
    numbers = [title.split(" ")[0] for _, title in papers.CAPE_RUBRICS]
    assert list(dict.fromkeys(numbers)) == ["1°", "2°", "3°", "4°", "5°", "6°", "7°", "8°"], "C. com. R127-1"
    letters = [title.split(" ")[0] for _, title in papers.CESA_RUBRICS]
    assert letters == ["a)", "b)", "c)", "d)", "e)", "f)"], "C. trav. L7331-2"


def test_the_optional_heading_is_left_out_when_empty() -> None:
    assert not any(title.startswith("7°") for title, _ in CAPE["rubrics"])
    written = {**CAPE_WORDING, "pay_before": "Aucune."}
    assert any(title.startswith("7°") for title, _ in papers._rubrics(papers.CAPE_RUBRICS, written))


def test_the_mention_of_business_papers_carries_the_present_term() -> None:
    assert papers.mention(date(2027, 9, 30)).startswith("Bénéficiaire d’un contrat d’appui au projet d’entreprise avec Opt")
    assert papers.mention(date(2027, 9, 30)).endswith("jusqu’au 30\u00a0septembre\u00a02027")


def test_a_fourth_contract_prints_its_derogation() -> None:
    """Worked case 6."""
    assert papers._derogation(3) == ""
    assert "Ce contrat est le 4e" in papers._derogation(4) and "dérogé par écrit" in papers._derogation(4)


def test_the_scale_reads_as_sentences() -> None:
    assert [(span.replace("\u00a0", " "), rate.replace("\u00a0", " ")) for span, rate in papers._scale(SCALE)] == [
        ("De 0 à 30 k€", "11,5 %"), ("Plus de 30 k€", "7,5 %")]


def _streams(content: bytes) -> list[bytes]:
    """The compressed parts of a PDF, read."""
    found = []
    for block in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            found.append(zlib.decompress(block))
        except zlib.error:
            found.append(block)
    return found
