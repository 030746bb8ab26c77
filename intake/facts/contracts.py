"""The contracts of a person, read from the memory of their cases; and what CAPE and CESA know in common."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from intake import moment
from intake.facts.common import Lazily
from intake.models import signatures
from intake.models.compiled import compiled, param
from intake.models.dossiers import Answers, Case, Dossier, Event, taken_back
from intake.models.people import Antenna, Commitment, Mandate as MandateRow, Person, RoleGrant, running
from intake.models.pieces import Paper
from workflows.contracts import SIGNED, Contract, Elsewhere, elsewhere_in, elsewhere_rows, elsewhere_told
from workflows.roles import circle, coordinator
from workflows.signing import EntryPapers, Mandate

KINDS: dict[str, Any] = {"cape": "cape", "salaried": "cesa"}
GONE = ("contract_ended", "accounts_closed")

CASES_OF = compiled(lambda: (
    Case.select(Case.id, Case.uid, Case.workflow, Case.state, Case.memory, Dossier.id, Dossier.uid)
    .join(Dossier).where(Dossier.person == param("person")).order_by(Case.id)))
MANDATES = compiled(lambda: MandateRow.select(Person.uid, MandateRow.since, MandateRow.until).join(
    Person, on=MandateRow.person))
FROZEN, PARTS = (compiled(lambda column=column: (
    Paper.select(column).where(Paper.case == param("case"), Paper.sha256 == param("sent"), Paper.event.is_null(False))
    .order_by(Paper.id.desc()).limit(1)))
    for column in (Paper.content, Paper.parts))
ANSWERED = compiled(lambda: (
    Answers.select(Answers.text).join(Event, on=Answers.event)
    .where(Event.case == param("case"), Event.step == param("step")).order_by(Event.id.desc()).limit(1)))

APPLIED = compiled(lambda: (
    Answers.select(Answers.text).join(Event, on=Answers.event)
    .where(Event.case == param("case"), Event.step.in_(("submit", "revise"))).order_by(Event.id.desc()).limit(1)))


@dataclass(frozen=True)
class Row:
    """A case of a person, as the counters read it."""

    id: int
    uid: str
    workflow: str
    state: str
    memory: Mapping[str, Any]
    dossier_id: int
    dossier: str


def cases_of(person_id: int) -> list[Row]:
    """Every case of every dossier of a person, oldest first; one statement."""
    return [Row(*row) for row in CASES_OF(person=person_id)]


def contracts_of(person_id: int) -> tuple[Contract, ...]:
    """Every contract of a person, all dossiers and antennas, those taken over included."""
    return contracts_in(cases_of(person_id))


def elsewhere_of(person_id: int, rows: Sequence[Row]) -> tuple[Elsewhere, ...]:
    """Their contracts with another cooperative, as last said; names are read beside those who wrote them, while they are kept."""
    known = elsewhere_in([row.memory for row in rows])
    if not known:
        return ()
    written = (Answers.select(Answers.text, Event).join(Event, on=Answers.event).join(Case, on=Event.case).join(Dossier)
               .where(Dossier.person == person_id, Event.step.in_(("prepare", "take_over"))).order_by(Event.id.desc()))
    undone, wanted = taken_back([row.id for row in rows]), [one.remembered for one in known]
    told = (_said_elsewhere(one.text.get("elsewhere")) for one in written if one.event.uid not in undone)
    return next((said for said in told if [one.remembered for one in said] == wanted), known)


def _said_elsewhere(said: Any) -> tuple[Elsewhere, ...]:
    """Of a table, or of the line one takes over from, oldest first."""
    found = elsewhere_told(said) if isinstance(said, str) else elsewhere_rows(said or ())
    return tuple(sorted(found, key=lambda one: one.first_day))


def contracts_in(rows: Iterable[Row]) -> tuple[Contract, ...]:
    """The contracts among these cases: those whose dates are written."""
    found: list[Contract] = []
    for row in rows:
        if row.workflow not in KINDS:
            continue
        found.extend(_earlier(row))
        if row.memory.get("first_day"):
            found.append(_contract(row))
    return tuple(found)


def _contract(row: Row) -> Contract:
    memory = row.memory
    return Contract(
        KINDS[row.workflow], row.uid, row.dossier, row.state, date.fromisoformat(memory["first_day"]),
        _day(memory, "last_day"), _day(memory, "ended_on"), signed=row.state in SIGNED,
        traded=bool(memory.get("traded")),
        declared=row.workflow == "cape" or row.state != "signed" or bool(memory.get("dpae_on")),
        deadline=_day(memory, "deadline"))


def _earlier(row: Row) -> list[Contract]:
    """Contracts told when this one was taken over."""
    return [
        Contract("cape", f"{row.uid}/{n}", row.dossier, "ended", date.fromisoformat(first), date.fromisoformat(last),
                 date.fromisoformat(last), signed=True, traded=True)
        for n, (first, last) in enumerate(row.memory.get("earlier") or ())
    ]


def _day(memory: Mapping[str, Any], name: str) -> date | None:
    stamp = memory.get(name)
    return date.fromisoformat(stamp) if stamp else None


# What CAPE and CESA know in common -----------------------------------------------------------------------------------


def around(case: Case, rows: list[Row]) -> dict[str, Any]:
    """The fields of `ContractFacts`, reading no more than this state can need."""
    here = [row for row in rows if row.dossier_id == case.dossier_id]
    leaving = _last(here, "departure")
    known: dict[str, Any] = {
        "others": tuple(one for one in contracts_in(rows) if one.case != case.uid),
        "elsewhere": elsewhere_of(case.dossier.person_id, rows)}
    if leaving is not None and leaving.state != "called_off":
        known |= {
            "departure_ends_on": _day(leaving.memory, "ends_on"),
            "departure_confirmed": bool(leaving.memory.get("confirmed")), "gone": leaving.state in GONE}
    if case.state == "drafting":
        known |= _preparing(case, here)
    elif case.state == "to_sign" or case.memory.get("amendment"):
        known["mandates"] = tuple(Mandate(*row) for row in MANDATES())
        known |= _asked(case)
    if signatures.standing(case) and case.state in ("to_sign", "preparing", "trading", "running"):
        known["frozen"] = partial(_hash, case)
    if case.state in ("drafting", "to_sign"):
        known["entry"] = _entry(here)
    return known


def _preparing(case: Case, here: list[Row]) -> dict[str, Any]:
    """What a contract is checked against before it is sent."""
    admission = _last(here, "admission")
    opened_by_it = admission is not None and admission.id == case.opened_by_id
    pairing = _last(here, "accompaniment")
    return {
        "insured": admission is None or bool(admission.memory.get("insured")),
        "place_month": str(admission.memory.get("month") or "") if admission and opened_by_it else "",
        "starts_on": _group_start(admission) if admission and case.antenna.programme == "kpa" else None,
        "written": _written(case), "applied_from": _applied_from(admission, here),
        "peer": str(pairing.memory.get("peer") or "") if pairing and pairing.state == "running" else "",
        "peers": Lazily(lambda: peers_for(case.antenna, case.dossier.person)),
    }


def _applied_from(admission: Row | None, here: list[Row]) -> tuple[Elsewhere, ...]:
    """The contracts with another cooperative that the application told, until the team has said which there are."""
    said = any("elsewhere" in row.memory for row in here)
    found = APPLIED.one(case=admission.id) if admission and not said else None
    rows = found[0].get("earlier") or () if found else ()
    return tuple(elsewhere_rows({**row, "coop": row.get("company")} for row in rows))


def _group_start(admission: Row) -> date | None:
    """The day the group of a KPA-Cité entry starts."""
    found = ANSWERED.one(case=admission.id, step="enrol")
    return _day(found[0], "starts_on") if found else None


def _asked(case: Case) -> dict[str, Any]:
    """How far the person is on the way to sign: link, reading, code."""
    request = signatures.of(case)
    if request is None:
        return {"link_opened": False}
    titles = PARTS.one(case=case.id, sent=signatures.standing(case))
    unread = tuple(title for n, (title, _) in enumerate(titles[0] if titles else ()) if str(n) not in request.read)
    return {"link_opened": request.opened_at is not None, "unread": unread,
            "code_is": partial(signatures.is_code, request, now=moment.now())}


def _entry(here: list[Row]) -> EntryPapers:
    """What the entry papers said, and the last employment declared since."""
    admission = _last(here, "admission")
    kept = (admission.memory.get("entry") or {}) if admission else {}
    declared = [row.memory["hours"] for row in here if row.workflow == "cape" and "hours" in row.memory]
    return EntryPapers(
        hours=int(declared[-1] if declared else kept.get("hours") or 0),
        part_time_proof=bool(kept.get("part_time_proof")), permit_until=_day(kept, "permit_until"),
        born_on=_born_on(admission) if admission and admission.memory.get("age") == "minor" else None,
        guardians=bool(kept.get("guardians")))


def _born_on(admission: Row) -> date | None:
    """The birth date of the entry papers; read only for someone who was a minor at first contact."""
    found = ANSWERED.one(case=admission.id, step="send_papers")
    return _day(found[0], "born_on") if found else None


def _written(case: Case) -> Mapping[str, Any]:
    """What the contract was last prepared with; for a next run, what the one before said, its dates left out."""
    found = ANSWERED.one(case=case.id, step="prepare") if case.id else None
    if found or case.opened_by_id is None:
        return found[0] if found else {}
    before = ANSWERED.one(case=case.opened_by_id, step="prepare")
    return {name: value for name, value in before[0].items() if name not in ("first_day", "months")} if before else {}


def _hash(case: Case) -> str:
    """SHA-256 of the bytes kept now, not of what was written beside them."""
    found = FROZEN.one(case=case.id, sent=signatures.standing(case))
    return hashlib.sha256(bytes(found[0])).hexdigest() if found else ""


def _last(rows: Iterable[Row], workflow: str) -> Row | None:
    return next((row for row in reversed(list(rows)) if row.workflow == workflow), None)


def peers_for(antenna: Antenna, person: Person) -> list[tuple[str, str]]:
    """(uid, name) of those who may accompany someone: the committed, and the circle of this antenna."""
    committed = Commitment.select(Commitment.person)
    held = RoleGrant.select(RoleGrant.person).where(
        RoleGrant.role.in_((circle, coordinator)), running(RoleGrant, moment.today()),
        RoleGrant.antenna.is_null() | (RoleGrant.antenna == antenna))
    may = (Person.id.in_(committed) | Person.id.in_(held)) & Person.disabled_at.is_null() & (Person.id != person.id)
    return [(one.uid, one.name) for one in Person.select().where(may).order_by(Person.first_name, Person.id)]


__all__ = ["Row", "around", "cases_of", "contracts_in", "contracts_of", "elsewhere_of"]
