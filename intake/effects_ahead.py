"""What another setting would change, worked out without writing: dates of the clock, estimates of the waiting lists (C6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import workflows
from intake import clock, moment, waiting, words
from intake.models.dossiers import Case, Dossier
from intake.models.people import Antenna, Person
from intake.models.settings import noticing, settings_on, supposing
from workflows.calendar import Month, paris_day
from workflows.settings import Setting

MOST = 2_000
"""Cases looked at, in a few seconds at most; beyond, it is said."""
NAMED = 5
"""Examples told by name."""
Months = tuple[Month, Month] | None


def of_setting(setting: Setting, value: Any, antenna: Antenna | None) -> list[str]:
    """Every effect of a value, in words, as if it held today."""
    cases = open_cases(antenna)
    (before, touched), lists = dates_reading(setting.name, cases), estimates(antenna)
    with supposing(setting.name, value, antenna):
        after, then = dates(touched), estimates(antenna)
    told = [*of_dates(touched, before, after), *of_estimates(lists, then)]
    told = told or ["Aucune date ni estimation en cours ne change. Ce réglage vaut pour la suite."]
    return [*told, *not_looked_at(antenna)]


def of_cap(antenna: Antenna, first: Month, last: Month | None, places: int) -> list[str]:
    """What a number of places a month would change for those who wait; places already taken stay."""
    free, people = waiting.free_places(antenna), waiting.candidates(waiting.waiting(antenna))
    settings = settings_on(moment.today(), antenna)
    caps = waiting.caps_of(antenna, settings)
    then = {month: max(0, free.get(month, 0) + places - cap) if first <= month and (last is None or month <= last)
            else free.get(month, 0) for month, cap in caps.items()}
    told = of_estimates({antenna.name: waiting.forecast(people, free, settings)},
                        {antenna.name: waiting.forecast(people, then, settings)})
    return told or ["Aucune estimation d’entrée ne change."]


def not_looked_at(antenna: Antenna | None) -> list[str]:
    """How many cases nobody looked at, so that nobody believes the list is whole."""
    left = open_rows(antenna).count() - MOST
    return [f"Les {MOST} plus anciennes étapes en cours ont été regardées. {words.Count(left):autre peut|autres peuvent} "
            "changer aussi."] if left > 0 else []


def open_cases(antenna: Antenna | None) -> list[Case]:
    """The cases whose clock may be touched, the oldest first."""
    return list(open_rows(antenna).order_by(Case.id).limit(MOST))


def open_rows(antenna: Antenna | None) -> Any:
    """Every case under way, as a query."""
    named = {state for workflow in workflows.ALL.values() for state in workflow.open_states}
    rows = Case.select(Case, Dossier, Person).join(Dossier).join(Person, on=Dossier.person).where(Case.state.in_(named))
    return rows.where(Case.antenna == antenna) if antenna is not None else rows


def dates(cases: Collection[Case]) -> dict[int, datetime]:
    """When the clock next acts in each of these cases."""
    found = {case.id: clock.due_rows(case) for case in cases}
    return {case: due[0][0] for case, due in found.items() if due}


def dates_reading(name: str, cases: Collection[Case]) -> tuple[dict[int, datetime], list[Case]]:
    """The same, and the cases whose date depends on this setting: the only ones to look at twice."""
    found, touched = {}, []
    with noticing(name) as noticed:
        for case in cases:
            noticed.read = False
            found |= dates([case])
            touched += [case] if noticed.read else []
    return found, touched


def of_dates(cases: Collection[Case], before: Mapping[int, datetime], after: Mapping[int, datetime]) -> list[str]:
    """How many dates move, a few of them by name, and how many would be over at once."""
    moved = [case for case in cases if before.get(case.id) != after.get(case.id)]
    if not moved:
        return []
    now = moment.now()
    over = sum(after.get(case.id, clock.NEVER) <= now < before.get(case.id, clock.NEVER) for case in moved)
    told = [f"{words.Count(len(moved)):date en cours change|dates en cours changent}."]
    told += [f"{case.dossier.person.name}, {workflows.ALL[case.workflow].title} : {said(after.get(case.id))} "
             f"au lieu du {said(before.get(case.id))}." for case in moved[:NAMED]]
    return told + ([f"{words.Count(over):date est déjà dépassée|dates sont déjà dépassées} : "
                    "l’horloge agit dès l’enregistrement."] if over else [])


def said(at: datetime | None) -> str:
    """« 3 mai 2027 »."""
    return words.long_day(paris_day(at)) if at is not None else "aucune date"


def estimates(antenna: Antenna | None) -> dict[str, dict[str, Months]]:
    """The estimate of everyone who waits, by antenna."""
    found = {}
    for one in Antenna.select().where(Antenna.capped == "yes").order_by(Antenna.id):
        if antenna is None or one.id == antenna.id:
            people = waiting.candidates(waiting.waiting(one))
            found[one.name] = waiting.forecast(people, waiting.free_places(one), settings_on(moment.today(), one))
    return found


def of_estimates(before: Mapping[str, Mapping[str, Months]], after: Mapping[str, Mapping[str, Months]]) -> list[str]:
    """« 6 estimations avancent, 1 recule. », antenna by antenna."""
    told = []
    for name, people in before.items():
        pairs = [(when(months), when(after[name].get(who))) for who, months in people.items()]
        sooner, later = sum(then < now for now, then in pairs), sum(then > now for now, then in pairs)
        said_of = [f"{words.Count(sooner):estimation d’entrée avance|estimations d’entrée avancent}"] if sooner else []
        said_of += [f"{words.Count(later):estimation d’entrée recule|estimations d’entrée reculent}"] if later else []
        told += [f"{name} : {', '.join(said_of)}."] if said_of else []
    return told


def when(months: Months) -> tuple[str, str]:
    """An estimate as something to compare; « dans plus d’un an » comes last."""
    return (str(months[0]), str(months[1])) if months else ("9999-12", "9999-12")
