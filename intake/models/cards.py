"""Dossiers as cards and rows: paged by key, counted with a cap, searched by folded words."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort

from intake.models.base import instant
from intake.models.dossiers import Case, Dossier
from intake.models.people import Person

COUNTED = 50
"""Beyond, « 50+ »: an exact count makes the board slower with every dossier."""


@dataclass(frozen=True)
class Card:
    """What a card shows of an admission."""

    case: str
    dossier: str
    number: str
    name: str
    activity: str
    town: str
    peer: str
    state: str
    entered_at: datetime | None
    moved_at: datetime | None


@dataclass(frozen=True)
class Page:
    """Cards, how many there are (« 50+ » beyond), and the key of the next page."""

    cards: list[Card]
    count: str
    next: str


def folded(text: str) -> str:
    """A word as it is searched: no accent, no case, inclusive forms as one."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("·", "").replace("œ", "oe"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def page(antennas: Collection[int], states: Collection[str], *, search: str = "", follower: str = "",
         since: datetime | None = None, by_rank: bool = False, after: str = "", most: int) -> Page:
    """A page of admissions in these states, the oldest entries first (by rank for the waiting list)."""
    peer = Person.alias()
    order = Case.rank_at if by_rank else Case.entered_at
    rows = (Case.select(Case.uid, Dossier.uid, Dossier.number, Person.first_name, Person.last_name, Person.usual_name,
                        Dossier.activity, Dossier.town, peer.first_name, Case.state, Case.entered_at, Case.memory,
                        Case.id, order)
            .join(Dossier).join(Person, on=Dossier.person)
            .join(peer, join_type="LEFT OUTER JOIN", on=Dossier.peer == peer.id)
            .where(Case.workflow == "admission", Case.state.in_(list(states)), Case.antenna.in_(list(antennas)))
            .order_by(order, Case.id))
    if since is not None:
        rows = rows.where(Case.entered_at >= since)
    if search:
        rows = rows.where(Dossier.words.contains(folded(search)))
    if after:
        rows = rows.where(_beyond(order, after))
    found = [row for row in rows.limit(most + 1).tuples() if not follower or row[11].get("follower") == follower]
    count = len(found) if len(found) <= most else _count(rows)
    key = f"{_micros(found[most - 1][13])}.{found[most - 1][12]}" if len(found) > most else ""
    return Page([_card(row) for row in found[:most]], f"{COUNTED}+" if count > COUNTED else str(count), key)


def _beyond(order: Any, after: str) -> Any:
    at, _, number = after.partition(".")
    if not number.isdigit() or not at.lstrip("-").isdigit():
        abort(404)
    start = instant(int(at))
    return (order > start) | (order == start) & (Case.id > int(number))


def _micros(at: Any) -> int:
    return 0 if at is None else int(at.timestamp() * 1_000_000)


def _count(rows: Any) -> int:
    return len(rows.select(Case.id).limit(COUNTED + 1).tuples())


def _card(row: Any) -> Card:
    (case, dossier, number, first, last, usual, activity, town, peer, state, entered_at, memory, *_) = row
    moved = memory.get("moved")
    return Card(case, dossier, number, f"{usual or first} {last}".strip(), activity, town, peer or "", state,
                entered_at, datetime.fromisoformat(moved) if moved else None)


def case_of(uid: str, antennas: Collection[int]) -> Case:
    """An admission of one of these antennas; else 404."""
    found = (Case.select(Case, Dossier, Person).join(Dossier).join(Person, on=Dossier.person)
             .where(Case.uid == uid, Case.antenna.in_(list(antennas)), Case.workflow == "admission").first())
    if found is None:
        abort(404)
    case: Case = found
    return case
