"""The waiting list of the circle: the rule in words, places by month, rows in order, a what-if (SCREENS S24, C3)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

import workflows
from intake import moment, words
from intake.access import access, antennas_seen, me
from intake.facts import facts_of
from intake.facts.admission import candidate
from intake.lookup import my_roles
from intake.models import places
from intake.models.dossiers import Case, Dossier
from intake.models.people import Antenna, Person
from intake.models.settings import settings_on
from intake.pages.dossier import href, why_not
from intake.show import show
from workflows import queue as line, roles
from workflows.calendar import Month
from workflows.engine import open_steps

pages = Blueprint("waiting_list", __name__)

WHO = (roles.circle, roles.coordinator, roles.support, roles.cogerance)
MONTHS_SHOWN = 6
MOST = 200
OFFERS = ("offer", "offer_out_of_turn", "enrol", "update", "pause")


@pages.get("/liste-attente")
@access(*WHO)
def queue() -> Response:
    """The list of one antenna."""
    seen = antennas_seen(*WHO)
    code = request.args.get("antenne", "")
    antenna = next((one for one in seen if one.code == code), seen[0])
    cases = waiting(antenna)
    paused = Case.select().where(Case.workflow == "admission", Case.state == "paused", Case.antenna == antenna).count()
    settings = settings_on(moment.today(), antenna)
    rows, free = rows_of(cases, antenna, settings)
    cap = request.args.get("entrees", type=int)
    return show("waiting_list.html", block="list", antenna=antenna, antennas=seen, rows=rows, paused=paused,
                months=months_of(antenna), cap=cap, settings=settings,
                what_if=suppose(cases, cap, free, settings) if cap and cases else None)


def waiting(antenna: Antenna) -> list[Case]:
    """Those who wait, in order."""
    return list(Case.select(Case, Dossier, Person).join(Dossier).join(Person, on=Dossier.person)
                .where(Case.workflow == "admission", Case.state == "waiting", Case.antenna == antenna)
                .order_by(Case.rank_at, Case.id).limit(MOST))


def months_of(antenna: Antenna) -> list[dict[str, Any]]:
    """Places of the months ahead: cap, given, offered, free."""
    first = Month.of(moment.today())
    found = places.of_months(antenna, str(first), str(first.plus(MONTHS_SHOWN)))
    return [{"month": words.month(month), "cap": sum(stages.values()) - stages.get("closed", 0),
             "given": stages.get("accepted", 0) + stages.get("used", 0), "offered": stages.get("held", 0),
             "free": stages.get("free", 0), "lost": stages.get("lost", 0)} for month, stages in found.items()]


def rows_of(cases: list[Case], antenna: Antenna, settings: Any) -> tuple[list[dict[str, Any]], dict[Month, int]]:
    """One row a person, with the estimate of their entry and what I may do."""
    free = {Month.parse(month): count
            for month, count in places.free_by_month(antenna, str(Month.of(moment.today()))).items()}
    candidates = [candidate(one.uid, one.rank_at, one.memory) for one in cases]
    estimates = line.forecast(candidates, free, moment.today(), settings["offers.days"], settings["entry.lead_days"],
                              settings["forecast.spread"]) if antenna.capped == "yes" else {}
    rows = []
    for rank, case in enumerate(cases, start=1):
        facts = facts_of(case, me())
        steps = [one for one in open_steps(workflows.ALL["admission"], "waiting", my_roles(case), facts)
                 if one.step.name in OFFERS and one.step.label]
        rows.append({
            "rank": rank, "case": case, "name": case.dossier.person.name,
            "href": url_for("dossier.summary", uid=case.dossier.uid), "days": (moment.now() - case.rank_at).days,
            "contact": words.short_day(case.memory.get("moved", case.memory["since"])),
            "estimate": in_words(estimates.get(case.uid)) if antenna.capped == "yes" else "",
            "possible": [(one.step, href(case, one.step)) for one in steps if one.possible],
            "blocked": [why_not(case, one) for one in steps if not one.possible],
        })
    return rows, free


def in_words(months: tuple[Month, Month] | None) -> str:
    """« décembre 2026 – janvier 2027 »."""
    return f"{words.month(months[0])} – {words.month(months[1])}" if months else "dans plus d’un an"


def suppose(cases: list[Case], cap: int, free: dict[Month, int], settings: Any) -> dict[str, str]:
    """« Et si… ? »: the entry of the last person with another number of entries a month; nothing is written."""
    candidates = [candidate(one.uid, one.rank_at, one.memory) for one in cases]
    first = Month.of(moment.today())
    usual = settings["places.per_month"]
    other = {month: max(0, free.get(month, usual) + cap - usual) if month > first else free.get(month, 0)
             for month in first.until(first.plus(settings["places.horizon"]))}
    told = [line.forecast(candidates, one, moment.today(), settings["offers.days"], settings["entry.lead_days"],
                          settings["forecast.spread"])[cases[-1].uid] for one in (other, free)]
    return {"then": in_words(told[0]), "today": in_words(told[1]), "rank": words.rank(len(cases))}
