"""The screens anyone meets, in a real browser: accessible, nothing wider than the smallest telephone; script or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, House
from tests.browser.looking import examine
from tests.browser.people import Someone
from tests.browser.road import details


@pytest.fixture(scope="module")
def served(staffed_house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The team’s house, where people arrive."""
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


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_arriving_and_signing_in(served: House, browser: Browser, script: bool) -> None:
    """On a telephone: the front page, one’s details, the link, the code; each empty, wrong, right, and when it serves no more."""
    name, button = "Ana" if script else "Ben", "Laisser mes coordonnées"
    context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", viewport=PHONE, java_script_enabled=script)
    someone = Someone(served, context, name)
    someone.examines = False

    def look(*sentences: str) -> Someone:
        examine(someone.reads(*sentences).page, script=script)
        return someone

    someone.opens("/")
    look().opens("/commencer")
    look().presses(button)
    look("Il y a un problème", "Saisissez votre prénom").fills(details(name, someone.email)).presses(button)
    look("Regardez vos courriels").presses("Ouvrir mon dossier")
    look("Saisissez le code à 6 chiffres").fills({"Code reçu": "000000"}).presses("Ouvrir mon dossier")
    look("Ce code ne correspond pas")
    for _ in range(4):
        someone.fills({"Code reçu": "000000"}).presses("Ouvrir mon dossier")
    look("Trop d’essais")
    someone.opens("/entrer/" + "A" * 22)
    look("Ce lien ne s’ouvre pas ici").presses("Recevoir un nouveau lien")
    someone.presses("Suivre le lien de la lettre")
    look("Ce lien fonctionne une fois")
    someone.opens("/connexion")
    look().presses("Recevoir mon lien de connexion")
    look("Saisissez votre adresse électronique").signs_in()
    look(f"Bonjour {name}")
    context.close()


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
