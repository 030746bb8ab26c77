"""An amendment signed on the screen: sent, read and signed, countersigned and sealed; refused, taken back, nobody else's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from intake import history, sealing
from intake.clock import tick
from intake.models import signatures
from intake.models.dossiers import Answers, Case, Event
from intake.models.letters import Letter
from intake.models.pieces import Paper
from intake.models.readings import Reading
from intake.models.tasks import Task
from tests.cases.test_contracts import a_dossier, again, taken_over
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import press, read
from tests.pages.test_contract import address, opens, reads_all, reads_out
from tests.pages.test_journey import day_of
from tests.pdf import flaws, text_of

READ = {"read_contract": "oui"}
SEND, SIGN, COUNTERSIGN = "Envoyer un avenant à la signature", "Signer", "Signer l’avenant pour Optéos"
SUBJECT = "L’activité s’étend à la formation."


def effective() -> dict[str, str]:
    return day_of("effective_on", date(2027, 4, 1))


@pytest.fixture
def trading(people: Cast) -> Any:
    """Ana's CAPE runs."""
    with writing():
        case = taken_over(a_dossier(people.ana), people.sami)
        assert case.dossier.uid and case.dossier.person.name
        return case


@pytest.fixture
def sent(people: Cast, browse: Browse, trading: Any) -> Any:
    """An amendment, sent by support from its page."""
    sami = browse(people.sami)
    page = press(sami, address(trading, "send_amendment"), SEND, subject=SUBJECT, **effective())
    if page.status_code == 200:
        form = read(page).form(SEND)
        page = sami.post(address(trading, "send_amendment"), data=form.values)
    assert page.status_code == 303, read(page).text
    return trading


def kept(case: Any) -> Case:
    with writing():
        return again(case)


def test_an_amendment_is_read_signed_countersigned_and_sealed(people: Cast, browse: Browse, sent: Any) -> None:
    """Without script: the link, each part, the code; then the cogérance; the PDF is among the papers, the contract untouched."""
    assert kept(sent).memory["amendment"]["effective_on"] == "2027-04-01"
    with writing():
        assert Letter.get(Letter.template == "contract_to_sign").subject == "Votre avenant est prêt à signer"
    ana = opens(browse, people.ana, sent)
    page = read(ana.get(address(sent, "sign_amendment")))
    assert "Lire et signer mon avenant" in page.headings and "À signer au plus tard" not in page.text
    assert SUBJECT in text_of(ana.get(address(sent, "avenant.pdf")).data).replace("\n", " ")
    reads_all(ana, sent)
    given = reads_out(browse, people.sami, sent)
    form = read(ana.get(address(sent, "sign_amendment"))).form(SIGN)
    posted = {**form.values, "code": given, **READ}
    assert [ana.post(address(sent, "sign_amendment"), data=posted).status_code for _ in range(2)] == [303, 303]
    assert "Vous avez signé" in read(ana.get(address(sent, "sign_amendment"))).text

    marc = browse(people.marc)
    opened = marc.post(address(sent, "avenant.pdf"), data=read(marc.get(address(sent, "countersign_amendment"))).forms[0].values)
    assert opened.mimetype == "application/pdf"
    with writing():
        assert Reading.select().where(Reading.reader == people.marc).count() == 1
    assert press(marc, address(sent, "countersign_amendment"), COUNTERSIGN, **READ).status_code == 303
    case = kept(sent)
    assert "amendment" not in case.memory and case.memory["amended"] == 1 and case.state == "trading"
    with writing():
        assert Event.select().where(Event.step == "sign_amendment").count() == 1
        paper = Paper.get(Paper.case == case, Paper.kind == "amendment")
        sealed = signatures.sealed_copy(paper)
        evidence = history.unsealed(Answers.get(Answers.event == Event.get(Event.step == "sign_amendment")))["evidence"]
        assert not Task.select().where(Task.case == case, Task.closed_at.is_null()).exists()
    assert sealed is not None and sealed.startswith(bytes(paper.content)) and flaws(sealed) == []
    found = sealing.examine(sealed)
    assert found.good and [one["role"] for one in found.evidence["signatures"]] == ["person", "cogerance"]
    assert evidence["consent"] == "J’ai lu l’avenant. Je signe."
    assert evidence["document"] == paper.sha256 and evidence["read"] and evidence["code"]["by"]
    assert "Avenant" in read(ana.get(f"/dossier/{sent.dossier.uid}/papiers")).text


def test_one_at_a_time_and_nothing_is_signed_unread_or_before_the_person(people: Cast, browse: Browse, sent: Any) -> None:
    sami, marc = browse(people.sami), browse(people.marc)
    second = sami.get(address(sent, "send_amendment"))
    assert second.status_code == 409 and "Un avenant attend déjà ses signatures." in read(second).text
    first = marc.get(address(sent, "countersign_amendment"))
    assert first.status_code == 409 and "La personne n’a pas encore signé." in read(first).text
    ana = opens(browse, people.ana, sent)
    form = read(ana.get(address(sent, "sign_amendment"))).forms[0]
    unread = ana.post(address(sent, "sign_amendment"), data={**form.values, "code": "123456", **READ})
    assert unread.status_code in (409, 422)
    with writing():
        assert not Event.select().where(Event.step.in_(("sign_amendment", "countersign_amendment"))).exists()


def test_an_empty_amendment_is_not_sent(people: Cast, browse: Browse, trading: Any) -> None:
    answer = press(browse(people.sami), address(trading, "send_amendment"), SEND)
    assert answer.status_code == 422 and "Indiquez l’objet de l’avenant" in read(answer).text
    assert "amendment" not in kept(trading).memory
    with writing():
        assert not Paper.select().exists()


def test_taken_back_its_link_is_dead_and_another_may_be_sent(people: Cast, browse: Browse, sent: Any) -> None:
    ana = opens(browse, people.ana, sent)
    assert press(ana, address(sent, "take_back_amendment"), "Demander une correction", reason="Une faute").status_code == 303
    assert ana.get(address(sent, "avenant.pdf")).status_code == 404
    assert ana.get(address(sent, "sign_amendment")).status_code == 404
    assert browse(people.sami).get(address(sent, "send_amendment")).status_code == 200
    with writing():
        assert Letter.get(Letter.template == "contract_reworked", Letter.recipient == people.ana).body.count("avenant") == 1


def test_it_is_its_person_s_support_s_and_the_cogerance_s(people: Cast, browse: Browse, sent: Any) -> None:
    for stranger in (people.ben, people.zoe, people.noe, people.claire):
        for last in ("sign_amendment", "avenant.pdf", "send_amendment", "countersign_amendment"):
            assert browse(stranger).get(address(sent, last)).status_code == 404, (stranger.first_name, last)
    assert browse(people.ana).get(address(sent, "countersign_amendment")).status_code == 404


def test_unsigned_it_is_recalled_then_given_up(people: Cast, sent: Any, clock: Clock) -> None:
    """Seven, three and one days before its day, to whoever signs next; seven days after, support sends another."""
    def until(day: date) -> None:
        with writing():
            clock.to(day)
            tick()

    def reminders() -> list[str]:
        with writing():
            return [event.made_at.date().isoformat() for event in Event.select().where(Event.step == "remind").order_by(Event.id)]

    day = date(2027, 3, 15)
    while day <= date(2027, 4, 8):
        until(day)
        day += timedelta(days=1)
    assert reminders() == ["2027-03-25", "2027-03-29", "2027-03-31"]
    with writing():
        assert Letter.select().where(Letter.template == "contract_to_sign").count() == 4
    assert "amendment" in kept(sent).memory, "its last day is not over"
    until(date(2027, 4, 9))
    case = kept(sent)
    assert "amendment" not in case.memory and "amended" not in case.memory and case.state == "trading"
    with writing():
        open_tasks = {task.sentence for task in Task.select().where(Task.case == case, Task.closed_at.is_null())}
        assert "Avenant non signé à sa date d’effet\u00a0: le renvoyer avec une nouvelle date" in open_tasks
        assert "Lire et signer l’avenant" not in open_tasks
        told = Letter.get(Letter.template == "contract_reworked", Letter.recipient == people.ana)
        assert "Votre avenant n’a pas été signé à temps." in told.body


def test_the_cogerance_is_recalled_once_the_person_has_signed(people: Cast, browse: Browse, sent: Any, clock: Clock) -> None:
    ana = opens(browse, people.ana, sent)
    reads_all(ana, sent)
    form = read(ana.get(address(sent, "sign_amendment"))).form(SIGN)
    given = reads_out(browse, people.sami, sent)
    assert ana.post(address(sent, "sign_amendment"), data={**form.values, "code": given, **READ}).status_code == 303
    with writing():
        before = Letter.select().where(Letter.template == "contract_to_countersign").count()
        clock.to(date(2027, 3, 25))
        tick()
        assert Letter.select().where(Letter.template == "contract_to_countersign").count() > before
        assert Letter.select().where(Letter.template == "contract_to_sign").count() == 1
