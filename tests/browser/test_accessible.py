"""The screens anyone meets, in a real browser: accessible, nothing wider than the smallest telephone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import House


@pytest.fixture(scope="module")
def served(staffed_house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The team’s house, which nobody changes."""
    house = staffed_house.copied_to(tmp_path_factory.mktemp("served"))
    house.start()
    yield house
    house.stop()


@pytest.mark.parametrize("address", ["/", "/connexion", "/reprendre"])
def test_public_screens(served: House, page: Page, axe: Callable[[Page], None], address: str) -> None:
    """Start, sign-in of members, return of applicants."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.goto(served.url + address)
    expect(page.locator("h1")).to_have_count(1)
    axe(page)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, f"{address} scrolls sideways at 320 px"
    assert not told, f"the browser complains at {address}: {told}"


def test_the_team_signs_in(served: House, page: Page, axe: Callable[[Page], None]) -> None:
    """The address `intake link` prints opens « Ce qui m’attend »."""
    served.sign_in(page, "claire@exemple.fr")
    expect(page.locator("header")).to_contain_text("Claire")
    axe(page)


def test_axe_is_no_decoration(page: Page, axe: Callable[[Page], None]) -> None:
    """The control: a picture without words is found."""
    page.set_content("<html lang=fr><title>x</title><main><h1>x</h1><img src='data:,'></main></html>")
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)
