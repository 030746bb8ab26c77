"""Which tablet asks: a cookie of the kiosk's path alone; kiosk routes look at no other (TRUST 3.27, 3.29)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, current_app, g, jsonify, request

from intake import moment
from intake.access import of_the_tablet
from intake.models import devices
from intake.models.days import Journee
from intake.models.devices import Device
from intake.models.kiosk import current_key
from intake.words import full_day, in_english

PATH = "/borne/"
KEPT = timedelta(days=400)


def cookie_name() -> str:
    """`__Host-` would ask for the whole site; this one is for the kiosk's path."""
    return "__Secure-borne" if current_app.config["PRODUCTION"] else "borne"


def token() -> str:
    """What the cookie of this request holds."""
    return request.cookies.get(cookie_name(), "")


def load() -> Response | None:
    """Find the tablet of this request; on any other route its cookie is not even sent. Only JSON is taken from one."""
    if not of_the_tablet():
        return None
    g.device = devices.device_of(token())
    return refuse(415, "json") if request.method == "POST" and not request.is_json else None


def device() -> Device:
    """The tablet, on routes that ask for one."""
    found: Device = g.device
    return found


def give(response: Response, secret: str) -> Response:
    """Set the cookie that only kiosk addresses receive."""
    response.set_cookie(cookie_name(), secret, max_age=KEPT, path=PATH, httponly=True, samesite="Strict",
                        secure=current_app.config["PRODUCTION"])
    return response


def refuse(status: int, why: str) -> Response:
    """A refusal the tablet's code can tell from the page of a captive portal."""
    response = jsonify(refused=why)
    response.status_code = status
    return response


def told(found: Device) -> dict[str, Any]:
    """What a tablet keeps to work alone: its name, the key to seal to, the day; nobody but whom « Aide » names."""
    key, day = current_key(), journee_ahead()
    return {
        "uid": found.uid, "name": found.name, "place": found.place, "help": found.help_name, "pin": found.pin,
        "sequence": devices.last_number(found),
        "key": {"uid": key.uid, "public": key.public}, "now": millis(),
        "journee": {"uid": day.uid, "day": day.day.isoformat(), "says": full_day(day.day),
                    "english": in_english(full_day, day.day), "place": day.place} if day else None,
    }


def journee_ahead() -> Journee | None:
    """Today's journée, else the next one."""
    found: Journee | None = Journee.select().where(Journee.day >= moment.today()).order_by(Journee.day).first()
    return found


def millis() -> int:
    """Now, as a tablet counts."""
    return int(moment.now().timestamp() * 1000)
