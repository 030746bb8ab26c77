"""The application and the entry papers: a task list, short pages each saved on its own, a check, the sending (S3–S8)."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, request, url_for

from intake import answers_sheet, late_forms, questionnaire, sessions, shelf
from intake.access import SIGNED_IN, access, me
from intake.facts import facts_of
from intake.lookup import my_roles, workflow_of
from intake.models import pending, stumbles
from intake.models.dossiers import Case
from intake.models.drafts import ChangedElsewhere
from intake.outbox import office
from intake.pages.sheet import Sheet, changed_elsewhere
from intake.refusals import OLD_PAGE, gives_back, old_status
from intake.show import go, show
from intake.uploads import with_pieces
from workflows import roles
from workflows.engine import open_steps
from workflows.fields import IbanField

pages = Blueprint("application", __name__)

TITLES = {"application": "Ma demande", "entry": "Mon dossier d’entrée"}


@pages.get("/demande/<case>")
@access(SIGNED_IN)
def tasks(case: str) -> Response:
    """The task list: what is done, what is left, whether it can be sent."""
    found = my_case(case)
    if not questionnaire.name_of(found):
        return elsewhere(found)
    facts = facts_of(found, me())
    lines = questionnaire.tasks_of(found, facts)
    sections: dict[str, list[dict[str, str]]] = {}
    for line in lines:
        sections.setdefault(line.section, []).append({
            "label": line.label, "href": questionnaire.address(found, line.opens.name), "status": line.status,
            "tone": {questionnaire.TO_DO: "todo", questionnaire.BEGUN: "waiting"}.get(line.status, "")})
    return show("application.html", case=found, sections=sections, left=sum(1 for line in lines if line.left),
                title=TITLES[questionnaire.name_of(found)], draft=questionnaire.is_draft(found),
                changed=questionnaire.changed_since_sent(found), facts=facts,
                check=url_for("application.check", case=found.uid), back=url_for("journey.mine"))


@pages.route("/demande/<case>/<name>", methods=["GET", "POST"])
@access(SIGNED_IN)
@gives_back
def page(case: str, name: str) -> Response:
    """One page: a question or a tight group, saved even when it needs work."""
    found = my_case(case)
    if not questionnaire.name_of(found):
        return elsewhere(found)
    sheet = Sheet.of(found, name, me()) or abort(404)
    if changes_account(sheet):
        return sign_in_again(sheet)
    if request.method == "GET":
        return sheet.show(sheet.form())
    typed = with_pieces(found.dossier, request.form, request.files, me())
    more = request.form.get("more", "")
    if more:
        typed = questionnaire.with_a_row(sheet.page, typed, more)
    form = sheet.form(typed)
    if g.old_page:
        return sheet.show(form, status=old_status(), problem=OLD_PAGE)
    try:
        before = shelf.on_page(found, sheet.page)
        row = questionnaire.keep(found, sheet.page, form, typed, questionnaire.opened_by(typed), checked=not more)
        shelf.let_go(found, before - shelf.on_page(found, sheet.page))
    except ChangedElsewhere as changed:
        return sheet.show(form, status=409, problem=changed_elsewhere(changed.page), meanwhile=sheet.differing(form))
    late_forms.answered()
    if more:
        return sheet.show_row(sheet.form(typed), more)
    if request.form.get("later"):
        return go(url_for("application.tasks", case=found.uid))
    if row.complete:
        return go(sheet.next())
    stumbles.count(f"{found.workflow}.{name}", form.errors)
    return sheet.show(form, status=422)


@pages.post("/demande/<case>/<name>/brouillon")
@access(SIGNED_IN)
def autosave(case: str, name: str) -> Response:
    """What is being typed, as it is: nothing is said of it but when it was kept (F44)."""
    sheet = Sheet.of(my_case(case), name, me()) or abort(404)
    if changes_account(sheet):
        return show("draft_line.html", block="line", status=409, spoken=True, problem=AGAIN)
    typed = with_pieces(sheet.case.dossier, request.form, {}, me())
    try:
        row = questionnaire.keep(sheet.case, sheet.page, sheet.form(typed), typed, questionnaire.opened_by(typed),
                                 checked=False)
    except ChangedElsewhere as changed:
        return show("draft_line.html", block="line", status=409, spoken=True, problem=changed_elsewhere(changed.page))
    return show("draft_line.html", block="line", spoken=True, kept_at=row.saved_at)


@pages.post("/demande/<case>/<name>/reprendre")
@access(SIGNED_IN)
def take_up(case: str, name: str) -> Response:
    """Take, or leave, what was posted here from a page that had stayed open elsewhere."""
    found = my_case(case)
    address = questionnaire.address(found, name)
    waiting = pending.versions(me(), address)
    if waiting and not request.form.get("leave"):
        sheet = Sheet.of(found, name, me())
        if sheet is not None and changes_account(sheet):
            return sign_in_again(sheet)
        late_forms.take_up(waiting[0], over=True)
    pending.forget(me(), address)
    return go(address)


@pages.get("/demande/<case>/verifier")
@access(SIGNED_IN)
def check(case: str) -> Response:
    """Every answer before sending, and the button that sends."""
    found = my_case(case)
    if not questionnaire.name_of(found):
        return elsewhere(found)
    facts = facts_of(found, me())
    sheets = [answers_sheet.summary(found, facts, task) for task in questionnaire.tasks_of(found, facts)]
    sending = next((one for one in open_steps(workflow_of(found), found.state, my_roles(found), facts)
                    if one.step.name in questionnaire.SEND[questionnaire.name_of(found)]), None)
    return show("application_check.html", case=found, sheets=sheets, sending=sending,
                left=[one for one in sheets if one.left], dropped=answers_sheet.dropped(found, facts),
                draft=questionnaire.is_draft(found), changed=questionnaire.changed_since_sent(found),
                back=url_for("application.tasks", case=found.uid))


@pages.get("/demande/<case>/envoyee", defaults={"what": "application"})
@pages.get("/demande/<case>/entree-envoyee", defaults={"what": "entry"})
@access(SIGNED_IN)
def sent(case: str, what: str) -> Response:
    """The confirmation: number, what happens next and when, whom to ask; it can be bookmarked (S8)."""
    found = my_case(case)
    told = answers_sheet.sending_of(found, what) or abort(404)
    return show("application_sent.html", case=found, told=told, contact=office.contact,
                pdf=url_for("application.answers", case=found.uid, what=what))


@pages.get("/demande/<case>/<what>.pdf")
@access(SIGNED_IN)
def answers(case: str, what: str) -> Response:
    """My answers as I sent them, as a PDF."""
    found = my_case(case)
    told = answers_sheet.sending_of(found, what) or abort(404)
    response = Response(answers_sheet.pdf(found, told), mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"reponses-{found.dossier.number}.pdf")
    return response


# What the pages share ------------------------------------------------------------------------------------------------


AGAIN = "Pour protéger votre compte, confirmez d’abord que c’est vous : rechargez cette page."


def changes_account(sheet: Sheet) -> bool:
    """Whether an IBAN is known already, kept here or sent, and one signed in more than ten minutes ago (TRUST 3.17)."""
    asks = any(isinstance(field, IbanField) for field in sheet.page.form())
    known = bool(sheet.row and sheet.row.complete) or bool(questionnaire.sent_stamp(sheet.case))
    return asks and known and bool(me().email) and not sessions.is_recent()


def sign_in_again(sheet: Sheet) -> Response:
    """A fresh sign-in first, then the page."""
    return show("sign_in_again.html", block="form", status=409 if request.method == "POST" else 200,
                suite=questionnaire.address(sheet.case, sheet.page.name), address=me().email, back=sheet.back(),
                title="Changer mon IBAN")


def my_case(uid: str) -> Case:
    """My own case; someone else's and a missing one give the same 404."""
    case = questionnaire.case_of(me(), uid)
    if case is None or roles.person not in my_roles(case):
        abort(404)
    return case


def elsewhere(case: Case) -> Response:
    """Nothing is filled in here any more: every link opens the live one, else my journey (F40)."""
    live = questionnaire.live_case(me())
    if request.method == "POST" and live is None:
        abort(404)
    return go(url_for("application.tasks", case=live.uid) if live else url_for("journey.mine", dossier=case.dossier.uid))
