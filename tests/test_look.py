"""The look: what it may weigh, what htmx may do, and that its parts say everything to everybody."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest
from flask import Flask, url_for
from werkzeug.datastructures import MultiDict
from wtforms import Form

from intake.static_files import JOINED, find, stylesheets
from workflows import fields as f

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "static"
BASE = (ROOT / "templates" / "base.html").read_text(encoding="utf-8")
HTMX = STATIC / "js" / "vendor" / "htmx-4.0.1.min.js"


# Budgets (SCREENS 11) ------------------------------------------------------------------------------------------------


def joined() -> bytes:
    kept = find(STATIC, JOINED)
    assert kept is not None
    return kept.content


def test_the_stylesheets_stay_light() -> None:
    assert len(gzip.compress(joined(), 9)) <= 10_000


def test_our_own_script_stays_light_on_every_page() -> None:
    weights = {file.name: len(gzip.compress(file.read_bytes(), 9)) for file in (STATIC / "js").glob("*.js")}
    for page in (ROOT / "templates").glob("*.html"):
        loaded = {"parcours.js", *re.findall(r"filename='js/([a-z-]+\.js)'", page.read_text(encoding="utf-8"))}
        assert sum(weights[name] for name in loaded) <= 6_000, (page.name, loaded)
    assert weights["envoi.js"] <= 1_024, "the page of a document stays small"


def test_the_tablet_s_own_scripts_stay_light() -> None:
    assert sum(len(gzip.compress(file.read_bytes(), 9)) for file in (STATIC / "js" / "kiosk").glob("*.js")) <= 20_000


@pytest.mark.parametrize(("name", "digest"), [
    ("hpke-core-1.9.0.min.js",
     "8eab670611eae9fd9fcbcf684b79860b1c80c36aafa8810210d3ea5b5854ab17"),
    ("zxing-wasm-3.1.4.min.js",
     "bb2521104e1a5e653d66e7713cae3a743e9c023ecacf1ca8200b26d37d1977dd"),
    ("zxing-reader-3.1.4.wasm",
     "e8af31edb56d0522f4de74495839385ef019ba8bc90d38e5ecb2f18795d86fb2"),
])
def test_the_tablet_s_libraries_are_the_files_we_checked(name: str, digest: str) -> None:
    assert hashlib.sha256((STATIC / "js" / "vendor" / name).read_bytes()).hexdigest() == digest


def test_a_first_load_leaves_twenty_kilobytes_for_the_page() -> None:
    fonts = sum((STATIC / "fonts" / name).stat().st_size
                for name in ("atkinson-hyperlegible-next.woff2", "bricolage-grotesque.woff2"))
    texts = sum(len(gzip.compress(file, 9)) for file in
                (joined(), HTMX.read_bytes(), (STATIC / "js" / "parcours.js").read_bytes()))
    assert fonts + texts <= 100_000


def test_the_joined_sheet_begins_with_the_order_of_the_layers() -> None:
    assert b"@layer reset, tokens, base, layout, components, utilities, print;" in joined()[:300]
    assert stylesheets(STATIC)[0].name == "tokens.css"


def test_important_is_kept_for_print() -> None:
    text = joined().decode()
    for found in re.finditer("!important", text):
        assert text.rfind("@layer print", 0, found.start()) > text.rfind("@layer components", 0, found.start())


# Contrast (SCREENS 7.1) ----------------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TOKENS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", (STATIC / "css" / "tokens.css").read_text()))
WHITE = "#ffffff"


@pytest.mark.parametrize(("text", "ground"), [
    *((name, ground) for name in ("nuit", "canal", "canal-fonce", "brume-500", "abricot", "err", "visite")
      for ground in ("brume-50", "brume-100")),
    ("nuit", "canal-clair"), ("nuit", "soleil"), ("soleil", "nuit"), ("ambre", "soleil-clair"), ("ok", "ok-clair"),
    ("err", "err-clair"), ("info", "info-clair"),
])
def test_text_can_be_read(text: str, ground: str) -> None:
    assert contrast(TOKENS[text], TOKENS[ground]) >= 4.5


@pytest.mark.parametrize("ground", ["canal", "canal-fonce", "nuit", "aube", "aurore", "abricot"])
def test_white_can_be_read(ground: str) -> None:
    assert contrast(WHITE, TOKENS[ground]) >= 4.5


# htmx, closed (TRUST 3.2, SCREENS H1) --------------------------------------------------------------------------------


def test_htmx_is_the_file_we_checked() -> None:
    digest = base64.b64encode(hashlib.sha384(HTMX.read_bytes()).digest()).decode()
    assert f'integrity="sha384-{digest}"' in BASE


def test_htmx_is_closed() -> None:
    found = re.search(r"""<meta name="htmx-config" content='([^']+)'""", BASE)
    assert found
    settings = json.loads(found[1])
    assert settings["mode"] == "same-origin"
    assert settings["includeIndicatorCSS"] is False
    assert settings["extensions"] == "closed"
    assert settings["noSwap"] == [204, 304, "4xx", "5xx"]
    assert settings["defaultTimeout"] == 20_000


# A field says everything (SCREENS F20 to F23) ------------------------------------------------------------------------


class Question(Form):  # type: ignore[misc]
    """Three questions."""

    phone = f.PhoneField("Numéro de téléphone", description="Pour vous appeler si un rendez-vous change")
    born = f.DayField("Date de naissance", birth=True, named="La date de naissance")
    active = f.YesNoField("Avez-vous une activité ?", missing="Indiquez si vous avez une activité")
    site = f.TextField("Site", optional=True)


@pytest.fixture
def answered(app: Flask) -> str:
    form = Question(MultiDict({"phone": "06 12 34", "born-day": "31", "born-month": "", "born-year": "1985"}))
    form.validate()
    return app.jinja_env.from_string("{{ ui.error_summary(form) }}{{ ui.fields(form) }}").render(form=form)


def test_the_summary_leads_to_each_field(answered: str) -> None:
    links = re.findall(r'<li><a href="#([\w-]+)">([^<]+)', answered)
    assert [target for target, _ in links] == ["phone", "born-month", "active-0"]
    for target, _ in links:
        assert f'id="{target}"' in answered
    assert 'role="alert" tabindex="-1" autofocus' in answered


def test_hint_and_error_describe_the_field(answered: str) -> None:
    box = re.search(r'<input[^>]*id="phone"[^>]*>', answered)
    assert box
    assert 'aria-describedby="phone-h phone-e"' in box[0]
    assert 'aria-invalid="true"' in box[0]
    assert 'value="06 12 34"' in box[0]
    assert '<p class="error" id="phone-e"><span class="visually-hidden">Erreur : </span>' in answered.replace("\xa0:", " :")


def test_only_the_wrong_part_of_a_date_is_wrong(answered: str) -> None:
    wrong = re.findall(r'<input[^>]*id="born-(\w+)"[^>]*aria-invalid', answered)
    assert wrong == ["month"]


def test_an_optional_question_says_so(answered: str) -> None:
    assert "Site (facultatif)</label>" in answered
    assert answered.count("(facultatif)") == 1


def test_a_form_is_posted_once_by_htmx_and_without_it(app: Flask) -> None:
    page = '{% call ui.form("/x", "formulaire", csrf="jeton", hidden={"key": "k"}, target="#etape") %}{% endcall %}'
    html = app.jinja_env.from_string(page).render()
    for part in ('method="post"', 'action="/x"', "novalidate", 'hx-sync="this:drop"', 'hx-status:422="swap:outerHTML"',
                 'hx-status:409="swap:outerHTML"', 'name="csrf_token" value="jeton"', 'name="key" value="k"'):
        assert part in html


def test_a_static_address_changes_with_its_content(app: Flask) -> None:
    client = app.test_client()
    with app.test_request_context():
        address = url_for("static", filename=JOINED)
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == joined()
    assert client.get(address, headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get("/static/css/../../config.py").status_code == 404
