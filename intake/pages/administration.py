"""Administration."""

from __future__ import annotations

from flask import Blueprint, Response

from intake.access import access
from intake.show import show
from workflows import roles

pages = Blueprint("administration", __name__)

WHO = (roles.cogerance, roles.admin, roles.support)


@pages.get("/administration")
@access(*WHO)
def home() -> Response:
    """The screen."""
    return show("administration.html")
