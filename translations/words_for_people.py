"""Every French sentence that someone outside the team may read, and where it is written: what the catalogue translates.

Templates say them by `_("…")`, `"…"|typo` and the macros of `ui`; Python by `Sentence`, `Told`, `Refusal`, `words.sentence` and,
in the modules below, as they are; workflows declare them, and only those of steps a person takes are gathered.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, nodes
from wtforms import Field, Form

import workflows
from intake.answers_read import WRITTEN_FOR_BOTH
from intake.outbox import Office
from workflows import roles
from workflows.admission import ranks
from workflows.grammar import Step, Task

ROOT = Path(__file__).parent.parent
PERSON = {roles.person, roles.author, roles.other}
TEMPLATES = (
    "base", "ui", "error", "start", "contact", "sign_in", "sign_in_code", "sign_in_link", "sign_in_stopped", "sign_in_again",
    "address", "account", "help", "privacy", "accessibility", "promises",
    "application", "application_check", "application_page",
    "application_sent", "draft_line", "journey", "journey_empty", "offer", "exchanges", "review", "my_data", "_invitation",
    "my_journee", "journee_door", "irritants_drop", "irritants_thanks", "onward", "signing", "signing_link", "signing_read",
    "verify", "step", "change", "dossier", "dossier_base", "dossier_answers", "dossier_pieces", "dossier_history",
    "dossier_exchanges", "deadlines_dossier", "piece", "brands_opinion", "papers", "export",
)
"""The screens of people; their fragments and the macros they share with the team’s."""
PLAIN = (
    "intake/words.py", "intake/promises.py", "intake/navigation.py", "intake/standing.py", "intake/questionnaire.py",
    "intake/refusals.py", "intake/late_forms.py", "intake/delivery.py", "intake/told.py", "intake/items.py",
    "intake/exchanges.py",
    "intake/answers_sheet.py", "intake/cases.py", "intake/cleaning/__init__.py", "intake/two_versions.py",
    "intake/models/slots.py", "intake/models/pieces.py", "intake/uploads.py", "intake/pages/start.py",
    "intake/pages/sign_in.py", "intake/pages/application.py",
    "intake/pages/journey.py", "intake/pages/offer.py", "intake/pages/my_data.py", "intake/pages/my_journee.py",
    "intake/pages/signing.py", "intake/pages/step.py", "intake/pages/dossier.py", "intake/pages/pieces.py",
    "intake/pages/onward.py", "intake/pages/papers.py", "intake/pages/irritants.py", "intake/answers_read.py",
    "intake/papers/making.py", "workflows/line.py", "workflows/keeping.py", "workflows/counters.py", "workflows/obligations.py",
    "workflows/fields/base.py", "workflows/fields/choices.py", "workflows/fields/days.py", "workflows/fields/identifiers.py",
    "workflows/fields/numbers.py", "workflows/fields/pieces.py", "workflows/fields/rows.py", "workflows/fields/words.py",
    "workflows/roles.py", "workflows/engine.py", "workflows/admission/told.py", "workflows/signing/parts.py",
)
"""Modules whose bare sentences people read."""
CALLS = re.compile(r"\b(?:annex|sentence|Sentence|read_as|Told|NotAsked|ValidationError|WrongDay)\(|\.(?:errors|choices) = ")
SAID_BY = {"sentence", "_", "Sentence", "read_as", "Told", "Refusal", "NotAsked", "ValidationError", "WrongDay", "StepRefused"}
TEAM_ONLY = frozenset({
    "Gardé jusqu’au {held_until} : {held_for}", "Conservation", "Garder ce dossier plus longtemps", "L’effacer avant sa date",
    "Nouvel IBAN, pas encore confirmé de vive voix : ne pas s’en servir.",
    "Notes internes", "Aucune note interne.", "Faire avancer", "Changer l’action",
    "Note interne : la personne ne la voit pas ici, mais peut en demander copie",
    "Retirer", "Rôles", "Seconde étape", "Faire dix nouveaux codes de secours", "Ajouter une clé ou une application",
    "Protéger mon accès", "ajoutée le {day}", "{n:code de secours reste|codes de secours restent}.", "Demander une pièce",
    "Votre rôle ouvre des dossiers personnels. Protégez votre accès par une clé, votre téléphone ou une application.",
    "Vos dates arrivent dans votre agenda, avec celles des dossiers que vous suivez, sans nom.", ": l’ouverture est notée",
    "Aucune pièce. Celles que {name} ajoute arrivent ici.", "Ouvrir une pièce d’identité laisse une trace : qui, quand.",
    "Ce qui a changé depuis votre dernière lecture est marqué « nouveau ».", "Dates à venir", "nouveau",
    "Aucune date à venir dans ce dossier.", "Enregistrer la réponse", "Répondre à ce qui coince", "Réponse du Cercle",
    "Écrivez la réponse", "Sans réponse", "Tout", "Déposé le", "Rédiger", "Rédiger un avenant",
    "La réponse se lit ici et à la prochaine journée : personne ne sait qui avait écrit.", "Indiquez l’objet de l’avenant",
    "Saisissez la date d’effet de l’avenant", "Badges de présence", "Feuille de présence", "Réponses d’une personne",
    "Candidature sans suite", "Candidature sans suite, avec accord", "Contact sans suite", "Contrats et accompagnement",
    "Demande non envoyée", "Attend la lettre du matin", "Dite dans la lettre du matin",
    "Les ouvrir laisse une trace : qui, quand.", "Ouvrir un contrat laisse une trace : qui, quand.", "Montrer les numéros",
    "Ouvrir une pièce d’identité ou un contrat laisse une trace : qui, quand.",
    "Arrêter ce raccourci", "Raccourci clavier", "Pour signer à l’écran, prenez plutôt « Envoyer un avenant à la signature ».",
    "La touche « / » va à la recherche des candidatures, quand vous n’écrivez pas. Ce choix vaut pour ce navigateur.",
    "Un PDF est fait, à signer sur papier en deux exemplaires. « Signer un avenant » l’enregistre ensuite.",
    "Ce créneau vient d’être pris : prévenez d’abord la personne.",
    "Administration", "Accompagner", "Binômes", "Candidatures", "Chiffres",
    "Journées", "Ce qui m’attend",
})
NOT_WORDS = re.compile(
    r"[A-Z][a-z]+[A-Z]\w*|View|Stale|étape|effacées|gardé|Mo|came back|Europe/Paris|by the end of|a file is .*"
    r"|[A-Z][\w]*(?:-[A-Z]\w*)+|[A-Z \d]+|\w*Field|https?:.*|.*[<>=_%\\].*|.*(?<! );.*|[a-z-]+/.*", re.DOTALL)
WORDS = re.compile(r"[A-Za-zÀ-ÿ]{2}")
FRENCH = re.compile(r"[À-ÿ’«]| \w")


@cache
def everything() -> dict[str, set[str]]:
    """Sentence → where it is written."""
    found: dict[str, set[str]] = {}
    office = [(Office.hours, "intake/outbox.py")]
    for text, where in (*of_templates(), *of_modules(), *of_workflows(), *office):
        key = text.replace("\u00a0", " ").strip()
        if WORDS.search(re.sub(r"\{\w+\}", "", key)) and key not in TEAM_ONLY:
            found.setdefault(key, set()).add(where)
    return found


# Templates -----------------------------------------------------------------------------------------------------------


def of_templates() -> Iterator[tuple[str, str]]:
    """Sentences of the screens."""
    read = Environment(autoescape=True)
    for name in TEMPLATES:
        file = ROOT / "templates" / f"{name}.html"
        for text in said_in(read.parse(file.read_text(encoding="utf-8"))):
            yield text, f"templates/{name}.html"


def said_in(tree: nodes.Template) -> Iterator[str]:
    """The sentences of one template."""
    for one in tree.find_all((nodes.Filter, nodes.Call)):
        if isinstance(one, nodes.Filter):
            if one.name in ("typo", "ordinals") and one.node is not None:
                yield from _leaves(one.node)
        elif isinstance(one.node, nodes.Name) and one.node.name == "_":
            yield from _leaves(one.args[0])
        elif _macro(one.node):
            told = [*one.args, *(word.value for word in one.kwargs)]
            yield from (text for part in told for text in _leaves(part) if text[:1].isupper() or re.search("[À-ÿ’«]", text))
    for macro in tree.find_all(nodes.BinExpr):
        if isinstance(macro, nodes.Or):
            yield from (text for text in _leaves(macro.right) if text[:1].isupper() and " " in text)


def _macro(node: nodes.Node) -> bool:
    """A macro of `ui`, called from a screen or from another one."""
    if isinstance(node, nodes.Getattr):
        return isinstance(node.node, nodes.Name) and node.node.name == "ui"
    return isinstance(node, nodes.Name) and node.name in ("button", "link_button", "details", "banner", "hint_and_error")


def _leaves(node: nodes.Node) -> Iterator[str]:
    """The strings a value may be: not the tests that choose between them, nor the arguments of calls."""
    if isinstance(node, nodes.Const):
        if isinstance(node.value, str):
            yield node.value
    elif isinstance(node, nodes.CondExpr):
        yield from _leaves(node.expr1)
        if node.expr2 is not None:
            yield from _leaves(node.expr2)
    elif isinstance(node, nodes.Getitem | nodes.Filter | nodes.Test):
        yield from _leaves(node.node) if node.node is not None else ()
    elif not isinstance(node, nodes.Call | nodes.Getattr | nodes.Compare | nodes.Concat):
        for child in node.iter_child_nodes():
            yield from _leaves(child.value if isinstance(child, nodes.Pair) else child)


# Python --------------------------------------------------------------------------------------------------------------


def of_modules() -> Iterator[tuple[str, str]]:
    """Sentences of the modules: those given to whoever says them, and the bare ones of the modules people read."""
    for folder in ("intake", "workflows"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            where, text = str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")
            if where not in PLAIN and not CALLS.search(text):
                continue
            tree = ast.parse(text)
            if where in PLAIN:
                yield from ((text, where) for text in _bare(tree))
            if where in PLAIN or where.startswith(("workflows/fields", "workflows/admission/told")):
                yield from ((text, where) for text in _given(tree))
            elif where.startswith("workflows/admission/"):
                yield from ((text, where) for text in _given(tree, {"Sentence", "read_as", "Told"}))
            else:
                yield from ((text, where) for text in _given(tree, {"sentence", "annex"}))


def _given(tree: ast.AST, said_by: Collection[str] = SAID_BY) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in said_by:
            args = node.args[1:2] if _name(node.func) == "read_as" else node.args[:1]
            yield from (text for arg in args for text in _strings(arg) if FRENCH.search(text) or "{" in text)
        elif "Told" in said_by and isinstance(node, ast.Call) and _name(node.func) == "counted":
            yield "{{n:{}|{}}}".format(*(text for arg in node.args[1:3] for text in _strings(arg)))
        elif "Told" in said_by and isinstance(node, ast.Assign) and _name(node.targets[0]) == "errors":
            yield from _strings(node.value)
        elif "Told" in said_by and isinstance(node, ast.Assign) and _name(node.targets[0]) == "choices":
            yield from (text for part in ast.walk(node.value) for text in _strings(part) if FRENCH.search(text))


def _bare(tree: ast.AST) -> Iterator[str]:
    docs = {id(node.body[0].value) for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and isinstance(node.body[0], ast.Expr)}
    lone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    quiet = {id(part) for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node.func) not in SAID_BY
             and _name(node.func) in QUIET for part in ast.walk(node)}
    made = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in docs | lone | quiet | made:
            continue
        for text in _strings(node):
            if (text[:1].isupper() or FRENCH.search(text)) and not NOT_WORDS.fullmatch(text):
                yield text


QUIET = {"compile", "join", "Check", "get", "warning", "info", "exception", "set", "print_link", "TypeError", "KeyError",
         "ValueError", "replace", "RuntimeError"}
"""Calls whose strings nobody reads."""


def _strings(node: ast.AST) -> Iterator[str]:
    """The strings an expression may be; an f-string is cut where its values are sentences of their own."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value.strip()
    elif isinstance(node, ast.JoinedStr):
        yield from (part.value.strip() for part in node.values if isinstance(part, ast.Constant) and str(part.value).strip())
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)
    elif isinstance(node, ast.BinOp):
        yield from _strings(node.left)
        yield from _strings(node.right)
    elif isinstance(node, ast.List | ast.Tuple):
        for one in node.elts:
            yield from _strings(one)


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


# Workflows -----------------------------------------------------------------------------------------------------------


def of_workflows() -> Iterator[tuple[str, str]]:
    """What a person reads of the journeys: states, their steps with forms and rules, questionnaires, the past of every step."""
    yield from ((text, "workflows/admission/ranks.py") for text in (*ranks.OTHERS.values(), *ranks.ONESELF.values()))
    for workflow in workflows.ALL.values():
        where = f"workflows/{workflow.name}"
        yield workflow.title, where
        for state in workflow.states:
            yield from ((text, where) for text in (state.label, state.own_label, state.says) if text)
        for row in workflow.steps:
            yield from ((text, where) for text in _of_row(row) if text)
        yield from ((rule.sentence, where) for rule in workflow.rules.values() if rule.kind == "house" and rule.lifted_by)
        for pages in workflow.pages.values():
            for page in pages:
                yield from ((text, where) for text in (page.title, page.section, page.task, *_of_form(page.form)) if text)


def _of_row(row: Step) -> Iterator[str]:
    yield from (row.past, row.label or "", row.again_label)
    yield from (then.sentence for then in row.then if isinstance(then, Task))
    if row.form is not None and row.name in WRITTEN_FOR_BOTH:
        yield from _of_form(row.form)
    if not row.roles & PERSON:
        yield from _answered(row.form() if row.form is not None and row.name != "note" else ())
        return
    yield row.hint
    for rule in (*row.chosen_if, *row.only_if):
        yield from (rule.sentence, rule.article)
    if row.form is not None:
        yield from _of_form(row.form)


def _answered(form: Iterable[Field]) -> Iterator[str]:
    """What stands around an answer of the team in the copy that its person takes away: question, choice, unit."""
    for field in form:
        yield field.label.text
        yield from (str(choice[1] if isinstance(choice, tuple) else choice) for choice in getattr(field, "choices", None) or ())
        yield getattr(field, "unit", "")
        yield from _answered(field.row() if hasattr(field, "row") else ())


def _of_form(form: type[Form]) -> Iterator[str]:
    for field in form():
        yield from words_of_field(field)


def words_of_field(field: Field) -> Iterator[str]:
    """What a field says: label, hint, what it asks when empty, choices, columns."""
    said: Iterable[Any] = (field.label.text, field.description, getattr(field, "missing", ""), getattr(field, "unit", ""),
                           str(getattr(field, "named", "")) if not hasattr(getattr(field, "named", ""), "source") else "")
    yield from (str(text) for text in said if text)
    for choice in getattr(field, "choices", None) or ():
        yield str(choice[1] if isinstance(choice, tuple) else choice)
    if hasattr(field, "row"):
        yield from _of_form(field.row)
