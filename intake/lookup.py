"""Finding a dossier or a case for whoever asks: someone else's and a missing one give the same 404 (TRUST 2.24)."""

from __future__ import annotations

from typing import Any

from flask import abort

import workflows
from intake.access import held_grants, me
from intake.cases import new_case
from intake.facts import facts_of
from intake.facts.common import item_of
from intake.models.actors import roles_on, roles_on_dossier
from intake.models.dossiers import Case, Dossier, find_case, find_case_of, find_dossier
from intake.undo import author_role
from workflows.engine import BEGIN, OpenStep, open_steps
from workflows.grammar import Item, Workflow
from workflows.roles import Role

NEW = "nouveau-"
"""`nouveau-cape` in an address stands for a case that has not begun."""


def the_dossier(uid: str) -> Dossier:
    """The dossier of this uid, if the person signed in has a role on it; else 404."""
    dossier = find_dossier(uid)
    if dossier is None or not my_roles_on_dossier(dossier):
        abort(404)
    return dossier


def the_dossier_left(uid: str) -> Dossier:
    """A dossier of mine, or one that my last step took away from me while it may be undone; else 404."""
    dossier = find_dossier(uid)
    if dossier is None or not was_mine(dossier):
        abort(404)
    return dossier


def was_mine(dossier: Dossier) -> bool:
    """Whether the person signed in has a role on a dossier, or had one that their last step took away."""
    return bool(my_roles_on_dossier(dossier)) or any(author_role(one, me()) for one in cases_of(dossier))


def my_roles_on_dossier(dossier: Dossier) -> frozenset[Role]:
    """The roles of the person signed in on a dossier; admin alone opens none."""
    held = roles_on_dossier(dossier, me(), held_grants())
    return held - {"admin", "associates", "facilitator", "coop_life"} or held & {"associates"}


def my_roles(case: Case, about: Item | None = None) -> frozenset[Role]:
    """The roles of the person signed in on a case, and on the item a step is about."""
    return roles_on(case, me(), grants=held_grants(), about=about)


def the_case(dossier: Dossier, reference: str) -> Case:
    """The case of this dossier an address names, or a case that has not begun; else 404."""
    if reference.startswith(NEW):
        workflow = reference.removeprefix(NEW)
        if workflow not in workflows.ALL or only_asked(dossier):
            abort(404)
        return new_case(dossier, workflow)
    case = find_case(dossier, reference)
    if case is None or not shown(case):
        abort(404)
    return case


def the_case_left(dossier: str, reference: str) -> Case:
    """A case of a dossier as `the_dossier_left` finds it, read at once with its dossier; else 404."""
    case = find_case_of(dossier, reference)
    if case is None:
        return the_case(the_dossier_left(dossier), reference)
    if not was_mine(case.dossier) or not shown(case):
        abort(404)
    return case


def shown(case: Case) -> bool:
    """Whether someone with a role on the dossier may see this case: who is only asked to accompany sees that alone."""
    return case.workflow == "accompaniment" or not only_asked(case.dossier)


def only_asked(dossier: Dossier) -> bool:
    """Whether the person signed in is asked to accompany and has not agreed: they read a first name and an activity."""
    if dossier.peer_id != me().id or my_roles_on_dossier(dossier) != {"peer"}:
        return False
    asked: bool = Case.select(Case.id).where(
        Case.dossier == dossier, Case.workflow == "accompaniment", Case.state == "proposed").exists()
    return asked


def name_of(dossier: Dossier) -> str:
    """The person's name, as whoever is signed in may know it."""
    known = my_roles_on_dossier(dossier) and not only_asked(dossier)
    return dossier.person.name if known else dossier.person.called


def the_item(case: Case, uid: str) -> Item | None:
    """The meeting, review or opinion a step is about; 404 when the address names one that is not there."""
    if not uid:
        return None
    item = item_of(case, uid)
    if item is None:
        abort(404)
    return item


def cases_of(dossier: Dossier) -> list[Case]:
    """The cases of a dossier, in the order they were opened."""
    cases = list(Case.select().where(Case.dossier == dossier).order_by(Case.id))
    for case in cases:
        case.dossier = dossier
    return cases


def workflow_of(case: Case) -> Workflow:
    """The definition a case runs on."""
    return workflows.ALL[case.workflow]


def my_steps(case: Case, about: Item | None = None) -> tuple[Any, list[OpenStep]]:
    """(facts, the steps of this case that concern the person signed in, possible or with their reasons)."""
    facts = facts_of(case, me(), about)
    return facts, open_steps(workflow_of(case), case.state or BEGIN, my_roles(case, about), facts)
