"""The header: what each kind of user finds there."""

from __future__ import annotations

from flask import g, url_for

from intake import moment
from intake.access import held_roles
from intake.models.days import Journee

Entry = tuple[str, str, str]
"""(label, address, endpoint)."""

READERS = frozenset({"circle", "coordinator", "support", "cogerance"})
ADMINISTRATION = frozenset({"admin", "cogerance", "support"})


def entries() -> list[Entry]:
    """The links of the header for whoever is here."""
    if g.get("person") is None:
        return [_entry("Ma demande", "start.welcome")]
    held = held_roles()
    links = []
    if g.person.dossiers.exists():
        links.append(_entry("Mon parcours", "journey.mine"))
    if held:
        links.append(_entry("Ce qui m’attend", "waiting_for_me.mine"))
    if held & READERS:
        links += [_entry("Candidatures", "board.stages"), _entry("Liste d’attente", "waiting_list.queue"),
                  _entry("Journées", "journees.calendar")]
    if held & ADMINISTRATION:
        links.append(_entry("Administration", "administration.home"))
    return links or [_entry("Ma demande", "start.welcome")]


def _entry(label: str, endpoint: str) -> Entry:
    return label, url_for(endpoint), endpoint


def journee_ahead() -> Journee | None:
    """The next monthly day, for « prochaine date connue »."""
    found: Journee | None = Journee.select().where(Journee.day >= moment.today()).order_by(Journee.day).first()
    return found
