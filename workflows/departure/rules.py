"""What the rules of a departure know, the rules, and its dates (JOURNEY §6, §8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from workflows.calendar import (
    delay_end,
    end_of_paris_day,
    paris_day,
    rupture_earliest_end,
    start_of_paris_day,
)
from workflows.contracts import latest, signed_or_in_force
from workflows.departure.forms import BY_THE_PERSON, CONTENTS, TYPES
from workflows.dossier import DossierFacts
from workflows.grammar import Answers, Verdict, holds, house, law

A_WEEK = timedelta(days=7)
A_QUARTER = 3
"""Months between two looks at accounts that stay open."""
CAPE_TYPES = frozenset({"cape_end", "early_person", "early_coop", "early_both"})


@dataclass(frozen=True, kw_only=True)
class Facts(DossierFacts):
    """What the rules of a departure know."""

    person: str = ""
    """uid of the person who leaves."""

    @property
    def ends_on(self) -> date:
        """The last day: as announced or corrected, else that of the last contract, else today."""
        last = latest(self.contracts)
        return self.day("ends_on") or (last.over_on if last else None) or self.today

    @property
    def confirmed(self) -> bool:
        """The support team or the cogérance has confirmed type, motive and end."""
        return bool(self.memory.get("confirmed"))

    @property
    def employed(self) -> bool:
        """A CESA is among the contracts of the dossier."""
        return any(one.kind == "cesa" for one in self.contracts)

    @property
    def contents(self) -> dict[str, str]:
        """What has to be settled, by name: the mutuelle for an employee alone."""
        return {name: label for name, label in CONTENTS.items() if name != "mutual" or self.employed}

    @property
    def settled(self) -> frozenset[str]:
        """What is settled."""
        return frozenset(self.memory.get("checklist", ()))


@law("La rupture conventionnelle ne peut pas prendre effet avant le {date}.", "C. trav. L1237-13, L1237-14 †")
def rc_dates(facts: Facts, answers: Answers) -> Verdict:
    """Withdrawal, filing and approval of a rupture conventionnelle come first (C. trav. L1237-13, L1237-14)."""
    if answers.get("type") != "rc":
        return holds(True)
    earliest = rupture_earliest_end(answers.get("signed_on") or facts.today, answers.get("received_on"))
    return holds(answers["ends_on"] >= earliest, date=earliest)


@house("Cette sortie n’a pas été annoncée par vous. Écrivez à l’équipe support.", lifted_by="")
def own_announcement(facts: Facts) -> bool:
    """One calls off what one announced oneself."""
    return facts.memory.get("announced_by") == facts.actor


@house("La date de fin est le {date}. L’équipe support attend cette date ou la corrige.", lifted_by="")
def end_reached(facts: Facts) -> Verdict:
    """Nothing ends before its day."""
    return holds(facts.ends_on <= facts.today, date=facts.ends_on)


@house("L’équipe support doit confirmer la sortie.", lifted_by="")
def departure_confirmed(facts: Facts) -> bool:
    """The clock ends nothing that nobody confirmed."""
    return facts.confirmed


@house("Il reste : {éléments}.")
def nothing_left(facts: Facts) -> Verdict:
    """Everything of the checklist is settled."""
    left = [label for name, label in facts.contents.items() if name not in facts.settled]
    return holds(not left, éléments=left)


def leaves_membership(facts: Facts, _: Answers) -> bool:
    """The membership ends too, except in the cases of loi 78-763 art. 11 (retirement, economic dismissal, invalidity)."""
    return facts.memory.get("type") != "retirement" and not facts.memory.get("stays_associate")


def has_died(_: Facts, answers: Answers) -> bool:
    """The person has died."""
    return bool(answers.get("type") == "death")


def unannounced(facts: Facts, _: Answers) -> bool:
    """Nobody announced it: a contract ended, and the cogérance confirms."""
    return not facts.memory.get("announced_by")


# Dates ---------------------------------------------------------------------------------------------------------------


def over_due(facts: Facts) -> datetime | None:
    """The end date is over; never before somebody confirmed."""
    return end_of_paris_day(facts.ends_on) if facts.confirmed else None


def _looked(facts: Facts) -> date:
    """The day somebody was last reminded in this state, else the day it was entered."""
    taken = facts.taken("remind")
    return paris_day(max(taken, facts.since) if taken else facts.since)


def weekly_due(facts: Facts) -> datetime | None:
    """Every week until it is confirmed."""
    return None if facts.confirmed else start_of_paris_day(_looked(facts) + A_WEEK)


def quarterly_due(facts: Facts) -> datetime:
    """Every quarter until the accounts are closed."""
    return start_of_paris_day(delay_end(_looked(facts), A_QUARTER))


# Forms filled from facts ---------------------------------------------------------------------------------------------


def fill_departure(form: Any, facts: Facts) -> None:
    """Offer the types that fit the contracts and whoever announces; show what is known; no art. 11 before confirming."""
    kinds: set[str] = {one.kind for one in signed_or_in_force(facts.contracts, facts.today)}
    own = facts.actor == facts.person
    form.type.choices = [
        (value, label) for value, label in TYPES
        if (not own or value in BY_THE_PERSON) and (value == "death" or _fits(value, kinds))
    ]
    if not facts.state:
        del form.stays_associate
        del form.received_on
    for name in ("type", "motive", "ends_on", "stays_associate"):
        if name in form and form[name].raw_data is None and facts.memory.get(name):
            form[name].process_data(facts.memory[name])


def _fits(value: str, kinds: set[str]) -> bool:
    return not kinds or ("cape" in kinds and value in CAPE_TYPES) or ("cesa" in kinds and value not in CAPE_TYPES)


def fill_checklist(form: Any, facts: Facts) -> None:
    """Ask what applies; show what is settled."""
    for name in CONTENTS:
        if name not in facts.contents:
            del form[name]
        elif form[name].raw_data is None:
            form[name].data = name in facts.settled
