"""The post: sends the letters owed: claim, send, mark; retried for three days, then shown as not sent (TRUST 2.20–2.23)."""

from __future__ import annotations

import logging
from datetime import datetime, time, timedelta
from email.message import EmailMessage

from flask import render_template

from intake import moment, signing_links
from intake.delivery import HELD
from intake.enclosures import enclosed
from intake.mail_server import Deliver, NotDelivered, Refusal, meaning_of
from intake.models import letters, tasks
from intake.models.base import write_transaction
from intake.models.letters import Letter
from intake.models.people import holds_a_role
from intake.outbox import office
from intake.signing_in import secrets_for
from workflows.calendar import paris_day, paris_instant, start_of_paris_day
from workflows.roles import circle

log = logging.getLogger("intake.post")

GIVE_UP_AFTER = timedelta(hours=72)
DELAYS = (1, 2, 5, 15, 30, 60, 120, 240)
"""Minutes before each further try."""
CLAIM_LASTS = timedelta(minutes=5)
"""A claim older than this was left by a process that died: the letter may be sent again, recognisable."""
MOST_A_DAY = 10
"""Letters to one applicant in a day; sign-in letters have their own limit, and holding them would shut people out."""
BUDGET = 1000
"""Letters of the whole house in 24 hours, beyond which something is wrong."""
SIGN_IN = "signin:"
EIGHT = time(8)


def send_due(deliver: Deliver, most: int = 200) -> int:
    """Send what is due, one letter after another; the number handed over."""
    sent = 0
    for letter in _due(moment.now(), most):
        if too_many_today(letter):
            hold(letter)
            continue
        if not claim(letter):
            continue
        try:
            deliver(compose(letter))
        except NotDelivered as problem:
            put_back(letter, meaning_of(problem))
        else:
            mark_sent(letter)
            sent += 1
    if sent and over_budget():
        log.warning("more than %s letters left in 24 hours: look at what owes them", BUDGET)
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


def put_back(letter: Letter, refusal: Refusal) -> None:
    """Not accepted: try later; when it is final, or after three days, it is shown as not sent."""
    now = moment.now()
    log.warning("letter %s not sent (%s)", letter.uid, letter.template)
    if refusal.final or now - letter.not_before > GIVE_UP_AFTER:
        fail(letter, refusal.problem)
        return
    delay = timedelta(minutes=DELAYS[min(letter.tries, len(DELAYS) - 1)])
    with write_transaction():
        Letter.update(status="waiting", next_try=now + delay, problem=refusal.problem[:500]).where(
            Letter.id == letter.id, Letter.status == "claimed").execute()


def fail(letter: Letter, problem: str) -> bool:
    """Show a letter as not sent; an offered place that nobody read is told by telephone (JOURNEY §8). False if it was."""
    with write_transaction():
        failed: int = Letter.update(status="failed", problem=problem[:500]).where(
            Letter.id == letter.id, Letter.status.in_(("claimed", "sent"))).execute()
        if failed and letter.template == "place_offered" and letter.event is not None:
            who = letter.recipient.called if letter.recipient else letter.address
            tasks.give(letter.event.case, circle, f"Appeler {who} : la lettre qui propose une place n’est pas arrivée",
                       moment.today())
    return failed == 1


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


# Limits --------------------------------------------------------------------------------------------------------------


def too_many_today(letter: Letter) -> bool:
    """Ten letters left today for someone who holds no role of the team."""
    if letter.cause.startswith(SIGN_IN) or letter.recipient_id is None:
        return False
    since = start_of_paris_day(moment.today())
    if letters.sent_to(letter.recipient, since, but=SIGN_IN) < MOST_A_DAY:
        return False
    return not holds_a_role(letter.recipient, moment.today())


def hold(letter: Letter) -> None:
    """Until tomorrow, eight o'clock in Paris; its three days begin then."""
    tomorrow = paris_instant(paris_day(moment.now()) + timedelta(days=1), EIGHT)
    with write_transaction():
        Letter.update(next_try=tomorrow, not_before=tomorrow, problem=f"{HELD} {MOST_A_DAY}").where(
            Letter.id == letter.id, Letter.status == "waiting").execute()


def over_budget() -> bool:
    """Whether more letters left in 24 hours than a house like this one owes."""
    return letters.sent_since(moment.now() - timedelta(hours=24)) > BUDGET


# Composing -----------------------------------------------------------------------------------------------------------


def compose(letter: Letter) -> EmailMessage:
    """The message as it leaves: plain text first, its HTML twin, secrets filled in."""
    body = letter.body
    for mark, secret in (secrets_for(letter) | signing_links.secrets_for(letter)).items():
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
