"""The stages of the board (JOURNEY §4), and after how many days without contact each says so, in words (SCREENS B9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from workflows.calendar import Month


@dataclass(frozen=True)
class Stage:
    """A column of the board."""

    name: str
    title: str
    states: tuple[str, ...]
    station: int
    empty: str
    stalled_after: int = 0
    """Days without contact after which a card says so; 0: never."""
    sort: str = "contact"
    """What its cards are sorted by (`cards.SORTS`): whom nobody was in touch with for longest, unless it says otherwise."""


STAGES = (
    Stage("a-lire", "À lire", ("submitted",), 1, "Rien à lire. Les nouvelles candidatures arrivent ici.", 7),
    Stage("rencontre", "Rencontre", ("review", "deferred"), 2, "Personne n’attend de rencontre.", 21),
    Stage("liste-d-attente", "Liste d’attente", ("waiting", "paused"), 3,
          "Pas de liste d’attente : la prochaine place est libre.", 45),
    Stage("entree-prevue", "Entrée prévue", ("offered", "papers", "signing"), 4, "Aucune entrée prévue."),
    Stage("accueilli", "Accueil récent", ("joined",), 4, "Personne n’est entré ces 30 derniers jours.",
          sort="-depuis"),
)
ASIDE = (
    Stage("contacts", "Contacts", ("contact", "meeting", "draft"), 1, "Aucun contact pour l’instant."),
    Stage("sans-suite", "Sans suite", ("declined", "redirected", "withdrawn", "lapsed"), 0,
          "Aucun dossier sans suite."),
)
NAMED = {stage.name: stage for stage in (*STAGES, *ASIDE)}
OF_STATE = {state: stage for stage in (*STAGES, *ASIDE) for state in stage.states}
RECENT = timedelta(days=30)
"""How long someone who has joined stays on the board."""
PAPERS_AHEAD = timedelta(days=7)
"""Before an entry, a paper that is missing says so."""


def days_without_contact(state: str, moved_at: datetime | None, now: datetime) -> int:
    """The days since anyone was in touch, once there are too many for this stage; else 0."""
    stage = OF_STATE.get(state)
    days = (now - moved_at).days if moved_at else 0
    return days if stage and stage.stalled_after and days >= stage.stalled_after else 0


def paper_missing(state: str, month: str, today: date) -> bool:
    """Whether an entry is near while its papers are not complete; which one is for RH alone."""
    return state == "papers" and bool(month) and Month.parse(month).first_day - PAPERS_AHEAD <= today
