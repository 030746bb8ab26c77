"""What still works when something fails: the post is late, the disk is short (TRUST 5, degraded modes)."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, current_app, request

from config import Settings
from intake import moment, words
from intake.models import letters
from intake.models.base import DiskFull
from intake.refusals import SAFE

POST_LATE = timedelta(minutes=10)
"""How long a letter may wait before people are told that the post is late."""
TO_READ = frozenset({"sign_in", "second_step", "language", "reading"})
"""Screens that write a little so that one may read."""


@dataclass(frozen=True)
class Floor:
    """How much of a disk is kept free: a share of it, and never more bytes than are of use."""

    share: float
    enough: int

    def reached(self, disk: shutil._ntuple_diskusage) -> bool:
        """Whether less than this is free."""
        return disk.free < min(disk.total * self.share, self.enough)


ENOUGH_FREE = 0.20
"""Below this share of the disk, « Santé » and `intake doctor` ask for room."""
PIECES = Floor(0.10, 5 * 1024 ** 3)
"""Below it no document is taken; the rest works."""
WRITING = Floor(0.05, 1024 ** 3)
"""Below it people only read: what is left is for the clock and its letters."""


def install(app: Flask) -> None:
    """Refuse what the disk has no room for, before anything is begun."""
    app.before_request(_spare_the_disk)


def disk_of(settings: Settings) -> shutil._ntuple_diskusage:
    """The disk that holds the data."""
    try:
        return shutil.disk_usage(settings.data)
    except FileNotFoundError:
        return shutil.disk_usage(settings.data.absolute().parent)


def takes_pieces() -> bool:
    """Whether a document may still be taken."""
    return not PIECES.reached(disk_of(current_app.config["SETTINGS"]))


def _spare_the_disk() -> None:
    if request.method in SAFE or request.blueprint in TO_READ:
        return
    if WRITING.reached(disk_of(current_app.config["SETTINGS"])):
        raise DiskFull("the disk is nearly full")


def post_is_late() -> bool:
    """Whether letters wait for the mail server: who signs in is told."""
    return letters.overdue(moment.now() - POST_LATE)[0] > 0


def post_says() -> str:
    """« 12 courriels en attente depuis 40 min », or '' when the post is on time."""
    now = moment.now()
    number, since = letters.overdue(now - POST_LATE)
    if since is None:
        return ""
    minutes = int((now - since).total_seconds()) // 60
    waited = f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
    return f"{words.Count(number):courriel|courriels} en attente depuis {waited}"
