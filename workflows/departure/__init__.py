"""La sortie : la fin du contrat, puis celle des comptes.

What a departure remembers: `type` and `motive` (codes of `forms`), `ends_on` (last day of the contract),
`announced_by` (uid; absent when a contract ended by itself), `confirmed` (flag), `stays_associate` (flag, loi 78-763
art. 11), `stay_in_touch` (flag), `checklist` (names of what is settled), `ended_on` (day the end was noted).
`cape`, `salaried` and `membership` give `type` and `ends_on` to the departure they open.
"""

from __future__ import annotations

from typing import Any

from workflows.common import ReasonForm, journey
from workflows.departure import rules as r
from workflows.departure.forms import ChecklistForm, DepartureForm
from workflows.departure.rules import Facts
from workflows.dossier import none_open, still_under_contract
from workflows.grammar import Answers, Consequence, DropTasks, Letter, Remember, State, Step, TakeStep, Task
from workflows.roles import after, clock, cogerance, hr, peer, person, support

__all__ = ["Facts", "departure"]

states = (
    State("announced", "Sortie annoncée", waits_for=(support,), next_steps=("confirm", "end_contract", "checklist"),
          says="Votre sortie est annoncée. L’équipe support la confirme et prépare avec vous la fin du contrat. Cochez au fur "
               "et à mesure ce qui est réglé : factures, frais, matériel, accès."),
    State("contract_ended", "Contrat terminé", waits_for=(support,), next_steps=("checklist", "close_accounts"),
          says="Votre contrat est terminé. Il reste à encaisser, à solder et à rendre ce qui doit l’être. "
               "Cochez ce qui est réglé."),
    State("accounts_closed", "Comptes clos", closed=True, says="Vos comptes sont clos. Votre sortie est terminée."),
    State("called_off", "Sortie annulée", closed=True, says="Cette sortie a été annulée. Votre contrat continue."),
)
leaving = ("announced", "contract_ended")


# What a step keeps ---------------------------------------------------------------------------------------------------


def announced(facts: Facts, answers: Answers) -> dict[str, Any]:
    """Type, motive and end, and who announced it."""
    return {**_plan(answers), "announced_by": facts.actor}


def confirmed(_: Facts, answers: Answers) -> dict[str, Any]:
    """Type, motive and end, kept or corrected."""
    return {**_plan(answers), "confirmed": True}


def _plan(answers: Answers) -> dict[str, Any]:
    return {
        "type": answers["type"], "motive": answers["motive"], "ends_on": answers["ends_on"].isoformat(),
        **{name: answers[name].isoformat() for name in ("signed_on", "received_on") if answers.get(name)},
        "stays_associate": bool(answers.get("stays_associate")) or None,
        "stay_in_touch": bool(answers.get("stay_in_touch")) or None,
    }


def settled(facts: Facts, answers: Answers) -> dict[str, Any]:
    """The names of what is ticked."""
    return {"checklist": [name for name in facts.contents if answers.get(name)]}


def ended(facts: Facts, _: Answers) -> dict[str, Any]:
    """The contract is over."""
    return {"ends_on": facts.ends_on.isoformat(), "ended_on": facts.today.isoformat()}


# What several rows share ---------------------------------------------------------------------------------------------

to_all = (person, peer, support)
bereaved = Task(hr, "Décès : faire les démarches auprès des organismes", days=1, working=True, when=r.has_died)
contract_over: tuple[Consequence, ...] = (
    Remember(ended), DropTasks(("confirm", "call_off")),
    TakeStep("admission", "withdraw", everywhere=True),
    TakeStep("cape", "cancel", everywhere=True),
    TakeStep("cape", "end_early", everywhere=True),
    TakeStep("salaried", "withdraw", everywhere=True),
    TakeStep("salaried", "end", everywhere=True),
    TakeStep("membership", "close", everywhere=True),
    TakeStep("membership", "leave", everywhere=True, when=r.leaves_membership),
    TakeStep("accompaniment", "end", everywhere=True),
    Task(support, "Fermer les accès et les comptes des outils", days="departure.revoke_days"),
)
called_off: tuple[Consequence, ...] = (DropTasks(), Letter("departure_called_off", to=to_all))
to_confirm = ("confirm", "call_off")

steps = (
    Step("announce", "Annoncer mon départ", (), "announced", by=(person, support, cogerance), form=DepartureForm,
         fill=r.fill_departure, only_if=[none_open, still_under_contract, r.rc_dates],
         then=[Remember(announced), bereaved, Letter("departure_opened", to=to_all)], past="a annoncé la sortie",
         team_label="Noter un départ"),
    Step("announce", None, (), "announced",
         by=(after("cape.expire"), after("cape.end_early"), after("salaried.end"), after("membership.leave")),
         then=[Task(cogerance, "Confirmer la sortie", days=5, working=True, closes_with=to_confirm),
               Letter("departure_opened", to=to_all)],
         past="sortie ouverte, à confirmer"),
    Step("confirm", "Confirmer la sortie", ("announced",), None, by=(support, cogerance), form=DepartureForm,
         fill=r.fill_departure, only_if=[r.rc_dates], then=[Remember(confirmed), bereaved],
         past="a confirmé la sortie", decision=True, hint="Le type, le motif et la date sont gardés ou corrigés."),
    Step("checklist", "Cocher ce qui est fait", leaving, None, by=(person, support), form=ChecklistForm, fill=r.fill_checklist,
         hint="Cochez ce qui est réglé. Le reste se coche plus tard.", then=[Remember(settled)], past="a coché ce qui est réglé"),
    Step("call_off", "Annuler la sortie", ("announced",), "called_off", by=person, form=ReasonForm,
         only_if=[r.own_announcement, still_under_contract], then=called_off, past="a annulé la sortie"),
    Step("call_off", "Annuler la sortie", ("announced",), "called_off", by=(support, cogerance), form=ReasonForm,
         only_if=[still_under_contract], then=called_off, past="a annulé la sortie", decision=True),
    Step("end_contract", "Constater la fin", ("announced",), "contract_ended", by=support, only_if=[r.end_reached],
         effective=lambda facts, answers: facts.ends_on, then=contract_over, past="a constaté la fin du contrat",
         decision=True, hint="Les autres démarches de ce dossier sont closes du même geste."),
    Step("end_contract", None, ("announced",), "contract_ended", by=clock, only_if=[r.departure_confirmed],
         due=r.over_due, effective=lambda facts, answers: facts.ends_on, then=contract_over,
         past="le contrat est arrivé à sa fin"),
    Step("close_accounts", "Clore la sortie", ("contract_ended",), "accounts_closed", by=support,
         only_if=[r.nothing_left], then=[DropTasks(("close_accounts",)), Letter("departure_closed")],
         past="a clos la sortie", decision=True),
    Step("reopen_accounts", "Rouvrir les comptes", ("accounts_closed",), "contract_ended", by=support,
         form=ReasonForm, past="a rouvert les comptes"),
    Step("remind", None, ("announced",), None, by=clock, due=r.weekly_due,
         then=[DropTasks(("confirm",)), Task(support, "Confirmer la sortie", days=7, closes_with=to_confirm),
               Task(cogerance, "Confirmer la sortie", days=7, closes_with=to_confirm, when=r.unannounced)],
         past="sortie toujours à confirmer"),
    Step("remind", None, ("contract_ended",), None, by=clock, due=r.quarterly_due,
         then=[DropTasks(("close_accounts",)),
               Task(support, "Régler ce qui reste, puis clore la sortie", days=7, closes_with=("close_accounts",))],
         past="comptes toujours ouverts"),
)

departure = journey("departure", "Sortie", states, steps, closing_step="call_off", closing_state="called_off")
