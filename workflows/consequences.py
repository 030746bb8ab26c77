"""What follows from a step: letters, tasks, places, other cases; declared values, applied by `intake.effects`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.roles import Role

Answers = Mapping[str, Any]

FromStep = Callable[[Any, Answers], Any]
"""A pure function of (facts, answers)."""


@dataclass(frozen=True)
class Remember:
    """Keep facts of the case: ids, ISO dates, numbers, flags; never what people wrote. Merged into its memory."""

    what: FromStep


@dataclass(frozen=True)
class Letter:
    """A letter owed. `text` names the answer that replaces its body; `when` may hold it back."""

    template: str
    to: tuple[Role, ...] = ("person",)
    when: FromStep | None = None
    text: str = ""
    subject: str = ""
    """Name of the answer that gives the subject (messages)."""
    occasion: FromStep | None = None
    """What makes two letters of one cause different (a date, a rung)."""
    gathered: bool = False
    """For the team, a line of the day’s one letter (`digest`); the person and the peer get theirs at once."""


@dataclass(frozen=True)
class Task:
    """Work for a role. Due `days` after today (`working`: working days), or on the day `due` gives."""

    role: Role
    sentence: str
    days: int | str = 0
    """A number of days, or the name of a setting."""
    working: bool = False
    due: FromStep | None = None
    closes_with: tuple[str, ...] = ()
    """Steps that close it; empty: `tick`."""
    people: FromStep | None = None
    """uids of the people it is for; without it, anyone with the role."""
    each: FromStep | None = None
    """One task per row of an answer: (sentence, day, uids) of each, in place of its own."""
    when: FromStep | None = None
    rings: FromStep | None = None
    """Days on which a letter tells the role that it is still to be done (JOURNEY §8); those that are past are left out."""
    tells: str = ""
    """Letter to the person on the same days."""
    notice: str = ""
    """What an authority is told, ready to copy: a name of `workflows.notices`."""


@dataclass(frozen=True)
class Open:
    """Open a case of another workflow in this dossier (a next run of `cape`), unless one is already open."""

    workflow: str
    step: str = "open"
    carry: FromStep | None = None
    """What the new case must remember from this one."""
    when: FromStep | None = None
    again: bool = False
    """Open a further run even when one is open (cape renewals)."""


@dataclass(frozen=True)
class TakeStep:
    """Take a step of the case this one opened or was opened by, or with `everywhere` of every case of the dossier."""

    workflow: str
    step: str
    everywhere: bool = False
    when: FromStep | None = None
    unless_refused: bool = False
    """Leave a case whose rules refuse as it is, instead of refusing the whole step (accompaniment.end by an admission)."""


@dataclass(frozen=True)
class HoldPlace:
    """Hold a free place of a month for this case; refused with the sentence of `place_free` when there is none."""

    month: FromStep


@dataclass(frozen=True)
class AcceptPlace:
    """The held place is accepted."""


@dataclass(frozen=True)
class UsePlace:
    """The accepted place is used: the person is in."""


@dataclass(frozen=True)
class FreePlace:
    """Give the place back: free again until its month ends, then lost."""


@dataclass(frozen=True)
class MovePlace:
    """Free this case's place and take one of another month, in one transaction."""

    month: FromStep


@dataclass(frozen=True)
class StepBack:
    """Give up `offers.step_back` ranks: the rank date of the third next person, one microsecond later."""


@dataclass(frozen=True)
class DropTasks:
    """Close the open tasks of this case that no longer make sense; all of them when no step is named."""

    closes_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class EmptyDraft:
    """Erase the pages of the questionnaire that were written and not sent."""

    when: FromStep | None = None


@dataclass(frozen=True)
class Freeze:
    """Freeze the document to sign: make it, hash it, keep it (`what` names its template)."""

    paper: str


@dataclass(frozen=True)
class Sign:
    """Keep the evidence of a signature; the one that `seals` keeps the sealed copy too."""

    seals: bool = False


@dataclass(frozen=True)
class GiveCode:
    """A new code to sign, said by another way than the letter."""


@dataclass(frozen=True)
class ChangeAddress:
    """Ask the new address to prove itself; it serves once verified."""


@dataclass(frozen=True)
class Undo:
    """Restore what the event in question changed."""


Consequence = (
    Remember | Letter | Task | Open | TakeStep | HoldPlace | AcceptPlace | UsePlace | FreePlace | MovePlace | StepBack
    | DropTasks | EmptyDraft | Freeze | Sign | GiveCode | ChangeAddress | Undo
)
