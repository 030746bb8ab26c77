"""The journey line as the macro shows it."""

from collections.abc import Sequence

from intake.models.dossiers import Case
from workflows.line import stations


def stations_of(cases: Sequence[Case], *, mine: bool) -> list[dict[str, str]]:
    """The stations of a dossier, for its person or for others: name, one line, state."""
    return [{"name": one.name, "says": one.note, "state": one.status} for one in stations(cases, mine=mine)]
