"""Every address of somebody's dossier, asked by those it is not for (TRUST T7): a missing one and an erased one are the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake import lookup
from intake.models import erasures
from intake.models.dossiers import Case, Event
from intake.models.people import Antenna, RoleGrant
from intake.models.schema import all_tables
from tests.cases.test_admission import arrived
from tests.cases.test_erasure import ana as marked_ana
from tests.cast import LONG_AGO, Cast, writing
from tests.conftest import Browse
from tests.marked import MARK
from tests.page import RANDOM, read

pytestmark = pytest.mark.both_databases

ana = marked_ana
NOWHERE = "A" * 22
OF_A_DOSSIER = ("/dossier/", "/demande/", "/mon-parcours/", "/lettres/", "/mes-donnees/", "/exports/", "/candidatures/<case>")
STEPS = ("note", "assign", "withdraw", "change_address", "add_piece", "undo")
HIDDEN = re.compile(r"[\w-]{22}")


@dataclass
class Asked:
    """An address of Ana's, and the same of nobody's."""

    rule: str
    method: str
    theirs: str
    missing: str


@pytest.fixture
def strangers(app: Flask, people: Cast, ana: Case, browse: Browse) -> dict[str, FlaskClient]:
    """Nobody, someone without dossier, someone with theirs, another antenna's coordinator, roles that read no dossier."""
    with writing():
        arrived(people.ben)
        roubaix = Antenna.create(code="roubaix", name="KPA-Cité Roubaix", programme="kpa", prefix="KPA", capped="no")
        RoleGrant.create(person=people.noe, role="coordinator", antenna=roubaix, since=LONG_AGO)
    return {"nobody": browse(), "zoe": browse(people.zoe), "ben": browse(people.ben), "noe": browse(people.noe),
            "ada": browse(people.ada)}


def addresses(app: Flask, case: Case) -> Iterator[Asked]:
    """Every route of a dossier × method, its names being Ana's."""
    with writing():
        known = {table._meta.table_name: row.uid for table in all_tables() if "uid" in table._meta.fields
                 for row in table.select(table.uid).order_by(table.id).limit(1)}
    uids = {"/lettres/": known["letter"], "/exports/": known["board_export"], "/mes-donnees/": known["export"]}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if not rule.arguments or not rule.rule.startswith(OF_A_DOSSIER):
            continue
        uid = next((one for start, one in uids.items() if rule.rule.startswith(start)), case.dossier.uid)
        names = {"dossier": case.dossier.uid, "case": case.uid, "uid": uid, "piece": known["piece"], "event": known["event"],
                 "name": "you", "field": "presentation", "kind": "cape", "part": "0", "what": "candidature"}
        for step in STEPS if "step" in rule.arguments else ("",):
            for method in sorted((rule.methods or set()) - {"OPTIONS"}):
                yield Asked(rule.rule, method, filled(rule.rule, {**names, "step": step}),
                            filled(rule.rule, {**{name: NOWHERE if HIDDEN.fullmatch(value) else value
                                                  for name, value in names.items()}, "step": step}))


def filled(rule: str, names: dict[str, str]) -> str:
    """An address."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: names.get(found[1], NOWHERE), rule)


def ask(client: FlaskClient, method: str, address: str, token: str) -> tuple[int, str, str, bool]:
    """(status, where it leads, its text, whether a marked word is in it): what is told, apart from what is random."""
    posted = {"csrf_token": token, "note": "Bonjour"} if method == "POST" else None
    answer: TestResponse = client.open(address, method=method, data=posted)
    return (answer.status_code, HIDDEN.sub("", answer.headers.get("Location", "")), HIDDEN.sub("", RANDOM.sub("", answer.text)),
            MARK in answer.text)


def leaks(asked: list[Asked], strangers: dict[str, FlaskClient]) -> list[str]:
    """Where a stranger learns anything: another answer than for what is missing, or a marked word."""
    found = []
    for who, client in strangers.items():
        token = next(form.values["csrf_token"] for form in read(client.get("/")).forms if "csrf_token" in form.values)
        for one in asked:
            if who == "ada" and one.rule.startswith("/lettres/"):
                continue  # she looks after the post: she reads where a letter stands, not what it says
            theirs, missing = (ask(client, one.method, address, token) for address in (one.theirs, one.missing))
            if theirs != missing:
                found.append(f"{who}: {one.method} {one.rule}: {theirs[0]}, missing {missing[0]}")
            if theirs[3]:
                found.append(f"{who}: {one.method} {one.rule}: a marked word")
    return found


@pytest.mark.heavy
@pytest.mark.trust("T7", "T25")
def test_a_stranger_finds_the_same_whether_it_is_there_or_not(
        app: Flask, people: Cast, ana: Case, strangers: dict[str, FlaskClient]) -> None:
    asked = list(addresses(app, ana))
    with writing():
        before = Event.select().count()
    assert len(asked) > 60 and leaks(asked, strangers) == []
    with writing():
        assert Event.select().count() == before, "and wrote nothing"
        erasures.erase_person(people.ana, people.ada, "admin")
    assert leaks(asked, strangers) == [], "erased, it is missing"


@pytest.mark.heavy
@pytest.mark.control("T7")
def test_control_with_one_filter_of_ownership_removed_a_stranger_reads(
        app: Flask, ana: Case, strangers: dict[str, FlaskClient], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "roles_on_dossier", lambda *_: frozenset({"circle"}))
    found = leaks(list(addresses(app, ana)), {"zoe": strangers["zoe"]})
    assert any("a marked word" in one for one in found) and any("missing 404" in one for one in found)
