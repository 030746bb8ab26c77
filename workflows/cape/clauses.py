"""What a CAPE must say (C. com. R127-1), and the house's first wording of it, which support may change."""

from typing import Final

SLOTS: Final[dict[str, str]] = {
    "first_day": "date d’effet",
    "months": "durée",
    "activity": "activité",
    "objectives": "objectifs",
    "programme_before": "1° programme avant le début d’activité",
    "programme_after": "1° programme après le début d’activité",
    "means": "2° moyens prêtés",
    "remuneration": "3° rémunération de l’accompagnement",
    "commitments": "4° engagements envers les tiers",
    "accounting": "5° informations comptables",
    "early_end": "6° rupture anticipée",
    "contributions": "8° cotisations sociales",
}
"""Answers of `prepare` that a CAPE cannot do without; 7° (pay before the activity starts) is optional."""

WORDING: Final[dict[str, str]] = {
    "programme_before": (
        "Avant le début d’activité, Optéos aide la personne à préparer son offre, ses prix, ses premiers devis "
        "et son budget ; elle lui ouvre ses ateliers et lui propose un binôme. La personne prend part à "
        "l’accueil, rencontre son binôme et tient à jour son plan d’action."
    ),
    "programme_after": (
        "Après le début d’activité, Optéos facture, encaisse, tient la comptabilité et fait le point avec la "
        "personne à 3, 6 et 12 mois. La personne vend et réalise ses prestations, remet ses pièces et participe "
        "aux bilans."
    ),
    "means": (
        "Optéos prête son logiciel de gestion, ses outils numériques, sa comptabilité et ses lieux de travail "
        "partagés. Les moyens sont prêtés pour la durée du contrat et rendus en bon état à sa fin."
    ),
    "remuneration": (
        "Avant le début d’activité, l’accompagnement est gratuit. Après, Optéos perçoit une contribution sur la "
        "marge, selon le barème annexé."
    ),
    "commitments": (
        "La personne ne s’engage envers un tiers que par un devis ou une commande validés par Optéos, dans la "
        "limite du budget annexé. Optéos porte ces engagements tant que le contrat dure ; au-delà du budget, ils "
        "restent à la charge de la personne."
    ),
    "accounting": (
        "La personne remet ses pièces chaque mois. Optéos lui donne chaque mois l’état de ses recettes, de ses "
        "dépenses et de son solde, et lui ouvre à tout moment l’accès à son compte d’activité."
    ),
    "early_end": (
        "Chaque partie peut rompre le contrat par écrit, avec un préavis d’un mois, sauf faute grave. Les "
        "engagements en cours sont menés à terme ou cédés, et le solde du compte est arrêté."
    ),
    "contributions": (
        "Optéos verse les cotisations et contributions sociales dues sur les sommes versées à la personne ; "
        "elles lui sont remboursées par le compte d’activité."
    ),
}
