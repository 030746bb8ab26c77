"""The tablet's queue, its browser killed at each wait of noting and of sending (T17): « notée » is never said of nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.browser.conftest import House
from tests.browser.tablets import cable, house, network, new_tablet, paired_profile
from tests.kiosk.house import Borne, Network, arrived

__all__ = ["cable", "house", "network", "new_tablet", "paired_profile"]

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(600)]

WAIT, COUNTED = "= await ", "= await (globalThis.reached ? globalThis.reached() : 0) || await "
"""A wait of a script whose answer is kept, counted first: the disk, the seal, the network."""
STOPS_AT = """at => { let count = 0; globalThis.reached = () => {
    if (++count < at) return 0;
    document.documentElement.dataset.stopped = 'yes';
    return new Promise(() => {}); } }"""


def killed_at(tablet: Borne, house: House, at: int) -> bool:
    """Someone signs; the browser is killed at this wait; whether there was one. What was said is then there, once."""
    before, page = arrived(house)["names"], tablet.go("presence")
    page.evaluate(STOPS_AT, at)
    page.get_by_role("button", name="Je n’ai ni badge ni code").click()
    page.get_by_label("Prénom").fill("Zed")
    page.get_by_label("Nom", exact=True).fill(f"Attente {at}")
    page.get_by_role("button", name="Noter ma présence").click()
    until = time.monotonic() + 4
    while not (stopped := page.locator("html[data-stopped]").count()) and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.2)
    said = page.locator("main[data-ended]").count()
    tablet.kill()
    tablet.open()
    tablet.until_sent()
    kept = arrived(house)["names"] - before
    assert kept in ((1,) if said else (0, 1)), f"killed at wait {at}: said {said}, kept {kept}"
    return bool(stopped)


@pytest.mark.trust("T17")
@pytest.mark.parametrize(("script", "most"), [("seal.js", 8), ("outbox.js", 3)])
def test_killed_at_each_wait_what_is_said_to_be_noted_is(
        house: House, network: Network, new_tablet: Callable[..., Borne], script: str, most: int) -> None:
    network.spoil = (script, *(("await ", COUNTED[2:]) if script == "seal.js" else (WAIT, COUNTED)))
    tablet = new_tablet()
    tablet.pair(house)
    tablet.go("")
    tablet.close()  # a browser writes its cookies down half a minute later, or when it is closed
    tablet.open()
    waits = 0
    while killed_at(tablet, house, waits + 1):
        waits += 1
        assert waits < 40
    assert waits >= most
