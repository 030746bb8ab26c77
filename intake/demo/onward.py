"""After the first contract: salaried contracts, membership, departures, transfers; each stops at another desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from intake.demo.house import House
from intake.demo.world import Life, World
from intake.models.days import Assembly
from intake.models.dossiers import Dossier
from intake.models.people import Antenna
from intake.models.places import free_by_month
from workflows.calendar import Month, working_day_on_or_after

Plan = Callable[[World, House, Dossier], Life]

# Salaried contracts --------------------------------------------------------------------------------------------------


def salaried(w: World, house: House, dossier: Dossier, *, begins: int, stop: str = "running", then: Plan | None = None
             ) -> Life:
    """A CESA asked `begins` days before the end, until it stands at `stop`."""
    yield w.to_end(begins)
    hr = house.hr
    month = Month.of(w.now.date()).plus(3)
    w.take(dossier, "salaried.request", dossier.person, month=str(month), turnover=str(w.rng.randint(60, 120) * 100),
           hours="24", customers="Huit clients réguliers ; salaire projeté : 1 200 € nets.", accepts="oui")
    if stop == "requested":
        return
    yield w.after(3, 6)
    w.take(dossier, "salaried.ask_opinions", hr)
    yield w.after(2, 4)
    peer = Dossier.get_by_id(dossier.id).peer
    if peer is not None:
        w.take(dossier, "salaried.give_opinion", peer, opinion="for", why="Le rythme est là, les clients reviennent.")
    if stop == "opinion":
        return
    yield w.after(2, 5)
    w.take(dossier, "salaried.simulate", house.accounts, fixed_part="1 250", monthly_cost="1 900", treasury="7 200",
           opinion="La trésorerie tient trois mois et demi.")
    yield w.after(3, 6)
    manager = house.cogerance[1]
    if stop == "refused":
        w.take(dossier, "salaried.refuse", manager, reason="Trop de commandes d’un seul client : à revoir dans six mois.")
        return
    if peer is None:
        w.take(dossier, "salaried.derogate", manager, rule="opinions_in", reason="Le binôme vient de passer la main.")
    w.take(dossier, "salaried.agree", manager)
    if stop == "withdrawn":
        yield w.after(5, 9)
        w.take(dossier, "salaried.withdraw", dossier.person, reason="Je préfère garder mon CAPE jusqu’à son terme.")
        return
    if stop != "drafting":
        yield from hire(w, house, dossier, stop, then)


def hire(w: World, house: House, dossier: Dossier, stop: str, then: Plan | None) -> Life:
    """Written, signed, declared, begun."""
    hr = house.hr
    yield w.after(4, 8)
    first = working_day_on_or_after(Month.of((w.now + timedelta(days=24)).date()).next().first_day)
    if stop == "signed":
        first = working_day_on_or_after((w.end + timedelta(days=5)).date())
    w.prepare(dossier, "salaried", hr, first_day=first.isoformat(), job=f"{dossier.person.trade or 'Artisane'}, niveau 2",
              contribution="11,5 % de la marge jusqu’à 30 k€, puis par tranches.", pay="Part fixe : 1 250 € par mois.",
              statutes="Statuts du 2 janvier 2024", clientele="La clientèle reste à la personne.", sharing="none",
              objectives="18 000 € facturés par an.")
    yield w.after(1, 3)
    w.take(dossier, "salaried.send", hr,
           decision="Les deux calculs sont lus avec la cogérance : la date la plus proche est gardée.")
    if stop == "to_sign":
        return
    yield w.after(1, 4)
    if w.on_paper:
        w.record_paper(dossier, "salaried", hr)
    else:
        w.sign(dossier, "salaried", dossier.person)
        yield w.after(1, 3)
        w.sign(dossier, "salaried", house.cogerance[0], "countersign")
    if stop == "signed":
        return
    yield w.hours_of(first - timedelta(days=5))
    w.take(dossier, "salaried.file_dpae", hr, filed_on=w.now.date().isoformat(),
           receipt=w.piece(dossier, "Accusé de la DPAE", hr))
    if then is not None:
        w.begin(then(w, house, dossier), w.hours_of(first + timedelta(days=20)))


# Membership ----------------------------------------------------------------------------------------------------------


def join(w: World, house: House, dossier: Dossier, *, begins: int = 0, stop: str = "associate") -> Life:
    """From a call, the person's own or the clock's, to the assembly's vote."""
    if begins:
        yield w.to_end(begins)
        w.take(dossier, "membership.call", dossier.person)
    while w.state(dossier, "membership") == "" and w.now < w.end:
        yield w.after(7)
    if stop == "called":
        return
    yield w.after(3, 8)
    w.take(dossier, "membership.apply", dossier.person, shares="10", down_payment="50", sponsors="Deux associées",
           letter="Je travaille ici depuis assez longtemps pour vouloir décider avec vous.")
    if stop == "applied":
        return
    yield w.after(3, 8)
    ahead = Assembly.select().where(Assembly.day > w.now.date()).order_by(Assembly.day).first()
    if ahead is None:
        return
    w.take(dossier, "membership.put_on_agenda", house.cogerance[0], assembly=ahead.day.isoformat())
    if stop == "on_agenda":
        return
    yield w.hours_of(ahead.day + timedelta(days=1))
    w.take(dossier, f"membership.{'vote_no' if stop == 'refused' else 'vote_yes'}", house.cogerance[0],
           assembly=ahead.day.isoformat(), minutes=f"PV du {ahead.day:%d/%m/%Y}",
           result="12 pour, 31 contre" if stop == "refused" else "38 pour, 3 abstentions")
    yield w.after(5, 9)
    if stop == "withdrawn":
        w.take(dossier, "membership.renounce", dossier.person, reason="Je n’ai pas la somme cette année.")
    elif stop == "associate":
        w.take(dossier, "membership.subscribe", house.support[1], paid="50",
               slip=w.piece(dossier, "Bulletin de souscription", house.support[1]))


def leave_membership(w: World, house: House, dossier: Dossier, *, begins: int = 8) -> Life:
    """An associate leaves; the contract follows, the cogérance has yet to confirm."""
    yield w.to_end(begins)
    w.take(dossier, "membership.leave", dossier.person, motive="Création de mon entreprise",
           ends_on=(w.end + timedelta(days=20)).date().isoformat())


# Departures ----------------------------------------------------------------------------------------------------------


def depart(w: World, house: House, dossier: Dossier, *, begins: int, notice: int, type: str = "early_person",
           motive: str = "job", stop: str = "accounts_closed") -> Life:
    """Announced so many days before the end, the contract over `notice` days later."""
    from intake.demo.contracts import close_accounts

    yield w.to_end(begins)
    ends = (w.now + timedelta(days=notice)).date()
    w.take(dossier, "departure.announce", dossier.person, type=type, motive=motive, ends_on=ends.isoformat(),
           interview="oui")
    if stop == "announced":
        return
    yield w.after(2, 5)
    if stop == "called_off":
        w.take(dossier, "departure.call_off", dossier.person, reason="L’emploi promis n’existe plus : je reste.")
        return
    w.take(dossier, "departure.confirm", house.support[0], type=type, motive=motive, ends_on=ends.isoformat())
    yield w.hours_of(ends + timedelta(days=4))
    if stop == "accounts_closed":
        yield from close_accounts(w, house, dossier, share=1)


def transfer(w: World, house: House, dossier: Dossier, *, begins: int, stop: str = "") -> Life:
    """From KPA-Cité to the principale: a place is taken there, then the transfer is confirmed."""
    principale = Antenna.get(Antenna.code == "principale")
    yield w.to_end(begins)
    w.take(dossier, "admission.ask_transfer", dossier.person, antenna=principale,
           reason="Mon activité dépasse le programme.")
    yield w.after(3, 6)
    case = w.case(dossier, "admission")
    if case is None or stop:
        return
    soon = Month.of(w.now.date())
    month = next(iter(free_by_month(principale, str(soon.next()))), None)
    if month and w.take(dossier, "admission.change_month", house.support[0], month=month):
        yield w.after(12, 20)
        w.take(dossier, "admission.transfer", house.support[0], reason="Accord du Cercle et de la coordination.")


PLANS: dict[str, Plan] = {
    "associate": partial(salaried, begins=470, then=partial(join, begins=150)),
    "employee": partial(salaried, begins=400),
    "resigns": partial(salaried, begins=420, then=partial(
        depart, begins=90, notice=40, type="resignation", stop="accounts_closed")),
    "refused": partial(salaried, begins=120, stop="refused"),
    "left": partial(depart, begins=200, notice=30),
    "employee 2": partial(salaried, begins=300),
    "withdrawn": partial(salaried, begins=110, stop="withdrawn"),
    "signed": partial(salaried, begins=50, stop="signed"),
    "to_sign": partial(salaried, begins=40, stop="to_sign"),
    "drafting": partial(salaried, begins=32, stop="drafting"),
    "opinion": partial(salaried, begins=16, stop="opinion"),
    "requested": partial(salaried, begins=6, stop="requested"),
    "announced": partial(depart, begins=9, notice=30, stop="announced"),
    "ended": partial(depart, begins=45, notice=20, type="early_both", stop="contract_ended"),
    "called_off": partial(depart, begins=70, notice=60, stop="called_off"),
    "called": partial(join, begins=12, stop="called"),
    "applied": partial(join, begins=24, stop="applied"),
    "on_agenda": partial(join, begins=30, stop="on_agenda"),
    "renounces": partial(join, begins=100, stop="withdrawn"),
    "ends": partial(salaried, begins=380, then=partial(
        depart, begins=30, notice=18, type="resignation", motive="creation", stop="contract_ended")),
}
"""What becomes of those who enter the principale, in the order of their entries; the others go on."""
ORDER = (*tuple(PLANS)[:6], "no_renewal", *tuple(PLANS)[6:])
OF_KPA = {"transfer": partial(transfer, begins=60), "transferring": partial(transfer, begins=14, stop="papers")}
PLANS |= OF_KPA


def next_plan(house: House) -> str:
    """The plan of the next one to enter the principale."""
    house.entered += 1
    return ORDER[house.entered - 1] if house.entered <= len(ORDER) else ""


def kpa_plan(house: House) -> str:
    """A few of KPA-Cité ask to be transferred."""
    house.entered_kpa += 1
    return {4: "transfer", 9: "transferring"}.get(house.entered_kpa, "")

