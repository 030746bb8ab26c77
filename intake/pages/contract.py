"""The contract as it was frozen: what is read before signing, and kept after."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from intake.access import SIGNED_IN, access
from intake.lookup import my_roles, the_case, the_dossier
from intake.models.pieces import Paper
from workflows.roles import accounts, cogerance, hr, person, support

pages = Blueprint("contract", __name__)

READERS = frozenset({person, support, hr, accounts, cogerance})
"""Dates and objectives are told to the circle and the peer on the dossier; the contract itself is not theirs to read."""


@pages.get("/dossier/<dossier>/<case>/contrat.pdf")
@access(SIGNED_IN)
def read(dossier: str, case: str) -> Response:
    """The latest document sent to sign in this case, as a PDF of the same bytes."""
    found = the_case(the_dossier(dossier), case)
    sent = found.memory.get("document", "")
    kept = Paper.select().where(Paper.case == found, Paper.sha256 == sent).order_by(Paper.id.desc()).first() if sent else None
    if kept is None or not my_roles(found) & READERS:
        abort(404)
    response = Response(bytes(kept.content), mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=f"{found.workflow}-{sent[:8]}.pdf")
    return response
