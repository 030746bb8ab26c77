"""The forms of a departure (JOURNEY §7): announcement or confirmation, checklist."""

from __future__ import annotations

from typing import Final

from workflows import fields as f
from workflows.grammar import StepForm
from workflows.lists import MOTIVES
from workflows.roles import circle, cogerance, peer, support

TYPES: Final = [
    ("cape_end", "Fin de CAPE"),
    ("early_person", "Rupture anticipée, à l’initiative de la personne"),
    ("early_coop", "Rupture anticipée, à l’initiative d’Optéos"),
    ("early_both", "Rupture anticipée, d’un commun accord"),
    ("resignation", "Démission"),
    ("rc", "Rupture conventionnelle"),
    ("dismissal", "Licenciement"),
    ("lapse", "Fin de plein droit"),
    ("retirement", "Retraite"),
    ("death", "Décès"),
]
BY_THE_PERSON: Final = ("cape_end", "early_person", "early_both", "resignation", "rc", "retirement")
"""What someone may announce for themselves."""
CONTENTS: Final = {
    "work": "Devis, factures, chantiers", "balance": "Solde, frais", "equipment": "Matériel", "access": "Accès",
    "mutual": "Mutuelle", "papers": "Documents remis", "customers": "Clientèle et données",
}
"""What is settled before the accounts close."""


class DepartureForm(StepForm):
    """How, why and when someone leaves."""

    readers = (support, cogerance)
    seen_by = {"type": (support, cogerance, circle, peer), "ends_on": (support, cogerance, circle, peer)}
    type = f.ChoiceField("Type", missing="Choisissez le type de sortie", choices=TYPES, listed=True)
    motive = f.ChoiceField("Motif", missing="Choisissez un motif", choices=MOTIVES, listed=True)
    ends_on = f.DayField("Date de fin", missing="Saisissez la date de fin", named="La date de fin")
    signed_on = f.DayField(
        "Rupture conventionnelle signée le", optional=True, description="Sinon, elle est comptée à partir d’aujourd’hui")
    received_on = f.DayField("Demande d’homologation reçue le", optional=True)
    stays_associate = f.TickField(
        "Reste associé·e", optional=True,
        description="Retraite, licenciement économique ou invalidité (loi 78-763, art. 11)")
    interview = f.YesNoField("Entretien de sortie", optional=True)
    stay_in_touch = f.TickField("Rester en contact pendant 2 ans", optional=True)


class ChecklistForm(StepForm):
    """What is settled."""

    readers = (support,)
    checklist = True
    work = f.TickField(CONTENTS["work"], optional=True)
    balance = f.TickField(CONTENTS["balance"], optional=True)
    equipment = f.TickField(CONTENTS["equipment"], optional=True)
    access = f.TickField(CONTENTS["access"], optional=True)
    mutual = f.TickField(CONTENTS["mutual"], optional=True)
    papers = f.TickField(CONTENTS["papers"], optional=True)
    customers = f.TickField(CONTENTS["customers"], optional=True)
