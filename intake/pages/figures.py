"""Figures: what happened and what is coming, each as a sentence, bars, a table and its CSV (SCREENS S25, C4, C5)."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

from flask import Blueprint, Response, abort, request
from wtforms import Form, ValidationError

from intake import moment, past
from intake.access import access, antennas_seen
from intake.figures import FIGURES, Asked
from intake.show import show
from intake.stages import RECENT, STAGES
from workflows import fields as f, roles
from workflows.calendar import start_of_paris_day

pages = Blueprint("figures", __name__)

WHO = (roles.circle, roles.coordinator, roles.support, roles.cogerance)
PERIODS = {"3": "3 mois", "12": "12 mois", "tout": "Depuis le début"}
USUAL = "12"


@pages.get("/chiffres")
@access(*WHO)
def overview() -> Response:
    """Every figure of a period, on the antennas one may read, or one of them."""
    asked = asked_for()
    return show("figures.html", figures={key: draw(asked) for key, draw in FIGURES.items()}, periods=PERIODS,
                period=request.args.get("periode", USUAL), antennas=antennas_seen(*WHO),
                antenna=request.args.get("antenne", ""), today=asked.today)


@pages.get("/chiffres/<name>.csv")
@access(*WHO)
def table(name: str) -> Response:
    """One figure's table, for a spreadsheet."""
    figure = FIGURES.get(name) or abort(404)
    found, text = figure(asked_for()), StringIO()
    lines = csv.writer(text, delimiter=";")
    lines.writerow(found.heads)
    lines.writerows([harmless(cell) for cell in row] for row in found.rows)
    return Response("\ufeff" + text.getvalue(), mimetype="text/csv",
                    headers={"Content-Disposition": f'attachment; filename="chiffres-{name}.csv"'})


def harmless(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula (TRUST 3.24)."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" else cell


def asked_for() -> Asked:
    """The period and the antennas of the address; 404 for an antenna one may not read."""
    period, code = request.args.get("periode", USUAL), request.args.get("antenne", "")
    if period not in PERIODS:
        abort(404)
    seen = [one for one in antennas_seen(*WHO) if code in ("", one.code)] or abort(404)
    return Asked(tuple(seen), moment.today(), int(period) if period.isdigit() else None)


class DayForm(Form):
    """Which evening one looks back to."""

    day = f.DayField("Jour", missing="Saisissez un jour")

    def validate_day(self, field: f.DayField) -> None:
        """What has not happened yet cannot be shown."""
        if field.data and field.data > moment.today():
            raise ValidationError("Le jour doit être passé")


@pages.get("/candidatures/a-la-date")
@access(*WHO)
def then() -> Response:
    """The board as it stood at the end of a day; the address is the view."""
    form = DayForm(request.args if request.args else None)
    if not request.args:
        return show("figures_then.html", form=DayForm(data={"day": moment.today() - timedelta(days=30)}), day=None)
    if not form.validate():
        return show("figures_then.html", status=422, form=form, day=None)
    stood = past.admissions_on(form.day.data, [one.id for one in antennas_seen(*WHO)])
    since = start_of_paris_day(form.day.data) - RECENT
    columns = [(stage, [row for row in stood if row["state"] in stage.states
                        and (stage.name != "accueilli" or row["since"] >= since)]) for stage in STAGES]
    return show("figures_then.html", form=form, day=form.day.data, columns=columns)
