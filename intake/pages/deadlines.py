"""The calendar of obligations: every legal date of the dossiers one follows, as a list, a month, or a private feed."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from intake import agenda, ahead, moment, team_dates, words
from intake.access import ANYONE, SIGNED_IN, access, antennas_seen, held_grants, me
from intake.lookup import cases_of, my_roles, the_dossier
from intake.models import feeds
from intake.models.actors import grants_of
from intake.models.dossiers import Dossier
from intake.models.people import Antenna, Person
from intake.outbox import link_to
from intake.show import go, show
from workflows.calendar import Month
from workflows.duties import may_read
from workflows.roles import LABELS, support

pages = Blueprint("deadlines", __name__)

AHEAD = 3
"""Months the list tells."""
FEED = timedelta(days=400)
"""How far a feed looks."""


@pages.get("/echeances")
@access(*team_dates.READERS)
def upcoming() -> Response:
    """The dates of the next months, day by day; a role and an antenna narrow them."""
    today = moment.today()
    first, last = today, Month.of(today).plus(AHEAD).last_day
    days: dict[date, list[dict[str, Any]]] = {}
    for line in _lines(first, last):
        days.setdefault(line["day"], []).append(line)
    return show("deadlines.html", days=days, last=last, **_around())


@pages.get("/echeances/<month>")
@access(*team_dates.READERS)
def by_month(month: str) -> Response:
    """One month as a wall calendar; the address is the month."""
    try:
        wanted = Month.parse(month)
        before, after = wanted.previous(), wanted.next()
    except ValueError:
        abort(404)
    lines = _lines(wanted.first_day, wanted.last_day)
    weeks = [[{"day": day, "here": Month.of(day) == wanted, "kinds": _by_kind(line for line in lines if line["day"] == day)}
              for day in week] for week in calendar.Calendar().monthdatescalendar(wanted.year, wanted.month)]
    return show("deadlines_month.html", weeks=weeks, month=wanted, before=before, after=after, **_around())


@pages.get("/dossier/<uid>/echeances")
@access(SIGNED_IN)
def of_dossier(uid: str) -> Response:
    """A dossier's dates and its counters, explained; the person reads the counters on this page too."""
    dossier = the_dossier(uid)
    cases = cases_of(dossier)
    mine = dossier.person_id == me().id
    held = {role for case in cases for role in my_roles(case)}
    if not mine and not held & set(team_dates.READERS):
        abort(404)
    decided = team_dates.decisions_of(dossier)
    dates = [] if mine else [team_dates.Line(dossier, one) for one in team_dates.dates_of(dossier, cases) if may_read(one, held)]
    return show("deadlines_dossier.html", dossier=dossier, mine=mine, lines=[_said(line) for line in dates],
                counters=[team_dates.explained(one, decided) for one in team_dates.counters_of(dossier)])


# A private feed ------------------------------------------------------------------------------------------------------


@pages.post("/mon-compte/agenda")
@access(SIGNED_IN)
def subscribe() -> Response:
    """Open my feed, or change its address: shown once."""
    return show("deadlines_feed.html", address=link_to(url_for("deadlines.feed", token=feeds.open_feed(me()))))


@pages.post("/mon-compte/agenda/arreter")
@access(SIGNED_IN)
def unsubscribe() -> Response:
    """Close my feed."""
    feeds.close_feed(me())
    return go(url_for("sign_in.account"))


@pages.get("/agenda/<token>.ics")
@access(ANYONE)
def feed(token: str) -> Response:
    """What an agenda reads: my dates; those of the dossiers I follow, without names."""
    reader = feeds.reader_of(token)
    if reader is None:
        abort(404)
    return Response(agenda.calendar_file(_entries(reader)), content_type=agenda.MEDIA_TYPE)


def _entries(reader: Person) -> list[agenda.Entry]:
    found = []
    for dossier in Dossier.select(Dossier, Antenna).join(Antenna).where(Dossier.person == reader):
        cases = cases_of(dossier)
        found += [ahead.entry_of(one, cases) for one in ahead.dates_of(cases)]
    grants = grants_of(reader, moment.today())
    antennas = team_dates.held_by(grants, Antenna.select())
    if antennas:
        today = moment.today()
        found += [team_dates.entry_of(line) for line in team_dates.lines_between(antennas, today, today + FEED, grants)
                  if line.dossier.person_id != reader.id]
    if found and (journee := ahead.next_journee(reader)):
        found.append(ahead.of_journee(journee))
    return found


# What the pages share ------------------------------------------------------------------------------------------------


def _lines(first: date, last: date) -> list[dict[str, Any]]:
    wanted, code = request.args.get("pour", ""), request.args.get("antenne", "")
    antennas = [one for one in antennas_seen(*team_dates.READERS) if code in ("", one.code)] or abort(404)
    return [_said(line) for line in team_dates.lines_between(antennas, first, last, held_grants())
            if wanted in ("", line.due.who) and line.dossier.person_id != me().id]


def _by_kind(lines: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The lines of a day under what they are, so that a busy day is read at a glance."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        found.setdefault(line["text"], []).append(line)
    return found


def _said(line: team_dates.Line) -> dict[str, Any]:
    return {"day": line.due.day, "text": line.text, "article": line.due.article, "dossier": line.dossier,
            "who": _title(line.due.who or support)}


def _title(role: str) -> str:
    """« L’équipe RH »: as a title says it."""
    label = LABELS.get(role, role)
    return label[:1].upper() + label[1:]


def _around() -> dict[str, Any]:
    """The filters, as they stand."""
    roles = {role: _title(role) for role in ("circle", "support", "hr", "accounts", "cogerance")}
    return {"roles": roles, "role": request.args.get("pour", ""), "antennas": antennas_seen(*team_dates.READERS),
            "antenna": request.args.get("antenne", ""), "today": moment.today(), "this_month": str(Month.of(moment.today())),
            "month_name": words.month}
