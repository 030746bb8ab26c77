"""The `intake` command kept at hand: its words in, what it printed out, since a fresh process costs a second each time."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent


class Hand:
    """A process that does one command after another, each in the environment of its house."""

    def __init__(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", "tests.browser.hand"], cwd=ROOT, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def does(self, words: tuple[str, ...], environment: dict[str, str]) -> tuple[int, str]:
        """(exit code, what it printed)."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps([words, environment]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"intake {' '.join(words)} failed; the error stream says how"
        code, said = json.loads(answer)
        return int(code), str(said)

    def rests(self) -> None:
        """No more commands."""
        self.process.communicate()


def main() -> None:
    """Do what each line of the input asks."""
    out = sys.stdout
    for line in sys.stdin:
        words, environment = json.loads(line)
        os.environ.clear()
        os.environ.update(environment)
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            code = one(words)
        print(json.dumps([code, said.getvalue()]), file=out, flush=True)


def one(words: list[str]) -> Any:
    """One command; it leaves no connection open, as a process that ends leaves none."""
    from intake.commands import main as command
    from intake.models import base

    try:
        return command(words) or 0
    except SystemExit as ended:
        return ended.code or 0
    finally:
        if base.db.obj is not None:
            base.check_in()
            base.db.close_idle()


if __name__ == "__main__":
    main()
