"""Fields of French identifiers: SIRET, IBAN, social security number. Spaces and case are free; keys are checked."""

from __future__ import annotations

from stdnum import iban
from stdnum.exceptions import InvalidLength, ValidationError
from stdnum.fr import nir, siret

from workflows.fields.base import Asked, NotAsked, Sentence, squeezed

FRENCH_IBAN = 27


class SiretField(Asked):
    """A SIRET, 14 digits."""

    attributes = {"inputmode": "numeric", "autocomplete": "off"}
    default_missing = "Saisissez votre numéro SIRET"

    def read(self, text: str) -> str:
        """Fourteen digits with their key."""
        number = squeezed(text)
        if not (len(number) == 14 and number.isascii() and number.isdigit()):
            raise NotAsked("Le SIRET compte 14 chiffres")
        if not siret.is_valid(number):
            raise NotAsked("Ce SIRET contient une faute de frappe. Comparez-le à votre avis de situation")
        return number

    def too_long(self) -> str:
        """Fourteen digits, no more."""
        return "Le SIRET compte 14 chiffres"


class IbanField(Asked):
    """An IBAN, of France or elsewhere."""

    attributes = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
    default_missing = "Saisissez votre IBAN"
    typo = "Cet IBAN contient une faute de frappe. Comparez-le à votre RIB"

    def read(self, text: str) -> str:
        """Capitals without spaces, of the right length for a French one, with the right key."""
        number = squeezed(text).upper()
        if number.startswith("FR") and len(number) != FRENCH_IBAN:
            raise NotAsked(self._wrong_length(len(number)))
        try:
            found: str = iban.validate(number)
        except ValidationError as error:
            raise NotAsked(self.typo) from error
        return found

    @staticmethod
    def _wrong_length(length: int) -> str:
        if length < FRENCH_IBAN:
            return Sentence("L’IBAN français compte 27 caractères : il en manque {n}", n=FRENCH_IBAN - length)
        return Sentence("L’IBAN français compte 27 caractères : il y en a {n} de trop", n=length - FRENCH_IBAN)

    def too_long(self) -> str:
        """No IBAN is that long."""
        return self.typo


class NirField(Asked):
    """A French social security number with its key, 15 characters."""

    attributes = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
    default_missing = "Saisissez votre numéro de sécurité sociale"
    fifteen = "Le numéro de sécurité sociale compte 15 caractères"

    def read(self, text: str) -> str:
        """Fifteen characters with their key; 2A and 2B are Corsica."""
        number = squeezed(text).upper()
        try:
            found: str = nir.validate(number)
        except InvalidLength as error:
            raise NotAsked(self.fifteen) from error
        except ValidationError as error:
            raise NotAsked(
                "Ce numéro de sécurité sociale contient une faute de frappe. Comparez-le à votre carte Vitale"
            ) from error
        return found

    def too_long(self) -> str:
        """Fifteen characters, no more."""
        return self.fifteen


def masked_iban(number: str) -> str:
    """An IBAN as it is shown once kept: `FR76 •••• •••• 0189`."""
    return f"{number[:4]} •••• •••• {number[-4:]}" if len(number) >= 12 else "••••"
