"""A house filled in bulk: as many dossiers as asked, each with its chained event, beside a few people of the team."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any

from intake import history
from intake.models.base import db, db_is_postgres, new_uid
from intake.models.dossiers import Answers, Case, Dossier, Event
from intake.models.people import Antenna, Person
from intake.models.search import DossierWord
from workflows import ALL
from workflows.wellformed import fingerprint

BEGUN = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)
STATES = ("contact", "draft", "submitted", "review", "waiting", "offered", "papers")
OVER = ("joined", "declined")
LIVE = 350
"""Dossiers under way; the others are over, as in a house that grows old."""
MANY = 5_000


def fill(cases: int) -> None:
    """Load so many admissions, in batches; the chain of each dossier is whole."""
    if not db_is_postgres():
        db.execute_sql("PRAGMA cache_size=-1000000")  # random identifiers, in indexes larger than what a server keeps at hand
    antenna = Antenna.get(Antenna.code == "principale")
    print_of = fingerprint(ALL["admission"])
    start = (Person.select(Person.id).order_by(Person.id.desc()).limit(1).scalar() or 0) + 1
    for first in range(0, cases, MANY):
        with db.atomic():
            _batch(range(first, min(first + MANY, cases)), start, antenna, print_of)
    if db_is_postgres():
        for model in (Person, Dossier, Case, Event, Answers):
            table = model._meta.table_name
            db.execute_sql(f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), (SELECT max(id) FROM \"{table}\"))")
    db.execute_sql("ANALYZE")


def _batch(numbers: range, start: int, antenna: Antenna, print_of: str) -> None:
    people, dossiers, cases, events, answers, moves = [], [], [], [], [], []
    found_by: list[dict[str, Any]] = []
    base_event = (Event.select(Event.id).order_by(Event.id.desc()).limit(1).scalar() or 0) + 1
    for place, n in enumerate(numbers):
        row = start + n
        at = BEGUN + timedelta(seconds=n)
        state = STATES[n % len(STATES)] if n < LIVE else OVER[n % 2]
        people.append({"id": row, "uid": new_uid(), "first_name": f"P{n}", "last_name": "Exemple", "created_at": at})
        dossier = Dossier(id=row, uid=new_uid(), number=f"B-{n}", person=row, antenna=antenna, opened_at=at,
                          activity="Céramiste", town="Roubaix")
        memory: dict[str, Any] = {"taken": {"register": at.isoformat()}, "since": at.isoformat(), "moved": at.isoformat()}
        if state == "waiting":
            memory["rank_from"] = at.isoformat()
        salt = secrets.token_hex(16)
        event = Event(id=base_event + place, uid=new_uid(), dossier=row, case=row, step="take_over", before="",
                      after=state, role="support", made_at=at, effective_on=date(2025, 1, 6), fingerprint=print_of,
                      digest=history.keyed(salt, [{}, {}]), number=1, previous="")
        event.hash = history.hash_of(event)
        dossier.head, dossier.events = event.hash, 1
        dossiers.append(dict(dossier.__data__))
        cases.append({"id": row, "uid": new_uid(), "dossier": row, "workflow": "admission", "state": "", "version": 1,
                      "memory": memory, "antenna": antenna.id, "entered_at": at, "due_at": datetime(9999, 1, 1, tzinfo=UTC),
                      "rank_at": at if state == "waiting" else None, "moved_at": at})
        found_by += [{"dossier": row, "word": word} for word in ("b", str(n), f"p{n}", "exemple", "ceramiste", "roubaix")]
        events.append(dict(event.__data__))
        answers.append({"event": event.id, "case": row, "salt": salt, "posted": history.keyed(salt, {}), "text": {}})
        moves.append((state, row))
    for model, rows in ((Person, people), (Dossier, dossiers), (Case, cases), (Event, events), (Answers, answers),
                        (DossierWord, found_by)):
        for first in range(0, len(rows), 1_000):
            model.insert_many(rows[first:first + 1_000]).execute()
    for state in {state for state, _ in moves}:
        here = [row for one, row in moves if one == state]
        Case.update(state=state).where(Case.id >= here[0], Case.id <= here[-1], Case.id.in_(here)).execute()
