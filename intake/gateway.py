"""How a code to sign reaches a person by another way than the letter: support reads it out, or a message gateway carries it.

A gateway is anything with the two methods of `Gateway`. `OverHttp` speaks to a provider, or to a few lines of glue in front of
one: a POST of `{"to": "+33612345678", "text": "…"}`, a bearer token, and any 2xx says that the message is taken.
"""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import Any, Final, Protocol
from urllib import request

import phonenumbers

PATIENCE: Final = 8
"""Seconds a gateway has to answer: somebody waits for the page."""
MOBILE: Final = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
SAYS: Final = {
    "fr": "{coop} : {code} est votre code pour signer. Il vaut une heure. Ne le donnez à personne, même à nous.",
    "en": "{coop}: {code} is your code to sign. It lasts one hour. Give it to nobody, not even to us.",
}


class NotSent(Exception):
    """The gateway did not take the message."""


class Gateway(Protocol):
    """Carries a short message to a telephone."""

    def reaches(self, number: str) -> bool:
        """Whether this number (E.164, or empty) can get a message."""

    def send(self, number: str, text: str) -> None:
        """Hand a message over. Raises NotSent."""


class ReadOut:
    """No gateway: support reads the code out, after checking whom they speak to. What a house begins with."""

    def reaches(self, number: str) -> bool:
        """No number gets a message."""
        return False

    def send(self, number: str, text: str) -> None:
        """Nothing carries it."""
        raise NotSent


class _StaysThere(request.HTTPRedirectHandler):
    """The token and the code go where the settings say, nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """None is followed."""


class OverHttp:
    """A provider reached at one address, with a token."""

    def __init__(self, url: str, token: str = "") -> None:
        self._url, self._token = url, token
        self._road = request.build_opener(_StaysThere)

    def reaches(self, number: str) -> bool:
        """A mobile number, of any country."""
        try:
            return phonenumbers.number_type(phonenumbers.parse(number)) in MOBILE
        except phonenumbers.NumberParseException:
            return False

    def send(self, number: str, text: str) -> None:
        """One POST; whatever is not a 2xx in time was not sent. Neither number nor code is written in a log."""
        asked = request.Request(self._url, method="POST", data=json.dumps({"to": number, "text": text}).encode(), headers={  # noqa: S310
            "Content-Type": "application/json", **({"Authorization": f"Bearer {self._token}"} if self._token else {})})
        try:
            with self._road.open(asked, timeout=PATIENCE):
                return
        except (OSError, HTTPException) as why:
            raise NotSent from why


_in_use: Gateway = ReadOut()


def use(url: str, token: str = "") -> None:
    """Send codes through this address; an empty one gives them back to support."""
    global _in_use
    _in_use = OverHttp(url, token) if url else ReadOut()


def reaches(number: str) -> bool:
    """Whether a code can be sent to this number."""
    return bool(number) and _in_use.reaches(number)


def send_code(number: str, code: str, coop: str, language: str) -> None:
    """Send a code to sign. Raises NotSent."""
    _in_use.send(number, SAYS.get(language, SAYS["fr"]).format(coop=coop, code=f"{code[:3]} {code[3:]}"))


def ends_with(number: str) -> str:
    """The last two digits: enough to know one's own number, too little to learn it."""
    return number[-2:]
