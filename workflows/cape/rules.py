"""The rules of a CAPE (JOURNEY §6) and what they know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from workflows.calendar import (
    cape_limit,
    is_adult,
    start_of_paris_day,
    term_alarms,
    twelve_month_limit,
    working_day_on_or_after,
)
from workflows.cape.clauses import SLOTS
from workflows.contracts import Contract, earlier_periods, ever_in_force, in_force, latest
from workflows.counters import CAPES, cape_doubts
from workflows.grammar import Answers, Told, Verdict, choice, holds, house, law, warning
from workflows.signing import FULL_TIME_HOURS, ContractFacts, next_of, paper_days, reading

ONE_DAY = timedelta(days=1)
RENEWAL = "renouvellement"


@dataclass(frozen=True, kw_only=True)
class Facts(ContractFacts):
    """What the rules of a CAPE know."""

    dossier: str = ""
    cape_ahead: bool = False
    """Another CAPE of this dossier is being prepared, to sign or signed."""
    peer_sought: bool = False
    """An accompaniment is open in this dossier."""

    @property
    def nature(self) -> str:
        """premier, renouvellement, or après interruption."""
        return str(self.memory.get("nature", ""))

    @property
    def previous(self) -> Contract | None:
        """The CAPE in force before this one."""
        return latest(one for one in ever_in_force(self.others, "cape")
                      if self.first_day is None or one.first_day < self.first_day)

    @property
    def day_after_term(self) -> date | None:
        """The only day on which a renewal may begin."""
        over = self.previous.over_on if self.previous else None
        return over + ONE_DAY if over and self.nature == RENEWAL else None

    @property
    def sign_by(self) -> date | None:
        """A renewal is signed while the contract before it runs (C. com. L127-2); any other, by its effect date."""
        over = self.previous.over_on if self.previous and self.nature == RENEWAL else None
        return min(self.first_day, over) if self.first_day and over else self.first_day

    @property
    def doubts(self) -> tuple[Told, ...]:
        """What is doubtful of the months left to this CAPE (C. com. L127-2)."""
        start = self.first_day
        return tuple(cape_doubts(start, earlier_periods(self.others, start, "cape"), self.elsewhere)) if start else ()

    @property
    def capes_before(self) -> int:
        """CAPE that have ever been in force, this one left out."""
        return len(ever_in_force(self.others, "cape"))

    @property
    def expires_at(self) -> datetime | None:
        """The instant the last day is over."""
        return start_of_paris_day(self.last_day + ONE_DAY) if self.last_day else None


# Before sending ------------------------------------------------------------------------------------------------------


def missing_slots(facts: Facts) -> list[str]:
    """The headings that nobody has filled in."""
    filled = facts.memory.get("slots", ())
    return [label for name, label in SLOTS.items() if name not in filled]


@law("Rubriques à remplir par l’équipe support : {rubriques}.", "C. com. R127-1")
def cape_slots(facts: Facts) -> Verdict:
    """Every heading of the contract is filled in (C. com. R127-1)."""
    missing = missing_slots(facts)
    return holds(not missing, rubriques=missing)


@law("Un CAPE dure 12 mois au plus : dernier jour possible le {date}.", "C. com. L127-2")
def twelve_months(facts: Facts) -> Verdict:
    """Twelve months at most (C. com. L127-2)."""
    if facts.first_day is None or facts.last_day is None:
        return holds(True)
    limit = twelve_month_limit(facts.first_day)
    return holds(facts.last_day <= limit, date=limit)


@law("36 mois de CAPE au plus en tout : dernier jour possible le {date}.", "C. com. L127-2")
def thirty_six_months(facts: Facts) -> Verdict:
    """Thirty-six months of CAPE at most, in all (C. com. L127-2)."""
    if facts.first_day is None or facts.last_day is None:
        return holds(True)
    return _room(facts.others, facts.first_day, facts.last_day)


def _room(contracts: tuple[Contract, ...], start: date, last: date) -> Verdict:
    """Whether a CAPE from `start` to `last` stays under 36 months in all."""
    limit = cape_limit(start, earlier_periods(contracts, start, "cape")) or start - ONE_DAY
    return holds(last <= limit, date=limit)


def _room_after_this(facts: Facts) -> Verdict:
    """A next contract, begun after the term of this one or today, has at least a day left."""
    start = max(facts.today, (facts.last_day or facts.today) + ONE_DAY)
    return _room((*facts.others, this_contract(facts)), start, start)


thirty_six_months_left = replace(thirty_six_months, check=_room_after_this)


@house("Ce serait le {n}ᵉ contrat ; la lettre du texte en admet trois.")
def three_contracts(facts: Facts) -> Verdict:
    """Three contracts at most, whatever their length (letter of C. com. L127-2); a derogation is printed."""
    return _nth(facts.capes_before + 1)


def _nth(n: int) -> Verdict:
    return holds(n <= CAPES, n=n)


three_contracts_with_next = replace(three_contracts, check=lambda facts: _nth(facts.capes_before + 2))


@law(
    "Un CAPE est fermé aux personnes employées à temps complet. Joignez l’attestation de temps partiel.",
    "C. com. L127-1",
)
def not_full_time(facts: Facts) -> Verdict:
    """Closed to full-time employees; a part-time one proves it (C. com. L127-1)."""
    hours = facts.entry.hours
    return holds(hours == 0 or (hours < FULL_TIME_HOURS and facts.entry.part_time_proof))


@law("Les représentants légaux doivent signer pour une personne mineure.", "C. civ. 1146 †")
def guardians(facts: Facts) -> Verdict:
    """Legal representatives sign for someone under 18 (C. civ. 1146)."""
    born = facts.entry.born_on
    return holds(born is None or is_adult(born, facts.today) or facts.entry.guardians)


@law("Le contrat précédent a pris fin le {date} : ce n’est plus un renouvellement.", "C. com. L127-2")
def renewal_in_time(facts: Facts) -> Verdict:
    """A renewal is signed while the contract it renews still runs (C. com. L127-2)."""
    return _in_time(facts, facts.today)


def _in_time(facts: Facts, signed: date) -> Verdict:
    over = facts.previous.over_on if facts.previous else None
    return holds(facts.nature != RENEWAL or over is None or signed <= over, date=over)


def _in_time_on_paper(facts: Facts, answers: Answers) -> Verdict:
    return _in_time(facts, max(paper_days(answers)))


renewal_in_time_on_paper = reading(renewal_in_time, _in_time_on_paper)


@house("Un renouvellement commence le {date}, lendemain du terme.")
def follows_on(facts: Facts) -> Verdict:
    """A renewal begins the day after the term."""
    expected = facts.day_after_term
    return holds(expected is None or facts.first_day == expected, date=expected)


@house("L’assureur n’a pas confirmé la couverture. L’équipe support relance.")
def insured(facts: Facts) -> Verdict:
    """The insurer has confirmed."""
    return holds(facts.insured)


@house("Indiquez un binôme ou ouvrez sa recherche.")
def peer_planned(facts: Facts) -> Verdict:
    """Nobody starts alone."""
    return holds(facts.memory.get("peer") or facts.peer_sought)


# Under way -----------------------------------------------------------------------------------------------------------


@choice
def already_trading(facts: Facts) -> bool:
    """An earlier CAPE of this dossier was trading on its last day."""
    return any(one.traded for one in ever_in_force(facts.others, "cape") if one.dossier == facts.dossier)


@choice
def followed(facts: Facts) -> bool:
    """Something signed takes over no later than the day after the term, or the departure is confirmed."""
    return has_next(facts)


def has_next(facts: Facts) -> bool:
    """Whether a renewal, or a CESA with its DPAE, is signed and follows; or the departure is confirmed."""
    if facts.departure_confirmed or facts.first_day is None or facts.last_day is None:
        return facts.departure_confirmed
    return any(
        one.signed and one.declared and facts.first_day < one.first_day <= facts.last_day + ONE_DAY
        and (one.over_on is None or one.over_on > facts.last_day)
        for one in facts.others
    )


@warning("Emploi à temps complet déclaré : l’équipe RH doit examiner la suite du CAPE.")
def full_time_now(_: Facts, answers: Answers) -> Verdict:
    """A full-time employment declared during the CAPE: the contract goes on, RH looks."""
    return holds(answers["hours"] < FULL_TIME_HOURS)


@house("Un contrat suivant est déjà en préparation. L’équipe support le reprend ou l’annule.", lifted_by="")
def none_ahead(facts: Facts) -> Verdict:
    """One next contract at a time."""
    return holds(not facts.cape_ahead)


@house("Un contrat est déjà en cours jusqu’au {date}.", lifted_by="")
def no_contract(facts: Facts) -> Verdict:
    """Nothing is in force."""
    running = latest(in_force(facts.others, facts.today))
    return holds(running is None, date=(running.over_on or running.deadline) if running else None)


@house("La sortie est constatée. Un retour passe par une nouvelle candidature.", lifted_by="")
def not_gone(facts: Facts) -> Verdict:
    """The person has not left."""
    return holds(not facts.gone)


def this_contract(facts: Facts) -> Contract:
    """This case as a contract, for counters that include it."""
    first = facts.first_day or facts.today
    return Contract(
        "cape", "", facts.dossier, facts.state, first, facts.last_day, facts.day("ended_on"),
        signed=True, traded=bool(facts.memory.get("traded")),
    )


# The term ------------------------------------------------------------------------------------------------------------


def term_alarm_due(facts: Facts) -> datetime | None:
    """The next alarm: J−90, J−60, J−30, J−15, J−7, then daily to the last day (`cape.term_days`)."""
    if facts.silent or facts.last_day is None:
        return None
    return next_of(term_alarms(facts.last_day, facts.settings["cape.term_days"]), facts, "term_alarm")


def days_left(facts: Facts) -> int:
    """Days from today to the term, 0 on the last day."""
    return (facts.last_day - facts.today).days if facts.last_day else 0


def at_rung(rung: int) -> Callable[[Facts, Answers], bool]:
    """Whether this alarm is the nth of `cape.term_days`, or the latest of those missed by a stopped clock."""
    def here(facts: Facts, _: Answers) -> bool:
        days = sorted(facts.settings["cape.term_days"], reverse=True)
        if rung >= len(days) or has_next(facts):
            return False
        below = days[rung + 1] if rung + 1 < len(days) else -1
        if not below < days_left(facts) <= days[rung]:
            return False
        done = facts.taken("term_alarm")
        return done is None or done < start_of_paris_day(_rung_day(facts, days[rung]))
    return here


def _rung_day(facts: Facts, days: int) -> date:
    return (facts.last_day or facts.today) - timedelta(days=days)


def nothing_follows(facts: Facts, _: Answers) -> bool:
    """Whether the term still needs an answer."""
    return not has_next(facts)


def cogerance_warned(facts: Facts, answers: Answers) -> bool:
    """From the last alarm but one (J−15) on, the cogérance is told too."""
    *_, from_then_on, _last = (0, *sorted(facts.settings["cape.term_days"], reverse=True))
    return nothing_follows(facts, answers) and days_left(facts) <= from_then_on


def notice_alarm(facts: Facts, _: Answers) -> list[date]:
    """The day on which a notice not yet sent is told late (`notice.alarm_days`)."""
    return [facts.today + timedelta(days=facts.settings["notice.alarm_days"])]


def next_open_day(facts: Facts, _: Answers) -> date:
    """Today, or the next working day."""
    return working_day_on_or_after(facts.today)


# The first journée ---------------------------------------------------------------------------------------------------


def awaits_welcome(memory: Mapping[str, Any]) -> bool:
    """A first CAPE, signed here, whose person has not yet come to a journée."""
    return bool(memory.get("ordinal", 1) == 1 and memory.get("cogerance_signed_on") and not memory.get("welcomed_on"))


@choice
def welcome_ahead(facts: Facts, _: Answers) -> bool:
    """The welcome is still ahead."""
    return awaits_welcome(facts.memory)


@house("Cette journée a eu lieu avant la signature. La première qui suit compte.", lifted_by="")
def after_signature(facts: Facts, answers: Answers) -> bool:
    """The journée is not before the signature."""
    signed = facts.day("cogerance_signed_on")
    return bool(signed is None or signed <= answers["day"] <= facts.today)


def one_more_missed(facts: Facts, answers: Answers) -> dict[str, list[str]]:
    """The days missed since the signature, each once."""
    return {"welcome_missed": sorted({*facts.memory.get("welcome_missed", ()), answers["day"].isoformat()})}


def missed_twice(facts: Facts, answers: Answers) -> bool:
    """This one is the second."""
    before = facts.memory.get("welcome_missed", ())
    return len(before) == 1 and answers["day"].isoformat() not in before
