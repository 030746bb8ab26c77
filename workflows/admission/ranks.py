"""Why a rank worsens, in the words of those it happens to; by the step that moves someone in the waiting list."""

from __future__ import annotations

from typing import Final

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
