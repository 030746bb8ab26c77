"""The sign-in session: kept on the server, its identifier hashed; idle time is a signed stamp in the cookie (TRUST 3.7)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from flask import g, request, session

from intake import moment
from intake.access import of_the_tablet
from intake.models.people import Person
from intake.models.signin import Session, find_session

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
FRESH_STAMP = timedelta(minutes=1)
RECENT = timedelta(minutes=10)


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def load() -> None:
    """Find who is signed in, unless the session is too old, idle or revoked."""
    if request.endpoint == "static" or of_the_tablet() or request.path.startswith("/borne/"):
        return
    if not (token := session.get("token")):
        return
    now = moment.now()
    seen = datetime.fromtimestamp(session.get("seen", 0), UTC)
    if now - seen > IDLE:
        return
    found = find_session(hashed(token), now)
    if found is None:
        return
    g.session, g.person = found, found.person
    if now - seen > FRESH_STAMP:
        session["seen"] = int(now.timestamp())


def begin(person: Person, path: str) -> Session:
    """Sign someone in: a new identifier, whatever the browser held before."""
    now = moment.now()
    token = secrets.token_urlsafe(32)
    browser = session.get("browser")
    session.clear()
    session.permanent = True
    session.update(token=token, seen=int(now.timestamp()), browser=browser or secrets.token_urlsafe(16))
    begun: Session = Session.create(
        token=hashed(token), person=person, begun_at=now, ends_at=now + LONGEST, path=path)
    g.session, g.person = begun, person
    return begun


def is_recent() -> bool:
    """Whether one signed in less than ten minutes ago: asked before one's address changes (TRUST 3.17)."""
    return g.session is not None and moment.now() - g.session.begun_at < RECENT


def end() -> None:
    """Sign out: the session is revoked and the cookie emptied."""
    if g.session is not None:
        Session.update(revoked_at=moment.now()).where(Session.id == g.session.id).execute()
    session.clear()


def revoke_all(person: Person) -> None:
    """End every session of someone whose role, factor or status changed."""
    Session.update(revoked_at=moment.now()).where(Session.person == person, Session.revoked_at.is_null()).execute()
