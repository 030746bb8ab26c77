"""One page of a questionnaire on the screen: its form as kept, what surrounds it, where it leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for

from intake import answers_sheet, late_forms, questionnaire, shelf, words
from intake.facts import facts_of
from intake.models import pending
from intake.models.base import new_uid
from intake.models.dossiers import Case
from intake.models.drafts import DraftPage
from intake.models.people import Person
from intake.questionnaire import Task, Typed
from intake.show import go, htmx, show
from workflows.fields import Asked
from workflows.grammar import Page, StepForm

CHECK = "verifier"
"""`?retour=verifier`: the page was opened by « Modifier », and leads back to the check (F70)."""


@dataclass
class Sheet:
    """A page, among those that are asked."""

    case: Case
    person: Person
    facts: Any
    tasks: list[Task]
    page: Page

    @classmethod
    def of(cls, case: Case, name: str, person: Person) -> Sheet | None:
        """The page of this name, if it is asked of this person."""
        if not questionnaire.name_of(case):
            return None
        facts = facts_of(case, person)
        tasks = questionnaire.tasks_of(case, facts)
        found = next((page for task in tasks for page in task.pages if page.name == name), None)
        return cls(case, person, facts, tasks, found) if found else None

    @property
    def row(self) -> DraftPage | None:
        """What is kept of it."""
        return questionnaire.rows_of(self.case).get(self.page.name)

    def form(self, typed: Typed | None = None) -> StepForm:
        """Its form: as posted, else as kept."""
        return questionnaire.form_of(self.page, self.facts,
                                     questionnaire.typed_of(self.row, self.case) if typed is None else typed)

    def next(self) -> str:
        """Where « Enregistrer et continuer » leads: the next page asked, the check once all is done, else the list."""
        if request.args.get("retour") == CHECK:
            return url_for("application.check", case=self.case.uid)
        now = Sheet.of(self.case, self.page.name, self.person)
        after = questionnaire.page_after([page for task in now.tasks for page in task.pages], self.page) if now else None
        if after is not None:
            return questionnaire.address(self.case, after.name)
        return url_for("application.tasks", case=self.case.uid)

    def back(self) -> str:
        """Where « Retour » leads: the check it was opened from, the page before, else the task list."""
        if request.args.get("retour") == CHECK:
            return url_for("application.check", case=self.case.uid)
        before = questionnaire.page_after([page for task in self.tasks for page in task.pages][::-1], self.page)
        return questionnaire.address(self.case, before.name) if before else url_for("application.tasks", case=self.case.uid)

    def change_address(self) -> str:
        """Where the e-mail address is changed, on the page that says how one is reached (S4); '' on the others."""
        if self.page.name != "you":
            return ""
        return url_for("step.take", dossier=self.case.dossier.uid, case=self.case.uid, step="change_address")

    def show(self, form: StepForm, *, status: int = 200, problem: str = "", meanwhile: Any = ()) -> Response:
        """The page, with its step as text, the line that says it is not sent, and what waits to be taken up."""
        at = next(n for n, task in enumerate(self.tasks, start=1) if self.page in task.pages)
        row, address = self.row, questionnaire.address(self.case, self.page.name)
        query = f"?retour={CHECK}" if request.args.get("retour") == CHECK else ""
        shelf.furnish(form, self.case, address, query)
        waiting = pending.versions(self.person, address) if request.method == "GET" else []
        return show(
            "application_page.html", block="question", status=status, case=self.case, form=form, page=self.page,
            back=self.back(), address=address, problem=problem, meanwhile=meanwhile, waiting=waiting,
            step=words.sentence("Étape {n} sur {many} : {task}", n=at, many=len(self.tasks) + 1, task=self.tasks[at - 1].label),
            first=self.page is self.tasks[0].pages[0], draft=questionnaire.is_draft(self.case), kept_at=row and row.saved_at,
            email=self.person.email, change_address=self.change_address(), question=only_question(form),
            told=self.page.told(self.facts) if self.page.told else (),
            private=sorted(self.page.form.sealed), token=late_forms.token_for(self.case, self.person, address),
            hidden={"sheet": new_uid(), "seen": row.turn if row else -1, "turn": row.turn if row else 0})

    def show_row(self, form: StepForm, table: str) -> Response:
        """The table with one more row, the focus on its first cell."""
        rows = form[table].entries
        cell = next(iter(rows[-1].form))
        if not htmx.wants_block:
            return go(f"{request.full_path.rstrip('?')}#{cell.focus_id}")
        cell.render_kw = {**(cell.render_kw or {}), "autofocus": True}
        return self.show(form)

    def differing(self, form: StepForm) -> list[answers_sheet.Line]:
        """What is kept and differs from what is being posted."""
        kept = {line.label: line for line in answers_sheet.lines(self.form())}
        return [kept[line.label] for line in answers_sheet.lines(form) if kept[line.label].value != line.value]


def only_question(form: StepForm) -> Asked | None:
    """The field of a page that asks one thing: the page's title is its label, read once (F1)."""
    asked = list(form)
    return asked[0] if len(asked) == 1 and asked[0].control not in ("tick", "piece") else None


def changed_elsewhere(row: DraftPage) -> str:
    """When this page was saved from elsewhere, and what to do."""
    return words.sentence("Cette page a été enregistrée à {heure} depuis une autre fenêtre ou un autre appareil. "
                          "Vérifiez vos réponses puis enregistrez à nouveau.", heure=words.hour(row.saved_at))


__all__ = ["CHECK", "Sheet", "changed_elsewhere"]
