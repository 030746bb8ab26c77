"""Someone arrives: a person, a dossier and its admission are opened together, or an open one is joined silently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peewee import IntegrityError

import workflows
from intake import language, moment
from intake.cases import new_case, take_step
from intake.facts.contracts import contracts_of
from intake.models import search, tasks
from intake.models.actors import Actor
from intake.models.base import db_is_postgres, new_uid, write_transaction
from intake.models.dossiers import Case, Dossier, Event
from intake.models.people import Antenna, Person, find_by_email, fold_email
from workflows.contracts import in_force
from workflows.engine import AnswersInvalid
from workflows.grammar import StepForm
from workflows.roles import circle

OPEN = workflows.ALL["admission"].open_states


def arrive(raw: Mapping[str, Any], form: StepForm, *, by: Actor | None, key: str | None, antenna: Antenna | None = None,
           spoken: str | None = None) -> Dossier:
    """Leave one's details: the dossier they open, or the one they join. `by` is None for the person themself.

    `spoken` is what they read: by default the language they speak now, French when someone else notes them. An address with an
    open admission joins it, and nothing says so. Raises AnswersInvalid or StepRefused.
    """
    if not form.validate():
        raise AnswersInvalid(form)
    reads = spoken or (language.current() if by is None else language.FRENCH)
    try:
        return _arrive(raw, form.data, by, key, antenna, reads)
    except IntegrityError:
        return _arrive(raw, form.data, by, key, antenna, reads)


def _arrive(raw: Mapping[str, Any], answers: Mapping[str, Any], by: Actor | None, key: str | None,
            antenna: Antenna | None, reads: str) -> Dossier:
    """One try: the same address, or the same form, may arrive twice in the same instant."""
    with write_transaction():
        done = Event.get_or_none(Event.key == key) if key else None
        if done is not None:
            return done.dossier  # type: ignore[no-any-return]
        person = find_by_email(answers["email"]) if answers.get("email") else None
        if person is not None and (joined := open_admission(person) or still_under_contract(person)):
            return joined
        person = person or create_person(answers, reads)
        where = antenna or Antenna.get(Antenna.code == answers["antenna"])
        dossier = open_dossier(person, where, answers)
        take_step(new_case(dossier, "admission"), "register", by=by or person, raw=raw, key=key)
    return dossier


def open_admission(person: Person) -> Dossier | None:
    """The dossier of someone's open admission."""
    case = (Case.select(Case, Dossier).join(Dossier).where(
        Dossier.person == person, Case.workflow == "admission", Case.state.in_(OPEN)).first())
    return case.dossier if case is not None else None


def still_under_contract(person: Person) -> Dossier | None:
    """The dossier of someone whose contract runs: the circle is told, nothing is opened."""
    running = in_force(contracts_of(person.id), moment.today())
    if not running:
        return None
    case = Case.get(Case.uid == running[0].case)
    tasks.give(case, circle, "Contact laissé par une personne sous contrat : l’appeler", moment.today())
    found: Dossier = case.dossier
    return found


def create_person(answers: Mapping[str, Any], spoken: str = language.FRENCH) -> Person:
    """Someone new."""
    found: Person = Person.create(
        uid=new_uid(), first_name=answers["first_name"], last_name=answers.get("last_name") or "",
        email=fold_email(answers["email"]) if answers.get("email") else None, phone=answers.get("phone") or "",
        trade=(answers.get("activity") or "")[:80], language=spoken, created_at=moment.now())
    return found


def open_dossier(person: Person, antenna: Antenna, answers: Mapping[str, Any]) -> Dossier:
    """A new dossier, numbered in its antenna's series."""
    number, activity, town = next_number(antenna), answers.get("activity") or "", answers.get("commune") or ""
    opened: Dossier = Dossier.create(
        uid=new_uid(), number=number, person=person, antenna=antenna, opened_at=moment.now(), activity=activity[:200],
        town=town[:100])
    search.index(opened)
    return opened


def next_number(antenna: Antenna) -> str:
    """`OPT-2026-0147`: prefix, year, rank in the year. Called inside a transaction; the antenna is locked."""
    if db_is_postgres():
        Antenna.select().where(Antenna.prefix == antenna.prefix).order_by(Antenna.id).for_update().execute()
    series = f"{antenna.prefix}-{moment.today().year}-"
    last = Dossier.select(Dossier.number).where(Dossier.number.startswith(series)).order_by(
        Dossier.number.desc()).first()
    return f"{series}{int(last.number.rpartition('-')[2]) + 1 if last else 1:04d}"
