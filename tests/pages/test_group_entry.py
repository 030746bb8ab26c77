"""A KPA-Cité group: one date, several people, a letter and a step each; what is refused says why, nobody is refused in bulk."""

from __future__ import annotations

from typing import Any

import pytest

from intake.models.dossiers import Answers, Case, Event
from intake.models.letters import Letter
from intake.models.people import Antenna, RoleGrant
from tests.cases.test_admission import PRINTED, arrived, fill_pages, step
from tests.cast import LONG_AGO, Cast, writing
from tests.conftest import Browse, Clock
from tests.faults import crowd
from tests.page import Page, read, send

PAGE, READ, ENTER = "/entree-en-groupe", "Relire les lettres", "Inscrire ces personnes"
DAY = {"choisir": "oui", "starts_on-day": "5", "starts_on-month": "4", "starts_on-year": "2027"}


def text(page: Page) -> str:
    return page.text.replace("\u00a0", " ")


def under_study(cast: Cast, person: Any, antenna: Antenna, *, agreed: bool) -> Case:
    """Someone of Roubaix whom Noé met; agreed upon, or not yet."""
    case = step(arrived(person, antenna), "skip_meeting", cast.noe, reason="Connue")
    fill_pages(case)
    case = step(case, "submit", person)
    case = step(case, "accept_file", cast.noe, people=[cast.noe.uid])
    step(case, "record_interview", cast.noe, **PRINTED)
    step(case, "check_support", cast.sami, insurable="yes", regulated="no", budget_clear="oui")
    step(case, "propose", cast.noe, decision="admit")
    if agreed:
        step(case, "give_opinion", cast.noe, opinion="favorable", no_link="oui")
    return crowd.again(case)


@pytest.fixture
def roubaix(people: Cast, clock: Clock) -> list[Case]:
    """Ana and Zoé may enter at Roubaix, Ben lacks an opinion; Noé coordinates."""
    with writing():
        antenna = Antenna.create(code="roubaix", name="KPA-Cité Roubaix", programme="kpa", prefix="KPA", capped="no")
        RoleGrant.create(person=people.noe, role="coordinator", antenna=antenna, since=LONG_AGO)
        return [under_study(people, one, antenna, agreed=one != people.ben) for one in (people.ana, people.zoe, people.ben)]


def states(cases: list[Case]) -> list[str]:
    with writing():
        return [crowd.again(one).state for one in cases]


def chosen(client: Any, cases: list[Case]) -> Any:
    return client.get(PAGE, query_string={**DAY, "people": [one.uid for one in cases]})


def test_two_enter_at_one_date_each_with_a_letter(roubaix: list[Case], people: Cast, browse: Browse) -> None:
    noe, (ana, zoe, _) = browse(people.noe), roubaix
    first = text(read(noe.get(PAGE)))
    assert "Ana Moreau – KPA-Cité Roubaix" in first
    assert "Ben Lefort Il manque 1 avis" in first
    form = read(chosen(noe, [ana, zoe])).form(ENTER)
    assert "Votre groupe démarre le 5 avril 2027." in form.values[f"message-{ana.uid}"].replace("\u00a0", " ")
    assert form.values[f"message-{zoe.uid}"].startswith("Bonjour Zoé")
    assert states(roubaix) == ["review", "review", "review"], "nothing before the button"
    answer = send(noe, form, PAGE, ENTER, **{f"message-{ana.uid}": "Bonjour Ana,\n\nbienvenue au groupe."})
    assert answer.status_code == 303
    assert "2 personnes inscrites" in text(read(noe.get(answer.location)))
    assert states(roubaix) == ["papers", "papers", "review"]
    with writing():
        letters = {one.recipient.first_name: one.body for one in Letter.select().where(
            Letter.template == "papers_asked", Letter.recipient.in_([people.ana, people.zoe]))}
        assert "bienvenue au groupe" in letters["Ana"]
        assert "Votre groupe démarre" in letters["Zoé"]
        told = Answers.select().join(Event, on=Answers.event).where(Event.case == ana, Event.step == "enrol").get()
        assert told.text["starts_on"] == "2027-04-05"
    assert send(noe, form, PAGE, ENTER, **{f"message-{ana.uid}": "Bonjour Ana,\n\nbienvenue au groupe."}).status_code == 303
    with writing():
        assert Event.select().where(Event.step == "enrol").count() == 2, "sent twice, done once"


def test_what_changed_meanwhile_is_told_and_the_others_are_done(roubaix: list[Case], people: Cast, browse: Browse) -> None:
    noe, (ana, zoe, _) = browse(people.noe), roubaix
    form = read(chosen(noe, [ana, zoe])).form(ENTER)
    with writing():
        step(zoe, "withdraw", people.zoe, reason="Un emploi")
    answer = send(noe, form, PAGE, ENTER)
    assert answer.status_code == 409
    said = text(read(answer))
    assert "Zoé Marchal : Cette action n’est pas possible à l’étape « Retirée »." in said
    assert "Ana Moreau" not in said
    assert states(roubaix) == ["papers", "withdrawn", "review"]


def test_who_lacks_something_cannot_be_chosen(roubaix: list[Case], people: Cast, browse: Browse) -> None:
    noe, ben = browse(people.noe), roubaix[2]
    assert chosen(noe, [ben]).status_code == 422
    assert chosen(noe, []).status_code == 422
    late = noe.get(PAGE, query_string={**DAY, "starts_on-year": "2026", "people": [roubaix[0].uid]})
    assert late.status_code == 422
    assert "Le démarrage est aujourd’hui ou plus tard" in text(read(late))
    assert states(roubaix) == ["review"] * 3


def test_the_coordinator_alone(roubaix: list[Case], people: Cast, browse: Browse) -> None:
    noe = browse(people.noe)
    form = read(chosen(noe, roubaix[:1])).form("Inscrire cette personne")
    for someone in (people.claire, people.ana, people.marc):
        assert browse(someone).get(PAGE).status_code == 404
    with writing():
        elsewhere = Antenna.create(code="autre", name="Autre", programme="kpa", prefix="KPX", capped="no")
        RoleGrant.create(person=people.salome, role="coordinator", antenna=elsewhere, since=LONG_AGO)
    salome = browse(people.salome)
    token = read(salome.get("/mon-compte")).forms[0].values["csrf_token"]
    assert salome.post(PAGE, data={**form.values.to_dict(), "csrf_token": token}).status_code == 404
    assert states(roubaix) == ["review"] * 3
