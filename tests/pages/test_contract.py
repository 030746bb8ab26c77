"""The contract: its draft, the very document sent, then the sealed copy; who reads it, how it is signed on the screen."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from intake import history, sealing
from intake.models import signatures
from intake.models.dossiers import Answers, Case, Event
from intake.models.letters import Letter
from intake.models.people import Commitment, Person
from intake.signing_links import path
from tests.cases.test_contracts import READ, again, code, renewed, step
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import opened, press, read
from tests.pdf import flaws, text_of
from workflows.grammar import Freeze, Step

CODE = re.compile(r"(?<!\d)\d{3} \d{3}(?!\d)")


@pytest.fixture
def drafted(people: Cast) -> Any:
    """Ana's renewal, prepared."""
    with writing():
        Commitment.create(person=people.noe, signed_on=date(2026, 1, 5))
        case = renewed(people)
        assert case.dossier.uid, "read while the database is open"
        return case


@pytest.fixture
def sent(people: Cast, drafted: Any) -> Any:
    """Ana's renewal, sent to sign."""
    with writing():
        case = step(drafted, "send", people.sami)
        assert case.dossier.uid and case.dossier.person.name
        return case


def address(case: Any, last: str = "contrat.pdf") -> str:
    return f"/dossier/{case.dossier.uid}/{case.uid}/{last}"


def of(browse: Browse, reader: Person, case: Any, people: Cast) -> Any:
    """The contract as someone opens it: their own by its address, another's by the button that leaves a record."""
    return browse(reader).get(address(case)) if reader == people.ana else opened(browse(reader), address(case))


# Before it is frozen -------------------------------------------------------------------------------------------------


def test_support_reads_the_draft_before_freezing_it(people: Cast, browse: Browse, drafted: Any) -> None:
    sami = browse(people.sami)
    page = read(sami.get(address(drafted, "projet")))
    assert "Projet, non signé" in page.text and "Six chantiers" in page.text and "Annexe 1 – Programme" in page.text
    assert address(drafted, "projet") in sami.get(address(drafted, "send")).text
    form = read(sami.get(address(drafted, "prepare"))).form("Préparer le contrat").values
    assert [form[f"first_day-{part}"] for part in ("day", "month", "year")] == ["1", "6", "2027"], "corrected, not typed again"
    pdf = sami.get(address(drafted, "projet.pdf"))
    assert pdf.mimetype == "application/pdf" and "projet, non signé" in text_of(pdf.data)
    with writing():
        assert not signatures.SigningRequest.select().exists(), "reading a draft freezes nothing"
    for stranger in (people.ana, people.noe, people.claire, people.zoe):
        assert browse(stranger).get(address(drafted, "projet")).status_code == 404
        assert browse(stranger).get(address(drafted, "projet.pdf")).status_code == 404


def test_a_contract_that_does_not_name_the_cooperative_is_not_sent(people: Cast, browse: Browse, drafted: Any) -> None:
    from intake.models.settings import SettingValue

    with writing():
        SettingValue.delete().where(SettingValue.name == "coop.siren").execute()
        SettingValue.create(name="coop.seat", value="", since=date(2026, 1, 1), changed_at=drafted.dossier.opened_at)
    page = read(browse(people.sami).get(address(drafted, "send")))
    assert "Il manque dans les réglages de la coopérative\u00a0: siège, SIREN." in page.text
    assert "Envoyer à la signature" not in [button for form in page.forms for button in form.buttons]


# Reading the document ------------------------------------------------------------------------------------------------


def test_the_person_and_the_team_read_the_very_document(people: Cast, browse: Browse, sent: Any) -> None:
    for reader in (people.ana, people.sami, people.rachel, people.marc):
        page = of(browse, reader, sent, people)
        assert page.status_code == 200
        assert page.mimetype == "application/pdf"
        assert hashlib.sha256(page.data).hexdigest() == sent.memory["document"]


def test_nothing_was_written_with_it_so_its_line_leads_nowhere(people: Cast, browse: Browse, sent: Any) -> None:
    """The history leads to « Réponses » only where an answer stands there."""
    page = read(browse(people.sami).get(f"/dossier/{sent.dossier.uid}/historique"))
    led = [said for said, where in page.links if "#e-" in where]
    assert "a envoyé le contrat" in page.text and led and not any("a envoyé le contrat" in said for said in led)


def test_others_find_nothing(people: Cast, browse: Browse, sent: Any) -> None:
    for stranger in (people.zoe, people.ben, people.claire):
        for last in ("contrat.pdf", "document.pdf", "sign", "lire/0", "give_code"):
            assert browse(stranger).get(address(sent, last)).status_code == 404, last
    assert browse().get(address(sent)).status_code in (302, 303)


def test_a_contract_taken_back_is_no_longer_there_and_its_link_neither(people: Cast, browse: Browse, sent: Any) -> None:
    with writing():
        link = path(signatures.of(again(sent)))
        step(sent, "rework", people.sami, reason="Une date à changer")
    ana = browse(people.ana)
    assert ana.get(address(sent)).status_code == 404 and ana.get(address(sent, "sign")).status_code == 404
    assert ana.get(link).status_code == 410 and ana.post(link).status_code in (400, 403, 410)


# Signing -------------------------------------------------------------------------------------------------------------


def opens(browse: Browse, who: Person, case: Any) -> Any:
    """The person's browser, once the link of the letter is opened."""
    with writing():
        link = path(signatures.of(again(case)))
    browser = browse(who)
    assert press(browser, link, "Ouvrir mon contrat").status_code == 303
    return browser


def reads_all(browser: Any, case: Any) -> None:
    """Every part, one after the other, from « Commencer la lecture »."""
    page = read(browser.get(address(case, "sign")))
    following = page.link("Commencer la lecture")
    while "/lire/" in following:
        buttons = [button for form in read(browser.get(following)).forms for button in form.buttons]
        button = next(button for button in buttons if button.startswith("J’ai lu"))
        following = press(browser, following, button).headers["Location"]


def reads_out(browse: Browse, who: Person, case: Any) -> str:
    """The code, as support's page shows it."""
    answer = press(browse(who), address(case, "give_code"), "Afficher un code", checked="voice")
    found = CODE.search(read(answer).text.replace("\u00a0", " "))
    assert answer.status_code == 200 and found
    return found[0]


def test_the_link_leads_its_person_and_nobody_else_and_reading_it_changes_nothing(
        people: Cast, browse: Browse, sent: Any) -> None:
    with writing():
        link = path(signatures.of(again(sent)))
    assert browse(people.ben).get(link).status_code == 404 and browse(people.sami).get(link).status_code == 404
    assert "/connexion" in browse().get(link).headers["Location"]
    assert browse(people.ana).get(link[:-3] + "abc").status_code == 404
    page = read(browse(people.ana).get(link))
    assert "Rien n’est signé en ouvrant cette page" in page.text
    with writing():
        assert signatures.of(again(sent)).opened_at is None


def test_without_the_link_the_page_says_where_it_is_and_sends_it_again_three_times(
        people: Cast, browse: Browse, sent: Any) -> None:
    ana = browse(people.ana)
    assert read(ana.get("/mon-parcours")).link("Signer") == address(sent, "sign"), "the page that says it is a link away"
    assert read(ana.get(address(sent, "sign"))).text.count("Son lien est personnel") == 1
    assert ana.get(address(sent, "lire/0")).status_code == 303, "nothing is read without the link"
    for _ in range(4):
        last = press(ana, address(sent, "sign"), "Recevoir la lettre à nouveau")
    assert "déjà repartie trois fois" in read(last).text
    with writing():
        assert Letter.select().where(Letter.template == "contract_to_sign").count() == 4
        letter = Letter.select().where(Letter.template == "contract_to_sign").first()
        from intake.post import compose
        with ana.application.app_context():
            assert path(signatures.of(again(sent))) in compose(letter).get_body(("plain",)).get_content()
        assert "/signer/" not in letter.body, "what is kept opens nothing"


def test_the_whole_road_without_javascript(people: Cast, browse: Browse, sent: Any) -> None:
    """Link, reading, code on the telephone, signature, countersignature, sealed copy for both at once."""
    ana = opens(browse, people.ana, sent)
    page = read(ana.get(address(sent, "sign")))
    assert "1. Lire" in page.text and "3. Signer" not in page.text
    levels = [int(level) for level in re.findall(r"<h([1-6])", ana.get(address(sent, "lire/0")).text)]
    assert all(after <= before + 1 for before, after in pairwise(levels)), "titles go down one level at a time"
    reads_all(ana, sent)
    page = read(ana.get(address(sent, "sign")))
    assert "signature électronique simple" in page.text and "Appelez-nous" in page.text
    given = reads_out(browse, people.sami, sent)
    signed = press(ana, address(sent, "sign"), "Signer", code=given, **READ)
    assert signed.status_code == 303 and "/mon-parcours" in signed.headers["Location"]
    assert "Vous avez signé" in read(ana.get(address(sent, "sign"))).text
    with writing():
        used = path(signatures.of(again(sent)))
    assert ana.get(used).status_code == 410, "a link serves once"
    assert "Signer" not in read(ana.get("/mon-parcours")).links, "signed, there is nothing left to sign"

    marc = browse(people.marc)
    assert hashlib.sha256(opened(marc, address(sent)).data).hexdigest() == sent.memory["document"], "not sealed yet"
    assert press(marc, address(sent, "countersign"), "Signer pour Optéos", **READ).status_code == 303
    copies = {hashlib.sha256(of(browse, one, sent, people).data).hexdigest() for one in (people.ana, people.marc, people.sami)}
    assert len(copies) == 1, "the same copy for all"
    sealed, frozen = ana.get(address(sent)).data, ana.get(address(sent, "document.pdf")).data
    assert sealed.startswith(frozen) and hashlib.sha256(frozen).hexdigest() == sent.memory["document"]
    found = sealing.examine(sealed)
    assert found.good and found.document == sent.memory["document"] and flaws(sealed) == []
    with writing():
        sent_to = {letter.recipient.name: letter.event_id for letter in
                   Letter.select().where(Letter.template == "contract_signed")}
        assert {"Ana Moreau", "Marc Leroux"} <= set(sent_to) and len(set(sent_to.values())) == 1, "at once"

    text = text_of(sealed)
    for said in ("Dossier de preuve", "Signature d’Ana Moreau", "Signature de Marc Leroux", "(Paris)", "UTC",
                 "voix reconnue au téléphone", "Sami Benali", "127.0.0.1", "AG du 2 janvier 2024", sent.memory["document"][:8]):
        assert said in text, said
    person, cogerance = found.evidence["signatures"]
    assert [title for title, _ in person["read"]][-1].startswith("Annexe") and person["link"]["opened_at"]
    assert person["journal"]["dossier"] == sent.dossier.number and person["journal"]["lines"] > 2
    assert cogerance["second_step_at"], "the cogérance has passed its second step"


def test_the_evidence_is_sealed_in_the_database_and_in_the_chain(people: Cast, browse: Browse, sent: Any) -> None:
    with writing():
        step(sent, "sign", people.ana, code=code(sent), **READ)
        step(sent, "countersign", people.marc, **READ)
        beside = Answers.select().join(Event, on=Answers.event).where(Event.step == "sign").get()
        assert "evidence" not in beside.text and b"192.0.2.7" not in beside.sealed
        assert history.unsealed(beside)["evidence"]["link"]["network"] == "192.0.2.7"
        assert not list(history.verify())
        kept = signatures.SealedPaper.get()
        assert not bytes(kept.content).startswith(b"%PDF"), "P12: a signed copy cannot be read without the key"
        Answers.update(sealed=None).where(Answers.id == beside.id).execute()
        assert list(history.verify()), "evidence taken away is seen"


def test_the_code_is_never_in_the_letter_and_the_link_never_with_the_code(people: Cast, browse: Browse, sent: Any) -> None:
    given = reads_out(browse, people.sami, sent)
    with writing():
        for letter in Letter.select().where(Letter.dossier == sent.dossier):
            assert given not in letter.body and given.replace(" ", "") not in letter.body
        event = Event.get(Event.step == "give_code")
        assert event.actor_id == people.sami.id, "who read it out is in the history"
        assert given.replace(" ", "") not in str(Answers.get(Answers.event == event).text)
        assert given.replace(" ", "") not in signatures.of(again(sent)).code
    assert "/signer/" not in browse(people.sami).get(address(sent, "give_code")).text
    assert browse(people.ana).get(address(sent, "give_code")).status_code == 404


def test_five_wrong_codes_end_a_code_and_the_right_one_no_longer_serves(people: Cast, browse: Browse, sent: Any) -> None:
    ana = opens(browse, people.ana, sent)
    reads_all(ana, sent)
    given = reads_out(browse, people.sami, sent)
    wrong = "000 000" if given != "000 000" else "111 111"
    for left in (4, 3, 2, 1):
        page = press(ana, address(sent, "sign"), "Signer", code=wrong, **READ)
        assert page.status_code == 422 and f"Il vous reste {left}\u00a0essai" in read(page).text
    page = press(ana, address(sent, "sign"), "Signer", code=wrong, **READ)
    assert "Ce code ne sert plus" in read(page).text
    with writing():
        assert "person_signed_on" not in again(sent).memory
    page = press(ana, address(sent, "sign"), "Signer", code=given, **READ)
    assert page.status_code == 422, "the sixth try is one too many, even right"
    fresh = reads_out(browse, people.rachel, sent)
    assert press(ana, address(sent, "sign"), "Signer", code=fresh, **READ).status_code == 303


def test_a_code_lasts_an_hour_and_the_last_one_counts(people: Cast, browse: Browse, sent: Any, clock: Clock) -> None:
    ana = opens(browse, people.ana, sent)
    reads_all(ana, sent)
    first, second = reads_out(browse, people.sami, sent), reads_out(browse, people.sami, sent)
    if first != second:
        assert press(ana, address(sent, "sign"), "Signer", code=first, **READ).status_code == 422
    clock.forward(minutes=61)
    late = press(ana, address(sent, "sign"), "Signer", code=second, **READ)
    assert late.status_code == 422 and "Ce code ne sert plus" in read(late).text


def test_pressed_twice_a_contract_is_signed_once(people: Cast, browse: Browse, sent: Any) -> None:
    ana = opens(browse, people.ana, sent)
    reads_all(ana, sent)
    given = reads_out(browse, people.sami, sent)
    form = read(ana.get(address(sent, "sign"))).form("Signer")
    answers = {**form.values, "code": given, "read_contract": "oui", "read_annexes": "oui"}
    assert [ana.post(address(sent, "sign"), data=answers).status_code for _ in range(2)] == [303, 303]
    with writing():
        assert Event.select().where(Event.step == "sign").count() == 1


def test_ticks_left_out_sign_nothing_and_what_was_typed_stays(people: Cast, browse: Browse, sent: Any) -> None:
    ana = opens(browse, people.ana, sent)
    reads_all(ana, sent)
    given = reads_out(browse, people.sami, sent)
    page = press(ana, address(sent, "sign"), "Signer", code=given, read_contract="oui")
    assert page.status_code == 422 and given in page.text and "Cochez la case après avoir lu les annexes" in read(page).text
    with writing():
        assert not Event.select().where(Event.step == "sign").exists()


def test_a_part_left_unread_stops_the_signature(people: Cast, browse: Browse, sent: Any) -> None:
    ana = opens(browse, people.ana, sent)
    press(ana, address(sent, "lire/0"), "J’ai lu, partie suivante")
    page = read(ana.get(address(sent, "sign")))
    assert "Lire la suite" in page.text and not any("Signer" in form.buttons for form in page.forms)
    with writing():
        given = signatures.new_code()
        signatures.give_code(signatures.of(again(sent)), given, sent.dossier.opened_at, None, "")
        from intake.cases import StepRefused
        with pytest.raises(StepRefused, match="Il reste à lire"):
            step(sent, "sign", people.ana, code=given, **READ)


def test_the_cogerance_signs_after_the_person_and_with_a_mandate(people: Cast, browse: Browse, sent: Any) -> None:
    page = read(browse(people.marc).get(address(sent, "countersign")))
    assert "La personne n’a pas encore signé." in page.text
    assert browse(people.claire).get(address(sent, "countersign")).status_code == 404


def test_the_house_without_certificate_says_so_and_nothing_is_signed(
        people: Cast, browse: Browse, sent: Any, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    from intake import seal_keys

    with writing():
        step(sent, "sign", people.ana, code=code(sent), **READ)
    seal_keys.use(settings.key_file.with_name("elsewhere"), create=False)
    answer = press(browse(people.marc), address(sent, "countersign"), "Signer pour Optéos", **READ)
    assert answer.status_code == 409 and "Le certificat de la coopérative manque" in read(answer).text
    with writing():
        assert again(sent).state == "to_sign"


def test_only_contracts_and_their_amendments_are_frozen() -> None:
    from workflows import ALL

    def frozen(row: Step) -> bool:
        return any(isinstance(then, Freeze) for then in row.then)

    assert {(name, row.name) for name, one in ALL.items() for row in one.steps if frozen(row)} == {
        ("cape", "send"), ("cape", "send_amendment"), ("salaried", "send"), ("salaried", "send_amendment")}


def test_support_is_told_who_to_call_and_a_stale_document_gives_no_code(people: Cast, browse: Browse, sent: Any) -> None:
    with writing():
        Person.update(phone="+33612345678").where(Person.id == people.ana.id).execute()
    page = read(browse(people.sami).get(address(sent, "give_code")))
    assert "612345678" in page.text.replace(" ", "").replace("\u00a0", "")
    assert read(press(browse(people.sami), address(sent, "give_code"), "Afficher un code")).text.count("Indiquez comment") >= 1
    with writing():
        step(sent, "sign", people.ana, code=code(sent), **READ)
    assert browse(people.sami).get(address(sent, "give_code")).status_code == 409
    with writing():
        assert Case.get_by_id(sent.id).state == "to_sign"


def test_an_original_signed_with_a_provider_is_recorded_with_its_reference(people: Cast, browse: Browse, sent: Any) -> None:
    """Signed elsewhere: the same consequences as on the screen, the provider and its reference read by those it concerns."""
    with writing():
        ours = {"scan": "piece-0001", "provider": "Signatou, référence 27-118", "cogerance_signed_on": "2027-03-01"}
        signed = step(sent, "record_paper", people.rachel, person_signed_on="2027-02-27", **ours)
        assert (signed.state, signed.memory["person_signed_on"]) == ("signed", "2027-02-27")
        assert Letter.select().where(Letter.template == "contract_signed", Letter.recipient == people.ana).exists()
    answers = f"/dossier/{sent.dossier.uid}/reponses"
    assert all("Signatou, référence 27-118" in read(browse(who).get(answers)).text for who in (people.rachel, people.marc))
    assert "Signatou" not in read(browse(people.claire).get(answers)).text
