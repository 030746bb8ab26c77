"""Real servers to load and to kill: `python -m tests.faults.served [weakness]` starts one for each port it reads.

Each is `intake serve` in a process of its own, forked from one that has already read the code: it answers within a
tenth of a second, so that thirty can be killed in a test. With a weakness, the build is first spoiled: see `weakened`.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from config import Settings
from tests.postgres import free_port

STARTS_WITHIN = 20.0
"""Seconds for a server to answer."""


@dataclass
class Servers:
    """The servers of a house: they share its database, each has its port and its process."""

    asked: subprocess.Popen[str]
    log: Path
    running: dict[int, int] = field(default_factory=dict)

    def start(self, port: int | None = None) -> int:
        """One more server, once it listens; its port."""
        port = port or free_port()
        assert self.asked.stdin and self.asked.stdout
        self.asked.stdin.write(f"{port}\n")
        self.asked.stdin.flush()
        said = self.asked.stdout.readline()
        assert said, f"the servers said: {self.log.read_text()[-2000:]}"
        self.running[port] = int(said)
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until:
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    return port
            time.sleep(0.005)
        raise AssertionError(f"no server on port {port}; it said: {self.log.read_text()[-2000:]}")

    def kill(self, port: int) -> None:
        """`kill -9`, gone when this returns."""
        pid = self.running.pop(port)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.001)


@contextmanager
def servers(settings: Settings, *, weakness: str = "", log: Path) -> Iterator[Servers]:
    """Servers of these settings, none yet; all gone on leaving. What they say goes to `log`."""
    environment = {
        **os.environ, "INTAKE_DATABASE_URL": settings.database_url, "INTAKE_SECRET_KEY": settings.secret_key,
        "INTAKE_DATA": str(settings.data), "INTAKE_KEY_FILE": str(settings.key_file), "INTAKE_WORK": "no",
        "INTAKE_PUBLIC_URL": settings.public_url}
    with log.open("a") as said, subprocess.Popen(
            [sys.executable, "-m", __name__, *weakness.split()], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, cwd=Path(__file__).parents[2]) as asked:
        started = Servers(asked, log)
        try:
            yield started
        finally:
            for port in list(started.running):
                started.kill(port)
            assert asked.stdin
            asked.stdin.close()


def main(weakness: list[str]) -> None:
    """Fork a server for each port read, until there is nothing more to read."""
    from intake import commands, create_app, serving
    from tests.faults import weakened

    assert callable(create_app) and callable(serving.serve)
    for name in weakness:
        weakened.BUILDS[name]()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.environ["INTAKE_PORT"] = line.strip()
            os.dup2(2, 1)
            os._exit(commands.main(["serve"]))
        print(pid, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
