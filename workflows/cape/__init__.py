"""Le CAPE : un contrat d’appui au projet d’entreprise, de sa préparation à sa fin (C. com. L127-1 à L127-7).

What a CAPE remembers: `ordinal` (1 to 3), `nature` (premier, renouvellement, après interruption), `first_day`,
`months`, `last_day`, `peer` (uid), `slots` (names of the headings filled in), `document` (SHA-256 sent to sign),
`person_signed_on`, `cogerance_signed_on`, `traded` (flag), `started_on`, `hours` (of an employment declared since),
`amended` (number of amendments), `amendment` (effective_on, document, person_signed_on: the one to sign), `ended_on`,
`quotes_blocked` (flag), `gap_from` (first day without contract), `earlier` (pairs of days of contracts that were taken over),
`welcomed_on` and `welcome_missed` (days of journées), `elsewhere` (kind and days of each contract with another
cooperative).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from workflows.calendar import last_day
from workflows.cape import rules as r
from workflows.cape.clauses import SLOTS
from workflows.cape.forms import (
    ActivityStartForm,
    CapeForm,
    EarlyEndForm,
    JobForm,
    RenewalForm,
    WelcomeForm,
    fill_cape,
    fill_early_end,
)
from workflows.cape.rules import Facts
from workflows.common import ReasonForm, journey, take_over
from workflows.contracts import ever_in_force, in_force, latest, periods_in
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
from workflows.notices import AUTHORITIES
from workflows.roles import after, circle, clock, cogerance, hr, kiosk, peer, person, support
from workflows.signing import (
    CountersignatureForm,
    PaperForm,
    SendForm,
    SignatureForm,
    all_read,
    ask_code,
    ask_decision,
    coop_known,
    effect_due,
    end_day,
    end_reached,
    filled,
    forget_signatures,
    in_place_month,
    link_opened,
    mandate,
    mandate_on_paper,
    may_work,
    not_signed_yet,
    permit_alarms,
    person_signed,
    remember_cogerance,
    remember_elsewhere,
    remember_paper,
    remember_person,
    same_document,
    signed_by_effect,
    signed_on_paper_by_effect,
    signing_rows,
    unsigned_due,
    until_today,
)
from workflows.signing.amendments import amendment_rows

__all__ = ["Facts", "cape"]

states = (
    State("drafting", "Contrat en préparation", waits_for=(support,), ladder=True,
          next_steps=("send", "prepare"),
          says="L’équipe support prépare votre contrat CAPE. Vous recevrez une lettre pour le signer."),
    State("to_sign", "À signer", waits_for=(person, cogerance), next_steps=("sign", "countersign", "record_paper"),
          says="Votre contrat CAPE est prêt. Lisez-le, signez-le ; la cogérance signe ensuite pour Optéos."),
    State("signed", "Signé, pas commencé", waits_for=(clock,), next_steps=(),
          says="Votre contrat CAPE est signé. Il commence à sa date d’effet, sans rien à faire de votre part."),
    State("preparing", "Avant activité", waits_for=(person,), next_steps=("start_trading", "renew"),
          says="Votre contrat CAPE est en cours. Notez le début d’activité dès votre premier devis ou votre première "
               "facture."),
    State("trading", "En activité", waits_for=(person,), next_steps=("renew",),
          says="Votre contrat CAPE est en cours et votre activité a commencé. La suite se choisit avant son terme."),
    State("ended", "Terminé", closed=True, says="Ce contrat CAPE est terminé."),
    State("cancelled", "Annulé avant effet", closed=True, says="Ce contrat CAPE a été annulé avant de commencer."),
)


# What a step keeps ---------------------------------------------------------------------------------------------------


def number_it(facts: Facts, _: Answers) -> dict[str, Any]:
    """Its ordinal, CAPE ever in force + 1, and its nature."""
    if in_force((one for one in facts.others if one.kind == "cape"), facts.today):
        nature = r.RENEWAL
    else:
        nature = "après interruption" if facts.capes_before else "premier"
    return {"ordinal": facts.capes_before + 1, "nature": nature}


def written(_: Facts, answers: Answers) -> dict[str, Any]:
    """The dates as real ones, and which headings are filled in."""
    first, months = answers["first_day"], int(answers["months"])
    return {
        "first_day": first.isoformat(), "months": months, "last_day": last_day(first, months).isoformat(),
        "peer": answers.get("peer") or None, "slots": filled(answers, SLOTS),
    }


def over(facts: Facts, _: Answers) -> dict[str, Any]:
    """Ended by its term."""
    return {"ended_on": facts.memory.get("last_day")}


def eve_of_cesa(facts: Facts, _: Answers) -> date:
    """The last day of a CAPE that a CESA takes over from: the eve of its effect date."""
    cesa = latest(one for one in in_force(facts.others, facts.today) if one.kind == "cesa")
    return (cesa.first_day if cesa else facts.today) - r.ONE_DAY


def before_term(facts: Facts, answers: Answers) -> bool:
    """The CESA begins before the term of the CAPE."""
    return facts.last_day is None or eve_of_cesa(facts, answers) < facts.last_day


def first_one(facts: Facts, _: Answers) -> bool:
    """This is the person's first CAPE."""
    return bool(facts.memory.get("ordinal", 1) == 1)


def was_signed(facts: Facts, _: Answers) -> bool:
    """Both had signed, so it was declared."""
    return facts.state == "signed"


def departs(facts: Facts, _: Answers) -> dict[str, Any]:
    """What the departure starts from."""
    return {"type": "cape_end", "ends_on": facts.memory.get("last_day")}


def departs_early(facts: Facts, answers: Answers) -> dict[str, Any]:
    """What the departure starts from, when the contract stops before its term."""
    return {
        "type": f"early_{answers['initiative']}" if answers else None, "motive": answers.get("motive"),
        "ends_on": end_day(facts, answers).isoformat(),
    }


def after_gap(facts: Facts, _: Answers) -> dict[str, Any]:
    """The first day without contract, printed in the next one."""
    ended = [one.over_on for one in ever_in_force((*facts.others, r.this_contract(facts))) if one.over_on]
    return {"gap_from": (max(ended) + r.ONE_DAY).isoformat()} if ended else {}


def as_it_stands(facts: Facts, answers: Answers) -> dict[str, Any]:
    """A CAPE taken over: its real dates, and those before it."""
    first = answers.get("first_day") or answers["since"]
    earlier = periods_in(str(answers.get("earlier") or ""))
    return {
        "first_day": first.isoformat(), "last_day": (answers.get("last_day") or last_day(first, 12)).isoformat(),
        "ordinal": len(earlier) + facts.capes_before + 1, "nature": r.RENEWAL if earlier else "premier",
        "traded": True, "earlier": earlier or None,
    }


# What several rows share ---------------------------------------------------------------------------------------------

welcome_checklist = tuple(
    Task(who, f"Accueil : {what}", days=7, when=first_one)
    for who, what in (
        (support, "ouvrir le compte Gyroscop"), (support, "ouvrir le compte Rocket.Chat"),
        (support, "ouvrir le Nuage"), (support, "ouvrir le wiki"),
        (support, "remettre le code de présence et le badge"), (circle, "présenter le binôme"),
        (support, "vérifier l’assurance"), (support, "donner la mention à porter sur les papiers (R127-3)"),
        (circle, "inviter à la journée d’accueil"),
    )
)


def to_authorities(what: str, act: str, when: Any = None) -> tuple[Task, ...]:
    """What RH tells the URSSAF and France Travail the same day (C. trav. R5142-1), and the alarm if it does not."""
    return tuple(
        Task(hr, f"{label}\u00a0: {what}", days=0, when=when, rings=r.notice_alarm, notice=f"{authority}:{act}")
        for authority, label in AUTHORITIES.items())


concluded: tuple[Consequence, ...] = (
    Letter("contract_signed", to=(person, support, cogerance)),
    Letter("welcome", to=(person, peer, circle), when=first_one),
    *to_authorities("déclarer le CAPE conclu", "concluded"),
    *permit_alarms,
    *welcome_checklist,
)
void = (Remember(forget_signatures), Letter("contract_reworked", to=(person, support)))
alarm_tasks = (
    Task(circle, "Fin de CAPE : prévoir le bilan", due=r.next_open_day, when=r.at_rung(0)),
    Task(support, "Fin de CAPE : faire décider la suite", due=r.next_open_day, when=r.at_rung(1)),
    Task(support, "Fin de CAPE : préparer les documents", due=r.next_open_day, when=r.at_rung(2)),
    Task(cogerance, "Fin de CAPE : décider de la suite", due=r.next_open_day, when=r.at_rung(3)),
)
leave = ("preparing", "trading")
concluded_states = ("signed", *leave)

steps = (
    Step("open", None, (), "drafting", by=(after("admission.check_papers"), after("cape.renew"), after("cape.restart")),
         then=[Remember(number_it)], past="contrat CAPE ouvert"),
    Step("prepare", "Préparer le contrat", ("drafting",), None, by=support, form=CapeForm, fill=fill_cape,
         warns=lambda facts: facts.warned, then=[Remember(written), Remember(remember_elsewhere)], past="a préparé le contrat"),
    Step("send", "Envoyer à la signature", ("drafting",), "to_sign", by=support, form=SendForm, fill=ask_decision,
         warns=lambda facts: facts.warned,
         only_if=[r.cape_slots, r.twelve_months, r.thirty_six_months, r.three_contracts, r.not_full_time, may_work,
                  r.guardians, r.renewal_in_time, r.follows_on, in_place_month, r.insured, r.peer_planned, coop_known],
         then=[Freeze("cape"), Letter("contract_to_sign")], past="a envoyé le contrat à signer",
         hint="L’envoi fige le document : le corriger demande ensuite de le reprendre."),
    Step("sign", "Signer", ("to_sign",), None, by=person, form=SignatureForm, fill=ask_code,
         only_if=[same_document, signed_by_effect, link_opened, all_read, not_signed_yet],
         then=[Sign(), Remember(remember_person), Letter("contract_to_countersign", to=(cogerance,))],
         past="a signé le contrat", final=True),
    Step("countersign", "Signer pour Optéos", ("to_sign",), "signed", by=cogerance, form=CountersignatureForm,
         only_if=[person_signed, same_document, signed_by_effect, r.renewal_in_time, mandate],
         then=[Sign(seals=True), Remember(remember_cogerance), *concluded], past="a signé le contrat pour Optéos", final=True,
         decision=True),
    Step("record_paper", "Enregistrer l’original signé", ("to_sign",), "signed", by=support, form=PaperForm,
         fill=until_today,
         only_if=[same_document, signed_on_paper_by_effect, r.renewal_in_time_on_paper, mandate_on_paper],
         then=[Remember(remember_paper), *concluded], past="a enregistré l’original signé", final=True, decision=True),
    Step("rework", "Demander une correction", ("to_sign",), "drafting",
         by=(support, person, after("admission.change_month")), form=ReasonForm, then=void,
         past="a repris le contrat", hint="Les signatures déjà données ne valent plus.", team_label="Reprendre le contrat"),
    Step("rework", "Refaire le contrat signé", ("signed",), "drafting", by=(support, after("admission.change_month")),
         form=ReasonForm, then=[DropTasks(), *to_authorities("corriger la déclaration du CAPE", "reworked"), *void],
         past="a refait le contrat signé",
         hint="D’un commun accord, avant la date d’effet. Les signatures ne valent plus."),
    Step("unsigned", None, ("to_sign",), "drafting", by=clock, due=unsigned_due,
         then=[Task(support, "Contrat non signé à sa date d’effet : choisir une nouvelle date", days=0), *void],
         past="contrat non signé à temps, à reprendre"),
    *signing_rows,
    Step("take_effect", None, ("signed",), "trading", by=clock, chosen_if=[r.already_trading], due=effect_due,
         then=[Remember(lambda facts, answers: {"traded": True}), TakeStep("admission", "join")],
         past="le contrat a pris effet"),
    Step("take_effect", None, ("signed",), "preparing", by=clock, due=effect_due,
         then=[TakeStep("admission", "join")], past="le contrat a pris effet"),
    Step("welcome", "Noter la journée d’accueil", concluded_states, None, by=(circle, kiosk), form=WelcomeForm,
         chosen_if=[r.welcome_ahead], only_if=[r.after_signature], effective=lambda facts, answers: answers["day"],
         then=[Remember(lambda facts, answers: {"welcomed_on": answers["day"].isoformat()})],
         past="a noté la journée d’accueil", quiet=True),
    Step("miss_welcome", None, concluded_states, None, by=kiosk, form=WelcomeForm,
         chosen_if=[r.welcome_ahead], only_if=[r.after_signature], effective=lambda facts, answers: answers["day"],
         then=[Remember(r.one_more_missed),
               Task(circle, "Deux premières journées manquées : prendre des nouvelles", days=7, when=r.missed_twice)],
         past="journée manquée après la signature", quiet=True),
    Step("start_trading", "Noter le début d’activité", ("preparing",), "trading", by=(person, support),
         form=ActivityStartForm, fill=until_today, effective=lambda facts, answers: answers["started_on"],
         then=[Remember(lambda facts, answers: {"traded": True, "started_on": answers["started_on"].isoformat()})],
         past="a noté le début d’activité", hint="Le rythme comptable du contrat s’applique dès ce jour."),
    *amendment_rows(leave),
    Step("report_job", "Signaler un emploi", leave, None, by=(person, support), form=JobForm,
         only_if=[r.full_time_now],
         then=[Remember(lambda facts, answers: {"hours": int(answers["hours"])}),
               Task(hr, "Examiner l’emploi déclaré pendant le CAPE", days=7)], past="a signalé un emploi"),
    Step("term_alarm", None, leave, None, by=clock, due=r.term_alarm_due,
         then=[Letter("term_ahead", to=(person, peer, circle, support), when=r.nothing_follows, gathered=True),
               Letter("term_ahead", to=(cogerance,), when=r.cogerance_warned, gathered=True), *alarm_tasks],
         past="rappel de fin de CAPE envoyé"),
    Step("renew", "Ouvrir le renouvellement", leave, None, by=(person, peer, support), form=RenewalForm,
         only_if=[r.none_ahead, r.thirty_six_months_left, r.three_contracts_with_next],
         then=[Open("cape", again=True, carry=lambda facts, answers: {
             "months": int(answers["months"]), "peer": facts.memory.get("peer")})],
         past="a ouvert le renouvellement"),
    Step("hand_over", None, leave, "ended", by=after("salaried.take_effect"), effective=eve_of_cesa,
         then=[Remember(lambda facts, answers: {"ended_on": eve_of_cesa(facts, answers).isoformat()}),
               *to_authorities("déclarer la fin anticipée du CAPE", "ended", when=before_term)],
         past="le contrat salarié a pris la suite du CAPE"),
    Step("expire", None, leave, "ended", by=clock, chosen_if=[r.followed], due=lambda facts: facts.expires_at,
         effective=lambda facts, answers: facts.last_day, then=[Remember(over)], past="le CAPE est arrivé à son terme"),
    Step("expire", None, leave, "ended", by=clock, due=lambda facts: facts.expires_at,
         effective=lambda facts, answers: facts.last_day,
         then=[Remember(lambda facts, answers: {**over(facts, answers), "quotes_blocked": True}),
               Letter("term_reached", to=(person, peer, circle, support, cogerance)),
               Open("departure", "announce", carry=departs)],
         past="le CAPE est arrivé à son terme, aucune suite signée"),
    Step("end_early", "Rompre le contrat", leave, "ended", by=(support, after("departure.end_contract")),
         form=EarlyEndForm, fill=fill_early_end, only_if=[end_reached], effective=end_day,
         then=[Remember(lambda facts, answers: {"ended_on": end_day(facts, answers).isoformat()}),
               TakeStep("cape", "cancel"), *to_authorities("déclarer la fin anticipée du CAPE", "ended"),
               Open("departure", "announce", carry=departs_early)],
         past="a rompu le contrat", decision=True),
    Step("restart", "Ouvrir un contrat après interruption", ("ended",), None, by=cogerance, form=ReasonForm,
         only_if=[r.none_ahead, r.no_contract, r.not_gone, r.thirty_six_months_left, r.three_contracts_with_next],
         then=[Open("cape", again=True, carry=after_gap)], past="a ouvert un contrat après interruption", decision=True,
         hint="Les jours sans contrat sont imprimés dans le nouveau."),
    Step("cancel", "Annuler le contrat", ("drafting", "to_sign", "signed"), "cancelled",
         by=(person, support, after("admission.give_back"), after("admission.miss_month"), after("admission.withdraw"),
             after("cape.end_early"), after("salaried.take_effect"), after("departure.end_contract")),
         form=ReasonForm,
         then=[DropTasks(), TakeStep("admission", "give_back"),
               *to_authorities("annuler la déclaration du CAPE", "cancelled", when=was_signed),
               Letter("contract_cancelled", to=(person, support, cogerance))],
         past="a annulé le contrat"),
    *take_over("trading", remember=as_it_stands),
)

cape = journey(
    "cape", "Contrat CAPE", states, steps, closing_step="cancel", closing_state="cancelled", closer=support,
)
