"""What a CAPE, its renewal and a CESA print (C. com. R127-1; C. trav. L7331-2, R7331-5, R7331-10)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from intake.facts.contracts import ANSWERED
from intake.language import FRENCH, speaking
from intake.models import pieces
from intake.models.dossiers import Answers, Case, Event
from intake.models.people import Person
from intake.papers.values import (
    NBSP,
    annex,
    answered,
    filled,
    in_words,
    rubrics,
    said,
    scale,
    shared,
)
from intake.words import money
from workflows.calendar import gap, paris_day
from workflows.cape.rules import CAPES, RENEWAL, three_contracts
from workflows.salaried.rules import Facts as CesaFacts

CAPE_RUBRICS = (
    ("programme_before", "1° Programme et engagements avant le début d’activité"),
    ("programme_after", "1° Programme et engagements après le début d’activité"),
    ("means", "2° Moyens prêtés et conditions"),
    ("remuneration", "3° Rémunération de l’accompagnement"),
    ("commitments", "4° Engagements envers les tiers : nature, maximum, qui les porte"),
    ("accounting", "5° Informations comptables et fréquence"),
    ("early_end", "6° Rupture anticipée"),
    ("pay_before", "7° Rémunération avant le début d’activité"),
    ("contributions", "8° Remboursement des cotisations sociales"),
)
CESA_RUBRICS = (
    ("objectives", "a) Objectifs et activité minimale"),
    ("means", "b) Moyens d’appui et de contrôle"),
    ("contribution", "c) Contribution"),
    ("pay", "d) Part fixe, méthode de la part variable"),
    ("statutes", "e) Statuts en vigueur"),
    ("clientele", "f) Clientèle, propriété intellectuelle"),
)
NOTICE = (
    "Responsable : {coop}. Vos données servent à préparer, exécuter et prouver ce contrat : c’est sa base légale. Seules les "
    "données nécessaires sont demandées (C. trav. L1221-6).\n\n"
    "Elles sont lues par l’équipe support, la cogérance et, pour votre projet, vos pairs du Cercle accompagnement et votre "
    "binôme. Les contrats sont gardés 5 ans après leur fin.\n\n"
    "Vous pouvez demander à les lire, les corriger, les emporter ou les effacer : réponse sous un mois. Vous pouvez saisir la "
    "CNIL."
)


@speaking(FRENCH)
def values_of(kind: str, case: Case, facts: Any) -> dict[str, Any]:
    """What a contract prints, from the case as read."""
    known = shared(case, facts) | {"sign_by": in_words(facts.sign_by or facts.today)}
    return known | (_cesa(case, facts, known) if kind == "cesa" else _cape(case, facts, known))


def kind_of(paper: str, facts: Any) -> str:
    """A second or third CAPE in a row is a renewal, with a template of its own."""
    return "renewal" if paper == "cape" and getattr(facts, "nature", "") == RENEWAL else paper


# CAPE ----------------------------------------------------------------------------------------------------------------


def _cape(case: Case, facts: Any, known: Mapping[str, Any]) -> dict[str, Any]:
    written, ordinal = facts.written, int(facts.memory.get("ordinal", 1))
    first, last = facts.first_day, facts.last_day
    renews = kind_of("cape", facts) == "renewal"
    renewal = _renewal(case) if renews else {}
    title = "Contrat d’appui au projet d’entreprise"
    return {
        "title": f"Renouvellement du {title[0].lower()}{title[1:]}" if renews else title,
        "subtitle": f"CAPE n°{NBSP}{ordinal} · {facts.nature} · du {in_words(first)} au {in_words(last)}",
        "contract": said([
            ("Numéro", f"CAPE n°{NBSP}{ordinal}, {facts.nature}"), ("Premier jour", in_words(first)),
            ("Dernier jour", in_words(last)), ("Durée", f"{facts.memory['months']} mois"),
            ("Binôme", dict(facts.peers).get(facts.memory.get("peer", ""))),
        ]),
        "before": _before(facts) if renews else "", "gap": _gap(facts), "derogation": derogation(ordinal, _granted(case, facts)),
        "activity": str(written.get("activity", "")), "objectives": str(written.get("objectives", "")),
        "results": str(renewal.get("results", "")), "rubrics": rubrics(CAPE_RUBRICS, written),
        "mention": mention(known["coop"], last), "annexes": _cape_annexes(case, facts),
    }


def _renewal(case: Case) -> Mapping[str, Any]:
    """What was said when the renewal was asked for."""
    found = ANSWERED.one(case=case.opened_by_id, step="renew") if case.opened_by_id else None
    return found[0] if found else {}


def _before(facts: Any) -> str:
    """The contract that this one follows."""
    eve = facts.first_day - date.resolution
    former = next((one for one in facts.others if one.kind == "cape" and one.last_day == eve), None)
    return f"Ce contrat suit celui du {in_words(former.first_day)} au {in_words(eve)} (C. com. L127-2)." if former else ""


def _cape_annexes(case: Case, facts: Any) -> list[dict[str, Any]]:
    settings, written = facts.settings, facts.written
    file, checked = answered(case, "admission", "submit"), answered(case, "admission", "check_support")
    reviews = " et ".join(", ".join(str(month) for month in settings["reviews.cape_months"]).rsplit(", ", 1))
    return filled((
        annex("Programme d’accompagnement", facts=said([
            ("Binôme", dict(facts.peers).get(facts.memory.get("peer", "")) or "à trouver avec le Cercle accompagnement"),
            ("Journée mensuelle", "le troisième jeudi du mois"), ("Bilans", f"à {reviews} mois"),
        ])),
        annex("Fiche d’activité et accord de l’assureur", facts=said([
            ("Activité", written.get("activity")), ("Référence de l’assureur", checked.get("insurer_reference")),
            ("Questionnaire d’assurance", _piece(case, file.get("insurance"))),
        ])),
        annex("Barème de la contribution", heads=("Marge annuelle", "Contribution"),
              lines=scale(settings["contribution.scale"])),
        annex("Règlement intérieur", text=str(settings["coop.rules"])),
        annex("Liste des moyens prêtés", text=str(written.get("means", ""))),
        annex("Notice sur les données personnelles", text=NOTICE.format(coop=settings["coop.name"])),
        annex("Budget", facts=said([("Fichier", _piece(case, file.get("budget_file")))]),
              heads=("Ligne", "Recettes", "Dépenses"), lines=[
                  (row["heading"], _sum(row.get("income")), _sum(row.get("expense"))) for row in file.get("budget") or ()]),
    ))


def _sum(amount: Any) -> str:
    return money(amount) if amount not in (None, "") else "–"


def _piece(case: Case, uid: Any) -> str:
    """A joined file: its name, its day and its fingerprint, so that nobody takes another one for it."""
    found = pieces.Piece.get_or_none(pieces.Piece.uid == uid, pieces.Piece.dossier == case.dossier) if uid else None
    if found is None or not found.content:
        return ""
    print_ = hashlib.sha256(pieces.content_of(found)).hexdigest()
    return f"{found.filename}, ajouté le {in_words(found.added_at.date())}, empreinte {print_[:16]}"


def mention(coop: Mapping[str, str], last: date) -> str:
    """What every business paper carries while the CAPE runs (C. com. R127-3)."""
    return (
        f"Bénéficiaire d’un contrat d’appui au projet d’entreprise avec {coop['name']}, {coop['seat']}, "
        f"SIREN {coop['siren']}, jusqu’au {in_words(last)}")


def _gap(facts: Any) -> str:
    """The days without contract before this one."""
    since = facts.day("gap_from")
    without = gap(since - date.resolution, facts.first_day) if since else None
    return f"Aucun contrat n’a couru du {in_words(without[0])} au {in_words(without[1])}." if without else ""


def derogation(ordinal: int, granted: tuple[str, date, str] | None) -> str:
    """The derogation to three contracts, printed as JOURNEY §6 asks: who decided, when, and the reason as it was written."""
    if ordinal <= CAPES:
        return ""
    letter = f"Ce contrat est le {ordinal}e. La lettre de l’article L127-2 du code de commerce en admet {CAPES}"
    if granted is None:
        return f"{letter} : sans dérogation écrite de la cogérance, il ne peut pas être envoyé."
    who, on, reason = granted
    return (
        f"{letter}. {who}, pour la cogérance, y a dérogé par écrit le {in_words(on)} : « {reason.rstrip('.')} ». "
        "La durée totale reste de 36 mois au plus.")


def _granted(case: Case, facts: Any) -> tuple[str, date, str] | None:
    """Who lifted the limit of three contracts for this one, the day, and why; None while nobody has."""
    at = facts.derogations.get(three_contracts.name)
    if at is None:
        return None
    found = (Answers.select(Answers, Event, Person).join(Event, on=Answers.event).join(Person, on=Event.actor)
             .where(Event.case == case, Event.step == "derogate", Event.made_at == datetime.fromisoformat(at)).get())
    return found.event.actor.name, paris_day(found.event.made_at), str(found.text["reason"])


# CESA ----------------------------------------------------------------------------------------------------------------


def _cesa(case: Case, facts: CesaFacts, known: Mapping[str, Any]) -> dict[str, Any]:
    written, start = facts.written, facts.start
    trial = facts.day("trial_end")
    return {
        "title": "Contrat d’entrepreneur salarié",
        "subtitle": f"CESA · à partir du {in_words(start)}",
        "contract": said([
            ("Premier jour", in_words(start)), ("Emploi, qualification", written.get("job")),
            ("Période d’essai", f"jusqu’au {in_words(trial)}" if trial else "aucune"),
            ("Durée", "indéterminée, sous réserve de l’échéance d’association"),
        ]),
        "deadline": in_words(facts.computed_deadline), "deducted": _deducted(facts),
        "procedure": str(written.get("procedure", "")), "accounts_access": str(written.get("accounts_access", "")),
        "rubrics": rubrics(CESA_RUBRICS, written), "annexes": _cesa_annexes(case, facts),
    }


def _cesa_annexes(case: Case, facts: CesaFacts) -> list[dict[str, Any]]:
    settings = facts.settings
    found = ANSWERED.one(case=case.id, step="simulate")
    simulated = found[0] if found else {}
    return filled((
        annex("Simulation", facts=said([
            ("Part fixe, par mois", money(simulated["fixed_part"]) if simulated else ""),
            ("Coût mensuel", money(simulated["monthly_cost"]) if simulated else ""),
        ])),
        annex("Statuts en vigueur", facts=said([("Version", facts.written.get("statutes"))]),
              text=str(settings["coop.statutes"])),
        annex("Barème de la contribution", heads=("Marge annuelle", "Contribution"),
              lines=scale(settings["contribution.scale"])),
        annex("Règlement intérieur", text=str(settings["coop.rules"])),
        annex("Notice sur les données personnelles", text=NOTICE.format(coop=settings["coop.name"])),
    ))


def _deducted(facts: CesaFacts) -> str:
    """The earlier contracts that bring the deadline nearer."""
    if not facts.earlier:
        return "Aucun contrat précédent n’est déduit des trois ans."
    spans = " ; ".join(f"du {in_words(first)} au {in_words(last)}" for first, last in facts.earlier)
    return f"Sont déduits des trois ans les contrats précédents : {spans}."
