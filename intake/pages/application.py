"""The application and the entry papers: a task list, short pages each saved on its own, a check, the sending (S3–S8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.datastructures import MultiDict

from intake import moment
from intake.access import SIGNED_IN, access, me
from intake.answers_read import in_words
from intake.facts import facts_of
from intake.lookup import my_roles, workflow_of
from intake.models.dossiers import Case, Dossier
from intake.models.drafts import DraftPage, save_page, unsealed
from intake.show import go, show
from intake.uploads import with_pieces
from workflows import roles
from workflows.engine import open_steps
from workflows.fields import answers_to_json, to_json
from workflows.grammar import Page, StepForm

pages = Blueprint("application", __name__)

SEND = {"application": ("submit", "revise"), "entry": ("send_papers",)}
"""The steps that send each questionnaire."""
UNSAID = ("csrf_token", "key", "turn", "later")


@dataclass(frozen=True)
class Task:
    """One line of the task list."""

    page: Page
    status: str
    tone: str
    row: DraftPage | None


@pages.get("/demande/<case>")
@access(SIGNED_IN)
def tasks(case: str) -> Response:
    """The task list: what is done, what is left, whether it can be sent."""
    found, facts = my_questionnaire(case)
    lines = task_list(found, facts)
    sections: dict[str, list[dict[str, str]]] = {}
    for line in lines:
        sections.setdefault(line.page.section, []).append({
            "label": line.page.title, "href": url_for("application.page", case=found.uid, name=line.page.name),
            "status": line.status, "tone": line.tone})
    left = sum(1 for line in lines if line.status != "Terminé")
    return show("application.html", case=found, sections=sections, left=left, title=title_of(found),
                sent=found.state in ("submitted", "review"), check=url_for("application.check", case=found.uid),
                back=url_for("journey.mine"))


@pages.route("/demande/<case>/<name>", methods=["GET", "POST"])
@access(SIGNED_IN)
def page(case: str, name: str) -> Response:
    """One page: a question or a tight group, saved even when it needs work."""
    found, facts = my_questionnaire(case)
    asked = pages_of(found, facts)
    wanted = next((one for one in asked if one.name == name), None) or abort(404)
    row = DraftPage.get_or_none(DraftPage.case == found, DraftPage.page == name)
    if request.method == "GET":
        return show_page(found, facts, asked, wanted, form_of(wanted, facts, typed_of(row, found)), status=200)
    typed = with_pieces(found.dossier, request.form, request.files, me())
    form = form_of(wanted, facts, typed)
    complete = form.validate()
    save_page(
        found, name, typed={key: typed.getlist(key) for key in typed if key not in UNSAID},
        answers=answers_to_json(form) if complete else {}, sealed=wanted.form.sealed, complete=complete,
        turn=request.form.get("turn", 0, type=int), now=moment.now())
    if request.form.get("later"):
        return go(url_for("application.tasks", case=found.uid))
    if not complete:
        return show_page(found, facts, asked, wanted, form, status=422)
    if request.args.get("retour") == "verifier":
        return go(url_for("application.check", case=found.uid))
    return go(next_page(found, asked, wanted))


@pages.get("/demande/<case>/verifier")
@access(SIGNED_IN)
def check(case: str) -> Response:
    """Every answer before sending, and the button that sends."""
    found, facts = my_questionnaire(case)
    sheets = []
    for line in task_list(found, facts):
        form = form_of(line.page, facts, typed_of(line.row, found))
        href = url_for("application.page", case=found.uid, name=line.page.name, retour="verifier")
        rows = [{"label": field.label.text, "value": shown(field), "href": href} for field in form]
        sheets.append({"title": line.page.title, "rows": rows, "done": line.status == "Terminé", "href": href})
    workflow, questionnaire = workflow_of(found), workflow_of(found).state[found.state].pages
    sending = next((one for one in open_steps(workflow, found.state, my_roles(found), facts)
                    if one.step.name in SEND[questionnaire]), None)
    left = [sheet for sheet in sheets if not sheet["done"]]
    return show("application_check.html", case=found, sheets=sheets, sending=sending, left=left,
                back=url_for("application.tasks", case=found.uid))


# What the pages share ------------------------------------------------------------------------------------------------


def my_questionnaire(uid: str) -> tuple[Case, Any]:
    """My own case in a state whose questionnaire is being filled in; else 404."""
    case = Case.select(Case, Dossier).join(Dossier).where(Case.uid == uid, Dossier.person == me()).first()
    if case is None or roles.person not in my_roles(case):
        abort(404)
    state = workflow_of(case).state.get(case.state)
    if state is None or not state.pages:
        abort(404)
    return case, facts_of(case, me())


def title_of(case: Case) -> str:
    """What this questionnaire is called."""
    return "Ma demande" if workflow_of(case).state[case.state].pages == "application" else "Mon dossier d’entrée"


def pages_of(case: Case, facts: Any) -> list[Page]:
    """The pages asked of this person."""
    questionnaire = workflow_of(case).state[case.state].pages
    return [one for one in workflow_of(case).pages[questionnaire] if one.applies is None or one.applies(facts)]


def task_list(case: Case, facts: Any) -> list[Task]:
    """Each page with its status: À faire, En cours, Terminé."""
    rows = {row.page: row for row in DraftPage.select().where(DraftPage.case == case)}
    lines = []
    for one in pages_of(case, facts):
        row = rows.get(one.name)
        status, tone = ("Terminé", "") if row and row.complete else ("En cours", "waiting") if row else (
            "À faire", "todo")
        lines.append(Task(one, status, tone, row))
    return lines


def typed_of(row: DraftPage | None, case: Case) -> MultiDict[str, Any] | None:
    """What was typed on a page, sensitive answers included."""
    if row is None:
        return None
    typed = {**row.typed, **unsealed(row, case).get("typed", {})}
    return MultiDict([(name, value) for name, values in typed.items() for value in values])


def form_of(wanted: Page, facts: Any, typed: MultiDict[str, Any] | None) -> StepForm:
    """The page's form, with its choices and what was typed."""
    form = wanted.form(typed)
    if wanted.fill:
        wanted.fill(form, facts)
    return form


def next_page(case: Case, asked: list[Page], current: Page) -> str:
    """The page after this one, or the task list after the last."""
    after = asked[asked.index(current) + 1:]
    if after:
        return url_for("application.page", case=case.uid, name=after[0].name)
    return url_for("application.tasks", case=case.uid)


def show_page(case: Case, facts: Any, asked: list[Page], wanted: Page, form: StepForm, *, status: int) -> Response:
    """The page, with the step as text and the line that says it is not sent."""
    place = asked.index(wanted)
    back = (url_for("application.page", case=case.uid, name=asked[place - 1].name) if place
            else url_for("application.tasks", case=case.uid))
    return show("application_page.html", block="question", status=status, case=case, form=form, page=wanted, back=back,
                step=f"Étape {place + 1} sur {len(asked)} : {wanted.section}", first=place == 0,
                sent=case.state in ("submitted", "review"),
                saved=DraftPage.get_or_none(DraftPage.case == case, DraftPage.page == wanted.name))


def shown(field: Any) -> str:
    """An answer on the check page."""
    value = to_json(field.data)
    return in_words(field, value) if value not in (None, "", []) else "Non renseigné"
