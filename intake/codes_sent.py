"""A code to sign sent by message, at the person's request; `intake.gateway` carries it."""

from __future__ import annotations

from datetime import datetime, timedelta

from intake import gateway, outbox
from intake.models import signatures
from intake.models.base import write_transaction
from intake.models.dossiers import Dossier, Event
from intake.models.signatures import CODE_AGAIN, SigningRequest

SETTLED = timedelta(days=30)
"""A number that its owner changed since is not yet another way than the mailbox that changed it."""

SENT = "Votre code est parti par SMS au numéro qui finit par {digits}. Il vaut une heure."
NOT_SENT = "Le SMS n’est pas parti. Réessayez dans une minute, ou appelez-nous : {contact}."
NOT_HERE = "Nous ne pouvons pas envoyer de SMS à ce numéro. Appelez-nous : {contact}."
TOO_MANY = "Trop de codes ont été donnés pour ce document. Appelez-nous : {contact}."


def number_of(dossier: Dossier, now: datetime) -> str:
    """The mobile number a code may be sent to; empty when there is none, or when it is too fresh."""
    number = dossier.person.phone
    if not gateway.reaches(number):
        return ""
    changed = Event.select(Event.id).where(
        Event.dossier == dossier, Event.step == "change_address", Event.actor == dossier.person_id, Event.made_at > now - SETTLED)
    return "" if changed.exists() else number


def send(request: SigningRequest, dossier: Dossier, now: datetime) -> str:
    """Send a fresh code, the former one dies; what to tell the person. A second press within a minute sends nothing more."""
    number = number_of(dossier, now)
    told = {"contact": outbox.office.contact, "digits": gateway.ends_with(number)}
    if not number:
        return NOT_HERE.format(**told)
    code = signatures.new_code()
    with write_transaction():
        fresh = SigningRequest.get_by_id(request.id)
        if signatures.code_alive(fresh, now) and fresh.code_at > now - CODE_AGAIN:
            return SENT.format(**told)
        if not signatures.give_code(fresh, code, now, None, f"SMS au numéro qui finit par {told['digits']}"):
            return TOO_MANY.format(**told)
    try:
        gateway.send_code(number, code, outbox.office.coop, dossier.person.language)
    except gateway.NotSent:
        signatures.take_code_back(fresh)
        return NOT_SENT.format(**told)
    return SENT.format(**told)
