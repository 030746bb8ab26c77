"""What a CESA must say (C. trav. L7331-2, R7331-5, R7331-10), and the house's first wording of it."""

from typing import Final

CLAUSES: Final[dict[str, str]] = {
    "first_day": "date d’effet",
    "job": "emploi, qualification",
    "objectives": "a) objectifs et activité minimale",
    "means": "b) moyens d’appui et de contrôle",
    "contribution": "c) contribution",
    "pay": "d) part fixe et part variable",
    "statutes": "e) statuts en vigueur",
    "clientele": "f) clientèle et propriété intellectuelle",
    "procedure": "échéance et procédure d’association",
    "accounts_access": "accès aux comptes",
}
"""Answers of `prepare` that a CESA cannot do without."""

WORDING: Final[dict[str, str]] = {
    "means": (
        "Optéos met à disposition sa facturation, sa comptabilité, ses outils numériques et un binôme. Deux "
        "entretiens par an font le point sur l’activité, l’appui et la santé au travail."
    ),
    "contribution": (
        "La contribution aux services mutualisés est calculée sur la marge, selon le barème annexé, voté par "
        "l’assemblée générale."
    ),
    "pay": (
        "La rémunération comprend une part fixe mensuelle, égale à celle de la simulation annexée, et une part "
        "variable calculée sur le résultat de l’activité, arrêtée un mois après l’assemblée qui approuve les "
        "comptes."
    ),
    "clientele": (
        "La clientèle apportée, créée ou développée par la personne lui reste acquise. Elle conserve ses droits "
        "d’auteur et de propriété intellectuelle sur ce qu’elle crée."
    ),
    "procedure": (
        "La personne candidate par écrit avant la dernière assemblée générale qui précède l’échéance ; "
        "l’assemblée admet, la personne souscrit. Sans association à l’échéance, le contrat prend fin (C. trav. "
        "L7331-3)."
    ),
    "accounts_access": (
        "La personne consulte à tout moment son compte d’activité et reçoit chaque mois un état de ses recettes, "
        "de ses charges et de son résultat."
    ),
}
