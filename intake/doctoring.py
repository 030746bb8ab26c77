"""`intake doctor`: what must hold to serve, and what deserves a look (TRUST 5.1)."""

from __future__ import annotations

import os
import smtplib
import stat
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import cysqlite

import workflows
from config import Settings
from intake import anchors, backups, degraded, moment, post, seal_keys
from intake.models import base, health, rounds, schema, sealed
from intake.models.connection import SAFE_SQLITE, UnsafeDatabase
from intake.models.settings import settings_on
from intake.stranded import cases as stranded_cases
from workflows.signing import COOP_NAMES
from workflows.wellformed import problems as flaws

NETWORK_DISKS = ("nfs", "nfs4", "cifs", "smb", "smb3", "9p", "fuse.sshfs", "ceph", "glusterfs", "fuse.glusterfs")
MOUNTS = Path("/proc/mounts")


def examine(settings: Settings) -> tuple[list[str], list[str]]:
    """(what refuses the start in production, what to look at), as sentences."""
    look_closer = health.stopped_badly(settings.database_url)  # before anything opens the database, and folds its log in
    problems = [said for look in MUST for said in look(settings)]
    warnings = [said for look in SHOULD for said in look(settings)]
    if not problems:
        problems += _database(settings, look_closer)
    if not problems:
        warnings += _flood() + _late()
    return problems, warnings


def _sqlite_version(_: Settings) -> list[str]:
    if cysqlite.sqlite_version_info < SAFE_SQLITE:
        return [f"SQLite {cysqlite.sqlite_version} can corrupt the database; upgrade the cysqlite package"]
    return []


def _readable_by_others(settings: Settings) -> list[str]:
    if os.name != "posix" or not settings.production:
        return []
    return [f"{path} can be read by other users; run chmod 700 on folders and 600 on files"
            for path in (settings.data, settings.key_file)
            if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]


def _shared_disk(settings: Settings) -> list[str]:
    if settings.database_url.startswith("postgres"):
        return []
    folder, where, kind = Path(settings.database_url.removeprefix("sqlite:///")).absolute().parent, "", ""
    try:
        mounts = [line.split() for line in MOUNTS.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return []
    for _, mount, found, *_rest in mounts:
        mount = mount.replace(r"\040", " ")
        if folder.is_relative_to(mount) and len(mount) >= len(where):
            where, kind = mount, found
    return [f"the database is on a network disk ({kind}): SQLite is not safe there"] if kind in NETWORK_DISKS else []


def _debug(_: Settings) -> list[str]:
    return ["FLASK_DEBUG is set: remove it"] if os.environ.get("FLASK_DEBUG") else []


def _database(settings: Settings, look_closer: bool) -> list[str]:
    """What only an open database can say; its every page, after an unclean stop."""
    try:
        checked = health.damage if look_closer else list
        base.connect(settings.database_url)
        sealed.load_keys(settings.key_file, create=not settings.production)
        with base.writing():
            if not schema.at_head():
                return ["the tables are not those of this release: run `intake init`"]
            wrong = [f"INTAKE_KEY_FILE does not open {column}: it is the key of another house"
                     for column in health.sealed_by_others()]
            return [*wrong, *checked(), *stranded_cases(), *flaws(workflows.ALL)]
    except (UnsafeDatabase, sealed.WrongKey) as problem:
        return [str(problem)]


def _plain_address(settings: Settings) -> list[str]:
    host = urlsplit(settings.public_url).hostname or ""
    if settings.production or host in ("localhost", "127.0.0.1"):
        return []
    return [f"{settings.public_url} is neither https nor this machine: sign-ins can be read on the way"]


def _moved_clock(_: Settings) -> list[str]:
    return ["INTAKE_NOW is set: the clock stands where it says"] if os.environ.get("INTAKE_NOW") else []


def _mail(settings: Settings) -> list[str]:
    if not settings.smtp_url:
        return ["INTAKE_SMTP_URL is empty: letters are written in the terminal"]
    parts = urlsplit(settings.smtp_url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(parts.hostname or "localhost", parts.port or 25, timeout=5):
            return []
    except (OSError, smtplib.SMTPException):
        return [f"the mail server {parts.hostname} does not answer: letters wait"]


def _flood() -> list[str]:
    """More letters than a house like this one owes."""
    with base.reading():
        flooded = post.over_budget()
    return [f"more than {post.BUDGET} letters left in 24 hours: look at what owes them"] if flooded else []


def _late() -> list[str]:
    """A clock that has stopped: no delay passes, no letter leaves."""
    with base.reading():
        last, stopped = rounds.last_round(), rounds.late_by(moment.now())
    return [f"the clock has been stopped since {last:%Y-%m-%d %H:%M} UTC: run `intake serve`, or `intake work` beside several "
            "servers"] if last is not None and stopped is not None else []


def _disk(settings: Settings) -> list[str]:
    settings.data.mkdir(parents=True, exist_ok=True)
    disk = degraded.disk_of(settings)
    free = disk.free / disk.total
    return [f"{free:.0%} of the disk is free: make room"] if free < degraded.ENOUGH_FREE else []


def _backup(settings: Settings) -> list[str]:
    """A house in service whose last copy is old, or that makes none."""
    if not settings.production or not settings.database_url.startswith("sqlite"):
        return []
    if settings.backups is None or settings.backup_key is None:
        return ["no backup is made: set INTAKE_BACKUPS and INTAKE_BACKUP_KEY, and run `intake backup` every six hours"]
    made = backups.newest(settings.backups)
    if made is None or moment.now() - made[1] > backups.STALE:
        return ["no backup for 26 hours: run `intake backup`, every six hours"]
    return []


def _anchor(settings: Settings) -> list[str]:
    """A house in service whose history nobody outside could vouch for."""
    if not settings.production or not _reachable(settings):
        return []
    with base.reading():
        named = len(anchors.witnesses())
    said = [] if named == anchors.WITNESSES else [
        f"the digest of the day reaches {named} of {anchors.WITNESSES} witnesses: name them in the settings"]
    laid = anchors.newest(anchors.folder_of(settings))
    if laid is None or moment.now() - laid[1] > anchors.STALE:
        said.append("no anchor of the history for 26 hours: the clock lays one each morning, with the backups")
    return said


def _seal(settings: Settings) -> list[str]:
    """Without a certificate or a name, nothing can be signed on the screen."""
    if not settings.key_file.exists() or not _reachable(settings):
        return []
    seal_keys.use(settings.key_file, create=False)
    with base.writing():
        asked = settings_on(moment.today())
    missing = [label for name, label in COOP_NAMES.items() if not asked[name]]
    said = [f"the settings do not say the cooperative's {', '.join(missing)}: no contract can be sent"] if missing else []
    try:
        if settings.production and not seal_keys.pairs():
            said.append("the house has no certificate to seal signed contracts with: run `intake papers certificate`")
    except sealed.WrongKey:
        said.append(f"no key of {settings.key_file.name} opens the certificates of {settings.key_file.name}{seal_keys.SUFFIX}: "
                    "put the former key back, then run `intake rotate`")
    return said


def _reachable(settings: Settings) -> bool:
    """The keys and the tables are there; what is wrong with them is told elsewhere."""
    try:
        base.connect(settings.database_url)
        sealed.load_keys(settings.key_file, create=False)
        with base.writing():
            return schema.at_head()
    except (UnsafeDatabase, sealed.WrongKey):
        return False


Look = Callable[[Settings], list[str]]
MUST: tuple[Look, ...] = (_sqlite_version, _readable_by_others, _shared_disk, _debug)
SHOULD: tuple[Look, ...] = (_plain_address, _moved_clock, _mail, _disk, _backup, _anchor, _seal)
