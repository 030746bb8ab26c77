"""Slots of accompaniment at a journée: opened by the circle, taken by one conditional update, so that one person wins."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, time

from peewee import Check, ForeignKeyField, TextField, fn

from intake import moment
from intake.models.base import (
    InstantField,
    JSONField,
    Model,
    SealedField,
    UidField,
    db_is_postgres,
    new_uid,
    write_transaction,
)
from intake.models.days import Journee
from intake.models.people import Person
from intake.models.sealed import seal, unseal
from intake.words import PARIS
from workflows.engine import Refusal, StepRefused
from workflows.sentences import DayInWords, Sentence

CIRCLE = "le Cercle accompagnement"
WISHES = 3
"""Choices of a request made without network."""
TAKEN = Refusal("Ce créneau vient d’être pris. Voici les suivants.")
ONE_EACH = Refusal("Vous avez déjà un rendez-vous à cette journée, à {heure}.")


class Slot(Model):
    """A moment of a journée someone may book; it moves with its journée."""

    uid = UidField()
    journee = ForeignKeyField(Journee, backref="slots", index=False)
    hour = TextField(constraints=[Check("length(hour) = 5")])
    """« 14:30 », in Paris."""
    host = ForeignKeyField(Person, null=True, backref="+", on_delete="SET NULL")
    """Who receives; empty: someone of the circle."""
    person = ForeignKeyField(Person, null=True, backref="+", on_delete="SET NULL")
    guest = SealedField(null=True)
    """First name and telephone of someone without badge."""
    key = TextField(null=True, unique=True)
    """The entry or form that took it."""
    booked_at = InstantField(null=True)

    class Meta:
        indexes = ((("journee", "hour"), False), (("journee", "person"), True))

    @property
    def starts_at(self) -> datetime:
        """Its instant."""
        day: date = self.journee.day
        return datetime.combine(day, time.fromisoformat(self.hour), PARIS)

    @property
    def with_whom(self) -> str:
        """« le Cercle accompagnement », or « Claire, du Cercle accompagnement »: a first name, for the tablet and letters."""
        return Sentence("{name}, du Cercle accompagnement", name=self.host.called) if self.host_id else CIRCLE

    @property
    def booked_by(self) -> str:
        """Who comes, as the circle reads it; empty while it is free."""
        if self.person_id:
            return str(self.person.name)
        return " · ".join(part for part in unsealed("slot.guest", self.uid, self.guest) if part)


class SlotWish(Model):
    """A request made without network, or for a slot that was gone: a human answers it."""

    uid = UidField()
    journee = ForeignKeyField(Journee, backref="+")
    choices = JSONField(default=list)
    """uids of the slots wished, in order."""
    person = ForeignKeyField(Person, null=True, backref="+", on_delete="SET NULL")
    guest = SealedField(null=True)
    key = TextField(unique=True)
    asked_at = InstantField()
    settled_at = InstantField(null=True)

    @property
    def asked_by(self) -> str:
        """Who asks."""
        return str(self.person.name) if self.person_id else " · ".join(
            part for part in unsealed("slot_wish.guest", self.uid, self.guest) if part)


def unsealed(place: str, uid: str, content: bytes | None) -> list[str]:
    """First name and telephone, as given."""
    found: list[str] = json.loads(unseal(place, uid, content)) if content else []
    return found


# Opened --------------------------------------------------------------------------------------------------------------


def open_slots(journee: Journee, hours: Iterable[time], host: Person | None) -> int:
    """Open these hours with someone (or the circle), except those already open with them; how many. Twice is harmless."""
    with write_transaction():
        if db_is_postgres():
            Journee.select(Journee.id).where(Journee.id == journee.id).for_update().execute()
        same = Slot.host.is_null() if host is None else Slot.host == host
        there = {hour for (hour,) in Slot.select(Slot.hour).where(Slot.journee == journee, same).tuples()}
        wanted = sorted({f"{hour:%H:%M}" for hour in hours} - there)
        for hour in wanted:
            Slot.insert(uid=new_uid(), journee=journee, hour=hour, host=host).execute()
    return len(wanted)


def close_slot(slot: Slot) -> None:
    """Remove a slot nobody has taken; StepRefused when someone just did. Twice is harmless."""
    with write_transaction():
        Slot.delete().where(Slot.id == slot.id, Slot.booked_at.is_null()).execute()
        if Slot.select().where(Slot.id == slot.id).exists():
            raise StepRefused(Refusal("Ce créneau vient d’être pris : prévenez d’abord la personne."))


# Booked --------------------------------------------------------------------------------------------------------------


def book_slot(uid: str, *, person: Person | None, guest: tuple[str, str] = ("", ""), key: str) -> Slot:
    """Take a slot. The same key, or the same person on the same slot, gets the same answer.

    Raises StepRefused when it is taken, or when this person has another one that day.
    """
    slot = slot_of(uid)
    if slot is None:
        raise StepRefused(TAKEN)
    with write_transaction():
        if db_is_postgres():
            Journee.select(Journee.id).where(Journee.id == slot.journee_id).for_update().execute()
        done = Slot.get_or_none(Slot.key == key)
        if done is not None:
            return done  # type: ignore[no-any-return]
        held = Slot.get_or_none(Slot.journee == slot.journee_id, Slot.person == person) if person else None
        if held is not None and held.id != slot.id:
            hour = DayInWords(held.hour.replace(":", " h "), time.fromisoformat(held.hour))
            raise StepRefused(Refusal(ONE_EACH.sentence, {"heure": hour}))
        taken: int = Slot.update(
            person=person, key=key, booked_at=moment.now(),
            guest=None if person else seal("slot.guest", uid, json.dumps(guest, ensure_ascii=False)),
        ).where(Slot.id == slot.id, Slot.booked_at.is_null()).execute()
        if not taken and held is None:
            raise StepRefused(TAKEN)
    found: Slot = slot_of(uid)  # type: ignore[assignment]
    return found


def release(slot: Slot) -> bool:
    """The slot is free again; False when it already was."""
    with write_transaction():
        done: int = Slot.update(person=None, guest=None, key=None, booked_at=None).where(
            Slot.id == slot.id, Slot.booked_at.is_null(False)).execute()
    return done == 1


def keep_wish(journee: Journee, choices: list[str], *, person: Person | None, guest: tuple[str, str], key: str,
              at: datetime) -> bool:
    """A request for a human to answer; False when this very one was already kept."""
    uid = new_uid()
    with write_transaction():
        made: int = SlotWish.insert(
            uid=uid, journee=journee, choices=choices[:WISHES], person=person, key=key, asked_at=at,
            guest=None if person else seal("slot_wish.guest", uid, json.dumps(guest, ensure_ascii=False)),
        ).on_conflict_ignore().as_rowcount().execute()
    return made == 1


def settle_wish(wish: SlotWish) -> bool:
    """The request is answered; False when it already was."""
    with write_transaction():
        done: int = SlotWish.update(settled_at=moment.now(), guest=None).where(
            SlotWish.id == wish.id, SlotWish.settled_at.is_null()).execute()
    return done == 1


# Read ----------------------------------------------------------------------------------------------------------------


def slots_of(journee: Journee) -> list[Slot]:
    """Every slot of a journée, by hour."""
    host = Person.alias()
    rows = (Slot.select(Slot, Journee, Person, host).join(Journee).switch(Slot)
            .join(Person, "LEFT OUTER JOIN", on=Slot.person).switch(Slot).join(host, "LEFT OUTER JOIN", on=Slot.host))
    return list(rows.where(Slot.journee == journee).order_by(Slot.hour, Slot.id))


def free_slots(journee: Journee) -> list[Slot]:
    """Those one may still book, by hour."""
    return [slot for slot in slots_of(journee) if slot.booked_at is None and slot.starts_at > moment.now()]


def slots_open(journees: Iterable[Journee]) -> dict[int, int]:
    """How many slots are open, by journée."""
    rows = Slot.select(Slot.journee, fn.COUNT(Slot.id)).where(Slot.journee.in_(list(journees))).group_by(Slot.journee)
    return dict(rows.tuples())


def slot_of(uid: str) -> Slot | None:
    """A slot, by its identifier."""
    return Slot.select(Slot, Journee).join(Journee).where(Slot.uid == uid).first()  # type: ignore[no-any-return]


def booking_of(journee: Journee, person: Person) -> Slot | None:
    """The slot someone holds at a journée."""
    return next((slot for slot in slots_of(journee) if slot.person_id == person.id), None)


def wishes(journee: Journee | None = None) -> list[SlotWish]:
    """The requests that wait for an answer."""
    rows = (SlotWish.select(SlotWish, Journee, Person).join(Journee).switch(SlotWish)
            .join(Person, "LEFT OUTER JOIN", on=SlotWish.person).where(SlotWish.settled_at.is_null()))
    return list((rows if journee is None else rows.where(SlotWish.journee == journee)).order_by(SlotWish.id))
