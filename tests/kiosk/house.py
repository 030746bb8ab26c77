"""A house on the real clock, with a journée today, and between it and the tablets a network that may fail."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, BrowserType, Page, expect

from config import Settings
from tests.browser.conftest import CHROMIUM, QUIET, House
from tests.cast import opened
from tests.conftest import SECRET
from tests.postgres import free_port

PIN = "402117"
PORTAL = b"<!doctype html><title>Wi-Fi gratuit</title><p>Acceptez les conditions."


# A network that may fail ---------------------------------------------------------------------------------------------


@dataclass
class Network:
    """What stands between tablets and the house; `fault(method, path)` names what goes wrong with a request."""

    house: int
    port: int = field(default_factory=free_port)
    fault: Callable[[str, str], str] = lambda _method, _path: ""
    asked: list[str] = field(default_factory=list)
    spoil: tuple[str, str, str] | None = None
    """A weakened build, for a control: in the file of this name, these words stand for those."""
    server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """Where tablets open the house."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Let requests through."""
        network = self

        class Passing(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                network.carry(self)

            do_POST = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Passing)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def mend(self) -> None:
        """As on the first day."""
        self.fault, self.spoil = lambda _method, _path: "", None
        self.asked.clear()
        if self.server is None:
            self.start()

    def stop(self) -> None:
        """The cable is out: nobody answers any more."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def carry(self, request: BaseHTTPRequestHandler) -> None:
        """One request to the house, and its answer back, unless something goes wrong."""
        fault = self.fault(request.command, request.path)
        self.asked.append(f"{request.command} {request.path}")
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        if fault == "down":
            request.close_connection = True
            return
        if fault == "portal":
            answer(request, 200, [("Content-Type", "text/html")], PORTAL)
            return
        if fault in ("busy", "full"):
            answer(request, 503, [("Content-Type", "text/html"), ("X-Why", fault)], b"<p>")
            return
        if fault.isdigit():
            answer(request, int(fault), [("Content-Type", "text/html")], b"<p>")
            return
        try:
            there = HTTPConnection("127.0.0.1", self.house, timeout=20)
            asks = {name: value for name, value in request.headers.items() if name.lower() != "accept-encoding"}
            there.request(request.command, request.path, body or None, asks)
            got = there.getresponse()
            content = got.read()
        except (OSError, HTTPException):
            request.close_connection = True
            return
        if fault == "lost":
            request.close_connection = True
            return
        if self.spoil and request.path.split("?")[0].endswith(self.spoil[0]):
            text = content.decode()
            assert self.spoil[1] in text, f"{self.spoil[0]} says it otherwise now"
            content = text.replace(self.spoil[1], self.spoil[2]).encode()
        skipped = ("transfer-encoding", "connection", "content-length")
        answer(request, got.status, [one for one in got.getheaders() if one[0].lower() not in skipped], content)


def answer(request: BaseHTTPRequestHandler, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
    """Write an answer; a browser that left is no matter."""
    with suppress(OSError):
        request.send_response(status)
        for name, value in headers:
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)


def posts(network: Network, path: str) -> int:
    """How many times something was sent to an address of the kiosk."""
    return network.asked.count(f"POST /borne/{path}")


# A house -------------------------------------------------------------------------------------------------------------


def settings_of(house: House) -> Settings:
    """Its settings, to look into its database from here."""
    data = house.folder / "data"
    return Settings(data=data, database_url=f"sqlite:///{data / 'parcours.db'}", secret_key=SECRET, public_url=house.url,
                    key_file=data / "keys", work=False)


@contextmanager
def inside(house: House) -> Iterator[None]:
    """Its database, open in this process."""
    from intake import secrets_kept

    secrets_kept.set_secret(SECRET)
    with opened(settings_of(house)):
        yield


def today_is_a_journee(house: House) -> None:
    """A journée today at the Moulin, three slots to come, badges for Ana and Ben."""
    from datetime import timedelta

    from intake import moment
    from intake.models import badges, days
    from intake.models.days import Journee
    from intake.models.people import Person
    from intake.models.slots import Slot

    os.environ.pop("INTAKE_NOW", None)
    with inside(house):
        days.plan_journees(moment.today())
        journee = Journee.get_or_none(Journee.day == moment.today()) or Journee.create(
            day=moment.today(), planned=moment.today())
        Journee.update(place="Moulin de Wazemmes", to_confirm=False).where(Journee.id == journee.id).execute()
        for hour in ("23:57", "23:58", "23:59"):
            Slot.create(journee=journee, hour=hour)
        people = [Person.create(first_name=first, last_name=last, email=f"{first}@exemple.fr".lower(),
                                created_at=moment.now() - timedelta(days=400))
                  for first, last in (("Ana", "Moreau-Secrete"), ("Ben", "Lefort-Secret"))]
        badges.give_badges(people)


def badge(house: House, first_name: str) -> tuple[str, str]:
    """(what the QR code says, the six digits) of someone."""
    from intake.models.badges import badge_of
    from intake.models.people import Person

    with inside(house):
        found = badge_of(Person.get(Person.first_name == first_name))
        assert found is not None
        return found.text, found.code


def approve(house: House, code: str, name: str = "Tablette bleue") -> None:
    """Someone of the team types the code a tablet shows."""
    from intake.models import devices
    from intake.models.people import Person
    from intake.pages.devices import pin_kept
    from workflows import roles

    with inside(house):
        devices.approve(code, name=name, place="Moulin", pin=pin_kept(PIN), role=roles.circle,
                        by=Person.get(Person.email == "claire@exemple.fr"))


def arrived(house: House) -> dict[str, int]:
    """What the house holds: entries and irritants, presences, contacts, wishes."""
    from intake.models.attendance import Attendance, UnknownName
    from intake.models.dossiers import Dossier
    from intake.models.irritants import Irritant
    from intake.models.kiosk import KioskEntry
    from intake.models.slots import Slot, SlotWish

    with inside(house):
        return {"entries": KioskEntry.select().count(), "presences": Attendance.select().where(
            Attendance.status == "present").count(), "names": UnknownName.select().count(),
            "contacts": Dossier.select().count(), "wishes": SlotWish.select().count(),
            "booked": Slot.select().where(Slot.booked_at.is_null(False)).count(),
            "irritants": Irritant.select().count(), "tray": KioskEntry.select().where(KioskEntry.status == "tray").count()}


# A tablet ------------------------------------------------------------------------------------------------------------


@dataclass
class Borne:
    """A tablet: a browser with a profile of its own, installed as the team would, and what one does on it."""

    profile: Path
    network: Network
    chromium: BrowserType
    arguments: list[str] = field(default_factory=list)
    size: tuple[int, int] = (1280, 800)
    context: BrowserContext | None = None
    said: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def open(self, path: str = "") -> Page:
        """Start it, or start it again on the same profile."""
        self.context = self.chromium.launch_persistent_context(
            str(self.profile), executable_path=CHROMIUM, headless=True, locale="fr-FR", timezone_id="Europe/Paris",
            args=[*QUIET, "--app=data:text/html,", "--use-fake-ui-for-media-stream", *self.arguments], has_touch=True,
            viewport={"width": self.size[0], "height": self.size[1]}, permissions=["camera"])
        self.context.on("request", self._heard)
        page = self.page
        page.on("console", lambda line: self.said.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        installed(page, self.network.url)
        page.goto(f"{self.network.url}/borne/{path}")
        page.locator("html[data-ready]").wait_for()
        return page

    def _heard(self, request: Any) -> None:
        if not request.url.startswith((self.network.url, "data:", "blob:")):
            self.outside.append(request.url)

    @property
    def page(self) -> Page:
        """Its one page."""
        assert self.context is not None
        return self.context.pages[0]

    def close(self) -> None:
        """Switch it off."""
        if self.context is not None:
            self.context.close()
            self.context = None

    def kill(self) -> None:
        """`kill -9` of its browser, and of nothing else: the process started on this profile."""
        mine = f"--user-data-dir={self.profile}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                if mine in words and b"--type=" not in b" ".join(words):
                    os.kill(int(folder.name), signal.SIGKILL)
        time.sleep(0.3)
        with suppress(Exception):
            self.close()
        self.context = None
        for lock in self.profile.glob("Singleton*"):
            lock.unlink(missing_ok=True)

    # What one does --------------------------------------------------------------------------------------------------

    def pair(self, house: House, name: str = "Tablette bleue") -> Page:
        """Pair and prepare it."""
        page = self.page if self.context is not None else self.open("equipe")
        approve(house, code_shown(page), name)
        page.locator("#etat dt").first.wait_for(timeout=15_000)
        return page

    def tap(self, tile: str) -> Page:
        """Choose a tile on the home screen."""
        self.page.get_by_role("link", name=tile).click()
        self.page.locator("html[data-ready]:not([data-screen=home])").wait_for()
        return self.page

    def home(self) -> None:
        """End a task."""
        self.page.get_by_role("button", name="Terminer").click()
        self.page.locator("html[data-ready][data-screen=home]").wait_for()

    def sign_by_name(self, first: str, last: str) -> None:
        """A presence without badge."""
        page = self.go("presence")
        page.get_by_role("button", name="Je n’ai ni badge ni code").click()
        page.get_by_label("Prénom").fill(first)
        page.get_by_label("Nom", exact=True).fill(last)
        page.get_by_role("button", name="Noter ma présence").click()
        page.locator("main[data-ended]").wait_for()

    def leave_contact(self, first: str, reach: str) -> None:
        """« Je découvre Optéos »."""
        page = self.go("decouvrir")
        page.get_by_label("Prénom").fill(first)
        page.get_by_label("Adresse électronique ou téléphone").fill(reach)
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Envoyer").click()
        page.locator("main[data-ended]").wait_for()

    def leave_irritant(self, text: str) -> None:
        """« Je dis ce qui coince »."""
        page = self.go("ce-qui-coince")
        page.get_by_role("textbox").fill(text)
        page.get_by_role("button", name="Déposer").click()
        page.locator("main[data-ended]").wait_for()

    def go(self, path: str) -> Page:
        """Another screen, as its tile would."""
        self.page.evaluate("path => location.replace('/borne/' + path)", path)
        self.page.wait_for_url(f"**/borne/{path}")
        self.page.locator("html[data-ready]").wait_for()
        return self.page

    def state(self) -> dict[str, Any]:
        """What it holds, as its own code counts it."""
        found: dict[str, Any] = self.page.evaluate("import('/static/js/kiosk/store.js').then(s => s.counts())")
        return found

    def until_sent(self, within: float = 75.0) -> None:
        """Wait until nothing waits to be sent, irritants apart: between two tries the tablet rests up to a minute."""
        self.go("")
        self.page.evaluate("import('/static/js/kiosk/outbox.js').then(o => o.send({ now: true }))")
        ends = time.monotonic() + within
        while time.monotonic() < ends:
            if self.state()["waiting"] == 0:
                return
            time.sleep(0.1)
        raise AssertionError(f"still there: {self.state()}; {self.said}")


def code_shown(page: Page) -> str:
    """The eight signs on the screen."""
    expect(page.locator("#code")).to_have_text(re.compile(r"\w{4}\s\w{4}"))
    return page.locator("#code").inner_text()


def installed(page: Page, origin: str) -> None:
    """What installing gives on a real tablet: a storage that lasts; `--app` gives the window of its own."""
    link = page.context.new_cdp_session(page)
    link.send("Browser.grantPermissions", {"origin": origin, "permissions": ["durableStorage", "videoCapture"]})
