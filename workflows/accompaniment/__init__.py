"""L’accompagnement : un pair librement choisi des deux côtés, d’une place acceptée à la sortie.

What an accompaniment remembers: `opened_on` (day it began), `peer` (uid of the peer asked or running; kept once
ended), `since_running` (day the pairing began), `meetings` (days noted), `next_meeting` (day), `approved` (meeting
uid → day), `signatures` (review uid → who has signed: author, person), `signed` (review uid → person uid and instant of
each signature), `reviews` (days reviews became signed by both),
`review_due` (day by which the review last asked is held). A review or a meeting is named by the uid of its event.
"""

from __future__ import annotations

from typing import Any

from workflows.accompaniment import rules as r
from workflows.accompaniment.forms import AppointmentForm, HandoverForm, MeetingForm, PairingForm, ReviewForm
from workflows.accompaniment.rules import Facts, Peer
from workflows.common import ReasonForm, journey, take_over
from workflows.dossier import none_open
from workflows.grammar import Answers, DropTasks, Letter, Remember, State, Step, Task
from workflows.roles import after, author, circle, clock, kiosk, other, peer, person, support

__all__ = ["Facts", "Peer", "accompaniment"]

states = (
    State("seeking", "Binôme à trouver", waits_for=(circle,), next_steps=("propose",),
          says="Le Cercle accompagnement cherche la personne qui vous accompagnera. Vous donnerez votre accord."),
    State("proposed", "Pair sollicité", waits_for=(peer,), next_steps=("agree", "decline", "call_back"),
          says="Le Cercle a pensé à quelqu’un pour vous accompagner et attend sa réponse."),
    State("peer_agreed", "Pair d’accord", waits_for=(person,), ladder=True,
          next_steps=("confirm", "ask_other", "call_back"),
          says="Quelqu’un est d’accord pour vous accompagner. C’est à vous de dire oui, ou de demander une autre "
               "personne."),
    State("running", "En cours", waits_for=(peer, person),
          next_steps=("record_meeting", "approve_meeting", "record_review", "sign_review"),
          says="Votre binôme est en place. Notez vos rendez-vous ici : vous partagez le même journal."),
    State("ended", "Terminé", closed=True, says="Cet accompagnement est terminé."),
)
paired_or_not = ("seeking", "proposed", "peer_agreed", "running")


# What a step keeps ---------------------------------------------------------------------------------------------------


def begun(facts: Facts, _: Answers) -> dict[str, Any]:
    """The day it began: reviews are asked from then on."""
    return {"opened_on": facts.today.isoformat()}


def as_it_stands(facts: Facts, answers: Answers) -> dict[str, Any]:
    """A pairing taken over: since when it runs, and with whom."""
    peer = {"peer": answers["peer"]} if answers.get("peer") else {}
    return {**begun(facts, answers), "since_running": answers["since"].isoformat(), **peer}


def asked(_: Facts, answers: Answers) -> dict[str, Any]:
    """Who is asked to accompany."""
    return {"peer": answers["peer"]}


def paired(facts: Facts, _: Answers) -> dict[str, Any]:
    """The pairing begins today."""
    return {"since_running": facts.today.isoformat()}


def nobody(_: Facts, __: Answers) -> dict[str, Any]:
    """Nobody is asked or running any more."""
    return {"peer": None, "since_running": None, "next_meeting": None}


def met(facts: Facts, answers: Answers) -> dict[str, Any]:
    """One more meeting, and the next one."""
    ahead = answers.get("next_on")
    return {
        "meetings": [*facts.memory.get("meetings", ()), answers["held_on"].isoformat()],
        "next_meeting": ahead.isoformat() if ahead else None,
    }


def appointed(_: Facts, answers: Answers) -> dict[str, Any]:
    """The slot taken at a journée, or none any more."""
    ahead = answers.get("on")
    return {"next_meeting": ahead.isoformat() if ahead else None}


def approved(facts: Facts, _: Answers) -> dict[str, Any]:
    """The other of the pairing agrees with what was written."""
    uid = facts.about.uid if facts.about else ""
    return {"approved": {**facts.memory.get("approved", {}), uid: facts.today.isoformat()}}


def review_asked(facts: Facts, _: Answers) -> dict[str, Any]:
    """By when the review is held."""
    return {"review_due": r.review_asked(facts).isoformat()}


# What several rows share ---------------------------------------------------------------------------------------------

seek_again = (
    Remember(nobody), DropTasks(("approve_meeting", "propose")),
    Task(circle, "Proposer un autre binôme", days="pairing.orphan_days", closes_with=("propose",)),
)

steps = (
    Step("open", "Chercher un binôme", (), "seeking",
         by=(circle, after("admission.accept"), after("admission.enrol")),
         chosen_if=[r.under_way], only_if=[none_open],
         then=[Remember(begun),
               Task(circle, "Trouver un binôme", days="pairing.orphan_days", closes_with=("propose",))],
         past="a ouvert la recherche d’un binôme"),
    Step("propose", "Proposer un binôme", ("seeking",), "proposed", by=circle, form=PairingForm, fill=r.name_peers,
         only_if=[r.peer_has_room, r.peer_committed, r.no_conflict],
         then=[Remember(asked), Letter("pairing_asked", to=(peer,))], past="a proposé un binôme",
         hint="Cette personne peut accepter ou refuser. L’autre sera prévenue quand elle aura dit oui."),
    Step("agree", "J’accepte d’accompagner", ("proposed",), "peer_agreed", by=peer,
         then=[Letter("pairing_proposed")], past="a accepté d’accompagner"),
    Step("decline", "Je ne peux pas", ("proposed",), "seeking", by=peer, then=seek_again,
         past="ne peut pas accompagner", hint="Le Cercle cherche quelqu’un d’autre. Aucune raison n’est demandée."),
    Step("no_answer", None, ("proposed",), "seeking", by=clock, due=r.answer_due, then=seek_again,
         past="binôme sollicité, sans réponse"),
    Step("confirm", "Je suis d’accord", ("peer_agreed",), "running", by=person,
         then=[Remember(paired), Letter("pairing_started", to=(person, peer))], past="a accepté ce binôme"),
    Step("ask_other", "Demander une autre personne", ("peer_agreed", "running"), "seeking", by=person,
         then=seek_again, past="a demandé une autre personne", hint="Aucune raison n’est demandée."),
    Step("call_back", "Revoir la proposition", ("proposed", "peer_agreed", "running"), "seeking", by=circle,
         form=ReasonForm, then=seek_again, past="a revu la proposition de binôme"),
    Step("step_down", "Passer la main", ("running",), "seeking", by=peer, form=HandoverForm, then=seek_again,
         past="a passé la main"),
    Step("record_meeting", "Noter un rendez-vous", ("running",), None, by=(peer, person), form=MeetingForm,
         fill=r.today_at_most,
         effective=lambda facts, answers: answers["held_on"],
         then=[Remember(met),
               Task(other, "Valider le compte rendu du rendez-vous", days=7, people=r.other_of_pairing,
                    closes_with=("approve_meeting",)),
               Task(other, "Faire ce qui est décidé au rendez-vous", each=r.decided)],
         past="a noté un rendez-vous"),
    Step("appoint", "Noter le prochain rendez-vous", ("running",), None, by=(person, peer, circle, kiosk), form=AppointmentForm,
         then=[Remember(appointed)], past="a noté le prochain rendez-vous", quiet=True),
    Step("approve_meeting", "Valider le compte rendu", ("running",), None, by=other, about="record_meeting",
         chosen_if=[r.to_approve], then=[Remember(approved)], past="a validé le compte rendu", final=True),
    Step("review_due", None, paired_or_not, None, by=clock, due=r.review_due,
         then=[Remember(review_asked),
               Task(peer, "Tenir le bilan et le rédiger", due=r.review_task_day, people=r.peer_of,
                    closes_with=("record_review",), when=r.has_peer),
               Task(support, "Tenir le bilan et le rédiger, faute de binôme", due=r.review_task_day,
                    closes_with=("record_review",), when=r.without_peer),
               Letter("review_due", to=(person, peer))],
         past="bilan demandé"),
    Step("record_review", "Rédiger le bilan", paired_or_not, None, by=(peer, support), form=ReviewForm,
         fill=r.keep_what_applies, then=[Letter("review_to_sign", to=(person, peer))], past="a rédigé un bilan"),
    Step("sign_review", "Signer le bilan", paired_or_not, None, by=(person, author, support), about="record_review",
         chosen_if=[r.to_sign], only_if=[r.same_document], then=[Remember(r.sign)], past="a signé le bilan",
         final=True, hint="Le bilan compte quand les deux l’ont signé."),
    Step("quiet", None, ("running",), None, by=clock, due=r.quiet_due,
         then=[Letter("meeting_nudge", to=(person, peer), occasion=r.last_noticed),
               Letter("meeting_nudge", to=(circle,), occasion=r.last_noticed, when=r.long_quiet, gathered=True)],
         past="aucun rendez-vous noté depuis longtemps"),
    Step("mediate", "Demander une médiation", ("running",), None, by=(person, peer), form=ReasonForm,
         then=[Task(circle, "Proposer une médiation au binôme", days=7)], past="a demandé une médiation",
         hint="Le Cercle accompagnement vous contacte."),
    Step("end", "Clore l’accompagnement", paired_or_not, "ended",
         by=(circle, after("admission.withdraw"), after("admission.decline"), after("admission.redirect"),
             after("admission.close_silent"), after("departure.end_contract")),
         only_if=[r.contract_over], then=[DropTasks(), Letter("pairing_ended", to=(person, peer, circle))],
         past="a clos l’accompagnement"),
    *take_over("running", remember=as_it_stands),
)

accompaniment = journey(
    "accompaniment", "Accompagnement", states, steps, closing_step="end", closing_state="ended",
)
