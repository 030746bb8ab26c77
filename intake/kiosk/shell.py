"""The tablet's pages: the same for everybody, with nothing of anybody, kept by its service worker to work without network."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, jsonify, make_response, render_template, url_for

from intake import moment
from intake.access import ANYONE, access
from intake.models.irritants import LIMIT, SUBJECTS
from intake.models.settings import settings_on
from intake.outbox import link_to

pages = Blueprint("kiosk", __name__)

SCREENS = {
    "": "home", "presence": "presence", "decouvrir": "discover", "rendez-vous": "booking", "ce-qui-coince": "irritant",
    "equipe": "team",
}
"""Address under /borne/, and the template of the same screen."""
SCANS = frozenset({"presence", "booking"})
"""Screens that read a badge: the camera and the compiled reader are allowed there alone."""
KEPT = ("css/parcours.css", "css/kiosk/kiosk.css", "img/mark.svg", "img/kiosk-192.png", "img/kiosk-512.png",
        "kiosk.webmanifest", "fonts/atkinson-hyperlegible-next.woff2", "fonts/bricolage-grotesque.woff2")
"""Beside every file of js/kiosk."""
LIBRARIES = ("hpke-core-1.9.0.min.js", "zxing-wasm-3.1.4.min.js", "zxing-reader-3.1.4.wasm")
ENGLISH = {"accounts": "Accounts", "tools": "Tools", "relations": "Relations", "rules": "Rules", "other": "Other"}


@pages.get("/")
@access(ANYONE)
def home() -> Response:
    """Four tiles."""
    return _screen("")


@pages.get("/<name>")
@access(ANYONE)
def screen(name: str) -> Response:
    """One of the screens."""
    return _screen(name) if name in SCREENS else abort(404)


@pages.get("/sw.js")
@access(ANYONE)
def worker() -> Response:
    """The service worker, here for its scope; its address carries the version, so that each is another one."""
    text = (_folder() / "js" / "kiosk" / "sw.js").read_text(encoding="utf-8")
    return Response(text, mimetype="text/javascript")


@pages.get("/reserve.json")
@access(ANYONE)
def stored() -> Response:
    """What « Préparer la borne » stores: every page, style, script, face, and the reader of badges."""
    files = [*KEPT, *(str(one.relative_to(_folder())) for one in scripts() if one.name != "sw.js")]
    return jsonify(version=version(), files=[
        *(f"/borne/{name}" for name in SCREENS), *(url_for("static", filename=name, v=None) for name in files)])


def _screen(name: str) -> Response:
    kind = SCREENS[name]
    g.scans, g.camera = kind in SCANS, kind in SCANS or kind == "team"
    response = make_response(render_template(f"kiosk/{kind}.html", version=version(), **SHOWN.get(kind, dict)()))
    response.headers["X-Borne"] = version()
    return response


def _irritant() -> dict[str, Any]:
    return {"subjects": SUBJECTS, "limit": LIMIT, "english": ENGLISH}


def _discover() -> dict[str, Any]:
    return {"days": settings_on(moment.today())["admission.contact_days"]}


def _booking() -> dict[str, Any]:
    """« Autre jour : sur mon téléphone »."""
    import segno

    code = segno.make(link_to("/connexion?suite=/ma-journee"), error="m", micro=False)
    return {"qr": code.svg_inline(border=3, omitsize=True, svgclass="qr", lineclass=None, title="Code QR de Parcours")}


SHOWN: dict[str, Callable[[], dict[str, Any]]] = {"irritant": _irritant, "discover": _discover, "booking": _booking}
"""What a screen shows beside its words."""


def scripts() -> list[Path]:
    """Our scripts and the libraries they need."""
    folder = _folder() / "js"
    return sorted([*(folder / "kiosk").glob("*.js"), *(folder / "vendor" / name for name in LIBRARIES)])


def version() -> str:
    """A digest of all that is stored: it changes when any part does."""
    folder, templates = _folder(), Path(str(current_app.root_path)) / "templates" / "kiosk"
    files = [*(folder / name for name in KEPT), *scripts(), *sorted(templates.glob("*.html")),
             *sorted((folder / "css").glob("*.css"))]
    return _digest(tuple((str(one), one.stat().st_mtime_ns) for one in files if one.exists()))


@lru_cache(maxsize=4)
def _digest(files: tuple[tuple[str, int], ...]) -> str:
    whole = hashlib.sha256()
    for name, _ in files:
        whole.update(Path(name).read_bytes())
    return whole.hexdigest()[:12]


def _folder() -> Path:
    return Path(str(current_app.static_folder))


