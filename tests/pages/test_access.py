"""Every cell of docs/access.md, asked of the application itself; the guard that no route escapes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from intake.access import RouteWithoutAccess, guard
from intake.models.people import RoleGrant
from tests.cast import LONG_AGO, Cast, writing
from tests.conftest import Browse

MATRIX = Path(__file__).parents[2] / "docs" / "access.md"
NOWHERE = "AAAAAAAAAAAAAAAAAAAAAA"
"""An identifier nobody has."""


def matrix() -> Iterator[tuple[str, list[str], dict[str, bool]]]:
    """The table as it is written: address, methods, who may open."""
    rows = [[cell.strip() for cell in line.strip("|\n ").split("|")] for line in MATRIX.read_text().splitlines()
            if line.startswith("|")]
    who = [cell.strip("`") for cell in rows[0][2:]]
    for address, methods, *cells in rows[2:]:
        yield address.split("`")[1], methods.split(), dict(zip(who, (cell == "●" for cell in cells), strict=True))


@pytest.mark.trust("T7")
def test_the_matrix_names_every_route(app: Flask) -> None:
    """A new route shows in the review."""
    routes = {route.rule for route in app.url_map.iter_rules() if route.endpoint != "static"}
    assert {address for address, _, _ in matrix()} == routes, "run `make docs` and read the difference"


@pytest.mark.trust("T7")
@pytest.mark.parametrize("role", [
    "nobody", "person", "circle", "support", "hr", "accounts", "cogerance", "coordinator", "associates", "facilitator",
    "coop_life", "admin"])
def test_who_may_open(app: Flask, people: Cast, browse: Browse, role: str) -> None:
    """Whoever may not is asked to sign in, or told there is nothing; whoever may is let in."""
    if role not in ("nobody", "person"):
        with writing():
            RoleGrant.create(person=people.zoe, role=role, since=LONG_AGO)
    wrong = []
    for address, methods, opens in matrix():
        if "GET" not in methods:
            continue
        answer = browse(None if role == "nobody" else people.zoe).get(re.sub(r"<[^>]+>", NOWHERE, address))
        turned_away = answer.status_code == 404 or (
            answer.status_code in (302, 303) and re.search(r"^/(connexion|reprendre)\?", answer.headers["Location"]))
        if turned_away and opens[role] and "<" not in address:
            wrong.append(f"{address} turns {role} away ({answer.status_code})")
        if not turned_away and not opens[role]:
            wrong.append(f"{address} lets {role} in ({answer.status_code})")
    assert not wrong, "\n".join(wrong)


@pytest.mark.trust("T2")
@pytest.mark.trust("T7")
def test_a_route_without_access_stops_the_start() -> None:
    """The application refuses to start, and says which route."""
    bare = Flask("bare")
    bare.add_url_rule("/nu", view_func=lambda: "", endpoint="nu")
    with pytest.raises(RouteWithoutAccess, match="/nu"):
        guard(bare)
