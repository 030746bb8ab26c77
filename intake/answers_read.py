"""What was written, for those who may read it: fields are shown by allow-list (TRUST 2.26)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from wtforms import Field

import workflows
from intake import moment, words
from intake.history import unsealed
from intake.language import French, is_french, of_the_house
from intake.models import tasks
from intake.models.days import InfoMeeting
from intake.models.dossiers import Answers, Case, Event
from intake.models.people import Antenna, Person
from intake.models.pieces import Piece
from intake.models.settings import settings_on
from workflows import roles
from workflows.admission.memory import CONFIRM_IBAN
from workflows.fields import IbanField
from workflows.grammar import Step, StepForm

NBSP = words.NBSP
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
WRITTEN_FOR_BOTH = frozenset({"ask", "record_meeting", "record_review"})
"""Steps of the team whose words are for the person too: a complement to give, a shared journal, a review to sign."""


@dataclass(frozen=True)
class Answered:
    """One question and its answer, as the reader may see it."""

    label: str
    value: str
    hidden: bool = False
    before: str = ""
    """What it replaced, when it changed."""
    unsure: bool = False
    """An account that does not serve yet: nobody confirmed it by voice."""


def readable_answers(case: Case, held: Collection[str], *, opened: bool = False
                     ) -> Iterator[tuple[Event, list[Answered]]]:
    """The events of a case that hold answers these roles may read, the latest first.

    Numbers that one trade alone reads stay hidden from it until it has `opened` them, which leaves a record.
    """
    rows = (Answers.select(Answers, Event, Person).join(Event, on=Answers.event)
            .join(Person, on=Event.actor, join_type="LEFT OUTER JOIN")
            .where(Answers.case == case, Event.step != "note").order_by(Event.id.desc()).limit(100))
    asked = tasks.asked_since(case, CONFIRM_IBAN) if case.memory.get("entry") else None
    for answers in rows:
        as_who = held if theirs(answers.event, case) else set(held) - {roles.person}
        written = {**answers.text, **_sealed(answers, case, as_who)}
        forms = forms_of(case, answers.event.step)
        unsure = asked is not None and answers.event_id >= asked
        read = [line for form in forms for line in _lines(form, written, as_who, opened, unsure)]
        if read:
            yield answers.event, read


def with_changes(read: Iterable[tuple[Event, list[Answered]]]) -> list[tuple[Event, list[Answered]]]:
    """The same, each answer beside what it replaced, the latest first: what the person said, whoever corrects it; else what
    the same one wrote by the same step, since two who read a dossier each write their own."""
    known: dict[tuple[Any, ...], str] = {}
    found = []
    for event, rows in reversed(list(read)):
        voice = () if event.role == roles.person else (event.step, event.actor_id)
        keys = [(row.label,) if (row.label,) in known else (row.label, *voice) for row in rows]
        found.append((event, [replace(row, before=known[key]) if known.get(key, row.value) != row.value else row
                              for key, row in zip(keys, rows, strict=True)]))
        known |= {key: row.value for key, row in zip(keys, rows, strict=True)}
    return found[::-1]


def theirs(event: Event, case: Case) -> bool:
    """Whether the person of the dossier wrote these answers, or they were written for them."""
    return event.actor_id == case.dossier.person_id or event.step in WRITTEN_FOR_BOTH


def complement_asked(case: Case, held: Collection[str]) -> list[Answered]:
    """What the complement under way asks for."""
    if not case.memory.get("request"):
        return []
    return next((read for event, read in readable_answers(case, held) if event.step == "ask"), [])


def forms_of(case: Case, step: str) -> list[type[StepForm]]:
    """The forms whose answers a step holds: its own, or the pages it sends."""
    workflow = workflows.ALL[case.workflow]
    rows: tuple[Step, ...] = workflow.rows(step)
    if not rows:
        return []
    forms = [page.form for page in workflow.pages.get(rows[0].pages, ())]
    return [*forms, *([rows[0].form] if rows[0].form else [])]


def may_read(form: type[StepForm], name: str, held: Collection[str]) -> bool:
    """Whether one of these roles reads a field; `held` names the person for answers of theirs, which they always read."""
    readers = form.seen_by.get(name, form.readers)
    return bool({*readers, roles.person} & set(held))


@cache
def readers_of_documents() -> Mapping[str, frozenset[str]]:
    """Who reads a document, by the name of the field it was posted in."""
    found: dict[str, frozenset[str]] = {}
    for workflow in workflows.ALL.values():
        pages = [page.form for pages in workflow.pages.values() for page in pages]
        for form in (*pages, *(row.form for row in workflow.steps if row.form)):
            for field in form():
                if field.type == "PieceField":
                    found[field.name] = found.get(field.name, frozenset()) | {*form.seen_by.get(field.name, form.readers)}
    return found


def may_read_piece(piece: Piece, reader: Person, held: Collection[str]) -> bool:
    """Whether one of these roles reads the field a document was posted in; whoever added it finds it back."""
    if piece.added_by_id == reader.id or roles.person in held:
        return True
    return bool(readers_of_documents().get(piece.title, frozenset()) & set(held))


def is_sensitive(piece: Piece) -> bool:
    """Whether a document is read by one trade alone, as identity papers are: opening it leaves a record."""
    readers = readers_of_documents().get(piece.title)
    return bool(readers) and readers <= {roles.hr, roles.accounts}


def _sealed(answers: Answers, case: Case, held: Collection[str]) -> Mapping[str, Any]:
    """Sensitive answers, decrypted only for someone who reads at least one of them."""
    if not answers.sealed:
        return {}
    names = {(form, name) for form in forms_of(case, answers.event.step) for name in form.sealed}
    return unsealed(answers) if any(may_read(form, name, held) for form, name in names) else {}


def _lines(form: type[StepForm], written: Mapping[str, Any], held: Collection[str], opened: bool, asked: bool
           ) -> Iterator[Answered]:
    for field in form():
        if field.name not in written or written[field.name] in (None, "", []) or field.name == "code":
            continue
        if not may_read(form, field.name, held):
            continue
        unsure = asked and isinstance(field, IbanField)
        if roles.person in held or not is_recorded(form, field.name):
            yield Answered(field.label.text, in_words(field, written[field.name]), unsure=unsure)
        else:
            yield Answered(field.label.text, in_full(written[field.name]) if opened else HIDDEN, hidden=not opened,
                           unsure=unsure)


HIDDEN = "•••• ••••"
"""What stands for a number until it is opened."""


def is_recorded(form: type[StepForm], name: str) -> bool:
    """Whether a field is a number that one trade alone reads: reading it leaves a record (TRUST 3.23)."""
    return name in form.sealed and {*form.seen_by.get(name, form.readers)} <= {roles.hr, roles.accounts}


def in_full(value: Any) -> str:
    """A number as it is copied, four characters at a time."""
    text = "".join(str(value).split())
    return NBSP.join(text[at:at + 4] for at in range(0, len(text), 4))


def in_words(field: Field, value: Any) -> str:
    """An answer as people read it."""
    choices = getattr(field, "choices", None) or []
    labels = {str(one[0]): one[1] for one in choices if isinstance(one, tuple)}
    if (listed := getattr(field, "house_list", None)) is not None:
        labels = listed.labels(settings_on(moment.today()))
    if isinstance(value, bool):
        return words.told("Oui" if value else "Non")
    if isinstance(value, list):
        said = [in_words(field, one) for one in value]
        return (French if any(map(is_french, said)) else str)(" ; ".join(said))
    if isinstance(value, dict):
        return _of_row(field.row(), value) if hasattr(field, "row") else _of_dict(value)
    text = str(value)
    if text in labels:
        return words.told(labels[text]) if listed is None else of_the_house(labels[text])
    if field.type == "PhoneField":
        return words.phone(text)
    if field.type == "MoneyField":
        return words.money(text)
    if DAY.fullmatch(text):
        return words.long_day(text)
    if field.type == "MonthField" and len(text) == 7:
        return words.month(text)
    if field.name in NAMED:
        return NAMED[field.name](text)
    if getattr(field, "unit", ""):
        return f"{text}\u00a0{words.told(field.unit)}"
    if field.type in ("PersonField", "PeopleField"):
        person = Person.get_or_none(Person.uid == text)
        return person.name if person else text
    if "iban" in field.name and len(text) > 10:
        return f"{text[:4]} •••• •••• {text[-4:]}"
    return text


def _meeting(uid: str) -> str:
    meeting = InfoMeeting.get_or_none(InfoMeeting.uid == uid)
    return words.at(meeting.starts_at) if meeting else uid


def _antenna(code: str) -> str:
    antenna = Antenna.get_or_none(Antenna.code == code)
    return antenna.name if antenna else code


NAMED = {"meeting": _meeting, "antenna": _antenna}
"""Answers that name a row of a table, by the name of their field."""


def _of_row(row: Any, value: dict[str, Any]) -> str:
    """A row of a table: « Le binôme, relire le devis, mardi 15 décembre 2026 »."""
    return ", ".join(in_words(row[name], one) if name in row else str(one) for name, one in value.items() if one)


def _of_dict(value: dict[str, Any]) -> str:
    if value.get("piece"):
        piece = Piece.get_or_none(Piece.uid == value["piece"])
        return piece.filename if piece else words.told("Pièce supprimée")
    if value.get("missing"):
        return words.sentence("Pas encore : {word}", word=value["missing"])
    return ", ".join(str(one) for one in value.values() if one)
