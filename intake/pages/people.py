"""Personnes et rôles."""

from __future__ import annotations

from flask import Blueprint, Response

from intake.access import access
from intake.show import show
from workflows import roles

pages = Blueprint("people", __name__)

WHO = (roles.cogerance, roles.admin, roles.support)


@pages.get("/personnes")
@access(*WHO)
def list_all() -> Response:
    """The screen."""
    return show("people.html")
