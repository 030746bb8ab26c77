"""« Mon avis », given where one reads: on the dossier, and beside every decision of the round (SCREENS S12)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import request, url_for

from intake import consent, foresight, late_forms
from intake.access import me
from intake.lookup import my_roles
from intake.models.dossiers import Case, Dossier
from workflows import roles
from workflows.admission import DECISIONS
from workflows.engine import OpenStep, blank_form

STEP = "give_opinion"
FROM = "avis-"
"""What the form carries of the page it stands on, before the name of its step."""
READERS = frozenset({roles.circle, roles.support, roles.cogerance})


def beside(case: Case, facts: Any, steps: Collection[OpenStep], here: str = "") -> dict[str, Any]:
    """The round of consent for a page: what is proposed, who said what, what is missing, and my own opinion to give."""
    if not consent.shown_with(case, here or STEP) or not my_roles(case) & READERS:
        return {"round": None}
    may = {one.step.name: one for one in steps if one.step.label}
    links = {name: url_for("step.take", dossier=case.dossier.uid, case=case.uid, step=name) for name in may}
    opened = may.get(STEP)
    asked = here != STEP and opened is not None and opened.possible and bool(facts.round)
    return {"round": consent.round_of(case, facts), "links": links, "may": may, "here": here,
            "opinion": mine(case, opened, facts, here) if asked and opened else None}


def mine(case: Case, opened: OpenStep, facts: Any, here: str, form: Any = None, reasons: Collection[str] = ()) -> dict[str, Any]:
    """My opinion as a form of its own on another page: its names as ever, its ids unlike those of the decision beside it."""
    form = form or blank_form(opened.step, facts)
    for field in form:
        field.id = f"avis-{field.name}"
        field.label.field_id = field.id
    path = url_for("step.take", dossier=case.dossier.uid, case=case.uid, step=STEP)
    return {"form": form, "action": path, "reasons": reasons, "version": case.version, "from": FROM + here,
            "told": foresight.before(case, opened.step, facts, me()).digest, "token": late_forms.token_for(case, me(), path)}


def is_here() -> bool:
    """Whether the form posted is that of another page."""
    return str(request.form.get("from", "")).startswith(FROM)


def came_from() -> str:
    """The decision beside which it was given; empty on the dossier."""
    name = str(request.form.get("from", "")).removeprefix(FROM)
    return name if name in DECISIONS else ""


def after(dossier: Dossier, case: Case) -> str:
    """Back where one read."""
    name = came_from()
    page = (url_for("step.take", dossier=dossier.uid, case=case.uid, step=name) if name
            else url_for("dossier.summary", uid=dossier.uid))
    return f"{page}#avis"
