"""The cooperative's certificates: made for the house, kept beside INTAKE_KEY_FILE and sealed by it, the newest first."""

from __future__ import annotations

import json
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
from intake.models.sealed import seal, unseal

LASTS = timedelta(days=5 * 365)
SUFFIX = ".seal"
"""`keys` → `keys.seal`: outside the database, like the keys that seal it."""
PLACE, ROW = "seal.keys", "certificate"

_file: Path | None = None
_makes_its_own = False


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
    global _file, _makes_its_own
    _file, _makes_its_own = key_file.with_name(key_file.name + SUFFIX), create


def pairs() -> list[Pair]:
    """Every certificate of the house, the newest first; those before stay, so that old seals are still recognised."""
    if _file is None or not _file.exists():
        return []
    return [_opened(line) for line in _file.read_bytes().splitlines() if line.strip()]


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
    _file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = _file.with_name(_file.name + ".new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(_closed(pair) + b"\n" + lines)
    fresh.replace(_file)
    return pair


def _closed(pair: Pair) -> bytes:
    private = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = pair.certificate.public_bytes(Encoding.PEM).decode()
    return seal(PLACE, ROW, json.dumps([public, private]))


def _opened(line: bytes) -> Pair:
    public, private = json.loads(unseal(PLACE, ROW, line.strip()))
    key = load_pem_private_key(private.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101
    return Pair(x509.load_pem_x509_certificate(public.encode()), key)
