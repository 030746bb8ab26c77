"""Each legal counter, explained: which contracts it counts, how long they are, and the day they lead to. Pure.

A counter that two readings of the law would end on two days says both and keeps the earlier; what cannot be decided here is
said as a doubt, which whoever sends the contract decides in writing (JOURNEY §8). Contracts elsewhere are flagged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from workflows.calendar import (
    ASSOCIATE_MONTHS,
    CAPES_MONTHS,
    ONE_DAY,
    TRIAL_MONTHS,
    Period,
    associate_deadline,
    both_ways,
    cape_limit,
    merged,
    prior_length,
    trial_limit,
)
from workflows.contracts import SIGNED, Contract, Elsewhere, earlier_periods
from workflows.grammar import Told
from workflows.sentences import Sentence

CAPES = 3
"""Contracts the letter of C. com. L127-2 admits: one, twice renewed."""


OVER = ("ended", "refused", "withdrawn")
"""States of a CESA that bounds nothing any more."""


@dataclass(frozen=True)
class Counter:
    """One counter: what it says, the periods it counts, the day it leads to, its article, what is doubtful."""

    title: str
    says: Told
    article: str
    periods: tuple[Period, ...] = ()
    limit: date | None = None
    doubts: tuple[Told, ...] = ()
    flagged: tuple[Told, ...] = ()
    """What is recorded and not counted: contracts in another cooperative."""
    decided: str = ""
    """Workflow whose contracts this counter bounds: what was decided of its doubts is told beside it."""


def counters(contracts: Sequence[Contract], today: date, elsewhere: Sequence[Elsewhere] = ()) -> list[Counter]:
    """The counters of a person that still matter: CAPE while a CAPE may run, deadline and trial once a CESA is prepared."""
    found = []
    cesa = next((one for one in reversed(contracts) if one.kind == "cesa" and one.state not in OVER), None)
    if cesa is None and any(one.kind == "cape" for one in contracts):
        found += [capes(contracts, today, elsewhere), associate_next(contracts, today, elsewhere)]
    if cesa is not None:
        earlier = earlier_periods([one for one in contracts if one.case != cesa.case], cesa.first_day)
        found += [associate(cesa.first_day, earlier, elsewhere), trial(cesa.first_day, earlier)]
    return found


def capes(contracts: Sequence[Contract], today: date, elsewhere: Sequence[Elsewhere] = ()) -> Counter:
    """Months of CAPE used, and the last day a next one may have (C. com. L127-2)."""
    used, ahead = _signed_capes(contracts), _next_start(contracts, today)
    earlier = earlier_periods([one for one in contracts if one.kind == "cape"], ahead)
    limit = cape_limit(ahead, earlier)
    values = {"duree": length_in_words(earlier), "n": len(used), "limite": limit, "date": limit}
    end = "un suivant irait au plus tard jusqu’au {limite}." if limit else "les 36 mois sont atteints."
    says = Told("{duree} de CAPE déjà signés, en {n:contrat|contrats} : " + end if used else
                "36 mois de CAPE au plus en tout : dernier jour possible le {date}.", values)
    doubts = list(cape_doubts(ahead, earlier, elsewhere)) if limit else []
    if len(used) >= CAPES and limit:
        doubts.append(Told("Il reste des mois, mais la lettre du texte admet trois contrats. La cogérance décide par écrit, "
                           "et le contrat le dit."))
    return Counter("Durée des CAPE", says, "C. com. L127-2", merged(earlier), limit, tuple(doubts), decided="cape")


def _signed_capes(contracts: Sequence[Contract]) -> list[Contract]:
    return [one for one in contracts if one.kind == "cape" and one.state in SIGNED]


def _next_start(contracts: Sequence[Contract], today: date) -> date:
    """The first day of the CAPE being prepared, else of a contract from today on; never before those signed are over."""
    prepared = [one.first_day for one in contracts if one.kind == "cape" and one.state in ("drafting", "to_sign")]
    return max([*(prepared or [today]), *((one.over_on or today) + ONE_DAY for one in _signed_capes(contracts))])


def associate_next(contracts: Sequence[Contract], today: date, elsewhere: Sequence[Elsewhere] = ()) -> Counter:
    """What the CAPE already done leave to become associate, should a CESA follow them (C. trav. L7331-3)."""
    start = _next_start(contracts, today)
    found = associate(start, earlier_periods(contracts, start), elsewhere)
    return Counter("Délai pour devenir associé·e, si un contrat salarié suit", found.says, found.article, found.periods,
                   found.limit, found.doubts, found.flagged)


def associate(start: date, earlier: Sequence[Period], elsewhere: Sequence[Elsewhere] = ()) -> Counter:
    """The day before which someone under a CESA becomes associate (C. trav. L7331-3)."""
    deadline = associate_deadline(start, earlier)
    if not earlier:
        says = Told("36 mois à partir du {debut} : associé·e au plus tard le {limite}.", {"debut": start, "limite": deadline})
    elif deadline < start:
        says = Told("{duree} de contrats déjà faits : le délai de 36 mois est épuisé, l’AG vote avant la signature.",
                    {"duree": length_in_words(earlier)})
    else:
        says = Told("36 mois à partir du {debut}, moins {duree} de contrats déjà faits : associé·e au plus tard le {limite}.",
                    {"debut": start, "duree": length_in_words(earlier), "limite": deadline})
    return Counter("Délai pour devenir associé·e", says, "C. trav. L7331-3", merged(earlier), deadline,
                   tuple(deadline_doubts(start, earlier)), flagged(elsewhere), decided="salaried")


def trial(start: date, earlier: Sequence[Period]) -> Counter:
    """The last day a trial period may have (C. trav. L7332-1)."""
    limit = trial_limit(start, earlier)
    values = {"debut": start, "duree": length_in_words(earlier), "limite": limit}
    if limit is None:
        says = Told("{duree} de contrats déjà faits : aucune période d’essai n’est possible.", values)
    elif earlier:
        says = Told("8 mois à partir du {debut}, moins {duree} de contrats déjà faits : essai au plus tard jusqu’au {limite}.",
                    values)
    else:
        says = Told("8 mois à partir du {debut} : essai au plus tard jusqu’au {limite}.", values)
    return Counter("Période d’essai", says, "C. trav. L7332-1", merged(earlier), limit,
                   tuple(trial_doubts(start, earlier)))


# What the law leaves open --------------------------------------------------------------------------------------------


def cape_doubts(start: date, earlier: Sequence[Period], elsewhere: Sequence[Elsewhere] = ()) -> Iterator[Told]:
    """What is doubtful of the months left to a CAPE that begins this day (C. com. L127-2)."""
    if days := _two_readings(start, CAPES_MONTHS, earlier):
        yield Told("Durée des CAPE : deux calculs donnent le {un} et le {autre}, le plus proche compte.", days)
    periods = [(one.first_day, one.last_day) for one in elsewhere if one.kind == "cape" and one.first_day < start]
    if not periods:
        return
    values = {"duree": length_in_words(periods), "limite": cape_limit(start, [*earlier, *periods])}
    yield Told(
        "{duree} de CAPE dans une autre coopérative : la loi ne dit pas si cette durée entre dans les 36 mois. Elle n’est pas "
        "comptée ici ; comptée, un CAPE irait au plus tard jusqu’au {limite}." if values["limite"] else
        "{duree} de CAPE dans une autre coopérative : la loi ne dit pas si cette durée entre dans les 36 mois. Elle n’est pas "
        "comptée ici ; comptée, les 36 mois seraient atteints.", values)


def deadline_doubts(start: date, earlier: Sequence[Period]) -> Iterator[Told]:
    """What is doubtful of the day to become associate under a CESA that begins this day (C. trav. L7331-3)."""
    if days := _two_readings(start, ASSOCIATE_MONTHS, earlier):
        yield Told("Délai pour devenir associé·e : deux calculs donnent le {un} et le {autre}, le plus proche compte.", days)


def trial_doubts(start: date, earlier: Sequence[Period]) -> Iterator[Told]:
    """What is doubtful of the last day of a trial period (C. trav. L7332-1)."""
    if trial_limit(start, earlier) and (days := _two_readings(start, TRIAL_MONTHS, earlier)):
        yield Told("Période d’essai : deux calculs donnent le {un} et le {autre}, le plus proche compte.", days)


def _two_readings(start: date, months: int, earlier: Sequence[Period]) -> dict[str, date]:
    """The days of both readings, months then days or days as thirtieths, when they end on two; none left leaves no doubt."""
    first, second = both_ways(start, months, earlier)
    return {"un": first, "autre": second} if earlier and first != second and max(first, second) >= start else {}


def flagged(elsewhere: Iterable[Elsewhere]) -> tuple[Told, ...]:
    """Contracts in another cooperative: said, and never deducted (JOURNEY §8)."""
    return tuple(Told(
        "{duree} de contrat salarié (CESA) dans une autre coopérative ({nom}, du {debut} au {fin}) : durée signalée, non "
        "déduite du délai pour devenir associé·e ni de la période d’essai." if one.kind == "cesa" else
        "{duree} de CAPE dans une autre coopérative ({nom}, du {debut} au {fin}) : durée signalée, non déduite du délai pour "
        "devenir associé·e ni de la période d’essai.",
        {"duree": length_in_words([(one.first_day, one.last_day)]), "nom": one.coop or Sentence("nom effacé"),
         "debut": one.first_day, "fin": one.last_day})
        for one in elsewhere)


def length_in_words(periods: Sequence[Period]) -> str:
    """« 5 mois et 16 jours », « 18 mois », « 12 jours »."""
    months, days = prior_length(periods)
    if months and days:
        return Sentence.read_as(f"{months} mois et {_days(days)}", "{months:mois|mois} et {days:jour|jours}",
                                months=months, days=days)
    if months:
        return Sentence.read_as(f"{months} mois", "{months:mois|mois}", months=months)
    return Sentence.read_as(_days(days), "{days:jour|jours}", days=days)


def _days(days: int) -> str:
    return f"{days} jour{'s' if days > 1 else ''}"
