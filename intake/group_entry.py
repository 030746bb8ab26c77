"""A KPA-Cité group enters: everyone ready at one start date, each by their own step, with their own letter (JOURNEY §5.1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from intake import foresight, words
from intake.cases import AnswersInvalid, StepRefused, take_step
from intake.facts import facts_of
from intake.models.actors import Grant, roles_on_antenna
from intake.models.dossiers import Case, Dossier
from intake.models.people import Antenna, Person
from workflows import roles
from workflows.admission import admission
from workflows.engine import blank_form, open_steps
from workflows.grammar import Step

STEP = "enrol"
MOST = 30
"""People of one group."""
CHANGED = "Ce message n’est pas complet."


@dataclass(frozen=True)
class Ready:
    """Someone the coordinator may enrol, or every reason why not yet."""

    case: Case
    name: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """The letter of one person, to edit."""

    case: Case
    name: str
    subject: str
    message: str


def antennas_of(grants: Collection[Grant]) -> list[Antenna]:
    """The antennas without cap that someone coordinates."""
    return [one for one in Antenna.select().where(Antenna.capped == "no").order_by(Antenna.name)
            if roles.coordinator in roles_on_antenna(one, grants)]


def candidates(antennas: Collection[Antenna], by: Person) -> list[Ready]:
    """Those under study or waiting at these antennas, those who may enter first."""
    rows = (Case.select(Case, Dossier, Person, Antenna).join(Dossier).join(Person, on=Dossier.person).switch(Case).join(Antenna)
            .where(Case.workflow == "admission", Case.state.in_(("review", "waiting")), Case.antenna.in_(list(antennas)))
            .order_by(Person.last_name, Case.id).limit(MOST * 4))
    found = [Ready(case, case.dossier.person.name, reasons) for case in rows if (reasons := _why_not(case, by)) is not None]
    return sorted(found, key=lambda one: bool(one.reasons))


def _why_not(case: Case, by: Person) -> tuple[str, ...] | None:
    """The reasons that stop someone; None where the step is not theirs at all."""
    steps = open_steps(admission, case.state, {roles.coordinator, roles.circle}, facts_of(case, by))
    one = next((one for one in steps if one.step.name == STEP), None)
    return None if one is None or case.dossier.person_id == by.id else tuple(words.say(said) for said in one.refusals)


def draft(case: Case, starts_on: date, by: Person) -> Draft:
    """The letter this person would receive, the day of the group said first."""
    facts, row = facts_of(case, by), _row()
    form: Any = blank_form(row, facts)
    foresight.draft(form, case, row, facts, by)
    greeting, _, rest = str(form.message.data or "").partition("\n\n")
    said = f"{greeting}\n\nVotre groupe démarre le {words.long_day(starts_on)}.\n\n{rest}"
    return Draft(case, case.dossier.person.name, str(form.subject.data or ""), said)


def enter(drafts: Collection[Draft], starts_on: date, by: Person, key: str) -> list[tuple[Draft, str]]:
    """Enrol each of them by their own step; (who, why) of those it refuses, the others are enrolled."""
    refused = []
    for one in drafts:
        raw: Mapping[str, Any] = {"why": "", "subject": one.subject, "message": one.message, "sending": "send",
                                  "starts_on": starts_on.isoformat()}
        try:
            take_step(one.case, STEP, by=by, raw=raw, key=f"{key}-{one.case.id}")
        except StepRefused as problem:
            refused.append((one, " ".join(words.say(said) for said in problem.refusals)))
        except AnswersInvalid:
            refused.append((one, CHANGED))
    return refused


def _row() -> Step:
    return admission.rows(STEP)[0]
