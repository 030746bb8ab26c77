"""Around every page: its connection, read-only for GET and HEAD, what the guard must know of its route, this browser's name."""

from __future__ import annotations

import secrets

from flask import Flask, current_app, g, request, session

from intake import access, refusals
from intake.models import base


def install(app: Flask) -> None:
    """Open before anything that reads, close after everything."""
    app.before_request(_open)
    app.teardown_request(_close)


def _open() -> None:
    g.person = g.session = g.grants = g.held_roles = g.device = g.old_page = None
    endpoint = request.endpoint
    if endpoint == "static":
        return
    if endpoint:
        g.view_access = current_app.view_functions[endpoint].access  # type: ignore[attr-defined]
    if endpoint or "token" in session:
        base.check_out(writing=request.method not in refusals.SAFE)
    if not access.of_the_tablet() and "browser" not in session:
        session["browser"] = secrets.token_urlsafe(16)
        session.permanent = True


def _close(_: BaseException | None) -> None:
    base.check_in()
