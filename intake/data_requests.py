"""What follows a request about data: a letter to the person, another and a task to the team, an answer within the month."""

from __future__ import annotations

from intake import moment, outbox
from intake.models import privacy, tasks
from intake.models.base import write_transaction
from intake.models.dossiers import Case, Dossier
from intake.models.people import Person, holders
from intake.models.privacy import PrivacyRequest
from workflows import roles
from workflows.calendar import gdpr_month

SENTENCE = "Répondre à une demande sur ses données"


def ask(person: Person, kind: str, text: str) -> PrivacyRequest:
    """Somebody asks to be erased, or something else about their data. Twice is harmless while it is unanswered."""
    with write_transaction():
        known = privacy.unanswered(person, kind)
        asked = known or privacy.ask(person, kind, text, roles.person)
        if known is None:
            _tell(asked)
    return asked


def answer(asked: PrivacyRequest, text: str, by: Person, as_role: str) -> None:
    """Answer in writing; the letter leaves with these words."""
    with write_transaction():
        if PrivacyRequest.get_by_id(asked.id).answered_at is not None:
            return
        privacy.answer(asked, text, by, as_role)
        _letter(asked, asked.person, "person", "/mes-donnees", "answer", answer=text)
        case = _last_case(asked.person)
        if case is not None:
            tasks.close(case, SENTENCE)


def _tell(asked: PrivacyRequest) -> None:
    _letter(asked, asked.person, "person", "/mes-donnees", "asked")
    for one in holders(roles.support, moment.today()):
        _letter(asked, one, roles.support, f"/administration/donnees/demandes/{asked.uid}", "asked")
    case = _last_case(asked.person)
    if case is not None:
        tasks.give(case, roles.support, SENTENCE, gdpr_month(moment.today())[0])


def _letter(asked: PrivacyRequest, to: Person, role: str, path: str, occasion: str, answer: str = "") -> None:
    outbox.owe("privacy", to, cause=f"privacy:{asked.uid}", occasion=occasion, now=moment.now(), context={
        "to": role, "who": {"first_name": asked.person.called}, "link": outbox.link_to(path), "answer": answer})


def _last_case(person: Person) -> Case | None:
    found: Case | None = Case.select(Case, Dossier).join(Dossier).where(Dossier.person == person).order_by(Case.id.desc()).first()
    return found
