"""A document: the piece already added, or why there is none (F54). A missing paper never blocks sending."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any, ClassVar

from wtforms.form import BaseForm
from wtforms.utils import unset_value
from wtforms.validators import ValidationError

from workflows.fields.base import UNSTORABLE, Asked, NotAsked, Sentence, clean

UID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class PieceField(Asked):
    """A document, kept as `{"piece": uid}` or `{"missing": reason}`.

    Read from `name` (uid of an added piece) and `name-absent` (« Je n’ai pas ce document »: the reason). With
    `absence=False` the document itself is needed. `fill` may give the uids that are allowed.
    """

    control: ClassVar[str] = "piece"
    default_missing = "Choisissez un fichier"
    longest = 500
    allowed: Collection[str] | None = None
    """uids of the pieces of this dossier; None trusts the page."""

    def __init__(self, label: str | None = None, *, absence: bool = True, **options: Any) -> None:
        super().__init__(label, **options)
        self.absence = absence
        self.absent_typed = ""
        self.problem = ""
        """Why the file that was posted could not be taken."""
        self.shelf: Any = None
        """Where the page adds files one by one: what is there already; None where the file goes with the form."""

    @property
    def absent_name(self) -> str:
        """Name of the input of the reason."""
        return f"{self.name}-absent"

    @property
    def absent_id(self) -> str:
        """Id of the input of the reason."""
        return f"{self.id}-absent"

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read both inputs."""
        if formdata is not None:
            self.problem = _first(formdata, f"{self.name}-problem")
            self.absent_typed = _first(formdata, self.absent_name) if self.absence else ""
        super().process(formdata, data, extra_filters)
        if formdata is None and self.data:
            self.absent_typed = self.data.get("missing", "")

    def process_formdata(self, valuelist: Iterable[Any]) -> None:
        """The piece wins over the reason."""
        self.data = None
        if self.problem:
            raise NotAsked(self.problem)
        uid = next((str(value).strip() for value in valuelist), "")
        if uid:
            if not UID.fullmatch(uid):
                raise NotAsked(self.default_missing)
            self.data = {"piece": uid}
            return
        if UNSTORABLE.search(self.absent_typed):
            self.absent_typed = UNSTORABLE.sub("", self.absent_typed)
            raise NotAsked(Sentence("{named} contient un caractère illisible : saisissez ce texte à nouveau",
                                    named=self.named))
        reason = clean(self.absent_typed)
        if len(reason) > self.longest:
            raise NotAsked(self.too_long())
        if reason:
            self.data = {"missing": reason}

    def load(self, value: Any) -> dict[str, str] | None:
        """From what was kept."""
        kept = {name: str(value[name]) for name in ("piece", "missing") if value.get(name)}
        return kept or None

    def check(self, form: BaseForm) -> None:
        """Only a piece of this dossier."""
        if self.allowed is not None and self.data.get("piece", "") not in ("", *self.allowed):
            raise ValidationError(self.missing)

    def shown(self) -> str:
        """The piece's uid."""
        return str((self.data or {}).get("piece", ""))


def _first(formdata: Any, name: str) -> str:
    return next((str(value) for value in formdata.getlist(name)), "") if name in formdata else ""
