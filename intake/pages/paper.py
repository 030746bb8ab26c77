"""The paper sheet, typed in afterwards: signatures of the morning and the afternoon, and the names nobody expected (K42)."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from wtforms import Form

from intake import moment, presences, words
from intake.access import access, me
from intake.models import attendance
from intake.models.days import Journee
from intake.pages.journee import RUN, antennas, the_journee
from intake.roll import Line, roll
from intake.show import go, show
from workflows import fields as f

pages = Blueprint("paper", __name__)


class OthersForm(Form):  # type: ignore[misc]
    """Names written by hand at the foot of the sheet."""

    morning = f.LinesField("Autres noms du matin", optional=True, limit=2000, description="Un par ligne, comme sur la feuille")
    afternoon = f.LinesField("Autres noms de l’après-midi", optional=True, limit=2000, description="Un par ligne")


@pages.route("/journees/<uid>/papier", methods=["GET", "POST"])
@access(*RUN)
def sheet(uid: str) -> Response:
    """Tick who signed; those noted already stay."""
    journee = the_journee(uid)
    lines, posted = roll(journee, antennas()), request.method == "POST"
    form = OthersForm(request.form if posted else None)
    early = journee.day > moment.today()
    if not posted or early or not form.validate():
        return show("paper.html", block="paper", status=409 if posted and early else 422 if posted else 200, form=form,
                    journee=journee, lines=lines, early=early, ticked=set(request.form) if posted else set())
    copy(journee, lines, form)
    return go(url_for("journee.one", uid=uid))


def copy(journee: Journee, lines: list[Line], form: OthersForm) -> None:
    """Each signature as a presence, each other name as one to match; typed twice, it is noted once."""
    at = min(moment.now(), words.noon(journee.day))
    for line in lines:
        for half in attendance.HALVES:
            if f"{half}-{line.person.uid}" in request.form:
                presences.sign(journee, half, person=line.person, name="", how="paper", at=at, key="", by=me())
    for half, names in (("morning", form.morning.data), ("afternoon", form.afternoon.data)):
        for name in dict.fromkeys(" ".join(row.split()) for row in (names or "").splitlines()):
            if name:
                presences.sign(journee, half, person=None, name=name[:120], how="paper", at=at, by=me(),
                               key=f"paper:{journee.uid}:{half}:{words.sorted_as(name)}"[:200])
