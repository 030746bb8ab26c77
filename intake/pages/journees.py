"""Journées."""

from __future__ import annotations

from flask import Blueprint, Response

from intake.access import access
from intake.show import show
from workflows import roles

pages = Blueprint("journees", __name__)

WHO = (roles.cogerance, roles.admin, roles.support, roles.circle, roles.coordinator, roles.facilitator)


@pages.get("/journees")
@access(*WHO)
def calendar() -> Response:
    """The screen."""
    return show("journees.html")
