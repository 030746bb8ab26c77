"""The table of the admission, read a second time from JOURNEY §5.1: every state, row, role, rule and hand-over."""

from __future__ import annotations

import pytest

from workflows import ALL
from workflows.admission import admission
from workflows.grammar import DropTasks, FreePlace, Letter, Open, Remember, Step, StepBack, TakeStep, Task
from workflows.wellformed import COMMON, awaited, caused

OPEN = "contact meeting draft submitted review deferred waiting offered papers signing paused"

STATES = """
contact      | Premier contact        | person  |
meeting      | Réunion d’information  | circle  |
draft        | Candidature à envoyer  | person  |
submitted    | À lire                 | circle  | ladder
review       | Rencontre              | circle  | ladder
deferred     | À retravailler         | person  | ladder
waiting      | Liste d’attente        | circle  |
offered      | Place proposée         | person  |
papers       | Dossier d’entrée       | person  | ladder
signing      | Contrat à signer       | support |
paused       | En pause               | person  |
joined       | Accueilli·e            |         |
declined     | Sans suite             |         |
redirected   | Réorientation          |         |
withdrawn    | Retirée                |         |
lapsed       | Classée sans réponse   |         |
"""

ROWS = f"""
register | Laisser mes coordonnées | – → contact | person circle | old_enough
register | | – → contact | kiosk | old_enough
book | Choisir une réunion | contact meeting → meeting | person circle | seat_left
begin | Commencer ma demande | contact → draft | person | meeting_optional
attend | Noter la présence | contact meeting → draft | circle kiosk |
miss | Noter l’absence | meeting → contact | circle |
cancel_meeting | Annuler la réunion | meeting → contact | circle facilitator |
skip_meeting | Dispenser de réunion | contact meeting → draft | circle |
submit | Envoyer ma candidature | draft deferred → submitted | person | pages_complete old_enough part_time_ahead
revise | Modifier ma candidature | submitted review = | person | old_enough part_time_ahead
accept_file | Dossier complet | submitted → review | circle | two_readers nothing_asked
replace_reader | Remplacer une personne qui lit | review = | circle | two_readers
propose_interview | Proposer une rencontre | review = | circle |
choose_interview | Choisir cette date | review = | person | dates_proposed
record_interview | Noter la rencontre | review = | circle | no_conflict
check_support | Rendre l’avis de l’équipe | review = | support |
propose | Proposer une décision | review = | circle | no_conflict
give_opinion | Donner un avis | review = | circle | no_conflict
lift_objection | Lever mon objection | review = | author |
admit | Inscrire sur la liste d’attente | review → waiting | circle | consent interviews_done support_checked
enrol | Inscrire au programme | review waiting → papers | coordinator | no_cap_here consent interviews_done support_checked
defer | Demander de retravailler | review → deferred | circle | consent
decline | Donner une réponse négative | review → declined | circle | consent
redirect | Réorienter | review → redirected | circle | consent
contest | Demander un réexamen | declined = | person |
reexamine | Réexaminer | declined → review | cogerance | contested no_other_road
ask_interest | | waiting = | clock |
reconfirm | Je suis toujours d’accord | waiting = | person |
update | Faire le point | waiting = | circle |
offer | Proposer une place | waiting → offered | circle | place_free month_left first_in_line admission_valid
offer_out_of_turn | Proposer hors rang | waiting → offered | circle | place_free month_left exceptions_left admission_valid
accept | J’accepte | offered → papers | person | offer_open
decline_offer | Pas cette fois, je garde mon rang | offered → waiting | person | first_refusal offer_open
decline_offer | Pas cette fois | offered → waiting | person | offer_open
postpone | Je reporte mon entrée | offered → waiting | person | offer_open postponements_left
take_offer_back | Retirer la proposition | offered → waiting | circle |
expire | | offered → waiting | clock | first_silence
expire | | offered → paused | clock |
pause | Mettre en pause | review waiting → paused | person circle | pause_short
auto_pause | | waiting → paused | clock |
resume | Reprendre | paused → waiting | person circle | was_admitted
resume | Reprendre | paused → review | person circle |
change_month | Changer de mois d’entrée | papers signing = | support | place_free
send_papers | Envoyer mon dossier d’entrée | papers = | person | pages_complete
check_papers | Dossier d’entrée complet | papers → signing | support | no_contract papers_complete insured may_work not_full_time
ask_transfer | Demander le transfert | – → papers | person coordinator | none_open kpa_cape_runs
transfer | Confirmer le transfert | papers → joined | support | transfer_asked cape_runs place_taken
join | | signing → joined | ←cape.take_effect ←salaried.take_effect |
give_back | Rendre la place | papers signing → waiting | person circle support ←cape.cancel ←salaried.withdraw ←salaried.close_silent | was_admitted
miss_month | | papers = | clock | transfer_asked
miss_month | | papers signing → waiting | clock | nothing_signed
miss_month | | signing = | clock |
review_again | Rouvrir l’étude | waiting offered papers → review | circle support |
withdraw | Retirer ma demande | {OPEN} → withdrawn | person circle ←departure.end_contract |
lapse | | contact draft → lapsed | clock |
close_silent | Classer sans réponse | meeting submitted review deferred papers paused → lapsed | circle | nobody_answers reminders_done
stay_in_touch | Rester en contact | declined redirected withdrawn lapsed = | person |
reopen | Rouvrir ma demande | withdrawn lapsed → waiting | person circle | was_admitted no_other_road reopen_in_time
reopen | Rouvrir ma demande | withdrawn lapsed → submitted | person circle | was_sent no_other_road reopen_in_time
reopen | Rouvrir ma demande | withdrawn lapsed → draft | person circle | no_other_road reopen_in_time
"""  # noqa: E501

CONSENT = "proposal_matches enough_opinions no_objection"


def cells(text: str) -> list[list[str]]:
    """The lines of a table, their cells trimmed."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def as_read(row: Step) -> list[str]:
    """A row as the specification writes it."""
    where = f"{' '.join(row.sources) or '–'} {'=' if row.dest is None else '→ ' + row.dest}"
    rules = " ".join(dict.fromkeys(rule.name for rule in (*row.chosen_if, *row.only_if)))
    by = row.by if isinstance(row.by, str) else " ".join(row.by)
    return [row.name, row.label or "", where, by, rules]


def own() -> list[Step]:
    """The rows of the admission, without those of every workflow."""
    return [row for row in admission.steps if row.name not in COMMON]


def test_states_are_those_of_the_specification() -> None:
    assert [[state.name, state.label, " ".join(state.waits_for), "ladder" if state.ladder else ""]
            for state in admission.states] == cells(STATES)
    assert " ".join(admission.open_states) == OPEN


def test_rows_are_those_of_the_specification_in_its_order() -> None:
    expected = [[name, label, where, by, rules.replace("consent", CONSENT)]
                for name, label, where, by, rules in cells(ROWS)]
    assert [as_read(row) for row in own()] == expected


def test_take_over_opens_where_people_stand() -> None:
    assert [(row.sources, row.dest, row.by) for row in admission.rows("take_over")] == [
        ((), "waiting", "support"), ((), "joined", "support")]
    for row in admission.rows("take_over"):
        assert not [then for then in row.then if isinstance(then, Letter | Task)]


# Hand-overs ----------------------------------------------------------------------------------------------------------


HANDOVERS = {
    ("admission.accept", "accompaniment.open"), ("admission.enrol", "accompaniment.open"),
    ("admission.check_papers", "cape.open"), ("admission.check_papers", "salaried.open"),
    ("admission.decline", "accompaniment.end"), ("admission.redirect", "accompaniment.end"),
    ("admission.change_month", "cape.rework"), ("admission.change_month", "salaried.rework"),
    ("admission.give_back", "cape.cancel"), ("admission.give_back", "salaried.withdraw"),
    ("admission.miss_month", "cape.cancel"), ("admission.miss_month", "salaried.withdraw"),
    ("admission.withdraw", "cape.cancel"), ("admission.withdraw", "salaried.withdraw"),
    ("admission.withdraw", "accompaniment.end"), ("admission.close_silent", "accompaniment.end"),
}


def test_what_the_admission_hands_over() -> None:
    assert caused({"admission": admission}) == HANDOVERS
    assert awaited(ALL) >= HANDOVERS


def test_what_is_handed_to_the_admission() -> None:
    mine = {pair for pair in awaited(ALL) if pair[1].startswith("admission.")}
    assert mine == {
        ("cape.take_effect", "admission.join"), ("salaried.take_effect", "admission.join"),
        ("cape.cancel", "admission.give_back"), ("salaried.withdraw", "admission.give_back"),
        ("salaried.close_silent", "admission.give_back"), ("departure.end_contract", "admission.withdraw"),
    }
    assert caused(ALL) >= mine


def test_an_accompaniment_ends_everywhere_and_only_if_no_contract_runs() -> None:
    ends = [then for row in own() for then in row.then if isinstance(then, TakeStep) and then.workflow == "accompaniment"]
    assert len(ends) == 4
    assert all(then.everywhere and then.unless_refused for then in ends)


def test_a_second_contract_is_never_opened_ahead() -> None:
    assert not [then for row in own() for then in row.then if isinstance(then, Open) and then.again]


# Effects -------------------------------------------------------------------------------------------------------------


LETTERS = """
register contact_received person
book meeting_booked person
attend dossier_opened person
miss meeting_missed person
cancel_meeting journee_moved person
skip_meeting dossier_opened person
submit application_received person circle
propose_interview interview_proposed person
choose_interview interview_set person circle
admit admitted person circle support
enrol papers_asked person support
defer deferred person
decline declined person cogerance
redirect redirected person
contest contest_received person cogerance
ask_interest reconfirm_asked person
offer place_offered person
offer_out_of_turn place_offered person
accept offer_answered circle support
accept papers_asked person support
decline_offer offer_answered circle support
postpone offer_answered circle support
take_offer_back offer_withdrawn person
expire offer_expired person circle
pause paused person
auto_pause paused person
resume resumed person circle
send_papers address_changed person
change_month place_moved person circle support
give_back place_moved person circle support
miss_month place_moved person circle support
review_again file_reopened person circle
withdraw withdrawn person circle
lapse lapsed person
close_silent lapsed person
reopen resumed person circle
reopen dossier_opened person
"""


def test_letters_go_where_the_specification_sends_them() -> None:
    said: dict[tuple[str, str], list[str]] = {}
    for row in own():
        for then in row.then:
            if isinstance(then, Letter) and row.name != "remind":
                to = said.setdefault((row.name, then.template), [])
                to += [role for role in then.to if role not in to]
    assert {f"{step} {letter} {' '.join(to)}" for (step, letter), to in said.items()} == set(LETTERS.strip().splitlines())


@pytest.mark.parametrize("name", ["admit", "defer", "decline", "redirect"])
def test_a_decision_reaches_the_person_only_if_the_circle_sends_it(name: str) -> None:
    to_person = [then for then in admission.rows(name)[0].then if isinstance(then, Letter) and "person" in then.to]
    assert [then.to for then in to_person] == [("person",)]
    assert to_person[0].when is not None
    assert to_person[0].when(None, {"sending": "send"})
    assert not to_person[0].when(None, {"sending": "keep"})


FREEING = {"decline_offer", "postpone", "take_offer_back", "expire", "give_back", "miss_month", "review_again",
           "withdraw", "close_silent"}


def test_leaving_otherwise_than_forward_frees_the_place() -> None:
    leaving = [row for row in own() if {"offered", "papers", "signing"} & set(row.sources)
               and row.dest in ("waiting", "paused", "review", "withdrawn", "lapsed")]
    assert {row.name for row in leaving} == FREEING
    for row in leaving:
        assert FreePlace() in row.then, row.name


def test_who_steps_back() -> None:
    assert [(row.name, row.label) for row in own() if StepBack() in row.then] == [
        ("decline_offer", "Pas cette fois"), ("expire", None)]


TASKS = """
register circle admission.contact_days
book facilitator 0
submit circle admission.file_days
accept_file circle admission.interview_days
accept_file support admission.interview_days
replace_reader circle admission.interview_days
replace_reader circle 0
propose circle admission.opinion_days
contest cogerance admission.reexamine_days
expire circle 7
auto_pause circle pause.rank_days
send_papers support 7
send_papers accounts 7
ask_transfer support 7
transfer support 14
miss_month support 7
miss_month circle 7
miss_month support 7
miss_month cogerance 7
reopen circle admission.file_days
"""


def test_tasks_and_their_delays() -> None:
    said = [f"{row.name} {then.role} {then.days}" for row in own() for then in row.then if isinstance(then, Task)]
    assert said == TASKS.strip().splitlines()
    assert [then.working for row in own() for then in row.then
            if isinstance(then, Task) and then.days == "admission.file_days"] == [True, True]


def test_new_tasks_come_after_old_ones_are_dropped() -> None:
    for row in own():
        kinds = [type(then) for then in row.then if isinstance(then, Task | DropTasks)]
        assert kinds == sorted(kinds, key=lambda kind: kind is Task), row.name


def test_nothing_is_kept_elsewhere_than_in_memory() -> None:
    """Each row that remembers does it by a pure function of facts and answers."""
    for row in own():
        for then in row.then:
            if isinstance(then, Remember):
                assert then.what.__module__ == "workflows.admission.memory"


def test_closing_a_case_just_opened() -> None:
    assert (admission.closing_step, admission.closing_state) == ("withdraw", "withdrawn")


def test_people_read_where_they_are_in_each_state() -> None:
    for state in admission.states:
        assert state.says.endswith((".", "!")), state.name
        assert "·" not in state.says.replace("associé·e", "")


def test_what_a_person_or_the_clock_does_is_never_undone() -> None:
    assert not admission.rows("accept")[0].undoable
    assert not admission.rows("expire")[0].undoable
    assert admission.rows("admit")[0].undoable
    assert admission.rows("offer")[0].undoable
