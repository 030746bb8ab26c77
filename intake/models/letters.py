"""Letters owed: written with their cause, sent later (TRUST 2.20)."""

from datetime import datetime

from peewee import Check, ForeignKeyField, IntegerField, TextField, fn

from intake.models.base import InstantField, Model, UidField
from intake.models.compiled import compiled, param
from intake.models.dossiers import Case, Dossier, Event
from intake.models.people import Person


class Letter(Model):
    """One e-mail: rendered at its cause, kept, then claimed, sent, marked."""

    uid = UidField()
    dossier = ForeignKeyField(Dossier, null=True, backref="letters", index=False)
    cause = TextField()
    """`event:<uid>`, `journee:<day>`, `signin:<uid>`, `day:<day>`."""
    event = ForeignKeyField(Event, null=True, backref="letters")
    template = TextField()
    recipient = ForeignKeyField(Person, null=True, backref="+")
    address = TextField()
    occasion = TextField(default="")
    language = TextField(default="fr")
    subject = TextField()
    body = TextField()
    message_id = TextField(unique=True)
    status = TextField(default="waiting", constraints=[
        Check("status IN ('waiting', 'claimed', 'sent', 'failed', 'dropped', 'gathered', 'told')"),
    ])
    """`gathered`: waits to be a line of the day’s letter to its recipient; `told`: that letter is written."""
    not_before = InstantField()
    """Held for the undo window."""
    next_try = InstantField()
    tries = IntegerField(default=0)
    problem = TextField(default="")
    written_at = InstantField()
    sent_at = InstantField(null=True)

    class Meta:
        indexes = (
            (("cause", "template", "address", "occasion"), True),
            (("status", "next_try"), False),
            (("dossier", "id"), False),
        )


def messages_between(dossier: Dossier, person: Person) -> int:
    """How many messages someone wrote or received in a dossier."""
    rows = (Letter.select(Letter.event).join(Event).where(
        Letter.dossier == dossier, Letter.template == "message",
        (Letter.recipient == person) | (Event.actor == person)).distinct())
    found: int = rows.count()
    return found


ANSWERED = ("deferred", "declined", "redirected")
"""States of an admission that a letter of the same name tells, if the circle wished."""


def was_written(case: Case, person: Person) -> bool:
    """Whether what was decided was written to someone: a letter of the name of the state."""
    return case.state in ANSWERED and Letter.select(Letter.id).where(
        Letter.dossier == case.dossier_id, Letter.template == case.state, Letter.recipient == person,
        Letter.status != "dropped", Letter.body != "").exists()


_GATHERED = compiled(lambda: Letter.select(Letter.id).where(Letter.status == "gathered").limit(1))


def gathered() -> list[Letter]:
    """What waits to be told in the day’s letters, by recipient, oldest first."""
    if _GATHERED.one() is None:
        return []
    return list(Letter.select(Letter, Person, Dossier).join(Person).switch(Letter).join(Dossier).where(
        Letter.status == "gathered").order_by(Letter.recipient, Letter.id))


def tell_gathered(letters: list[Letter]) -> None:
    """These are lines of a letter that is written."""
    Letter.update(status="told").where(Letter.id.in_([one.id for one in letters]), Letter.status == "gathered").execute()


_OVERDUE = compiled(lambda: Letter.select(fn.COUNT(Letter.id), fn.MIN(Letter.not_before)).where(
    Letter.status.in_(("waiting", "claimed")), Letter.not_before < param("before"), ~Letter.problem.startswith("held")))


def overdue(before: datetime) -> tuple[int, datetime | None]:
    """(how many letters should have left before this instant, since when the first waits), but those held until a morning."""
    number, since = _OVERDUE.one(before=before)
    return number, Letter.not_before.python_value(since)


def sent_to(person: Person, since: datetime, *, but: str) -> int:
    """Letters handed over for someone since an instant, those of causes that begin with `but` left out."""
    found: int = Letter.select().where(
        Letter.recipient == person, Letter.sent_at >= since, ~Letter.cause.startswith(but)).count()
    return found


def sent_since(instant: datetime) -> int:
    """Letters handed over since an instant."""
    found: int = Letter.select().where(Letter.sent_at >= instant).count()
    return found
