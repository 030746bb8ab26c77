"""The tablet of the journées: pages that work without network, sealed entries, one revocable cookie; it knows nobody."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFProtect


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Its pages, its pairing and its deliveries.

    No page token: the page may be a month old. The origin is checked, and the cookie is SameSite=Strict (TRUST 3.29).
    """
    from intake.kiosk import delivery, pairing, shell

    for part in (shell, pairing, delivery):
        csrf.exempt(part.pages)
        app.register_blueprint(part.pages, url_prefix="/borne")
