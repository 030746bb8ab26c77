"""Le sociétariat : la personne candidate, l’assemblée des associé·es admet (loi 78-763 art. 7).

What a membership remembers: `assembly` (day of the assembly aimed at: the last useful one, then that of the agenda,
then that of the vote), `applied_on`, `shares` (number asked for), `admitted_on` or `refused_on`, `subscribed` (day),
`paid` (euros paid so far, as text), `balance_by` (legal day of the balance), `ended_on`.
"""

from __future__ import annotations

from typing import Any

from workflows.calendar import shares_paid_by
from workflows.common import ReasonForm, journey, take_over
from workflows.dossier import contract_runs, none_open
from workflows.grammar import Answers, DropTasks, Letter, Open, Remember, State, Step, Task
from workflows.membership import rules as r
from workflows.membership.forms import (
    AgendaForm,
    ApplicationForm,
    LeaveForm,
    PaymentForm,
    SubscriptionForm,
    VoteForm,
)
from workflows.membership.rules import Facts
from workflows.roles import accounts, after, associates, clock, cogerance, hr, person, support

__all__ = ["Facts", "membership"]

states = (
    State("called", "Appel à candidater", waits_for=(person,), next_steps=("apply", "renounce"),
          says="Vous pouvez candidater au sociétariat. L’assemblée générale des associé·es vote."),
    State("applied", "Candidature reçue", waits_for=(cogerance,), next_steps=("put_on_agenda", "take_back"),
          says="Votre candidature est reçue. La cogérance l’inscrit à l’ordre du jour d’une assemblée générale."),
    State("on_agenda", "À l’ordre du jour", waits_for=(cogerance,), next_steps=("vote_yes", "vote_no"),
          says="Votre candidature est à l’ordre du jour. Vous aurez la réponse après l’assemblée générale."),
    State("subscribing", "Parts à souscrire", waits_for=(person,), ladder=True, next_steps=("subscribe", "renounce"),
          says="L’assemblée vous a admis·e. Remettez votre bulletin et versez au moins le quart de vos parts."),
    State("associate", "Associé·e", closed=True, says="Vous êtes associé·e de la coopérative."),
    State("refused", "Non admis·e", closed=True,
          says="L’assemblée n’a pas prononcé votre admission. Vous pourrez candidater de nouveau."),
    State("withdrawn", "Sans suite", closed=True, says="Cette démarche est close, sans suite."),
    State("ended", "Sociétariat terminé", closed=True, says="Votre sociétariat est terminé."),
)
pending = ("called", "applied", "on_agenda", "subscribing")


# What a step keeps ---------------------------------------------------------------------------------------------------


def aims(facts: Facts, _: Answers) -> dict[str, Any]:
    """The last useful assembly, to be told in letters."""
    last = facts.last_assembly
    return {"assembly": last.isoformat() if last else None}


def applied(facts: Facts, answers: Answers) -> dict[str, Any]:
    """When, for how many shares, and what is paid at once."""
    return {"applied_on": facts.today.isoformat(), "shares": int(answers["shares"]),
            "down_payment": str(answers["down_payment"])}


def taken_back(facts: Facts, answers: Answers) -> dict[str, Any]:
    """As before the application."""
    return {"applied_on": None, "shares": None, "down_payment": None, **aims(facts, answers)}


def aimed(_: Facts, answers: Answers) -> dict[str, Any]:
    """The assembly on whose agenda it is."""
    return {"assembly": answers["assembly"].isoformat()}


def admitted(_: Facts, answers: Answers) -> dict[str, Any]:
    """The assembly that admitted."""
    day = answers["assembly"].isoformat()
    return {"assembly": day, "admitted_on": day}


def refused(_: Facts, answers: Answers) -> dict[str, Any]:
    """The assembly that did not admit."""
    day = answers["assembly"].isoformat()
    return {"assembly": day, "refused_on": day}


def subscribed(facts: Facts, answers: Answers) -> dict[str, Any]:
    """Entered in the register today; the balance within five years (loi 47-1775 art. 12)."""
    return {
        "subscribed": facts.today.isoformat(), "paid": str(answers["paid"]),
        "balance_by": shares_paid_by(facts.today).isoformat(),
    }


def paid_more(facts: Facts, answers: Answers) -> dict[str, Any]:
    """What is paid, this payment included."""
    return {"paid": str(r.paid_with(facts, answers))}


def left(facts: Facts, answers: Answers) -> dict[str, Any]:
    """The last day of the membership."""
    return {"ended_on": (answers.get("ends_on") or facts.today).isoformat()}


def departs(facts: Facts, answers: Answers) -> dict[str, Any]:
    """What the departure starts from."""
    return {"ends_on": (answers.get("ends_on") or facts.today).isoformat()}


def as_it_stands(_: Facts, answers: Answers) -> dict[str, Any]:
    """An associate taken over."""
    day = answers["since"]
    return {"subscribed": day.isoformat(), "balance_by": shares_paid_by(day).isoformat()}


# What several rows share ---------------------------------------------------------------------------------------------

votes = ("vote_yes", "vote_no")
balance = Task(support, "Faire verser le solde des parts sociales", due=r.balance_day, closes_with=("pay",),
               when=r.balance_left, rings=r.balance_alarms, tells="shares_balance")

steps = (
    Step("call", "Je veux entrer au sociétariat", (), "called", by=(person, after("salaried.call_to_apply")),
         only_if=[none_open, contract_runs, r.adult], then=[Remember(aims), Letter("membership_called")],
         past="a ouvert une démarche de sociétariat"),
    Step("apply", "Candidater", ("called",), "applied", by=person, form=ApplicationForm, only_if=[r.adult],
         then=[Remember(applied), Letter("membership_received", to=(person, support, cogerance)),
               Task(hr, "Vérifier l’ancienneté et l’échéance du sociétariat", days=7)],
         past="a candidaté au sociétariat"),
    Step("take_back", "Retirer ma candidature", ("applied", "on_agenda"), "called", by=person, form=ReasonForm,
         then=[Remember(taken_back), DropTasks()], past="a retiré sa candidature"),
    Step("put_on_agenda", "Inscrire à l’ordre du jour", ("applied", "on_agenda"), "on_agenda",
         by=(cogerance, associates), form=AgendaForm, fill=r.name_assemblies_ahead,
         only_if=[r.ag_in_time, r.must_rule],
         then=[Remember(aimed), DropTasks(votes),
               Task(cogerance, "Noter le vote de l’assemblée générale", due=r.day_after_assembly, closes_with=votes),
               Letter("agenda")],
         past="a inscrit la candidature à l’ordre du jour"),
    Step("vote_yes", "Noter l’admission", ("on_agenda",), "subscribing", by=(cogerance, associates), form=VoteForm,
         fill=r.name_assemblies_held, only_if=[r.vote_recorded], effective=lambda facts, answers: answers["assembly"],
         then=[Remember(admitted), Letter("membership_admitted", to=(person, support)),
               Task(support, "Faire souscrire les parts sociales", days=30, closes_with=("subscribe",))],
         past="a noté l’admission par l’assemblée", final=True, decision=True),
    Step("vote_no", "Noter le refus", ("on_agenda",), "refused", by=(cogerance, associates), form=VoteForm,
         fill=r.name_assemblies_held, only_if=[r.vote_recorded], effective=lambda facts, answers: answers["assembly"],
         then=[Remember(refused), Letter("membership_refused", to=(person, support, cogerance)),
               Task(cogerance, "Aucune AG avant l’échéance : AG extraordinaire, rupture conventionnelle ou fin",
                    days=7, when=r.no_assembly_left)],
         past="a noté le refus par l’assemblée", final=True, decision=True),
    Step("subscribe", "Enregistrer la souscription", ("subscribing",), "associate", by=support, form=SubscriptionForm,
         only_if=[r.quarter_paid], then=[balance, Remember(subscribed), Letter("associate", to=(person, support))],
         past="a enregistré la souscription des parts", hint="La personne entre au registre des associé·es.",
         decision=True),
    Step("pay", "Noter un versement", ("associate",), None, by=support, form=PaymentForm, fill=r.today_at_most,
         effective=lambda facts, answers: answers["paid_on"],
         then=[Remember(paid_more), balance], past="a noté un versement"),
    Step("renounce", "Renoncer", ("called", "subscribing"), "withdrawn", by=person, form=ReasonForm,
         then=[DropTasks(), Task(cogerance, "Sociétariat : la personne renonce, décider de la suite", days=7)],
         past="a renoncé au sociétariat"),
    Step("close", "Clore sans suite", pending, "withdrawn", by=(cogerance, after("departure.end_contract")),
         only_if=[r.reminders_done],
         then=[DropTasks(), Task(support, "Sociétariat clos sans suite : mettre le dossier à jour", days=7)],
         past="a clos la démarche de sociétariat", decision=True),
    Step("leave", "Quitter le sociétariat", ("associate",), "ended",
         by=(person, cogerance, after("departure.end_contract")), form=LeaveForm, only_if=[r.ends_contract],
         then=[Remember(left), DropTasks(("pay",)),
               Task(accounts, "Rembourser les parts sociales", days=30),
               Open("departure", "announce", carry=departs, when=r.loses_contract)],
         past="a quitté le sociétariat", decision=True, team_label="Noter un retrait du sociétariat"),
    *take_over("associate", remember=as_it_stands),
    Step("remind", None, ("called", "applied"), None, by=clock, due=r.alarm_due,
         then=[Letter("reminder", to=("waits_for",))], past="rappel envoyé"),
)

membership = journey(
    "membership", "Sociétariat", states, steps, closing_step="close", closing_state="withdrawn", closer=cogerance,
)
