"""« Santé »: how the house stands, problems first, with what to do (SCREENS C9)."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from intake import house_health
from intake.access import access
from intake.show import show
from workflows import roles

pages = Blueprint("health", __name__)


@pages.get("/administration/sante")
@access(roles.cogerance, roles.admin, roles.support)
def overview() -> Response:
    """One row per subject."""
    return show("health.html", rows=house_health.rows(current_app.config["SETTINGS"]))
