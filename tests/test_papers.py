"""Papers: what is printed, the same bytes each time, archivable and accessible; nothing of what people type is ever run."""

from __future__ import annotations

import hashlib
import html
import re
from datetime import date
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from intake import papers
from intake.papers import contracts, values
from tests.pdf import flaws, seen_by_another, text_of
from workflows.cape.clauses import WORDING as CAPE_WORDING
from workflows.salaried.clauses import WORDING as CESA_WORDING

SCALE = [[30, "11.5"], [None, "7.5"]]
COOP = {"name": "Optéos", "form": "SCIC à capital variable", "seat": "12 rue du Moulin, 59100 Roubaix", "siren": "732 829 320"}
SHARED: dict[str, Any] = {
    "coop": COOP, "number": "OPT-2026-0147", "reference": "OPT-2026-0147/a1b2c3",
    "person": {"name": "Ana Moreau", "facts": [("Prénom et nom", "Ana Moreau")]},
    "date": (2026, 9, 15), "prepared_on": "15 septembre 2026", "sign_by": "1er octobre 2026",
}
ANNEXES = [values.annex("Barème", heads=("Marge", "Taux"), lines=values.scale(SCALE)),
           values.annex("Notice", text="Lue.\n\nÀ part.")]
CAPE: dict[str, Any] = SHARED | {
    "title": "Contrat d’appui au projet d’entreprise", "subtitle": "CAPE n° 1", "contract": [("Durée", "12 mois")],
    "before": "", "gap": "", "derogation": "", "activity": "Céramique", "objectives": "Douze chantiers", "results": "",
    "rubrics": values.rubrics(contracts.CAPE_RUBRICS, CAPE_WORDING), "annexes": ANNEXES,
    "mention": contracts.mention(COOP, date(2027, 9, 30)),
}
CESA: dict[str, Any] = SHARED | {
    "title": "Contrat d’entrepreneur salarié", "subtitle": "CESA", "contract": [("Emploi, qualification", "Céramiste")],
    "deadline": "28 février 2029", "deducted": "", "procedure": CESA_WORDING["procedure"],
    "accounts_access": CESA_WORDING["accounts_access"], "annexes": ANNEXES,
    "rubrics": values.rubrics(contracts.CESA_RUBRICS, {**CESA_WORDING, "objectives": "Douze chantiers", "statutes": "2025"}),
}
FACTS = [("Nombre", "10 parts sociales")]
ALL: dict[str, dict[str, Any]] = {
    "cape": CAPE, "renewal": CAPE | {"results": "Six chantiers", "before": "Ce contrat suit le précédent."}, "cesa": CESA,
    "amendment": SHARED | {"title": "Avenant n° 1", "subtitle": "CAPE", "contract": FACTS, "subject": "Une adresse",
                           "effective_on": "1er mars 2027"},
    "review": SHARED | {"title": "Compte rendu de bilan", "subtitle": "Bilan", "facts": FACTS, "points": [("Objectifs", "Tenus")],
                        "signed": []},
    "subscription": SHARED | {"title": "Bulletin de souscription", "subtitle": "10 parts", "cooperative": FACTS, "shares": FACTS,
                              "number_of_shares": "10 parts sociales", "paid_now": "50 €", "balance_by": "26 juin 2031"},
    "shares": SHARED | {"title": "Attestation de parts sociales", "subtitle": "10 parts", "since": "26 juin 2026",
                        "number_of_shares": "10 parts sociales", "shares": FACTS},
    "mention": SHARED | {"title": "Mention", "subtitle": "R127-3", "mention": "Bénéficiaire…", "until": "30 septembre 2027"},
    "evidence": SHARED | {"title": "Dossier de preuve", "subtitle": "Signature", "pages": "ce fichier", "document": FACTS,
                          "signatures": [{"title": "Signature de Ana", "facts": FACTS}], "seal": FACTS},
}
JOURNEE = {"coop": "Optéos", "date": (2026, 9, 17), "title": "Feuille de présence"}
ALL["attendance"] = JOURNEE | {
    "day": "Jeudi 17 septembre 2026", "place": "Roubaix", "rows": [["MOREAU", "Ana", ""]], "blank": 8,
    "footer": "Feuille établie", "kept": "données conservées", "phone": "http://exemple.fr", "phone_qr": '<svg xmlns="http://www.w3.org/2000/svg"/>'}
ALL["answers"] = SHARED | {"title": "Candidature", "subtitle": "Envoyée", "parts": [
    {"title": "Projet", "rows": [("Quoi", "De la céramique")]}]}
ALL["badges"] = JOURNEE | {"badges": []}
EACH = pytest.mark.parametrize("kind", ALL)
BOTH = pytest.mark.parametrize("kind", ["cape", "cesa"])


def test_every_template_is_tried_here() -> None:
    assert set(ALL) == set(papers.TITLES)
    assert {file.stem for file in papers.TEMPLATES.glob("*.typ")} - {"base"} == set(ALL)


@EACH
def test_the_same_values_give_the_same_bytes(kind: str) -> None:
    made = papers.make(kind, ALL[kind])
    assert papers.make(kind, dict(reversed(ALL[kind].items()))) == made
    assert hashlib.sha256(made.content).hexdigest() == made.sha256 and re.fullmatch(kind + "-[0-9a-f]{8}", made.template)


@EACH
def test_a_paper_lasts_and_is_readable_by_everyone(kind: str) -> None:
    content = papers.make(kind, ALL[kind]).content
    assert flaws(content) == seen_by_another(content) == []
    assert b"Libertinus" not in content, "a letter our faces lack fell back on another"
    if kind != "badges":
        assert papers.template_version(kind) in text_of(content) and "empreinte" in text_of(content)


def test_what_another_checker_looks_at() -> None:
    """The control: without its language, its title shown or its mark of tags, a paper is told."""
    whole = papers.make("cape", ALL["cape"]).content
    for taken in ("Lang", "ViewerPreferences", "MarkInfo", "StructTreeRoot"):
        with pikepdf.open(BytesIO(whole)) as pdf:
            del pdf.Root[f"/{taken}"]
            less = BytesIO()
            pdf.save(less)
        assert any("UA-" in line and "not applied" not in line for line in seen_by_another(less.getvalue())), taken


@BOTH
def test_one_letter_more_gives_another_document_and_another_fingerprint(kind: str) -> None:
    more = {**ALL[kind], "title": ALL[kind]["title"] + "s"}
    assert papers.make(kind, ALL[kind]).sha256 != papers.make(kind, more).sha256
    prints = [re.search(r"empreinte (\w{12})", text_of(papers.make(kind, one).content)) for one in (ALL[kind], more)]
    assert prints[0] and prints[1] and prints[0][1] != prints[1][1]


@BOTH
def test_what_is_read_on_the_screen_is_what_is_signed(kind: str) -> None:
    """Word for word: everything of the screen is in the PDF, in the same order."""
    read = papers.parts(kind, ALL[kind])
    assert [title for title, _ in read] == [ALL[kind]["title"], "Annexe 1 – Barème", "Annexe 2 – Notice"]
    footer = r"Paraphes|page \d+ sur \d+|" + re.escape(SHARED["reference"]) + r".*?préparé le 15 septembre 2026"
    printed = re.sub(r"\W", "", re.sub(footer, "", text_of(papers.make(kind, ALL[kind]).content)))
    for _, body in read:
        for sentence in re.split(r"<[^>]*>", body):
            assert re.sub(r"\W", "", html.unescape(sentence)) in printed, sentence


@BOTH
def test_articles_are_numbered_and_pages_take_initials(kind: str) -> None:
    text = text_of(papers.make(kind, ALL[kind]).content)
    numbers = [int(found) for found in re.findall(r"Article (\d+) –", text)]
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 8
    assert "Paraphes" in text and COOP["siren"] in text and COOP["seat"] in text
    assert "modèle provisoire" not in text.lower(), "whether counsel has read it is said in the docs, not on the paper"


@BOTH
def test_a_draft_says_so_on_every_page(kind: str) -> None:
    signed, draft = (text_of(papers.make(kind, {**ALL[kind], **more}).content) for more in ({}, {"draft": True}))
    assert "non signé" not in signed
    assert draft.count("projet, non signé") >= 3 and "il n’engage personne" in draft


def test_what_people_type_is_printed_not_run() -> None:
    typed = "#panic(\"non\") *gras* $x$ `code` \\ @renvoi <étiquette> ] ) <script>alert(1)</script>"
    told = {**CAPE, "activity": typed, "objectives": f"{typed}\n\n{typed}", "annexes": [values.annex(typed, text=typed)]}
    assert "#panic" in text_of(papers.make("cape", told).content)
    screen = "".join(title + body for title, body in papers.parts("cape", told))
    assert "<script>" not in screen.replace(typed, ""), "what is shown as HTML is escaped"
    assert all("<script" not in body for _, body in papers.parts("cape", told))


def test_a_name_from_elsewhere_has_its_letters() -> None:
    told = {**CAPE, "person": {"name": "Łucja Šimková", "facts": [("Prénom et nom", "Łucja Šimková")]}}
    content = papers.make("cape", told).content
    assert b"Libertinus" not in content and "Łucja Šimková" in text_of(content)


def test_every_heading_of_the_law_is_printed() -> None:
    numbers = [title.split(" ")[0] for _, title in contracts.CAPE_RUBRICS]
    assert list(dict.fromkeys(numbers)) == ["1°", "2°", "3°", "4°", "5°", "6°", "7°", "8°"], "C. com. R127-1"
    letters = [title.split(" ")[0] for _, title in contracts.CESA_RUBRICS]
    assert letters == ["a)", "b)", "c)", "d)", "e)", "f)"], "C. trav. L7331-2"
    cape, cesa = (text_of(papers.make(kind, ALL[kind]).content) for kind in ("cape", "cesa"))
    assert all(number in cape for number in numbers if number != "7°")
    assert "R127-3" in cape and "28 février 2029" in cesa and "L7331-3" in cesa and "R7331-5" in cesa


def test_the_optional_heading_is_left_out_when_empty() -> None:
    assert not any(title.startswith("7°") for title, _ in CAPE["rubrics"])
    written = {**CAPE_WORDING, "pay_before": "Aucune."}
    assert any(title.startswith("7°") for title, _ in values.rubrics(contracts.CAPE_RUBRICS, written))


def test_an_annex_nobody_could_read_is_not_announced() -> None:
    read = values.annex("Notice", text="Lue.")
    assert values.filled((values.annex("Règlement"), read)) == [read]


def test_the_mention_of_business_papers_carries_the_present_term() -> None:
    said = contracts.mention(COOP, date(2027, 9, 30))
    assert said == ("Bénéficiaire d’un contrat d’appui au projet d’entreprise avec Optéos, 12 rue du Moulin, 59100 Roubaix, "
                    "SIREN 732 829 320, jusqu’au 30\u00a0septembre\u00a02027")


def test_a_fourth_contract_prints_its_derogation() -> None:
    """Worked case 6."""
    lifted = ("Marc Aubry", date(2027, 3, 1), "Deux contrats courts, pour un congé.")
    assert contracts.derogation(3, lifted) == ""
    assert contracts.derogation(4, lifted).replace("\u00a0", " ") == (
        "Ce contrat est le 4e. La lettre de l’article L127-2 du code de commerce en admet 3. Marc Aubry, pour la cogérance, y a "
        "dérogé par écrit le 1er mars 2027 : « Deux contrats courts, pour un congé ». La durée totale reste de 36 mois au plus.")
    assert "il ne peut pas être envoyé" in contracts.derogation(4, None), "a draft claims no decision that nobody took"


def test_the_scale_reads_as_sentences() -> None:
    assert [(span.replace("\u00a0", " "), rate.replace("\u00a0", " ")) for span, rate in values.scale(SCALE)] == [
        ("De 0 à 30 k€", "11,5 %"), ("Plus de 30 k€", "7,5 %")]
