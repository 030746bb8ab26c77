"""Pieces and papers: what was uploaded, and the documents made to be signed."""

from collections.abc import Mapping
from datetime import datetime

from peewee import BlobField, ForeignKeyField, IntegerField, TextField

from intake.models.base import InstantField, Model, SealedField, UidField, new_uid, write_transaction
from intake.models.dossiers import Case, Dossier, Event
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
    content = SealedField()
    added_by = ForeignKeyField(Person, null=True, backref="+")
    added_at = InstantField()
    removed_at = InstantField(null=True)


class Paper(Model):
    """A frozen document: made once, hashed, never rewritten."""

    uid = UidField()
    case = ForeignKeyField(Case, backref="papers")
    event = ForeignKeyField(Event, backref="+")
    kind = TextField()
    template = TextField()
    """Which version of which template made it."""
    sha256 = TextField()
    content = BlobField()
    made_at = InstantField()


MOST = 20
"""Pieces of one dossier."""
UID_LENGTH = 22


def add(dossier: Dossier, *, title: str, filename: str, media_type: str, content: bytes, by: Person, now: datetime,
        uid: str = "") -> Piece:
    """Keep a checked document, encrypted for its row; `uid` is given when the same one may come twice at once."""
    uid = uid or new_uid()
    with write_transaction():
        Piece.insert(
            uid=uid, dossier=dossier, title=title, filename=filename[:200], media_type=media_type, size=len(content),
            content=seal("piece.content", uid, content), added_by=by, added_at=now).on_conflict_ignore().execute()
    added: Piece = Piece.get(Piece.uid == uid)
    return added


def count(dossier: Dossier) -> int:
    """How many pieces a dossier holds."""
    found: int = Piece.select().where(Piece.dossier == dossier, Piece.removed_at.is_null()).count()
    return found


def content_of(piece: Piece) -> bytes:
    """The document in clear."""
    return unseal("piece.content", piece.uid, piece.content)


def remove(piece: Piece, now: datetime) -> None:
    """Take a piece away; its content goes at once."""
    with write_transaction():
        Piece.update(removed_at=now, content=b"").where(Piece.id == piece.id).execute()


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
