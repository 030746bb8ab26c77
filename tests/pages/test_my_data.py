"""My data: seen, taken away once, asked to be erased; the notice says who, why, how long."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask import Flask

from intake import exporting, retention
from intake.models.dossiers import Case, Event
from intake.models.letters import Letter
from intake.models.people import Person
from intake.models.privacy import Export, PrivacyRequest
from intake.models.settings import change
from intake.models.tasks import Task
from tests.cases.test_admission import arrived
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.french import left_in
from tests.page import press, read

MINE, NOTICE = "/mes-donnees", "/donnees"
ASK, COLLECT = "Demander une copie", "Télécharger ma copie"
ERASE = "Envoyer ma demande"


@pytest.fixture
def case(people: Cast) -> Case:
    """Ana's admission."""
    with writing():
        found = arrived(people.ana)
        assert found.dossier.uid
    return found


def made(app: Flask) -> None:
    """The worker passes."""
    with writing(), app.test_request_context():
        exporting.make_owed()


# The notice ----------------------------------------------------------------------------------------------------------


def test_the_notice_says_what_the_law_asks(browse: Browse) -> None:
    text = read(browse().get(NOTICE)).text
    for said in ("Qui est responsable", "Optéos", "à votre demande, avant un contrat", "(facultatif)",
                 "lue par des pairs du Cercle accompagnement", "en emporter une copie", "CNIL",
                 "L’ordre de la liste d’attente est calculé. La décision est humaine"):
        assert said.replace(" :", "\N{NO-BREAK SPACE}:") in text


def test_its_delays_are_those_of_the_settings(people: Cast, browse: Browse, clock: Clock) -> None:
    assert "3\N{NO-BREAK SPACE}mois" in read(browse().get(NOTICE)).text
    with writing():
        change("keep.refused", 7, clock.now.date(), "Avis du conseil", people.odile, "cogerance")
    assert "7\N{NO-BREAK SPACE}mois" in read(browse().get(NOTICE)).text


# A copy --------------------------------------------------------------------------------------------------------------


def test_a_copy_is_made_then_collected_once(app: Flask, people: Cast, browse: Browse, case: Case) -> None:
    ana = browse(people.ana)
    assert press(ana, MINE, ASK).status_code == 303
    assert "Votre copie se prépare" in read(ana.get(MINE)).text
    made(app)
    answer = press(ana, MINE, COLLECT)
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"].endswith("sandbox")
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert {"donnees.json", "schema.json", "lisez-moi.html"} <= set(names)
    with writing():
        gone = Export.get()
        assert gone.content is None
    assert ana.post(f"{MINE}/copie/{gone.uid}", data={"csrf_token": read(ana.get(MINE)).form(ASK).values["csrf_token"]}
                    ).status_code == 404


def test_the_page_to_read_is_in_one_s_language(app: Flask, people: Cast, browse: Browse, case: Case) -> None:
    """What the whole road leaves to read is tried with it, in tests/test_english.py."""
    with writing():
        Person.update(language="en").where(Person.id == people.ana.id).execute()
    ana = browse(people.ana)
    press(ana, MINE, "Ask for a copy")
    made(app)
    folder = zipfile.ZipFile(io.BytesIO(press(ana, MINE, "Download my copy").data))
    page = folder.read("read-me.html").decode()
    assert '<html lang="en">' in page and "Email address" in page and "What happened" in page
    assert left_in(page, frozenset({"Roubaix", "Céramiste"})) == []


def test_asked_twice_it_is_made_once(people: Cast, browse: Browse, case: Case) -> None:
    ana = browse(people.ana)
    form = read(ana.get(MINE)).form(ASK)
    assert [ana.post(form.action, data=form.values).status_code for _ in range(2)] == [303, 303]
    with writing():
        assert Export.select().count() == 1
        assert [event.step for event in Event.select().where(Event.case.is_null())][-1] == "ask_copy"


def test_the_copy_of_someone_else_is_not_there(app: Flask, people: Cast, browse: Browse, case: Case) -> None:
    press(browse(people.ana), MINE, ASK)
    made(app)
    zoe = browse(people.zoe)
    with writing():
        uid = Export.get().uid
    token = read(zoe.get(MINE)).form(ASK).values["csrf_token"]
    assert zoe.post(f"{MINE}/copie/{uid}", data={"csrf_token": token}).status_code == 404
    assert zoe.get(f"{MINE}/copie/{uid}").status_code == 405, "a look never collects"


def test_the_schema_is_public(browse: Browse) -> None:
    assert browse().get("/donnees/export.schema.json").get_json()["title"] == exporting.FORMAT


def test_nobody_sees_their_data_without_signing_in(browse: Browse) -> None:
    assert browse().get(MINE).status_code == 302


# Erasure -------------------------------------------------------------------------------------------------------------


def test_an_erasure_is_asked_told_and_answered(people: Cast, browse: Browse, case: Case) -> None:
    ana, sami = browse(people.ana), browse(people.sami)
    assert press(ana, f"{MINE}/effacement", ERASE, text="Je change de projet").status_code == 303
    assert "Réponse au plus tard le 1er\N{NO-BREAK SPACE}avril 2027" in read(ana.get(MINE)).text
    with writing():
        letters = list(Letter.select().where(Letter.template == "privacy"))
        assert {letter.recipient.first_name for letter in letters} >= {"Ana", "Sami"}
        subjects = {letter.recipient.first_name: letter.subject.replace("\u00a0", " ") for letter in letters}
        assert subjects["Ana"] == "Vos données : suite à votre demande" and subjects["Sami"] == "Données d’Ana : demande reçue"
        task = Task.get(Task.role == "support")
        assert task.due_on.isoformat() == "2027-03-31"
        asked = PrivacyRequest.get()
    page = read(sami.get("/administration/donnees"))
    assert "Ana Moreau" in page.text
    answered = press(sami, f"/administration/donnees/demandes/{asked.uid}", "Envoyer la réponse",
                     text="Votre demande est retirée, vos données sont effacées.")
    assert answered.status_code == 303
    with writing():
        letter = Letter.select().where(Letter.template == "privacy", Letter.occasion == "answer").get()
        assert "vos données sont effacées" in letter.body
        assert Task.get_by_id(task.id).closed_at is not None
    assert "Aucune demande à traiter" in read(sami.get("/administration/donnees")).text


def test_the_circle_answers_no_request(people: Cast, browse: Browse, case: Case) -> None:
    press(browse(people.ana), f"{MINE}/effacement", ERASE)
    with writing():
        uid = PrivacyRequest.get().uid
    assert browse(people.claire).get(f"/administration/donnees/demandes/{uid}").status_code == 404
    assert browse(people.claire).get("/administration/donnees").status_code == 404


# Before its date, and beyond -----------------------------------------------------------------------------------------


def withdrawn(case: Case, people: Cast) -> Case:
    """Ana gives up."""
    from intake.cases import take_step

    with writing():
        take_step(Case.get_by_id(case.id), "withdraw", by=people.ana, raw={"reason": "Je pars"}, key=None)
        return Case.get_by_id(case.id)  # type: ignore[no-any-return]


def test_two_people_erase_a_dossier_before_its_date(people: Cast, browse: Browse, case: Case) -> None:
    withdrawn(case, people)
    sami, marc = browse(people.sami), browse(people.marc)
    assert press(sami, f"/dossier/{case.dossier.uid}/effacer", "Demander l’effacement", reason="Elle le demande"
                 ).status_code == 303
    assert "Une seconde personne doit confirmer" in read(sami.get("/administration/donnees")).text
    button = f"Effacer ce dossier {case.dossier.number}"
    assert press(marc, "/administration/donnees", button).status_code == 303
    with writing():
        assert Case.get_by_id(case.id).dossier.erased_at is not None


def test_an_open_dossier_is_not_erased(people: Cast, browse: Browse, case: Case) -> None:
    answer = press(browse(people.sami), f"/dossier/{case.dossier.uid}/effacer", "Demander l’effacement", reason="Ménage")
    assert answer.status_code == 409
    assert "Une démarche est en cours" in read(answer).text


def test_a_dossier_is_kept_with_a_reason_a_year_at_most(people: Cast, browse: Browse, case: Case) -> None:
    sami = browse(people.sami)
    page = read(sami.get(f"/dossier/{case.dossier.uid}/historique")).link("Garder ce dossier plus longtemps")
    day = {"until-day": "1", "until-month": "6", "until-year": "2027"}
    assert press(sami, page, "Garder ce dossier", reason="Un recours", **day).status_code == 303
    with writing():
        assert Case.get_by_id(case.id).dossier.held_until.isoformat() == "2027-06-01"
    assert "Un recours" in read(sami.get(f"/dossier/{case.dossier.uid}/historique")).text
    late = press(sami, page, "Garder ce dossier", reason="Un recours", **{**day, "until-year": "2029"})
    assert late.status_code == 409
    assert "un an au plus" in read(late).text


def test_a_stopped_round_is_released_by_someone_who_may(people: Cast, browse: Browse, case: Case, clock: Clock) -> None:
    with writing():
        retention.Purge.create(day=clock.now.date(), at=clock.now, stopped=True, waiting=24)
    assert "24 dossiers sont arrivés à leur date" in read(browse(people.sami).get("/administration/donnees")).text
    assert press(browse(people.marc), "/administration/donnees", "Reprendre l’effacement").status_code == 303
    with writing():
        assert retention.stopped_now() is None
        assert Event.select().where(Event.step == "release_purge").exists()
