"""What is printed for a journée: the attendance sheet to sign, the badges to cut out (SCREENS V7, K42)."""

from __future__ import annotations

from collections.abc import Iterable

from intake import moment, outbox, papers, words
from intake.models import badges
from intake.models.badges import Badge
from intake.models.days import Journee
from intake.models.settings import settings_on
from intake.roll import Line
from workflows.calendar import add_months

BLANK = 8
"""Rows left for those nobody expected."""


def attendance_sheet(journee: Journee, lines: Iterable[Line]) -> bytes:
    """Names by alphabetical order, a box to sign each half-day, blank rows; those excused are said to be."""
    rows = [[line.person.last_name.upper(), line.person.called, "excusé·e" if line.state == "excused" else ""]
            for line in lines]
    kept = settings_on(journee.day)["keep.attendance"]
    return papers.make("attendance", {
        "title": "Feuille de présence", "day": capital(words.full_day(journee.day)), "place": journee.place,
        "coop": coop(), "rows": rows, "blank": BLANK, "date": parts(journee),
        "footer": f"Feuille établie le {words.long_day(moment.today())}",
        "kept": f"données conservées {words.upto(add_months(journee.day, kept))}",
        "phone": outbox.link_to("/journee"), "phone_qr": badges.drawn(outbox.link_to("/journee"))}).content


def badge_sheet(found: Iterable[Badge]) -> bytes:
    """Badges to cut out: QR code, name, attendance code."""
    return papers.make("badges", {
        "title": "Badges de présence", "coop": coop(), "date": [*moment.today().timetuple()[:3]],
        "badges": [{"name": badge.person.name, "code": badge.spoken, "qr": badges.qr_svg(badge)} for badge in found]}).content


def coop() -> str:
    """The cooperative's name."""
    return str(settings_on(moment.today())["coop.name"])


def parts(journee: Journee) -> list[int]:
    """Year, month, day."""
    return [journee.day.year, journee.day.month, journee.day.day]


def capital(text: str) -> str:
    """A sentence begins."""
    return text[:1].upper() + text[1:]
