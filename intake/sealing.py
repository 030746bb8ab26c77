"""The seal of the cooperative: a signed document, its evidence page and its signature in one PDF (PAdES B-B, EC P-256).

The frozen document stays, byte for byte, at the head of the file; evidence and seal are written after it. So a file says by
itself which document was signed (the SHA-256 of its head), and whether anything was changed since.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from intake.seal_keys import Pair, newest, trusted
from intake.sealing_pages import append

FIELD = "Scellement"
ROOM = 8192
"""Hexadecimal digits kept for the signature: a certificate of ours takes half; measuring each time would sign twice."""
EVIDENCE = "/ParcoursPreuve"
"""Where a sealed PDF keeps its evidence as data, in its catalogue."""


def seal(frozen: bytes, page: bytes, evidence: Mapping[str, Any], *, at: datetime, name: str) -> bytes:
    """The frozen document, its evidence page and data, sealed by the newest certificate. Raises NoCertificate."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    class AtThatTime(signers.PdfSigner):  # type: ignore[misc]
        """Signs at the instant of the house's clock."""

        def init_signing_session(self, *given: Any, **options: Any) -> Any:
            """The session, its time set."""
            session = super().init_signing_session(*given, **options)
            session.system_time = at
            return session

        def register_extensions(self, *_: Any, **__: Any) -> None:
            """None: they would call the file PDF 2.0, and PDF/A-2 is 1.7."""

    class KeepsItsMetadata(IncrementalPdfFileWriter):  # type: ignore[misc]
        """Leaves title, dates and standards as they were frozen: pyHanko would write them in its way, no longer PDF/A."""

        def _update_meta(self) -> None:
            """Nothing."""

    writer = KeepsItsMetadata(BytesIO(frozen))
    told = json.dumps({**evidence, "document": hashlib.sha256(frozen).hexdigest(), "length": len(frozen)},
                      ensure_ascii=False, sort_keys=True)
    writer.root[generic.pdf_name(EVIDENCE)] = writer.add_object(generic.StreamObject(stream_data=told.encode()))
    writer.update_root()
    append(writer, page, FIELD)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, name=name,
        reason="Document signé, scellé avec son dossier de preuve")
    out = _apart(lambda: AtThatTime(metadata, signer=_signer(newest())).sign_pdf(
        writer, existing_fields_only=True, bytes_reserved=ROOM, output=BytesIO()))
    sealed: bytes = out.getvalue()
    return sealed


_signers: dict[str, Any] = {}
"""By certificate: reading one again would cost more than signing with it."""


def _apart(act: Callable[[], Any]) -> Any:
    """What pyHanko does in a loop of its own, in a thread of its own: the caller’s may run one already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(act).result()


def _signer(pair: Pair) -> Any:
    if pair.fingerprint not in _signers:
        _signers[pair.fingerprint] = _opened(pair)
    return _signers[pair.fingerprint]


def _opened(pair: Pair) -> Any:
    from asn1crypto import keys, x509
    from pyhanko.sign import signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    private = pair.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(pair.certificate.public_bytes(Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(private), cert_registry=SimpleCertificateStore())


DAMAGED = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, RuntimeError, OSError,
           struct.error, zlib.error)
"""What a damaged file makes its readers raise, wherever the damage is."""


# Examining -----------------------------------------------------------------------------------------------------------


@dataclass
class Examined:
    """What a PDF says of itself."""

    sealed: bool = False
    """It carries a seal."""
    intact: bool = False
    """Nothing was changed, nor added, since the seal."""
    ours: bool = False
    """The seal is that of a certificate of this house."""
    subject: str = ""
    at: datetime | None = None
    document: str = ""
    """SHA-256 of the document that was read and signed."""
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Sealed by the house, and whole."""
        return self.intact and self.ours


def examine(content: bytes) -> Examined:
    """Read a PDF's seal: whose it is, when, whether a byte changed. What cannot be read is not intact."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko_certvalidator.errors import PathError

    try:
        reader = PdfFileReader(BytesIO(content))
        seals = reader.embedded_signatures
        return _examined(content, reader, seals[-1]) if seals else Examined(sealed=b"/ByteRange" in content)
    except (*DAMAGED, PdfError, PathError):
        return Examined(sealed=b"/ByteRange" in content)


def _examined(content: bytes, reader: Any, embedded: Any) -> Examined:
    from pyhanko.sign.validation import ValidationContext, validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    certificate = embedded.signer_cert
    status = _apart(lambda: validate_pdf_signature(
        embedded, signer_validation_context=ValidationContext(trust_roots=[certificate], allow_fetching=False), skip_diff=True))
    whole = embedded.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE
    found = Examined(
        sealed=True, intact=bool(status.intact and status.valid and whole and _nothing_in_the_gap(content, embedded)),
        ours=hashlib.sha256(certificate.dump()).hexdigest() in trusted(), subject=str(certificate.subject.native["common_name"]),
        at=embedded.self_reported_timestamp)
    if EVIDENCE in reader.root:
        found.evidence = json.loads(reader.root[EVIDENCE].data)
        found.document = hashlib.sha256(content[:found.evidence["length"]]).hexdigest()
        found.intact = found.intact and found.document == found.evidence["document"]
    return found


def _nothing_in_the_gap(content: bytes, embedded: Any) -> bool:
    """The seal does not cover the room it lies in: there must be the signature, written one way, and zeros."""
    _, before, after, _ = (int(number) for number in embedded.byte_range)
    written = content[before + 1:after - 1]
    signature = bytes.fromhex(written.decode("ascii"))
    length = 4 + int.from_bytes(signature[2:4], "big")
    return written == signature.hex().upper().encode() and not any(signature[length:])


def verdict(found: Examined) -> tuple[str, str]:
    """(what it is in a word: good, changed, other or bare; the sentence for people)."""
    if not found.sealed:
        return "bare", "Ce PDF ne porte aucun scellement. Il n’a pas été signé ici, ou c’est une copie imprimée."
    if not found.intact:
        return "changed", "Ce document a été modifié après sa signature, ou il est abîmé. Ne vous y fiez pas."
    if not found.ours:
        return "other", "Ce document est intact, mais le scellement n’est pas celui de la coopérative."
    return "good", "Ce document est intact. Rien n’a changé depuis son scellement par la coopérative."
