"""Two hundred hostile or clumsy answers to every kind of field: a sentence or an answer, never a failure (SCREENS F20–F25)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form, HiddenField
from wtforms.fields.core import UnboundField

import workflows
from tests.strange import STRANGE, right
from workflows import fields as f
from workflows.admission.application import CustomerRow
from workflows.admission.forms import ReachField
from workflows.calendar import Month
from workflows.grammar import StepForm

KINDS: dict[str, UnboundField[Any]] = {
    "text": f.TextField("Une question"), "name": f.NameField("Nom"), "lines": f.LinesField("Récit"),
    "email": f.EmailField("Adresse"), "phone": f.PhoneField("Téléphone"),
    "postcode": f.PostcodeField("Code postal"), "siret": f.SiretField("SIRET"),
    "iban": f.IbanField("IBAN"), "nir": f.NirField("NIR"), "money": f.MoneyField("Montant"), "number": f.NumberField("Nombre"),
    "half": f.NumberField("Nombre", whole=False, most=7), "day": f.DayField("Jour"), "birth": f.DayField("Naissance", birth=True),
    "choice": f.ChoiceField("Choix", choices=[("a", "A")]), "choices": f.ChoicesField("Choix", choices=[("a", "A")]),
    "yesno": f.YesNoField("Oui ?"), "month": f.MonthField("Mois", choices=[Month(2027, 1)]), "tick": f.TickField("Lu"),
    "date": f.DateChoiceField("Date", choices=[date(2027, 1, 7)]), "person": f.PersonField("Personne", choices=[("u", "U")]),
    "people": f.PeopleField("Personnes", choices=[("u", "U")]), "piece": f.PieceField("Pièce"),
    "written": f.WrittenDayField("Jour"), "table": f.TableField("Lignes", CustomerRow),
    "reach": ReachField("Adresse ou téléphone"),
}


def sentences(form: Form) -> list[str]:
    """Everything the form says, its tables' cells too."""
    said: list[str] = []
    for field in form:
        for error in field.errors:
            said += [str(one) for one in (error if isinstance(error, list) else [error]) if not isinstance(one, dict)]
        for entry in getattr(field, "entries", ()):
            said += sentences(entry.form)
    return said


def test_there_are_two_hundred_of_them() -> None:
    assert len(set(STRANGE)) >= 200


def test_no_kind_of_field_is_forgotten() -> None:
    """Every class that a form may ask with, of `workflows.fields` and of the forms themselves."""
    tried = {kind.field_class for kind in KINDS.values()}
    asked = {type(field) for _, form in every_form() for field in form()} | {
        one for one in vars(f).values() if isinstance(one, type) and issubclass(one, f.Asked)}
    assert asked - tried - {f.Asked, HiddenField} == set()


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_answers_or_says_a_sentence(kind: str) -> None:
    """Typed where it is asked, and in every other place a browser could post it."""
    asked: type[Form] = type("Asked", (Form,), {"q": KINDS[kind]})
    for typed in STRANGE:
        for name in ("q", "q-day", "q-month", "q-absent", "q-0-amount"):
            form = asked(MultiDict([(name, typed), (name, "autre")]))
            if kind == "birth":
                form.q.today = date(2027, 3, 1)
            said = [] if form.validate() else sentences(form)
            assert right(said), (typed[:40], said)
            assert form.errors or form.q.data is not None, f"{typed[:40]!r} is neither taken nor refused"
            f.to_json(form.q.data)
            if kind != "table":
                form.q.shown()
            form.q()


def every_form() -> list[tuple[str, type[StepForm]]]:
    """The forms of every step and page, by name."""
    found = {f"{flow.name}.{step.name}": step.form for flow in workflows.ALL.values() for step in flow.steps if step.form}
    found |= {f"{flow.name}.{page.name}": page.form for flow in workflows.ALL.values()
              for pages in flow.pages.values() for page in pages}
    return sorted(found.items())


@pytest.mark.parametrize(("name", "form"), every_form(), ids=[name for name, _ in every_form()])
def test_a_form_speaks_by_the_book(name: str, form: type[StepForm]) -> None:
    """Empty, and full of every tenth strange answer, rows of its tables too: only sentences, without the words of F23."""
    for typed in ("", *STRANGE[::10]):
        blank = form()
        raw = MultiDict((place, typed) for field in blank for place in places(field))
        for field in (made := form(raw)):
            if getattr(field, "choices", 0) is None:
                field.choices = [("a", "A")]
        said = [] if made.validate() else sentences(made)
        assert right(said), (typed[:40], said)


def places(field: Any) -> list[str]:
    """The names a field is posted under."""
    if hasattr(field, "entries"):
        return [place for entry in field.entries[:2] for one in entry.form for place in places(one)] + [f"{field.name}-999-x"]
    return [part.name for part in field.parts] if hasattr(field, "parts") else [field.name]


@pytest.mark.parametrize("said", [
    "Format incorrect", "Veuillez saisir un nom", "Ce numéro est invalide", "saisissez", "{named} doit"])
def test_the_control_a_message_out_of_the_book_is_seen(said: str) -> None:
    assert not right([said])
