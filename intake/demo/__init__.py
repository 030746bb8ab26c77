"""Two invented years: about 150 people, through real steps, so that every desk of the house has something on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from config import Settings
from intake import moment, signing_in
from intake.demo import entering, members
from intake.demo.brands import share
from intake.demo.gatherings import gather
from intake.demo.house import House, keep_desks, last_days, last_offers, move_in, offer_places, plan
from intake.demo.world import World
from intake.models.base import write_transaction
from intake.models.days import Journee
from intake.models.dossiers import Case, Dossier
from intake.models.people import Person
from intake.models.places import Place
from workflows import roles
from workflows.calendar import last_day

YEARS = timedelta(days=730)
KPA_SHARE, MEMBERS_SHARE = 3, 8
"""One in three comes by KPA-Cité, one in eight was there before."""

CLOSED_EARLY = ((300, "decline"), (62, "decline"), (200, "redirect"), (150, "withdraw"), (200, "draft"), (170, "contact"))
"""Days before the end at which someone arrives, and how far they go."""
AT_THE_DOOR = ((5, "contact"), (9, "meeting"), (40, "missed"), (28, "draft"), (24, "draft"), (38, "submitted"),
               (58, "review"), (66, "reviewed"), (95, "defer"), (95, "pause"))
KPA_DOOR = ((6, "contact"), (45, "draft"), (55, "submitted"), (70, "review"), (230, "decline"), (100, "seeking"),
            (105, "proposed"), (110, "peer_agreed"), (320, "minor"))


class Refused(Exception):
    """The demonstration does not write here; the sentence says why."""


def live(settings: Settings, people: int = 150, seed: int = 2021) -> Iterator[str]:
    """Fill an empty, opened database; a line a season, then one sign-in address per kind of user. Raises Refused."""
    refuse_unless_empty(settings)
    end = moment.now()
    with moment.travelling() as go:
        go(end - YEARS)
        w = World(Random(seed), end - YEARS, end, go, rests=True)  # noqa: S311
        with write_transaction():
            forget_what_init_made()
            house = move_in(w)
        invite(w, house, people)
        for day in w.run():
            if day.day == 1 and day.month % 3 == 1:
                yield f"{day}: {Dossier.select().count()} dossiers"
    yield f"{len(w.refused)} steps were refused by the rules, as happens."
    with write_transaction():
        yield from ways_in(house)


def refuse_unless_empty(settings: Settings) -> None:
    """Never beside real people."""
    if settings.production:
        raise Refused("The demonstration is refused in production (INTAKE_PUBLIC_URL begins with https).")
    if settings.smtp_url:
        raise Refused("The demonstration is refused while INTAKE_SMTP_URL is set: invented addresses receive nothing.")
    if Person.select().exists() or Dossier.select().exists():
        raise Refused("The demonstration needs an empty database; this one has people in it.")


def forget_what_init_made() -> None:
    """Places and journées are those of the simulated months, opened by the clock as they come."""
    Place.delete().execute()
    Journee.delete().execute()


# Who comes, and when -------------------------------------------------------------------------------------------------


def invite(w: World, house: House, people: int) -> None:
    """Every life, with the day it begins."""
    kpa, already = people // KPA_SHARE, people // MEMBERS_SHARE
    for life in (plan, gather, offer_places, last_offers, keep_desks, last_days, share):
        w.begin(life(w, house))
    invite_members(w, house, already)
    waiting = min(4, people // 30)
    for number in range(waiting):
        since = w.start.date() - timedelta(days=40 - number * 7)
        w.begin(members.waits(w, house, w.invent(), since), at(w, 0))
    w.begin(entering.kiosk_contact(w, house, w.invent()), w.to_end(12))
    placed = (*CLOSED_EARLY, *AT_THE_DOOR)
    for days, how in placed:
        w.begin(entering.apply(w, house, w.invent(), house.principale, how), w.to_end(days))
    invite_newcomers(w, house, people - kpa - already - waiting - 1 - len(placed))
    invite_kpa(w, house, kpa)


def invite_newcomers(w: World, house: House, number: int) -> None:
    """Those who wait for a place: a wave at the opening, then two a month."""
    first_wave = min(number, 12)
    for rank in range(number):
        later = rank - first_wave
        day = w.rng.randint(1, 25) if later < 0 else 25 + later * 590 // max(1, number - first_wave)
        w.begin(entering.apply(w, house, w.invent(), house.principale), at(w, day))


def invite_kpa(w: World, house: House, number: int) -> None:
    """KPA-Cité, outside the cap: more and more come; one is under 18; three peers are being found at the end."""
    for days, how in KPA_DOOR:
        w.begin(entering.apply(w, house, w.invent(young=True), w.rng.choice(house.kpa), how), w.to_end(days))
    for rank in range(number - len(KPA_DOOR)):
        who, antenna = w.invent(young=True), house.kpa[rank % 2]
        day = 20 + int(590 * (rank / number) ** 0.7)
        w.begin(entering.apply(w, house, who, antenna), at(w, day))


def invite_members(w: World, house: House, number: int) -> None:
    """Members taken over: most are salaried associates who accompany others, some are in CAPE."""
    opening = w.start.date()
    in_cape = number // 5
    for rank in range(in_cape):
        first = opening - timedelta(days=60 + 40 * rank)
        w.begin(members.in_cape(w, house, w.invent(), first, last_day(first, 12)), at(w, 0))
    for days, how in members.PLANS:
        w.begin(members.employed(w, house, w.invent(), opening - timedelta(days=days), associate=False, plan=how), at(w, 1))
    for rank in range(number - in_cape - len(members.PLANS)):
        first = opening - timedelta(days=w.rng.randint(700, 2900))
        leaves = members.ASSOCIATES[rank] if rank < len(members.ASSOCIATES) else None
        w.begin(members.employed(w, house, w.invent(), first, associate=True, plan=leaves), at(w, 1))


def at(w: World, days: int) -> datetime:
    """An hour of work, so many days after the opening."""
    return w.hours_of((w.start + timedelta(days=days)).date())


# Ways in -------------------------------------------------------------------------------------------------------------


def ways_in(house: House) -> Iterator[str]:
    """One sign-in address per kind of user, good for a day."""
    for person, what in (
        (house.admin, roles.admin), (house.circle[0], roles.circle), (house.coordinators[house.kpa[0].id], roles.coordinator),
        (house.support[0], roles.support), (house.hr, roles.hr), (house.accounts, roles.accounts),
        (house.cogerance[0], roles.cogerance), (house.facilitator, roles.facilitator), (house.coop_life, roles.coop_life),
        (standing("admission", "draft"), "candidate, application under way"),
        (standing("admission", "waiting"), "waiting for a place"), (standing("admission", "offered"), "offered a place"),
        (standing("cape", "trading"), "in CAPE"), (standing("salaried", "running"), "salaried"),
        (accompanying(), roles.peer),
    ):
        if person is not None:
            yield f"{person.name}, {what}: {signing_in.print_link(person)}"


def standing(workflow: str, state: str) -> Person | None:
    """Someone whose case stands there, the first to have come."""
    case = (Case.select(Case, Dossier, Person).join(Dossier).join(Person).where(
        Case.workflow == workflow, Case.state == state, Person.email.is_null(False)).order_by(Case.id).first())
    return case.dossier.person if case is not None else None


def accompanying() -> Person | None:
    """A member who accompanies someone and has no role of the team."""
    row = (Dossier.select(Dossier, Person).join(Person, on=Dossier.peer).where(
        Person.email.endswith(".example") | Person.email.endswith("exemple.fr"),
        Person.id.in_(Dossier.select(Dossier.person))).order_by(Dossier.id).first())
    return row.peer if row is not None else None


__all__ = ["Refused", "live"]
