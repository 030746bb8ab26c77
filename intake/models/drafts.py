"""Pages of a questionnaire as they are being written: no step, and nobody of the team reads them before they are sent."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from peewee import BooleanField, ForeignKeyField, IntegerField, TextField

from intake.models.base import InstantField, JSONField, Model, SealedField, write_transaction
from intake.models.compiled import columns, compiled, loaded, param
from intake.models.dossiers import Case
from intake.models.sealed import seal, unseal


class DraftPage(Model):
    """One saved page; `typed` is what stands in the fields, `answers` what was checked."""

    case = ForeignKeyField(Case, backref="draft")
    page = TextField()
    typed = JSONField(default=dict)
    answers = JSONField(default=dict)
    sealed = SealedField(null=True)
    """Typed and checked values of sensitive fields, encrypted as JSON."""
    complete = BooleanField(default=False)
    turn = IntegerField(default=0)
    """A rising number: an older save never overwrites a newer one."""
    sheet = TextField(default="")
    """Which opened page wrote it last."""
    saved_at = InstantField()

    class Meta:
        indexes = ((("case", "page"), True),)


COMPLETE = compiled(lambda: DraftPage.select(DraftPage.page, DraftPage.answers, DraftPage.sealed).where(
    DraftPage.case == param("case"), DraftPage.complete))
LAST_SAVED = compiled(lambda: DraftPage.select(DraftPage.saved_at).where(DraftPage.case == param("case"))
                      .order_by(DraftPage.saved_at.desc()).limit(1))


KEPT = compiled(lambda: DraftPage.select().where(DraftPage.case == param("case"), DraftPage.page == param("page")))
_ROW = ("typed", "answers", "sealed", "complete", "turn", "sheet", "saved_at")
_FIRST = compiled(lambda: DraftPage.insert(
    case=param("case"), page=param("page"), **{name: param(name) for name in _ROW}))
_AGAIN = compiled(lambda: DraftPage.update(**{name: param(name) for name in _ROW}).where(
    DraftPage.case == param("case"), DraftPage.page == param("page")))


def kept_page(case: Case, page: str) -> DraftPage | None:
    """A page as it was last saved."""
    found = KEPT.one(case=case.id, page=page)
    return loaded(DraftPage, columns(DraftPage), found) if found else None


def saved_pages(case: Case) -> dict[str, dict[str, Any]]:
    """The complete pages of a case's questionnaire, sensitive answers included."""
    return {page: {**answers, **_unsealed(case, page, sealed).get("answers", {})}
            for page, answers, sealed in COMPLETE(case=case.id)}


def last_saved(case: Case) -> datetime | None:
    """When a page of the questionnaire was last saved."""
    found: datetime | None = LAST_SAVED.value(case=case.id)
    return found


class ChangedElsewhere(Exception):
    """The page was saved from another opened page since this one was; `page` is what is kept."""

    def __init__(self, page: DraftPage) -> None:
        super().__init__(page.page)
        self.page = page


def save_page(case: Case, page: str, *, typed: dict[str, Any], answers: dict[str, Any], sealed: frozenset[str],
              complete: bool, turn: int, now: datetime, sheet: str = "", seen: int | None = None) -> DraftPage:
    """Keep a page as typed and as checked; of one opened page (`sheet`), an older `turn` never replaces a newer one.

    `seen` is the turn kept when that page was opened. Raises ChangedElsewhere when another one was saved since.
    """
    hidden = {"typed": _only(typed, sealed), "answers": _only(answers, sealed)}
    row = {
        "typed": _but(typed, sealed), "answers": _but(answers, sealed), "complete": complete, "sheet": sheet,
        "saved_at": now,
        "sealed": seal("draftpage.sealed", f"{case.uid}.{page}", json.dumps(hidden)) if any(hidden.values()) else None,
    }
    with write_transaction():
        kept = kept_page(case, page)
        if kept is None:
            _FIRST(case=case.id, page=page, turn=turn, **row)
        elif kept.sheet != sheet and seen is not None and seen < kept.turn:
            raise ChangedElsewhere(kept)
        elif kept.sheet != sheet or turn >= kept.turn:
            _AGAIN(case=case.id, page=page, turn=max(turn, kept.turn + (kept.sheet != sheet)), **row)
        found = kept_page(case, page)
        assert found is not None  # noqa: S101
        return found


def unsealed(page: DraftPage, case: Case) -> dict[str, dict[str, Any]]:
    """The sensitive part of a page: {"typed": …, "answers": …}."""
    return _unsealed(case, page.page, page.sealed)


def _unsealed(case: Case, page: str, sealed: bytes | None) -> dict[str, dict[str, Any]]:
    if not sealed:
        return {}
    found: dict[str, dict[str, Any]] = json.loads(unseal("draftpage.sealed", f"{case.uid}.{page}", sealed))
    return found


def empty_draft(case: Case) -> None:
    """Erase what was written and not sent."""
    with write_transaction():
        DraftPage.delete().where(DraftPage.case == case).execute()


def _only(values: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name.split("-")[0] in names}


def _but(values: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name.split("-")[0] not in names}
