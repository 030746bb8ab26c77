"""Every page of a house where something of everything is under way, as everyone meets it: whole, as a fragment, refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, template_rendered
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.page import HTMX, Form, read

AFTER = re.compile(r"[#].*")
LEAVES = ("/deconnexion", "/langue")
"""Forms that are not pressed: they end the visit."""
WHICH = ("step", "name", "kind", "act", "what", "field")
"""Parts of an address that say which page of a screen; the others only say whose."""
ALIKE = ("/reglages/",)
"""Screens that are the same page whatever they are named."""
VISITS = 2
"""Of one page: by two people, or of two dossiers that do not stand at the same place."""
ANY = "AAAAAAAAAAAAAAAAAAAAAA"
"""Nobody's identifier."""


@dataclass
class Visit:
    """Visitors by name, what they were shown, and what was drawn to show it."""

    app: Flask
    visitors: dict[str, FlaskClient]
    shown: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By its tags and their attributes: where it was met first, and its HTML."""
    drawn: set[str] = field(default_factory=set)
    """Names of templates."""
    forms: dict[tuple[str, str], tuple[str, str, Form]] = field(default_factory=dict)
    """The first form met of each kind: who saw it, on which page."""
    failed: list[str] = field(default_factory=list)
    times: Counter[str] = field(default_factory=Counter)
    """How often a page was seen."""
    as_fragment: set[str] = field(default_factory=set)
    without_token: set[str] = field(default_factory=set)

    def follows_every_link(self) -> None:
        """Everyone, as far as links lead."""
        for who in self.visitors:
            self._follows_links(who)

    def sends_every_form(self) -> None:
        """Each form that was met, as no one should send it."""
        for who, page, form in list(self.forms.values()):
            self._sends(who, page, form)

    def meets(self, where: str, answer: TestResponse) -> None:
        """Note a page; failures are told apart."""
        if answer.status_code >= 500:
            self.failed.append(f"{answer.status_code} {where}")
        if answer.mimetype == "text/html" and answer.data:
            self.shown.setdefault(skeleton(answer.text), (f"{answer.status_code} {where}", answer.text))

    def _follows_links(self, who: str) -> None:
        client, been = self.visitors[who], set[str]()
        ahead = [rule.rule for rule in self.app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
        ahead += [rule.rule.replace("<token>", ANY) for rule in self.app.url_map.iter_rules() if rule.arguments == {"token"}]
        while ahead:
            address = AFTER.sub("", ahead.pop(0))
            kind = self._kind(address)
            if not kind or address in been or self.times[kind] >= VISITS:
                continue
            been.add(address)
            answer = client.get(address)
            self.times[kind] += answer.status_code == 200
            self.meets(f"{who}: GET {address}", answer)
            if answer.status_code in (301, 302, 303):
                ahead.append(answer.headers["Location"])
            elif answer.mimetype == "text/html":
                ahead += self._leads(who, address, answer)
                if kind not in self.as_fragment and "hx-get=" in answer.text:
                    self.as_fragment.add(kind)
                    self.meets(f"{who}: htmx GET {address}", client.get(address, headers=HTMX))

    def _leads(self, who: str, address: str, answer: TestResponse) -> Iterator[str]:
        page = read(answer)
        for form in page.forms:
            if form.method == "get":
                yield form.action or address
            elif form.action not in LEAVES and not any(button in ("Se déconnecter", "English") for button in form.buttons):
                self.forms.setdefault((self._kind(form.action or address), " ".join(form.buttons)), (who, address, form))
        yield from (href for _, href in page.links if href.startswith(("/", "?")) for href in [
            href if href.startswith("/") else address.partition("?")[0] + href])

    def _kind(self, address: str) -> str:
        """Which page it is, whoever it is about."""
        path, _, query = address.partition("?")
        try:
            rule, has = self.app.url_map.bind("localhost").match(path, method="GET", return_rule=True)
        except HTTPException:
            return ""
        told = sorted(part.partition("=")[0] for part in query.split("&") if part)
        return " ".join([rule.rule, *(str(has[name]) for name in WHICH if name in has and not path.startswith(ALIKE)), *told])

    def _sends(self, who: str, page: str, form: Form) -> None:
        """Without its answers, whole and as a fragment; as it stands but old; once a route without its token."""
        address = form.action or page
        bare = MultiDict((name, value) for name, value in form.values.items(multi=True) if name in KEPT)
        if self.posts(who, address, bare).status_code >= 400:
            self.posts(who, address, bare, HTMX)
        if "version" in form.values:
            self.posts(who, address, MultiDict({**form.values.to_dict(), "version": "0"}))
        rule = self._kind(address).partition(" ")[0]
        if rule not in self.without_token:
            self.without_token.add(rule)
            self.posts(who, address, MultiDict({"note": "Sans jeton"}))

    def posts(self, who: str, address: str, values: Any, headers: Any = None) -> TestResponse:
        """Send a form; what it leads to is met too."""
        client = self.visitors[who]
        answer = client.post(address, data=values, headers=headers or {})
        self.meets(f"{who}: {'htmx ' if headers else ''}POST {address} {sorted(values)}", answer)
        if answer.status_code == 303:
            self.opens(who, answer.headers["Location"])
        return answer

    def opens(self, who: str, address: str) -> TestResponse:
        """Open an address that no link shows."""
        answer = self.visitors[who].get(address)
        self.meets(f"{who}: GET {address}", answer)
        return answer

    def presses(self, who: str, address: str, button: str, **answers: Any) -> TestResponse:
        """Fill in the form of a page and press its button."""
        form = read(self.opens(who, address)).form(button)
        values = MultiDict({**form.values.to_dict(), **answers})
        if button in form.pressed:
            values.add(*form.pressed[button])
        return self.posts(who, form.action or address, values)

    @contextmanager
    def watching(self) -> Iterator[None]:
        def note(_: Flask, template: Any, **__: Any) -> None:
            self.drawn.add(template.name)

        template_rendered.connect(note, self.app)
        try:
            yield
        finally:
            template_rendered.disconnect(note, self.app)


def skeleton(html: str) -> str:
    """The tags of a page with the names of their attributes: pages that differ by their words are checked once."""
    return "".join(f"<{found[1]}{''.join(ATTRIBUTE.findall(found[2]))}>" for found in TAG.finditer(html))


TAG, ATTRIBUTE = re.compile(r"<(/?[a-zA-Z][\w-]*)((?:[^>\"]|\"[^\"]*\")*)>"), re.compile(r' [a-z:-]+(?=[=\s>/]|$)')
KEPT = frozenset({"csrf_token", "version", "sheet", "seen", "turn", "jeton_brouillon"})
"""What a form keeps when it is sent empty."""
