"""What holds for every file of the house. Each failure says the remedy."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST = 400
VENDORED = ("tests/vendor/", "static/js/vendor/", "static/fonts/")

# Written in pieces, so that this file keeps its own rules.
MACHINE_PATH = re.compile(r"(?<![\w.:/])/(work|root|home|Users)/\w|(?<![\w.:/])/" + r"tmp/\w+/")
REGISTRY = re.compile("|".join(re.escape(name) for name in (
    "pypi" + ".org", "python" + "hosted", "registry." + "npmjs", "deb." + "debian", "proxy." + "golang")))
STRAIGHT_APOSTROPHE = re.compile(r"[^\W\d_]'[^\W\d_]")
NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
VAGUE = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|common_functions)(_|$)")


@cache
def house_files() -> tuple[str, ...]:
    """Every file that is, or would be, under version control."""
    said = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT,
                          capture_output=True, check=True).stdout.decode()
    return tuple(sorted(name for name in set(said.split("\0")) if name and (ROOT / name).is_file()))


def files(*patterns: str) -> list[str]:
    """Those of these patterns; `**` crosses folders."""
    wanted = {str(path.relative_to(ROOT)) for pattern in patterns for path in ROOT.glob(pattern)}
    return [name for name in house_files() if name in wanted]


def lines(name: str) -> Iterator[tuple[int, str]]:
    """The numbered lines of a text file, a template's comments left blank; nothing of a binary one."""
    try:
        text = (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    if name.startswith("templates/"):
        text = re.sub(r"\{#.*?#\}", lambda comment: "\n" * comment[0].count("\n"), text, flags=re.DOTALL)
    yield from enumerate(text.splitlines(), 1)


def found(pattern: re.Pattern[str], names: list[str]) -> list[str]:
    """Where a pattern occurs: file, line, text."""
    return [f"{name}:{number}: {line.strip()[:120]}" for name in names for number, line in lines(name)
            if pattern.search(line)]


def tree(name: str) -> ast.Module:
    """A Python file, parsed."""
    return ast.parse((ROOT / name).read_text(encoding="utf-8"), name)


PYTHON = files("*.py", "workflows/**/*.py", "intake/**/*.py", "tests/**/*.py", "bench/**/*.py", "migrations/**/*.py")
CODE = [name for name in PYTHON if name.startswith(("intake/", "workflows/"))]
TEMPLATES = [name for name in files("templates/**/*.html") if not name.startswith("templates/mail/")]
OURS = [name for name in house_files() if not name.startswith(VENDORED)]


def test_no_path_of_a_machine() -> None:
    """The house moves: nothing may point into somebody's disk."""
    assert not (where := found(MACHINE_PATH, OURS)), "Write a path relative to the project, or a setting: " + _list(where)


def test_no_address_of_a_package_registry() -> None:
    """Whoever installs chooses the registry, by their own client's settings."""
    assert not (where := found(REGISTRY, OURS)), "Name the package, not where it is kept (`make lock` does): " + _list(where)


@pytest.mark.parametrize("name", CODE)
def test_a_file_stays_readable(name: str) -> None:
    """One subject a file."""
    length = sum(1 for _ in lines(name))
    assert length <= LONGEST, f"{name} has {length} lines, over {LONGEST}: split it by subject, one file each"


def test_no_error_is_swallowed() -> None:
    """`except Exception` hides bugs."""
    where = [f"{name}:{node.lineno}" for name in PYTHON for node in ast.walk(tree(name))
             if isinstance(node, ast.ExceptHandler) and _catches_all(node.type)]
    assert not where, "Name the error you expect; let the others be a 500 with its incident number: " + _list(where)


def test_names_say_the_domain() -> None:
    """No drawer for odds and ends."""
    where = [name for name in PYTHON if any(VAGUE.search(part.removesuffix(".py")) for part in Path(name).parts)]
    assert not where, "Name the file after its one subject: " + _list(where)


def test_pages_only_read() -> None:
    """A page never writes nor opens a transaction (TRUST 2.3)."""
    writes = {"create", "save", "execute", "insert_many", "delete_instance", "atomic", "write_transaction",
              "bulk_create", "get_or_create", "execute_sql"}
    where = [f"{name}:{node.lineno}: {called}" for name in CODE if name.startswith(("intake/pages/", "intake/kiosk/"))
             for node in ast.walk(tree(name)) if isinstance(node, ast.Call) and (called := _called(node)) in writes]
    assert not where, ("A case changes by take_step; another table by the writing function of its model's module: "
                       + _list(where))


def test_only_take_step_and_undo_set_a_state() -> None:
    """`Case.state` has one writer."""
    where = [f"{name}:{node.lineno}" for name in CODE if name not in ("intake/cases.py", "intake/undo.py")
             for node in ast.walk(tree(name)) if isinstance(node, ast.Assign)
             and any(isinstance(target, ast.Attribute) and target.attr == "state" for target in node.targets)]
    assert not where, "Let take_step move the case: " + _list(where)


def test_the_clock_is_injected() -> None:
    """Nothing but intake.moment looks at the machine's clock, or INTAKE_NOW would lie."""
    looks = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("datetime", "today"), ("time", "time")}
    where = [f"{name}:{node.lineno}" for name in CODE if name != "intake/moment.py" for node in ast.walk(tree(name))
             if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in looks]
    assert not where, "Ask intake.moment.now() or .today(): " + _list(where)


def test_french_apostrophes_in_templates() -> None:
    """’, never ', in what people read."""
    names = TEMPLATES + [name for name in files("templates/mail/**/*.txt") if "/en/" not in name]
    assert not (where := found(STRAIGHT_APOSTROPHE, names)), "Write ’ (U+2019) for ': " + _list(where)


def test_french_apostrophes_in_workflows() -> None:
    """Labels, sentences and hints are French; docstrings are not."""
    where = [f"{name}:{node.lineno}: {node.value[:80]}" for name in CODE if name.startswith("workflows/")
             for node in _strings(tree(name)) if STRAIGHT_APOSTROPHE.search(node.value)]
    assert not where, "Write ’ (U+2019) for ': " + _list(where)


def test_no_narrow_space() -> None:
    """The fonts lack U+202F."""
    names = [name for name in OURS if name.startswith(("templates/", "workflows/", "intake/"))]
    where = found(re.compile(NARROW_SPACE), names)
    assert not where, "Write U+00A0, the no-break space the fonts have: " + _list(where)


@pytest.mark.parametrize(("pattern", "remedy"), [
    (r"\sstyle=", "give it a class and a rule in static/css"),
    (r"\son[a-z]+=\"", "give it a data- attribute that a file of static/js listens to"),
    (r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", "put the script into static/js"),
    (r"hx-on\b|hx-boost|=[\"']js:", "keep to the house dialect of htmx: real links and forms (ADR 4)"),
    (r"https?://(?!www\.w3\.org)", "serve it from static/, or build the address from a setting"),
])
def test_templates_keep_the_policy(pattern: str, remedy: str) -> None:
    """The content security policy would block it, or the page would not work without JavaScript."""
    assert not (where := found(re.compile(pattern), TEMPLATES)), f"{remedy}: " + _list(where)


def test_every_setting_and_command_is_on_its_page() -> None:
    """docs/settings.md names each variable of the environment and each word of the command."""
    from intake.commands import parser

    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    read = {name for _, line in lines("config.py") for name in re.findall(r"INTAKE_[A-Z_]+", line)}
    acts = next(iter(parser()._subparsers._group_actions)).choices  # type: ignore[union-attr]
    said = read | {f"intake {act}" for act in acts} | {
        option for act in acts.values() for option in act._option_string_actions if option.startswith("--")}
    missing = sorted(name for name in said - {"--help"} if name not in page)
    assert not missing, "Add a line to docs/settings.md for: " + _list(missing)


def test_no_test_is_asleep() -> None:
    """A test that is skipped, or cannot fail, is a defect."""
    pattern = re.compile(r"pytest\.mark\.(skip|xfail)|unittest\.skip|^\s*assert " + r"True\b")
    where = found(pattern, [name for name in files("tests/**/*.py") if name != "tests/test_house_rules.py"])
    assert not where, "Repair it or remove it: " + _list(where)


def test_vendored_files_say_their_version() -> None:
    """One knows at a glance what is served."""
    where = [name for name in files("static/js/**/*.min.js") if not re.search(r"\d+\.\d+", Path(name).name)]
    assert not where, "Put the version into the name: " + _list(where)


def _list(where: list[str]) -> str:
    return "\n  " + "\n  ".join(where[:25]) + (f"\n  and {len(where) - 25} more" if len(where) > 25 else "")


def _catches_all(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    named = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(one, ast.Name) and one.id in ("Exception", "BaseException") for one in named)


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _strings(module: ast.Module) -> Iterator[ast.Constant]:
    """Text that is not documentation."""
    documentation = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node
