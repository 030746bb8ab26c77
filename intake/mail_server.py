"""The mail server: how a message is handed to it, and what its refusals mean."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from intake.delivery import CONTENT, REFUSED
from intake.outbox import office

Deliver = Callable[[EmailMessage], None]
NotDelivered = (OSError, smtplib.SMTPException)
"""What `Deliver` raises when the message was not accepted."""
PERMANENT = 500


@dataclass(frozen=True)
class Refusal:
    """Why a message was not accepted, and whether trying again could help."""

    problem: str
    final: bool = False


def by_smtp(url: str) -> Deliver:
    """Deliver through `smtp://user:password@host:port` (STARTTLS when offered) or `smtps://`."""
    parts = urlsplit(url)

    def deliver(message: EmailMessage) -> None:
        kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
        with kind(parts.hostname or "localhost", parts.port or (465 if parts.scheme == "smtps" else 25),
                  timeout=20) as server:
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message, from_addr=office.bounces or None)

    return deliver


def to_terminal(message: EmailMessage) -> None:
    """Without a mail server, letters are read in the terminal (and on the development page)."""
    body = message.get_body(("plain",))
    print(f"\n✉ {message['To']} · {message['Subject']}\n{body.get_content() if body else ''}", flush=True)  # noqa: T201


def meaning_of(problem: Exception) -> Refusal:
    """5xx about the address or the text is final at once; 4xx, silence and a wrong password are tried again."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(problem.recipients.values()))
        told = f"{code} {_text(said)}"
        return Refusal(f"{REFUSED}: {told}", final=True) if code >= PERMANENT else Refusal(told)
    if isinstance(problem, smtplib.SMTPDataError):
        told = f"{problem.smtp_code} {_text(problem.smtp_error)}"
        return Refusal(f"{CONTENT}: {told}", final=True) if problem.smtp_code >= PERMANENT else Refusal(told)
    return Refusal(str(problem) or type(problem).__name__)


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said
