"""A person's own steps on their page: taken, refused, not theirs, old, twice; an address changes only after a fresh sign-in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask, g
from werkzeug.exceptions import NotFound

from intake.effects import tell
from intake.lookup import the_case, the_case_left, the_dossier_left
from intake.models.dossiers import Case, Event, read_case
from intake.models.letters import Letter
from intake.models.people import Commitment, Person
from tests.cases.test_admission import arrived, fill_pages
from tests.cases.test_contracts import a_dossier
from tests.cases.test_pairing_and_exit import begun, in_cape
from tests.cast import LONG_AGO, Cast, writing
from tests.conftest import Browse, Clock
from tests.faults import crowd
from tests.page import press, read, send
from tests.pages.test_journey import day_of, said
from workflows import ALL
from workflows.grammar import Open


@pytest.fixture
def ana(people: Cast) -> Case:
    """Someone who waits for a place."""
    with writing():
        return crowd.waiting(people, 1, "Ana")[0]


def path(case: Case, step: str) -> str:
    return f"/dossier/{case.dossier.uid}/{case.uid}/{step}"


def steps(case: Case) -> list[str]:
    with writing():
        return [event.step for event in Event.select().where(Event.case == case).order_by(Event.id)]


def test_a_pause_is_taken_once_and_told(ana: Case, browse: Browse, clock: Clock) -> None:
    """Twice pressed, one event; one's home says until when, and that the rank is kept."""
    from datetime import date

    me = browse(ana.dossier.person)
    form = read(me.get(path(ana, "pause"))).form("Mettre en pause")
    for _ in range(2):
        went = send(me, form, path(ana, "pause"), "Mettre en pause", **day_of("until", date(2027, 5, 1)))
        assert went.status_code == 303
    assert steps(ana) == ["take_over", "pause"]
    home = said(read(me.get(went.location)))
    assert "Votre pause se termine le 1er mai 2027." in home
    assert "Votre rang est gardé jusqu’au 30 avril 2027 inclus." in home


@pytest.mark.parametrize(("until", "status", "sentence"), [
    ({}, 422, "Saisissez la date de fin de la pause"),
    ({"until-day": "1", "until-month": "12", "until-year": "2027"}, 409, "6 mois au plus."),
])
def test_a_pause_refused_writes_nothing_and_keeps_what_was_typed(
        ana: Case, browse: Browse, until: dict[str, str], status: int, sentence: str) -> None:
    me = browse(ana.dossier.person)
    answered = press(me, path(ana, "pause"), "Mettre en pause", reason="Un chantier", **until)
    assert answered.status_code == status
    assert sentence in said(read(answered)) and "Un chantier" in answered.get_data(as_text=True)
    assert steps(ana) == ["take_over"]


def test_the_wrong_person_finds_nothing(people: Cast, ana: Case, browse: Browse) -> None:
    for person in (people.ben, people.noe, people.zoe):
        assert browse(person).get(path(ana, "pause")).status_code == 404


def test_an_address_changes_only_after_a_fresh_sign_in(ana: Case, browse: Browse, clock: Clock) -> None:
    """An open telephone is not enough; what was typed comes back once it is known who types; both addresses are told."""
    person = ana.dossier.person
    me = browse(person)
    form = read(me.get(path(ana, "change_address"))).form("Changer mes coordonnées")
    clock.forward(minutes=11)
    late = send(me, form, path(ana, "change_address"), "Changer mes coordonnées", email="ana@ailleurs.example")
    assert late.status_code == 409
    page = read(late)
    assert "confirmez d’abord que c’est vous" in said(page)
    assert page.form("Recevoir un code").values["suite"].endswith("change_address?email=ana%40ailleurs.example")
    assert steps(ana) == ["take_over"]
    again = browse(person)
    assert press(again, path(ana, "change_address"), "Changer mes coordonnées", email="ana@ailleurs.example").status_code == 303
    with writing():
        told = {letter.address for letter in Letter.select().where(Letter.template == "address_changed")}
        assert told == {person.email, "ana@ailleurs.example"}
        assert Person.get_by_id(person.id).email == person.email, "until the new one has proved itself"


def test_boxes_of_a_checklist_are_not_said_to_be_optional(people: Cast, browse: Browse) -> None:
    """What is settled before the accounts close is ticked as it gets done; a consent, elsewhere, still says it may be left."""
    with writing():
        dossier = a_dossier(people.ana)
        in_cape(dossier, people.sami)
        leaving = begun(dossier, "departure", "announce", people.ana, type="early_person", motive="job", ends_on="2027-03-31")
        checklist, confirm = path(leaving, "checklist"), path(leaving, "confirm")
    assert "Cochez au fur et à mesure ce qui est réglé" in read(browse(people.ana).get("/mon-parcours")).text
    page = read(browse(people.sami).get(checklist))
    assert "Matériel" in page.text and "(facultatif)" not in page.text
    assert "Rester en contact pendant 2 ans (facultatif)" in read(browse(people.sami).get(confirm)).text.replace("\u00a0", " ")


def test_a_step_is_found_and_hidden_as_its_dossier_is(people: Cast, app: Flask) -> None:
    """One statement reads case and dossier: for everyone and every address it answers as both looked up one after the other."""
    def outcome(of: Person, look: Callable[[], Case]) -> object:
        with app.test_request_context("/"), writing():
            g.person, g.grants, g.held_roles = of, None, None
            try:
                found = look()
            except NotFound:
                return 404
            return found.uid if found.id else "", found.workflow, found.dossier.uid, found.antenna.code, found.dossier.person.name

    def in_turn(dossier: str, case: str) -> Case:
        return the_case(the_dossier_left(dossier), case)

    with writing():
        ana, ben = (read_case(arrived(one).id) for one in (people.ana, people.ben))
        in_cape(ana.dossier, people.sami)
        asked = begun(ana.dossier, "accompaniment", "open", people.claire)
        Commitment.create(person=people.noe, signed_on=LONG_AGO)
        crowd.step(asked, "propose", people.claire, peer=people.noe.uid)
    seen: dict[str, set[object]] = {}
    for moment in ("asked", "declined"):
        for who in (one for one in vars(people).values() if isinstance(one, Person)):
            for dossier in (ana.dossier.uid, ben.dossier.uid, "rien"):
                for case in (ana.uid, ben.uid, asked.uid, "nouveau-cape", "nouveau-rien", "rien"):
                    at_once = outcome(who, partial(the_case_left, dossier, case))
                    assert at_once == outcome(who, partial(in_turn, dossier, case)), (moment, who.name, dossier, case)
                    seen.setdefault(f"{moment} {who.first_name}", set()).add(at_once)
        if moment == "asked":
            with writing():
                crowd.step(asked, "decline", people.noe)
    assert {one[1] for one in seen["asked Noé"] if isinstance(one, tuple)} == {"accompaniment"}, "asked, he finds that alone"
    assert seen["declined Noé"] != {404}, "he may still undo it"
    assert seen["asked Zoé"] == {404}


def test_what_hangs_on_an_answer_is_not_promised(ana: Case) -> None:
    """A CAPE or a CESA opens, not both; an offer taken opens the search of a peer whatever is answered."""
    assert [tell(then, None) for then in ALL["admission"].rows("check_papers")[0].then if isinstance(then, Open)] == [
        "Selon le cas, une démarche s’ouvre : Contrat CAPE.", "Selon le cas, une démarche s’ouvre : Contrat salarié (CESA)."]
    assert "Une démarche s’ouvre : Accompagnement." in [tell(then, None) for then in ALL["admission"].rows("accept")[0].then]


def test_whoever_says_a_file_complete_reads_it_from_there(people: Cast, browse: Browse) -> None:
    """« Lire la candidature » leads to the step that closes it: the answers are one press away."""
    with writing():
        case = crowd.step(arrived(people.ben), "skip_meeting", people.claire, reason="Connu")
        fill_pages(case)
        crowd.step(case, "submit", people.ben)
        answers = f"/dossier/{case.dossier.uid}/reponses"
    assert read(browse(people.claire).get(path(case, "accept_file"))).link("Lire la candidature") == answers
