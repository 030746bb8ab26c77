"""The personal link of a document to sign: it goes by letter to a verified address, opens for its person alone, serves once."""

from __future__ import annotations

from datetime import datetime, timedelta

from intake.models import signatures
from intake.models.base import new_uid, write_transaction
from intake.models.letters import Letter
from intake.models.signatures import SigningRequest
from intake.outbox import link_to, owe_text
from intake.secrets_kept import signing_token, uid_of_signing

LETTER = "contract_to_sign"
MARK = "⟦lien⟧"
"""Stands for the link in the letter as it is kept; the link itself is written when the letter leaves (TRUST 2.23)."""
AGAIN, HOUR = 3, timedelta(hours=1)


def link(request: SigningRequest) -> str:
    """The address of a request; the same each time a letter repeats it, and kept nowhere."""
    return link_to(path(request))


def path(request: SigningRequest) -> str:
    """The same, without the house."""
    return f"/signer/{signing_token(request.uid)}"


def of_token(token: str) -> SigningRequest | None:
    """The request a link names; None when it was not made here."""
    uid = uid_of_signing(token)
    found: SigningRequest | None = SigningRequest.get_or_none(SigningRequest.uid == uid) if uid else None
    return found


def secrets_for(letter: Letter) -> dict[str, str]:
    """What fills the mark of a letter that asks to sign; nothing for the others."""
    if letter.template != LETTER or letter.event_id is None:
        return {}
    request = signatures.of(letter.event.case)
    return {MARK: link(request) if request is not None else link_to("/mon-parcours")}


def send_again(request: SigningRequest, now: datetime) -> bool:
    """Owe the same letter once more; False when it left three times within the hour."""
    mine = (Letter.event == request.event_id) & (Letter.template == LETTER) & (Letter.recipient == request.person_id)
    first = Letter.select().where(mine).order_by(Letter.id).first()
    lately = Letter.select().where(mine, Letter.written_at > now - HOUR, Letter.occasion != "").count()
    if first is None or lately >= AGAIN:
        return False
    with write_transaction():
        owe_text(LETTER, request.person, first.subject, first.body, language=first.language, cause=first.cause,
                 occasion=f"again {new_uid()}", now=now, event=request.event, case=request.case)
    return True
