"""A page that changes one thing: its form, what the change does, why it is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, g, request
from wtforms import Form

from intake import late_forms, words
from intake.show import go, show
from workflows.engine import StepRefused


@dataclass(frozen=True)
class Preview:
    """What a change would do, worked out before it is done."""

    sentences: tuple[str, ...]

    @property
    def digest(self) -> str:
        """What the form carries of it; another effect makes another digest."""
        return hashlib.sha256("\n".join(self.sentences).encode()).hexdigest()[:24]


@dataclass
class Change:
    """What the page says around its form."""

    title: str
    button: str
    back: str
    """Where « Retour » leads, and where one goes once it is done."""
    caption: str = ""
    back_label: str = "Retour"
    lead: Sequence[str] = ()
    told: Sequence[str] = ()
    """What the change does, said before the button."""
    danger: bool = False
    files: bool = False
    """The form takes a file."""
    reasons: list[str] = field(default_factory=list)
    preview: Preview | None = None

    def answer(self, form: Form, act: Callable[[], object], effects: Callable[[], list[str]] | None = None) -> Response:
        """Show the form; once posted and right, do it and go back. 422 with the form as typed, 409 with the reason.

        With `effects`, what they say is read first: the page comes back with them until the form sent is the one that told them.
        """
        if request.method == "GET":
            return self.page(form)
        if not form.validate():
            return self.page(form, status=422)
        if effects is not None:
            preview = Preview(tuple(effects()))
            if not form.errors and request.form.get("lu") != preview.digest:
                self.preview = preview
                return self.page(form)
        if form.errors:
            return self.page(form, status=422)
        try:
            act()
        except StepRefused as refused:
            self.reasons = [words.say(one) for one in refused.refusals]
            return self.page(form, status=409)
        if form.errors:
            return self.page(form, status=422)
        late_forms.answered()
        return go(self.back)

    def page(self, form: Form, status: int = 200) -> Response:
        """The page, or its form alone for htmx."""
        token = late_forms.token_for(None, g.person, request.path) if g.person is not None else ""
        return show("change.html", block="change", status=status, form=form, token=token, **vars(self))


def typed() -> Any:
    """What was posted; on a visit, what was posted here after the sign-in had ended, or nothing."""
    if request.method == "POST":
        return request.form
    return late_forms.found_back(g.person, request.path) if g.person is not None else None
