"""Answering an offered place on one page: four answers, each with its consequence said before (S21)."""

from __future__ import annotations

from typing import Any

import pytest

from intake.clock import tick
from intake.models.dossiers import Case, Event
from intake.models.people import Person
from intake.models.places import Place
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.faults import crowd
from tests.page import Page, press, read, send
from tests.pages.test_journey import reads, said

ANSWER = "Envoyer ma réponse"
HTMX = {"HX-Request": "true", "HX-Target": "div#proposition"}


@pytest.fixture
def ana(people: Cast) -> Case:
    """Ana, offered a place in June."""
    with writing():
        crowd.open_places("2027-06", 2)
        case = crowd.waiting(people, 1, "Ana")[0]
        return crowd.step(case, "offer", people.claire, month="2027-06")


def path(case: Case) -> str:
    return f"/mon-parcours/place/{case.uid}"


def now(case: Case) -> Case:
    with writing():
        return crowd.again(case)


def steps(case: Case) -> list[str]:
    with writing():
        return [event.step for event in Event.select().where(Event.case == case).order_by(Event.id)]


def test_the_page_says_all_before_the_answer(ana: Case, browse: Browse) -> None:
    """The month, the deadline, what silence costs, and each answer with its consequence; nothing preselected."""
    me = browse(ana.dossier.person)
    home = read(me.get("/mon-parcours"))
    assert home.link("Répondre à la proposition") == path(ana)
    page = read(me.get(path(ana)))
    reads(page, "Une place vous est proposée en juin 2027", "Répondez jusqu’au 11 mars 2027 inclus.",
          "Sans réponse, la place est proposée à la personne suivante et vous reculez de trois places.",
          "J’accepte cette place", "Vous remplissez ensuite votre dossier d’entrée",
          "Pas cette fois, je garde mon rang", "Possible une fois",
          "Je reporte mon entrée", "Je garde mon rang. Deux reports au plus",
          "Je retire ma demande", "Vous pouvez revenir sur ce choix jusqu’au 30 mai 2027 inclus")
    assert "answer" not in page.form(ANSWER).values
    with writing():
        Person.update(language="en").where(Person.id == ana.dossier.person).execute()
    reads(read(me.get(path(ana))), "You are offered a place in June 2027", "Possible 1 time",
          "I keep my rank. 2 postponements at most")


@pytest.mark.parametrize(("answer", "more", "state"), [
    ("accept", {}, "papers"), ("decline_offer", {}, "waiting"), ("postpone", {"month": "2027-09"}, "waiting"),
    ("withdraw", {"reason": "Je pars à Lyon"}, "withdrawn"),
])
def test_each_answer_is_taken_once(ana: Case, browse: Browse, answer: str, more: dict[str, str], state: str) -> None:
    """Pressed twice, noted once; one's home says it, and that a letter will come, never that it was sent."""
    me = browse(ana.dossier.person)
    form = read(me.get(path(ana))).form(ANSWER)
    for _ in range(2):
        went = send(me, form, path(ana), ANSWER, answer=answer, **more)
        assert went.status_code == 303
    assert now(ana).state == state
    assert steps(ana) == ["take_over", "offer", answer]
    noted = said(read(me.get(went.location))).partition("C’est noté")[2].partition(".example")[0].partition("Dossier")[0]
    assert noted.startswith(" : « ")
    assert ("Vous allez recevoir un courriel à p1@exemple.fr." in noted) is (answer in ("accept", "withdraw"))
    assert "envoyé" not in noted


def test_nothing_chosen_is_said(ana: Case, browse: Browse) -> None:
    """422, the summary first; nothing is written. With htmx, the block alone."""
    me = browse(ana.dossier.person)
    form = read(me.get(path(ana))).form(ANSWER)
    for headers in ({}, HTMX):
        answered = me.post(path(ana), data=form.values, headers=headers)
        assert answered.status_code == 422
        page = answered.get_data(as_text=True)
        assert "Choisissez une réponse" in page and "Erreur : " in page.replace("\u00a0", " ")
        assert ("<html" in page) is not bool(headers)
    assert steps(ana) == ["take_over", "offer"]


@pytest.mark.parametrize(("answer", "sentence"), [
    ("postpone", "Indiquez le mois à partir duquel vous pouvez entrer"), ("withdraw", "Indiquez la raison")])
def test_what_an_answer_asks_besides(ana: Case, browse: Browse, answer: str, sentence: str) -> None:
    me = browse(ana.dossier.person)
    refused = press(me, path(ana), ANSWER, answer=answer)
    assert refused.status_code == 422 and sentence in said(read(refused))
    assert read(refused).form(ANSWER).values["answer"] == answer, "what was chosen stays"
    assert steps(ana) == ["take_over", "offer"]


def test_a_second_refusal_costs_ranks_and_a_third_report_is_not_possible(people: Cast, ana: Case, browse: Browse) -> None:
    with writing():
        for _ in range(2):
            crowd.step(ana, "postpone", ana.dossier.person, month="2027-07")
            crowd.step(ana, "offer", people.claire, month="2027-06")
        crowd.step(ana, "decline_offer", ana.dossier.person)
        crowd.step(ana, "offer", people.claire, month="2027-06")
    page = read(browse(ana.dossier.person).get(path(ana)))
    reads(page, "Pas cette fois", "Vous reculez de trois places", "Je reporte mon entrée : Reports déjà faits : 2, le maximum.")
    assert "je garde mon rang" not in said(page)
    assert press(browse(ana.dossier.person), path(ana), ANSWER, answer="postpone").status_code == 409


def test_too_late_before_and_after_the_clock(ana: Case, browse: Browse, clock: Clock) -> None:
    """« Cette proposition a expiré le 11 mars 2027. » on the page and on an old form; the place is free."""
    me = browse(ana.dossier.person)
    old = read(me.get(path(ana))).form(ANSWER)
    clock.forward(days=11)
    late = "Cette proposition a expiré le 11 mars 2027. Le Cercle peut en faire une autre."
    for ticked in (False, True):
        if ticked:
            with writing():
                tick()
            assert now(ana).state == "waiting"
        me = browse(ana.dossier.person)
        for answered in (me.get(path(ana)), me.post(path(ana), data={**old.values.to_dict(), "answer": "accept",
                                                                      "csrf_token": token(me)})):
            assert answered.status_code == 409
            assert late in said(read(answered))
    with writing():
        assert Place.select().where(Place.holder.is_null(False)).count() == 0


def token(client: Any) -> str:
    """A fresh token: the session of the old page is over."""
    page = Page(client.get("/mon-parcours").get_data(as_text=True))
    return str(next(form.values["csrf_token"] for form in page.forms if "csrf_token" in form.values))


def test_an_offer_taken_back_meanwhile(people: Cast, ana: Case, browse: Browse) -> None:
    me = browse(ana.dossier.person)
    old = read(me.get(path(ana))).form(ANSWER)
    with writing():
        crowd.step(ana, "take_offer_back", people.claire, reason="Erreur de mois")
    answered = send(me, old, path(ana), ANSWER, answer="accept")
    assert answered.status_code == 409 and "Aucune place ne vous est proposée en ce moment" in said(read(answered))
    assert steps(ana)[-1] == "take_offer_back"


def test_the_wrong_person_finds_nothing(people: Cast, ana: Case, browse: Browse) -> None:
    for person in (people.ben, people.claire, people.ada):
        assert browse(person).get(path(ana)).status_code == 404
        assert browse(person).post(path(ana), data={"answer": "accept"}).status_code in (400, 404)
    assert browse().get(path(ana)).status_code in (302, 303)
    assert now(ana).state == "offered"


def test_pause_and_withdrawal_say_their_consequences_first(people: Cast, browse: Browse) -> None:
    """On the page of the step, with its figures."""
    with writing():
        case = crowd.waiting(people, 1)[0]
    me = browse(case.dossier.person)
    page = read(me.get(f"/dossier/{case.dossier.uid}/{case.uid}/pause"))
    reads(page, "Ce que cela change", "Pendant la pause, aucune place ne vous est proposée.",
          "Votre rang est gardé 60 jours. Ensuite, il devient celui du jour de votre retour.",
          "La pause dure 6 mois au plus.")
    reads(read(me.get(f"/dossier/{case.dossier.uid}/{case.uid}/withdraw")), "Ce que cela change",
          "Vous quittez la liste d’attente. Si vous revenez, votre rang sera celui du jour de votre retour.",
          "Vous pouvez revenir sur ce choix jusqu’au 30 mai 2027 inclus.", "Vos réponses seront effacées le 1er juin 2027.")
