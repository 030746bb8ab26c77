"""Files that are posted: cleaned before any lock, encrypted, and named in the answers by their uid."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from intake import degraded, moment
from intake.cleaning import LARGEST, BadFile, clean
from intake.models import pieces
from intake.models.base import new_uid
from intake.models.dossiers import Dossier
from intake.models.people import Person

NO_PIECES = "Nous ne pouvons pas recevoir de pièces pour le moment. Le reste fonctionne."
"""The disk is short; said in the place of the file."""


def store(dossier: Dossier, file: FileStorage, by: Person, title: str, key: str = "") -> pieces.Piece:
    """Clean a posted file and keep it, encrypted; the same file of the same form (`key`) once. Raises BadFile."""
    found = made_ready(dossier, file, by, title, key)
    try:
        return found if found.id else pieces.keep(found)
    except pieces.NoRoom as full:
        raise BadFile(str(full)) from full


def made_ready(dossier: Dossier, file: FileStorage, by: Person, title: str, key: str) -> pieces.Piece:
    """A posted file cleaned and encrypted, not kept yet; or the piece that this form kept already. Raises BadFile."""
    content = file.stream.read(LARGEST + 1)
    uid = uid_in_form(dossier, key, title, content) if key else new_uid()
    if (kept := pieces.of_dossier(dossier, uid)) is not None:
        return kept
    if not degraded.takes_pieces():
        raise BadFile(NO_PIECES)
    if (full := pieces.why_no_room(dossier, len(content))):
        raise BadFile(full)
    made = clean(content)
    return pieces.sealed_piece(dossier, title=title, filename=made.named(file.filename or ""), media_type=made.media_type,
                               content=made.content, by=by, now=moment.now(), uid=uid)


def uid_in_form(dossier: Dossier, key: str, title: str, content: bytes) -> str:
    """A uid that only this form, this field and this content give: a double click keeps one piece, and one text."""
    digest = hashlib.sha256(f"{dossier.uid}\0{key}\0{title}\0".encode() + content).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def with_pieces(dossier: Dossier, typed: MultiDict[str, str], files: Mapping[str, Any], by: Person
                ) -> MultiDict[str, str]:
    """The posted text, each file kept and replaced by the uid of its piece; a refused one by its sentence."""
    return keep_aside(*cleaned(dossier, typed, files, by))


def keep_aside(raw: MultiDict[str, str], ready: Mapping[str, pieces.Piece]) -> MultiDict[str, str]:
    """Keep files by themselves: their page has no step, or comes back, and nobody chooses them twice."""
    for name, piece in ready.items():
        try:
            pieces.keep(piece)
        except pieces.NoRoom as full:
            refuse(raw, name, str(full))
    return raw


def cleaned(dossier: Dossier, typed: MultiDict[str, str], files: Mapping[str, Any], by: Person
            ) -> tuple[MultiDict[str, str], dict[str, pieces.Piece]]:
    """The same with nothing kept yet: a step keeps its files in its own transaction. (text, the new pieces by field)."""
    raw: MultiDict[str, str] = MultiDict(
        (name, value) for name, value in typed.items(multi=True) if not name.endswith("-problem"))
    ready: dict[str, pieces.Piece] = {}
    for name in pieces.of_others(dossier, raw):
        raw[name] = ""
    for name, file in files.items():
        if not file or not file.filename:
            continue
        try:
            piece = made_ready(dossier, file, by, title=name, key=typed.get("key") or typed.get("sheet", ""))
        except BadFile as bad:
            refuse(raw, name, str(bad))
            continue
        raw[name] = piece.uid
        if not piece.id:
            ready[name] = piece
    return raw, ready


def refuse(raw: MultiDict[str, str], name: str, sentence: str) -> None:
    """Say in the place of a file why it is not taken."""
    raw[name] = ""
    raw[f"{name}-problem"] = sentence
