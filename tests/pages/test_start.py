"""Before starting: what it takes, what comes next, leaving one's details (SCREENS S1); coming back (S2)."""

from __future__ import annotations

import pytest

from intake import moment
from intake.models import settings
from intake.models.dossiers import Case, Dossier
from intake.models.letters import Letter
from intake.models.people import Person
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import press, read, send

LEAVE = "Laisser mes coordonnées"
DETAILS = {"first_name": "Lina", "last_name": "Ferré", "email": "lina@exemple.fr", "phone": "06 39 98 11 22",
           "commune": "Roubaix", "activity": "Céramiste", "heard": "web", "antenna": "principale", "age": "adult",
           "notice": "oui"}


def test_it_says_what_it_takes_and_what_comes_next(people: Cast, browse: Browse) -> None:
    page = read(browse().get("/"))
    assert page.headings == ["Rejoindre Optéos", "Il vous faut", "Ce qui se passe ensuite"]
    for words in ("Vous venez à une réunion d’information.", "30\xa0minutes, en une ou plusieurs fois",
                  "une adresse électronique", "une présentation de votre activité, même en quelques lignes",
                  "sous 10\xa0jours ouvrés", "deux personnes par mois au maximum", "Vous verrez toujours votre place."):
        assert words in page.text, words
    assert page.link(LEAVE) == "/commencer" and page.link("reprendre ma demande") == "/reprendre"
    assert page.link("Vos données\xa0: qui les lit, pourquoi, combien de temps") == "/donnees"


def test_details_open_a_dossier_and_a_letter_follows(people: Cast, browse: Browse) -> None:
    nobody = browse()
    left = press(nobody, "/commencer", LEAVE, **DETAILS)
    assert left.status_code == 303 and "Regardez vos courriels" in read(nobody.get(left.headers["Location"])).text
    with writing():
        lina = Person.get(Person.email == "lina@exemple.fr")
        assert Case.get(Case.dossier == Dossier.get(Dossier.person == lina)).state == "contact"
        assert {one.template for one in Letter.select().where(Letter.recipient == lina)} == {"contact_received", "resume_link"}


def test_what_is_missing_is_said_and_nothing_is_written(people: Cast, browse: Browse) -> None:
    answer = press(browse(), "/commencer", LEAVE, **{**DETAILS, "email": "lina@", "first_name": ""})
    page = read(answer)
    assert answer.status_code == 422 and page.headings[0] == "Il y a un problème"
    assert page.link("Saisissez votre prénom") == "#first_name"
    assert page.link("Saisissez une adresse électronique complète, comme prenom.nom@exemple.fr") == "#email"
    assert page.form(LEAVE).values["email"] == "lina@" and page.form(LEAVE).values["last_name"] == "Ferré"
    with writing():
        assert not Dossier.select().exists()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Request-Type": "partial"}], ids=["plain", "htmx"])
def test_a_page_left_open_for_long_gives_its_answers_back(people: Cast, browse: Browse, headers: dict[str, str]) -> None:
    """Never a bare refusal (F43)."""
    answer = browse().post("/commencer", data={**DETAILS, "csrf_token": "vieux"}, headers=headers)
    assert answer.status_code == (409 if headers else 400) and "était ouverte depuis longtemps" in answer.text
    page = read(answer)
    assert page.form(LEAVE).values["last_name"] == "Ferré" and page.form(LEAVE).values["csrf_token"] != "vieux"
    with writing():
        assert not Dossier.select().exists()


def test_pressed_twice_one_dossier(people: Cast, browse: Browse) -> None:
    nobody = browse()
    form = read(nobody.get("/commencer")).form(LEAVE)
    for _ in range(2):
        assert send(nobody, form, "/commencer", LEAVE, **DETAILS).status_code == 303
    with writing():
        assert Dossier.select().count() == 1


def test_a_known_address_joins_silently(people: Cast, browse: Browse) -> None:
    """The same page for everyone; nobody learns who is known."""
    known = press(browse(), "/commencer", LEAVE, **{**DETAILS, "email": "ana.moreau@exemple.fr"})
    again = press(browse(), "/commencer", LEAVE, **{**DETAILS, "email": "ana.moreau@exemple.fr"})
    fresh = press(browse(), "/commencer", LEAVE, **DETAILS)
    assert known.headers["Location"] == again.headers["Location"] == fresh.headers["Location"]
    with writing():
        assert Dossier.select().where(Dossier.person == people.ana).count() == 1


def test_too_young_is_a_page_that_says_why(people: Cast, browse: Browse) -> None:
    answer = press(browse(), "/commencer", LEAVE, **{**DETAILS, "age": "child"})
    assert answer.status_code == 409 and "Il faut avoir 18\xa0ans" in read(answer).text
    assert read(answer).form(LEAVE).values["first_name"] == "Lina"


def test_the_link_may_be_asked_for_again_in_one_press(people: Cast, browse: Browse) -> None:
    ana = browse()
    asked = press(ana, "/reprendre", "Recevoir mon lien de reprise", email="ana.moreau@exemple.fr")
    page = read(ana.get(asked.headers["Location"]))
    assert "Si une demande existe pour cette adresse" in page.text
    assert press(ana, "/connexion/code", "Renvoyer le lien").headers["Location"] == "/connexion/code"
    with writing():
        assert Letter.select().where(Letter.recipient == people.ana, Letter.template == "resume_link").count() == 2


def test_without_a_meeting_first_one_begins_at_once(people: Cast, browse: Browse, clock: Clock) -> None:
    """The setting decides; then the application opens from one's own page."""
    with writing():
        settings.change("admission.meeting_required", False, moment.today(), "Essai", people.ada, "admin")
    ana = browse(people.ana)
    page = read(browse().get("/"))
    assert page.link("Commencer ma demande") == "/commencer" and "réunion d’information" not in page.text
    press(browse(), "/commencer", LEAVE, **{**DETAILS, "email": "ana.moreau@exemple.fr"})
    begin = read(ana.get("/mon-parcours")).link("Commencer ma demande")
    assert press(ana, begin, "Commencer ma demande").status_code == 303
    assert read(ana.get(read(ana.get("/mon-parcours")).link("Continuer ma demande"))).headings[0] == "Ma demande"
