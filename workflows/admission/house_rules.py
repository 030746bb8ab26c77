"""The rules of the house that whoever applies reads before they send, with the numbers of today’s settings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from workflows.grammar import Told


def the_rules(facts: Any) -> list[Told]:
    """Contribution, entry and list; a programme of its own has neither list nor cap: its charter says the rest."""
    settings = facts.settings
    (top, first), *_, (_, last) = settings["contribution.scale"]
    shared = [
        Told("Contribution à Optéos : {first} % de votre marge annuelle jusqu’à {top} k€ ; le taux baisse ensuite, jusqu’à "
             "{last} %.", {"first": Decimal(str(first)), "top": top, "last": Decimal(str(last))}),
        Told("Un CAPE, le contrat du début, demande du temps : il exclut un emploi à temps complet."),
    ]
    if facts.kpa:
        return shared
    told = [
        *shared,
        Told("Optéos accueille {n:personne|personnes} par mois au maximum, dans l’ordre des avis favorables du Cercle "
             "accompagnement : il peut y avoir une liste d’attente.", {"n": settings["places.per_month"]}),
        Told("Quand vient votre tour, vous avez {n:jour|jours} pour répondre.", {"n": settings["offers.days"]}),
    ]
    if settings["offers.free_refusals"] and settings["offers.postponements"]:
        told.append(Told("Vous pouvez refuser une place {refusals} fois sans perdre votre rang, et reporter votre entrée "
                         "{postponements} fois au plus.", {"refusals": settings["offers.free_refusals"],
                                                           "postponements": settings["offers.postponements"]}))
    return told
