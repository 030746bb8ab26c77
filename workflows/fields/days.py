"""A day typed in three boxes, forgiving: « 27 3 1985 », « 27 mars 1985 », « sept. ». Only the wrong part turns red."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from wtforms.form import BaseForm
from wtforms.utils import unset_value
from wtforms.validators import ValidationError

from workflows.fields.base import UNSTORABLE, Asked, NotAsked, Sentence, clean
from workflows.months import MONTHS, day_in_words

PARTS: tuple[str, ...] = ("day", "month", "year")
LABELS = {"day": "Jour", "month": "Mois", "year": "Année"}
ARTICLES = {"day": "un jour", "month": "un mois", "year": "une année"}
WIDTHS = {"day": 2, "month": 9, "year": 4}
YEARS = range(1900, 2200)
WEEKDAY = re.compile(r"(?i)^(lun|mar|mer|jeu|ven|sam|dim)[a-zé]*\.?\s+(?=\d)")
PIECES = re.compile(r"[\s/.,\-\u2010-\u2015]+")


class WrongDay(NotAsked):
    """A date that cannot be read, and which parts are wrong."""

    def __init__(self, sentence: str, *parts: str) -> None:
        super().__init__(sentence)
        self.parts = parts


@dataclass(frozen=True)
class DayPart:
    """One of the three boxes, as a template draws it."""

    name: str
    id: str
    label: str
    value: str
    autocomplete: str
    width: int
    wrong: bool


class DayField(Asked):
    """A date. `past=True` refuses a day after `today`, which `fill` gives; `birth=True` names the boxes for browsers.

    Posted as `name-day`, `name-month`, `name-year`, or in one text under `name` (`1985-03-27`, `27 mars 1985`).
    """

    control: ClassVar[str] = "day"
    default_missing = "Saisissez une date"
    today: date | None = None

    def __init__(
        self, label: str | None = None, *, named: str = "", past: bool = False, birth: bool = False, **options: Any,
    ) -> None:
        super().__init__(label, named=named or "La date", **options)
        self.past, self.birth = past or birth, birth
        self.typed: dict[str, str] = dict.fromkeys(PARTS, "")
        self.wrong_parts: tuple[str, ...] = ()

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Gather the three boxes, or the single text, into the one value WTForms reads."""
        self.wrong_parts = ()
        gathered: Any = None if formdata is None else _Gathered(self.name, formdata)
        super().process(gathered, data, extra_filters)

    def process_data(self, value: Any) -> None:
        """A day known before anything is typed: from the form's data, or offered by `fill`. It shows in the boxes."""
        super().process_data(value)
        self.typed = dict.fromkeys(PARTS, "") if self.data is None else _boxes(self.data)

    def load(self, value: Any) -> date:
        """From a date or its ISO text."""
        return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the three boxes; a date typed whole in one of them is taken too."""
        self.data = None
        typed = [str(value) for value in valuelist][:3] or [""]
        whole = next((text for text in typed if text.strip()), "") if sum(bool(t.strip()) for t in typed) == 1 else ""
        if len(typed) == 1:
            typed = _split(clean(whole[:100]))
        self.typed = {part: UNSTORABLE.sub("", text) for part, text in zip(PARTS, typed, strict=False)}
        try:
            if whole and len(pieces := _split(clean(whole[:100]))) == 3 and all(pieces):
                typed = pieces
            self.data = read_day(*(clean(text[:40]) for text in typed), named=self.named)
        except WrongDay as error:
            self.wrong_parts = error.parts
            raise
        if self.data is not None:
            self.typed = self.typed if all(self.typed.values()) else _boxes(self.data)

    def check(self, form: BaseForm) -> None:
        """Not in the future when the past is asked for."""
        if self.past and self.today is not None and self.data > self.today:
            self.wrong_parts = PARTS
            raise ValidationError(Sentence("{named} doit être dans le passé", named=self.named))

    def pre_validate(self, form: BaseForm) -> None:
        """Flag the three boxes when the date is missing."""
        if not self.process_errors and self.empty and not self.optional:
            self.wrong_parts = PARTS
        super().pre_validate(form)

    @property
    def focus_id(self) -> str:
        """The first wrong box."""
        return f"{self.id}-{self.wrong_parts[0] if self.wrong_parts else 'day'}"

    @property
    def parts(self) -> tuple[DayPart, ...]:
        """The three boxes."""
        return tuple(
            DayPart(
                name=f"{self.name}-{part}", id=f"{self.id}-{part}", label=LABELS[part], value=self.typed[part],
                autocomplete=f"bday-{part}" if self.birth else "off", width=WIDTHS[part],
                wrong=part in self.wrong_parts,
            )
            for part in PARTS
        )

    def shown(self) -> str:
        """The day in ISO."""
        return "" if self.data is None else str(self.data.isoformat())

    def _value(self) -> str:
        """The day in one text, for a template that draws a single box."""
        return self.shown() or " ".join(text for text in self.typed.values() if text)


class WrittenDayField(Asked):
    """A date in one text, for a row of a table: « 15 12 2026 », « 15 décembre 2026 »."""

    default_missing = "Saisissez une date"

    def read(self, text: str) -> date | None:
        """The day of a text. WrongDay says what is wrong."""
        return read_day(*(clean(part) for part in _split(text)), named=self.named)

    def load(self, value: Any) -> date:
        """From a date or its ISO text."""
        return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])

    def shown(self) -> str:
        """« 15 décembre 2026 »."""
        return "" if self.data is None else day_in_words(self.data, weekday=False)


def read_day(day: str, month: str = "", year: str = "", *, named: str = "La date") -> date | None:
    """A day from its three parts as typed; None when all are blank. WrongDay says which part is wrong."""
    typed = dict(zip(PARTS, (day, month, year), strict=True))
    if not any(typed.values()):
        return None
    lacking = [part for part in PARTS if not typed[part]]
    if lacking:
        raise WrongDay(_must_have(named, lacking), *lacking)
    found: Mapping[str, int | None] = {"day": _day(day), "month": _month(month), "year": _year(year)}
    wrong = [part for part in PARTS if found[part] is None]
    if wrong == ["year"]:
        raise WrongDay(Sentence("{named} doit comporter une année à 4 chiffres", named=named), "year")
    exists = Sentence("{named} doit être une date qui existe", named=named)
    if wrong:
        raise WrongDay(exists, *wrong)
    try:
        return date(found["year"] or 0, found["month"] or 0, found["day"] or 0)
    except ValueError as error:
        raise WrongDay(exists, "day") from error


def _must_have(named: str, lacking: Sequence[str]) -> str:
    first, *others = (ARTICLES[part] for part in lacking)
    parts = Sentence("{one} et {other}", one=first, other=others[0]) if others else first
    return Sentence("{named} doit comporter {parts}", named=named, parts=parts)


def _day(text: str) -> int | None:
    found = re.fullmatch(r"(?i)([0-9]{1,2})(?:er|ᵉʳ)?\.?", text)
    return int(found[1]) if found and 1 <= int(found[1]) <= 31 else None


def _month(text: str) -> int | None:
    """A number, a name, or the beginning of only one name."""
    if re.fullmatch(r"[0-9]{1,2}", text):
        return int(text) if 1 <= int(text) <= 12 else None
    name = _bare(text).rstrip(".")
    if len(name) < 3:
        return None
    starting = [at for at, month in enumerate(MONTHS, start=1) if _bare(month).startswith(name)]
    return starting[0] if len(starting) == 1 else None


def _year(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{4}", text) and int(text) in YEARS else None


def _bare(text: str) -> str:
    """Lower case without accents."""
    return "".join(sign for sign in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(sign))


def _split(text: str) -> list[str]:
    """Day, month and year of a date typed whole; missing ones are blank."""
    if found := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ].*)?", text):
        return [found[3], found[2], found[1]]
    if found := re.fullmatch(r"([0-9]{2})([0-9]{2})([0-9]{4})", text):
        return list(found.groups())
    pieces = [piece for piece in PIECES.split(WEEKDAY.sub("", text)) if piece]
    return [*pieces, "", "", ""][:3] if len(pieces) <= 3 else [*pieces[:2], " ".join(pieces[2:])]


def _boxes(day: date) -> dict[str, str]:
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}


class _Gathered:
    """The posted boxes of one date, as if they were the values of one name."""

    def __init__(self, name: str, formdata: Any) -> None:
        boxes = [f"{name}-{part}" for part in PARTS]
        self.values: list[Any] = []
        if any(box in formdata for box in boxes):
            self.values = [(formdata.getlist(box) or [""])[0] for box in boxes]
        elif name in formdata:
            self.values = [str(value) for value in formdata.getlist(name)[:1]]

    def __contains__(self, _: str) -> bool:
        return bool(self.values)

    def getlist(self, _: str) -> list[Any]:
        """The three boxes, or the single text."""
        return self.values
