"""The person's home: where am I, what can I do now, what happens next and when, whom do I talk to (S9, S23, F72)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from intake import moment, words
from intake.access import SIGNED_IN, access, me
from intake.answers_read import complement_asked
from intake.items import items_of
from intake.lookup import cases_of, my_roles, my_steps, workflow_of
from intake.models import ranks
from intake.models.days import Journee
from intake.models.dossiers import Case, Dossier
from intake.models.people import Antenna, Person
from intake.pages.dossier import ASIDE, href, likely_first, main_case, openings, why_not
from intake.show import show
from intake.stations import stations_of

pages = Blueprint("journey", __name__)

DATES = {
    "admission.deadline": "Répondre à la proposition", "salaried.deadline": "Date limite pour devenir associé·e",
    "meeting_at": "Réunion d’information", "last_day": "Fin de votre contrat",
    "first_day": "Début de votre contrat", "paused_until": "Fin de la pause",
}
"""What a case remembers that is a date for the person; `deadline` means one thing in each workflow."""
RECENT = timedelta(days=30)
"""How long one is told why one's rank worsened."""
QUIET = ASIDE | {"revise", "mediate"}


@pages.get("/mon-parcours")
@access(SIGNED_IN)
def mine() -> Response:
    """My journey; several dossiers are chosen among by a link."""
    dossiers = list(Dossier.select(Dossier, Antenna, Person).join(Antenna, on=Dossier.antenna).switch(Dossier)
                    .join(Person, on=Dossier.person).where(Dossier.person == me()).order_by(Dossier.id.desc()))
    if not dossiers:
        return show("journey_empty.html")
    wanted = request.args.get("dossier")
    dossier = next((one for one in dossiers if one.uid == wanted), None) if wanted else dossiers[0]
    if dossier is None:
        abort(404)
    cases = cases_of(dossier)
    main = main_case(cases)
    here = [say_case(case) for case in cases if is_open(case) or case is main or case.state == "associate"]
    return show("journey.html", dossier=dossier, dossiers=dossiers, cases=cases, main=main, here=here,
                stations=stations_of(cases), state=workflow_of(main).state[main.state] if main else None,
                dates=dates_ahead(cases), rank=my_rank(main), peer=dossier.peer, today=moment.today(),
                items=items_of(cases), openings=openings(dossier))


def is_open(case: Case) -> bool:
    """Whether somebody still has to act in this case."""
    state = workflow_of(case).state.get(case.state)
    return state is not None and not state.closed


def say_case(case: Case) -> dict[str, Any]:
    """One case as its person reads it: where I am, what I can do, what I cannot do yet and why."""
    _, steps = my_steps(case)
    state = workflow_of(case).state[case.state]
    shown = [one for one in steps if one.step.label and one.step.name not in QUIET and not one.step.about]
    possible = [(one.step, page_of(case, one.step.name) or href(case, one.step)) for one in shown if one.possible]
    if state.pages and state.name not in ("submitted", "review"):
        possible = [pair for pair in possible if not pair[0].pages]
    return {
        "title": workflow_of(case).title, "state": state, "says": state.says,
        "possible": likely_first(possible, state.next_steps),
        "questionnaire": url_for("application.tasks", case=case.uid) if state.pages else "",
        "to_fill": state.pages and state.name not in ("submitted", "review"),
        "blocked": [why_not(case, one) for one in shown if not one.possible], "first": state.next_steps, "case": case,
        "request": complement_asked(case, my_roles(case)),
    }


def page_of(case: Case, step: str) -> str:
    """Steps that send a questionnaire are taken from its check page."""
    return url_for("application.check", case=case.uid) if step in ("submit", "revise", "send_papers") else ""


def my_rank(main: Case | None) -> dict[str, Any] | None:
    """Rank, total and forecast, while the case waits (F73)."""
    if main is None or main.workflow != "admission" or main.state != "waiting":
        return None
    facts, _ = my_steps(main)
    values = facts.letter_values()
    worse = ranks.latest(main, moment.today() - RECENT)
    return {**values, "at": words.at(moment.now()), "cap": facts.settings["places.per_month"],
            "worse": said(worse) if worse else ""}


def said(line: ranks.RankLine) -> str:
    """« Vous passez de la 3e à la 4e place : … » (F73)."""
    if line.before is None:
        return f"Vous êtes à la {words.rank(line.rank)} place : {line.sentence}"
    return f"Vous passez de la {words.rank(line.before)} à la {words.rank(line.rank)} place : {line.sentence}"


def dates_ahead(cases: list[Case]) -> list[dict[str, Any]]:
    """The next dates, soonest first; contract ends however far."""
    found: list[dict[str, Any]] = []
    for case in cases:
        if not is_open(case):
            continue
        for name, label in DATES.items():
            workflow, _, field = name.rpartition(".")
            if field == "deadline" and any(one.state == "associate" for one in cases):
                continue
            stamp = case.memory.get(field) if workflow in ("", case.workflow) else None
            if isinstance(stamp, str) and (day := words.as_day(stamp)) >= moment.today():
                found.append({"day": day, "label": label, "what": words.long_day(day)})
    journee = Journee.select().where(Journee.day >= moment.today(), ~Journee.to_confirm).order_by(Journee.day).first()
    if journee is not None:
        found.append({"day": journee.day, "label": "Journée Optéos, 9 h 30", "what": words.long_day(journee.day)})
    return sorted(found, key=_by_day)


def _by_day(line: dict[str, Any]) -> date:
    day: date = line["day"]
    return day
