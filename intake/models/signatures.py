"""Signing: what is asked of a person (link, reading, code), and the sealed copies of what was signed."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from peewee import Check, ForeignKeyField, IntegerField, TextField

from intake.models.base import InstantField, JSONField, Model, SealedField, UidField, new_uid, write_transaction
from intake.models.dossiers import Case, Event
from intake.models.people import Person
from intake.models.pieces import Paper
from intake.models.sealed import seal, unseal
from intake.secrets_kept import digest

CODE_LASTS = timedelta(hours=1)
CODE_AGAIN = timedelta(minutes=1)
"""The least between two codes sent by message: a double press sends one."""
TRIES, CODES = 5, 10
"""Wrong codes before one dies; codes given for one document."""


class SigningRequest(Model):
    """A document to sign, asked of one person: a personal link used once, each part read, a code by another way."""

    uid = UidField()
    case = ForeignKeyField(Case, backref="+")
    event = ForeignKeyField(Event, unique=True, backref="+")
    """The sending: another one asks again."""
    person = ForeignKeyField(Person, backref="+")
    document = TextField()
    """SHA-256 of the document."""
    opened_at = InstantField(null=True)
    opened_from = TextField(default="")
    opened_with = TextField(default="")
    read = JSONField(default=dict)
    """Number of the part → instant at which the person said to have read it."""
    code = TextField(default="")
    """Keyed digest of the present code."""
    code_at = InstantField(null=True)
    code_by = ForeignKeyField(Person, null=True, backref="+")
    """Who read it out; empty when a message carried it."""
    told_how = TextField(default="")
    codes = IntegerField(default=0, constraints=[Check("codes <= 10")])
    tries = IntegerField(default=0, constraints=[Check("tries <= 6")])
    signed_at = InstantField(null=True)


class SealedPaper(Model):
    """A document signed by all, with its evidence, sealed by the cooperative; encrypted in the database."""

    uid = UidField()
    paper = ForeignKeyField(Paper, unique=True, backref="sealed")
    event = ForeignKeyField(Event, backref="+")
    """The last signature."""
    sha256 = TextField()
    certificate = TextField()
    """SHA-256 of the certificate that sealed it."""
    content = SealedField()
    made_at = InstantField()


# What is asked -------------------------------------------------------------------------------------------------------


def ask(case: Case, event: Event, document: str) -> None:
    """Ask the person of a dossier to sign a document just sent."""
    SigningRequest.insert(uid=new_uid(), case=case, event=event, person=case.dossier.person_id, document=document).execute()


def standing(case: Case) -> str:
    """SHA-256 of what stands to be signed: the amendment under way, else the contract; empty before it is sent."""
    return str((case.memory.get("amendment") or case.memory).get("document") or "")


def of(case: Case) -> SigningRequest | None:
    """What is asked of the person for the document that stands now; None once it was taken back."""
    sent = standing(case)
    found: SigningRequest | None = SigningRequest.select().where(
        SigningRequest.case == case, SigningRequest.document == sent).order_by(SigningRequest.id.desc()).first() if sent else None
    return found


def open_link(request: SigningRequest, now: datetime, network: str, browser: str) -> None:
    """The personal link was opened, the first time counts."""
    with write_transaction():
        SigningRequest.update(opened_at=now, opened_from=network, opened_with=browser[:300]).where(
            SigningRequest.id == request.id, SigningRequest.opened_at.is_null()).execute()


def note_read(request: SigningRequest, part: int, now: datetime) -> None:
    """The person says to have read a part."""
    with write_transaction():
        fresh = SigningRequest.get_by_id(request.id)
        if fresh.signed_at is None and str(part) not in fresh.read:
            SigningRequest.update(read={**fresh.read, str(part): now.isoformat()}).where(
                SigningRequest.id == request.id).execute()


# Codes ---------------------------------------------------------------------------------------------------------------


def new_code() -> str:
    """Six digits, made before they are given."""
    return f"{secrets.randbelow(1_000_000):06d}"


def give_code(request: SigningRequest, code: str, now: datetime, by: Person | None, how: str) -> bool:
    """Keep the digest of a new code; the former one dies. False when too many were given, or it is signed."""
    done: int = SigningRequest.update(
        code=digest("signing", request.uid, code), code_at=now, code_by=by, told_how=how, tries=0,
        codes=SigningRequest.codes + 1,
    ).where(SigningRequest.id == request.id, SigningRequest.codes < CODES, SigningRequest.signed_at.is_null()).execute()
    return done == 1


def take_code_back(request: SigningRequest) -> None:
    """A code that could not be carried is good for nothing."""
    SigningRequest.update(code="").where(SigningRequest.id == request.id, SigningRequest.signed_at.is_null()).execute()


def try_code(request: SigningRequest, now: datetime) -> bool:
    """Count a try; False when the code is dead: five tries, an hour, or none given. The sixth kills even the right one."""
    with write_transaction():
        counted: int = SigningRequest.update(tries=SigningRequest.tries + 1).where(
            SigningRequest.id == request.id, SigningRequest.tries <= TRIES, SigningRequest.code != "",
            SigningRequest.code_at > now - CODE_LASTS, SigningRequest.signed_at.is_null()).execute()
    return counted == 1


def is_code(request: SigningRequest, typed: str, now: datetime) -> bool:
    """Whether these digits are the code given last, within its hour."""
    return code_alive(request, now) and secrets.compare_digest(request.code, digest("signing", request.uid, typed))


def code_alive(request: SigningRequest, now: datetime) -> bool:
    """Whether a code was given within the hour, and still has tries."""
    return bool(request.code and request.code_at > now - CODE_LASTS and request.tries <= TRIES and request.signed_at is None)


def tries_left(request: SigningRequest) -> int:
    """How many tries the present code still has."""
    return max(0, TRIES - int(SigningRequest.get_by_id(request.id).tries))


def spend(request: SigningRequest, now: datetime) -> bool:
    """Signed: link and code serve no more; whoever comes second gets nothing."""
    done: int = SigningRequest.update(signed_at=now, code="").where(
        SigningRequest.id == request.id, SigningRequest.signed_at.is_null()).execute()
    return done == 1


# Sealed copies -------------------------------------------------------------------------------------------------------


def keep_sealed(paper: Paper, event: Event, content: bytes, sha256: str, certificate: str, now: datetime) -> None:
    """Keep the sealed copy of a paper."""
    uid = new_uid()
    SealedPaper.insert(uid=uid, paper=paper, event=event, sha256=sha256, certificate=certificate,
                       content=seal("sealed_paper.content", uid, content), made_at=now).execute()


def sealed_copy(paper: Paper) -> bytes | None:
    """The sealed copy of a paper, once all have signed."""
    found = SealedPaper.get_or_none(SealedPaper.paper == paper)
    return content_of(found) if found is not None else None


def content_of(sealed: SealedPaper) -> bytes:
    """The bytes of a sealed copy."""
    return unseal("sealed_paper.content", sealed.uid, sealed.content)
