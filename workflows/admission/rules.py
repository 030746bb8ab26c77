"""The rules of an admission, in the order of JOURNEY §6: who may enter, in which order, by which agreement."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from workflows.admission.deadlines import reopen_until, silence_ends
from workflows.admission.facts import Facts
from workflows.calendar import Month, delay_end, paris_day
from workflows.contracts import Contract, in_force, signed_or_in_force
from workflows.grammar import Answers, Rule, Verdict, choice, holds, house, law, warning
from workflows.queue import exceptions_left as quota_left

FULL_TIME_HOURS = 35
"""Weekly hours of a full-time job (C. trav. L3121-27)."""

MISSING = {
    "papers": "le dossier d’entrée",
    "guardians": "l’accord des représentants légaux",
    "diploma": "le diplôme ou l’autorisation",
}
"""What the entry papers may lack, in words."""


def told(facts: Facts, answers: Answers, name: str) -> Any:
    """An answer of this form, else of the pages saved so far; None when nobody asked."""
    if name in answers:
        return answers[name]
    return next((page[name] for page in facts.pages.values() if name in page), None)


# Which row is meant --------------------------------------------------------------------------------------------------


@choice
def meeting_optional(facts: Facts) -> bool:
    """One may apply without an information meeting."""
    return not facts.settings["admission.meeting_required"]


@choice
def dates_proposed(facts: Facts) -> bool:
    """There are dates to choose from."""
    return bool(facts.interview_dates)


@choice
def no_cap_here(facts: Facts) -> bool:
    """This antenna has no monthly cap: nobody waits for a place."""
    return not facts.capped


@choice
def first_refusal(facts: Facts) -> bool:
    """`offers.free_refusals` are not used up."""
    return int(facts.memory.get("refusals", 0)) < int(facts.settings["offers.free_refusals"])


@choice
def first_silence(facts: Facts) -> bool:
    """No earlier offer was left without answer."""
    return not facts.memory.get("silences")


@choice
def was_admitted(facts: Facts) -> bool:
    """The circle said yes, and did not take it back."""
    return bool(facts.memory.get("admitted_at"))


@choice
def was_sent(facts: Facts) -> bool:
    """The application was sent once."""
    return facts.taken("submit") is not None


@choice
def contested(facts: Facts) -> bool:
    """The person asked for a second look since the refusal."""
    asked = facts.taken("contest")
    return asked is not None and asked >= facts.since


@choice
def transfer_asked(facts: Facts) -> bool:
    """This admission is a transfer from KPA-Cité to the principale."""
    return bool(facts.memory.get("transfer"))


@choice
def nothing_signed(facts: Facts) -> bool:
    """No contract is signed by both sides."""
    return not facts.engaged


@choice
def nobody_answers(facts: Facts) -> bool:
    """An application the circle has not read is closed only when a complement stays unanswered."""
    return facts.state != "submitted" or facts.request is not None


# Law -----------------------------------------------------------------------------------------------------------------


@law("Le titre doit autoriser le travail au {date}. La personne le fournit.", "C. trav. R5221-41")
def may_work(facts: Facts) -> Verdict:
    """A residence permit, when one is needed, holds on the first day of the entry month."""
    start = max(facts.month.first_day, facts.today) if facts.month else facts.today
    until = (facts.memory.get("entry") or {}).get("permit_until")
    return holds(until is None or until >= start.isoformat(), date=start)


@law("Un CAPE est fermé aux personnes employées à temps complet. Joignez l’attestation de temps partiel.",
     "C. com. L127-1")
def not_full_time(facts: Facts, answers: Answers) -> bool:
    """No full-time job beside a CAPE, and a part-time one is proved."""
    entry = facts.memory.get("entry") or {}
    hours = entry.get("hours", 0)
    return answers.get("kind") == "cesa" or not hours or (hours < FULL_TIME_HOURS and bool(entry.get("part_time_proof")))


# Applying ------------------------------------------------------------------------------------------------------------


@house("Il faut avoir 18 ans, ou 16 ans pour KPA-Cité.", lifted_by="")
def old_enough(facts: Facts, answers: Answers) -> bool:
    """18, or 16 for KPA-Cité; an unknown age passes until the application asks it."""
    age = told(facts, answers, "age") or facts.age
    return age in ("", "adult") or (age == "minor" and facts.kpa)


@house("Il reste {n:partie|parties} à remplir.", lifted_by="")
def pages_complete(facts: Facts) -> Verdict:
    """Every page of the questionnaire is filled in."""
    return holds(not facts.pages_left, n=len(facts.pages_left))


@warning("Un CAPE est impossible avec un emploi à temps complet. Indiquez la date où cela change.")
def part_time_ahead(facts: Facts, answers: Answers) -> bool:
    """A full-time job on the planned date has an end."""
    return not told(facts, answers, "full_time") or bool(told(facts, answers, "full_time_until"))


@house("Cette réunion est complète. Le Cercle peut ajouter des places.")
def seat_left(facts: Facts, answers: Answers) -> bool:
    """The meeting chosen has a free seat, or is the one already booked."""
    chosen = answers["meeting"]
    return facts.seats.get(chosen, 0) > 0 or facts.memory.get("meeting") == chosen


# Reading and deciding ------------------------------------------------------------------------------------------------


@house("Membres du Cercle qui doivent lire : {n}, dont un hors du réseau de la personne. Le Cercle les désigne.")
def two_readers(facts: Facts, answers: Answers) -> Verdict:
    """`readers.number` people read, one of them at least without link to the person."""
    needed: int = facts.settings["readers.number"]
    people = set(answers["people"])
    linked = facts.conflicts | set(answers.get("linked") or ())
    return holds(len(people) >= needed and people - linked, n=needed)


@house("Un complément est attendu : {objet}. La personne ou le Cercle peut clore la demande.")
def nothing_asked(facts: Facts) -> Verdict:
    """No complement is waiting for an answer."""
    kind = (facts.request or {}).get("kind", "")
    return holds(facts.request is None, objet=facts.requested or kind)


@house("Un lien est déclaré. Le Cercle désigne quelqu’un d’autre.", lifted_by="")
def no_conflict(facts: Facts) -> bool:
    """Whoever acts has no declared link with the person."""
    return facts.actor not in facts.conflicts


@house("Rencontre à noter par {prénom}.")
def interviews_done(facts: Facts) -> Verdict:
    """Each reader without conflict has recorded an interview."""
    missing = [who for who in facts.readers if who not in facts.interviews and who not in facts.conflicts]
    names = [facts.first_names.get(who, "une personne du Cercle") for who in missing]
    return holds(not missing and facts.interviews, prénom=names or "le Cercle accompagnement")


@house("L’équipe support doit rendre son avis.")
def support_checked(facts: Facts) -> bool:
    """Support has said what it thinks of insurance, regulation and budget."""
    return bool(facts.memory.get("support_check"))


@house("Cette décision n’est pas celle proposée. Le Cercle peut ouvrir un nouveau tour.", lifted_by="")
def proposal_matches(facts: Facts) -> bool:
    """The decision is the one of the round under way; `proposes` gives each step its own."""
    return bool(facts.round)


def proposes(decision: str) -> Rule:
    """`proposal_matches` for one decision."""
    def check(facts: Facts) -> bool:
        return bool(facts.round.get("proposed") == decision)
    return replace(proposal_matches, check=check)


@house("Il manque {n} avis de membres sans lien avec la personne.", lifted_by="")
def enough_opinions(facts: Facts) -> Verdict:
    """`consent.opinions` opinions of the round, free of conflict of interest."""
    missing = int(facts.settings["consent.opinions"]) - len(facts.opinions)
    return holds(missing <= 0, n=missing)


@house("L’objection de {prénom} reste ouverte. {Prénom} peut la lever, ou une nouvelle proposition.", lifted_by="")
def no_objection(facts: Facts) -> Verdict:
    """Every objection of the round was lifted by its author."""
    names = [facts.first_names.get(who, "une personne du Cercle") for who in facts.objectors]
    return holds(not names, prénom=names)


def consent(decision: str) -> list[Rule]:
    """What a decision by consent asks: the one proposed, enough opinions, no open objection."""
    return [proposes(decision), enough_opinions, no_objection]


# Places and offers ---------------------------------------------------------------------------------------------------


@house("{Mois} est complet. Proposez {mois suivant} ; la cogérance peut ajouter une place à un mois à venir.",
       lifted_by="")
def place_free(facts: Facts, answers: Answers) -> Verdict:
    """The month has a free place now; taking it decides."""
    month = Month.parse(str(answers["month"]))
    return holds(facts.free.get(month, 0) > 0, mois=month, **{"mois suivant": facts.next_free(month)})


@house("Ce mois est trop proche ou passé. Proposez {mois suivant}.", lifted_by="")
def month_left(facts: Facts, answers: Answers) -> Verdict:
    """There is time to answer and to prepare the entry: `offers.days` + `entry.lead_days`, as the forecast counts."""
    month = Month.parse(str(answers["month"]))
    first = facts.first_month
    next_one = first if facts.free.get(first, 0) > 0 else facts.next_free(first)
    return holds(month >= first, **{"mois suivant": next_one})


@house("{n:personne est|personnes sont} avant. Le Cercle peut proposer hors rang avec un motif.")
def first_in_line(facts: Facts) -> Verdict:
    """Nobody before in the waiting list could take the first month to come."""
    ahead = facts.ahead(facts.first_month)
    return holds(ahead == 0, n=ahead)


def _first_for_month(facts: Facts, answers: Answers) -> Verdict:
    ahead = facts.ahead(Month.parse(str(answers["month"])))
    return holds(ahead == 0 or facts.ahead(facts.first_month), n=ahead)


first_for_month = replace(first_in_line, check=_first_for_month, reads_answers=True)
"""The same rule for a later month, which people ahead may have asked for; silent when `first_in_line` speaks."""


@house("Le quota d’exceptions est atteint.")
def exceptions_left(facts: Facts) -> bool:
    """One entry in `offers.exception_share` over 12 months, the one asked for included."""
    return quota_left(len(facts.entries), sum(facts.entries), facts.settings["offers.exception_share"]) > 0


@house("L’avis date de plus de {n} mois. Le Cercle fait le point avec la personne.")
def admission_valid(facts: Facts) -> Verdict:
    """The admission, or its last update, is `admission.valid_months` old at most."""
    months: int = facts.settings["admission.valid_months"]
    since = facts.day("valid_from")
    return holds(since is not None and facts.today <= delay_end(since, months), n=months)


@house("Cette proposition a expiré le {date}. Le Cercle peut en faire une autre.", lifted_by="")
def offer_open(facts: Facts) -> Verdict:
    """The deadline of the offer is not over."""
    ends = facts.deadline or facts.now
    return holds(facts.now <= ends, date=paris_day(ends))


@house("Reports déjà faits : {n}, le maximum.")
def postponements_left(facts: Facts) -> Verdict:
    """Fewer than `offers.postponements` so far."""
    done = int(facts.memory.get("postponements", 0))
    return holds(done < int(facts.settings["offers.postponements"]), n=done)


@house("{n} mois au plus.")
def pause_short(facts: Facts, answers: Answers) -> Verdict:
    """`pause.max_months` at most."""
    months: int = facts.settings["pause.max_months"]
    return holds(answers["until"] <= delay_end(facts.today, months), n=months)


@house("Les relances courent jusqu’au {date}.")
def reminders_done(facts: Facts) -> Verdict:
    """Every reminder was given its time."""
    ends = silence_ends(facts)
    return holds(facts.now >= ends, date=paris_day(ends))


@house("Le délai est passé depuis le {date}. Une nouvelle candidature reste possible.")
def reopen_in_time(facts: Facts) -> Verdict:
    """`reopen.days` after it closed, that day included."""
    ends = reopen_until(facts)
    return holds(facts.now <= ends, date=paris_day(ends))


@house("Une autre demande est ouverte, un contrat court, ou la sortie est constatée.", lifted_by="")
def no_other_road(facts: Facts) -> bool:
    """One road at a time: no other admission, no contract, no departure noted."""
    return not (facts.already or facts.gone or facts.engaged)


# Entry ---------------------------------------------------------------------------------------------------------------


@house("Il manque : {pièces}. L’équipe support peut accepter une pièce en attente.")
def papers_complete(facts: Facts) -> Verdict:
    """The entry papers were sent, with the pieces this person needs."""
    entry = facts.memory.get("entry")
    missing = ["papers"] if entry is None else entry.get("missing", [])
    return holds(not missing, pièces=[MISSING[piece] for piece in missing])


@house("L’assureur n’a pas confirmé la couverture. L’équipe support relance.")
def insured(facts: Facts) -> bool:
    """The insurer covers this activity, under conditions perhaps."""
    return bool(facts.memory.get("insured"))


@house("Un contrat est déjà en cours jusqu’au {date}.", lifted_by="")
def no_contract(facts: Facts) -> Verdict:
    """No contract with the cooperative is in force, or signed."""
    running = signed_or_in_force(facts.contracts, facts.today)
    ends = [one.over_on for one in running if one.over_on]
    return holds(not running, date=max(ends, default="nouvel ordre"))


# Transfer from KPA-Cité ----------------------------------------------------------------------------------------------


def cape_in_force(facts: Facts) -> tuple[Contract, ...]:
    """CAPE in force today."""
    return tuple(one for one in in_force(facts.contracts, facts.today) if one.kind == "cape")


@house("Aucun CAPE KPA-Cité en cours à transférer.", lifted_by="")
def kpa_cape_runs(facts: Facts) -> bool:
    """A CAPE of a KPA-Cité dossier is in force."""
    return any(facts.programmes.get(one.case) == "kpa" for one in cape_in_force(facts))


@house("Aucun CAPE en cours.", lifted_by="")
def cape_runs(facts: Facts) -> bool:
    """A CAPE is in force."""
    return bool(cape_in_force(facts))


@house("Aucune place n’est prise pour ce transfert. L’équipe support choisit un mois.", lifted_by="")
def place_taken(facts: Facts) -> bool:
    """A transfer holds a place, unless the house asks for none."""
    return facts.month is not None or not facts.settings["places.transfer_needs_place"]
