"""Fields of choices: one, several, yes or no, a month, a near date, a person. Nothing is preselected (F7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from wtforms.fields.choices import Choice, SelectFieldBase  # type: ignore[attr-defined]
from wtforms.form import BaseForm
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, RadioInput, Select

from workflows.calendar import Month, day_in_words, in_paris, time_in_words
from workflows.fields.base import Asked, NotAsked
from workflows.lists import HouseList
from workflows.sentences import DayInWords

Pair = tuple[str, str]
"""A value and its label."""


class ChoiceField(Asked, SelectFieldBase):
    """One of (value, label) pairs, as radios; `listed=True` draws a list, for 6 to 15 options."""

    widget: Any = ListWidget(prefix_label=False)
    option_widget: Any = RadioInput()
    default_missing = "Choisissez une réponse"

    def __init__(
        self, label: str | None = None, *, choices: Iterable[Any] | None = None, listed: bool = False, **options: Any,
    ) -> None:
        if listed:
            options = {"widget": Select(), **options}
        super().__init__(label, **options)
        self.listed = listed
        self.house_list = choices if isinstance(choices, HouseList) else None
        self.choices: Sequence[Any] | None = None if choices is None else list(choices)

    @property
    def control(self) -> str:  # type: ignore[override]
        """Radios or a list."""
        return "select" if self.listed else "radios"

    @property
    def pairs(self) -> list[Pair]:
        """The choices as (value, label)."""
        return [self.pair(one) for one in self.choices or ()]

    def pair(self, choice: Any) -> Pair:
        """One choice as (value, label)."""
        return (str(choice[0]), choice[1]) if isinstance(choice, tuple) else (str(choice), str(choice))

    def iter_choices(self) -> Iterator[Choice]:
        """The options as widgets draw them."""
        chosen = self.shown()
        for value, label in self.pairs:
            yield Choice(value, label, value == chosen, {})

    @property
    def focus_id(self) -> str:
        """The first radio of the group."""
        return str(self.id) if self.control == "select" else f"{self.id}-0"

    @property
    def chosen_label(self) -> str:
        """The label of the answer, for a page of answers; empty without one."""
        return dict(self.pairs).get(self.shown(), self.shown())

    def too_long(self) -> str:
        """No choice is that long."""
        return self.missing

    def check(self, form: BaseForm) -> None:
        """Only a choice that was offered."""
        if self.shown() not in dict(self.pairs):
            raise ValidationError(self.missing)


class ChoicesField(ChoiceField):
    """Several of (value, label) pairs, as checkboxes; answers in the order of the choices."""

    option_widget = CheckboxInput()
    default_missing = "Choisissez au moins une réponse"

    def __init__(self, label: str | None = None, **options: Any) -> None:
        super().__init__(label, **options)
        self.flags.required = False  # browsers would ask for every box

    @property
    def control(self) -> str:  # type: ignore[override]
        """Checkboxes."""
        return "checkboxes"

    def load(self, value: Any) -> list[str]:
        """From a list."""
        return [str(one) for one in value]

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Every box ticked, once."""
        self.data = list(dict.fromkeys(str(value) for value in valuelist if value != ""))

    def iter_choices(self) -> Iterator[Choice]:
        """The options as widgets draw them."""
        chosen = set(self.data or ())
        for value, label in self.pairs:
            yield Choice(value, label, value in chosen, {})

    @property
    def chosen_label(self) -> str:
        """The labels of the answers, for a page of answers."""
        labels = dict(self.pairs)
        return ", ".join(labels.get(value, value) for value in self.data or ())

    def check(self, form: BaseForm) -> None:
        """Only choices that were offered."""
        offered = [value for value, _ in self.pairs]
        if not set(self.data) <= set(offered):
            raise ValidationError(self.missing)
        self.data = [value for value in offered if value in self.data]


class PersonField(ChoiceField):
    """One person among those `fill` gives, by uid."""

    default_missing = "Choisissez une personne"


class PeopleField(ChoicesField):
    """Several people among those `fill` gives, by uid."""

    default_missing = "Choisissez au moins une personne"


class YesNoField(ChoiceField):
    """Yes or no, nothing preselected; the answer is a bool."""

    default_missing = "Choisissez oui ou non"

    def __init__(self, label: str | None = None, **options: Any) -> None:
        super().__init__(label, **{"choices": [("oui", "Oui"), ("non", "Non")], **options})

    def load(self, value: Any) -> bool:
        """From a bool, or from what was typed."""
        return value if isinstance(value, bool) else self.read(str(value))

    def read(self, text: str) -> bool:
        """Oui or non, in any case."""
        if text.casefold() not in ("oui", "non", "true", "false"):
            raise NotAsked(self.missing)
        return text.casefold() in ("oui", "true")

    def shown(self) -> str:
        """The value of the radio."""
        return "" if self.data is None else "oui" if self.data else "non"


class MonthField(ChoiceField):
    """One of the months `fill` gives; posted and kept as `2027-01`."""

    default_missing = "Choisissez un mois"
    most_radios: ClassVar[int] = 5

    @property
    def control(self) -> str:  # type: ignore[override]
        """A few months are radios, a year of them a list."""
        return "select" if self.listed or len(self.pairs) > self.most_radios else "radios"

    def pair(self, choice: Any) -> Pair:
        """A month, or a (month, label) pair."""
        if isinstance(choice, Month):
            return str(choice), choice.label
        return super().pair(choice)

    def load(self, value: Any) -> Month:
        """From a month or its text."""
        return value if isinstance(value, Month) else Month.parse(str(value))

    def read(self, text: str) -> Month:
        """A month."""
        try:
            return Month.parse(text)
        except ValueError as error:
            raise NotAsked(self.missing) from error


class DateChoiceField(ChoiceField):
    """One of the real dates `fill` gives, days or instants: « Jeudi 17 décembre 2026, 9 h 30 ». No date picker."""

    default_missing = "Choisissez une date"

    def pair(self, choice: Any) -> Pair:
        """A day, an instant, or a (date, label) pair."""
        if isinstance(choice, tuple):
            return self.pair(choice[0])[0], choice[1]
        if isinstance(choice, datetime):
            local = in_paris(choice)
            words = f"{day_in_words(local.date())}, {time_in_words(local.time())}"
            return choice.isoformat(), DayInWords(words[0].upper() + words[1:], choice, weekday=True)
        if isinstance(choice, date):
            return choice.isoformat(), DayInWords(day_in_words(choice).capitalize(), choice, weekday=True)
        return str(choice), str(choice)

    def load(self, value: Any) -> date:
        """From a date or its ISO text."""
        return value if isinstance(value, date) else _iso(str(value))

    def read(self, text: str) -> date:
        """A day or an instant in ISO."""
        try:
            return _iso(text)
        except ValueError as error:
            raise NotAsked(self.missing) from error

    def shown(self) -> str:
        """The value of the radio."""
        return "" if self.data is None else str(self.data.isoformat())


def _iso(text: str) -> date:
    """A day, or an instant that names its time zone."""
    if len(text) == 10:
        return date.fromisoformat(text)
    instant = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign of an address, read as a blank
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant


class TickField(Asked):
    """A box that must be ticked; with `optional=True`, one that may be."""

    widget: Any = CheckboxInput()
    control: ClassVar[str] = "tick"
    default_missing = "Cochez cette case pour continuer"

    @property
    def empty(self) -> bool:
        """An unticked box is an answer only when it is optional."""
        return not self.data and not self.optional

    def load(self, value: Any) -> bool:
        """From a bool."""
        return value is True or str(value).casefold() in ("oui", "true", "on", "1")

    def process_data(self, value: Any) -> None:
        """Unticked unless told."""
        self.data = self.load(value)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Ticked when the browser sends it."""
        self.data = bool(valuelist) and str(valuelist[0]).casefold() not in ("", "non", "false", "0")

    def shown(self) -> str:
        """What a ticked box sends."""
        return "oui"

    def _value(self) -> str:
        return "oui"
