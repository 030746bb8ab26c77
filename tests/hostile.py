"""Sixty files nobody should trust, made here, each with what must become of it (TRUST T12)."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pikepdf
import pillow_heif
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, PngImagePlugin

MARK = "Beffroi-de-Lille-50.6292"
"""What must not survive: a place, a script, the content of a hidden file."""


@dataclass(frozen=True)
class Hostile:
    """A file, and its verdict: `kept` (as which type), `as is`, or the word of the refusal."""

    name: str
    content: bytes
    verdict: str
    media_type: str = ""


# Images --------------------------------------------------------------------------------------------------------------


def picture(size: tuple[int, int] = (60, 40), mode: str = "RGB") -> Image.Image:
    """Red at the top, blue below, so that one sees which way is up."""
    drawn = Image.new("RGB", size, "blue")
    drawn.paste("red", (0, 0, size[0], size[1] // 2))
    return drawn.convert(mode)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """An image as a file."""
    made = io.BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def exif(orientation: int = 1) -> bytes:
    """EXIF that says where, with what, and which way is up."""
    told = Image.Exif()
    told[0x0112], told[0x010F], told[0x9286] = orientation, MARK, MARK
    told.get_ifd(0x8825).update({1: "N", 2: (50.0, 37.0, 45.0), 3: "E", 4: (3.0, 3.0, 26.0), 29: MARK})
    return told.tobytes()


def png_chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def giant_png(width: int, height: int) -> bytes:
    """A PNG that says it is huge and weighs little."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + width // 8)) for _ in range(min(height, 500))) + packer.flush()
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
            + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b""))


def giant_jpeg() -> bytes:
    """A JPEG whose header says 60 000 × 60 000."""
    small = bytearray(saved(picture(), "JPEG"))
    at = small.index(b"\xff\xc0")
    small[at + 5:at + 9] = struct.pack(">HH", 60_000, 60_000)
    return bytes(small)


def images() -> Iterator[Hostile]:
    """Pictures that say too much, or are too much."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", MARK)
    notes.add_itxt("XML:com.adobe.xmp", f"<x>{MARK}</x>")
    yield Hostile("gps.jpg", saved(picture(), "JPEG", exif=exif()), "kept", "image/jpeg")
    for turn in (3, 6, 8):
        yield Hostile(f"turned-{turn}.jpg", saved(picture(), "JPEG", exif=exif(turn)), "kept", "image/jpeg")
    yield Hostile("comment.jpg", saved(picture(), "JPEG", comment=MARK.encode()), "kept", "image/jpeg")
    yield Hostile("grey.jpg", saved(picture(mode="L"), "JPEG", exif=exif()), "kept", "image/jpeg")
    yield Hostile("cmyk.jpg", saved(picture(mode="CMYK"), "JPEG", exif=exif()), "kept", "image/jpeg")
    yield Hostile("html-behind.jpg", saved(picture(), "JPEG") + f"<script>{MARK}</script>".encode(), "kept", "image/jpeg")
    yield Hostile("zip-behind.jpg", saved(picture(), "JPEG") + zipped(), "kept", "image/jpeg")
    yield Hostile("two-pictures.jpg", saved(picture(), "JPEG") + saved(picture(), "JPEG", comment=MARK.encode()), "kept",
                  "image/jpeg")
    yield Hostile("jpeg-called.pdf", saved(picture(), "JPEG"), "kept", "image/jpeg")
    yield Hostile("notes.png", saved(picture(), "PNG", pnginfo=notes, exif=exif()), "kept", "image/png")
    yield Hostile("clear.png", saved(picture(mode="RGBA"), "PNG", pnginfo=notes), "kept", "image/png")
    yield Hostile("palette.png", saved(picture(mode="P"), "PNG", pnginfo=notes), "kept", "image/png")
    yield Hostile("sixteen-bits.png", saved(Image.new("I;16", (20, 20), 900), "PNG", pnginfo=notes), "kept", "image/png")
    yield Hostile("html-behind.png", saved(picture(), "PNG") + f"<html>{MARK}".encode(), "kept", "image/png")
    yield Hostile("php-inside.png", saved(picture(), "PNG", pnginfo=notes).replace(b"Comment", b"<?php e"), "damaged")
    pillow_heif.register_heif_opener()
    yield Hostile("phone.heic", saved(picture((64, 48)), "HEIF", exif=exif(), quality=60), "kept", "image/jpeg")
    yield Hostile("cut.heic", saved(picture((64, 48)), "HEIF")[:300], "damaged")
    yield Hostile("giant.png", giant_png(20_000, 20_000), "pixels")
    yield Hostile("over-40-megapixels.png", giant_png(8_000, 5_001), "pixels")
    yield Hostile("giant.jpg", giant_jpeg(), "pixels")
    yield Hostile("cut.jpg", saved(picture((600, 400)), "JPEG")[:700], "damaged")
    yield Hostile("cut.png", saved(picture((600, 400)), "PNG")[:90], "damaged")
    yield Hostile("head-only.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "damaged")
    yield Hostile("noise.jpg", b"\xff\xd8\xff\xe0" + random.Random(1).randbytes(5000), "damaged")


# False types ---------------------------------------------------------------------------------------------------------


def zipped() -> bytes:
    """A zip that unfolds into much more than it weighs."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr(MARK, bytes(2_000_000))
    return made.getvalue()


def false_types() -> Iterator[Hostile]:
    """What is called .pdf or .jpg, and is something else."""
    for name, content in (
        ("program.pdf", b"MZ\x90\x00\x03" + bytes(3000)), ("linux.pdf", b"\x7fELF\x02\x01\x01" + bytes(3000)),
        ("page.pdf", f"<html><script>{MARK}</script></html>".encode()),
        ("drawing.png", f'<svg xmlns="http://www.w3.org/2000/svg" onload="{MARK}"/>'.encode()),
        ("animated.jpg", saved(picture(), "GIF")), ("bitmap.png", saved(picture(), "BMP")),
        ("scan.pdf", saved(picture(), "TIFF")), ("web.jpg", saved(picture(), "WEBP")), ("bomb.pdf", zipped()),
        ("words.pdf", b"Bonjour, je suis un CV."), ("script.sh", b"#!/bin/sh\nrm -rf ~\n"),
        ("postscript.pdf", b"%!PS-Adobe-3.0\n(hello) show\n"), ("zeros.png", bytes(4000)),
        ("junk-before.pdf", b"<html>" + MARK.encode() + b"</html>\n" + plain()),
    ):
        yield Hostile(name, content, "type")
    yield Hostile("empty.pdf", b"", "empty")
    yield Hostile("one-byte-more.pdf", plain() + bytes(10 * 1024 * 1024 + 1 - len(plain())), "heavy")


# PDF -----------------------------------------------------------------------------------------------------------------


def plain() -> bytes:
    """A page that does nothing."""
    return written(lambda document: None)


def written(change: Any, **options: Any) -> bytes:
    """A one-page PDF, changed."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(300, 200))
    change(document)
    made = io.BytesIO()
    document.save(made, static_id=not options, **options)
    return made.getvalue()


def script() -> Dictionary:
    """An action that runs a script."""
    return Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{MARK}')"))


def annotated(document: pikepdf.Pdf, **annotation: Any) -> None:
    """Put an annotation on the page."""
    document.pages[0].Annots = document.make_indirect(Array([document.make_indirect(
        Dictionary(Type=Name.Annot, Rect=[0, 0, 10, 10], **annotation))]))


def opens_script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = document.make_indirect(script())


def chained(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.GoTo, D=[document.pages[0].obj, Name.Fit], Next=Array([script()]))


def named_script(document: pikepdf.Pdf) -> None:
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("run"), script()])))


def page_script(document: pikepdf.Pdf) -> None:
    document.pages[0].AA = Dictionary(O=script())


def field_script(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = Dictionary(Fields=Array([document.make_indirect(
        Dictionary(FT=Name.Tx, T=String("total"), AA=Dictionary(C=script())))]))


def attached(document: pikepdf.Pdf) -> None:
    document.attachments["secret.txt"] = MARK.encode()


def attached_to_page(document: pikepdf.Pdf) -> None:
    held = Dictionary(Type=Name.Filespec, F=String("x"), EF=Dictionary(F=document.make_stream(MARK.encode())))
    annotated(document, Subtype=Name.FileAttachment, FS=held)


def launches(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.Launch, F=String("cmd.exe"))


def launches_deep(document: pikepdf.Pdf) -> None:
    annotated(document, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("https://example.org"), Next=Dictionary(
        S=Name.Launch, F=String("calc.exe"))))


def is_a_program(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=document.make_stream(f"<xdp>{MARK}</xdp>".encode()))


def linked_script(document: pikepdf.Pdf) -> None:
    annotated(document, Subtype=Name.Link, A=script())


def submits(document: pikepdf.Pdf) -> None:
    annotated(document, Subtype=Name.Link, A=Dictionary(S=Name.SubmitForm, F=String(f"http://{MARK}")))


def goes_elsewhere(document: pikepdf.Pdf) -> None:
    annotated(document, Subtype=Name.Link, A=Dictionary(S=Name.GoToR, F=String(f"\\\\{MARK}\\share")))


def plays(document: pikepdf.Pdf) -> None:
    annotated(document, Subtype=Name.RichMedia, RichMediaContent=Dictionary(X=String(MARK)))


def filmed(document: pikepdf.Pdf) -> None:
    annotated(document, Subtype=Name.Screen, A=Dictionary(S=Name.Rendition, R=Dictionary(N=String(MARK))))


def outlined(document: pikepdf.Pdf) -> None:
    document.Root.Outlines = document.make_indirect(Dictionary(First=document.make_indirect(
        Dictionary(Title=String("x"), A=script()))))


def in_a_collection(document: pikepdf.Pdf) -> None:
    attached(document)
    document.Root.Collection = Dictionary(D=String(MARK))


def described(document: pikepdf.Pdf) -> None:
    document.Root.Metadata = document.make_stream(f"<x:xmpmeta>{MARK}</x:xmpmeta>".encode())


def photographed(document: pikepdf.Pdf) -> None:
    photo = document.make_stream(saved(picture(), "JPEG", exif=exif()))
    for name, value in (("Type", Name.XObject), ("Subtype", Name.Image), ("Width", 60), ("Height", 40),
                        ("BitsPerComponent", 8), ("ColorSpace", Name.DeviceRGB), ("Filter", Name.DCTDecode)):
        photo[f"/{name}"] = value
    document.pages[0].Resources = Dictionary(XObject=Dictionary(P=photo))


def huge_picture(document: pikepdf.Pdf) -> None:
    photo = document.make_stream(zlib.compress(bytes(1000)))
    for name, value in (("Subtype", Name.Image), ("Width", 100_000), ("Height", 100_000), ("Filter", Name.FlateDecode)):
        photo[f"/{name}"] = value
    document.pages[0].Resources = Dictionary(XObject=Dictionary(P=photo))


@cache
def packed() -> bytes:
    """Much of nothing, which weighs little until it is unfolded."""
    packer = zlib.compressobj(1)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(420)) + packer.flush()


def bomb(document: pikepdf.Pdf) -> None:
    document.pages[0].Contents = Stream(document, packed(), Filter=Name.FlateDecode)


def bomb_in_a_bomb(document: pikepdf.Pdf) -> None:
    document.pages[0].Contents = Stream(document, zlib.compress(packed(), 1),
                                        Filter=Array([Name.FlateDecode, Name.FlateDecode]))


def sealed(document: pikepdf.Pdf) -> None:
    signature = document.make_indirect(Dictionary(
        Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), ByteRange=Array([0, 10, 20, 30]), Contents=String("00")))
    field = document.make_indirect(Dictionary(FT=Name.Sig, T=String("Signature"), V=signature))
    document.Root.AcroForm = Dictionary(SigFlags=3, Fields=Array([field]))


def sealed_and_active(document: pikepdf.Pdf) -> None:
    sealed(document)
    opens_script(document)


def pdfs() -> Iterator[Hostile]:
    """Documents that do more than be read."""
    for change in (opens_script, chained, named_script, page_script, field_script, attached, attached_to_page, linked_script,
                   submits, goes_elsewhere, plays, filmed, outlined, in_a_collection, described, photographed):
        yield Hostile(f"{change.__name__}.pdf", written(change), "kept", "application/pdf")
    yield Hostile("packed_script.pdf", written(opens_script, object_stream_mode=pikepdf.ObjectStreamMode.generate), "kept",
                  "application/pdf")
    yield Hostile("html-behind.pdf", plain() + f"\n<script>{MARK}</script>".encode(), "kept", "application/pdf")
    for change, verdict in ((launches, "launch"), (launches_deep, "launch"), (is_a_program, "form"),
                            (huge_picture, "pixels"), (bomb, "long"), (bomb_in_a_bomb, "long"),
                            (sealed_and_active, "signed")):
        yield Hostile(f"{change.__name__}.pdf", written(change), verdict)
    yield Hostile("sealed.pdf", written(sealed), "as is", "application/pdf")
    for name, keys in (("locked.pdf", ("open", "own")), ("half-locked.pdf", ("", "own"))):
        yield Hostile(name, written(lambda document: None, encryption=pikepdf.Encryption(user=keys[0], owner=keys[1])),
                      "password")
    yield Hostile("cut.pdf", plain()[:40], "damaged")
    yield Hostile("nothing-inside.pdf", b"%PDF-1.7 nothing", "damaged")
    yield Hostile("turning-round.pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]"
                  b"/Count 1>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF", "damaged")
    yield Hostile("deep.pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/X " + b"[" * 5000 + b"]" * 5000
                  + b">>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF", "damaged")


def collection() -> list[Hostile]:
    """All of them."""
    return [*images(), *false_types(), *pdfs()]
