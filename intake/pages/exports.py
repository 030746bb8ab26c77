"""Exports: asked for, followed on a page of their own, collected by a POST (SCREENS P2, B17)."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for

from intake import listing
from intake.access import access, acting_as, antennas_seen, me
from intake.columns import ask as ask_view, stages_of
from intake.models import board_exports, cards
from intake.models.board_exports import BoardExport
from intake.pages.board import WHO
from intake.pages.board_table import MOST
from intake.show import go, show
from intake.stages import NAMED

pages = Blueprint("exports", __name__)

LARGEST = 5_000
"""Dossiers of one list."""


@pages.route("/exports/nouveau", methods=["GET", "POST"])
@access(*WHO, second_step=True)
def ask() -> Response:
    """What will be listed, in which format; then the work is owed."""
    found = listed()
    if request.method == "POST" and found and request.form.get("format") in listing.WRITE:
        asked = board_exports.ask(me(), acting_as(*WHO), request.form["format"], found, request.form.get("key"))
        return go(url_for("exports.follow", uid=asked.uid))
    chosen = cards.by_id(found) if request.values.getlist("dossier") else []
    missing = request.method == "POST"
    return show("exports_ask.html", block="form", count=len(found), chosen=chosen, given=request.values, missing=missing,
                lately=board_exports.lately(me()), status=422 if missing else 200)


@pages.get("/exports/<uid>")
@access(*WHO)
def follow(uid: str) -> Response:
    """How far it is, then where to collect it."""
    return show("exports.html", block="progress", export=mine(uid))


@pages.post("/exports/<uid>/recuperer")
@access(*WHO, second_step=True)
def collect(uid: str) -> Response:
    """The file, while it is kept."""
    export = mine(uid)
    if export.status != "ready":
        return show("exports.html", block="progress", export=export, status=409)
    response = Response(board_exports.collect(export, me(), acting_as(*WHO)), content_type=listing.TYPES[export.format])
    response.headers.set("Content-Disposition", "attachment", filename=listing.filename(export))
    return response


@pages.post("/exports/<uid>/reessayer")
@access(*WHO)
def try_again(uid: str) -> Response:
    """One more try."""
    board_exports.try_again(mine(uid))
    return go(url_for("exports.follow", uid=uid))


def mine(uid: str) -> BoardExport:
    """One of my exports; else 404."""
    found = board_exports.of(me(), uid)
    if found is None:
        abort(404)
    return found


def listed() -> list[int]:
    """The admissions to list: those chosen in the table, else all that the view’s filters ask for."""
    asked = ask_view(request.values, antennas_seen(*WHO))
    if uids := request.values.getlist("dossier"):
        return [one.id for one in cards.some(asked.wanted, uids, MOST)]
    stage = NAMED.get(request.values.get("etape", ""))
    return cards.ids(asked.wanted, [stage] if stage else stages_of(asked), LARGEST)
