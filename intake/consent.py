"""A decision by consent as its page shows it: the proposal, who said what, what is still missing (SCREENS S12, B12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import workflows
from intake import words
from intake.models import brands
from intake.models.brands import BrandMember
from intake.models.dossiers import Answers, Case, Event
from intake.models.people import Person
from workflows.admission import DECISIONS, Facts
from workflows.admission.forms import OPINIONS
from workflows.engine import BEGIN, open_steps
from workflows.roles import circle, coordinator

ABOUT_IT = frozenset({*DECISIONS, "propose", "give_opinion", "lift_objection"})
"""Steps whose page shows the round."""
PUT = {"admit": "accueillir", "defer": "retravailler", "decline": "sans suite", "redirect": "réorienter"}


@dataclass(frozen=True)
class Opinion:
    """What one member thinks, and whether it still holds."""

    who: str
    verdict: str
    reason: str


@dataclass(frozen=True)
class Round:
    """The round under way; `proposal` is empty while nothing is proposed."""

    proposal: str
    conditions: str
    opinions: tuple[Opinion, ...]
    missing: tuple[str, ...]
    decision: str
    """The step that would take the decision proposed."""
    mine: bool
    """The reader has given an opinion in this round."""
    referents: tuple[Opinion, ...] = ()
    """What the referents of the brands that the person joins think: told, never counted, never a veto."""


def shown_with(case: Case, step: str) -> bool:
    """Whether the page of this step shows the round."""
    return case.workflow == "admission" and case.state == "review" and step in ABOUT_IT


def round_of(case: Case, facts: Facts) -> Round:
    """The round of a dossier under study, for a reader of the circle."""
    said = _written(case, facts.round.get("opened", ""))
    decision = decision_of(case, facts)
    return Round(
        proposal=_proposal(facts), conditions=said.get("propose", {}).get(facts.round.get("by", ""), ""),
        opinions=tuple(_opinion(who, one, facts, said.get("give_opinion", {})) for who, one in facts.opinions.items()),
        missing=_missing(case, facts, decision), decision=decision, mine=facts.actor in facts.opinions,
        referents=tuple(_of_referent(one) for one in brands.joined_by(case.dossier.person_id)))


def decision_of(case: Case, facts: Facts) -> str:
    """The step of the decision proposed; at an antenna without cap, accepting is enrolling."""
    proposed = str(facts.round.get("proposed", ""))
    return "enrol" if proposed == "admit" and not facts.capped else proposed


def _proposal(facts: Facts) -> str:
    if not facts.round:
        return ""
    person = Person.get_or_none(Person.uid == facts.round["by"])
    who = person.called if person else "une personne du Cercle"
    return f"Proposition {words.de_name(who)}, le {words.short_day(facts.round['opened'])} : {PUT[facts.round['proposed']]}"


def _opinion(who: str, given: Any, facts: Facts, reasons: dict[str, str]) -> Opinion:
    verdict = dict(OPINIONS)[given["verdict"]]
    if given["verdict"] == "objection" and who in facts.round.get("lifted", ()):
        verdict = "Objection levée"
    return Opinion(facts.first_names.get(who, "Une personne du Cercle"), verdict, reasons.get(who, ""))


def _of_referent(member: BrandMember) -> Opinion:
    who = f"{member.brand.referent.called}, marque {member.brand.name}"
    return Opinion(who, brands.OPINIONS.get(member.opinion, "Avis attendu"), member.words)


def _missing(case: Case, facts: Facts, decision: str) -> tuple[str, ...]:
    """Every reason that still stops the decision proposed."""
    if not decision:
        return ("Personne n’a encore proposé de décision.",)
    steps = open_steps(workflows.ALL["admission"], case.state or BEGIN, {circle, coordinator}, facts)
    found = next((one for one in steps if one.step.name == decision), None)
    return tuple(words.say(refusal) for refusal in found.refusals) if found else ()


def _written(case: Case, opened: str) -> dict[str, dict[str, str]]:
    """The words of the proposal and of the opinions of this round, by step and by who wrote them; the last one wins."""
    found: dict[str, dict[str, str]] = {}
    if not opened:
        return found
    rows = (Answers.select(Answers, Event, Person).join(Event, on=Answers.event).join(Person, on=Event.actor)
            .where(Answers.case == case, Event.step.in_(("propose", "give_opinion"))).order_by(Event.id))
    for row in rows:
        if row.event.made_at.isoformat() >= opened:
            text = row.text.get("conditions") if row.event.step == "propose" else row.text.get("reason")
            found.setdefault(row.event.step, {})[row.event.actor.uid] = text or ""
    return found
