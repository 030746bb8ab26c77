"""Fixtures of the tablet's browser tests: one served house a module, a network that may fail, tablets with their profiles."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright

from tests.browser.conftest import House
from tests.kiosk.house import Borne, Network, today_is_a_journee


@pytest.fixture(scope="module")
def house(staffed_house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house on the real clock, with a journée today."""
    made = staffed_house.copied_to(tmp_path_factory.mktemp("tablets"))
    made.environment.pop("INTAKE_NOW")
    today_is_a_journee(made)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def cable(house: House) -> Iterator[Network]:
    """What stands between tablets and the house, at one address for all the tests of a module."""
    made = Network(house.port)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def network(cable: Network) -> Network:
    """The same, with nothing wrong yet."""
    cable.mend()
    return cable


@pytest.fixture(scope="module")
def paired_profile(house: House, cable: Network, tmp_path_factory: pytest.TempPathFactory, playwright: Playwright) -> Path:
    """The profile of a tablet that was paired and prepared, switched off; copied for each test."""
    one = Borne(tmp_path_factory.mktemp("profile") / "bleue", cable, playwright.chromium)
    one.pair(house)
    one.go("")
    one.close()
    return one.profile


@pytest.fixture
def new_tablet(network: Network, tmp_path: Path, playwright: Playwright) -> Iterator[Callable[..., Borne]]:
    """`new_tablet("bleue")`: a tablet with a profile of its own; each is switched off at the end."""
    made: list[Borne] = []

    def new(name: str = "bleue", **options: Any) -> Borne:
        made.append(Borne(tmp_path / name, network, playwright.chromium, **options))
        return made[-1]

    yield new
    for one in made:
        one.close()


@pytest.fixture
def tablet(new_tablet: Callable[..., Borne], paired_profile: Path) -> Borne:
    """Paired, prepared, on its home screen."""
    found = new_tablet()
    shutil.copytree(paired_profile, found.profile, ignore=shutil.ignore_patterns("Singleton*"))
    found.open()
    return found
