"""The dates the team keeps: those of the person's journey in its words, and those only the team has (JOURNEY §8). Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from workflows.calendar import (
    dpae_opens,
    last_useful_assembly,
    medical_visit_by,
    permit_check_by,
    rupture_dates,
    variable_pay_by,
    working_day_on_or_before,
)
from workflows.grammar import Told
from workflows.obligations import WRITTEN, Known, Obligation, Run, obligations, sign_by, when
from workflows.roles import Role, accounts, circle, cogerance, hr, support

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "meeting": ("Réunion d’information", ""),
    "interview": ("Rencontre", ""),
    "offer": ("Réponse attendue à une place proposée", ""),
    "pause": ("Fin de la pause", ""),
    "permit": ("Fin du titre qui autorise le travail", "C. trav. R5221-41"),
    "sign": ("Signature de la personne, au plus tard", ""),
    "start": ("Début du contrat", ""),
    "choice": ("Suite du CAPE à décider", ""),
    "term": ("Fin du CAPE", "C. com. L127-2"),
    "trial": ("Fin de la période d’essai", "C. trav. L7332-1"),
    "apply": ("Candidature au sociétariat à recevoir", ""),
    "deadline": ("Date limite pour devenir associé·e", "C. trav. L7331-3"),
    "assembly": ("AG : candidature au vote", "loi 78-763 art. 7"),
    "shares": ("Solde des parts sociales", "loi 47-1775 art. 12"),
    "review": ("Bilan à tenir", ""),
    "leaving": ("Fin du contrat, sortie annoncée", ""),
}
"""What each date of a person is for the team, and its article when it is always the same."""

BETWEEN_THEM: Final = frozenset({"next_meeting"})
"""What the pairing agreed between themselves: nobody else keeps it."""
HR_ONLY: Final = frozenset({"permit", "permit_check", "permit_60", "permit_30", "dpae_opens", "dpae", "medical"})
"""Read by RH and the cogérance alone: they tell of someone's papers or health."""
FOR: Final[Mapping[str, Role]] = {
    "shares": accounts, "countersign": cogerance, "crisis": cogerance, "call": support, "interview": circle,
    "meeting": circle, "offer": circle, "pause": circle, "review": circle,
}
"""Whose date it is, when it is not support's."""


def duties(cases: Collection[Run], known: Known) -> list[Obligation]:
    """Every date to come of a dossier as the team keeps it, soonest first; `who` is the role it is for."""
    theirs = [_in_team_words(one) for one in obligations(cases, known) if one.kind not in BETWEEN_THEM]
    ours = [one for case in cases if case.workflow in TEAM for one in TEAM[case.workflow](case, known)]
    found = [*theirs, *(one for one in ours if one.day >= known.today)]
    return sorted(found, key=lambda one: (one.day, one.kind))


def may_read(one: Obligation, held: Collection[Role]) -> bool:
    """Whether someone with these roles sees a date."""
    return one.kind not in HR_ONLY or bool({hr, cogerance} & set(held))


def _in_team_words(one: Obligation) -> Obligation:
    words, article = WORDS[one.kind.partition("-")[0]]
    return replace(one, label=Told(words), otherwise=None, article=one.article or article,
                   who=FOR.get(one.kind.partition("-")[0], support))


def _of_hr(day: date, kind: str, case: Run, sentence: str, article: str) -> Obligation:
    return Obligation(day, kind, case.uid, Told(sentence), article=article, who=hr)


def _signing(case: Run) -> Iterator[Obligation]:
    first = when(case, "first_day")
    if case.state == "to_sign" and first and case.memory.get("person_signed_on"):
        yield Obligation(sign_by(case, first), "countersign", case.uid, Told("Signature de la cogérance, au plus tard"),
                         article=WRITTEN[case.workflow], who=cogerance)


def _cape(case: Run, known: Known) -> Iterator[Obligation]:
    yield from _signing(case)
    last = when(case, "last_day")
    if case.state in ("preparing", "trading") and last and not known.followed:
        for days, sentence in zip(known.settings["cape.term_days"], RUNGS, strict=False):
            if sentence:
                yield Obligation(last - timedelta(days=days), f"term_{days}", case.uid, Told(sentence), article="C. com. L127-2",
                                 who=cogerance if days <= COGERANCE_FROM else support)


RUNGS: Final = ("Bilan de fin de CAPE à prévoir", "", "Documents de la suite à préparer", "CAPE sans suite signée : alerte")
"""What each alarm before a term asks (JOURNEY §8); the decision is `choice`."""
COGERANCE_FROM: Final = 15


def _salaried(case: Run, known: Known) -> Iterator[Obligation]:
    yield from _signing(case)
    first, deadline = when(case, "first_day"), when(case, "deadline")
    if case.state == "signed" and first:
        if not case.memory.get("dpae_on"):
            yield _of_hr(dpae_opens(first), "dpae_opens", case, "DPAE possible à partir de ce jour", "C. trav. R1221-4")
            yield _of_hr(working_day_on_or_before(first - timedelta(days=1)), "dpae", case, "DPAE, au plus tard",
                         "C. trav. L1221-10")
        yield _of_hr(permit_check_by(first), "permit_check", case, "Titre de travail à faire vérifier, s’il y en a un",
                     "C. trav. R5221-41")
    if case.state in ("signed", "running") and first:
        yield _of_hr(working_day_on_or_before(medical_visit_by(first)), "medical", case, "Visite médicale, au plus tard", "")
    for day in known.approving if case.state == "running" else ():
        yield Obligation(variable_pay_by(day), f"variable_pay-{day}", case.uid, Told("Part variable à régler, au plus tard"),
                         article="C. trav. R7331-12", who=accounts)
    if case.state in ("signed", "running") and deadline and not known.associate:
        useful = last_useful_assembly([day for day in known.assemblies if day >= known.today], deadline)
        if useful:
            yield Obligation(useful - timedelta(days=known.settings["membership.call_days"]), "call", case.uid,
                             Told("Appel à candidater avant l’AG du {jour}", {"jour": useful}), article="C. trav. L7331-3",
                             who=support)
        yield Obligation(deadline - timedelta(days=known.settings["membership.crisis_days"]), "crisis", case.uid,
                         Told("Sociétariat : décider de la suite"), article="C. trav. L7331-3", who=cogerance)


def _departure(case: Run, _: Known) -> Iterator[Obligation]:
    signed, received = when(case, "signed_on"), when(case, "received_on")
    if case.state != "announced" or case.memory.get("type") != "rc" or signed is None:
        return
    dates = rupture_dates(signed, received)
    for day, kind, sentence, article in (
        (dates.withdrawal_ends, "rc_withdrawal", "Rupture conventionnelle : dernier jour pour se rétracter", "C. trav. L1237-13"),
        (dates.filed_from, "rc_file", "Rupture conventionnelle : demande d’homologation possible", "C. trav. L1237-14"),
        (dates.approved_after, "rc_approved", "Rupture conventionnelle : homologation acquise ce soir, sans réponse",
         "C. trav. L1237-14"),
        (dates.earliest_end, "rc_end", "Rupture conventionnelle : première fin de contrat possible", "C. trav. L1237-13"),
    ):
        yield Obligation(day, kind, case.uid, Told(sentence), article=article, who=support)


def _permit(case: Run, _: Known) -> Iterator[Obligation]:
    until = (case.memory.get("entry") or {}).get("permit_until")
    if case.state in ("papers", "signing", "joined") and until:
        for days in (60, 30):
            yield _of_hr(date.fromisoformat(until) - timedelta(days=days), f"permit_{days}", case,
                         "Titre de travail à renouveler", "C. trav. R5221-41")


def _membership(case: Run, _: Known) -> Iterator[Obligation]:
    assembly = when(case, "assembly")
    if case.state in ("applied", "on_agenda") and assembly:
        yield Obligation(assembly + timedelta(days=1), "vote", case.uid, Told("Noter le vote de l’AG"),
                         article="loi 78-763 art. 7", who=cogerance)


TEAM = {"admission": _permit, "cape": _cape, "salaried": _salaried, "departure": _departure, "membership": _membership}
