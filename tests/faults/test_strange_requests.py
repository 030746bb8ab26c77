"""Requests no browser sends: whatever is asked of any route, by anyone, nothing fails and no header is missing (TRUST 3.1)."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

import workflows
from intake.models.days import InfoMeeting, Journee
from intake.models.dossiers import Case
from tests.cases.test_whole_road import Road, to_review
from tests.cast import Cast, principale, writing
from tests.conftest import Browse, Clock
from tests.page import HTMX, read

STRANGE = (
    "", "\0", "a\0b", "x" * 70_000, "é" * 3_000, "\u202e\ufeff", "💥" * 200, "-1", "0", "9" * 40, "1e400", "NaN", "inf",
    "²", "Ⅷ", "0000-00-00", "0001-01-01", "0001-01", "9999-12-31", "9999-12", "2027-02-30", "0000-00", "24:00", "[]", "{}",
    "null", "../../x", "<script>", "{{7*7}}", "' OR 1=1 --", "%s%n", "\r\nX: y", "\x1b[0m", "1_000", " 5 ")
"""What a field, a part of an address or a query may hold."""
QUERIES = ("page", "q", "mois", "suite", "tri", "antenne", "etape", "avant", "decisions", "date", "jour", "entrees",
           "pour", "du", "au", "periode")
BODIES: tuple[Any, ...] = (
    None, [], {}, "x", 5, {"entry": None}, {"entry": []}, {"entry": {"key": 5}}, {"entry": {"key": "x" * 36, "at": 10**30}},
    {"sent": -1, "waiting": 10**30}, {"entries": [1, None, [], {}]}, {"code": ["x"]}, {"secret": 5})
"""What a tablet that is not ours may send."""
RAW = (
    (b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\xfe", "multipart/form-data; boundary=x"),
    (b"x", "multipart/form-data"), (b"\xff=\xc3&a=%ff%00", "application/x-www-form-urlencoded"), (b"{", "application/json"))
"""Bodies that are not what they say."""


@dataclass
class Stranger:
    """Asks anything of a house, and notes what failed."""

    app: Flask
    browsers: list[FlaskClient]
    known: dict[str, list[str]]
    dice: random.Random
    rounds: int = 2
    """Requests per route and method."""
    asked: int = 0
    slowest: float = 0
    """Seconds of the slowest answer."""

    def goes_round(self, only: str = "") -> list[str]:
        """Every route (or one), every method, some of everything; what failed."""
        failures = []
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: rule.rule):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}) if only in ("", rule.rule) else ():
                for _ in range(self.rounds):
                    path = self.address(rule.rule)
                    begun = time.perf_counter()
                    answer = self.asks(path, method)
                    self.asked += 1
                    self.slowest = max(self.slowest, time.perf_counter() - begun)
                    if answer.status_code >= 500 or "Content-Security-Policy" not in answer.headers:
                        failures.append(f"{answer.status_code} {method} {rule.rule} ({path[:100]})")
        return failures

    def address(self, rule: str) -> str:
        """An address of the route: mostly what is there, at times what cannot be."""
        def part(found: re.Match[str]) -> str:
            some = self.dice.choice(self.known.get(found[1].rpartition(":")[2], self.known["uid"]))
            strange = self.dice.choice([one for one in STRANGE if one and len(one) < 3_000 and "/" not in one])
            return quote(some if self.dice.random() < 0.8 else strange, safe="")
        path = re.sub(r"<([^>]+)>", part, rule)
        query = {name: self.dice.choice(STRANGE)[:2_000] for name in self.dice.sample(QUERIES, 3)}
        return f"{path}?{urlencode(query)}" if self.dice.random() < 0.5 else path

    def asks(self, path: str, method: str) -> TestResponse:
        """One request of someone, with the form of the page when it has one, its values changed."""
        client, headers = self.dice.choice(self.browsers), HTMX if self.dice.random() < 0.3 else {}
        if method == "GET":
            return client.get(path, headers=headers)
        if path.startswith("/borne/"):
            return client.post(path, json=self.dice.choice(BODIES), headers=headers)
        if self.dice.random() < 0.15:
            body, kind = self.dice.choice(RAW)
            return client.post(path, data=body, content_type=kind, headers=headers)
        values = self.answers(client, path)
        if self.dice.random() < 0.3:
            content = self.dice.choice((b"", b"%PDF-1.4", bytes(1_000)))
            values.add("piece", (BytesIO(content), self.dice.choice(("", "é" * 300, "../x.pdf"))))
            return client.post(path, data=values, content_type="multipart/form-data", headers=headers)
        return client.post(path, data=values, headers=headers)

    def answers(self, client: FlaskClient, path: str) -> MultiDict[str, Any]:
        """What the page's form holds, some of it left out, doubled or strange; its token is good."""
        forms = [form for address in (path, "/mon-compte", "/commencer")
                 for form in read(client.get(address)).forms if form.method == "post" and "csrf_token" in form.values]
        changed: MultiDict[str, Any] = MultiDict()
        for name in sorted(forms[0].names) if forms else []:
            kept = forms[0].values.get(name, "")
            if name == "csrf_token" or self.dice.random() < 0.3:
                changed.add(name, kept)
            elif self.dice.random() < 0.85:
                changed.add(name, self.dice.choice(STRANGE))
        for name in self.dice.sample(("version", "key", "turn", "seen", "sheet", "jeton_brouillon", "told", "suite"), 2):
            changed.add(name, self.dice.choice(STRANGE))
        return changed


@pytest.fixture
def cases(people: Cast, clock: Clock) -> list[Case]:
    """Ana's application is being read, Ben has left his details; a journée and a meeting are planned."""
    with writing():
        ana, ben = Road(people.ana, clock), Road(people.ben, clock)
        to_review(ana, people)
        day = clock.now.date() + timedelta(days=9)
        Journee.create(day=day, planned=day, place="Moulin")
        InfoMeeting.create(antenna=principale(), starts_at=clock.now + timedelta(days=9), place="Moulin", seats=8)
        return [ana.case("admission"), ben.case("admission")]


@pytest.fixture
def stranger(app: Flask, people: Cast, browse: Browse, cases: list[Case]) -> Stranger:
    """Someone who knows every identifier and has every role in turn."""
    with writing():
        uids = [*(case.uid for case in cases), *(case.dossier.uid for case in cases), people.zoe.uid, Journee.get().uid,
                InfoMeeting.get().uid]
    admission = workflows.ALL["admission"]
    known = {"uid": uids, "case": [case.uid for case in cases], "dossier": [case.dossier.uid for case in cases],
             "step": [step.name for step in admission.steps], "month": ["2027-03", "0001-01", "9999-12"],
             "name": [page.name for pages in admission.pages.values() for page in pages], "part": ["0", "1", "-1"],
             "code": ["principale"], "role": ["circle"], "field": ["budget", "cv"], "what": ["candidature", "reponses"]}
    seen = (None, people.ana, people.ben, people.claire, people.marc, people.rachel, people.ada)
    return Stranger(app, [browse(one) for one in seen], known, random.Random(20270301))


@pytest.mark.trust("T11")
def test_no_request_makes_the_house_fail(stranger: Stranger) -> None:
    failures = stranger.goes_round()
    assert not failures, "\n".join(failures)
    assert stranger.asked > 400


@pytest.mark.heavy
@pytest.mark.trust("T11")
def test_five_thousand_requests_fail_nowhere_and_none_takes_two_seconds(stranger: Stranger) -> None:
    stranger.dice, stranger.rounds = random.Random(5_000), 19
    failures = stranger.goes_round()
    assert not failures, "\n".join(failures)
    assert stranger.asked > 5_000 and stranger.slowest < 2


@pytest.mark.control("T11")
def test_the_stranger_finds_a_page_that_fails(app: Flask, stranger: Stranger) -> None:
    """The control: a page that trusts its address to be a month of the calendar, as one did."""
    view = app.view_functions["deadlines.by_month"]

    def trusting(month: str) -> Any:
        return view(month) if month not in ("0001-01", "9999-12") else str(1 // 0)

    trusting.access = view.access  # type: ignore[attr-defined]
    app.view_functions["deadlines.by_month"] = trusting
    stranger.rounds = 60
    failures = stranger.goes_round("/echeances/<month>")
    assert failures and all("/echeances/<month>" in one for one in failures)


@pytest.mark.heavy
@pytest.mark.control("T11")
def test_control_a_crash_planted_on_a_nul_is_found(app: Flask, stranger: Stranger) -> None:
    view = app.view_functions["start.contact"]

    def planted() -> Any:
        return str(1 // 0) if any("\0" in value for value in request.form.values()) else view()

    planted.access = view.access  # type: ignore[attr-defined]
    app.view_functions["start.contact"] = planted
    stranger.rounds = 60
    assert stranger.goes_round("/commencer")
