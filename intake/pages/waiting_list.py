"""The waiting list of the circle: the rule in words, places by month, rows in order, a what-if (SCREENS S24, C3)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

import workflows
from intake import moment, waiting, words
from intake.access import access, antennas_seen, held_roles, me
from intake.facts import facts_of
from intake.lookup import my_roles
from intake.models import served
from intake.models.dossiers import Case
from intake.models.people import Antenna
from intake.models.settings import settings_on
from intake.pages.dossier import href, why_not
from intake.show import show
from intake.waiting import MOST_CAP, MOST_LEAVING, Supposed
from workflows import roles
from workflows.engine import open_steps

pages = Blueprint("waiting_list", __name__)

WHO = (roles.circle, roles.coordinator, roles.support, roles.cogerance)
STEPS = ("offer", "offer_out_of_turn", "enrol", "update", "pause")
MAIN = ("offer", "enrol")
LINES_SHOWN, ALL_LINES = 12, 300
KINDS = {"served": "Servi·e", "passed": "Passé·e", "returned": "Place rendue", "night": "En tête de liste"}


@pages.get("/liste-attente")
@access(*WHO)
def queue() -> Response:
    """The list of one antenna; « Et si… ? » is a question in its address and writes nothing."""
    seen = antennas_seen(*WHO)
    antenna = next((one for one in seen if one.code == request.args.get("antenne")), seen[0])
    cases, settings = waiting.waiting(antenna), settings_on(moment.today(), antenna)
    what = asked(cases)
    return show(
        "waiting_list.html", block="list", antenna=antenna, antennas=seen, rows=rows_of(cases, antenna, settings),
        months=waiting.months_of(antenna), offers=waiting.offers_of(antenna), pauses=waiting.pauses_of(antenna),
        quota=waiting.quota_of(antenna, settings), journal=journal_of(antenna), settings=settings, what=what,
        what_if=waiting.supposed(cases, antenna, what, settings) if what.asked else [], caps=range(1, MOST_CAP + 1),
        most_leaving=MOST_LEAVING, peers_free=waiting.peers_free(antenna, settings),
        may_change_cap=roles.cogerance in held_roles(), whole=request.args.get("journal") == "tout")


def asked(cases: list[Case]) -> Supposed:
    """What the address supposes; what it cannot mean is left out."""
    cap, known = request.args.get("entrees", type=int) or 0, {case.uid for case in cases}
    leaving = [uid for uid in request.args.getlist("retrait") if uid in known][:MOST_LEAVING]
    return Supposed(cap if 1 <= cap <= MOST_CAP else 0, request.args.get("ferme", ""), tuple(leaving))


def rows_of(cases: list[Case], antenna: Antenna, settings: Any) -> list[dict[str, Any]]:
    """One row a person: rank and its reason, the estimate of their entry, what I may do."""
    people = waiting.candidates(cases)
    estimates = waiting.forecast(people, waiting.free_places(antenna), settings) if antenna.capped == "yes" else {}
    reasons, rows = waiting.reasons_of(cases), []
    for rank, case in enumerate(cases, start=1):
        steps = [one for one in open_steps(workflows.ALL["admission"], "waiting", my_roles(case), facts_of(case, me()))
                 if one.step.name in STEPS and one.step.label]
        rows.append({
            "rank": rank, "uid": case.uid, "name": case.dossier.person.name, "reasons": reasons[case.id],
            "href": url_for("dossier.summary", uid=case.dossier.uid), "days": (moment.now() - case.rank_at).days,
            "contact": words.short_day(case.memory.get("moved", case.memory["since"])),
            "notes": [note for note in (waiting.wishes(case), waiting.asked_to_confirm(case)) if note],
            "estimate": waiting.in_words(estimates.get(case.uid)) if antenna.capped == "yes" else "",
            "main": [(one.step, href(case, one.step)) for one in steps if one.possible and one.step.name in MAIN],
            "also": [(one.step, href(case, one.step)) for one in steps if one.possible and one.step.name not in MAIN],
            "blocked": [why_not(case, one) for one in steps if not one.possible],
        })
    return rows


def journal_of(antenna: Antenna) -> list[dict[str, Any]]:
    """Who was served and why, who was passed and why, night by night."""
    most = ALL_LINES if request.args.get("journal") == "tout" else LINES_SHOWN
    return [{"at": words.night(one.made_at) if one.kind == "night" else words.at(one.made_at),
             "iso": one.made_at.isoformat(), "text": told(one)} for one in served.latest(antenna, most)]


def told(line: served.ServedLine) -> str:
    """« Servi·e, pour mars 2027 : Ana Lopez, première personne de la liste. »; a month that is over speaks for itself."""
    month = words.month(line.month) if line.month else ""
    if not line.case_id:
        return words.capital(f"{month} : {line.sentence}") if month else line.sentence
    return f"{KINDS[line.kind]}{f', pour {month}' if month else ''} : {line.case.dossier.person.name}, {line.sentence}"
