"""What the rules of a membership know, the rules, and its dates (JOURNEY §6, §8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from workflows import calendar
from workflows.calendar import is_adult, last_useful_assembly, shares_paid_by, start_of_paris_day
from workflows.common import ladder_end
from workflows.contracts import earlier_periods, in_force
from workflows.dossier import DossierFacts
from workflows.grammar import Answers, Verdict, holds, house, law, warning

QUARTER = 4
"""A quarter of the shares is paid at once (loi 47-1775 art. 12)."""
LAST_CALL_DAYS = 30
"""An application not yet on an agenda is recalled so many days before the last useful assembly (JOURNEY §5.5)."""


@dataclass(frozen=True, kw_only=True)
class Facts(DossierFacts):
    """What the rules of a membership know."""

    assemblies: tuple[date, ...] = ()
    """Days of the assemblies, past and to come."""
    born_on: date | None = None
    """Birth date of the entry papers, when known."""
    minor: bool = False
    """The person said they were under 18, and no birth date is known."""
    gone: bool = False
    """The departure was noted."""

    @property
    def deadline(self) -> date | None:
        """The last day to become an associate, written in the CESA in force."""
        return min((one.deadline for one in in_force(self.contracts, self.today) if one.deadline), default=None)

    @property
    def employed_since(self) -> date | None:
        """First day of the CESA in force, earlier ones that touch it included; CAPE months do not count."""
        running = [one for one in in_force(self.contracts, self.today) if one.kind == "cesa"]
        if not running:
            return None
        periods = calendar.merged(earlier_periods(self.contracts, self.today + timedelta(days=1), "cesa"))
        return periods[-1][0] if periods else running[0].first_day

    @property
    def last_assembly(self) -> date | None:
        """The last useful assembly; None without a deadline or before anyone set one."""
        return last_useful_assembly(self.assemblies, self.deadline) if self.deadline else None

    @property
    def assembly(self) -> date | None:
        """The assembly on whose agenda the application is."""
        return self.day("assembly")

    @property
    def capital(self) -> Decimal:
        """What the shares asked for are worth, in euros."""
        value = Decimal(str(self.settings["membership.share_value"]))
        return value * int(self.memory.get("shares", 1))

    @property
    def paid(self) -> Decimal:
        """What was paid so far, in euros."""
        return Decimal(str(self.memory.get("paid", "0")))

    def letter_values(self) -> dict[str, Any]:
        """Dates a letter may print."""
        return {
            **super().letter_values(), "deadline": self.deadline, "last_assembly": self.last_assembly,
            "assembly": self.assembly,
        }


@law("Il faut avoir 18 ans pour devenir associé·e.", "C. civ. 1146 †")
def adult(facts: Facts) -> bool:
    """Associates are 18 or more (C. civ. 1146)."""
    return is_adult(facts.born_on, facts.today) if facts.born_on else not facts.minor


@warning("Cette AG est après la date limite du {date}.")
def ag_in_time(facts: Facts, answers: Answers) -> Verdict:
    """The assembly is held on or before the deadline."""
    deadline, held = facts.deadline, answers.get("assembly")
    return holds(deadline is None or held is None or held <= deadline, date=deadline)


@warning("Plus d’un an d’ancienneté : l’AG doit se prononcer.")
def must_rule(facts: Facts, answers: Answers) -> bool:
    """After a year of employment, CAPE left out, the assembly must rule."""
    since, held = facts.employed_since, answers.get("assembly")
    return since is None or held is None or not calendar.must_rule(since, held)


@law("Indiquez la date de l’AG et le procès-verbal.", "loi 78-763 art. 7 †")
def vote_recorded(facts: Facts, answers: Answers) -> bool:
    """The assembly has been held, and its minutes say so."""
    held = answers.get("assembly")
    return isinstance(held, date) and held <= facts.today and bool(answers.get("minutes"))


@law("Il faut verser au moins {montant}, le quart des parts.", "loi 47-1775 art. 12")
def quarter_paid(facts: Facts, answers: Answers) -> Verdict:
    """A quarter of the shares is paid at once; the rest within five years."""
    least = facts.capital / QUARTER
    return holds((answers.get("paid") or 0) >= least, montant=euros(least))


def euros(amount: Decimal) -> str:
    """« 50 € », « 62,50 € »."""
    text = f"{amount:,.2f}".replace(",", "\u00a0").replace(".", ",").removesuffix(",00")
    return f"{text}\u00a0€"


@house("Les relances courent jusqu’au {date}.")
def reminders_done(facts: Facts) -> Verdict:
    """Nobody is closed before the last reminder was given its time; someone who has left needs none."""
    end = ladder_end(facts)
    return holds(facts.gone or facts.now >= end, date=end.astimezone(calendar.PARIS).date())


@warning("Sauf clause des statuts, renoncer au sociétariat met fin au contrat.", "loi 78-763 art. 10")
def ends_contract(facts: Facts) -> bool:
    """Leaving the membership ends the contract, unless the statutes keep it."""
    return not loses_contract(facts, {})


def loses_contract(facts: Facts, _: Answers) -> bool:
    """A contract runs, and the statutes do not keep it."""
    return facts.runs and not facts.settings["membership.keeps_contract"]


def no_assembly_left(facts: Facts, _: Answers) -> bool:
    """No assembly is left before the deadline."""
    deadline = facts.deadline
    return deadline is not None and not any(facts.today < day <= deadline for day in facts.assemblies)


def balance_left(facts: Facts, answers: Answers) -> bool:
    """The shares are not fully paid, this payment included."""
    return paid_with(facts, answers) < facts.capital


def paid_with(facts: Facts, answers: Answers) -> Decimal:
    """What is paid, this payment included."""
    return facts.paid + Decimal(answers.get("paid") or answers.get("amount") or 0)


def balance_day(facts: Facts, _: Answers) -> date:
    """The working day by which the balance is planned: within five years (loi 47-1775 art. 12)."""
    return calendar.working_day_on_or_before(shares_paid_by(facts.day("subscribed") or facts.today))


def balance_alarms(facts: Facts, _: Answers) -> list[date]:
    """Three months, then one, before the shares must be paid in full, and that day (loi 47-1775 art. 12)."""
    by = shares_paid_by(facts.day("subscribed") or facts.today)
    return [by - timedelta(days=90), by - timedelta(days=30), by]


def day_after_assembly(facts: Facts, answers: Answers) -> date:
    """The working day after the assembly."""
    held = answers.get("assembly") or facts.assembly or facts.today
    return calendar.next_working_day(held)


def alarm_due(facts: Facts) -> datetime | None:
    """When the last useful assembly nears: `membership.crisis_days` before without application, 30 without agenda.

    Without any assembly before the deadline, the deadline itself is counted from. Once in each state.
    """
    last = facts.last_assembly or facts.deadline
    if facts.silent or last is None:
        return None
    days: int = facts.settings["membership.crisis_days"] if facts.state == "called" else LAST_CALL_DAYS
    rung = max(start_of_paris_day(last - timedelta(days=days)), facts.since)
    done = facts.taken("remind")
    return rung if done is None or done < rung else None


# Forms filled from facts ---------------------------------------------------------------------------------------------


def name_assemblies_ahead(form: Any, facts: Facts) -> None:
    """Offer the assemblies to come."""
    form.assembly.choices = [day for day in sorted(facts.assemblies) if day >= facts.today]


def name_assemblies_held(form: Any, facts: Facts) -> None:
    """Offer the assemblies held; the one on whose agenda the application is comes first and is chosen."""
    held = sorted((day for day in facts.assemblies if day <= facts.today), reverse=True)
    form.assembly.choices = sorted(held, key=lambda day: day != facts.assembly)
    if form.assembly.raw_data is None and facts.assembly in held:
        form.assembly.data = facts.assembly


def today_at_most(form: Any, facts: Facts) -> None:
    """A payment is not in the future."""
    form.paid_on.today = facts.today
