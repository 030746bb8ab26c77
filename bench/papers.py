"""`python -m bench.papers`: milliseconds to make a contract, its evidence and their seal, each time for someone else."""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from intake import papers, seal_keys, sealing
from intake.models import sealed
from tests.test_papers import ALL

ROUNDS = 40


def main() -> None:
    """Print the median and the slowest of a quarter."""
    with tempfile.TemporaryDirectory() as folder:
        sealed.load_keys(Path(folder) / "keys")
        seal_keys.use(Path(folder) / "keys", create=True)
        taken, busy = [], []
        for n in range(ROUNDS + 2):
            theirs = {"reference": f"OPT-2027-{n:04}", "number": f"OPT-2027-{n:04}"}
            begun, worked = time.perf_counter(), time.process_time()
            frozen, page = (papers.make(kind, {**ALL[kind], **theirs}).content for kind in ("cape", "evidence"))
            sealing.seal(frozen, page, {"signatures": []}, at=datetime(2027, 3, 1, tzinfo=UTC), name="Optéos")
            taken.append((time.perf_counter() - begun) * 1000)
            busy.append((time.process_time() - worked) * 1000)
    print(f"a contract made and sealed: median {statistics.median(taken[2:]):.0f} ms, third quarter "
          f"{statistics.quantiles(taken[2:], n=4)[2]:.0f} ms (aim 150); "
          f"processor, all threads: {statistics.median(busy[2:]):.0f} ms")


if __name__ == "__main__":
    main()
