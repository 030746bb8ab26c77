"""Reading what is sensitive leaves a record: numbers of the entry papers, contracts; a refusal too (TRUST 3.23)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from intake.cases import take_step
from intake.models import archive, pending
from intake.models.dossiers import Case
from intake.models.letters import Letter
from intake.models.people import Commitment
from intake.models.pieces import Paper
from intake.models.readings import Reading
from intake.models.settings import SettingValue
from intake.models.tasks import Task
from tests.cases import test_contracts as contracts
from tests.cases.test_admission import fill_pages
from tests.cast import LONG_AGO, Cast, writing
from tests.conftest import NOW, Browse, Clock
from tests.faults import crowd
from tests.page import opened, read, send
from workflows.admission.memory import CONFIRM_IBAN

NIR, IBAN = "285036249800123", "FR1420041010050500013M02606"
SHOW = "Montrer les numéros"


def records() -> list[tuple[str, str, bool]]:
    """(who, what kind, whether they could), in order."""
    with writing():
        return [(one.reader.first_name, one.what.partition(":")[0], one.allowed) for one in Reading.select().order_by(Reading.id)]


@pytest.fixture
def entering(people: Cast, clock: Clock) -> Case:
    """Someone whose entry papers are sent."""
    with writing():
        case = crowd.in_papers(people, 1, "2027-06")[0]
        fill_pages(case, {"nir": {"nir": NIR}, "iban": {"iban": IBAN}})
        take_step(crowd.again(case), "send_papers", by=case.dossier.person, raw={}, key=None)
        return crowd.again(case)


def test_numbers_are_hidden_until_they_are_opened(entering: Case, people: Cast, browse: Browse) -> None:
    """Human resources open the social security number, the accounts the IBAN: each is noted, and sees their own alone."""
    page = f"/dossier/{entering.dossier.uid}/reponses"
    for who, mine, theirs in ((people.rachel, "2850 3624 9800 123", "FR14"), (people.come, "FR14 2004 1010", "2850")):
        client = browse(who)
        before = client.get(page)
        assert "•••• ••••" in before.text and mine not in before.text.replace("\u00a0", " ")
        after = send(client, read(before).form(SHOW), page, SHOW)
        assert after.status_code == 200
        said = read(after).text.replace("\u00a0", " ")
        assert mine in said and theirs not in said
        assert SHOW not in [button for form in read(after).forms for button in form.buttons]
    assert records() == [("Rachel", "answers", True), ("Côme", "answers", True)]


def test_whoever_may_not_is_refused_and_noted(entering: Case, people: Cast, browse: Browse) -> None:
    page = f"/dossier/{entering.dossier.uid}/reponses"
    claire = browse(people.claire)
    shown = read(claire.get(page))
    assert SHOW not in [button for form in shown.forms for button in form.buttons] and "2850" not in shown.text
    assert opened(claire, page).status_code == 403
    assert records() == [("Claire", "answers", False)]
    assert opened(browse(people.zoe), page).status_code == 404


def test_the_person_reads_their_own_without_a_record(entering: Case, browse: Browse) -> None:
    """Their IBAN stays masked, even for them."""
    said = read(browse(entering.dossier.person).get(f"/dossier/{entering.dossier.uid}/reponses")).text
    assert NIR in said and "FR14 •••• •••• 2606" in said and SHOW not in said
    assert records() == []


@pytest.fixture
def sent(people: Cast, clock: Clock) -> Any:
    """Ana's renewal, sent to sign."""
    with writing():
        Commitment.create(person=people.noe, signed_on=LONG_AGO)
        case = contracts.step(contracts.renewed(people), "send", people.sami)
        return crowd.again(case)


def test_a_contract_opened_by_the_team_is_noted(sent: Any, people: Cast, browse: Browse) -> None:
    """From the dossier, from its papers, from the step that signs; never by an address alone."""
    address, sami = f"/dossier/{sent.dossier.uid}/{sent.uid}/contrat.pdf", browse(people.sami)
    assert sami.get(address).status_code == 405 and records() == []
    for page in ("pieces", "papiers"):
        form = next(form for form in read(sami.get(f"/dossier/{sent.dossier.uid}/{page}")).forms if form.action.endswith(".pdf"))
        assert sami.post(form.action, data=form.values).mimetype == "application/pdf"
    marc = browse(people.marc)
    assert opened(marc, address).mimetype == "application/pdf"
    assert records() == [("Sami", "paper", True), ("Sami", "paper", True), ("Marc", "paper", True)]


def test_a_contract_refused_is_noted_and_the_person_s_own_is_not(sent: Any, people: Cast, browse: Browse) -> None:
    address, claire = f"/dossier/{sent.dossier.uid}/{sent.uid}/contrat.pdf", browse(people.claire)
    with writing():
        paper = f"/dossier/{sent.dossier.uid}/papiers/{Paper.get().uid}.pdf"
    for one in (address, paper):
        assert claire.get(one).status_code == 404
        assert opened(claire, one).status_code == 403
    ana = browse(people.ana)
    assert ana.get(address).mimetype == ana.get(paper).mimetype == "application/pdf"
    assert records() == [("Claire", "paper", False)] * 2


# The archive ---------------------------------------------------------------------------------------------------------


def test_the_archive_is_read_by_the_two_who_are_named(sent: Any, people: Cast, browse: Browse) -> None:
    """Nobody before the cogérance names them, nor a third one; each reading, and each refusal, is noted (TRUST 4.9)."""
    with writing():
        archive.lay_down(f"dossier:{sent.dossier.uid}", "cape", "Ana Moreau", b"%PDF-1.7 signed", NOW.date(), date(2032, 1, 1))
        kept = archive.Archived.get().uid
    rachel, sami = browse(people.rachel), browse(people.sami)
    assert "Ana Moreau" not in rachel.get("/archive").text
    with writing():
        SettingValue.create(name="keep.archive_readers", since=LONG_AGO, changed_at=NOW,
                            value=[people.rachel.uid, people.marc.uid])
    page = read(rachel.get("/archive"))
    assert "Ana Moreau" in page.text and "1er janvier 2032" in page.text.replace("\u00a0", " ")
    form = next(form for form in page.forms if form.values.get("uid") == kept)
    assert rachel.post("/archive", data=form.values).data == b"%PDF-1.7 signed"
    assert "Ana Moreau" not in sami.get("/archive").text, "whom nobody named"
    assert opened(sami, "/archive", uid=kept).status_code == 403
    assert browse(people.ana).get("/archive").status_code == 404
    assert records() == [("Rachel", "archive", True), ("Sami", "archive", False)]


# A changed account ---------------------------------------------------------------------------------------------------


def test_changing_one_s_iban_asks_for_a_fresh_sign_in_a_letter_and_a_call(
        entering: Case, people: Cast, browse: Browse, clock: Clock) -> None:
    """An open telephone is not enough; the person is told, and the accounts confirm it by voice (TRUST 3.17)."""
    person, page = entering.dossier.person, f"/demande/{entering.uid}/iban"
    client = browse(person)
    form = read(client.get(page)).form("Enregistrer et continuer")
    clock.forward(minutes=11)
    changed = {**form.values.to_dict(), "iban": "DE89 3704 0044 0532 0130 00"}
    for answer in (client.get(page), client.post(page, data=changed)):
        assert "confirmez d’abord que c’est vous" in answer.text and IBAN not in answer.text
    assert client.post(f"{page}/brouillon", data=changed).status_code == 409
    assert tasks() == []
    client = browse(person)
    form = read(client.get(page)).form("Enregistrer et continuer")
    assert send(client, form, page, "Enregistrer et continuer", iban=IBAN).status_code == 303
    with writing():
        take_step(crowd.again(entering), "send_papers", by=person, raw={}, key=None)
    assert tasks() == [], "the same account"
    form = read(client.get(page)).form("Enregistrer et continuer")
    assert send(client, form, page, "Enregistrer et continuer", iban="DE89 3704 0044 0532 0130 00").status_code == 303
    with writing():
        take_step(crowd.again(entering), "send_papers", by=person, raw={}, key=None)
        assert Letter.select().where(Letter.template == "address_changed", Letter.recipient == person).count() == 1
    assert tasks() == [("accounts", CONFIRM_IBAN)]


def test_a_new_iban_is_not_the_current_one_before_the_accounts_confirm_it(
        entering: Case, people: Cast, browse: Browse) -> None:
    """Said beside it to whoever opens it and to its person, until the call is noted; the one before never bears the mark."""
    person, page = entering.dossier.person, f"/dossier/{entering.dossier.uid}/reponses"
    with writing():
        fill_pages(entering, {"iban": {"iban": "DE89370400440532013000"}})
        take_step(crowd.again(entering), "send_papers", by=person, raw={}, key=None)
        asked = Task.get(Task.sentence == CONFIRM_IBAN)
    come, mine, rachel = browse(people.come), browse(person), browse(people.rachel)
    for shown in (come.get(page), opened(come, page)):
        latest, _, before = shown.text.partition("a envoyé son dossier d’entrée")[2].partition("a envoyé son dossier d’entrée")
        assert "pas encore confirmé de vive voix" in latest and "confirmé de vive voix" not in before
    assert "DE89 3704" in shown.text.replace("\u00a0", " ") and "confirmé de vive voix" not in rachel.get(page).text
    for address in (page, f"/demande/{entering.uid}/entree-envoyee"):
        assert "D’ici là, elle ne s’en sert pas" in mine.get(address).text
    assert read(mine.get("/mon-parcours")).link("Changer mon dossier d’entrée") == f"/demande/{entering.uid}"
    with writing():
        take_step(crowd.again(entering), "tick", by=people.come, raw={"task": asked.uid}, key=None)
    assert "confirmé de vive voix" not in come.get(page).text and "D’ici là" not in mine.get(page).text


def test_an_iban_posted_from_an_old_page_waits_for_a_fresh_sign_in_too(entering: Case, browse: Browse, clock: Clock) -> None:
    person, page = entering.dossier.person, f"/demande/{entering.uid}/iban"
    with writing():
        pending.keep(person, entering, page, {"iban": ["DE89 3704 0044 0532 0130 00"]}, instead_of=(), now=clock.now)
    client = browse(person)
    form = read(client.get(page)).form("Reprendre ces réponses")
    clock.forward(minutes=11)
    late = client.post(form.action, data=form.values)
    assert late.status_code == 409 and read(late).form("Recevoir un code").values["suite"] == page
    assert "DE89" not in browse(person).get(f"/demande/{entering.uid}/verifier").text
    assert client.post(form.action, data={**form.values.to_dict(), "leave": "1"}).status_code == 303


def tasks() -> list[tuple[str, str]]:
    with writing():
        return [(one.role, one.sentence) for one in Task.select().where(Task.role == "accounts", Task.closed_at.is_null())]
