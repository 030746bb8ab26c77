"""A real browser on the real server: the distribution's Chromium, headless; time moved by the test."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, ViewportSize

from tests.browser.hand import ROOT, Hand
from tests.conftest import NOW, SECRET, Clock, missing
from tests.postgres import free_port

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
"""The whole browser, for tablets: installed pages, camera, profiles that survive."""
SHELL = shutil.which("chromium-headless-shell") or CHROMIUM
"""The same engine without its windows, four times as quick to open a page in."""
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
PHONE: ViewportSize = {"width": 360, "height": 740}
AXE = next((Path(__file__).parent.parent / "vendor").glob("axe-*.min.js"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Which browser, and how quietly it starts."""
    if not SHELL:
        missing("Chromium is not installed: `make packages` as root, or apt-get install chromium")
    return {"executable_path": SHELL, "args": QUIET, "headless": True}


@pytest.fixture(scope="session")
def browser(launch_browser: Callable[[], Browser], browser_type: BrowserType) -> Iterator[Browser]:
    """One browser for the session; each test has a context of its own."""
    launched = launch_browser()
    yield launched
    launched.close()


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A laptop, in French, in Paris."""
    return {**browser_context_args, "locale": "fr-FR", "timezone_id": "Europe/Paris",
            "viewport": {"width": 1280, "height": 900}}


@dataclass
class House:
    """A running server, its folder, its clock, and the `intake` command beside it."""

    folder: Path
    port: int
    clock: Clock
    environment: dict[str, str]
    hand: Hand
    server: subprocess.Popen[bytes] | None = None
    log: Path = field(default=Path("server.log"))

    @property
    def url(self) -> str:
        """Where people open it."""
        return f"http://127.0.0.1:{self.port}"

    def intake(self, *words: str) -> str:
        """Run the command on this house's data; what it printed. Fails when it fails."""
        code, said = self.hand.does(words, self.environment)
        assert code == 0, f"intake {' '.join(words)} failed:\n{said}"
        return said

    def tick(self, *, at: datetime | None = None, **forward: float) -> str:
        """Let time pass, then one round of clock and post: `tick(days=7)`, `tick(at=…)`."""
        if at is not None:
            self.clock.set(at)
        elif forward:
            self.clock.forward(**forward)
        return self.intake("tick")

    def sign_in(self, page: Page, email: str) -> None:
        """Sign someone in, by the address `intake link` prints."""
        found = re.search(r"http://\S+", self.intake("link", email))
        assert found, "intake link printed no address"
        page.goto(found[0])
        page.locator("main form button").first.click()
        page.wait_for_load_state()

    def start(self) -> None:
        """Serve, and wait until it answers."""
        with self.log.open("ab") as log:
            self.server = subprocess.Popen([sys.executable, "-m", "intake", "serve"], cwd=ROOT,
                                           env=self.environment, stdout=log, stderr=subprocess.STDOUT)
        for _ in range(200):
            if self.server.poll() is not None:
                break
            with suppress(OSError):
                connection = HTTPConnection("127.0.0.1", self.port, timeout=2)
                connection.request("GET", "/")
                if connection.getresponse().status < 500:
                    return
            time.sleep(0.1)
        raise AssertionError(f"the server did not start:\n{self.log.read_text()}")

    def copied_to(self, folder: Path) -> House:
        """The same house elsewhere, while nothing serves it."""
        other = make_house(folder / "house", self.hand, self.clock.now)
        shutil.copytree(self.folder / "data", other.folder / "data")
        return other

    def stop(self) -> None:
        """Ask it to stop, as an operator does."""
        if self.server is not None and self.server.poll() is None:
            self.server.terminate()
            self.server.wait(timeout=20)


def make_house(folder: Path, hand: Hand, now: datetime = NOW) -> House:
    """An empty house on SQLite, its clock stopped; nothing serves it yet."""
    folder.mkdir(parents=True, exist_ok=True)
    clock, port = Clock(folder / "now"), free_port()
    clock.set(now)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INTAKE_")} | {
        "INTAKE_DATA": str(folder / "data"), "INTAKE_NOW": f"@{clock.file}", "INTAKE_SECRET_KEY": SECRET,
        "INTAKE_PORT": str(port), "INTAKE_PUBLIC_URL": f"http://127.0.0.1:{port}", "INTAKE_WORK": "no",
        "PYTHONUNBUFFERED": "1"}
    return House(folder, port, clock, environment, hand, log=folder / "server.log")


TEAM = {
    "claire": ("Claire Dubreuil", "circle"), "salome": ("Salomé Vasseur", "circle"), "ines": ("Inès Haddad", "circle"),
    "marc": ("Marc Leroux", "cogerance"), "odile": ("Odile Fontaine", "cogerance"), "rachel": ("Rachel Petit", "hr"),
    "come": ("Côme Delattre", "accounts"), "sami": ("Sami Benali", "support"), "ada": ("Ada Nowak", "admin"),
}
"""Who works in the house of the browser tests: address before @exemple.fr, name, role."""


@pytest.fixture(scope="session")
def hand() -> Iterator[Hand]:
    """The `intake` command, for the session."""
    ready = Hand()
    yield ready
    ready.rests()


@pytest.fixture(scope="session")
def staffed_house(hand: Hand, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house with its team and nobody who applies yet; never served, copied for each test."""
    house = make_house(tmp_path_factory.mktemp("staffed"), hand)
    house.intake("init")
    for name, (full_name, role) in TEAM.items():
        house.intake("person", "add", f"{name}@exemple.fr", "--name", full_name, "--role", role)
    return house


@pytest.fixture
def live_server(staffed_house: House, tmp_path: Path) -> Iterator[House]:
    """A house of its own for one test, served, with its team and nobody who applies yet."""
    house = staffed_house.copied_to(tmp_path)
    house.start()
    yield house
    house.stop()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)`: fails with the remedy when the screen breaks a rule of accessibility (WCAG 2.2 A and AA)."""
    return check_accessible


def check_accessible(page: Page) -> None:
    """Run axe-core in the page; under our policy it is evaluated, not added as a script."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("""() => axe.run(document, {
        resultTypes: ["violations"], preload: false,
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})""")
    said = [f"{violation['id']}: {violation['help']} ({violation['helpUrl']})\n    " + "\n    ".join(
        f"{node['html']}\n      {node['failureSummary']}" for node in violation["nodes"][:5])
        for violation in found["violations"]]
    assert not said, f"{page.url} breaks accessibility:\n" + "\n".join(said)
