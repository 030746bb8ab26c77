"""Administration: what to look at, and the way to each subject."""

from __future__ import annotations

from intake import clock as passing
from intake.models import caps
from tests.cast import Cast, principale, writing
from tests.conftest import Browse
from tests.page import read
from workflows.calendar import Month


def test_every_subject_is_one_press_away(people: Cast, browse: Browse) -> None:
    """Each link opens, for whoever sees it."""
    for person in (people.marc, people.ada, people.sami):
        client = browse(person)
        page = read(client.get("/administration"))
        subjects = [href for _, href in page.links if href.startswith(("/reglages", "/personnes", "/journees", "/lettres",
                                                                       "/reunions"))]
        assert len(subjects) >= 4
        for href in subjects:
            assert client.get(href).status_code == 200, href
    assert "/personnes" not in [href for _, href in read(browse(people.sami).get("/administration")).links]
    assert "/reunions" not in [href for _, href in read(browse(people.ada).get("/administration")).links]


def test_what_waits_for_someone_is_said(people: Cast, browse: Browse) -> None:
    """Nothing first; then a cap to confirm and August's journée, from June on."""
    assert "Rien à regarder" in read(browse(people.odile).get("/administration")).text
    with writing():
        passing.prepare_day()
        caps.ask(principale(), Month(2027, 5), None, 3, "Deux binômes de plus", people.marc)
    page = read(browse(people.odile).get("/administration"))
    assert "changement de plafond à confirmer" in page.text and "Rien à regarder" not in page.text
    assert "9\u00a0personnes, 9 sans seconde étape" in page.text


def test_the_wrong_person_finds_nothing(people: Cast, browse: Browse) -> None:
    """The circle, an applicant, a stranger; nobody signed in is asked to."""
    for person in (people.claire, people.ana, people.zoe):
        assert browse(person).get("/administration").status_code == 404
    assert browse().get("/administration").status_code == 302
