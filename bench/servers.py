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
from typing import Any

from flask import Flask, redirect, request

import config
from intake import create_app, serving


def bare() -> Flask:
    """A bare Flask page."""
    app = Flask("bare")

    @app.route("/", methods=["GET", "POST"])
    def page() -> str:
        return "<!doctype html><title>Parcours</title><p>Bonjour"

    return app


def hand(settings: config.Settings) -> Flask:
    """The same statements in the same transaction, written for the driver: the floor of parsing and fsync."""
    app = Flask("hand")
    run, writing = _driver(settings)
    lock = threading.Lock()

    @app.post("/<int:case>")
    def act(case: int) -> Any:
        form, now = request.form, int(time.time() * 1_000_000)
        with lock if settings.database_url.startswith("sqlite") else threading.Lock(), writing() as cursor:
            run(cursor, "SELECT s.*, p.* FROM session s JOIN person p ON p.id = s.person_id WHERE s.ends_at > ?", now)
            run(cursor, "SELECT role, antenna_id FROM role_grant WHERE person_id = ?", 1)
            run(cursor, "SELECT * FROM dossier d JOIN person p ON p.id = d.person_id WHERE d.id = ?", case)
            row = run(cursor, 'SELECT c.id, c.memory, c.version, c.state, d.head, d.events FROM "case" c '
                              "JOIN dossier d ON d.id = c.dossier_id WHERE c.id = ?", case)[0]
            run(cursor, "SELECT id FROM event WHERE key = ?", form["key"])
            run(cursor, "SELECT id, changed_at FROM setting_value ORDER BY id DESC LIMIT 1")
            run(cursor, "SELECT id FROM place WHERE holder_id = ?", case)
            salt, text = secrets.token_hex(16), json.dumps({"note": form["note"]})
            digest = hmac.new(salt.encode(), text.encode(), "sha256").hexdigest()
            said = json.dumps([case, "note", now, digest, row[4]])
            head = hashlib.sha256(said.encode()).hexdigest()
            event = run(cursor, "INSERT INTO event (uid, dossier_id, case_id, step, before, after, actor_id, role, "
                        "made_at, effective_on, key, subject, fingerprint, digest, number, previous, hash) VALUES "
                        "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) RETURNING id", secrets.token_urlsafe(16), case, case,
                        "note", row[3], row[3], 1, "circle", now, "2026-11-24", form["key"], "", "", digest,
                        row[5] + 1, row[4], head)[0][0]
            run(cursor, "UPDATE dossier SET head = ?, events = ? WHERE id = ?", head, row[5] + 1, case)
            run(cursor, "INSERT INTO answers (event_id, case_id, text, salt, posted, undo) VALUES (?,?,?,?,?,?)",
                event, case, text, salt, digest, row[1])
            run(cursor, 'UPDATE "case" SET state = ?, version = ?, memory = ?, due_at = NULL WHERE id = ?', row[3],
                row[2], row[1], case)
        return redirect("/", 303)

    return app


def _driver(settings: config.Settings) -> tuple[Callable[..., Any], Callable[[], Any]]:
    """(run a statement and fetch what it gives, a transaction) with the bare driver."""
    from contextlib import contextmanager

    local = threading.local()
    postgres = settings.database_url.startswith("postgres")

    def connection() -> Any:
        if not hasattr(local, "made"):
            if postgres:
                import psycopg

                local.made = psycopg.connect(settings.database_url, autocommit=False)
            else:
                import cysqlite

                local.made = cysqlite.Connection(settings.database_url.removeprefix("sqlite:///"))
                local.made.db_config(cysqlite.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
                for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000",
                               "secure_delete=ON"):
                    local.made.execute(f"PRAGMA {pragma}").fetchall()
        return local.made

    @contextmanager
    def writing() -> Any:
        made = connection()
        if not postgres:
            made.execute("BEGIN IMMEDIATE")
        yield made
        made.commit() if postgres else made.execute("COMMIT")

    def run(made: Any, sql: str, *values: Any) -> list[Any]:
        cursor = made.execute(sql.replace("?", "%s") if postgres else sql, values)
        if postgres and cursor.description is None:
            return []
        return list(cursor.fetchall())

    return run, writing


def main() -> None:
    """`python -m bench.servers KIND`: serve one of them until told to stop."""
    settings = config.from_environment()
    makers = {"bare": bare, "hand": lambda: hand(settings)}
    app = makers.get(sys.argv[1], lambda: create_app(settings))()
    serving.run(serving.create_server(app, settings), threading.Event())


if __name__ == "__main__":
    main()
