"""Why a rank worsens, in the words of those it happens to; by the step that moves someone in the waiting list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from workflows.calendar import Month
from workflows.queue import Candidate

KEPT: Final = "une personne garde son rang après une proposition de place."
RETURNED: Final = "une personne a repris sa demande mise en pause."
RESTORED: Final = "une décision a été annulée."

OTHERS: Final[dict[str, str]] = {
    "resume": RETURNED, "decline_offer": KEPT, "postpone": KEPT, "take_offer_back": KEPT, "expire": KEPT,
    "give_back": KEPT, "miss_month": KEPT, "undo": RESTORED, "take_over": "un dossier plus ancien a été repris.",
    "reopen": "une personne a rouvert sa demande.", "admit": "un avis favorable a été noté.",
}
"""What those who now stand behind read."""

ONESELF: Final[dict[str, str]] = {
    "expire": "la proposition de place est restée sans réponse.",
    "decline_offer": "vous avez déjà passé votre tour une fois.",
}
"""What the one who stepped back reads."""


def sentences(step: str, stepped_back: bool) -> tuple[str, str]:
    """(for the others, for oneself when one stepped back); empty where there is nothing to say."""
    return OTHERS.get(step, ""), ONESELF.get(step, "") if stepped_back else ""


# Served, passed ------------------------------------------------------------------------------------------------------

NEXT: Final = "première personne de la liste à qui proposer cette place."
LOST: Final = "mois terminé, {n} perdue : personne ne l’a prise."
LOST_MANY: Final = "mois terminé, {n} perdues : personne ne les a prises."
RETURNED_PLACE: Final[dict[str, str]] = {
    "decline_offer": "a passé son tour.", "postpone": "a reporté son entrée.",
    "take_offer_back": "proposition retirée par le Cercle.", "expire": "n’a pas répondu avant la date limite.",
    "review_again": "étude rouverte.", "withdraw": "demande retirée.", "undo": "proposition annulée dans les dix minutes.",
    "give_back": "a rendu sa place.", "miss_month": "mois d’entrée passé sans contrat.",
}
"""Why a place comes back to its month, by step."""


def served_because(month: Month, lifted: Iterable[str], motive: str, *, alone: bool) -> str:
    """Why this person is served."""
    if motive:
        return f"hors rang : {motive.lower()}."
    if "first_in_line" in lifted or "first_for_month" in lifted:
        return "par dérogation de la cogérance."
    return "première personne de la liste." if alone else f"première personne de la liste qui peut entrer en {month.label}."


def passed_because(one: Candidate, month: Month, lifted: Iterable[str], motive: str) -> str:
    """Why someone who stands before is not served."""
    if one.paused:
        return "demande en pause, rang gardé."
    if one.not_before is not None and one.not_before > month:
        return f"a demandé à entrer à partir de {one.not_before.label}, rang gardé."
    if motive:
        return f"proposition hors rang à une autre personne ({motive.lower()}), rang gardé."
    if "first_in_line" in lifted or "first_for_month" in lifted:
        return "dérogation de la cogérance pour une autre personne, rang gardé."
    return "rang gardé."
