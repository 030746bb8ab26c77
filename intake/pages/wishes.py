"""The circles people wish to join, once they are in (JOURNEY §10)."""

from __future__ import annotations

from flask import Blueprint, Response

from intake import wishes
from intake.access import access
from intake.models.people import Antenna
from intake.show import show
from workflows import roles

pages = Blueprint("wishes", __name__)

WHO = (roles.circle, roles.coordinator, roles.support, roles.cogerance, roles.coop_life)


@pages.get("/cercles-souhaites")
@access(*WHO)
def circles() -> Response:
    """One list a circle: its members write to those who wish to come."""
    return show("wishes.html", circles=wishes.by_circle(list(Antenna.select())))
