"""What the rules of an admission know, read from the database; what a state cannot need is not read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peewee import fn

from intake import history, moment, words
from intake.facts.common import Later, Lazily, common, meetings_ahead
from intake.facts.contracts import contracts_of
from intake.models.actors import Actor
from intake.models.days import InfoMeeting, Seat
from intake.models.dossiers import Answers, Case, Dossier, Event
from intake.models.drafts import last_saved
from intake.models.people import Antenna, Person, RoleGrant, running
from intake.models.places import Place
from workflows.admission import Facts, admission
from workflows.calendar import Month
from workflows.grammar import Item
from workflows.queue import Candidate, first_month
from workflows.roles import circle, coordinator
from workflows.sentences import Sentence

BEFORE_MEETING = ("contact", "meeting")
CLOSED = ("declined", "withdrawn", "lapsed")
"""Closed states that one may leave."""
TAKEN = ("held", "accepted", "used")
LONGEST_LINE = 1000
"""Beyond, ranks are not exact; nobody would wait that long."""
ENTRIES_MONTHS = 12
MONTHS_OFFERED = 12
"""A list one can still read."""


def gather(case: Case, by: Actor, about: Item | None) -> Facts:
    """The facts of an admission."""
    antenna, person, known = case.antenna, case.dossier.person, common(case, by, about)
    meetings = Lazily(lambda: meetings_ahead(antenna) if case.state in BEFORE_MEETING else [])
    may_return = case.state in CLOSED
    return Facts(
        **known,
        case=case.uid,
        person=person.uid,
        named=bool(person.last_name),
        kpa=antenna.programme == "kpa",
        capped=antenna.capped == "yes",
        antennas=Lazily(antennas),
        meetings=Lazily(lambda: [(one.uid, f"{words.at(one.starts_at)}, {one.place}") for one in meetings]),
        meeting_times=Later(lambda: {one.uid: one.starts_at for one in meetings}),
        seats=Later(lambda: seats_left(list(meetings))),
        circle_members=Lazily(lambda: circle_of(antenna)),
        first_names=Later(lambda: first_names(case)),
        months=Lazily(lambda: months_of(case, known["settings"])),
        free=Later(lambda: {month: free for month, (_, free) in places_of(antenna).items() if free}),
        line=Lazily(lambda: line_of(case)),
        entries=Lazily(lambda: entries_of(antenna)),
        papers_before=Later(lambda: papers_sent(case)),
        drafted_at=last_saved(case) if case.state == "draft" else None,
        requested=requested(case) if case.memory.get("request") else "",
        contracts=Lazily(lambda: list(contracts_of(person.id))),  # type: ignore[arg-type]
        programmes=Later(lambda: programmes(person)),
        already=(may_return or not case.state) and another_is_open(case),
        gone=may_return and departed(case),
        known=Later(lambda: told_before(case)),
    )


# Before the application ----------------------------------------------------------------------------------------------


def antennas() -> list[tuple[str, str]]:
    """(code, name) of the antennas one may apply to, the principale first."""
    rows = Antenna.select().order_by(Antenna.programme.desc(), Antenna.name)
    return [(one.code, one.name) for one in rows]


def told_before(case: Case) -> dict[str, Any]:
    """What the person told in this dossier, by name of field, the latest answer of each; with their name and telephone."""
    rows = (Answers.select(Answers.text).join(Event, on=Answers.event).where(
        Event.dossier == case.dossier_id, Event.step.in_(("register", "submit", "revise"))).order_by(Event.id))
    told = {name: value for row in rows for name, value in row.text.items() if value not in (None, "", [])}
    person = case.dossier.person
    return {**told, "full_name": f"{person.last_name} {person.first_name}".strip(), "phone": person.phone}


def papers_sent(case: Case) -> dict[str, Any]:
    """The entry papers as they were last sent, numbers included."""
    sent = (Answers.select(Answers, Event).join(Event, on=Answers.event)
            .where(Event.case == case, Event.step == "send_papers").order_by(Event.id.desc()).first())
    return {**sent.text, **history.unsealed(sent)} if sent else {}


def seats_left(meetings: list[InfoMeeting]) -> dict[str, int]:
    """Free seats of each meeting."""
    taken = dict(Seat.select(Seat.meeting, fn.COUNT(Seat.id)).where(
        Seat.meeting.in_(meetings), Seat.status.in_(("expected", "present"))).group_by(Seat.meeting).tuples())
    return {one.uid: one.seats - taken.get(one.id, 0) for one in meetings}


def requested(case: Case) -> str:
    """What the complement under way asks for."""
    asked = (Answers.select(Answers).join(Event, on=Answers.event)
             .where(Event.case == case, Event.step == "ask").order_by(Event.id.desc()).first())
    return str(asked.text.get("subject", "")) if asked else ""


# Reading and deciding ------------------------------------------------------------------------------------------------


def circle_of(antenna: Antenna) -> list[tuple[str, str]]:
    """(uid, name) of those who may read a dossier of this antenna."""
    here = RoleGrant.antenna == antenna
    if antenna.programme == "principale":
        here |= RoleGrant.antenna.is_null()
    rows = (Person.select(Person).join(RoleGrant, on=RoleGrant.person)
            .where(RoleGrant.role.in_((circle, coordinator)), running(RoleGrant, moment.today()),
                   Person.disabled_at.is_null(), here)
            .order_by(Person.first_name, Person.id).distinct())
    return [(one.uid, one.name) for one in rows]


def first_names(case: Case) -> dict[str, str]:
    """First names of the readers, and of those who gave an opinion."""
    given = (case.memory.get("round") or {}).get("opinions", {})
    uids = {*case.memory.get("readers", ()), *given}
    return {one.uid: one.called for one in Person.select().where(Person.uid.in_(uids))} if uids else {}


# Waiting and entering ------------------------------------------------------------------------------------------------


def places_of(antenna: Antenna) -> dict[Month, tuple[int, int]]:
    """(places, free ones) of each month from this one on."""
    this_month = str(Month.of(moment.today()))
    rows = (Place.select(Place.month, Place.status, fn.COUNT(Place.id))
            .where(Place.antenna == antenna, Place.month >= this_month, Place.status.not_in(("lost", "closed")))
            .group_by(Place.month, Place.status).order_by(Place.month).tuples())
    found: dict[Month, tuple[int, int]] = {}
    for month, status, number in rows:
        places, free = found.get(Month.parse(month), (0, 0))
        found[Month.parse(month)] = (places + number, free + (number if status == "free" else 0))
    return found


def months_of(case: Case, settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Months to choose from: those to come; for an entry, those that have places, full ones told."""
    now = Month.of(moment.today())
    if case.state not in ("waiting", "papers", "signing"):
        return [(str(month), month.label) for month in now.until(now.plus(settings["places.horizon"]))]
    soon = first_month(moment.today(), settings["offers.days"], settings["entry.lead_days"])
    first = soon if case.state == "waiting" else now
    ahead = [(month, free) for month, (_, free) in places_of(case.antenna).items() if month >= first]
    return [(str(month), month.label if free else Sentence("{mois} (complet)", mois=month.label))
            for month, free in ahead[:MONTHS_OFFERED]]


def line_of(case: Case) -> list[Candidate]:
    """The waiting list of this antenna, this case too while it waits."""
    rows = Case.select(Case.id, Case.uid, Case.rank_at, Case.memory).where(
        Case.workflow == "admission", Case.state == "waiting", Case.antenna == case.antenna,
        Case.rank_at.is_null(False)).order_by(Case.rank_at, Case.id).limit(LONGEST_LINE)
    line = [candidate(one) for one in rows]
    if case.state == "waiting" and case.rank_at and all(one.case != case.uid for one in line):
        line.append(candidate(case))
    return line


def candidate(case: Case) -> Candidate:
    """Someone in the waiting list; those of the same instant and the same day stand in the order they came."""
    facts = Facts(now=case.rank_at, memory=case.memory)
    return Candidate(case=case.uid, rank_from=case.rank_at, completed_on=facts.day("completed_on"), draw=case.id,
                     not_before=facts.not_before)


def entries_of(antenna: Antenna) -> list[bool]:
    """Entries of the last 12 months and those to come, true for those out of turn."""
    first = str(Month.of(moment.today()).plus(1 - ENTRIES_MONTHS))
    rows = Case.select(Case.memory).join(Place, on=Place.holder == Case.id).where(
        Place.antenna == antenna, Place.month >= first, Place.status.in_(TAKEN))
    return [bool(one.memory.get("out_of_turn")) for one in rows]


# Other roads ---------------------------------------------------------------------------------------------------------


def another_is_open(case: Case) -> bool:
    """Another admission of this person is open, in any dossier."""
    rows = Case.select(Case.id).join(Dossier, on=Case.dossier).where(
        Dossier.person == case.dossier.person_id, Case.workflow == "admission", Case.state.in_(admission.open_states))
    return bool((rows.where(Case.id != case.id) if case.id else rows).exists())


def departed(case: Case) -> bool:
    """The departure from this dossier was noted."""
    return bool(Case.select(Case.id).where(
        Case.dossier == case.dossier_id, Case.workflow == "departure",
        Case.state.in_(("contract_ended", "accounts_closed"))).exists())


def programmes(person: Person) -> dict[str, str]:
    """Programme of each CAPE of this person; principale once it was transferred."""
    mine = Case.select(Case.uid, Case.memory, Case.workflow, Antenna.programme).join(
        Antenna, on=Case.antenna).switch(Case).join(Dossier, on=Case.dossier).where(Dossier.person == person)
    rows = list(mine.where(Case.workflow.in_(("cape", "admission"))))
    moved = {one.memory.get("cape") for one in rows if one.workflow == "admission"}
    return {one.uid: "principale" if one.uid in moved else one.antenna.programme
            for one in rows if one.workflow == "cape"}
