"""Encryption at rest of what is sensitive: MultiFernet, each text bound to its table, column and row (TRUST 4.4–4.6)."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_keys: MultiFernet | None = None


class WrongKey(Exception):
    """The key file cannot open what the database holds, or a text was moved to another row."""


def load_keys(path: Path, *, create: bool = True) -> None:
    """Read the keys, one a line, the newest first: it seals, all open. Raises WrongKey.

    With `create` (development), a missing file is made; without it (production), the file must exist and be readable
    by its owner alone.
    """
    global _keys
    if not path.exists():
        if not create:
            raise WrongKey(f"INTAKE_KEY_FILE names {path.name}, which does not exist; without it nothing sealed opens")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
    if not create and path.stat().st_mode & 0o077:
        raise WrongKey(f"others may read {path.name}: `chmod 600` it")
    lines = [line.strip() for line in path.read_bytes().splitlines() if line.strip()]
    try:
        _keys = MultiFernet([Fernet(line) for line in lines])
    except ValueError as error:
        raise WrongKey(f"{path.name} does not hold Fernet keys, one a line") from error


def opens(content: bytes) -> bool:
    """Whether one of the keys opens a content, wherever it belongs."""
    assert _keys is not None, "load_keys() comes first"  # noqa: S101
    try:
        _keys.decrypt(content)
    except InvalidToken:
        return False
    return True


def renewed(content: bytes) -> bytes | None:
    """The same under the newest key; None when it is already. Raises WrongKey when no key opens it."""
    assert _keys is not None, "load_keys() comes first"  # noqa: S101
    try:
        _newest(_keys).decrypt(content)
    except InvalidToken:
        try:
            return _keys.rotate(content)
        except InvalidToken as error:
            raise WrongKey("no key opens it") from error
    return None


def _newest(keys: MultiFernet) -> Fernet:
    found: Fernet = keys._fernets[0]
    return found


def seal(place: str, uid: str, content: bytes | str) -> bytes:
    """Encrypt a content for one place (`table.column`) of one row."""
    assert _keys is not None, "load_keys() comes first"  # noqa: S101
    plain = content.encode() if isinstance(content, str) else content
    return _keys.encrypt(_bound(place, uid) + plain)


def unseal(place: str, uid: str, content: bytes) -> bytes:
    """Decrypt a content; raises WrongKey when it was sealed by another key or for another row."""
    assert _keys is not None, "load_keys() comes first"  # noqa: S101
    try:
        plain = _keys.decrypt(content)
    except InvalidToken as error:
        raise WrongKey(place) from error
    bound = _bound(place, uid)
    if not plain.startswith(bound):
        raise WrongKey(f"{place}: sealed for another row")
    return plain[len(bound):]


def _bound(place: str, uid: str) -> bytes:
    return f"{place}|{uid}|".encode()
