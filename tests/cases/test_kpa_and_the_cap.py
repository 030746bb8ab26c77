"""Entries of KPA-Cité stand outside the cap of the principale (JOURNEY §8)."""

from __future__ import annotations

import pytest

from intake.models import places
from intake.models.dossiers import Case
from intake.models.people import Antenna, Person, RoleGrant
from intake.models.places import Place
from tests.cases.test_admission import DECIDED, PRINTED, a_month, arrived, fill_pages, step
from tests.cast import LONG_AGO, Cast, principale
from tests.conftest import NOW
from workflows.calendar import Month

pytestmark = pytest.mark.both_databases


def enrolled(person: Person, antenna: Antenna, coordinator: Person, cast: Cast) -> Case:
    """Read, interviewed and enrolled by the coordinator of an antenna."""
    case = step(arrived(person, antenna), "skip_meeting", coordinator, reason="Connue")
    fill_pages(case)
    step(case, "submit", person)
    step(case, "accept_file", coordinator, people=[coordinator.uid])
    step(case, "record_interview", coordinator, **PRINTED)
    step(case, "check_support", cast.sami, insurable="yes", regulated="no", budget_clear="oui")
    step(case, "propose", coordinator, decision="admit")
    step(case, "give_opinion", coordinator, opinion="favorable", no_link="oui")
    return step(case, "enrol", coordinator, **DECIDED)


@pytest.mark.trust("T3")
def test_kpa_entries_leave_the_cap_alone(cast: Cast) -> None:
    """Worked case 29: two at the principale and five of KPA-Cité in one month; the counter says 2 of 2."""
    month = a_month(2, Month(2027, 5))
    roubaix = Antenna.create(code="roubaix", name="KPA-Cité Roubaix", programme="kpa", prefix="KPA", capped="no")
    RoleGrant.create(person=cast.noe, role="coordinator", antenna=roubaix, since=LONG_AGO)
    for person in (cast.ana, cast.ben):
        places.hold(arrived(person), month, status="accepted")
    for number in range(5):
        person = Person.create(first_name=f"Kim{number}", last_name="Roy", email=f"kim{number}@exemple.fr", created_at=NOW)
        case = enrolled(person, roubaix, cast.noe, cast)
        assert (case.state, places.of(case)) == ("papers", None)
    assert places.of_months(principale(), month, month) == {month: {"accepted": 2}}
    assert not Place.select().where(Place.antenna == roubaix).exists()
