"""The header: what each kind of user finds there."""

from __future__ import annotations

from typing import Any

from flask import g, has_request_context, request, url_for

from intake import language, moment, switch
from intake.access import held_roles
from intake.models.days import Journee
from intake.models.dossiers import Case, Dossier
from intake.models.people import Person
from intake.outbox import link_to
from intake.show import in_development

READERS = frozenset({"circle", "coordinator", "support", "cogerance"})
ADMINISTRATION = frozenset({"admin", "cogerance", "support"})


def header() -> dict[str, Any]:
    """What base.html shows around every screen; letters have no header."""
    if not has_request_context():
        return {}
    person = g.get("person")
    return {
        "nav": entries(), "me": person.called if person else "", "me_url": url_for("sign_in.account") if person else "",
        "lang": language.current(), "help_url": url_for("start.help_page"),
        "language_url": url_for("language.choose") if switch.offered() else "", "here_url": here(),
        "alternates": alternates(),
        "foot": [{"label": "Vos données", "href": url_for("start.privacy")},
                 {"label": "Nos engagements", "href": url_for("promises.published")},
                 {"label": "Accessibilité : partiellement conforme", "href": url_for("start.accessibility")},
                 *([] if person else [{"label": "Se connecter", "href": url_for("sign_in.ask")}]),
                 *([{"label": "Machine de développement", "href": url_for("development.door")}]
                   if in_development() else [])],
    }


def here() -> str:
    """The page one reads, for the way back to it; the front page for a form that has no page of its own."""
    shown = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    path = request.full_path.rstrip("?") if shown else "/"
    return "/" if path.startswith("/en/") else path


def alternates() -> list[tuple[str, str]]:
    """(language, address) of the front page, for search engines."""
    if request.endpoint not in ("start.welcome", "language.welcome"):
        return []
    return [("fr", link_to("/")), ("en", link_to("/en/"))]


def entries() -> list[dict[str, Any]]:
    """The links of the header for whoever is here."""
    if g.get("person") is None:
        return [_entry("Ma demande", "sign_in.resume")]
    held, links = held_roles(), []
    if held:
        links.append(_entry("Ce qui m’attend", "waiting_for_me.mine"))
    if "peer" in held:
        links.append(_entry("Accompagner", "pairing.mine"))
    if held & READERS:
        links += [_entry("Candidatures", "board.stages"), _entry("Liste d’attente", "waiting_list.queue"),
                  _entry("Binômes", "pairing.overview"),
                  _entry("Journées", "journees.calendar"), _entry("Échéances", "deadlines.upcoming"),
                  _entry("Chiffres", "figures.overview")]
    elif "facilitator" in held:
        links.append(_entry("Journées", "journees.calendar"))
    if "coop_life" in held:
        links.append(_entry("Ce qui coince", "irritants.listing"))
    if held & ADMINISTRATION:
        links.append(_entry("Administration", "administration.home"))
    if not held or g.person.dossiers.exists():
        links.append(_entry("Mon parcours" if held or _has_begun(g.person) else "Ma demande", "journey.mine"))
    return links


def _has_begun(person: Person) -> bool:
    """Whether something follows the application: a contract, a peer, a departure."""
    begun: bool = Case.select().join(Dossier).where(Dossier.person == person, Case.workflow != "admission").exists()
    return begun


def _entry(label: str, endpoint: str) -> dict[str, Any]:
    return {"label": label, "href": url_for(endpoint), "current": request.endpoint == endpoint}


def journee_ahead() -> Journee | None:
    """The next monthly day, for « prochaine date connue »."""
    found: Journee | None = Journee.select().where(Journee.day >= moment.today()).order_by(Journee.day).first()
    return found
