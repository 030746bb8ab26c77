"""What happened, in a sentence, as whoever reads it may know it: « Claire a noté la rencontre », « Rappel envoyé »."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import g

from intake import moment, words
from intake.lookup import workflow_of
from intake.models.dossiers import Case, Event
from workflows import roles
from workflows.calendar import paris_day
from workflows.grammar import Step


def told(event: Event, case: Case) -> str:
    """The sentence of an event; `case.dossier.person` is read already."""
    row = row_of(event, case)
    past = row.past if row is not None and row.past else event.step
    if past.startswith("est "):
        return words.sentence("{who} {past}", who=case.dossier.person.called, past=past)
    if not past.startswith(("a ", "ne ")):
        return words.sentence("{Past}", past=past)
    return words.sentence("{who} {past}", who=actor_name(event, case), past=past)


def row_of(event: Event, case: Case) -> Step | None:
    """The row of the table an event was taken by, as far as the event tells."""
    rows = workflow_of(case).rows(event.step)
    same = [row for row in rows if event.before in (row.sources or ("",)) and row.dest in (None, event.after)]
    return next(iter([row for row in same if event.role in row.roles] or same or rows), None)


def actor_name(event: Event, case: Case) -> str:
    """Who did it, as the reader may know it: applicants read « L’équipe »."""
    if event.actor is None:
        return "Le calendrier" if event.role != roles.kiosk else "La borne"
    if case.dossier.person_id == g.person.id and event.actor_id != g.person.id:
        return "L’équipe" if event.role != roles.peer else str(event.actor.called)
    return str(event.actor.called)


def day_of(instant: datetime) -> str:
    """« 3 mars », with the year when it is not this one."""
    return words.near_day(instant, moment.today())


def lately(instant: datetime) -> str:
    """« aujourd’hui à 9 h 12 », « hier à 18 h 04 », « le 3 mars à 10 h »."""
    today, day = moment.today(), paris_day(instant)
    said = {today: "aujourd’hui à {heure}", today - timedelta(days=1): "hier à {heure}"}.get(day, "le {jour} à {heure}")
    return words.sentence(said, jour=day_of(instant), heure=words.hour(instant))
