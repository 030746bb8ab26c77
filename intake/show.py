"""Showing a screen: the whole page, or the one block htmx asked for; the server chooses the block."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

from flask import Response, current_app, make_response, render_template, request
from flask_htmx import HTMX
from jinja2 import pass_context
from jinja2.runtime import Context
from jinja2_fragments.flask import render_block
from markupsafe import Markup, escape

from intake import language, words

NBSP = "\u00a0"
_BEFORE = re.compile(r" ([:;!?»%€])")
_AFTER = re.compile(r"« ")
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}\b)")
_ORDINAL = re.compile(r"(?<![\w&#/-])(\d{1,4})(er|re|e)(?!\w)")
_UNITS = re.compile(r"(?<=\d) (?=(h|Mo|ko|km|ans?|mois|jours?|heures?|minutes?|places?|personnes?|n°)\b)")


class Htmx(HTMX):
    """flask-htmx, with what htmx 4 says: the kind of request, and its `tag#id` source."""

    @property
    def wants_block(self) -> bool:
        """Whether htmx asks for a fragment; Back is a new GET of type full."""
        return (request.headers.get("HX-Request") == "true"
                and request.headers.get("HX-Request-Type", "partial") == "partial")

    @property
    def target_id(self) -> str:
        """The id of the element to replace."""
        return request.headers.get("HX-Target", "").rpartition("#")[2]


htmx = Htmx()


def show(template: str, block: str = "main", status: int = 200, **values: Any) -> Response:
    """Answer a screen, or its block when htmx asked for one and the screen has it."""
    fragment = htmx.wants_block and block in current_app.jinja_env.get_template(template).blocks
    text = (render_block(template, block, fragment=True, **values) if fragment
            else render_template(template, fragment=False, **values))
    return make_response(text, status)


def go(address: str) -> Response:
    """Go on to another page: 303, or `HX-Redirect` for htmx (a true page load)."""
    if request.headers.get("HX-Request") == "true":
        return Response(status=204, headers={"HX-Redirect": address})
    return Response(status=303, headers={"Location": address})


def submission_key() -> str:
    """A random key for a form: pressed twice, it does its work once."""
    return secrets.token_urlsafe(16)


def typo(text: Any) -> Markup:
    """Our words for a page: in the reader’s language, with the spacing of French when they read French.

    French spacing: no-break spaces before : ; ! ? » % €, after «, inside numbers and « 9 h 30 ».
    """
    if language.current() != language.FRENCH:
        return escape(words.told(text) if isinstance(text, str) else text)
    said = str(escape(text))
    said = _BEFORE.sub(NBSP + r"\1", said)
    said = _AFTER.sub("«" + NBSP, said)
    said = _THOUSANDS.sub(NBSP, said)
    said = _UNITS.sub(NBSP, said)
    return Markup(said)  # noqa: S704 escaped above


def say(source: str, **values: Any) -> Markup:
    """A sentence with its values, for a page: `_("Mis à jour le {day}.", day=…)`."""
    return typo(words.sentence(source, **values))


def ordinals(text: Any) -> Markup:
    """A sentence for a page, « 4e place » with its letters raised (SCREENS L2); letters and attributes keep plain text."""
    if language.current() != language.FRENCH:
        return typo(text)
    return Markup(_ORDINAL.sub(r"\1<sup>\2</sup>", str(typo(text))))  # noqa: S704 escaped by typo


def _said_at_each_reading(words_of: Callable[[Any], Markup]) -> Callable[[Context, Any], Markup]:
    """A filter that Jinja never works out once for all: its words depend on who reads."""
    @pass_context
    def filtered(_: Context, text: Any) -> Markup:
        return words_of(text)
    return filtered


FILTERS = {"typo": _said_at_each_reading(typo), "ordinals": _said_at_each_reading(ordinals)}


def in_development() -> bool:
    """Whether this is a machine of development: sign-in links and letters are shown on the page."""
    return not current_app.config["PRODUCTION"]
