"""A screen in one of its states: nothing wider than a telephone, nothing cut, axe silent; with JavaScript and without.

What decides is a page's elements, what they say and how they are named: the same ones are examined once in a session.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from playwright.sync_api import CDPSession, Page

from tests.browser.conftest import check_accessible

SIZES = ((320, 256, ""), (360, 740, "34px"), (360, 740, ""))
"""Width, height, and the size of text: WCAG’s smallest window, text twice as large, a telephone."""
SEEN: set[int] = set()
BONES = """() => [...document.querySelectorAll(":not(#brouillon, #brouillon *)")].map((one) => one.tagName + [...one.attributes]
    .filter((its) => !/^(hx-|data-|value$|href$|src$|action$|formaction$|content$)/.test(its.name))
    .map((its) => its.name + its.value).join(" ") + Boolean(one.textContent.trim())).join("\\n")"""
"""What axe judges: elements, their attributes, whether they say something; the line of the draft has tests of its own."""
WORDS = """() => document.body.innerText.replace(/\\d+/g, "0")"""
WIDE = """(size) => {
    document.documentElement.style.fontSize = size;
    const room = document.documentElement.clientWidth;
    return [...document.querySelectorAll("body *")].filter((one) => {
        const box = one.getBoundingClientRect();
        const seen = box.width > 1 && !one.closest(".visually-hidden, template, .scroll");
        const cuts = getComputedStyle(one).overflowX === "hidden" && one.scrollWidth > one.clientWidth + 1;
        return seen && (box.right > room + 1 || cuts);
    }).map((one) => one.outerHTML.slice(0, 80));
}"""


def examine(page: Page, *, script: bool = True) -> None:
    """The screen as it stands. Without script the page ran none; ours run once it is drawn, then stop again."""
    if not script:
        _scripts(page, run=True)
    bones, words = page.evaluate(BONES), page.evaluate(WORDS)
    if _is_new(bones):
        check_accessible(page)
    if _is_new(bones + words):
        fits(page)
    if not script:
        _scripts(page, run=False)


def fits(page: Page) -> None:
    """Nothing is wider than the screen, and nothing is cut: at 320 × 256, with text twice as large, and at 360 px."""
    for width, height, text in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        wide = page.evaluate(WIDE, text)
        assert not wide, f"{page.url} at {width} px, text {text or 'as it is'}: {wide[:3]}"


def _is_new(what: str) -> bool:
    before = len(SEEN)
    SEEN.add(hash(what))
    return len(SEEN) > before


def _scripts(page: Page, *, run: bool) -> None:
    """Let scripts run in a page that was opened without, or stop them again: told by a session of ours, which must last."""
    if page not in DEVTOOLS:
        DEVTOOLS[page] = page.context.new_cdp_session(page)
        DEVTOOLS[page].send(DISABLE, {"value": True})  # only a change is heeded, and each session counts from its own
    DEVTOOLS[page].send(DISABLE, {"value": not run})


DISABLE = "Emulation.setScriptExecutionDisabled"
DEVTOOLS: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()
