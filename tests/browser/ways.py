"""Two ways to meet a screen: a keyboard and its Tab alone, a telephone of 360 px."""

from __future__ import annotations

from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import PHONE

MOST_TABS = 120

CALLED = """(wanted) => {
    const one = document.activeElement;
    const said = one.labels?.[0]?.textContent || one.getAttribute("aria-label") || one.textContent || "";
    return (said.replace(/\\s+/g, " ").trim() + " ").startsWith(wanted + " ");
}"""
MEETS = """() => {
    const seen = [...document.querySelectorAll("body *")].filter((one) => one.offsetParent);
    const said = (one) => one.outerHTML.slice(0, 120);
    const whole = document.documentElement.scrollWidth;
    const wide = whole > innerWidth ? [`the page is ${whole} wide`] : [];
    const slides = seen.filter((one) => one.scrollWidth > one.clientWidth + 1 && !one.closest(".scroll, .board")
        && ["auto", "scroll", "hidden"].includes(getComputedStyle(one).overflowX) && !one.closest(".visually-hidden"));
    const small = seen.filter((one) => one.matches("main .button, main button, .choice label, header a, header button, .tabs a")
        && Math.min(one.offsetHeight, one.offsetWidth) < 44);
    return [...wide, ...slides.map((one) => "slides: " + said(one)), ...small.map((one) => "small: " + said(one))];
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has the focus is called this, from the content on; fails when Tab never reaches it."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(CALLED, name):
            return
    raise AssertionError(f"Tab never reaches « {name} » on {page.url}")


def choose_by_arrows(page: Page, name: str) -> None:
    """In the first group of radios: Tab enters it, the arrows go through it."""
    first = " ".join(page.locator("main .choice:has(input[type=radio]) label").first.inner_text().split())
    tab_to(page, first)
    page.keyboard.press("Space")
    for _ in range(MOST_TABS):
        if page.evaluate(CALLED, name):
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the arrows never reach « {name} » on {page.url}")


def skip_to_content(page: Page) -> None:
    """The first Tab of a page says how to leave the header behind."""
    page.keyboard.press("Tab")
    assert page.evaluate(CALLED, "Aller au contenu"), page.url
    page.keyboard.press("Enter")
    expect(page.locator("#contenu")).to_be_focused()


def press_by_tab(page: Page, name: str) -> None:
    """Reach a link or a button by Tab alone, press Enter, and see where it leads."""
    tab_to(page, name)
    if page.evaluate("document.activeElement.hash") and page.evaluate("document.activeElement.pathname === location.pathname"):
        page.keyboard.press("Enter")
        return
    with page.expect_response(is_shown) as answered:
        page.keyboard.press("Enter")
    if target := answered.value.headers.get("hx-redirect"):
        page.wait_for_url(lambda url: url.endswith(target))
    elif answered.value.request.resource_type == "document":
        page.wait_for_url(answered.value.url)
    page.wait_for_load_state()


def is_shown(response: Response) -> bool:
    """What a press ends with: a page, or the part of it that htmx swaps."""
    return response.request.resource_type in ("document", "xhr", "fetch") and not 300 <= response.status < 400


def fits_a_phone(page: Page) -> None:
    """Nothing wider than a telephone, nothing that slides but tables, nothing smaller than a finger."""
    page.wait_for_load_state()
    found = page.evaluate(MEETS)
    assert not found, f"{page.url} at {PHONE['width']} px: " + "\n".join(found[:5])
