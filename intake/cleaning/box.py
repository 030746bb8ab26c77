"""The box: a program of its own that reads one file from its input and writes it again, clean, or says why not.

It is started alone, without environment, within limits; it imports nothing of the house. A type is what the content is;
images are decoded and drawn again, so nothing but pixels remains; in a PDF whatever acts is taken out wherever it
hides, which is why every object is walked, rather than the places where the format says that actions belong.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
import zlib
from collections.abc import Iterator
from typing import Any, Final

MEMORY: Final = 512 * 1024 * 1024
SECONDS: Final = 5
PIXELS: Final = 40_000_000
UNFOLDED: Final = 400 * 1024 * 1024
"""What the streams of a PDF may weigh once decompressed."""
DEEPEST: Final = 100


class Refused(Exception):
    """Not taken; the word says why."""


def main() -> None:
    """One file in, one file out."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    content = sys.stdin.buffer.read()
    try:
        media_type, made = read(content)
    except Refused as refused:
        said, made = {"refused": str(refused)}, b""
    except (MemoryError, RecursionError):
        said, made = {"refused": "long"}, b""
    else:
        said = {"type": media_type}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + made)


def read(content: bytes) -> tuple[str, bytes]:
    """(type, content made again). Refused when it is none of ours."""
    import puremagic

    try:
        found = {one.mime_type for one in puremagic.magic_string(content[:4096])}
    except puremagic.PureError:
        found = set()
    if "application/pdf" in found and content.startswith(b"%PDF-"):
        return "application/pdf", pdf(content)
    if "image/png" in found:
        return image(content, "PNG")
    if "image/jpeg" in found:
        return image(content, "JPEG")
    if found & {"image/heif", "image/heic", "image/heic-sequence"} or content[4:12] in (b"ftypheic", b"ftypmif1"):
        return image(content, "HEIF")
    raise Refused("type")


# Images --------------------------------------------------------------------------------------------------------------


def image(content: bytes, kind: str) -> tuple[str, bytes]:
    """Decode, turn upright, draw again: no EXIF, no place, no second picture behind the first."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = PIXELS
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as opened:
            if opened.width * opened.height > PIXELS:
                raise Refused("pixels")
            upright = ImageOps.exif_transpose(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, RuntimeError):
        raise Refused("damaged") from None
    see_through = kind == "PNG" and (upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info)
    mode = "RGBA" if see_through else upright.mode if upright.mode in ("L", "RGB") else "RGB"
    drawn = upright if upright.mode == mode else upright.convert(mode)
    drawn.info.clear()
    made = io.BytesIO()
    if kind == "PNG":
        drawn.save(made, "PNG")
        return "image/png", made.getvalue()
    drawn.save(made, "JPEG", quality=88)
    return "image/jpeg", made.getvalue()


# PDF -----------------------------------------------------------------------------------------------------------------

ACTS: Final = frozenset({
    "/JavaScript", "/SubmitForm", "/ImportData", "/ResetForm", "/GoToR", "/GoToE", "/Rendition", "/Movie", "/Sound", "/Hide",
    "/RichMediaExecute", "/GoTo3DView", "/SetOCGState", "/Trans", "/Thread",
})
"""Actions taken out. What moves inside the document and links to the web, which do nothing by themselves, stay."""
PLAYS: Final = frozenset({"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})
"""Annotations taken out."""
KEYS: Final = frozenset({
    "/AA", "/OpenAction", "/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/AF", "/Collection", "/Renditions", "/PieceInfo",
    "/RichMediaContent", "/RichMediaSettings", "/3DD",
})
"""What is taken out wherever it stands: what runs by itself, and files inside the file."""


def pdf(content: bytes) -> bytes:
    """A PDF without anything that acts; a signed one as it came, when there was nothing to take out."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            if document.is_encrypted:
                raise Refused("password")
            weigh(document)
            found = take_out(document)
            if signed(document):
                if found:
                    raise Refused("signed")
                return content
            if not len(document.pages):
                raise Refused("damaged")
            forget_places(document)
            made = io.BytesIO()
            document.save(made, static_id=True)
            return made.getvalue()
    except pikepdf.PasswordError:
        raise Refused("password") from None
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, ValueError, TypeError, KeyError, AttributeError, IndexError,
            RuntimeError):
        raise Refused("damaged") from None


def containers(document: Any) -> Iterator[Any]:
    """Every dictionary, stream and array of the file: those with a number, and those written inside them."""
    def inside(thing: Any, depth: int) -> Iterator[Any]:
        import pikepdf

        if depth > DEEPEST:
            raise Refused("damaged")
        if isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
            yield thing
            for name in list(thing.keys()):
                child = thing.get(name)
                if isinstance(child, pikepdf.Object) and not child.is_indirect:
                    yield from inside(child, depth + 1)
        elif isinstance(thing, pikepdf.Array):
            yield thing
            for child in list(thing):
                if isinstance(child, pikepdf.Object) and not child.is_indirect:
                    yield from inside(child, depth + 1)

    for thing in document.objects:
        yield from inside(thing, 0)
    yield from inside(document.trailer, 0)


def take_out(document: Any) -> int:
    """Take out whatever acts; how many things there were. Refused for a form that is a program, and for a launcher."""
    import pikepdf

    taken = 0
    for thing in list(containers(document)):
        if isinstance(thing, pikepdf.Array):
            for place in reversed(range(len(thing))):
                if acts(thing[place]):
                    del thing[place]
                    taken += 1
            continue
        if "/XFA" in thing:
            raise Refused("form")
        for name in list(thing.keys()):
            value = thing.get(name)
            if acts(value) or (name in KEYS and not harmless(name, value)):
                del thing[name]
                taken += 1
    return taken


def harmless(name: str, value: Any) -> bool:
    """A document that opens at one of its own pages opens nothing else."""
    import pikepdf

    return name == "/OpenAction" and (isinstance(value, pikepdf.Array) or word(value, "/S") == "/GoTo")


def acts(value: Any) -> bool:
    """Whether a value is an action or an annotation that does something. Refused for one that starts a program."""
    said = word(value, "/S")
    if said == "/Launch" and word(value, "/Type") != "/StructElem":
        raise Refused("launch")
    return (said in ACTS and word(value, "/Type") != "/StructElem") or word(value, "/Subtype") in PLAYS


def word(value: Any, name: str) -> str:
    """The name a dictionary gives under a key, or ''."""
    import pikepdf

    if not isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)):
        return ""
    said = value.get(name)
    return str(said) if isinstance(said, pikepdf.Name) else ""


def signed(document: Any) -> bool:
    """Whether somebody signed it digitally."""
    import pikepdf

    return any(isinstance(one, pikepdf.Dictionary) and "/ByteRange" in one and "/Contents" in one
               for one in containers(document))


def weigh(document: Any) -> None:
    """Refuse a file that unfolds into far more than it weighs, or draws giant pictures, before someone's reader does."""
    import pikepdf

    weight = 0
    for thing in document.objects:
        if not isinstance(thing, pikepdf.Stream):
            continue
        if word(thing, "/Subtype") == "/Image":
            width, height = thing.get("/Width", 0), thing.get("/Height", 0)
            if int(width) * int(height) > PIXELS:
                raise Refused("pixels")
        weight += unfolded(thing, UNFOLDED - weight)
        if weight > UNFOLDED:
            raise Refused("long")


def unfolded(stream: Any, most: int) -> int:
    """What a stream weighs once decompressed, as far as `most`; pictures, weighed by their pixels, as they are."""
    import pikepdf

    filters = stream.get("/Filter", pikepdf.Array([]))
    names = [str(one) for one in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    raw: Iterator[bytes] = iter([stream.read_raw_bytes()])
    while names and names[0] in ("/FlateDecode", "/Fl"):
        names, raw = names[1:], inflated(raw)
    if names and names[0] not in PICTURES:
        return len(stream.read_bytes())
    weight = 0
    for part in raw:
        weight += len(part)
        if weight > most:
            break
    return weight


def inflated(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The parts of a stream decompressed, a megabyte at a time, so that a bomb never stands whole in memory."""
    unpacker = zlib.decompressobj()
    for part in parts:
        left = part
        while left and not unpacker.eof:
            try:
                made = unpacker.decompress(left, 1 << 20)
            except zlib.error:
                return
            yield made
            left = unpacker.unconsumed_tail


PICTURES: Final = frozenset({"/DCTDecode", "/DCT", "/JPXDecode", "/CCITTFaxDecode", "/CCF", "/JBIG2Decode", "/Crypt"})
APPLICATION: Final = re.compile(rb"\xff[\xe1\xed]")


def forget_places(document: Any) -> None:
    """Forget where and by which device the pictures and the document were made."""
    import pikepdf

    for thing in list(containers(document)):
        if not isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
            continue
        if "/Metadata" in thing:
            del thing["/Metadata"]
        if isinstance(thing, pikepdf.Stream) and thing.get("/Filter") == pikepdf.Name.DCTDecode:
            raw = thing.read_raw_bytes()
            if APPLICATION.search(raw[:65536]):
                thing.write(without_notes(raw), filter=pikepdf.Name.DCTDecode,
                            decode_parms=thing.get("/DecodeParms"))


def without_notes(jpeg: bytes) -> bytes:
    """A JPEG without its EXIF, XMP and IPTC segments, its pixels untouched."""
    kept, at = [jpeg[:2]], 2
    while jpeg[at:at + 1] == b"\xff" and jpeg[at + 1:at + 2] not in (b"\xda", b""):
        size = 2 + int.from_bytes(jpeg[at + 2:at + 4], "big")
        if jpeg[at + 1] not in (0xE1, 0xED):
            kept.append(jpeg[at:at + size])
        at += size
    return b"".join([*kept, jpeg[at:]])


if __name__ == "__main__":
    main()
