"""Papers of a dossier: those kept, those one may draw up, which template made which; and the check of a signed PDF."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from wtforms import Form

from intake import moment, papers, sealing, words
from intake.access import SIGNED_IN, access, me
from intake.answers_read import readable_answers
from intake.changing import Change, typed
from intake.lookup import cases_of, my_roles, my_steps, the_case, the_dossier
from intake.models import pieces, signatures
from intake.models.dossiers import Case, Dossier
from intake.models.pieces import Paper
from intake.pages.contract import READERS, WRITERS, noted, whole
from intake.papers import evidence, others
from intake.show import go, show
from workflows import fields as f, roles

pages = Blueprint("papers", __name__)

LARGEST = 10 * 1024 * 1024
IN_FORCE = {"cape": ("preparing", "trading"), "salaried": ("running",)}


class AmendmentForm(Form):  # type: ignore[misc]
    """What an amendment changes, and from which day on."""

    subject = f.LinesField("Objet", missing="Indiquez l’objet de l’avenant")
    effective_on = f.DayField("Date d’effet", missing="Saisissez la date d’effet de l’avenant")


# Of a dossier --------------------------------------------------------------------------------------------------------


@pages.get("/dossier/<dossier>/papiers")
@access(SIGNED_IN)
def of_dossier(dossier: str) -> Response:
    """The papers kept, the latest first, and those that can be drawn up today."""
    found = the_dossier(dossier)
    cases = cases_of(found)
    mine = {case.id: my_roles(case) for case in cases}
    kept = [paper for paper in pieces.papers_of(found) if may_read(paper.kind, mine[paper.case_id])]
    sealed = {row.paper_id for row in signatures.SealedPaper.select(signatures.SealedPaper.paper).where(
        signatures.SealedPaper.paper.in_([paper.id for paper in kept]))}
    back = url_for("journey.mine", dossier=found.uid) if found.person_id == me().id else url_for("dossier.pieces", uid=found.uid)
    return show("papers.html", dossier=found, kept=kept, sealed=sealed, titles=papers.TITLES, back=back, recorded={
                    paper.id for paper in kept if is_contract(paper) and found.person_id != me().id},
                drawn=[one for case in cases for one in to_draw(case, mine[case.id])])


def may_read(kind: str, held: Any) -> bool:
    """Whether these roles read a kind of paper: a review is shared with those who accompany."""
    readers = READERS | {roles.peer, roles.circle} if kind == "review" else READERS
    return bool(held & readers)


def to_draw(case: Case, held: Any) -> list[dict[str, str]]:
    """What can be drawn up from a case today: a label, an address, and whether a form comes first."""
    address = {"dossier": case.dossier.uid, "case": case.uid}
    found = []
    if held & READERS:
        found += [{"label": papers.TITLES[kind], "act": url_for("papers.draw", kind=kind, **address)}
                  for kind in others.MADE if others.given(kind, case)]
    if held & WRITERS and case.state in IN_FORCE.get(case.workflow, ()):
        found.append({"label": papers.TITLES["amendment"], "href": url_for("papers.amendment", **address)})
    if case.workflow == "accompaniment":
        found += [{"label": words.sentence("{title} du {day}", title=papers.TITLES["review"], day=words.long_day(event.made_at)),
                   "act": url_for("papers.draw_review", event=event.uid, **address)}
                  for event, _ in readable_answers(case, held) if event.step == "record_review"]
    return found


@pages.post("/dossier/<dossier>/<case>/papiers/<kind>")
@access(SIGNED_IN)
def draw(dossier: str, case: str, kind: str) -> Response:
    """Draw up a paper from what the case says today; the same one is kept once."""
    found = the_case(the_dossier(dossier), case)
    values = others.given(kind, found)
    if values is None or not my_roles(found) & READERS:
        abort(404)
    facts, _ = my_steps(found)
    return keep(found, papers.make(kind, values(found, facts)))


@pages.post("/dossier/<dossier>/<case>/bilan/<event>")
@access(SIGNED_IN)
def draw_review(dossier: str, case: str, event: str) -> Response:
    """Draw up a review, for those who may read it."""
    found = the_case(the_dossier(dossier), case)
    written = next((one for one, _ in readable_answers(found, my_roles(found))
                    if one.uid == event and one.step == "record_review"), None) or abort(404)
    facts, _ = my_steps(found)
    return keep(found, papers.make("review", others.review(found, facts, written)))


@pages.route("/dossier/<dossier>/<case>/avenant", methods=["GET", "POST"])
@access(SIGNED_IN)
def amendment(dossier: str, case: str) -> Response:
    """Draw up an amendment to sign on paper; « Signer un avenant » records it once signed."""
    found = the_case(the_dossier(dossier), case)
    if found.state not in IN_FORCE.get(found.workflow, ()) or not my_roles(found) & WRITERS:
        abort(404)
    form, made = AmendmentForm(typed()), []
    page = Change("Rédiger un avenant", "Rédiger", url_for("papers.of_dossier", dossier=dossier),
                  caption=found.dossier.person.name, told=[
                      "Un PDF est fait, à signer sur papier en deux exemplaires. « Signer un avenant » l’enregistre ensuite.",
                      "Pour signer à l’écran, prenez plutôt « Envoyer un avenant à la signature »."])

    def act() -> None:
        facts, _ = my_steps(found)
        effective: date = form.effective_on.data
        made.append(keep(found, papers.make("amendment", others.amendment(found, facts, form.subject.data, effective))))

    answer = page.answer(form, act)
    return made[0] if made else answer


def keep(case: Case, made: papers.Document) -> Response:
    """Keep a paper, then show it."""
    kept = pieces.keep_paper(case, kind=made.kind, template=made.template, sha256=made.sha256, content=made.content,
                             now=moment.now(), by=me())
    return go(url_for("papers.one", dossier=case.dossier.uid, uid=kept.uid))


@pages.get("/dossier/<dossier>/papiers/<uid>.pdf")
@access(SIGNED_IN)
def one(dossier: str, uid: str) -> Response:
    """One paper: its sealed copy when it has one. A contract opens otherwise for whoever it does not belong to."""
    found = the_paper(dossier, uid)
    if not may_read(found.kind, my_roles(found.case)):
        abort(404)
    if is_contract(found) and found.case.dossier.person_id != me().id:
        abort(405)
    return whole(found)


@pages.post("/dossier/<dossier>/papiers/<uid>.pdf")
@access(SIGNED_IN)
def open_contract(dossier: str, uid: str) -> Response:
    """A contract, opened by the team: who, and who is refused it, is recorded (TRUST 3.23)."""
    found = the_paper(dossier, uid)
    allowed = may_read(found.kind, my_roles(found.case))
    if is_contract(found):
        noted(found.case, found, allowed=allowed)
    return whole(found) if allowed else abort(403 if is_contract(found) else 404)


def the_paper(dossier: str, uid: str) -> Paper:
    """A paper of a dossier where I have a role; else 404."""
    here = the_dossier(dossier)
    found: Paper | None = Paper.select(Paper, Case, Dossier).join(Case).join(Dossier).where(
        Paper.uid == uid, Case.dossier == here).first()
    return found or abort(404)


def is_contract(paper: Paper) -> bool:
    """Whether it was frozen to be signed: reading one leaves a record."""
    return paper.event_id is not None


# Templates, verification ---------------------------------------------------------------------------------------------


@pages.get("/modeles")
@access(roles.support, roles.cogerance, roles.admin)
def templates() -> Response:
    """Which version of which template is in use, and which made the papers kept."""
    used = {version: (number, first, last) for version, number, first, last in pieces.templates_used()}
    now = [{"title": title, "version": papers.template_version(kind)} for kind, title in papers.TITLES.items()]
    return show("templates.html", now=now, used=used, titles=papers.TITLES)


@pages.route("/verifier", methods=["GET", "POST"])
@access(SIGNED_IN)
def verify() -> Response:
    """A signed PDF is given; what it says: who signed, when, whether it is whole. Nothing of it is kept."""
    if request.method == "GET":
        return show("verify.html", block="verify")
    file = request.files.get("file")
    content = file.stream.read(LARGEST + 1) if file else b""
    if not content.startswith(b"%PDF-") or len(content) > LARGEST:
        return show("verify.html", block="verify", status=422, error="Choisissez un PDF de moins de 10 Mo")
    found = sealing.examine(content)
    return show("verify.html", block="verify", found=found, verdict=sealing.verdict(found),
                told=[(one["name"], evidence.in_rows(one)) for one in found.evidence.get("signatures", ())] if found.good else [],
                at=evidence.both(found.at) if found.at else "", document=evidence.spaced(found.document))
