"""The seal: whole, it says who and when; one byte changed anywhere is seen."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake import papers, papers_kept, seal_keys, sealing
from intake.models import sealed as keys
from tests.pdf import flaws, seen_by_another
from tests.test_papers import ALL

AT = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def signed(tmp_path: Path) -> bytes:
    """A CAPE and its evidence, sealed."""
    keys.load_keys(tmp_path / "keys")
    seal_keys.use(tmp_path / "keys", create=True)
    frozen, page = (papers.make(kind, ALL[kind]).content for kind in ("cape", "evidence"))
    return sealing.seal(frozen, page, {"signatures": []}, at=AT, name="Optéos")


def test_a_sealed_paper_is_whole_archivable_and_holds_the_document_signed(signed: bytes) -> None:
    found = sealing.examine(signed)
    assert found.good and found.at == AT and flaws(signed) == seen_by_another(signed) == []
    assert signed.startswith(papers.make("cape", ALL["cape"]).content)
    assert sealing.verdict(found)[0] == "good"


def test_one_byte_changed_is_seen_wherever_it_is(signed: bytes) -> None:
    marks = [signed.find(mark) + 14 for mark in (b"/ByteRange", b"/Contents <", b"/M (D", b"startxref")]
    rng = random.Random(7)
    for place in (0, len(signed) // 2, len(signed) - 3, *marks, *(rng.randrange(len(signed)) for _ in range(40))):
        changed = bytearray(signed)
        changed[place] ^= 1
        assert not sealing.examine(bytes(changed)).good, place
    assert not sealing.examine(signed + b"\n% more").good, "added after the seal"


def test_another_house_is_told_apart_and_an_old_certificate_is_still_known(signed: bytes, tmp_path: Path) -> None:
    seal_keys.make("Optéos", AT)
    assert sealing.examine(signed).ours, "the former certificate stays"
    seal_keys.use(tmp_path / "other", create=False)
    assert sealing.verdict(sealing.examine(signed))[0] == "other"
    assert sealing.verdict(sealing.examine(papers.make("cape", ALL["cape"]).content))[0] == "bare"


def test_the_command_says_it_in_plain_french(signed: bytes, tmp_path: Path) -> None:
    file = tmp_path / "contrat.pdf"
    file.write_bytes(signed)
    lines, whole = papers_kept.verify(file)
    assert whole and "Ce document est intact" in lines[0]
    file.write_bytes(signed[:-1] + b"!")
    assert papers_kept.verify(file)[1] is False
