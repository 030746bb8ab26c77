"""What every field shares: text made clean, an answer asked for, a sentence when it does not fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, ClassVar

from wtforms import Field
from wtforms.form import BaseForm
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from workflows.sentences import Sentence as Sentence

INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
"""Harmless leftovers of copying: soft hyphens, zero-width spaces, direction marks. Joiners, which spell words, stay."""
BLANKS = re.compile(r"[^\S\n]+")
UNSTORABLE = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ud800-\udfff]")
SPACES_AND_MARKS = re.compile(r"[\s\u200c\u200d.\-_/()\u2010-\u2015\u2212]+")


class NotAsked(ValueError):
    """What was typed does not fit; the sentence says what to do."""


def is_storable(text: str) -> bool:
    """Whether a text has no control character and no lone surrogate, which databases and papers refuse."""
    return UNSTORABLE.search(text) is None


def clean(text: str) -> str:
    """A text without what nobody meant to type: invisible characters, odd line ends, blanks at the ends (F25)."""
    text = INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", text).strip()


def squeezed(text: str) -> str:
    """A text without spaces, dashes, dots, slashes and brackets: for numbers and identifiers."""
    return SPACES_AND_MARKS.sub("", clean(text))


def thousands(number: int) -> str:
    """A whole number in French: `1 500`."""
    return f"{number:,}".replace(",", "\u00a0")


class Asked(Field):
    """A question. `missing` is said when a required one has no answer; `named` begins its other sentences."""

    widget: Any = TextInput()
    control: ClassVar[str] = "text"
    """How it is drawn: text, lines, day, radios, checkboxes, select, tick, table or piece."""
    longest: int = 200
    """Code points accepted."""
    attributes: ClassVar[dict[str, Any]] = {}
    """HTML attributes of its input."""
    default_missing: ClassVar[str] = "Répondez à cette question"

    def __init__(
        self, label: str | None = None, *, missing: str = "", optional: bool = False, named: str = "",
        description: str = "", autocomplete: str = "", **options: Any,
    ) -> None:
        given = {"autocomplete": autocomplete} if autocomplete else {}
        options["render_kw"] = {**self.attributes, **given, **(options.get("render_kw") or {})}
        super().__init__(label, description=description, **options)
        self.missing = missing or self.default_missing
        self.optional = optional
        self.named = named or Sentence("« {label} »", label=self.label.text)
        if not optional:
            self.flags.required = True

    @property
    def focus_id(self) -> str:
        """Where the link of the error summary leads."""
        return str(self.id)

    @property
    def empty(self) -> bool:
        """Whether there is no answer."""
        return self.data is None or self.data == "" or self.data == [] or self.data == {}

    def process_data(self, value: Any) -> None:
        """Take a value as Python or as JSON keeps it; one that no longer fits is no answer."""
        try:
            self.data = self.load(value) if value is not None and value != "" else None
        except (ValueError, TypeError):
            self.data = None

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read what was typed. The sentence of a text that does not fit is kept for validation."""
        self.data = None
        typed = str(valuelist[0]) if valuelist else ""
        if not is_storable(typed):
            raise NotAsked(Sentence("{named} contient un caractère illisible : saisissez ce texte à nouveau",
                                    named=self.named))
        text = clean(typed)
        if len(text) > self.longest:
            raise NotAsked(self.too_long())
        if text:
            self.data = self.read(text)

    def load(self, value: Any) -> Any:
        """The answer, from the value that was kept. ValueError when it does not fit any more."""
        return value

    def read(self, text: str) -> Any:
        """The answer, from a clean text that is not empty. NotAsked, with a sentence, when it does not fit."""
        return BLANKS.sub(" ", text)

    def too_long(self) -> str:
        """The sentence for a text beyond `longest`."""
        return Sentence("{named} doit compter {n} caractères ou moins", named=self.named, n=thousands(self.longest))

    def pre_validate(self, form: BaseForm) -> None:
        """Stop at what could not be read; ask for what is missing; then check the answer itself."""
        if self.process_errors:
            raise StopValidation
        if self.empty:
            raise StopValidation("" if self.optional else self.missing)
        self.check(form)

    def check(self, form: BaseForm) -> None:
        """Check an answer against choices and limits. ValidationError, with a sentence, when it does not fit."""

    def shown(self) -> str:
        """The answer as text, to fill its input."""
        return "" if self.data is None else str(self.data)

    def _value(self) -> str:
        """What the input holds: the text as typed, right or wrong, else the answer."""
        if self.raw_data:
            return UNSTORABLE.sub("", str(self.raw_data[0]))
        return self.shown()
