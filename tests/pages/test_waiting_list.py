"""The waiting list of the circle: order and why, places, offers, who was served and why, a what-if that writes nothing."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from intake import post, waiting
from intake.clock import tick
from intake.models.dossiers import Case, Event
from intake.models.letters import Letter
from intake.models.places import Place
from intake.models.served import ServedLine
from intake.models.settings import settings_on
from intake.models.tasks import Task
from intake.show import ordinals
from intake.waiting import Supposed
from tests.cast import Cast, principale, writing
from tests.conftest import Browse, Clock
from tests.faults import crowd
from tests.page import Page, read

LIST = "/liste-attente"
MONTH, NEXT = "2027-05", "2027-06"


@pytest.fixture
def three(people: Cast, clock: Clock) -> list[Case]:
    """Ana, Ben and Zoé wait, two places in May, two in June."""
    with writing():
        tick()
        return crowd.waiting(people, 3, "Attente")


def words(page: Page) -> str:
    return page.text.replace("\u00a0", " ")


def opened(browse: Browse, someone: object, query: str = "") -> str:
    answer = browse(someone).get(LIST + query)
    assert answer.status_code == 200
    return words(read(answer))


def lines() -> list[tuple[str, str, str]]:
    """The journal: what, whom, why."""
    with writing():
        return [(one.kind, one.case.dossier.person.first_name if one.case else "", one.sentence)
                for one in ServedLine.select().where(ServedLine.kind != "night").order_by(ServedLine.id)]


def test_the_order_its_reason_and_the_places(three: list[Case], people: Cast, browse: Browse) -> None:
    said = opened(browse, people.claire)
    assert "Liste d’attente · 3 personnes" in said
    assert "Ordre des avis favorables. Deux entrées par mois au maximum." in said
    assert "Avis favorable du 4 janvier 2027" in said
    for stage in ("Plafond", "Proposées", "Acceptées", "Entrées", "Libres", "Perdues"):
        assert stage in said
    assert "Hors rang : 0 sur 0 entrée (12 derniers mois et à venir), une sur 4 au plus." in said


def test_an_offer_says_why_this_one_and_why_not_those_before(three: list[Case], people: Cast, browse: Browse) -> None:
    first, second, third = three
    with writing():
        crowd.step(first, "pause", first.dossier.person, until="2027-06-01")
        month = crowd.step(second, "offer", people.claire, month=MONTH)
        crowd.step(month, "postpone", second.dossier.person, month="2027-09")
        crowd.step(third, "offer", people.claire, month=MONTH)
    assert lines() == [
        ("served", "Attente 1", "première personne de la liste qui peut entrer en mai 2027."),
        ("passed", "Attente 0", "demande en pause, rang gardé."),
        ("returned", "Attente 1", "a reporté son entrée."),
        ("served", "Attente 2", "première personne de la liste qui peut entrer en mai 2027."),
        ("passed", "Attente 0", "demande en pause, rang gardé."),
        ("passed", "Attente 1", "a demandé à entrer à partir de septembre 2027, rang gardé."),
    ]
    said = opened(browse, people.salome)
    assert "a demandé à entrer à partir de septembre 2027, rang gardé." in said
    assert "à partir de septembre 2027" in said
    assert "Attente 2 Lenoir" in said


def test_whose_rank_is_no_longer_kept_is_passed_by_nobody(three: list[Case], people: Cast, clock: Clock) -> None:
    """After sixty days of pause the rank is that of the day of return: no place passes before it."""
    with writing():
        crowd.step(three[0], "pause", three[0].dossier.person, until="2027-06-01")
        clock.forward(days=61)
        tick()
        crowd.step(crowd.again(three[1]), "reconfirm", three[1].dossier.person)
        crowd.step(crowd.again(three[1]), "offer", people.claire, month="2027-06")
    assert lines()[-1] == ("served", "Attente 1", "première personne de la liste.")


def test_out_of_turn_gives_its_motive_to_all(three: list[Case], people: Cast, browse: Browse) -> None:
    with writing():
        crowd.step(three[2], "derogate", people.marc, rule="exceptions_left", reason="Fin de droits dans un mois")
        crowd.step(three[2], "offer_out_of_turn", people.claire, month=MONTH, motive="rights_end", precision="En mai")
    assert ("served", "Attente 2", "hors rang : fin de droits proche.") in lines()
    assert ("passed", "Attente 0", "proposition hors rang à une autre personne (fin de droits proche), rang gardé.") in lines()
    said = opened(browse, people.claire)
    assert "Hors rang : Fin de droits proche" in said
    assert "jusqu’au 11 mars 2027 inclus" in said


def test_an_undone_offer_says_so(three: list[Case], people: Cast) -> None:
    with writing():
        crowd.step(three[0], "offer", people.claire, month=MONTH)
        crowd.step(three[0], "undo", people.claire)
    assert lines()[-1] == ("returned", "Attente 0", "proposition annulée dans les dix minutes.")


def test_each_night_says_whom_the_place_awaits_and_what_is_lost(three: list[Case], people: Cast, browse: Browse,
                                                                clock: Clock) -> None:
    with writing():
        clock.set(datetime(2027, 3, 3, 23, 5, tzinfo=UTC))
        tick()
    said = opened(browse, people.claire)
    assert "Nuit du 3 au 4 mars 2027" in said and "En tête de liste, pour" in said
    assert "première personne de la liste à qui proposer cette place." in said
    with writing():
        before = ServedLine.select().count()
        clock.forward(days=1)
        tick()
        assert ServedLine.select().count() == before, "nothing new, nothing said again"
        clock.forward(days=31)
        tick()
    assert "mois terminé, 2 places perdues : personne ne les a prises." in opened(browse, people.claire)


def test_a_silence_returns_the_place_with_its_reason(three: list[Case], people: Cast, clock: Clock) -> None:
    with writing():
        crowd.step(three[0], "offer", people.claire, month=MONTH)
        clock.forward(days=12)
        tick()
    assert ("returned", "Attente 0", "n’a pas répondu avant la date limite.") in lines()


def test_an_offer_that_does_not_arrive_is_a_telephone_call(three: list[Case], people: Cast, browse: Browse, clock: Clock) -> None:
    def nobody(message: EmailMessage) -> None:
        raise smtplib.SMTPRecipientsRefused({message["To"]: (550, b"no such mailbox")})

    with writing():
        crowd.step(three[0], "offer", people.claire, month=MONTH)
    clock.forward(minutes=11)
    with browse_context(browse), writing():
        post.send_due(nobody)
        assert Letter.get(Letter.template == "place_offered").status == "failed", "not tried for three days"
        task = Task.get(Task.case == three[0], Task.closed_at.is_null(), Task.sentence.startswith("Appeler"))
        assert task.role == "circle"
    assert "Lettre non arrivée : appeler" in opened(browse, people.claire)


def browse_context(browse: Browse) -> object:
    """The application around the post, as `intake tick` has it."""
    return browse().application.test_request_context("/")


# What if -------------------------------------------------------------------------------------------------------------


def test_a_what_if_tells_everyone_and_writes_nothing(three: list[Case], people: Cast, browse: Browse) -> None:
    with writing():
        more = crowd.waiting(people, 6, "Autre")
        before = dump()
    said = opened(browse, people.claire, f"?entrees=5&ferme=2027-04&retrait={more[0].uid}")
    assert "retrait supposé" in said
    assert "Ainsi, la 9e personne entrerait :" in said
    assert "Rien n’est enregistré. Personne n’est prévenu." in said
    assert "À savoir : les binômes ont" in said
    with writing():
        assert dump() == before


def dump() -> list[object]:
    return [list(table.select().order_by(table.id).tuples()) for table in (Place, Case, Letter, Task, Event, ServedLine)]


def test_from_one_to_five_entries_a_month(three: list[Case], people: Cast) -> None:
    """Nine people: the last one enters in the month that so many entries lead to, never later with more."""
    with writing():
        crowd.waiting(people, 6, "Autre")
        cases, settings = waiting.waiting(principale()), settings_on(crowd.FIRST, principale())
        last = [waiting.supposed(cases, principale(), Supposed(cap=cap), settings)[-1]["then"].replace("\u00a0", " ")
                for cap in range(1, 6)]
    assert last == ["octobre 2027 – novembre 2027", "juillet 2027 – août 2027", "juin 2027 – juillet 2027",
                    "mai 2027 – juin 2027", "mai 2027 – juin 2027"]


def test_a_question_that_means_nothing_is_left_out(three: list[Case], people: Cast, browse: Browse) -> None:
    said = opened(browse, people.claire, "?entrees=40&retrait=personne&ferme=")
    assert "Ainsi, la" not in said


# Who -----------------------------------------------------------------------------------------------------------------


def test_who_reads_the_list(three: list[Case], people: Cast, browse: Browse) -> None:
    for someone in (people.noe, people.ana, people.ada):
        assert browse(someone).get(LIST).status_code == 404
    assert "Changer le plafond" in opened(browse, people.marc)
    assert "Changer le plafond" not in opened(browse, people.claire)


def test_the_fragment_is_the_page(three: list[Case], people: Cast, browse: Browse) -> None:
    claire, query = browse(people.claire), "?entrees=3"
    whole = claire.get(LIST + query).get_data(as_text=True)
    part = claire.get(LIST + query, headers={"HX-Request": "true", "HX-Request-Type": "partial"}).get_data(as_text=True)
    assert part.strip() in whole


def test_ordinals_are_raised_and_nothing_else() -> None:
    """L2: `4<sup>e</sup>`; a word, a reference or what someone typed stays as it is."""
    said = ordinals("10e place, 1er mars, 1re fois, <b>, A12e, 3em")
    assert said == "10<sup>e</sup> place, 1<sup>er</sup> mars, 1<sup>re</sup> fois, &lt;b&gt;, A12e, 3em"
