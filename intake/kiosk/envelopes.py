"""Envelopes as tablets send them: what must be there, what is bound to the sealed body, what the receipt repeats."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
UID = re.compile(r"[\w-]{22}", re.ASCII)
LARGEST = 12_000
"""Characters of a sealed body: a long irritant, twice."""
VERSION = 1
FARTHEST = 10**14
"""Milliseconds: the year 5138; a tablet's clock says anything before."""


class NotWellFormed(Exception):
    """What came is no envelope; the word says which part."""


@dataclass(frozen=True)
class Envelope:
    """A sealed entry with what travels in clear; an anonymous one says its day, and neither device nor time."""

    key: str
    sealed_to: str
    body: str
    device: str = ""
    sequence: int = 0
    at: int = 0
    day: date | None = None

    @property
    def bound(self) -> str:
        """What the tablet bound to the body when it sealed it."""
        clear = ("irritant", self.day.isoformat()) if self.day else (self.device, str(self.sequence), str(self.at))
        return "|".join(("parcours-borne", str(VERSION), self.sealed_to, self.key, *clear))

    @property
    def digest(self) -> str:
        """What receipt and tablet compare."""
        return hashlib.sha256(f"{self.bound}|{self.body}".encode()).hexdigest()

    @property
    def sealed(self) -> bytes:
        """The sealed body."""
        return base64.b64decode(self.body)


def read(told: Any) -> Envelope:
    """An entry's envelope. Raises NotWellFormed."""
    common = _common(told)
    device, sequence, at = told.get("device"), told.get("sequence"), told.get("at")
    if not (isinstance(device, str) and UID.fullmatch(device)):
        raise NotWellFormed("device")
    if not (type(sequence) is int and 0 < sequence < 10**9):
        raise NotWellFormed("sequence")
    if not (type(at) is int and 0 <= at < FARTHEST):
        raise NotWellFormed("at")
    return Envelope(**common, device=device, sequence=sequence, at=at)


def read_anonymous(told: Any) -> Envelope:
    """An irritant's envelope: key, day, version. Raises NotWellFormed, also when it says more."""
    common = _common(told)
    if set(told) - {"key", "sealed_to", "body", "version", "day"}:
        raise NotWellFormed("more than key, day and version")
    try:
        day = date.fromisoformat(told["day"])
    except (KeyError, TypeError, ValueError) as error:
        raise NotWellFormed("day") from error
    return Envelope(**common, day=day)


def _common(told: Any) -> dict[str, str]:
    if not isinstance(told, Mapping):
        raise NotWellFormed("envelope")
    if told.get("version") != VERSION:
        raise NotWellFormed("version")
    key, sealed_to, body = (told.get(name) for name in ("key", "sealed_to", "body"))
    if not (isinstance(key, str) and UUID.fullmatch(key)):
        raise NotWellFormed("key")
    if not (isinstance(sealed_to, str) and UID.fullmatch(sealed_to)):
        raise NotWellFormed("sealed_to")
    if not (isinstance(body, str) and 0 < len(body) <= LARGEST):
        raise NotWellFormed("body")
    try:
        base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotWellFormed("body") from error
    return {"key": key, "sealed_to": sealed_to, "body": body}
