"""What the next person may find on the tablet: nothing; what a badge, a scanner, a finger do; who it leaves out: nobody."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, House
from tests.browser.tablets import cable, house, network, new_tablet, paired_profile, tablet
from tests.kiosk.house import Borne, Network, arrived, badge

__all__ = ["cable", "house", "network", "new_tablet", "paired_profile", "tablet"]

SCREENS = ("", "presence", "decouvrir", "rendez-vous", "ce-qui-coince", "equipe")
MARKS = ("Zéphyrine", "Marquesecrète", "zephyrine-marque@exemple.fr", "Poterie-marquée", "Chauffage-marqué", "0612345699")
EVERYTHING = """async () => {
  const found = [document.documentElement.outerHTML, location.href, document.title, JSON.stringify(history.state),
    JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie,
    ...[...document.querySelectorAll('input, textarea')].map(field => field.value)];
  for (const { name, version } of await indexedDB.databases()) {
    const asked = indexedDB.open(name, version);
    const base = await new Promise(yes => { asked.onsuccess = () => yes(asked.result); });
    for (const store of base.objectStoreNames) found.push(JSON.stringify(await new Promise(yes => {
      const asked = base.transaction(store).objectStore(store).getAll(); asked.onsuccess = () => yes(asked.result); })));
    base.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const kept = await cache.match(request);
      found.push(request.url, (kept.headers.get('Content-Type') || '').match(/text|json/) ? await kept.text() : '');
    }
  }
  return found.join('\\n');
}"""


# Residue -------------------------------------------------------------------------------------------------------------


def everything(page: Page) -> str:
    """DOM, fields, address, storages, database, caches of the page, in one text."""
    found: str = page.evaluate(EVERYTHING)
    return found


def pass_by(tablet: Borne) -> None:
    """Someone signs, leaves their details, says what is in the way, goes away at each screen's end; all offline."""
    tablet.sign_by_name("Zéphyrine", "Marquesecrète")
    tablet.home()
    tablet.leave_contact("Zéphyrine", "zephyrine-marque@exemple.fr")
    tablet.home()
    page = tablet.go("decouvrir")
    page.get_by_label("Votre activité").fill("Poterie-marquée")
    page.get_by_label("Adresse électronique ou téléphone").fill("0612345699")
    page.get_by_role("button", name="Recommencer").click()
    page.locator("html[data-ready][data-screen=home]").wait_for()
    tablet.leave_irritant("Chauffage-marqué")
    tablet.home()


def left_behind(tablet: Borne) -> list[str]:
    """Which marks are still found, in the page or in the files of the profile once it is switched off."""
    found = [mark for mark in MARKS if mark in everything(tablet.page)]
    tablet.close()
    for file in tablet.profile.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            found += [f"{mark} in {file.name}" for mark in MARKS for coding in ("utf-8", "utf-16-le", "latin-1")
                      if mark.encode(coding) in content]
    return found


@pytest.mark.trust("T17")
def test_nothing_readable_stays(network: Network, tablet: Borne) -> None:
    """Marked strings are found in no page, storage, cache, history or file of the profile, while all still wait to leave."""
    network.fault = lambda method, _: "down" if method == "POST" else ""
    pass_by(tablet)
    page = tablet.page
    assert tablet.state()["waiting"] == 2
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    page.go_back()
    page.wait_for_timeout(300)
    assert not [mark for mark in MARKS if mark in page.content()]
    page.goto(f"{network.url}/borne/")
    assert left_behind(tablet) == []
    assert tablet.outside == [], "a request left the origin"


@pytest.mark.control("T17")
def test_the_search_sees_a_tablet_that_does_not_seal(house: House, network: Network, new_tablet: Callable[..., Borne]) -> None:
    """The control of T17: the body unsealed."""
    sealed = "const body = btoa(String.fromCharCode(...whole));"
    network.spoil = ("seal.js", sealed, "const body = JSON.stringify(payload);")
    tablet = new_tablet()
    tablet.pair(house)
    network.fault = lambda method, _: "down" if method == "POST" else ""
    tablet.go("")
    pass_by(tablet)
    assert left_behind(tablet)


@pytest.mark.trust("T17")
def test_back_shows_nothing_and_fields_have_new_names(tablet: Borne) -> None:
    """Each screen takes the place of the one before: there is no way back to it (K12, K20)."""
    before = tablet.page.evaluate("history.length")
    names = []
    for _ in range(2):
        tablet.tap("Je découvre Optéos")
        names.append(tablet.page.locator("input").evaluate_all("list => list.map(field => field.name)"))
        assert tablet.page.locator("input:not([autocomplete=off]):not([type=checkbox])").count() == 0
        tablet.page.get_by_label("Prénom").fill("Lou")
        tablet.page.get_by_role("button", name="Recommencer").click()
        tablet.page.locator("html[data-ready][data-screen=home]").wait_for()
    assert all(re.fullmatch(r"c_\d+_\d+", name) for name in names[0] + names[1])
    assert not set(names[0]) & set(names[1])
    assert tablet.page.evaluate("history.length") == before
    tablet.tap("Je découvre Optéos")
    assert tablet.page.get_by_label("Prénom").input_value() == ""


# Inactivity ----------------------------------------------------------------------------------------------------------


def test_sixty_seconds_then_twenty(tablet: Borne) -> None:
    """E24: 59 s nothing; 60 s the dialog, focused; « Oui » as often as one likes; 80 s: home, empty, in French."""
    page = tablet.page
    page.get_by_role("button", name="English").click()
    page.locator("html[lang=en][data-ready]").wait_for()
    page.clock.install()
    tablet.tap("I discover Optéos")
    page.get_by_label("First name").fill("Zéphyrine")
    dialog = page.get_by_role("dialog", name="Still there?")
    page.clock.run_for(58_000)
    expect(dialog).to_be_hidden()
    page.clock.run_for(3_000)
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Yes, I go on")).to_be_focused()
    for _ in range(12):
        dialog.get_by_role("button", name="Yes, I go on").click()
        expect(dialog).to_be_hidden()
        page.clock.run_for(61_000)
        expect(dialog).to_be_visible()
    page.clock.run_for(9_000)
    expect(dialog).to_contain_text(re.compile(r"in (9|10|11) seconds"))
    page.clock.run_for(12_000)
    page.locator("html[lang=fr][data-screen=home]").wait_for()
    assert "Zéphyrine" not in page.content()


def test_who_writes_has_twice_as_long_and_an_end_goes_home(tablet: Borne) -> None:
    """K10, K11: 120 s in the text; 8 s after a confirmation; English goes back to French by itself."""
    page = tablet.page
    page.clock.install()
    tablet.go("ce-qui-coince")
    page.get_by_role("textbox").fill("Le bruit")
    page.clock.run_for(115_000)
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.clock.run_for(7_000)
    expect(page.get_by_role("dialog", name="Toujours là")).to_be_visible()
    page.get_by_role("button", name="Oui, je continue").click()
    page.get_by_role("button", name="Déposer").click()
    expect(page.get_by_role("heading", name="Merci. C’est déposé")).to_be_visible()
    page.clock.run_for(9_000)
    page.locator("html[data-screen=home][data-ready]").wait_for()
    page.get_by_role("button", name="English").click()
    page.locator("html[lang=en][data-ready]").wait_for()
    page.clock.run_for(61_000)
    page.locator("html[lang=fr][data-ready]").wait_for()


# Identifying ---------------------------------------------------------------------------------------------------------


def film(text: str, file: Path) -> Path:
    """A motion-JPEG film of a badge held before the camera."""
    import io

    import segno
    from PIL import Image

    code = io.BytesIO()
    segno.make(text, error="m", micro=False).save(code, kind="png", scale=8, border=4)
    frame = Image.new("RGB", (640, 480), "#777")
    picture = Image.open(code).convert("RGB").rotate(7, expand=True, fillcolor="#777")
    frame.paste(picture, ((640 - picture.width) // 2, (480 - picture.height) // 2))
    kept = io.BytesIO()
    frame.save(kept, "JPEG", quality=85)
    file.write_bytes(kept.getvalue() * 6)
    return file


def test_a_badge_before_the_camera(
    house: House, network: Network, paired_profile: Path, new_tablet: Callable[..., Borne], tmp_path: Path,
) -> None:
    """The compiled reader, loaded on this screen alone, under a policy of its own; the camera then stops."""
    text, _ = badge(house, "Ana")
    before = arrived(house)["presences"]
    tablet = new_tablet(arguments=["--use-fake-device-for-media-stream",
                                   f"--use-file-for-fake-video-capture={film(text, tmp_path / 'badge.mjpeg')}"])
    shutil.copytree(paired_profile, tablet.profile, ignore=shutil.ignore_patterns("Singleton*"))
    page = tablet.open()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    tablet.tap("Je découvre Optéos")
    assert not [url for url in asked if "zxing" in url]
    page.add_init_script("""const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (...all) => { window.filmed = await real(...all); return window.filmed; }""")
    tablet.go("")
    tablet.tap("Je signe ma présence")
    expect(page.get_by_role("heading", name="Merci Ana, votre présence est notée.")).to_be_visible(timeout=15_000)
    assert page.evaluate("window.filmed.getTracks().every(track => track.readyState === 'ended')")
    assert [url for url in asked if "zxing" in url]
    tablet.until_sent()
    assert arrived(house)["presences"] == before + 1
    policies = {path: page.request.get(f"{network.url}/borne/{path}").headers["content-security-policy"] for path in SCREENS}
    assert [path for path, policy in policies.items() if "wasm-unsafe-eval" in policy] == ["presence", "rendez-vous"]
    assert not tablet.said


def test_a_scanner_types_and_the_name_comes_back_offline(house: House, network: Network, tablet: Borne) -> None:
    """K52: fast signs, then Enter. The first name is on the badge: it is said without network too."""
    network.fault = lambda method, _: "down" if method == "POST" else ""
    text, _ = badge(house, "Ben")
    page = tablet.go("presence")
    page.get_by_role("button", name="Effacer").wait_for()
    press = "key => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))"
    page.evaluate(f"keys => keys.forEach({press})", [*text, "Enter"])
    expect(page.get_by_role("heading", name="Merci Ben, votre présence est notée sur la tablette.")).to_be_visible()


def test_codes_with_a_mistake(tablet: Borne) -> None:
    """« Il manque un chiffre », « Ce code ne correspond pas »; five, and the keypad rests."""
    page = tablet.go("presence")
    said = page.locator("#chiffres-e")
    ok = page.get_by_role("button", name="OK")
    for digit in "12345":
        page.get_by_role("button", name=digit, exact=True).click()
    ok.click()
    expect(said).to_have_text("Il manque un chiffre")
    for attempt in range(5):
        page.keyboard.type("" if attempt else "0")
        if attempt:
            page.locator("h1").evaluate("one => one.focus()")
            page.keyboard.type("123450")
        else:
            page.get_by_role("button", name="0", exact=True).click()
        ok.click()
        wrong = "Ce code ne correspond pas. Vérifiez les 6" if attempt < 4 else "Trop de codes essayés"
        expect(said).to_have_text(re.compile(wrong))
    assert tablet.state()["waiting"] == 0


# For everybody -------------------------------------------------------------------------------------------------------


MEASURED = """() => [...document.querySelectorAll(`button, a, textarea, input:not([type=radio]):not([type=checkbox]),
    label:has(input[type=radio]), label:has(input[type=checkbox])`)]
  .filter(one => one.checkVisibility()).map(one => { const box = one.getBoundingClientRect();
    return [one.textContent.trim().slice(0, 40) || one.id, Math.round(box.width), Math.round(box.height),
      one.matches('.main, .tile, [data-digit], .slot'), parseFloat(getComputedStyle(one).fontSize)]; })"""


def test_every_screen_for_everybody(tablet: Borne, axe: Callable[[Page], None]) -> None:
    """axe-core on every screen and its errors; targets of 56 and 72 px; texts of 20 px; both orientations; nothing cut."""
    page = tablet.page
    for path in SCREENS:
        tablet.go(path)
        if path in ("decouvrir", "ce-qui-coince"):
            page.locator("main form button.main").click()
        page.wait_for_timeout(150)
        axe(page)
        for width, height in ((1280, 800), (800, 1280)):
            page.set_viewport_size({"width": width, "height": height})
            for label, across, high, main, size in page.evaluate(MEASURED):
                assert min(across, high) >= 56, f"/{path} « {label} »: {across} × {high}"
                assert not main or high >= 72, f"/{path} « {label} »: {high} px high"
                assert size >= 20, f"/{path} « {label} »: {size} px"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"/{path} scrolls sideways"
            if path == "":
                assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), f"home scrolls at {width}"
            assert page.locator("h1:visible").evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 36
    tablet.sign_by_name("Zed", "Fini")
    axe(page)
    for media in ({"forced_colors": "active"}, {"reduced_motion": "reduce"}):
        page.emulate_media(**media)  # type: ignore[arg-type]
        tablet.go("")
        expect(page.get_by_role("link")).to_have_count(4)
        axe(page)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """Someone's own telephone."""
    context = browser.new_context(viewport=PHONE, locale="fr-FR")
    yield context.new_page()
    context.close()


def test_start_on_the_tablet_finish_on_my_phone(house: House, tablet: Borne, phone: Page) -> None:
    """A telephone number: the QR code opens the same draft there, once. Its number says it is the same; English stays English."""
    from intake.models.dossiers import Dossier
    from tests.kiosk.house import inside

    page = tablet.page
    page.get_by_role("button", name="English").click()
    page.locator("html[lang=en][data-ready]").wait_for()
    tablet.tap("I discover Optéos")
    page.get_by_label("First name").fill("Lou")
    page.get_by_label("E-mail address or telephone").fill("06 98 76 54 32")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Send").click()
    page.locator("main[data-ended]").wait_for()
    link = read_qr(tablet)
    assert link.startswith(house.url + "/suite/")
    with inside(house):
        dossier = Dossier.select().order_by(Dossier.id.desc()).first()
        number, spoken = dossier.number, dossier.person.language
    assert spoken == "en"
    phone.goto(link)
    phone.goto(link)
    phone.get_by_role("button", name="Continuer").click()
    expect(phone.locator("main")).to_contain_text(re.compile(number.replace("-", ".")))
    phone.context.clear_cookies()
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Ce code a déjà servi")).to_be_visible()


READ = """async (path) => {
  const { prepareZXingModule, readBarcodes } = await import('/static/js/vendor/zxing-wasm-3.1.4.min.js');
  const locateFile = () => '/static/js/vendor/zxing-reader-3.1.4.wasm';
  await prepareZXingModule({ overrides: { locateFile }, fireImmediately: true });
  const canvas = document.createElement('canvas'), drawn = canvas.getContext('2d');
  canvas.width = canvas.height = 600;
  drawn.fillStyle = '#fff'; drawn.fillRect(0, 0, 600, 600); drawn.fillStyle = '#000'; drawn.scale(10, 10);
  drawn.fill(new Path2D(path));
  return (await readBarcodes(drawn.getImageData(0, 0, 600, 600), { formats: ['QRCode'] })).map(one => one.text)[0];
}"""


def read_qr(tablet: Borne) -> str:
    """What the QR code on the screen says, read on a page that may run the reader."""
    path = tablet.page.locator("svg.qr path").get_attribute("d")
    assert tablet.context is not None
    beside = tablet.context.new_page()
    beside.goto(f"{tablet.network.url}/borne/presence")
    said: str = beside.evaluate(READ, path)
    beside.close()
    return said
