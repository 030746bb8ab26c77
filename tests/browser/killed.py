"""Someone who applies on a telephone, the ways their page ends while they type, and how they come back."""

from __future__ import annotations

from contextlib import suppress

import pytest
from flask import Flask
from playwright.sync_api import Error, Locator, Page

from tests.browser.applicants import cookies
from tests.browser.people import Someone


class Applicant(Someone):
    """Someone who applies, on a telephone."""

    case = ""
    app: Flask

    def signs_in(self) -> Applicant:
        """By a cookie: signing in has its own tests."""
        with pytest.MonkeyPatch.context() as patched:
            self.context.clear_cookies()
            self.context.add_cookies(cookies(self.app, self.house, self.email, patched))
        return self

    def at(self, page: str = "") -> Page:
        """Open a page of the application."""
        self.page.goto(f"{self.house.url}/demande/{self.case}/{page}".rstrip("/"))
        return self.page


class Killed:
    """The ways a page ends while one types, each followed by the person coming back."""

    def __init__(self, who: Applicant) -> None:
        self.who, self.ways = who, (self.closed, self.cut, self.expired)

    def closed(self) -> None:
        """The tab is closed."""
        page = self.who.context.new_page()
        self.who.page.close()
        self.who.page = page
        page.set_default_timeout(10_000)

    def cut(self) -> None:
        """The network goes; the page is lost with it."""
        self.who.context.set_offline(True)
        with suppress(Error):
            self.who.page.reload(timeout=2000)
        self.who.context.set_offline(False)

    def expired(self) -> None:
        """The sign-in ends, and one identifies again."""
        self.who.house.clock.forward(hours=3)
        assert "/reprendre" in self.who.at().url
        self.who.signs_in()

    def restarted(self) -> None:
        """The server is killed while one types, and started again."""
        server = self.who.house.server
        assert server
        server.kill()
        server.wait()
        self.who.house.start()


def boxes(page: Page) -> Locator:
    """What one types in, on this page."""
    return page.locator("#formulaire").locator("input[type=text]:visible, input[type=tel]:visible, textarea:visible")


def type_somewhere(page: Page, number: int) -> tuple[str, str]:
    """Type in the first box, or choose the last choice; the name of the field and what it holds."""
    page.wait_for_function("document.querySelector('#brouillon').hasAttribute('data-htmx-powered')")
    without_it = page.locator("#formulaire details:not([open]) > summary")
    if not boxes(page).count() and without_it.count():
        without_it.first.click()
    if boxes(page).count():
        box = boxes(page).first
        box.fill(f"{number} choses")
        box.press("Tab")
        return box.get_attribute("id") or "", f"{number} choses"
    choice = page.locator("#formulaire").locator("input[type=radio], input[type=checkbox]").last
    choice.check()
    return choice.get_attribute("id") or "", "checked"


def holds(page: Page, field: str) -> str:
    """What a field holds."""
    found = page.locator(f"[id='{field}']")
    if found.get_attribute("type") in ("radio", "checkbox"):
        return "checked" if found.is_checked() else ""
    return found.input_value()
