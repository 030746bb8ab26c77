"""What every workflow's rules may know: the clock, the case's memory, the settings, the people one may choose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, overload

from peewee import JOIN

import workflows
from intake import moment
from intake.models.actors import Actor
from intake.models.compiled import compiled, param
from intake.models.days import InfoMeeting
from intake.models.dossiers import Answers, Case, Event
from intake.models.people import Antenna, Person, RoleGrant, running
from intake.models.settings import settings_on
from workflows.grammar import Item
from workflows.roles import team


class Lazily(Sequence[Any]):
    """A sequence read only if somebody looks at it."""

    def __init__(self, read: Callable[[], list[Any]]) -> None:
        self._read = read
        self._rows: list[Any] | None = None

    def _all(self) -> list[Any]:
        if self._rows is None:
            self._rows = self._read()
        return self._rows

    @overload
    def __getitem__(self, at: int) -> Any: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        return self._all()[at]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._all())


class Later(Mapping[Any, Any]):
    """A mapping read only if somebody looks into it."""

    def __init__(self, read: Callable[[], dict[Any, Any]]) -> None:
        self._read = read
        self._found: dict[Any, Any] | None = None

    def _all(self) -> dict[Any, Any]:
        if self._found is None:
            self._found = self._read()
        return self._found

    def __getitem__(self, key: Any) -> Any:
        return self._all()[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def common(case: Case, by: Actor, about: Item | None) -> dict[str, Any]:
    """The fields of `CaseFacts`."""
    now = moment.now()
    return {
        "now": now,
        "state": case.state,
        "memory": case.memory,
        "settings": settings_on(moment.today(), case.antenna),
        "actor": by.uid,
        "first_name": case.dossier.person.called,
        "about": about,
        "silent": case.dossier.person.died_on is not None,
        "team": Lazily(lambda: team_of(case.antenna)),
    }


def team_of(antenna: Antenna) -> list[tuple[str, str]]:
    """(uid, name) of the people of the team who may follow a dossier of this antenna."""
    rows = (Person.select(Person).join(RoleGrant, on=RoleGrant.person)
            .where(RoleGrant.role.in_((*team, "hr", "accounts")), running(RoleGrant, moment.today()),
                   Person.disabled_at.is_null(), RoleGrant.antenna.is_null() | (RoleGrant.antenna == antenna))
            .order_by(Person.first_name).distinct())
    return [(row.uid, row.name) for row in rows]


_ABOUT = compiled(lambda: Event.select(Event.id, Event.step, Person.uid, Answers.text).join(
    Person, JOIN.LEFT_OUTER, on=Event.actor).join_from(Event, Answers, JOIN.LEFT_OUTER, on=Answers.event == Event.id).where(
        Event.uid == param("uid"), Event.case == param("case")))
_AFTER = compiled(lambda: Event.select(Event.step).where(
    Event.case == param("case"), Event.id > param("event")).order_by(Event.id))


def item_of(case: Case, uid: str) -> Item | None:
    """The meeting, review or opinion of this case with this uid."""
    found = _ABOUT.one(uid=uid, case=case.id)
    if found is None:
        return None
    event, step, actor, text = found
    return Item(uid, step, actor or "", text or {}, _undone(case, event))


def undone(event: Event) -> bool:
    """Whether what followed it is « Annuler »: only the last step is ever undone."""
    return _undone(event.case, event.id)


def _undone(case: Case, event: int) -> bool:
    quiet = {row.name for row in workflows.ALL[case.workflow].steps if row.quiet}
    following = next((step for (step,) in _AFTER(case=case.id, event=event) if step not in quiet), "")
    return following == "undo"


def meetings_ahead(antenna: Antenna) -> list[InfoMeeting]:
    """Information meetings of an antenna that one may still choose, the soonest first."""
    return list(InfoMeeting.select().where(
        InfoMeeting.antenna == antenna, InfoMeeting.starts_at > moment.now(), InfoMeeting.cancelled_at.is_null())
        .order_by(InfoMeeting.starts_at).limit(12))
