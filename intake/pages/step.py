"""One page for every step of every workflow: what will happen, its form, and why not when it cannot be taken."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from intake import papers, words
from intake.access import SIGNED_IN, access, me
from intake.cases import AnswersInvalid, StepRefused, take_step
from intake.effects import tell
from intake.lookup import my_steps, the_case, the_dossier, the_item, workflow_of
from intake.models.dossiers import Case, Dossier
from intake.show import go, show
from intake.uploads import with_pieces
from workflows.engine import NotTheirs, OpenStep, blank_form

pages = Blueprint("step", __name__)


@pages.route("/dossier/<dossier>/<case>/<step>", methods=["GET", "POST"])
@access(SIGNED_IN)
def take(dossier: str, case: str, step: str) -> Response:
    """Show a step, and take it."""
    found = the_case(the_dossier(dossier), case)
    about = the_item(found, request.values.get("about", ""))
    facts, steps = my_steps(found, about)
    opened = next((one for one in steps if one.step.name == step and one.step.label), None)
    if opened is None:
        abort(404)
    if request.method == "GET":
        form = blank_form(opened.step, facts, request.args if request.args else None)
        return page(found, opened, facts, form, status=200 if opened.possible else 409)
    raw = with_pieces(found.dossier, request.form, request.files, me())
    try:
        event = take_step(found, step, by=me(), raw=raw, key=request.form.get("key"),
                          seen_version=request.form.get("version", type=int),
                          made=papers.prepare(found, opened.step, facts))
    except AnswersInvalid as invalid:
        return page(found, opened, facts, invalid.form, status=422)
    except NotTheirs:
        abort(404)
    except StepRefused as refused:
        return page(found, opened, facts, blank_form(opened.step, facts, raw), status=409,
                    reasons=[words.say(one) for one in refused.refusals])
    return go(after(event.case.dossier))


def after(dossier: Dossier) -> str:
    """Where one goes once a step is taken: one's own journey, or the dossier."""
    if dossier.person_id == me().id:
        return url_for("journey.mine", dossier=dossier.uid)
    return url_for("dossier.summary", uid=dossier.uid)


def page(case: Case, opened: OpenStep, facts: Any, form: Any, *, status: int, reasons: list[str] | None = None
         ) -> Response:
    """The step's page, its form as typed, what it will do, and the reasons that stop it."""
    said = [words.say(refusal) for refusal in opened.refusals] if reasons is None else reasons
    told = [sentence for one in opened.step.then if (sentence := tell(one, case, facts, {}))]
    return show(
        "step.html", block="form", status=status, case=case, dossier=case.dossier, step=opened.step, form=form,
        possible=opened.possible, refusals=opened.refusals, reasons=said, told=told,
        warnings=[words.say(one) for one in opened.warnings], back=after(case.dossier),
        state=workflow_of(case).state.get(case.state), mine=case.dossier.person_id == me().id)
