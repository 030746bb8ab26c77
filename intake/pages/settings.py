"""Réglages."""

from __future__ import annotations

from flask import Blueprint, Response

from intake.access import access
from intake.show import show
from workflows import roles

pages = Blueprint("settings", __name__)

WHO = (roles.cogerance, roles.admin, roles.support)


@pages.get("/reglages")
@access(*WHO)
def groups() -> Response:
    """The screen."""
    return show("settings.html")
