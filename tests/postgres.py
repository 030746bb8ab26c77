"""A private PostgreSQL server for the tests, from the distribution's binaries; thrown away with the session."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200",
        "autovacuum": "off", "timezone": "UTC"}

DURABLE = {"max_connections": "200", "timezone": "UTC"}
"""As a house would run it: what was acknowledged survives (the benchmark)."""


class NoPostgres(Exception):
    """PostgreSQL cannot be had here; the text says why and what to do."""


@dataclass(frozen=True)
class Server:
    """A running server of our own."""

    port: int
    numbers: count[int]

    def url(self, database: str) -> str:
        """The address of one of its databases, as INTAKE_DATABASE_URL takes it."""
        return f"postgresql://parcours@127.0.0.1:{self.port}/{database}"

    def create(self, template: str | None = None) -> str:
        """A new database, empty or a copy of another; answers its name."""
        name = f"test_{next(self.numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0"))
        self._say(statement)
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        self._say(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _say(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


def binaries() -> Path:
    """The newest installed PostgreSQL's folder of programs; raises NoPostgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).parent
    raise NoPostgres("PostgreSQL is not installed: `make packages` as root, or apt-get install postgresql")


@contextmanager
def running(options: Mapping[str, str] = FAST) -> Iterator[Server]:
    """Start a server on a free port of 127.0.0.1, durability off by default; stop it and forget everything on leaving."""
    programs, unprivileged = binaries(), _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="parcours-postgres-"))
    if unprivileged:
        os.chown(folder, unprivileged.pw_uid, unprivileged.pw_gid)
    command = _as(unprivileged)
    data, log = folder / "data", folder / "log"
    _run([*command, str(programs / "initdb"), "-D", str(data), "-U", "parcours", "-A", "trust", "-E", "UTF8",
          "--locale=C.UTF-8", "--no-sync"])
    port = free_port()
    words = " ".join(f"-c {name}={value}" for name, value in options.items())
    words += f" -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    pg_ctl = [*command, str(programs / "pg_ctl"), "-D", str(data), "-l", str(log), "-w"]
    try:
        _run([*pg_ctl, "-o", words, "start"])
        yield Server(port, count(1))
    finally:
        subprocess.run([*pg_ctl, "-m", "immediate", "stop"], capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> pwd.struct_passwd | None:
    """Who runs the server when we are root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres("PostgreSQL refuses to run as root and there is neither a user postgres nor nobody")


def _as(user: pwd.struct_passwd | None) -> list[str]:
    if user is None:
        return []
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", stdin=subprocess.DEVNULL)
    if done.returncode:
        raise NoPostgres(f"{Path(command[-1]).name} failed: {' '.join(command)}\n{done.stdout}{done.stderr}")


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
