"""Answers as JSON: ISO dates, amounts as text, months as `2027-01`. Every field reads its own value back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from wtforms.form import BaseForm

from workflows.calendar import Month


def to_json(value: Any) -> Any:
    """A value as JSON keeps it. TypeError for one no field gives."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | Month):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): to_json(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(one) for one in value]
    raise TypeError(f"no field gives a {type(value).__name__}")


def answers_to_json(form: BaseForm) -> dict[str, Any]:
    """The answers of a checked form, by name of field."""
    return {name: to_json(value) for name, value in form.data.items()}
