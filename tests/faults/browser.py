"""A browser over the network, without JavaScript: it keeps its cookies and its connection, and can try again."""

from __future__ import annotations

import http.client
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask

from intake.models.people import Person
from tests.cast import browser as signed_in
from tests.page import Form, Page

GONE = (OSError, http.client.HTTPException)
"""What a killed server leaves."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str
    location: str

    @property
    def page(self) -> Page:
        """As it is read."""
        return Page(self.text)


@dataclass
class Browser:
    """One person's browser, on one server."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None
    cut_off: int = 0
    """How many times a server died while it was asked."""
    within: float = 30
    """Seconds to wait for an answer."""

    def get(self, path: str, **headers: str) -> Answer:
        """Open a page."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, values: dict[str, Any], **headers: str) -> Answer:
        """Send a form."""
        return self._ask("POST", path, urlencode(values, doseq=True),
                         {"Content-Type": "application/x-www-form-urlencoded", **headers})

    def form(self, path: str, button: str) -> Form:
        """The form of a page, as it stands."""
        answer = self.get(path)
        assert answer.status == 200, (answer.status, path, answer.page.text)
        return answer.page.form(button)

    def relit(self, path: str, button: str, values: dict[str, Any]) -> dict[str, Any]:
        """The form as it comes back under the letters that are about to leave, which its page could not show yet."""
        answer = self.post(path, values)
        assert answer.status == 200, (answer.status, answer.page.text)
        return answer.page.form(button).values.to_dict()

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.within)
        try:
            self.connection.request(method, path, body, {
                **headers, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())})
            came = self.connection.getresponse()
            text = came.read().decode()
        except GONE as gone:
            self.cut_off += not isinstance(gone, ConnectionRefusedError)
            self.connection.close()
            self.connection = None
            raise
        for cookie in came.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(came.status, text, came.headers.get("Location", ""))

    def until_answered(self, method: str, path: str, values: dict[str, Any] | None = None) -> Answer:
        """Ask again and again, the same thing, until a server answers it."""
        return until_answered(lambda: self.get(path) if method == "GET" else self.post(path, values or {}), f"{method} {path}")


def until_answered(ask: Callable[[], Answer], what: str) -> Answer:
    """The same request again and again, for a minute, until a server that is there and not busy answers it."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            answer = ask()
        except GONE:
            time.sleep(0.01)
            continue
        if answer.status != 503:
            return answer
    raise AssertionError(f"{what}: no answer for a minute")


@dataclass(frozen=True)
class Asked:
    """A form someone is about to press: its page, its button, what is written in it, and whose browser it is."""

    path: str
    button: str
    answers: dict[str, Any]
    cookies: dict[str, str]
    form: Form | None = None
    """The form as it was read earlier; without it, the page is opened first."""


def press_at_once(asked: list[Asked], ports: list[int]) -> list[Answer]:
    """Every page is opened first, its letters read; then all are pressed at the same instant, on all the servers."""
    ready = threading.Barrier(len(asked), timeout=120)

    def press(one: Asked, port: int) -> Answer:
        browser = Browser(port, dict(one.cookies))
        try:
            form = one.form or browser.form(one.path, one.button)
            values = {**form.values.to_dict(), **one.answers}
            if form.values.get("told") == "":
                values = browser.relit(one.path, one.button, values)
        finally:
            ready.wait()
        return browser.post(one.path, values)

    with ThreadPoolExecutor(len(asked)) as people:
        return list(people.map(press, asked, itertools.cycle(ports)))


def signed_in_cookies(app: Flask, person: Person) -> dict[str, str]:
    """The cookies of someone signed in, good on every server of the house."""
    cookie = signed_in(app, person).get_cookie("parcours")
    assert cookie is not None
    return {"parcours": cookie.value}
