"""Under contract: CAPE signed and renewed, peers found, meetings and reviews, and the ways out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from peewee import fn

from intake.demo import onward
from intake.demo.house import House
from intake.demo.world import Life, World
from intake.models.actors import Actor
from intake.models.dossiers import Case, Dossier
from intake.models.people import Antenna, Commitment, Person, RoleGrant
from workflows import roles
from workflows.calendar import add_months

IN_FORCE = ("preparing", "trading")
CHECKLIST = ("work", "balance", "equipment", "access", "mutual", "papers", "customers")
SUBJECTS = (
    ("activity", "Deux devis relus ensemble, un accepté. On revoit les prix le mois prochain."),
    ("money", "Budget revu : la trésorerie tient quatre mois. Pas d’achat avant l’été."),
    ("admin", "Prise en main de l’outil de facturation. Une question reste pour la comptabilité."),
    ("coop", "Visite de l’atelier partagé, rencontre avec le cercle Com’."),
    ("next", "Point sur la suite : renouveler, ou demander un contrat salarié au printemps."),
)
REVIEWS = (3, 6, 12)


def sign_cape(w: World, house: House, dossier: Dossier, first: date, activity: str, stop: str = "", months: int = 12
              ) -> Life:
    """Prepared, sent, signed by the person, then by the cogérance; on paper until the house began to sign on screen."""
    writer = w.rng.choice(house.support)
    if stop == "drafting":
        return
    yield w.after(0, 2)
    w.prepare(dossier, "cape", writer, first_day=first.isoformat(), months=str(months), activity=activity,
              objectives="À 3 mois : deux clients réguliers.\nÀ 6 mois : 900 € par mois.\nÀ 12 mois : vivre de l’activité.")
    w.take(dossier, "cape.send", writer)
    if stop in ("to_sign", "give_back"):
        return
    yield w.after(1, 2)
    if w.on_paper:
        w.record_paper(dossier, "cape", writer)
        return
    w.sign(dossier, "cape", dossier.person)
    yield w.after(1, 2)
    w.sign(dossier, "cape", w.rng.choice(house.cogerance), "countersign")


def under_cape(w: World, house: House, dossier: Dossier, antenna: Antenna) -> Life:
    """From the first day on: the activity starts, the term nears, the person goes on or leaves."""
    capped = antenna.id == house.principale.id
    plan = onward.next_plan(house) if capped else onward.kpa_plan(house)
    if plan in onward.PLANS:
        w.begin(onward.PLANS[plan](w, house, dossier))
    yield w.after(12, 80)
    if w.state(dossier, "cape") == "preparing":
        w.take(dossier, "cape.start_trading", dossier.person, started_on=w.now.date().isoformat(), proof="Premier devis")
    if capped and w.chance(0.4):
        Commitment.create(person=dossier.person, signed_on=w.now.date(), recorded_by=house.circle[0])
    stays = plan != "no_renewal" and (capped or w.chance(0.6))
    yield from until_term(w, house, dossier, stays)


def until_term(w: World, house: House, dossier: Dossier, stays: bool) -> Life:
    """Term after term: renewed in time, or left to end."""
    while (case := w.case(dossier, "cape")) is not None and case.state in IN_FORCE:
        last = date.fromisoformat(case.memory["last_day"])
        yield max(w.hours_of(last - timedelta(days=w.rng.randint(38, 62))), w.after(1))
        if w.state(dossier, "cape") not in IN_FORCE or leaving(w, dossier):
            return
        if not stays or not w.take(
                dossier, "cape.renew", dossier.person, results="7 400 € facturés, six clients.", months="12",
                objectives="12 000 € et un client régulier de plus.", peer_opinion="Favorable : le rythme est pris."):
            yield w.hours_of(last + timedelta(days=w.rng.randint(3, 8)))
            yield from leave_at_term(w, house, dossier, last)
            return
        yield w.after(3, 10)
        yield from sign_cape(w, house, dossier, last + timedelta(days=1), dossier.activity)
        yield max(w.hours_of(last + timedelta(days=2)), w.after(1))


def leaving(w: World, dossier: Dossier) -> bool:
    """A departure is under way, or a salaried contract is about to follow."""
    return w.state(dossier, "departure") == "announced" or w.state(dossier, "salaried") in (
        "requested", "opinion", "drafting", "to_sign", "signed", "running")


def leave_at_term(w: World, house: House, dossier: Dossier, last: date) -> Life:
    """A CAPE that nothing follows: the cogérance confirms, the accounts close, most of the time."""
    if w.state(dossier, "departure") != "announced":
        return
    motive = w.rng.choice(("job", "creation", "training", "activity", "moving"))
    w.take(dossier, "departure.confirm", house.cogerance[1], type="cape_end", motive=motive, ends_on=last.isoformat())
    yield w.after(3, 8)
    yield from close_accounts(w, house, dossier)


def close_accounts(w: World, house: House, dossier: Dossier, share: float = 0.75) -> Life:
    """What is left is settled over the weeks; then the departure is closed, not always in time."""
    done = w.rng.sample(CHECKLIST, 4)
    w.take(dossier, "departure.checklist", house.support[0], **dict.fromkeys(done, "oui"))
    yield w.after(20, 60)
    if w.chance(share) and w.state(dossier, "departure") == "contract_ended":
        w.take(dossier, "departure.checklist", house.support[0], **dict.fromkeys(CHECKLIST, "oui"))
        w.take(dossier, "departure.close_accounts", house.support[0])


# Peers ---------------------------------------------------------------------------------------------------------------


BUSY = RoleGrant.select(RoleGrant.person).where(RoleGrant.role.not_in((roles.circle, roles.coordinator)))
"""The team has other things to do."""


def peer_for(w: World, dossier: Dossier) -> Person | None:
    """Who accompanies fewest people, among those with room."""
    load = fn.COUNT(Dossier.id)
    room = (Person.select(Person, load.alias("people")).join(Commitment, on=Commitment.person == Person.id)
            .switch(Person).join(Dossier, "LEFT OUTER JOIN", on=Dossier.peer == Person.id)
            .where(Person.id != dossier.person_id, Person.died_on.is_null(), Person.id.not_in(BUSY))
            .group_by(Person.id).having(load < 3).order_by(load, Person.id).limit(6))
    found = list(room)
    return w.rng.choice(found) if found else None


def pair(w: World, house: House, dossier: Dossier, stop: str = "") -> Life:
    """Someone is proposed until both say yes; then meetings and reviews as long as it lasts."""
    if stop == "seeking":
        return
    if stop in ("proposed", "peer_agreed"):
        yield w.to_end(4 if stop == "proposed" else 7)
    while w.state(dossier, "accompaniment") == "seeking":
        member = house.readers_of(dossier.antenna)[0]
        peer = peer_for(w, dossier)
        if peer is None or not w.take(dossier, "accompaniment.propose", member, peer=peer.uid,
                                      why="Même métier, et de la place."):
            yield w.after(10, 15)
            continue
        if stop == "proposed":
            return
        yield w.after(1, 2 if stop else 5)
        if not stop and w.chance(0.1):
            if w.chance(0.6):
                w.take(dossier, "accompaniment.decline", peer)
            yield w.after(9, 14)
            continue
        w.take(dossier, "accompaniment.agree", peer)
        if stop == "peer_agreed":
            return
        yield w.after(1, 4)
        w.take(dossier, "accompaniment.confirm", dossier.person)
        yield from accompany(w, house, dossier)


def accompany(w: World, house: House, dossier: Dossier) -> Life:
    """A meeting every six weeks or so, reviews when they are asked; some pairings go quiet."""
    quiet, held = w.chance(0.12), 0
    while w.state(dossier, "accompaniment") == "running":
        yield w.after(*((80, 140) if quiet else (34, 43)))
        peer = Dossier.get_by_id(dossier.id).peer
        if peer is None or w.state(dossier, "accompaniment") != "running":
            return
        yield from meet(w, dossier, peer)
        if held < len(REVIEWS) and (since := first_day(dossier)) and w.now.date() >= add_months(since, REVIEWS[held]):
            held += 1
            yield from review(w, dossier, peer)


def meet(w: World, dossier: Dossier, peer: Person) -> Life:
    """One writes, the other approves, nearly always."""
    by, other = (peer, dossier.person) if w.chance(0.6) else (dossier.person, peer)
    subject, notes = w.rng.choice(SUBJECTS)
    ahead = (w.now.date() + timedelta(days=40)).isoformat()
    met = w.take(dossier, "accompaniment.record_meeting", by, held_on=w.now.date().isoformat(), minutes="60",
                 mode=w.rng.choice(("place", "phone", "video")), present=f"{dossier.person.called}, {peer.called}",
                 subjects=[subject], notes=notes, next_on=ahead)
    if w.chance(0.12):
        w.take(dossier, "accompaniment.write", peer, subject="Le devis dont on parlait",
               message="Bonjour, voici comment je fais mes devis. On en reparle quand vous voulez.")
    if met is not None and w.chance(0.93):
        yield w.after(1, 4)
        w.take(dossier, "accompaniment.approve_meeting", other, about=met.uid)


def review(w: World, dossier: Dossier, peer: Person) -> Life:
    """Written by the peer, signed by both; a few wait for a signature."""
    salaried = w.state(dossier, "salaried") == "running"
    points: dict[str, Any] = dict.fromkeys(
        ("activity", "prospects", "new_goals", "help_needed", "actions", "safety", "membership", "leave"),
        "Fait le tour, rien à signaler.") if salaried else {
        "billed": str(w.rng.randint(8, 60) * 100), "cashed": str(w.rng.randint(6, 50) * 100), "project": "Deux clients de plus.",
        "goals": "Tenus pour la plupart, les prix restent à revoir.", "opinion": "continue", "needs": ["sales"]}
    written = w.take(dossier, "accompaniment.record_review", peer, **points)
    if written is None:
        return
    signers: list[Actor] = [peer, dossier.person]
    for signer in signers[:2 if w.chance(0.85) else 1]:
        yield w.after(1, 3)
        w.take(dossier, "accompaniment.sign_review", signer, about=written.uid)


def first_day(dossier: Dossier) -> date | None:
    """The first day of the first contract of a dossier."""
    found = Case.select(Case.memory).where(
        Case.dossier == dossier, Case.workflow.in_(("cape", "salaried"))).order_by(Case.id).first()
    stamp = found.memory.get("first_day") if found else None
    return date.fromisoformat(stamp) if stamp else None
