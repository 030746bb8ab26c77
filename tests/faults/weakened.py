"""Builds spoiled on purpose: each lacks one safeguard, and must fail the test that watches it."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import waitress
from peewee import fn

from intake import cases, refusals, technical_log
from intake.facts import admission
from intake.models import base, places
from intake.models.dossiers import Case
from intake.models.places import Place
from intake.pages import step as step_page
from tests.faults import syscalls
from workflows.calendar import Month


def count_then_insert() -> None:
    """The month's places are counted before the lock; then a row is added for whoever asks (TRUST 2.10, 2.5)."""
    counted = threading.local()
    take_step, places_of = step_page.take_with_room, admission.places_of

    def counts_first(case: Case, step: str, **told: Any) -> Any:
        counted.months = places_of(case.antenna)
        return take_step(case, step, **told)

    def hold(case: Case, month: str, status: str = "held") -> None:
        if counted.months[Month.parse(month)][1] < 1:
            raise places.MonthFull(month)
        here = (Place.antenna == case.antenna) & (Place.month == month)
        taken = Place.select().where(here, Place.holder.is_null(False)).count()
        highest = Place.select(fn.MAX(Place.rank)).where(here).scalar()
        free = Place.select().where(here, Place.status == "free").first()
        if free is not None and taken < highest:
            Place.update(status=status, holder=case).where(Place.id == free.id).execute()
        else:
            Place.insert(antenna=case.antenna, month=month, rank=highest + 1, status=status, holder=case).execute()

    step_page.take_with_room = counts_first  # type: ignore[assignment]
    admission.places_of = lambda antenna: getattr(counted, "months", None) or places_of(antenna)
    places.hold = hold


def answer_before_commit() -> None:
    """A step is answered as soon as it is asked, and written a moment later (TRUST 2.1)."""
    owed: queue.Queue[Callable[[], Any]] = queue.Queue()
    take_step = step_page.take_with_room

    def write() -> None:
        while True:
            act = owed.get()
            with contextlib.suppress(cases.StepRefused), base.writing():
                act()

    def promise(case: Case, step: str, **told: Any) -> Any:
        owed.put(lambda: take_step(case, step, **told))
        if not writers:
            writers.append(threading.Thread(target=write, daemon=True))
            writers[0].start()
        return SimpleNamespace(case=case, step=step, after=case.state, uid=case.uid)

    writers: list[threading.Thread] = []
    step_page.take_with_room = promise  # type: ignore[assignment]


def no_key() -> None:
    """Forms are not recognised by their key (TRUST 2.14)."""
    take_step = step_page.take_with_room

    def forgets(case: Case, step: str, **told: Any) -> Any:
        return take_step(case, step, **{**told, "key": None})

    step_page.take_with_room = forgets  # type: ignore[assignment]


def no_version() -> None:
    """The page's version is not looked at (TRUST 2.13)."""
    take_step = step_page.take_with_room

    def forgets(case: Case, step: str, **told: Any) -> Any:
        return take_step(case, step, **{**told, "seen_version": None})

    step_page.take_with_room = forgets  # type: ignore[assignment]


def deferred_begin() -> None:
    """A transaction takes the right to write at its first write, after it has read (TRUST 2.8)."""
    connect = base.connect

    def deferred(url: str, **options: Any) -> Any:
        database = connect(url, **options)
        if not base.db_is_postgres():
            database._lock_type = "DEFERRED"
        return database

    base.connect = deferred


def no_full_handler() -> None:
    """Nobody says that the disk is full: it is a fault like any other (TRUST 5, degraded modes)."""
    refusals.full = lambda error: refusals.fault(error)  # type: ignore[assignment]


def default_connection_limit() -> None:
    """Waitress as it comes: a hundred connections, however slow (TRUST 5.2)."""
    create_server = waitress.create_server

    def as_it_comes(app: Any, **options: Any) -> Any:
        return create_server(app, **{name: value for name, value in options.items() if name != "connection_limit"})

    waitress.create_server = as_it_comes


def quotes_what_was_typed() -> None:
    """Not a weakness of ours: a bug, whose message quotes the answers it fails on."""
    def fails(case: Case, step: str, **told: Any) -> Any:
        try:
            return int(str(dict(told["raw"])))
        except ValueError as error:
            raise RuntimeError(f"{step} of {case.dossier.person.email}: {dict(told['raw'])}") from error

    step_page.take_with_room = fails  # type: ignore[assignment]


def log_filter_off() -> None:
    """Faults are logged with all they say (TRUST 5.3)."""
    technical_log.Discreet = logging.Formatter  # type: ignore[assignment, misc]


BUILDS: dict[str, Callable[[], None]] = {
    "count_then_insert": count_then_insert, "answer_before_commit": answer_before_commit, "no_key": no_key,
    "no_version": no_version, "deferred_begin": deferred_begin, "no_full_handler": no_full_handler,
    "default_connection_limit": default_connection_limit, "every_sync_fails": syscalls.every_sync_fails,
    "quotes_what_was_typed": quotes_what_was_typed, "log_filter_off": log_filter_off,
}
