"""Administration: what to look at, and the way to each subject (SCREENS S26)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, url_for

import workflows
from intake import degraded, gatherings, moment, retention, words
from intake.access import access, antennas_seen, held_roles
from intake.models import accounts, days, devices, privacy, rounds, stumbles
from intake.models.accounts import FactorReset, RoleAsked
from intake.models.caps import CapChange
from intake.models.days import InfoMeeting
from intake.models.erasures import ErasureAsked
from intake.models.factors import Factor
from intake.models.letters import Letter
from intake.models.people import Antenna
from intake.models.settings import settings_on
from intake.models.two_people import waiting
from intake.show import show
from workflows import roles
from workflows.grammar import StepForm

pages = Blueprint("administration", __name__)

WHO = (roles.cogerance, roles.admin, roles.support)
REGISTER = frozenset({roles.cogerance, roles.support, roles.associates})
PEOPLE = frozenset({roles.cogerance, roles.admin})
MEETINGS = (roles.circle, roles.coordinator, roles.support, roles.cogerance, roles.facilitator)
SOON = timedelta(days=90)
LATELY = timedelta(days=30)


@pages.get("/administration")
@access(*WHO)
def home() -> Response:
    """What to look at, then every subject."""
    return show("administration.html", look=[one for one in to_look_at() if one], tiles=tiles(), unclear=unclear())


def unclear() -> list[dict[str, str]]:
    """The two questions whose answers were refused most often these last months: to be written again (F26)."""
    found = []
    for asked, name, number in stumbles.worst(moment.today(), 2):
        form, title = asked_in(asked)
        field = form()._fields.get(name) if form else None
        if field is not None:
            times = f"{words.Count(number):réponse refusée|réponses refusées}"
            found.append({"question": field.label.text, "where": title, "times": times})
    return found


def asked_in(name: str) -> tuple[type[StepForm] | None, str]:
    """The form of a page or a step, and what it is called; (None, '') once it is gone."""
    flow, _, last = name.partition(".")
    workflow = workflows.ALL[flow]
    page = next((one for pages in workflow.pages.values() for one in pages if one.name == last), None)
    if page is not None:
        return page.form, page.title
    row = next(iter(workflow.rows(last)), None)
    return (row.form, str(row.label)) if row is not None else (None, "")


def to_look_at() -> list[dict[str, Any] | None]:
    """What asks for someone, each with its link."""
    today, held = moment.today(), held_roles()
    failed = Letter.select().where(Letter.status == "failed").count()
    to_confirm = [one for one in days.journees_from(today) if one.to_confirm and one.day <= today + SOON]
    return [
        _line(failed, "lettre non partie", "lettres non parties", url_for("letters.list_all")),
        *[_line(1, f"changement de plafond à confirmer, {one.antenna.name}", "",
                url_for("caps.cap", code=one.antenna.code)) for one in waiting(CapChange)],
        _line(len(waiting(RoleAsked)) + len(waiting(FactorReset)), "demande à confirmer", "demandes à confirmer",
              url_for("people.list_all"))
        if held & PEOPLE else None,
        _line(len(privacy.to_answer()), "demande sur des données", "demandes sur des données", url_for("keeping.overview")),
        _line(len(waiting(ErasureAsked)), "effacement à confirmer", "effacements à confirmer", url_for("keeping.overview")),
        _line(int(retention.stopped_now() is not None), "effacement du jour arrêté", "", url_for("keeping.overview")),
        {"text": said, "href": url_for("letters.list_all")} if (said := degraded.post_says()) else None,
        _line(int(rounds.late_by(moment.now()) is not None), "horloge arrêtée", "", url_for("health.overview")),
        _line(len(to_confirm), "journée à confirmer", "journées à confirmer", url_for("journees.calendar")),
        _line(sum(map(devices.missing, devices.in_service())), "fiche de la borne qui manque", "fiches de la borne qui manquent",
              url_for("devices.list_all")),
        _line(len(unnoted()), "réunion avec des présences à noter", "réunions avec des présences à noter",
              url_for("meetings.list_all")) if antennas_seen(*MEETINGS) else None,
    ]


def _line(number: int, one: str, many: str, href: str) -> dict[str, Any] | None:
    return {"text": f"{words.Count(number)} {one if number == 1 else many}", "href": href} if number else None


def unnoted() -> list[InfoMeeting]:
    """Meetings held where someone is still expected."""
    now = moment.now()
    held = InfoMeeting.select().where(InfoMeeting.starts_at.between(now - LATELY, now),
                                      InfoMeeting.cancelled_at.is_null(), InfoMeeting.antenna.in_(antennas_seen(*MEETINGS)))
    return [one for one in held if gatherings.expected(one)]


def tiles() -> list[dict[str, str]]:
    """Every subject, with its figure of the day."""
    today = moment.today()
    ahead = [one for one in days.journees_from(today) if not one.to_confirm]
    people = [_tile("Personnes et rôles", people_said(), url_for("people.list_all"))] if held_roles() & PEOPLE else []
    welcome = antennas_seen(*MEETINGS)
    meetings = [_tile("Réunions d’information", next_meeting(welcome), url_for("meetings.list_all"))] if welcome else []
    return [
        _tile("Réglages", "Délais, seuils, rappels", url_for("settings.groups")),
        *[_tile("Plafond" if antenna.programme == "principale" else f"Plafond · {antenna.name}",
                f"{words.Count(settings_on(today, antenna)['places.per_month']):entrée|entrées} par mois",
                url_for("caps.cap", code=antenna.code))
          for antenna in Antenna.select().where(Antenna.capped == "yes").order_by(Antenna.id)],
        *people,
        _tile("Journées", f"Prochaine : {words.short_day(ahead[0].day)}" if ahead else "Aucune date confirmée",
              url_for("journees.calendar")),
        *meetings,
        _tile("Bornes", tablets_said(), url_for("devices.list_all")),
        _tile("Santé", clock_said(), url_for("health.overview")),
        _tile("Données", "Demandes, conservation, effacement", url_for("keeping.overview")),
        *([_tile("Registre des personnes associées", "Parts, versements, sorties", url_for("associates.book"))]
          if held_roles() & REGISTER else []),
        _tile("Modèles de documents", "Versions en service", url_for("papers.templates")),
        _tile("Lettres", letters_said(), url_for("letters.list_all", etat="sent")),
    ]


def next_meeting(antennas: list[Antenna]) -> str:
    """« Prochaine : 24 mars »."""
    meeting = InfoMeeting.select().where(
        InfoMeeting.starts_at > moment.now(), InfoMeeting.cancelled_at.is_null(),
        InfoMeeting.antenna.in_(antennas)).order_by(InfoMeeting.starts_at).first()
    return f"Prochaine : {words.short_day(meeting.starts_at)}" if meeting else "Aucune date prévue"


def _tile(title: str, says: str, href: str) -> dict[str, str]:
    return {"title": title, "says": says, "href": href}


def people_said() -> str:
    """« 23 personnes, 2 sans seconde étape »."""
    holders = {grant.person_id for grant in accounts.grants_today()}
    ready = {person for (person,) in Factor.select(Factor.person).where(Factor.person.in_(holders)).distinct().tuples()}
    return f"{words.Count(len(holders)):personne|personnes}, {len(holders - ready)} sans seconde étape"


def tablets_said() -> str:
    """« 2 tablettes, vues le 19 novembre »."""
    found = devices.in_service()
    return f"{words.Count(len(found)):tablette|tablettes}, dernière vue le {words.short_day(found[0].seen_at)}" if found \
        else "Aucune tablette"


def clock_said() -> str:
    """« Horloge à l’heure », or not."""
    late = rounds.late_by(moment.now()) is not None or rounds.last_round() is None
    return "Horloge en retard" if late else "Horloge à l’heure"


def letters_said() -> str:
    """« 212 parties en 30 jours »."""
    sent = Letter.select(Letter.id).where(Letter.status == "sent", Letter.next_try > moment.now() - LATELY)
    number = sent.limit(1000).count()
    return f"{'1 000 ou plus' if number == 1000 else number} {'parties' if number > 1 else 'partie'} en 30 jours"
