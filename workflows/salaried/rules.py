"""The rules of a CESA (JOURNEY §6) and what they know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from workflows.calendar import (
    alarm_months,
    associate_deadline,
    dpae_opens,
    last_useful_assembly,
    medical_visit_by,
    paris_day,
    permit_check_by,
    start_of_paris_day,
    trial_limit,
    variable_pay_by,
    working_day_on_or_before,
)
from workflows.common import ladder_end
from workflows.contracts import Contract, earlier_periods, in_force
from workflows.counters import deadline_doubts, trial_doubts
from workflows.grammar import Answers, Told, Verdict, choice, holds, house, law
from workflows.obligations import WRITTEN
from workflows.salaried.clauses import CLAUSES
from workflows.signing import ContractFacts, daily, next_of, reading, signed_by_effect, signed_on_paper_by_effect

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Facts(ContractFacts):
    """What the rules of a CESA know."""

    open_elsewhere: bool = False
    """Another CESA of this dossier is asked, prepared, signed or running."""
    associate: bool = False
    was_associate: bool = False
    """The person has left the membership."""
    admitted: bool = False
    """The assembly has admitted the person."""
    called: bool = False
    """A membership case is open."""
    assemblies: tuple[date, ...] = ()
    """Days of the general assemblies, past and to come."""
    approving: tuple[date, ...] = ()
    """Those that approve the accounts."""
    sharings: tuple[tuple[str, bool], ...] = ()
    """(name, signed) of the shared activities of the person, as the register of brands says."""

    @property
    def start(self) -> date:
        """The effect date, or today while none is written."""
        return self.first_day or self.today

    @property
    def earlier(self) -> tuple[tuple[date, date], ...]:
        """Every earlier contract with the cooperative, KPA-Cité included; those elsewhere never count."""
        return earlier_periods(self.others, self.start)

    @property
    def deadline(self) -> date:
        """The last day to become associate: as printed once signed, else as it would be (C. trav. L7331-3)."""
        return self.day("deadline") or associate_deadline(self.start, self.earlier)

    @property
    def computed_deadline(self) -> date:
        """The last day to become associate, from today's contracts."""
        return associate_deadline(self.start, self.earlier)

    @property
    def trial_limit(self) -> date | None:
        """The last day of a trial period; None when none is left (C. trav. L7332-1)."""
        return trial_limit(self.start, self.earlier)

    @property
    def doubts(self) -> tuple[Told, ...]:
        """What is doubtful of its deadline (C. trav. L7331-3), and of its trial period when it has one (L7332-1)."""
        if self.first_day is None:
            return ()
        trial = trial_doubts(self.start, self.earlier) if self.memory.get("trial_end") else ()
        return (*deadline_doubts(self.start, self.earlier), *trial)

    @property
    def met_deadline(self) -> bool:
        """The person became an associate: leaving since is a departure, no longer a deadline (C. trav. L7331-3)."""
        return self.associate or self.was_associate

    @property
    def last_useful_assembly(self) -> date | None:
        """The latest assembly on or before the deadline."""
        return last_useful_assembly(self.assemblies, self.deadline)

    @property
    def running_cape(self) -> Contract | None:
        """The CAPE in force."""
        return next((one for one in in_force(self.others, self.today) if one.kind == "cape"), None)


# Asking --------------------------------------------------------------------------------------------------------------


@house("Une démarche de même nature est déjà ouverte. L’équipe la reprend ou la clôt.", lifted_by="")
def none_open(facts: Facts) -> Verdict:
    """One CESA at a time."""
    return holds(not facts.open_elsewhere)


@house("Aucun CAPE en cours.", lifted_by="")
def cape_runs(facts: Facts) -> Verdict:
    """A CESA is asked from a CAPE."""
    return holds(facts.running_cape)


@house("Il manque l’avis du pair ou la simulation.")
def opinions_in(facts: Facts) -> Verdict:
    """Both have been given."""
    return holds(facts.memory.get("peer_opinion") and facts.memory.get("simulated"))


def missing_conditions(facts: Facts) -> list[str]:
    """The cooperative's conditions that are not met (JOURNEY §10)."""
    wanted = facts.settings["cesa.hours"]
    missing = []
    if int(facts.memory.get("hours") or 0) < wanted:
        missing.append(f"{wanted} heures financées par mois")
    if not facts.memory.get("customers"):
        missing.append("des clients et un salaire projeté sur trois mois")
    if facts.memory.get("peer_opinion") == "against":
        missing.append("l’accord du pair sur le projet et les valeurs")
    if not facts.memory.get("accepts"):
        missing.append("l’acceptation du sociétariat")
    return missing


@house("Conditions à remplir : {conditions}.")
def cesa_conditions(facts: Facts) -> Verdict:
    """Hours financed, customers, values, membership accepted."""
    missing = missing_conditions(facts)
    return holds(not missing, conditions=missing)


@house("La simulation est attendue : elle dira combien de mois la trésorerie couvre. Il en faut {n}.")
def treasury_known(facts: Facts) -> Verdict:
    """Someone has worked out what the treasury pays."""
    return holds("covered" in facts.memory, n=facts.settings["cesa.months_covered"])


@house("La trésorerie couvre {mois} mois ; il en faut {n}.")
def months_covered(facts: Facts) -> Verdict:
    """The treasury pays the first months."""
    covered, wanted = facts.memory.get("covered"), facts.settings["cesa.months_covered"]
    return holds(covered is None or int(covered) >= wanted, mois=covered, n=wanted)


@house("Les relances courent jusqu’au {date}.")
def reminders_done(facts: Facts) -> Verdict:
    """Nobody is closed before the last reminder has had its time."""
    end = ladder_end(facts)
    return holds(facts.now >= end, date=paris_day(end))


# Before sending ------------------------------------------------------------------------------------------------------


def missing_clauses(facts: Facts) -> list[str]:
    """The clauses that nobody has filled in."""
    filled = facts.memory.get("slots", ())
    return [label for name, label in CLAUSES.items() if name not in filled]


@law("Clauses à remplir par l’équipe support : {clauses}.", "C. trav. L7331-2, R7331-10")
def cesa_clauses(facts: Facts) -> Verdict:
    """Every clause of the contract is filled in (C. trav. L7331-2, R7331-10)."""
    missing = missing_clauses(facts)
    return holds(not missing, clauses=missing)


@law(
    "Période d’essai : au plus tard le {date}, ou aucune si les contrats précédents font 8 mois.", "C. trav. L7332-1",
)
def trial_within(facts: Facts) -> Verdict:
    """Eight months at most, earlier contracts deducted (C. trav. L7332-1)."""
    end, limit = facts.day("trial_end"), facts.trial_limit
    values = {"date": limit} if limit else {}
    return holds(end is None or (limit is not None and facts.start <= end <= limit), **values)


@law("Le délai d’association est épuisé : l’AG doit admettre la personne avant la signature.", "C. trav. L7331-3")
def vote_first(facts: Facts) -> Verdict:
    """With no month left, the assembly admits first (C. trav. L7331-3)."""
    return holds(facts.admitted or facts.associate or facts.computed_deadline >= facts.start)


@house("Aucune AG n’est prévue avant le {date}. La cogérance en convoque une.")
def meeting_before_deadline(facts: Facts) -> Verdict:
    """An assembly to come can admit the person in time."""
    deadline = facts.computed_deadline
    in_time = any(facts.today <= day <= deadline for day in facts.assemblies)
    return holds(in_time or facts.admitted or facts.associate, date=deadline)


@law("La convention d’activité partagée reste à signer.", "C. trav. R7331-6, R7331-7 †")
def sharing_agreed(facts: Facts) -> Verdict:
    """A shared activity rests on a written convention: the register of brands says so, else the contract's own answer."""
    if facts.sharings:
        return holds(all(signed for _, signed in facts.sharings))
    return holds(facts.memory.get("sharing") != "to_sign")


written_by_effect = replace(signed_by_effect, article=WRITTEN["salaried"])
written_on_paper_by_effect = replace(signed_on_paper_by_effect, article=WRITTEN["salaried"])


# Hiring --------------------------------------------------------------------------------------------------------------


@law("La DPAE se fait dans les 8 jours avant l’embauche, dès le {date}.", "C. trav. R1221-4 †")
def dpae_window(facts: Facts) -> Verdict:
    """Not before the eighth day before the start (C. trav. R1221-4)."""
    opens = dpae_opens(facts.start)
    return holds(facts.today >= opens, date=opens)


def _filed_in_window(facts: Facts, answers: Answers) -> Verdict:
    opens, filed = dpae_opens(facts.start), answers["filed_on"]
    return holds(opens <= filed <= min(facts.start, facts.today), date=opens)


dpae_filed_in_window = reading(dpae_window, _filed_in_window)


@law("Sans DPAE, l’embauche ne peut pas commencer.", "C. trav. L1221-10 †")
def dpae_done(facts: Facts) -> Verdict:
    """The DPAE is filed (C. trav. L1221-10)."""
    return holds(facts.memory.get("dpae_on"))


def hired_at(facts: Facts) -> datetime | None:
    """The beginning of the effect date, once the DPAE is filed; without it, `hire_blocked` speaks instead."""
    return start_of_paris_day(facts.start) if facts.first_day and facts.memory.get("dpae_on") else None


def hire_blocked_due(facts: Facts) -> datetime | None:
    """From J−2 without DPAE, daily."""
    if facts.first_day is None or facts.memory.get("dpae_on"):
        return None
    return daily(facts.first_day - timedelta(days=2), facts, "hire_blocked")


def effect_date_over(facts: Facts, _: Answers) -> bool:
    """Whether this is the first alarm after the effect date."""
    if facts.first_day is None or facts.today <= facts.first_day:
        return False
    told = facts.taken("hire_blocked")
    return told is None or told < facts.since or paris_day(told) <= facts.first_day


def permit_check_alarms(facts: Facts, _: Answers) -> list[date]:
    """A week before the day by which a permit is checked, and that day (C. trav. R5221-41)."""
    by = permit_check_by(facts.start)
    return [by - timedelta(days=7), by]


def medical_alarms(facts: Facts, _: Answers) -> list[date]:
    """A month before the last day of the medical visit, and that day."""
    by = medical_visit_by(facts.start)
    return [by - timedelta(days=30), by]


# Paying --------------------------------------------------------------------------------------------------------------


def variable_pay_due(facts: Facts) -> datetime | None:
    """The day after each assembly that approves the accounts (C. trav. R7331-12)."""
    return next_of((day + ONE_DAY for day in facts.approving), facts, "variable_pay")


def variable_pay_day(facts: Facts, _: Answers) -> date:
    """The working day by which the variable part is planned: within a month of that assembly (C. trav. R7331-12)."""
    return working_day_on_or_before(variable_pay_by(_last_approving(facts)))


def variable_pay_alarms(facts: Facts, _: Answers) -> list[date]:
    """A week before the last day, and that day."""
    by = variable_pay_by(_last_approving(facts))
    return [by - timedelta(days=7), by]


def _last_approving(facts: Facts) -> date:
    return max((day for day in facts.approving if day < facts.today), default=facts.today)


# Towards membership --------------------------------------------------------------------------------------------------


@choice
def not_associate(facts: Facts) -> bool:
    """The person has never been an associate."""
    return not facts.met_deadline


@choice
def not_called(facts: Facts) -> bool:
    """The person has not been called to apply."""
    return not facts.called and facts.taken("call_to_apply") is None


def crisis_day(facts: Facts) -> date:
    """The day the cogérance must act (`membership.crisis_days` before the deadline)."""
    return facts.deadline - timedelta(days=facts.settings["membership.crisis_days"])


def deadline_alarm_due(facts: Facts) -> datetime | None:
    """The next alarm: `deadline.months` before, the crisis day, then daily once the deadline is over."""
    if facts.silent or facts.met_deadline:
        return None
    days = (*alarm_months(facts.deadline, facts.settings["deadline.months"]), crisis_day(facts))
    ahead = next_of(days, facts, "deadline_alarm")
    return ahead or _every_day_after(facts)


def _every_day_after(facts: Facts) -> datetime:
    done = facts.taken("deadline_alarm")
    first = facts.deadline + ONE_DAY
    return start_of_paris_day(max(first, paris_day(done) + ONE_DAY) if done else first)


def first_since(facts: Facts, day: date) -> bool:
    """Whether this alarm is the first one from that day on."""
    told = facts.taken("deadline_alarm")
    return facts.today >= day and (told is None or paris_day(told) < day)


def in_crisis(facts: Facts, _: Answers) -> bool:
    """The crisis day has just come."""
    return facts.today <= facts.deadline and first_since(facts, crisis_day(facts))


def deadline_over(facts: Facts, _: Answers) -> bool:
    """The deadline has just passed."""
    return first_since(facts, facts.deadline + ONE_DAY)


def call_due(facts: Facts) -> datetime | None:
    """`membership.call_days` before the last useful assembly (before the deadline while none is planned), once."""
    if facts.silent or facts.met_deadline or facts.called or facts.taken("call_to_apply"):
        return None
    assembly = facts.last_useful_assembly
    if assembly is None or assembly < facts.start:
        assembly = facts.deadline
    return start_of_paris_day(assembly - timedelta(days=facts.settings["membership.call_days"]))
