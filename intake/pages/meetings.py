"""Information meetings: date, place, seats, host; who is expected, who came; cancelled for everyone in one go."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from wtforms import Form

from intake import gatherings, moment, words
from intake.access import access, acting_as, antennas_seen, held_grants, me
from intake.cases import AnswersInvalid, take_step
from intake.changing import Change, typed
from intake.facts.common import team_of
from intake.lookup import my_roles
from intake.models import days
from intake.models.actors import roles_on_antenna
from intake.models.days import InfoMeeting, Seat
from intake.models.dossiers import Case, Dossier
from intake.models.people import Antenna, Person
from intake.show import go, show
from workflows import fields as f, roles
from workflows.calendar import paris_instant
from workflows.engine import StepRefused
from workflows.fields.base import NotAsked

pages = Blueprint("meetings", __name__)

WHO = (roles.circle, roles.coordinator, roles.support, roles.cogerance, roles.facilitator)
PLAN = (roles.circle, roles.coordinator, roles.support, roles.cogerance)
CANCEL = (roles.circle, roles.facilitator)
"""Those who hold `cancel_meeting` on the antenna."""
ATTENDANCE = {"expected": "Attendu", "present": "Présent", "absent": "Absent", "excused": "Excusé"}
PRESENCES: dict[str, tuple[str, dict[str, str]]] = {
    "present": ("attend", {}), "absent": ("miss", {"absence": "absent"}), "excused": ("miss", {"absence": "excused"}),
}
"""What each button of the list of presences takes: a step, with its answers."""
PAST = timedelta(days=60)
"""Meetings still listed after they were held."""


class HourField(f.TextField):
    """An hour of the day: `18 h 30`, `18:30`, `18h`."""

    nonsense = "Saisissez une heure, comme 18\u00a0h\u00a030"

    def read(self, text: str) -> time:
        """Hours and minutes."""
        found = re.fullmatch(r"([01]?[0-9]|2[0-3])\s*(?:h|:|heures?)?\s*([0-5][0-9])?", text.strip().casefold())
        if found is None:
            raise NotAsked(self.nonsense)
        return time(int(found[1]), int(found[2] or 0))

    def shown(self) -> str:
        """As it is said."""
        return "" if self.data is None else f"{self.data.hour} h {self.data.minute:02d}"


class MeetingForm(Form):  # type: ignore[misc]
    """A meeting to plan."""

    antenna = f.ChoiceField("Antenne", missing="Choisissez une antenne")
    day = f.DayField("Date", missing="Saisissez la date")
    hour = HourField("Heure", missing=HourField.nonsense, description="Par exemple, 18 h 30")
    place = f.TextField("Lieu", missing="Saisissez le lieu")
    seats = f.NumberField("Places", least=1, most=500, missing="Saisissez le nombre de places")
    host = f.PersonField("Qui accueille", optional=True, listed=True)


class ChangeForm(Form):  # type: ignore[misc]
    """What may change once people are expected."""

    seats = f.NumberField("Places", least=0, most=500, missing="Saisissez le nombre de places")
    host = f.PersonField("Qui accueille", optional=True, listed=True)


class CancelForm(Form):  # type: ignore[misc]
    """Why a meeting is cancelled."""

    reason = f.LinesField("Raison", missing="Indiquez la raison", limit=500,
                          description="Les personnes attendues la lisent")


@pages.get("/reunions")
@access(*WHO)
def list_all() -> Response:
    """Those to come, and those held lately."""
    seen = antennas_seen(*WHO)
    meetings = list(InfoMeeting.select(InfoMeeting, Antenna).join(Antenna).where(
        InfoMeeting.antenna.in_(seen), InfoMeeting.starts_at > moment.now() - PAST).order_by(InfoMeeting.starts_at))
    taken = days.seats_taken(meetings)
    lines = [{"meeting": one, "taken": taken.get(one.id, 0), "says": says(one, taken.get(one.id, 0)),
              "href": url_for("meetings.one", uid=one.uid)} for one in meetings]
    now = moment.now()
    return show("meetings.html", ahead=[line for line in lines if line["meeting"].starts_at > now],
                past=[line for line in reversed(lines) if line["meeting"].starts_at <= now],
                may_plan=bool(antennas_seen(*PLAN)))


def says(meeting: InfoMeeting, taken: int) -> str:
    """« 4 places prises sur 12 »."""
    if meeting.cancelled_at is not None:
        return "Annulée"
    if meeting.starts_at <= moment.now() and gatherings.expected(meeting):
        return "Présences à noter"
    return f"{words.Count(taken):place prise|places prises} sur {meeting.seats}"


@pages.route("/reunions/nouvelle", methods=["GET", "POST"])
@access(*PLAN)
def plan() -> Response:
    """Plan a meeting."""
    antennas = {one.code: one for one in antennas_seen(*PLAN)}
    form = MeetingForm(typed(), data={"antenna": next(iter(antennas), "")})
    form.antenna.choices = [(one.code, one.name) for one in antennas.values()]
    form.host.choices = hosts(*antennas.values())
    page = Change("Prévoir une réunion d’information", "Prévoir cette réunion", url_for("meetings.list_all"),
                  back_label="Réunions d’information", told=["Les personnes intéressées peuvent la choisir dès maintenant."])

    def act() -> None:
        host = Person.get_or_none(Person.uid == form.host.data) if form.host.data else None
        days.add_meeting(antennas[form.antenna.data], paris_instant(form.day.data, form.hour.data), form.place.data,
                         form.seats.data, host, me(), acting_as(*PLAN), request.form.get("key"))

    return page.answer(form, act)


@pages.get("/reunions/<uid>")
@access(*WHO)
def one(uid: str) -> Response:
    """A meeting: who is expected, who came."""
    return page(the_meeting(uid))


def page(meeting: InfoMeeting, status: int = 200, reasons: list[str] | None = None) -> Response:
    """The page, with why a presence was refused."""
    rows = (Seat.select(Seat, Case, Dossier, Person).join(Case).join(Dossier).join(Person, on=Dossier.person)
            .where(Seat.meeting == meeting).order_by(Person.first_name, Person.last_name))
    mine = roles_on_antenna(meeting.antenna, held_grants())
    people = [{"name": seat.case.dossier.person.name, "says": ATTENDANCE[seat.status], "case": seat.case,
               "href": url_for("dossier.summary", uid=seat.case.dossier.uid) if mine & set(PLAN) else "",
               "to_note": seat.status == "expected" and seat.case.state == "meeting"} for seat in rows]
    return show("meetings_one.html", block="meeting", status=status, meeting=meeting, people=people,
                reasons=reasons or [], says=says(meeting, days.seats_taken([meeting]).get(meeting.id, 0)),
                begun=begun(meeting), may_note=roles.circle in mine, may_change=bool(mine & set(PLAN)),
                may_cancel=bool(mine & set(CANCEL)) and meeting.cancelled_at is None and not begun(meeting))


def begun(meeting: InfoMeeting) -> bool:
    """Whether its hour has come."""
    started: datetime = meeting.starts_at
    return started <= moment.now()


@pages.post("/reunions/<uid>/presence")
@access(roles.circle, roles.coordinator)
def note(uid: str) -> Response:
    """Note that someone came, or did not: a step of their admission."""
    meeting = the_meeting(uid)
    seat = (Seat.select(Seat, Case, Dossier).join(Case).join(Dossier)
            .where(Seat.meeting == meeting, Case.uid == request.form.get("case", "")).first())
    presence = PRESENCES.get(request.form.get("presence", ""))
    if seat is None or presence is None or roles.circle not in my_roles(seat.case):
        abort(404)
    step, answers = presence
    try:
        take_step(seat.case, step, by=me(), raw=answers, key=request.form.get("key"),
                  seen_version=request.form.get("version", type=int))
    except StepRefused as refused:
        return page(meeting, 409, [words.say(one) for one in refused.refusals])
    return go(url_for("meetings.one", uid=uid))


@pages.route("/reunions/<uid>/modifier", methods=["GET", "POST"])
@access(*PLAN)
def change(uid: str) -> Response:
    """More seats, another host."""
    meeting = the_meeting(uid, *PLAN)
    form = ChangeForm(typed(), data={"seats": meeting.seats, "host": meeting.host.uid if meeting.host else ""})
    form.host.choices = hosts(meeting.antenna)

    def act() -> None:
        host = Person.get_or_none(Person.uid == form.host.data) if form.host.data else None
        days.change_meeting(meeting, form.seats.data, host, me(), acting_as(*PLAN))

    return _page(meeting, "Changer les places ou l’accueil", "Enregistrer").answer(form, act)


@pages.route("/reunions/<uid>/annuler", methods=["GET", "POST"])
@access(*CANCEL, roles.coordinator)
def cancel(uid: str) -> Response:
    """Cancel a meeting for everyone expected."""
    meeting = the_meeting(uid, *CANCEL)
    if meeting.cancelled_at is not None and request.method == "GET":
        abort(404)
    number = len(gatherings.expected(meeting))
    told = [f"Une lettre part à {words.Count(number):personne|personnes} : chacune choisit une autre date."]
    form = CancelForm(typed())
    change_page = _page(meeting, "Annuler une réunion d’information", "Annuler la réunion", told)
    change_page.danger = True

    def act() -> None:
        try:
            gatherings.cancel_meeting(meeting, form.reason.data, me(), acting_as(*CANCEL))
        except AnswersInvalid as invalid:
            form.reason.errors = list(invalid.form.reason.errors)

    return change_page.answer(form, act)


def the_meeting(uid: str, *who: str) -> InfoMeeting:
    """A meeting of an antenna where the person signed in holds one of these roles; else 404."""
    found = InfoMeeting.get_or_none(InfoMeeting.uid == uid, InfoMeeting.antenna.in_(antennas_seen(*(who or WHO))))
    if found is None:
        abort(404)
    meeting: InfoMeeting = found
    return meeting


def hosts(*antennas: Antenna) -> list[tuple[str, str]]:
    """Who may welcome people there, each once."""
    return list(dict.fromkeys(pair for antenna in antennas for pair in team_of(antenna)))


def _page(meeting: InfoMeeting, title: str, button: str, told: list[str] | None = None) -> Change:
    caption: Any = f"{words.full_day(meeting.starts_at)} à {words.hour(meeting.starts_at)}, {meeting.place}"
    return Change(title, button, url_for("meetings.one", uid=meeting.uid), caption=caption, told=told or [])
