"""A document asked on a page: what is added already, what may serve again, and what becomes of it (S6, F50–F54)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from intake import moment, questionnaire
from intake.models import pieces
from intake.models.dossiers import Answers, Case
from intake.models.pieces import Piece
from intake.questionnaire import Typed
from workflows.fields import PieceField
from workflows.grammar import Page, StepForm

OFFERED = 3
"""Pieces already added that a field offers again."""


@dataclass(frozen=True)
class Shelf:
    """What stands around one field."""

    address: str
    """Where a file is posted; `…/supprimer` takes it away."""
    piece: Piece | None
    look: str
    """Where the piece is seen."""
    others: list[Piece]
    """Pieces already added elsewhere (F12)."""
    query: str
    """`?retour=verifier` when the page was opened from the check."""

def documents(form: StepForm) -> Iterator[PieceField]:
    """The documents a page asks for."""
    return (field for field in form if isinstance(field, PieceField))


def furnish(form: StepForm, case: Case, address: str, query: str = "") -> StepForm:
    """Give each document of a page its shelf."""
    asked = list(documents(form))
    if asked:
        added = {piece.uid: piece for piece in pieces.of(case.dossier) if piece.added_by_id == case.dossier.person_id}
        here = {field.shown() for field in asked}
        others = [piece for uid, piece in added.items() if uid not in here][:OFFERED]
        for field in asked:
            piece = added.get(field.shown())
            look = f"/dossier/{case.dossier.uid}/pieces/{piece.uid}/voir" if piece else ""
            field.shelf = Shelf(f"{address}/pieces/{field.name}", piece, look, others, query)
    return form


def put(case: Case, page: Page, facts: Any, field: str, uid: str, beside: Typed) -> None:
    """Lay a piece on its page, or take it off (''), with what is typed beside it, so that nothing there is lost (F52)."""
    before, typed = on_page(case, page), Typed(beside)
    typed[field] = uid
    if uid:
        typed[f"{field}-absent"] = ""
    questionnaire.keep(case, page, questionnaire.form_of(page, facts, typed), typed, questionnaire.opened_by(typed),
                       checked=False)
    let_go(case, before - on_page(case, page))


def on_page(case: Case, page: Page) -> set[str]:
    """The documents a page holds, as it is kept."""
    kept = questionnaire.typed_of(questionnaire.rows_of(case).get(page.name), case) or Typed()
    return {str(kept.get(field.name, "")) for field in documents(page.form())} - {""}


def missing_of(case: Case) -> list[tuple[str, str]]:
    """(what, the word that was left) of the documents somebody said they do not have yet, and has not added since."""
    found: dict[str, tuple[str, str]] = {}
    for answers in Answers.select().where(Answers.case == case).order_by(Answers.id):
        for name, value in answers.text.items():
            if isinstance(value, dict) and value.get("missing"):
                found[name] = (_label(case, name), str(value["missing"]))
            elif isinstance(value, dict) and value.get("piece"):
                found.pop(name, None)
        title = answers.text.get("title")
        found = {name: one for name, one in found.items() if one[0] != title}
    return list(found.values())


def _label(case: Case, name: str) -> str:
    import workflows

    fields = (page.form()._fields.get(name) for asked in workflows.ALL[case.workflow].pages.values() for page in asked)
    return next((field.label.text for field in fields if field is not None), name)


def let_go(case: Case, uids: Collection[str]) -> None:
    """Pieces that no page shows any more go, unless they were sent: what the Cercle reads stays as it was sent."""
    for uid in uids:
        piece = pieces.of_dossier(case.dossier, uid)
        sent = any(uid in str(answers.text) for answers in Answers.select(Answers.text).where(Answers.case == case))
        elsewhere = any(uid in str(row.typed) for row in questionnaire.rows_of(case).values())
        if piece is not None and not sent and not elsewhere:
            pieces.remove(piece, moment.now())
