"""Reasons and lists: entries added, reworded and retired by who runs the house; what was answered keeps them."""

from __future__ import annotations

from datetime import date

import pytest

from intake.models.dossiers import Answers, Case, Event
from intake.models.settings import SettingValue
from tests.cases.test_admission import again, arrived, in_review, step
from tests.cast import Cast, writing
from tests.conftest import Browse
from tests.page import Page, press, read, send

PAGE = "/reglages/list.reasons"
CHANGE = f"{PAGE}/changer"
SAVE = "Enregistrer"
WHY = {"reason": "Relu en réunion de Cercle"}


@pytest.fixture
def refused(people: Cast) -> Case:
    """Ben, about to be turned down; Ana was, for lack of insurance."""
    with writing():
        found = []
        for person in (people.ana, people.ben):
            case = in_review(arrived(person), people)
            step(case, "propose", people.claire, decision="decline")
            for member in (people.salome, people.ines):
                step(case, "give_opinion", member, opinion="favorable", no_link="oui")
            found.append(case)
        step(found[0], "decline", people.claire, message="Bonjour,", sending="send", reason="uninsurable")
        ben = again(found[1])
        assert ben.dossier.uid, "read while the database is open"
        return ben


def text(page: Page) -> str:
    return page.text.replace("\u00a0", " ")


def written() -> int:
    with writing():
        return int(SettingValue.select().where(SettingValue.name == "list.reasons").count())


def offered(values: list[str], without: str) -> list[str]:
    return [one for one in values if one != without]


def test_a_reason_is_reworded_another_retired_a_third_added(people: Cast, browse: Browse, refused: Case) -> None:
    """The effects are read first; then Ben's form offers the new list, and Ana's answer and the figures say the new words."""
    marc = browse(people.marc)
    form = read(marc.get(CHANGE)).form(SAVE)
    values = {**form.values.to_dict(flat=False), "word_uninsurable": ["Aucun assureur ne couvre"],
              "offered": offered(form.values.getlist("offered"), "uninsurable"), "added": ["Zone déjà servie\r\n\r\nTrop loin"],
              "reason": [WHY["reason"]]}
    first = marc.post(CHANGE, data=values)
    said = text(read(first))
    assert first.status_code == 200 and "Rien n’est encore enregistré." in said and not written()
    assert "« Activité non assurable » devient « Aucun assureur ne couvre »" in said
    assert "« Aucun assureur ne couvre » n’est plus proposée." in said and "« Zone déjà servie » est ajoutée." in said
    again_form = read(first).form(SAVE)
    assert [marc.post(CHANGE, data=again_form.values).status_code for _ in range(2)] == [303, 303]
    assert written() == 1, "pressed twice, it is written once"

    claire, page = browse(people.claire), f"/dossier/{refused.dossier.uid}/{refused.uid}/decline"
    choices = text(read(claire.get(page)))
    assert "Zone déjà servie" in choices and "Trop loin" in choices
    assert "assur" not in choices.split("Raison")[1].split("Objet")[0], "neither the old wording nor the new one"
    stale = press(claire, page, "Donner une réponse négative", sending="keep", reason="trop_loin", message="Bonjour,")
    assert stale.status_code == 303
    figures = text(read(claire.get("/chiffres")))
    assert "Aucun assureur ne couvre" in figures and "Trop loin" in figures and "Activité non assurable" not in figures
    with writing():
        ana = Answers.select().join(Event, on=Answers.event).where(Event.step == "decline").order_by(Answers.event).first()
        assert ana.text["reason"] == "uninsurable"
        home = Case.get_by_id(ana.case_id).dossier.uid
    assert "Aucun assureur ne couvre" in text(read(claire.get(f"/dossier/{home}/reponses")))
    history = text(read(marc.get(PAGE)))
    for told in ("plus proposées : Aucun assureur ne couvre", "Relu en réunion de Cercle", "Marc Leroux"):
        assert told in history


def test_an_answer_that_is_no_longer_offered_is_refused(people: Cast, browse: Browse, refused: Case) -> None:
    """Retired while the refusal was being written: the list comes back, nothing is written."""
    claire, page = browse(people.claire), f"/dossier/{refused.dossier.uid}/{refused.uid}/decline"
    open_page = read(claire.get(page)).form("Donner une réponse négative")
    marc = browse(people.marc)
    kept = read(marc.get(CHANGE)).form(SAVE).values.getlist("offered")
    assert press(marc, CHANGE, SAVE, offered=offered(kept, "capacity"), **WHY).status_code == 303
    answer = send(claire, open_page, page, "Donner une réponse négative", sending="keep", reason="capacity", message="Bonjour,")
    assert answer.status_code == 422 and "Indiquez la raison" in read(answer).text
    with writing():
        assert again(refused).state == "review"


def test_what_does_not_fit_is_refused_and_kept(people: Cast, browse: Browse) -> None:
    marc = browse(people.marc)
    for typed, sentence in (
            ({"word_skills": ""}, "Écrivez l’intitulé de l’entrée 4"),
            ({"word_skills": "projet hors champ"}, "L’entrée « Projet hors champ » est deux fois dans la liste"),
            ({"added": "Capacité d’accueil"}, "L’entrée « Capacité d’accueil » est deux fois dans la liste"),
            ({"added": "é" * 81}, "Une entrée doit compter 80 caractères ou moins"),
            ({"added": "\n".join(f"Raison {n}" for n in range(32))}, "Une liste compte 40 entrées au plus"),
            ({"offered": None}, "Gardez au moins une entrée proposée"),
            ({}, "Changez un intitulé, ajoutez une entrée ou cessez d’en proposer une"),
            ({"added": "Trop loin", "reason": ""}, "Indiquez la raison")):
        answer = press(marc, CHANGE, SAVE, **{**WHY, **typed})
        assert (answer.status_code, sentence in text(read(answer))) == (422, True), (typed, text(read(answer))[:400])
    assert not written()


def test_two_people_at_once_lose_no_entry(people: Cast, browse: Browse) -> None:
    """Odile's page was opened before Marc added an entry: what she saves keeps it. A day before the other change is refused."""
    marc, odile = browse(people.marc), browse(people.odile)
    hers = read(odile.get(CHANGE)).form(SAVE)
    april = {"since-day": "1", "since-month": "avril", "since-year": "2027"}
    assert press(marc, CHANGE, SAVE, added="Trop loin", **april, **WHY).status_code == 303
    early = send(odile, hers, CHANGE, SAVE, added="Zone déjà servie", **WHY)
    assert early.status_code == 409 and "Cette liste change déjà le 1er avril 2027." in text(read(early))
    assert send(odile, hers, CHANGE, SAVE, added="Zone déjà servie", **april, **WHY).status_code == 303
    with writing():
        latest = SettingValue.select().where(SettingValue.name == "list.reasons").order_by(SettingValue.id.desc()).first()
        assert {"trop_loin", "zone_deja_servie"} <= {code for code, _, offered in latest.value if offered}
        assert latest.since == date(2027, 4, 1)


def test_who_reads_and_who_changes(people: Cast, browse: Browse) -> None:
    """Support reads; the circle, applicants and strangers find nothing."""
    sami = browse(people.sami)
    assert "Raisons et listes" in read(sami.get("/reglages")).headings and "Projet hors champ" in read(sami.get(PAGE)).text
    assert sami.get(CHANGE).status_code == 404
    for person in (people.claire, people.ana, people.zoe):
        assert browse(person).get(PAGE).status_code == 404
