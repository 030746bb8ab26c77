"""« Ce qui m’attend »: the team's home; late first, then this week, then later (SCREENS S22, C1)."""

from __future__ import annotations

from flask import Blueprint, Response

from intake import moment
from intake.access import STAFF, access, held_grants, held_roles, me
from intake.next_action import waiting_for
from intake.show import show
from workflows.roles import LABELS

pages = Blueprint("waiting_for_me", __name__)


@pages.get("/ce-qui-m-attend")
@access(STAFF)
def mine() -> Response:
    """What waits for the person signed in, whatever their roles."""
    today = moment.today()
    actions = waiting_for(me(), held_grants())
    late = [action for action in actions if action.late(today)]
    week = [action for action in actions if action.soon(today) and action not in late]
    later = [action for action in actions if action not in late and action not in week]
    return show("waiting_for_me.html", late=late, week=week, later=later, count=len(actions), today=today,
                held=[LABELS[role] for role in LABELS if role in held_roles()])
