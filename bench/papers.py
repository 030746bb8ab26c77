"""`python -m bench.papers`: milliseconds to make a contract, its evidence and their seal."""

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
        taken = []
        for _ in range(ROUNDS + 2):
            begun = time.perf_counter()
            frozen, page = (papers.make(kind, ALL[kind]).content for kind in ("cape", "evidence"))
            sealing.seal(frozen, page, {"signatures": []}, at=datetime(2027, 3, 1, tzinfo=UTC), name="Optéos")
            taken.append((time.perf_counter() - begun) * 1000)
    print(f"a contract made and sealed: median {statistics.median(taken[2:]):.0f} ms, "
          f"third quarter {statistics.quantiles(taken[2:], n=4)[2]:.0f} ms (aim 150)")


if __name__ == "__main__":
    main()
