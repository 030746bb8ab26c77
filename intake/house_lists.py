"""The form of a list the house words for itself: one box an entry, those still offered, new ones one a line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import Form

from workflows import fields as f
from workflows.lists import LONGEST, MOST, Entry, edited

WORD = "word_"
"""What the name of an entry's box begins with."""


def form_of(kept: tuple[Entry, ...], posted: Mapping[str, Any] | None) -> type[Form]:
    """The form of this list; of one that was posted, the entries it showed."""
    shown = [one for one in kept if posted is None or WORD + one.code in posted]
    boxes = {WORD + one.code: f.TextField(f"Entrée {n}", missing=f"Écrivez l’intitulé de l’entrée {n}")
             for n, one in enumerate(shown, start=1)}
    return type("ListForm", (Form,), {
        **boxes,
        "offered": f.ChoicesField("Entrées proposées", choices=[(one.code, one.label) for one in shown],
                                  missing="Gardez au moins une entrée proposée"),
        "added": f.LinesField("Nouvelles entrées, une par ligne", optional=True, limit=1000),
        "since": f.DayField("À partir de quel jour", missing="Saisissez le premier jour"),
        "reason": f.LinesField("Raison", missing="Indiquez la raison", limit=500)})


def filled(kept: tuple[Entry, ...], today: date) -> dict[str, Any]:
    """What the form shows first."""
    return {**{WORD + one.code: one.label for one in kept}, "offered": [one.code for one in kept if one.offered],
            "since": today}


def read(form: Form, kept: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The list as typed; what does not fit is said under its question."""
    labels = {name.removeprefix(WORD): " ".join(field.data.split())
              for name, field in form._fields.items() if name.startswith(WORD) and field.data}
    added = [line for text in (form["added"].data or "").splitlines() if (line := " ".join(text.split()))]
    seen: set[str] = {one.label.casefold() for one in kept if one.code not in labels}
    for code, label in labels.items():
        _check(form[WORD + code], label, seen)
    for label in added:
        _check(form["added"], label, seen)
    found = edited(kept, labels, form["offered"].data or (), added)
    if len(found) > MOST:
        form["added"].errors = [f"Une liste compte {MOST} entrées au plus"]
    return found


def _check(field: Any, label: str, seen: set[str]) -> None:
    if len(label) > LONGEST:
        field.errors = [f"Une entrée doit compter {LONGEST} caractères ou moins"]
    elif label.casefold() in seen:
        field.errors = [f"L’entrée « {label} » est deux fois dans la liste"]
    seen.add(label.casefold())
