"""Journées: created ahead, confirmed, moved with a reason; assemblies."""

from __future__ import annotations

from datetime import date

from intake import clock as passing
from intake.models.days import Assembly, Journee, plan_journees
from intake.models.letters import Letter
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import press, read, send


def prepared() -> None:
    """The night prepares the year ahead."""
    with writing():
        passing.prepare_day()


def of(day: date) -> Journee:
    """The journée that stands for a third Thursday."""
    with writing():
        found: Journee = Journee.get(Journee.planned == day)
        return found


def new_day(day: int, month: int, **more: str) -> dict[str, str]:
    """A day of 2027, as typed."""
    return {"day-day": str(day), "day-month": str(month), "day-year": "2027", **more}


def test_a_year_of_third_thursdays(people: Cast, browse: Browse) -> None:
    """From March 2027; August waits for someone; the clock may come twice."""
    prepared()
    with writing():
        assert plan_journees(date(2027, 3, 1)) == []
        found = list(Journee.select().order_by(Journee.day))
    assert [one.day for one in found[:4]] == [date(2027, 3, 18), date(2027, 4, 15), date(2027, 5, 20), date(2027, 6, 17)]
    assert (len(found), found[-1].day) == (13, date(2028, 3, 16))
    assert [one.day.month for one in found if one.to_confirm] == [8]
    page = read(browse(people.claire).get("/journees"))
    assert "Jeudi 18\u00a0mars 2027" in page.text and "À confirmer" in page.text


def test_august_is_confirmed(people: Cast, browse: Browse) -> None:
    """By the circle, with its place; twice is harmless."""
    prepared()
    august = of(date(2027, 8, 19))
    claire, page = browse(people.claire), f"/journees/{august.uid}/confirmer"
    form = read(claire.get(page)).form("Confirmer cette date")
    for _ in range(2):
        assert send(claire, form, page, "Confirmer cette date", place="Roubaix").status_code == 303
    after = of(date(2027, 8, 19))
    assert (after.to_confirm, after.place) == (False, "Roubaix")


def test_a_journee_moves_with_a_reason(people: Cast, browse: Browse) -> None:
    """Its place in the year stays; the page shows why."""
    prepared()
    march = of(date(2027, 3, 18))
    claire, page = browse(people.claire), f"/journees/{march.uid}/deplacer"
    assert press(claire, page, "Déplacer cette journée", **new_day(25, 3)).status_code == 422
    assert press(claire, page, "Déplacer cette journée", **new_day(25, 3, reason="Salle prise")).status_code == 303
    assert of(date(2027, 3, 18)).day == date(2027, 3, 25)
    assert "Salle prise" in read(claire.get("/journees")).text
    prepared()
    with writing():
        assert Journee.select().where(Journee.day.between(date(2027, 3, 1), date(2027, 3, 31))).count() == 1


def test_a_past_or_taken_day_is_refused(people: Cast, browse: Browse) -> None:
    """A sentence, and the journée stays."""
    prepared()
    claire, page = browse(people.claire), f"/journees/{of(date(2027, 3, 18)).uid}/deplacer"
    for day, month in ((25, 2), (15, 4)):
        answer = press(claire, page, "Déplacer cette journée", **new_day(day, month, reason="Essai"))
        assert answer.status_code == 409
    assert of(date(2027, 3, 18)).day == date(2027, 3, 18)
    with writing():
        assert not Letter.select().exists()


def test_an_assembly_puts_the_journee_before_in_doubt(people: Cast, browse: Browse) -> None:
    """An assembly in June makes May's journée one to confirm; it moves with a reason; twice is once."""
    prepared()
    marc = browse(people.marc)
    form = read(marc.get("/journees/assemblees/nouvelle")).form("Fixer cette date")
    for _ in range(2):
        answer = send(marc, form, "/journees/assemblees/nouvelle", "Fixer cette date",
                      **new_day(24, 6, approves_accounts="oui"))
        assert answer.status_code == 303
    assert of(date(2027, 5, 20)).to_confirm
    with writing():
        assembly = Assembly.get()
    page = f"/journees/assemblees/{assembly.uid}/deplacer"
    assert press(marc, page, "Déplacer cette assemblée", **new_day(1, 2, reason="Tôt")).status_code == 409
    assert press(marc, page, "Déplacer cette assemblée", **new_day(1, 7, reason="Comptes prêts")).status_code == 303
    with writing():
        assert (Assembly.get().day, Assembly.get().approves_accounts) == (date(2027, 7, 1), True)


def test_the_wrong_person_finds_nothing(people: Cast, browse: Browse, clock: Clock) -> None:
    """A stranger sees nothing; the administration reads and does not move; a past journée does not move."""
    prepared()
    march = of(date(2027, 3, 18))
    assert browse(people.zoe).get("/journees").status_code == 404
    ada = browse(people.ada)
    assert ada.get("/journees").status_code == 200
    assert "Déplacer" not in read(ada.get("/journees")).text
    assert ada.get(f"/journees/{march.uid}/deplacer").status_code == 404
    assert browse(people.claire).get("/journees/assemblees/nouvelle").status_code == 404
    clock.to(date(2027, 3, 19))
    assert browse(people.claire).get(f"/journees/{march.uid}/deplacer").status_code == 404
