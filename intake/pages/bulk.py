"""Several dossiers at once, from the table: every name is listed first; nobody is refused here (SCREENS B13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from intake import moment, sheets, words
from intake.access import access, acting_as, antennas_seen, me
from intake.cases import AnswersInvalid, StepRefused, take_step
from intake.columns import ask
from intake.models import badges, board_exports, cards, days
from intake.models.cards import Card
from intake.models.dossiers import Case, Dossier
from intake.models.people import Person
from intake.pages.board import WHO
from intake.pages.board_table import MOST
from intake.pages.journee import pdf
from intake.show import go, show

pages = Blueprint("bulk", __name__)

ACTS = {
    "confier": ("Me confier ces dossiers", "Ces dossiers me sont confiés. Personne ne reçoit de lettre."),
    "inviter": ("Inviter à une journée", "Chaque personne reçoit ce message dans dix minutes."),
    "badges": ("Imprimer les badges", "Un PDF à découper. L’impression est notée dans l’historique, avec votre nom."),
    "exporter": ("Exporter", "L’export est noté dans l’historique de la maison, avec votre nom."),
}


@pages.get("/candidatures/choisies")
@access(*WHO)
def choose() -> Response:
    """Every name, before anything is done."""
    act = request.args.get("acte", "")
    if act not in ACTS:
        return go(url_for("board_table.rows"))
    if act == "exporter":
        return go(url_for("exports.ask", dossier=request.args.getlist("dossier")[:MOST]))
    return page(act, chosen(request.args.getlist("dossier")))


@pages.post("/candidatures/choisies/<act>")
@access(*WHO)
def do(act: str) -> Response:
    """The same for each of them; what is refused is told by name, the others are done."""
    found = chosen(request.form.getlist("dossier"))
    if act == "badges" and found:
        return printed(found)
    if act not in DO:
        abort(404)
    answers = {name: request.form.get(name, "") for name in ("subject", "message")}
    if not found or (act == "inviter" and not all(text.strip() for text in answers.values())):
        return page(act, found, status=422, missing=True)
    refused = []
    for one in found:
        try:
            DO[act](one, answers, f"{request.form.get('key', '')}-{one.id}")
        except (StepRefused, AnswersInvalid) as problem:
            said = problem.refusals[0] if isinstance(problem, StepRefused) else None
            refused.append((one.name, words.say(said) if said else "Ce texte ne convient pas."))
    if refused:
        return page(act, found, status=409, refused=refused)
    return go(url_for("board.stages", vue="mes-dossiers" if act == "confier" else None, fait=f"{act}-{len(found)}"))


def page(act: str, found: list[Card], status: int = 200, **more: Any) -> Response:
    """The page that lists them."""
    ahead = [one for one in days.journees_from(moment.today()) if not one.to_confirm]
    return show("bulk.html", block="form", status=status, act=act, title=ACTS[act][0], says=ACTS[act][1], chosen=found, most=MOST,
                given=request.values, day=ahead[0].day if ahead else None, **more)


def chosen(uids: list[str]) -> list[Card]:
    """The cards of these cases, within the antennas one reads; fifty at most."""
    return cards.some(ask({}, antennas_seen(*WHO)).wanted, uids, MOST)


def printed(found: list[Card]) -> Response:
    """The badges of these people, to cut out; whoever has none receives one."""
    people = list(Person.select().join(Dossier, on=Dossier.person == Person.id).where(
        Dossier.uid.in_([one.dossier for one in found])).order_by(Person.last_name, Person.id))
    badges.give_badges(people)
    board_exports.log_print(me(), acting_as(*WHO), len(people))
    return pdf(sheets.badge_sheet(badges.badges_of(people)), f"badges-{moment.today()}.pdf")


def assign(one: Card, _: dict[str, str], key: str) -> None:
    """« Confier ce dossier » to whoever asks."""
    take_step(Case.get_by_id(one.id), "assign", by=me(), raw={"follower": me().uid}, key=key)


def invite(one: Card, answers: dict[str, str], key: str) -> None:
    """The message; its letter begins with each first name."""
    take_step(Case.get_by_id(one.id), "write", by=me(), raw=answers, key=key)


DO: dict[str, Callable[[Card, dict[str, str], str], None]] = {"confier": assign, "inviter": invite}
