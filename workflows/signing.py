"""What a CAPE and a CESA share: the forms to sign, what the rules know of a contract, the rules of signing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from workflows import fields as f
from workflows.calendar import end_of_paris_day, paris_day, start_of_paris_day, working_day_on_or_after
from workflows.contracts import Contract
from workflows.grammar import Answers, CaseFacts, Check, Rule, StepForm, Task, Verdict, holds, house, law
from workflows.roles import accounts, circle, cogerance, hr, peer, person

FULL_TIME_HOURS = 35
"""Weekly hours of a full-time employment (C. trav. L3121-27)."""
CODE_LENGTH = 6


@dataclass(frozen=True)
class Mandate:
    """A co-manager's mandate to sign, from a day to another, both included."""

    person: str
    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether it holds this day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class EntryPapers:
    """What the entry papers say that a contract depends on."""

    hours: int = 0
    """Weekly hours of another employment."""
    part_time_proof: bool = False
    permit_until: date | None = None
    """Last day of a residence permit; None when none is needed."""
    born_on: date | None = None
    guardians: bool = False
    """The legal representatives have given their signed agreement."""


@dataclass(frozen=True, kw_only=True)
class ContractFacts(CaseFacts):
    """What the rules know of a contract to sign and of those around it."""

    others: tuple[Contract, ...] = ()
    """The person's other contracts, every dossier and antenna, this case's own left out."""
    frozen_hash: str = ""
    """SHA-256 of the document kept now."""
    mandates: tuple[Mandate, ...] = ()
    place_month: str = ""
    """Month of the entry place that led here ("2026-10"); empty where no place counts."""
    entry: EntryPapers = field(default_factory=EntryPapers)
    insured: bool = True
    written: Answers = field(default_factory=dict)
    """What the contract was last prepared with."""
    peers: tuple[tuple[str, str], ...] = ()
    """(uid, name) of the people who may accompany."""
    departure_ends_on: date | None = None
    """End date of a departure under way."""
    departure_confirmed: bool = False
    gone: bool = False
    """The departure was noted: a return passes by a new application."""

    @property
    def first_day(self) -> date | None:
        """The effect date, once written."""
        return self.day("first_day")

    @property
    def last_day(self) -> date | None:
        """The term, once written."""
        return self.day("last_day")

    def letter_values(self) -> dict[str, Any]:
        """Dates a letter may print."""
        return {
            **super().letter_values(), "first_day": self.first_day, "last_day": self.last_day,
            "deadline": self.day("deadline"),
        }


# Forms ---------------------------------------------------------------------------------------------------------------


class SignatureForm(StepForm):
    """The code of the letter, then the contract and its annexes read."""

    readers = (person, cogerance)
    sealed = frozenset({"code"})
    code = f.TextField(
        "Code reçu", missing="Saisissez le code reçu",
        description="Six caractères, dans la lettre qui annonce ce contrat",
    )
    read_contract = f.TickField("J’ai lu le contrat", missing="Cochez la case après avoir lu le contrat")
    read_annexes = f.TickField("J’ai lu ses annexes", missing="Cochez la case après avoir lu les annexes")

    document = ""
    """SHA-256 of the document to sign; `ask_code` sets it."""

    def validate(self, extra_validators: Any = None) -> bool:
        """The code is the one of this very document."""
        valid = bool(super().validate(extra_validators))
        typed = "".join(str(self.code.data or "").split()).upper()
        if not self.code.errors and typed != code_of(self.document):
            self.code.errors = ["Ce code n’est pas celui de la dernière lettre. Vérifiez-le"]
            return False
        return valid


def code_of(document: str) -> str:
    """The code of the letters that announce a document: the first characters of its SHA-256."""
    return document[:CODE_LENGTH].upper()


def ask_code(form: Any, facts: CaseFacts) -> None:
    """The code expected is that of the document sent."""
    form.document = str(facts.memory.get("document", ""))


class PaperForm(StepForm):
    """An original signed on paper."""

    readers = (hr, accounts, cogerance)
    scan = f.PieceField("Original numérisé", missing="Choisissez le fichier de l’original signé", absence=False)
    person_signed_on = f.DayField(
        "Date de signature de la personne", missing="Saisissez la date de signature de la personne", past=True)
    cogerance_signed_on = f.DayField(
        "Date de signature de la cogérance", missing="Saisissez la date de signature de la cogérance", past=True)


class AmendmentForm(StepForm):
    """An amendment signed on paper."""

    readers = (hr, accounts, cogerance)
    seen_by = {"subject": (circle, peer, hr, accounts, cogerance)}
    subject = f.LinesField("Objet", missing="Indiquez l’objet de l’avenant")
    effective_on = f.DayField("Date d’effet", missing="Saisissez la date d’effet de l’avenant")
    signed = f.PieceField(
        "Document signé", missing="Choisissez le fichier de l’avenant signé",
        absence=False)


def asked_again(form: Any, facts: ContractFacts) -> None:
    """Show what was written last time, where nothing is typed yet."""
    for one in form:
        offer(one, facts.written.get(one.name))


def offer(one: Any, value: Any) -> None:
    """A first value for a field where nothing was typed."""
    if one.raw_data is None and one.data in (None, "") and value is not None:
        one.process_data(value)


def until_today(form: Any, facts: CaseFacts) -> None:
    """Dates of what has been done are not in the future."""
    for one in form:
        if isinstance(one, f.DayField):
            one.today = facts.today


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


def unsigned_due(facts: ContractFacts) -> datetime | None:
    """Seven days after the effect date: a paper signed in time may still be recorded until then."""
    return end_of_paris_day(facts.first_day + timedelta(days=7)) if facts.first_day else None


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
    sent = facts.memory.get("document", "")
    return holds(not sent or facts.frozen_hash == sent)


@law("La date d’effet est passée. L’équipe support la reporte.", "C. com. L127-2")
def signed_by_effect(facts: ContractFacts) -> Verdict:
    """Both sign at the latest on the effect date."""
    return holds(facts.first_day is not None and facts.today <= facts.first_day)


def _on_paper(facts: ContractFacts, answers: Answers) -> Verdict:
    signed = max(paper_days(answers))
    return holds(facts.first_day is not None and signed <= facts.first_day and signed <= facts.today)


signed_on_paper_by_effect = reading(signed_by_effect, _on_paper)


@house("La personne n’a pas encore signé.", lifted_by="")
def person_signed(facts: ContractFacts) -> Verdict:
    """The person signs first."""
    return holds(facts.memory.get("person_signed_on"))


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

    return Task(hr, f"Titre de séjour\u00a0: il se termine dans {days} jours, demander le suivant", due=due,
                when=permit_ends_meanwhile)


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


