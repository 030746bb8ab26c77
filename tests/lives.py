"""A small cooperative, and what each of its people does over ten years, at realistic dates: every kind of contract state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from intake.demo import contracts, members, onward
from intake.demo.house import House, long_ago, member
from intake.demo.names import Someone
from intake.demo.world import Life, World
from intake.models.days import Assembly
from intake.models.dossiers import Dossier
from intake.models.people import Antenna, Mandate
from tests.cast import name_the_house, principale
from workflows import roles
from workflows.calendar import last_day, working_day_on_or_after

FIRST = date(2027, 3, 1)
CAPE_UNTIL = last_day(FIRST, 12)


def move_in(w: World) -> House:
    """A team of eleven, and an assembly each June; no cap: nobody enters in these years."""
    Antenna.update(capped="no").execute()
    name_the_house()
    house = House(
        principale=principale(), kpa=[], coordinators={},
        circle=[member(w, *name, roles.circle) for name in (("Claire", "Dubreuil"), ("Salomé", "Vasseur"))],
        support=[member(w, *name, roles.support) for name in (("Sami", "Benali"), ("Agathe", "Roussel"))],
        hr=member(w, "Rachel", "Petit", roles.hr), accounts=member(w, "Côme", "Delattre", roles.accounts),
        cogerance=[member(w, *name, roles.cogerance) for name in (("Marc", "Leroux"), ("Odile", "Fontaine"))],
        facilitator=member(w, "Youri", "Kowalski", roles.facilitator), admin=member(w, "Ada", "Nowak", roles.admin),
        coop_life=member(w, "Nour", "Sellier", roles.coop_life))
    for manager in house.cogerance:
        Mandate.create(person=manager, since=long_ago(w), reference="Procès-verbal d’assemblée", recorded_by=house.admin)
    for year in range(w.start.year, w.end.year + 1):
        Assembly.create(day=date(year, 6, 25), approves_accounts=True)
    return house


def days_to_end(w: World, day: date) -> int:
    """The demonstration counts backwards from its end."""
    return (w.end.date() - day).days


def under_cape(w: World, house: House, who: Someone) -> Dossier:
    """Someone whose first CAPE began when the story opens."""
    dossier = members.known(w, house, who, commits=True)
    members.take_over(w, house, dossier, "admission", "joined", FIRST)
    members.take_over(w, house, dossier, "cape", "trading", FIRST, first_day=FIRST, last_day=CAPE_UNTIL)
    return dossier


def employed(w: World, house: House, who: Someone, *, associate: bool = False) -> Dossier:
    """Someone whose CESA began when the story opens."""
    dossier = members.known(w, house, who, commits=True)
    members.take_over(w, house, dossier, "admission", "joined", FIRST)
    members.take_over(w, house, dossier, "salaried", "running", FIRST, first_day=FIRST)
    if associate:
        members.take_over(w, house, dossier, "membership", "associate", FIRST)
    return dossier


def renewed_then_hired(w: World, house: House, who: Someone) -> Life:
    """CAPE, accompanied, renewed in time; CESA; called, voted, associate; leaves the membership six years later."""
    dossier = under_cape(w, house, who)
    yield w.after(2)
    w.take(dossier, "accompaniment.open", house.circle[0])
    w.begin(contracts.pair(w, house, dossier), w.after(3))
    w.begin(onward.salaried(w, house, dossier, begins=days_to_end(w, date(2028, 9, 1)), then=onward.join))
    w.begin(leaves_membership(w, house, dossier), w.hours_of(date(2035, 2, 1)))
    yield from contracts.until_term(w, house, dossier, stays=True)


def leaves_membership(w: World, house: House, dossier: Dossier) -> Life:
    """The membership ends, and the contract two months later: the deadline, met long ago, is not told again."""
    ends = (w.now.date() + timedelta(days=58)).isoformat()
    w.take(dossier, "membership.leave", dossier.person, motive="Création de mon entreprise", ends_on=ends)
    yield w.after(3)
    w.take(dossier, "departure.confirm", house.cogerance[0], type="resignation", motive="creation", ends_on=ends)
    yield w.after(70)
    yield from contracts.close_accounts(w, house, dossier, share=1)


def nothing_follows(w: World, house: House, who: Someone) -> Life:
    """Every alarm of a term, and nobody decides; the departure is confirmed a week later and closed."""
    dossier = under_cape(w, house, who)
    yield w.after(2)
    w.take(dossier, "accompaniment.open", house.circle[0])
    yield from contracts.until_term(w, house, dossier, stays=False)


def forgotten(w: World, house: House, who: Someone) -> Life:
    """A term that nobody decides, and a departure that nobody confirms for three months."""
    dossier = under_cape(w, house, who)
    yield w.hours_of(CAPE_UNTIL + timedelta(days=95))
    w.take(dossier, "departure.confirm", house.cogerance[0], type="cape_end", motive="job", ends_on=CAPE_UNTIL.isoformat())


def leaves_early(w: World, house: House, who: Someone) -> Life:
    """A departure announced and confirmed in the eighth month; the accounts stay open for a year."""
    dossier = under_cape(w, house, who)
    yield w.now
    yield from onward.depart(w, house, dossier, begins=days_to_end(w, date(2027, 11, 2)), notice=20, stop="contract_ended")
    yield w.after(365)
    yield from contracts.close_accounts(w, house, dossier, share=1)


def never_signs(w: World, house: House, who: Someone) -> Life:
    """A renewal sent and left unsigned: it comes back seven days after its date, the CAPE has ended meanwhile."""
    dossier = under_cape(w, house, who)
    yield w.hours_of(CAPE_UNTIL - timedelta(days=50))
    w.take(dossier, "accompaniment.open", house.circle[0])
    w.take(dossier, "cape.renew", dossier.person, results="Six chantiers", months="12", objectives="Douze",
           peer_opinion="Favorable")
    yield w.after(3)
    first = CAPE_UNTIL + timedelta(days=1)
    w.prepare(dossier, "cape", house.support[0], first_day=first.isoformat(), months="12", activity="Céramique",
              objectives="Douze chantiers")
    w.take(dossier, "cape.send", house.support[0])
    yield w.hours_of(first + timedelta(days=20))
    w.take(dossier, "cape.cancel", house.support[0], reason="Personne ne l’a signé.")


def never_associate(w: World, house: House, who: Someone) -> Life:
    """A CESA whose person never applies: every alarm of the deadline, then every day until support ends the contract."""
    dossier = employed(w, house, who)
    yield w.after(1)
    w.take(dossier, "accompaniment.open", house.circle[0])
    yield w.hours_of(last_day(FIRST, 36) + timedelta(days=9))
    w.take(dossier, "salaried.end", house.support[0], type="lapse", ends_on=w.now.date().isoformat())
    yield w.after(2)
    w.take(dossier, "departure.confirm", house.cogerance[0], type="lapse", motive="job",
           ends_on=w.now.date().isoformat())


def accompanied_for_ever(w: World, house: House, who: Someone) -> Life:
    """An associate with a peer: two interviews a year asked for ten years, a few of them held."""
    dossier = employed(w, house, who, associate=True)
    yield w.after(2)
    w.take(dossier, "accompaniment.open", house.circle[0])
    yield from contracts.pair(w, house, dossier)


def alone_for_ever(w: World, house: House, who: Someone) -> Life:
    """An associate whose peer is never found: support is asked for each interview."""
    dossier = employed(w, house, who, associate=True)
    yield w.after(2)
    w.take(dossier, "accompaniment.open", house.circle[0])


def declared_at_the_last_hour(w: World, house: House, who: Someone) -> Life:
    """A CESA whose DPAE is filed the very day it begins: two days of `hire_blocked` before."""
    dossier = under_cape(w, house, who)
    yield w.after(2)
    yield from onward.salaried(w, house, dossier, begins=days_to_end(w, date(2027, 8, 2)), stop="to_sign")
    yield w.after(1)
    w.sign(dossier, "salaried", dossier.person)
    w.sign(dossier, "salaried", house.cogerance[0], "countersign")
    case = w.case(dossier, "salaried")
    assert case is not None
    yield w.hours_of(working_day_on_or_after(date.fromisoformat(case.memory["first_day"])))
    w.take(dossier, "salaried.file_dpae", house.hr, filed_on=w.now.date().isoformat(),
           receipt=w.piece(dossier, "Accusé de la DPAE", house.hr))
    yield from onward.join(w, house, dossier)


def waits_in_silence(w: World, house: House, who: Someone) -> Life:
    """On the waiting list: says once that they still want to come, then nothing more."""
    dossier = members.known(w, house, who, commits=False)
    members.take_over(w, house, dossier, "admission", "waiting", FIRST)
    yield w.after(95)
    w.take(dossier, "admission.reconfirm", dossier.person)


def dies(w: World, house: House, who: Someone) -> Life:
    """A CESA, then a death told by the team: alarms and reviews stop, nothing more is sent to the person."""
    dossier = employed(w, house, who)
    yield w.after(3)
    w.take(dossier, "accompaniment.open", house.circle[0])
    yield w.hours_of(date(2028, 10, 3))
    day = w.now.date().isoformat()
    w.take(dossier, "departure.announce", house.support[0], type="death", motive="personal", ends_on=day, interview="non")
    yield w.after(1)
    w.take(dossier, "departure.confirm", house.support[0], type="death", motive="personal", ends_on=day, interview="non")


Begins = Callable[[World, House, Someone], Life]

LIVES: tuple[Begins, ...] = (
    renewed_then_hired, nothing_follows, forgotten, leaves_early, never_signs, never_associate, accompanied_for_ever,
    alone_for_ever, declared_at_the_last_hour, waits_in_silence, dies,
)


def gather(w: World, house: House) -> None:
    """Everyone begins."""
    for life in LIVES:
        w.begin(partial(life, w, house, w.invent())())
