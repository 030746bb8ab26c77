"""The dates ahead of a dossier, read from its cases: for one's home, and for calendar files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta

from intake import words
from intake.agenda import Entry
from intake.facts import facts_of
from intake.guests import awaited
from intake.models.actors import CLOCK
from intake.models.days import InfoMeeting, Journee, assemblies_from, journees_from
from intake.models.dossiers import Answers, Case, Event
from intake.models.people import Person
from intake.models.settings import settings_on
from intake.moment import today
from intake.outbox import link_to, office
from workflows.accompaniment.rules import Asked, asked_reviews
from workflows.calendar import paris_instant
from workflows.grammar import Told
from workflows.obligations import HELD_SHARES, Known, Obligation, obligations

BEGINS, LASTS = time(9, 30), timedelta(hours=7, minutes=30)
"""When a journée begins, and how long it lasts."""
PAIRED_OR_NOT = ("seeking", "proposed", "peer_agreed", "running")
IN_FORCE = ("preparing", "trading", "running")


def dates_of(cases: Sequence[Case]) -> list[Obligation]:
    """Every date to come of a dossier, soonest first."""
    if not cases:
        return []
    dossier = cases[0].dossier
    known = Known(
        today=today(), settings=settings_on(today(), dossier.antenna), reviews=reviews_of(cases),
        peer=dossier.peer.called if dossier.peer else "", assemblies=[one.day for one in assemblies_from(today())],
        associate=any(one.workflow == "membership" and one.state in HELD_SHARES for one in cases),
        followed=any(one.workflow in ("cape", "salaried") and one.state == "signed" for one in cases))
    return obligations(cases, known)


def reviews_of(cases: Sequence[Case]) -> list[Asked]:
    """The reviews that the contracts of a dossier ask for, those of contracts in force."""
    paired = next((one for one in cases if one.workflow == "accompaniment" and one.state in PAIRED_OR_NOT), None)
    if paired is None or not any(one.state in IN_FORCE and one is not paired for one in cases):
        return []
    return [one for one in asked_reviews(facts_of(paired, CLOCK)) if one.before >= today()]


def said(told: Told | None) -> str:
    """A sentence with its values; empty for none."""
    return words.fill(told.sentence, told.values) if told else ""


def entry_of(one: Obligation, cases: Sequence[Case]) -> Entry:
    """A date of a dossier, for an agenda."""
    label = said(one.label)
    if one.who and one.kind in WITH:
        label = words.sentence("{what}, avec {who}", what=label, who=one.who)
    return Entry(uid=f"{one.case}-{one.kind}", summary=label, day=one.day, at=one.at, place=where(one, cases),
                 says=said(one.otherwise), link=link_to("/mon-parcours"))


def where(one: Obligation, cases: Sequence[Case]) -> str:
    """Where one meets on this date; empty when nobody meets."""
    return place_of(next(case for case in cases if case.uid == one.case)) if one.kind in ("meeting", "interview") else ""


WITH = ("next_meeting",)
"""Dates whose name says with whom; a review’s says it too."""


def place_of(case: Case) -> str:
    """Where one meets: the place of the information meeting, or what the circle wrote with its dates."""
    if case.state == "meeting":
        meeting = InfoMeeting.get_or_none(InfoMeeting.uid == case.memory.get("meeting", ""))
        return meeting.place if meeting else ""
    asked = (Answers.select(Answers.text).join(Event, on=Answers.event)
             .where(Event.case == case, Event.step == "propose_interview").order_by(Event.id.desc()).first())
    return str(asked.text.get("where") or "") if asked else ""


# Journées ------------------------------------------------------------------------------------------------------------


def next_journee(person: Person) -> Journee | None:
    """The next monthly day whose date is sure, for someone it awaits."""
    journee = next((one for one in journees_from(today()) if not one.to_confirm), None)
    return journee if journee is not None and awaited(person) else None


def of_journee(journee: Journee) -> Entry:
    """A journée for an agenda: it begins at half past nine and lasts the day."""
    at = paris_instant(journee.day, BEGINS)
    return Entry(uid=f"journee-{journee.planned}", summary=words.sentence("Journée {coop}", coop=office.coop),
                 day=journee.day, at=at, lasts=LASTS, place=journee.place, link=link_to("/mon-parcours"))
