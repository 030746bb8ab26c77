"""The board: dossiers by stage, or the same set as a table; filters are in the address (SCREENS S10, B1–B9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for

import workflows
from intake import moment, words
from intake.access import access, antennas_seen, me
from intake.facts import facts_of
from intake.lookup import my_roles
from intake.models import cards
from intake.models.people import Antenna
from intake.models.places import of_months
from intake.pages.dossier import href, why_not
from intake.show import show
from workflows import roles
from workflows.calendar import Month
from workflows.engine import BEGIN, open_steps

pages = Blueprint("board", __name__)

WHO = (roles.circle, roles.coordinator, roles.support, roles.cogerance)


@dataclass(frozen=True)
class Stage:
    """A column of the board."""

    name: str
    title: str
    states: tuple[str, ...]
    station: int
    empty: str
    stalled_after: int = 0
    """Days without contact after which a card says so, in words."""


STAGES = (
    Stage("a-lire", "À lire", ("submitted",), 1, "Rien à lire. Les nouvelles candidatures arrivent ici.", 7),
    Stage("rencontre", "Rencontre", ("review", "deferred"), 2, "Personne n’attend de rencontre.", 21),
    Stage("liste-d-attente", "Liste d’attente", ("waiting", "paused"), 3,
          "Pas de liste d’attente : la prochaine place est libre.", 45),
    Stage("entree-prevue", "Entrée prévue", ("offered", "papers", "signing"), 4, "Aucune entrée prévue."),
    Stage("accueilli", "Accueil récent", ("joined",), 4, "Personne n’est entré ces 30 derniers jours."),
)
ASIDE = {
    "contacts": Stage("contacts", "Contacts", ("contact", "meeting", "draft"), 1, "Aucun contact pour l’instant."),
    "sans-suite": Stage("sans-suite", "Sans suite", ("declined", "redirected", "withdrawn", "lapsed"), 0,
                        "Aucun dossier sans suite."),
}
RECENT = timedelta(days=30)
COLUMN = 20
"""Cards of one column at first; « Suite » leads to the next ones."""
TABLE = 50


@pages.get("/candidatures")
@access(*WHO)
def stages() -> Response:
    """Columns, or one stage at a time on a phone."""
    seen = antennas_seen(*WHO)
    wanted = filters(seen)
    shown = request.args.get("etape", STAGES[0].name)
    columns = [column(stage, seen, wanted) for stage in STAGES]
    return show("board.html", block="board", columns=columns, shown=shown, wanted=wanted, antennas=seen,
                aside=[(stage.title, url_for("board.table", etape=stage.name)) for stage in ASIDE.values()],
                months=months_line(seen), views=views(), any=any(one["cards"] for one in columns))


@pages.get("/candidatures/tableau")
@access(*WHO)
def table() -> Response:
    """The same set as a table, page by page."""
    seen = antennas_seen(*WHO)
    wanted = filters(seen)
    stage = {one.name: one for one in (*STAGES, *ASIDE.values())}.get(request.args.get("etape", ""))
    states = stage.states if stage else tuple(state for one in STAGES for state in one.states)
    page = cards.page(wanted["antennas"], states, search=wanted["q"], follower=wanted["follower"],
                      after=request.args.get("apres", ""), most=TABLE)
    return show("board_table.html", block="table", rows=[card(one, stage) for one in page.cards], stage=stage,
                stages=(*STAGES, *ASIDE.values()), wanted=wanted, antennas=seen,
                more=url_for("board.table", **{**request.args, "apres": page.next}) if page.next else "")


@pages.get("/candidatures/<case>/deplacer")
@access(*WHO)
def move(case: str) -> Response:
    """« Déplacer… »: the stages one may lead to, the others with why not."""
    found = cards.case_of(case, [one.id for one in antennas_seen(*WHO)])
    facts = facts_of(found, me())
    steps = open_steps(workflows.ALL["admission"], found.state or BEGIN, my_roles(found), facts)
    moves = [one for one in steps if one.step.label and one.step.dest and one.step.dest != found.state]
    return show("board_move.html", case=found, dossier=found.dossier,
                possible=[(one.step, href(found, one.step), workflows.ALL["admission"].state[one.step.dest])
                          for one in moves if one.possible and one.step.dest],
                blocked=[why_not(found, one) for one in moves if not one.possible])


def filters(seen: list[Antenna]) -> dict[str, Any]:
    """What the address asks: words, an antenna, my dossiers."""
    code = request.args.get("antenne", "")
    antennas = [one for one in seen if not code or one.code == code] or seen
    return {"q": request.args.get("q", "").strip(), "antenne": code, "antennas": [one.id for one in antennas],
            "follower": me().uid if request.args.get("vue") == "mes-dossiers" else "",
            "stalled": request.args.get("vue") == "a-relancer", "vue": request.args.get("vue", "")}


def column(stage: Stage, seen: list[Antenna], wanted: dict[str, Any]) -> dict[str, Any]:
    """A column: its first cards, and how many there are (« 50+ » beyond)."""
    since = moment.now() - RECENT if stage.name == "accueilli" else None
    by_rank = stage.name == "liste-d-attente"
    page = cards.page(wanted["antennas"], stage.states, search=wanted["q"], follower=wanted["follower"],
                      since=since, by_rank=by_rank, most=COLUMN)
    lines = [card(one, stage) for one in page.cards]
    if wanted["stalled"]:
        lines = [line for line in lines if line["stalled"]]
    return {"stage": stage, "cards": sorted(lines, key=lambda line: not line["stalled"]) if not by_rank else lines,
            "count": page.count, "more": url_for("board.table", etape=stage.name) if page.next else ""}


def card(one: cards.Card, stage: Stage | None) -> dict[str, Any]:
    """A card: name, activity and town, one dated fact, one pill at most."""
    now = moment.now()
    days = (now - one.moved_at).days if one.moved_at else 0
    stalled = bool(stage and stage.stalled_after and days >= stage.stalled_after)
    state = workflows.ALL["admission"].state[one.state]
    since = f"Depuis le {words.short_day(one.entered_at)}" if one.entered_at else ""
    return {
        "name": one.name, "href": url_for("dossier.summary", uid=one.dossier),
        "lines": [" · ".join(part for part in (one.activity, one.town) if part), one.peer and f"Binôme : {one.peer}"],
        "fact": f"Sans nouvelle depuis {days} jours" if stalled else since, "stalled": stalled,
        "state": state.label, "pill": state.label if stage and one.state != stage.states[0] else "", "number": one.number,
        "move": url_for("board.move", case=one.case), "id": f"carte-{one.case}",
    }


def months_line(seen: list[Antenna]) -> list[str]:
    """« Entrées de décembre : 1 place sur 2 attribuée », for the capped antennas one reads."""
    this = Month.of(moment.today())
    found = []
    for antenna in seen:
        if antenna.capped != "yes":
            continue
        for month, places in of_months(antenna, str(this), str(this.next())).items():
            given = places.get("accepted", 0) + places.get("used", 0) + places.get("held", 0)
            total = given + places.get("free", 0)
            found.append(f"Entrées {words.de_month(month)} : {given} place{'s' if given > 1 else ''} sur {total} "
                         f"attribuée{'s' if given > 1 else ''}")
    return found


def views() -> list[tuple[str, str, str]]:
    """Presets: (name, label, address)."""
    return [("", "Toutes", url_for("board.stages")),
            ("mes-dossiers", "Mes dossiers", url_for("board.stages", vue="mes-dossiers")),
            ("a-relancer", "À relancer", url_for("board.stages", vue="a-relancer"))]
