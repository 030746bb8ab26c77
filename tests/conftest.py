"""What every test may ask for: a database of its own, a clock to move, the application, people with names."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache

from config import Settings
from tests import postgres

if TYPE_CHECKING:
    from tests.cast import Cast

SECRET = "a secret for tests alone, of more than 32 characters"
PUBLIC = "http://127.0.0.1:8000"
NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
"""When tests begin, unless they say otherwise: a Monday, ten o'clock in Paris."""

hypothesis.settings.register_profile("default", deadline=None, max_examples=60)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=100, derandomize=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test marked both_databases runs once on each."""
    if "database_url" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


LONGEST = ("browser/test_walk", "faults/", "browser/", "test_demo", "test_ten_years", "kiosk/")
"""What takes minutes begins first, so that no core waits for another at the end (`--no-loadscope-reorder`)."""


IN_MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30


def pytest_configure() -> None:
    """Databases of tests live in memory where there is room: none of them has to outlive a power cut."""
    if IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first."""
    def rank(item: pytest.Item) -> int:
        return next((number for number, part in enumerate(LONGEST) if f"tests/{part}" in str(item.path)), len(LONGEST))

    items.sort(key=rank)


def missing(what: str) -> None:
    """Skip loudly; in CI, where nothing may be missing, fail."""
    if os.environ.get("PARCOURS_SKIP_IS_FAILURE"):
        pytest.fail(what)
    pytest.skip(f"!! {what}")


# The clock -----------------------------------------------------------------------------------------------------------


@dataclass
class Clock:
    """The time INTAKE_NOW tells, in this process and in those it starts."""

    file: Path

    @property
    def now(self) -> datetime:
        """The present instant."""
        return datetime.fromisoformat(self.file.read_text())

    def set(self, instant: datetime) -> datetime:
        """Set it, forwards or backwards."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(instant.astimezone(UTC).isoformat())
        fresh.replace(self.file)
        return instant

    def forward(self, **by: float) -> datetime:
        """Let time pass: `clock.forward(days=7, hours=1)`."""
        return self.set(self.now + timedelta(**by))

    def to(self, day: date, hour: int = 9) -> datetime:
        """Go to a day, at an hour UTC."""
        return self.set(datetime(day.year, day.month, day.day, hour, tzinfo=UTC))


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock, stopped at NOW until the test moves it."""
    moved = Clock(tmp_path / "now")
    moved.set(NOW)
    monkeypatch.setenv("INTAKE_NOW", f"@{moved.file}")
    return moved


# The database --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables and what every house begins with, copied for each test."""
    from tests import cast as the_cast

    file = tmp_path_factory.mktemp("template") / "template.db"
    the_cast.build(f"sqlite:///{file}", NOW)
    return file


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL server of this session's own."""
    try:
        with postgres.running() as server:
            yield server
    except postgres.NoPostgres as reason:
        missing(str(reason))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: postgres.Server) -> str:
    """The name of a PostgreSQL database with the tables, copied for each test."""
    from tests import cast as the_cast

    name = postgres_server.create()
    the_cast.build(postgres_server.url(name), NOW)
    return name


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database with its tables; SQLite, and PostgreSQL too for tests marked both_databases."""
    if getattr(request, "param", "sqlite") == "sqlite":
        file = tmp_path / "parcours.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = server.create(request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a house on this database, in a folder of its own; clock and post wait to be told."""
    return Settings(data=tmp_path, database_url=database_url, secret_key=SECRET, public_url=PUBLIC,
                    key_file=tmp_path / "keys", work=False)


@pytest.fixture
def database(settings: Settings, clock: Clock) -> Iterator[Any]:
    """The database, open in this thread, for tests that need no screen."""
    from tests import cast as the_cast

    with the_cast.opened(settings) as connected:
        yield connected


# The application -----------------------------------------------------------------------------------------------------

class Compiled(BytecodeCache):
    """Templates compiled once: hundreds of applications are made here, each would do it again."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What was compiled from the same text."""
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Kept until the session ends."""
        self.kept[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {"bytecode_cache": Compiled()}


@pytest.fixture(scope="session")
def screens(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application of this session, made once: its three hundred routes take longer to read than most tests."""
    from intake import create_app
    from intake.models import base

    folder = tmp_path_factory.mktemp("screens")
    made = create_app(Settings(data=folder, database_url=f"sqlite:///{folder / 'none.db'}", secret_key=SECRET,
                               public_url=PUBLIC, key_file=folder / "keys", work=False))
    base.db.close_all()
    return made


@pytest.fixture
def app(screens: Flask, settings: Settings, clock: Clock) -> Iterator[Flask]:
    """The real application, in this test's house; CSRF is checked as it is for everyone. What a test bends is put back."""
    from intake import open_house
    from intake.models import base

    bent = (screens.config, screens.view_functions, screens.before_request_funcs, screens.after_request_funcs,
            screens.teardown_request_funcs)
    kept = [{name: list(one) if isinstance(one, list) else one for name, one in held.items()} for held in bent]
    open_house(settings)
    screens.config.update(SETTINGS=settings, TESTING=True, PROPAGATE_EXCEPTIONS=False)
    yield screens
    for held, as_it_was in zip(bent, kept, strict=True):
        held.clear()  # type: ignore[attr-defined]
        held.update(as_it_was)  # type: ignore[attr-defined]
    base.check_in()
    base.db.close_all()


@pytest.fixture
def people(app: Flask) -> Cast:
    """Claire, Ana, Ben, Noé and the others: persons and roles, no dossier yet."""
    from tests import cast as the_cast

    with the_cast.writing():
        return the_cast.invite()


@pytest.fixture
def cast(database: Any) -> Cast:
    """The same people, for tests that need no screen."""
    from tests import cast as the_cast

    with the_cast.writing():
        return the_cast.invite()


Browse = Callable[..., FlaskClient]


@pytest.fixture
def browse(app: Flask) -> Browse:
    """`browse(claire)`: a browser in which someone is signed in; `browse()`: one in which nobody is."""
    from tests import cast as the_cast

    return lambda person=None: the_cast.browser(app, person)
