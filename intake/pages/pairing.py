"""Pairings: for the circle, who seeks a peer and who accompanies whom; for a peer, their people (JOURNEY §5.3, B23)."""

from __future__ import annotations

from flask import Blueprint, Response

from intake import pairing
from intake.access import STAFF, access, antennas_seen, me
from intake.items import items_of
from intake.show import show
from workflows import roles

pages = Blueprint("pairing", __name__)

WHO = (roles.circle, roles.coordinator, roles.support, roles.cogerance)


@pages.get("/binomes")
@access(*WHO)
def overview() -> Response:
    """Who seeks a peer, the longest first; the load of each peer."""
    antennas = antennas_seen(*WHO)
    return show("pairing.html", seeking=pairing.seeking(antennas), loads=pairing.loads(antennas))


@pages.get("/mes-accompagnements")
@access(STAFF)
def mine() -> Response:
    """The people I accompany: their log, what I must validate, the reviews due."""
    people = pairing.accompanied_by(me())
    return show("pairing_mine.html", people=people, items=items_of([one.case for one in people if not one.asked]))
