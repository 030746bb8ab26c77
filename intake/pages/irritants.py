"""« Ce qui coince »: left without a name, on the day; read and answered by the Cercle vie coopérative (S18)."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, abort, request, url_for
from wtforms import Form

from intake import moment, words
from intake.access import ANYONE, access, me
from intake.changing import Change, typed
from intake.models import irritants
from intake.models.days import journee_on
from intake.models.irritants import Irritant
from intake.show import go, show
from workflows import fields as f
from workflows.roles import coop_life

pages = Blueprint("irritants", __name__)

YEAR = timedelta(days=366)


class DropForm(Form):  # type: ignore[misc]
    """A text and a subject, nothing else."""

    text = f.LinesField("Qu’est-ce qui coince ?", missing="Écrivez ce qui coince", limit=irritants.LIMIT,
                        description="Une difficulté, un flou, une idée. Votre nom n’est pas demandé")
    subject = f.ChoiceField("Sujet", choices=list(irritants.SUBJECTS.items()), optional=True)


class AnswerForm(Form):  # type: ignore[misc]
    """What the circle answers."""

    answer = f.LinesField("Réponse du Cercle", missing="Écrivez la réponse", limit=1500)


@pages.get("/ce-qui-coince")
@access(coop_life)
def listing() -> Response:
    """What was left over the last year, by day, with the answers."""
    found = irritants.irritants_since(moment.today() - YEAR)
    wanted = request.args.get("voir") == "sans-reponse"
    shown = [one for one in found if not one.answer] if wanted else found
    by_day: dict[object, list[Irritant]] = {}
    for one in shown:
        by_day.setdefault(one.day, []).append(one)
    return show("irritants.html", by_day=by_day, subjects=irritants.SUBJECTS, only_open=wanted, total=len(found), tabs=[
        {"label": f"Tout {len(found)}", "href": url_for("irritants.listing"), "current": not wanted},
        {"label": f"Sans réponse {sum(not one.answer for one in found)}", "current": wanted,
         "href": url_for("irritants.listing", voir="sans-reponse")}])


@pages.route("/ce-qui-coince/<uid>", methods=["GET", "POST"])
@access(coop_life)
def answer(uid: str) -> Response:
    """Answer one."""
    found = Irritant.get_or_none(Irritant.uid == uid)
    if found is None:
        abort(404)
    form = AnswerForm(typed(), data={"answer": found.answer})
    page = Change("Répondre à ce qui coince", "Enregistrer la réponse", url_for("irritants.listing"),
                  caption=f"Déposé le {words.long_day(found.day)}", back_label="Ce qui coince", lead=[found.text],
                  told=["La réponse se lit ici et à la prochaine journée : personne ne sait qui avait écrit."])
    return page.answer(form, lambda: irritants.answer_irritant(found, form.answer.data, me()))


@pages.route("/journee/ce-qui-coince", methods=["GET", "POST"])
@access(ANYONE)
def drop() -> Response:
    """The same form as the tablet's, on one's own telephone, on the day of a journée (K42)."""
    form = DropForm(typed())
    journee = journee_on(moment.today())
    if journee is None or not irritants.room_left(moment.today()):
        return show("irritants_drop.html", block="drop", status=200 if request.method == "GET" else 409, form=form,
                    closed=True)
    if request.method == "GET" or not form.validate():
        return show("irritants_drop.html", block="drop", status=200 if request.method == "GET" else 422, form=form,
                    closed=False)
    irritants.drop_irritant(moment.today(), text=form.text.data, subject=form.subject.data or "",
                            key=f"page:{request.form.get('key', '')[:60]}")
    return go(url_for("irritants.thanks"))


@pages.get("/journee/ce-qui-coince/merci")
@access(ANYONE)
def thanks() -> Response:
    """It is left."""
    return show("irritants_thanks.html")
