"""A letter that came back: reads a delivery report (RFC 3464) as the mail server pipes it, and shows the letter as not sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message

from intake import post
from intake.delivery import CAME_BACK, REFUSED
from intake.models.letters import Letter

NO_SUCH_ADDRESS = ("5.1.", "5.4.4")
"""Enhanced codes (RFC 3463) that speak of the address itself."""


@dataclass(frozen=True)
class Report:
    """What a delivery report tells of one of our letters."""

    message_id: str
    failed: bool
    """Given up for good; a mere delay is not."""
    status: str
    said: str

    @property
    def problem(self) -> str:
        """For `Letter.problem`."""
        kind = REFUSED if self.status.startswith(NO_SUCH_ADDRESS) else CAME_BACK
        return f"{kind}: {self.status} {self.said}".strip()


def note(raw: bytes) -> str:
    """Mark the letter a report speaks of as not sent; what was done, as a sentence for the mail log."""
    report = read(raw)
    if report is None:
        return "Not a delivery report: nothing done."
    if not report.failed:
        return f"{report.message_id} is delayed: nothing done."
    letter = Letter.get_or_none(Letter.message_id == report.message_id)
    if letter is None:
        return f"{report.message_id} is no letter of this house: nothing done."
    done = post.fail(letter, report.problem)
    return f"Letter {letter.uid} is shown as not sent." if done else f"Letter {letter.uid} was known as not sent."


def read(raw: bytes) -> Report | None:
    """The report in a message; None when it is something else."""
    message = message_from_bytes(raw)
    about = next((one for one in _about_recipients(message) if one["Action"]), None)
    message_id = _message_id(message)
    if about is None or not message_id:
        return None
    status = str(about["Status"] or "").split("(")[0].strip()
    said = " ".join(str(about["Diagnostic-Code"] or "").partition(";")[2].split())
    failed = str(about["Action"]).strip().lower() == "failed" and not status.startswith("4")
    return Report(message_id, failed, status, said)


def _about_recipients(message: Message) -> Iterator[Message]:
    """The groups of fields of the report, one a recipient."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            for group in part.get_payload():
                if isinstance(group, Message):
                    yield group


def _message_id(message: Message) -> str:
    """Of the letter that came back: its headers come with the report, whole or alone."""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822" and isinstance(part.get_payload(), list):
            found = part.get_payload(0)["Message-ID"]
        elif kind == "text/rfc822-headers":
            found = message_from_string(str(part.get_payload()))["Message-ID"]
        else:
            continue
        if found:
            return str(found).strip()
    return str(message["In-Reply-To"] or "").strip()
