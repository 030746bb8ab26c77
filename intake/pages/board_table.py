"""The same set as a table: sorted by link, page by page, for work on several dossiers at once and for print (SCREENS B7, B13)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

import workflows
from intake import words
from intake.access import access, antennas_seen
from intake.columns import ask, fact_of, stages_of
from intake.models import cards
from intake.models.cards import Card, Wanted
from intake.pages.board import WHO
from intake.show import show
from intake.stages import ASIDE, NAMED, STAGES

pages = Blueprint("board_table", __name__)

MOST = 50
"""Rows of a page, and dossiers one acts on at once."""
HEADS = (("nom", "Nom"), ("numero", "Numéro"), ("", "Activité"), ("ville", "Ville"), ("", "Étape"), ("depuis", "Depuis le"),
         ("contact", "Dernier contact"), ("", "À savoir"))


@pages.get("/candidatures/tableau")
@access(*WHO)
def rows() -> Response:
    """A page of the table."""
    seen = antennas_seen(*WHO)
    asked = ask(request.args, seen)
    stage = NAMED.get(request.args.get("etape", ""))
    usual, wanted = stage.sort if stage else "contact", request.args.get("tri", "")
    sort = wanted if wanted.lstrip("-") in cards.SORTS else usual
    found = cards.page(asked.wanted, [stage] if stage else stages_of(asked), sort=sort, after=request.args.get("apres", ""),
                       most=MOST)
    here = {"etape": stage.name if stage else "", "tri": sort if sort != usual else ""}
    return show("board_table.html", block="table", rows=[line(one, asked.wanted) for one in found.cards], stage=stage,
                stages=(*STAGES, *ASIDE), asked=asked, antennas=seen, count=found.count,
                heads=heads(sort, asked, here), here=here,
                more=f"{url_for('board_table.rows')}?{asked.address(**here, apres=found.next)}" if found.next else "")


def heads(sort: str, asked: Any, here: dict[str, str]) -> list[dict[str, str]]:
    """The heads of the columns: a link sorts, and again the other way round."""
    found = []
    for name, label in HEADS:
        if not name:
            found.append({"label": label})
            continue
        now = {name: "ascending", f"-{name}": "descending"}.get(sort, "none")
        other = f"-{name}" if sort == name else name
        found.append({"label": label, "sort": now,
                      "href": f"{url_for('board_table.rows')}?{asked.address(**{**here, 'tri': other})}"})
    return found


def line(one: Card, wanted: Wanted) -> dict[str, Any]:
    """A row of the table."""
    fact, stalled = fact_of(one, wanted)
    return {
        "case": one.case, "name": one.name, "number": one.number, "activity": one.activity, "town": one.town,
        "state": workflows.ALL["admission"].state[one.state].label, "stalled": stalled,
        "since": words.near_day(one.entered_at, wanted.today) if one.entered_at else "",
        "contact": words.near_day(one.moved_at, wanted.today) if one.moved_at else "",
        "fact": fact if stalled or one.asked or one.month else "", "href": url_for("dossier.summary", uid=one.dossier),
    }
