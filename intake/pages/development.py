"""In development only: sign in as someone with one button, and read the letters (ARCHITECTURE 7)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for

import workflows
from intake import moment, sessions
from intake.access import DEVELOPMENT, access
from intake.models.dossiers import Case, Dossier
from intake.models.letters import Letter
from intake.models.people import Person, holders
from intake.show import go, show
from workflows import roles
from workflows.roles import LABELS

pages = Blueprint("development", __name__)

EACH = 2
"""How many people of each kind are offered."""
LATEST = 40


@pages.get("/developpement")
@access(DEVELOPMENT)
def door() -> Response:
    """Who to sign in as, and the letters with their text."""
    letters = Letter.select(Letter, Person).join(Person, join_type="LEFT OUTER JOIN").order_by(Letter.id.desc()).limit(LATEST)
    return show("development.html", team=team(), peers=peers(), groups=members(), letters=list(letters))


@pages.post("/developpement/entrer")
@access(DEVELOPMENT)
def enter() -> Response:
    """Sign in as someone, without a letter."""
    person = Person.get_or_none(Person.uid == request.form.get("person", ""), Person.disabled_at.is_null())
    if person is None:
        abort(404)
    sessions.begin(person, "development")
    team_member = any(person in holders(role, moment.today()) for role in roles.GRANTED)
    return go(url_for("waiting_for_me.mine") if team_member or person.accompanied.exists() else url_for("journey.mine"))


def team() -> list[dict[str, Any]]:
    """Someone for each role."""
    return [{"person": person, "says": LABELS[role]}
            for role in roles.GRANTED for person in holders(role, moment.today())[:EACH]]


def peers() -> list[dict[str, Any]]:
    """Some who accompany others."""
    found = Person.select().join(Dossier, on=Dossier.peer == Person.id).distinct().order_by(Person.id).limit(EACH)
    return [{"person": person, "says": LABELS[roles.peer]} for person in found]


def members() -> dict[str, list[dict[str, Any]]]:
    """Someone in each open state of each workflow."""
    return {workflow.title: found for workflow in workflows.ALL.values()
            if (found := [{"person": case.dossier.person, "says": state.label}
                          for state in workflow.states if (case := first_in(workflow.name, state.name))])}


def first_in(workflow: str, state: str) -> Case | None:
    """The first case that stands somewhere."""
    found: Case | None = (Case.select(Case, Dossier, Person).join(Dossier).join(Person, on=Dossier.person)
                          .where(Case.workflow == workflow, Case.state == state).order_by(Case.id).first())
    return found
