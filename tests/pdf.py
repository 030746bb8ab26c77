"""What a PDF must be to last and to be read by everyone: the checks of PDF/A-2a and PDF/UA-1 that can be made by reading it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from tempfile import NamedTemporaryFile
from typing import Any

import pdfua
import pikepdf
from pypdf import PdfReader


def text_of(content: bytes) -> str:
    """All the words, ordinary spaces between them."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def flaws(content: bytes) -> list[str]:
    """Why this PDF is not archivable, or not readable by assistive technology; empty when it is both."""
    with pikepdf.open(BytesIO(content)) as pdf:
        found = [*pdf.check_pdf_syntax()]
        root = pdf.Root
        metadata = root.Metadata.read_bytes()
        for mark in (b"<pdfaid:part>2<", b"<pdfaid:conformance>A<", b"<pdfuaid:part>1<", b"<dc:title>"):
            if mark not in metadata:
                found.append(f"the metadata lack {mark.decode()}")
        if not str(root.get("/Lang", "")).startswith("fr"):
            found.append("no language")
        if not root.MarkInfo.Marked or "/StructTreeRoot" not in root:
            found.append("not tagged")
        if not root.ViewerPreferences.get("/DisplayDocTitle"):
            found.append("the title is not shown")
        if not root.get("/OutputIntents"):
            found.append("no output intent")
        if str(root.get("/Version", "/1.7")) != "/1.7" or "/Encrypt" in pdf.trailer or "/OpenAction" in root or "/AA" in root:
            found.append("more than PDF/A-2 allows")
        found += _unembedded(pdf)
        found += _untagged(pdf)
        found += _headings(pdf)
    return found


BROKEN_THERE = frozenset({"UA-14-001"})
"""Rules of the checker that fail on any tree of tags with branches; `_headings` looks at the same thing."""


def seen_by_another(content: bytes) -> list[str]:
    """What pdfua, which knows nothing of how our papers are made, finds against PDF/UA-1; rules it could not apply included."""
    with NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        outcomes = pdfua.validate(file.name).outcomes
    found = [f"{one.rule_id}: {finding.message}" for one in outcomes for finding in one.findings]
    return found + [f"{one.rule_id}: not applied" for one in outcomes if one.skipped_reason and one.rule_id not in BROKEN_THERE]


def _unembedded(pdf: Any) -> Iterator[str]:
    for number, page in enumerate(pdf.pages):
        for name, font in (page.Resources.get("/Font") or {}).items():
            inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
            if not any(key in inner.FontDescriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
                yield f"page {number + 1}: {name} is not embedded"
            if "/ToUnicode" not in font:
                yield f"page {number + 1}: {name} does not say its letters"


def _untagged(pdf: Any) -> Iterator[str]:
    """Every marked content leads to a tag that leads back; every annotation has one."""
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    tree = {int(numbers[n]): numbers[n + 1] for n in range(0, len(numbers), 2)}
    for number, page in enumerate(pdf.pages):
        content = page.Contents
        stream = b"".join(one.read_bytes() for one in content) if isinstance(content, pikepdf.Array) else content.read_bytes()
        wanted = {int(mark) for mark in re.findall(rb"/MCID (\d+)", stream)}
        held = tree.get(int(page.StructParents), ())
        if wanted - set(range(len(held))):
            yield f"page {number + 1}: contents without a tag"
        for mark in wanted:
            if held[mark].get("/Pg", page.obj).objgen != page.obj.objgen:
                yield f"page {number + 1}: content {mark} leads to a tag of another page"
        for annotation in page.get("/Annots", ()):
            if int(annotation.get("/StructParent", -1)) not in tree or "/Contents" not in annotation:
                yield f"page {number + 1}: an annotation without tag or name"
        if page.get("/Tabs") != "/S":
            yield f"page {number + 1}: the tab order is not that of the tags"


def _headings(pdf: Any) -> Iterator[str]:
    """No level is skipped."""
    last = 0
    for level in _levels(pdf.Root.StructTreeRoot.K):
        if level > last + 1:
            yield f"a heading {level} follows a heading {last}"
        last = level


def _levels(kids: Any) -> Iterator[int]:
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            if match := re.fullmatch(r"/H([1-6])", str(kid.S)):
                yield int(match[1])
            if "/K" in kid:
                yield from _levels(kid.K)
