"""The rules and the dates of a CAPE, in the words people read (JOURNEY §6, §8, §15)."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.workflows.reading import noon, said
from workflows.calendar import last_day
from workflows.cape import Facts, cape, rules as r
from workflows.cape.clauses import SLOTS
from workflows.contracts import Contract
from workflows.engine import open_steps
from workflows.grammar import Rule, Task
from workflows.obligations import Known, obligations
from workflows.signing import (
    EntryPapers,
    Mandate,
    end_reached,
    in_place_month,
    mandate,
    mandate_on_paper,
    may_work,
    person_signed,
    same_document,
    signed_by_effect,
    signed_on_paper_by_effect,
)

TODAY = date(2026, 9, 15)
DEROGATION = " La cogérance peut déroger par écrit."


def facts(today: date = TODAY, **more: Any) -> Facts:
    memory = {"since": noon(today).isoformat(), **more.pop("memory", {})}
    return Facts(**{"now": noon(today), "state": "drafting", "actor": "marc", "dossier": "d", **more, "memory": memory})


def planned(first: str, last: str, today: date = TODAY, **more: Any) -> Facts:
    return facts(today, memory={"first_day": first, "last_day": last, **more.pop("memory", {})}, **more)


def earlier(first: date, last: date, state: str = "ended", **more: Any) -> Contract:
    return Contract("cape", f"c{first}", more.pop("dossier", "d"), state, first, last,
                    last if state == "ended" else None, signed=True, **more)


def plain(sentence: str) -> str:
    return sentence.replace("\u00a0", " ")


# Before sending ------------------------------------------------------------------------------------------------------


def test_every_heading_must_be_filled_in() -> None:
    all_but_one = [name for name in SLOTS if name != "means"]
    assert plain(said(r.cape_slots, facts(memory={"slots": all_but_one}))) == (
        "Rubriques à remplir par l’équipe support : 2° moyens prêtés.")
    assert said(r.cape_slots, facts(memory={"slots": list(SLOTS)})) == ""
    assert "date d’effet, durée, activité" in said(r.cape_slots, facts())


@pytest.mark.parametrize("first, last, limit", [
    ("2026-10-01", "2027-10-31", "30 septembre 2027"),
    ("2026-10-01", "2027-10-01", "30 septembre 2027"),
    ("2024-02-29", "2025-03-01", "28 février 2025"),
])
def test_no_contract_longer_than_twelve_months(first: str, last: str, limit: str) -> None:
    """Worked case 7: 13 months, or 12 months and a day."""
    assert plain(said(r.twelve_months, planned(first, last))) == (
        f"Un CAPE dure 12 mois au plus : dernier jour possible le {limit}.")


def test_twelve_months_to_the_day_are_accepted() -> None:
    assert said(r.twelve_months, planned("2026-10-01", "2027-09-30")) == ""
    assert said(r.twelve_months, planned("2024-02-29", "2025-02-28")) == ""


def test_three_full_contracts_fill_thirty_six_months_and_a_fourth_is_refused() -> None:
    """Worked case 5: 12 + 12 + 12 from 2024-02-29."""
    first, chain = date(2024, 2, 29), []
    for _ in range(3):
        known = planned(first.isoformat(), last_day(first, 12).isoformat(), others=tuple(chain))
        assert said(r.thirty_six_months, known) == "", first
        chain.append(earlier(first, last_day(first, 12)))
        first = last_day(first, 12) + timedelta(days=1)
    assert [one.last_day for one in chain] == [date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28)]
    fourth = planned("2027-03-01", "2027-03-01", others=tuple(chain))
    assert plain(said(r.thirty_six_months, fourth)) == (
        "36 mois de CAPE au plus en tout : dernier jour possible le 28 février 2027.")
    assert plain(said(r.three_contracts, fourth)) == (
        "Ce serait le 4ᵉ contrat ; la lettre du texte en admet trois." + DEROGATION)


def test_three_short_contracts_leave_months_but_no_fourth_contract() -> None:
    """Worked case 6: 4 + 4 + 4, a further 4 asked: the house rule blocks, the law does not; a derogation lifts it."""
    chain = (earlier(date(2025, 1, 1), date(2025, 4, 30)), earlier(date(2025, 5, 1), date(2025, 8, 31)),
             earlier(date(2025, 9, 1), date(2025, 12, 31)))
    fourth = planned("2026-01-01", "2026-04-30", others=chain)
    assert said(r.thirty_six_months, fourth) == ""
    assert said(r.three_contracts, fourth) != ""
    assert (r.three_contracts.kind, r.three_contracts.lifted_by) == ("house", "cogerance")
    assert (r.thirty_six_months.kind, r.thirty_six_months.lifted_by) == ("law", "")


def test_contracts_of_another_antenna_count_and_those_never_in_force_do_not() -> None:
    kpa = earlier(date(2024, 1, 1), date(2024, 12, 31), dossier="KPA-2024-0003")
    cancelled = earlier(date(2025, 1, 1), date(2025, 12, 31), state="cancelled")
    assert plain(said(r.thirty_six_months, planned("2026-01-01", "2028-01-01", others=(kpa, cancelled)))).endswith(
        "le 31 décembre 2027.")
    assert facts(others=(kpa, cancelled)).capes_before == 1


@pytest.mark.parametrize("hours, proof, ok", [(0, False, True), (28, True, True), (28, False, False), (35, True, False)])
def test_a_full_time_job_closes_the_cape(hours: int, proof: bool, ok: bool) -> None:
    """Worked case 10: 35 h refused; 28 h with the attestation accepted."""
    refusal = said(r.not_full_time, facts(entry=EntryPapers(hours=hours, part_time_proof=proof)))
    assert refusal == ("" if ok else
                       "Un CAPE est fermé aux personnes employées à temps complet. Joignez l’attestation de temps partiel.")


def test_part_time_becoming_full_time_warns_and_the_contract_goes_on() -> None:
    """Worked case 10: 28 h becoming 35 h in month 4."""
    from workflows.engine import decide

    known = planned("2026-06-01", "2027-05-31", state="trading")
    raw = {"employer": "Boulangerie du Port", "hours": "35", "since": "2026-09-01"}
    decision = decide(cape, "report_job", state="trading", roles={"person"}, facts=known, raw=raw)
    assert decision.after == "trading"
    assert [plain(one.sentence) for one in decision.warnings] == [
        "Emploi à temps complet déclaré : l’équipe RH doit examiner la suite du CAPE."]
    assert [one.role for one in decision.consequences if isinstance(one, Task)] == ["hr"]
    half = decide(cape, "report_job", state="trading", roles={"person"}, facts=known, raw={**raw, "hours": "28"})
    assert half.warnings == ()


def test_a_permit_must_hold_on_the_first_day() -> None:
    ends_before = EntryPapers(permit_until=date(2026, 9, 30))
    assert said(may_work, planned("2026-10-01", "2027-09-30", entry=ends_before)) == (
        "Le titre doit autoriser le travail au 1er\u00a0octobre 2026. La personne le fournit.")
    assert said(may_work, planned("2026-10-01", "2027-09-30", entry=EntryPapers(permit_until=date(2026, 10, 1)))) == ""
    assert said(may_work, planned("2026-10-01", "2027-09-30")) == "", "no permit needed"


def test_guardians_sign_for_a_minor_until_the_birthday() -> None:
    minor = EntryPapers(born_on=date(2009, 1, 1))
    assert said(r.guardians, facts(entry=minor)) == (
        "Les représentants légaux doivent signer pour une personne mineure.")
    assert said(r.guardians, facts(entry=EntryPapers(born_on=date(2009, 1, 1), guardians=True))) == ""
    leap = EntryPapers(born_on=date(2008, 2, 29))
    assert said(r.guardians, facts(date(2026, 2, 28), entry=leap)) != ""
    assert said(r.guardians, facts(date(2026, 3, 1), entry=leap)) == ""


RENEWED = earlier(date(2025, 6, 1), date(2026, 5, 31), "trading")


def renewal(today: date, first: str = "2026-06-01", **more: Any) -> Facts:
    return planned(first, "2027-05-31", today, others=(RENEWED,), **more, memory={"nature": "renouvellement"})


def test_a_renewal_is_signed_before_the_term() -> None:
    """Worked case 8: ended 2026-05-31, signed 2026-06-03."""
    assert said(r.renewal_in_time, renewal(date(2026, 5, 31))) == ""
    assert plain(said(r.renewal_in_time, renewal(date(2026, 6, 3)))) == (
        "Le contrat précédent a pris fin le 31 mai 2026 : ce n’est plus un renouvellement.")
    late_copy, in_time = {"person_signed_on": date(2026, 5, 30), "cogerance_signed_on": date(2026, 6, 1)}, {
        "person_signed_on": date(2026, 5, 30), "cogerance_signed_on": date(2026, 5, 31)}
    assert said(r.renewal_in_time_on_paper, renewal(date(2026, 6, 3)), **late_copy) != ""
    assert said(r.renewal_in_time_on_paper, renewal(date(2026, 6, 3)), **in_time) == "", "the dates on the paper count"


@pytest.mark.parametrize("nature, last, late", [
    ("renouvellement", date(2026, 5, 31), "ce n’est plus un renouvellement"),
    ("premier", date(2026, 6, 1), "commence plus tard"),
])
def test_the_last_day_to_sign_is_said_and_so_is_what_passing_it_does(nature: str, last: date, late: str) -> None:
    """Worked case 8: a renewal that begins on 1 June is signed in May; a first contract, on its first day at the latest."""
    planned_so = planned("2026-06-01", "2027-05-31", date(2026, 5, 1), others=(RENEWED,), memory={"nature": nature})
    assert planned_so.sign_by == last
    case = SimpleNamespace(uid="c", workflow="cape", state="to_sign", memory={"nature": nature, "first_day": "2026-06-01"})
    told, = obligations([case], Known(today=date(2026, 5, 1), settings={}))
    assert (told.day, told.article) == (last, "C. com. L127-2") and told.otherwise and late in told.otherwise.sentence


def test_a_new_contract_after_the_gap_is_no_renewal_and_prints_the_gap() -> None:
    """Worked case 8, its end: 1 and 2 June without contract."""
    from workflows.cape import after_gap

    ended = planned("2025-06-01", "2026-05-31", date(2026, 6, 3), state="ended", memory={"ended_on": "2026-05-31"})
    assert after_gap(ended, {}) == {"gap_from": "2026-06-01"}
    fresh = planned("2026-06-03", "2027-06-02", date(2026, 6, 3), others=(earlier(date(2025, 6, 1), date(2026, 5, 31)),),
                    memory={"nature": "après interruption", "gap_from": "2026-06-01"})
    assert said(r.renewal_in_time, fresh) == "" and said(r.follows_on, fresh) == ""


def test_a_renewal_begins_the_day_after_the_term() -> None:
    assert said(r.follows_on, renewal(date(2026, 5, 1))) == ""
    assert plain(said(r.follows_on, renewal(date(2026, 5, 1), first="2026-06-02"))) == (
        "Un renouvellement commence le 1er juin 2026, lendemain du terme." + DEROGATION)


@pytest.mark.parametrize("first, month, ok", [
    ("2026-10-31", "2026-10", True), ("2026-11-01", "2026-10", False), ("2026-11-01", "2026-11", True),
    ("2026-11-01", "", True),
])
def test_the_effect_date_is_in_the_month_of_the_place(first: str, month: str, ok: bool) -> None:
    """Worked case 25."""
    assert (said(in_place_month, planned(first, "2027-09-30", place_month=month)) == "") is ok


def test_insurer_and_peer() -> None:
    assert said(r.insured, facts(insured=False)) == (
        "L’assureur n’a pas confirmé la couverture. L’équipe support relance." + DEROGATION)
    assert said(r.peer_planned, facts()) == "Indiquez un binôme ou ouvrez sa recherche." + DEROGATION
    assert said(r.peer_planned, facts(peer_sought=True)) == said(r.peer_planned, facts(memory={"peer": "noe"})) == ""


# Signing -------------------------------------------------------------------------------------------------------------


def test_both_sign_at_the_latest_on_the_effect_date() -> None:
    """Worked case 9: effect 1 October; signed 28 September, then 2 October."""
    late = "La date d’effet est passée. L’équipe support la reporte."
    for day, expected in ((date(2026, 9, 28), ""), (date(2026, 10, 1), ""), (date(2026, 10, 2), late)):
        assert said(signed_by_effect, planned("2026-10-01", "2027-09-30", day)) == expected
    after = planned("2026-10-01", "2027-09-30", date(2026, 10, 5))
    in_time = {"person_signed_on": date(2026, 9, 28), "cogerance_signed_on": date(2026, 10, 1)}
    assert said(signed_on_paper_by_effect, after, **in_time) == ""
    assert said(signed_on_paper_by_effect, after, **{**in_time, "cogerance_signed_on": date(2026, 10, 2)}) == late


def test_a_late_signature_reads_its_day_in_paris() -> None:
    """Worked case 26: 2026-10-31T23:30Z is 1 November."""
    from tests.workflows.reading import at

    known = Facts(now=at("2026-10-31T23:30:00+00:00"), memory={"first_day": "2026-10-31"})
    assert said(signed_by_effect, known) != ""


def test_a_document_that_changed_is_refused() -> None:
    assert said(same_document, facts(memory={"document": "abc"}, frozen=lambda: "abc")) == ""
    assert said(same_document, facts(memory={"document": "abc"}, frozen=lambda: "abd")) == (
        "Le document a changé depuis l’envoi. Envoyez une nouvelle version.")
    assert said(same_document, facts(memory={"document": "abc"})) != "", "lost is changed"


def test_the_person_signs_first_then_someone_with_a_mandate() -> None:
    assert said(person_signed, facts()) == "La personne n’a pas encore signé."
    assert said(person_signed, facts(memory={"person_signed_on": "2026-09-14"})) == ""
    missing = "Le mandat de signature manque. L’équipe support l’enregistre." + DEROGATION
    assert said(mandate, facts()) == missing
    assert said(mandate, facts(mandates=(Mandate("marc", date(2026, 1, 1)),))) == ""
    assert said(mandate, facts(mandates=(Mandate("odile", date(2026, 1, 1)),))) == missing, "another one's mandate"
    assert said(mandate, facts(mandates=(Mandate("marc", date(2026, 1, 1), date(2026, 9, 14)),))) == missing, "over"
    over = facts(mandates=(Mandate("odile", date(2026, 1, 1), date(2026, 9, 10)),))
    assert said(mandate_on_paper, over, cogerance_signed_on=date(2026, 9, 10)) == ""
    assert said(mandate_on_paper, over, cogerance_signed_on=date(2026, 9, 11)) == missing


# Under way -----------------------------------------------------------------------------------------------------------


def test_a_next_contract_is_opened_once() -> None:
    assert plain(said(r.none_ahead, facts(cape_ahead=True))) == (
        "Un contrat suivant est déjà en préparation. L’équipe support le reprend ou l’annule.")
    assert said(r.none_ahead, facts()) == ""


def test_renewing_counts_this_contract_and_the_next() -> None:
    third = planned("2026-03-01", "2027-02-28", date(2026, 12, 1), state="trading", others=(
        earlier(date(2024, 2, 29), date(2025, 2, 28)), earlier(date(2025, 3, 1), date(2026, 2, 28))))
    assert "4ᵉ contrat" in said(r.three_contracts_with_next, third)
    assert plain(said(r.thirty_six_months_left, third)).endswith("dernier jour possible le 28 février 2027.")
    second = planned("2026-03-01", "2027-02-28", date(2026, 12, 1), state="trading",
                     others=(earlier(date(2025, 3, 1), date(2026, 2, 28)),))
    assert said(r.three_contracts_with_next, second) == said(r.thirty_six_months_left, second) == ""


def test_a_restart_asks_for_no_contract_and_no_departure() -> None:
    assert said(r.no_contract, facts(others=(RENEWED,), today=date(2026, 5, 1))) == (
        "Un contrat est déjà en cours jusqu’au 31\u00a0mai 2026.")
    assert said(r.no_contract, facts(others=(RENEWED,), today=date(2026, 6, 1))) == ""
    assert said(r.not_gone, facts(gone=True)) == (
        "La sortie est constatée. Un retour passe par une nouvelle candidature.")
    assert said(r.not_gone, facts()) == ""


def test_a_contract_ends_early_on_its_day_not_before() -> None:
    assert said(end_reached, facts(), ends_on=date(2026, 9, 16)) == (
        "La date de fin est le 16\u00a0septembre 2026. L’équipe support attend cette date ou la corrige.")
    assert said(end_reached, facts(), ends_on=TODAY) == ""
    assert said(end_reached, facts(departure_ends_on=date(2026, 10, 1))) != "", "the departure's date, without a form"


@pytest.mark.parametrize("following, ok", [
    (earlier(date(2026, 10, 1), date(2027, 9, 30), "signed"), True),
    (earlier(date(2026, 10, 1), date(2027, 9, 30), "preparing"), True),
    (earlier(date(2026, 10, 2), date(2027, 9, 30), "signed"), False),
    (Contract("cape", "n", "d", "to_sign", date(2026, 10, 1), date(2027, 9, 30)), False),
    (Contract("cesa", "s", "d", "signed", date(2026, 10, 1), signed=True), True),
    (Contract("cesa", "s", "d", "signed", date(2026, 10, 1), signed=True, declared=False), False),
])
def test_what_follows_a_contract(following: Contract, ok: bool) -> None:
    """A renewal, or a CESA with its DPAE, signed and taking effect no later than the day after."""
    known = planned("2025-10-01", "2026-09-30", date(2026, 10, 1), state="trading", others=(following,))
    assert r.has_next(known) is ok


def test_a_confirmed_departure_follows_too() -> None:
    assert r.has_next(planned("2025-10-01", "2026-09-30", departure_confirmed=True))
    assert not r.has_next(planned("2025-10-01", "2026-09-30", departure_ends_on=date(2026, 9, 30)))


def test_a_renewal_goes_on_trading_where_the_last_one_traded() -> None:
    def after(traded: bool, dossier: str = "d") -> list[str]:
        before = earlier(date(2025, 10, 1), date(2026, 9, 30), traded=traded, dossier=dossier)
        known = planned("2026-10-01", "2027-09-30", date(2026, 10, 1), state="signed", others=(before,))
        return [one.step.dest or "" for one in open_steps(cape, "signed", {"clock"}, known) if
                one.step.name == "take_effect"]

    assert after(traded=True) == ["trading"]
    assert after(traded=False) == ["preparing"]
    assert after(traded=True, dossier="another") == ["preparing"]


def test_law_cites_its_article_and_nobody_lifts_it() -> None:
    articles = {rule.name: rule.article for row in cape.steps for rule in row.only_if if rule.kind == "law"}
    assert articles == {
        "cape_slots": "C. com. R127-1", "twelve_months": "C. com. L127-2", "thirty_six_months": "C. com. L127-2",
        "not_full_time": "C. com. L127-1", "may_work": "C. trav. R5221-41", "guardians": "C. civ. 1146 †",
        "renewal_in_time": "C. com. L127-2", "same_document": "C. civ. 1366", "signed_by_effect": "C. com. L127-2",
    }
    lifted: dict[str, Rule] = {rule.name: rule for row in cape.steps for rule in row.only_if if rule.lifted_by}
    assert set(lifted) == {"three_contracts", "follows_on", "insured", "peer_planned", "mandate"}
