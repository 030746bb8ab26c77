"""« Nos engagements »: what the house promises, with the day and the result of its last tests (TRUST 1)."""

from flask import Blueprint, Response

from intake import promises
from intake.access import ANYONE, access
from intake.show import show

pages = Blueprint("promises", __name__)


@pages.get("/engagements")
@access(ANYONE)
def published() -> Response:
    """Those that held."""
    return show("promises.html", kept=promises.kept(), found_on=promises.found_on())
