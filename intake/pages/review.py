"""Preparing a review: the questions it asks, to think about before meeting; nothing is written here."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from intake.access import SIGNED_IN, access, me
from intake.lookup import my_steps
from intake.models.dossiers import Case, Dossier
from intake.show import show
from workflows.accompaniment.forms import ReviewForm
from workflows.accompaniment.rules import keep_what_applies

pages = Blueprint("review", __name__)


@pages.get("/mon-parcours/bilan/<case>")
@access(SIGNED_IN)
def prepare(case: str) -> Response:
    """The questions of my next review."""
    found = (Case.select(Case, Dossier).join(Dossier)
             .where(Case.uid == case, Case.workflow == "accompaniment", Dossier.person == me()).first() or abort(404))
    facts, _ = my_steps(found)
    form = ReviewForm()
    keep_what_applies(form, facts)
    return show("review.html", dossier=found.dossier, case=found, questions=list(form), peer=found.dossier.peer)
