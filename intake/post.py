"""The post: sends the letters owed: claim, send, mark; retried for three days, then shown as not sent (TRUST 2.20–2.23)."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from flask import render_template

from intake import moment
from intake.enclosures import enclosed
from intake.models.base import write_transaction
from intake.models.letters import Letter
from intake.outbox import office
from intake.signing_in import secrets_for

log = logging.getLogger("intake.post")

GIVE_UP_AFTER = timedelta(hours=72)
DELAYS = (1, 2, 5, 15, 30, 60, 120, 240)
"""Minutes before each further try."""
CLAIM_LASTS = timedelta(minutes=5)
"""A claim older than this was left by a process that died: the letter may be sent again, recognisable."""

Deliver = Callable[[EmailMessage], None]


def send_due(deliver: Deliver, most: int = 200) -> int:
    """Send what is due, one letter after another; the number handed over."""
    sent = 0
    for letter in _due(moment.now(), most):
        if not claim(letter):
            continue
        try:
            deliver(compose(letter))
        except (OSError, smtplib.SMTPException) as problem:
            put_back(letter, str(problem))
        else:
            mark_sent(letter)
            sent += 1
    return sent


def _due(now: datetime, most: int) -> list[Letter]:
    return list(Letter.select().where(
        (Letter.status == "waiting") & (Letter.next_try <= now)
        | (Letter.status == "claimed") & (Letter.next_try <= now - CLAIM_LASTS))
        .order_by(Letter.next_try, Letter.id).limit(most))


def claim(letter: Letter) -> bool:
    """Take a letter to send it; False when it was cancelled or taken meanwhile."""
    with write_transaction():
        taken: int = Letter.update(status="claimed", next_try=moment.now(), tries=Letter.tries + 1).where(
            Letter.id == letter.id, Letter.status == letter.status, Letter.tries == letter.tries).execute()
    return taken == 1


def mark_sent(letter: Letter) -> None:
    """The mail server accepted it."""
    with write_transaction():
        Letter.update(status="sent", sent_at=moment.now(), problem="").where(Letter.id == letter.id).execute()


def put_back(letter: Letter, problem: str) -> None:
    """Not accepted: try later, or give up after three days and say so."""
    now = moment.now()
    over = now - letter.not_before > GIVE_UP_AFTER or problem.startswith("refused")
    delay = timedelta(minutes=DELAYS[min(letter.tries, len(DELAYS) - 1)])
    log.warning("letter %s not sent (%s)", letter.uid, letter.template)
    with write_transaction():
        Letter.update(status="failed" if over else "waiting", next_try=now + delay, problem=problem[:500]).where(
            Letter.id == letter.id, Letter.status == "claimed").execute()


def resend(letter: Letter) -> None:
    """« Renvoyer »: someone asks for one more try, at the person's present address."""
    with write_transaction():
        Letter.update(status="waiting", address=present_address(letter), next_try=moment.now(), not_before=moment.now(),
                      problem="").where(Letter.id == letter.id, Letter.status == "failed").execute()


def present_address(letter: Letter) -> str:
    """Where the person is reached today, unless the same letter was already owed there."""
    today = letter.recipient.email if letter.recipient else None
    same = Letter.select(Letter.id).where(Letter.cause == letter.cause, Letter.template == letter.template,
                                          Letter.occasion == letter.occasion, Letter.address == today)
    return letter.address if not today or same.exists() else today  # type: ignore[no-any-return]


def compose(letter: Letter) -> EmailMessage:
    """The message as it leaves: plain text first, its HTML twin, secrets filled in."""
    body = letter.body
    for mark, secret in secrets_for(letter).items():
        body = body.replace(mark, secret)
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = letter.subject, office.sender, letter.address
    message["Message-ID"] = letter.message_id
    message["Date"] = moment.now()
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    message.add_alternative(render_template("mail/_twin.html", subject=letter.subject, body=body,
                                            language=letter.language), subtype="html")
    for one in enclosed(letter):
        main, _, sub = one.kind.partition("/")
        message.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
    return message


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
            server.send_message(message)

    return deliver


def to_terminal(message: EmailMessage) -> None:
    """Without a mail server, letters are read in the terminal (and on the development page)."""
    body = message.get_body(("plain",))
    print(f"\n✉ {message['To']} · {message['Subject']}\n{body.get_content() if body else ''}", flush=True)  # noqa: T201
