"""One page for every step of every workflow: what will happen, its form, and why not when it cannot be taken."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from intake import papers, words
from intake.access import SIGNED_IN, access, me
from intake.answers_read import Answered, readable_answers
from intake.cases import AnswersInvalid, StepRefused
from intake.clock import take_with_room
from intake.effects import tell
from intake.lookup import my_roles, my_steps, the_case, the_dossier, the_item, workflow_of
from intake.models.dossiers import Case, Dossier
from intake.models.pieces import Paper, last_paper
from intake.show import go, show
from intake.uploads import with_pieces
from workflows.engine import NotTheirs, OpenStep, blank_form
from workflows.signing import PaperForm, SignatureForm

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
        typed = {name: value for name, value in request.args.items() if name != "about"}
        form = blank_form(opened.step, facts, typed or None)
        return page(found, opened, facts, form, status=200 if opened.possible else 409)
    raw = with_pieces(found.dossier, request.form, request.files, me())
    try:
        event = take_with_room(found, step, by=me(), raw=raw, key=request.form.get("key"),
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
        state=workflow_of(case).state.get(case.state), mine=case.dossier.person_id == me().id,
        read=what_it_is_about(case, facts), paper=to_sign(case, opened))


def what_it_is_about(case: Case, facts: Any) -> list[Answered]:
    """The meeting, review or opinion a step is about, as its reader may see it."""
    if facts.about is None:
        return []
    return next((rows for event, rows in readable_answers(case, my_roles(case, facts.about))
                 if event.uid == facts.about.uid), [])


def to_sign(case: Case, opened: OpenStep) -> Paper | None:
    """The document that a signature is about."""
    if opened.step.form is None or not issubclass(opened.step.form, (SignatureForm, PaperForm)):
        return None
    return last_paper(case)
