"""A person's own answers, laid out: before sending (S7), as they were sent, and as a PDF to keep (S8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import workflows
from intake import moment, papers, questionnaire, words
from intake.answers_read import in_words
from intake.facts import facts_of
from intake.history import unsealed
from intake.language import current
from intake.models import drafts, tasks
from intake.models.dossiers import Answers, Case, Event
from intake.models.settings import settings_on
from intake.papers.values import cooperative
from intake.questionnaire import Task
from workflows.admission.memory import CONFIRM_IBAN
from workflows.calendar import add_working_days, paris_day, working_day_on_or_after
from workflows.fields import to_json
from workflows.grammar import Page, StepForm
from workflows.sentences import Sentence

PAPERS = timedelta(days=7)
"""What support has to look at the entry papers, as the row of `send_papers` says."""
NOT_TOLD = "Non renseigné"
NEW_IBAN = "La comptabilité vous appelle pour confirmer votre nouvel IBAN. D’ici là, elle ne s’en sert pas."


@dataclass(frozen=True)
class Line:
    """One question and its answer; `href` leads to where it is changed."""

    label: str
    value: str
    href: str = ""


@dataclass(frozen=True)
class Part:
    """A task of the questionnaire and its answers."""

    title: str
    rows: list[Line]
    href: str = ""
    left: list[Page] = field(default_factory=list)


# Before sending ------------------------------------------------------------------------------------------------------


def summary(case: Case, facts: Any, task: Task) -> Part:
    """What a task holds, each answer with its « Modifier »; as it would be sent, once its page is complete."""
    rows = []
    for page, row in zip(task.pages, task.rows, strict=True):
        address = questionnaire.address(case, page.name) + "?retour=verifier"
        form = questionnaire.form_of(page, facts, questionnaire.typed_of(row, case))
        checked = {**row.answers, **drafts.unsealed(row, case).get("answers", {})} if row and row.complete else None
        rows += [Line(line.label, line.value, f"{address}#{form_id}") for form_id, line in _lines(form, checked)]
    return Part(task.label, rows, questionnaire.address(case, task.opens.name), task.left)


def lines(form: StepForm) -> list[Line]:
    """What a form holds."""
    return [line for _, line in _lines(form, None)]


def _lines(form: StepForm, checked: Mapping[str, Any] | None) -> list[tuple[str, Line]]:
    found = []
    for one in form:
        value = to_json(one.data) if checked is None else checked.get(one.short_name)
        label = Sentence("{label} (facultatif)", label=one.label.text) if getattr(one, "optional", False) else one.label.text
        if one.short_name in form.dropped:
            continue
        found.append((one.id, Line(label, in_words(one, value) if value not in (None, "", [], {}) else "")))
    return found


def dropped(case: Case, facts: Any) -> list[str]:
    """What was answered and no longer applies: it is not sent (F62)."""
    asked, rows, told = questionnaire.pages_of(case, facts), questionnaire.rows_of(case), []
    for page in workflows.ALL[case.workflow].pages[questionnaire.name_of(case)]:
        row = rows.get(page.name)
        if row is None:
            continue
        typed = questionnaire.typed_of(row, case)
        if page not in asked:
            told.append(page.title)
        else:
            told += questionnaire.dropped(questionnaire.form_of(page, facts, typed), typed)
    return told


# Once sent -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sending:
    """The last sending of a questionnaire."""

    event: Event
    what: str
    title: str
    next: list[str]


def sending_of(case: Case, what: str) -> Sending | None:
    """The last time the person sent this questionnaire; None before."""
    event = Event.select().where(Event.case == case, Event.step.in_(questionnaire.SEND.get(what, ()))).order_by(
        Event.id.desc()).first()
    if event is None:
        return None
    day = paris_day(event.made_at)
    if event.step == "send_papers":
        asked = tasks.asked_since(case, CONFIRM_IBAN) is not None
        return Sending(event, what, "Votre dossier d’entrée est envoyé", [
            words.sentence("L’équipe support le vérifie d’ici le {jour}.", jour=_day(working_day_on_or_after(day + PAPERS))),
            "Elle vous écrit s’il manque quelque chose, puis elle prépare votre contrat.", *([NEW_IBAN] if asked else ())])
    if event.step == "revise":
        return Sending(event, what, "Votre nouvelle version est envoyée", [
            "Le Cercle accompagnement voit ce qui change. Vos premières réponses sont gardées."])
    by = add_working_days(day, settings_on(day, case.antenna)["admission.file_days"])
    return Sending(event, what, "Votre candidature est envoyée", [
        words.sentence("Le Cercle accompagnement lit votre demande d’ici le {jour}.", jour=_day(by)),
        "Vous recevrez un courriel, quelle que soit la réponse."])


def pdf(case: Case, sending: Sending) -> bytes:
    """The answers of a sending, numbers masked, in the language of whoever reads: the same bytes each time."""
    made_on, person = paris_day(sending.event.made_at), case.dossier.person
    return papers.make("answers", {
        "coop": cooperative(settings_on(made_on)), "number": case.dossier.number, "reference": case.dossier.number,
        "title": words.told("Mes réponses"), "lang": current(),
        "subtitle": f"{person.name} · {words.sentence('envoyées le {at}', at=sending.event.made_at)}",
        "date": (made_on.year, made_on.month, made_on.day), "prepared_on": words.long_day(made_on),
        "parts": [{"title": words.told(part.title),
                   "rows": [[words.told(row.label), row.value or words.told(NOT_TOLD)] for row in part.rows]}
                  for part in sent_parts(case, sending)]}).content


def sent_parts(case: Case, sending: Sending) -> list[Part]:
    """What was sent, task by task; only questions that were asked."""
    beside = Answers.get(Answers.event == sending.event)
    written, parts = {**beside.text, **unsealed(beside)}, dict[str, list[Line]]()
    for page in workflows.ALL[case.workflow].pages[sending.what]:
        form = page.form()
        if page.fill:
            page.fill(form, facts_of(case, case.dossier.person))
        rows = [Line(one.label.text, _masked(one.short_name, in_words(one, value), page)
                     if (value := written[one.short_name]) not in (None, "", [], {}) else "")
                for one in form if one.short_name in written]
        if rows:
            parts.setdefault(page.task or page.title, []).extend(rows)
    return [Part(title, rows) for title, rows in parts.items()]


def _masked(name: str, value: str, page: Page) -> str:
    """A number that is kept sealed shows its end alone."""
    return f"•••• {value[-3:]}" if name in page.form.sealed and "•" not in value else value


def _day(day: date) -> str:
    """« 7 décembre », with the year when it is not this one."""
    return words.near_day(day, moment.today())
