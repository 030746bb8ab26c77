"""Making the lists that are owed: CSV or spreadsheet, batch after batch, formulas neutralised (TRUST 3.24)."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterator
from typing import Any

import workflows
from intake import moment, words
from intake.models import board_exports, cards
from intake.models.board_exports import BoardExport
from intake.models.cards import Card
from intake.stages import OF_STATE

log = logging.getLogger("intake.listing")

BATCH = 50
HEADS = ("Numéro", "Nom", "Activité", "Ville", "Étape", "État", "Depuis le", "Dernier contact", "Binôme")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
TYPES = {"csv": "text/csv; charset=utf-8",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def make_owed() -> int:
    """Make what is owed; the number made. What cannot be made says so on its page."""
    board_exports.forget_old()
    made = 0
    for export in board_exports.owed():
        try:
            board_exports.finish(export, WRITE[export.format](rows_of(export)))
        except (ValueError, OSError) as problem:
            log.warning("export %s stopped: %s", export.uid, type(problem).__name__)
            board_exports.give_up(export)
        else:
            made += 1
    return made


def rows_of(export: BoardExport) -> Iterator[tuple[str, ...]]:
    """Its rows, one a dossier; how far it is is written after each batch."""
    for start in range(0, export.total, BATCH):
        for one in cards.by_id(export.cases[start:start + BATCH]):
            yield tuple(harmless(cell) for cell in row_of(one))
        board_exports.advance(export, min(start + BATCH, export.total))


def row_of(one: Card) -> tuple[str, ...]:
    """A dossier in columns."""
    stage = OF_STATE.get(one.state)
    state = workflows.ALL["admission"].state[one.state].label
    return (one.number, one.name, one.activity, one.town, stage.title if stage else state, state, _day(one.entered_at),
            _day(one.moved_at), one.peer)


def _day(at: Any) -> str:
    return words.as_day(at).isoformat() if at else ""


def harmless(cell: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def as_csv(rows: Iterator[tuple[str, ...]]) -> bytes:
    """Semicolons and a byte-order mark, which is how spreadsheets in France open it."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADS)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(rows: Iterator[tuple[str, ...]]) -> bytes:
    """One sheet, its heads repeated on each printed page."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    sheet.title = "Candidatures"
    sheet.append(HEADS)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append(row)
    sheet.freeze_panes, sheet.print_title_rows = "A2", "1:1"
    for place, width in enumerate((16, 28, 36, 20, 18, 24, 12, 16, 14)):
        sheet.column_dimensions["ABCDEFGHI"[place]].width = width
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


WRITE = {"csv": as_csv, "xlsx": as_xlsx}


def filename(export: BoardExport) -> str:
    """« candidatures-2026-11-26.xlsx »."""
    return f"candidatures-{moment.today().isoformat()}.{export.format}"
