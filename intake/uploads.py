"""Files posted with a step: checked by content, encrypted, and named in its answers by their uid."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from intake import moment
from intake.models import pieces
from intake.models.base import new_uid
from intake.models.dossiers import Dossier
from intake.models.people import Person

LARGEST = 10 * 1024 * 1024
SIGNATURES = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


class BadFile(Exception):
    """The file cannot be taken; the sentence says why."""


def media_type(content: bytes) -> str:
    """The type read from the content. Raises BadFile."""
    if not content:
        raise BadFile("Le fichier est vide")
    if len(content) > LARGEST:
        raise BadFile("Le fichier doit peser moins de 10 Mo")
    for signature, found in SIGNATURES.items():
        if content.startswith(signature):
            return found
    raise BadFile("Le fichier doit être un PDF, un JPG ou un PNG")


def store(dossier: Dossier, file: FileStorage, by: Person, title: str, key: str = "") -> pieces.Piece:
    """Check a posted file and keep it, encrypted; the same file of the same form (`key`) once. Raises BadFile."""
    content = file.stream.read(LARGEST + 1)
    found = media_type(content)
    uid = uid_in_form(dossier, key, title, content) if key else new_uid()
    if (kept := pieces.Piece.get_or_none(pieces.Piece.uid == uid, pieces.Piece.dossier == dossier)) is not None:
        return kept  # type: ignore[no-any-return]
    if pieces.count(dossier) >= pieces.MOST:
        raise BadFile("Vous avez déjà 20 pièces. Supprimez-en une pour continuer")
    return pieces.add(dossier, title=title, filename=file.filename or "fichier", media_type=found, content=content,
                      by=by, now=moment.now(), uid=uid)


def uid_in_form(dossier: Dossier, key: str, title: str, content: bytes) -> str:
    """A uid that only this form, this field and this content give: a double click keeps one piece, and one text."""
    digest = hashlib.sha256(f"{dossier.uid}\0{key}\0{title}\0".encode() + content).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def with_pieces(dossier: Dossier, typed: MultiDict[str, str], files: Mapping[str, Any], by: Person
                ) -> MultiDict[str, str]:
    """The posted text, each file kept and replaced by the uid of its piece; a refused one by its sentence."""
    raw: MultiDict[str, str] = MultiDict(
        (name, value) for name, value in typed.items(multi=True) if not name.endswith("-problem"))
    for name in pieces.of_others(dossier, raw):
        raw[name] = ""
    for name, file in files.items():
        if not file or not file.filename:
            continue
        try:
            raw[name] = store(dossier, file, by, title=name, key=typed.get("key", "")).uid
        except BadFile as bad:
            raw[name] = ""
            raw[f"{name}-problem"] = str(bad)
    return raw
