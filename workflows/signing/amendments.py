"""An amendment signed on the screen, as the contract it changes: sent, read and signed by the person, then by the cogérance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from workflows.calendar import end_of_paris_day, paris_day, working_day_on_or_after
from workflows.common import ReasonForm
from workflows.grammar import Answers, DropTasks, Freeze, GiveCode, Letter, Remember, Sign, Step, Task, choice, house
from workflows.roles import clock, cogerance, person, support
from workflows.signing import (
    LATE,
    all_read,
    ask_code,
    coop_known,
    link_opened,
    mandate,
    not_signed_yet,
    person_signed,
    reminder_before,
    same_document,
)
from workflows.signing.facts import ContractFacts
from workflows.signing.forms import (
    AmendmentCountersignatureForm,
    AmendmentForm,
    AmendmentSignatureForm,
    AmendmentTextForm,
    GiveCodeForm,
)

TO_SIGN, TO_COUNTERSIGN = ("sign_amendment",), ("countersign_amendment",)


@choice
def amendment_open(facts: ContractFacts) -> bool:
    """An amendment waits for its signatures."""
    return bool(facts.amendment)


@house("Un avenant attend déjà ses signatures. L’équipe support le reprend, ou chacun le signe.", lifted_by="")
def no_amendment_open(facts: ContractFacts) -> bool:
    """One amendment at a time."""
    return not facts.amendment


def begun(_: ContractFacts, answers: Answers) -> dict[str, Any]:
    """The day it takes effect; the document itself is kept with its print."""
    return {"amendment": {"effective_on": answers["effective_on"].isoformat()}}


def signed_by_person(facts: ContractFacts, _: Answers) -> dict[str, Any]:
    """The person has signed it today."""
    return {"amendment": {**facts.amendment, "person_signed_on": facts.today.isoformat()}}


def concluded(facts: ContractFacts, _: Answers) -> dict[str, Any]:
    """One more amendment, and none under way."""
    return {"amendment": None, **one_more(facts, _)}


def one_more(facts: ContractFacts, _: Answers) -> dict[str, Any]:
    """One more amendment."""
    return {"amended": int(facts.memory.get("amended", 0)) + 1}


def reminder_due(facts: ContractFacts) -> datetime | None:
    """Some days before it takes effect, to whoever must still sign."""
    sent = facts.taken("send_amendment")
    return reminder_before(_effect(facts), facts, sent) if facts.amendment and sent else None


def unsigned_due(facts: ContractFacts) -> datetime | None:
    """Some days after it should have taken effect, or after its sending when it was late already."""
    sent = facts.taken("send_amendment")
    return end_of_paris_day(max(_effect(facts), paris_day(sent)) + LATE) if facts.amendment and sent else None


def _effect(facts: ContractFacts) -> date:
    return date.fromisoformat(facts.amendment["effective_on"])


def person_signs_next(facts: ContractFacts, _: Answers) -> bool:
    """The person has not signed it."""
    return not facts.person_has_signed


def cogerance_signs_next(facts: ContractFacts, _: Answers) -> bool:
    """The person has: the cogérance is next."""
    return facts.person_has_signed


concluded_letter = Letter("contract_signed", to=(person, support, cogerance))
given_up = (Remember(lambda facts, answers: {"amendment": None}), DropTasks((*TO_SIGN, *TO_COUNTERSIGN)),
            Letter("contract_reworked", to=(person, support)))


def amendment_rows(states: Sequence[str]) -> tuple[Step, ...]:
    """The rows of an amendment, for a contract in force in these states; what « Annuler » is elsewhere, taking back is here."""
    here = tuple(states)
    return (
        Step("amend", "Signer un avenant", here, None, by=support, form=AmendmentForm, only_if=[same_document],
             effective=lambda facts, answers: answers["effective_on"], then=[Remember(one_more), concluded_letter],
             past="a enregistré un avenant", final=True,
             hint="Signé sur papier. À l’écran : « Envoyer un avenant à la signature »."),
        Step("send_amendment", "Envoyer un avenant à la signature", here, None, by=support, form=AmendmentTextForm,
             only_if=[no_amendment_open, coop_known],
             then=[Remember(begun), Freeze("amendment"), Letter("contract_to_sign"),
                   Task(person, "Lire et signer l’avenant", closes_with=TO_SIGN,
                        due=lambda facts, answers: working_day_on_or_after(max(answers["effective_on"], facts.today)))],
             past="a envoyé un avenant à signer", final=True,
             hint="L’envoi fige le document : le corriger demande ensuite de le reprendre."),
        Step("sign_amendment", "Signer l’avenant", here, None, by=person, form=AmendmentSignatureForm, fill=ask_code,
             chosen_if=[amendment_open], only_if=[same_document, link_opened, all_read, not_signed_yet],
             then=[Sign(), Remember(signed_by_person), Letter("contract_to_countersign", to=(cogerance,)),
                   Task(cogerance, "Signer l’avenant pour Optéos", closes_with=TO_COUNTERSIGN, days=7)],
             past="a signé l’avenant", final=True),
        Step("countersign_amendment", "Signer l’avenant pour Optéos", here, None, by=cogerance,
             form=AmendmentCountersignatureForm, chosen_if=[amendment_open], only_if=[person_signed, same_document, mandate],
             then=[Sign(seals=True), Remember(concluded), concluded_letter],
             past="a signé l’avenant pour Optéos", final=True, decision=True),
        Step("take_back_amendment", "Demander une correction", here, None, by=(support, person), form=ReasonForm,
             chosen_if=[amendment_open], then=given_up,
             past="a repris l’avenant", final=True, hint="Les signatures déjà données ne valent plus.",
             team_label="Reprendre l’avenant"),
        Step("give_code", "Donner le code pour signer", here, None, by=support, form=GiveCodeForm, chosen_if=[amendment_open],
             only_if=[not_signed_yet, same_document], then=[GiveCode()], past="a donné un code pour signer, de vive voix",
             quiet=True, hint="Appelez la personne, ou vérifiez qui vous appelle. Le code s’affiche une fois et vaut une heure."),
        Step("remind", None, here, None, by=clock, chosen_if=[amendment_open], due=reminder_due,
             then=[Letter("contract_to_sign", when=person_signs_next),
                   Letter("contract_to_countersign", to=(cogerance,), when=cogerance_signs_next)],
             past="rappel de signature de l’avenant envoyé"),
        Step("unsigned_amendment", None, here, None, by=clock, chosen_if=[amendment_open], due=unsigned_due,
             then=[Task(support, "Avenant non signé à sa date d’effet : le renvoyer avec une nouvelle date", days=0), *given_up],
             past="avenant non signé à temps, à reprendre"),
    )
