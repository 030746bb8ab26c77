"""What happened: arrivals and exits, time in each stage, answers and offers, places used and lost, ways out."""

from __future__ import annotations

from collections import Counter
from statistics import median

import workflows
from intake import past
from intake.figures.table import FEW, TOO_FEW, Asked, Figure, counted, days_in_words, month_name
from intake.models import places as entry_places
from intake.models.settings import settings_on
from workflows.calendar import Month
from workflows.departure.forms import TYPES
from workflows.lists import MOTIVES, REASONS

STAGES = ("submitted", "review", "waiting", "offered", "papers", "signing")
"""The stages of an admission whose length is told."""
ERASED = "Raison effacée avec le dossier"


def arrivals(asked: Asked) -> Figure:
    """Applications sent for the first time, entries and exits, by month."""
    months: dict[str, Counter[Month]] = {"submit": Counter(), "in": Counter(), "out": Counter()}
    sent: set[int] = set()
    for one in asked.told:
        kind = _kind(one)
        if kind == "submit" and one.case in sent:
            continue
        sent |= {one.case} if kind == "submit" else set()
        if kind and asked.within(one.effective_on):
            months[kind][Month.of(one.effective_on)] += 1
    rows = [(month_name(month), months["submit"][month], months["in"][month], months["out"][month])
            for month in asked.months]
    last = rows[-1]
    finding = (f"En {last[0].split()[0].lower()} : {counted(last[1], 'candidature', 'candidatures')}, "
               f"{counted(last[2], 'entrée', 'entrées')}, {counted(last[3], 'sortie', 'sorties')}.")
    return Figure("Arrivées et départs par mois", finding, ("Mois", "Candidatures", "Entrées", "Sorties"), rows, (1, 2, 3))


def _kind(one: past.Passage) -> str:
    if one.workflow == "admission" and one.step == "submit":
        return "submit"
    if one.workflow == "admission" and one.after == "joined" and one.step == "join":
        return "in"
    return "out" if one.workflow == "departure" and one.after == "contract_ended" else ""


def durations(asked: Asked) -> Figure:
    """The length of the stays that ended in the months told, stage by stage."""
    found: dict[str, list[float]] = {}
    for stay in past.stays(asked.told):
        if stay.workflow == "admission" and stay.state in STAGES and asked.within(stay.left_on):
            found.setdefault(stay.state, []).append(stay.days)
    rows, drawn = [], []
    labels = workflows.ALL["admission"].state
    for stage in STAGES:
        days = found.get(stage, [])
        if not days:
            continue
        if len(days) < FEW:
            rows.append((labels[stage].label, TOO_FEW, "", len(days)))
            continue
        middle = median(days)
        rows.append((labels[stage].label, days_in_words(middle), f"de {days_in_words(min(days))} à {days_in_words(max(days))}",
                     len(days)))
        drawn.append((labels[stage].label, round(middle, 1)))
    waiting = found.get("waiting", [])
    finding = (f"La moitié des personnes attendent une place moins de {days_in_words(median(waiting))}."
               if len(waiting) >= FEW else TOO_FEW)
    return Figure("Temps passé à chaque étape", finding, ("Étape", "Médiane", "Du plus court au plus long", "Dossiers"),
                  rows, (1,), empty=TOO_FEW, shown=drawn, say=days_in_words)


def refusals(asked: Asked) -> Figure:
    """Negative answers, by the reason of the list."""
    told = [one for one in asked.told if one.step in ("decline", "redirect") and asked.within(one.made_at)]
    names = REASONS.labels(settings_on(asked.today))
    reasons = Counter(names.get(reason, ERASED) for (reason,) in past.answers_of(told, "reason"))
    rows = reasons.most_common()
    finding = (f"{counted(len(told), 'réponse négative', 'réponses négatives')} sur la période."
               if told else "Aucune réponse négative sur la période.")
    return Figure("Réponses négatives, par raison", finding, ("Raison", "Réponses"), rows, (1,), empty=finding)


ANSWERS = {"accept": 1, "decline_offer": 2, "postpone": 3, "expire": 4, "take_offer_back": 5}


def offers(asked: Asked) -> Figure:
    """Offers of a place by month of the offer, and what became of them."""
    rows = {month: [0] * 7 for month in asked.months}
    offered_in: dict[int, Month] = {}
    for one in asked.told:
        if one.workflow != "admission":
            continue
        if one.after == "offered":
            offered_in[one.case] = Month.of(one.effective_on)
            if (row := rows.get(offered_in[one.case])) is not None:
                row[0] += 1
                row[6] += one.step == "offer_out_of_turn"
        elif one.before == "offered" and one.step in ANSWERS and (row := rows.get(offered_in.get(one.case))):  # type: ignore[arg-type]
            row[ANSWERS[one.step]] += 1
    made, taken = sum(row[0] for row in rows.values()), sum(row[1] for row in rows.values())
    finding = (f"{counted(made, 'place proposée', 'places proposées')}, {counted(taken, 'acceptée', 'acceptées')}."
               if made else "Aucune place proposée sur la période.")
    return Figure("Places proposées et réponses", finding,
                  ("Mois", "Proposées", "Acceptées", "Refusées", "Reportées", "Sans réponse", "Retirées", "Hors rang"),
                  [(month_name(month), *row) for month, row in rows.items()], (1, 2))


def places(asked: Asked) -> Figure:
    """Entry places by month: opened, used, lost."""
    rows: dict[Month, list[int]] = {month: [0, 0, 0] for month in asked.months}
    for antenna in asked.antennas:
        for month, stages in entry_places.of_months(antenna, str(asked.first), str(Month.of(asked.today))).items():
            row = rows[Month.parse(month)]
            row[0] += sum(stages.values()) - stages.get("closed", 0)
            row[1] += stages.get("used", 0)
            row[2] += stages.get("lost", 0)
    opened, used, lost = (sum(row[n] for row in rows.values()) for n in range(3))
    finding = (f"{counted(used, 'place utilisée', 'places utilisées')} sur {opened}, {counted(lost, 'perdue', 'perdues')}."
               if opened else "Aucune place ouverte sur la période.")
    return Figure("Places du plafond", finding, ("Mois", "Ouvertes", "Utilisées", "Perdues"),
                  [(month_name(month), *row) for month, row in rows.items()], (1, 2, 3))


def exits(asked: Asked) -> Figure:
    """Ways out, by type and motive."""
    ended = [one.case for one in asked.told
             if one.workflow == "departure" and one.after == "contract_ended" and asked.within(one.effective_on)]
    names = dict(TYPES), MOTIVES.labels(settings_on(asked.today))
    found = Counter((names[0].get(kind, "Type non noté"), names[1].get(motive, "Motif non noté"))
                    for kind, motive in past.departures(ended))
    rows = [(kind, motive, number) for (kind, motive), number in found.most_common()]
    finding = (f"{counted(len(ended), 'sortie', 'sorties')} sur la période." if ended else "Aucune sortie sur la période.")
    return Figure("Sorties, par type et par motif", finding, ("Type", "Motif", "Sorties"), rows, empty=finding)
