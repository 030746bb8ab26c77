"""Answering an offered place, on one page: accept, not this time, postpone, withdraw, each with its consequence (S21)."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, abort, request

from intake import words
from intake.access import SIGNED_IN, access, me
from intake.cases import AnswersInvalid, StepRefused, take_step
from intake.lookup import my_steps
from intake.models.dossiers import Case, Dossier
from intake.pages.step import after
from intake.show import go, show
from workflows import fields as f
from workflows.admission.choices import later_months
from workflows.admission.forms import PostponeForm
from workflows.admission.told import without_answer
from workflows.common import NO_PRIVATE_LIFE
from workflows.engine import OpenStep, Refusal

pages = Blueprint("offer", __name__)

ANSWERS: Final = {
    "accept": "J’accepte cette place", "decline_offer": "", "postpone": "Je reporte mon entrée",
    "withdraw": "Je retire ma demande",
}
"""The steps one may choose among, in their order; an empty label is that of the step."""
ASKED = {"postpone": "month", "withdraw": "reason"}
"""What an answer asks besides."""
TOO_LATE: Final = "Cette proposition a expiré le {date}. Le Cercle peut en faire une autre."


class AnswerForm(PostponeForm):
    """One answer, and what it asks besides."""

    answer = f.ChoiceField("Votre réponse", missing="Choisissez une réponse")
    month = f.MonthField("À partir de", optional=True, missing="Indiquez le mois à partir duquel vous pouvez entrer")
    reason = f.LinesField("Raison", optional=True, description=NO_PRIVATE_LIFE)


@pages.route("/mon-parcours/place/<case>", methods=["GET", "POST"])
@access(SIGNED_IN)
def answer(case: str) -> Response:
    """The offer under way, and my answer to it."""
    found = (Case.select(Case, Dossier).join(Dossier)
             .where(Case.uid == case, Case.workflow == "admission", Dossier.person == me()).first() or abort(404))
    facts, steps = my_steps(found)
    open_to_me = {one.step.name: one for one in steps if one.step.name in ANSWERS}
    form = form_of(open_to_me, facts, request.form if request.method == "POST" else None)
    if request.method == "POST":
        return send(found, form, open_to_me, facts)
    return page(found, form, open_to_me, facts, reasons=too_late(found, facts))


def form_of(steps: dict[str, OpenStep], facts: Any, typed: Any) -> AnswerForm:
    """The form, with the answers that are possible."""
    form = AnswerForm(typed)
    form.answer.choices = [(name, label or steps[name].step.label) for name, label in ANSWERS.items()
                           if name in steps and steps[name].possible]
    later_months(form, facts)
    return form


def send(case: Case, form: AnswerForm, steps: dict[str, OpenStep], facts: Any) -> Response:
    """Take the step of the answer; the page comes back, as typed, when something is missing or it is too late."""
    step = str(request.form.get("answer") or "")
    if step not in ANSWERS:
        form.validate()
        return page(case, form, steps, facts, reasons=too_late(case, facts), status=409 if too_late(case, facts) else 422)
    if step in steps and not steps[step].possible:
        return page(case, form, steps, facts, reasons=[words.say(one) for one in steps[step].refusals])
    raw = {"month": request.form.get("month", ""), "reason": request.form.get("reason", "")}
    asked = ASKED.get(step, "")
    try:
        event = take_step(case, step, by=me(), raw={asked: raw[asked]} if asked else {}, key=request.form.get("key"),
                          seen_version=request.form.get("version", type=int))
    except AnswersInvalid as invalid:
        form.validate()
        form[asked].errors = list(invalid.form[asked].errors)
        return page(case, form, steps, facts, status=422)
    except StepRefused as refused:
        facts, opened = my_steps(case)
        steps = {one.step.name: one for one in opened if one.step.name in ANSWERS}
        said = too_late(case, facts) or [words.say(one) for one in refused.refusals]
        return page(case, form, steps, facts, status=409, reasons=said)
    return go(after(case.dossier, event))


def too_late(case: Case, facts: Any) -> list[str]:
    """Why this offer can no longer be answered; nothing while it can."""
    if case.state == "offered":
        refusals = [one for step in my_steps(case)[1] if step.step.name == "accept" for one in step.refusals]
        return [words.say(one) for one in refusals]
    expired = facts.day("expired_on")
    last = max((facts.taken(step) or facts.since for step in ("expire", "accept", "decline_offer", "postpone")), default=None)
    if expired and last == facts.taken("expire"):
        return [words.say(Refusal(TOO_LATE, {"date": expired}))]
    return ["Aucune place ne vous est proposée en ce moment, ou vous avez déjà répondu."]


def page(case: Case, form: AnswerForm, steps: dict[str, OpenStep], facts: Any, *, status: int = 200,
         reasons: list[str] | None = None) -> Response:
    """The offer, its deadline and what silence costs, then the answers; or why it is too late."""
    told = {name: words.together(*(words.fill(one.sentence, one.values) for one in found.step.before(facts)), ending="")
            for name, found in steps.items() if found.step.before}
    shut = [words.say(refusal) for name, found in steps.items() if name == "postpone" for refusal in found.refusals]
    return show(
        "offer.html", block="answer", status=409 if reasons else status, case=case, dossier=case.dossier, form=form,
        month=facts.month, deadline=facts.deadline, told=told, shut=shut, reasons=reasons or [],
        without_answer=words.fill((silence := without_answer(facts)).sentence, silence.values))
