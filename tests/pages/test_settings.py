"""Settings: read by the team that runs the house, changed with a date and a reason, told in its history."""

from __future__ import annotations

from datetime import date

import pytest

from intake import effects_ahead
from intake.clock import tick
from intake.models.dossiers import Answers, Event
from intake.models.people import Antenna, Person
from intake.models.settings import SettingValue, people_named, settings_on
from tests.cast import Cast, writing
from tests.conftest import NOW, Browse, Clock
from tests.faults import crowd
from tests.page import press, read, send
from workflows.settings import BY_NAME

CHANGE = "/reglages/offers.days/changer"


def fill(**more: object) -> dict[str, object]:
    """A change as Marc types it: 14 days from 1 April."""
    return {"value": "14 jours", "since-day": "1", "since-month": "avril", "since-year": "2027",
            "reason": "Les réponses arrivent tard", **more}


def offers(day: date) -> int:
    """The days to answer an offer, on a day."""
    with writing():
        return int(settings_on(day)["offers.days"])


def test_every_group_is_read(people: Cast, browse: Browse) -> None:
    """Each setting shows its value and since when."""
    page = read(browse(people.sami).get("/reglages"))
    assert "Délai pour répondre à une place proposée" in page.text and "10\u00a0jours" in page.text
    assert "Valeur de départ" in page.text and "Conservation des données" in page.headings


def test_a_change_holds_from_its_day_and_is_told(people: Cast, browse: Browse) -> None:
    """14 days from 1 April, and not before; its author, day and reason are in the history."""
    marc = browse(people.marc)
    assert press(marc, CHANGE, "Enregistrer", **fill()).status_code == 303
    assert (offers(date(2027, 3, 31)), offers(date(2027, 4, 1))) == (10, 14)
    page = read(marc.get("/reglages/offers.days"))
    assert "14\u00a0jours" in page.text and "Les réponses arrivent tard" in page.text and "Marc Leroux" in page.text
    with writing():
        event = Event.get(Event.subject == "setting:offers.days")
        assert (event.step, event.actor, event.role) == ("set", people.marc, "cogerance")
        assert Answers.get(Answers.event == event).text["reason"] == "Les réponses arrivent tard"


def test_pressed_twice_it_changes_once(people: Cast, browse: Browse) -> None:
    """The same form sent again is harmless; with another text it is refused."""
    marc = browse(people.marc)
    form = read(marc.get(CHANGE)).form("Enregistrer")
    assert [send(marc, form, CHANGE, "Enregistrer", **fill()).status_code for _ in range(2)] == [303, 303]
    assert send(marc, form, CHANGE, "Enregistrer", **fill(value="20")).status_code == 409
    with writing():
        assert SettingValue.select().where(SettingValue.name == "offers.days").count() == 1


def test_what_does_not_fit_is_refused_and_kept(people: Cast, browse: Browse) -> None:
    """A value out of limits, a day that is past, no reason: a sentence, the text kept, nothing written."""
    marc = browse(people.marc)
    answer = press(marc, CHANGE, "Enregistrer", **fill(value="900"))
    assert answer.status_code == 422 and "Saisissez un nombre entre 1 et 60" in read(answer).text
    assert read(answer).form("Enregistrer").values["reason"].strip() == "Les réponses arrivent tard"
    assert press(marc, CHANGE, "Enregistrer", **fill(reason="")).status_code == 422
    past = press(marc, CHANGE, "Enregistrer", **{**fill(), "since-year": "2026"})
    assert past.status_code == 409 and "jamais dans le passé" in read(past).text
    with writing():
        assert not SettingValue.select().where(SettingValue.name == "offers.days").exists()


@pytest.mark.parametrize("name", ["keep.anchor_witnesses", "keep.archive_readers"])
def test_two_people_of_the_house_are_named_by_their_addresses(people: Cast, browse: Browse, name: str) -> None:
    """Whoever is not of the house, or a third one, is refused with the address, and what was typed stays."""
    marc, page = browse(people.marc), f"/reglages/{name}/changer"
    told = read(marc.get(page)).text
    assert "séparées par une virgule" in told and "calculés à nouveau" not in told, "no step reads who is named"
    for typed, said in (("odile", "Saisissez deux adresses"),
                        (f"{people.odile.email}, zo@ailleurs.example", "l’adresse zo@ailleurs.example"),
                        (f"{people.odile.email} {people.ada.email} {people.ines.email}", "Saisissez deux adresses")):
        answer = press(marc, page, "Enregistrer", **fill(value=typed))
        assert answer.status_code == 422 and said in read(answer).text
        assert read(answer).form("Enregistrer").values["value"] == typed
    with writing():
        assert not SettingValue.select().where(SettingValue.name == name).exists()
    both = f"{people.odile.email.upper()} et {people.ada.email}"
    answer = press(marc, page, "Enregistrer", **{**fill(value=both), "since-month": "mars"})
    assert answer.status_code == 303
    with writing():
        assert people_named(name) == [people.odile, people.ada]
        Person.update(email="odile.neuve@exemple.example").where(Person.id == people.odile.id).execute()
        Person.update(disabled_at=NOW).where(Person.id == people.ada.id).execute()
        assert people_named(name) == [people.odile], "whatever her address is"
    told = read(browse(people.marc).get(f"/reglages/{name}")).text
    assert f"{people.odile.name} (odile.neuve@exemple.example), {people.ada.name} (accès fermé)" in told
    form = read(browse(people.marc).get(page)).form("Enregistrer")
    assert form.values["value"] == f"odile.neuve@exemple.example, {people.ada.email}"
    answer = press(browse(people.marc), page, "Enregistrer", **{**fill(value="", reason="Plus personne"), "since-month": "mars"})
    assert answer.status_code == 303
    with writing():
        assert people_named(name) == []


def test_an_address_is_read_as_it_is_written(people: Cast, browse: Browse, clock: Clock) -> None:
    """« et » inside an address, semicolons, one person alone, a later day; a closed access is nobody's."""
    name = "keep.anchor_witnesses"
    marc, page = browse(people.marc), f"/reglages/{name}/changer"
    with writing():
        Person.update(email="ana-et-ben@exemple.example").where(Person.id == people.zoe.id).execute()
        Person.update(email="straße@exemple.example").where(Person.id == people.sami.id).execute()
        Person.update(disabled_at=clock.now).where(Person.id == people.ines.id).execute()
    both = "ANA-et-ben@exemple.example; Straße@exemple.example"
    assert press(marc, page, "Enregistrer", **fill(value=both)).status_code == 303
    with writing():
        assert people_named(name) == [], "from April on"
    clock.to(date(2027, 4, 1))
    with writing():
        assert people_named(name) == [people.zoe, people.sami]
        Person.update(disabled_at=clock.now).where(Person.id == people.zoe.id).execute()
        assert people_named(name) == [people.sami]
    april = {"since-day": "2"}
    marc = browse(people.marc)
    assert press(marc, page, "Enregistrer", **fill(value=people.odile.email, **april)).status_code == 303
    refused = press(marc, page, "Enregistrer", **fill(value=f"{people.odile.email} {people.ines.email}", **april))
    assert refused.status_code == 422 and f"Personne n’a l’adresse {people.ines.email}" in read(refused).text


def test_the_wrong_person_finds_nothing(people: Cast, browse: Browse) -> None:
    """Support reads and does not change; the circle and a stranger find nothing."""
    assert browse(people.sami).get(CHANGE).status_code == 404
    assert "Changer ce réglage" not in read(browse(people.sami).get("/reglages/offers.days")).text
    for person in (people.claire, people.zoe, people.ana):
        assert browse(person).get("/reglages").status_code == 404
    assert browse(people.marc).get("/reglages/places.inventees").status_code == 404


def test_each_antenna_has_its_own_readers(people: Cast, browse: Browse) -> None:
    """A setting by antenna names it, and a choice is chosen."""
    marc = browse(people.marc)
    change = "/reglages/readers.number/changer?antenne=principale"
    assert press(marc, change, "Enregistrer", **fill(value="3")).status_code == 303
    assert "Principale" in read(marc.get("/reglages/readers.number?antenne=principale")).text
    yes_no = "/reglages/admission.meeting_required/changer"
    assert press(marc, yes_no, "Enregistrer", **fill(value="Non")).status_code == 303
    with writing():
        assert settings_on(date(2027, 4, 1))["admission.meeting_required"] is False


def test_what_it_will_change_is_read_first(people: Cast, browse: Browse, clock: Clock) -> None:
    """Dates that move, by name, and estimates; nothing is written before they were read; then it is, once."""
    with writing():
        crowd.open_places("2027-04", 1)
        ana = crowd.waiting(people, 3)[0]
        tick()
    marc, page = browse(people.marc), "/reglages/reconfirm.days/changer"
    values = {**read(marc.get(page)).form("Enregistrer").values.to_dict(), "value": "200", "reason": "Trop de courriels"}
    first = marc.post(page, data=values)
    said = read(first).text.replace("\u00a0", " ")
    assert first.status_code == 200 and "Rien n’est encore enregistré." in said
    assert "3 dates en cours changent" in said and ana.dossier.person.name in said
    with writing():
        assert not SettingValue.select().where(SettingValue.name == "reconfirm.days").exists()
    again = read(first).form("Enregistrer").values.to_dict()
    assert marc.post(page, data={**again, "value": "300"}).status_code == 200, "another value is read again"
    assert marc.post(page, data=again).status_code == 303
    lead = read(marc.post("/reglages/entry.lead_days/changer", data={
        **read(marc.get("/reglages/entry.lead_days/changer")).form("Enregistrer").values.to_dict(),
        "value": "90", "reason": "Plus de temps"})).text.replace("\u00a0", " ")
    assert "estimations d’entrée reculent" in lead or "estimation d’entrée recule" in lead
    nothing = read(marc.post("/reglages/notice.alarm_days/changer", data={
        **read(marc.get("/reglages/notice.alarm_days/changer")).form("Enregistrer").values.to_dict(),
        "value": "5", "reason": "Essai"})).text
    assert "Aucune date ni estimation en cours ne change." in nothing


def test_each_antenna_keeps_its_own_page(people: Cast, browse: Browse) -> None:
    """Sent from the page of an antenna, a change is that antenna’s."""
    with writing():
        Antenna.create(code="roubaix", name="Roubaix", programme="kpa", prefix="KPA", capped="no")
    page = "/reglages/readers.number/changer?antenne=roubaix"
    assert press(browse(people.marc), page, "Enregistrer", **fill(value="2")).status_code == 303
    with writing():
        assert SettingValue.get(SettingValue.name == "readers.number").antenna.code == "roubaix"


def test_all_are_looked_at_and_else_it_is_said(people: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the cases that read the setting are computed twice; beyond the most a page looks at, it says how many are left."""
    with writing():
        crowd.open_places("2027-04", 1)
        crowd.waiting(people, 3)
        tick()
        cases = effects_ahead.open_cases(None)
        whole, touched = effects_ahead.dates_reading("reconfirm.days", cases)
        assert len(touched) == 3 and whole == effects_ahead.dates(cases)
        assert effects_ahead.dates_reading("keep.irritant", cases)[1] == []
        assert effects_ahead.not_looked_at(None) == []
        monkeypatch.setattr(effects_ahead, "MOST", 2)
        assert "1 autre peut changer aussi." in effects_ahead.of_setting(
            BY_NAME["reconfirm.days"], 200, None)[-1].replace("\u00a0", " ")
