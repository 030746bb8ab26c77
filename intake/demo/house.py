"""The house of the demonstration: its team, its antennas, its dates, and what it does week after week."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from intake.demo.names import plain
from intake.demo.world import Life, World
from intake.facts import facts_of
from intake.models import days
from intake.models.days import InfoMeeting, Journee
from intake.models.dossiers import Case, Dossier
from intake.models.people import Antenna, Commitment, Mandate, Person, RoleGrant
from intake.models.settings import SettingValue
from intake.models.tasks import Task
from workflows import roles
from workflows.admission.facts import Facts

ANSWERS = {4: "decline", 9: "postpone", 14: "silence", 19: "decline", 24: "give_back", 29: "never"}
"""What happens at some of the offers, counted from the first."""
FAR_MONTHS = 6
"""How far ahead the last offers may look for a place."""


@dataclass
class House:
    """Who works here, and where."""

    principale: Antenna
    kpa: list[Antenna]
    circle: list[Person]
    coordinators: dict[int, Person]
    """By antenna."""
    support: list[Person]
    hr: Person
    accounts: Person
    cogerance: list[Person]
    facilitator: Person
    admin: Person
    coop_life: Person
    offers: int = 0
    """Places offered so far."""
    entered: int = 0
    """Contracts begun so far at the principale."""
    entered_kpa: int = 0
    """And at KPA-Cité."""
    answers: dict[int, str] = field(default_factory=dict)
    """What some of those who are offered a place will do, by dossier; the others accept."""
    last_offers: dict[int, str] = field(default_factory=dict)
    """For some of the last ones, by dossier, where they stop."""

    def readers_of(self, antenna: Antenna) -> list[Person]:
        """Who reads the applications of an antenna."""
        return [self.coordinators[antenna.id]] if antenna.id in self.coordinators else self.circle


def move_in(w: World) -> House:
    """The team arrives, signs its commitments, receives its mandates; two antennas of KPA-Cité open."""
    principale = Antenna.get(Antenna.code == "principale")
    kpa = [Antenna.create(code=plain(town), name=f"KPA-Cité {town}", programme="kpa", prefix=f"KPA-{town[0]}",
                          capped="no") for town in ("Roubaix", "Tourcoing")]
    circle = [member(w, *name, roles.circle) for name in (
        ("Claire", "Dubreuil"), ("Salomé", "Vasseur"), ("Inès", "Haddad"), ("Bruno", "Catteau"), ("Wafa", "Benyahia"))]
    house = House(
        principale=principale, kpa=kpa, circle=circle,
        coordinators={antenna.id: member(w, *name, roles.coordinator, antenna=antenna) for antenna, name in zip(
            kpa, (("Djibril", "Camara"), ("Lucie", "Verstraete")), strict=True)},
        support=[member(w, *name, roles.support) for name in (("Sami", "Benali"), ("Agathe", "Roussel"))],
        hr=member(w, "Rachel", "Petit", roles.hr), accounts=member(w, "Côme", "Delattre", roles.accounts),
        cogerance=[member(w, *name, roles.cogerance) for name in (("Marc", "Leroux"), ("Odile", "Fontaine"))],
        facilitator=member(w, "Youri", "Kowalski", roles.facilitator), admin=member(w, "Ada", "Nowak", roles.admin),
        coop_life=member(w, "Nour", "Sellier", roles.coop_life))
    member(w, "Bernard", "Thibaut", roles.associates)
    for name, value in (("coop.form", "SCIC à capital variable"), ("coop.seat", "12 rue du Moulin, 59100 Roubaix"),
                        ("coop.siren", "732 829 320"), ("coop.rules", "Version du 5 janvier 2026, à lire sur le Nuage"),
                        ("coop.statutes", "À lire sur le Nuage, dossier Statuts")):
        SettingValue.create(name=name, value=value, since=long_ago(w), changed_by=house.admin, changed_at=w.now,
                            reason="Ouverture de la maison")
    for manager in house.cogerance:
        Mandate.create(person=manager, since=long_ago(w), reference="Procès-verbal d’assemblée", recorded_by=house.admin)
    return house


def member(w: World, first: str, last: str, role: str, antenna: Antenna | None = None) -> Person:
    """Someone of the team, in place before the house opens."""
    person: Person = Person.create(
        first_name=first, last_name=last, email=f"{plain(first)}.{plain(last)}@opteos.example", created_at=w.now)
    Commitment.create(person=person, signed_on=long_ago(w))
    RoleGrant.create(person=person, role=role, antenna=antenna, since=long_ago(w), reason="Équipe de départ")
    return person


def long_ago(w: World) -> date:
    """Before the house opened."""
    return w.start.date() - timedelta(days=200)


# The calendar of the house -------------------------------------------------------------------------------------------


def plan(w: World, house: House) -> Life:
    """Assemblies, then month after month: information meetings two months ahead, journées confirmed."""
    manager, host = house.cogerance[0], house.circle[0]
    for days_to_end, label in ((330, "Assemblée générale ordinaire"), (40, "Assemblée générale ordinaire"),
                               (-120, "Assemblée générale extraordinaire")):
        day = (w.end - timedelta(days=days_to_end)).date()
        days.add_assembly(day, label, label.endswith("ordinaire"), manager, roles.cogerance)
    planned = w.now.date()
    while True:
        until = w.now.date() + timedelta(days=62)
        while planned < until:
            planned += timedelta(days=1)
            _plan_meetings(w, house, planned, host)
        for journee in Journee.select().where(Journee.to_confirm, Journee.day > w.now.date(), Journee.day < until):
            days.confirm_journee(journee, "Moulin, grande salle", house.facilitator, roles.facilitator)
        yield w.after(28)


def _plan_meetings(w: World, house: House, day: date, host: Person) -> None:
    if day.weekday() == 1 and day.isocalendar().week % 2 == 0:
        starts = datetime.combine(day, time(16, 30), UTC)
        days.add_meeting(house.principale, starts, "12 rue du Moulin, Lille", 14, host, host, roles.circle)
    for antenna in house.kpa:
        if day.weekday() == 2 and day.day <= 7:
            starts, coordinator = datetime.combine(day, time(13, 0), UTC), house.coordinators[antenna.id]
            days.add_meeting(antenna, starts, f"Maison de quartier, {antenna.name.split()[-1]}", 12, coordinator,
                             coordinator, roles.coordinator)


def meetings_of(w: World, antenna: Antenna) -> list[InfoMeeting]:
    """The meetings one may still choose, at least two days ahead."""
    return list(InfoMeeting.select().where(
        InfoMeeting.antenna == antenna, InfoMeeting.starts_at > w.now + timedelta(days=2),
        InfoMeeting.cancelled_at.is_null()).order_by(InfoMeeting.starts_at))


# Places --------------------------------------------------------------------------------------------------------------


def offer_places(w: World, house: House) -> Life:
    """Every Monday, the circle offers what is free in the next two months, in the order of the list."""
    while True:
        yield w.hours_of(w.now.date() + timedelta(days=7 - w.now.weekday()))
        for case in _in_order(house):
            if not offer(w, house, case, months=2):
                break


def offer(w: World, house: House, case: Case, months: int) -> bool:
    """Offer the first free place that suits someone; whether there was one."""
    circle_member = w.rng.choice(house.circle)
    facts: Facts = facts_of(case, circle_member)
    first = max(facts.first_month, facts.not_before or facts.first_month)
    last = facts.first_month.plus(months - 1)
    month = next((one for one in first.until(max(first, last)) if facts.free.get(one, 0) > 0), None)
    if month is None or month > last:
        return bool(facts.not_before and facts.not_before > last)
    if w.take(case.dossier, "admission.offer", circle_member, month=str(month)):
        house.offers += 1
        house.answers[case.dossier_id] = ANSWERS.get(house.offers, "accept")
        w.wake(case.dossier, w.after(2, 5))
    return True


def last_offers(w: World, house: House) -> Life:
    """In the last weeks, a few offers for later months: each stops at another desk, to be seen there."""
    for to_end, stop in ((48, "drafting"), (46, "to_sign"), (44, "signed"), (42, "signed"), (18, "papers"),
                         (16, "sent"), (5, "offered"), (3, "offered")):
        yield w.to_end(to_end)
        line = _in_order(house)
        if line:
            house.last_offers[line[0].dossier_id] = stop
            offer(w, house, line[0], months=FAR_MONTHS)


def _in_order(house: House) -> list[Case]:
    return list(Case.select(Case, Dossier).join(Dossier).where(
        Case.workflow == "admission", Case.state == "waiting", Case.antenna == house.principale).order_by(
        Case.rank_at, Case.id))


# Tasks ---------------------------------------------------------------------------------------------------------------


def keep_desks(w: World, house: House) -> Life:
    """Twice a week, most tasks that are due get done; some stay behind."""
    hands = {roles.support: house.support[0], roles.hr: house.hr, roles.accounts: house.accounts,
             roles.cogerance: house.cogerance[0], roles.facilitator: house.facilitator}
    while True:
        yield w.after(3, 4)
        soon = w.now.date() + timedelta(days=w.rng.randint(0, 3))
        for task in Task.select(Task, Case, Dossier).join(Case).join(Dossier).where(
                Task.closed_at.is_null(), Task.due_on <= soon).order_by(Task.id):
            if task.closes_with or task.id % 23 == 0 or not w.chance(0.85):
                continue
            by = task.person or hands.get(task.role) or house.readers_of(task.antenna)[0]
            if by.id != task.dossier.person_id:
                w.take(task.dossier, f"{task.case.workflow}.tick", by, on=task.case, task=task.uid, proof="")


def last_days(w: World, house: House) -> Life:
    """The last days: notes and messages around the waiting list."""
    yield w.to_end(4)
    for case in _in_order(house)[:3]:
        w.take(case.dossier, "admission.note", house.circle[1], note="Appelée ce matin : toujours partante, très en forme.")
        w.take(case.dossier, "admission.write", house.circle[1], subject="Des nouvelles de votre place",
               message="Bonjour,\n\nvotre rang n’a pas changé. Venez à la prochaine journée si vous voulez.\n\nÀ bientôt")
        yield w.after(1)
        w.take(case.dossier, "admission.write", case.dossier.person, subject="Merci",
               message="Merci pour le message, je viendrai à la journée.")

