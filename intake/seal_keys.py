"""The cooperative's certificates: made for the house, kept beside INTAKE_KEY_FILE and sealed by it, the newest first."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from intake import moment
from intake.models.sealed import renewed, seal, unseal

LASTS = timedelta(days=5 * 365)
SUFFIX = ".seal"
"""`keys` → `keys.seal`: outside the database, like the keys that seal it."""
PLACE, ROW = "seal.keys", "certificate"

_file: Path | None = None
_makes_its_own = False
_opened_once: tuple[bytes, list[Pair]] | None = None
"""What the file held when it was last opened: its certificates are read from clear memory until it changes."""


class NoCertificate(Exception):
    """The house has no certificate: nothing is signed on the screen until it has one."""


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def use(key_file: Path, *, create: bool) -> None:
    """Where the certificates lie; with `create` (development), the first is made when it is first needed."""
    global _file, _makes_its_own, _opened_once
    _file, _makes_its_own, _opened_once = key_file.with_name(key_file.name + SUFFIX), create, None


def pairs() -> list[Pair]:
    """Every certificate of the house, the newest first; those before stay, so that old seals are still recognised."""
    global _opened_once
    if _file is None or not _file.exists():
        return []
    held = _file.read_bytes()
    if _opened_once is None or _opened_once[0] != held:
        _opened_once = held, [_opened(line) for line in held.splitlines() if line.strip()]
    return _opened_once[1]


def renew() -> int:
    """Seal the file again under the newest key; begun again, it goes on. How many certificates turned (TRUST 4.6)."""
    if _file is None or not _file.exists():
        return 0
    lines = [line.strip() for line in _file.read_bytes().splitlines() if line.strip()]
    fresh = [renewed(line) for line in lines]
    turned = sum(one is not None for one in fresh)
    if turned:
        _write(b"".join((new or old) + b"\n" for new, old in zip(fresh, lines, strict=True)))
    return turned


def newest() -> Pair:
    """The certificate that seals today. Raises NoCertificate."""
    found = pairs()
    if not found and _makes_its_own:
        return make("Maison d’essai", moment.now())
    if not found:
        raise NoCertificate
    return found[0]


def trusted() -> set[str]:
    """The fingerprints of the certificates of the house."""
    return {pair.fingerprint for pair in pairs()}


def make(name: str, now: datetime) -> Pair:
    """A new self-signed certificate (EC P-256) of the house, put before those it has."""
    assert _file is not None, "use() comes first"  # noqa: S101
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
                         x509.NameAttribute(NameOID.COMMON_NAME, f"{name}, scellement des documents signés")])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False)
    certificate = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
                   .not_valid_after(now + LASTS).add_extension(usage, critical=True)
                   .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
                   .sign(key, hashes.SHA256()))
    pair = Pair(certificate, key)
    lines = _file.read_bytes() if _file.exists() else b""
    _write(_closed(pair) + b"\n" + lines)
    return pair


def _write(content: bytes) -> None:
    """The whole file or the former one, never half of it; its owner alone reads it."""
    assert _file is not None, "use() comes first"  # noqa: S101
    _file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = _file.with_name(_file.name + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(_file)


def _closed(pair: Pair) -> bytes:
    private = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = pair.certificate.public_bytes(Encoding.PEM).decode()
    return seal(PLACE, ROW, json.dumps([public, private]))


def _opened(line: bytes) -> Pair:
    public, private = json.loads(unseal(PLACE, ROW, line.strip()))
    key = load_pem_private_key(private.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101
    return Pair(x509.load_pem_x509_certificate(public.encode()), key)
