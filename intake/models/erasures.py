"""Erasing: one act, driven by the tags of each table, whoever asks and whenever; what stays is a stub without a name.

Events stay and still verify: what people wrote lies beside them, and goes with its digest key (TRUST 4.10).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from peewee import BooleanField, ForeignKeyField, IntegerField, TextField

from intake import history, moment
from intake.models import archive, settings, signatures
from intake.models.actors import Actor
from intake.models.base import DayField, InstantField, Model, db, db_is_postgres, write_transaction
from intake.models.dossiers import Answers, Case, Dossier, Event
from intake.models.people import Person, RoleGrant, running
from intake.models.pieces import Paper
from intake.models.signin import SignInRequest
from intake.models.tags import TABLES, belonging
from intake.models.two_people import AskedOfTwo, confirmed, waiting
from workflows.engine import Refusal, StepRefused

NOBODY = "Personne effacée"
"""How the history calls someone who is no longer known."""


class Tombstone(Model):
    """An erasure, by ids alone: it is told off the machine, and replayed when a backup is restored."""

    subject = TextField(unique=True)
    """`dossier:<uid>` or `person:<uid>`."""
    erased_at = InstantField()
    told_at = InstantField(null=True)
    """When it left the machine."""


class ErasureNotice(Model):
    """Somebody was told that a dossier goes, and when."""

    dossier = ForeignKeyField(Dossier, unique=True, backref="+")
    clock = TextField()
    told_on = DayField()
    due_on = DayField()
    done_on = DayField(null=True)


class ErasureAsked(AskedOfTwo):
    """An erasure before its date: one person asks, another confirms within seven days (TRUST 3.25)."""

    dossier = ForeignKeyField(Dossier, backref="+")
    reason = TextField()


class Purge(Model):
    """A day of retention: done, or stopped until a person looks."""

    day = DayField(unique=True)
    at = InstantField()
    stopped = BooleanField(default=False)
    waiting = IntegerField(default=0)
    released_by = ForeignKeyField(Person, null=True, backref="+")
    released_at = InstantField(null=True)


# Erasing -------------------------------------------------------------------------------------------------------------


def erase_dossier(dossier: Dossier, by: Actor, as_role: str, *, keep_papers_until: date | None = None) -> None:
    """Erase what a dossier holds; papers that the law keeps go to the archive. The person too, when nothing else is theirs."""
    with write_transaction():
        if Dossier.get_by_id(dossier.id).erased_at is not None:
            return
        person: Person = Person.get_by_id(dossier.person_id)
        if keep_papers_until is not None and keep_papers_until > moment.today():
            for paper in Paper.select(Paper, Case).join(Case).where(Case.dossier == dossier):
                archive.lay_down(f"dossier:{dossier.uid}", paper.kind, person.name,
                                 signatures.sealed_copy(paper) or bytes(paper.content), moment.today(), keep_papers_until)
        _empty("dossier", dossier.id)
        Dossier.update(erased_at=moment.now(), held_until=None).where(Dossier.id == dossier.id).execute()
        ErasureNotice.update(done_on=moment.today()).where(ErasureNotice.dossier == dossier).execute()
        _remember(f"dossier:{dossier.uid}", by, as_role)
        if _nothing_else(person):
            erase_person(person, by, as_role)


def erase_person(person: Person, by: Actor, as_role: str) -> None:
    """Erase everything that is somebody's, in every table; their dossiers first."""
    with write_transaction():
        for dossier in Dossier.select().where(Dossier.person == person, Dossier.erased_at.is_null()):
            _empty("dossier", dossier.id)
            Dossier.update(erased_at=moment.now(), held_until=None).where(Dossier.id == dossier.id).execute()
            _remember(f"dossier:{dossier.uid}", by, as_role)
        _forget_name(person)
        _empty("person", person.id)
        Answers.update(**blanks(Answers)).where(Answers.event.in_(
            Event.select(Event.id).where(Event.case.is_null(), Event.subject.endswith(person.uid)))).execute()
        Person.update(first_name=NOBODY, disabled_at=moment.now()).where(Person.id == person.id).execute()
        _remember(f"person:{person.uid}", by, as_role)


def blanks(model: type[Model]) -> dict[str, Any]:
    """What each erased column of a table becomes: nothing, or the emptiest value it takes."""
    return {name: _empty_value(model._meta.fields[name]) for name in TABLES[model._meta.table_name].erased}


def settle() -> None:
    """Once erasures are committed: nothing of them stays in the log that SQLite writes ahead."""
    if not db_is_postgres():
        db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def vacuum() -> None:
    """Clear the free pages, weekly (TRUST 4.10)."""
    if not db_is_postgres():
        db.execute_sql("VACUUM")


def _empty(anchor: str, whose: int) -> None:
    """Every table that leads to this dossier or person: its rows go, or lose what is personal. Children first."""
    for model, where in _rows_of(anchor, whose):
        kept = TABLES[model._meta.table_name]
        if kept.rows == "delete":
            model.delete().where(where).execute()
        elif kept.rows == "blank" and kept.erased:
            model.update(**blanks(model)).where(where).execute()


def _rows_of(anchor: str, whose: int) -> Iterator[tuple[type[Model], Any]]:
    from intake.models.schema import all_tables

    for model in reversed(all_tables()):
        table = model._meta.table_name
        paths = [path for path in (*TABLES[table].owner, *TABLES[table].about) if path]
        if anchor == "dossier":
            paths = [path.removesuffix(".person") for path in paths if path.endswith("dossier.person")]
        for path in ["id"] if table == anchor else paths:
            yield model, belonging(model, path, whose)


def _empty_value(field: Any) -> Any:
    if field.null:
        return None
    return {} if type(field).__name__ == "JSONField" else b"" if "Blob" in type(field).__name__ else ""


def _forget_name(person: Person) -> None:
    """Sign-in requests made under their address before anyone was found, settings that name them."""
    if person.email:
        SignInRequest.update(address="").where(SignInRequest.address == person.email).execute()
    named = [f"setting:{name}" for name in settings.forget(person)]
    Answers.update(**blanks(Answers)).where(
        Answers.event.in_(Event.select(Event.id).where(Event.subject.in_(named)))).execute()


def _remember(subject: str, by: Actor, as_role: str) -> None:
    Tombstone.insert(subject=subject, erased_at=moment.now()).on_conflict_ignore().execute()
    history.append_of_house("erase", by, as_role, subject, moment.now(), moment.today())


def _nothing_else(person: Person) -> bool:
    """Whether nothing else ties someone to the house: no other dossier, no role, nobody accompanied."""
    return not (
        Dossier.select().where(Dossier.person == person, Dossier.erased_at.is_null()).exists()
        or RoleGrant.select().where(RoleGrant.person == person, running(RoleGrant, moment.today())).exists()
        or Dossier.select().where(Dossier.peer == person, Dossier.erased_at.is_null()).exists())


# Holds, and erasures before their date ------------------------------------------------------------------------------


def hold(dossier: Dossier, until: date, reason: str, by: Person, as_role: str) -> None:
    """Keep a dossier beyond its date, with a reason and an end. Raises StepRefused."""
    if until <= moment.today():
        raise StepRefused(Refusal("La fin de cette conservation est à venir."))
    if until > moment.today() + timedelta(days=366):
        raise StepRefused(Refusal("Une conservation dure un an au plus. Elle peut être renouvelée."))
    with write_transaction():
        Dossier.update(held_until=until, held_for=reason).where(Dossier.id == dossier.id).execute()
        history.append_of_house("hold", by, as_role, f"dossier:{dossier.uid}", moment.now(), moment.today(),
                                {"until": until.isoformat()})


def ask(dossier: Dossier, reason: str, by: Person, as_role: str) -> None:
    """Ask that a dossier be erased before its date; nothing goes until another person confirms. Raises StepRefused."""
    with write_transaction():
        _refuse_while_open(dossier)
        if asked_for(dossier) is not None:
            return
        ErasureAsked.create(dossier=dossier, reason=reason, asked_by=by, asked_at=moment.now())
        history.append_of_house("ask_erase", by, as_role, f"dossier:{dossier.uid}", moment.now(), moment.today())


def confirm(asked: ErasureAsked, by: Person, as_role: str, keep_papers_until: date | None) -> None:
    """Confirm what another one asked: the dossier is erased. Raises StepRefused; twice is harmless."""
    with write_transaction():
        found = confirmed(asked, by)
        if found is None:
            return
        asked = found
        _refuse_while_open(asked.dossier)
        erase_dossier(asked.dossier, by, as_role, keep_papers_until=keep_papers_until)
    settle()


def asked_for(dossier: Dossier) -> ErasureAsked | None:
    """The erasure that a second person may still confirm."""
    return next((one for one in waiting(ErasureAsked) if one.dossier_id == dossier.id), None)


def _refuse_while_open(dossier: Dossier) -> None:
    import workflows

    for case in Case.select().where(Case.dossier == dossier):
        state = workflows.ALL[case.workflow].state.get(case.state)
        if state is None or not state.closed or case.state == "associate":
            raise StepRefused(Refusal("Une démarche est en cours : {nom}. Elle se termine avant l’effacement.",
                                      {"nom": workflows.ALL[case.workflow].title}))
