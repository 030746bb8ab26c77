"""French as SCREENS §6.2 writes it: sentence length, inclusive writing, signs, on every screen and in every journey."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment
from wtforms import Form

import workflows
from translations.words_for_people import said_in, words_of_field

TEMPLATES = Path(__file__).parent.parent / "templates"
MOST, USUAL = 25, 15
SENTENCE = re.compile(r"[.!?;:…](?:\s|$)")
WORD = re.compile(r"[\w’'·-]+")
HOLE = re.compile(r"\{[^}]*\}")
FORBIDDEN = re.compile(r"\b(invalides?|valides?|erreurs?|obligatoires?|veuillez|merci de|désolée?s?|oups|format incorrect|"
                       r"interdite?s?|ce champ)\b", re.IGNORECASE)
"""What no error says (SCREENS F23)."""
INCLUSIVE_OTHERWISE = re.compile(r"\w\(e\)s?\b|\w\.e\.?s?\b|[a-zéè]-e-?s?\b|\w[•‧∙⋅]e")
"""Inclusive forms with another sign than U+00B7 (L6)."""
CRAMPED = re.compile(r"[a-zà-ÿ][;!?»](?:\s|$)|[a-zà-ÿ]:(?:\s|$)|«\S|\.\.\.")
"""A sign that French sets apart, and stands against its word; three dots for « … » (L1)."""


@cache
def of_screens() -> tuple[tuple[str, str], ...]:
    """(template, sentence) of every screen, the team’s too."""
    read = Environment(autoescape=True)
    return tuple((file.name, text) for file in sorted(TEMPLATES.glob("*.html")) if file.name != "styleguide.html"
                 for text in said_in(read.parse(file.read_text(encoding="utf-8"))) if text.strip())


@cache
def of_journeys() -> tuple[tuple[str, str], ...]:
    """(where, sentence) of every journey: states, steps, rules, forms."""
    return tuple((where, text) for where, text in _journeys() if text)


def _journeys() -> Iterator[tuple[str, str]]:
    for workflow in workflows.ALL.values():
        for state in workflow.states:
            yield from ((f"{workflow.name} {state.name}", text) for text in (state.label, state.says))
        for row in workflow.steps:
            yield from ((f"{workflow.name} {row.name}", text) for text in (row.label or "", row.hint, row.past))
        for rule in workflow.rules.values():
            yield f"{workflow.name} {rule.name}", rule.sentence
        for form in forms_of(workflow):
            yield from ((f"{workflow.name} {form.__name__}", text) for field in form() for text in words_of_field(field))


def forms_of(workflow: workflows.grammar.Workflow) -> list[type[Form]]:
    """Its forms, each once: those of its steps, then the pages of its questionnaires."""
    pages = [page.form for pages in workflow.pages.values() for page in pages]
    return list(dict.fromkeys([*(row.form for row in workflow.steps if row.form), *pages]))


def sentences(text: str) -> list[list[str]]:
    """The sentences of a text, as words; a value counts for one."""
    return [found for part in SENTENCE.split(HOLE.sub("valeur", text.replace("\u00a0", " "))) if (found := WORD.findall(part))]


@pytest.mark.parametrize("texts", [of_screens, of_journeys], ids=["screens", "journeys"])
def test_sentences_are_short(texts: Iterator[tuple[str, str]]) -> None:
    """25 words at most, 15 on average (L7)."""
    found = [(where, text, len(words)) for where, text in texts() for words in sentences(text)]  # type: ignore[operator]
    assert [one for one in found if one[2] > MOST] == []
    told = [count for _, _, count in found if count > 3]
    assert sum(told) / len(told) <= USUAL


@pytest.mark.parametrize("texts", [of_screens, of_journeys], ids=["screens", "journeys"])
def test_signs_stand_where_french_sets_them(texts: Iterator[tuple[str, str]]) -> None:
    assert [one for one in texts() if CRAMPED.search(HOLE.sub("", one[1]))] == []  # type: ignore[operator]


@pytest.mark.parametrize("texts", [of_screens, of_journeys], ids=["screens", "journeys"])
def test_inclusive_writing_has_one_middle_dot_a_word(texts: Iterator[tuple[str, str]]) -> None:
    """« entrepreneur·e », never « (e) », never two dots in one word (L4, L6)."""
    found = list(texts())  # type: ignore[operator]
    assert [one for one in found if INCLUSIVE_OTHERWISE.search(one[1])] == []
    assert [one for one in found if re.search(r"\w·\w+·\w", one[1])] == []


def test_no_middle_dot_where_it_is_read_letter_by_letter() -> None:
    """None on a button, in a title or in an error (L5)."""
    buttons = [(workflow.name, row.label) for workflow in workflows.ALL.values() for row in workflow.steps if row.label]
    errors = [(workflow.name, getattr(field, "missing", "")) for workflow in workflows.ALL.values()
              for form in forms_of(workflow) for field in form()]
    pages = [(workflow.name, page.title) for workflow in workflows.ALL.values()
             for pages in workflow.pages.values() for page in pages]
    titles = [(file.name, found) for file in TEMPLATES.glob("*.html") if file.name != "styleguide.html"
              for found in re.findall(r"{% block title %}(.*?){% endblock %}|ui\.heading\(\"([^\"]*)|ui\.button\(\"([^\"]*)",
                                      file.read_text(encoding="utf-8"))]
    shown = [*buttons, *errors, *pages, *((name, text) for name, found in titles for text in found)]
    assert [(where, text) for where, text in shown if re.search(r"\w·\w", str(text))] == []


def test_errors_say_what_to_do() -> None:
    said = [(form.__name__, field.missing) for workflow in workflows.ALL.values() for form in forms_of(workflow)
            for field in form() if getattr(field, "missing", "")]
    assert [one for one in said if FORBIDDEN.search(one[1])] == []
    assert [one for one in said if one[1].endswith(".")] == []


@pytest.mark.parametrize(("lint", "wrong"), [
    (CRAMPED, "Attention: lisez"), (CRAMPED, "Bravo! Continuez"), (CRAMPED, "Patientez..."), (CRAMPED, "«Oui »"),
    (INCLUSIVE_OTHERWISE, "entrepreneur(e)s"), (INCLUSIVE_OTHERWISE, "associé.e.s"), (FORBIDDEN, "Ce champ est obligatoire"),
])
def test_the_lints_see(lint: re.Pattern[str], wrong: str) -> None:
    """The control: each fault is found."""
    assert lint.search(wrong)
    assert [len(words) for words in sentences("un " * 26 + ". Deux mots")] == [26, 2]
