"""The cap: one co-manager asks, another confirms within seven days; future months only; a taken place stays."""

from __future__ import annotations

from datetime import date

from intake.models.caps import CapChange
from intake.models.dossiers import Event
from intake.models.places import Place, of_months
from intake.models.settings import settings_on
from tests.cast import Cast, principale, writing
from tests.conftest import Browse, Clock
from tests.faults import crowd
from tests.page import press, read, send

CAP = "/reglages/plafond/principale"
ASK = f"{CAP}/changer"
BUTTON = "Demander ce changement"
CONFIRM = "Confirmer ce changement"


def fill(**more: object) -> dict[str, object]:
    """Three places from May 2027 on."""
    return {"places": "3", "first": "2027-05", "lasts": "on", "reason": "Deux binômes de plus", **more}


def free(month: str) -> int:
    """Free places of a month."""
    with writing():
        return of_months(principale(), month, month).get(month, {}).get("free", 0)


def test_two_people_change_the_cap(people: Cast, browse: Browse) -> None:
    """Nothing moves until the second one confirms; then every month from May has three places."""
    marc, odile = browse(people.marc), browse(people.odile)
    assert press(marc, ASK, BUTTON, **fill()).status_code == 303
    assert free("2027-05") == 2
    assert "Une seconde personne doit confirmer" in read(marc.get(CAP)).text
    assert CONFIRM not in read(marc.get(CAP)).text
    assert press(odile, CAP, CONFIRM).status_code == 303
    assert (free("2027-04"), free("2027-05"), free("2028-01")) == (2, 3, 3)
    with writing():
        assert settings_on(date(2027, 5, 1), principale())["places.per_month"] == 3
        assert settings_on(date(2027, 4, 30), principale())["places.per_month"] == 2
        assert [one.step for one in Event.select().where(Event.subject == "places:principale:2027-05")] == [
            "ask_cap", "confirm_cap"]


def test_what_the_cap_changes_is_read_before_asking_and_before_confirming(people: Cast, browse: Browse) -> None:
    """Ten people wait: with five places a month from May, those behind enter sooner; the second person reads it too."""
    with writing():
        crowd.open_places("2027-04", 2)
        crowd.waiting(people, 10)
    marc = browse(people.marc)
    values = {**read(marc.get(ASK)).form(BUTTON).values.to_dict(), **fill(places="5")}
    first = read(marc.post(ASK, data=values))
    assert "estimations d’entrée avancent" in first.text and free("2027-05") == 2
    assert marc.post(ASK, data=first.form(BUTTON).values.to_dict()).status_code == 303
    assert "estimations d’entrée avancent" in read(browse(people.odile).get(CAP)).text


def test_one_month_alone(people: Cast, browse: Browse) -> None:
    """An extra place in May leaves June as it was."""
    press(browse(people.marc), ASK, BUTTON, **fill(lasts="one"))
    press(browse(people.odile), CAP, CONFIRM)
    assert (free("2027-05"), free("2027-06")) == (3, 2)


def test_whoever_asked_cannot_confirm(people: Cast, browse: Browse) -> None:
    """Even by posting the other one's form."""
    marc, odile = browse(people.marc), browse(people.odile)
    press(marc, ASK, BUTTON, **fill())
    change = read(odile.get(CAP)).form(CONFIRM).values["change"]
    own = read(marc.get(ASK)).form(BUTTON).values["csrf_token"]
    answer = marc.post(f"{CAP}/confirmer", data={"csrf_token": own, "change": change})
    assert answer.status_code == 409 and "Une seconde personne doit confirmer" in read(answer).text
    assert free("2027-05") == 2


def test_after_seven_days_it_lapses(people: Cast, browse: Browse, clock: Clock) -> None:
    """A confirmation that comes too late changes nothing."""
    press(browse(people.marc), ASK, BUTTON, **fill())
    odile = browse(people.odile)
    form = read(odile.get(CAP)).form(CONFIRM)
    clock.forward(days=7)
    late = browse(people.odile)
    form.values["csrf_token"] = read(late.get(ASK)).form(BUTTON).values["csrf_token"]
    answer = send(late, form, CAP, CONFIRM)
    assert answer.status_code == 409 and "plus de 7\u00a0jours" in read(answer).text
    assert free("2027-05") == 2 and CONFIRM not in read(late.get(CAP)).text


def test_confirmed_twice_it_changes_once(people: Cast, browse: Browse) -> None:
    """A double press is harmless."""
    press(browse(people.marc), ASK, BUTTON, **fill())
    odile = browse(people.odile)
    form = read(odile.get(CAP)).form(CONFIRM)
    assert [send(odile, form, CAP, CONFIRM).status_code for _ in range(2)] == [303, 303]
    assert free("2027-05") == 3


def test_a_taken_place_stays(people: Cast, browse: Browse) -> None:
    """Closing a month closes its free places alone; opening it again gives them back."""
    with writing():
        Place.update(status="lost").where(Place.month == "2027-05", Place.rank == 1).execute()
    press(browse(people.marc), ASK, BUTTON, **fill(places="0", lasts="one"))
    press(browse(people.odile), CAP, CONFIRM)
    with writing():
        assert of_months(principale(), "2027-05", "2027-05")["2027-05"] == {"lost": 1, "closed": 1}
    press(browse(people.marc), ASK, BUTTON, **fill(places="2", lasts="one"))
    press(browse(people.odile), CAP, CONFIRM)
    assert free("2027-05") == 2


def test_this_month_and_nonsense_are_refused(people: Cast, browse: Browse) -> None:
    """Only months to come are offered; nothing is asked."""
    marc = browse(people.marc)
    assert press(marc, ASK, BUTTON, **fill(first="2027-03")).status_code == 422
    assert press(marc, ASK, BUTTON, **fill(places="21")).status_code == 422
    with writing():
        assert not CapChange.select().exists()


def test_only_the_cogerance_asks(people: Cast, browse: Browse) -> None:
    """Support and administration read; others find nothing."""
    for person in (people.sami, people.ada):
        assert browse(person).get(CAP).status_code == 200 and browse(person).get(ASK).status_code == 404
    for person in (people.claire, people.zoe):
        assert browse(person).get(CAP).status_code == 404
