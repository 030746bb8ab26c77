"""What changed since I read, what comes next, who else reads, and two people who write at once."""

from __future__ import annotations

import pytest

import workflows
from intake.facts import facts_of
from intake.models.dossiers import Case, Dossier, Event
from intake.models.letters import Letter
from intake.models.people import Person
from intake.next_action import of_case
from tests.cases.test_admission import PRINTED
from tests.cases.test_whole_road import PAGES, Road, to_review, to_waiting
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import press, read, same_as_reload, send

OPEN = [(workflow.name, state) for workflow in workflows.ALL.values() for state in workflow.open_states]


@pytest.fixture
def ana(people: Cast, clock: Clock) -> Road:
    with writing():
        road = Road(people.ana, clock)
        to_review(road, people)
    return road


def home(road: Road) -> str:
    return f"/dossier/{road.dossier.uid}"


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(("workflow", "state"), OPEN, ids=[f"{workflow}.{state}" for workflow, state in OPEN])
def test_an_open_case_always_says_what_comes_next(workflow: str, state: str) -> None:
    """One sentence, and who does it; a complement under way waits for the person."""
    dossier = Dossier(person=Person(first_name="Ana", last_name="Moreau"))
    for memory in ({}, {"request": {"kind": "incomplet"}}):
        action = of_case(Case(workflow=workflow, state=state, memory=memory, dossier=dossier))
        assert action is not None and action.sentence and action.who
        assert not memory or (action.who, action.sentence) == ("Ana", "Répondre")


def test_the_next_action_stands_above_the_tabs(ana: Road, people: Cast, browse: Browse) -> None:
    """B20: name, line, next action, tabs."""
    text = read(browse(people.claire).get(home(ana))).text
    assert text.index("Sociétariat") < text.index("Prochaine action") < text.index("Historique") < text.index("Faire avancer")
    with writing():
        letters = Letter.select().where(Letter.dossier == ana.dossier).count()
    assert letters and f"Échanges ({letters})" in text and "Pièces (" not in text


def test_two_readers_each_write_their_own(ana: Road, people: Cast, browse: Browse) -> None:
    """What Salomé saw replaces nothing of Claire’s; what Claire writes again does."""
    with writing():
        for reader, skills in ((people.claire, "Solides"), (people.salome, "Fragiles"), (people.claire, "Fragiles encore")):
            ana.take("admission.record_interview", reader, **{**PRINTED, "skills": skills})
    shown = plain(read(browse(people.claire).get(f"{home(ana)}/reponses")).text)
    assert "Avant : Solides" in shown and shown.count("Avant :") == 1


@pytest.mark.both_databases
def test_what_changed_is_new_until_read(ana: Road, people: Cast, browse: Browse) -> None:
    """New for Inès until « J’ai lu »; what she does counts as having read; the old value stays beside the new one."""
    ines, salome = browse(people.ines), browse(people.salome)
    assert "nouveau" in read(ines.get(f"{home(ana)}/reponses")).text
    form = read(ines.get(f"{home(ana)}/reponses")).form("J’ai lu")
    with writing():
        case = ana.case("admission")
        page = next(one for one in workflows.ALL["admission"].pages["application"] if one.name == "activity")
        ana.save(case, page, facts_of(case, people.ana), {**PAGES["activity"], "activity": "Sculpture en terre"})
        ana.take("admission.revise", people.ana)
    assert send(ines, form, "", "J’ai lu").status_code == 303
    answer = ines.get(f"{home(ana)}/reponses")
    shown = read(answer)
    assert answer.text.count(">nouveau</span>") == 1 and "Avant\u00a0: Céramique utilitaire" in shown.text
    assert send(ines, shown.form("J’ai lu"), "", "J’ai lu").status_code == 303
    after = read(ines.get(f"{home(ana)}/reponses"))
    assert not any("J’ai lu" in one.buttons for one in after.forms)
    send(ines, form, "", "J’ai lu")
    assert not any("J’ai lu" in one.buttons for one in read(ines.get(f"{home(ana)}/reponses")).forms), "an old page goes back"
    assert any("J’ai lu" in one.buttons for one in read(salome.get(f"{home(ana)}/reponses")).forms)
    with writing():
        ana.take("admission.note", people.salome, note="Lu")
    assert not any("J’ai lu" in one.buttons for one in read(salome.get(f"{home(ana)}/reponses")).forms)
    assert not any("J’ai lu" in one.buttons for one in read(browse(people.ana).get(f"{home(ana)}/reponses")).forms)


@pytest.mark.both_databases
def test_reading_is_told_to_the_others_only(ana: Road, people: Cast, clock: Clock, browse: Browse) -> None:
    """Claire’s page beats; Salomé sees her, and no longer after two silent beats; Ana is neither told nor counted."""
    def beat(who: Person) -> str:
        client = browse(who)
        token = read(client.get(f"{home(ana)}/reponses")).forms[0].values["csrf_token"]
        return read(client.post(f"{home(ana)}/presence", data={"csrf_token": token})).text

    assert "en ce moment" not in beat(people.claire)
    assert "Claire lit ce dossier en ce moment" in beat(people.salome)
    with writing():
        events = Event.select().count()
    clock.forward(seconds=80)
    assert "en ce moment" not in beat(people.ines)
    ana_s = browse(people.ana)
    token = read(ana_s.get(f"{home(ana)}/reponses")).forms[0].values["csrf_token"]
    assert ana_s.post(f"{home(ana)}/presence", data={"csrf_token": token}).status_code == 404
    assert "data-beat" not in ana_s.get(home(ana)).text and "data-beat" in browse(people.claire).get(home(ana)).text
    with writing():
        assert Event.select().count() == events


def test_the_history_is_told_newest_first(ana: Road, people: Cast, clock: Clock, browse: Browse) -> None:
    """The calendar’s events stand behind one line; decisions may be read alone; each line has its time."""
    from intake.clock import tick

    with writing():
        for days in (8, 8, 15):
            clock.forward(days=days)
            tick()
    claire = browse(people.claire)
    answer = claire.get(f"{home(ana)}/historique")
    text = plain(read(answer).text)
    assert "événements du calendrier" in text and "<details>" in answer.text
    assert text.index("événements du calendrier") < text.index("a envoyé sa candidature")
    assert '<time datetime="2027-03-04T' in answer.text and "<ol" in answer.text
    only = plain(read(claire.get(f"{home(ana)}/historique?decisions=1")).text)
    assert "a envoyé sa candidature" not in only


def test_two_people_edit_one_fact(people: Cast, clock: Clock, browse: Browse) -> None:
    """The second gets both values, with what they typed; « Garder ma version » writes it, on purpose."""
    with writing():
        road = Road(people.ben, clock)
        to_waiting(road, people)
        uid = road.case("admission").uid
    step, label = f"{home(road)}/{uid}/update", "Faire le point"
    claire, salome = browse(people.claire), browse(people.salome)
    late = read(salome.get(step)).form(label)
    assert press(claire, step, label, changes="Un atelier à Lille").status_code == 303
    refused = send(salome, late, step, label, changes="Un atelier à Roubaix")
    page = read(refused)
    assert refused.status_code == 409
    assert "Claire a déjà fait le point" in plain(page.text) or "Claire a modifié ce dossier" in plain(page.text)
    assert "Un atelier à Lille" in page.text and "Un atelier à Roubaix" in page.text
    assert page.link("Garder la sienne").endswith(road.dossier.uid)
    kept = page.form("Garder ma version")
    assert kept.values["changes"] == "Un atelier à Roubaix"
    done = send(salome, kept, step, "Garder ma version")
    assert done.status_code == 303
    with writing():
        assert [one.actor.first_name for one in Event.select().where(Event.step == "update").order_by(Event.id)] == [
            "Claire", "Salomé"]


def test_the_htmx_answers_of_a_step_equal_a_reload(ana: Road, people: Cast, browse: Browse) -> None:
    """422 and 409: what is swapped into the page is what a reload shows."""
    with writing():
        uid = ana.case("admission").uid
    claire = browse(people.claire)
    note, admit = f"{home(ana)}/{uid}/note", f"{home(ana)}/{uid}/pause"
    empty = read(claire.get(note)).form("Ajouter une note interne").values
    assert same_as_reload(claire, note, "etape", data=empty).status_code == 422
    stale = read(claire.get(admit)).form("Mettre en pause").values
    stale["version"] = "0"
    stale.update({"until-day": "1", "until-month": "6", "until-year": "2027"})
    assert same_as_reload(claire, admit, "etape", data=stale).status_code == 409


def test_unavailable_steps_stay_with_every_reason(ana: Road, people: Cast, browse: Browse) -> None:
    """Who can lift each is said; the cogérance grants it on a page of its own, with a reason kept in the history."""
    text = plain(read(browse(people.claire).get(home(ana))).text)
    for said in ("Inscrire sur la liste d’attente", "L’équipe support doit rendre son avis.", "Rencontre à noter par",
                 "Demander à la cogérance"):
        assert said in text, said
    marc = browse(people.marc)
    assert "Accorder une dérogation" not in text
    page = home(ana) + f"/{_uid(ana)}/derogate?rule=support_checked"
    granted = press(marc, page, "Accorder une dérogation", reason="L’assureur a confirmé par téléphone")
    assert granted.status_code == 303
    assert "a accordé une dérogation" in plain(read(marc.get(f"{home(ana)}/historique?decisions=1")).text)


def _uid(road: Road) -> str:
    with writing():
        return str(road.case("admission").uid)
