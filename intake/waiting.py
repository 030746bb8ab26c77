"""The waiting list as the circle reads it: who, why at this rank, places of each month, offers, and « Et si… ? » (S24, C3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import fn

from intake import moment, words
from intake.facts.accompaniment import peers_here
from intake.facts.admission import candidate, entries_of
from intake.models import places
from intake.models.dossiers import Case, Dossier
from intake.models.letters import Letter
from intake.models.people import Antenna, Person
from intake.models.ranks import RankLine
from intake.models.settings import settings_on
from workflows import queue as line
from workflows.calendar import Month
from workflows.lists import EXCEPTIONS
from workflows.queue import Candidate, exceptions_left

MONTHS_SHOWN = 8
MOST = 200
MOST_CAP = 5
MOST_LEAVING = 3


def waiting(antenna: Antenna, state: str = "waiting") -> list[Case]:
    """Those who wait, in order; or those whose offer or pause is under way."""
    order = (Case.rank_at, Case.id) if state == "waiting" else (Case.entered_at, Case.id)
    return list(Case.select(Case, Dossier, Person).join(Dossier).join(Person, on=Dossier.person)
                .where(Case.workflow == "admission", Case.state == state, Case.antenna == antenna)
                .order_by(*order).limit(MOST))


def candidates(cases: Collection[Case]) -> list[Candidate]:
    """The same people as the queue knows them."""
    return [candidate(one) for one in cases]


# Months --------------------------------------------------------------------------------------------------------------


def months_of(antenna: Antenna) -> list[dict[str, Any]]:
    """Places of the last month and those ahead, by stage of their life."""
    first = Month.of(moment.today()).plus(-1)
    found = places.of_months(antenna, str(first), str(first.plus(MONTHS_SHOWN)))
    return [{"key": month, "month": words.month(month), "cap": sum(stages.values()) - stages.get("closed", 0),
             **{stage: stages.get(stage, 0) for stage in ("free", "held", "accepted", "used", "lost")}}
            for month, stages in found.items()]


def free_places(antenna: Antenna) -> dict[Month, int]:
    """Free places of each month from this one on."""
    found = places.free_by_month(antenna, str(Month.of(moment.today())))
    return {Month.parse(month): count for month, count in found.items()}


# Ranks ---------------------------------------------------------------------------------------------------------------


def reasons_of(cases: Collection[Case]) -> dict[int, list[str]]:
    """Why each one stands there: since when, and every sentence recorded when the rank worsened."""
    told: dict[int, list[str]] = {}
    rows = RankLine.select(RankLine.case, RankLine.day, RankLine.before, RankLine.rank, RankLine.sentence).where(
        RankLine.case.in_(list(cases))).order_by(RankLine.id).tuples()
    for case, day, before, rank, sentence in rows:
        moved = f"de {words.rank(before)} à {words.rank(rank)}" if before else words.rank(rank)
        told.setdefault(case, []).append(f"{words.short_day(day)} : {moved} : {sentence}")
    drawn = Counter(_drawn_among(case) for case in cases)
    return {case.id: [_since(case) + (_draw(case) if drawn[_drawn_among(case)] > 1 else ""), *told.get(case.id, [])]
            for case in cases}


def _drawn_among(case: Case) -> datetime | int:
    """The day whose people were drawn for; for the others, nobody but oneself."""
    number = case.memory.get("draw", {}).get("number")
    return case.rank_at.replace(microsecond=0) if case.rank_at.microsecond == number else int(case.id)


def _draw(case: Case) -> str:
    """« … ; ordre tiré au sort : 483 201, de la graine Xy… », for those of the same day."""
    drawn = case.memory["draw"]
    return f" ; ordre du jour tiré au sort : numéro {drawn['number']:,}".replace(",", " ") + f", graine {drawn['seed']}"


def _since(case: Case) -> str:
    admitted, ranked = case.memory.get("admitted_at", ""), case.memory.get("rank_from", "")
    day = words.long_day(ranked) if ranked else ""
    if admitted and ranked and words.as_day(admitted) == words.as_day(ranked):
        return f"Avis favorable du {day}"
    return f"Rang du {day}, après un retour ou un recul" if day else ""


def wishes(case: Case) -> str:
    """What holds someone back: the month asked for."""
    wanted = case.memory.get("not_before")
    return f"à partir de {words.month(wanted)}" if wanted and wanted > str(Month.of(moment.today())) else ""


# Offers and pauses ---------------------------------------------------------------------------------------------------


def offers_of(antenna: Antenna) -> list[dict[str, Any]]:
    """The offers under way: for which month, until when, out of turn or not, arrived or not."""
    cases = waiting(antenna, "offered")
    motives = EXCEPTIONS.labels(settings_on(moment.today(), antenna))
    failed = {dossier for (dossier,) in Letter.select(Letter.dossier).where(
        Letter.template == "place_offered", Letter.status == "failed",
        Letter.dossier.in_([case.dossier_id for case in cases])).tuples()}
    return [{"case": case, "name": case.dossier.person.name, "month": words.month(case.memory["month"]),
             "until": words.upto(case.memory["deadline"]),
             "motive": motives.get(case.memory.get("motive", ""), ""),
             "failed": case.dossier_id in failed} for case in cases]


def pauses_of(antenna: Antenna) -> list[dict[str, Any]]:
    """Those on pause: since when, until when, whether that day is past, and the reconfirmation asked in vain."""
    return [{"case": case, "name": case.dossier.person.name, "since": words.near_day(case.entered_at, moment.today()),
             "until": words.long_day(case.memory["paused_until"]) if case.memory.get("paused_until") else "",
             "over": case.memory.get("paused_until", "9") < moment.today().isoformat(),
             "silent": "auto_pause" in case.memory.get("taken", {})} for case in waiting(antenna, "paused")]


def quota_of(antenna: Antenna, settings: Mapping[str, Any]) -> dict[str, int]:
    """Exceptions over twelve months, and how many are left."""
    entries, share = entries_of(antenna), settings["offers.exception_share"]
    return {"entries": len(entries), "used": sum(entries), "share": share,
            "left": exceptions_left(len(entries), sum(entries), share)}


def asked_to_confirm(case: Case) -> str:
    """The reconfirmation under way, if it has not been answered."""
    taken = case.memory.get("taken", {})
    asked = taken.get("ask_interest", "")
    last = max((at for step, at in taken.items() if step in ("reconfirm", "update")), default="")
    return f"intérêt à confirmer depuis le {words.short_day(datetime.fromisoformat(asked))}" if asked > last else ""


# What if -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Supposed:
    """A question: so many entries a month, a month closed, some people gone. Nothing is written."""

    cap: int = 0
    """0: as it is."""
    closed: str = ""
    leaving: tuple[str, ...] = ()

    @property
    def asked(self) -> bool:
        """Whether there is anything to suppose."""
        return bool(self.cap or self.closed or self.leaving)


def supposed(cases: Collection[Case], antenna: Antenna, what: Supposed, settings: Mapping[str, Any]) -> list[dict[str, str]]:
    """The entry of everyone, as things are and as supposed."""
    free, people = free_places(antenna), candidates(cases)
    stays = [one for one in people if one.case not in what.leaving]
    today, then = forecast(people, free, settings), forecast(stays, _other(free, antenna, what, settings), settings)
    return [{"rank": str(rank), "name": case.dossier.person.name, "today": in_words(today.get(case.uid)),
             "then": "retrait supposé" if case.uid in what.leaving else in_words(then.get(case.uid))}
            for rank, case in enumerate(cases, start=1)]


def _other(free: dict[Month, int], antenna: Antenna, what: Supposed, settings: Mapping[str, Any]) -> dict[Month, int]:
    first = Month.of(moment.today())
    return {month: 0 if str(month) == what.closed
            else max(0, free.get(month, 0) + (what.cap - cap if what.cap and month > first else 0))
            for month, cap in caps_of(antenna, settings).items()}


def caps_of(antenna: Antenna, settings: Mapping[str, Any]) -> dict[Month, int]:
    """How many places each month has, from this one on."""
    first = Month.of(moment.today())
    return {Month.parse(month): sum(stages.values()) - stages.get("closed", 0) for month, stages in places.of_months(
        antenna, str(first), str(first.plus(settings["places.horizon"]))).items()}


def forecast(people: Collection[Candidate], free: Mapping[Month, int], settings: Mapping[str, Any]
             ) -> dict[str, tuple[Month, Month] | None]:
    """The two months shown to each one."""
    return line.forecast(people, free, moment.today(), settings["offers.days"], settings["entry.lead_days"],
                         settings["forecast.spread"])


def in_words(months: tuple[Month, Month] | None) -> str:
    """« décembre 2026 – janvier 2027 »."""
    return f"{words.month(months[0])} – {words.month(months[1])}" if months else "dans plus d’un an"


def peers_free(antenna: Antenna, settings: Mapping[str, Any]) -> int:
    """How many more people the peers of an antenna may accompany."""
    load = dict(Dossier.select(Dossier.peer, fn.COUNT(Dossier.id)).where(Dossier.peer.is_null(False))
                .group_by(Dossier.peer).tuples())
    return sum(max(0, settings["pairing.capacity"] - load.get(peer, 0)) for peer in peers_here(antenna))


