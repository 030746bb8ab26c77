"""Parcours, shown and kept: `create_app()` joins settings, database, screens and guard."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf

if TYPE_CHECKING:
    from config import Settings

ROOT = Path(__file__).parent.parent


class Cookie(SecureCookieSessionInterface):
    """Flask's signed cookie, what checks it made once."""

    get_signing_serializer = lru_cache(maxsize=1)(SecureCookieSessionInterface.get_signing_serializer)


class Application(Flask):
    """Flask without what nothing here needs at every request."""

    session_interface = Cookie()

    def ensure_sync(self, func: Any) -> Any:
        """As it is: no page is a coroutine."""
        return func


def create_app(settings: Settings) -> Flask:
    """The application, ready to serve. Raises RouteWithoutAccess when a route says nothing of who may open it."""
    from intake import (
        access,
        around,
        degraded,
        headers,
        kiosk,
        late_forms,
        pages,
        refusals,
        sessions,
        show,
        static_files,
        switch,
    )
    from intake.kiosk import tablet

    app = Application("intake", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.config.update(
        SECRET_KEY=settings.secret_key, PRODUCTION=settings.production, SETTINGS=settings,
        SESSION_COOKIE_NAME="__Host-parcours" if settings.production else "parcours",
        SESSION_COOKIE_SECURE=settings.production, SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12), SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=12 * 1024 * 1024, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
    )
    open_house(settings)
    app.before_request(refusals.from_elsewhere)
    around.install(app)
    app.before_request(sessions.load)
    switch.install(app)
    degraded.install(app)
    app.before_request(late_forms.receive)
    csrf = refusals.Csrf(app)
    show.htmx.init_app(app)
    static_files.install(app)
    _dress(app)
    app.before_request(tablet.load)
    pages.register(app, development=not settings.production)
    kiosk.register(app, csrf)
    access.guard(app)
    refusals.register(app)
    app.after_request(headers.dress)
    return app


def open_house(settings: Settings) -> None:
    """What the process holds besides its screens: database, keys, post office, secret, message gateway."""
    from intake import gateway, outbox, seal_keys, secrets_kept
    from intake.models import base, sealed

    base.connect(settings.database_url)
    sealed.load_keys(settings.key_file, create=not settings.production)
    seal_keys.use(settings.key_file, create=not settings.production)
    outbox.open_office(settings.public_url, bounces=settings.bounces, sender=settings.sender, email=settings.email,
                       phone=settings.phone)
    secrets_kept.set_secret(settings.secret_key)
    gateway.use(settings.sms_url, settings.sms_token)


def _dress(app: Flask) -> None:
    """What templates may use: macros, filters, the token, the address of a static file."""
    from intake import access, language, navigation, refusals, show
    from intake.pages.my_journee import my_invitation
    from intake.words import FILTERS

    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(FILTERS | show.FILTERS)
    app.jinja_env.globals["_"] = show.say
    app.jinja_env.globals.update(
        csrf_token=generate_csrf, submission_key=show.submission_key, journee_ahead=navigation.journee_ahead,
        held_roles=access.held_roles, reader=access.me, in_development=show.in_development,
        my_invitation=my_invitation, of_the_house=language.of_the_house, unavailable=refusals.UNAVAILABLE)
    app.jinja_env.tests["french"] = language.is_french
    app.context_processor(navigation.header)
    app.jinja_env.globals["ui"] = app.jinja_env.get_template("ui.html").module
