"""The person's home: where am I, what can I do now, what happens next and when, whom do I talk to (S9, S23, F72)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from intake import agenda, ahead, moment, questionnaire, shelf, words
from intake.access import SIGNED_IN, access, me
from intake.answers_read import complement_asked
from intake.items import items_of
from intake.lookup import cases_of, my_roles, my_steps, workflow_of
from intake.models.dossiers import Case, Dossier
from intake.models.letters import messages_between, was_written
from intake.models.people import Antenna, Person
from intake.models.tasks import left_to
from intake.pages.dossier import ASIDE, IN_FORCE, href, likely_first, main_case, openings, why_not
from intake.show import show
from intake.standing import contact_of, greeting, insurance_of, is_open, next_of, noted, rank_of
from intake.stations import stations_of
from workflows.engine import OpenStep, blank_form
from workflows.grammar import Step
from workflows.obligations import Obligation
from workflows.signing import ON_THE_PAGE

pages = Blueprint("journey", __name__)

QUIET = ASIDE | {"revise", "mediate"}
IN_PLACE = ("answer", "choose_interview", "reconfirm")
"""Steps whose form stands on the home itself."""
LEAVING = ("pause", "withdraw", "give_back", "leave", "renounce", "cancel")
"""Steps that come last, as links."""
OF_THE_OFFER = ("accept", "decline_offer", "postpone")
"""Steps that one page answers together."""
PAIRED = ("record_meeting", "ask_other")
"""Steps of the card of the peer, once the pairing runs."""


@pages.get("/mon-parcours")
@access(SIGNED_IN)
def mine() -> Response:
    """My journey; several dossiers are chosen among by a link."""
    dossiers = mine_of(me())
    if not dossiers:
        return show("journey_empty.html")
    dossier = chosen(dossiers, request.args.get("dossier", ""))
    cases = cases_of(dossier)
    main = main_case(cases)
    here = [say_case(case) for case in cases if is_open(case) or case is main or case.state == "associate"]
    found, offered = ahead.dates_of(cases), openings(dossier)
    first = [(one, *opening) for one in found for opening in offered if opening[0].name == one.step]
    return show(
        "journey.html", dossier=dossier, dossiers=dossiers, main=main, here=here, stations=stations_of(cases, mine=True),
        state=workflow_of(main).state[main.state] if main else None, greeting=greeting(dossier.person, main),
        begun=any(case.workflow != "admission" for case in cases), rank=rank_of(main), next=next_of(main),
        dates=dates_ahead(dossier, found, here, first), contact=contact_of(dossier, main),
        peer=peer_of(dossier, cases, here), papers=papers_of(dossier, cases), items=items_of(cases),
        decided=decided(dossier, cases),
        first=[{"step": step, "href": link, "what": ahead.said(one.label), "day": one.day, "says": ahead.said(one.otherwise)}
               for one, step, link in first],
        openings=[one for one in offered if one[0] not in [step for _, step, _ in first]], today=moment.today(),
        messages=messages_between(dossier, me()),
        done=noted(dossier, request.args.get("fait", ""), me()))


@pages.get("/mon-parcours/agenda.ics")
@access(SIGNED_IN)
def calendar() -> Response:
    """My dates to come, or one of them, for an agenda."""
    dossiers = mine_of(me())
    wanted, named = request.args.get("date", ""), request.args.get("dossier", "")
    cases = cases_of(chosen(dossiers, named)) if dossiers or named else []
    entries = [entry for one in ahead.dates_of(cases) if (entry := ahead.entry_of(one, cases)) and wanted in ("", entry.uid)]
    if (journee := ahead.next_journee(me())) and wanted in ("", ahead.of_journee(journee).uid):
        entries.append(ahead.of_journee(journee))
    if wanted and not entries:
        abort(404)
    response = Response(agenda.calendar_file(entries), content_type=agenda.MEDIA_TYPE)
    response.headers.set("Content-Disposition", "attachment", filename="parcours.ics")
    return response


def mine_of(person: Person) -> list[Dossier]:
    """The dossiers of someone, the latest first."""
    return list(Dossier.select(Dossier, Antenna, Person).join(Antenna, on=Dossier.antenna).switch(Dossier)
                .join(Person, on=Dossier.person).where(Dossier.person == person, Dossier.erased_at.is_null())
                .order_by(Dossier.id.desc()))


def chosen(dossiers: list[Dossier], uid: str) -> Dossier:
    """The dossier an address names, the latest when it names none; else 404."""
    return next((one for one in dossiers if uid in ("", one.uid)), None) or abort(404)


PAPERS_SENT = "Votre dossier d’entrée est envoyé. Vous pouvez encore le changer, puis l’envoyer à nouveau."


def say_case(case: Case) -> dict[str, Any]:
    """One case as its person reads it: where I am, what I can do, what I cannot do yet and why."""
    facts, steps = my_steps(case)
    state = workflow_of(case).state[case.state]
    shown = [one for one in steps if one.step.label and not one.step.about and one.step.name not in QUIET]
    sent = state.pages == "entry" and bool(questionnaire.sent_stamp(case))
    to_fill = bool(state.pages) and state.name not in ("submitted", "review")
    possible = [(one.step, page_of(case, one.step)) for one in shown if leads_on(one)
                and one.step.name not in (*IN_PLACE, *LEAVING) and not (to_fill and one.step.pages)]
    return {
        "title": workflow_of(case).title, "state": state, "says": PAPERS_SENT if sent else state.says, "case": case, "sent": sent,
        "possible": likely_first(grouped(possible), state.next_steps), "first": state.next_steps,
        "questionnaire": url_for("application.tasks", case=case.uid) if to_fill else "",
        "blocked": [why_not(case, one) for one in shown if not leads_on(one) and one.step.name not in OF_THE_OFFER],
        "missing": [] if to_fill or state.closed else shelf.missing_of(case),
        "request": complement_asked(case, my_roles(case)), "in_place": in_place(steps, facts),
        "prepared": case.workflow in ("cape", "salaried") and state.name in ("drafting", "signed"),
        "written": was_written(case, me()),
        "leaving": [(which(case, one.step), href(case, one.step)) for one in steps if one.possible and one.step.name in LEAVING],
    }


def which(case: Case, step: Step) -> str:
    """« Annuler le contrat n° 2 »: another one may be running."""
    number = case.memory.get("ordinal")
    return words.sentence("{what} n° {number}", what=words.told(str(step.label)), number=number) if number else str(step.label)


def decided(dossier: Dossier, cases: list[Case]) -> list[dict[str, Any]]:
    """What was decided with my peer and is mine to do, with its day and where I say that it is done."""
    here = {case.id: case for case in cases if is_open(case)}
    return [{"what": task.sentence, "day": task.due_on, "late": task.due_on < moment.today(), "href": url_for(
        "step.take", dossier=dossier.uid, case=here[task.case_id].uid, step="tick", task=task.uid)}
        for task in left_to(me(), here.values())]


def leads_on(one: OpenStep) -> bool:
    """A step that can be taken, or whose page leads through all that is missing: one signs after reading there."""
    return one.possible or {refusal.rule for refusal in one.refusals} <= set(ON_THE_PAGE)


def grouped(links: list[tuple[Step, str]]) -> list[tuple[Step, str]]:
    """The steps that answer an offer share one page, and so one link."""
    first = next((link for link in links if link[0].name in OF_THE_OFFER), None)
    return [link for link in links if link[0].name not in OF_THE_OFFER or link is first]


def in_place(steps: Collection[OpenStep], facts: Any) -> dict[str, Any]:
    """The forms that stand on the home: a complement to answer, a date to choose, an interest to confirm."""
    return {one.step.name: blank_form(one.step, facts) for one in steps if one.step.name in IN_PLACE and one.possible}


def page_of(case: Case, step: Step) -> str:
    """Where a step is taken: a questionnaire from its check page, an answer to an offer from its own."""
    if step.name in ("submit", "revise", "send_papers"):
        return url_for("application.check", case=case.uid)
    return url_for("offer.answer", case=case.uid) if step.name in OF_THE_OFFER else href(case, step)


def dates_ahead(dossier: Dossier, found: list[Obligation], here: list[dict[str, Any]],
                first: list[tuple[Obligation, Step, str]]) -> list[dict[str, Any]]:
    """My dates and the next journée, soonest first, with what answers them; only the next review is prepared."""
    links = {(said["case"].uid, step.name): (step.label, link) for said in here for step, link in said["possible"]}
    links |= {(one.case, step.name): (step.label, link) for one, step, link in first}
    if next_review := next((one for one in found if one.step == "prepare_review"), None):
        links[next_review.case, next_review.kind] = ("Préparer", url_for("review.prepare", case=next_review.case))
    dates = [say_date(one, dossier, links, ahead.where(one, [said["case"] for said in here])) for one in found]
    if journee := ahead.next_journee(me()):
        dates.append({"day": journee.day, "what": words.capital(words.full_day(journee.day)), "journee": journee,
                      "label": "Journée Optéos, 9 h 30", "who": journee.place,
                      "agenda": url_for("journey.calendar", dossier=dossier.uid, date=ahead.of_journee(journee).uid)})
    return sorted(dates, key=lambda date: str(date["day"]))


def say_date(one: Obligation, dossier: Dossier, links: dict[tuple[str, str], tuple[str, str]], where: str) -> dict[str, Any]:
    """A date, who it is with or where, what happens if it passes, and the button of the step that answers it."""
    act, link = links.get((one.case, one.kind)) or links.get((one.case, one.step), ("", ""))
    act = "Répondre" if one.kind == "offer" and link else act
    with_peer = one.who and one.step == "prepare_review"
    return {
        "day": one.day, "what": words.at(one.at) if one.at else words.long_day(one.day),
        "label": words.sentence("{what}, avec {who}" if with_peer else "{what}", what=ahead.said(one.label), who=one.who),
        "who": "" if with_peer else one.who or where,
        "otherwise": ahead.said(one.otherwise), "act": act, "href": link,
        "agenda": url_for("journey.calendar", dossier=dossier.uid, date=f"{one.case}-{one.kind}"),
    }


def peer_of(dossier: Dossier, cases: list[Case], here: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The card of the peer, once the pairing runs: who, when we last met, what I may do."""
    pairing = next((case for case in cases if case.workflow == "accompaniment" and case.state == "running"), None)
    if pairing is None or dossier.peer is None:
        return None
    said = next(said for said in here if said["case"] is pairing)
    links = {step.name: link for step, link in said["possible"]}
    met = max(pairing.memory.get("meetings", ()), default="")
    said["possible"] = [one for one in said["possible"] if one[0].name not in PAIRED]
    return {"person": dossier.peer, "met": words.short_day(met) if met else "", "meeting": links.get("record_meeting", ""),
            "other": links.get("ask_other", ""), "case": pairing}


def papers_of(dossier: Dossier, cases: list[Case]) -> dict[str, Any]:
    """My papers: signed contracts as PDF, the insurance certificate and whether it is to be renewed."""
    signed = [case for case in cases if case.workflow in ("cape", "salaried") and case.memory.get("document")
              and case.state not in ("drafting", "to_sign", "cancelled", "withdrawn")]
    running = any(case.state in IN_FORCE and case.workflow != "accompaniment" for case in cases)
    return {"contracts": [(workflow_of(case).title, case.memory.get("ordinal"), case) for case in signed],
            "insurance": insurance_of(dossier), "in_force": running}
