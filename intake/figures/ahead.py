"""What is coming: entries forecast, the load of each peer, ends of CAPE, associate deadlines, reviews that are late."""

from __future__ import annotations

from collections import Counter
from datetime import date

from peewee import fn

from intake.facts.admission import candidate
from intake.figures.table import Asked, Figure, counted, month_name
from intake.models import places
from intake.models.dossiers import Case, Dossier
from intake.models.people import Commitment, Person
from intake.models.settings import settings_on
from intake.models.tasks import Task
from workflows.calendar import Month
from workflows.queue import entry_months, first_month

AHEAD = 12
FORECAST = 6
DRAWN = 12
"""Bars one can still take in; the table has them all."""
REVIEW = "Tenir le bilan"
"""How the task of a review that is due begins."""


def entries(asked: Asked) -> Figure:
    """Entries forecast by month, antennas with a cap alone: places given, and those the line would take in its order."""
    rows = {month: [0, 0, 0] for month in asked.ahead(FORECAST)}
    for antenna in (one for one in asked.antennas if one.capped == "yes"):
        settings = settings_on(asked.today, antenna)
        first = Month.of(asked.today)
        known = places.of_months(antenna, str(first), str(first.plus(FORECAST - 1)))
        free = {Month.parse(month): stages.get("free", 0) for month, stages in known.items()}
        waiting = [candidate(one) for one in Case.select(Case.id, Case.uid, Case.rank_at, Case.memory).where(
            Case.workflow == "admission", Case.state == "waiting", Case.antenna == antenna)]
        soonest = first_month(asked.today, settings["offers.days"], settings["entry.lead_days"])
        entering = Counter(entry_months(waiting, free, soonest, first.plus(FORECAST - 1)).values())
        for month, stages in known.items():
            row, at = rows[Month.parse(month)], Month.parse(month)
            cap = sum(stages.values()) - stages.get("closed", 0)
            taken = sum(stages.get(stage, 0) for stage in ("held", "accepted", "used"))
            row[0] += cap
            row[1] += taken + entering[at]
            row[2] += cap - taken - entering[at]
    total = sum(row[1] for row in rows.values())
    finding = f"Estimation : {counted(total, 'entrée', 'entrées')} dans les six mois. Cette estimation peut changer."
    return Figure("Entrées prévues (estimation)", finding, ("Mois", "Plafond", "Prévues", "Libres"),
                  [(month_name(month), *row) for month, row in rows.items()], (2, 3), estimate=True)


def load(asked: Asked) -> Figure:
    """How many people each peer accompanies, and how many more they may welcome."""
    carried = dict(Dossier.select(Dossier.peer, fn.COUNT(Dossier.id)).where(
        Dossier.peer.is_null(False), Dossier.antenna.in_(asked.ids)).group_by(Dossier.peer).tuples())
    room = settings_on(asked.today)["pairing.capacity"]
    may = (Person.id.in_(Commitment.select(Commitment.person)) & Person.disabled_at.is_null()
           & Person.died_on.is_null()) | Person.id.in_(list(carried))
    rows = [(one.name, carried.get(one.id, 0), max(0, room - carried.get(one.id, 0)))
            for one in Person.select().where(may).order_by(Person.first_name, Person.id)]
    rows.sort(key=lambda row: -row[1])
    left = sum(row[2] for row in rows)
    finding = (f"{counted(sum(row[1] for row in rows), 'personne accompagnée', 'personnes accompagnées')} ; "
               f"{counted(left, 'place libre', 'places libres')} chez les binômes.")
    return Figure("Personnes par binôme", finding, ("Binôme", "Accompagne", "Peut encore accueillir"), rows, (1, 2),
                  shown=rows[:DRAWN], empty="Personne n’accompagne pour l’instant.")


def terms(asked: Asked) -> Figure:
    """Ends of CAPE over a year: what follows is signed or confirmed, or is still to decide."""
    rows = {month: [0, 0, 0] for month in asked.ahead(AHEAD)}
    running = Case.select(Case.dossier, Case.memory).where(
        Case.workflow == "cape", Case.state.in_(("preparing", "trading")), Case.antenna.in_(asked.ids)).tuples()
    decided = _decided(asked)
    for dossier, memory in running:
        if memory.get("last_day") and (row := rows.get(Month.of(date.fromisoformat(memory["last_day"])))):
            row[0] += 1
            row[1 if dossier in decided else 2] += 1
    total, open_ = sum(row[0] for row in rows.values()), sum(row[2] for row in rows.values())
    finding = (f"{counted(total, 'CAPE se termine', 'CAPE se terminent')} dans l’année, dont {open_} à décider."
               if total else "Aucun CAPE ne se termine dans l’année.")
    return Figure("Fins de CAPE à venir", finding, ("Mois", "Contrats", "Suite décidée", "À décider"),
                  [(month_name(month), *row) for month, row in rows.items()], (2, 3), empty=finding)


def _decided(asked: Asked) -> frozenset[int]:
    """Dossiers in which the next contract is signed, or a departure confirmed."""
    signed = Case.select(Case.dossier).where(
        Case.workflow.in_(("cape", "salaried")), Case.state == "signed", Case.antenna.in_(asked.ids)).tuples()
    leaving = Case.select(Case.dossier, Case.memory).where(
        Case.workflow == "departure", Case.state == "announced", Case.antenna.in_(asked.ids)).tuples()
    return frozenset({dossier for (dossier,) in signed} | {dossier for dossier, memory in leaving if memory.get("confirmed")})


def deadlines(asked: Asked) -> Figure:
    """Associate deadlines over a year (C. trav. L7331-3), of those who are not associates yet."""
    rows: Counter[Month] = Counter()
    associates = {dossier for (dossier,) in Case.select(Case.dossier).where(
        Case.workflow == "membership", Case.state == "associate").tuples()}
    running = Case.select(Case.dossier, Case.memory).where(
        Case.workflow == "salaried", Case.state == "running", Case.antenna.in_(asked.ids)).tuples()
    for dossier, memory in running:
        if dossier not in associates and memory.get("deadline"):
            rows[Month.of(date.fromisoformat(memory["deadline"]))] += 1
    shown = [(month_name(month), rows[month]) for month in asked.ahead(AHEAD) if rows[month]]
    total = sum(row[1] for row in shown)
    finding = (f"{counted(total, 'personne doit', 'personnes doivent')} devenir associée{'s' if total > 1 else ''} dans l’année."
               if total else "Aucune échéance de sociétariat dans l’année.")
    return Figure("Échéances de sociétariat", finding, ("Mois", "Personnes"), shown, (1,), empty=finding)


def reviews(asked: Asked) -> Figure:
    """Reviews whose day is over, by who must hold them."""
    tasks = (Task.select(Task.due_on, Person.first_name, Person.last_name).join(Dossier, on=Task.dossier)
             .join(Person, on=Dossier.peer, join_type="LEFT OUTER JOIN")
             .where(Task.closed_at.is_null(), Task.due_on < asked.today, Task.sentence.startswith(REVIEW),
                    Task.antenna.in_(asked.ids)).tuples())
    late: dict[str, list[date]] = {}
    for due, first, last in tasks:
        late.setdefault(f"{first} {last}" if first else "Équipe support", []).append(due)
    rows = sorted(((who, len(days), (asked.today - min(days)).days) for who, days in late.items()), key=lambda row: -row[1])
    total = sum(row[1] for row in rows)
    finding = f"{counted(total, 'bilan est', 'bilans sont')} en retard." if total else "Aucun bilan n’est en retard."
    return Figure("Bilans en retard", finding, ("Qui", "Bilans", "Jours de retard au plus"), rows, (1,), empty=finding,
                  shown=rows[:DRAWN])
