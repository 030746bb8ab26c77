"""« Ce qui coince »: what people leave without their name, and what the Cercle vie coopérative answers (JOURNEY §10)."""

from __future__ import annotations

from datetime import date

from peewee import ForeignKeyField, TextField

from intake import history, moment
from intake.models.base import DayField, Model, UidField, new_uid, write_transaction
from intake.models.people import Person
from workflows import roles

SUBJECTS = {"accounts": "Compta", "tools": "Outils", "relations": "Relations", "rules": "Règles", "other": "Autre"}
LIMIT = 600
MOST_A_DAY = 300


class Irritant(Model):
    """A difficulty, something unclear, an idea. Its text, subject and day: no author, no hour, no device."""

    uid = UidField()
    key = TextField(unique=True)
    text = TextField()
    subject = TextField(default="")
    day = DayField(index=True)
    answer = TextField(default="")
    answered_on = DayField(null=True)
    answered_by = ForeignKeyField(Person, null=True, backref="+", on_delete="SET NULL")


def drop_irritant(day: date, *, text: str, subject: str, key: str) -> None:
    """Keep what someone left; the same key again is nothing. Leaves no line in any history: its hour would be there."""
    with write_transaction():
        Irritant.insert(uid=new_uid(), key=key, text=text.strip()[:LIMIT], day=day,
                        subject=subject if subject in SUBJECTS else "").on_conflict_ignore().execute()


def answer_irritant(found: Irritant, text: str, by: Person) -> None:
    """Write or change the circle's answer. The same answer twice is harmless."""
    with write_transaction():
        done = Irritant.update(answer=text, answered_on=moment.today(), answered_by=by).where(
            Irritant.id == found.id, Irritant.answer != text).execute()
        if done:
            history.append_of_house("answer_irritant", by, roles.coop_life, f"irritant:{found.uid}", moment.now(),
                                    moment.today())


def irritants_since(first: date) -> list[Irritant]:
    """What was left from a day on: the latest day first, in no order within a day."""
    rows = Irritant.select(Irritant, Person).join(Person, "LEFT OUTER JOIN", on=Irritant.answered_by)
    return list(rows.where(Irritant.day >= first).order_by(Irritant.day.desc(), Irritant.uid))


def room_left(day: date) -> bool:
    """Whether a page open to everyone may still take something that day: nobody fills it alone."""
    return Irritant.select().where(Irritant.day == day).count() < MOST_A_DAY  # type: ignore[no-any-return]
