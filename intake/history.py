"""The history: events appended to a chain, one a dossier and one for the house, and its verification (TRUST 2.16–2.19)."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from intake.models.actors import Actor
from intake.models.base import db_is_postgres, new_uid
from intake.models.compiled import made
from intake.models.dossiers import (
    Answers,
    Case,
    Dossier,
    Event,
    House,
    move_head,
    write_answers,
    write_event,
)
from intake.models.sealed import seal, unseal
from workflows.engine import Refusal, StepRefused

canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode
"""One text for one value, whatever the order of its keys."""


def keyed(salt: str, value: Any) -> str:
    """The digest of a value under a key that lies beside it and dies with it."""
    return hmac.digest(bytes.fromhex(salt), canonical(value).encode(), "sha256").hex()


@dataclass(frozen=True)
class Line:
    """What an event says, before it is chained."""

    step: str
    before: str
    after: str
    role: str
    made_at: datetime
    effective_on: date
    cause: Event | None = None
    key: str | None = None
    subject: str = ""
    fingerprint: str = ""


@dataclass(frozen=True)
class Written:
    """What lies beside an event: answers in clear, sealed ones, the posted text (for its digest), what undo needs."""

    text: Mapping[str, Any]
    sealed: Mapping[str, Any]
    posted: Mapping[str, Any]
    undo: Mapping[str, Any] | None = None


def append(line: Line, by: Actor, case: Case | None, written: Written) -> Event:
    """Write an event at the end of its chain, with what was written beside it. The dossier must be locked."""
    chain: Dossier | House = case.dossier if case is not None else _house()
    salt = secrets.token_hex(16)
    event: Event = made(Event, {
        **vars(line), "cause": line.cause and line.cause.id, "uid": new_uid(), "actor": by.id,
        "dossier": case and case.dossier_id, "case": case and case.id, "digest": keyed(salt, [written.text, written.sealed]),
        "number": chain.events + 1, "previous": chain.head})
    if case is not None:
        event.dossier, event.case = case.dossier, case
    event.hash = hash_of(event)
    write_event(event)
    _move_head(chain, event)
    write_answers(
        event, case, dict(written.text), seal("answers.sealed", event.uid, canonical(written.sealed))
        if written.sealed else None, salt, keyed(salt, written.posted),
        dict(written.undo) if written.undo is not None else None)
    return event


def append_of_house(step: str, by: Actor, role: str, subject: str, now: datetime, day: date,
                    text: Mapping[str, Any] | None = None, key: str | None = None) -> Event:
    """Write an event of the house: a setting, a role, a place, an export, an erasure. `key` is its form's."""
    line = Line(step=step, before="", after="", role=role, made_at=now, effective_on=day, subject=subject, key=key)
    return append(line, by, None, Written(text or {}, {}, {}))


def told_already(key: str | None, step: str, text: Mapping[str, Any]) -> bool:
    """Whether a form already made its event of the house. StepRefused when it comes again with another text."""
    done = Event.get_or_none(Event.key == key) if key else None
    if done is None:
        return False
    beside = Answers.get(Answers.event == done)
    if done.step != step or beside.text != dict(text):
        raise StepRefused(Refusal("Ce formulaire a déjà été envoyé avec un autre texte. Rechargez la page."))
    return True


def text_of(key: str, step: str) -> dict[str, Any] | None:
    """What a form already told the history of the house, by its key; None before it did."""
    done = Event.get_or_none(Event.key == key, Event.step == step)
    return dict(Answers.get(Answers.event == done).text) if done is not None else None


def hash_of(event: Event) -> str:
    """The hash of an event: all it says, and the hash before it."""
    said = [
        event.uid, event.dossier_id, event.case_id, event.step, event.before, event.after, event.actor_id, event.role,
        _micros(event.made_at), event.effective_on.isoformat(), event.cause_id, event.key, event.subject,
        event.fingerprint, event.digest, event.number, event.previous,
    ]
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def _micros(instant: datetime) -> int:
    return int(instant.timestamp() * 1_000_000)


def _house() -> House:
    house = House.select().for_update().first() if db_is_postgres() else House.select().first()
    return house or House.create()


def unsealed(answers: Answers) -> dict[str, Any]:
    """The sensitive answers beside an event, in clear."""
    if not answers.sealed:
        return {}
    found: dict[str, Any] = json.loads(unseal("answers.sealed", answers.event.uid, answers.sealed))
    return found


def _move_head(chain: Dossier | House, event: Event) -> None:
    chain.head, chain.events = event.hash, event.number
    if isinstance(chain, Dossier):
        move_head(chain)
    else:
        House.update(head=event.hash, events=event.number).where(House.id == chain.id).execute()


# Verification --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Flaw:
    """Where the history does not hold."""

    where: str
    problem: str


def verify() -> Iterator[Flaw]:
    """Every flaw: a broken chain, answers that do not match their event, a state that is not the fold of its events."""
    yield from _broken_chains()
    yield from _changed_answers()
    yield from _wrong_states()


def _broken_chains() -> Iterator[Flaw]:
    chain: int | str | None = "start"
    number, head = 0, ""
    heads = {row.id: (row.head, row.events, row.number) for row in Dossier.select()}
    ended: dict[int | None, tuple[str, int]] = {}
    for event in Event.select().order_by(Event.dossier.asc(), Event.number.asc()).iterator():
        if event.dossier_id != chain:
            chain, number, head = event.dossier_id, 0, ""
        number += 1
        where = f"{heads[event.dossier_id][2] if event.dossier_id else 'house'} #{event.number}"
        if event.number != number:
            yield Flaw(where, f"line {number} is missing")
            number = event.number
        if event.previous != head:
            yield Flaw(where, "does not follow the line before it")
        if event.hash != hash_of(event):
            yield Flaw(where, "was altered")
        head = event.hash
        ended[event.dossier_id] = (head, number)
    for dossier, (kept_head, kept_number, name) in heads.items():
        if ended.get(dossier, ("", 0)) != (kept_head, kept_number):
            yield Flaw(name, "its last lines are missing")
    for house in House.select():
        if ended.get(None, ("", 0)) != (house.head, house.events):
            yield Flaw("house", "its last lines are missing")


def _changed_answers() -> Iterator[Flaw]:
    rows = Answers.select(Answers, Event).join(Event, on=Answers.event)
    for answers in rows.iterator():
        if not answers.salt:
            continue
        sealed = unsealed(answers)
        if keyed(answers.salt, [answers.text, sealed]) != answers.event.digest:
            yield Flaw(answers.event.uid, "its answers were altered")


def _wrong_states() -> Iterator[Flaw]:
    last: dict[int, str] = {}
    for case, after in Event.select(Event.case, Event.after).where(
            Event.case.is_null(False)).order_by(Event.id).tuples().iterator():
        last[case] = after
    for case in Case.select().iterator():
        if last.get(case.id) != case.state:
            yield Flaw(case.uid, f"stands at {case.state}, its events say {last.get(case.id)}")
