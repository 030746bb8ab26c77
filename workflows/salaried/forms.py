"""The forms of a CESA (JOURNEY §7)."""

from __future__ import annotations

from typing import Any

from workflows import fields as f
from workflows.calendar import Month
from workflows.common import NO_PRIVATE_LIFE
from workflows.grammar import StepForm
from workflows.roles import accounts, circle, cogerance, hr, peer, support
from workflows.salaried.clauses import WORDING
from workflows.salaried.rules import Facts
from workflows.signing import asked_again, known_elsewhere, offer, table_of_elsewhere


class RequestForm(StepForm):
    """The request: when, and with which means."""

    readers = (peer, support, cogerance)
    month = f.MonthField("Date souhaitée", missing="Indiquez le mois souhaité")
    turnover = f.MoneyField("Chiffre des 3 derniers mois", missing="Indiquez le chiffre des 3 derniers mois")
    hours = f.NumberField(
        "Heures finançables par mois", missing="Indiquez le nombre d’heures finançables par mois", least=0,
        most=200)
    customers = f.LinesField(
        "Clients, salaire projeté sur 3 mois", missing="Décrivez vos clients et le salaire projeté",
        description=NO_PRIVATE_LIFE)
    accepts = f.TickField(
        "J’accepte de candidater au sociétariat dans le délai",
        missing="Cochez la case pour accepter de candidater au sociétariat")


class PeerOpinionForm(StepForm):
    """What the peer thinks of it."""

    readers = (support, cogerance)
    opinion = f.ChoiceField("Avis", missing="Choisissez un avis", choices=[
        ("for", "Favorable"), ("reserved", "Réservé"), ("against", "Défavorable"),
    ])
    why = f.LinesField("Pourquoi", missing="Expliquez votre avis", description=NO_PRIVATE_LIFE)


class SimulationForm(StepForm):
    """What the contract costs, and what pays it."""

    readers = (accounts, cogerance)
    fixed_part = f.MoneyField("Part fixe, par mois", missing="Indiquez la part fixe")
    monthly_cost = f.MoneyField("Coût mensuel", missing="Indiquez le coût mensuel")
    treasury = f.MoneyField("Trésorerie", missing="Indiquez la trésorerie")
    opinion = f.LinesField("Avis", missing="Écrivez votre avis")


class CesaForm(StepForm):
    """What the contract says: dates, job, and the clauses of C. trav. L7331-2, R7331-10 and R7331-5."""

    readers = (hr, accounts, cogerance)
    seen_by = {
        "first_day": (hr, accounts, cogerance, circle, peer), "objectives": (hr, accounts, cogerance, circle, peer),
        "elsewhere": (hr, accounts, cogerance, circle, peer),
    }
    first_day = f.DayField("Date d’effet", missing="Saisissez la date d’effet")
    job = f.TextField("Emploi, qualification", missing="Indiquez l’emploi et la qualification")
    trial_end = f.DayField("Fin de la période d’essai", optional=True)
    objectives = f.LinesField(
        "a) Objectifs, activité minimale", missing="Indiquez les objectifs et l’activité minimale")
    means = f.LinesField("b) Moyens d’appui et de contrôle", missing="Indiquez les moyens d’appui et de contrôle")
    contribution = f.LinesField("c) Contribution", missing="Indiquez la contribution")
    pay = f.LinesField("d) Part fixe, méthode de la part variable", missing="Indiquez la part fixe et la part variable")
    statutes = f.TextField("e) Statuts en vigueur (version)", missing="Indiquez la version des statuts")
    clientele = f.LinesField(
        "f) Clientèle, propriété intellectuelle", missing="Indiquez ce qui vaut pour la clientèle")
    procedure = f.LinesField(
        "Procédure d’association", missing="Indiquez la procédure d’association",
        description="La date limite est calculée et imprimée dans le contrat")
    accounts_access = f.LinesField(
        "Accès aux comptes ou état mensuel", missing="Indiquez l’accès aux comptes ou l’état mensuel")
    sharing = f.ChoiceField("Activité partagée avec d’autres", missing="Indiquez si l’activité est partagée", choices=[
        ("none", "Non"), ("signed", "Oui, la convention est signée"), ("to_sign", "Oui, la convention reste à signer"),
    ])
    elsewhere = table_of_elsewhere()


class DpaeForm(StepForm):
    """The declaration before hiring."""

    readers = (hr,)
    filed_on = f.DayField("Date de la DPAE", missing="Saisissez la date de la DPAE", past=True)
    receipt = f.PieceField(
        "Accusé de réception", missing="Choisissez le fichier de l’accusé de réception",
        absence=False)


class EndForm(StepForm):
    """Why and when an employment contract ended."""

    readers = (hr, cogerance)
    type = f.ChoiceField("Type", missing="Choisissez le type de fin", choices=[
        ("resignation", "Démission"), ("rc", "Rupture conventionnelle"), ("dismissal", "Licenciement"),
        ("lapse", "Fin de plein droit"), ("retirement", "Retraite"), ("death", "Décès"),
    ])
    ends_on = f.DayField("Date de fin", missing="Saisissez la date de fin")
    document = f.PieceField("Document", optional=True)


def fill_cesa(form: Any, facts: Facts) -> None:
    """Show what was last written, else the house's wording; no trial field when none is left (C. trav. L7332-1)."""
    asked_again(form, facts)
    known_elsewhere(form, facts)
    for name, value in WORDING.items():
        offer(form[name], value)
    limit = facts.trial_limit
    if limit is None:
        form.trial_end.render_kw = {"disabled": True}
        form.trial_end.description = "Les contrats précédents font 8 mois ou plus : aucune période d’essai"


def months_ahead(form: Any, facts: Facts) -> None:
    """The twelve months to come."""
    next_month = Month.of(facts.today).next()
    form.month.choices = list(next_month.until(next_month.plus(11)))


def fill_end(form: Any, facts: Facts) -> None:
    """The end the departure gives."""
    offer(form.ends_on, facts.departure_ends_on)
