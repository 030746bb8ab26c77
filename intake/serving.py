"""Serving: waitress, drained before it stops; clock and post beside it in a thread, or alone (`intake work`)."""

from __future__ import annotations

import logging
import signal
import threading
import time
from types import FrameType
from typing import Any

import waitress
from flask import Flask
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from config import Settings
from intake import anchors, backups, clock, create_app, doctoring, exporting, listing, post, retention, technical_log
from intake.headers import POLICY
from intake.mail_server import Deliver, by_smtp, to_terminal
from intake.models import base
from intake.models.connection import DatabaseBusy, DiskFull

log = logging.getLogger("intake.serving")

EVERY = 5.0
"""Seconds between two rounds of clock and post."""
DRAIN = 10.0
"""Seconds given to requests in flight once told to stop."""
THREADS = 2
"""Few: they share one interpreter lock."""


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or Ctrl-C; in production, refuse to start on what `intake doctor` refuses."""
    technical_log.begin()
    problems, warnings = doctoring.examine(settings)
    for sentence in warnings:
        log.warning(sentence)
    if problems:
        for sentence in problems:
            log.error(sentence)
        if settings.production:
            return 1
    app = create_app(settings)
    stop = threading.Event()
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda _number, _frame: stop.set())
    worker = start_worker(app, settings, stop) if settings.work else None
    print(f"Parcours listens on {settings.public_url}", flush=True)  # noqa: T201
    run(create_server(app, settings), stop)
    if worker is not None:
        worker.join(DRAIN)
    return 0


TOO_HEAVY = ("<!doctype html><html lang=\"fr\"><meta charset=\"utf-8\"><title>Fichier trop lourd</title>"
             "<h1>Fichier trop lourd</h1><p>Le fichier doit peser moins de 10\u00a0Mo. Revenez à la page précédente et "
             "choisissez-en un autre : ce que vous avez écrit y est toujours.</p></html>").replace(" : ", "\u00a0: ").encode()


class Sentence(ErrorTask):  # type: ignore[misc]
    """A body too heavy to be read is refused in words, with the policy of every answer (TRUST 3.1, 3.8)."""

    def execute(self) -> None:
        """Answer, and close."""
        if self.request.error.code != 413:
            super().execute()
            return
        self.status = "413 Content Too Large"
        self.response_headers += [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", POLICY),
                                  ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")]
        self.set_close_on_finish()
        self.content_length = len(TOO_HEAVY)
        self.write(TOO_HEAVY)


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection whose refusals are ours."""

    error_task_class = Sentence


def create_server(app: Flask, settings: Settings) -> Any:
    """Waitress, with room for idle browsers and poll rather than select."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # with two threads a third request waits: no news
    server = waitress.create_server(
        app, host=settings.host, port=settings.port, threads=THREADS, connection_limit=1000, asyncore_use_poll=True,
        max_request_body_size=12 * 1024 * 1024, channel_timeout=60, ident="", backlog=1024,
        **({"trusted_proxy": "127.0.0.1", "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
            "clear_untrusted_proxy_headers": True} if settings.production else {}))
    server.channel_class = Channel
    return server


def run(server: Any, stop: threading.Event) -> None:
    """Answer requests until told to stop; then take no new connection, and finish what was begun."""
    def look(timeout: float) -> None:
        server.asyncore.loop(timeout=timeout, map=server._map, use_poll=True, count=1)

    while not stop.is_set():
        look(0.5)
    server.accepting = False
    server.socket.close()
    server._map.pop(server._fileno, None)
    until = time.monotonic() + DRAIN
    while busy(server) and time.monotonic() < until:
        look(0.05)
    server.task_dispatcher.shutdown(cancel_pending=True, timeout=1)


def busy(server: Any) -> bool:
    """Whether a request is being answered, or an answer being sent."""
    return any(channel.requests or channel.total_outbufs_len for channel in list(server.active_channels.values()))


# Clock and post ------------------------------------------------------------------------------------------------------


def start_worker(app: Flask, settings: Settings, stop: threading.Event) -> threading.Thread:
    """Clock and post in a thread of the server; files owed in another, so that a heavy or failing one delays no letter."""
    threading.Thread(target=owed_rounds, args=(app, stop), name="files owed", daemon=True).start()
    worker = threading.Thread(target=rounds, args=(app, settings, stop), name="clock and post", daemon=True)
    worker.start()
    return worker


def rounds(app: Flask, settings: Settings, stop: threading.Event) -> None:
    """One round after another; a database that is busy or full is tried again at the next."""
    deliver = delivery(settings)
    while not stop.is_set():
        try:
            round_of(app, deliver)
        except (DatabaseBusy, DiskFull) as problem:
            log.warning("clock and post wait: %s", problem)
        stop.wait(EVERY)


def round_of(app: Flask, deliver: Deliver) -> tuple[int, int]:
    """(steps taken, letters sent) in one round: what is due, the day’s retention, the post."""
    with app.app_context(), base.writing():
        taken = clock.tick()
        retention.pass_day()
        lay_elsewhere(app.config["SETTINGS"])
        return taken, post.send_due(deliver)


def lay_elsewhere(settings: Settings) -> None:
    """What is kept beside the database; a disk that is away or full delays neither clock nor post, and is tried again."""
    try:
        if settings.backups is not None:
            backups.tell_tombstones(settings.backups)
        anchors.pass_day(settings)
    except OSError as problem:
        log.warning("nothing is laid down where backups go: %s", problem)


def owed_rounds(app: Flask, stop: threading.Event) -> None:
    """Files that somebody asked for, made one after another."""
    while not stop.is_set():
        try:
            make_owed(app)
        except (DatabaseBusy, DiskFull) as problem:
            log.warning("files owed wait: %s", problem)
        stop.wait(EVERY)


def make_owed(app: Flask) -> None:
    """Copies of one’s data, exports of the board."""
    with app.app_context(), base.writing():
        exporting.make_owed()
        listing.make_owed()


def delivery(settings: Settings) -> Deliver:
    """The mail server when there is one, else the terminal."""
    return by_smtp(settings.smtp_url) if settings.smtp_url else to_terminal


def one_round(settings: Settings) -> tuple[int, int]:
    """`intake tick`."""
    app = create_app(settings)
    done = round_of(app, delivery(settings))
    make_owed(app)
    return done


def work(settings: Settings) -> int:
    """`intake work`: rounds for ever, until told to stop."""
    technical_log.begin()
    stop = threading.Event()

    def told(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    app = create_app(settings)
    threading.Thread(target=owed_rounds, args=(app, stop), name="files owed", daemon=True).start()
    rounds(app, settings, stop)
    return 0
