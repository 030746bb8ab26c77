"""« Vérifier un document signé », « Modèles de documents »: what they say, what they refuse, who opens them; nothing is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest

from intake import papers, sealing
from intake.models.dossiers import Event
from intake.models.pieces import Paper, Piece
from tests.cast import Cast, writing
from tests.conftest import Browse
from tests.page import read
from tests.test_papers import ALL

AT = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def sealed(people: Cast) -> bytes:
    """A CAPE and its evidence, sealed by the house."""
    frozen, page = (papers.make(kind, ALL[kind]).content for kind in ("cape", "evidence"))
    return sealing.seal(frozen, page, {"signatures": []}, at=AT, name="Optéos")


def given(browser: Any, content: bytes, name: str = "contrat.pdf") -> Any:
    """The page, a file chosen and sent with its own button, without script."""
    form = read(browser.get("/verifier")).form("Vérifier")
    return browser.post("/verifier", data={**form.values, "file": (BytesIO(content), name)},
                        content_type="multipart/form-data")


def test_a_sealed_document_is_said_intact_a_changed_one_not_and_nothing_is_kept(
        people: Cast, browse: Browse, sealed: bytes) -> None:
    """Given twice, it says the same; an applicant may check too."""
    ana = browse(people.ana)
    for _ in range(2):
        answer = given(ana, sealed)
        assert answer.status_code == 200 and "Ce document est intact." in read(answer).text
    changed = bytearray(sealed)
    changed[len(changed) // 3] ^= 1
    assert "a été modifié après sa signature" in read(given(ana, bytes(changed))).text
    assert "ne porte aucun scellement" in read(given(ana, papers.make("cape", ALL["cape"]).content)).text
    with writing():
        assert not Paper.select().exists() and not Piece.select().exists() and not Event.select().exists()


@pytest.mark.parametrize("content", [b"", b"bonjour", b"%PDF-" + b"0" * (10 * 1024 * 1024)], ids=["none", "text", "heavy"])
def test_what_is_no_pdf_or_too_heavy_is_refused(people: Cast, browse: Browse, content: bytes) -> None:
    answer = given(browse(people.sami), content)
    assert answer.status_code == 422 and "Choisissez un PDF de moins de 10 Mo" in read(answer).text.replace("\u00a0", " ")


def test_one_signs_in_to_verify_and_templates_are_for_those_who_answer_for_them(people: Cast, browse: Browse) -> None:
    assert browse().get("/verifier").status_code in (302, 303)
    for reader in (people.sami, people.marc, people.ada):
        page = read(browse(reader).get("/modeles"))
        assert "Contrat CAPE" in page.text and papers.template_version("cape") in page.text
    for stranger in (people.ana, people.zoe, people.claire):
        assert browse(stranger).get("/modeles").status_code == 404, stranger.first_name
