"""CAPE and CESA on a real database: papers frozen, signatures, dates taken by the clock, one contract after another."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from intake import papers
from intake.cases import StepRefused, new_case, take_step
from intake.clock import tick
from intake.facts import facts_of
from intake.facts.contracts import contracts_of
from intake.models.days import Assembly
from intake.models.dossiers import Case, Dossier
from intake.models.letters import Letter
from intake.models.pieces import Paper
from intake.models.tasks import Task
from intake.papers import contracts
from intake.team_dates import decisions_of
from intake.words import say
from tests.cast import Cast, principale, ready_to_sign
from tests.conftest import NOW, Clock
from tests.pdf import text_of
from workflows.cape.clauses import WORDING as CAPE_WORDING
from workflows.salaried.clauses import WORDING as CESA_WORDING

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("noe_may_accompany")]

READ = {"read_contract": "oui", "read_annexes": "oui"}


def a_dossier(person: Any) -> Dossier:
    found: Dossier = Dossier.create(
        number=f"OPT-2027-{Dossier.select().count() + 1:04}", person=person, antenna=principale(), opened_at=NOW)
    return found


def taken_over(dossier: Dossier, by: Any, **raw: Any) -> Case:
    """A CAPE that runs already, taken over by support."""
    case = new_case(dossier, "cape")
    take_step(case, "take_over", by=by, key=None, raw={
        "stage": "trading", "since": "2026-06-01", "first_day": "2026-06-01", "last_day": "2027-05-31",
        "reason": "Reprise des dossiers", **raw})
    return again(case)


def again(case: Case) -> Case:
    found: Case = Case.get_by_id(case.id)
    return found


def step(case: Case, name: str, by: Any, **raw: Any) -> Case:
    """Take a step as its page does: the paper is made first, from the case as read."""
    from workflows import ALL

    case = again(case)
    row = next(row for row in ALL[case.workflow].rows(name))
    take_step(case, name, by=by, raw=raw, key=None, made=papers.prepare(case, row, facts_of(case, by), raw=raw))
    return again(case)


def the(workflow: str, state: str) -> Case:
    found: Case = Case.get(Case.workflow == workflow, Case.state == state)
    return found


def refusals(case: Case, name: str, by: Any, **raw: Any) -> list[str]:
    with pytest.raises(StepRefused) as refused:
        step(case, name, by, **raw)
    return [say(one).replace("\u00a0", " ") for one in refused.value.refusals]


def code(case: Case) -> str:
    return ready_to_sign(again(case))


def renewed(cast: Cast, **prepared: Any) -> Case:
    """A renewal, prepared and ready to send."""
    case = taken_over(a_dossier(cast.ana), cast.sami)
    step(case, "renew", cast.ana, results="Six chantiers", objectives="Douze", months="12", peer_opinion="Favorable")
    case = the("cape", "drafting")
    return step(case, "prepare", cast.sami, **{
        "first_day": "2027-06-01", "months": "12", "activity": "Céramique", "objectives": "Douze chantiers",
        "peer": cast.noe.uid, **CAPE_WORDING, **prepared})


@pytest.fixture
def noe_may_accompany(cast: Cast) -> None:
    from intake.models.people import Commitment

    Commitment.create(person=cast.noe, signed_on=date(2026, 1, 5))


def test_a_renewal_is_signed_takes_effect_and_follows_the_first(cast: Cast, clock: Clock) -> None:
    case = renewed(cast)
    assert (case.memory["ordinal"], case.memory["nature"]) == (2, "renouvellement")
    assert case.memory["last_day"] == "2028-05-31"

    case = step(case, "send", cast.sami)
    kept = Paper.get(Paper.case == case)
    assert case.memory["document"] == kept.sha256 and bytes(kept.content).startswith(b"%PDF")
    letter = Letter.get(Letter.template == "contract_to_sign")
    given = code(case)
    assert "au plus tard le 31 mai 2027" in letter.body.replace("\u00a0", " "), "while the contract it renews still runs"
    assert "au plus tard le 31 mai 2027" in text_of(bytes(kept.content))
    assert given not in letter.body and "⟦lien⟧" in letter.body, "link by letter, code by another way"

    case = step(case, "sign", cast.ana, code=given, **READ)
    assert refusals(case, "countersign", cast.claire, code=code(case), **READ), "the circle signs nothing"
    case = step(case, "countersign", cast.marc, code=code(case), **READ)
    assert case.state == "signed"
    assert {task.sentence.split("\u00a0")[0] for task in Task.select().where(Task.case == case, Task.role == "hr")} == {
        "URSSAF", "France Travail"}
    assert not Letter.select().where(Letter.template == "welcome").exists(), "a renewal is no arrival"

    clock.to(date(2027, 5, 31), hour=23)
    tick()
    assert again(case).state == "trading", "the first one traded, this one goes on trading"
    first = the("cape", "ended")
    assert first.memory["ended_on"] == "2027-05-31"
    assert not Case.select().where(Case.workflow == "departure").exists()
    assert not Letter.select().where(Letter.template == "term_reached").exists()


def test_a_term_without_next_opens_a_departure(cast: Cast, clock: Clock) -> None:
    taken_over(a_dossier(cast.ana), cast.sami)
    clock.to(date(2027, 5, 31), hour=21)
    tick()
    told = Letter.select().where(Letter.template == "term_ahead", Letter.recipient == cast.ana).count()
    clock.to(date(2027, 5, 31), hour=23)
    tick()
    assert told == 1, "a stopped clock sends the latest alarm, once"
    ended = the("cape", "ended")
    assert ended.memory["quotes_blocked"] and the("departure", "announced").memory["ends_on"] == "2027-05-31"
    assert Letter.select().where(Letter.template == "term_reached", Letter.recipient == cast.ana).exists()


def test_a_contract_that_breaks_the_law_is_not_sent(cast: Cast) -> None:
    case = renewed(cast, first_day="2027-06-02", months="13")
    assert refusals(case, "send", cast.sami) == [
        "Un CAPE dure 12 mois au plus : dernier jour possible le 1er juin 2028.",
        "Un renouvellement commence le 1er juin 2027, lendemain du terme. La cogérance peut déroger par écrit."]
    assert not Paper.select().exists()


def test_a_fourth_contract_says_who_lifted_the_limit_and_why(cast: Cast) -> None:
    """Worked case 6: four months, three times, then four more; the cogérance decides in writing and the contract prints it."""
    case = taken_over(a_dossier(cast.ana), cast.sami, earlier="01/10/2025 au 31/01/2026, 01/02/2026 au 31/05/2026",
                      last_day="2027-03-31")
    step(case, "derogate", cast.marc, rule="three_contracts", reason="Un congé a coupé son lancement")
    step(case, "renew", cast.ana, results="Six chantiers", objectives="Douze", months="4", peer_opinion="Favorable")
    case = step(the("cape", "drafting"), "prepare", cast.sami, first_day="2027-04-01", months="4", activity="Céramique",
                objectives="Douze chantiers", peer=cast.noe.uid, **CAPE_WORDING)
    assert "Ce serait le 4ᵉ contrat" in refusals(case, "send", cast.sami)[0]
    assert "il ne peut pas être envoyé" in printed(case, cast), "nobody has decided for this one yet"
    step(case, "derogate", cast.marc, rule="three_contracts", reason="Quatre mois pour finir deux chantiers signés")
    case = step(case, "send", cast.sami)
    text = " ".join(text_of(bytes(Paper.get(Paper.case == case).content)).split())
    assert f"{cast.marc.name}, pour la cogérance, y a dérogé par écrit le 1er mars 2027" in text
    assert "« Quatre mois pour finir deux chantiers signés »" in text
    assert [one.replace("\u00a0", " ") for one in decisions_of(case.dossier)["cape"]] == [
        "Décidé par Marc le 1er mars 2027 : Un congé a coupé son lancement",
        "Décidé par Marc le 1er mars 2027 : Quatre mois pour finir deux chantiers signés"], "beside the counter, as elsewhere"


def printed(case: Case, cast: Cast) -> str:
    return str(contracts.values_of("renewal", again(case), facts_of(again(case), cast.sami))["derogation"])


def test_another_document_than_the_one_sent_cannot_be_signed(cast: Cast) -> None:
    case = step(renewed(cast), "send", cast.sami)
    kept = Paper.get(Paper.case == case)
    Paper.create(case=case, event=kept.event, kind="cape", template=kept.template, sha256=kept.sha256,
                 content=b"%PDF another", made_at=NOW)
    assert refusals(case, "sign", cast.ana, code=code(case), **READ) == [
        "Le document a changé depuis l’envoi. Envoyez une nouvelle version."]


def test_a_contract_reworked_is_signed_again_from_the_start(cast: Cast) -> None:
    case = step(renewed(cast), "send", cast.sami)
    case = step(case, "sign", cast.ana, code=code(case), **READ)
    case = step(case, "rework", cast.sami, reason="Une faute dans l’activité")
    assert "person_signed_on" not in case.memory and "document" not in case.memory
    case = step(case, "prepare", cast.sami, first_day="2027-06-01", months="12", activity="Céramique d’art",
                objectives="Douze chantiers", peer=cast.noe.uid, **CAPE_WORDING)
    case = step(case, "send", cast.sami)
    assert refusals(case, "countersign", cast.marc, code=code(case), **READ) == [
        "La personne n’a pas encore signé."]
    assert len({paper.sha256 for paper in Paper.select()}) == 2


def test_an_unsigned_contract_comes_back_seven_days_after_its_date(cast: Cast, clock: Clock) -> None:
    case = step(renewed(cast), "send", cast.sami)
    clock.to(date(2027, 6, 8), hour=12)
    tick()
    assert again(case).state == "to_sign"
    clock.to(date(2027, 6, 9), hour=12)
    tick()
    assert again(case).state == "drafting"


def test_contracts_told_by_a_take_over_count(cast: Cast) -> None:
    taken_over(a_dossier(cast.ana), cast.sami, earlier="01/06/2024 au 31/05/2025, 01/06/2025 au 31/05/2026")
    dates = [(one.first_day, one.last_day) for one in contracts_of(cast.ana.id)]
    assert dates == [(date(2024, 6, 1), date(2025, 5, 31)), (date(2025, 6, 1), date(2026, 5, 31)),
                     (date(2026, 6, 1), date(2027, 5, 31))]
    case = the("cape", "trading")
    assert refusals(case, "renew", cast.ana, results="x", objectives="x", months="12", peer_opinion="x") == [
        "36 mois de CAPE au plus en tout : dernier jour possible le 31 mai 2027.",
        "Ce serait le 4ᵉ contrat ; la lettre du texte en admet trois. La cogérance peut déroger par écrit."]


def cesa_to_sign(cast: Cast) -> Case:
    """From a running CAPE, a CESA asked, agreed, prepared and sent."""
    dossier = a_dossier(cast.ana)
    taken_over(dossier, cast.sami)
    case = step(asked_for_a_cesa(cast, dossier), "prepare", cast.sami, first_day="2027-04-01", job="Céramiste",
                objectives="Douze chantiers", statutes="2025", sharing="none", **CESA_WORDING)
    return step(case, "send", cast.sami)


def asked_for_a_cesa(cast: Cast, dossier: Dossier) -> Case:
    """From a running CAPE, a CESA asked and agreed."""
    Assembly.create(day=date(2028, 6, 23))
    case = new_case(dossier, "salaried")
    take_step(case, "request", by=cast.ana, key=None, raw={
        "month": "2027-05", "turnover": "9000", "hours": "12", "customers": "Deux mairies", "accepts": "oui"})
    case = step(case, "ask_opinions", cast.sami)
    Dossier.update(peer=cast.noe).where(Dossier.id == dossier.id).execute()
    case = step(case, "give_opinion", cast.noe, opinion="for", why="Un projet mûr")
    case = step(case, "simulate", cast.come, fixed_part="1200", monthly_cost="2000", treasury="8000", opinion="Solide")
    return step(case, "agree", cast.marc)


def test_a_cesa_takes_over_from_the_cape(cast: Cast, clock: Clock) -> None:
    case = cesa_to_sign(cast)
    assert case.memory["deadline"] == "2029-05-31", "36 months less the ten of the CAPE"
    case = step(case, "sign", cast.ana, code=code(case), **READ)
    case = step(case, "countersign", cast.marc, code=code(case), **READ)
    assert case.state == "signed"

    clock.to(date(2027, 3, 30), hour=12)
    tick()
    assert Letter.select().where(Letter.template == "hire_blocked").exists()
    case = step(case, "file_dpae", cast.rachel, filed_on="2027-03-30", receipt="piece-0001")
    assert Task.get(Task.sentence == "Faire la DPAE").closed_at is not None

    clock.to(date(2027, 3, 31), hour=22)
    tick()
    assert again(case).state == "running"
    assert the("cape", "ended").memory["ended_on"] == "2027-03-31"
    assert not Case.select().where(Case.workflow == "departure").exists()


def test_without_dpae_nobody_is_hired(cast: Cast, clock: Clock) -> None:
    case = cesa_to_sign(cast)
    case = step(case, "sign", cast.ana, code=code(case), **READ)
    step(case, "countersign", cast.marc, code=code(case), **READ)
    clock.to(date(2027, 4, 2), hour=12)
    tick()
    assert again(case).state == "signed" and the("cape", "trading")
    assert Task.select().where(Task.role == "cogerance", Task.case == case).count() == 1


def test_the_call_to_apply_opens_a_membership_once(cast: Cast, clock: Clock) -> None:
    case = cesa_to_sign(cast)
    case = step(case, "sign", cast.ana, code=code(case), **READ)
    case = step(case, "countersign", cast.marc, code=code(case), **READ)
    clock.to(date(2027, 3, 30), hour=12)
    step(case, "file_dpae", cast.rachel, filed_on="2027-03-30", receipt="piece-0001")
    clock.to(date(2028, 3, 24), hour=12)
    tick()
    assert not Case.select().where(Case.workflow == "membership").exists()
    clock.to(date(2028, 3, 25), hour=12)
    tick()
    tick()
    assert Case.select().where(Case.workflow == "membership").count() == 1


def test_a_permit_is_watched_from_the_conclusion_on(cast: Cast) -> None:
    """What the entry papers said is still known when both have signed."""
    dossier = a_dossier(cast.ana)
    Case.create(dossier=dossier, workflow="admission", state="", antenna=principale(), memory={
        "insured": True, "entry": {"hours": 0, "permit_until": "2028-05-30"}})
    taken_over(dossier, cast.sami)
    case = Case.get(Case.workflow == "cape")
    step(case, "renew", cast.ana, results="Six", objectives="Douze", months="12", peer_opinion="Favorable")
    case = step(the("cape", "drafting"), "prepare", cast.sami, first_day="2027-06-01", months="12", activity="Céramique",
                objectives="Douze chantiers", peer=cast.noe.uid, **CAPE_WORDING)
    case = step(case, "send", cast.sami)
    case = step(case, "sign", cast.ana, code=code(case), **READ)
    case = step(case, "countersign", cast.marc, code=code(case), **READ)
    due = [task.due_on for task in Task.select().where(Task.case == case, Task.sentence.startswith("Titre")).order_by(Task.id)]
    assert due == [date(2028, 3, 31), date(2028, 5, 2)], "the 30th of April is a Sunday, the 1st of May a holiday"
