"""The search: words of a dossier, folded, found by their beginning (SCREENS B8, E18)."""

from __future__ import annotations

import re
import unicodedata

from peewee import CompositeKey, ForeignKeyField, TextField

from intake.models.base import Model, write_transaction
from intake.models.dossiers import Dossier
from intake.models.people import Person

MOST = 500
"""Dossiers one search finds; beyond, it takes one more word."""
PARTS = re.compile(r"[^\W_]+")
LAST = "\U0010ffff"
SHORTEST_STEM = 5
FEMININE = frozenset({"rice", "trice", "euse", "rices", "trices", "euses"})


class DossierWord(Model):
    """One word by which a dossier is found: of its number, name, activity or town. Addresses are found where they are."""

    dossier = ForeignKeyField(Dossier, backref="+", on_delete="CASCADE")
    word = TextField()

    class Meta:
        primary_key = CompositeKey("word", "dossier")


def folded(text: str) -> str:
    """A text as it is compared: no accent, no case, inclusive forms as one word."""
    return _plain(text).replace("·", "")


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae"))
    return "".join(sign for sign in bare if not unicodedata.combining(sign))


def words_of(text: str) -> set[str]:
    """The words of a text, inclusive forms in full: « formateur·rice » gives formateur and formatrice."""
    found: set[str] = set()
    for piece in _plain(text).split():
        base, *endings = piece.split("·")
        found.update(PARTS.findall(base))
        masculine = next(reversed(PARTS.findall(base)), "")
        for ending in endings:
            stem = masculine[:-3] if masculine.endswith("eur") and ending in FEMININE else masculine
            found.update(PARTS.findall(stem + ending))
    return found


def beginnings(typed: str) -> list[str]:
    """What to look for: each word typed, without the mark of the feminine or the plural, which is one with the other."""
    found = []
    for word in PARTS.findall(_plain(typed).partition("·")[0]):
        stem = re.sub(r"e?s?$", "", word)
        found.append(stem if len(stem) >= SHORTEST_STEM else word)
    return found


def index(dossier: Dossier) -> None:
    """Write the words of a dossier again: it was opened, or what it is found by has changed."""
    person = dossier.person
    words = words_of(" ".join((dossier.number, person.first_name, person.usual_name, person.last_name,
                               dossier.activity, dossier.town)))
    with write_transaction():
        DossierWord.delete().where(DossierWord.dossier == dossier).execute()
        DossierWord.insert_many([{"dossier": dossier, "word": word} for word in sorted(words)]).execute()


def find(search: str) -> list[int]:
    """The dossiers that hold every word typed, each by its beginning; the latest, `MOST` at the most."""
    query = Dossier.select(Dossier.id)
    for typed in search.split()[:6]:
        if "@" in typed:
            query = query.where(Dossier.person.in_(Person.select(Person.id).where(
                Person.email >= typed.lower(), Person.email < typed.lower() + LAST)))
        for start in beginnings(typed) if "@" not in typed else ():
            query = query.where(Dossier.id.in_(DossierWord.select(DossierWord.dossier).where(
                DossierWord.word >= start, DossierWord.word < start + LAST)))
    return [found for (found,) in query.order_by(Dossier.id.desc()).limit(MOST).tuples()]
