"""The English catalogue, brought up to date with the French sentences of the house: `make catalogue`.

New sentences come without English, which the tests refuse; those nobody says any more go. `--check` writes nothing and fails
when the file would change.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from translations.words_for_people import everything

FILE = Path(__file__).parent / "en" / "LC_MESSAGES" / "messages.po"
GLOSSARY = """\
English of Parcours: plain words, short sentences. French is the source: an entry is found by its French text.

One word per thing (SCREENS L8):
  accompagnement      support (support circle: Cercle accompagnement, kept in French with its gloss)
  associé·e           member (associé·e)              assemblée générale  general assembly
  avis favorable      favourable opinion              bilan               review
  binôme, pair        peer                            borne               tablet
  candidature, demande application                    CAPE                CAPE contract, kept
  cogérance           co-managers                     contrat salarié, CESA  salaried contract (CESA)
  coopérative         cooperative                     dossier             file; dossier d’entrée: entry file
  équipe support      support team                    journée             journée (monthly members’ day)
  parts sociales      shares                          pièce               document
  place               place                           sociétariat         membership
Acts of the history begin with a verb in the past (“recorded the meeting”): a name stands before them.
`{n:day|days}` agrees with its number: the first form for one alone.
"""


def updated(found: Catalog) -> Catalog:
    """The catalogue of what the house says now, with the English already known."""
    known = {message.id: message.string for message in found if message.id}
    made = Catalog(locale="en", project="Parcours", charset="utf-8", fuzzy=False, header_comment=_header())
    made.mime_headers  # noqa: B018 fills the header in
    for text, where in sorted(everything().items()):
        made.add(text, known.get(text, ""), locations=[(place, 0) for place in sorted(where)])
    return made


def _header() -> str:
    return "\n".join(f"# {line}".rstrip() for line in GLOSSARY.splitlines())


def written(catalogue: Catalog) -> bytes:
    """The file, the same bytes for the same sentences."""
    out = BytesIO()
    write_po(out, catalogue, width=0, sort_output=True, include_lineno=False, omit_header=False)
    kept = [line for line in out.getvalue().splitlines(keepends=True)
            if not line.startswith((b'"POT-Creation', b'"PO-Revision', b'"Last-Translator', b'"Language-Team', b'"Generated-By',
                                    b'"Report-Msgid', b'"Project-Id'))]
    return b"".join(kept)


def read() -> Catalog:
    """The catalogue as it is kept."""
    with FILE.open("rb") as file:
        return read_po(file, locale="en")


def main() -> int:
    """Write it again, or check it."""
    new = written(updated(read()))
    if "--check" in sys.argv[1:]:
        return 0 if new == FILE.read_bytes() else 1
    FILE.write_bytes(new)
    empty = sum(1 for message in read() if message.id and not message.string)
    print(f"{FILE.relative_to(Path.cwd())}: {empty} sentences without English")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
