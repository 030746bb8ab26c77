"""Where someone stands, for their own page: rank and its reason, what comes next, what was just noted, whom to talk to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from intake import moment, words
from intake.facts import facts_of
from intake.lookup import workflow_of
from intake.models import pieces, ranks
from intake.models.dossiers import Case, Dossier, Event
from intake.models.letters import Letter
from intake.models.people import Person, holders
from intake.models.pieces import Piece
from intake.models.search import folded
from intake.outbox import office
from workflows import roles
from workflows.admission.deadlines import asked_in_vain, no_interest
from workflows.admission.told import what_next
from workflows.calendar import add_months, paris_day
from workflows.numerals import counted
from workflows.sentences import Sentence

RECENT = timedelta(days=30)
"""How long one is told why one's rank worsened."""


def is_open(case: Case) -> bool:
    """Whether somebody still has to act in this case."""
    state = workflow_of(case).state.get(case.state)
    return state is not None and not state.closed


def greeting(person: Person, main: Case | None) -> str:
    """« Bonjour Ben, votre demande avance », while it does."""
    moves = main is not None and main.workflow == "admission" and main.state in ("submitted", "review", "waiting")
    return words.sentence("Bonjour {name}, votre demande avance" if moves else "Bonjour {name}", name=person.called)


def next_of(main: Case | None) -> str:
    """What happens next, and when; empty once a contract tells it."""
    if main is None or main.workflow != "admission":
        return ""
    told = what_next(facts_of(main, main.dossier.person))
    return words.fill(told.sentence, told.values) if told else ""


def rank_of(main: Case | None) -> dict[str, Any] | None:
    """Rank, total, rule, cap and forecast while the case waits; why it worsened; until when interest is asked (F73)."""
    if main is None or main.workflow != "admission" or main.state != "waiting":
        return None
    facts = facts_of(main, main.dossier.person)
    values, cap = facts.letter_values(), int(facts.settings["places.per_month"])
    worse, asked, ends = ranks.latest(main, moment.today() - RECENT), asked_in_vain(facts), no_interest(facts)
    return {
        **values, "at": words.at(moment.now()), "worse": worsened(worse) if worse else "",
        "cap": Sentence.read_as(counted(cap, "personne", "personnes"), "{n:personne|personnes}", n=words.Count(cap)),
        "asked_until": words.long_day(paris_day(ends)) if asked and ends else "",
        "rank_days": facts.settings["pause.rank_days"],
        "confirmed": words.long_day(facts.memory["confirmed_on"]) if facts.memory.get("confirmed_on") else "",
    }


def worsened(line: ranks.RankLine) -> str:
    """« Vous passez de la 3e à la 4e place : … » (F73)."""
    if line.before is None:
        return words.sentence("Vous êtes à la {rank} place : {why}", rank=words.rank(line.rank, feminine=True), why=line.sentence)
    return words.sentence("Vous passez de la {before} à la {rank} place : {why}", before=words.rank(line.before, feminine=True),
                          rank=words.rank(line.rank, feminine=True), why=line.sentence)


# Whom to talk to -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Contact:
    """Someone to talk to, with how to reach them."""

    name: str
    who: str
    phone: str = ""
    email: str = ""
    hours: str = ""


def contact_of(dossier: Dossier, main: Case | None) -> Contact:
    """Who follows the dossier, else who reads it, else someone of the circle (or the coordination) of its antenna."""
    memory = main.memory if main is not None else {}
    named = next((one for uid in (memory.get("follower"), *memory.get("readers", ()))
                  if uid and (one := Person.get_or_none(Person.uid == uid, Person.disabled_at.is_null()))), None)
    role = roles.circle if dossier.antenna.programme == "principale" else roles.coordinator
    person = named or next(iter(holders(role, moment.today(), dossier.antenna)), None)
    who = "Cercle accompagnement" if role == roles.circle else "Coordination KPA-Cité"
    if memory.get("follower") and named is not None:
        who = "suit votre dossier"
    return Contact(person.name if person else who, who if person else "", office.phone, office.email, office.hours)


# My papers -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Insurance:
    """The insurance certificate among someone's pieces."""

    piece: Piece | None
    stale: bool
    """Over a year old: to be renewed."""


def insurance_of(dossier: Dossier) -> Insurance:
    """The latest certificate added, by its title; insurers give one a year."""
    latest = next((one for one in pieces.of(dossier) if "assurance" in folded(f"{one.title} {one.filename}")), None)
    stale = latest is not None and add_months(paris_day(latest.added_at), 12) <= moment.today()
    return Insurance(latest, stale)


# What was just done --------------------------------------------------------------------------------------------------


def noted(dossier: Dossier, uid: str, reader: Person) -> str:
    """« C’est noté : « Mettre en pause ». Vous allez recevoir un courriel à … » for one's own last step; else empty."""
    event = Event.get_or_none(Event.uid == uid, Event.dossier == dossier, Event.actor == reader) if uid else None
    if event is None:
        return ""
    row = next((row for row in workflow_of(event.case).rows(event.step) if row.label), None)
    letter = Letter.select().where(Letter.event == event, Letter.recipient == reader).first()
    done = words.sentence("C’est noté : « {label} »." if row is not None else "C’est noté.", label=row.label if row else "")
    return words.together(done, _of_letter(letter))


def _of_letter(letter: Letter | None) -> str:
    """Never « envoyé » of a letter that the mail server has not accepted (F71)."""
    if letter is None or letter.status == "dropped":
        return ""
    if letter.status == "sent":
        return words.sentence("Un courriel est parti à {address}.", address=letter.address)
    if letter.status == "failed":
        return words.sentence("Le courriel n’est pas parti à {address} : vérifiez votre adresse.", address=letter.address)
    return words.sentence("Vous allez recevoir un courriel à {address}.", address=letter.address)
