"""How values read in sentences, in the reader’s language: days, months, instants, counts; and how a refusal is said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal

from intake.language import ENGLISH, FRENCH, Said, current, speaking, translated
from workflows.calendar import Month
from workflows.engine import Refusal
from workflows.fields import said_phone
from workflows.months import MONTHS, WEEKDAYS
from workflows.sentences import DayInWords, Sentence

BRITISH = "en_GB"

PARIS = ZoneInfo("Europe/Paris")
NBSP = "\u00a0"
_ELIDED = re.compile(r"[aeiou]|h[^a]|y[^aeiou]")
_BEFORE_A_VALUE = re.compile(r"\b([dD]|[qQ]u)e (?=\{(\w+)\})")
DEROGATION = "La cogérance peut déroger par écrit."


class Count(int):
    """A number that agrees: `{n:personne est|personnes sont}` prints « 3 personnes sont »."""

    def __format__(self, spec: str) -> str:
        if "|" not in spec:
            return super().__format__(spec)
        one, many = spec.split("|", 1)
        alone = abs(self) < 2 if current() == FRENCH else abs(self) == 1
        return f"{int(self)}{NBSP}{one if alone else many}"


def as_day(value: Any) -> date:
    """The Paris day of a date, an instant, or their ISO text."""
    if isinstance(value, datetime):
        return value.astimezone(PARIS).date()
    if isinstance(value, date):
        return value
    text = str(value)
    return as_day(datetime.fromisoformat(text)) if len(text) > 10 else date.fromisoformat(text)


def _number(value: date) -> str:
    return "1er" if value.day == 1 else str(value.day)


def _in_english(value: date, pattern: str) -> Said:
    return Said(format_date(value, pattern, locale=BRITISH))


def short_day(value: Any) -> str:
    """« 17 décembre »."""
    found = as_day(value)
    if current() != FRENCH:
        return _in_english(found, f"d'{NBSP}'MMMM")
    return f"{_number(found)}{NBSP}{MONTHS[found.month - 1]}"


def long_day(value: Any) -> str:
    """« 17 décembre 2026 »."""
    if current() != FRENCH:
        return _in_english(as_day(value), f"d'{NBSP}'MMMM y")
    return f"{short_day(value)} {as_day(value).year}"


def near_day(value: Any, today: date) -> str:
    """« 17 décembre », with the year when it is not this one."""
    return short_day(value) if as_day(value).year == today.year else long_day(value)


def full_day(value: Any) -> str:
    """« jeudi 17 décembre 2026 »."""
    if current() != FRENCH:
        return _in_english(as_day(value), f"EEEE d'{NBSP}'MMMM y")
    return f"{WEEKDAYS[as_day(value).weekday()]} {long_day(value)}"


def upto(value: Any) -> str:
    """« jusqu’au 11 décembre 2026 inclus »."""
    if current() != FRENCH:
        return Said(f"by the end of {long_day(value)}")
    return f"jusqu’au {long_day(value)} inclus"


def hour(value: Any) -> str:
    """« 9 h 30 » in Paris."""
    instant = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    local = instant.astimezone(PARIS)
    if current() != FRENCH:
        return Said(format_time(local.time(), "h:mma" if local.minute else "ha", locale=BRITISH).lower())
    return f"{local.hour}{NBSP}h{NBSP}{local.minute:02d}" if local.minute else f"{local.hour}{NBSP}h"


def night(value: datetime) -> str:
    """« Nuit du 3 au 4 mars 2027 », of an instant before six; later, the day and the hour: the clock had stopped."""
    instant = value.astimezone(PARIS)
    if instant.hour >= 6:
        return at(instant)
    before = instant.date() - timedelta(days=1)
    first = _number(before) if before.month == instant.month else short_day(before)
    return f"Nuit du {first} au {long_day(instant)}"


def noon(day: date) -> datetime:
    """The middle of a day in Paris, as an instant."""
    return datetime.combine(day, time(12), PARIS)


def at(value: Any) -> str:
    """« 17 décembre 2026 à 9 h 30 »."""
    if current() != FRENCH:
        return Said(f"{long_day(value)} at {hour(value)}")
    return f"{long_day(value)} à {hour(value)}"


def month(value: Any) -> str:
    """« janvier 2027 », from a Month or "2027-01"."""
    found = value if isinstance(value, Month) else Month.parse(str(value))
    if current() != FRENCH:
        return _in_english(found.first_day, f"MMMM'{NBSP}'y")
    return f"{MONTHS[found.month - 1]}{NBSP}{found.year}"


def de_month(value: Any) -> str:
    """« de janvier 2027 », « d’avril 2027 »."""
    name = month(value)
    return Said(f"of {name}") if current() != FRENCH else de_name(name)


def de_name(name: str) -> str:
    """« de Noé », « d’Ana », « d’Optéos »."""
    return f"d’{name}" if is_elided(name) else f"de {name}"


def is_elided(word: Any) -> bool:
    """Whether French drops an e before this word: « d’Ana », « qu’Élise », « d’Hélène », « d’Yves », not « de Yann »."""
    return bool(_ELIDED.match(sorted_as(str(word))))


def capital(text: Any) -> str:
    """The same words with a capital first letter; the others keep theirs (« Thursday 17 December »)."""
    said = str(text)[:1].upper() + str(text)[1:]
    return Said(said) if isinstance(text, Said) else said


def sorted_as(name: str) -> str:
    """How a name is put in order: neither case nor accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(sign))


def money(value: Any) -> str:
    """« 1 500,50 € »."""
    amount = Decimal(str(value))
    if current() != FRENCH:
        return Said(format_currency(amount, "EUR", locale=BRITISH).removesuffix(".00"))
    text = f"{amount:,.2f}".replace(",", NBSP).replace(".", ",")
    return f"{text.removesuffix(',00')}{NBSP}€"


def rank(value: int, feminine: bool = False) -> str:
    """« 4e », in plain text; « 1er », or « 1re » place."""
    if current() != FRENCH:
        teen = value % 100 in (11, 12, 13)
        return Said(f"{value}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(value % 10, 'th')}")
    return ("1re" if feminine else "1er") if value == 1 else f"{value}e"


def weight(size: int) -> str:
    """« 1,2 Mo », « 35 ko »."""
    large, unit = size >= 1024 * 1024, ("MB", "kB") if current() != FRENCH else ("Mo", "ko")
    if large and current() != FRENCH:
        return Said(f"{format_decimal(round(size / 1024 / 1024, 1), locale=BRITISH)}{NBSP}{unit[0]}")
    if large:
        return f"{size / 1024 / 1024:.1f}".replace(".", ",").removesuffix(",0") + f"{NBSP}{unit[0]}"
    return Said(f"{max(1, round(size / 1024))}{NBSP}{unit[1]}")


def phone(number: str) -> str:
    """« 06 12 34 56 78 », on one line."""
    return said_phone(number).replace(" ", NBSP)


def in_words(value: Any) -> Any:
    """A value as a sentence prints it."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return told(value)
    if isinstance(value, int):
        return Count(value)
    if isinstance(value, datetime):
        return at(value)
    if isinstance(value, date):
        return long_day(value)
    if isinstance(value, Month):
        return month(value)
    if isinstance(value, Decimal):
        return str(value).replace(".", "," if current() == FRENCH else ".")
    if isinstance(value, (list, tuple)):
        return ", ".join(str(in_words(one)) for one in value)
    return value


def told(text: str) -> str:
    """Our words as whoever is here reads them: in English, looked up, with their values said in English too."""
    if current() == FRENCH:
        return text
    if isinstance(text, Sentence):
        return fill(text.source, text.values)
    if isinstance(text, DayInWords):
        return _day_told(text)
    return translated(text)


def _day_told(text: DayInWords) -> str:
    if isinstance(text.value, time):
        return hour(datetime.combine(date.min.replace(year=2000), text.value, PARIS))
    if isinstance(text.value, datetime):
        return Said(f"{full_day(text.value)}, {hour(text.value)}")
    if isinstance(text.value, Month):
        return month(text.value)
    return full_day(text.value) if text.weekday else long_day(text.value)


def in_english(saying: Callable[[Any], str], value: Any) -> str:
    """The same value said in English, beside the French: the tablet keeps both."""
    with speaking(ENGLISH):
        return str(saying(value))


def say(refusal: Refusal) -> str:
    """A refusal as a sentence for people; a house rule that may be lifted says so."""
    sentence = fill(refusal.sentence, refusal.values)
    if refusal.kind == "house" and refusal.lifted_by:
        return Said(f"{sentence} {translated(DEROGATION)}")
    return sentence


def fill(sentence: str, values: Mapping[str, Any]) -> str:
    """A bare sentence with its values; a placeholder that begins with a capital gets a capital; « de {prénom} » is « d’Ana »."""
    said = {name: in_words(value) for name, value in values.items()}
    said |= {name[:1].upper() + name[1:]: _capital(value) for name, value in said.items()}
    text = translated(sentence)
    if "e {" in text and current() == FRENCH:
        text = _BEFORE_A_VALUE.sub(lambda found: f"{found[1]}’" if is_elided(said.get(found[2], "")) else found[0], text)
    return Said(text.format_map(_Kept(said)))


def sentence(source: str, **values: Any) -> str:
    """A sentence said now, to whoever is here: `_` in templates and screens."""
    return fill(source, values)


def together(*said: str, ending: str = ".") -> str:
    """Sentences already said, one after the other, without their last full stop when they end nothing."""
    text = " ".join(one for one in said if one)
    return Said(text if ending else text.rstrip("."))


def _capital(value: Any) -> Any:
    return value[:1].upper() + value[1:] if isinstance(value, str) else value


class _Kept(dict[str, Any]):
    """Leaves an unknown placeholder as a dash rather than failing before someone."""

    def __missing__(self, name: str) -> str:
        return "…"


FILTERS = {
    "day": full_day, "short_day": short_day, "long_day": long_day, "upto": upto, "hour": hour, "at": at,
    "month": month, "de_month": de_month, "de_name": de_name, "money": money, "rank": rank, "weight": weight, "phone": phone,
    "capitalize": capital, "told": told,
}
