"""Where a letter stands, in words (SCREENS C8): nothing says sent before the mail server accepted it."""

from __future__ import annotations

from datetime import datetime, timedelta

from intake import moment, words
from intake.models.letters import Letter
from intake.words import as_day

SOON = timedelta(hours=20)
REFUSED, CONTENT, CAME_BACK, HELD = "refused", "content", "came back", "held"
"""How `Letter.problem` begins: the address was refused, the text was, the letter came back, or it waits until tomorrow."""
GATHERED = {"gathered": "Attend la lettre du matin", "told": "Dite dans la lettre du matin"}
WHY = {REFUSED: "adresse refusée", CONTENT: "texte refusé par le serveur", CAME_BACK: "le courriel est revenu"}


def says(letter: Letter) -> str:
    """« Attend jusqu’à 9 h 22 », « Remise au serveur à 9 h 22 », « Non partie : adresse refusée »."""
    if letter.status == "failed":
        return words.sentence("Non partie : {why}", why=why(letter.problem))
    if letter.status == "sent":
        return words.sentence("Remise au serveur {when}", when=when(letter.sent_at))
    if letter.status == "claimed":
        return "Envoi en cours"
    if letter.status == "dropped":
        return "Annulée avant son départ"
    if letter.status in GATHERED:
        return GATHERED[letter.status]
    soon = letter.next_try - moment.now() < SOON
    until = words.hour(letter.next_try) if soon else words.at(letter.next_try)
    if letter.problem.startswith(HELD):
        return words.sentence("Attend jusqu’au {until} : déjà {n} lettres ce jour-là", until=words.at(letter.next_try),
                              n=letter.problem.partition(" ")[2])
    said = words.sentence("Attend jusqu’à {until}" if soon else "Attend jusqu’au {until}", until=until)
    return words.sentence("{said}, {n:essai|essais} sans succès", said=said, n=letter.tries) if letter.tries else said


def when(instant: datetime) -> str:
    """« à 9 h 22 » today, « le 3 mars 2027 à 9 h 22 » another day."""
    today = as_day(instant) == moment.today()
    return words.sentence("à {heure}" if today else "le {jour}", heure=words.hour(instant), jour=words.at(instant))


def why(problem: str) -> str:
    """Why a letter did not leave, in words."""
    return next((said for kind, said in WHY.items() if problem.startswith(kind)), "le serveur de courrier n’a pas répondu")
