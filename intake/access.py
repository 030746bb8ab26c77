"""Who may open what: `@access` on every route, checked before the page runs, and a guard at start-up (TRUST 2.24)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from intake import moment, refusals, second_step
from intake.models.actors import Grant, grants_of, roles_on_antenna
from intake.models.compiled import compiled, param
from intake.models.dossiers import Dossier
from intake.models.people import Antenna, Person
from workflows import roles

View = TypeVar("View", bound=Callable[..., Any])

ANYONE = "anyone"
"""Open to everybody, signed in or not."""
SIGNED_IN = "signed in"
"""Open to whoever signed in; the page looks up only what is theirs."""
STAFF = "staff"
"""Open to whoever holds a role of the team, or accompanies someone."""
DEVICE = "device"
"""Open to an enrolled tablet alone."""
DEVELOPMENT = "development"
"""Exists in development only; never registered in production."""


@dataclass(frozen=True)
class Rule:
    """What a route asks of whoever opens it: one of these words or roles."""

    who: frozenset[str]
    second_step: bool = False
    """Asks the second step again when it is over five minutes old (TRUST 3.22)."""
    first_step: bool = False
    """Open to the team before its second step is passed: that step itself, and the way out."""


def access(*who: str, second_step: bool = False, first_step: bool = False) -> Callable[[View], View]:
    """Say on a route who may open it; without it the application does not start."""
    def mark(view: View) -> View:
        view.access = Rule(frozenset(who), second_step, first_step)  # type: ignore[attr-defined]
        return view
    return mark


class RouteWithoutAccess(Exception):
    """A route says nothing of who may open it: the application refuses to start."""


def guard(app: Flask) -> None:
    """Check every route at start-up and every request before its page."""
    bare = [rule.rule for rule in app.url_map.iter_rules()
            if rule.endpoint != "static" and not hasattr(app.view_functions[rule.endpoint], "access")]
    if bare:
        raise RouteWithoutAccess(f"Write @access above the page of: {', '.join(sorted(bare))}")
    app.before_request(check)


def check() -> Response | tuple[str, int, dict[str, str]] | None:
    """Let the request through, ask to sign in, or answer as if there were nothing here."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    rule: Rule = g.view_access
    if DEVICE in rule.who:
        return None if g.device is not None else ('{"refused": "unpaired"}', 401, {"Content-Type": "application/json"})
    if ANYONE in rule.who or DEVELOPMENT in rule.who:
        return None
    if g.person is None:
        return refusals.keep_typed(sign_in_address()) or ask_to_sign_in()
    if not rule.first_step and second_step_owed(rule) and held_roles():
        return ask_second_step()
    if not may_open(rule):
        abort(404)
    return None


def of_the_tablet() -> bool:
    """Whether this is an address of the kiosk, which looks at no personal cookie (TRUST 3.29)."""
    return (request.blueprint or "").startswith("kiosk")


def second_step_owed(rule: Rule) -> bool:
    """Whether the second step must be passed first, or passed again (TRUST 3.20, 3.22)."""
    if second_step.is_fresh() or (second_step.is_passed() and not rule.second_step):
        return False
    return second_step.is_asked(me())


def may_open(rule: Rule) -> bool:
    """Whether the person signed in may open a page of this rule."""
    if SIGNED_IN in rule.who:
        return True
    held = held_roles()
    if STAFF in rule.who and held & STAFF_ROLES:
        return True
    return bool(held & rule.who)


ACCOMPANIES = compiled(lambda: Dossier.select(Dossier.id).where(Dossier.peer == param("person")).limit(1))
STAFF_ROLES = frozenset({*roles.GRANTED, roles.peer})


def held_roles() -> frozenset[str]:
    """Every role the person signed in holds on some dossier, `peer` included."""
    known: frozenset[str] | None = g.get("held_roles")
    if known is not None:
        return known
    held: set[str] = set()
    for role, _ in held_grants():
        held.add(role)
        held |= {roles.circle} if role == roles.coordinator else set()
        held |= {roles.support} if role in (roles.hr, roles.accounts) else set()
    if g.person is not None and ACCOMPANIES.one(person=g.person.id):
        held.add(roles.peer)
    g.held_roles = frozenset(held)
    return frozenset(held)


def acting_as(*who: str) -> str:
    """The first of these roles that the person signed in holds: what their act is written under; else 404."""
    role = next((one for one in who if one in held_roles()), None)
    if role is None:
        abort(404)
    return role


def held_grants() -> tuple[Grant, ...]:
    """The grants of the person signed in, read once a request."""
    held: tuple[Grant, ...] | None = g.get("grants")
    if held is None:
        held = g.grants = grants_of(g.person, moment.today()) if g.person is not None else ()
    return held


def antennas_seen(*wanted: str) -> list[Antenna]:
    """The antennas whose dossiers the person may read under one of these roles (circle, support, cogerance)."""
    return [antenna for antenna in Antenna.select().order_by(Antenna.id)
            if roles_on_antenna(antenna, held_grants()) & set(wanted)]


def ask_to_sign_in() -> Response | tuple[str, int, dict[str, str]]:
    """A redirect to the sign-in page; for htmx 204 and `HX-Redirect`, never a 302 swapped into a fragment (H20)."""
    address = sign_in_address()
    if request.headers.get("HX-Request") == "true":
        return "", 204, {"HX-Redirect": address}
    return redirect(address, 303 if request.method == "POST" else 302)


OF_THE_PERSON = frozenset({"application", "journey", "offer", "exchanges", "my_data", "review"})
"""Screens of whoever applies or has entered: they identify where they take up their application."""


def sign_in_address() -> str:
    """Where one identifies, and comes back from to what was asked for."""
    shown = request.method == "GET" or (request.url_rule is not None and "GET" in (request.url_rule.methods or ()))
    return url_for("sign_in.resume" if request.blueprint in OF_THE_PERSON else "sign_in.ask",
                   suite=request.full_path.rstrip("?") if shown else "/")


def ask_second_step() -> Response | tuple[str, int, dict[str, str]]:
    """To the second step, and back; a form that was sent goes along with its text (307)."""
    if request.headers.get("HX-Request") == "true":
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        suite = page.path + (f"?{page.query}" if page.query else "")
        return "", 204, {"HX-Redirect": url_for("second_step.ask", suite=suite or "/")}
    address = url_for("second_step.ask", suite=request.full_path.rstrip("?"))
    return redirect(address, 307 if request.method == "POST" else 302)


def me() -> Person:
    """The person signed in; only on routes that ask for one."""
    person: Person | None = g.person
    return person if person is not None else abort(404)
