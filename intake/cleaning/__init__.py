"""What is posted is read, cleaned and made again by a child process that can do nothing else (TRUST 3.9, 3.10)."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from intake.models.base import db

LARGEST = 10 * 1024 * 1024
SECONDS = 5
BOX = Path(__file__).parent / "box.py"
ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
SENTENCES = {
    "empty": "Le fichier est vide",
    "heavy": "Le fichier doit peser moins de 10 Mo",
    "type": "Le fichier doit être un PDF, un JPG ou un PNG",
    "password": "Le fichier est protégé par un mot de passe",
    "form": "Ce PDF est un formulaire actif. Imprimez-le en PDF, puis ajoutez ce nouveau fichier",
    "launch": "Ce PDF lance un programme. Imprimez-le en PDF, puis ajoutez ce nouveau fichier",
    "signed": "Ce PDF signé contient des éléments actifs. Demandez-en une copie sans eux, ou ajoutez une photo",
    "pixels": "L’image est trop grande : 40 millions de pixels au maximum. Réduisez-la, puis réessayez",
    "damaged": "Le fichier est illisible. Ouvrez-le, enregistrez-le à nouveau, puis réessayez",
    "long": "Le fichier est trop lourd à lire. Enregistrez-le plus petit, puis réessayez",
}
"""Why a file cannot be taken: what the child says, in words for people (SCREENS F55)."""


class BadFile(Exception):
    """The file cannot be taken; the sentence says why and what to do."""


@dataclass(frozen=True)
class Clean:
    """A document as it is kept: its type, read from its content, and the content made again."""

    media_type: str
    content: bytes

    def named(self, filename: str) -> str:
        """The name it was posted under, with the ending of what it has become."""
        ending = ENDINGS[self.media_type]
        stem = Path(filename.replace("\\", "/")).name[:180] or "document"
        same = stem.lower().endswith((ending, ".jpeg") if ending == ".jpg" else ending)
        return stem if same else Path(stem).stem + ending


def clean(content: bytes) -> Clean:
    """Read a file in the box and make it again. BadFile when it cannot be taken. Never inside a transaction (TRUST 2.5)."""
    assert db.obj is None or not db.in_transaction(), "a file is cleaned before the lock"  # noqa: S101
    if not content:
        raise BadFile(SENTENCES["empty"])
    if len(content) > LARGEST:
        raise BadFile(SENTENCES["heavy"])
    try:
        done = subprocess.run(  # noqa: S603 our own program, without environment
            [sys.executable, "-I", str(BOX)], input=content, capture_output=True, timeout=SECONDS, check=False, env={}, cwd="/")
    except subprocess.TimeoutExpired:
        raise BadFile(SENTENCES["long"]) from None
    head, _, made = done.stdout.partition(b"\n")
    said = json.loads(head) if done.returncode == 0 and head else {"refused": "long" if done.returncode < 0 else "damaged"}
    if "refused" in said:
        raise BadFile(SENTENCES[said["refused"]])
    if len(made) > LARGEST:
        raise BadFile(SENTENCES["heavy"])
    return Clean(said["type"], made)
