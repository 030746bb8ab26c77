"""What the tablet's QR code opens: the same draft, on one's own telephone (SCREENS S16, JOURNEY §10)."""

from __future__ import annotations

from flask import Blueprint, Response, request, session, url_for

from intake import sessions, signing_in
from intake.access import ANYONE, access
from intake.models import handovers
from intake.show import go, show

pages = Blueprint("onward", __name__)


@pages.get("/suite/<token>")
@access(ANYONE)
def offer(token: str) -> Response:
    """A button, as often as wanted: opening the address changes nothing."""
    found = handovers.stands(token)
    return show("onward.html", token=token, usable=found is not None, direct=bool(found and found.direct),
                status=200 if found else 410)


@pages.post("/suite/<token>")
@access(ANYONE)
def follow(token: str) -> Response:
    """Use it up: sign in whoever just left a number; send a code to whoever left an address."""
    found = handovers.use(token)
    if found is None:
        return show("onward.html", token=token, usable=False, direct=False, status=410)
    person = found.dossier.person
    if found.direct or not person.email:
        sessions.begin(person, "borne")
        return go(url_for("journey.mine"))
    try:
        session["request"] = signing_in.ask(person.email, session["browser"], request.remote_addr or "", "/mon-parcours").uid
    except signing_in.TooMany:
        return show("sign_in_stopped.html", status=429, title="Trop d’essais. Recevez un nouveau code dans une heure.")
    return go(url_for("sign_in.code"))
