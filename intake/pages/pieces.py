"""Documents: added one by one to a page (S6), opened by those who may; opening what is sensitive leaves a record."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from intake import shelf
from intake.access import SIGNED_IN, access, me
from intake.answers_read import is_sensitive, may_read_piece
from intake.lookup import cases_of, my_roles, the_dossier
from intake.models import pieces as kept, readings
from intake.models.dossiers import Dossier
from intake.models.drafts import ChangedElsewhere
from intake.models.pieces import Piece
from intake.pages.application import my_case
from intake.pages.sheet import Sheet, changed_elsewhere
from intake.questionnaire import Typed
from intake.show import go, show
from intake.uploads import BadFile, store
from workflows import roles
from workflows.fields import PieceField

pages = Blueprint("pieces", __name__)

NONE_CHOSEN = "Choisissez un fichier"


# On a page -----------------------------------------------------------------------------------------------------------


@pages.post("/demande/<case>/<name>/pieces/<field>")
@access(SIGNED_IN)
def add(case: str, name: str, field: str) -> Response:
    """Add a file to a document of a page, or use again one that is there; what is typed beside it is kept too."""
    sheet = the_sheet(case, name, field)
    try:
        return lay(sheet, field, chosen(sheet, field))
    except BadFile as bad:
        form = sheet.form(Typed(request.form))
        form[field].errors = (str(bad),)
        return sheet.show(form, status=422)


@pages.post("/demande/<case>/<name>/pieces/<field>/supprimer")
@access(SIGNED_IN)
def take_away(case: str, name: str, field: str) -> Response:
    """Take a file off a page."""
    return lay(the_sheet(case, name, field), field, "")


def lay(sheet: Sheet, field: str, uid: str) -> Response:
    """The page with its document changed; as posted, when it was saved from elsewhere meanwhile."""
    typed = Typed(request.form)
    try:
        shelf.put(sheet.case, sheet.page, sheet.facts, field, uid, typed)
    except ChangedElsewhere as changed:
        return sheet.show(sheet.form(typed), status=409, problem=changed_elsewhere(changed.page))
    return go(back_to(sheet, field))


def the_sheet(case: str, name: str, field: str) -> Sheet:
    """The page of mine that asks for this document; else 404."""
    sheet = Sheet.of(my_case(case), name, me())
    if sheet is None or not isinstance(sheet.page.form()._fields.get(field), PieceField):
        abort(404)
    return sheet


def chosen(sheet: Sheet, field: str) -> str:
    """The piece to lay down: one already added, or the file that is posted. Raises BadFile."""
    again = request.form.get("use")
    if again:
        known = kept.of_dossier(sheet.case.dossier, again)
        if known is None or known.added_by_id != me().id:
            abort(404)
        return known.uid
    file = request.files.get(field)
    if file is None or not file.filename:
        raise BadFile(NONE_CHOSEN)
    return store(sheet.case.dossier, file, me(), title=field, key=request.form.get("sheet", "")).uid


def back_to(sheet: Sheet, field: str) -> str:
    """The page, at the document."""
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    return f"/demande/{sheet.case.uid}/{sheet.page.name}{query}#{field}-piece"


# Opened --------------------------------------------------------------------------------------------------------------


@pages.get("/dossier/<uid>/pieces/<piece>")
@access(SIGNED_IN)
def download(uid: str, piece: str) -> Response:
    """A document, as a download; what is sensitive opens otherwise for whoever it does not belong to."""
    dossier, found = the_piece(uid, piece)
    if is_sensitive(found) and dossier.person_id != me().id:
        abort(405)
    if not readable(dossier, found):
        abort(404)
    return as_download(found)


@pages.post("/dossier/<uid>/pieces/<piece>")
@access(SIGNED_IN, second_step=True)
def open_sensitive(uid: str, piece: str) -> Response:
    """Open an identity paper: who opens it is recorded, and who is refused it (TRUST 3.23)."""
    dossier, found = the_piece(uid, piece)
    allowed = readable(dossier, found)
    if is_sensitive(found):
        readings.record(me(), dossier, f"piece:{found.uid}", allowed=allowed)
    if not allowed:
        abort(403 if is_sensitive(found) else 404)
    return as_download(found)


@pages.get("/dossier/<uid>/pieces/<piece>/voir")
@access(SIGNED_IN)
def look(uid: str, piece: str) -> Response:
    """An image that we drew again, on a page; any other document is downloaded."""
    dossier, found = the_piece(uid, piece)
    if not found.media_type.startswith("image/") or (is_sensitive(found) and dossier.person_id != me().id):
        return download(uid, piece)
    if not readable(dossier, found):
        abort(404)
    return show("piece.html", dossier=dossier, piece=found, mine=dossier.person_id == me().id)


def the_piece(uid: str, piece: str) -> tuple[Dossier, Piece]:
    """A document of a dossier where I have a role; else 404."""
    dossier = the_dossier(uid)
    return dossier, kept.of_dossier(dossier, piece) or abort(404)


def readable(dossier: Dossier, piece: Piece) -> bool:
    """Whether I may read it."""
    return may_read_piece(piece, me(), {role for case in cases_of(dossier) for role in my_roles(case)} | (
        {roles.person} if dossier.person_id == me().id else set()))


def as_download(piece: Piece) -> Response:
    """The exact type, never shown as a page."""
    response = Response(kept.content_of(piece), mimetype=piece.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=piece.filename)
    return response
