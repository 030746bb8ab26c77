"""The technical log: what went wrong, and where in the code; never what somebody typed (TRUST 5.3)."""

from __future__ import annotations

import logging
import threading
import traceback
from types import TracebackType

Failed = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Discreet(logging.Formatter):
    """A fault is told by its kind and its lines of code: what it says may quote an answer, an address, a name."""

    def formatException(self, ei: Failed) -> str:
        """The lines it went through, cause after cause."""
        told, error = [], ei[1]
        while error is not None:
            kind = type(error)
            told += [f"{kind.__module__}.{kind.__qualname__}\n", *reversed(traceback.format_tb(error.__traceback__))]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "".join(told).rstrip()


def begin() -> None:
    """To the error stream, faults of threads too."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    threading.excepthook = _thread_stopped


def _thread_stopped(told: threading.ExceptHookArgs) -> None:
    stopped = told.thread.name if told.thread is not None else "a thread"
    logging.getLogger("intake").error("%s stopped", stopped, exc_info=told.exc_value)
