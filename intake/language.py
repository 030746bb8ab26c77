"""The language spoken now: French, which everything is written in, or English, looked up in the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from markupsafe import Markup

FRENCH, ENGLISH = "fr", "en"
CATALOGUE = Path(__file__).parent.parent / "translations" / ENGLISH / "LC_MESSAGES" / "messages.po"
NBSP = "\u00a0"
_SENTENCE_ENDS = re.compile(r"(?<=[.?!:]) (?=\S)")
_reads: ContextVar[str] = ContextVar("reads", default=FRENCH)


class Said(str):
    """Words already in the language of whoever reads them."""


class French(str):
    """Words a house wrote for itself, which nobody put into English, for someone who reads English."""


def current() -> str:
    """`fr` or `en`."""
    return _reads.get()


def speak(language: str) -> None:
    """Speak it until further notice."""
    _reads.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language for a while: the letters of one request go to people of both."""
    before = _reads.set(language)
    try:
        yield
    finally:
        _reads.reset(before)


# The catalogue -------------------------------------------------------------------------------------------------------


@cache
def catalogue() -> dict[str, str]:
    """French → English, read once by the process that first needs it."""
    with CATALOGUE.open("rb") as file:
        return {_key(str(one.id)): str(one.string) for one in read_po(file, locale=ENGLISH) if one.id and one.string}


def _key(text: str) -> str:
    return text.replace(NBSP, " ").strip()


def translated(text: str) -> str:
    """Our words in the language of the reader: as they are in French; in English whole, else sentence by sentence.

    What the catalogue does not know comes back as it is: a name, an answer, a date already said.
    """
    if _reads.get() == FRENCH or isinstance(text, Said | Markup):
        return text
    known, key = catalogue(), _key(text)
    if (whole := known.get(key)) is not None:
        return Said(whole)
    if (said := _sentence_by_sentence(_SENTENCE_ENDS.split(key), known)) is not None:
        return Said(said)
    if key.startswith("« ") and key.endswith(" »"):
        return Said(f"“{translated(key[2:-2])}”")
    return text


def of_the_house(text: str) -> str:
    """An entry of a list the house words for itself: said in the language of the reader, else known to be left in French."""
    said = translated(text)
    return said if _reads.get() == FRENCH or isinstance(said, Said) else French(said)


def is_french(text: object) -> bool:
    """`lang="fr"` goes on these words."""
    return isinstance(text, French)


def _sentence_by_sentence(parts: list[str], known: Mapping[str, str]) -> str | None:
    """Sentences one after the other, as many together as the catalogue has together; None when one is not in it."""
    if not parts:
        return ""
    for end in range(len(parts), 0, -1):
        first = known.get(" ".join(parts[:end]))
        if first is not None and (rest := _sentence_by_sentence(parts[end:], known)) is not None:
            return f"{first} {rest}".rstrip()
    return None
