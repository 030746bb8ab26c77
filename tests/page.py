"""A page as someone without JavaScript meets it: its text, its links, its forms, ready to be sent as they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"script", "style", "template"}


@dataclass
class Form:
    """A form: where it goes, what it holds as it stands, what its buttons say."""

    action: str
    method: str
    values: MultiDict[str, Any] = field(default_factory=MultiDict)
    names: set[str] = field(default_factory=set)
    buttons: list[str] = field(default_factory=list)
    pressed: dict[str, tuple[str, str]] = field(default_factory=dict)


class Page(HTMLParser):
    """A response's HTML, read once."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self._words: list[str] = []
        self._open: list[tuple[str, dict[str, str], int]] = []
        self._form: Form | None = None
        self._select: str | None = None
        self.headings: list[str] = []
        self.feed(html)
        self.forms.sort(key=lambda one: one.action == "/langue")  # the switch of the header, on every page, comes last
        self.text = squeeze(self._words)

    def form(self, button: str) -> Form:
        """The form whose button says this; fails with the buttons there are."""
        for found in self.forms:
            if button in found.buttons:
                return found
        raise AssertionError(f"no button « {button} »; there are: {[b for f in self.forms for b in f.buttons]}\n{self.text}")

    def link(self, text: str) -> str:
        """Where the link of this text leads."""
        for found, address in self.links:
            if found == text:
                return address
        raise AssertionError(f"no link « {text} »; there are: {[found for found, _ in self.links]}")

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """An element opens."""
        has = {name: value or "" for name, value in attributes}
        if "id" in has:
            self.ids.append(has["id"])
        if tag == "form":
            self._form = Form(has.get("action", ""), has.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(tag, has)
        if tag not in VOID:
            self._open.append((tag, has, len(self._words)))

    def handle_endtag(self, tag: str) -> None:
        """An element closes, and with it what was left open inside."""
        while self._open:
            closed, has, start = self._open.pop()
            if closed == "textarea" and self._form is not None and has.get("name"):
                self._form.values.add(has["name"], typed(self._words[start:]))
            self._close(closed, has, squeeze(self._words[start:]))
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        """Text, unless nobody reads it."""
        if not any(tag in SILENT for tag, _, _ in self._open):
            self._words.append(data)

    def _control(self, tag: str, has: dict[str, str]) -> None:
        assert self._form is not None
        name, kind = has.get("name", ""), has.get("type", "text")
        if tag == "select":
            self._select = name
        if name and tag in ("input", "select", "textarea") and "disabled" not in has:
            self._form.names.add(name)
        if tag == "input" and kind == "submit":
            self._button(has.get("value", ""), has)
        elif tag == "input" and name and "disabled" not in has and (kind not in ("checkbox", "radio") or "checked" in has) \
                and kind != "file":
            self._form.values.add(name, has.get("value", "on" if kind in ("checkbox", "radio") else ""))
        elif tag == "option" and self._select and "selected" in has:
            self._form.values.add(self._select, has.get("value", ""))

    def _close(self, tag: str, has: dict[str, str], text: str) -> None:
        if tag == "a" and "href" in has:
            self.links.append((text, has["href"]))
        elif tag in ("h1", "h2", "h3") and text:
            self.headings.append(text)
        elif tag == "form":
            self._form = None
        elif self._form is not None:
            if tag == "button" and has.get("type", "submit") == "submit":
                self._button(text, has)
            elif tag == "select":
                self._select = None

    def _button(self, text: str, has: dict[str, str]) -> None:
        assert self._form is not None
        self._form.buttons.append(text)
        if has.get("name"):
            self._form.pressed[text] = (has["name"], has.get("value", ""))


def typed(words: list[str]) -> str:
    """What stands in a box, its paragraphs kept; the line end that only opens it left out."""
    return "".join(words).replace("\r\n", "\n").removeprefix("\n")


def squeeze(words: list[str]) -> str:
    """Text as it is read: ordinary spaces run together, no-break spaces kept."""
    spaced = "".join(words).replace("\n", " ").replace("\t", " ")
    return " ".join(part for part in spaced.split(" ") if part)


def read(response: TestResponse) -> Page:
    """The page of an answer."""
    return Page(response.get_data(as_text=True))


def press(client: FlaskClient, url: str, button: str, **answers: Any) -> TestResponse:
    """Open a page, fill in the form of this button, press it. Fails when a field is not on the form.

    A list gives a field several values, None empties it. The answer is not followed: a 303 says where it leads.
    """
    opened = client.get(url)
    assert opened.status_code == 200, f"{url} answers {opened.status_code}"
    form = read(opened).form(button)
    return send(client, form, url, button, **answers)


def send(client: FlaskClient, form: Form, url: str, button: str, **answers: Any) -> TestResponse:
    """Send a form read earlier, as it was then: a stale page, a second press."""
    values = MultiDict(form.values)
    for name, answer in answers.items():
        assert name in form.names, f"« {name} » is not on the form, which asks: {sorted(form.names)}"
        values.setlist(name, [] if answer is None else answer if isinstance(answer, list) else [answer])
    if button in form.pressed:
        values.add(*form.pressed[button])
    assert form.method == "post", f"« {button} » is not a POST"
    answer = client.post(form.action or url, data=values)
    return confirm(client, answer, url, button) if RELIT.encode() in answer.data else answer


def opened(client: FlaskClient, url: str, **values: str) -> TestResponse:
    """Open what leaves a record of who opens it, as its button does."""
    token = read(client.get("/mon-compte")).form("Se déconnecter").values["csrf_token"]
    return client.post(url, data={"csrf_token": token, **values})


RELIT = "data-a-relire"
"""On the page that shows what is about to leave, before it does."""


def confirm(client: FlaskClient, answer: TestResponse, url: str, button: str) -> TestResponse:
    """Press the same button under the letters one has just read, unless things changed meanwhile (409)."""
    if answer.status_code != 200:
        return answer
    form = read(answer).form(button)
    return client.post(form.action or url, data=form.values)


# What htmx shows equals a reload -------------------------------------------------------------------------------------

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
RANDOM = re.compile(r'(name="(?:csrf_token|key|sheet|jeton_brouillon)" value=)"[^"]*"')
TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
"""In a fragment it becomes the page’s title."""


def same_as_reload(client: FlaskClient, url: str, target: str, data: Any = None) -> TestResponse:
    """Ask htmx’s fragment and the whole page: put in the place of `target`, the first must read as the second.

    What is sent out of band is set aside; tokens and submission keys are new on each page.
    """
    method = "GET" if data is None else "POST"
    fragment = client.open(url, method=method, data=data, headers=HTMX)
    page = client.open(url, method=method, data=data)
    assert fragment.status_code == page.status_code, (fragment.status_code, page.status_code)
    assert "<html" not in fragment.text, "a whole page answers htmx"
    seen, reloaded = (element(RANDOM.sub(r'\1""', TITLE.sub("", one.text)), target) for one in (fragment, page))
    at = next((n for n, (one, other) in enumerate(zip(seen, reloaded, strict=False)) if one != other), 0)
    assert seen == reloaded, f"#{target}: htmx shows « {seen[at:at + 200]} », a reload « {reloaded[at:at + 200]} »"
    return fragment


def element(html: str, wanted: str) -> str:
    """The element of this id as it stands, spaces between elements squeezed. Fails when it is not there, or twice."""
    found = list(re.finditer(rf'<(\w+)[^>]*\sid="{re.escape(wanted)}"', html))
    assert len(found) == 1, f"#{wanted} is there {len(found)} times"
    tag, start, depth = found[0][1], found[0].start(), 0
    for one in re.finditer(rf"<(/?){tag}\b", html[start:]):
        depth += -1 if one[1] else 1
        if depth == 0:
            return re.sub(r"[ \n\t]+", " ", html[start:start + one.end()]).replace("> <", "><")
    raise AssertionError(f"#{wanted} is not closed")
