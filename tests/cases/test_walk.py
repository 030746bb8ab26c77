"""The whole road by `take_step` alone: from a first contact to a first CAPE in force."""

from typing import Any

import pytest

from intake.arrivals import arrive
from intake.cases import take_step
from intake.facts.admission import antennas
from intake.models.dossiers import Case
from workflows.admission.forms import ContactForm
from wtforms.utils import unset_value

pytestmark = pytest.mark.both_databases

CONTACT = {
    "first_name": "Ana", "last_name": "Moreau", "email": "ana.moreau@exemple.fr", "commune": "Roubaix",
    "activity": "Céramiste", "heard": "", "antenna": "principale", "age": "adult", "notice": "y",
}


def test_first_contact(cast: Any) -> None:
    from werkzeug.datastructures import MultiDict
    form = ContactForm(MultiDict(CONTACT))
    form.antenna.choices = antennas()
    form.validate()
    print(form.errors)
    raw = {**CONTACT, "heard": form.heard.choices[0][0]}
    form = ContactForm(MultiDict(raw)); form.antenna.choices = antennas()
    dossier = arrive(raw, form, by=None, key="k1")
    case = Case.get(Case.dossier == dossier)
    assert case.state == "contact"
    again = arrive(raw, form, by=None, key="k1")
    assert again == dossier
    take_step(case, "skip_meeting", by=cast.claire, raw={"reason": "Connue de la maison"}, key="k2", seen_version=1)
    case = Case.get_by_id(case.id)
    assert case.state == "draft"
