"""The register of associates, as the law asks a cooperative to keep it, and as a CSV (JOURNEY §5.5)."""

from __future__ import annotations

import csv
from io import StringIO

from flask import Blueprint, Response

from intake import register, words
from intake.access import access
from intake.pages.figures import harmless
from intake.show import show
from workflows import roles

pages = Blueprint("associates", __name__)

WHO = (roles.cogerance, roles.support, roles.associates)
HEADS = ("N°", "Nom", "Admission par l’AG", "Inscription", "Parts", "Versé", "Reste à verser", "Avant le", "Sortie")


@pages.get("/registre-des-associes")
@access(*WHO)
def book() -> Response:
    """Everyone, in the order of entry; whoever left stays in it."""
    lines = register.associates()
    return show("associates.html", lines=lines, heads=HEADS, now=sum(1 for one in lines if one.ended_on is None))


@pages.get("/registre-des-associes.csv")
@access(*WHO)
def file() -> Response:
    """The same, for a spreadsheet."""
    text = StringIO()
    rows = csv.writer(text, delimiter=";")
    rows.writerow(HEADS)
    for one in register.associates():
        rows.writerow([harmless(cell) for cell in (
            one.number, one.name, _day(one.admitted_on), _day(one.since), one.shares or "",
            words.money(one.paid) if one.shares or one.paid else "", words.money(one.due) if one.shares else "",
            _day(one.balance_by), _day(one.ended_on))])
    return Response("\ufeff" + text.getvalue(), mimetype="text/csv",
                    headers={"Content-Disposition": 'attachment; filename="registre-des-associes.csv"'})


def _day(day: object) -> str:
    return day.isoformat() if hasattr(day, "isoformat") else ""
