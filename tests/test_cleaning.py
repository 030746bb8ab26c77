"""T12: hostile files get the verdict of the list, and nothing they hid is kept; the same test fails when cleaning is skipped."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pikepdf
import pytest
from PIL import Image

from intake.cleaning import SENTENCES, BadFile, Clean, clean
from intake.models.base import write_transaction
from tests.cast import Cast
from tests.hostile import MARK, Hostile, collection, exif, photographed, picture, saved, written

Cleaning = Callable[[bytes], Clean]
WORDS = {sentence: word for word, sentence in SENTENCES.items()}


@pytest.fixture(scope="module")
def hostile() -> list[Hostile]:
    """The collection, made once."""
    return collection()


def flaws(files: list[Hostile], cleaning: Cleaning) -> list[str]:
    """Where a way of cleaning does not do what the list says."""
    with ThreadPoolExecutor(2) as two:
        return [flaw for found in two.map(lambda one: flaws_of(one, cleaning), files) for flaw in found]


def flaws_of(file: Hostile, cleaning: Cleaning) -> list[str]:
    """What is wrong with what became of one file."""
    try:
        made = cleaning(file.content)
    except BadFile as refused:
        word = WORDS.get(str(refused), "?")
        return [] if word == file.verdict else [f"{file.name}: {word}, not {file.verdict}"]
    if (file.verdict == "as is") != (made.content == file.content) or file.verdict not in ("kept", "as is"):
        return [f"{file.name}: taken, not {file.verdict}"]
    said = [f"{file.name}: {made.media_type}"] if made.media_type != file.media_type else []
    return said + [f"{file.name}: {what} is kept" for what in left_in(made)]


def left_in(made: Clean) -> list[str]:
    """What a document still hides."""
    if made.media_type != "application/pdf":
        with Image.open(io.BytesIO(made.content)) as image:
            return ["its mark"] * (MARK.encode() in made.content) + ["EXIF"] * bool(image.getexif() or image.info.get("comment"))
    flat = io.BytesIO()
    with pikepdf.open(io.BytesIO(made.content)) as document:
        document.save(flat, qdf=True)
    return [what for what in (MARK, "/JavaScript", "/JS", "/EmbeddedFile", "/Launch", "/AA", "/XFA", "Exif")
            if what.encode() in flat.getvalue()]


@pytest.mark.trust("T12")
def test_sixty_hostile_files_get_their_verdict(hostile: list[Hostile]) -> None:
    assert len(hostile) >= 60
    assert flaws(hostile, clean) == []


@pytest.mark.control("T12")
def test_the_control_where_cleaning_is_skipped_fails(hostile: list[Hostile]) -> None:
    def skipped(content: bytes) -> Clean:
        kinds = {b"%PDF": "application/pdf", b"\xff\xd8\xff\xe0": "image/jpeg", b"\x89PNG": "image/png"}
        if content[:4] not in kinds:
            raise BadFile(SENTENCES["type"])
        return Clean(kinds[content[:4]], content)

    found = "\n".join(flaws([one for one in hostile if one.verdict == "kept"], skipped))
    assert "gps.jpg" in found
    assert "named_script.pdf" in found
    assert "attached.pdf" in found


@pytest.mark.parametrize("turn", [1, 3, 6, 8])
def test_a_photo_stands_upright(turn: int) -> None:
    """The camera said how it was held; once that is forgotten, the pixels must say it."""
    back = {1: 0, 3: 180, 6: 90, 8: 270}[turn]
    held = picture().rotate(back, expand=True)
    with Image.open(io.BytesIO(clean(saved(held, "JPEG", exif=exif(turn), quality=95)).content)) as made:
        assert made.size == picture().size
        red, _, blue = made.convert("RGB").getpixel((30, 5))  # type: ignore[misc]
        assert red > 200 > 60 > blue


def test_pixels_of_a_photo_inside_a_pdf_are_untouched() -> None:
    with pikepdf.open(io.BytesIO(clean(written(photographed)).content)) as document:
        photo = pikepdf.PdfImage(document.pages[0].Resources.XObject.P)
        assert photo.as_pil_image().tobytes() == Image.open(io.BytesIO(saved(picture(), "JPEG"))).tobytes()


def test_a_file_is_named_after_what_it_is() -> None:
    image = Clean("image/jpeg", b"")
    assert [image.named(name) for name in ("IMG_1.HEIC", "photo.JPEG", "C:\\Mes images\\recto.jpg", "", "../../etc/passwd")] \
        == ["IMG_1.jpg", "photo.JPEG", "recto.jpg", "document.jpg", "passwd.jpg"]


@pytest.mark.trust("T12")
def test_nothing_is_cleaned_inside_a_transaction(cast: Cast) -> None:
    with write_transaction(), pytest.raises(AssertionError, match="before the lock"):
        clean(saved(picture(), "PNG"))
