"""Confirming that it is you: a key or telephone (WebAuthn), or an application of codes (TOTP); and when it is asked.

Asked of whoever holds more than the role `person`: always in production; elsewhere once they have a factor, so that
invented people of a demonstration are entered by one button.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pyotp
from flask import current_app, g
from itsdangerous import BadSignature, URLSafeTimedSerializer

from intake import moment
from intake.models import factors
from intake.models.accounts import FactorReset
from intake.models.base import write_transaction
from intake.models.dossiers import Event
from intake.models.factors import APPLICATION, FRESH, KEY, Factor
from intake.models.people import Person
from intake.models.two_people import confirmed
from intake.outbox import link_to, office, owe

ISSUER = "Parcours"
SETTING_UP = 30 * 60
"""Seconds an application's secret waits for its first code."""


class WrongKeyAnswer(Exception):
    """What the key answered does not prove that it is theirs."""


def is_asked(person: Person) -> bool:
    """Whether this person of the team passes a second step."""
    return bool(current_app.config["PRODUCTION"]) or factors.is_protected(person)


def is_passed() -> bool:
    """Whether this session has passed it."""
    return g.session is not None and g.session.second_step_at is not None


def is_fresh() -> bool:
    """Whether it was passed less than five minutes ago."""
    return is_passed() and moment.now() - g.session.second_step_at <= FRESH


def tell(event: Event | None, person: Person) -> None:
    """A letter to the person: nobody's access changes unseen."""
    if event is not None:
        owe("access_changed", person, cause=f"event:{event.uid}", now=event.made_at,
            context={"step": event.step, "link": link_to("/mon-compte"), "to": "team"})


def _add(person: Person, kind: str, label: str, secret: dict[str, str], counter: int) -> list[str]:
    """Keep a factor and tell its person; with the first one, ten recovery codes are made and answered."""
    with write_transaction():
        first = not factors.factors_of(person)
        tell(factors.add(person, kind, label, secret, counter), person)
        return factors.renew_codes(person) if first else []


def remove(factor: Factor) -> None:
    """Take one of one's own factors away, and say so. Raises StepRefused for the last one."""
    with write_transaction():
        tell(factors.remove(factor, factor.person), factor.person)


def confirm_reset(asked: FactorReset, by: Person, as_role: str) -> None:
    """Two people saw them: whoever lost everything begins again, and is told. Raises StepRefused; twice is harmless."""
    with write_transaction():
        if confirmed(asked, by, concerned=asked.person) is not None:
            tell(factors.forget(asked.person, by, as_role), asked.person)


def failed(person: Person) -> None:
    """A wrong answer; at the fifth the person is told."""
    with write_transaction():
        tell(factors.failed(person), person)


# An application of codes ---------------------------------------------------------------------------------------------


def new_secret(person: Person) -> str:
    """A secret for an application, signed for this person: the page carries it until its first code proves it."""
    return _signer().dumps([person.uid, pyotp.random_base32()])


def read_secret(signed: str, person: Person) -> str:
    """The secret of the page; empty when it is another's or too old."""
    try:
        uid, secret = _signer().loads(signed, max_age=SETTING_UP)
    except BadSignature:
        return ""
    return str(secret) if uid == person.uid else ""


def address_of(secret: str, person: Person) -> str:
    """What the application reads in the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=person.email or person.name, issuer_name=ISSUER)


def picture_of(secret: str, person: Person) -> str:
    """The QR code as SVG."""
    import segno

    return str(segno.make(address_of(secret, person), error="m").svg_inline(scale=5, border=3, title="Code à scanner",
                                                                       svgclass="qr", lineclass=None))


def half_minute_of(secret: str, typed: str) -> int:
    """The half-minute whose code was typed, the present one or its neighbours; 0 when none is."""
    totp, now = pyotp.TOTP(secret), int(moment.now().timestamp())
    digits = "".join(sign for sign in typed if sign.isdigit())
    return next((at // totp.interval for at in (now, now - totp.interval, now + totp.interval)
                 if pyotp.utils.strings_equal(totp.at(at), digits)), 0)


def add_application(person: Person, secret: str, typed: str) -> list[str] | None:
    """Keep an application whose first code is right: the recovery codes made with it; None when it is wrong."""
    at = half_minute_of(secret, typed)
    return _add(person, APPLICATION, "Application de codes", {"secret": secret}, at) if at else None


def code_is_right(person: Person, typed: str) -> bool:
    """Whether a six-digit code is that of one of their applications, and was not used before."""
    return any((at := half_minute_of(factors.opened(one)["secret"], typed)) and factors.advance(one, at)
               for one in factors.factors_of(person, APPLICATION))


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="application")


# A key or a telephone ------------------------------------------------------------------------------------------------


def _home() -> tuple[str, str]:
    """(host, origin) of this house, from configuration."""
    parts = urlsplit(office.public_url)
    return parts.hostname or "localhost", f"{parts.scheme}://{parts.netloc}"


def question_to_add(person: Person) -> str:
    """What the browser asks a new key, as JSON."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        UserVerificationRequirement,
    )

    known = [PublicKeyCredentialDescriptor(id=base64url_to_bytes(factors.opened(one)["id"]))
             for one in factors.factors_of(person, KEY)]
    return options_to_json(generate_registration_options(
        rp_id=_home()[0], rp_name=office.coop, user_name=person.email or person.name, user_id=person.uid.encode(),
        user_display_name=person.name, challenge=factors.ask_key(g.session), exclude_credentials=known,
        authenticator_selection=AuthenticatorSelectionCriteria(user_verification=UserVerificationRequirement.REQUIRED)))


def add_key(person: Person, answer: str) -> list[str]:
    """Keep a key that answered: the recovery codes made with it. Raises WrongKeyAnswer."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    host, origin = _home()
    try:
        proved = verify_registration_response(
            credential=_read(answer), expected_challenge=factors.challenge_of(g.session), expected_rp_id=host,
            expected_origin=origin, require_user_verification=True)
    except WebAuthnException as error:
        raise WrongKeyAnswer from error
    return _add(person, KEY, "Clé ou téléphone", {
        "id": bytes_to_base64url(proved.credential_id), "public": proved.credential_public_key.hex()}, proved.sign_count)


def question(person: Person) -> str:
    """What the browser asks their key, as JSON."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

    return options_to_json(generate_authentication_options(
        rp_id=_home()[0], challenge=factors.ask_key(g.session),
        allow_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(factors.opened(one)["id"]))
                           for one in factors.factors_of(person, KEY)],
        user_verification=UserVerificationRequirement.REQUIRED))


def key_is_right(person: Person, answer: str) -> bool:
    """Whether one of their keys signed the question asked last."""
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    host, origin = _home()
    try:
        told = _read(answer)
    except WrongKeyAnswer:
        return False
    challenge = factors.challenge_of(g.session)
    for one in factors.factors_of(person, KEY):
        kept = factors.opened(one)
        if kept["id"] != told.get("id") or not challenge:
            continue
        try:
            proved = verify_authentication_response(
                credential=told, expected_challenge=challenge, expected_rp_id=host, expected_origin=origin,
                credential_public_key=bytes.fromhex(kept["public"]), credential_current_sign_count=one.counter,
                require_user_verification=True)
        except WebAuthnException:
            return False
        return factors.advance(one, proved.new_sign_count)
    return False


def _read(answer: str) -> dict[str, Any]:
    try:
        told = json.loads(answer)
    except ValueError as error:
        raise WrongKeyAnswer from error
    if not isinstance(told, dict):
        raise WrongKeyAnswer
    return told
