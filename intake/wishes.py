"""Who would like to join which circle: told in the application and the reviews, listed once joined (JOURNEY §10)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from intake import moment
from intake.models.dossiers import Answers, Case, Dossier, Event
from intake.models.people import Antenna, Person
from intake.models.settings import settings_on
from workflows.lists import CIRCLES

TOLD_IN = {"submit": "candidature", "revise": "candidature", "record_review": "bilan"}
"""The steps whose form asks it, and what it is called; the latest answer counts."""


@dataclass(frozen=True)
class Wish:
    """Someone who has joined and would like to take part."""

    name: str
    email: str
    dossier: str
    since: date
    told_in: str


def by_circle(antennas: Collection[Antenna]) -> list[tuple[str, list[Wish]]]:
    """For each circle, the people who wish to join it, as each one last said."""
    joined = Case.select(Case.dossier).where(
        Case.workflow == "admission", Case.state == "joined", Case.antenna.in_(list(antennas)))
    gone = Case.select(Case.dossier).where(
        Case.workflow == "departure", Case.state.in_(("contract_ended", "accounts_closed")))
    rows = (Answers.select(Answers, Event, Case, Dossier, Person).join(Event, on=Answers.event)
            .join(Case, on=Event.case).join(Dossier, on=Case.dossier).join(Person, on=Dossier.person)
            .where(Event.step.in_(list(TOLD_IN)), Dossier.id.in_(joined), Dossier.id.not_in(gone),
                   Person.died_on.is_null()).order_by(Event.id))
    latest = {}
    for row in rows:
        if "circles" in row.text:
            latest[row.event.case.dossier_id] = row
    settings = settings_on(moment.today())
    labels, offered = CIRCLES.labels(settings), dict(CIRCLES.offered(settings))
    found: dict[str, list[Wish]] = {code: [] for code in labels}
    for row in latest.values():
        person = row.event.case.dossier.person
        for code in row.text["circles"] or ():
            found.setdefault(code, []).append(Wish(
                person.name, person.email or "", row.event.case.dossier.uid, row.event.effective_on,
                TOLD_IN[row.event.step]))
    return [(label, sorted(found[code], key=lambda one: one.name)) for code, label in labels.items()
            if code in offered or found[code]]
