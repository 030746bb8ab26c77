"""A table: rows of small fields, posted as `name-0-column`. Blank rows do not count; it works without script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from wtforms import FieldList, Form, FormField
from wtforms.form import BaseForm
from wtforms.utils import unset_value

from workflows.fields.base import Sentence

INDEX = re.compile(r"-([0-9]{1,3})-")


class TableField(FieldList):  # type: ignore[type-arg]
    """Rows of a small form. The answer is the list of rows that are not blank."""

    control: ClassVar[str] = "table"
    default_missing = "Remplissez au moins une ligne"
    object_data: Any

    def __init__(
        self, label: str | None = None, row: type[Form] = Form, *, missing: str = "", optional: bool = False,
        named: str = "", description: str = "", shown_rows: int = 3, most: int = 30, **options: Any,
    ) -> None:
        super().__init__(FormField(row), label, min_entries=shown_rows, description=description, **options)
        self.row, self.most, self.optional = row, most, optional
        self.missing = missing or self.default_missing
        self.named = named or Sentence("« {label} »", label=self.label.text)
        self.wrong_rows: tuple[int, ...] = ()

    @property
    def focus_id(self) -> str:
        """The first cell of the table."""
        cell = next(iter(self.entries[0].form), None) if self.entries else None
        return str(getattr(cell, "focus_id", self.id))

    @property
    def columns(self) -> list[str]:
        """Headings of the columns."""
        return [field.label.text for field in self.entries[0].form] if self.entries else []

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read the rows, and leave a blank one after those that were kept."""
        super().process(formdata, data if isinstance(data, list | tuple) else unset_value, extra_filters)
        if self.entries and not _is_blank(self.entries[-1]) and len(self.entries) < self.most:
            self.append_entry()

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        """The numbers of the rows posted, the first `most + 1` of them."""
        names = (str(name) for name in formdata if str(name).startswith(f"{prefix}-"))
        found = {int(match[1]) for name in names if (match := INDEX.match(name, len(prefix)))}
        yield from sorted(found)[:self.most + 1]

    @property
    def filled(self) -> list[FormField[Any]]:
        """The rows that are not blank."""
        return [entry for entry in self.entries if not _is_blank(entry)]

    @property
    def data(self) -> list[dict[str, Any]]:
        """The answers of the rows that are not blank."""
        return [entry.data for entry in self.filled]

    def validate(self, form: BaseForm, extra_validators: Any = ()) -> bool:
        """Check each row that is not blank (its cells keep their sentences); ask for one when one is needed."""
        filled = self.filled
        self.wrong_rows = tuple(self.entries.index(entry) for entry in filled if not entry.validate(form))
        self.errors = [Sentence("{named} : complétez la ligne {n}", named=self.named, n=row + 1)
                       for row in self.wrong_rows]
        if len(filled) > self.most:
            self.errors = [Sentence("{named} doit compter {n} lignes ou moins", named=self.named, n=self.most)]
        if not filled and not self.optional:
            self.errors = [self.missing]
        return not self.errors


def _is_blank(entry: FormField[Any]) -> bool:
    """Whether nothing was typed in a row."""
    return all(not any(str(typed).strip() for typed in field.raw_data or ()) and not field.data for field in entry.form)
