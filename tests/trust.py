"""`pytest --trust FILE`: what the tests of TRUST found, written for the page of our promises (TRUST 1 and 6).

    @pytest.mark.trust("T3")      # this test is part of T3
    @pytest.mark.control("T3")    # this one shows that T3 would see the fault: a weakened build must fail it
    @pytest.mark.heavy            # too long for every commit: runs with --trust alone

A test of TRUST holds when everything marked with its name passed, and at least one control among it.
"""

from __future__ import annotations

import json
import os
import platform
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cysqlite
import pytest

MARKS = ("trust", "control")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--trust FILE`."""
    parser.addoption("--trust", metavar="FILE",
                     help="run what is too long for every commit as well, and write what was found here")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Say in each report what its test proves; leave heavy ones to `make trust`."""
    for item in items:
        item.user_properties += [(mark.name, name) for mark in item.iter_markers() if mark.name in MARKS for name in mark.args]
    if not config.getoption("--trust") and (heavy := [item for item in items if item.get_closest_marker("heavy")]):
        config.hook.pytest_deselected(items=heavy)
        items[:] = [item for item in items if item not in heavy]


class Found:
    """What was found, test by test of TRUST."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._begun = datetime.now(UTC)
        self._tests: dict[str, dict[str, Any]] = defaultdict(
            lambda: {"passed": 0, "controls": 0, "failed": [], "skipped": [], "seconds": 0.0, "by": set()})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count one test, once: by its call, or by what kept it from being called."""
        for mark, name in report.user_properties:
            if mark not in MARKS:
                continue
            one = self._tests[name]
            one["seconds"] += report.duration
            one["by"].add(report.nodeid.partition("::")[0])
            if report.failed or report.skipped:
                one["failed" if report.failed else "skipped"].append(report.nodeid)
            elif report.when == "call":
                one["passed" if mark == "trust" else "controls"] += 1

    def pytest_sessionfinish(self) -> None:
        """Write the file."""
        tests = {name: {**one, "seconds": round(one["seconds"], 1), "by": sorted(one["by"])}
                 for name, one in sorted(self._tests.items(), key=lambda told: int(told[0][1:]))}
        told = {"made_at": self._begun.isoformat(timespec="seconds"), "python": platform.python_version(),
                "sqlite": ".".join(map(str, cysqlite.sqlite_version_info)), "cores": os.cpu_count(), "tests": tests}
        self._file.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def pytest_configure(config: pytest.Config) -> None:
    """Only the process that gathers the reports writes."""
    if (file := config.getoption("--trust")) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Found(Path(file)), "trust found")
