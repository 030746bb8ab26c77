"""What a CAPE and a CESA share: dates, rules and rows of signing; its facts and forms are beside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from workflows.calendar import end_of_paris_day, paris_day, start_of_paris_day, working_day_on_or_after
from workflows.grammar import (
    Answers,
    CaseFacts,
    Check,
    GiveCode,
    Letter,
    Rule,
    Step,
    Task,
    Verdict,
    holds,
    house,
    law,
)
from workflows.roles import clock, cogerance, hr, support
from workflows.signing.facts import ContractFacts, EntryPapers, Mandate
from workflows.signing.forms import (
    CHECKED,
    CountersignatureForm,
    GiveCodeForm,
    PaperForm,
    SendForm,
    SignatureForm,
    ask_code,
    ask_decision,
    asked_again,
    known_elsewhere,
    offer,
    remember_elsewhere,
    table_of_elsewhere,
    until_today,
)
from workflows.signing.parts import part_named

FULL_TIME_HOURS = 35
"""Weekly hours of a full-time employment (C. trav. L3121-27)."""
COOP_NAMES = {"coop.form": "forme juridique", "coop.seat": "siège", "coop.siren": "SIREN"}
"""Settings without which no contract names the cooperative."""


# Dates ---------------------------------------------------------------------------------------------------------------


def next_of(days: Iterable[date], facts: CaseFacts, step: str) -> datetime | None:
    """When the clock must next act on a schedule: the first of its days since the step was last taken.

    Days missed while the clock was stopped give one step, for the latest: the next ones are after it.
    """
    done = facts.taken(step) or facts.since
    return min((start_of_paris_day(day) for day in days if start_of_paris_day(day) > done), default=None)


def daily(first: date, facts: CaseFacts, step: str) -> datetime:
    """When the clock must next act on a daily schedule: from `first` on, once a day of Paris."""
    done = facts.taken(step)
    if done is None or done < facts.since:
        return start_of_paris_day(first)
    return start_of_paris_day(max(first, paris_day(done) + timedelta(days=1)))


LATE = timedelta(days=7)
"""After the effect date: a paper signed in time may still be recorded until then."""


def unsigned_due(facts: ContractFacts) -> datetime | None:
    """The end of the days left to record a signature."""
    return end_of_paris_day(facts.first_day + LATE) if facts.first_day else None


def effect_due(facts: ContractFacts) -> datetime | None:
    """The beginning of the effect date."""
    return start_of_paris_day(facts.first_day) if facts.first_day else None


def paper_days(answers: Answers) -> tuple[date, date]:
    """The two dates of signature written on a paper: the person's, the cogérance's."""
    return answers["person_signed_on"], answers["cogerance_signed_on"]


# Rules ---------------------------------------------------------------------------------------------------------------


def reading(rule: Rule, check: Check) -> Rule:
    """The same rule, reading the dates on a paper instead of today's."""
    return replace(rule, check=check, reads_answers=True)


@law("Le titre doit autoriser le travail au {date}. La personne le fournit.", "C. trav. R5221-41")
def may_work(facts: ContractFacts) -> Verdict:
    """A residence permit must allow work on the effect date."""
    start = facts.first_day or facts.today
    return holds(facts.entry.permit_until is None or facts.entry.permit_until >= start, date=start)


@law("Le document a changé depuis l’envoi. Envoyez une nouvelle version.", "C. civ. 1366")
def same_document(facts: ContractFacts) -> Verdict:
    """What is kept is what was sent, byte for byte."""
    return holds(not facts.to_sign or facts.frozen() == facts.to_sign)


@law("La date d’effet est passée. L’équipe support la reporte.", "C. com. L127-2")
def signed_by_effect(facts: ContractFacts) -> Verdict:
    """Both sign at the latest on the effect date."""
    return holds(facts.first_day is not None and facts.today <= facts.first_day)


def _on_paper(facts: ContractFacts, answers: Answers) -> Verdict:
    signed = max(paper_days(answers))
    return holds(facts.first_day is not None and signed <= facts.first_day and signed <= facts.today)


signed_on_paper_by_effect = reading(signed_by_effect, _on_paper)


@house("Ouvrez d’abord le lien de votre lettre « Votre contrat est prêt à signer ». L’équipe support peut la renvoyer.",
       lifted_by="")
def link_opened(facts: ContractFacts) -> Verdict:
    """The personal link went to a verified address: opening it says who reads."""
    return holds(facts.link_opened)


@house("Il reste à lire : {parties}.", lifted_by="")
def all_read(facts: ContractFacts) -> Verdict:
    """Every part was opened and said to be read."""
    return holds(not facts.unread, parties=[part_named(title) for title in facts.unread])


ON_THE_PAGE = (link_opened.name, all_read.name)
"""What is missing to sign and done on the page of the signature itself, so that the page opens all the same."""


@house("Il manque dans les réglages de la coopérative : {champs}. La cogérance ou l’administration les remplit.", lifted_by="")
def coop_known(facts: ContractFacts) -> Verdict:
    """A contract names the cooperative: form, seat, SIREN."""
    missing = [label for name, label in COOP_NAMES.items() if not facts.settings.get(name)]
    return holds(not missing, champs=", ".join(missing))


@house("La personne a déjà signé ce contrat.", lifted_by="")
def not_signed_yet(facts: ContractFacts) -> Verdict:
    """A code serves to sign, once."""
    return holds(not facts.person_has_signed)


@house("La personne n’a pas encore signé.", lifted_by="")
def person_signed(facts: ContractFacts) -> Verdict:
    """The person signs first."""
    return holds(facts.person_has_signed)


@house("Le mandat de signature manque. L’équipe support l’enregistre.")
def mandate(facts: ContractFacts) -> Verdict:
    """Who signs for the cooperative holds a mandate that day."""
    return holds(any(one.person == facts.actor and one.covers(facts.today) for one in facts.mandates))


def _mandate_on_paper(facts: ContractFacts, answers: Answers) -> Verdict:
    return holds(any(one.covers(answers["cogerance_signed_on"]) for one in facts.mandates))


mandate_on_paper = reading(mandate, _mandate_on_paper)


@house("La date d’effet n’est pas dans le mois de la place. L’équipe support change de mois ou de date.", lifted_by="")
def in_place_month(facts: ContractFacts) -> Verdict:
    """A first contract takes effect in the month of the place."""
    start = facts.first_day
    return holds(not facts.place_month or (start is not None and f"{start:%Y-%m}" == facts.place_month))


@house("La date de fin est le {date}. L’équipe support attend cette date ou la corrige.", lifted_by="")
def end_reached(facts: ContractFacts, answers: Answers) -> Verdict:
    """Nothing ends before its day."""
    last = end_day(facts, answers)
    return holds(last <= facts.today, date=last)


def end_day(facts: ContractFacts, answers: Answers) -> date:
    """The last day of a contract that ends: as written, else as the departure says, else today."""
    written = answers.get("ends_on")
    return written if isinstance(written, date) else facts.departure_ends_on or facts.today


# Rows that CAPE and CESA share ---------------------------------------------------------------------------------------


def reminder_due(facts: ContractFacts) -> datetime | None:
    """Some days before the last one to sign, to whoever must still do so; those before the sending are left out."""
    return None if facts.sign_by is None else reminder_before(facts.sign_by, facts, facts.since)


def reminder_before(effect: date, facts: ContractFacts, sent: datetime) -> datetime | None:
    """The next reminder of a document that was sent then and takes effect that day."""
    if facts.silent:
        return None
    done = max(filter(None, (facts.taken("remind"), sent)))
    days = [effect - timedelta(days=ahead) for ahead in facts.settings["signing.reminder_days"]]
    return min((start_of_paris_day(day) for day in days if start_of_paris_day(day) > done), default=None)


def unsigned_by_person(facts: ContractFacts, _: Answers) -> bool:
    """The person has not signed."""
    return not facts.memory.get("person_signed_on")


def signed_by_person(facts: ContractFacts, _: Answers) -> bool:
    """The person has signed: the cogérance is next."""
    return bool(facts.memory.get("person_signed_on"))


signing_rows = (
    Step("give_code", "Donner le code pour signer", ("to_sign",), None, by=support, form=GiveCodeForm,
         only_if=[not_signed_yet, same_document], then=[GiveCode()], past="a donné un code pour signer, de vive voix",
         quiet=True, hint="Appelez la personne, ou vérifiez qui vous appelle. Le code s’affiche une fois et vaut une heure."),
    Step("remind", None, ("to_sign",), None, by=clock, due=reminder_due,
         then=[Letter("contract_to_sign", when=unsigned_by_person),
               Letter("contract_to_countersign", to=(cogerance,), when=signed_by_person)],
         past="rappel de signature envoyé"),
)


# The permit ----------------------------------------------------------------------------------------------------------


def needs_permit(facts: ContractFacts, _: Answers) -> bool:
    """The right to work rests on a permit that ends."""
    return facts.entry.permit_until is not None


def permit_ends_meanwhile(facts: ContractFacts, answers: Answers) -> bool:
    """The permit ends while this contract runs; the next contract watches what is after."""
    ends, last = facts.entry.permit_until, facts.last_day
    return ends is not None and (last is None or ends <= last)


def permit_task(days: int) -> Task:
    """Work for RH so many days before a residence permit ends (JOURNEY §8), or today if that day is past."""
    def due(facts: ContractFacts, _: Answers) -> date:
        ends = facts.entry.permit_until or facts.today
        return working_day_on_or_after(max(facts.today, ends - timedelta(days=days)))

    def rings(facts: ContractFacts, _: Answers) -> list[date]:
        ends = facts.entry.permit_until
        return [ends - timedelta(days=days)] if ends else []

    return Task(hr, f"Titre de séjour\u00a0: il se termine dans {days} jours, demander le suivant", due=due,
                when=permit_ends_meanwhile, rings=rings, tells="permit_ends")


permit_alarms = (permit_task(60), permit_task(30))


# Memory --------------------------------------------------------------------------------------------------------------


def remember_person(facts: ContractFacts, _: Answers) -> dict[str, Any]:
    """The person has signed today."""
    return {"person_signed_on": facts.today.isoformat()}


def remember_cogerance(facts: ContractFacts, _: Answers) -> dict[str, Any]:
    """The cogérance has signed today."""
    return {"cogerance_signed_on": facts.today.isoformat()}


def remember_paper(_: ContractFacts, answers: Answers) -> dict[str, Any]:
    """Both signatures, as dated on paper."""
    theirs, ours = paper_days(answers)
    return {"person_signed_on": theirs.isoformat(), "cogerance_signed_on": ours.isoformat()}


def forget_signatures(_: ContractFacts, __: Answers) -> dict[str, Any]:
    """Signatures are void; the contract is written again."""
    return {"person_signed_on": None, "cogerance_signed_on": None, "document": None}


def filled(answers: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """The names that were given an answer."""
    return [name for name in names if answers.get(name) not in (None, "", [])]


__all__ = [
    "CHECKED", "COOP_NAMES",
    "FULL_TIME_HOURS",
    "LATE",
    "ContractFacts",
    "CountersignatureForm",
    "EntryPapers",
    "Mandate",
    "PaperForm",
    "SendForm",
    "SignatureForm",
    "all_read",
    "ask_code",
    "ask_decision",
    "asked_again",
    "coop_known",
    "daily",
    "effect_due",
    "end_day",
    "end_reached",
    "filled",
    "forget_signatures",
    "in_place_month",
    "known_elsewhere",
    "link_opened",
    "mandate",
    "mandate_on_paper",
    "may_work",
    "needs_permit",
    "next_of",
    "not_signed_yet",
    "offer",
    "paper_days",
    "permit_alarms",
    "permit_ends_meanwhile",
    "permit_task",
    "person_signed",
    "reading",
    "remember_cogerance",
    "remember_elsewhere",
    "remember_paper",
    "remember_person",
    "reminder_before",
    "reminder_due",
    "same_document",
    "signed_by_effect",
    "signed_by_person",
    "signed_on_paper_by_effect",
    "signing_rows",
    "table_of_elsewhere",
    "unsigned_by_person",
    "unsigned_due",
    "until_today",
]
