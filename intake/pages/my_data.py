"""My data: see, correct, take a copy away, ask to be erased (JOURNEY §11, TRUST 4.13)."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, url_for
from wtforms import Form

from intake import data_requests, exporting, moment
from intake.access import ANYONE, SIGNED_IN, access, me
from intake.changing import Change, typed
from intake.lookup import cases_of
from intake.models import privacy
from intake.models.dossiers import Dossier
from intake.outbox import office
from intake.show import go, show
from workflows import fields as f, roles

pages = Blueprint("my_data", __name__)


class EraseForm(Form):  # type: ignore[misc]
    """A word with the request, if one wants."""

    text = f.LinesField("Un mot pour l’équipe", optional=True, limit=1000)


@pages.get("/donnees/export.schema.json")
@access(ANYONE)
def schema() -> Response:
    """The form of a copy, for whoever reads it by a program."""
    return jsonify(exporting.schema())


@pages.get("/mes-donnees")
@access(SIGNED_IN)
def mine() -> Response:
    """What is kept of me, and what I can do about it."""
    dossiers = list(Dossier.select().where(Dossier.person == me(), Dossier.erased_at.is_null()).order_by(Dossier.id.desc()))
    return show("my_data.html", block="data", person=me(), dossiers=dossiers, change=to_correct(dossiers),
                copy=privacy.copy_of(me()), lasts=privacy.LASTS, erasure=privacy.unanswered(me(), "erasure"),
                contact=office.contact)


def to_correct(dossiers: list[Dossier]) -> str:
    """Where one’s address and telephone are changed, or ''."""
    cases = cases_of(dossiers[0]) if dossiers else []
    return url_for("step.take", dossier=dossiers[0].uid, case=cases[-1].uid, step="change_address") if cases else ""


@pages.post("/mes-donnees/copie")
@access(SIGNED_IN)
def ask_copy() -> Response:
    """Ask for a copy; it is made as owed work, within minutes."""
    privacy.ask_copy(me(), roles.person)
    return go(url_for("my_data.mine"))


@pages.post("/mes-donnees/copie/<uid>")
@access(SIGNED_IN)
def collect(uid: str) -> Response:
    """Hand the copy over, once."""
    made = privacy.collect(me(), uid, roles.person)
    if made is None:
        abort(404)
    response = Response(made, mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=f"mes-donnees-{moment.today()}.zip")
    return response


@pages.route("/mes-donnees/effacement", methods=["GET", "POST"])
@access(SIGNED_IN)
def ask_erasure() -> Response:
    """Ask to be erased; a person answers within a month."""
    form = EraseForm(typed())
    change = Change(
        "Demander l’effacement de mes données", "Envoyer ma demande", url_for("my_data.mine"),
        told=["L’équipe support vous répond sous un mois.",
              "Ce que la loi nous oblige à garder est mis à part, et nous vous disons jusqu’à quand.",
              "Une demande en cours se termine avant l’effacement."])
    return change.answer(form, lambda: data_requests.ask(me(), "erasure", form.text.data or ""))
