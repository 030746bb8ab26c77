"""Which language whoever is here reads: the team French, a person what they chose, a visitor what this browser chose."""

from __future__ import annotations

from flask import Flask, g, request, session
from flask_babel import Babel

from intake.access import held_roles, of_the_tablet
from intake.language import ENGLISH, FRENCH, current, speak
from intake.models import people


def install(app: Flask) -> None:
    """Ask, at each request, what its reader reads. Comes after the session is found."""
    Babel(app, default_locale=FRENCH, default_timezone="Europe/Paris", locale_selector=current)
    app.before_request(_choose)
    app.teardown_request(lambda _: speak(FRENCH))


def _choose() -> None:
    speak(_of_the_reader())


def choose(language: str) -> None:
    """Keep a choice: in this browser, and with the person who is signed in, whose letters follow it."""
    if language not in (FRENCH, ENGLISH):
        return
    if g.person is not None:
        people.speak(g.person, language)
    choose_here(language)


def choose_here(language: str) -> None:
    """Keep a choice in this browser alone; it goes with whoever signs in here."""
    session["language"] = language
    if g.person is None:
        _choose()


def chosen_here() -> str:
    """What was chosen in this browser; empty before any choice."""
    return str(session.get("language", ""))


def offered() -> bool:
    """Whether there is a choice: the team reads French."""
    return g.get("person") is None or not held_roles()


def _of_the_reader() -> str:
    if request.endpoint == "static" or of_the_tablet():
        return FRENCH
    wanted = g.person.language if g.person is not None else session.get("language", FRENCH)
    return ENGLISH if wanted == ENGLISH and not (g.person is not None and held_roles()) else FRENCH
