"""Every rule of the admission, true and false, with the sentence people read (JOURNEY §6)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from intake.words import say
from workflows.admission import admission
from workflows.admission.facts import Facts
from workflows.calendar import Month, end_of_paris_day
from workflows.contracts import Contract
from workflows.engine import Refusal, StepRefused, decide, open_steps
from workflows.queue import Candidate
from workflows.settings import DEFAULTS

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
JANUARY, FEBRUARY = Month(2027, 1), Month(2027, 2)
LIFTED = " La cogérance peut déroger par écrit."


def facts(settings: dict[str, Any] | None = None, **known: Any) -> Facts:
    """What is known of Ana's dossier on 23 November 2026, at noon in Paris."""
    memory = {"since": "2026-11-01T09:00:00+00:00", **known.pop("memory", {})}
    return Facts(**{"now": NOON, "case": "ana", "person": "ana", "first_name": "Ana",
                    "first_names": {"claire": "Claire", "salome": "Salomé", "ines": "Inès"},
                    "settings": {**DEFAULTS, **(settings or {})}, **known, "memory": memory})


def verdict(name: str, known: Facts, answers: dict[str, Any] | None = None, *, step: str = "") -> str:
    """« oui », or the sentence shown when the rule refuses; the rule is the one of a step when it matters."""
    rows = admission.rows(step) if step else admission.steps
    said = [rule for row in rows for rule in (*row.chosen_if, *row.only_if) if rule.name == name]
    found = said[0].verdict(known, answers or {})
    rule = said[0]
    return "oui" if found.ok else say(Refusal(rule.sentence, found.values, rule.name, rule.kind, rule.article,
                                              rule.lifted_by)).replace("\u00a0", " ")


# Applying ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "kpa", "allowed"), [
    ("adult", False, True), ("adult", True, True), ("minor", False, False), ("minor", True, True),
    ("child", True, False), ("child", False, False), ("", False, True)])
def test_old_enough(age: str, kpa: bool, allowed: bool) -> None:
    """Worked case 32; an unknown age passes until the application asks it."""
    said = verdict("old_enough", facts(kpa=kpa), {"age": age})
    assert said == ("oui" if allowed else "Il faut avoir 18 ans, ou 16 ans pour KPA-Cité.")


def test_old_enough_reads_the_pages_then_what_was_told_before() -> None:
    assert verdict("old_enough", facts(pages={"age": {"age": "child"}})).startswith("Il faut")
    assert verdict("old_enough", facts(memory={"age": "child"})).startswith("Il faut")


def test_pages_complete_counts_what_is_left() -> None:
    assert verdict("pages_complete", facts(pages_left=())) == "oui"
    assert verdict("pages_complete", facts(pages_left=("now",))) == "Il reste 1 partie à remplir."
    assert verdict("pages_complete", facts(pages_left=("now", "project", "time", "money"))) == "Il reste 4 parties à remplir."


def test_part_time_ahead_only_warns() -> None:
    said = "Un CAPE est impossible avec un emploi à temps complet. Indiquez la date où cela change."
    assert verdict("part_time_ahead", facts(), {"full_time": True}) == said
    assert verdict("part_time_ahead", facts(), {"full_time": True, "full_time_until": "2027-01-31"}) == "oui"
    assert verdict("part_time_ahead", facts(), {"full_time": False}) == "oui"
    sending = facts(state="draft", pages={"time": {"full_time": True}})
    decision = decide(admission, "submit", state="draft", roles={"person"}, facts=sending, raw={})
    assert [one.rule for one in decision.warnings] == ["part_time_ahead"]


def test_seat_left() -> None:
    said = "Cette réunion est complète. Le Cercle peut ajouter des places." + LIFTED
    assert verdict("seat_left", facts(seats={"m": 1}), {"meeting": "m"}) == "oui"
    assert verdict("seat_left", facts(seats={"m": 0}), {"meeting": "m"}) == said
    assert verdict("seat_left", facts(seats={"m": 0}, memory={"meeting": "m"}), {"meeting": "m"}) == "oui"


def test_meeting_optional_shows_the_row() -> None:
    names = [one.step.name for one in open_steps(admission, "contact", {"person"}, facts(state="contact"))]
    assert "begin" not in names
    free = facts({"admission.meeting_required": False}, state="contact")
    assert "begin" in [one.step.name for one in open_steps(admission, "contact", {"person"}, free)]


# Reading and deciding ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("people", "linked", "allowed"), [
    (["claire", "salome"], [], True), (["claire"], [], False), (["claire", "claire"], [], False),
    (["claire", "salome"], ["claire"], True), (["claire", "salome"], ["claire", "salome"], False)])
def test_two_readers(people: list[str], linked: list[str], allowed: bool) -> None:
    said = ("Membres du Cercle qui doivent lire : 2, dont un hors du réseau de la personne. Le Cercle les désigne."
            + LIFTED)
    assert verdict("two_readers", facts(), {"people": people, "linked": linked}) == ("oui" if allowed else said)


def test_one_reader_is_enough_for_kpa() -> None:
    assert verdict("two_readers", facts({"readers.number": 1}), {"people": ["claire"], "linked": []}) == "oui"


def test_nothing_asked_names_what_is_waited_for() -> None:
    assert verdict("nothing_asked", facts()) == "oui"
    asked = facts(memory={"request": {"kind": "incomplet", "at": "2026-11-20"}}, requested="votre budget")
    assert verdict("nothing_asked", asked) == (
        "Un complément est attendu : votre budget. La personne ou le Cercle peut clore la demande." + LIFTED)


def test_no_conflict_reassigns() -> None:
    """Worked case 34: Claire is Ana's client; someone else reads, and her opinion does not count."""
    linked = facts(actor="claire", memory={"conflicts": ["claire"]})
    for step in ("record_interview", "give_opinion", "propose"):
        assert verdict("no_conflict", linked, step=step) == "Un lien est déclaré. Le Cercle désigne quelqu’un d’autre."
    assert verdict("no_conflict", facts(actor="salome", memory={"conflicts": ["claire"]})) == "oui"


def test_interviews_done_by_each_reader() -> None:
    readers = {"readers": ["claire", "salome"]}
    assert verdict("interviews_done", facts(memory=readers)) == "Rencontre à noter par Claire, Salomé." + LIFTED
    one = {**readers, "interviews": {"claire": "2026-11-10T09:00:00+00:00"}}
    assert verdict("interviews_done", facts(memory=one)) == "Rencontre à noter par Salomé." + LIFTED
    assert verdict("interviews_done", facts(memory={**one, "conflicts": ["salome"]})) == "oui"
    both = {**readers, "interviews": {"claire": "x", "salome": "x"}}
    assert verdict("interviews_done", facts(memory=both)) == "oui"


def test_support_checked() -> None:
    assert verdict("support_checked", facts()) == "L’équipe support doit rendre son avis." + LIFTED
    assert verdict("support_checked", facts(memory={"support_check": "2026-11-10"})) == "oui"


def a_round(proposed: str = "admit", lifted: tuple[str, ...] = (), **opinions: str) -> dict[str, Any]:
    """A round of consent with these opinions, given on 10 November."""
    given = {who: {"verdict": one, "at": "2026-11-10T09:00:00+00:00"} for who, one in opinions.items()}
    return {"round": {"n": 1, "proposed": proposed, "by": "claire", "opinions": given, "lifted": list(lifted)}}


@pytest.mark.parametrize("step", ["admit", "defer", "decline", "redirect"])
def test_the_decision_is_the_one_proposed(step: str) -> None:
    said = "Cette décision n’est pas celle proposée. Le Cercle peut ouvrir un nouveau tour."
    assert verdict("proposal_matches", facts(memory=a_round(step)), step=step) == "oui"
    other = "defer" if step == "admit" else "admit"
    assert verdict("proposal_matches", facts(memory=a_round(other)), step=step) == said
    assert verdict("proposal_matches", facts(), step=step) == said


def test_enrolling_is_admitting() -> None:
    assert verdict("proposal_matches", facts(memory=a_round("admit")), step="enrol") == "oui"


def test_enough_opinions() -> None:
    none = verdict("enough_opinions", facts(memory=a_round()))
    assert none == "Il manque 2 avis de membres sans lien avec la personne."
    assert verdict("enough_opinions", facts(memory=a_round(claire="favorable"))).startswith("Il manque 1 avis")
    two = a_round(claire="favorable", salome="rework")
    assert verdict("enough_opinions", facts(memory=two)) == "oui"
    assert verdict("enough_opinions", facts(memory={**two, "conflicts": ["salome"]})).startswith("Il manque 1 avis")
    assert verdict("enough_opinions", facts({"consent.opinions": 1}, memory=a_round(claire="favorable"))) == "oui"


def test_an_opinion_older_than_a_change_of_the_application_no_longer_counts() -> None:
    two = a_round(claire="favorable", salome="objection")
    revised = facts(memory={**two, "taken": {"revise": "2026-11-11T09:00:00+00:00"}})
    assert verdict("enough_opinions", revised) == "Il manque 2 avis de membres sans lien avec la personne."
    assert verdict("no_objection", revised) == "oui"
    before = facts(memory={**two, "taken": {"revise": "2026-11-09T09:00:00+00:00"}})
    assert verdict("enough_opinions", before) == "oui"


def test_an_objection_stays_until_its_author_lifts_it() -> None:
    assert verdict("no_objection", facts(memory=a_round(claire="favorable", ines="objection"))) == (
        "L’objection d’Inès reste ouverte. Inès peut la lever, ou une nouvelle proposition.")
    assert verdict("no_objection", facts(memory=a_round(("admit"), ("ines",), ines="objection"))) == "oui"


# The waiting list ----------------------------------------------------------------------------------------------------


def line(*ahead: str | None) -> list[Candidate]:
    """People before Ana, each with the month before which they do not enter."""
    people = [
        Candidate(f"one-{n}", NOON - timedelta(days=100 - n), not_before=Month.parse(month) if month else None)
        for n, month in enumerate(ahead)
    ]
    return [*people, Candidate("ana", NOON - timedelta(days=1))]


def test_place_free_proposes_the_next_month_with_one() -> None:
    """Worked case 27: the month is full; the next one is proposed."""
    known = facts(free={FEBRUARY: 1})
    assert verdict("place_free", known, {"month": "2027-02"}) == "oui"
    assert verdict("place_free", known, {"month": "2027-01"}) == (
        "Janvier 2027 est complet. Proposez février 2027 ; la cogérance peut ajouter une place à un mois à venir.")
    assert "Proposez mars 2027" in verdict("place_free", facts(), {"month": "2027-02"})


@pytest.mark.parametrize(("month", "allowed"), [
    ("2026-10", False), ("2026-11", False), ("2026-12", True), ("2027-01", True)])
def test_month_left(month: str, allowed: bool) -> None:
    """On 23 November, 10 days to answer and 14 to prepare lead to 17 December."""
    said = verdict("month_left", facts(free={JANUARY: 2}), {"month": month})
    assert said == ("oui" if allowed else "Ce mois est trop proche ou passé. Proposez janvier 2027.")


def test_first_in_line() -> None:
    assert verdict("first_in_line", facts(line=line())) == "oui"
    assert verdict("first_in_line", facts(line=line(None))) == (
        "1 personne est avant. Le Cercle peut proposer hors rang avec un motif." + LIFTED)
    assert verdict("first_in_line", facts(line=line(None, None, None))).startswith("3 personnes sont avant.")


def test_whoever_asked_for_a_later_month_is_passed_only_for_an_earlier_one() -> None:
    known = facts(state="waiting", line=line("2027-03"), free={JANUARY: 1, Month(2027, 3): 1},
                  months=[("2027-01", "janvier 2027"), ("2027-03", "mars 2027")], memory={"valid_from": "2026-11-01"})
    assert decide(admission, "offer", state="waiting", roles={"circle"}, facts=known, raw={"month": "2027-01"}).after == (
        "offered")
    with pytest.raises(StepRefused) as refused:
        decide(admission, "offer", state="waiting", roles={"circle"}, facts=known, raw={"month": "2027-03"})
    assert [say(one).split(".")[0].replace("\u00a0", " ") for one in refused.value.refusals] == ["1 personne est avant"]


def test_one_reason_is_said_once() -> None:
    known = facts(state="waiting", line=line(None), free={JANUARY: 1}, months=[("2027-01", "janvier 2027")],
                  memory={"valid_from": "2026-11-01"})
    with pytest.raises(StepRefused) as refused:
        decide(admission, "offer", state="waiting", roles={"circle"}, facts=known, raw={"month": "2027-01"})
    assert [one.rule for one in refused.value.refusals] == ["first_in_line"]


def test_a_derogation_lets_an_offer_pass_once() -> None:
    known = facts(state="waiting", line=line(None), free={JANUARY: 1}, months=[("2027-01", "janvier 2027")],
                  memory={"valid_from": "2026-11-01", "derogations": {"first_in_line": "2026-11-20"}})
    decision = decide(admission, "offer", state="waiting", roles={"circle"}, facts=known, raw={"month": "2027-01"})
    assert decision.lifted == ("first_in_line",)


def test_a_month_of_an_older_page_is_refused_in_words() -> None:
    """The page showed November; it is too late now: a sentence, not a field error."""
    known = facts(state="waiting", line=line(), free={JANUARY: 1}, months=[("2027-01", "janvier 2027")],
                  memory={"valid_from": "2026-11-01"})
    with pytest.raises(StepRefused) as refused:
        decide(admission, "offer", state="waiting", roles={"circle"}, facts=known, raw={"month": "2026-11"})
    assert [one.rule for one in refused.value.refusals] == ["place_free", "month_left"]


@pytest.mark.parametrize(("entries", "out_of_turn", "allowed"), [
    (0, 0, False), (3, 0, True), (6, 1, False), (7, 1, True), (24, 6, False)])
def test_exceptions_left(entries: int, out_of_turn: int, allowed: bool) -> None:
    known = facts(entries=[True] * out_of_turn + [False] * (entries - out_of_turn))
    assert verdict("exceptions_left", known) == ("oui" if allowed else "Le quota d’exceptions est atteint." + LIFTED)


@pytest.mark.parametrize(("since", "allowed"), [
    ("2025-11-23", True), ("2025-11-22", False), (None, False)])
def test_admission_valid_for_twelve_months(since: str | None, allowed: bool) -> None:
    said = "L’avis date de plus de 12 mois. Le Cercle fait le point avec la personne." + LIFTED
    assert verdict("admission_valid", facts(memory={"valid_from": since})) == ("oui" if allowed else said)


def test_offer_open_until_the_last_second_of_its_day() -> None:
    ends = end_of_paris_day(date(2026, 12, 11))
    memory = {"deadline": ends.isoformat()}
    assert verdict("offer_open", facts(now=ends, memory=memory)) == "oui"
    late = facts(now=ends + timedelta(seconds=1), memory=memory)
    assert verdict("offer_open", late) == (
        "Cette proposition a expiré le 11 décembre 2026. Le Cercle peut en faire une autre.")


@pytest.mark.parametrize(("done", "allowed"), [(0, True), (1, True), (2, False)])
def test_postponements_left(done: int, allowed: bool) -> None:
    said = verdict("postponements_left", facts(memory={"postponements": done}))
    assert said == ("oui" if allowed else "Reports déjà faits : 2, le maximum." + LIFTED)


@pytest.mark.parametrize(("until", "allowed"), [(date(2027, 5, 23), True), (date(2027, 5, 24), False)])
def test_pause_short(until: date, allowed: bool) -> None:
    assert verdict("pause_short", facts(), {"until": until}) == ("oui" if allowed else "6 mois au plus." + LIFTED)


@pytest.mark.parametrize(("refusals", "button"), [(0, "Pas cette fois, je garde mon rang"), (1, "Pas cette fois")])
def test_the_first_refusal_keeps_the_rank(refusals: int, button: str) -> None:
    known = facts(state="offered", memory={"refusals": refusals, "deadline": "2026-12-11T22:59:59+00:00"})
    shown = [one.step.label for one in open_steps(admission, "offered", {"person"}, known)]
    assert button in shown
    assert len([label for label in shown if label and label.startswith("Pas cette fois")]) == 1


# Silence and return --------------------------------------------------------------------------------------------------


def test_reminders_done() -> None:
    asked = facts(state="deferred", memory={"moved": "2026-11-10T09:00:00+00:00"})
    assert verdict("reminders_done", asked) == "Les relances courent jusqu’au 10 décembre 2026." + LIFTED
    assert verdict("reminders_done", facts(state="deferred", memory={"moved": "2026-10-20T09:00:00+00:00"})) == "oui"


def test_a_paused_dossier_is_closed_after_its_pause() -> None:
    paused = facts(state="paused", memory={"paused_until": "2026-11-30", "moved": "2026-01-01T09:00:00+00:00"})
    assert verdict("reminders_done", paused) == "Les relances courent jusqu’au 30 novembre 2026." + LIFTED
    assert verdict("reminders_done", facts(state="paused", memory={"paused_until": "2026-11-22"})) == "oui"


def test_an_application_nobody_read_is_not_closed_for_silence() -> None:
    old = {"moved": "2026-01-01T09:00:00+00:00"}
    shown = open_steps(admission, "submitted", {"circle"}, facts(state="submitted", memory=old))
    assert "close_silent" not in [one.step.name for one in shown]
    asked = facts(state="submitted", memory={**old, "request": {"kind": "incomplet"}})
    assert "close_silent" in [one.step.name for one in open_steps(admission, "submitted", {"circle"}, asked)]


@pytest.mark.parametrize(("since", "allowed"), [
    ("2026-08-25T09:00:00+00:00", True), ("2026-08-24T09:00:00+00:00", False)])
def test_reopen_in_time(since: str, allowed: bool) -> None:
    said = verdict("reopen_in_time", facts(memory={"since": since}))
    assert said == ("oui" if allowed else
                    "Le délai est passé depuis le 22 novembre 2026. Une nouvelle candidature reste possible." + LIFTED)


CAPE = Contract("cape", "cape-1", "dossier", "trading", date(2026, 9, 1), date(2027, 8, 31), signed=True)


def test_one_road_at_a_time() -> None:
    said = "Une autre demande est ouverte, un contrat court, ou la sortie est constatée."
    assert verdict("no_other_road", facts()) == "oui"
    assert verdict("no_other_road", facts(already=True)) == said
    assert verdict("no_other_road", facts(gone=True)) == said
    assert verdict("no_other_road", facts(contracts=(CAPE,))) == said


@pytest.mark.parametrize(("memory", "after"), [
    ({"admitted_at": "2026-06-01", "taken": {"submit": "2026-05-01T09:00:00+00:00"}}, "waiting"),
    ({"taken": {"submit": "2026-05-01T09:00:00+00:00"}}, "submitted"), ({}, "draft")])
def test_one_comes_back_where_one_was(memory: dict[str, Any], after: str) -> None:
    decision = decide(admission, "reopen", state="withdrawn", roles={"person"}, facts=facts(memory=memory), raw={})
    assert decision.after == after


def test_a_second_look_is_asked_first() -> None:
    declined = facts(state="declined", memory={"since": "2026-11-10T09:00:00+00:00"})
    assert open_steps(admission, "declined", {"cogerance"}, declined)[0].step.name != "reexamine"
    asked = facts(state="declined", memory={
        "since": "2026-11-10T09:00:00+00:00", "taken": {"contest": "2026-11-12T09:00:00+00:00"}})
    assert open_steps(admission, "declined", {"cogerance"}, asked)[0].step.name == "reexamine"


# Entry ---------------------------------------------------------------------------------------------------------------


def entry(**known: Any) -> dict[str, Any]:
    """What the entry papers told."""
    return {"entry": {"hours": 0, "part_time_proof": False, "permit_until": None, "missing": [], **known}}


def test_papers_complete() -> None:
    assert verdict("papers_complete", facts(memory=entry())) == "oui"
    waited = " L’équipe support peut accepter une pièce en attente." + LIFTED
    assert verdict("papers_complete", facts()) == "Il manque : le dossier d’entrée." + waited
    assert verdict("papers_complete", facts(memory=entry(missing=["guardians", "diploma"]))) == (
        "Il manque : l’accord des représentants légaux, le diplôme ou l’autorisation." + waited)


def test_insured() -> None:
    assert verdict("insured", facts(memory={"insured": True})) == "oui"
    assert verdict("insured", facts(memory={"insured": False})) == (
        "L’assureur n’a pas confirmé la couverture. L’équipe support relance." + LIFTED)


@pytest.mark.parametrize(("until", "allowed"), [(None, True), ("2027-01-01", True), ("2026-12-31", False)])
def test_may_work_on_the_first_day_of_the_month(until: str | None, allowed: bool) -> None:
    said = verdict("may_work", facts(memory={"month": "2027-01", **entry(permit_until=until)}))
    assert said == ("oui" if allowed else "Le titre doit autoriser le travail au 1er janvier 2027. La personne le fournit.")


@pytest.mark.parametrize(("hours", "proof", "kind", "allowed"), [
    (0, False, "cape", True), (35, True, "cape", False), (28, True, "cape", True), (28, False, "cape", False),
    (35, False, "cesa", True)])
def test_not_full_time(hours: int, proof: bool, kind: str, allowed: bool) -> None:
    """Worked case 10."""
    said = verdict("not_full_time", facts(memory=entry(hours=hours, part_time_proof=proof)), {"kind": kind})
    assert said == ("oui" if allowed else
                    "Un CAPE est fermé aux personnes employées à temps complet. Joignez l’attestation de temps partiel.")


def test_no_contract() -> None:
    assert verdict("no_contract", facts()) == "oui"
    assert verdict("no_contract", facts(contracts=(CAPE,))) == "Un contrat est déjà en cours jusqu’au 31 août 2027."


def test_a_transfer_needs_a_kpa_cape_that_runs_and_a_place() -> None:
    kpa = facts(contracts=(CAPE,), programmes={"cape-1": "kpa"})
    assert verdict("kpa_cape_runs", kpa) == "oui"
    assert verdict("kpa_cape_runs", facts(contracts=(CAPE,), programmes={"cape-1": "principale"})) == (
        "Aucun CAPE KPA-Cité en cours à transférer.")
    assert verdict("cape_runs", kpa) == "oui"
    assert verdict("cape_runs", facts()) == "Aucun CAPE en cours."
    assert verdict("place_taken", facts(memory={"month": "2027-01"})) == "oui"
    assert verdict("place_taken", facts()) == (
        "Aucune place n’est prise pour ce transfert. L’équipe support choisit un mois.")
    assert verdict("place_taken", facts({"places.transfer_needs_place": False})) == "oui"
    assert verdict("none_open", facts(already=True)) == (
        "Une démarche de même nature est déjà ouverte. L’équipe la reprend ou la clôt.")


def test_every_rule_with_a_sentence_is_tried_here() -> None:
    tried = Path(__file__).read_text(encoding="utf-8")
    assert [name for name, rule in admission.rules.items() if rule.sentence and f'"{name}"' not in tried] == []


KINDS = {
    "law": "may_work not_full_time", "warning": "part_time_ahead",
    "choice": "meeting_optional dates_proposed no_cap_here first_refusal first_silence was_admitted was_sent contested "
              "transfer_asked nothing_signed nobody_answers request_open stands_here",
}
NEVER_LIFTED = ("old_enough pages_complete no_conflict proposal_matches enough_opinions no_objection place_free month_left "
                "offer_open no_other_road no_contract none_open kpa_cape_runs cape_runs place_taken")


def test_kinds_of_rules_and_who_lifts_them() -> None:
    named = {name: rule.kind for name, rule in admission.rules.items()}
    for kind, names in KINDS.items():
        assert {name for name, one in named.items() if one == kind} == set(names.split())
    house = {name: rule.lifted_by for name, rule in admission.rules.items() if rule.kind == "house"}
    assert {name for name, lifted in house.items() if not lifted} == set(NEVER_LIFTED.split())
    assert {lifted for lifted in house.values() if lifted} == {"cogerance"}
    assert admission.rules["may_work"].article == "C. trav. R5221-41"
    assert admission.rules["not_full_time"].article == "C. com. L127-1"
