"""The table of the accompaniment, read a second time from JOURNEY §5.3; its rules, forms, dates and what steps keep."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.workflows.reading import ask, effects, noon, rows, rules, said
from workflows.accompaniment import Facts, Peer, accompaniment, rules as r
from workflows.accompaniment.forms import CESA_POINTS, OTHER, HandoverForm, MeetingForm, PairingForm, ReviewForm
from workflows.calendar import paris_day
from workflows.contracts import Contract
from workflows.engine import AnswersInvalid, NotTheirs, StepRefused, decide, open_steps
from workflows.grammar import Item, Remember, Task

TODAY = date(2027, 3, 1)
ANA, NOE, INES, SAMI = "ana", "noe", "ines", "sami"
TABLE = [
    ("open", "Chercher un binôme", "", "seeking", "circle ←admission.accept ←admission.enrol"),
    ("propose", "Proposer un binôme", "seeking", "proposed", "circle"),
    ("agree", "J’accepte d’accompagner", "proposed", "peer_agreed", "peer"),
    ("decline", "Je ne peux pas", "proposed", "seeking", "peer"),
    ("no_answer", None, "proposed", "seeking", "clock"),
    ("confirm", "Je suis d’accord", "peer_agreed", "running", "person"),
    ("ask_other", "Demander une autre personne", "peer_agreed running", "seeking", "person"),
    ("call_back", "Revoir la proposition", "proposed peer_agreed running", "seeking", "circle"),
    ("step_down", "Passer la main", "running", "seeking", "peer"),
    ("record_meeting", "Noter un rendez-vous", "running", None, "peer person"),
    ("appoint", "Noter le prochain rendez-vous", "running", None, "person peer circle kiosk"),
    ("approve_meeting", "Valider le compte rendu", "running", None, "other"),
    ("review_due", None, "seeking proposed peer_agreed running", None, "clock"),
    ("record_review", "Rédiger le bilan", "seeking proposed peer_agreed running", None, "peer support"),
    ("sign_review", "Signer le bilan", "seeking proposed peer_agreed running", None, "person author support"),
    ("quiet", None, "running", None, "clock"),
    ("mediate", "Demander une médiation", "running", None, "person peer"),
    ("end", "Clore l’accompagnement", "seeking proposed peer_agreed running", "ended",
     "circle ←admission.withdraw ←admission.decline ←admission.redirect ←admission.close_silent "
     "←departure.end_contract"),
    ("take_over", "Reprendre un dossier existant", "", "running", "support"),
]


def facts(**more: Any) -> Facts:
    """Ana is accompanied by Noé; Inès and Sami are others one may think of."""
    memory = {"since": noon(TODAY).isoformat(), "opened_on": TODAY.isoformat(), **more.pop("memory", {})}
    known: dict[str, Any] = {"now": noon(TODAY), "state": "running", "person": ANA, "actor": NOE}
    return Facts(**{**known, **more, "memory": memory})


def cape(first: date, last: date, state: str = "trading") -> Contract:
    return Contract("cape", "c1", "d", state, first, last, signed=True)


def cesa(first: date, state: str = "running", ended_on: date | None = None) -> Contract:
    return Contract("cesa", "s1", "d", state, first, None, ended_on, signed=True)


def taken(step: str, known: Facts, role: str, **raw: Any) -> dict[str, Any]:
    """What a step keeps."""
    decision = decide(accompaniment, step, state=known.state, roles={role}, facts=known, raw=raw, asks=bool(raw))
    kept: dict[str, Any] = {}
    for one in decision.consequences:
        if isinstance(one, Remember):
            kept |= one.what(known, decision.answers)
    return kept


# The table -----------------------------------------------------------------------------------------------------------


def test_the_rows_are_those_of_the_specification() -> None:
    assert rows(accompaniment) == TABLE


def test_states_labels_and_who_acts_next() -> None:
    assert [(one.name, one.label, " ".join(one.waits_for), one.closed, one.ladder) for one in accompaniment.states] == [
        ("seeking", "Binôme à trouver", "circle", False, False),
        ("proposed", "Pair sollicité", "peer", False, False),
        ("peer_agreed", "Pair d’accord", "person", False, True),
        ("running", "En cours", "peer person", False, False),
        ("ended", "Terminé", "", True, False),
    ]


def test_the_rules_of_each_row() -> None:
    assert rules(accompaniment) == {
        "open": "under_way none_open", "propose": "peer_has_room peer_committed no_conflict",
        "approve_meeting": "to_approve", "sign_review": "to_sign same_document", "end": "contract_over",
    }


def test_what_each_row_does() -> None:
    assert effects(accompaniment) == {
        "open": "☐ circle", "propose": "✉ pairing_asked peer", "agree": "✉ pairing_proposed person",
        "decline": "☐ circle", "no_answer": "☐ circle", "confirm": "✉ pairing_started person+peer",
        "ask_other": "☐ circle", "call_back": "☐ circle", "step_down": "☐ circle", "record_meeting": "☐ other · ☐ other",
        "review_due": "☐ peer · ☐ support · ✉ review_due person+peer",
        "record_review": "✉ review_to_sign person+peer",
        "quiet": "✉ meeting_nudge person+peer · ✉ meeting_nudge circle",
        "mediate": "☐ circle", "end": "✉ pairing_ended person+peer+circle",
    }


def test_the_circle_has_fifteen_days_to_find_someone() -> None:
    for step in ("open", "decline", "step_down"):
        (task,) = [one for one in accompaniment.rows(step)[0].then if isinstance(one, Task)]
        assert facts().settings[task.days] == 15
        assert task.closes_with == ("propose",)


# Rules ---------------------------------------------------------------------------------------------------------------


def test_a_peer_is_sought_once_an_offer_is_accepted_or_a_contract_runs() -> None:
    assert not ask(r.under_way, facts()).ok
    assert ask(r.under_way, facts(entering=True)).ok
    assert ask(r.under_way, facts(contracts=(cape(date(2027, 1, 1), date(2027, 12, 31)),))).ok
    before = facts(state="", actor="claire")
    assert not [one for one in open_steps(accompaniment, "–", {"circle"}, before) if one.step.name == "open"]


def test_one_search_at_a_time() -> None:
    rule = accompaniment.rules["none_open"]
    assert ask(rule, facts()).ok
    assert said(rule, facts(already=True)) == (
        "Une démarche de même nature est déjà ouverte. L’équipe la reprend ou la clôt.")


@pytest.mark.parametrize(("people", "sentence"), [
    (2, ""),
    (3, "Noé accompagne déjà 3\u00a0personnes. Choisissez quelqu’un d’autre. La cogérance peut déroger par écrit."),
])
def test_a_peer_accompanies_three_people_at_most(people: int, sentence: str) -> None:
    known = facts(peers=(Peer(NOE, "Noé Martin", "Noé", people=people, committed=True),))
    assert said(r.peer_has_room, known, peer=NOE) == sentence


def test_a_peer_has_signed_the_commitment() -> None:
    known = facts(peers=(Peer(NOE, "Noé Martin", "Noé", committed=True), Peer(INES, "Inès Haddad", "Inès")))
    assert said(r.peer_committed, known, peer=NOE) == ""
    assert said(r.peer_committed, known, peer=INES) == "Inès n’a pas signé l’engagement de confidentialité."


def test_nobody_accompanies_a_relative() -> None:
    known = facts(peers=(Peer(NOE, "Noé Martin", "Noé", linked=True), Peer(INES, "Inès Haddad", "Inès")))
    assert said(r.no_conflict, known, peer=INES) == ""
    assert said(r.no_conflict, known, peer=NOE) == "Un lien est déclaré. Le Cercle désigne quelqu’un d’autre."


def test_an_accompaniment_lasts_as_long_as_the_contract_and_the_entry() -> None:
    sentence = "Une entrée ou un contrat est en cours : cherchez un autre binôme."
    running = cape(date(2027, 1, 1), date(2027, 12, 31))
    assert said(r.contract_over, facts()) == ""
    assert said(r.contract_over, facts(entering=True)) == sentence
    assert said(r.contract_over, facts(contracts=(running,))) == sentence
    assert said(r.contract_over, facts(contracts=(cape(date(2027, 4, 1), date(2028, 3, 31), "signed"),))) == sentence
    assert said(r.contract_over, facts(contracts=(cape(date(2026, 1, 1), date(2026, 12, 31), "ended"),))) == ""


# Pairing -------------------------------------------------------------------------------------------------------------


def test_the_peer_is_remembered_then_forgotten() -> None:
    peers = (Peer(NOE, "Noé Martin", "Noé", committed=True),)
    assert taken("propose", facts(state="seeking", peers=peers, actor="claire"), "circle", peer=NOE) == {"peer": NOE}
    assert taken("confirm", facts(state="peer_agreed", actor=ANA), "person") == {"since_running": "2027-03-01"}
    assert taken("ask_other", facts(actor=ANA), "person") == {
        "peer": None, "since_running": None, "next_meeting": None}


def test_only_someone_who_was_offered_may_be_asked() -> None:
    known = facts(state="seeking", peers=(Peer(NOE, "Noé Martin", "Noé", committed=True),))
    with pytest.raises(AnswersInvalid):
        taken("propose", known, "circle", peer=SAMI)


def test_the_peers_with_room_come_first_and_the_person_never() -> None:
    form = PairingForm()
    r.name_peers(form, facts(peers=(
        Peer(NOE, "Noé Martin", "Noé", "réparateur de vélos", 2), Peer(INES, "Inès Roussel", "Inès", "formatrice", 1),
        Peer(SAMI, "Sami Belkacem", "Sami"), Peer(ANA, "Ana Moreau", "Ana"))))
    assert form.peer.choices == [
        (SAMI, "Sami Belkacem – accompagne 0 personne"),
        (INES, "Inès Roussel – formatrice – accompagne 1 personne"),
        (NOE, "Noé Martin – réparateur de vélos – accompagne 2 personnes"), (OTHER, "Quelqu’un d’autre"),
    ]


def test_a_peer_answers_within_seven_days() -> None:
    """Asked on Monday 1 March: until the end of Monday 8 March in Paris."""
    due = r.answer_due(facts(state="proposed"))
    assert due.isoformat() == "2027-03-08T22:59:59+00:00"


# Meetings ------------------------------------------------------------------------------------------------------------

MEETING = {
    "held_on": "2027-02-26", "minutes": "60", "mode": "place", "present": "Ana et Noé", "subjects": ["money"],
    "notes": "Le budget tient.", "next_on": "2027-03-26",
}


def test_a_meeting_is_kept_with_the_next_date_and_the_other_approves_it() -> None:
    assert taken("record_meeting", facts(memory={"peer": NOE}), "peer", **MEETING) == {
        "meetings": ["2027-02-26"], "next_meeting": "2027-03-26"}
    assert r.other_of_pairing(facts(memory={"peer": NOE}, actor=NOE), {}) == [ANA]
    assert r.other_of_pairing(facts(memory={"peer": NOE}, actor=ANA), {}) == [NOE]


def test_each_decision_with_a_date_is_a_task_for_whoever_it_names() -> None:
    """« 15 12 2027 » and « 1er mars 2027 » are days; without one, it is only written down."""
    rows = {"decisions-0-who": "peer", "decisions-0-what": "Relire le devis", "decisions-0-when": "15 12 2027",
            "decisions-1-who": "person", "decisions-1-what": "Appeler la mairie", "decisions-1-when": "1er avril 2027",
            "decisions-2-who": "person", "decisions-2-what": "Réfléchir aux prix", "decisions-2-when": ""}
    known = facts(memory={"peer": NOE}, actor=NOE)
    decision = decide(accompaniment, "record_meeting", state="running", roles={"peer"}, facts=known, raw={**MEETING, **rows})
    assert r.decided(known, decision.answers) == [
        ("Décidé ensemble : Relire le devis", date(2027, 12, 15), [NOE]),
        ("Décidé ensemble : Appeler la mairie", date(2027, 4, 1), [ANA])]


def test_a_decision_says_which_line_is_incomplete() -> None:
    wrong = {**MEETING, "decisions-0-who": "peer", "decisions-0-what": "Relire", "decisions-0-when": "le 31 février"}
    assert errors("record_meeting", facts(), "peer", wrong) == {
        "decisions": ["« Décisions : qui, quoi, quand » : complétez la ligne 1"]}


def test_a_meeting_is_approved_once_by_the_other_one() -> None:
    item = Item("m1", "record_meeting", NOE)
    known = facts(memory={"peer": NOE}, about=item, actor=ANA)
    assert taken("approve_meeting", known, "other") == {"approved": {"m1": "2027-03-01"}}
    with pytest.raises(NotTheirs):
        taken("approve_meeting", known, "author")
    again = facts(memory={"peer": NOE, "approved": {"m1": "2027-03-01"}}, about=item, actor=ANA)
    with pytest.raises(StepRefused):
        taken("approve_meeting", again, "other")


def test_silence_is_noticed_after_45_days_then_after_75_with_the_circle() -> None:
    running = {"peer": NOE, "since_running": "2027-01-01", "meetings": ["2027-01-15"]}
    first = r.quiet_due(facts(memory=running))
    assert first is not None
    assert paris_day(first) == date(2027, 3, 1)
    assert not r.long_quiet(facts(memory=running), {})
    noticed = {**running, "taken": {"quiet": first.isoformat()}}
    second = r.quiet_due(facts(memory=noticed))
    assert second is not None
    assert paris_day(second) == date(2027, 3, 31)
    late = facts(memory=noticed, now=noon(date(2027, 3, 31)))
    assert r.long_quiet(late, {})
    assert r.quiet_due(facts(memory={**running, "taken": {"quiet": second.isoformat()}}, now=late.now)) is None


def test_a_meeting_begins_the_silence_anew_and_death_ends_it() -> None:
    running = {"since_running": "2027-01-01", "meetings": ["2027-02-26", "2027-01-15"]}
    due = r.quiet_due(facts(memory={**running, "taken": {"quiet": "2027-02-20T09:00:00+00:00"}}))
    assert due is not None
    assert paris_day(due) == date(2027, 2, 26) + timedelta(days=45)
    assert r.quiet_due(facts(memory=running, silent=True)) is None


# Reviews -------------------------------------------------------------------------------------------------------------


def asked(known: Facts) -> list[tuple[str, str]]:
    return [(one.on.isoformat(), one.before.isoformat()) for one in r.asked_reviews(known)]


def test_a_cape_is_reviewed_at_3_6_and_12_months() -> None:
    twelve = facts(contracts=(cape(date(2026, 12, 1), date(2027, 11, 30)),))
    assert asked(twelve) == [("2027-03-01", "2027-03-31"), ("2027-06-01", "2027-06-30"), ("2027-11-30", "2027-11-30")]
    six = facts(contracts=(cape(date(2026, 12, 1), date(2027, 5, 31)),))
    assert asked(six) == [("2027-03-01", "2027-03-31"), ("2027-05-31", "2027-05-31")]


def test_a_renewal_is_reviewed_too_and_a_draft_is_not() -> None:
    first, second = cape(date(2026, 1, 1), date(2026, 12, 31), "ended"), cape(date(2027, 1, 1), date(2027, 12, 31))
    draft = Contract("cape", "c3", "d", "drafting", date(2028, 1, 1), date(2028, 12, 31))
    assert [on for on, _ in asked(facts(contracts=(first, second, draft)))] == [
        "2026-04-01", "2026-07-01", "2026-12-31", "2027-04-01", "2027-07-01", "2027-12-31"]


def test_a_cesa_is_reviewed_twice_a_year_asked_at_5_and_11_months() -> None:
    held = {"reviews": ["2026-08-20", "2027-02-10"]}
    known = facts(contracts=(cesa(date(2026, 3, 1)),), memory=held)
    assert asked(known)[:4] == [
        ("2026-08-01", "2026-08-31"), ("2027-02-01", "2027-02-28"), ("2027-08-01", "2027-08-31"),
        ("2028-02-01", "2028-02-29")]


def test_one_interview_in_the_first_year_of_a_cesa_is_an_alarm() -> None:
    """Worked case 20: CESA 2026-03-01, one interview by 2027-02-28."""
    one = facts(contracts=(cesa(date(2026, 3, 1)),), memory={"reviews": ["2026-08-20"]})
    assert ("2027-02-28", "2027-02-28") in asked(one)
    two = facts(contracts=(cesa(date(2026, 3, 1)),), memory={"reviews": ["2026-08-20", "2027-02-10"]})
    assert ("2027-02-28", "2027-02-28") not in asked(two)
    told = facts(
        contracts=one.contracts, now=noon(date(2027, 2, 20)),
        memory={"reviews": ["2026-08-20"], "taken": {"review_due": "2027-02-01T05:00:00+00:00"}})
    due = r.review_due(told)
    assert due is not None
    assert paris_day(due) == date(2027, 2, 28)


def test_each_review_is_asked_once_and_those_missed_give_one_letter_for_the_latest() -> None:
    contracts = (cape(date(2026, 12, 1), date(2027, 11, 30)),)
    opened = {"opened_on": "2026-11-02"}
    due = r.review_due(facts(contracts=contracts, memory=opened))
    assert due is not None
    assert due.isoformat() == "2027-02-28T23:00:00+00:00"
    late = facts(contracts=contracts, memory=opened, now=noon(date(2027, 6, 3)))
    assert taken("review_due", late, "clock") == {"review_due": "2027-06-30"}
    after = facts(contracts=contracts, now=late.now, memory={**opened, "taken": {"review_due": late.now.isoformat()}})
    following = r.review_due(after)
    assert following is not None
    assert paris_day(following) == date(2027, 11, 30)


def test_reviews_before_the_accompaniment_began_are_not_asked_and_death_stops_them() -> None:
    contracts = (cape(date(2026, 6, 1), date(2027, 5, 31)),)
    due = r.review_due(facts(contracts=contracts))
    assert due is not None
    assert paris_day(due) == date(2027, 5, 31)
    assert r.review_due(facts(contracts=contracts, silent=True)) is None


def test_the_peer_holds_the_review_or_the_support_team_without_one() -> None:
    tasks = [one for one in accompaniment.rows("review_due")[0].then if isinstance(one, Task)]
    paired, alone = facts(memory={"peer": NOE}), facts(state="seeking")
    assert [one.role for one in tasks if one.when is None or one.when(paired, {})] == ["peer"]
    assert [one.role for one in tasks if one.when is None or one.when(alone, {})] == ["support"]


REVIEW = Item("r1", "record_review", NOE)


def signing(actor: str, signed: tuple[str, ...] = (), **more: Any) -> Facts:
    known = {"about": REVIEW, "kept": "same", "written": "same", **more}
    return facts(actor=actor, memory={"peer": NOE, "signatures": {"r1": list(signed)}}, **known)


def test_a_review_counts_once_both_have_signed() -> None:
    first = taken("sign_review", signing(NOE), "author")
    assert first["signatures"] == {"r1": ["author"]} and "reviews" not in first
    both = taken("sign_review", signing(ANA, ("author",)), "person")
    assert (both["signatures"], both["reviews"]) == ({"r1": ["author", "person"]}, ["2027-03-01"])


def test_nobody_signs_twice_nor_without_saying_which_review() -> None:
    assert not ask(r.to_sign, signing(ANA, ("person",))).ok
    assert not ask(r.to_sign, signing(ANA, about=None)).ok
    assert not ask(r.to_sign, signing(ANA, about=Item("m1", "record_meeting", NOE))).ok


def test_support_signs_for_an_author_who_has_left_and_for_nobody_else() -> None:
    assert not ask(r.to_sign, signing(SAMI)).ok
    assert ask(r.to_sign, signing(SAMI, author_here=False)).ok
    assert not ask(r.to_sign, signing(SAMI, ("author",), author_here=False)).ok


def test_a_review_that_changed_is_not_signed() -> None:
    with pytest.raises(StepRefused, match="Le document a changé depuis l’envoi"):
        taken("sign_review", signing(ANA, kept="another"), "person")


# Forms ---------------------------------------------------------------------------------------------------------------


def errors(step: str, known: Facts, role: str, raw: dict[str, Any]) -> dict[str, list[str]]:
    with pytest.raises(AnswersInvalid) as refused:
        decide(accompaniment, step, state=known.state, roles={role}, facts=known, raw=raw)
    return {name: [str(one) for one in told] for name, told in refused.value.form.errors.items()}


def test_an_empty_meeting_says_what_is_missing() -> None:
    assert errors("record_meeting", facts(), "peer", {}) == {
        "held_on": ["Saisissez la date du rendez-vous"], "minutes": ["Saisissez la durée"], "mode": ["Choisissez un mode"],
        "present": ["Indiquez qui était là"], "subjects": ["Choisissez au moins un sujet"],
        "notes": ["Écrivez le compte rendu"]}


def test_a_meeting_is_not_in_the_future() -> None:
    assert errors("record_meeting", facts(), "peer", {**MEETING, "held_on": "2027-03-02"}) == {
        "held_on": ["La date doit être dans le passé"]}


def test_a_cape_review_has_its_questions_and_a_cesa_review_the_eight_points() -> None:
    in_cape = facts(contracts=(cape(date(2027, 1, 1), date(2027, 12, 31)),))
    assert errors("record_review", in_cape, "peer", {}) == {
        "billed": ["Saisissez le chiffre facturé"], "cashed": ["Saisissez le chiffre encaissé"],
        "goals": ["Écrivez où en sont les objectifs"], "project": ["Écrivez le projet à 6 mois"],
        "opinion": ["Choisissez un avis"]}
    in_cesa = facts(contracts=(cesa(date(2027, 1, 1)),))
    assert set(errors("record_review", in_cesa, "peer", {})) == CESA_POINTS
    assert len(CESA_POINTS) == 8
    taken("record_review", in_cesa, "peer", **dict.fromkeys(CESA_POINTS, "Dit ensemble"))
    taken("record_review", in_cape, "peer", billed="12 000", cashed="9 500,50", goals="Tenus", project="Grandir",
          opinion="continue")


def test_empty_pairing_and_handover_say_what_is_missing() -> None:
    for form, told in ((PairingForm(), "Choisissez une personne"), (HandoverForm(), "Écrivez où vous en êtes")):
        if isinstance(form, PairingForm):
            form.peer.choices = [(NOE, "Noé Martin")]
        assert not form.validate()
        assert [str(error) for errors_ in form.errors.values() for error in errors_] == [told]


def test_meetings_and_reviews_are_read_by_both_and_the_circle_alone() -> None:
    assert MeetingForm.readers == ("person", "circle", "peer")
    assert ReviewForm.readers == ("person", "circle", "peer", "support", "cogerance")


# Taking over ---------------------------------------------------------------------------------------------------------


def test_a_pairing_that_already_lives_is_taken_over_since_its_real_day() -> None:
    known = facts(state="", actor=SAMI)
    kept = taken("take_over", known, "support", stage="running", since="2025-09-01", reason="Reprise")
    assert kept == {"opened_on": "2027-03-01", "since_running": "2025-09-01"}


def test_the_ladder_climbs_while_the_person_has_not_answered() -> None:
    (remind,) = accompaniment.rows("remind")
    assert remind.due is not None
    due = remind.due(facts(state="peer_agreed", memory={"moved": noon(TODAY).isoformat()}))
    assert isinstance(due, datetime)
    assert due == noon(TODAY) + timedelta(days=7)
    assert remind.due(facts(state="running")) is None
