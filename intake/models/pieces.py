"""Pieces and papers: what was uploaded, and the documents made to be signed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from peewee import BlobField, ForeignKeyField, IntegerField, TextField, fn

from intake.models.base import (
    InstantField,
    JSONField,
    Model,
    SealedField,
    UidField,
    instant,
    new_uid,
    write_transaction,
)
from intake.models.dossiers import Case, Dossier, Event, lock
from intake.models.people import Person
from intake.models.sealed import seal, unseal


class Piece(Model):
    """An uploaded document, encrypted in the database."""

    uid = UidField()
    dossier = ForeignKeyField(Dossier, backref="pieces")
    title = TextField(default="")
    filename = TextField()
    media_type = TextField()
    size = IntegerField()
    content = SealedField(null=True)
    """Empty once it is removed."""
    added_by = ForeignKeyField(Person, null=True, backref="+")
    added_at = InstantField()
    removed_at = InstantField(null=True)


class NoRoom(Exception):
    """A dossier holds all the pieces it may; the sentence says what to do."""


class Paper(Model):
    """A document made once, hashed, never rewritten: frozen to be signed, or drawn up on demand."""

    uid = UidField()
    case = ForeignKeyField(Case, backref="papers")
    event = ForeignKeyField(Event, null=True, backref="+")
    """The step that froze it; empty when someone drew it up."""
    made_by = ForeignKeyField(Person, null=True, backref="+")
    kind = TextField()
    template = TextField()
    """Which version of which template made it."""
    sha256 = TextField()
    content = BlobField()
    parts = JSONField(default=list)
    """(title, HTML) of what is read on the screen before signing: the same words, from the same template."""
    made_at = InstantField()


MOST = 20
"""Pieces of one dossier."""
HEAVIEST = 100 * 1024 * 1024
"""Bytes of all the pieces of one dossier."""
TOO_MANY = "Vous avez déjà 20 pièces. Supprimez-en une pour continuer"
TOO_HEAVY = "Vos pièces pèsent déjà 100 Mo. Supprimez-en une pour continuer"
UID_LENGTH = 22


def sealed_piece(dossier: Dossier, *, title: str, filename: str, media_type: str, content: bytes, by: Person, now: datetime,
                 uid: str = "") -> Piece:
    """A checked document, encrypted for its row and not kept yet; `uid` is given when the same one may come twice at once."""
    uid = uid or new_uid()
    return Piece(uid=uid, dossier=dossier, title=title, filename=filename[:200], media_type=media_type, size=len(content),
                 content=seal("piece.content", uid, content), added_by=by, added_at=now)


def keep(piece: Piece) -> Piece:
    """Write a document, once; in the transaction of its event when there is one (TRUST 3.11).

    Raises NoRoom when the dossier holds all it may.
    """
    with write_transaction():
        lock(piece.dossier_id)
        if (full := why_no_room(piece.dossier_id, piece.size)) and of_dossier(piece.dossier_id, piece.uid) is None:
            raise NoRoom(full)
        Piece.insert(**piece.__data__).on_conflict_ignore().execute()
        Piece.update(content=piece.content, removed_at=None).where(
            Piece.uid == piece.uid, Piece.removed_at.is_null(False)).execute()
    kept: Piece = Piece.get(Piece.uid == piece.uid)
    return kept


def add(dossier: Dossier, **told: Any) -> Piece:
    """Seal a checked document and keep it. Raises NoRoom."""
    return keep(sealed_piece(dossier, **told))


def why_no_room(dossier: Dossier | int, more: int) -> str:
    """The sentence when a dossier cannot take one more piece of so many bytes, or ''."""
    number, weight = Piece.select(fn.COUNT(Piece.id), fn.COALESCE(fn.SUM(Piece.size), 0)).where(
        Piece.dossier == dossier, Piece.removed_at.is_null()).tuples().get()
    return TOO_MANY if number >= MOST else TOO_HEAVY if weight + more > HEAVIEST else ""


def of_dossier(dossier: Dossier | int, uid: str) -> Piece | None:
    """A piece of this dossier that is still there, with its content sealed; None for any other."""
    found: Piece | None = Piece.get_or_none(Piece.uid == uid, Piece.dossier == dossier, Piece.removed_at.is_null())
    return found


def content_of(piece: Piece) -> bytes:
    """The document in clear."""
    return unseal("piece.content", piece.uid, piece.content) if piece.content else b""


def remove(piece: Piece, now: datetime) -> None:
    """Take a piece away; its content goes at once."""
    with write_transaction():
        Piece.update(removed_at=now, content=None).where(Piece.id == piece.id).execute()


def of(dossier: Dossier) -> list[Piece]:
    """The documents of a dossier, without their content, the latest first."""
    columns = [field for field in Piece._meta.sorted_fields if field is not Piece.content]
    return list(Piece.select(*columns).where(Piece.dossier == dossier, Piece.removed_at.is_null())
                .order_by(Piece.id.desc()))


def of_others(dossier: Dossier, posted: Mapping[str, str]) -> list[str]:
    """The posted names whose value is a piece of another dossier: nobody names those."""
    uids = {value: name for name, value in posted.items() if len(value) == UID_LENGTH}
    if not uids:
        return []
    rows = Piece.select(Piece.uid).where(Piece.uid.in_(list(uids)), Piece.dossier != dossier)
    return [uids[row.uid] for row in rows]


# Papers --------------------------------------------------------------------------------------------------------------


def keep_paper(case: Case, *, kind: str, template: str, sha256: str, content: bytes, now: datetime, by: Person) -> Paper:
    """Keep a paper someone drew up; the same one, the same day, is kept once."""
    with write_transaction():
        same = Paper.get_or_none(Paper.case == case, Paper.sha256 == sha256)
        made: Paper = same or Paper.create(
            case=case, made_by=by, kind=kind, template=template, sha256=sha256, content=content, made_at=now)
    return made


def papers_of(dossier: Dossier) -> list[Paper]:
    """The papers of a dossier, without their content, the latest first."""
    columns = [field for field in Paper._meta.sorted_fields if field.name not in ("content", "parts")]
    return list(Paper.select(*columns, Case).join(Case).where(Case.dossier == dossier).order_by(Paper.id.desc()))


def templates_used() -> list[tuple[str, int, datetime, datetime]]:
    """(template version, how many papers it made, the first, the last)."""
    first, last = fn.MIN(Paper.made_at), fn.MAX(Paper.made_at)
    rows = Paper.select(Paper.template, fn.COUNT(Paper.id), first, last).group_by(Paper.template).order_by(first.desc()).tuples()
    return [(template, number, _instant(begun), _instant(ended)) for template, number, begun, ended in rows]


def _instant(value: datetime | int) -> datetime:
    return value if isinstance(value, datetime) else instant(value)
