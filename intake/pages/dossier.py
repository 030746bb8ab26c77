"""A dossier: what comes next, every step open to me, what was answered, exchanged and done (SCREENS S11, B20–B22)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

import workflows
from intake import moment, timeline, undo, words
from intake.access import SIGNED_IN, access, held_roles, me
from intake.answers_read import is_sensitive, may_read, may_read_piece, readable_answers, with_changes
from intake.cases import new_case
from intake.delivery import says
from intake.items import AboutOne, items_of
from intake.lookup import cases_of, my_roles, my_steps, name_of, only_asked, the_dossier, workflow_of
from intake.models import pieces as pieces_table, read_marks, readings
from intake.models.dossiers import Answers, Case, Dossier, Event
from intake.models.letters import Letter
from intake.models.pieces import Piece
from intake.models.tasks import Task, falls_to
from intake.next_action import Action, of_dossier
from intake.pages import opinion
from intake.pages.contract import READERS as CONTRACT_READERS
from intake.show import show
from intake.stations import stations_of
from intake.told import told
from workflows import roles
from workflows.accompaniment.rules import DECIDED
from workflows.common import NoteForm
from workflows.engine import OpenStep
from workflows.grammar import Step
from workflows.signing import SendForm

pages = Blueprint("dossier", __name__)

IN_FORCE = frozenset({"preparing", "trading", "running"})
"""States of a contract in force."""
ASIDE = frozenset({"note", "write", "undo", "ask_derogation", "derogate", "tick", "add_piece", "assign", "change_address"})
"""Steps with a place of their own on the page, out of the list of steps."""


@pages.get("/dossier/<uid>")
@access(SIGNED_IN)
def summary(uid: str) -> Response:
    """Résumé: the next action, then every step open to me, and why not."""
    dossier, cases = _open(uid, at_a_glance=True)
    items = items_of(cases)
    known = {case.id: my_steps(case) for case in cases}
    mine = {case: steps for case, (_, steps) in known.items()}
    studied = next((case for case in cases if case.workflow == "admission" and case.state == "review"), None)
    links = Links(mine, items)
    actions = sorted(filter(may_know, of_dossier(cases)), key=lambda action: (not links(action), not action.step))
    wanted = {action.case.id: action.step for action in reversed(actions) if action.step}
    groups = [group for case in cases if (group := _steps(case, mine[case.id], wanted.get(case.id, "")))]
    return _show("dossier.html", dossier, cases, "summary", actions=actions, groups=groups, items=items,
                 openings=[] if only_asked(dossier) else openings(dossier), undoable=_undoable(cases), href=links,
                 **(opinion.beside(studied, *known[studied.id]) if studied else {}))


@pages.get("/dossier/<uid>/reponses")
@access(SIGNED_IN)
def answers(uid: str) -> Response:
    """Réponses: what was written, for those who may read it."""
    return _answers(*_open(uid))


@pages.post("/dossier/<uid>/reponses")
@access(SIGNED_IN, second_step=True)
def open_answers(uid: str) -> Response:
    """The same with its numbers in full: who opens them is recorded, and who is refused them (TRUST 3.23)."""
    dossier, cases = _open(uid)
    shown = [(case, event) for case in cases for event, rows in readable_answers(case, my_roles(case))
             if any(row.hidden for row in rows)]
    for _, event in shown:
        readings.record(me(), dossier, f"answers:{event.uid}", allowed=True)
    if not shown and dossier.person_id != me().id:
        readings.record(me(), dossier, "answers", allowed=False)
        abort(403)
    return _answers(dossier, cases, opened=True)


def _answers(dossier: Dossier, cases: list[Case], *, opened: bool = False) -> Response:
    seen = read_marks.read_up_to(me(), dossier)
    read = [(case, event, compared) for case in cases
            for event, compared in with_changes(readable_answers(case, my_roles(case), opened=opened))]
    return _show("dossier_answers.html", dossier, cases, "answers", read=read, told=told, seen=seen,
                 fresh=any(event.number > seen for _, event, _ in read), hidden=any(
                     row.hidden for _, _, rows in read for row in rows))


@pages.get("/dossier/<uid>/pieces")
@access(SIGNED_IN)
def pieces(uid: str) -> Response:
    """Pièces: what was added, to download."""
    dossier, cases = _open(uid)
    rows = _pieces(dossier, cases)
    return _show("dossier_pieces.html", dossier, cases, "pieces", pieces=rows, contracts=_contracts(cases),
                 is_sensitive=is_sensitive, sensitive=any(is_sensitive(piece) for piece in rows))


@pages.get("/dossier/<uid>/echanges")
@access(SIGNED_IN)
def exchanges(uid: str) -> Response:
    """Échanges: messages and letters on one side, internal notes on the other."""
    dossier, cases = _open(uid)
    letters = list(_letters(dossier, cases).order_by(Letter.id.desc()).limit(50))
    notes = [] if dossier.person_id == me().id else _notes(cases)
    return _show("dossier_exchanges.html", dossier, cases, "exchanges", letters=letters, notes=notes, says=says)


def only_mine(dossier: Dossier, cases: list[Case]) -> bool:
    """The person and the peer read the letters they received or wrote, and no others."""
    held = {role for case in cases for role in my_roles(case)}
    return dossier.person_id == me().id or held <= {roles.peer}


@pages.get("/dossier/<uid>/historique")
@access(SIGNED_IN)
def history(uid: str) -> Response:
    """Historique: who did what, when; decisions alone if wanted."""
    dossier, cases = _open(uid)
    decisions, before = request.args.get("decisions") == "1", request.args.get("avant", 0, type=int)
    lines, more = timeline.page(
        dossier, cases, before=before, decisions=decisions, read=read_marks.read_up_to(me(), dossier),
        told_why={case.id for case in cases if may_read(SendForm, "decision", my_roles(case))})
    return _show("dossier_history.html", dossier, cases, "history", lines=lines, decisions=decisions, more=more)


# What the pages share ------------------------------------------------------------------------------------------------


def _open(uid: str, *, at_a_glance: bool = False) -> tuple[Dossier, list[Case]]:
    """The dossier and its cases; whoever is only asked to accompany reads the proposal, and nothing more."""
    dossier = the_dossier(uid)
    cases = cases_of(dossier)
    if only_asked(dossier):
        if not at_a_glance:
            abort(404)
        return dossier, [case for case in cases if case.workflow == "accompaniment"]
    return dossier, cases


def _show(template: str, dossier: Dossier, cases: list[Case], tab: str, **values: Any) -> Response:
    main, glance = main_case(cases), only_asked(dossier)
    tabs = [] if glance else [{"label": label, "href": url_for(f"dossier.{name}", uid=dossier.uid), "current": name == tab}
            for name, label in (
                ("summary", "Résumé"), ("answers", "Réponses"),
                ("pieces", _counted("Pièces", len(_pieces(dossier, cases)) + len(_contracts(cases)))),
                ("exchanges", _counted("Échanges", _letters(dossier, cases).count())), ("history", "Historique"))]
    mine = dossier.person_id == me().id
    return show(template, dossier=dossier, cases=cases, main=main, tabs=tabs,
                stations=[] if glance else stations_of(cases, mine=mine), glance=glance, name=name_of(dossier),
                state=workflow_of(main).state[main.state] if main else None, workflow_of=workflow_of,
                mine=mine, today=moment.today(), back=_where_from(dossier), **values)


def _counted(label: str, number: int) -> str:
    """« Pièces (3) », for the tab; nothing is counted when there is nothing."""
    return words.Said(f"{words.sentence(label)} ({number})") if number else label


def _pieces(dossier: Dossier, cases: list[Case]) -> list[Piece]:
    """The documents someone may read here."""
    held = {role for case in cases for role in my_roles(case)}
    return [piece for piece in pieces_table.of(dossier) if may_read_piece(piece, me(), held)]


def _contracts(cases: list[Case]) -> list[Case]:
    """The cases whose contract someone may read here."""
    return [case for case in cases if case.memory.get("document") and my_roles(case) & CONTRACT_READERS]


def _letters(dossier: Dossier, cases: list[Case]) -> Any:
    """The letters someone may read here; internal notes are not among them."""
    letters = Letter.select(Letter, Event).join(Event, join_type="LEFT OUTER JOIN").where(Letter.dossier == dossier)
    return letters.where((Letter.recipient == me()) | (Event.actor == me())) if only_mine(dossier, cases) else letters


def _where_from(dossier: Dossier) -> tuple[str, str]:
    """(label, address) of the screen one comes from: one’s journey, the board, or what waits for a peer."""
    if dossier.person_id == me().id:
        return "Mon parcours", url_for("journey.mine", dossier=dossier.uid)
    if held_roles() & {roles.circle, roles.coordinator, roles.support, roles.cogerance}:
        return "Candidatures", url_for("board.stages")
    return "Ce qui m’attend", url_for("waiting_for_me.mine")


def main_case(cases: list[Case]) -> Case | None:
    """The case that says where the person stands: the contract in force, else the last open one of the walk."""
    walk = [case for case in cases if case.workflow != "accompaniment"] or cases
    still_open = [case for case in walk if not workflow_of(case).state[case.state].closed]
    in_force = [case for case in still_open if case.state in IN_FORCE]
    return next(iter((in_force or still_open or walk)[-1:]), None)


def _steps(case: Case, steps: list[OpenStep], wanted: str) -> dict[str, Any] | None:
    """The steps of one case that concern me: possible ones, the next action first, and the others with their reasons."""
    shown = [one for one in steps if one.step.label and one.step.name not in ASIDE and not one.step.about]
    closed = workflow_of(case).state[case.state].closed
    if not shown or (closed and not any(one.possible for one in shown)):
        return None
    workflow, usual = workflow_of(case), workflow_of(case).state[case.state].next_steps
    first = (wanted, *usual) if any(one.possible and one.step.name == wanted for one in shown) else usual
    return {
        "case": case, "title": workflow.title, "state": workflow.state[case.state],
        "possible": likely_first([(one.step, href(case, one.step)) for one in shown if one.possible], first),
        "blocked": [why_not(case, one) for one in shown if not one.possible], "first": first,
    }


def likely_first(links: list[tuple[Step, str]], first: Sequence[str]) -> list[tuple[Step, str]]:
    """The steps that usually come next, then the others as the table lists them."""
    return sorted(links, key=lambda link: first.index(link[0].name) if link[0].name in first else len(first))


def why_not(case: Case, one: OpenStep) -> dict[str, Any]:
    """A step that cannot be taken now, with every reason and who can lift it (SCREENS 4.4)."""
    reasons = []
    for refusal in one.refusals:
        reason: dict[str, Any] = {
            "sentence": words.fill(refusal.sentence, refusal.values), "kind": refusal.kind, "article": refusal.article,
        }
        if refusal.lifted_by and case.id:
            to = url_for("step.take", dossier=case.dossier.uid, case=case.uid, rule=refusal.rule,
                         step="derogate" if refusal.lifted_by in held_roles() else "ask_derogation")
            reason["lift" if refusal.lifted_by in held_roles() else "ask"] = True
            reason["lift_href" if refusal.lifted_by in held_roles() else "ask_href"] = to
        reasons.append(reason)
    return {"label": one.step.label, "reasons": reasons, "possible": False}


def openings(dossier: Dossier) -> list[tuple[Step, str]]:
    """Steps that open a new case of this dossier and concern me."""
    found = []
    for workflow in workflows.ALL.values():
        case = new_case(dossier, workflow.name)
        if not any(row.opens and row.label for row in workflow.steps):
            continue
        _, steps = my_steps(case)
        found += [(one.step, href(case, one.step)) for one in steps
                  if one.possible and one.step.label and one.step.name not in ("register", "take_over")]
    return found


def href(case: Case, step: Step) -> str:
    """Where a step is taken."""
    reference = case.uid if case.id else f"nouveau-{case.workflow}"
    return url_for("step.take", dossier=case.dossier.uid, case=reference, step=step.name)


@dataclass(frozen=True)
class Links:
    """Where the actions of a dossier are done, for whoever reads it."""

    mine: dict[int, list[OpenStep]]
    items: list[AboutOne]

    def __call__(self, action: Action) -> str:
        """The address, or '' when it is someone else's or there is only to wait."""
        about = next((one for one in self.items if one.case.id == action.case.id and one.step.name == action.step), None)
        if about is not None:
            return about.href
        if not any(one.step.name == action.step and one.possible for one in self.mine.get(action.case.id, ())):
            return ""
        if action.step != "tick":
            return url_for("step.take", dossier=action.dossier.uid, case=action.case.uid, step=action.step)
        if action.task is None or not may_tick(action.task, action.case):
            return ""
        return url_for("step.take", dossier=action.dossier.uid, case=action.case.uid, step="tick", task=action.task.uid)


def may_know(action: Action) -> bool:
    """What two people decided is between them and the circle, as their log is."""
    between_them = action.task is not None and action.task.sentence.startswith(DECIDED)
    return not between_them or bool(my_roles(action.case) & {roles.person, roles.peer, roles.circle})


def may_tick(task: Task, case: Case) -> bool:
    """Whether it falls to me to close a task."""
    return falls_to(task, me(), my_roles(case))


def _undoable(cases: list[Case]) -> list[dict[str, Any]]:
    """My last steps that may still be undone, with the hour until which."""
    found = []
    for case in cases:
        last = undo.last_step(case)
        if last is not None and undo.why_not(case, last, me()) is None:
            rows = workflow_of(case).rows(last.step)
            found.append({"label": rows[0].shown_to(my_roles(case), "").label, "until": undo.until(case, last),
                          "href": url_for("step.take", dossier=case.dossier.uid, case=case.uid, step="undo")})
    return found


def _notes(cases: list[Case]) -> list[tuple[Event, str]]:
    """Internal notes, for those whose role reads them; whoever wrote one finds it back. The latest first."""
    found = []
    for case in cases:
        rows = (Answers.select(Answers, Event).join(Event, on=Answers.event)
                .where(Answers.case == case, Event.step == "note"))
        if not may_read(NoteForm, "note", my_roles(case) - {roles.person}):
            rows = rows.where(Event.actor == me())
        found += [(row.event, row.text.get("note", "")) for row in rows]
    return sorted(found, key=lambda note: note[0].id, reverse=True)

