"""`python -m bench`: steps through HTTP against a bare page and the same act by hand; pages as the house grows; memory.

Servers are loaded in turn, round by round, and ratios are taken inside each round: the machine's mood cancels out.
`--full` adds a million cases, `--quick` keeps everything small, `--sqlite` leaves PostgreSQL out.
"""

from __future__ import annotations

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests import postgres

QUICK, FULL = "--quick" in sys.argv, "--full" in sys.argv
ROUNDS, SECONDS = (1, 1.0) if QUICK else (3, 2.0)
CLIENTS = (1, 4, 16)
SIZES = (200,) if QUICK else (1_000, 10_000, 100_000, *((1_000_000,) if FULL else ()))
REQUESTS = 500 if QUICK else 12_000
PORTS = {"bare": 8301, "hand": 8302, "parcours": 8303, "other": 8304}


def main() -> None:
    """Everything, once on each database."""
    print(f"Rounds: {ROUNDS} of {SECONDS:g} s; cores: {os.cpu_count()}; Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory() as folder:
        steps("SQLite", sqlite(Path(folder)))
    growth("SQLite", sqlite)
    if "--sqlite" in sys.argv:
        return
    with postgres.running(postgres.DURABLE) as cluster:
        steps("PostgreSQL", cluster.url(cluster.create()))
        growth("PostgreSQL", lambda _: cluster.url(cluster.create()))
        with tempfile.TemporaryDirectory() as folder:
            beside(sqlite(Path(folder)), cluster.url(cluster.create()))


def sqlite(folder: Path) -> str:
    """The address of a database in a folder."""
    return f"sqlite:///{folder / 'bench.db'}"


def environment(url: str, port: int, data: Path) -> dict[str, str]:
    """Where a server of the benchmark runs."""
    return {**os.environ, "INTAKE_DATABASE_URL": url, "INTAKE_DATA": str(data), "INTAKE_PORT": str(port),
            "INTAKE_SECRET_KEY": "the benchmark's secret, of more than 32 characters", "INTAKE_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "INTAKE_KEY_FILE": str(data / "keys")}


def prepare(url: str, data: Path, cases: int) -> dict[str, Any]:
    """Make the tables, a circle member signed in, so many dossiers; what clients need to know."""
    told = subprocess.run([sys.executable, "-m", "bench.prepare", str(cases)], env=environment(url, 8303, data),
                          capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return found


@contextmanager
def server(kind: str, url: str, data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server of its own process, ready; a failed request or a server that does not start ends the whole run."""
    running = subprocess.Popen([sys.executable, "-m", "bench.servers", kind],
                               env=environment(url, PORTS[kind], data), stderr=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while running.poll() is None and time.monotonic() < until:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", PORTS[kind])) == 0:
                break
        time.sleep(0.1)
    else:
        running.kill()
        sys.exit(f"the {kind} server did not start")
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def ask(**order: Any) -> dict[str, Any]:
    """Load a server; what the clients saw."""
    told = subprocess.run([sys.executable, "-m", "bench.client"], input=json.dumps(order), capture_output=True,
                          text=True, check=True)
    seen: dict[str, Any] = json.loads(told.stdout)
    if seen["failures"] or not seen["latencies"]:
        sys.exit(f"{seen['failures']} requests failed, {len(seen['latencies'])} were answered: {seen['failed']}")
    return seen


def orders(known: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What each server is asked: a bare page, the act by hand, a note through the application."""
    fields = {"csrf_token": known["token"], "note": "Un mot pour la prochaine réunion du Cercle."}
    return {
        "bare": {"port": PORTS["bare"], "paths": ["/"], "method": "GET", "fields": {}, "wanted": 200},
        "hand": {"port": PORTS["hand"], "paths": [case["note"] for case in known["cases"]], "method": "POST",
                 "fields": fields, "wanted": 303},
        "parcours": {"port": PORTS["parcours"], "paths": [case["note"] for case in known["cases"]], "method": "POST",
                     "fields": fields, "cookie": known["cookie"], "wanted": 303},
    }


def steps(name: str, url: str) -> None:
    """Durable steps/s, p50, p95, p99 at 1, 4 and 16 clients, against the bare page and the act by hand."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        known = prepare(url, data, 1_000 if not QUICK else 200)
        told = orders(known)
        print(f"\n{name}: one step (a note) through HTTP, 1,000 cases\n")
        print("| clients | steps/s | p50 ms | p95 ms | p99 ms | p99/p50 | of the bare page | of the act by hand |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        with server("bare", url, data), server("hand", url, data), server("parcours", url, data) as app:
            for kind in told:
                ask(**told[kind], clients=2, seconds=0.5)
            for clients in CLIENTS:
                rounds = [{kind: ask(**told[kind], clients=clients, seconds=SECONDS) for kind in told}
                          for _ in range(ROUNDS)]
                rates = [{kind: len(seen["latencies"]) / seen["seconds"] for kind, seen in one.items()} for one in rounds]
                spread = [quantiles(one["parcours"]["latencies"]) for one in rounds]
                p50, p95, p99 = (statistics.median(one[n] for one in spread) * 1000 for n in range(3))
                print(f"| {clients} | {middle(rates, 'parcours'):.0f} | {p50:.1f} | {p95:.1f} | {p99:.1f} | {p99 / p50:.1f} "
                      f"| {ratio(rates, 'bare'):.2f} | {ratio(rates, 'hand'):.2f} |")
            memory(app.pid, told["parcours"])


def beside(url: str, other: str) -> None:
    """Steps/s on the two databases at 16 clients, in turn, the ratio taken inside each round."""
    with tempfile.TemporaryDirectory() as folder:
        houses = []
        for port, where in (("parcours", url), ("other", other)):
            data = Path(folder) / port
            data.mkdir()
            houses.append((port, where, data, orders(prepare(where, data, 1_000 if not QUICK else 200))["parcours"]))
        ratios = []
        with server(*houses[0][:3]), server(*houses[1][:3]):
            for _ in range(ROUNDS + 1):
                rates = [len(seen["latencies"]) / seen["seconds"] for port, _, _, order in houses
                         for seen in [ask(**{**order, "port": PORTS[port]}, clients=16, seconds=SECONDS)]]
                ratios.append(rates[1] / rates[0])
        print(f"\nPostgreSQL / SQLite, steps/s at 16 clients, inside each round: {statistics.median(ratios[1:]):.2f} (aim 0.7)")


def memory(pid: int, order: dict[str, Any]) -> None:
    """Resident memory after so many requests."""
    done = 0
    while done < REQUESTS:
        done += len(ask(**order, clients=4, seconds=2.0)["latencies"])
    resident = int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024  # type: ignore[index]
    print(f"\nResident memory after {done:,} more requests: {resident:.0f} MiB (aim 90)")


def growth(name: str, make: Callable[[Path], str]) -> None:
    """Board, dossier page and step as the house grows."""
    print(f"\n{name}: milliseconds (median of medians) as the house grows, and their ratio to 1,000 cases\n")
    print("| cases | board | dossier page | step |")
    print("| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        houses = {}
        for size in SIZES:
            data = Path(folder) / str(size)
            data.mkdir()
            url = make(data)
            houses[size] = (url, data, prepare(url, data, size))
        seen: dict[int, list[list[float]]] = {size: [] for size in SIZES}
        for _ in range(ROUNDS):
            for size, (url, data, known) in houses.items():
                with server("parcours", url, data):
                    seen[size].append([timed(known, page) for page in ("board", "page", "note")])
        for size in SIZES:
            cells = []
            for n in range(3):
                inside = statistics.median(a[n] / b[n] for a, b in zip(seen[size], seen[SIZES[0]], strict=True))
                cells.append(f"{statistics.median(one[n] for one in seen[size]) * 1000:.1f} ({inside:.2f})")
            print(f"| {size:,} | {' | '.join(cells)} |")
        url, data, known = houses[SIZES[-1]]
        with server("parcours", url, data):
            print(f"\nThe board of {SIZES[-1]:,} cases: {weight(known, '/candidatures') / 1000:.1f} kB of HTML (aim 40)")


def timed(known: dict[str, Any], page: str) -> float:
    """The median seconds of a page, or of a step, one client."""
    order = orders(known)["parcours"]
    if page != "note":
        paths = ["/candidatures"] if page == "board" else [case["page"] for case in known["cases"]]
        order |= {"paths": paths, "method": "GET", "wanted": 200}
    ask(**order, clients=1, seconds=0.5)
    return statistics.median(ask(**order, clients=1, seconds=SECONDS / 2)["latencies"])


def weight(known: dict[str, Any], path: str) -> int:
    """The bytes of a page."""
    connection = HTTPConnection("127.0.0.1", PORTS["parcours"], timeout=30)
    connection.request("GET", path, headers={"Cookie": known["cookie"]})
    answer = connection.getresponse()
    if answer.status != 200:
        sys.exit(f"{path} answers {answer.status}")
    return len(answer.read())


def quantiles(latencies: list[float]) -> tuple[float, float, float]:
    """p50, p95, p99, in seconds."""
    cut = statistics.quantiles(latencies, n=100)
    return cut[49], cut[94], cut[98]


def middle(rates: list[dict[str, float]], kind: str) -> float:
    """The median rate of a server over the rounds."""
    return statistics.median(one[kind] for one in rates)


def ratio(rates: list[dict[str, float]], to: str) -> float:
    """The median over the rounds of the application's rate to another's, inside each round."""
    return statistics.median(one["parcours"] / one[to] for one in rates)


if __name__ == "__main__":
    main()
