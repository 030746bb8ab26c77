"""A key in a real browser (a virtual one answers): set up, asked, refused to another origin's answer; its pages accessible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import House


@pytest.fixture
def house(staffed_house: House, tmp_path: Path) -> Iterator[House]:
    """Served as localhost: a key answers to a name, never to a number."""
    copied = staffed_house.copied_to(tmp_path)
    copied.environment["INTAKE_PUBLIC_URL"] = f"http://localhost:{copied.port}"
    copied.start()
    yield copied
    copied.stop()


@pytest.fixture
def key(page: Page) -> str:
    """A virtual key that verifies its user."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True}})
    return str(made["authenticatorId"])


def test_a_key_protects_claire(house: House, page: Page, key: str, axe: Callable[[Page], None]) -> None:
    """Set up from her account, ten codes, then asked at the next sign-in and answered by the key."""
    house.sign_in(page, "claire@exemple.fr")
    page.goto(f"http://localhost:{house.port}/mon-compte")
    axe(page)
    page.get_by_role("link", name="Protéger mon accès").click()
    axe(page)
    page.get_by_label("Une clé de sécurité ou votre téléphone").check()
    page.get_by_role("button", name="Continuer").click()
    axe(page)
    page.get_by_role("button", name="Ajouter ma clé ou mon téléphone").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vos 10 codes de secours")
    expect(page.locator(".codes li")).to_have_count(10)
    axe(page)
    page.get_by_role("link", name="J’ai gardé mes codes").click()
    page.get_by_role("button", name="Se déconnecter").first.click()

    house.sign_in(page, "claire@exemple.fr")
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmez que c’est vous")
    axe(page)
    page.get_by_role("button", name="Utiliser ma clé ou mon téléphone").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce qui m’attend")

    house.clock.forward(minutes=6)
    page.goto(f"http://localhost:{house.port}/proteger-mon-acces/application")
    page.get_by_role("button", name="Utiliser ma clé ou mon téléphone").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Une application de codes")
    axe(page)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_no_key_no_entry(house: House, page: Page) -> None:
    """The control: without the key, the same button leaves Claire outside, with a sentence."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True}})
    house.sign_in(page, "claire@exemple.fr")
    page.goto(f"http://localhost:{house.port}/proteger-mon-acces/cle")
    page.get_by_role("button", name="Ajouter ma clé ou mon téléphone").click()
    page.get_by_role("link", name="J’ai gardé mes codes").click()
    page.get_by_role("button", name="Se déconnecter").first.click()
    devtools.send("WebAuthn.clearCredentials", {"authenticatorId": made["authenticatorId"]})
    house.sign_in(page, "claire@exemple.fr")
    page.get_by_role("button", name="Utiliser ma clé ou mon téléphone").click()
    expect(page.get_by_text("La clé n’a pas répondu. Réessayez ou utilisez un code")).to_be_visible()
    page.goto(f"http://localhost:{house.port}/candidatures")
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmez que c’est vous")
