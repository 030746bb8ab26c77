"""The forms of a membership (JOURNEY §7): application, agenda, vote, subscription, payment, leave."""

from __future__ import annotations

from workflows import fields as f
from workflows.common import NO_PRIVATE_LIFE
from workflows.grammar import StepForm
from workflows.roles import associates, cogerance, support


class ApplicationForm(StepForm):
    """A person asks to become an associate."""

    readers = (support, cogerance, associates)
    letter = f.LinesField("Lettre", missing="Écrivez votre lettre", description=NO_PRIVATE_LIFE)
    attended = f.YesNoField("Réunion suivie", optional=True)
    shares = f.NumberField("Parts", missing="Saisissez le nombre de parts", named="Le nombre de parts", least=1)
    down_payment = f.MoneyField("Versement immédiat", missing="Saisissez le montant versé tout de suite")
    schedule = f.LinesField("Échéancier", optional=True)
    sponsors = f.TextField("Parrains", optional=True)


class AgendaForm(StepForm):
    """The assembly that will vote."""

    readers = (support, cogerance, associates)
    assembly = f.DateChoiceField("AG", missing="Choisissez une assemblée générale")


class VoteForm(StepForm):
    """What the assembly decided."""

    readers = (support, cogerance, associates)
    assembly = f.DateChoiceField("AG", missing="Choisissez une assemblée générale")
    result = f.TextField("Résultat", missing="Indiquez le résultat du vote", description="Voix pour, contre, abstentions")
    minutes = f.TextField("Procès-verbal", missing="Indiquez la référence du procès-verbal")


class SubscriptionForm(StepForm):
    """Shares subscribed, and what was paid for them."""

    readers = (support, cogerance)
    slip = f.PieceField("Bulletin daté, en deux exemplaires", missing="Choisissez le fichier du bulletin daté")
    paid = f.MoneyField("Versé", missing="Saisissez le montant versé")


class PaymentForm(StepForm):
    """One more payment for the shares."""

    readers = (support, cogerance)
    amount = f.MoneyField("Montant", missing="Saisissez le montant versé")
    paid_on = f.DayField("Date", missing="Saisissez la date du versement", past=True)


class LeaveForm(StepForm):
    """Why and when someone stops being an associate."""

    readers = (support, cogerance)
    motive = f.TextField("Motif", missing="Indiquez le motif")
    ends_on = f.DayField("Date", missing="Saisissez la date")
