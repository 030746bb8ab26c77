"""A questionnaire being filled in: its tasks and pages, what is kept of each, what was sent (SCREENS S3 to S7, F40 to F45)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict

import workflows
from intake import moment
from intake.models.dossiers import Case, Dossier
from intake.models.drafts import DraftPage, save_page, unsealed
from intake.models.people import Person
from workflows.fields import TableField, answers_to_json
from workflows.grammar import Page, StepForm
from workflows.lists import offer_entries

SEND: Mapping[str, tuple[str, ...]] = {"application": ("submit", "revise"), "entry": ("send_papers",)}
"""The steps that send each questionnaire."""
SENT = ("submitted", "review")
"""States in which it is read: what changes waits for its own sending."""
UNSAID = frozenset({"csrf_token", "key", "turn", "seen", "sheet", "later", "more", "jeton_brouillon"})
"""Posted names that are no answer."""
DONE, BEGUN, TO_DO = "Terminé", "En cours", "À faire"
Typed = MultiDict[str, Any]


@dataclass(frozen=True)
class Task:
    """One line of the task list: pages that follow each other."""

    label: str
    section: str
    pages: tuple[Page, ...]
    rows: tuple[DraftPage | None, ...]

    @property
    def left(self) -> list[Page]:
        """The pages that are not complete."""
        return [page for page, row in zip(self.pages, self.rows, strict=True) if row is None or not row.complete]

    @property
    def status(self) -> str:
        """À faire, En cours, Terminé (F74)."""
        return DONE if not self.left else BEGUN if any(self.rows) else TO_DO

    @property
    def opens(self) -> Page:
        """The page it leads to: the first that is not complete."""
        return next(iter(self.left), self.pages[0])


def name_of(case: Case) -> str:
    """Which questionnaire is filled in at this stage of a case; empty when none is."""
    state = workflows.ALL[case.workflow].state.get(case.state)
    return state.pages if state is not None else ""


def pages_of(case: Case, facts: Any) -> list[Page]:
    """The pages asked of this person."""
    asked = workflows.ALL[case.workflow].pages.get(name_of(case), ())
    return [one for one in asked if one.applies is None or one.applies(facts)]


def rows_of(case: Case) -> dict[str, DraftPage]:
    """What is kept, by name of page."""
    return {row.page: row for row in DraftPage.select().where(DraftPage.case == case)}


def tasks_of(case: Case, facts: Any) -> list[Task]:
    """The task list, in the order of the pages."""
    rows, grouped = rows_of(case), dict[str, list[Page]]()
    for page in pages_of(case, facts):
        grouped.setdefault(page.task or page.title, []).append(page)
    return [Task(label, pages[0].section, tuple(pages), tuple(rows.get(page.name) for page in pages))
            for label, pages in grouped.items()]


def sent_stamp(case: Case) -> str:
    """When this questionnaire was last sent, as the case remembers it; empty before."""
    taken: Mapping[str, str] = case.memory.get("taken", {})
    return max((taken.get(step, "") for step in SEND.get(name_of(case), ())), default="")


def is_draft(case: Case) -> bool:
    """Whether nobody reads it yet: « Ce dossier n’est pas encore envoyé » (F45)."""
    return case.state not in SENT and not (name_of(case) == "entry" and sent_stamp(case))


def changed_since_sent(case: Case) -> bool:
    """Whether a page was saved after the last sending."""
    stamp = sent_stamp(case)
    return bool(stamp) and any(row.saved_at > datetime.fromisoformat(stamp) for row in rows_of(case).values())


# One page ------------------------------------------------------------------------------------------------------------


def typed_of(row: DraftPage | None, case: Case) -> Typed | None:
    """What was typed on a page, sensitive answers included."""
    if row is None:
        return None
    typed = {**row.typed, **unsealed(row, case).get("typed", {})}
    return MultiDict([(name, value) for name, values in typed.items() for value in values])


def form_of(page: Page, facts: Any, typed: Typed | None) -> StepForm:
    """The page's form, with its choices and what was typed; at first, with what the person told before (F12)."""
    told = {name: facts.known.get(source) for name, source in page.carried.items()} if typed is None else {}
    form = page.form(typed, data={name: value for name, value in told.items() if value not in (None, "")})
    offer_entries(form, facts.settings)
    if page.fill:
        page.fill(form, facts)
    return form


@dataclass(frozen=True)
class Opened:
    """What a form says of the page it was typed on: which one, how many saves it made, what it had seen."""

    sheet: str = ""
    turn: int = 0
    seen: int | None = None


def keep(case: Case, page: Page, form: StepForm, typed: Typed, opened: Opened, *, checked: bool) -> DraftPage:
    """Keep a page as typed; `checked` once the person pressed the button: an autosave completes nothing (F44).

    Raises ChangedElsewhere.
    """
    complete = form.validate()
    if complete and not checked:
        row = rows_of(case).get(page.name)
        complete = row is not None and row.complete
    return save_page(
        case, page.name, typed={name: typed.getlist(name) for name in typed if name not in UNSAID},
        answers=answers_to_json(form) if complete else {}, sealed=page.form.sealed, complete=complete,
        turn=opened.turn, sheet=opened.sheet, seen=opened.seen, now=moment.now())


def dropped(form: StepForm, typed: Typed | None) -> list[str]:
    """Labels of what was typed and no longer applies (F62)."""
    return [form[name].label.text for name in form.dropped
            if typed is not None and any(str(value).strip() for value in typed.getlist(name))]


def page_after(asked: Sequence[Page], current: Page) -> Page | None:
    """The page that follows."""
    return next(iter(asked[asked.index(current) + 1:]), None)


def address(case: Case, page: str) -> str:
    """Where a page is."""
    return f"/demande/{case.uid}/{page}"


def opened_by(typed: Typed) -> Opened:
    """Which opened page posted this."""
    seen = typed.get("seen", type=int)
    return Opened(sheet=str(typed.get("sheet", ""))[:40], turn=min(typed.get("turn", 0, type=int) or 0, 10 ** 9), seen=seen)


def with_a_row(page: Page, typed: Typed, table: str) -> Typed:
    """What was typed, with one more blank row in a table; as it is when there is no such table, or no room."""
    field = page.form()._fields.get(table)
    if not isinstance(field, TableField):
        return typed
    numbers = [int(found[1]) for name in typed if (found := re.match(rf"{re.escape(table)}-([0-9]{{1,3}})-", name))]
    if len(set(numbers)) >= field.most:
        return typed
    column = next(iter(field.entries[0].form)).short_name
    return MultiDict([*typed.items(multi=True), (f"{table}-{max(numbers, default=-1) + 1}-{column}", "")])


# Whose ---------------------------------------------------------------------------------------------------------------


def case_of(person: Person, uid: str) -> Case | None:
    """A case of this person."""
    found: Case | None = Case.select(Case, Dossier).join(Dossier).where(Case.uid == uid, Dossier.person == person).first()
    return found


def live_case(person: Person) -> Case | None:
    """The case whose questionnaire this person fills in; one at most is open (F40)."""
    rows = Case.select(Case, Dossier).join(Dossier).where(Dossier.person == person).order_by(Case.id.desc())
    return next((case for case in rows if name_of(case)), None)
