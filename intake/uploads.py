"""Files that are posted: cleaned before any lock, encrypted, and named in the answers by their uid."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from intake import moment
from intake.cleaning import LARGEST, BadFile, clean
from intake.models import pieces
from intake.models.base import new_uid
from intake.models.dossiers import Dossier
from intake.models.people import Person


def store(dossier: Dossier, file: FileStorage, by: Person, title: str, key: str = "") -> pieces.Piece:
    """Clean a posted file and keep it, encrypted; the same file of the same form (`key`) once. Raises BadFile."""
    content = file.stream.read(LARGEST + 1)
    uid = uid_in_form(dossier, key, title, content) if key else new_uid()
    if (kept := pieces.of_dossier(dossier, uid)) is not None:
        return kept
    if (full := pieces.why_no_room(dossier, len(content))):
        raise BadFile(full)
    made = clean(content)
    try:
        return pieces.add(dossier, title=title, filename=made.named(file.filename or ""), media_type=made.media_type,
                          content=made.content, by=by, now=moment.now(), uid=uid)
    except pieces.NoRoom as full:
        raise BadFile(str(full)) from full


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
