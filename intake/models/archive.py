"""The restricted archive: what the law obliges to keep once the rest is erased; apart from live data (TRUST 4.9, 4.12)."""

from __future__ import annotations

import hashlib
from datetime import date

from peewee import TextField

from intake.models.base import DayField, Model, SealedField, UidField, new_uid, write_transaction
from intake.models.sealed import seal, unseal


class Archived(Model):
    """A document kept by law until a day, and whose it was; sealed, since nobody works with it."""

    uid = UidField()
    subject = TextField(index=True)
    """`dossier:<uid>`, whose history still says what happened when."""
    kind = TextField()
    label = SealedField()
    """Who it concerns."""
    content = SealedField()
    sha256 = TextField()
    archived_on = DayField()
    until = DayField(index=True)


def lay_down(subject: str, kind: str, label: str, content: bytes, today: date, until: date) -> None:
    """Move a document to the archive, once."""
    print_of = hashlib.sha256(content).hexdigest()
    with write_transaction():
        if Archived.select().where(Archived.subject == subject, Archived.sha256 == print_of).exists():
            return
        uid = new_uid()
        Archived.create(uid=uid, subject=subject, kind=kind, sha256=print_of, archived_on=today, until=until,
                        label=seal("archived.label", uid, label), content=seal("archived.content", uid, content))


def shelf() -> list[Archived]:
    """What the archive holds, without any content, the latest first."""
    columns = [field for field in Archived._meta.sorted_fields if field is not Archived.content]
    return list(Archived.select(*columns).order_by(Archived.id.desc()).limit(500))


def label_of(kept: Archived) -> str:
    """Who it concerns, in clear."""
    return unseal("archived.label", kept.uid, kept.label).decode()


def one(uid: str) -> Archived | None:
    """A document, sealed; None for any other."""
    found: Archived | None = Archived.get_or_none(Archived.uid == uid)
    return found


def content_of(uid: str) -> bytes | None:
    """A document in clear."""
    kept = Archived.get_or_none(Archived.uid == uid)
    return unseal("archived.content", kept.uid, kept.content) if kept else None
