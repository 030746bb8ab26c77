"""The contract: its draft before it is frozen, then the very document sent, then the sealed copy; it is kept after."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, url_for

from intake import papers
from intake.access import SIGNED_IN, access, me
from intake.lookup import my_roles, my_steps, the_case, the_dossier, workflow_of
from intake.models import readings, signatures
from intake.models.dossiers import Case
from intake.models.pieces import Paper
from intake.papers import contracts, evidence
from intake.show import show
from workflows.grammar import Freeze
from workflows.roles import accounts, cogerance, hr, person, support

pages = Blueprint("contract", __name__)

READERS = frozenset({person, support, hr, accounts, cogerance})
"""Dates and objectives are told to the circle and the peer on the dossier; the contract itself is not theirs to read."""
WRITERS = frozenset({support, hr, accounts, cogerance})
"""Who reads a draft."""


@pages.get("/dossier/<dossier>/<case>/contrat.pdf")
@access(SIGNED_IN)
def read(dossier: str, case: str) -> Response:
    """My own: the document sent to sign, of the very same bytes; once all have signed, its sealed copy."""
    return whole(sent(mine(the_case(the_dossier(dossier), case))))


@pages.post("/dossier/<dossier>/<case>/contrat.pdf")
@access(SIGNED_IN)
def open_whole(dossier: str, case: str) -> Response:
    """The same, for the team: who opens it is recorded, and who is refused it (TRUST 3.23)."""
    found = the_case(the_dossier(dossier), case)
    return recorded(found, evidence.paper_of(found, contract_print(found)) or abort(404))


@pages.get("/dossier/<dossier>/<case>/document.pdf")
@access(SIGNED_IN)
def frozen(dossier: str, case: str) -> Response:
    """My own, as it was frozen, without evidence nor seal."""
    paper = sent(mine(the_case(the_dossier(dossier), case)))
    return as_pdf(bytes(paper.content), f"{paper.kind}-{paper.sha256[:8]}.pdf")


@pages.get("/dossier/<dossier>/<case>/avenant.pdf")
@access(SIGNED_IN)
def amendment(dossier: str, case: str) -> Response:
    """My own: the amendment that waits for its signatures; once signed it is among the papers."""
    return whole(amendment_of(mine(the_case(the_dossier(dossier), case))))


@pages.post("/dossier/<dossier>/<case>/avenant.pdf")
@access(SIGNED_IN)
def open_amendment(dossier: str, case: str) -> Response:
    """The same, for the team: who opens it is recorded, and who is refused it."""
    found = the_case(the_dossier(dossier), case)
    return recorded(found, amendment_of(found))


def recorded(case: Case, paper: Paper) -> Response:
    """A paper for someone of the team: the opening is noted, and so is the refusal."""
    allowed = bool(my_roles(case) & READERS)
    noted(case, paper, allowed=allowed)
    return whole(paper) if allowed else abort(403)


def amendment_of(case: Case) -> Paper:
    """The amendment under way; 404 when there is none."""
    return (evidence.paper_of(case) if case.memory.get("amendment") else None) or abort(404)


def contract_print(case: Case) -> str:
    """SHA-256 of the contract itself, whatever amendment is under way."""
    return str(case.memory.get("document") or "")


def sent(case: Case) -> Paper:
    """The document that stands now; 404 for whom it is not, or when it was taken back."""
    paper = evidence.paper_of(case, contract_print(case))
    if paper is None or not my_roles(case) & READERS:
        abort(404)
    return paper


def mine(case: Case) -> Case:
    """A case of the person signed in, who reads what is theirs by its address alone; 405 for whoever else may read it."""
    if case.dossier.person_id != me().id:
        sent(case)
        abort(405)
    return case


def noted(case: Case, paper: Paper, *, allowed: bool) -> None:
    """Leave a record of a contract opened by someone else than its person, or refused."""
    if case.dossier.person_id != me().id:
        readings.record(me(), case.dossier, f"paper:{paper.uid}", allowed=allowed)


def whole(paper: Paper) -> Response:
    """Its sealed copy once all have signed, else the very document."""
    return as_pdf(signatures.sealed_copy(paper) or bytes(paper.content), f"{paper.kind}-{paper.sha256[:8]}.pdf")


def as_pdf(content: bytes, filename: str) -> Response:
    """A PDF, shown where it can be."""
    response = Response(content, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=filename)
    return response


# Before it is frozen -------------------------------------------------------------------------------------------------


@pages.get("/dossier/<dossier>/<case>/projet")
@access(SIGNED_IN)
def draft(dossier: str, case: str) -> Response:
    """What will be sent, to read again: every part, and the PDF marked « projet, non signé »."""
    found = the_case(the_dossier(dossier), case)
    kind, values = drafted(found)
    return show("contract_draft.html", case=found, dossier=found.dossier, parts=papers.parts(kind, values),
                version=papers.template_version(kind), back=url_for("dossier.summary", uid=dossier))


@pages.get("/dossier/<dossier>/<case>/projet.pdf")
@access(SIGNED_IN)
def draft_pdf(dossier: str, case: str) -> Response:
    """The draft as a PDF, marked on every page."""
    found = the_case(the_dossier(dossier), case)
    kind, values = drafted(found)
    return as_pdf(papers.make(kind, {**values, "draft": True}).content, f"projet-{kind}.pdf")


def drafted(case: Case) -> tuple[str, dict[str, Any]]:
    """(kind, values) of a contract being prepared; 404 when there is none yet, or for whom it is not."""
    facts, _ = my_steps(case)
    kind = next((then.paper for row in workflow_of(case).rows("send") for then in row.then if isinstance(then, Freeze)), "")
    if case.state != "drafting" or not kind or facts.first_day is None or not my_roles(case) & WRITERS:
        abort(404)
    kind = contracts.kind_of(kind, facts)
    return kind, contracts.values_of(kind, case, facts)
