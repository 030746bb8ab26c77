"""Figures, from the history alone: each is one function that answers a finding, a table, and the bars that show it.

They are right just after « Annuler » (`intake.past`), count people and name no candidate. Durations are a median and a
range, and none under five cases (SCREENS C5, JOURNEY §14).
"""

from __future__ import annotations

from intake.figures.ahead import deadlines, entries, load, reviews, terms
from intake.figures.flow import arrivals, durations, exits, offers, places, refusals
from intake.figures.table import Asked, Figure

FIGURES = {
    "arrivees": arrivals, "durees": durations, "entrees": entries, "binomes": load, "fins-de-cape": terms,
    "bilans": reviews, "reponses": refusals, "propositions": offers, "places": places, "societariat": deadlines,
    "sorties": exits,
}
"""Every figure by the name of its address, in the order of the page."""

__all__ = ["FIGURES", "Asked", "Figure"]
