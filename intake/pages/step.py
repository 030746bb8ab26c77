"""One page for every step of every workflow: what will happen, its form, and why not when it cannot be taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, g, request, url_for

from intake import consent, foresight, late_forms, notices, papers, sessions, words
from intake.access import SIGNED_IN, access, me
from intake.answers_read import Answered, complement_asked, in_words, readable_answers
from intake.cases import AnswersInvalid, Stale, StepRefused
from intake.clock import take_with_room
from intake.effects import Made, tell
from intake.foresight import Surprise
from intake.lookup import (
    my_roles,
    my_roles_on_dossier,
    my_steps,
    name_of,
    the_case,
    the_case_left,
    the_dossier,
    the_item,
    workflow_of,
)
from intake.models import stumbles
from intake.models.dossiers import Case, Dossier, Event
from intake.models.pieces import Piece
from intake.models.tasks import Task
from intake.pages import opinion
from intake.pages.dossier import may_tick, why_not
from intake.questionnaire import SEND
from intake.refusals import OLD_PAGE, gives_back, old_status
from intake.show import go, show
from intake.stages import OF_STATE
from intake.two_versions import Both, compared
from intake.undo import author_role
from intake.uploads import cleaned, keep_aside
from workflows.admission import DECISIONS
from workflows.engine import NotTheirs, OpenStep, blank_form, not_from_here
from workflows.fields import to_json
from workflows.grammar import Freeze, Item, Sign, Step

pages = Blueprint("step", __name__)

FOUND_BACK = "Votre texte a été gardé. Vérifiez-le, puis envoyez-le."


@pages.route("/dossier/<dossier>/<case>/<step>", methods=["GET", "POST"])
@access(SIGNED_IN)
@gives_back
def take(dossier: str, case: str, step: str) -> Response:
    """Show a step with all it does, and take it."""
    left = step == "undo" or request.method == "POST"  # pressed twice, a step that takes one's role away answers the same
    found = the_case_left(dossier, case) if left else the_case(the_dossier(dossier), case)
    about = the_item(found, request.values.get("about", ""))
    if step == "change_address" and is_mine(found) and me().email and not sessions.is_recent():
        return sign_in_again(found)
    if request.method == "POST":
        return send(found, case, step, about)
    facts, opened = here(found, step, about)
    if opened is None:
        abort(404)
    back = late_forms.found_back(me(), request.path)
    typed = back or {name: value for name, value in request.args.items() if name not in ("about", "from")}
    form = blank_form(opened.step, facts, typed or None)
    foresight.draft(form, found, opened.step, facts, me())
    return page(found, opened, facts, form, status=200 if opened.possible else 409,
                notice=FOUND_BACK if back is not None else "")


def is_mine(case: Case) -> bool:
    """Whether the case is of the person signed in."""
    return bool(case.dossier.person_id == me().id)


def sign_in_again(case: Case) -> Response:
    """Whoever finds an open telephone cannot take the address: a fresh sign-in first; what was typed comes back after it."""
    typed = {name: request.values[name] for name in ("email", "phone") if request.values.get(name)}
    suite = request.path + (f"?{urlencode(typed)}" if typed else "")
    return show("sign_in_again.html", block="form", status=409 if request.method == "POST" else 200, suite=suite,
                address=me().email, back=after(case.dossier))


def send(case: Case, reference: str, step: str, about: Item | None) -> Response:
    """Take the step; its page comes back, as typed, when the answers need work, the rules refuse, or it would surprise."""
    raw, ready = cleaned(case.dossier, request.form, request.files, me())
    if g.old_page:
        keep_aside(raw, ready)
        facts, opened = here(case, step, about)
        row = opened or gone(case, step, about)
        return page(case, row, facts, blank_form(row.step, facts, raw), status=old_status(), notice=OLD_PAGE)
    try:
        event = take_with_room(
            case, step, by=me(), raw=raw, key=request.form.get("key"), told=told_before(case, step),
            seen_version=request.form.get("version", type=int), made=made_before(case, step, about, ready))
    except AnswersInvalid as invalid:
        keep_aside(raw, ready)
        stumbles.count(f"{case.workflow}.{step}", invalid.form.errors)
        facts, opened = here(case, step, about)
        return page(case, opened or gone(case, step, about), facts, invalid.form, status=422)
    except NotTheirs:
        abort(404)
    except Surprise as surprise:
        keep_aside(raw, ready)
        case = the_case(case.dossier, reference)
        facts, opened = here(case, step, about)
        opened = opened or gone(case, step, about)
        return page(case, opened, facts, blank_form(opened.step, facts, raw), status=200 if surprise.first else 409,
                    surprise=surprise)
    except StepRefused as refused:
        keep_aside(raw, ready)
        case = the_case(case.dossier, reference)
        facts, still = here(case, step, about)
        opened = still or gone(case, step, about)
        form = blank_form(opened.step, facts, raw)
        return page(case, opened, facts, form, status=409, reasons=[words.say(one) for one in refused.refusals],
                    stale=isinstance(refused, Stale),
                    both=compared(case, step, request.form.get("version", type=int), typed_in(form)))
    late_forms.answered()
    return go(after(event.case.dossier, event))


def told_before(case: Case, step: str) -> str | None:
    """The digest of what the page told; nobody is surprised by a step of their own, a signature or a note."""
    rows = workflow_of(case).rows(step)
    if case.dossier.person_id == me().id or not any(row.undoable for row in rows):
        return None
    return request.form.get("told", "")


def made_before(case: Case, step: str, about: Item | None, ready: Mapping[str, Piece]) -> Made | None:
    """What a step freezes or seals, made before the lock, and the documents posted with it; most steps have neither."""
    made = papers_before(case, step, about)
    return replace(made or Made(), pieces=list(ready.values())) if ready else made


def papers_before(case: Case, step: str, about: Item | None) -> Made | None:
    """What it freezes or seals."""
    if not any(isinstance(then, Freeze | Sign) for row in workflow_of(case).rows(step) for then in row.then):
        return None
    facts, opened = here(case, step, about)
    if opened is None:
        return None
    session = g.session
    asked = papers.Asked(request.remote_addr or "", request.user_agent.string, session.path, session.begun_at,
                         session.second_step_at)
    return papers.prepare(case, opened.step, facts, asked, request.form)


def here(case: Case, step: str, about: Item | None) -> tuple[Any, OpenStep | None]:
    """(facts, the step as it is open now to the person signed in), or None."""
    facts, steps = my_steps(case, about)
    if step == "undo" and author_role(case, me()):
        return facts, OpenStep(workflow_of(case).rows("undo")[0])
    return facts, next((one for one in steps if one.step.name == step and one.step.label), None)


def gone(case: Case, step: str, about: Item | None) -> OpenStep:
    """A step of mine that this state no longer has: an old page sends it, or its form comes twice. Else 404."""
    mine = my_roles(case, about)
    row = next((row for row in workflow_of(case).rows(step) if row.label and row.roles & mine), None) or abort(404)
    return OpenStep(row.shown_to(mine, case.state), (not_from_here(workflow_of(case), case.state),))


def after(dossier: Dossier, event: Event | None = None) -> str:
    """Where one goes once a step is taken: what was sent (S8), one's own journey, the board one came from, or the dossier."""
    if event is not None and opinion.is_here():
        return opinion.after(dossier, event.case)
    if event is not None and request.form.get("from") == "tableau":
        stage = OF_STATE.get(event.after)
        return url_for("board.stages", deplace=event.case.uid, etape=stage.name if stage else None)
    what = next((what for what, steps in SEND.items() if event is not None and event.step in steps), None)
    if what and event is not None:
        return url_for("application.sent", case=event.case.uid, what=what)
    if dossier.person_id == me().id:
        return url_for("journey.mine", dossier=dossier.uid, fait=event.uid if event else None)
    if my_roles_on_dossier(dossier):
        return url_for("dossier.summary", uid=dossier.uid)
    return url_for("step.take", dossier=dossier.uid, case=event.case.uid, step="undo") if event else "/"


def page(case: Case, opened: OpenStep, facts: Any, form: Any, *, status: int, reasons: list[str] | None = None,
         surprise: Surprise | None = None, notice: str = "", stale: bool = False, both: Sequence[Both] = ()) -> Response:
    """The step's page, its form as typed, what it will do, and the reasons that stop it."""
    said = [words.say(refusal) for refusal in opened.refusals] if reasons is None else reasons
    mine = case.dossier.person_id == me().id
    told = [sentence for one in opened.step.then if (sentence := tell(one, facts))]
    before = [words.fill(one.sentence, one.values) for one in opened.step.before(facts)] if mine and opened.step.before else []
    warned = [words.fill(one.sentence, one.values) for one in opened.step.warns(facts)] if opened.step.warns else []
    foreseen = surprise.foreseen if surprise else None if mine else foresight.before(case, opened.step, facts, me())
    if opened.step.name == opinion.STEP and opinion.is_here():
        told_of = opinion.mine(case, opened, facts, opinion.came_from(), form, said)
        return show("opinion.html", block="opinion", status=status, case=case, dossier=case.dossier, form=form, opinion=told_of,
                    round=consent.round_of(case, facts), back=opinion.after(case.dossier, case))
    return show(
        "step.html", block="form", status=status, case=case, dossier=case.dossier, name=name_of(case.dossier),
        step=opened.step, form=form, possible=opened.possible, refusals=opened.refusals, reasons=said, told=told,
        foreseen=foreseen, surprise=surprise, warnings=[*map(words.say, opened.warnings), *warned], back=after(case.dossier),
        state=workflow_of(case).state.get(case.state), mine=mine, before=before,
        stale=stale, both=both, label=label_of(opened.step, case, mine), minutes=facts.settings["undo.minutes"],
        found_back=notice, token=late_forms.token_for(case, me(), request.path) if case.id else "",
        read=what_it_is_about(case, opened.step.name, facts), typed=typed_in(form), **the_work(case, opened.step.name),
        **the_round(case, opened.step.name, facts))


def the_work(case: Case, step: str) -> dict[str, Any]:
    """The task that « C’est fait » closes, and what its reader copies for an authority."""
    uid = request.values.get("task", "") if step == "tick" else ""
    task = Task.get_or_none(Task.uid == uid, Task.case == case, Task.closed_at.is_null()) if uid else None
    reads = bool(my_roles(case) & notices.READERS)
    if task is None or not (reads or may_tick(task, case)):
        return {"task": None, "to_copy": None}
    return {"task": task, "to_copy": notices.of(task, case) if reads else None}


def the_round(case: Case, step: str, facts: Any) -> dict[str, Any]:
    """The round of consent beside every step of it, and why the other decisions cannot be taken."""
    steps = my_steps(case)[1] if consent.shown_with(case, step) else ()
    blocked = [why_not(case, one) for one in steps
               if one.step.name in DECISIONS and one.step.name != step and one.refusals]
    return {**opinion.beside(case, facts, steps, step), "blocked_others": blocked}


def label_of(step: Step, case: Case, mine: bool) -> str:
    """The step’s button; « Écrire » says to whom."""
    if step.name != "write" or not mine:
        return str(step.label)
    to_peer = case.workflow == "accompaniment" and case.state == "running" and case.dossier.peer
    return words.sentence("Écrire à {name}", name=case.dossier.peer.called) if to_peer else "Écrire à l’équipe"


def typed_in(form: Any) -> list[Answered]:
    """What someone wrote in a form that can no longer be sent: it stays on the page."""
    if form is None or request.method != "POST":
        return []
    said = [(field, to_json(field.data)) for field in form]
    return [Answered(field.label.text, in_words(field, value)) for field, value in said
            if value not in (None, "", [], False)]


def what_it_is_about(case: Case, step: str, facts: Any) -> list[Answered]:
    """The meeting, review, opinion or complement a step is about, as its reader may see it."""
    if facts.about is None:
        return complement_asked(case, my_roles(case)) if step == "answer" else []
    return next((rows for event, rows in readable_answers(case, my_roles(case, facts.about))
                 if event.uid == facts.about.uid), [])

