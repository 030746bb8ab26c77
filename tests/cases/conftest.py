"""What the tests of cases share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.cast import Cast, writing


@pytest.fixture
def one_connection(app: Flask, people: Cast) -> Iterator[Flask]:
    """Pages that write inside the transaction of the test, so that what each attempt does can be taken back."""
    app.teardown_request_funcs.clear()
    app.config["WTF_CSRF_ENABLED"] = False
    with writing():
        yield app
