"""Figures: from the history alone, right just after « Annuler », and none about somebody in particular."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from io import StringIO

import pytest

from intake import past
from intake.cases import take_step
from intake.figures import FIGURES, Asked
from intake.figures.flow import durations
from intake.figures.table import TOO_FEW, Figure, days_in_words
from intake.models.dossiers import Case
from intake.models.people import Person, RoleGrant
from tests.cases.test_admission import admitted, again, arrived, in_review, step
from tests.cases.test_whole_road import LEAVE, Road, to_cape
from tests.cast import LONG_AGO, Cast, principale, writing
from tests.conftest import Browse, Clock
from tests.page import read

PAGE = "/chiffres"


def asked(clock: Clock, months: int | None = 12) -> Asked:
    """The figures of the principale, this year."""
    return Asked((principale(),), clock.now.date(), months)


def figure(name: str, clock: Clock, months: int | None = 12) -> Figure:
    """One figure, as it stands now."""
    return FIGURES[name](asked(clock, months))


def applicant(number: int) -> Person:
    """One more person who applies."""
    return Person.create(first_name=f"P{number}", last_name="Exemple", email=f"p{number}@exemple.fr",
                         created_at=past.end_of_paris_day(LONG_AGO))


def test_an_application_counts_once_and_an_undone_refusal_not_at_all(people: Cast, clock: Clock) -> None:
    """March: one application; Claire's negative answer, taken back within ten minutes, leaves no trace in figures."""
    with writing():
        case = in_review(arrived(people.ana), people)
        take_step(again(case), "propose", by=people.claire, key=None, raw={"decision": "decline"})
        for member in (people.salome, people.ines):
            take_step(again(case), "give_opinion", by=member, key=None, raw={"opinion": "favorable", "no_link": "oui"})
        assert figure("arrivees", clock).rows[-1] == ("Mars\u00a02027", 1, 0, 0)
        step(case, "decline", people.claire, message="Bonjour,", sending="send", reason="uninsurable")
        assert figure("reponses", clock).rows == [("Activité non assurable", 1)]
        before = figure("durees", clock).rows
        step(case, "undo", people.claire)
        assert again(case).state == "review"
        assert figure("reponses", clock).rows == []
        assert figure("durees", clock).rows != before
        assert "Aucune réponse négative" in figure("reponses", clock).finding


def test_no_duration_is_told_under_five_cases(people: Cast, clock: Clock) -> None:
    with writing():
        cases = [in_review(arrived(applicant(n)), people) for n in range(4)]
        assert durations(asked(clock)).rows == [("À lire", TOO_FEW, "", 4)]
        case = arrived(applicant(9))
        case = step(case, "skip_meeting", people.claire, reason="Connue")
        assert durations(asked(clock)).rows[0][1] == TOO_FEW
        del cases, case
        in_review(arrived(applicant(5)), people)
        told = durations(asked(clock)).rows[0]
        assert told == ("À lire", "1 jour", "de 1 jour à 1 jour", 5)


def test_entries_places_load_and_ends_of_cape_follow_a_walk(people: Cast, clock: Clock) -> None:
    """Ana enters: an entry in its month, a place used, a CAPE that ends within the year and is to decide."""
    with writing():
        road = Road(people.ana, clock)
        first = to_cape(road, people)
        month = first.strftime("%Y-%m")
        entered = {row[0]: row[2] for row in figure("arrivees", clock).rows}
        assert [name for name, number in entered.items() if number] == [figure("arrivees", clock).rows[-1][0]]
        assert sum(row[2] for row in figure("places", clock).rows) == 1
        assert figure("fins-de-cape", clock).finding == "1 CAPE se termine dans l’année, dont 1 à décider."
        assert sum(row[1] for row in figure("propositions", clock).rows) == 1
        assert month == clock.now.strftime("%Y-%m")
        road.take("departure.announce", road.person, ends_on=(clock.now.date() + timedelta(days=1)).isoformat(),
                  interview="non", **LEAVE)
        road.take("departure.confirm", people.sami, ends_on=(clock.now.date() + timedelta(days=1)).isoformat(),
                  interview="non", **LEAVE)
        assert figure("fins-de-cape", clock).finding.endswith("dont 0 à décider.")
        road.go_to(clock.now.date() + timedelta(days=3))
        assert figure("sorties", clock).rows[0][1:] == ("Emploi durable", 1)
        assert figure("arrivees", clock).rows[-1][3] == 1


def test_the_board_of_a_past_evening(people: Cast, clock: Clock, browse: Browse) -> None:
    """What stood that evening, whatever happened since; the address is the view."""
    with writing():
        case = admitted(arrived(people.ana), people)
    that_evening = clock.now.date()
    clock.forward(days=3)
    with writing():
        step(case, "pause", people.claire, until=(clock.now.date() + timedelta(days=20)).isoformat())
        assert Case.get_by_id(case.id).state == "paused"
        then = past.admissions_on(that_evening, [principale().id])
        assert [(row["name"], row["state"]) for row in then] == [("Ana Moreau", "waiting")]
        assert past.admissions_on(date(2027, 2, 1), [principale().id]) == []
    address = f"/candidatures/a-la-date?day-day={that_evening.day}&day-month=3&day-year=2027"
    page = read(browse(people.claire).get(address))
    assert "Liste d’attente · 1" in page.text.replace("\u00a0", " ") and "Ana Moreau" in page.text
    wrong = browse(people.claire).get("/candidatures/a-la-date?day-day=1&day-month=1&day-year=2031")
    assert wrong.status_code == 422 and "Le jour doit être passé" in read(wrong).text


def test_the_page_says_each_finding_and_draws_it(people: Cast, browse: Browse) -> None:
    """Each figure has a heading; those with rows have a title for whoever hears them, a table and its CSV."""
    answer = browse(people.claire).get(PAGE)
    page = read(answer)
    assert answer.status_code == 200
    assert len(page.headings) == 1 + len(FIGURES)
    assert answer.text.count('role="img"') == answer.text.count("</title><desc")
    assert "style=" not in answer.text


def test_a_table_is_taken_away_without_formulas(people: Cast, browse: Browse) -> None:
    with writing():
        Person.update(first_name="=1+1").where(Person.id == people.ines.id).execute()
    answer = browse(people.claire).get(f"{PAGE}/binomes.csv")
    rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="chiffres-binomes.csv"'
    assert rows[0] == ["Binôme", "Accompagne", "Peut encore accueillir"]
    assert "'=1+1 Haddad" in [row[0] for row in rows] and "=1+1 Haddad" not in [row[0] for row in rows]


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/arrivees.csv", "/candidatures/a-la-date"])
def test_others_find_nothing_here(people: Cast, browse: Browse, path: str) -> None:
    """A stranger and an applicant get the 404 of a page that does not exist."""
    assert {browse(who).get(path).status_code for who in (people.zoe, people.ana, people.ada)} == {404}
    assert browse(people.claire).get(f"{PAGE}?periode=7").status_code == 404
    assert browse(people.claire).get(f"{PAGE}?antenne=inconnue").status_code == 404
    assert browse(people.claire).get(f"{PAGE}/inconnue.csv").status_code == 404


def test_a_coordinator_reads_their_antenna_alone(people: Cast, browse: Browse, clock: Clock) -> None:
    """Zoé coordinates a KPA-Cité antenna: the principale's applications are not hers to count."""
    from intake.models.people import Antenna

    with writing():
        kpa = Antenna.create(code="kpa-test", name="KPA test", programme="kpa", capped="no")
        RoleGrant.create(person=people.zoe, role="coordinator", antenna=kpa, since=LONG_AGO)
        in_review(arrived(people.ana), people)
    page = read(browse(people.zoe).get(PAGE)).text.replace("\u00a0", " ")
    assert "En mars : 0 candidature" in page


def test_lengths_in_words() -> None:
    assert [days_in_words(days) for days in (0.2, 1.6, 20.6, 26, 74, 130)] == [
        "1 jour", "2 jours", "3 semaines", "4 semaines", "11 semaines", "4 mois"]


def test_a_house_that_begins_opens_its_figures(people: Cast, clock: Clock, browse: Browse) -> None:
    """One dossier that passed a stage is too few for a duration: the row says so, and draws no bar."""
    with writing():
        in_review(arrived(people.ana), people)
        assert TOO_FEW in {cell for row in figure("durees", clock).rows for cell in row}
        assert figure("durees", clock).bars == []
    assert browse(people.claire).get(PAGE).status_code == 200
