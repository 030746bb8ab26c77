"""Machine de développement."""

from __future__ import annotations

from flask import Blueprint, Response

from intake.access import DEVELOPMENT, access
from intake.show import show

pages = Blueprint("development", __name__)


@pages.get("/developpement")
@access(DEVELOPMENT)
def door() -> Response:
    """The screen."""
    return show("development.html")
