"""What the rules of an accompaniment know, read from the database."""

from __future__ import annotations

from typing import Any

from peewee import fn

from intake import moment
from intake.facts.common import Lazily, common
from intake.facts.contracts import cases_of, contracts_in
from intake.history import keyed, unsealed
from intake.models.actors import Actor
from intake.models.dossiers import Answers, Case, Dossier, Event
from intake.models.people import Antenna, Commitment, Person, RoleGrant, running
from intake.models.search import folded
from intake.models.settings import settings_on
from workflows.accompaniment import Facts, Peer, accompaniment
from workflows.grammar import Item
from workflows.lists import CIRCLES
from workflows.roles import circle, coordinator, support

ENTERING = ("papers", "signing")
"""States of an admission whose offer is accepted, or that was enrolled."""
LONG_WORD, STEM = 5, 6
"""Words shorter than the first say little; « céramiste » and « céramique » share their first letters."""


def gather(case: Case, by: Actor, about: Item | None) -> Facts:
    """The facts of an accompaniment."""
    dossier = case.dossier
    here = [row for row in cases_of(dossier.person_id) if row.dossier_id == case.dossier_id]
    admissions = [row for row in here if row.workflow == "admission"]
    linked = {uid for row in admissions for uid in row.memory.get("conflicts", ())}
    return Facts(
        **common(case, by, about),
        person=dossier.person.uid,
        contracts=contracts_in(here),
        already=not case.state and any(
            row.workflow == "accompaniment" and row.state in accompaniment.open_states for row in here),
        entering=any(row.state in ENTERING for row in admissions),
        peers=Lazily(lambda: peers_of(dossier, linked, asked_in(case))),
        **(_review(case, about) if about is not None and about.step == "record_review" else {}),
    )


def asked_in(case: Case) -> set[str]:
    """Who was asked before in this accompaniment, whatever they answered."""
    rows = Answers.select(Answers.text).join(Event, on=Answers.event).where(
        Event.case == case.id, Event.step == "propose").tuples() if case.id else ()
    return {str(text["peer"]) for (text,) in rows if text.get("peer")}


def close(trade: str, activity: str) -> bool:
    """Whether a trade and an activity share a word that says something."""
    words = [{word for word in folded(text).replace("’", " ").replace(",", " ").split() if len(word) >= LONG_WORD}
             for text in (trade, activity)]
    return any(one[:STEM] == other[:STEM] for one in words[0] for other in words[1])


def peers_of(dossier: Dossier, linked: set[str], asked_before: set[str]) -> list[Peer]:
    """Everyone who may be asked to accompany: those who signed the commitment, and the circle of this antenna."""
    today = moment.today()
    committed = {row for (row,) in Commitment.select(Commitment.person).tuples()}
    held = RoleGrant.select(RoleGrant.person).where(
        RoleGrant.role.in_((circle, coordinator)), running(RoleGrant, today),
        RoleGrant.antenna.is_null() | (RoleGrant.antenna == dossier.antenna))
    load = dict(Dossier.select(Dossier.peer, fn.COUNT(Dossier.id)).where(
        Dossier.peer.is_null(False)).group_by(Dossier.peer).tuples())
    asked = Person.id.in_(list(committed)) | Person.id.in_(held)
    people = list(Person.select().where(
        asked, Person.disabled_at.is_null(), Person.died_on.is_null()).order_by(Person.id))
    known = [dossier.person_id, *(one.id for one in people)]
    town, towns, wished = folded(dossier.town or ""), _towns(known), _wished(known)
    mine, circles = wished.get(dossier.person_id, set()), CIRCLES.labels(settings_on(today)).items()
    return [
        Peer(one.uid, one.name, one.called, one.trade, load.get(one.id, 0), one.id in committed,
             linked=one.uid in linked or one.id == dossier.person_id, same_trade=close(one.trade, dossier.activity),
             asked=one.uid in asked_before, same_town=bool(town) and towns.get(one.id) == town,
             circles=tuple(label for code, label in circles if code in mine & wished.get(one.id, set())))
        for one in people
    ]


def _towns(people: list[int]) -> dict[int, str]:
    """The commune of each person, as they last wrote it."""
    rows = Dossier.select(Dossier.person, Dossier.town).where(
        Dossier.town != "", Dossier.person.in_(people)).order_by(Dossier.id).tuples()
    return {person: folded(town) for person, town in rows}


def _wished(people: list[int]) -> dict[int, set[str]]:
    """The circles each person wishes to join, as they last said."""
    rows = (Answers.select(Dossier.person, Answers.text).join(Event, on=Answers.event).join(Dossier, on=Event.dossier)
            .where(Dossier.person.in_(people), Event.step.in_(("submit", "revise", "record_review"))).order_by(Event.id).tuples())
    return {person: set(text["circles"] or ()) for person, text in rows if "circles" in text}


def peers_here(antenna: Antenna) -> list[int]:
    """The committed people who may be asked at an antenna: those of its circle, and members without a role elsewhere."""
    elsewhere = RoleGrant.select(RoleGrant.person).where(
        RoleGrant.role.in_((circle, coordinator)), running(RoleGrant, moment.today()),
        RoleGrant.antenna.is_null(False) & (RoleGrant.antenna != antenna))
    rows = Person.select(Person.id).where(
        Person.id.in_(Commitment.select(Commitment.person)), Person.disabled_at.is_null(), Person.died_on.is_null(),
        Person.id.not_in(elsewhere))
    return [number for (number,) in rows.tuples()]


def _review(case: Case, about: Item) -> dict[str, Any]:
    """The digests of a review, as kept now and as written; and whether its author can still sign."""
    written = Event.get(Event.uid == about.uid)
    beside = Answers.get_or_none(Answers.event == written)
    stands = beside is not None and beside.salt and not about.undone
    kept = keyed(beside.salt, [beside.text, unsealed(beside)]) if stands else ""
    return {"kept": kept, "written": written.digest, "author_here": _is_here(case, written.actor)}


def _is_here(case: Case, author: Person | None) -> bool:
    """An author who is still this dossier's peer, or still of the support team."""
    if author is None or author.disabled_at is not None:
        return False
    if case.dossier.peer_id == author.id:
        return True
    grants = RoleGrant.select().where(RoleGrant.person == author, running(RoleGrant, moment.today()),
                                      RoleGrant.role.in_((support, "hr", "accounts")))
    return bool(grants.exists())
