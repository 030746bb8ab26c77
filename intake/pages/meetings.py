"""Réunions d’information."""

from __future__ import annotations

from flask import Blueprint, Response

from intake.access import access
from intake.show import show
from workflows import roles

pages = Blueprint("meetings", __name__)

WHO = (roles.cogerance, roles.admin, roles.support, roles.circle, roles.coordinator, roles.facilitator)


@pages.get("/reunions")
@access(*WHO)
def list_all() -> Response:
    """The screen."""
    return show("meetings.html")
