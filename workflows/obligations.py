"""The dated obligations of a dossier: what, when, with whom, and what happens if the day passes. Pure.

Contract ends, reviews and the associate deadline are always there, however far (SCREENS C2).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from workflows.accompaniment.rules import Asked
from workflows.calendar import last_useful_assembly, paris_day
from workflows.cape.rules import RENEWAL
from workflows.grammar import Told

WRITTEN = {"cape": "C. com. L127-2", "salaried": "C. trav. L7331-2"}
"""Why each contract is in writing, signed by the day it takes effect."""
HELD_SHARES = ("associate", "ended")
"""States of a membership that met the deadline of C. trav. L7331-3, leaving included."""
REVIEW_HELD_AROUND = timedelta(days=45)
"""A review signed this close before it was asked counts for it."""


class Run(Protocol):
    """A case, as far as its dates are looked at."""

    @property
    def uid(self) -> str:
        """Its identifier."""

    @property
    def workflow(self) -> str:
        """Name of its workflow."""

    @property
    def state(self) -> str:
        """Where it stands."""

    @property
    def memory(self) -> Mapping[str, Any]:
        """What it remembers."""


@dataclass(frozen=True)
class Obligation:
    """One date of someone's journey. `kind` is stable: with the case's uid it names the date for a calendar."""

    day: date
    kind: str
    case: str
    label: Told
    otherwise: Told | None = None
    """What happens if it passes."""
    step: str = ""
    """The step that answers it, when it is the person's."""
    at: datetime | None = None
    """Its hour, when it has one."""
    who: str = ""
    """With whom, or whose turn it is."""
    article: str = ""
    """The law that sets it."""


@dataclass(frozen=True)
class Known:
    """What dates depend on, besides the cases."""

    today: date
    settings: Mapping[str, Any]
    peer: str = ""
    """First name of the peer."""
    reviews: Sequence[Asked] = ()
    assemblies: Sequence[date] = ()
    approving: Sequence[date] = ()
    """Assemblies that approve the accounts, the last one included."""
    associate: bool = field(default=False)
    followed: bool = False
    """What follows the contract in force is already signed."""


def obligations(cases: Collection[Run], known: Known) -> list[Obligation]:
    """Every date to come of these open cases, soonest first."""
    found = [one for case in cases for one in BY_WORKFLOW[case.workflow](case, known)]
    return sorted((one for one in found if one.day >= known.today), key=lambda one: (one.day, one.kind))


def when(case: Run, name: str) -> date | None:
    """A day a case remembers, from a day or an instant."""
    stamp = case.memory.get(name)
    return paris_day(datetime.fromisoformat(stamp)) if stamp and len(stamp) > 10 else date.fromisoformat(stamp) if stamp else None


def _admission(case: Run, known: Known) -> Iterator[Obligation]:
    meeting, deadline = case.memory.get("meeting_at"), when(case, "deadline")
    if case.state == "meeting" and meeting:
        at = datetime.fromisoformat(meeting)
        yield Obligation(paris_day(at), "meeting", case.uid, Told("Réunion d’information"), step="book", at=at,
                         otherwise=Told("Sans vous, votre demande ne s’ouvre pas : vous choisissez une autre date."))
    chosen = (case.memory.get("interview") or {}).get("chosen")
    if case.state == "review" and chosen:
        yield Obligation(date.fromisoformat(chosen), "interview", case.uid, Told("Rencontre avec le Cercle accompagnement"),
                         otherwise=Told("Un empêchement ? Écrivez-nous : nous proposons d’autres dates."), step="write")
    if case.state == "offered" and deadline:
        yield Obligation(deadline, "offer", case.uid, Told("Répondre à la place proposée"), step="accept",
                         otherwise=Told("Sans réponse, la place est proposée à la personne suivante."))
    if case.state == "paused" and (until := when(case, "paused_until")):
        yield Obligation(until, "pause", case.uid, Told("Fin de la pause"), step="resume",
                         otherwise=Told("Le Cercle vous appelle avant de classer votre demande."))
    if case.state in ("papers", "signing", "joined") and (until := (case.memory.get("entry") or {}).get("permit_until")):
        yield Obligation(date.fromisoformat(until), "permit", case.uid, Told("Fin de votre titre de séjour"), step="add_piece",
                         otherwise=Told("Sans titre à jour, le contrat ne peut pas continuer. Envoyez le nouveau."))


def _cape(case: Run, known: Known) -> Iterator[Obligation]:
    first, last, number = when(case, "first_day"), when(case, "last_day"), case.memory.get("ordinal", 1)
    if case.state == "to_sign" and first and not case.memory.get("person_signed_on"):
        yield _to_sign(case, first)
    if case.state == "signed" and first:
        yield Obligation(first, "start", case.uid, Told("Début de votre contrat CAPE n° {n}", {"n": str(number)}))
    if case.state not in ("signed", "preparing", "trading") or last is None:
        return
    if not known.followed and case.state != "signed":
        choose = last - timedelta(days=known.settings["cape.term_days"][1])
        yield Obligation(choose, "choice", case.uid, Told("Choisir la suite : renouveler, contrat salarié ou sortie"),
                         step="renew", otherwise=Told("Sans choix écrit, le contrat s’arrête le {jour}.", {"jour": last}))
    yield Obligation(last, "term", case.uid, Told("Fin de votre contrat CAPE n° {n}", {"n": str(number)}),
                     otherwise=Told("La suite est signée." if known.followed and case.state != "signed" else
                                    "Sans choix écrit, il s’arrête."))


def sign_by(case: Run, first: date) -> date:
    """The last day to sign a contract: a renewal is signed while the one before it runs (C. com. L127-2)."""
    return first - timedelta(days=1) if case.memory.get("nature") == RENEWAL else first


def _to_sign(case: Run, first: date) -> Obligation:
    late = ("Sans les deux signatures ce jour-là, le contrat s’arrête : ce n’est plus un renouvellement."
            if case.memory.get("nature") == RENEWAL else "Sans signature à cette date, le contrat commence plus tard.")
    return Obligation(sign_by(case, first), "sign", case.uid, Told("Signer votre contrat, au plus tard"), step="sign",
                      article=WRITTEN[case.workflow], otherwise=Told(late))


def _salaried(case: Run, known: Known) -> Iterator[Obligation]:
    first, deadline = when(case, "first_day"), when(case, "deadline")
    if case.state == "to_sign" and first and not case.memory.get("person_signed_on"):
        yield _to_sign(case, first)
    if case.state == "signed" and first:
        yield Obligation(first, "start", case.uid, Told("Début de votre contrat salarié (CESA)"))
    if case.state in ("signed", "running"):
        if trial := when(case, "trial_end"):
            yield Obligation(trial, "trial", case.uid, Told("Fin de la période d’essai"),
                             otherwise=Told("Le contrat continue sans période d’essai."))
        if deadline and not known.associate:
            yield from _associate(case, deadline, known)


def _associate(case: Run, deadline: date, known: Known) -> Iterator[Obligation]:
    useful = last_useful_assembly([day for day in known.assemblies if day >= known.today], deadline)
    if useful:
        apply_by = max(known.today, useful - timedelta(days=AGENDA_DAYS))
        yield Obligation(apply_by, "apply", case.uid, Told("Sociétariat : candidature avant le {jour}", {"jour": apply_by}),
                         who="assemblée générale", step="apply",
                         otherwise=Told("L’assemblée générale (AG) du {jour} est la dernière avant votre date limite.",
                                        {"jour": useful}))
    yield Obligation(deadline, "deadline", case.uid, Told("Date limite pour devenir associé·e"), step="" if useful else "call",
                     otherwise=Told(
                         "Après cette date, le contrat salarié prend fin (code du travail, article L7331-3)." if useful else
                         "Aucune assemblée générale (AG) n’est prévue avant cette date. Passé ce jour, le contrat salarié prend "
                         "fin (code du travail, article L7331-3)."))


AGENDA_DAYS = 30
"""Days before an assembly by which an application is on its agenda (JOURNEY §5.5, alarm at last useful AG − 30 days)."""


def _membership(case: Run, known: Known) -> Iterator[Obligation]:
    assembly = when(case, "assembly")
    if case.state in ("called", "applied", "on_agenda") and assembly:
        yield Obligation(assembly, "assembly", case.uid, Told("Assemblée générale (AG) : votre candidature"),
                         step="apply" if case.state == "called" else "",
                         otherwise=Told("Sans candidature, l’assemblée ne peut pas vous admettre.") if case.state == "called"
                         else Told("L’assemblée des associé·es vote. Vous recevez sa décision."))
    if case.state == "associate" and (balance := when(case, "balance_by")):
        yield Obligation(balance, "shares", case.uid, Told("Solde de vos parts sociales à verser"),
                         who="comptabilité", otherwise=Told("La comptabilité vous écrit."))


def _accompaniment(case: Run, known: Known) -> Iterator[Obligation]:
    if case.state == "running" and (ahead := when(case, "next_meeting")):
        yield Obligation(ahead, "next_meeting", case.uid, Told("Rendez-vous d’accompagnement"), who=known.peer,
                         step="record_meeting", otherwise=Told("Vous convenez ensemble d’une autre date."))
    held = sorted(date.fromisoformat(day) for day in case.memory.get("reviews", ()))
    for asked in known.reviews:
        done = next((day for day in held if asked.on - REVIEW_HELD_AROUND <= day <= asked.before), None)
        if done is not None:
            held.remove(done)
            continue
        late = asked.on < known.today
        label = _review_label(asked, late)
        yield Obligation(
            asked.before if late else asked.on, f"review-{asked.on.isoformat()}", case.uid,
            Told(label, {"n": str(asked.months)}),
            who=known.peer, step="prepare_review", article=asked.article,
            otherwise=Told("Bilan à signer à deux avant le {jour}. Passé ce jour, l’équipe support vous contacte.",
                           {"jour": asked.before}))


def _review_label(asked: Asked, late: bool) -> str:
    if not asked.months:
        return "Bilan, au plus tard" if late else "Bilan"
    return "Bilan des {n} mois, au plus tard" if late else "Bilan des {n} mois"


def _departure(case: Run, known: Known) -> Iterator[Obligation]:
    if case.state == "announced" and (ends := when(case, "ends_on")):
        yield Obligation(ends, "leaving", case.uid, Told("Fin de votre contrat, comme annoncé"), step="checklist",
                         otherwise=Told("Après cette date, ne signez plus ni devis ni facture au nom d’Optéos."))


BY_WORKFLOW = {
    "admission": _admission, "cape": _cape, "salaried": _salaried, "membership": _membership,
    "accompaniment": _accompaniment, "departure": _departure,
}
