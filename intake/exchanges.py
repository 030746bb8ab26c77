"""What was said between someone and the team, both ways, with where each letter stands; for the person's own page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from intake import words
from intake.delivery import says
from intake.models.dossiers import Answers, Dossier, Event
from intake.models.letters import Letter
from intake.models.people import Person

MOST = 100


@dataclass(frozen=True)
class Said:
    """A message or a letter."""

    at: datetime
    who: str
    subject: str
    text: str
    stands: str
    """Where its letter stands, in words."""
    mine: bool = False
    language: str = ""
    """Of a letter; what people typed is in theirs."""


def of(dossier: Dossier, reader: Person) -> list[Said]:
    """Messages both ways and letters received, the latest first."""
    letters = list(Letter.select(Letter, Event, Person).join(Event, join_type="LEFT OUTER JOIN")
                   .join(Person, on=Event.actor, join_type="LEFT OUTER JOIN")
                   .where(Letter.dossier == dossier, Letter.recipient == reader).order_by(Letter.id.desc()).limit(MOST))
    found = [Said(one.written_at, sender(one), one.subject, text_of(one), says(one),
                  language=one.language if one.template != "message" else "") for one in letters]
    return sorted([*found, *_written(dossier, reader)], key=lambda one: one.at, reverse=True)


def text_of(letter: Letter) -> str:
    """A message as it was typed; a letter without its footer."""
    typed = Answers.get_or_none(Answers.event == letter.event) if letter.template == "message" and letter.event else None
    written = typed.text.get("message", "") if typed is not None else ""
    return str(written or letter.body.partition("\n--\n")[0])


def sender(letter: Letter) -> str:
    """Who wrote it, by first name when it is a message."""
    if letter.template == "message" and letter.event is not None and letter.event.actor is not None:
        return str(letter.event.actor.called)
    return "Optéos"


def _written(dossier: Dossier, person: Person) -> list[Said]:
    """The messages someone wrote, each once however many people receive it."""
    rows = (Answers.select(Answers, Event).join(Event, on=Answers.event)
            .where(Event.dossier == dossier, Event.step == "write", Event.actor == person)
            .order_by(Event.id.desc()).limit(MOST))
    return [Said(row.event.made_at, words.sentence("Vous, à {name}", name=addressee(row.event)),
                 row.text.get("subject", ""), row.text.get("message", ""), _stands(row.event), mine=True)
            for row in rows if row.text]


def addressee(event: Event) -> str:
    """Whom a message of the person went to."""
    letters = list(Letter.select(Letter, Person).join(Person).where(Letter.event == event).limit(2))
    return letters[0].recipient.called if len(letters) == 1 else "l’équipe"


def _stands(event: Event) -> str:
    """Where the letter of a message stands; the least advanced of them."""
    order = ("failed", "waiting", "claimed", "gathered", "told", "sent", "dropped")
    letters = sorted(Letter.select().where(Letter.event == event), key=lambda one: order.index(one.status))
    return says(letters[0]) if letters else ""


