"""Exports: lists asked for, made as owed work, kept sealed for 24 hours, collected by a POST (SCREENS P2, B17)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from peewee import Check, ForeignKeyField, IntegerField, TextField

from intake import history, moment
from intake.models.base import InstantField, JSONField, Model, SealedField, UidField, new_uid, write_transaction
from intake.models.people import Person
from intake.models.sealed import seal, unseal

KEPT = timedelta(hours=24)
STATUSES = ("waiting", "ready", "failed", "gone")


class BoardExport(Model):
    """A list that someone asked for."""

    uid = UidField()
    person = ForeignKeyField(Person, backref="+", on_delete="CASCADE")
    format = TextField(constraints=[Check("format IN ('csv', 'xlsx')")])
    cases = JSONField(default=list)
    """Ids of the admissions it lists, as they were found when it was asked."""
    done = IntegerField(default=0)
    content = SealedField(null=True)
    status = TextField(default="waiting", constraints=[Check("status IN ('waiting', 'ready', 'failed', 'gone')")])
    asked_at = InstantField()
    ready_at = InstantField(null=True)

    class Meta:
        indexes = ((("status", "asked_at"), False), (("person", "asked_at"), False))

    @property
    def total(self) -> int:
        """How many dossiers it lists."""
        return len(self.cases)

    @property
    def until(self) -> datetime:
        """Until when it can be collected."""
        return (self.ready_at or self.asked_at) + KEPT  # type: ignore[no-any-return]


def ask(person: Person, role: str, kind: str, cases: list[int], key: str | None) -> BoardExport:
    """Owe someone a list; the history of the house says who asked for how many dossiers. The same form again: the same list."""
    with write_transaction():
        uid = new_uid()
        text = {"format": kind, "dossiers": len(cases)}
        if history.told_already(key, "export", text):
            return BoardExport.select().where(BoardExport.person == person).order_by(BoardExport.id.desc()).get()  # type: ignore[no-any-return]
        history.append_of_house("export", person, role, f"export:{uid}", moment.now(), moment.today(), text, key)
        made: BoardExport = BoardExport.create(uid=uid, person=person, format=kind, cases=cases, asked_at=moment.now())
    return made


def owed() -> list[BoardExport]:
    """Lists to make, the oldest first."""
    return list(BoardExport.select().where(BoardExport.status == "waiting").order_by(BoardExport.id).limit(10))


def advance(export: BoardExport, done: int) -> None:
    """Say how far a list is."""
    with write_transaction():
        BoardExport.update(done=done).where(BoardExport.id == export.id, BoardExport.status == "waiting").execute()


def finish(export: BoardExport, content: bytes) -> None:
    """Keep a list, sealed, for 24 hours."""
    with write_transaction():
        BoardExport.update(status="ready", done=export.total, ready_at=moment.now(),
                      content=seal("export.content", export.uid, content)).where(
            BoardExport.id == export.id, BoardExport.status == "waiting").execute()


def give_up(export: BoardExport) -> None:
    """A list could not be made: nothing is kept of it."""
    with write_transaction():
        BoardExport.update(status="failed", content=None).where(BoardExport.id == export.id).execute()


def try_again(export: BoardExport) -> None:
    """« Réessayer »."""
    with write_transaction():
        BoardExport.update(status="waiting", done=0).where(BoardExport.id == export.id, BoardExport.status == "failed").execute()


def forget_old() -> None:
    """After 24 hours nothing is left of a list."""
    with write_transaction():
        BoardExport.update(status="gone", content=None, cases=[]).where(
            BoardExport.status == "ready", BoardExport.ready_at < moment.now() - KEPT).execute()


def collect(export: BoardExport, person: Person, role: str) -> bytes:
    """The list in clear; the history of the house says who collected it."""
    with write_transaction():
        history.append_of_house("collect_export", person, role, f"export:{export.uid}", moment.now(), moment.today())
    return unseal("export.content", export.uid, export.content)


def log_print(person: Person, role: str, dossiers: int) -> None:
    """Badges were printed: the history of the house says who did, and for how many."""
    with write_transaction():
        history.append_of_house("print_badges", person, role, "badges:board", moment.now(), moment.today(),
                                {"dossiers": dossiers})


def of(person: Person, uid: str) -> BoardExport | None:
    """One of someone's lists."""
    found: BoardExport | None = BoardExport.get_or_none(BoardExport.uid == uid, BoardExport.person == person)
    return found


def lately(person: Person, *statuses: str) -> list[Any]:
    """Someone's lists of the last 24 hours, without their content."""
    columns = [field for field in BoardExport._meta.sorted_fields if field is not BoardExport.content]
    return list(BoardExport.select(*columns).where(
        BoardExport.person == person, BoardExport.status.in_(statuses or STATUSES), BoardExport.asked_at > moment.now() - KEPT)
        .order_by(BoardExport.id.desc()).limit(20))
