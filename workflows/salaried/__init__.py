"""Le contrat d’entrepreneur·e salarié·e (CESA) : de la demande au sociétariat (C. trav. L7331-1 à L7332-7).

What a CESA remembers: `hours`, `customers` and `accepts` (flags of the request), `peer_opinion` (for, reserved,
against), `simulated` (flag), `covered` (months of cost the treasury pays), `first_day`, `trial_end`, `deadline` (last
day to become associate), `slots` (names of the clauses filled in), `sharing`, `document` (SHA-256 sent to sign),
`person_signed_on`, `cogerance_signed_on`, `dpae_on`, `amended` (number of amendments), `ended_on`, `earlier` (pairs of
days of contracts that were taken over), `elsewhere` (kind and days of each contract with
another cooperative).
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from workflows.calendar import (
    associate_deadline,
    dpae_opens,
    medical_visit_by,
    permit_check_by,
    working_day_on_or_before,
)
from workflows.common import ReasonForm, journey, take_over
from workflows.contracts import earlier_periods, periods_in
from workflows.grammar import (
    Answers,
    Consequence,
    DropTasks,
    Freeze,
    Letter,
    Open,
    Remember,
    Sign,
    State,
    Step,
    TakeStep,
    Task,
)
from workflows.roles import accounts, after, clock, cogerance, hr, peer, person, support
from workflows.salaried import rules as r
from workflows.salaried.clauses import CLAUSES
from workflows.salaried.forms import (
    CesaForm,
    DpaeForm,
    EndForm,
    PeerOpinionForm,
    RequestForm,
    SimulationForm,
    fill_cesa,
    fill_end,
    months_ahead,
)
from workflows.salaried.rules import Facts
from workflows.signing import (
    CountersignatureForm,
    PaperForm,
    SendForm,
    SignatureForm,
    all_read,
    ask_code,
    ask_decision,
    coop_known,
    end_day,
    end_reached,
    filled,
    forget_signatures,
    in_place_month,
    link_opened,
    mandate,
    mandate_on_paper,
    may_work,
    needs_permit,
    not_signed_yet,
    permit_alarms,
    person_signed,
    remember_cogerance,
    remember_elsewhere,
    remember_paper,
    remember_person,
    same_document,
    signing_rows,
    unsigned_due,
    until_today,
)
from workflows.signing.amendments import amendment_rows

__all__ = ["Facts", "salaried"]

OPINION_DAYS = 10

states = (
    State("requested", "Demande reçue", waits_for=(support,), ladder=True, next_steps=("ask_opinions",),
          says="Votre demande de contrat salarié est arrivée. L’équipe support demande maintenant les avis."),
    State("opinion", "Avis en cours", waits_for=(peer, support), ladder=True,
          next_steps=("give_opinion", "simulate", "agree", "refuse"),
          says="Votre pair donne son avis et la comptabilité prépare une simulation. La cogérance répond ensuite."),
    State("drafting", "Contrat en préparation", waits_for=(support,), ladder=True, next_steps=("send", "prepare"),
          says="L’équipe support prépare votre contrat salarié. Vous recevrez une lettre pour le signer."),
    State("to_sign", "À signer", waits_for=(person, cogerance), next_steps=("sign", "countersign", "record_paper"),
          says="Votre contrat salarié est prêt. Lisez-le, signez-le ; la cogérance signe ensuite pour Optéos."),
    State("signed", "Signé, pas commencé", waits_for=(support,), next_steps=("file_dpae",),
          says="Votre contrat salarié est signé. L’équipe RH déclare votre embauche ; il commence à sa date d’effet."),
    State("running", "Contrat en cours", waits_for=(person,), next_steps=("call_to_apply", "amend", "end"),
          says="Votre contrat salarié est en cours. Votre date limite d’association est écrite dans le contrat."),
    State("ended", "Contrat terminé", closed=True, says="Votre contrat salarié est terminé."),
    State("refused", "Demande refusée", closed=True,
          says="La cogérance n’a pas accepté cette demande. Votre CAPE continue jusqu’à son terme."),
    State("withdrawn", "Demande close", closed=True, says="Cette demande de contrat salarié est close."),
)


# What a step keeps ---------------------------------------------------------------------------------------------------


def asked(_: Facts, answers: Answers) -> dict[str, Any]:
    """The figures and promises of the request."""
    return {
        "hours": int(answers["hours"]), "customers": bool(answers["customers"]), "accepts": bool(answers["accepts"]),
    }


def simulated(_: Facts, answers: Answers) -> dict[str, Any]:
    """How many months of cost the treasury pays."""
    cost = max(Decimal(answers["monthly_cost"]), Decimal("0.01"))
    return {"simulated": True, "covered": int(Decimal(answers["treasury"]) // cost)}


def written(facts: Facts, answers: Answers) -> dict[str, Any]:
    """The dates as real ones, the deadline they give, and which clauses are filled in."""
    first, trial = answers["first_day"], answers.get("trial_end")
    return {
        "first_day": first.isoformat(), "trial_end": trial.isoformat() if trial else None,
        "deadline": associate_deadline(first, earlier_periods(facts.others, first)).isoformat(),
        "slots": filled(answers, CLAUSES), "sharing": answers["sharing"],
    }


def printed(facts: Facts, _: Answers) -> dict[str, Any]:
    """The deadline as it is printed in the document sent."""
    return {"deadline": facts.computed_deadline.isoformat()}


def undeclared(facts: Facts, answers: Answers) -> dict[str, Any]:
    """Signatures and DPAE are void."""
    return {**forget_signatures(facts, answers), "dpae_on": None}


def departs(facts: Facts, answers: Answers) -> dict[str, Any]:
    """What the departure starts from."""
    return {"type": answers.get("type"), "ends_on": end_day(facts, answers).isoformat()}


def as_it_stands(facts: Facts, answers: Answers) -> dict[str, Any]:
    """A CESA taken over: its real start, contracts before it, and the deadline they give."""
    first = answers.get("first_day") or answers["since"]
    earlier = periods_in(str(answers.get("earlier") or ""))
    before = [(date.fromisoformat(one), date.fromisoformat(other)) for one, other in earlier]
    before += earlier_periods(facts.others, first)
    return {
        "first_day": first.isoformat(), "deadline": associate_deadline(first, before).isoformat(),
        "earlier": earlier or None, "dpae_on": first.isoformat(),
    }


# What several rows share ---------------------------------------------------------------------------------------------


def was_declared(facts: Facts, _: Answers) -> bool:
    """A DPAE was filed."""
    return bool(facts.memory.get("dpae_on"))


concluded: tuple[Consequence, ...] = (
    Letter("contract_signed", to=(person, support, cogerance)),
    Task(hr, "Faire la DPAE", closes_with=("file_dpae",),
         due=lambda facts, answers: working_day_on_or_before(facts.start - timedelta(days=1)),
         rings=lambda facts, answers: [dpae_opens(facts.start)]),
    Task(hr, "Organiser la visite médicale",
         due=lambda facts, answers: working_day_on_or_before(medical_visit_by(facts.start)), rings=r.medical_alarms),
    Task(hr, "Proposer la mutuelle", due=lambda facts, answers: working_day_on_or_before(facts.start)),
    Task(hr, "Faire vérifier le titre qui autorise le travail", when=needs_permit,
         due=lambda facts, answers: permit_check_by(facts.start), rings=r.permit_check_alarms),
    *permit_alarms,
)
reworked = Letter("contract_reworked", to=(person, support))
closed: tuple[Consequence, ...] = (
    DropTasks(), TakeStep("admission", "give_back"), Letter("contract_cancelled", to=(person, support, cogerance)),
)

steps = (
    Step("request", "Demander un contrat salarié", (), "requested", by=(person, peer), form=RequestForm,
         fill=months_ahead, only_if=[r.none_open, r.cape_runs],
         then=[Remember(asked), Letter("cesa_received", to=(person, support))], past="a demandé un contrat salarié"),
    Step("open", None, (), "drafting", by=after("admission.check_papers"), past="contrat salarié ouvert"),
    Step("ask_opinions", "Demander les avis", ("requested",), "opinion", by=support,
         then=[Task(peer, "Donner votre avis sur le contrat salarié", days=OPINION_DAYS, closes_with=("give_opinion",)),
               Task(accounts, "Rendre la simulation du contrat salarié", days=OPINION_DAYS, closes_with=("simulate",)),
               Letter("opinion_asked", to=(peer, support))], past="a demandé les avis"),
    Step("give_opinion", "Donner mon avis de pair", ("opinion",), None, by=peer, form=PeerOpinionForm,
         then=[Remember(lambda facts, answers: {"peer_opinion": answers["opinion"]})], past="a donné son avis de pair"),
    Step("simulate", "Rendre la simulation", ("opinion",), None, by=support, form=SimulationForm,
         then=[Remember(simulated), Letter("simulation")], past="a rendu la simulation"),
    Step("agree", "Donner l’accord", ("opinion",), "drafting", by=cogerance,
         only_if=[r.opinions_in, r.cesa_conditions, r.treasury_known, r.months_covered],
         then=[Letter("cesa_agreed", to=(person, support))], past="a donné l’accord", decision=True),
    Step("refuse", "Refuser", ("opinion",), "refused", by=cogerance, form=ReasonForm,
         then=[DropTasks(), Letter("cesa_refused")], past="a refusé la demande", decision=True),
    Step("prepare", "Préparer le contrat", ("drafting",), None, by=support, form=CesaForm, fill=fill_cesa,
         warns=lambda facts: facts.warned, then=[Remember(written), Remember(remember_elsewhere)], past="a préparé le contrat"),
    Step("send", "Envoyer à la signature", ("drafting",), "to_sign", by=support, form=SendForm, fill=ask_decision,
         warns=lambda facts: facts.warned,
         only_if=[r.cesa_clauses, r.trial_within, r.vote_first, r.meeting_before_deadline, may_work, r.sharing_agreed,
                  in_place_month, coop_known],
         then=[Remember(printed), Freeze("cesa"), Letter("contract_to_sign")],
         past="a envoyé le contrat à signer",
         hint="L’envoi fige le document : le corriger demande ensuite de le reprendre."),
    Step("sign", "Signer", ("to_sign",), None, by=person, form=SignatureForm, fill=ask_code,
         only_if=[same_document, r.written_by_effect, link_opened, all_read, not_signed_yet],
         then=[Sign(), Remember(remember_person), Letter("contract_to_countersign", to=(cogerance,))],
         past="a signé le contrat", final=True),
    Step("countersign", "Signer pour Optéos", ("to_sign",), "signed", by=cogerance, form=CountersignatureForm,
         only_if=[person_signed, same_document, r.written_by_effect, mandate],
         then=[Sign(seals=True), Remember(remember_cogerance), *concluded], past="a signé le contrat pour Optéos", final=True,
         decision=True),
    Step("record_paper", "Enregistrer l’original signé", ("to_sign",), "signed", by=support, form=PaperForm,
         fill=until_today,
         only_if=[same_document, r.written_on_paper_by_effect, mandate_on_paper],
         then=[Remember(remember_paper), *concluded], past="a enregistré l’original signé", final=True, decision=True),
    Step("rework", "Demander une correction", ("to_sign",), "drafting",
         by=(support, person, after("admission.change_month")), form=ReasonForm,
         then=[Remember(undeclared), reworked], past="a repris le contrat",
         hint="Les signatures déjà données ne valent plus.", team_label="Reprendre le contrat"),
    Step("rework", "Refaire le contrat signé", ("signed",), "drafting", by=(support, after("admission.change_month")),
         form=ReasonForm,
         then=[DropTasks(), Remember(undeclared), Task(hr, "Annuler la DPAE et corriger les déclarations", days=0),
               reworked], past="a refait le contrat signé",
         hint="D’un commun accord, avant qu’il commence. Signatures et DPAE ne valent plus."),
    Step("unsigned", None, ("to_sign",), "drafting", by=clock, due=unsigned_due,
         then=[Remember(undeclared), Task(support, "Contrat non signé à sa date d’effet : choisir une nouvelle date"),
               reworked], past="contrat non signé à temps, à reprendre"),
    *signing_rows,
    Step("file_dpae", "Enregistrer la DPAE", ("signed",), None, by=support, form=DpaeForm, fill=until_today,
         only_if=[r.dpae_window, r.dpae_filed_in_window],
         then=[Remember(lambda facts, answers: {"dpae_on": answers["filed_on"].isoformat()})],
         past="a enregistré la DPAE"),
    Step("hire_blocked", None, ("signed",), None, by=clock, due=r.hire_blocked_due,
         then=[Letter("hire_blocked", to=(support, cogerance)),
               Task(cogerance, "Date d’effet passée sans DPAE : refaire le contrat ou retirer la demande",
                    when=r.effect_date_over)], past="DPAE manquante signalée"),
    Step("take_effect", None, ("signed",), "running", by=clock, only_if=[r.dpae_done], due=r.hired_at,
         then=[TakeStep("admission", "join", everywhere=True), TakeStep("cape", "hand_over", everywhere=True),
               TakeStep("cape", "cancel", everywhere=True)], past="le contrat a pris effet"),
    Step("deadline_alarm", None, ("running",), None, by=clock, chosen_if=[r.not_associate], due=r.deadline_alarm_due,
         then=[Letter("deadline_ahead", to=(person, support, cogerance), gathered=True),
               Task(cogerance, "Sociétariat : l’échéance approche, décider de la suite", when=r.in_crisis),
               Task(support, "Sociétariat : l’échéance est passée, constater la fin du contrat", when=r.deadline_over)],
         past="rappel de l’échéance d’association envoyé"),
    Step("call_to_apply", "Appeler à candidater", ("running",), None, by=(clock, support),
         chosen_if=[r.not_associate, r.not_called], due=r.call_due, then=[Open("membership", "call")],
         past="a appelé à candidater au sociétariat"),
    Step("variable_pay", None, ("running",), None, by=clock, due=r.variable_pay_due,
         then=[Task(accounts, "Régler la part variable de la rémunération", due=r.variable_pay_day,
                    rings=r.variable_pay_alarms)],
         past="les comptes sont approuvés, la part variable est à régler"),
    *amendment_rows(("running",)),
    Step("end", "Constater la fin du contrat", ("running",), "ended", by=(support, after("departure.end_contract")),
         form=EndForm, fill=fill_end, only_if=[end_reached], effective=end_day,
         then=[Remember(lambda facts, answers: {"ended_on": end_day(facts, answers).isoformat()}),
               Open("departure", "announce", carry=departs)], past="a constaté la fin du contrat", decision=True),
    Step("withdraw", "Retirer ma demande", ("requested", "opinion", "drafting", "to_sign", "signed"), "withdrawn",
         by=(person, support, after("admission.give_back"), after("admission.miss_month"), after("admission.withdraw"),
             after("departure.end_contract")),
         form=ReasonForm, then=[*closed, Task(hr, "Annuler la DPAE", when=was_declared)], past="a retiré la demande",
         team_label="Noter un désistement"),
    Step("close_silent", "Classer sans réponse", ("requested", "opinion", "drafting"), "withdrawn", by=support,
         only_if=[r.reminders_done], then=closed, past="a classé sans réponse"),
    *take_over("running", remember=as_it_stands),
)

salaried = journey(
    "salaried", "Contrat salarié (CESA)", states, steps, closing_step="withdraw", closing_state="withdrawn", closer=support,
)
