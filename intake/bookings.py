"""A slot of accompaniment is asked for: taken at once, or kept as a wish that a human answers; the person is written to."""

from __future__ import annotations

from intake import moment, outbox
from intake.cases import take_step
from intake.models import slots
from intake.models.actors import KIOSK, Actor
from intake.models.base import write_transaction
from intake.models.days import Journee
from intake.models.dossiers import Case, Dossier
from intake.models.people import Person
from intake.models.slots import Slot, SlotWish
from workflows.engine import StepRefused


def book(choices: list[str], *, journee: Journee, person: Person | None, name: str, phone: str, key: str,
         request_only: bool) -> Slot | None:
    """The first of these slots that is still free, taken; None when all are gone. The same key gets the same answer.

    `request_only` (entered without network) holds nothing: a wish is kept, and someone answers it. StepRefused when
    this person already has a slot that day.
    """
    if request_only:
        wish(choices, journee=journee, person=person, name=name, phone=phone, key=key)
        return None
    for uid in choices:
        try:
            return take(uid, person=person, name=name, phone=phone, key=key)
        except StepRefused as refused:
            if slots.TAKEN not in refused.refusals:
                raise
    return None


def take(uid: str, *, person: Person | None, name: str = "", phone: str = "", key: str, by: Actor = KIOSK) -> Slot:
    """Take one slot; whoever is accompanied has it in their case, and its letter is owed to whoever has an address.

    Raises StepRefused.
    """
    with write_transaction():
        slot = slots.book_slot(uid, person=person, guest=(name, phone), key=key)
        if person is not None:
            _note(person, slot, taken=True, by=by)
            _write("slot_booked", person, slot)
    return slot


def give_up(slot: Slot, *, told: bool, by: Actor = KIOSK) -> None:
    """The slot is free again; `told` when the team does it: the person is written to. Twice is harmless."""
    person = slot.person if slot.person_id else None
    with write_transaction():
        if slots.release(slot) and person is not None:
            _note(person, slot, taken=False, by=by)
            if told:
                _write("slot_freed", person, slot)


def wish(choices: list[str], *, journee: Journee, person: Person | None, name: str, phone: str, key: str) -> None:
    """Keep a request for the circle. The same key again is nothing."""
    slots.keep_wish(journee, choices, person=person, guest=(name, phone), key=key, at=moment.now())


def answer_wish(found: SlotWish, slot: Slot | None) -> None:
    """Give a slot to whoever asked, or say that none is left. Raises StepRefused; twice is harmless."""
    with write_transaction():
        if not slots.settle_wish(found):
            return
        if slot is not None:
            name, phone = (*slots.unsealed("slot_wish.guest", found.uid, found.guest), "", "")[:2]
            take(slot.uid, person=found.person, name=name, phone=phone, key=f"wish:{found.uid}")
        elif found.person_id:
            outbox.owe("slot_full", found.person, cause=f"wish:{found.uid}", now=moment.now(),
                       context={"journee": found.journee.day, "link": outbox.link_to("/ma-journee")})


def _note(person: Person, slot: Slot, *, taken: bool, by: Actor) -> None:
    """The pairing under way remembers its next appointment; what someone does for themselves is theirs."""
    running = Case.select(Case, Dossier).join(Dossier).where(
        Dossier.person == person, Case.workflow == "accompaniment", Case.state == "running").order_by(Case.id.desc()).first()
    if running is not None:
        day = slot.journee.day.isoformat() if taken else ""
        take_step(running, "appoint", by=by, raw={"on": day}, key=f"appoint:{slot.uid}:{slot.key}" if taken else None)


def _write(template: str, person: Person, slot: Slot) -> None:
    outbox.owe(template, person, cause=f"slot:{slot.uid}", occasion=slot.key or "", now=moment.now(),
               context={"at": slot.starts_at, "with_whom": slot.with_whom, "place": slot.journee.place,
                        "link": outbox.link_to("/ma-journee")})
