"""What a pairing decides: in their log in words, on the home of whoever it names, and not read by the rest of the team."""

from __future__ import annotations

import pytest

from intake.models.dossiers import Case
from intake.models.people import Commitment
from intake.models.tasks import Task
from tests.cases.test_admission import step
from tests.cases.test_contracts import a_dossier
from tests.cases.test_pairing_and_exit import DECISIONS, MEETING, in_cape, paired
from tests.cast import LONG_AGO, Cast, writing
from tests.conftest import Browse
from tests.page import read, send

WHAT = "Appeler la mairie"


@pytest.fixture
def case(people: Cast) -> Case:
    """Ana and Noé have met and decided two things."""
    with writing():
        Commitment.get_or_create(person=people.noe, defaults={"signed_on": LONG_AGO})
        dossier = a_dossier(people.ana)
        in_cape(dossier, people.sami)
        found = paired(dossier, people)
        step(found, "record_meeting", people.noe, **MEETING, **DECISIONS)
        assert found.dossier.uid
    return found


def test_it_is_on_one_s_home_until_it_is_done(people: Cast, browse: Browse, case: Case) -> None:
    ana = browse(people.ana)
    home = read(ana.get("/mon-parcours"))
    assert WHAT in home.text and "Relire le devis" not in home.text, "one's own, not the peer's"
    link = next(href for _, href in home.links if "/tick" in href)
    form = read(ana.get(link)).form("C’est fait")
    assert send(ana, form, link, "C’est fait").status_code == 303
    with writing():
        assert Task.get(Task.sentence.endswith(WHAT)).closed_at is not None
    assert WHAT not in read(ana.get("/mon-parcours")).text


def test_the_log_tells_who_and_when_in_words(people: Cast, browse: Browse, case: Case) -> None:
    text = read(browse(people.claire).get(f"/dossier/{case.dossier.uid}/reponses")).text.replace("\u00a0", " ")
    assert "La personne, Appeler la mairie, 15 avril 2027" in text


def test_the_rest_of_the_team_does_not_read_it(people: Cast, browse: Browse, case: Case) -> None:
    """The circle and the peer do, as they read the log; support and RH do not."""
    page = f"/dossier/{case.dossier.uid}"
    assert {name: WHAT in read(browse(who).get(page)).text for name, who in (
        ("Claire", people.claire), ("Noé", people.noe), ("Sami", people.sami), ("Rachel", people.rachel))} == {
        "Claire": True, "Noé": True, "Sami": False, "Rachel": False}


def test_what_cannot_be_read_as_a_day_is_said_and_nothing_is_written(people: Cast, browse: Browse, case: Case) -> None:
    noe, page = browse(people.noe), f"/dossier/{case.dossier.uid}/{case.uid}/record_meeting"
    form = read(noe.get(page)).form("Noter un rendez-vous")
    day = {"held_on-day": "1", "held_on-month": "3", "held_on-year": "2027"}
    known = {name: value for name, value in MEETING.items() if name not in ("held_on", "next_on")}
    wrong = {**known, **day, **DECISIONS, "decisions-0-when": "bientôt"}
    sent = send(noe, form, page, "Noter un rendez-vous", **wrong)
    assert sent.status_code == 422 and "complétez la ligne 1" in sent.text.replace("\u00a0", " ")
    assert 'value="bientôt"' in sent.text
