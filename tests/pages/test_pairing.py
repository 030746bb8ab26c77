"""Pairing: the best candidates first and nobody linked, a yes from both sides, the peer's own page, the orphan alarm."""

from __future__ import annotations

import pytest

from intake import moment
from intake.models.dossiers import Case, Dossier
from intake.models.people import Commitment, Person
from tests.cast import LONG_AGO, Cast, principale, writing
from tests.conftest import Browse, Clock
from tests.faults import crowd
from tests.page import Page, press, read, send

PROPOSE, MINE, ALL = "Proposer un binôme", "/mes-accompagnements", "/binomes"


@pytest.fixture
def seeking(people: Cast, clock: Clock) -> Case:
    """Ana, ceramist, has accepted a place; Noé, Zoé and Ben may accompany."""
    with writing():
        for person, trade in ((people.noe, "réparateur de vélos"), (people.zoe, "céramique"), (people.ben, "traducteur")):
            Person.update(trade=trade).where(Person.id == person.id).execute()
            Commitment.create(person=person, signed_on=LONG_AGO)
        case = crowd.in_papers(people, 1, "2027-06", "Ana")[0]
        Dossier.update(activity="Céramiste").where(Dossier.id == case.dossier_id).execute()
        found: Case = Case.get(Case.dossier == case.dossier_id, Case.workflow == "accompaniment")
        return crowd.again(found)


def at(case: Case, step: str) -> str:
    return f"/dossier/{case.dossier.uid}/{case.uid}/{step}"


def text(page: Page) -> str:
    return page.text.replace("\u00a0", " ")


def asked(case: Case, people: Cast, browse: Browse) -> None:
    assert press(browse(people.claire), at(case, "propose"), PROPOSE, peer=people.noe.uid).status_code == 303


def test_the_same_trade_first_then_the_least_busy_and_nobody_linked(
        seeking: Case, people: Cast, browse: Browse) -> None:
    with writing():
        admission = Case.get(Case.dossier == seeking.dossier_id, Case.workflow == "admission")
        admission.memory = {**admission.memory, "conflicts": [people.ben.uid]}
        admission.save()
    said = text(read(browse(people.claire).get(at(seeking, "propose"))))
    assert "Zoé Marchal – céramique – accompagne 0 personne – même métier" in said
    assert said.index("Zoé Marchal") < said.index("Ada Nowak")
    assert "Ben Lefort" not in said, "a link is declared"


def test_equals_are_parted_by_commune_and_wished_circles(seeking: Case, people: Cast, browse: Browse) -> None:
    """Ben and Noé are as free as each other; Noé lives where Ana does."""
    with writing():
        Dossier.update(town="Roubaix").where(Dossier.id == seeking.dossier_id).execute()
        Dossier.create(number="OPT-2020-0001", person=people.noe, antenna=principale(), opened_at=moment.now(), town="roubaix")
    said = text(read(browse(people.claire).get(at(seeking, "propose"))))
    assert said.index("Noé Caron – réparateur de vélos – accompagne 0 personne – même commune") < said.index("Ben Lefort")


def test_someone_else_is_searched_without_script(seeking: Case, people: Cast, browse: Browse) -> None:
    """Six come first; a name gives those who answer to it, and is chosen from."""
    with writing():
        for number in range(8):
            one = Person.create(first_name=f"Zaïd {number}", last_name="Zérouali", email=f"z{number}@exemple.fr", phone="",
                                created_at=moment.now())
            Commitment.create(person=one, signed_on=LONG_AGO)
    claire, page = browse(people.claire), at(seeking, "propose")
    first = text(read(claire.get(page)))
    assert first.count("accompagne 0 personne") == 6
    assert "Zaïd 7" not in first
    assert press(claire, page, PROPOSE, peer="other").status_code == 422
    nobody = press(claire, page, PROPOSE, peer="other", other="Personne")
    assert "Personne de ce nom ne peut accompagner" in text(read(nobody))
    found = press(claire, page, PROPOSE, peer="other", other="zerouali 7")
    assert found.status_code == 422
    assert "Zaïd 7 Zérouali" in text(read(found))
    assert "Noé Caron" not in text(read(found))
    assert send(claire, read(found).form(PROPOSE), page, PROPOSE, peer=one.uid).status_code == 303
    with writing():
        assert crowd.again(seeking).memory["peer"] == one.uid


def test_a_yes_from_both_sides(seeking: Case, people: Cast, browse: Browse, clock: Clock) -> None:
    asked(seeking, people, browse)
    noe, ana = browse(people.noe), browse(seeking.dossier.person)
    said = text(read(noe.get(MINE)))
    assert "Ana 0, Céramiste" in said
    assert "Lenoir" not in said, "a first name and an activity, until one agrees"
    assert press(noe, at(seeking, "agree"), "J’accepte d’accompagner").status_code == 303
    clock.forward(minutes=11)
    assert press(ana, at(seeking, "confirm"), "Je suis d’accord").status_code == 303
    page = text(read(noe.get(MINE)))
    assert "Ensemble depuis" in page
    assert "Ana 0 Lenoir" in page
    assert "Rien à tenir maintenant" in page


def test_a_peer_who_declines_may_change_their_mind(seeking: Case, people: Cast, browse: Browse, clock: Clock) -> None:
    """The step takes their role away; for ten minutes its undoing is still theirs, and nothing else of the dossier."""
    asked(seeking, people, browse)
    noe = browse(people.noe)
    form = read(noe.get(at(seeking, "decline"))).form("Je ne peux pas")
    answers = [send(noe, form, at(seeking, "decline"), "Je ne peux pas") for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [at(seeking, "undo")] * 2, "pressed twice, once done"
    another = {**form.values.to_dict(), "key": "another"}
    assert noe.post(at(seeking, "agree"), data=another).status_code == 404, "nothing else of the dossier"
    assert noe.get(f"/dossier/{seeking.dossier.uid}").status_code == 404
    assert "Lenoir" not in read(noe.get(at(seeking, "undo"))).text
    assert press(noe, at(seeking, "undo"), "Annuler").status_code == 303
    with writing():
        assert crowd.again(seeking).state == "proposed"
    press(noe, at(seeking, "decline"), "Je ne peux pas")
    clock.forward(minutes=11)
    assert noe.get(at(seeking, "undo")).status_code == 404


def test_who_was_asked_before_comes_after(seeking: Case, people: Cast, browse: Browse) -> None:
    with writing():
        crowd.step(seeking, "propose", people.claire, peer=people.zoe.uid)
        crowd.step(seeking, "call_back", people.claire, reason="Autre idée")
    claire, page = browse(people.claire), at(seeking, "propose")
    assert "Zoé Marchal" not in text(read(claire.get(page))), "those nobody asked come first"
    said = text(read(press(claire, page, PROPOSE, peer="other", other="Zoé")))
    assert "déjà contacté pour cette personne" in said


def test_the_log_is_shared_and_validated_by_the_other(seeking: Case, people: Cast, browse: Browse, clock: Clock) -> None:
    with writing():
        crowd.step(seeking, "propose", people.claire, peer=people.noe.uid)
        crowd.step(seeking, "agree", people.noe)
        crowd.step(seeking, "confirm", seeking.dossier.person)
        crowd.step(seeking, "record_meeting", seeking.dossier.person, held_on=clock.now.date().isoformat(), minutes="45",
                   mode="phone", present="Tous deux", subjects=["money"], notes="Le budget tient.")
    noe = browse(people.noe)
    page = read(noe.get(MINE))
    assert "45 minutes · Au téléphone · à valider par vous" in text(page)
    link = next(address for words, address in page.links if words.startswith("Valider le compte rendu"))
    assert press(noe, link, "Valider le compte rendu").status_code == 303
    assert "validé le 1er mars 2027" in text(read(noe.get(MINE)))


def test_someone_without_peer_for_too_long_is_seen(seeking: Case, people: Cast, browse: Browse, clock: Clock) -> None:
    claire = browse(people.claire)
    assert "Sans binôme depuis trop longtemps" not in text(read(claire.get(ALL)))
    clock.forward(days=16)
    page = text(read(browse(people.claire).get(ALL)))
    assert "Sans binôme depuis trop longtemps" in page
    assert "Zoé Marchalcéramique03" in page, "accompanies nobody, has room for three"


def test_who_sees_what(seeking: Case, people: Cast, browse: Browse) -> None:
    assert browse(people.ana).get(MINE).status_code == 404
    assert browse(people.noe).get(ALL).status_code == 404
    assert "Vous n’accompagnez personne pour l’instant." in text(read(browse(people.claire).get(MINE)))
