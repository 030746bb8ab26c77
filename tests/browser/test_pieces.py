"""S6 on a phone: a file is added with its progress, seen, replaced, taken away; the same without JavaScript (E6)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, expect

from config import Settings
from intake import moment
from intake.cases import take_step
from intake.models.people import Person
from tests.browser.conftest import PHONE, House, check_accessible
from tests.browser.people import PDF, Someone, as_read, spaced
from tests.cases.test_admission import arrived
from tests.cast import opened
from tests.conftest import NOW, SECRET
from tests.hostile import exif, saved

pytestmark = pytest.mark.timeout(300)

PAGE = "presentation"


@pytest.fixture(scope="module")
def drafting(staffed_house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Ana and Ben, each with an application to fill in."""
    house = staffed_house.copied_to(tmp_path_factory.mktemp("pieces"))
    data = house.folder / "data"
    settings = Settings(data=data, database_url=f"sqlite:///{data / 'parcours.db'}", secret_key=SECRET, public_url=house.url,
                        key_file=data / "keys")
    with moment.travelling() as go, opened(settings):
        go(NOW)
        claire = Person.get(Person.email == "claire@exemple.fr")
        for name in ("Ana", "Ben"):
            person = Person.create(first_name=name, last_name="Moreau", email=f"{name.lower()}@exemple.fr", created_at=NOW)
            take_step(arrived(person), "skip_meeting", by=claire, raw={"reason": "Reçue hier"}, key=None)
    house.start()
    yield house
    house.stop()


def photo() -> FilePayload:
    """A photograph as a phone takes it: heavy, held on its side, with its place."""
    noise = Image.frombytes("RGB", (900, 600), random.Random(3).randbytes(900 * 600 * 3))
    return {"name": "IMG_2041.jpg", "mimeType": "image/jpeg", "buffer": saved(noise, "JPEG", quality=95, exif=exif(6))}


def on_the_phone(house: House, browser: Browser, name: str, *, javascript: bool, page: str = PAGE) -> Someone:
    """Someone on a page of their application, on a phone."""
    person = Someone(house, browser.new_context(
        locale="fr-FR", timezone_id="Europe/Paris", viewport=PHONE, java_script_enabled=javascript), name)
    person.examines = javascript
    person.signs_in()
    person.goes_to("Continuer ma demande")
    person.page.goto(f"{person.page.url.rstrip('/')}/{page}")
    return person


@pytest.mark.parametrize(("name", "javascript"), [("Ana", True), ("Ben", False)], ids=["with JavaScript", "without"])
def test_a_file_from_a_phone(drafting: House, browser: Browser, tmp_path: Path, name: str, javascript: bool) -> None:
    page = on_the_phone(drafting, browser, name, javascript=javascript).page
    add, chooser = page.get_by_role("button", name="Ajouter ce fichier"), page.get_by_label(as_read("CV, présentation", r".*"))
    look = check_accessible if javascript else (lambda _: None)
    look(page)

    add.click()
    expect(page.locator(".field .error")).to_have_text(spaced("Erreur : Choisissez un fichier"))
    look(page)
    chooser.set_input_files({"name": "virus.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x90\x00" + bytes(900)})
    add.click()
    expect(page.locator(".field .error").last).to_contain_text(spaced("Le fichier doit être un PDF, un JPG ou un PNG"))
    film = tmp_path / "film.pdf"
    film.write_bytes(b"%PDF-" + bytes(11 * 1024 * 1024))
    chooser.set_input_files(film)
    add.click()
    expect(page.locator(".error").last).to_contain_text(spaced("Le fichier doit peser moins de 10 Mo"))

    chooser.set_input_files(photo())
    add.click()
    expect(page.locator(".pieces")).to_contain_text(spaced("ajouté à"))
    expect(page.get_by_role("link", name="Voir IMG_2041.jpg")).to_be_visible()
    look(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"] if javascript else True

    page.get_by_role("link", name="Voir IMG_2041.jpg").click()
    drawn = page.locator("img.photo")
    expect(drawn).to_be_visible()
    if javascript:
        assert drawn.evaluate("image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])") == [600, 900]
    look(page)
    page.go_back()

    chooser.set_input_files(PDF)
    add.click()
    expect(page.get_by_role("link", name="Voir document.pdf")).to_be_visible()
    page.get_by_role("button", name="Supprimer document.pdf").click()
    expect(page.get_by_text("Déjà ajouté")).to_have_count(0)

    page.get_by_text("Je n’ai pas ce document").click()
    page.get_by_label(spaced("Dites-nous pourquoi ou quand vous l’aurez")).fill("Mon CV est à refaire")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.wait_for_url(lambda url: not url.endswith(PAGE))


def test_what_is_typed_beside_a_file_stays(drafting: House, browser: Browser) -> None:
    page = on_the_phone(drafting, browser, "Ben", javascript=False, page="budget").page
    page.get_by_label("Ligne").first.fill("Ventes au marché")
    page.locator("[type=file]").set_input_files(PDF)
    page.get_by_role("button", name="Ajouter ce fichier").click()
    expect(page.get_by_text("Déjà ajouté")).to_be_visible()
    expect(page.get_by_label("Ligne").first).to_have_value("Ventes au marché")


def test_a_slow_upload_says_how_far_it_is(drafting: House, browser: Browser) -> None:
    page = on_the_phone(drafting, browser, "Ana", javascript=True).page
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", {
        "offline": False, "latency": 20, "downloadThroughput": 10_000_000, "uploadThroughput": 400_000})
    page.evaluate("""() => {
        const region = document.getElementById("annonces");
        window.said = [];
        new MutationObserver(() => said.push(region.textContent)).observe(region, {childList: true, subtree: true});
    }""")
    page.locator("[type=file]").set_input_files(photo())
    page.get_by_role("button", name="Ajouter ce fichier").click()
    expect(page.locator("[data-sending]")).to_contain_text(spaced("Envoi de IMG_2041.jpg. Gardez cette page ouverte."))
    check_accessible(page)
    expect(page.get_by_role("link", name="Voir IMG_2041.jpg")).to_be_focused(timeout=20_000)
    said = page.evaluate("said")
    assert any(" sur " in one and "Mo" in one for one in said), said


def test_a_cut_says_so_and_keeps_the_file_chosen(drafting: House, browser: Browser) -> None:
    page = on_the_phone(drafting, browser, "Ana", javascript=True, page="insurance").page
    page.locator("[type=file]").set_input_files(photo())
    page.context.set_offline(True)
    page.get_by_role("button", name="Ajouter ce fichier").click()
    expect(page.locator("[data-sending]")).to_have_text(spaced("Le fichier n’a pas pu être envoyé. Réessayez"))
    page.context.set_offline(False)
    page.get_by_role("button", name="Ajouter ce fichier").click()
    expect(page.get_by_role("link", name="Voir IMG_2041.jpg")).to_be_visible()
