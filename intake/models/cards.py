"""Dossiers as cards and rows: filtered, sorted, paged by key, counted with a cap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from flask import abort
from peewee import fn

from intake.models import search
from intake.models.base import micros
from intake.models.dossiers import Case, Dossier
from intake.models.people import Person
from intake.models.places import Place
from intake.stages import PAPERS_AHEAD, RECENT, Stage
from workflows.calendar import Month

COUNTED = 50
"""Beyond, « 50+ »: an exact count makes the board slower with every dossier."""

LONGEST_LINE = 1_000
"""Beyond, cards tell no rank."""


@dataclass(frozen=True)
class Wanted:
    """What a view of the board asks for: what its address says."""

    antennas: tuple[int, ...]
    search: str = ""
    follower: str = ""
    """uid of who follows the dossiers."""
    stalled: bool = False
    """Only those without news for too long, or whose entry is near with a paper missing."""
    alone: bool = False
    """Only those who have no peer."""
    month: str = ""
    """Only those whose place is in this month."""
    now: datetime = field(kw_only=True)
    today: date = field(kw_only=True)


@dataclass(frozen=True)
class Card:
    """What a card shows of an admission."""

    id: int
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
    antenna: int
    asked: bool
    """A complement is asked and not answered: it waits for the person."""
    month: str


@dataclass(frozen=True)
class Page:
    """Cards, how many there are (« 50+ » beyond), and the key of the next page."""

    cards: list[Card]
    count: str
    next: str


SORTS = {
    "contact": Case.moved_at, "depuis": Case.entered_at, "rang": fn.COALESCE(Case.rank_at, 2 ** 62),
    "numero": Dossier.number, "nom": Person.last_name, "ville": Dossier.town,
}
"""What a page may be sorted by; « -nom » is the other way round. Who is paused has no rank, and comes last."""
INSTANTS = frozenset({"contact", "depuis", "rang"})


def page(wanted: Wanted, stages: Collection[Stage], *, sort: str = "contact", after: str = "", most: int) -> Page:
    """A page of the admissions of these stages; those that nobody was in touch with for longest come first."""
    name, downwards = sort.lstrip("-"), sort.startswith("-")
    order = SORTS[name]
    keys = (order.desc(), Case.id.desc()) if downwards else (order, Case.id)
    rows = matching(wanted, stages).order_by(*keys)
    shown = rows.where(_beyond(name, after, downwards)) if after else rows
    found = list(shown.select_extend(order).limit(most + 1).tuples())
    count = len(found) if len(found) <= most and not after else _count(rows)
    key = f"{_key(found[most - 1][-1])}~{found[most - 1][0]}" if len(found) > most else ""
    return Page([_card(row) for row in found[:most]], f"{COUNTED}+" if count > COUNTED else str(count), key)


def count_of(wanted: Wanted, stages: Collection[Stage]) -> str:
    """How many there are, « 50+ » beyond."""
    count = _count(matching(wanted, stages))
    return f"{COUNTED}+" if count > COUNTED else str(count)


def some(wanted: Wanted, cases: Collection[str], most: int) -> list[Card]:
    """The cards of these cases, as far as they are of these antennas."""
    rows = _of(Case.antenna.in_(wanted.antennas), Case.uid.in_(list(cases)[:most])).order_by(Person.last_name, Case.id)
    return [_card(row) for row in rows.tuples()]


def by_id(cases: Collection[int]) -> list[Card]:
    """The cards of these admissions, in the order given."""
    found = {row[0]: _card(row) for row in _of(Case.id.in_(list(cases))).tuples()}
    return [found[one] for one in cases if one in found]


def ids(wanted: Wanted, stages: Collection[Stage], most: int) -> list[int]:
    """The admissions a view asks for, by number of dossier."""
    return [row[0] for row in matching(wanted, stages).order_by(Dossier.number, Case.id).limit(most).tuples()]


def ranks(antennas: Collection[int]) -> dict[int, int]:
    """The rank of each admission in the waiting list of its antenna."""
    line = (Case.select(Case.id, Case.antenna).where(Case.workflow == "admission", Case.state == "waiting",
                                                     Case.antenna.in_(list(antennas)), Case.rank_at.is_null(False))
            .order_by(Case.rank_at, Case.id).limit(LONGEST_LINE))
    found: dict[int, int] = {}
    last: Counter[int] = Counter()
    for case, antenna in line.tuples():
        last[antenna] += 1
        found[case] = last[antenna]
    return found


def matching(wanted: Wanted, stages: Collection[Stage]) -> Any:
    """The admissions of these stages that a view asks for."""
    rows = _of(Case.antenna.in_(wanted.antennas), in_stages(stages, wanted.now))
    if wanted.search:
        rows = rows.where(Case.dossier.in_(search.find(wanted.search)))
    if wanted.follower:
        rows = rows.where(Case.follower == wanted.follower)
    if wanted.alone:
        rows = rows.where(Dossier.peer.is_null())
    if wanted.month:
        rows = rows.where(Place.month == wanted.month)
    return rows.where(is_stalled(stages, wanted.now, wanted.today)) if wanted.stalled else rows


def in_stages(stages: Collection[Stage], now: datetime) -> Any:
    """The condition of being in one of these stages; who has joined stays thirty days."""
    usual = [state for stage in stages for state in stage.states if state != "joined"]
    condition = Case.state.in_(usual)
    if any("joined" in stage.states for stage in stages):
        recent = (Case.state == "joined") & (Case.entered_at >= now - RECENT)
        condition = recent if not usual else condition | recent
    return condition


def is_stalled(stages: Collection[Stage], now: datetime, today: date) -> Any:
    """The condition of having waited too long, each stage in its own measure."""
    condition = (Case.state == "papers") & (Place.month <= str(Month.of(today + PAPERS_AHEAD)))
    for stage in stages:
        if stage.stalled_after:
            condition |= Case.state.in_(stage.states) & (Case.moved_at <= now - timedelta(days=stage.stalled_after))
    return condition


def _of(*conditions: Any) -> Any:
    peer = Person.alias()
    return (Case.select(Case.id, Case.uid, Dossier.uid, Dossier.number, Person.first_name, Person.last_name,
                        Person.usual_name, Dossier.activity, Dossier.town, peer.usual_name, peer.first_name, Case.state,
                        Case.entered_at, Case.moved_at, Case.antenna, Case.memory, Place.month)
            .join(Dossier).join(Person, on=Dossier.person)
            .join(peer, join_type="LEFT OUTER JOIN", on=Dossier.peer == peer.id)
            .join(Place, join_type="LEFT OUTER JOIN", on=Place.holder == Case.id)
            .where(Case.workflow == "admission", *conditions))


def _beyond(name: str, after: str, downwards: bool) -> Any:
    said, _, number = after.rpartition("~")
    if not number.isdigit() or (name in INSTANTS and not said.lstrip("-").isdigit()):
        abort(404)
    order, start = SORTS[name], int(said) if name in INSTANTS else said
    if downwards:
        return (order < start) | (order == start) & (Case.id < int(number))
    return (order > start) | (order == start) & (Case.id > int(number))


def _key(value: Any) -> str:
    return str(micros(value)) if isinstance(value, datetime) else str(value or 0)


def _count(rows: Any) -> int:
    return len(rows.select(Case.id).order_by().limit(COUNTED + 1).tuples())


def _card(row: Any) -> Card:
    (id_, case, dossier, number, first, last, usual, activity, town, peer_usual, peer, state, entered_at, moved_at, antenna,
     memory, month, *_) = row
    return Card(id_, case, dossier, number, f"{usual or first} {last}".strip(), activity, town, peer_usual or peer or "",
                state, entered_at, moved_at, antenna, bool(memory.get("request")), month or "")


def case_of(uid: str, antennas: Collection[int]) -> Case:
    """An admission of one of these antennas; else 404."""
    found = (Case.select(Case, Dossier, Person).join(Dossier).join(Person, on=Dossier.person)
             .where(Case.uid == uid, Case.antenna.in_(list(antennas)), Case.workflow == "admission").first())
    if found is None:
        abort(404)
    case: Case = found
    return case
