"""The technical log (TRUST T13, 5.3): a fault is told without what was typed, whatever its message quotes."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from tests.cast import Cast, writing
from tests.conftest import Clock
from tests.faults import crowd
from tests.faults.browser import Browser, signed_in_cookies
from tests.faults.served import servers

MARK = "Mirabelle"
BUTTON = "Ajouter une note interne"


@pytest.fixture
def logged(app: Flask, people: Cast, settings: Settings, clock: Clock, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """What a server wrote while a note with a marked word met a bug that quotes it."""
    with writing():
        case, = crowd.waiting(people, 1, "Ana")
    log, page = tmp_path / "servers.log", f"/dossier/{case.dossier.uid}/{case.uid}/note"
    with servers(settings, weakness=request.param, log=log) as started:
        claire = Browser(started.start(), signed_in_cookies(app, people.claire))
        values = {**claire.form(page, BUTTON).values.to_dict(), "note": f"Chez {MARK}"}
        answer = claire.post(f"{page}?q={MARK}", values, Referer=f"http://127.0.0.1/{MARK}", **{"User-Agent": MARK})
        assert answer.status == 500 and MARK in answer.text, "whoever typed it finds it back"
        claire.get(f"/dossier/{MARK}?q={MARK}")
    return log.read_text()


@pytest.mark.trust("T13")
@pytest.mark.parametrize("logged", ["quotes_what_was_typed"], indirect=True)
def test_a_fault_is_logged_without_what_was_typed(logged: str) -> None:
    assert "incident" in logged and "RuntimeError" in logged and "ValueError" in logged and "take_with_room" in logged
    assert MARK not in logged and "@exemple.fr" not in logged


@pytest.mark.control("T13")
@pytest.mark.parametrize("logged", ["quotes_what_was_typed log_filter_off"], indirect=True)
def test_control_with_the_filter_off_it_is_found(logged: str) -> None:
    assert MARK in logged and "@exemple.fr" in logged
