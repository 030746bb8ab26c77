"""Letters owed: rendered at their cause, in the recipient's language, kept; `intake.post` sends them later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from intake.language import ENGLISH, FRENCH, current, speaking
from intake.models.base import new_uid
from intake.models.compiled import compiled, param
from intake.models.dossiers import Case, Event
from intake.models.letters import Letter
from intake.models.people import Person
from intake.words import FILTERS, NBSP

SUBJECT_MARK, PERSON = "\n", "person"
LETTERS = Path(__file__).parent.parent / "templates" / "mail"
CODED = frozenset({"contract_to_sign", "contract_to_countersign"})
"""Letters that hold a code to sign: read by whoever receives them, and nobody else."""


@dataclass
class Office:
    """What every letter says of the cooperative; set once by `create_app` and the `intake` command."""

    public_url: str = "http://127.0.0.1:8000"
    coop: str = "Optéos"
    email: str = "accueil@opteos.example"
    phone: str = "03 00 00 00 00"
    hours: str = "du lundi au jeudi, de 9 h à 17 h"
    sender: str = "Optéos, Cercle accompagnement <accueil@opteos.example>"
    bounces: str = ""
    """Where the mail servers send what they could not deliver; empty: to the sender."""

    @property
    def contact(self) -> str:
        """Address and telephone, in one line."""
        return f"{self.email} · {self.phone.replace(' ', NBSP)}"

    def said(self) -> dict[str, str]:
        """What the footer of every letter prints."""
        return {"coop": self.coop, "contact": self.contact, "site": urlsplit(self.public_url).netloc}


office = Office()


def open_office(public_url: str, **told: str) -> None:
    """Say where this house is reached; what is not told keeps its name of the demonstration."""
    office.public_url = public_url
    for name, value in told.items():
        if value:
            setattr(office, name, value)


WRITTEN = ("uid", "dossier", "cause", "event", "template", "recipient", "address", "occasion", "language", "subject",
           "body", "message_id", "status", "not_before", "next_try", "written_at")
WRITE = compiled(lambda: Letter.insert(**{name: param(name) for name in WRITTEN}).on_conflict_ignore())
_mail = Environment(
    loader=FileSystemLoader(LETTERS), undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False, autoescape=False,  # noqa: S701 plain text
)
_mail.filters.update(FILTERS)


def render(template: str, language: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """(subject, body) of a letter; English lives in `mail/en/`, French is the fallback."""
    with speaking(language):
        subject, _, body = _text_of(template).render(**context, **office.said()).partition(SUBJECT_MARK)
    return subject.strip(), body.strip() + "\n"


def language_of(template: str, to: Person, role: str = PERSON) -> str:
    """The language of a letter: its person’s when it is written in it; the team, peers among them, reads French."""
    return ENGLISH if to.language == ENGLISH and role == PERSON and template in english() else FRENCH



@cache
def english() -> frozenset[str]:
    """The letters that have an English text: those that reach people, and the parts they include."""
    return frozenset(file.stem for file in (LETTERS / "en").glob("*.txt"))


def _text_of(template: str) -> Template:
    """A letter in the language spoken now."""
    return _mail.get_template(f"en/{template}.txt" if current() == ENGLISH else f"{template}.txt")


def link_to(path: str) -> str:
    """An absolute address, from configuration, never from the request."""
    return office.public_url.rstrip("/") + path


def as_written(template: str, language: str, context: Mapping[str, Any], subject: str, text: str) -> tuple[str, str]:
    """(subject, body) of a letter whose text someone wrote: what was posted is what leaves, the footer under it."""
    said, _ = render(template, language, context) if not subject else (subject, "")
    return said, f"{text.strip()}\n\n{footer(language, context)}"


def footer(language: str, context: Mapping[str, Any]) -> str:
    """Why one receives this letter, and who helps; the same under every letter."""
    with speaking(language):
        return _text_of("_pied").render(**context, **office.said()).strip() + "\n"


def draft(template: str, language: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """(subject, text) to begin from, without the footer."""
    subject, body = render(template, language, context)
    return subject, body.removesuffix(footer(language, context)).strip()


def owe(
    template: str, to: Person, *, context: Mapping[str, Any], cause: str, occasion: str = "", now: datetime,
    not_before: datetime | None = None, event: Event | None = None, case: Case | None = None, address: str = "",
) -> None:
    """Write a letter with its cause; nothing when the same one is already owed or the person has no address."""
    language = language_of(template, to, str(context.get("to", PERSON)))
    subject, body = render(template, language, {"prenom": to.called, **context})
    owe_text(template, to, subject, body, language=language, cause=cause, occasion=occasion, now=now, not_before=not_before,
             event=event, case=case, address=address)


def owe_text(
    template: str, to: Person, subject: str, body: str, *, language: str, cause: str, occasion: str = "", now: datetime,
    not_before: datetime | None = None, event: Event | None = None, case: Case | None = None, address: str = "",
    gathered: bool = False,
) -> None:
    """Write a letter already rendered; nothing when the same one is already owed or the person has no address.

    `gathered`: it does not leave, it becomes a line of the day’s letter (`intake.digest`).
    """
    address = address or to.email or ""
    if not address:
        return
    uid = new_uid()
    WRITE(
        uid=uid, dossier=case.dossier_id if case is not None else None, cause=cause, event=event.id if event else None,
        template=template, recipient=to.id, address=address, occasion=occasion, language=language, subject=subject,
        body=body, message_id=f"<{uid}@parcours>", status="gathered" if gathered else "waiting",
        not_before=not_before or now, next_try=not_before or now,
        written_at=now)
