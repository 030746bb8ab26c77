"""The calendar of obligations: each legal date, for whom it is, under its article; counters explained; a private feed."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from flask.testing import FlaskClient

from intake import team_dates
from intake.models.dossiers import Case
from intake.models.feeds import Feed
from intake.models.people import Person
from tests.cases.test_whole_road import Road, find_peer, to_cape
from tests.cast import Cast, principale, writing
from tests.conftest import Browse, Clock
from tests.page import press, read
from workflows.calendar import Month

LIST = "/echeances"


@pytest.fixture
def road(people: Cast, clock: Clock) -> Road:
    """Ana, under CAPE, accompanied by Noé."""
    with writing():
        found = Road(people.ana, clock)
        to_cape(found, people)
        find_peer(found, people)
    return found


def dates(road: Road, who: Person) -> dict[str, date]:
    """Kind → day, of what someone reads of the dossier."""
    from intake.models.actors import grants_of

    today = road.clock.now.date()
    with writing():
        lines = team_dates.lines_between([principale()], today, today + timedelta(days=2000), grants_of(who, today))
    return {line.due.kind: line.due.day for line in lines}


def test_a_cape_s_dates_are_all_there(road: Road, people: Cast) -> None:
    """Its end, the alarms before it, the reviews of 3, 6 and 12 months: each on its day."""
    with writing():
        case = road.case("cape")
    last = date.fromisoformat(case.memory["last_day"])
    found = dates(road, people.sami)
    assert found["term"] == last
    assert (found["term_90"], found["choice"], found["term_30"], found["term_15"]) == tuple(
        last - timedelta(days=days) for days in (90, 60, 30, 15))
    assert len([kind for kind in found if kind.startswith("review-")]) == 3


def test_each_date_says_for_whom_and_under_which_article(road: Road, people: Cast, browse: Browse) -> None:
    with writing():
        month = str(Month.of(date.fromisoformat(road.case("cape").memory["last_day"])))
    page = read(browse(people.sami).get(f"{LIST}/{month}")).text.replace("\u00a0", " ")
    assert "Fin du CAPE" in page
    dossier = read(browse(people.sami).get(f"/dossier/{road.dossier.uid}/echeances")).text.replace("\u00a0", " ")
    assert "Fin du CAPE (C. com. L127-2)" in dossier
    assert "Bilan à tenir Le Cercle" in dossier, "the décret asks for those of a CESA alone"
    assert "12 mois de CAPE déjà signés, en 1 contrat : un suivant irait au plus tard jusqu’au" in dossier


def test_what_tells_of_someone_s_papers_is_for_rh(road: Road, people: Cast) -> None:
    """A residence permit that ends: RH and the cogérance see its dates, support and the circle do not."""
    with writing():
        case = road.case("admission")
        memory = {**case.memory, "entry": {**(case.memory.get("entry") or {}), "permit_until": "2027-09-30"}}
        Case.update(memory=memory).where(Case.id == case.id).execute()
    assert dates(road, people.rachel)["permit_60"] == date(2027, 8, 1)
    assert dates(road, people.marc)["permit_30"] == date(2027, 8, 31)
    for who in (people.sami, people.claire):
        assert not {kind for kind in dates(road, who) if kind.startswith("permit")}, who.first_name


def test_a_rupture_s_calendar(road: Road, people: Cast) -> None:
    """Worked case 21: signed Monday 7 December 2026, withdrawal to the 22nd, deemed approved after 12 January."""
    with writing():
        road.take("departure.announce", people.sami, type="early_both", motive="job", ends_on="2027-08-31", interview="non")
        case = road.case("departure")
        Case.update(memory={**case.memory, "type": "rc", "signed_on": "2027-12-06"}).where(Case.id == case.id).execute()
    found = dates(road, people.sami)
    assert (found["rc_withdrawal"], found["rc_file"]) == (date(2027, 12, 21), date(2027, 12, 22))
    assert found["rc_end"] == found["rc_approved"] + timedelta(days=1)


def test_the_person_reads_how_it_is_counted_and_nothing_of_the_team_s(road: Road, browse: Browse) -> None:
    page = read(browse(road.person).get(f"/dossier/{road.dossier.uid}/echeances"))
    assert "12 mois de CAPE déjà signés" in page.text.replace("\u00a0", " ")
    assert "Dates à venir" not in page.headings


@pytest.mark.parametrize("path", [LIST, f"{LIST}/2027-06", "/dossier/{}/echeances"])
def test_others_find_nothing(road: Road, people: Cast, browse: Browse, path: str) -> None:
    address = path.format(road.dossier.uid)
    assert {browse(who).get(address).status_code for who in (people.zoe, people.ben, people.ada)} == {404}
    assert browse(people.sami).get(f"{LIST}/2027-13").status_code == 404
    assert browse(people.sami).get(f"{LIST}?antenne=inconnue").status_code == 404


# A private feed ------------------------------------------------------------------------------------------------------


def subscribed(client: FlaskClient, button: str = "S’abonner à mon agenda") -> str:
    """The path of the feed, shown once."""
    page = press(client, "/mon-compte", button)
    found = re.search(r"http://127\.0\.0\.1:8000(/agenda/[\w-]+\.ics)", page.text)
    assert page.status_code == 200 and found
    return found[1]


def test_a_feed_is_read_without_a_sign_in_and_parsed_by_anyone(road: Road, browse: Browse) -> None:
    """Ana's dates, in a calendar that a library which did not write it reads; of the address a hash alone is kept."""
    path = subscribed(browse(road.person))
    answer = browse().get(path)
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    calendar = vobject.readOne(answer.text)
    calendar.validate(raiseException=True)
    assert [zone.tzid.value for zone in calendar.vtimezone_list] == ["Europe/Paris"]
    uids = [event.uid.value for event in calendar.vevent_list]
    assert len(set(uids)) == len(uids) > 3 and all(event.dtstamp.value for event in calendar.vevent_list)
    events = {event.summary.value: event for event in calendar.vevent_list}
    with writing():
        last = date.fromisoformat(road.case("cape").memory["last_day"])
        assert path.split("/")[-1].removesuffix(".ics") not in Feed.get().token
    end = next(event for name, event in events.items() if name.startswith("Fin de votre contrat CAPE"))
    assert end.dtstart.value == last
    begins = events["Journée Optéos"].dtstart.value
    assert begins.utctimetuple() == datetime.combine(begins, time(9, 30), ZoneInfo("Europe/Paris")).utctimetuple()


def test_the_team_s_feed_names_nobody(road: Road, people: Cast, browse: Browse) -> None:
    """Sami's agenda lies outside the house: numbers of dossiers, no name, nothing that is RH's."""
    text = browse().get(subscribed(browse(people.sami))).text
    assert f"Fin du CAPE · {road.dossier.number}" in text.replace("\r\n ", "")
    assert "Moreau" not in text and "Ana" not in text


def test_a_changed_or_stopped_address_no_longer_answers(road: Road, people: Cast, browse: Browse) -> None:
    ana = browse(road.person)
    first = subscribed(ana)
    second = subscribed(ana, "Changer l’adresse de mon agenda")
    assert (browse().get(first).status_code, browse().get(second).status_code) == (404, 200)
    assert press(ana, "/mon-compte", "Arrêter mon agenda").status_code == 303
    assert browse().get(second).status_code == 404
    third = subscribed(ana)
    with writing():
        Person.update(disabled_at=road.clock.now).where(Person.id == road.person.id).execute()
    assert browse().get(third).status_code == 404
    assert browse().get("/agenda/nothing.ics").status_code == 404
