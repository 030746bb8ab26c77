"""Who was there before the house opened: members and people waiting, taken over where they stand."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from intake.arrivals import open_dossier
from intake.demo import contracts, onward
from intake.demo.house import House, long_ago
from intake.demo.names import Someone, plain
from intake.demo.onward import Plan
from intake.demo.world import Life, World
from intake.models.dossiers import Dossier
from intake.models.people import Commitment, Person

REASON = "Repris du tableau du Cercle, à l’ouverture."


def known(w: World, house: House, who: Someone, *, commits: bool) -> Dossier:
    """The person and dossier of someone already here."""
    person: Person = Person.create(
        first_name=who.first, last_name=who.last, email=who.email, phone=who.phone, trade=who.trade, created_at=w.now,
        language="en" if plain(who.last).startswith("n") else "fr")
    if commits:
        Commitment.create(person=person, signed_on=long_ago(w), recorded_by=house.circle[0])
    return open_dossier(person, house.principale, {"activity": who.activity, "commune": who.town})


def take_over(w: World, house: House, dossier: Dossier, workflow: str, stage: str, since: date, **days: date) -> None:
    """One of its cases, opened where it stands."""
    w.take(dossier, f"{workflow}.take_over", house.support[0], stage=stage, since=since.isoformat(), reason=REASON,
           earlier="", **{name: day.isoformat() for name, day in days.items()})


def waits(w: World, house: House, who: Someone, since: date) -> Life:
    """Someone already on the waiting list."""
    from intake.demo.entering import wait_and_enter

    dossier = known(w, house, who, commits=False)
    take_over(w, house, dossier, "admission", "waiting", since)
    yield from wait_and_enter(w, house, dossier, who, house.principale)


def employed(w: World, house: House, who: Someone, first: date, *, associate: bool, plan: Plan | None = None) -> Life:
    """A salaried member, associate or on the way; most accompany others."""
    dossier = known(w, house, who, commits=True)
    take_over(w, house, dossier, "admission", "joined", first - timedelta(days=400))
    take_over(w, house, dossier, "salaried", "running", first, first_day=first)
    if associate:
        take_over(w, house, dossier, "membership", "associate", first + timedelta(days=500))
    if plan is not None:
        w.begin(plan(w, house, dossier), w.after(5))
    yield w.now


def in_cape(w: World, house: House, who: Someone, first: date, last: date) -> Life:
    """Someone whose CAPE runs already; a peer is found for them too."""
    dossier = known(w, house, who, commits=True)
    take_over(w, house, dossier, "admission", "joined", first - timedelta(days=90))
    take_over(w, house, dossier, "cape", "trading", first, first_day=first, last_day=last)
    yield w.after(2, 20)
    w.take(dossier, "accompaniment.open", house.circle[0])
    w.begin(contracts.pair(w, house, dossier), w.after(3, 12))
    yield from contracts.until_term(w, house, dossier, stays=True)


PLANS: tuple[tuple[int, Plan], ...] = (
    (300, partial(onward.join, stop="subscribing")),
    (310, partial(onward.join, stop="refused")),
    (560, onward.join),
)
"""Salaried members who are not associates yet: first day before the opening, and how the assembly answers."""
ASSOCIATES: tuple[Plan, ...] = (
    onward.leave_membership,
    partial(onward.depart, begins=75, notice=45, type="retirement", motive="personal", stop="contract_ended"),
)
