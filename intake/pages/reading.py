"""What leaves a trace of reading, hence POSTs: « J’ai lu », and the beat that tells others one is here (TRUST 2.4)."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for

from intake.access import STAFF, access, me
from intake.lookup import only_asked, the_dossier
from intake.models import presence, read_marks
from intake.models.dossiers import Dossier
from intake.show import go, show

pages = Blueprint("reading", __name__)


@pages.post("/dossier/<uid>/lu")
@access(STAFF)
def have_read(uid: str) -> Response:
    """« J’ai lu »: what the page showed is no longer new."""
    dossier = theirs(uid)
    read_marks.mark(me(), dossier, request.form.get("number", 0, type=int))
    return go(url_for("dossier.answers", uid=uid))


@pages.post("/dossier/<uid>/presence")
@access(STAFF)
def beat(uid: str) -> Response:
    """I am reading; who else is."""
    return show("reading.html", block="presence", uid=uid, others=[one.called for one in presence.beat(me(), theirs(uid))])


def theirs(uid: str) -> Dossier:
    """Someone else’s dossier that I read; nobody’s presence is told on their own, nor while one is only asked."""
    dossier = the_dossier(uid)
    if dossier.person_id == me().id or only_asked(dossier):
        abort(404)
    return dossier
