"""The board: dossiers by stage; filters are in the address, and a view may be kept (SCREENS S10, B1–B9)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for

import workflows
from intake import moment, undo, words
from intake.access import access, antennas_seen, me
from intake.columns import Column, ask, columns_of, months_line, presets, version_of
from intake.facts import facts_of
from intake.lookup import my_roles
from intake.models import cards, views
from intake.models.dossiers import Case
from intake.models.people import Antenna
from intake.pages.dossier import href, why_not
from intake.show import go, htmx, show
from intake.stages import ASIDE, OF_STATE, STAGES
from workflows import roles
from workflows.engine import BEGIN, OpenStep, open_steps

pages = Blueprint("board", __name__)

WHO = (roles.circle, roles.coordinator, roles.support, roles.cogerance)


@pages.get("/candidatures")
@access(*WHO)
def stages() -> Response:
    """Columns, or one stage at a time on a phone; 204 when what is asked has not changed since it was shown."""
    seen = antennas_seen(*WHO)
    asked = ask(request.args, seen)
    columns = columns_of(asked)
    version = version_of(columns)
    since = request.args.get("depuis", "")
    if htmx.wants_block and since == version:
        return Response(status=204)
    changed = bool(since and request.args.get("discret"))
    return show("board.html", block="changed" if changed else "board", changed=changed, columns=columns, asked=asked,
                version=version, antennas=seen, shown=stage_shown(columns), aside=ASIDE, months=months_line(seen),
                presets=presets(asked), saved=views.seen_by(me()), any=any(one.cards for one in columns),
                moved=moved(seen), done=done(), since=since, reader_id=me().id)


@pages.get("/candidatures/<case>/deplacer")
@access(*WHO)
def move(case: str) -> Response:
    """« Déplacer… »: the stages one may lead to, the others with why not; « Continuer » leads to the step's own page."""
    found = cards.case_of(case, [one.id for one in antennas_seen(*WHO)])
    moves = moves_of(found)
    wanted = request.args.get("vers", "")
    chosen = next((one.step for one in moves if one.possible and one.step.name == wanted), None)
    if chosen is not None:
        return go(href(found, chosen) + "?from=tableau")
    missing = "continuer" in request.args
    return show("board_move.html", block="panel", status=422 if missing else 200, case=found, dossier=found.dossier,
                missing=missing, stage=OF_STATE.get(found.state),
                possible=[(one.step, label_of(one)) for one in moves if one.possible],
                blocked=[why_not(found, one) for one in moves if not one.possible])


@pages.post("/candidatures/vues")
@access(*WHO)
def keep_view() -> Response:
    """« Enregistrer cette vue », for oneself or for everyone who opens the board."""
    query = request.form.get("query", "").lstrip("?")
    name = " ".join(request.form.get("name", "").split())
    if not name:
        return show("board_view.html", block="form", status=422, query=query, missing=True)
    kept = views.keep(me(), name, query, request.form.get("shared") == "yes")
    return go(f"{url_for('board.stages')}?{kept.query}")


@pages.get("/candidatures/vues/nouvelle")
@access(*WHO)
def name_view() -> Response:
    """The name of a view, and who finds it."""
    query = request.query_string.decode("utf-8", "replace")
    return show("board_view.html", block="form", query=query, missing=False)


@pages.post("/candidatures/vues/<uid>/oublier")
@access(*WHO)
def forget_view(uid: str) -> Response:
    """One of my views is forgotten."""
    if not views.remove(uid, me()):
        abort(404)
    return go(url_for("board.stages"))


def done() -> str:
    """What was just done to several dossiers."""
    act, _, number = request.args.get("fait", "").partition("-")
    if not number.isdigit():
        return ""
    n = words.Count(int(number))
    return {"confier": f"{n:dossier vous est confié|dossiers vous sont confiés}.",
            "inviter": f"{n:message part|messages partent} dans dix minutes."}.get(act, "")


def stage_shown(columns: list[Column]) -> str:
    """The stage a phone shows: the one asked for, else the first that holds someone."""
    asked = request.args.get("etape", "")
    if any(one.stage.name == asked for one in columns):
        return asked
    return next((one.stage.name for one in columns if one.cards), STAGES[0].name)


def moves_of(case: Case) -> list[OpenStep]:
    """The steps that lead to another stage and concern me, possible or not."""
    workflow = workflows.ALL["admission"]
    steps = open_steps(workflow, case.state or BEGIN, my_roles(case), facts_of(case, me()))
    first = workflow.state[case.state].next_steps
    found = [one for one in steps if one.step.label and one.step.dest and one.step.dest != case.state]
    return sorted(found, key=lambda one: first.index(one.step.name) if one.step.name in first else len(first))


def label_of(one: OpenStep) -> str:
    """« Dossier complet, vers Rencontre »."""
    to = workflows.ALL["admission"].state[one.step.dest or ""]
    stage = OF_STATE.get(to.name)
    return f"{one.step.label}, vers {stage.title if stage else to.label}"


def moved(seen: list[Antenna]) -> dict[str, Any] | None:
    """The card that was just moved: where it is now, and until when this may be undone."""
    uid = request.args.get("deplace", "")
    if not uid:
        return None
    case = cards.case_of(uid, [one.id for one in seen])
    last, stage = undo.last_step(case), OF_STATE.get(case.state)
    may_undo = last is not None and undo.why_not(case, last, me()) is None
    return {"case": uid, "text": f"{case.dossier.person.name} passe dans {stage.title if stage else case.state}",
            "until": words.hour(undo.until(case, last)) if may_undo and last else "", "now": moment.now(),
            "undo": url_for("step.take", dossier=case.dossier.uid, case=uid, step="undo")}
