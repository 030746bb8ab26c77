"""A house where people apply: each stands where a test needs them, put there by real steps, before it is served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from config import Settings
from intake.models.dossiers import Case
from intake.models.people import Person
from tests.browser.conftest import House
from tests.cast import browser, opened
from tests.conftest import SECRET


def settings_of(house: House) -> Settings:
    """The settings its server runs with."""
    data = house.folder / "data"
    return Settings(data=data, database_url=f"sqlite:///{data / 'parcours.db'}", secret_key=SECRET, public_url=house.url,
                    key_file=data / "keys", work=False)


@contextmanager
def inside(house: House, monkeypatch: Any) -> Iterator[None]:
    """The house's own database and clock, in this process."""
    from intake.secrets_kept import set_secret

    with monkeypatch.context() as patched:
        patched.setenv("INTAKE_NOW", house.environment["INTAKE_NOW"])
        set_secret(SECRET)
        with opened(settings_of(house)):
            yield


def cookies(app: Flask, house: House, email: str, monkeypatch: Any) -> list[Any]:
    """The cookie of someone who has just signed in, as a browser takes it."""
    with inside(house, monkeypatch):
        kept = browser(app, Person.get(Person.email == email)).get_cookie("parcours")
        assert kept
    return [{"name": kept.key, "value": kept.value, "url": house.url}]


def applies(first_name: str, last_name: str, antenna: str = "principale", age: str = "adult") -> Case:
    """Someone known to the house, their application open and empty."""
    from werkzeug.datastructures import MultiDict

    from intake.arrivals import arrive
    from intake.cases import take_step
    from intake.facts.admission import antennas
    from workflows.admission.forms import ContactForm

    raw = {"first_name": first_name, "last_name": last_name, "email": f"{first_name}@exemple.fr".lower(),
           "phone": "06 39 98 11 22", "commune": "Roubaix", "activity": "Céramiste", "heard": "web", "antenna": antenna,
           "age": age, "notice": "oui"}
    form = ContactForm(MultiDict(raw))
    form.antenna.choices = antennas()
    dossier = arrive(raw, form, by=None, key=f"arrives-{first_name}")
    case = Case.get(Case.dossier == dossier)
    claire = Person.get(Person.email == "claire@exemple.fr")
    take_step(case, "skip_meeting", by=claire, raw={"reason": "Reçue la semaine dernière"}, key=None)
    return Case.get_by_id(case.id)  # type: ignore[no-any-return]


def enters(first_name: str, last_name: str) -> Case:
    """Someone of a programme without cap, their entry papers open."""
    from intake.cases import take_step
    from intake.facts import facts_of
    from intake.models.drafts import save_page
    from workflows.admission import admission

    case = applies(first_name, last_name)
    claire, salome, ines, sami = (
        Person.get(Person.email == f"{name}@exemple.fr") for name in ("claire", "salome", "ines", "sami"))
    for page in admission.pages["application"]:
        save_page(case, page.name, typed={}, answers={}, sealed=page.form.sealed, complete=True, turn=1,
                  now=facts_of(case, claire).now)

    def take(step: str, by: Person, **raw: Any) -> None:
        take_step(Case.get_by_id(case.id), step, by=by, raw=raw, key=None)

    take("submit", case.dossier.person)
    take("accept_file", claire, people=[claire.uid, salome.uid])
    for reader in (claire, salome):
        take("record_interview", reader, no_link="oui", **dict.fromkeys((
            "skills", "customers", "autonomy", "cooperation", "contribution", "support_needed", "viability"), "Vu"))
    take("check_support", sami, insurable="yes", regulated="no", budget_clear="oui")
    take("propose", claire, decision="admit")
    for member in (salome, ines):
        take("give_opinion", member, opinion="favorable", no_link="oui")
    take("admit", claire, message="Bienvenue.", sending="keep")
    facts = facts_of(Case.get_by_id(case.id), claire)
    take("offer", claire, month=str(facts.next_free(facts.first_month.previous())))
    take("accept", case.dossier.person)
    return Case.get_by_id(case.id)  # type: ignore[no-any-return]


def asked(questionnaire: str) -> list[str]:
    """The pages of a questionnaire asked of an adult of the principale, by name."""
    from workflows.admission import admission

    kpa = {"age", "last_name", "motivation", "availability", "guardian", "guardians", "charter", "full_time"}
    return [page.name for page in admission.pages[questionnaire] if page.name not in kpa]
