"""The forms of a CAPE (JOURNEY §7)."""

from __future__ import annotations

from typing import Any

from wtforms import Form

from workflows import fields as f
from workflows.cape.clauses import WORDING
from workflows.cape.rules import Facts
from workflows.common import NO_PRIVATE_LIFE
from workflows.grammar import StepForm
from workflows.lists import MOTIVES
from workflows.roles import accounts, circle, cogerance, hr, peer, support
from workflows.signing import asked_again, known_elsewhere, offer, table_of_elsewhere

EVERYONE = (hr, accounts, cogerance, circle, peer)
"""Dates, activity and objectives are read by those who accompany too."""


class CapeForm(StepForm):
    """What the contract says: dates, activity, and the headings of C. com. R127-1."""

    readers = (hr, accounts, cogerance)
    seen_by = {
        "first_day": EVERYONE, "months": EVERYONE, "activity": EVERYONE, "objectives": EVERYONE, "peer": EVERYONE,
        "elsewhere": EVERYONE,
    }
    first_day = f.DayField("Date d’effet", missing="Saisissez la date d’effet")
    months = f.NumberField("Durée, en mois", missing="Indiquez la durée", least=1, most=36)
    activity = f.TextField("Activité, nom commercial", missing="Indiquez l’activité")
    objectives = f.LinesField("Objectifs à 3, 6, 12 mois", missing="Indiquez les objectifs")
    peer = f.PersonField("Binôme", optional=True, listed=True)
    programme_before = f.LinesField(
        "1° Programme et engagements avant le début d’activité", missing="Remplissez le programme avant le début")
    programme_after = f.LinesField(
        "1° Programme et engagements après le début d’activité", missing="Remplissez le programme après le début")
    means = f.LinesField("2° Moyens prêtés, conditions", missing="Indiquez les moyens prêtés")
    remuneration = f.LinesField(
        "3° Rémunération de l’accompagnement", missing="Indiquez la rémunération de l’accompagnement")
    commitments = f.LinesField(
        "4° Engagements envers les tiers : nature, maximum, qui les porte",
        missing="Indiquez les engagements envers les tiers")
    accounting = f.LinesField(
        "5° Informations comptables, fréquence", missing="Indiquez les informations comptables et leur fréquence")
    early_end = f.LinesField("6° Rupture anticipée", missing="Indiquez les conditions de rupture anticipée")
    pay_before = f.LinesField("7° Rémunération avant le début d’activité", optional=True)
    contributions = f.LinesField(
        "8° Remboursement des cotisations sociales", missing="Indiquez le remboursement des cotisations sociales")
    elsewhere = table_of_elsewhere()


class WelcomeForm(StepForm):
    """Which journée it was."""

    readers = (circle, support, cogerance)
    day = f.DayField("Jour de la journée", missing="Saisissez le jour de la journée")


class RenewalForm(StepForm):
    """Why go on, and for how long."""

    readers = (circle, peer, support, cogerance)
    results = f.LinesField("Résultats", missing="Décrivez les résultats", description=NO_PRIVATE_LIFE)
    objectives = f.LinesField("Nouveaux objectifs", missing="Indiquez les nouveaux objectifs")
    months = f.NumberField("Durée, en mois", missing="Indiquez la durée", least=1, most=12)
    peer_opinion = f.LinesField("Avis du pair", missing="Indiquez l’avis du pair", description=NO_PRIVATE_LIFE)


class ActivityStartForm(StepForm):
    """The first quote accepted, or the first invoice."""

    readers = (support,)
    started_on = f.DayField("Date du début d’activité", missing="Saisissez la date du début d’activité", past=True)
    proof = f.TextField(
        "Premier devis accepté ou première facture", missing="Indiquez le premier devis ou la première facture")


class JobForm(StepForm):
    """An employment beside the CAPE."""

    readers = (hr,)
    employer = f.TextField("Employeur", missing="Indiquez l’employeur")
    hours = f.NumberField(
        "Heures par semaine", missing="Indiquez le nombre d’heures par semaine", least=0, most=60)
    since = f.DayField("À partir du", missing="Saisissez la date de début")


class CommitmentRow(Form):
    """What remains to be delivered to a customer."""

    who = f.TextField("Client", missing="Indiquez le client")
    what = f.TextField("Engagement", missing="Indiquez l’engagement")
    until = f.DayField("Jusqu’au", optional=True)


class EarlyEndForm(StepForm):
    """A contract that stops before its term."""

    readers = (support, cogerance)
    initiative = f.ChoiceField(
        "À l’initiative de", missing="Indiquez qui rompt le contrat",
        choices=[("person", "La personne"), ("coop", "Optéos"), ("both", "Les deux, d’un commun accord")])
    notified_on = f.DayField("Notification", missing="Saisissez la date de notification")
    ends_on = f.DayField("Date de fin", missing="Saisissez la date de fin")
    motive = f.ChoiceField("Motif", missing="Choisissez un motif", choices=MOTIVES)
    commitments = f.TableField("Engagements en cours", CommitmentRow, optional=True)
    balance = f.MoneyField("Solde du compte", optional=True, least=None)


def fill_cape(form: Any, facts: Facts) -> None:
    """Offer the peers; show what was last written, else the day after the term, the peer and the house's wording."""
    form.peer.choices = list(facts.peers)
    asked_again(form, facts)
    known_elsewhere(form, facts)
    first: dict[str, Any] = {**WORDING, "peer": facts.memory.get("peer") or facts.peer}
    first |= {"months": facts.memory.get("months"), "first_day": facts.first_day or facts.day_after_term or facts.starts_on}
    for name, value in first.items():
        offer(form[name], value)


def fill_early_end(form: Any, facts: Facts) -> None:
    """The end the departure gives."""
    offer(form.ends_on, facts.departure_ends_on)

