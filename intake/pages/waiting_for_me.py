"""« Ce qui m’attend »: the team's home; late first, then this week, then later (SCREENS S22, C1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, url_for

from intake import moment, words
from intake.access import STAFF, access, held_grants, held_roles, me
from intake.models import board_exports, brands
from intake.models.actors import roles_on_antenna
from intake.models.days import journees_before, journees_from
from intake.models.dossiers import Case, Dossier, Event
from intake.models.people import Antenna, Person
from intake.next_action import Action, others_wait, waiting_for
from intake.pages.administration import WHO as ADMINISTRATION, to_look_at
from intake.pages.journee import RUN
from intake.show import show
from intake.told import lately, told
from intake.tray import to_check
from workflows import roles
from workflows.roles import LABELS

pages = Blueprint("waiting_for_me", __name__)

NEWS = ("agree", "decline", "accept", "decline_offer", "postpone", "choose_interview", "answer", "submit", "confirm", "withdraw",
        "ask_other", "resume", "reconfirm")
"""What people and peers did lately that is worth knowing, though nothing has to be done."""
NEWS_DAYS, LOOKED_AT, NEWS_MOST = timedelta(days=3), 300, 5
PREPARE = timedelta(days=7)


@pages.get("/ce-qui-m-attend")
@access(STAFF)
def mine() -> Response:
    """What waits for the person signed in, whatever their roles."""
    today = moment.today()
    actions = waiting_for(me(), held_grants())
    late = [action for action in actions if action.late(today)]
    week = [action for action in actions if action.soon(today) and action not in late]
    later = [action for action in actions if action not in late and action not in week]
    looked_at = to_look_at() if held_roles() & set(ADMINISTRATION) else []
    house = [*opinions_owed(), *days_to_prepare(), *days_behind(), *(one for one in looked_at if one), *exported()]
    return show("waiting_for_me.html", late=late, week=week, later=later, house=house, today=today, news=news(),
                counted=counted(actions, late), others=others_wait(held_grants()),
                held=[LABELS[role] for role in LABELS if role in held_roles()], labels=LABELS,
                several=len({action.role for action in actions}) > 1)


def counted(actions: list[Action], late: list[Action]) -> str:
    """« 3 actions, dont 1 en retard »."""
    if not actions:
        return ""
    return f"{words.Count(len(actions)):action|actions}" + (f", dont {len(late)} en retard" if late else "")


def days_to_prepare() -> list[dict[str, str]]:
    """The next journée, for the circle: to confirm, or to prepare a week before."""
    today, found = moment.today(), []
    if not held_roles() & {roles.circle, roles.coordinator, roles.facilitator}:
        return []
    for day in journees_from(today)[:3]:
        said = "Confirmer la date de la journée" if day.to_confirm else "Préparer la journée"
        if day.day <= today + (PREPARE * 8 if day.to_confirm else PREPARE):
            where = url_for("journees.calendar") if day.to_confirm else url_for("journee.one", uid=day.uid)
            found.append({"text": f"{said} du {words.short_day(day.day)}", "href": where})
    return found


def opinions_owed() -> list[dict[str, str]]:
    """Those who join a brand whose referent I am, and of whom I have said nothing."""
    return [{"text": f"Donner un avis sur {one.person.name}, marque {one.brand.name}",
             "href": url_for("brands.opinion", member=one.uid)} for one in brands.awaited_from(me())]


def days_behind() -> list[dict[str, str]]:
    """What the last journées left: presences to match, a day nobody closed; to those who run them."""
    if not held_roles() & set(RUN):
        return []
    said, found = to_check(), []
    if said:
        found.append({"text": f"{words.Count(said):ligne à vérifier|lignes à vérifier} après une journée",
                      "href": url_for("tray.waiting")})
    return [*found, *({"text": f"Fermer la journée du {words.short_day(day.day)}", "href": url_for("journee.one", uid=day.uid)}
                    for day in journees_before(moment.today(), most=2) if day.closed_at is None and not day.to_confirm)]


def exported() -> list[dict[str, str]]:
    """My exports, ready to be collected."""
    return [{"text": f"Export prêt : {one.total} {'lignes' if one.total > 1 else 'ligne'}, jusqu’au {words.at(one.until)}",
             "href": url_for("exports.follow", uid=one.uid)} for one in board_exports.lately(me(), "ready")]


def news() -> list[dict[str, Any]]:
    """What people and peers did these last days, among the latest events of the house."""
    antennas = [one for one in Antenna.select() if roles_on_antenna(one, held_grants()) & set(roles.team)]
    newest = Event.select(Event.id).order_by(Event.id.desc()).limit(1).scalar() or 0
    rows = (Event.select(Event, Case, Dossier, Person).join(Case, on=Event.case).join(Dossier).join(Person, on=Dossier.person)
            .where(Event.id > newest - LOOKED_AT, Event.made_at > moment.now() - NEWS_DAYS, Event.step.in_(NEWS),
                   Event.role.in_((roles.person, roles.peer)), Event.actor != me(),
                   Case.antenna.in_(antennas) | (Dossier.peer == me()))
            .order_by(Event.id.desc()).limit(NEWS_MOST))
    return [{"text": told(one, one.case), "name": one.case.dossier.person.name, "at": lately(one.made_at),
             "href": url_for("dossier.summary", uid=one.case.dossier.uid)} for one in rows]
