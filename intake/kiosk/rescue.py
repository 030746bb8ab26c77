"""A rescue file: what a tablet could not send, sealed as it was, taken in by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from intake.kiosk import envelopes, receiving
from intake.kiosk.envelopes import NotWellFormed

MOST = 1_000


class NotARescue(Exception):
    """The file is something else."""


@dataclass
class Report:
    """How many entries were new, known already, or no entry at all."""

    new: int = 0
    known: int = 0
    refused: int = 0


def take_in(told: Any) -> Report:
    """Take in each entry once. Raises NotARescue."""
    if not isinstance(told, dict) or not isinstance(told.get("entries"), list) or not isinstance(told.get("irritants"), list):
        raise NotARescue
    report = Report()
    for one in told["entries"][:MOST]:
        try:
            kept, new = receiving.keep(envelopes.read(one), 0)
        except NotWellFormed:
            report.refused += 1
            continue
        report.new, report.known = report.new + new, report.known + (not new)
        if new:
            receiving.apply_now(kept, None)
    for one in told["irritants"][:MOST]:
        try:
            receiving.keep_anonymous(envelopes.read_anonymous(one))
        except NotWellFormed:
            report.refused += 1
    return report
