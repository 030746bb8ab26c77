"""Signing in by e-mail: a link and a code, ten minutes, once, in the browser that asked (TRUST 3.12–3.15)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from intake import moment
from intake.models.base import write_transaction
from intake.models.letters import Letter
from intake.models.people import Person, find_by_email, fold_email
from intake.models.signin import SignInRequest, SignInSecret
from intake.outbox import link_to, owe
from intake.secrets_kept import digest

LASTS = timedelta(minutes=10)
PRINTED_LASTS = timedelta(hours=24)
HOUR = timedelta(hours=1)
PER_ADDRESS, PER_NETWORK, TRIES = 5, 60, 5
LINK_MARK, CODE_MARK = "⟦lien⟧", "⟦code⟧"
ANY_BROWSER = "any"


class TooMany(Exception):
    """Too many requests for this address or network within the hour."""


class NotThisOne(Exception):
    """The link or code opens nothing: used, too old, another browser's, or five wrong codes."""


def ask(address: str, browser: str, network: str, suite: str) -> SignInRequest:
    """Someone asks for a link. Known or not, the same rows are written and the same work is done."""
    now, folded = moment.now(), fold_email(address)
    person = find_by_email(folded)
    with write_transaction():
        since = SignInRequest.made_at > now - HOUR
        if (SignInRequest.select().where(SignInRequest.address == folded, since).count() >= PER_ADDRESS
                or SignInRequest.select().where(SignInRequest.network == digest(network), since).count()
                >= PER_NETWORK):
            raise TooMany
        request: SignInRequest = SignInRequest.create(
            person=person if person and not person.disabled_at else None, address=folded, browser=digest(browser),
            network=digest(network), suite=own_path(suite), made_at=now, ends_at=now + LASTS)
        if request.person is not None:
            owe("resume_link", person, cause=f"signin:{request.uid}", now=now, context={  # type: ignore[arg-type]
                "link": LINK_MARK, "code": CODE_MARK, "to": "person"})
    return request


def again(uid: str, browser: str, network: str) -> SignInRequest | None:
    """« Renvoyer le lien »: ask once more for what this browser asked; None when it asked nothing. Raises TooMany."""
    before = SignInRequest.get_or_none(SignInRequest.uid == uid, SignInRequest.browser == digest(browser))
    return ask(before.address, browser, network, before.suite) if before is not None else None


def own_path(path: str) -> str:
    """A path of this site, or its front page: a letter never leads elsewhere."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and len(path) < 500 else "/"


def make_secret(request: SignInRequest) -> tuple[str, str]:
    """(link, code) for a request; earlier ones keep their ten minutes. Only hashes are kept."""
    token, code = secrets.token_urlsafe(24), f"{secrets.randbelow(1_000_000):06d}"
    with write_transaction():
        SignInSecret.create(request=request, token=digest("link", token), code=digest("code", request.uid, code),
                            made_at=moment.now())
    return link_to(f"/entrer/{token}"), code


def secrets_for(letter: Letter) -> dict[str, str]:
    """What fills the marks of a sign-in letter when it leaves; nothing for the others."""
    if not letter.cause.startswith("signin:"):
        return {}
    request = SignInRequest.get(SignInRequest.uid == letter.cause.removeprefix("signin:"))
    link, code = make_secret(request)
    return {LINK_MARK: link, CODE_MARK: f"{code[:3]} {code[3:]}"}


def print_link(person: Person) -> str:
    """`intake link`: a one-use address for any browser, 24 hours."""
    now = moment.now()
    with write_transaction():
        request = SignInRequest.create(person=person, address=person.email or "", browser=ANY_BROWSER, made_at=now,
                                       ends_at=now + PRINTED_LASTS)
    return make_secret(request)[0]


def request_of_link(token: str, browser: str) -> SignInRequest | None:
    """The request a link belongs to, if it still opens something in this browser; nothing is used up."""
    secret = SignInSecret.get_or_none(SignInSecret.token == digest("link", token))
    if secret is None:
        return None
    request: SignInRequest = secret.request
    alive = request.used_at is None and request.ends_at > moment.now() and request.tries < TRIES
    return request if alive and request.browser in (ANY_BROWSER, digest(browser)) else None


def use_link(token: str, browser: str) -> SignInRequest:
    """Use a link up. Raises NotThisOne."""
    request = request_of_link(token, browser)
    if request is None:
        raise NotThisOne
    return _use(request)


def use_code(uid: str, code: str, browser: str) -> SignInRequest:
    """Use a code up, in the browser that asked; five wrong ones end the request. Raises NotThisOne."""
    request = SignInRequest.get_or_none(SignInRequest.uid == uid)
    if request is None or request.browser != digest(browser):
        raise NotThisOne
    now = moment.now()
    with write_transaction():
        tried = SignInRequest.update(tries=SignInRequest.tries + 1).where(
            SignInRequest.id == request.id, SignInRequest.tries < TRIES, SignInRequest.used_at.is_null(),
            SignInRequest.ends_at > now).execute()
    right = SignInSecret.select().where(
        SignInSecret.request == request, SignInSecret.code == digest("code", uid, code)).exists()
    if not tried or not right:
        raise NotThisOne
    return _use(request)


def tries_left(uid: str) -> int:
    """How many codes may still be tried."""
    request = SignInRequest.get_or_none(SignInRequest.uid == uid)
    return 0 if request is None else max(0, TRIES - request.tries)


def _use(request: SignInRequest) -> SignInRequest:
    """One conditional update: whoever comes second gets nothing."""
    with write_transaction():
        used = SignInRequest.update(used_at=moment.now()).where(
            SignInRequest.id == request.id, SignInRequest.used_at.is_null(),
            SignInRequest.ends_at > moment.now()).execute()
    if not used or request.person is None:
        raise NotThisOne
    return request


def latest(uid: str) -> SignInRequest | None:
    """A request by its uid, when it is someone's: development shows its link on the page."""
    found: SignInRequest | None = SignInRequest.get_or_none(SignInRequest.uid == uid, SignInRequest.person.is_null(False))
    return found
