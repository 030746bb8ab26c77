"""Needs and hours: what accompaniment brings up for training and circles, and the time peers give (JOURNEY §10)."""

from __future__ import annotations

import csv
from io import StringIO

from flask import Blueprint, Response

from intake import moment, needs
from intake.access import access, antennas_seen
from intake.pages.figures import harmless
from intake.show import show
from workflows import roles
from workflows.calendar import Month

pages = Blueprint("needs", __name__)

WHO = (roles.circle, roles.coordinator, roles.support, roles.cogerance)
MONTHS = 12


@pages.get("/besoins")
@access(*WHO)
def overview() -> Response:
    """Each need, and who expressed it; the hours of each peer this month and over the year."""
    seen = [one.id for one in antennas_seen(*WHO)]
    this_month = Month.of(moment.today())
    found, given = needs.needs(seen), needs.hours(seen, this_month.plus(1 - MONTHS), this_month)
    people = sorted({who for _, who, _ in given})
    rows = [(who, sum(h for month, one, h in given if one == who and month == this_month),
             sum(h for _, one, h in given if one == who)) for who in people]
    return show("needs.html", needs=found, rows=rows)


@pages.get("/besoins/heures.csv")
@access(*WHO)
def hours_file() -> Response:
    """Hours by month and peer, for whoever values them (funder, training)."""
    this_month, text = Month.of(moment.today()), StringIO()
    lines = csv.writer(text, delimiter=";")
    lines.writerow(("Mois", "Binôme", "Heures"))
    lines.writerows((str(month), harmless(who), f"{given:.2f}".replace(".", ",")) for month, who, given in needs.hours(
        [one.id for one in antennas_seen(*WHO)], this_month.plus(1 - MONTHS), this_month))
    return Response("\ufeff" + text.getvalue(), mimetype="text/csv",
                    headers={"Content-Disposition": 'attachment; filename="heures-accompagnement.csv"'})
