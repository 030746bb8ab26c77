"""What is derived from a case's memory, so that lists can be read quickly: rank, peer, seat, death."""

from __future__ import annotations

from datetime import date, datetime

from intake.models.compiled import columns, compiled, loaded, param
from intake.models.days import InfoMeeting, Seat
from intake.models.dossiers import Case, Dossier
from intake.models.people import Antenna, Person
from workflows.accompaniment import accompaniment

NAMED = compiled(lambda: Person.select().where(Person.uid == param("uid")))
OTHERS = compiled(lambda: Case.update({Case.due_at: None}).where(Case.dossier == param("dossier"), Case.id != param("case")))

DATED = ("cape", "salaried", "membership")
"""Workflows whose dates those of other cases depend on: reviews, the associate deadline."""


def project(case: Case, *, undone: bool = False, changed: bool = True) -> None:
    """Bring what is derived from this case up to date, after a step or its undoing. The caller saves the case itself.

    `changed`: its state or what it remembers is another; else the dates of other cases stand.
    """
    case.follower = case.memory.get("follower") or ""
    if case.workflow == "admission":
        stamp = case.memory.get("rank_from")
        case.rank_at = datetime.fromisoformat(stamp) if stamp and case.state == "waiting" else None
        _seat(case, undone)
    elif case.workflow == "accompaniment":
        _peer(case)
    elif case.workflow == "departure":
        _death(case)
    elif case.workflow in DATED and changed:
        _look_again(case)


def antenna_of(case: Case) -> Antenna:
    """The antenna a case begins at: that of its dossier; for a transfer from KPA-Cité, the principale (JOURNEY §5.1)."""
    found: Antenna = Antenna.get(Antenna.code == "principale") if case.memory.get("transfer") else case.antenna
    return found


def _peer(case: Case) -> None:
    """The dossier's peer: who was proposed, until the pairing ends or seeks someone else."""
    uid = case.memory.get("peer", "") if case.state in accompaniment.open_states else ""
    found = NAMED.one(uid=uid) if uid else None
    peer = loaded(Person, columns(Person), found) if found else None
    if case.dossier.peer_id != (peer.id if peer else None):
        case.dossier.peer = peer
        Dossier.update(peer=peer).where(Dossier.id == case.dossier_id).execute()


def _look_again(case: Case) -> None:
    """The dates of the other cases of the dossier are to be computed again."""
    OTHERS(dossier=case.dossier_id, case=case.id)


def _death(case: Case) -> None:
    """The day someone died, while a departure says so: nothing more is sent to them."""
    told = case.memory.get("type") == "death" and case.state != "called_off"
    day = date.fromisoformat(case.memory["ends_on"]) if told else None
    person = case.dossier.person
    if person.died_on != day:
        person.died_on = day
        Person.update(died_on=day).where(Person.id == person.id).execute()


def _seat(case: Case, undone: bool) -> None:
    """The seat at an information meeting: chosen, then present, absent or excused; none once a choice is undone."""
    uid = case.memory.get("meeting", "")
    if undone and not uid:
        Seat.delete().where(Seat.case == case).execute()
    if not uid or case.memory.get("taken", {}).get("submit"):
        return
    meeting = InfoMeeting.get_or_none(InfoMeeting.uid == uid)
    if meeting is None:
        return
    status = case.memory.get("attendance", "expected")
    Seat.insert(meeting=meeting, case=case, status=status).on_conflict(
        conflict_target=[Seat.case], update={Seat.meeting: meeting, Seat.status: status}).execute()
