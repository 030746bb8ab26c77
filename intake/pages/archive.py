"""The archive: what the law obliges to keep of those who were erased; two named readers, each reading recorded (TRUST 4.9)."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from intake.access import access, me
from intake.models import archive, readings
from intake.models.dossiers import Dossier
from intake.models.settings import people_named
from intake.papers import TITLES
from intake.show import show
from workflows import roles

pages = Blueprint("archive", __name__)

WHO = (roles.cogerance, roles.support, roles.hr, roles.accounts, roles.admin)


@pages.get("/archive")
@access(*WHO, second_step=True)
def shelf() -> Response:
    """What it holds, whose, and until when; to others, who reads it."""
    kept = archive.shelf() if reads_it() else []
    return show("archive.html", reads=reads_it(), kept=kept, label_of=archive.label_of, titles=TITLES)


@pages.post("/archive")
@access(*WHO, second_step=True)
def open_one() -> Response:
    """One document; who opens it is recorded, and who is refused it."""
    found = archive.one(request.form.get("uid", "")) or abort(404)
    dossier = Dossier.get(Dossier.uid == found.subject.removeprefix("dossier:"))
    readings.record(me(), dossier, f"archive:{found.uid}", allowed=reads_it())
    if not reads_it():
        abort(403)
    response = Response(archive.content_of(found.uid), mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"archive-{found.kind}-{found.sha256[:8]}.pdf")
    return response


def reads_it() -> bool:
    """Whether the person signed in is one of the two that the cogérance named."""
    return me() in people_named("keep.archive_readers")
