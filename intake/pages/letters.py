"""Letters: those not sent first, those that wait, those handed over; « Renvoyer » asks first (SCREENS C8)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from intake import post, signing_links
from intake.access import access, antennas_seen, held_roles
from intake.delivery import says
from intake.models.dossiers import Dossier
from intake.models.letters import Letter
from intake.models.people import Person
from intake.show import go, show
from workflows import roles

pages = Blueprint("letters", __name__)

WHO = (roles.admin, roles.support, roles.cogerance)
READ = (roles.support, roles.cogerance)
"""Who reads the text of a letter about a dossier; the administration sees that it exists."""
STATES = {"failed": "Non parties", "waiting": "En attente", "sent": "Parties"}
WAITS = ("waiting", "claimed")
PAGE = 50


@pages.get("/lettres")
@access(*WHO)
def list_all() -> Response:
    """The letters of one kind, the latest first."""
    state = request.args.get("etat", "failed")
    if state not in STATES:
        abort(404)
    rows = mine().where(Letter.status.in_(WAITS if state == "waiting" else (state,)))
    before = request.args.get("avant", type=int)
    found = list((rows.where(Letter.id < before) if before else rows).order_by(Letter.id.desc()).limit(PAGE + 1))
    flood = post.BUDGET if post.over_budget() else 0
    return show("letters.html", block="letters", state=state, flood=flood, lines=[line(one) for one in found[:PAGE]],
                tabs=[{"label": label, "href": url_for("letters.list_all", etat=name), "current": name == state}
                      for name, label in STATES.items()],
                more=url_for("letters.list_all", etat=state, avant=found[PAGE - 1].id) if len(found) > PAGE else "")


def mine() -> Any:
    """The letters one may list: all for the administration, else those of the antennas one reads."""
    rows = Letter.select(Letter, Person, Dossier).join(Person, join_type="LEFT OUTER JOIN").switch(Letter).join(
        Dossier, join_type="LEFT OUTER JOIN")
    if roles.admin in held_roles():
        return rows
    return rows.where(Letter.dossier.is_null() | Dossier.antenna.in_(antennas_seen(*READ)))


def line(letter: Letter) -> dict[str, Any]:
    """A letter, in words."""
    return {"who": letter.recipient.name if letter.recipient else letter.address, "what": letter.subject,
            "when": says(letter), "late": letter.status == "failed", "href": url_for("letters.one", uid=letter.uid)}


@pages.get("/lettres/<uid>")
@access(*WHO)
def one(uid: str) -> Response:
    """A letter; its text for those who may read the dossier it is about."""
    letter = the_letter(uid)
    return show("letters_one.html", letter=letter, line=line(letter), problem=letter.problem,
                text=without_link(letter.body) if letter.dossier_id is None or reads(letter) else "",
                dossier=letter.dossier if letter.dossier and reads(letter) else None)


@pages.post("/lettres/<uid>/renvoyer")
@access(*WHO)
def resend(uid: str) -> Response:
    """One more try for a letter that did not leave; pressed twice, it leaves once."""
    letter = the_letter(uid)
    post.resend(letter)
    return go(url_for("letters.one", uid=uid))


def reads(letter: Letter) -> bool:
    """Whether the person signed in reads the dossier of a letter."""
    return letter.dossier.antenna_id in [antenna.id for antenna in antennas_seen(*READ)]


def without_link(body: str) -> str:
    """The text as it is kept: the personal link is written when the letter leaves, and is nobody else's."""
    return body.replace(signing_links.MARK, "(lien personnel, dans le courriel)")


def the_letter(uid: str) -> Letter:
    """A letter one may list; else 404."""
    found = mine().where(Letter.uid == uid).first()
    if found is None:
        abort(404)
    letter: Letter = found
    return letter
