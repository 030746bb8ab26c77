"""Attendance at the journées: one row a person, journée and half-day, doubles merged across tablets and paper."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from peewee import Check, ForeignKeyField, TextField, fn

from intake import moment
from intake.models.base import InstantField, Model, SealedField, UidField, new_uid, write_transaction
from intake.models.compiled import compiled, param
from intake.models.days import Journee
from intake.models.people import Person
from intake.models.sealed import seal, unseal
from intake.words import PARIS

HALVES = ("morning", "afternoon")
NOON = time(13)
"""Whoever signs before this hour, in Paris, signs the morning."""
HOWS = ("badge", "code", "name", "paper", "team", "person", "journee")


class Attendance(Model):
    """Expected, present, absent or excused at half a journée."""

    journee = ForeignKeyField(Journee, backref="attendance", index=False)
    person = ForeignKeyField(Person, backref="attendance", on_delete="CASCADE")
    half = TextField(constraints=[Check("half IN ('morning', 'afternoon')")])
    status = TextField(constraints=[Check("status IN ('expected', 'present', 'absent', 'excused')")])
    how = TextField(constraints=[Check("how IN ('badge', 'code', 'name', 'paper', 'team', 'person', 'journee')")])
    """What said so: a badge, a code, a name matched, paper, the team, the person's own page, the closing."""
    at = InstantField()
    """When they signed, or said so."""
    noted_at = InstantField()

    class Meta:
        indexes = ((("journee", "person", "half"), True),)


class UnknownName(Model):
    """A name given at the tablet or on paper, until someone says whose it is; sealed, as it may be anybody's."""

    uid = UidField()
    journee = ForeignKeyField(Journee, backref="+")
    half = TextField(constraints=[Check("half IN ('morning', 'afternoon')")])
    name = SealedField(null=True)
    """Erased once it is settled."""
    how = TextField()
    at = InstantField()
    key = TextField(unique=True)
    person = ForeignKeyField(Person, null=True, backref="+", on_delete="SET NULL")
    settled_at = InstantField(null=True)
    settled_by = ForeignKeyField(Person, null=True, backref="+", on_delete="SET NULL")

    @property
    def read(self) -> str:
        """The name as it was given."""
        return unseal("unknown_name.name", self.uid, self.name).decode() if self.name else ""


def half_of(at: datetime) -> str:
    """The half-day of an instant."""
    return HALVES[0] if at.astimezone(PARIS).time() < NOON else HALVES[1]


_MADE = compiled(lambda: Attendance.insert(
    journee=param("journee"), person=param("person"), half=param("half"), status=param("status"), how=param("how"),
    at=param("at"), noted_at=param("noted_at")).on_conflict_ignore())


def _row(journee: Any, person: Any, half: Any) -> Any:
    return (Attendance.journee == journee) & (Attendance.person == person) & (Attendance.half == half)


def _there() -> Any:
    return _row(param("journee"), param("person"), param("half"))


_CAME = compiled(lambda: Attendance.update(
    status="present", how=param("how"), at=param("at"), noted_at=param("noted_at")).where(
        _there(), Attendance.status != "present"))
_IS_THERE = compiled(lambda: Attendance.select(Attendance.id).where(_there(), Attendance.status == "present"))

# Written -------------------------------------------------------------------------------------------------------------


def record_attendance(journee: Journee, half: str, person: Person, *, how: str, at: datetime) -> bool:
    """Someone came. True when it was already noted: a repeat is information, whichever tablet or sheet it comes from."""
    there = {"journee": journee.id, "person": person.id, "half": half}
    with write_transaction():
        for _ in range(2):
            if _CAME(**there, how=how, at=at, noted_at=moment.now()):
                return False
            if _insert(journee, person, half, "present", how, at):
                return False
            if _IS_THERE.one(**there):
                return True
    return True


def answer_invitation(journee: Journee, person: Person, status: str, *, how: str, at: datetime) -> None:
    """« Je viens » or « Excusé·e », for the whole day; whoever is present stays present. Twice is harmless."""
    with write_transaction():
        for half in HALVES:
            if not _insert(journee, person, half, status, how, at):
                Attendance.update(status=status, how=how, at=at, noted_at=moment.now()).where(
                    _row(journee, person, half), Attendance.status.not_in(("present", status))).execute()


def settle_absences(journee: Journee, expected: Iterable[Person]) -> None:
    """The journée is over: those expected who were not seen were absent, half-day by half-day. Twice is harmless."""
    now = moment.now()
    with write_transaction():
        Attendance.update(status="absent", how="journee", noted_at=now).where(
            Attendance.journee == journee, Attendance.status == "expected").execute()
        for person in expected:
            for half in HALVES:
                _insert(journee, person, half, "absent", "journee", now)


def correct(journee: Journee, half: str, person: Person, status: str) -> None:
    """The team says otherwise than what is noted, or notes what nothing said. Twice is harmless."""
    now = moment.now()
    with write_transaction():
        if not _insert(journee, person, half, status, "team", now):
            Attendance.update(status=status, how="team", noted_at=now).where(
                _row(journee, person, half), Attendance.status != status).execute()


def count_who_came(journee: Journee) -> None:
    """Keep the number of those who came: it stays when their lines have had their time (JOURNEY §11)."""
    with write_transaction():
        Journee.update(came=presences([journee]).get(journee.id, 0)).where(Journee.id == journee.id).execute()


def _insert(journee: Journee, person: Person, half: str, status: str, how: str, at: datetime) -> bool:
    """Whether the row was not there."""
    return _MADE(journee=journee.id, person=person.id, half=half, status=status, how=how, at=at,
                 noted_at=moment.now()) is not None


# Names to match ------------------------------------------------------------------------------------------------------


def keep_name(journee: Journee, half: str, name: str, *, how: str, at: datetime, key: str) -> bool:
    """A name that nobody's badge tells; True when this very entry was already kept."""
    uid = new_uid()
    with write_transaction():
        made: int = UnknownName.insert(
            uid=uid, journee=journee, half=half, name=seal("unknown_name.name", uid, " ".join(name.split())), how=how,
            at=at, key=key).on_conflict_ignore().as_rowcount().execute()
    return made == 0


def settle_name(found: UnknownName, person: Person | None, by: Person) -> bool:
    """The name is someone's, or nobody's we know (a visitor): it is erased. False when another one settled it first."""
    with write_transaction():
        done: int = UnknownName.update(name=None, person=person, settled_at=moment.now(), settled_by=by).where(
            UnknownName.id == found.id, UnknownName.settled_at.is_null()).execute()
    return done == 1


def names_to_match(journee: Journee | None = None) -> list[UnknownName]:
    """The names that wait for someone to say whose they are, the oldest first."""
    rows = UnknownName.select(UnknownName, Journee).join(Journee).where(UnknownName.settled_at.is_null())
    return list((rows if journee is None else rows.where(UnknownName.journee == journee)).order_by(UnknownName.id))


# Read ----------------------------------------------------------------------------------------------------------------


def noted(journee: Journee) -> dict[int, dict[str, Attendance]]:
    """What is noted at a journée: by person, then by half-day."""
    found: dict[int, dict[str, Attendance]] = {}
    for row in Attendance.select().where(Attendance.journee == journee):
        found.setdefault(row.person_id, {})[row.half] = row
    return found


def presences(journees: Iterable[Journee]) -> dict[int, int]:
    """How many people came, by journée; of those whose lines have had their time, the count that was kept."""
    kept = {one.id: one.came for one in journees if one.came}
    rows = Attendance.select(Attendance.journee, fn.COUNT(Attendance.person.distinct())).where(
        Attendance.journee.in_(list(journees)), Attendance.status == "present").group_by(Attendance.journee)
    return kept | dict(rows.tuples())


def version_of(journee: Journee) -> str:
    """Changes with everything that changes what the journée's page says of presences."""
    rows = Attendance.select(fn.COUNT(Attendance.id), fn.MAX(Attendance.noted_at)).where(Attendance.journee == journee)
    names = UnknownName.select(fn.COUNT(UnknownName.id), fn.COUNT(UnknownName.settled_at)).where(
        UnknownName.journee == journee)
    return "-".join(str(one or 0) for one in (*rows.scalar(as_tuple=True), *names.scalar(as_tuple=True)))


def answer_of(journee: Journee, person: Person) -> str:
    """What someone is at a journée: present if at one half-day, else what is noted; empty when nothing is."""
    found = [row.status for row in Attendance.select(Attendance.status).where(
        Attendance.journee == journee, Attendance.person == person)]
    return "present" if "present" in found else next(iter(found), "")
