"""French or English: the switch of the header, and the addresses that begin with `/en/` (SCREENS L9)."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from intake import language, switch
from intake.access import ANYONE, access
from intake.pages import start
from intake.show import go
from intake.signing_in import own_path

pages = Blueprint("language", __name__)


@pages.post("/langue")
@access(ANYONE)
def choose() -> Response:
    """Read on in the other language, on the page one came from; the choice is kept."""
    switch.choose(request.form.get("lang", ""))
    return go(own_path(request.form.get("page", "/")))


@pages.get("/en/")
@access(ANYONE)
def welcome() -> Response:
    """The front page in English, an address to give away."""
    switch.choose_here(language.ENGLISH)
    return start.welcome()


@pages.get("/en/<path:page>")
@access(ANYONE)
def read(page: str) -> Response:
    """Any page in English: this browser reads English from now on, and goes to the page."""
    switch.choose_here(language.ENGLISH)
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    return go(own_path(f"/{page}{query}") if page else url_for("language.welcome"))
