"""A form posted after its sign-in ended: kept first, found back once its person identifies (SCREENS F42, TRUST 3.16).

Each form about a dossier carries a token that lets it be kept, and nothing else: it reads nothing, takes no step,
and one made before a questionnaire was sent is refused afterwards.
"""

from __future__ import annotations

from flask import Response, g, request, session, url_for
from werkzeug.datastructures import MultiDict

from intake import moment, questionnaire, refusals
from intake.models import pending
from intake.models.actors import grants_of
from intake.models.dossiers import Case
from intake.models.drafts import ChangedElsewhere
from intake.models.people import Person
from intake.secrets_kept import form_of, form_token
from intake.show import go, show

FIELD = "jeton_brouillon"
BROWSER = "pending"
"""What the cookie remembers: the versions this browser posted."""
AUTOSAVE = "/brouillon"
KEPT = "Vos réponses sont enregistrées. Identifiez-vous pour continuer."
SENT = "Ce dossier est déjà envoyé : ces réponses ne peuvent plus s’y ajouter d’ici. Identifiez-vous pour le modifier."
TOO_LONG = "Ce texte est trop long pour être gardé sans vous. Gardez-en une copie, puis identifiez-vous."
SOMEONE_ELSE = ("Vos réponses sont enregistrées. Une autre personne est connectée sur cet appareil : "
                "déconnectez-la, puis identifiez-vous.")


def token_for(case: Case | None, person: Person, path: str) -> str:
    """What the form at this address carries; `case` is empty for a form of the house."""
    sent = questionnaire.sent_stamp(case) if case is not None and _is_page(path) else ""
    return form_token(person.uid, case.uid if case is not None else "", path, sent)


def receive() -> Response | None:
    """Before the sign-in is asked for: keep what was posted, then send its author to identify."""
    found = _told()
    if found is None or g.person == found[0]:
        return None
    person, case, sent = found
    if case is not None and _is_page(_path()) and (not questionnaire.name_of(case) or questionnaire.sent_stamp(case) != sent):
        return _given_back(409, "Ce dossier est déjà envoyé", SENT)
    typed = {name: values for name, values in request.form.lists() if name not in ("csrf_token", FIELD)}
    try:
        kept = pending.keep(person, case, _path(), typed, now=moment.now(), instead_of=session.get(BROWSER, ()))
    except pending.TooLong:
        return _given_back(409, "Gardez une copie de votre texte", TOO_LONG)
    session[BROWSER] = [*session.get(BROWSER, ()), kept.uid][-pending.MOST * 4:]
    if request.path.endswith(AUTOSAVE):
        return show("draft_line.html", block="line", spoken=True, kept_at=kept.made_at, sign_in=sign_in_address(person))
    if g.person is not None:
        return refusals.page(409, "Identifiez-vous pour continuer", SOMEONE_ELSE)
    return go(sign_in_address(person))


def vouched() -> bool:
    """Whether the token of this very form, of whoever is signed in, stands in for the one of the session (TRUST 3.3).

    Only for pages of a questionnaire, which a person alone reads until they send it.
    """
    found = _told()
    return found is not None and g.person == found[0] and _is_page(_path())


def sign_in_address(person: Person) -> str:
    """Where its author identifies, and comes back from."""
    team = bool(grants_of(person, moment.today()))
    suite = request.full_path.rstrip("?").replace(AUTOSAVE, "", 1)
    return url_for("sign_in.ask" if team else "sign_in.resume", suite=suite)


def posted_here() -> list[str]:
    """What this browser posted and waits for its author."""
    return list(session.get(BROWSER, ()))


def apply(person: Person, uids: list[str]) -> None:
    """Once identified: the pages of their questionnaire that this browser posted are saved as drafts.

    What a page saved meanwhile contradicts, like a step of the team, waits on its own page to be looked at.
    """
    for version in pending.of_browser(person, uids):
        take_up(version)


def take_up(version: pending.PendingVersion, *, over: bool = False) -> bool:
    """Save a pending version as its page's draft; `over` what was saved meanwhile. Whether it was."""
    from intake.facts import facts_of

    case, typed = version.case, MultiDict(
        (name, value) for name, values in pending.typed_in(version).items() for value in values)
    name = version.path.rpartition("/")[2]
    if case is None or version.path != questionnaire.address(case, name):
        return False
    facts = facts_of(case, version.person)
    page = next((one for one in questionnaire.pages_of(case, facts) if one.name == name), None)
    if page is None:
        return False
    opened = questionnaire.opened_by(typed)
    if over:
        opened = questionnaire.Opened(opened.sheet, opened.turn)
    try:
        questionnaire.keep(case, page, questionnaire.form_of(page, facts, typed), typed, opened, checked=True)
    except ChangedElsewhere:
        return False
    pending.forget(version.person, version.path)
    return True


def answered() -> None:
    """The form at this address was answered: what waited there for whoever is signed in is forgotten."""
    if g.session is not None and g.session.texts_wait:
        pending.forget(g.person, request.path)


def found_back(person: Person, path: str) -> MultiDict[str, str] | None:
    """What was last posted to this address and waits for its author; None when nothing does."""
    waiting = pending.versions(person, path)
    if not waiting:
        return None
    return MultiDict((name, value) for name, values in pending.typed_in(waiting[0]).items() for value in values)


def _path() -> str:
    return request.path.removesuffix(AUTOSAVE)


def _is_page(path: str) -> bool:
    """Whether a form is a page of a questionnaire, and not a step."""
    return path.startswith("/demande/")


def _told() -> tuple[Person, Case | None, str] | None:
    """(whose, which case, last sending) of the form being posted, when it is posted where it was made for."""
    if request.method != "POST" or FIELD not in request.form:
        return None
    told = form_of(request.form[FIELD])
    if told is None or told[2] != _path():
        return None
    person = Person.get_or_none(Person.uid == told[0], Person.disabled_at.is_null())
    case = Case.get_or_none(Case.uid == told[1]) if told[1] else None
    return (person, case, told[3]) if person is not None and bool(case) == bool(told[1]) else None


def _given_back(status: int, title: str, sentence: str) -> Response:
    if request.path.endswith(AUTOSAVE):
        return show("draft_line.html", block="line", status=409, spoken=True, problem=sentence)
    return refusals.page(status, title, sentence, typed=refusals.typed())
