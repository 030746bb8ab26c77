"""One decision page: the round, what changes, every letter as it will leave, a message to edit; then ten minutes (S12)."""

from __future__ import annotations

import pytest

from intake.models.dossiers import Case, Event
from intake.models.letters import Letter
from intake.models.tasks import Task
from tests.cases.test_admission import PRINTED, arrived, in_review, step
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.faults import crowd
from tests.page import Page, press, read, send

ADMIT = "Inscrire sur la liste d’attente"
CHANGED = "Ce que fait cette étape a changé"


def studied(cast: Cast) -> Case:
    """Ana, read and met, whom Claire proposes to admit; Salomé and Inès agree."""
    case = in_review(arrived(cast.ana), cast)
    for reader in (cast.claire, cast.salome):
        step(case, "record_interview", reader, **PRINTED)
    step(case, "check_support", cast.sami, insurable="yes", regulated="no", budget_clear="oui")
    step(case, "propose", cast.claire, decision="admit", conditions="Préciser les prix")
    for member in (cast.salome, cast.ines):
        step(case, "give_opinion", member, opinion="favorable", no_link="oui")
    return crowd.again(case)


@pytest.fixture
def ana(people: Cast, clock: Clock) -> Case:
    with writing():
        return studied(people)


def at(case: Case, step: str) -> str:
    return f"/dossier/{case.dossier.uid}/{case.uid}/{step}"


def text(page: Page) -> str:
    return page.text.replace("\u00a0", " ")


def state(case: Case) -> str:
    with writing():
        return crowd.again(case).state


def letters(case: Case) -> dict[str, tuple[str, str]]:
    """(subject, body) of the letters that wait, by first name."""
    with writing():
        rows = Letter.select().where(Letter.dossier == case.dossier_id, Letter.template == "admitted",
                                     Letter.status == "waiting")
        return {one.recipient.first_name: (one.subject, one.body) for one in rows}


def test_the_page_says_who_said_what_and_what_changes(ana: Case, people: Cast, browse: Browse) -> None:
    page = read(browse(people.claire).get(at(ana, "admit")))
    assert "Proposition de Claire, le 1er mars : accueillir" in text(page)
    assert "Conditions : Préciser les prix" in text(page)
    assert "SaloméFavorableInèsFavorable" in text(page).replace(" ", "")
    assert "Ana passe de Rencontre à Liste d’attente, 1er place, entrée estimée" in text(page)
    form = page.form(ADMIT)
    assert form.values["subject"].replace("\u00a0", " ") == "Votre demande Optéos : avis favorable"
    assert form.values["message"].startswith("Bonjour Ana,")
    assert "sending" not in form.values, "nothing is preselected"


def test_what_was_shown_is_what_leaves_to_whom_it_was_shown(ana: Case, people: Cast, browse: Browse) -> None:
    claire = browse(people.claire)
    shown = text(read(claire.get(at(ana, "admit"))))
    assert press(claire, at(ana, "admit"), ADMIT, subject="Bonne nouvelle", message="Bonjour Ana,\n\nÀ bientôt.",
                 sending="send").status_code == 303
    kept = letters(ana)
    assert kept["Ana"][0] == "Bonne nouvelle"
    assert kept["Ana"][1].startswith("Bonjour Ana,\n\nÀ bientôt.\n\n--\n")
    assert set(kept) == {"Ana", "Claire", "Salomé", "Inès", "Sami"}
    team = kept["Claire"][1].replace("\u00a0", " ")
    assert " ".join(team.split()) in " ".join(shown.split()), "the text shown is the text kept"


def test_without_sending_the_person_gets_nothing(ana: Case, people: Cast, browse: Browse) -> None:
    press(browse(people.claire), at(ana, "admit"), ADMIT, sending="keep")
    assert "Ana" not in letters(ana)
    assert state(ana) == "waiting"


def test_sending_or_not_is_always_said(ana: Case, people: Cast, browse: Browse) -> None:
    answer = press(browse(people.claire), at(ana, "admit"), ADMIT, message="Bonjour Ana, mes mots")
    assert answer.status_code == 422
    assert "Indiquez s’il faut envoyer le message" in read(answer).text
    assert read(answer).form(ADMIT).values["message"] == "Bonjour Ana, mes mots", "what was typed stays"
    assert state(ana) == "review"


def test_another_result_than_the_one_told_is_shown_before_it_is_done(ana: Case, people: Cast, browse: Browse) -> None:
    """Someone else enters the list while Claire writes: the rank told is no longer the one Ana would have."""
    claire, page = browse(people.claire), at(ana, "admit")
    form = read(claire.get(page)).form(ADMIT)
    with writing():
        crowd.waiting(people, 1, "Ben")
    answer = send(claire, form, page, ADMIT, sending="send", message="Bonjour Ana, mes mots")
    assert answer.status_code == 409
    again = read(answer)
    assert CHANGED in again.text
    assert "2e place" in text(again)
    assert state(ana) == "review"
    assert not letters(ana), "nothing was written"
    confirmed = again.form(ADMIT)
    assert confirmed.values["message"] == "Bonjour Ana, mes mots"
    assert send(claire, confirmed, page, ADMIT).status_code == 303
    assert state(ana) == "waiting"


def test_a_letter_that_depends_on_the_answers_is_read_before_it_leaves(people: Cast, browse: Browse, clock: Clock) -> None:
    with writing():
        crowd.open_places("2027-06", 2)
        case, = crowd.waiting(people, 1, "Ana")
    claire, page = browse(people.claire), at(case, "offer")
    opened = read(claire.get(page))
    assert "Vous lirez son texte avant de confirmer." in opened.text
    form = opened.form("Proposer une place")
    values = {**form.values.to_dict(), "month": "2027-06", "word": "À très vite"}
    first = claire.post(page, data=values)
    assert (first.status_code, state(case)) == (200, "waiting")
    assert "Une place est libre pour une entrée en juin 2027." in text(read(first))
    assert "À très vite" in read(first).text
    assert claire.post(page, data=read(first).form("Proposer une place").values).status_code == 303
    with writing():
        letter = Letter.get(Letter.template == "place_offered")
    assert " ".join(letter.body.replace("\u00a0", " ").split()) in " ".join(text(read(first)).split())


def test_no_digest_at_all_never_sends_unseen(ana: Case, people: Cast, browse: Browse) -> None:
    claire = browse(people.claire)
    form = read(claire.get(at(ana, "admit"))).form(ADMIT)
    bare = {name: value for name, value in form.values.items() if name != "told"}
    answer = claire.post(at(ana, "admit"), data={**bare, "sending": "send"})
    assert (answer.status_code, state(ana)) == (200, "review")
    assert "data-a-relire" in answer.get_data(as_text=True)


def test_other_decisions_say_why_not(ana: Case, people: Cast, browse: Browse) -> None:
    page = read(browse(people.claire).get(at(ana, "admit")))
    assert "Réorienter" in page.text
    assert "Cette décision n’est pas celle proposée. Le Cercle peut ouvrir un nouveau tour." in page.text
    refused = browse(people.claire).get(at(ana, "redirect"))
    assert refused.status_code == 409


def test_what_is_missing_is_told_with_who_can_give_it(people: Cast, browse: Browse, clock: Clock) -> None:
    with writing():
        case = in_review(arrived(people.ana), people)
        step(case, "propose", people.claire, decision="admit")
        step(case, "give_opinion", people.ines, opinion="objection", reason="Le budget ne tient pas", no_link="oui")
        case = crowd.again(case)
    page = text(read(browse(people.salome).get(at(case, "give_opinion"))))
    for sentence in ("InèsObjection : Le budget ne tient pas", "Il manque 1 avis",
                     "L’objection d’Inès reste ouverte. Inès peut la lever, ou une nouvelle proposition.",
                     "Rencontre à noter par Claire, Salomé.", "L’équipe support doit rendre son avis."):
        assert sentence in page


def test_someone_linked_to_the_person_does_not_decide(people: Cast, browse: Browse, clock: Clock) -> None:
    with writing():
        case = in_review(arrived(people.ana), people)
        step(case, "replace_reader", people.ines, people=[people.claire.uid, people.salome.uid],
             linked=[people.salome.uid])
        case = crowd.again(case)
    answer = browse(people.salome).get(at(case, "give_opinion"))
    assert answer.status_code == 409
    assert "Un lien est déclaré. Le Cercle désigne quelqu’un d’autre." in read(answer).text


def test_ten_minutes_to_change_ones_mind(ana: Case, people: Cast, browse: Browse, clock: Clock) -> None:
    claire = browse(people.claire)
    press(claire, at(ana, "admit"), ADMIT, sending="send")
    dossier = f"/dossier/{ana.dossier.uid}"
    assert "jusqu’à 10 h 10" in text(read(claire.get(dossier)))
    clock.forward(minutes=9)
    assert press(claire, at(ana, "undo"), "Annuler").status_code == 303
    assert state(ana) == "review"
    assert not letters(ana)
    with writing():
        steps = [one.step for one in Event.select().where(Event.case == ana).order_by(Event.id)]
        assert steps[-2:] == ["admit", "undo"], "the history keeps both"
        assert Task.select().where(Task.case == ana, Task.sentence == "Donner un avis, puis décider",
                                   Task.closed_at.is_null()).count() == 1
    clock.forward(minutes=20)
    assert "Étape enregistrée" not in read(claire.get(dossier)).text


def test_a_peer_support_or_the_person_open_no_decision(ana: Case, people: Cast, browse: Browse) -> None:
    for someone in (people.noe, people.ana, people.zoe, people.ada):
        assert browse(someone).get(at(ana, "admit")).status_code == 404
    assert browse(people.sami).get(at(ana, "admit")).status_code == 404


def test_the_fragment_is_the_page(ana: Case, people: Cast, browse: Browse) -> None:
    """With htmx the same block comes back, 422 included."""
    claire, page = browse(people.claire), at(ana, "admit")
    values = read(claire.get(page)).form(ADMIT).values.to_dict()
    whole = read(claire.post(page, data=values)).text
    part = claire.post(page, data=values, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert part.status_code == 422
    assert 'id="etape"' in part.get_data(as_text=True)
    assert read(part).text.partition("Il y a un problème")[2] in whole


# My opinion in place -------------------------------------------------------------------------------------------------

MINE = "Donner mon avis"


@pytest.fixture
def proposed(people: Cast, clock: Clock) -> Case:
    """Ana, whom Claire proposes to admit; nobody has said anything yet."""
    with writing():
        case = in_review(arrived(people.ana), people)
        step(case, "propose", people.claire, decision="admit")
        return crowd.again(case)


def opinions(case: Case) -> int:
    with writing():
        return Event.select().where(Event.case == case, Event.step == "give_opinion").count()


def test_my_opinion_is_given_on_the_dossier(proposed: Case, people: Cast, browse: Browse) -> None:
    """Without leaving the page; said again by the same form, it is one opinion; then it may be changed."""
    ines, page = browse(people.ines), f"/dossier/{proposed.dossier.uid}"
    form = read(ines.get(page)).form(MINE)
    for _ in range(2):
        answer = send(ines, form, page, MINE, opinion="objection", reason="Le budget", no_link="oui")
        assert (answer.status_code, answer.location) == (303, f"{page}#avis")
    assert opinions(proposed) == 1
    shown = read(ines.get(page))
    assert "InèsObjection : Le budget" in text(shown) and "Changer mon avis" in shown.text
    assert send(ines, shown.form(MINE), page, MINE, opinion="favorable", no_link="oui").status_code == 303
    assert "InèsFavorable" in text(read(ines.get(page))).replace(" ", "")


def test_my_opinion_refused_stays_in_its_place(proposed: Case, people: Cast, browse: Browse) -> None:
    """Nothing chosen, no reason, or a page that is old: the form comes back as typed, and nothing is written."""
    ines, page = browse(people.ines), f"/dossier/{proposed.dossier.uid}"
    form = read(ines.get(page)).form(MINE)
    empty = send(ines, form, page, MINE)
    assert empty.status_code == 422 and "Choisissez un avis" in read(empty).text
    unsaid = send(ines, form, page, MINE, opinion="objection", no_link="oui")
    assert unsaid.status_code == 422 and "Indiquez la raison" in read(unsaid).text
    with writing():
        step(proposed, "give_opinion", people.salome, opinion="favorable", no_link="oui")
    stale = send(ines, form, page, MINE, opinion="objection", reason="Le budget", no_link="oui")
    assert stale.status_code == 409 and "Salomé a déjà donné un avis" in text(read(stale))
    again = read(stale).form(MINE)
    assert (again.values["opinion"], again.values["reason"]) == ("objection", "Le budget")
    assert opinions(proposed) == 1
    assert send(ines, again, page, MINE).location == f"{page}#avis"


def test_my_opinion_is_given_beside_the_decision(proposed: Case, people: Cast, browse: Browse) -> None:
    """One comes back to the decision one was reading; no id of the page is there twice."""
    salome, page = browse(people.salome), at(proposed, "decline")
    shown = read(salome.get(page))
    assert len(set(shown.ids)) == len(shown.ids)
    answer = send(salome, shown.form(MINE), page, MINE, opinion="favorable", no_link="oui")
    assert answer.location == f"{page}#avis"


def test_who_decides_nothing_is_asked_for_no_opinion(proposed: Case, people: Cast, browse: Browse) -> None:
    """Support reads the round; the person does not."""
    for someone, reads_it in ((people.sami, True), (people.marc, True), (people.ana, False)):
        page = read(browse(someone).get(f"/dossier/{proposed.dossier.uid}"))
        assert ("Où en est la décision" in page.text) == reads_it
        assert not any(MINE in form.buttons for form in page.forms)
