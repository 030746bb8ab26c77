"""The journées of the demonstration: slots, answers, presences, names to match, what coince, and the closing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from intake import bookings, presences
from intake.demo.house import House
from intake.demo.world import Life, World
from intake.guests import Guest, awaited
from intake.models import attendance, days, irritants, slots
from intake.models.days import Journee
from intake.models.irritants import Irritant
from workflows import roles
from workflows.engine import StepRefused

HOURS = (time(14), time(14, 30), time(15), time(15, 30), time(16))
COMES, ANSWERS, STAYS = 0.45, 0.3, 0.6
"""How many come, say so beforehand, and stay the afternoon."""
STRANGERS = ("Anne Lemaire", "Jo Delcourt", "M. Vanhoutte", "Sacha P.", "Lila")
COINCE = (
    ("accounts", "Je ne sais jamais quelle TVA mettre sur une facture d’acompte."),
    ("tools", "Le Nuage me déconnecte tous les jours, je perds mes fichiers."),
    ("rules", "À partir de quand ai-je droit à une avance sur achats ?"),
    ("relations", "Je ne connais personne de mon métier ici. Un annuaire aiderait."),
    ("other", "La salle du matin est froide."),
    ("accounts", "Les relevés arrivent trop tard pour préparer le bilan avec mon binôme."),
    ("tools", "Deux mots de passe différents pour Rocket.Chat et le wiki."),
    ("", "On parle beaucoup de sociétariat, peu de ce que ça coûte."),
)
REPLIES = ("Une notice d’une page arrive sur le wiki avant la prochaine journée.",
           "Vu avec l’équipe support : c’est réglé depuis lundi.",
           "Le Cercle en parle à sa réunion de février et revient vers vous à la journée.")


def gather(w: World, house: House) -> Life:
    """Month after month: prepared some days after the one before, held, closed."""
    rng = Random(w.start.toordinal())  # noqa: S311 its own, so that the other lives stay what they are
    yield w.start + timedelta(days=2)
    while True:
        journee = Journee.select().where(Journee.day > w.now.date(), ~Journee.to_confirm).order_by(Journee.day).first()
        if journee is None:
            yield w.now + timedelta(days=7)
            continue
        prepare(w, rng, house, journee)
        yield at(journee.day, 8)
        journee = Journee.get_by_id(journee.id)
        if journee.day == w.now.date():
            hold(w, rng, journee)
            yield at(journee.day, 16)
            say_what_coince(rng, house, journee)
            presences.close(journee, journee.facilitator or house.facilitator, roles.facilitator)
        yield w.now + timedelta(days=3)


def at(day: date, hour: int) -> datetime:
    """An hour UTC of a day."""
    return datetime.combine(day, time(hour), UTC)


def prepare(w: World, rng: Random, house: House, journee: Journee) -> None:
    """Who animates, the slots of the afternoon, the first answers and appointments."""
    days.name_facilitator(journee, house.facilitator, house.circle[0], roles.circle)
    days.confirm_journee(journee, "Moulin, grande salle", house.circle[0], roles.circle)
    slots.open_slots(journee, HOURS[:3], house.circle[0])
    slots.open_slots(journee, HOURS[2:], house.circle[1])
    for guest in awaited():
        if rng.random() < ANSWERS:
            attendance.answer_invitation(journee, guest.person, "excused" if rng.random() < 0.3 else "expected", how="person",
                                         at=w.now)
    for guest in rng.sample(awaited(), k=min(2, len(awaited()))):
        book(rng, journee, guest)


def book(rng: Random, journee: Journee, guest: Guest) -> None:
    """Someone takes a slot, when one is left."""
    free = slots.free_slots(journee)
    if free:
        try:
            bookings.take(rng.choice(free).uid, person=guest.person, key=f"demo:{journee.id}:{guest.person.id}")
        except StepRefused:
            return


def hold(w: World, rng: Random, journee: Journee) -> None:
    """The day: badges and codes at the tablet, a few on paper, a name nobody knows, a request made without network."""
    for guest in awaited():
        if rng.random() >= COMES:
            continue
        signed = at(journee.day, 8) + timedelta(minutes=rng.randint(5, 90))
        how = rng.choice(("badge", "badge", "badge", "code", "paper"))
        presences.sign(journee, "morning", person=guest.person, name="", how=how, at=signed, key="")
        if rng.random() < STAYS:
            presences.sign(journee, "afternoon", person=guest.person, name="", how=how, key="",
                           at=at(journee.day, 13) + timedelta(minutes=rng.randint(0, 60)))
    recent = journee.day > w.end.date() - timedelta(days=40)
    for name in rng.sample(STRANGERS, k=2 if recent else 0):
        presences.sign(journee, "morning", person=None, name=name, how="name", at=at(journee.day, 9),
                       key=f"demo:{journee.id}:{name}")
    guests = awaited()
    if recent and guests:
        bookings.wish([slot.uid for slot in slots.slots_of(journee)[:2]], journee=journee, person=guests[0].person, name="",
                      phone="", key=f"demo:{journee.id}:wish")


def say_what_coince(rng: Random, house: House, journee: Journee) -> None:
    """Two or three things are left; the circle answers those of before."""
    for found in Irritant.select().where(Irritant.answer == "", Irritant.day < journee.day - timedelta(days=20)):
        irritants.answer_irritant(found, rng.choice(REPLIES), house.coop_life)
    for number, (subject, text) in enumerate(rng.sample(COINCE, k=rng.randint(2, 3))):
        irritants.drop_irritant(journee.day, text=text, subject=subject, key=f"demo:{journee.id}:{number}")
