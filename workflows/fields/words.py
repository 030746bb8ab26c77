"""Fields of words: names, texts, addresses, telephone numbers, postcodes."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any, ClassVar

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from wtforms.form import BaseForm
from wtforms.validators import ValidationError
from wtforms.widgets import EmailInput, TelInput, TextArea

from workflows.fields.base import BLANKS, Asked, NotAsked, Sentence, clean, squeezed, thousands

USUAL_DOMAINS = (
    "gmail.com", "orange.fr", "wanadoo.fr", "free.fr", "hotmail.fr", "hotmail.com", "outlook.fr", "outlook.com",
    "yahoo.fr", "yahoo.com", "laposte.net", "sfr.fr", "icloud.com", "protonmail.com", "proton.me", "live.fr",
)


class TextField(Asked):
    """A line of text, 200 characters unless told."""

    default_missing = "Saisissez une réponse"

    def __init__(self, label: str | None = None, *, longest: int = 200, **options: Any) -> None:
        super().__init__(label, **options)
        self.longest = longest

    def read(self, text: str) -> str:
        """One line, single spaces."""
        return " ".join(text.split())


class NameField(TextField):
    """A name: any script, case kept."""

    attributes = {"spellcheck": "false", "autocapitalize": "words"}
    default_missing = "Saisissez votre nom de famille"


class LinesField(Asked):
    """A long text, counted in code points."""

    widget: Any = TextArea()
    control: ClassVar[str] = "lines"
    attributes = {"rows": 8}
    default_missing = "Saisissez une réponse"

    def __init__(self, label: str | None = None, *, limit: int = 1500, **options: Any) -> None:
        super().__init__(label, **options)
        self.longest = self.limit = limit

    @property
    def limit_words(self) -> str:
        """The limit in words, said without script: `1 500 caractères au maximum`."""
        return Sentence("{n} caractères au maximum", n=thousands(self.limit))

    def read(self, text: str) -> str:
        """Lines and blank lines kept."""
        return "\n".join(BLANKS.sub(" ", line).strip() for line in text.split("\n"))


class EmailField(Asked):
    """An e-mail address, its domain in lower case."""

    widget: Any = EmailInput()
    longest = 254
    attributes = {"inputmode": "email", "autocomplete": "email", "spellcheck": "false", "autocapitalize": "off"}
    default_missing = "Saisissez votre adresse électronique"
    incomplete = "Saisissez une adresse électronique complète, comme prenom.nom@exemple.fr"

    def read(self, text: str) -> str:
        """The address as mail servers know it."""
        try:
            found = validate_email("".join(text.split()), check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError as error:
            raise NotAsked(self.incomplete) from error
        return found.normalized

    def too_long(self) -> str:
        """An address has at most 254 characters."""
        return self.incomplete

    @property
    def suggestion(self) -> str:
        """The address probably meant, when the domain looks mistyped (« gmial.com »); else empty. It blocks nothing."""
        local, at, domain = (self.data or "").rpartition("@")
        if not at or domain in USUAL_DOMAINS:
            return ""
        close = get_close_matches(domain, USUAL_DOMAINS, n=1, cutoff=0.85)
        return f"{local}@{close[0]}" if close else ""


class PhoneField(Asked):
    """A telephone number, kept as E.164."""

    widget: Any = TelInput()
    longest = 60
    attributes = {"autocomplete": "tel"}
    default_missing = "Saisissez votre numéro de téléphone"
    incomplete = "Saisissez un numéro de téléphone à 10 chiffres, ou avec l’indicatif du pays"

    def read(self, text: str) -> str:
        """French unless it begins with + or 00."""
        digits = squeezed(text.replace("(0)", "") if text.startswith(("+", "00")) else text)
        if not re.fullmatch(r"\+?[0-9]{6,15}", digits):
            raise NotAsked(self.incomplete)
        try:
            number = phonenumbers.parse(digits, "FR")
        except phonenumbers.NumberParseException as error:
            raise NotAsked(self.incomplete) from error
        if not phonenumbers.is_possible_number(number):
            raise NotAsked(self.incomplete)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def too_long(self) -> str:
        """No number is that long."""
        return self.incomplete

    def shown(self) -> str:
        """As people write it."""
        return said_phone(self.data or "")


def said_phone(kept: str) -> str:
    """A French number as people write it, another with its country's code."""
    try:
        number = phonenumbers.parse(kept, "FR")
    except phonenumbers.NumberParseException:
        return str(kept)
    style = phonenumbers.PhoneNumberFormat
    home = number.country_code == 33
    return phonenumbers.format_number(number, style.NATIONAL if home else style.INTERNATIONAL)


class PostcodeField(Asked):
    """A postcode: five digits in France; as written elsewhere, when the form's `country` says so."""

    longest = 20
    attributes = {"inputmode": "numeric", "autocomplete": "postal-code"}
    default_missing = "Saisissez le code postal"

    def __init__(self, label: str | None = None, *, country: str = "country", **options: Any) -> None:
        super().__init__(label, **options)
        self.country = country

    def read(self, text: str) -> str:
        """Upper case, single spaces."""
        return " ".join(text.split()).upper()

    def check(self, form: BaseForm) -> None:
        """Ask for five digits when the address is in France."""
        country = clean(str(form[self.country].data or "")) if self.country in form else ""
        if country.casefold() not in ("", "fr", "france"):
            return
        self.data = squeezed(self.data)
        if not re.fullmatch(r"[0-9]{5}", self.data):
            raise ValidationError("Le code postal français comporte 5 chiffres")
