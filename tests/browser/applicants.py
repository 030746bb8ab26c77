"""A house where people apply: each stands where a test needs them, put there by real steps, before it is served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from config import Settings
from intake.models.dossiers import Case
from intake.models.people import Person
from tests.browser.conftest import House
from tests.cast import opened
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
