"""The roll of a journée: who is awaited, and what is known of each; for its page and its paper sheet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from intake import words
from intake.guests import awaited
from intake.models import attendance
from intake.models.attendance import HALVES, Attendance
from intake.models.days import Journee
from intake.models.dossiers import Dossier
from intake.models.people import Antenna, Person

SAID = {"present": "Présence notée", "expected": "Vient", "excused": "Absence excusée", "absent": "N’est pas venu·e"}
NAMED = {"morning": "matin", "afternoon": "après-midi"}
BY = {"paper": "papier", "name": "nom rapproché", "team": "noté par l’équipe"}
"""How one signed, when it is not by badge or code."""


@dataclass(frozen=True)
class Line:
    """Someone, and what is known of them that day."""

    person: Person
    member: bool
    halves: dict[str, Attendance]

    @property
    def state(self) -> str:
        """present, expected, excused, absent, or invited: a candidate who has not answered."""
        known = {row.status for row in self.halves.values()}
        for state in ("present", "excused", "absent", "expected"):
            if state in known:
                return state
        return "expected" if self.member else "invited"

    @property
    def says(self) -> str:
        """« Matin à 9 h 12, après-midi (papier) »; what was answered, for those who are not there."""
        seen = [(half, row) for half in HALVES if (row := self.halves.get(half)) and row.status == "present"]
        if not seen:
            return SAID[self.state] if self.halves else ("" if self.member else "Candidature, sans réponse")
        said = ", ".join(f"{NAMED[half]}{_how(row)}" for half, row in seen)
        return said[:1].upper() + said[1:]


def _how(row: Attendance) -> str:
    return f" ({BY[row.how]})" if row.how in BY else f" à {words.hour(row.at)}"


def roll(journee: Journee, antennas: Collection[Antenna] | None = None) -> list[Line]:
    """Everyone awaited and everyone noted, of these antennas or of all, by name; once closed, those noted alone."""
    noted = attendance.noted(journee)
    known = {} if journee.closed_at else {guest.person.id: (guest.person, guest.member) for guest in awaited(antennas=antennas)}
    others = Person.select().where(Person.id.in_(set(noted) - set(known)))
    if antennas is not None:
        others = others.where(Person.id.in_(
            Dossier.select(Dossier.person).where(Dossier.antenna.in_([one.id for one in antennas]))))
    members = {guest.person.id for guest in awaited(antennas=antennas) if guest.member} if journee.closed_at else set()
    if set(noted) - set(known):
        known |= {one.id: (one, one.id in members) for one in others}
    lines = [Line(person, member, noted.get(person.id, {})) for person, member in known.values()]
    return sorted(lines, key=lambda line: (words.sorted_as(line.person.last_name), words.sorted_as(line.person.called)))
