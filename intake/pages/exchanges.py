"""My exchanges: messages both ways and the letters I was sent, with where each stands; writing is one press away."""

from __future__ import annotations

from flask import Blueprint, Response, request

from intake import exchanges
from intake.access import SIGNED_IN, access, me
from intake.lookup import cases_of
from intake.pages.dossier import main_case
from intake.pages.journey import chosen, mine_of
from intake.show import show

pages = Blueprint("exchanges", __name__)


@pages.get("/mon-parcours/echanges")
@access(SIGNED_IN)
def mine() -> Response:
    """What was said, the latest first."""
    dossiers = mine_of(me())
    if not dossiers:
        return show("journey_empty.html")
    dossier = chosen(dossiers, request.args.get("dossier", ""))
    cases = cases_of(dossier)
    pairing = next((case for case in cases if case.workflow == "accompaniment" and case.state == "running"), None)
    return show("exchanges.html", dossier=dossier, said=exchanges.of(dossier, me()), main=main_case(cases),
                pairing=pairing if dossier.peer else None)
