"""The servers that are measured, on the same waitress: the application, a bare page, the same act by hand."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import sys
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from flask import Flask, redirect, request

import config
from intake import create_app, serving
from intake.models import actors, base, dossiers, drafts, settings as setting_values, signin
from intake.models.compiled import columns, compiled, param
from intake.models.connection import PRAGMAS, STATEMENTS
from intake.models.dossiers import Case, Dossier


def bare() -> Flask:
    """A bare Flask page."""
    app = Flask("bare")

    @app.route("/", methods=["GET", "POST"])
    def page() -> str:
        return "<!doctype html><title>Parcours</title><p>Bonjour"

    return app


def hand(settings: config.Settings) -> Flask:
    """The statements of the application word for word, in its order and transaction, written for the driver: the floor."""
    app = Flask("hand")
    base.connect(settings.database_url)  # says what each statement is on this database; nothing of it is used to run one
    lock = threading.Lock() if settings.database_url.startswith("sqlite") else nullcontext()
    connection = _driver(settings.database_url)
    find_session, grants, named, locked, by_key, latest, last_saved, write_event, move_head, write_answers, move = map(Said, (
        signin._ALIVE, actors._GRANTS, dossiers._NAMED, dossiers._READ_LOCKED, dossiers._BY_KEY, setting_values._LATEST,
        drafts.LAST_SAVED, dossiers._WRITE_EVENT, dossiers._MOVE_HEAD, dossiers._WRITE_ANSWERS, dossiers._MOVE))
    cases, files = columns(Case), columns(Dossier)
    token = connection().execute("SELECT token FROM session").fetchall()[0][0]

    @app.post("/dossier/<dossier>/<case>/note")
    def act(dossier: str, case: str) -> Any:
        form, now, run = request.form, int(time.time() * 1_000_000), connection()
        today = time.strftime("%Y-%m-%d")
        person = find_session(run, token=token, now=now)[0][2]
        row = named(run, uid=case, dossier=dossier)[0]
        grants(run, person=person, today=today)
        with lock:
            run.execute("BEGIN" if settings.database_url.startswith("postgres") else "BEGIN IMMEDIATE")
            row = locked(run, case=row[0])[0]
            of_case, of_dossier = dict(zip(cases, row, strict=False)), dict(zip(files, row[len(cases):], strict=False))
            by_key(run, key=form["key"])
            grants(run, person=person, today=today)
            latest(run)
            if of_case["state"] == "draft":
                last_saved(run, case=row[0])
            salt, text = secrets.token_hex(16), json.dumps({"note": form["note"]})
            digest = hmac.new(salt.encode(), text.encode(), "sha256").hexdigest()
            number, previous = of_dossier["events"] + 1, of_dossier["head"]
            head = hashlib.sha256(json.dumps([row[0], "note", now, digest, previous]).encode()).hexdigest()
            event = write_event(
                run, uid=secrets.token_urlsafe(16), dossier=of_case["dossier"], case=row[0], step="note", before=of_case["state"],
                after=of_case["state"], actor=person, role="circle", made_at=now, effective_on=today, cause=None, key=form["key"],
                subject="", fingerprint="", digest=digest, number=number, previous=previous, hash=head)
            move_head(run, dossier=of_case["dossier"], head=head, events=number)
            write_answers(run, event=event, case=row[0], text=text, sealed=None, salt=salt, posted=digest, undo=None)
            move(run, case=row[0], **{name: of_case[name] for name in (
                "state", "version", "memory", "entered_at", "rank_at", "moved_at", "follower")})
            run.execute("COMMIT")
        return redirect("/", 303)

    return app


class Said:
    """A statement of the application and the order of its values, run with nothing but the driver."""

    def __init__(self, statement: compiled) -> None:
        self.sql, self.values = statement.sql, statement.values
        self.makes_a_row = self.sql.startswith("INSERT")

    def __call__(self, connection: Any, **given: Any) -> Any:
        """Its rows, or the id of the row it made."""
        cursor = connection.execute(self.sql, [given[one.name] if isinstance(one, param) else one for one in self.values])
        if self.makes_a_row:
            return cursor.fetchone()[0] if "RETURNING" in self.sql else cursor.lastrowid
        return cursor.fetchall() if self.sql.startswith("SELECT") else None


def _driver(url: str) -> Callable[[], Any]:
    """What gives each thread its connection, with the settings of ours."""
    local = threading.local()

    def connection() -> Any:
        if not hasattr(local, "made"):
            if url.startswith("postgres"):
                import psycopg

                local.made = psycopg.connect(url, autocommit=True)
            else:
                import cysqlite

                local.made = cysqlite.Connection(url.removeprefix("sqlite:///"), cached_statements=STATEMENTS)
                local.made.db_config(cysqlite.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
                for name, value in PRAGMAS.items():
                    local.made.pragma(name, value)
        return local.made

    return connection


def main() -> None:
    """`python -m bench.servers KIND`: serve one of them until told to stop."""
    settings = config.from_environment()
    makers = {"bare": bare, "hand": lambda: hand(settings)}
    app = makers.get(sys.argv[1], lambda: create_app(settings))()
    serving.run(serving.create_server(app, settings), threading.Event())


if __name__ == "__main__":
    main()
