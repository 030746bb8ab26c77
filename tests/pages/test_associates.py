"""The register of associates: in the order of entry, what is paid and what is left, those who left kept."""

from __future__ import annotations

from datetime import date

from intake import register
from intake.models.dossiers import Case, Dossier
from intake.models.pieces import Paper
from tests.cases.test_admission import arrived
from tests.cast import Cast, writing
from tests.conftest import Browse
from tests.page import opened, read

PAGE = "/registre-des-associes"


def entered(person: object, day: date, **memory: object) -> None:
    """Someone of the register, taken over as they stand."""
    from intake.cases import new_case, take_step
    from intake.models.people import Person

    assert isinstance(person, Person)
    case = new_case(arrived(person).dossier, "membership")
    by = Person.get(Person.first_name == "Sami")
    take_step(case, "take_over", by=by, key=None, raw={
        "stage": "associate", "since-day": str(day.day), "since-month": str(day.month), "since-year": str(day.year),
        "reason": "Registre papier"})
    kept = Case.get_by_id(case.id)
    Case.update(memory={**kept.memory, **memory}).where(Case.id == kept.id).execute()


def test_the_register_tells_shares_paid_and_left(people: Cast, browse: Browse) -> None:
    """Ana: ten shares of €20, €50 paid; Ben entered before her, and has no share written here."""
    with writing():
        entered(people.ana, date(2026, 6, 26), shares=10, paid="50")
        entered(people.ben, date(2020, 5, 4))
        lines = register.associates()
    assert [(one.number, one.name) for one in lines] == [(1, "Ben Lefort"), (2, "Ana Moreau")]
    assert (lines[1].due, lines[1].balance_by) == (150, date(2031, 6, 26))
    assert (lines[0].due, lines[0].balance_by) == (0, None)
    text = read(browse(people.marc).get(PAGE)).text.replace("\u00a0", " ")
    assert "2 personnes associées aujourd’hui." in text and "150 €" in text
    assert "0 €" not in text.replace("50 €", ""), "what nobody wrote here is not said to be nothing"


def test_nobody_is_certified_shares_that_are_not_written_here(people: Cast, browse: Browse) -> None:
    with writing():
        entered(people.ana, date(2026, 6, 26), shares=10, paid="50")
        entered(people.ben, date(2020, 5, 4))
        ana, ben = (Case.get(Case.workflow == "membership", Case.dossier.in_(
            Dossier.select().where(Dossier.person == one))) for one in (people.ana, people.ben))
        addresses = [f"/dossier/{one.dossier.uid}/{one.uid}/papiers/shares" for one in (ben, ana)]
    sami = browse(people.sami)
    assert opened(sami, addresses[0]).status_code == 404
    assert opened(sami, addresses[1]).status_code == 303
    with writing():
        assert [paper.case for paper in Paper.select()] == [ana]


def test_whoever_left_stays_in_it(people: Cast, browse: Browse) -> None:
    with writing():
        entered(people.ana, date(2020, 1, 6), ended_on="2026-12-31")
    page = browse(people.sami).get(PAGE)
    assert "31\u00a0décembre 2026" in page.text
    assert "Ana Moreau" in browse(people.sami).get(f"{PAGE}.csv").text


def test_an_empty_register_says_so_and_others_find_nothing(people: Cast, browse: Browse) -> None:
    assert "Personne n’est encore inscrit." in read(browse(people.marc).get(PAGE)).text
    assert {browse(who).get(path).status_code for who in (people.zoe, people.ana, people.claire, people.ada)
            for path in (PAGE, f"{PAGE}.csv")} == {404}
