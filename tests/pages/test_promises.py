"""« Nos engagements »: a promise is shown with its last tests, and leaves the page when one of them is red or missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config import Settings
from intake import house_health, promises
from tests.conftest import Browse
from tests.page import read

HELD = {"passed": 3, "controls": 1, "failed": [], "skipped": [], "seconds": 1.0, "by": ["tests/faults/test_cap.py"]}
A_MONTH = "Un mois n’a jamais plus d’entrées que de places ouvertes à l’avance"

Published = Callable[..., None]


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Published]:
    """`published(T3={…})`: what the last tests found, of the second of March."""
    monkeypatch.setattr(promises, "FOUND", tmp_path / "trust.json")
    promises.found.cache_clear()

    def publish(**tests: dict[str, Any]) -> None:
        promises.FOUND.write_text(json.dumps({"made_at": "2027-03-01T23:30:00+00:00", "tests": tests}))
        promises.found.cache_clear()

    yield publish
    promises.found.cache_clear()


def test_a_promise_comes_with_its_last_tests(browse: Browse, published: Published) -> None:
    published(T3=HELD)
    page = said(browse().get("/engagements"))
    assert f"{A_MONTH} : la base de données les refuse. 3 essais réussis, 1 contre-essai" in page
    assert "Essais du 2 mars 2027." in page
    assert "Appuyer deux fois" not in page, "T4 was not run"


@pytest.mark.parametrize("found", [
    {**HELD, "failed": ["tests/faults/test_cap.py::test_places"]},
    {**HELD, "skipped": ["tests/faults/test_cap.py::test_places"]},
    {**HELD, "controls": 0},
    {**HELD, "passed": 0},
    None,
], ids=["red", "skipped", "no control", "control alone", "missing"])
def test_a_promise_whose_test_does_not_hold_leaves_the_page(found: Any, browse: Browse, published: Published) -> None:
    published(T4=HELD, **({"T3": found} if found else {}))
    page = said(browse().get("/engagements"))
    assert A_MONTH not in page
    assert "Appuyer deux fois ne fait rien deux fois." in page


def test_a_promise_stands_on_all_its_tests(browse: Browse, published: Published) -> None:
    published(T1=HELD)
    assert "coupure de courant" not in said(browse().get("/engagements"))
    published(T1=HELD, T20={**HELD, "passed": 1})
    assert "coupure de courant. 4 essais réussis, 2 contre-essais" in said(browse().get("/engagements"))


def test_nothing_published_is_said(browse: Browse, published: Published, settings: Settings) -> None:
    assert "Aucun essai n’est encore publié." in said(browse().get("/engagements"))
    assert "vide" in of_health(settings)


def test_it_reads_in_english(browse: Browse, published: Published) -> None:
    published(T3=HELD)
    reader = browse()
    with reader.session_transaction() as kept:
        kept["language"] = "en"
    page = said(reader.get("/engagements"))
    assert "A month never has more entries than places opened beforehand" in page
    assert "3 tests passed, 1 counter-test" in page


def test_health_says_which_tests_are_missing(published: Published, settings: Settings) -> None:
    published(**{test: HELD for those in promises.PROMISES.values() for one in those for test in one.tests if test != "T27"})
    assert of_health(settings) == "Vérifiés le 2 mars 2027. 1 engagement n’est pas montré, faute d’un essai qui tient : T27."


def said(response: Any) -> str:
    """What a page says, spaces plain."""
    return " ".join(read(response).text.split())


def of_health(settings: Settings) -> str:
    """What « Santé » says of the promises."""
    said = next(row.says for row in house_health.LOOKS[-1:] for row in [row(settings)])
    return said.replace("\u00a0", " ")
