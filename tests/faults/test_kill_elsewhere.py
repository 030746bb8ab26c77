"""`kill -9` under other writers than steps (TRUST T1): pages of a draft, documents, entries of tablets; none lost, none twice."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from config import Settings
from intake import history
from intake.cases import take_step
from intake.demo.names import A_PDF
from intake.models.dossiers import Case, read_case
from intake.models.drafts import DraftPage
from intake.models.kiosk import KioskEntry
from intake.models.pieces import Piece
from tests.cases.test_admission import arrived
from tests.cast import Cast, writing
from tests.conftest import Clock
from tests.faults import crowd
from tests.faults.browser import Answer, Browser, signed_in_cookies, until_answered
from tests.faults.served import servers
from tests.faults.test_kill import KILLS, Team
from tests.kiosk.tablet import Tablet, digest, paired
from tests.page import Page

pytestmark = [pytest.mark.both_databases, pytest.mark.heavy, pytest.mark.timeout(900)]

ROOM = 18
SAVE, ADD = "Enregistrer et continuer", "Ajouter une pièce"


@dataclass
class Writer:
    """Somebody who writes one thing after another, and asks again whatever is not answered."""

    browser: Browser
    stop: threading.Event
    acknowledged: dict[str, tuple[str, str]] = field(default_factory=dict)
    surprises: list[str] = field(default_factory=list)

    def work(self) -> None:
        """One act after another until told to stop; the last one is brought to its end."""
        for turn in range(10_000):
            if self.stop.is_set():
                return
            told, answer = self.act(turn)
            if told:
                self.acknowledged[told] = (told, "")
            else:
                self.surprises.append(f"{answer.status} {answer.page.text[:300]}")

    def act(self, turn: int) -> tuple[str, Answer]:
        """(what was acknowledged, or '', the answer)."""
        raise NotImplementedError

    def until_answered(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """The same thing until a server answers it."""
        return until_answered(lambda: self.browser._ask(method, path, body, headers), f"{method} {path}")


@dataclass
class Applicant(Writer):
    """Saves a page of an application, again and again."""

    case: Case | None = None

    def act(self, turn: int) -> tuple[str, Answer]:
        """Another telephone number."""
        assert self.case
        path, number = f"/demande/{self.case.uid}/you", f"06 12 34 {turn // 100:02} {turn % 100:02}"
        form = Page(self.until_answered("GET", path).text).form(SAVE)
        answer = self.browser.until_answered("POST", path, {**form.values.to_dict(), "phone": number})
        return number if answer.status in (303, 422) else "", answer

    def kept(self) -> Counter[str]:
        """The last one is there."""
        row = DraftPage.get(DraftPage.case == self.case, DraftPage.page == "you")
        return Counter([*list(self.acknowledged)[:-1], *row.typed["phone"]])


@dataclass
class Carrier(Writer):
    """Adds one document after another to a dossier."""

    case: Case | None = None

    def act(self, turn: int) -> tuple[str, Answer]:
        """A document with a title of its own; a dossier takes twenty."""
        assert self.case
        if turn >= ROOM:
            self.stop.wait()
            return f"devis-{ROOM - 1}.pdf", Answer(303, "", "")
        path, title = f"/dossier/{self.case.dossier.uid}/{self.case.uid}/add_piece", f"Devis {turn}"
        form = Page(self.until_answered("GET", path).text).form(ADD)
        edge, body = encode_multipart({**form.values.to_dict(), "title": title, "piece": FileStorage(
            BytesIO(A_PDF), f"devis-{turn}.pdf", content_type="application/pdf")}, boundary="parcours")
        answer = self.until_answered("POST", path, body, **{"Content-Type": f"multipart/form-data; boundary={edge}"})
        return f"devis-{turn}.pdf" if answer.status == 303 else "", answer

    def kept(self) -> Counter[str]:
        """By file name."""
        return Counter(piece.filename for piece in Piece.select().where(Piece.dossier == self.case.dossier))  # type: ignore[union-attr]


@dataclass
class Borne(Writer):
    """A tablet that delivers presences."""

    tablet: Tablet | None = None

    def act(self, turn: int) -> tuple[str, Answer]:
        """One entry, sealed once, sent until its receipt comes."""
        assert self.tablet
        entry = self.tablet.entry({"kind": "presence", "first_name": "Personne", "last_name": f"{id(self)} {turn}"})
        answer = self.until_answered("POST", "/borne/entrees", json.dumps({"sent": entry["at"], "entry": entry}), **{
            "Content-Type": "application/json", "Idempotency-Key": entry["key"]})
        right = answer.status == 200 and json.loads(answer.text)["receipt"] == {"key": entry["key"], "digest": digest(entry)}
        return entry["key"] if right else "", answer

    def kept(self) -> Counter[str]:
        """By key."""
        return Counter(entry.key for entry in KioskEntry.select().where(KioskEntry.key.in_(list(self.acknowledged))))


@pytest.fixture
def team(app: Flask, people: Cast, settings: Settings, clock: Clock, tmp_path: Path) -> Iterator[Team]:
    """Three who apply, two who add documents, three tablets."""
    with writing():
        drafts = []
        for number in range(3):
            case = arrived(crowd.someone(f"Brouillon{number}"))
            take_step(case, "skip_meeting", by=people.claire, raw={"reason": "Reçue"}, key=None)
            drafts.append(read_case(case.id))
        dossiers = crowd.waiting(people, 2, "Pièces")
    tablets = [paired(app, people.claire, f"Tablette {number}") for number in range(3)]
    with servers(settings, log=tmp_path / "servers.log") as started:
        port, stop = started.start(), threading.Event()
        cookies = [{"borne": one.client.get_cookie("borne", path="/borne/").value} for one in tablets]  # type: ignore[union-attr]
        yield Team([  # type: ignore[list-item]
            *(Applicant(Browser(port, signed_in_cookies(app, case.dossier.person)), stop, case=case) for case in drafts),
            *(Carrier(Browser(port, signed_in_cookies(app, case.dossier.person)), stop, case=case) for case in dossiers),
            *(Borne(Browser(port, cookie), stop, tablet=one) for cookie, one in zip(cookies, tablets, strict=True))],
            started, stop)


@pytest.mark.trust("T1")
def test_pages_documents_and_entries_acknowledged_are_there_once(team: Team) -> None:
    acknowledged = team.under_fire(KILLS)
    assert [said for client in team.clients for said in client.surprises] == []
    assert sum(client.browser.cut_off for client in team.clients) > KILLS and min(map(len, acknowledged)) > 0
    with writing():
        for client in team.clients:
            assert client.kept() == Counter(client.acknowledged.keys()), type(client).__name__  # type: ignore[attr-defined]
        assert list(history.verify()) == []
