"""Fields of amounts and numbers, written the French way or not."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from workflows.fields.base import Asked, NotAsked, Sentence, clean, thousands

GROUPED = re.compile(r"-?[0-9]{1,3}([.,])[0-9]{3}(?:\1[0-9]{3})*")
PLAIN = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


def read_decimal(text: str) -> Decimal | None:
    """A number typed with French or English signs: `1 234,56`, `1.234,56`, `1,234.56`; None when it is none.

    One separator followed by groups of three digits is taken for thousands, unless it is a single comma.
    """
    number = re.sub(r"[\s\u200c\u200d'’]", "", clean(text)).replace("\u2212", "-").replace("–", "-")
    if "," in number and "." in number:
        decimal_sign = max(",", ".", key=number.rfind)
        number = number.replace("." if decimal_sign == "," else ",", "")
    elif GROUPED.fullmatch(number) and ("." in number or number.count(",") > 1):
        number = number.replace(".", "").replace(",", "")
    number = number.replace(",", ".")
    return Decimal(number) if PLAIN.fullmatch(number) else None


def cents(number: Decimal) -> int:
    """How many digits follow the decimal sign."""
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def in_french(number: Decimal | int) -> str:
    """A number in French: `1 234,50`, without idle zeros."""
    whole, _, rest = f"{abs(number):f}".partition(".")
    rest = rest.rstrip("0")
    sign = "-" if number < 0 else ""
    return sign + thousands(int(whole)) + (f",{rest}" if rest else "")


class _Measured(Asked):
    """A number between two limits, with its unit."""

    longest = 25
    attributes = {"inputmode": "decimal", "autocomplete": "off"}
    nonsense = "Saisissez un nombre, comme 3"

    def __init__(
        self, label: str | None = None, *, least: int | None = 0, most: int | None = None, unit: str = "",
        **options: Any,
    ) -> None:
        super().__init__(label, **options)
        self.least, self.most, self.unit = least, most, unit

    def too_long(self) -> str:
        """No number is that long."""
        return self.nonsense

    def check(self, form: BaseForm) -> None:
        """Within the limits."""
        if (self.least is not None and self.data < self.least) or (self.most is not None and self.data > self.most):
            raise ValidationError(self._limits())

    def _limits(self) -> str:
        unit = f"\u00a0{self.unit}" if self.unit else ""
        if self.least is not None and self.most is not None:
            return Sentence("{named} doit être entre {least} et {most}{unit}", named=self.named,
                            least=in_french(self.least), most=in_french(self.most), unit=unit)
        if self.least is not None:
            return Sentence("{named} doit être de {least}{unit} ou plus", named=self.named,
                            least=in_french(self.least), unit=unit)
        return Sentence("{named} doit être de {most}{unit} ou moins", named=self.named,
                        most=in_french(self.most or 0), unit=unit)

    def shown(self) -> str:
        """The number in French."""
        return "" if self.data is None else in_french(self.data)


class MoneyField(_Measured):
    """An amount in euros, to the cent; `least=None` accepts debts."""

    nonsense = "Saisissez un montant en euros, comme 1 250,50"
    default_missing = "Saisissez un montant"

    def __init__(self, label: str | None = None, *, most: int | None = 999_999_999, **options: Any) -> None:
        super().__init__(label, most=most, unit="€", **options)

    def load(self, value: Any) -> Decimal:
        """From text or a number."""
        return _decimal(value)

    def read(self, text: str) -> Decimal:
        """Euros and cents."""
        found = read_decimal(re.sub(r"(?i)\s*(€|euros?|eur)$", "", text))
        if found is None or cents(found) > 2:
            raise NotAsked(self.nonsense)
        return found


class NumberField(_Measured):
    """A number: whole, and then an int, unless `whole=False` lets halves in, and then a Decimal."""

    default_missing = "Saisissez un nombre"

    def __init__(self, label: str | None = None, *, whole: bool = True, **options: Any) -> None:
        super().__init__(label, **options)
        self.whole = whole

    def load(self, value: Any) -> int | Decimal:
        """From text or a number."""
        return int(value) if self.whole else _decimal(value)

    def read(self, text: str) -> int | Decimal:
        """The number, its unit dropped if it was typed."""
        if self.unit and text.casefold().endswith(self.unit.casefold()):
            text = text[:-len(self.unit)]
        found = read_decimal(text)
        if found is None:
            raise NotAsked(self.nonsense)
        if self.whole and found != found.to_integral_value():
            raise NotAsked("Saisissez un nombre entier, comme 3")
        return int(found) if self.whole else found


def _decimal(value: Any) -> Decimal:
    found = read_decimal(str(value))
    if found is None:
        raise ValueError(f"not a number: {str(value)[:20]!r}")
    return found
