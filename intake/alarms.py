"""Work that is still to be done on the day it rings (JOURNEY §8): a line of the team's morning letter, a letter to the person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from intake import moment, outbox
from intake.effects import recipients
from intake.models import tasks
from intake.models.actors import CLOCK
from intake.models.base import write_transaction
from intake.models.people import Person
from intake.models.tasks import Task
from intake.papers.values import latest
from workflows.roles import peer, person

OVER = ("ended", "cancelled", "withdrawn")
"""A contract that is over asks nothing more, but what its end makes one tell."""


def ring() -> int:
    """Tell every task still open whose day has come; twice is harmless. How many rang."""
    now, rung = moment.now(), 0
    for task in tasks.ringing(moment.today()):
        with write_transaction():
            if task.notice or task.case.state not in OVER:
                tell(task, now)
                rung += 1
            tasks.rang(task, moment.today())
    return rung


def tell(task: Task, now: datetime) -> None:
    """A letter to those whose work it is; another one to the person, when it is theirs too."""
    case, today = task.case, moment.today()
    case.dossier = task.dossier
    for whose in [task.person] if task.person else recipients(task.role, case, CLOCK):
        _owe("task_due", whose, task.role, task, now, today)
    for whose in recipients(person, case, CLOCK) if task.tells else []:
        _owe(task.tells, whose, person, task, now, today)


def _owe(template: str, to: Person, role: str, task: Task, now: datetime, today: date) -> None:
    language = outbox.language_of(template, to, role)
    subject, body = outbox.render(template, language, {"prenom": to.called, **values(task, role, today)})
    outbox.owe_text(template, to, subject, body, language=language, cause=f"day:{today.isoformat()}", occasion=task.uid,
                    now=now, case=task.case, gathered=role not in (person, peer))


def values(task: Task, role: str, today: date) -> dict[str, Any]:
    """What such a letter may print."""
    who, mine = task.dossier.person, role == person
    return {
        "to": role, "sentence": task.sentence, "due": task.due_on, "late": task.due_on < today, "memory": task.case.memory,
        "who": {"first_name": who.called, "number": task.dossier.number},
        "permit_until": _permit_until(task) if task.tells == "permit_ends" else None,
        "link": outbox.link_to("/mon-parcours" if mine else f"/dossier/{task.dossier.uid}"),
    }


def _permit_until(task: Task) -> str | None:
    """The last day of the residence permit, as the entry papers say."""
    admission = latest(task.case, "admission")
    return (admission.memory.get("entry") or {}).get("permit_until") if admission else None
