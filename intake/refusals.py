"""What people read when something cannot be done: refusals, missing pages, old forms, faults."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from werkzeug.exceptions import HTTPException

from intake.models.base import DatabaseBusy, DiskFull
from intake.outbox import office
from intake.show import htmx, show

View = TypeVar("View", bound=Callable[..., Any])

log = logging.getLogger("intake")

UNAVAILABLE = {
    "busy": ("Le service est très occupé. Vos réponses ne sont pas encore enregistrées ; elles sont toujours dans cette page. "
             "Réessayez dans une minute."),
    "full": ("Le service est en lecture seule. Vos réponses ne sont pas enregistrées ; elles sont toujours dans cette page. "
             "L’équipe technique est prévenue."),
}
"""What is said of a 503, by its `X-Why`: every page holds these sentences for its script (base.html)."""
OLD_PAGE = ("Votre page était ouverte depuis longtemps. Vérifiez vos réponses puis enregistrez à nouveau.")
SIGNED_OUT = ("Votre connexion a pris fin : rien n’est encore enregistré. Gardez une copie de votre texte, "
              "puis identifiez-vous pour l’envoyer.")
PLAIN = {
    403: ("Cette page est réservée à d’autres", "Cette information est lue par d’autres rôles."),
    404: ("Page introuvable", "Cette adresse ne mène à rien, ou la page n’est pas pour vous."),
    405: ("Page introuvable", "Cette adresse s’ouvre autrement."),
    413: ("Fichier trop lourd", "Le fichier doit peser moins de 10 Mo."),
    429: ("Trop d’essais", "Attendez un peu, puis réessayez."),
}
UNSAID = frozenset({"csrf_token", "key", "version", "turn", "seen", "sheet", "jeton_brouillon", "told"})
KEPT = ("key", "version", "turn", "seen", "sheet", "jeton_brouillon", "told")
"""What goes back into the form without being shown."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def register(app: Flask) -> None:
    """Answer every refusal with a sentence, and every fault with one plain page."""
    app.register_error_handler(CSRFError, old_page)
    app.register_error_handler(DatabaseBusy, busy)
    app.register_error_handler(DiskFull, full)
    app.register_error_handler(HTTPException, plain)
    app.register_error_handler(Exception, fault)


def page(status: int, title: str, sentence: str, **more: Any) -> Response:
    """The one plain page; a fragment of it for htmx."""
    return show("error.html", status=status, title=title, sentence=sentence, code=status, **more)


def old_status() -> int:
    """400, or the 409 that htmx swaps into the form's own block (H22)."""
    return 409 if htmx.wants_block else 400


def gives_back(view: View) -> View:
    """Say of a page that it shows its own form again, as typed, when its token is old: it looks at `g.old_page`."""
    view.gives_back = True  # type: ignore[attr-defined]
    return view


class Csrf(CSRFProtect):  # type: ignore[misc]
    """The check of the session's token; a page may answer for itself when it fails (SCREENS F43)."""

    def protect(self, **how: Any) -> None:
        """Refuse an old token, unless the page gives the answers back or its own token stands in for it."""
        try:
            super().protect(**how)
        except CSRFError:
            from intake.late_forms import vouched

            if vouched():
                return
            view = current_app.view_functions.get(request.endpoint or "")
            if not getattr(view, "gives_back", False) or (g.person is None and "anyone" not in g.view_access.who):
                raise
            g.old_page = True


def from_elsewhere() -> Response | None:
    """A form of another site is refused, whatever its token, and nothing of it is shown (TRUST 3.3)."""
    if request.method in SAFE or same_origin():
        return None
    return page(403, "Page introuvable", "Ouvrez cette page depuis le site.")


def old_page(error: CSRFError) -> Response:
    """The form comes back with what was typed, and a new token (F43)."""
    return page(old_status(), "Vérifiez vos réponses", OLD_PAGE, **to_send_again())


def to_send_again() -> dict[str, Any]:
    """What the page needs to show what was typed, and to send it once more by one button."""
    kept = [(name, value) for name, value in request.form.items() if name in KEPT]
    return {"typed": typed(), "kept": kept, "token": generate_csrf(), "address": request.full_path.rstrip("?")}


def keep_typed(sign_in: str) -> Response | None:
    """What was typed in a form that nothing lets us keep comes back, to copy, when the sign-in has ended; None without any."""
    written = [(name, value) for name, value in typed() if value.strip()]
    if request.method != "POST" or not written:
        return None
    return page(409, "Identifiez-vous pour continuer", SIGNED_OUT, typed=written, sign_in=sign_in)


def same_origin() -> bool:
    """Whether the browser says that the form was on one of our pages."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin in (None, request.host_url.rstrip("/"), office.public_url.rstrip("/"))


def busy(_: DatabaseBusy) -> Response:
    """The database is locked by others."""
    return _later("busy")


def full(_: DiskFull) -> Response:
    """No space is left."""
    return _later("full")


def _later(why: str) -> Response:
    """`why` names the same sentence for the script of the page, which shows it there and leaves the form as it is."""
    title = "Réessayez dans une minute" if why == "busy" else "On peut lire, pas encore écrire"
    response = page(503, title, UNAVAILABLE[why], **(to_send_again() if request.form else {}))
    response.headers.update({"Retry-After": "60", "X-Why": why})
    return response


def plain(error: HTTPException) -> Response:
    """A missing page, a method that does not exist, a body that is too large."""
    status = error.code or 500
    if status < 400:
        return error.get_response()  # type: ignore[return-value]
    title, sentence = PLAIN.get(status, ("Page introuvable", "Revenez à la page précédente."))
    return page(status, title, sentence)


def fault(error: Exception) -> Response:
    """A bug: an incident number, nothing written, the text typed kept."""
    number = secrets.token_hex(4)
    log.exception("incident %s %s %s", number, request.method, request.endpoint, exc_info=error)
    response = page(500, "Quelque chose n’a pas marché",
                    "Rien n’a été enregistré. Donnez le numéro d’incident à l’équipe.", typed=typed(), incident=number)
    response.headers["X-Incident"] = number
    return response


def typed() -> list[tuple[str, str]]:
    """What was posted, by name."""
    return [(name, value) for name, values in request.form.lists() if name not in UNSAID for value in values]
