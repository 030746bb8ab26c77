"""Dossiers, their cases, and the history that nobody rewrites."""

from __future__ import annotations

from typing import Any

from peewee import Check, ForeignKeyField, IntegerField, TextField

from intake.models.base import DayField, InstantField, JSONField, Model, SealedField, UidField, db_is_postgres
from intake.models.compiled import columns, compiled, for_update, loaded, param
from intake.models.people import Antenna, Person


class Dossier(Model):
    """One person's episode with the cooperative; a return opens a new one."""

    uid = UidField()
    number = TextField(unique=True)
    """`OPT-2026-0147`: what people say on the telephone."""
    person = ForeignKeyField(Person, backref="dossiers")
    antenna = ForeignKeyField(Antenna)
    activity = TextField(default="")
    """The activity in one line, as the person last wrote it."""
    town = TextField(default="")
    opened_at = InstantField()
    head = TextField(default="")
    """Hash of its last event."""
    events = IntegerField(default=0)
    """How many events its chain holds."""
    peer = ForeignKeyField(Person, null=True, backref="accompanied")
    """The peer of its accompaniment, from the proposal to the end."""
    held_until = DayField(null=True)
    """A hold on erasure, with its end."""
    held_for = TextField(default="")
    """Why it is held."""
    erased_at = InstantField(null=True)
    """When what it held went; its dates and decisions stay."""


class Case(Model):
    """One run of a workflow in a dossier. Only `take_step` changes it."""

    uid = UidField()
    dossier = ForeignKeyField(Dossier, backref="cases", index=False)
    workflow = TextField()
    state = TextField(default="")
    version = IntegerField(default=0)
    memory = JSONField(default=dict)
    due_at = InstantField(null=True, index=True)
    """When the clock must next look at it; empty: to recompute; far future: never."""
    opened_by = ForeignKeyField("self", null=True, backref="opened")
    antenna = ForeignKeyField(Antenna, backref="+")
    """The dossier's, repeated for the board's index; the antenna of a transfer case is the new one."""
    rank_at = InstantField(null=True)
    """Its date in the waiting list, while it waits."""
    entered_at = InstantField(null=True)
    """When it entered its present state."""
    moved_at = InstantField(null=True)
    """When somebody last did something in it or wrote: after some days without, the board says so."""
    follower = TextField(default="", index=True)
    """uid of who follows it, repeated from its memory for the board."""

    class Meta:
        indexes = (
            (("workflow", "state", "antenna", "entered_at"), False),
            (("workflow", "state", "antenna", "moved_at"), False),
            (("workflow", "state", "antenna", "rank_at"), False),
            (("dossier", "workflow"), False),
        )


class Event(Model):
    """One line of history: append-only, chained by hash; it holds no personal text."""

    uid = UidField()
    dossier = ForeignKeyField(Dossier, null=True, backref="history", index=False)
    """Empty for an event of the house (settings, places, roles, exports, erasures)."""
    case = ForeignKeyField(Case, null=True, backref="history", index=False)
    step = TextField()
    before = TextField(default="")
    after = TextField(default="")
    actor = ForeignKeyField(Person, null=True, backref="+", index=False)
    """Who did it; empty for the clock and the tablet."""
    role = TextField()
    made_at = InstantField()
    effective_on = DayField()
    cause = ForeignKeyField("self", null=True, backref="caused")
    key = TextField(null=True, unique=True)
    """The form's submission key: the same form posted twice finds this event."""
    subject = TextField(default="")
    """What an event of the house is about: `role:<uid>`, `setting:<name>`…"""
    fingerprint = TextField(default="")
    """Of the workflow it was taken under."""
    digest = TextField(default="")
    """Keyed digest of its answers, over plaintext."""
    number = IntegerField()
    """Its place in the chain of its dossier, or of the house."""
    previous = TextField(default="")
    hash = TextField()

    class Meta:
        indexes = (
            (("case", "id"), False),
            (("dossier", "number"), True),
        )
        constraints = [Check("(dossier_id IS NULL) = (case_id IS NULL)")]


class House(Model):
    """The single head of the chain of the house's events."""

    head = TextField(default="")
    events = IntegerField(default=0)


class Answers(Model):
    """What someone wrote with an event, and the memory it replaced; can be erased, the event stays."""

    event = ForeignKeyField(Event, unique=True, backref="+", on_delete="RESTRICT")
    case = ForeignKeyField(Case, null=True, backref="+")
    text = JSONField(default=dict)
    sealed = SealedField(null=True)
    """Sensitive answers (IBAN, NIR, interview notes), encrypted as JSON."""
    salt = TextField(default="")
    """Random key of the event's digest; dies with the answers."""
    posted = TextField(default="")
    """Keyed digest of the text as posted: the same form sent again is recognised by it."""
    undo = JSONField(null=True)
    """What the step replaced: memory, place; read by `undo`, of no use later."""


UNDONE = "undo:"
"""What a counter-event is about: the event it takes back, by its uid."""


def taken_back(cases: Any) -> frozenset[str]:
    """uids of the events of these cases that « Annuler » took back."""
    rows = Event.select(Event.subject).where(Event.case.in_(cases), Event.subject.startswith(UNDONE))
    return frozenset(one.subject.removeprefix(UNDONE) for one in rows)


# Hot statements ------------------------------------------------------------------------------------------------------

_COLUMNS = {model: columns(model) for model in (Case, Dossier, Person, Antenna, Event)}


def _whole(model: type[Model]) -> list[Any]:
    return [getattr(model, name) for name in _COLUMNS[model]]


_LOCK = compiled(lambda: for_update(Dossier.select(Dossier.id).where(Dossier.id == param("dossier"))))


def _cases(where: Any) -> Any:
    return (Case.select(*_whole(Case), *_whole(Dossier), *_whole(Person), *_whole(Antenna))
            .join(Dossier, on=Case.dossier == Dossier.id).join(Person, on=Dossier.person == Person.id)
            .switch(Case).join(Antenna, on=Case.antenna == Antenna.id).where(where))


_READ = compiled(lambda: _cases(Case.id == param("case")))
# Case and person are locked beside the dossier: of a row it waited for, PostgreSQL reads again only what it locks.
_READ_LOCKED = compiled(lambda: for_update(_cases(Case.id == param("case")), Dossier, Case, Person))
_NAMED = compiled(lambda: _cases((Case.uid == param("uid")) & (Dossier.uid == param("dossier"))))
_BY_KEY = compiled(lambda: Event.select(Event.id).where(Event.key == param("key")))
_WRITE_EVENT = compiled(lambda: Event.insert({getattr(Event, name): param(name) for name in _COLUMNS[Event][1:]}))
_WRITE_ANSWERS = compiled(lambda: Answers.insert({
    Answers.event: param("event"), Answers.case: param("case"), Answers.text: param("text"),
    Answers.sealed: param("sealed"), Answers.salt: param("salt"), Answers.posted: param("posted"),
    Answers.undo: param("undo")}))
_MOVE_HEAD = compiled(lambda: Dossier.update({Dossier.head: param("head"), Dossier.events: param("events")})
                      .where(Dossier.id == param("dossier")))
_MOVE = compiled(lambda: Case.update({
    Case.state: param("state"), Case.memory: param("memory"), Case.version: param("version"), Case.due_at: None,
    Case.entered_at: param("entered_at"), Case.rank_at: param("rank_at"), Case.moved_at: param("moved_at"),
    Case.follower: param("follower")}).where(Case.id == param("case")))


def lock(dossier: int) -> None:
    """Lock a dossier's row until the transaction ends; SQLite's writer holds the whole file already."""
    if db_is_postgres():
        _LOCK(dossier=dossier)


def read_case(case: int) -> Case:
    """A case as it stands, with its dossier, person and antenna, in one statement."""
    return _whole_case(_READ.one(case=case))


def read_case_locked(case: int) -> Case:
    """The same, its dossier locked until the transaction ends."""
    return _whole_case(_READ_LOCKED.one(case=case))


def find_case_of(dossier: str, uid: str) -> Case | None:
    """A case by its uid and that of its dossier, with dossier, person and antenna, in one statement."""
    row = _NAMED.one(uid=uid, dossier=dossier)
    return None if row is None else _whole_case(row)


def _whole_case(row: Any) -> Case:
    case_read, dossier, person, antenna = _split(row, Case, Dossier, Person, Antenna)
    found: Case = case_read
    found.dossier, found.antenna = dossier, antenna
    found.dossier.person = person
    if found.dossier.antenna_id == found.antenna_id:
        found.dossier.antenna = found.antenna
    found._dirty.clear()
    return found


_DOSSIER = compiled(lambda: Dossier.select(*_whole(Dossier), *_whole(Person), *_whole(Antenna))
                    .join(Person, on=Dossier.person == Person.id).switch(Dossier)
                    .join(Antenna, on=Dossier.antenna == Antenna.id).where(Dossier.uid == param("uid")))
_CASE = compiled(lambda: Case.select(*_whole(Case)).where(Case.uid == param("uid"), Case.dossier == param("dossier")))


def find_dossier(uid: str) -> Dossier | None:
    """A dossier by its uid, with its person and antenna, in one statement."""
    row = _DOSSIER.one(uid=uid)
    if row is None:
        return None
    dossier, person, antenna = _split(row, Dossier, Person, Antenna)
    found: Dossier = dossier
    found.person, found.antenna = person, antenna
    found._dirty.clear()
    return found


def find_case(dossier: Dossier, uid: str) -> Case | None:
    """A case of a dossier by its uid."""
    row = _CASE.one(uid=uid, dossier=dossier.id)
    if row is None:
        return None
    found: Case = loaded(Case, _COLUMNS[Case], row)
    found.dossier = dossier
    if found.antenna_id == dossier.antenna_id:
        found.antenna = dossier.antenna
    found._dirty.clear()
    return found


def _split(row: Any, *models: type[Model]) -> list[Any]:
    """The models of a joined row, in the order of its columns."""
    made, start = [], 0
    for model in models:
        names = _COLUMNS[model]
        made.append(loaded(model, names, row[start:start + len(names)]))
        start += len(names)
    return made


def event_with_key(key: str) -> Event | None:
    """The event a form already made."""
    found = _BY_KEY.value(key=key)
    return Event.get_by_id(found) if found else None


def write_event(event: Event) -> None:
    """Insert an event; it gets its id."""
    event.id = _WRITE_EVENT(**{name: event.__data__.get(name) for name in _COLUMNS[Event][1:]})
    event._dirty.clear()


def write_answers(event: Event, case: Case | None, text: Any, sealed: bytes | None, salt: str, posted: str, undo: Any
                  ) -> None:
    """Insert what lies beside an event."""
    _WRITE_ANSWERS(event=event.id, case=case.id if case else None, text=text, sealed=sealed, salt=salt, posted=posted,
                   undo=undo)


def move_head(dossier: Dossier) -> None:
    """Write the head of a dossier's chain."""
    _MOVE_HEAD(dossier=dossier.id, head=dossier.head, events=dossier.events)


def move_case(case: Case) -> None:
    """Write where a case stands after a step; its date is to be computed again."""
    _MOVE(case=case.id, state=case.state, memory=case.memory, version=case.version, entered_at=case.entered_at,
          rank_at=case.rank_at, moved_at=case.moved_at, follower=case.follower)
    case._dirty.clear()
