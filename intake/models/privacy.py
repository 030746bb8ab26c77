"""What people ask about their data, and the copies made for them (RGPD, JOURNEY §11, TRUST 4.13)."""

from __future__ import annotations

from datetime import timedelta

from peewee import Check, ForeignKeyField, IntegerField, TextField

from intake import history, moment
from intake.models.base import DayField, InstantField, Model, SealedField, UidField, new_uid, write_transaction
from intake.models.people import Person
from intake.models.sealed import seal, unseal
from workflows.calendar import gdpr_month

LASTS = timedelta(days=7)
"""How long a copy waits to be collected."""


class PrivacyRequest(Model):
    """Somebody asks to be erased or corrected; answered within the month of the RGPD."""

    uid = UidField()
    person = ForeignKeyField(Person, backref="+")
    kind = TextField(constraints=[Check("kind IN ('erasure', 'question')")])
    text = TextField(default="")
    asked_at = InstantField()
    due_on = DayField()
    answered_at = InstantField(null=True)
    answered_by = ForeignKeyField(Person, null=True, backref="+")
    answer = TextField(default="")


class Export(Model):
    """A copy of someone's data: asked for, made as owed work, collected once, then gone."""

    uid = UidField()
    person = ForeignKeyField(Person, backref="+")
    asked_at = InstantField()
    ready_at = InstantField(null=True)
    collected_at = InstantField(null=True)
    size = IntegerField(default=0)
    content = SealedField(null=True)


# Requests ------------------------------------------------------------------------------------------------------------


def ask(person: Person, kind: str, text: str, as_role: str) -> PrivacyRequest:
    """Keep a request, once while it is unanswered, with an event of the house."""
    with write_transaction():
        if (same := unanswered(person, kind)) is not None:
            return same
        asked: PrivacyRequest = PrivacyRequest.create(
            uid=new_uid(), person=person, kind=kind, text=text, asked_at=moment.now(),
            due_on=gdpr_month(moment.today())[1])
        history.append_of_house(f"ask_{kind}", person, as_role, f"person:{person.uid}", moment.now(), moment.today())
    return asked


def answer(asked: PrivacyRequest, text: str, by: Person, as_role: str) -> None:
    """Note the answer. Twice is harmless."""
    with write_transaction():
        done = PrivacyRequest.update(answer=text, answered_at=moment.now(), answered_by=by).where(
            PrivacyRequest.id == asked.id, PrivacyRequest.answered_at.is_null()).execute()
        if done:
            history.append_of_house("answer_privacy", by, as_role, f"person:{asked.person.uid}", moment.now(), moment.today())


def unanswered(person: Person, kind: str) -> PrivacyRequest | None:
    """The request of this kind that waits for an answer."""
    found: PrivacyRequest | None = PrivacyRequest.get_or_none(
        PrivacyRequest.person == person, PrivacyRequest.kind == kind, PrivacyRequest.answered_at.is_null())
    return found


def to_answer() -> list[PrivacyRequest]:
    """Every request that waits, the most urgent first."""
    rows = PrivacyRequest.select(PrivacyRequest, Person).join(Person, on=PrivacyRequest.person)
    return list(rows.where(PrivacyRequest.answered_at.is_null()).order_by(PrivacyRequest.due_on, PrivacyRequest.id))


# Copies --------------------------------------------------------------------------------------------------------------

LIGHT = [field for field in Export._meta.sorted_fields if field is not Export.content]


def ask_copy(person: Person, as_role: str) -> Export:
    """Owe someone a copy of their data, unless one is being made or waits already."""
    with write_transaction():
        if (same := copy_of(person)) is not None:
            return same
        asked: Export = Export.create(uid=new_uid(), person=person, asked_at=moment.now())
        history.append_of_house("ask_copy", person, as_role, f"person:{person.uid}", moment.now(), moment.today())
    return asked


def copy_of(person: Person) -> Export | None:
    """The copy that is being made or waits to be collected, without its content."""
    found: Export | None = Export.select(*LIGHT).where(
        Export.person == person, Export.collected_at.is_null(), Export.asked_at > moment.now() - LASTS).first()
    return found


def owed() -> list[Export]:
    """Copies to make, the oldest first."""
    return list(Export.select(*LIGHT).where(Export.ready_at.is_null(), Export.collected_at.is_null()).order_by(Export.id))


def keep(asked: Export, made: bytes) -> None:
    """Lay a copy down, encrypted, until it is collected."""
    sealed = seal("export.content", asked.uid, made)
    with write_transaction():
        Export.update(ready_at=moment.now(), size=len(made), content=sealed).where(
            Export.id == asked.id, Export.ready_at.is_null()).execute()


def collect(person: Person, uid: str, as_role: str) -> bytes | None:
    """Hand a copy over, once: it goes as it leaves. None when it is not theirs, not ready, or was collected."""
    with write_transaction():
        found = Export.get_or_none(Export.uid == uid, Export.person == person)
        if found is None or found.content is None:
            return None
        taken = Export.update(collected_at=moment.now(), content=None).where(
            Export.id == found.id, Export.collected_at.is_null()).execute()
        if not taken:
            return None
        history.append_of_house("collect_copy", person, as_role, f"person:{person.uid}", moment.now(), moment.today())
    return unseal("export.content", found.uid, found.content)
