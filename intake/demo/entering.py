"""From a first contact to a first contract: what applicants do, and how the circle answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from werkzeug.datastructures import MultiDict

from intake.arrivals import arrive
from intake.demo import contracts
from intake.demo.house import House, meetings_of
from intake.demo.names import Someone
from intake.demo.world import Life, World
from intake.facts.admission import antennas
from intake.models.actors import KIOSK
from intake.models.dossiers import Dossier
from intake.models.people import Antenna, Person
from workflows.admission.forms import ContactForm, KioskContactForm
from workflows.calendar import Month, working_day_on_or_after

SEEN = ("skills", "customers", "autonomy", "cooperation", "contribution", "support_needed", "viability")
NOTES = (
    "Clair et précis, exemples à l’appui.", "Deux clients prêts à signer, à confirmer.", "S’organise seule, demande au bon "
    "moment.", "A déjà travaillé à plusieurs, y tient.", "Propose un atelier par an aux autres.",
    "Besoin d’aide pour les prix et les devis.", "Tient avec trois commandes par mois.",
)
WORDS = {
    "admit": "Le Cercle a donné un avis favorable à votre demande. Vous prenez rang aujourd’hui.",
    "enrol": "Le Cercle a donné un avis favorable à votre demande. Vous entrez au programme KPA-Cité.",
    "defer": "Votre projet nous intéresse. Retravaillez vos prix et votre budget, puis envoyez à nouveau votre demande.",
    "decline": "Nous ne pouvons pas vous accueillir : aucun assureur ne couvre cette activité.",
    "redirect": "Une couveuse proche de chez vous correspond mieux à votre projet. Nous vous mettons en relation.",
}
REASONS = {"decline": "uninsurable", "redirect": "elsewhere", "defer": "skills"}


def contact(w: World, who: Someone, antenna: Antenna, age: str = "adult") -> Dossier:
    """Someone leaves their details on the public page."""
    raw = {"first_name": who.first, "last_name": who.last, "email": who.email, "phone": who.phone, "commune": who.town,
           "activity": who.activity, "heard": w.rng.choice(("word", "member", "web", "event", "adviser")),
           "antenna": antenna.code, "age": age, "notice": "oui"}
    form = ContactForm(MultiDict(raw))
    form.antenna.choices = antennas()
    dossier = arrive(raw, form, by=None, key=f"demo-{who.email}")
    Person.update(trade=who.trade).where(Person.id == dossier.person_id).execute()
    return dossier


def kiosk_contact(w: World, house: House, who: Someone) -> Life:
    """Someone leaves a telephone number on the tablet of a journée; the circle calls back, or not yet."""
    raw = {"first_name": who.first, "reach": who.phone, "activity": who.activity, "agreed": "oui"}
    arrive(raw, KioskContactForm(MultiDict(raw)), by=KIOSK, key=f"demo-{who.phone}", antenna=house.principale)
    yield w.now


ENTERS = ("enter", "minor", "seeking", "proposed", "peer_agreed")
"""Plans that lead to a contract; the last three stop while a peer is being found."""


def apply(w: World, house: House, who: Someone, antenna: Antenna, plan: str = "enter") -> Life:
    """Someone applies; `plan` is where they stop, or how the circle answers, or one of ENTERS."""
    if plan == "minor":
        who = replace(who, born_on=w.now.date() - timedelta(days=17 * 365 + 30))
    dossier = contact(w, who, antenna, "minor" if plan == "minor" else "adult")
    if plan == "contact":
        return
    yield w.after(1, 5)
    yield from come_to_a_meeting(w, house, dossier, antenna, plan)
    if plan in ("meeting", "missed"):
        return
    person = dossier.person
    yield w.after(1, 6)
    w.fill_in(dossier, application_pages(w, dossier, who, person), most=6)
    if plan == "draft":
        return
    yield w.after(2, 9)
    w.fill_in(dossier, application_pages(w, dossier, who, person))
    yield w.after(0, 2)
    w.take(dossier, "admission.submit", person)
    if plan == "submitted":
        return
    yield from study(w, house, dossier, antenna, plan)
    if plan in ENTERS:
        yield from wait_and_enter(w, house, dossier, who, antenna, plan)


def come_to_a_meeting(w: World, house: House, dossier: Dossier, antenna: Antenna, plan: str) -> Life:
    """Choose an information meeting, and come; a few are known already, a few miss the first one."""
    host, ahead = w.rng.choice(house.readers_of(antenna)), meetings_of(w, antenna)
    if not ahead or (plan not in ("meeting", "missed") and w.chance(0.05)):
        w.take(dossier, "admission.skip_meeting", host, reason="Connue de la maison, reçue en rendez-vous.")
        return
    chosen = ahead[-1] if plan == "meeting" else ahead[0]
    w.take(dossier, "admission.book", dossier.person, meeting=chosen.uid)
    if plan == "meeting":
        return
    yield chosen.starts_at + timedelta(hours=2)
    if plan == "missed" or w.chance(0.06):
        w.take(dossier, "admission.miss", host, absence=w.rng.choice(("absent", "excused")))
        if plan == "missed":
            return
        yield w.after(2, 5)
        w.take(dossier, "admission.skip_meeting", host, reason="Reçue au téléphone après une absence excusée.")
        return
    w.take(dossier, "admission.attend", host)


def study(w: World, house: House, dossier: Dossier, antenna: Antenna, plan: str) -> Life:
    """Read, met, discussed, decided by consent."""
    circle, person = house.readers_of(antenna), dossier.person
    number = 2 if antenna.id == house.principale.id else 1
    readers = w.rng.sample(circle, number)
    yield w.after(2, 8)
    if w.chance(0.12):
        w.take(dossier, "admission.ask", readers[0], kind="incomplet", subject="Un devis récent",
               message="Bonjour, pouvez-vous nous envoyer un devis ou une promesse de commande ?")
        yield w.after(2, 5)
        w.take(dossier, "admission.answer", person, answer="Voici mon dernier devis.",
               piece=w.piece(dossier, "Devis", person))
        yield w.after(1, 2)
    w.take(dossier, "admission.accept_file", readers[0], people=[one.uid for one in readers])
    yield w.after(1, 4)
    days = [(w.now + timedelta(days=ahead)).date().isoformat() for ahead in (6, 8, 11)]
    w.take(dossier, "admission.propose_interview", readers[0], first=days[0], second=days[1], third=days[2],
           where="14 h, 12 rue du Moulin")
    yield w.after(1, 3)
    w.take(dossier, "admission.choose_interview", person, date=days[1])
    if plan == "review":
        return
    yield w.after(6, 10)
    for reader in readers:
        w.take(dossier, "admission.record_interview", reader, no_link="oui", attention="", **dict(zip(
            SEEN, w.rng.sample(NOTES, len(SEEN)), strict=True)))
    w.take(dossier, "admission.check_support", w.rng.choice(house.support), regulated="no", budget_clear="oui",
           insurable="no" if plan == "decline" else w.rng.choice(("yes", "yes", "conditions")), insurer_reference="",
           remark="")
    if plan == "reviewed":
        return
    yield w.after(1, 5)
    decision = plan if plan in ("defer", "decline", "redirect") else "admit"
    w.take(dossier, "admission.propose", readers[0], decision=decision, conditions="")
    yield from opinions(w, dossier, circle, readers)
    if plan == "withdraw":
        w.take(dossier, "admission.withdraw", person, reason="Un emploi m’est proposé.")
        return
    step = "enrol" if decision == "admit" and antenna.id != house.principale.id else decision
    w.take(dossier, f"admission.{step}", readers[0], message=f"Bonjour {person.called},\n\n{WORDS[step]}",
           sending="send", reason=REASONS.get(step, ""))
    if plan == "decline" and w.now > w.to_end(120):
        yield w.after(4, 8)
        w.take(dossier, "admission.contest", person, reason="J’ai trouvé un assureur qui accepte mon activité.")
    elif plan == "pause":
        yield w.after(8, 12)
        w.take(dossier, "admission.pause", person, until=(w.end.date() + timedelta(days=75)).isoformat(), reason="")
    elif plan in ("decline", "redirect"):
        yield w.after(4, 8)
        w.take(dossier, "admission.stay_in_touch", person, agreed="oui")


def opinions(w: World, dossier: Dossier, circle: list[Person], readers: list[Person]) -> Life:
    """Opinions without link; once in a while an objection, lifted when it has been heard."""
    members = readers if len(circle) == 1 else w.rng.sample(circle, 3)
    objected = None
    for member in members:
        yield w.after(0, 2)
        objects = objected is None and len(circle) > 1 and w.chance(0.06)
        given = w.take(dossier, "admission.give_opinion", member, no_link="oui",
                       opinion="objection" if objects else "favorable",
                       reason="Les prix ne couvrent pas les frais." if objects else "")
        objected = (member, given) if objects and given else objected
    if objected is not None:
        yield w.after(2, 4)
        w.take(dossier, "admission.lift_objection", objected[0], about=objected[1].uid, reason="Prix revus, rassurée.")
    yield w.after(0, 2)


# Places --------------------------------------------------------------------------------------------------------------

def wait_and_enter(w: World, house: House, dossier: Dossier, who: Someone, antenna: Antenna, plan: str = "") -> Life:
    """In the waiting list until an offer is accepted; then the entry papers and the first contract."""
    if antenna.id != house.principale.id:
        yield from enter(w, house, dossier, who, antenna, plan)
        return
    w.begin(stay_interested(w, dossier), w.after(80, 88))
    answer = ""
    while True:
        yield dossier
        if w.state(dossier, "admission") != "offered":
            continue
        stop = house.last_offers.get(dossier.id, "")
        answer = "never" if answer == "never" else stop or house.answers.pop(dossier.id, "accept")
        if answer == "offered":
            return
        if answer == "decline":
            w.take(dossier, "admission.decline_offer", dossier.person)
        elif answer == "postpone":
            month = Month.of(w.now.date()).plus(5)
            w.take(dossier, "admission.postpone", dossier.person, month=str(month))
        elif answer not in ("silence", "never") and w.take(dossier, "admission.accept", dossier.person):
            yield from enter(w, house, dossier, who, antenna, stop or answer)
            if w.state(dossier, "admission") != "waiting":
                return


def stay_interested(w: World, dossier: Dossier) -> Life:
    """Asked now and then whether they still want to come, people say yes."""
    while w.state(dossier, "admission") in ("waiting", "offered"):
        w.take(dossier, "admission.reconfirm", dossier.person)
        yield w.after(80, 88)


def enter(w: World, house: House, dossier: Dossier, who: Someone, antenna: Antenna, stop: str) -> Life:
    """Entry papers, then the contract; `stop` is the desk where it stays."""
    person = dossier.person
    w.begin(contracts.pair(w, house, dossier, stop), w.after(8, 25))
    yield w.after(1, 5)
    if stop == "papers":
        return
    w.fill_in(dossier, entry_pages(w, dossier, who, person))
    w.take(dossier, "admission.send_papers", person)
    if stop == "sent":
        return
    yield w.after(1, 4)
    if not w.take(dossier, "admission.check_papers", house.hr, kind="cape"):
        return
    case = w.case(dossier, "admission")
    month = case.memory.get("month") if case else None
    soonest = w.now.date() + timedelta(days=10)
    first = working_day_on_or_after(max(soonest, Month.parse(month).first_day if month else soonest))
    if not month:
        first = working_day_on_or_after(Month.of(soonest).next().first_day)
    yield from contracts.sign_cape(w, house, dossier, first, who.activity, stop)
    if stop == "give_back":
        w.take(dossier, "admission.give_back", person, reason="Mon local n’est pas prêt, je rends la place.")
    if stop in ("drafting", "to_sign") or w.state(dossier, "cape") != "signed":
        return
    yield w.hours_of(first)
    yield from contracts.under_cape(w, house, dossier, antenna)


# What they write -----------------------------------------------------------------------------------------------------


def application_pages(w: World, dossier: Dossier, who: Someone, person: Person) -> dict[str, dict[str, Any]]:
    """Answers to the application."""
    later = Month.of(w.now.date()).plus(4)
    return {
        "age": {"age": "adult"},
        "you": {"phone": who.phone},
        "activity": {"activity": f"{who.activity}. Je travaille seule, avec deux clients réguliers.", "stage": "practised"},
        "motivation": {"motivation": "Essayer mon projet près de chez moi, avec d’autres."},
        "skills": {"skills": "Six ans de métier, un diplôme et un portfolio.", "diplomas": "CAP", "regulated": "no"},
        "workplace": {"workplace": ["home", "customers"], "fragile": "non"},
        "offering": {"offering": "Prestation à la demi-journée, 160 €.", "customers-0-customer": "Une association",
                     "customers-0-quote": "Devis 12", "customers-0-amount": "640",
                     "customers-1-customer": "Un commerce", "customers-1-quote": "Promesse", "customers-1-amount": "480"},
        "income": {"income_6": "600", "income_12": "900", "income_24": "1 400"},
        "time": {"days": w.rng.choice(("3", "4", "5")), "other_hours": "0", "full_time": "non"},
        "availability": {"availability": "Le mardi et le jeudi, toute la journée."},
        "guardian": {"guardian": f"{who.last} Farida", "guardian_phone": "06 39 98 11 22"},
        "situation": {"declared": "no"},
        "start": {"start": str(later)},
        "why": {"why": "Je veux travailler à mon compte sans être isolée, et décider à plusieurs."},
        "cooperation": {"commons": "Un atelier par trimestre, ouvert à tout le monde.", "circles": ["com", "vie_cooperative"]},
        "support": {"expectations": "Fixer mes prix, trouver des clients réguliers.", "ease": "fair"},
        "budget": {"budget-0-heading": "Prestations", "budget-0-income": "9 600", "budget-1-heading": "Matériel",
                   "budget-1-expense": "1 800"},
        "insurance": {"insurance-absent": "Je l’envoie dès que l’assureur me répond."},
        "charter": {"charter": "oui"},
        "rules": {"rules": "oui"},
    }


def entry_pages(w: World, dossier: Dossier, who: Someone, person: Person) -> dict[str, dict[str, Any]]:
    """Answers to the entry papers."""
    until = w.end.date() + timedelta(days=900)
    case = w.case(dossier, "admission")
    minor = case is not None and case.memory.get("age") == "minor"
    agreement = {"guardians_paper": w.piece(dossier, "Accord parental", person)} if minor else {}
    return {
        "birth": {"birth_name": f"{who.last} {who.first}", "born_on": who.born_on.isoformat(), "born_in": "Lille",
                  "nationality": "française"},
        "address": {"street": who.street, "postcode": who.postcode, "town": who.town},
        "nir": {"nir": who.nir},
        "identity": {"paper": "identity_card", "paper_number": f"99DEMO{w.rng.randint(100, 999)}",
                     "paper_until": until.isoformat(), "paper_copy": w.piece(dossier, "Carte d’identité", person)},
        "guardians": {"guardians": f"{who.last} Farida", **agreement},
        "iban": {"iban": who.iban},
        "tools": {"login": f"{who.first[:1]}{who.last}".lower().replace(" ", "")},
    }
