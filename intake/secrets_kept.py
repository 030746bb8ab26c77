"""The application's secret, and what is signed or digested with it."""

from __future__ import annotations

import hashlib
import hmac

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from intake.models.people import Person

ADDRESS_LASTS = 7 * 24 * 3600
"""Seconds in which a new address must prove itself."""

FORM_LASTS = 7 * 24 * 3600
"""Seconds in which a form posted after its sign-in ended is still kept (TRUST 3.16)."""

_secret = ""


def set_secret(secret: str) -> None:
    """The key of every digest and signature; set once by `create_app` and the `intake` command."""
    global _secret
    _secret = secret


def digest(*parts: str) -> str:
    """What is kept of a secret or of a network."""
    return hmac.new(_secret.encode(), "|".join(parts).encode(), hashlib.sha256).hexdigest()


def address_token(person: Person, address: str) -> str:
    """What the letter to a new address carries: it says whose address it becomes, and signs it."""
    return _addresses().dumps([person.uid, person.email, address])


def address_of(token: str) -> tuple[str, str | None, str] | None:
    """(uid, the address it replaces, the new one) of a token; None when it is forged or too old."""
    try:
        uid, before, address = _addresses().loads(token, max_age=ADDRESS_LASTS)
    except (BadSignature, ValueError):
        return None
    return uid, before, address


def form_token(person: str, case: str, path: str, sent: str) -> str:
    """What a form carries: whose it is, of which case, where it is posted, when its questionnaire was last sent."""
    return _forms().dumps([person, case, path, sent])


def form_of(token: str) -> tuple[str, str, str, str] | None:
    """(person, case, path, last sending) of a form's token; None when it is forged or too old."""
    try:
        person, case, path, sent = _forms().loads(token, max_age=FORM_LASTS)
    except (BadSignature, ValueError, TypeError):
        return None
    return person, case, path, sent


def _forms() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_secret, salt="form")


def _addresses() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_secret, salt="address")


def signing_token(uid: str) -> str:
    """What the letter of a document to sign carries: which request, signed."""
    return str(_signings().dumps(uid))


def uid_of_signing(token: str) -> str:
    """The request of a token; empty when it is forged."""
    try:
        return str(_signings().loads(token))
    except BadSignature:
        return ""


def _signings() -> URLSafeSerializer:
    return URLSafeSerializer(_secret, salt="signing")
