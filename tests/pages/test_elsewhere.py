"""Contracts in another cooperative: said once, flagged ever after, never deducted; what is doubtful is decided in writing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from intake import history, moment
from intake.models.dossiers import Answers, Case, Event
from intake.models.people import Commitment, RoleGrant
from tests.cases.test_contracts import a_dossier, again, asked_for_a_cesa, renewed, step, taken_over
from tests.cases.test_pairing_and_exit import begun
from tests.cast import Cast, principale, writing
from tests.conftest import Browse
from tests.page import press, read, send
from workflows.salaried.clauses import WORDING as CESA_WORDING

PREPARE, SEND = "Préparer le contrat", "Envoyer à la signature"
AZUR = {
    "elsewhere-0-coop": "Coop Azur", "elsewhere-0-kind": "cape",
    "elsewhere-0-began-day": "1", "elsewhere-0-began-month": "1", "elsewhere-0-began-year": "2023",
    "elsewhere-0-ended-day": "30", "elsewhere-0-ended-month": "9", "elsewhere-0-ended-year": "2023",
}
FLAGGED = "9 mois de CAPE dans une autre coopérative (Coop Azur, du 1er janvier 2023 au 30 septembre 2023) : durée signalée"
DOUBT = "la loi ne dit pas si cette durée entre dans les 36 mois"
DECISION = "Décision sur ce point et raison"
LINE = "Lu avec la cogérance : 30 mois en tout, les 36 ne sont atteints dans aucun cas."


@pytest.fixture
def drafted(people: Cast) -> Any:
    """Ana's renewal, prepared: nothing elsewhere yet."""
    with writing():
        Commitment.create(person=people.noe, signed_on=date(2026, 1, 5))
        case = renewed(people)
        assert case.dossier.uid
        return case


def at(case: Any, name: str) -> str:
    return f"/dossier/{case.dossier.uid}/{case.uid}/{name}"


def text(answer: Any) -> str:
    return str(read(answer).text).replace("\u00a0", " ")


def remembered(case: Any) -> Any:
    with writing():
        return again(case).memory.get("elsewhere")


def test_what_was_typed_of_a_contract_elsewhere_stays_on_an_error(people: Cast, browse: Browse, drafted: Any) -> None:
    """An end before the beginning, or a cell left out: a clear sentence, the rest kept, nothing written."""
    sami = browse(people.sami)
    answer = press(sami, at(drafted, "prepare"), PREPARE, **{**AZUR, "elsewhere-0-ended-year": "2022"})
    assert answer.status_code == 422 and "Le dernier jour vient après le premier" in text(answer)
    form = read(answer).form(PREPARE).values
    assert (form["elsewhere-0-coop"], form["elsewhere-0-kind"], form["elsewhere-0-ended-year"]) == ("Coop Azur", "cape", "2022")
    answer = press(sami, at(drafted, "prepare"), PREPARE, **{**AZUR, "elsewhere-0-coop": ""})
    assert answer.status_code == 422 and "Indiquez la coopérative" in text(answer)
    assert remembered(drafted) is None


def test_a_doubt_is_decided_in_writing_and_said_beside_its_counter(people: Cast, browse: Browse, drafted: Any) -> None:
    """Warned, refused without a line, sent with one; who, when and why stand beside the counter, and in the answers."""
    sami = browse(people.sami)
    assert DECISION not in text(sami.get(at(drafted, "send"))), "nothing is doubtful: nothing is asked"
    assert press(sami, at(drafted, "prepare"), PREPARE, **AZUR).status_code == 303
    page = text(sami.get(at(drafted, "send")))
    assert DECISION in page and FLAGGED in page and DOUBT in page
    answer = press(sami, at(drafted, "send"), SEND, decision="")
    assert answer.status_code == 422 and "Écrivez votre décision sur ce point, et sa raison" in text(answer)
    assert again_state(drafted) == "drafting"
    assert press(sami, at(drafted, "send"), SEND, decision=LINE).status_code == 303
    assert again_state(drafted) == "to_sign"

    told = f"Décidé par Sami le 1er mars 2027 : {LINE}"
    counted = f"/dossier/{drafted.dossier.uid}/echeances"
    for reader in (people.sami, people.claire, people.marc, people.ana):
        page = text(browse(reader).get(counted))
        assert told in page and FLAGGED in page and DOUBT in page, reader.first_name
    for stranger in (people.zoe, people.ben):
        assert browse(stranger).get(counted).status_code == 404
    answers = text(browse(people.claire).get(f"/dossier/{drafted.dossier.uid}/reponses"))
    assert DECISION in answers and LINE in answers and "Coop Azur" in answers
    for which in ("", "?decisions=1"):
        history = text(browse(people.marc).get(f"/dossier/{drafted.dossier.uid}/historique{which}"))
        assert f"Sami a envoyé le contrat à signer. Décision : {LINE}" in history
    with writing():
        RoleGrant.create(person=people.zoe, role="associates", since=date(2026, 1, 1))
    history = text(browse(people.zoe).get(f"/dossier/{drafted.dossier.uid}/historique"))
    assert "Sami a envoyé le contrat à signer" in history and "Décision :" not in history, "read where its form is read"
    led = [said for said, address in read(sami.get(f"/dossier/{drafted.dossier.uid}/historique")).links if "#e-" in address]
    assert any("a envoyé le contrat" in one for one in led), "what was decided is one press away"

    assert press(sami, at(drafted, "undo"), "Annuler").status_code == 303
    assert again_state(drafted) == "drafting" and told not in text(sami.get(counted)), "undone with its sending"
    assert press(sami, at(drafted, "send"), SEND, decision=LINE).status_code == 303
    assert told in text(sami.get(counted))
    assert press(sami, at(drafted, "rework"), "Reprendre le contrat", reason="Une faute").status_code == 303
    assert again_state(drafted) == "drafting" and told not in text(sami.get(counted)), "what is not sent decides nothing"


def again_state(case: Any) -> str:
    with writing():
        return str(again(case).state)


def test_said_with_the_cape_it_is_flagged_on_the_cesa_and_deducted_from_neither(people: Cast, browse: Browse) -> None:
    """Worked case 14: CAPE 9 months at another CAE, then CESA; corrected, undone, taken back where it stands."""
    with writing():
        dossier = a_dossier(people.ana)
        taken_over(dossier, people.sami, elsewhere="CAPE, Coop Azur, 01/01/2023 au 30/09/2023")
        case = asked_for_a_cesa(people, dossier)
        assert case.dossier.uid
    rachel = browse(people.rachel)
    page = rachel.get(at(case, "prepare"))
    form = read(page).form(PREPARE).values
    assert FLAGGED in text(page) and form["elsewhere-0-coop"] == "Coop Azur" and form["elsewhere-0-began-year"] == "2023"
    written = {"first_day-day": "1", "first_day-month": "4", "first_day-year": "2027", "job": "Céramiste", "statutes": "2025",
               "objectives": "Douze chantiers", "sharing": "none", **CESA_WORDING}
    assert press(rachel, at(case, "prepare"), PREPARE, **written).status_code == 303
    with writing():
        assert again(case).memory["deadline"] == "2029-05-31", "36 months less the ten of the CAPE here, none of elsewhere"
    counted = text(rachel.get(f"/dossier/{case.dossier.uid}/echeances"))
    assert FLAGGED in counted and "moins 10 mois de contrats déjà faits" in counted
    assert FLAGGED in text(rachel.get(at(case, "send"))) and DECISION not in text(rachel.get(at(case, "send")))

    blank = dict.fromkeys(AZUR, "")
    assert press(rachel, at(case, "prepare"), PREPARE, **blank).status_code == 303
    assert remembered(case) == [] and FLAGGED not in text(rachel.get(f"/dossier/{case.dossier.uid}/echeances"))
    assert press(rachel, at(case, "undo"), "Annuler").status_code == 303
    assert remembered(case) == [["cape", "2023-01-01", "2023-09-30"]]


def test_only_those_who_prepare_a_contract_say_it(people: Cast, browse: Browse, drafted: Any) -> None:
    for other in (people.ana, people.noe, people.claire, people.zoe):
        assert browse(other).get(at(drafted, "prepare")).status_code == 404
        assert browse(other).post(at(drafted, "prepare"), data=AZUR).status_code in (400, 404)
    with writing():
        before = Event.select().where(Event.case == drafted.id).count()
        step(drafted, "send", people.sami)
        assert Event.select().where(Event.case == drafted.id).count() == before + 1
        assert "elsewhere" not in Case.get_by_id(drafted.id).memory, "nothing said, nothing remembered"


def test_what_the_application_told_is_proposed_to_who_prepares(people: Cast, browse: Browse) -> None:
    """Ana named a CAPE elsewhere in her application: the first contract proposes it; nothing is remembered until it is kept."""
    told = {"company": "Coop Azur", "kind": "cape", "began": "2023-01-01", "ended": "2023-09-30"}
    shop = {"company": "Micro-entreprise", "began": "2020-01-01", "ended": "2022-12-31"}
    with writing():
        Commitment.create(person=people.noe, signed_on=date(2026, 1, 5))
        case = renewed(people)
        admission = Case.create(dossier=case.dossier, workflow="admission", state="", antenna=principale(), memory={})
        wrote(admission, people.ana, {"earlier": [shop, told]})
    form = read(browse(people.sami).get(at(case, "prepare"))).form(PREPARE).values
    assert (form["elsewhere-0-coop"], form["elsewhere-0-began-year"], form["elsewhere-1-coop"]) == ("Coop Azur", "2023", "")
    assert remembered(case) is None
    assert press(browse(people.sami), at(case, "prepare"), PREPARE).status_code == 303
    assert remembered(case) == [["cape", "2023-01-01", "2023-09-30"]], "a kind and two days: the name goes with the answers"
    counted = f"/dossier/{case.dossier.uid}/echeances"
    assert FLAGGED in text(browse(people.sami).get(counted))
    with writing():
        Answers.update(text={}).where(Answers.case == case.id).execute()
    assert "9 mois de CAPE dans une autre coopérative (nom effacé, du 1er janvier 2023" in text(browse(people.sami).get(counted))


def wrote(case: Case, who: Any, answers: dict[str, Any]) -> None:
    """An application as it was sent."""
    line = history.Line(step="submit", before="draft", after="submitted", role="person", made_at=moment.now(),
                        effective_on=moment.today())
    history.append(line, who, case, history.Written(answers, {}, {}, None))


def rows_of(number: int, **more: str) -> dict[str, str]:
    """So many rows, as a browser posts them."""
    return {name.replace("-0-", f"-{row}-"): value for row in range(number) for name, value in {**AZUR, **more}.items()}


def test_what_the_application_told_and_the_team_took_away_is_not_proposed_again(people: Cast, browse: Browse) -> None:
    """The CAPE she named was none: taken away once, it comes back neither on this contract nor on the next one."""
    with writing():
        Commitment.create(person=people.noe, signed_on=date(2026, 1, 5))
        case = renewed(people)
        admission = Case.create(dossier=case.dossier, workflow="admission", state="", antenna=principale(), memory={})
        wrote(admission, people.ana, {"earlier": [{
            "company": "Coop Azur", "kind": "cape", "began": "2023-01-01", "ended": "2023-09-30"}]})
    sami = browse(people.sami)
    assert press(sami, at(case, "prepare"), PREPARE, **dict.fromkeys(AZUR, "")).status_code == 303
    assert remembered(case) == []
    assert "Coop Azur" not in read(sami.get(at(case, "prepare"))).form(PREPARE).values.values()
    assert press(sami, at(case, "prepare"), PREPARE).status_code == 303
    assert remembered(case) == []
    assert press(sami, at(case, "undo"), "Annuler").status_code == 303
    assert press(sami, at(case, "prepare"), PREPARE).status_code == 303 and remembered(case) == []


def test_a_name_goes_with_the_step_that_is_undone(people: Cast, browse: Browse, drafted: Any) -> None:
    sami, counted = browse(people.sami), f"/dossier/{drafted.dossier.uid}/echeances"
    assert press(sami, at(drafted, "prepare"), PREPARE, **AZUR).status_code == 303
    assert press(sami, at(drafted, "prepare"), PREPARE, **{**AZUR, "elsewhere-0-coop": "Coop Bleue"}).status_code == 303
    assert "Coop Bleue" in text(sami.get(counted))
    assert press(sami, at(drafted, "undo"), "Annuler").status_code == 303
    assert "Coop Bleue" not in text(sami.get(counted)) and FLAGGED in text(sami.get(counted))
    both = {**rows_of(2), "elsewhere-1-coop": "Coop Bleue"}
    form = read(sami.get(at(drafted, "prepare"))).form(PREPARE)
    assert sami.post(at(drafted, "prepare"), data={**form.values.to_dict(), **both}).status_code == 303
    again = read(sami.get(at(drafted, "prepare"))).form(PREPARE).values
    assert [again[f"elsewhere-{row}-coop"] for row in range(3)] == ["Coop Azur", "Coop Bleue", ""], "of the same days"


def test_odd_rows_are_refused_in_words_and_odd_names_are_only_text(people: Cast, browse: Browse, drafted: Any) -> None:
    """Fifty rows, half a row, a day that is none; a name that is a script, or runs from right to left, is read as typed."""
    sami = browse(people.sami)
    form = read(sami.get(at(drafted, "prepare"))).form(PREPARE)
    for rows, said in ((rows_of(50), "30 lignes ou moins"), ({**AZUR, "elsewhere-0-kind": ""}, "Choisissez le contrat"),
                       ({"elsewhere-0-coop": "Coop Azur"}, "Saisissez le premier jour"),
                       ({**AZUR, "elsewhere-0-kind": "sarl"}, "complétez la ligne 1"),
                       ({**AZUR, "elsewhere-0-began-day": "31", "elsewhere-0-began-month": "2"}, "complétez la ligne 1")):
        answer = sami.post(at(drafted, "prepare"), data={**form.values.to_dict(), **rows})
        assert answer.status_code == 422 and said in text(answer), said
    assert remembered(drafted) is None
    name = "<script>alert(1)</script> {qui} 🌱 \u05e7\u05d5\u05d0\u05d5\u05e4"
    odd = {**AZUR, "elsewhere-0-coop": name, "elsewhere-0-began-year": "1900", "elsewhere-0-ended-year": "2199"}
    assert press(sami, at(drafted, "prepare"), PREPARE, **odd).status_code == 303
    for page in (at(drafted, "prepare"), at(drafted, "send"), *(f"/dossier/{drafted.dossier.uid}/{one}" for one in (
            "echeances", "reponses", "historique"))):
        shown = browse(people.claire if page.endswith("reponses") else people.sami).get(page)
        assert shown.status_code == 200 and "<script>alert" not in shown.text, page
        assert name in text(shown) or page.endswith(("historique", "prepare")), page
    assert press(sami, at(drafted, "send"), SEND, decision=f"{name} {{raison}}").status_code == 303
    with writing():
        Case.get_by_id(drafted.id)
        type(people.ana).update(language="en").where(type(people.ana).id == people.ana.id).execute()
    counted = browse(people.ana).get(f"/dossier/{drafted.dossier.uid}/echeances")
    assert f"{name} {{raison}}" in text(counted) and "<script>alert" not in counted.text
    assert "dans une autre coopérative" not in text(counted) and "Décidé par" not in text(counted)


def test_pressed_twice_or_from_an_old_page_it_is_decided_once(people: Cast, browse: Browse, drafted: Any) -> None:
    """A page made before the contract elsewhere was known asks again; the same form twice is one event."""
    sami = browse(people.sami)
    old = read(sami.get(at(drafted, "send"))).form(SEND)
    assert press(sami, at(drafted, "prepare"), PREPARE, **AZUR).status_code == 303
    assert send(sami, old, at(drafted, "send"), SEND).status_code == 409 and again_state(drafted) == "drafting"
    form = read(sami.get(at(drafted, "send"))).form(SEND)
    answers = [send(sami, form, at(drafted, "send"), SEND, decision=LINE) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert send(sami, form, at(drafted, "send"), SEND, decision="Autre chose").status_code == 409
    with writing():
        assert Event.select().where(Event.case == drafted.id, Event.step == "send").count() == 1


def test_who_is_only_asked_to_accompany_reads_no_name_of_it(people: Cast, browse: Browse, drafted: Any) -> None:
    assert press(browse(people.sami), at(drafted, "prepare"), PREPARE, **AZUR).status_code == 303
    with writing():
        asked = begun(drafted.dossier, "accompaniment", "open", people.claire)
        step(asked, "propose", people.claire, peer=people.noe.uid)
    noe = browse(people.noe)
    for page in ("", "/echeances", "/reponses", "/historique", f"/{drafted.uid}/send", f"/{drafted.uid}/undo"):
        assert "Coop Azur" not in text(noe.get(f"/dossier/{drafted.dossier.uid}{page}")), page
    assert noe.get(f"/dossier/{drafted.dossier.uid}/reponses").status_code == 404
    for page in (f"/{drafted.uid}/send", f"/{drafted.uid}/undo", "/nouveau-cape/prepare", "/nouveau-cape/take_over"):
        assert noe.get(f"/dossier/{drafted.dossier.uid}{page}").status_code == 404, page
