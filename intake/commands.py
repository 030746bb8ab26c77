"""The `intake` command: what one does to the house from its machine."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import config
from config import Settings, WrongSettings

TRY_AGAIN = 75
"""EX_TEMPFAIL: the mail server keeps the report and pipes it again."""
Act = Callable[[argparse.Namespace, Settings], int]


def main(words: list[str] | None = None) -> int:
    """Do what the words say; 0 when it went well."""
    told = parser().parse_args(words)
    try:
        settings = config.from_environment()
    except WrongSettings as wrong:
        return refuse(str(wrong))
    act: Act = told.act
    return act(told, settings)


def parser() -> argparse.ArgumentParser:
    """The words one may say."""
    root = argparse.ArgumentParser(prog="intake", description=__doc__)
    acts = root.add_subparsers(required=True, metavar="…")

    def add(name: str, act: Act, help: str) -> argparse.ArgumentParser:
        found = acts.add_parser(name, help=help)
        found.set_defaults(act=act)
        return found

    add("init", init, "make or upgrade the tables, and what every house begins with")
    add("serve", serve, "serve, with clock and post unless INTAKE_WORK=no")
    add("tick", tick, "one round of clock and post")
    add("work", work, "rounds of clock and post for ever, beside several servers")
    demo_words = add("demo", demo, "two invented years in an empty database")
    demo_words.add_argument("--people", type=int, default=150)
    demo_words.add_argument("--seed", type=int, default=2021)
    demo_words.add_argument("--if-empty", action="store_true", help="leave a house that has people as it is")
    add("check", check, "are the workflows well-formed, does every live case stand somewhere?")
    add("doctor", doctor, "is everything as it must be to serve?")
    whole = add("verify", verify, "is the history whole, is every state the fold of its events?")
    whole.add_argument("--anchor", type=Path, help="the lines laid down one morning: was anything rewritten since?")
    add("backup", backup, "a copy of the living house, checked, sealed to INTAKE_BACKUP_KEY, in INTAKE_BACKUPS")
    back = add("restore", restore, "a backup into an empty place: the erased stay erased, sign-ins end, letters are held")
    back.add_argument("file", type=Path)
    back.add_argument("--key", type=Path, required=True, help="the private key, from its safe")
    add("rotate", rotate, "seal everything again under the first key of INTAKE_KEY_FILE; safe to repeat")
    person = add("person", person_add, "add someone, with a role")
    person.add_argument("verb", choices=["add"])
    person.add_argument("email")
    person.add_argument("--name", required=True, help="first and last name")
    person.add_argument("--role", action="append", default=[])
    add("bounce", bounce, "a delivery report on the input: its letter is shown as not sent (docs/letters.md)")
    link = add("link", print_link, "a one-use address to sign in with, for any browser, 24 hours")
    link.add_argument("email")
    sheets = add("papers", papers_act, "certificate: make the one that seals; verify: is a signed PDF whole; "
                 "archive: write every sealed copy in a folder")
    sheets.add_argument("verb", choices=["certificate", "verify", "archive"])
    sheets.add_argument("path", type=Path, nargs="?", help="the PDF or folder to verify, the folder to write in")
    taken = add("import", take_over, "take over existing members and waiting list: trial, report, all or nothing")
    taken.add_argument("file", type=Path)
    taken.add_argument("--confirm", action="store_true", help="write it, once the trial is clean")
    return root


def refuse(sentence: str) -> int:
    """Say why not, on the error stream."""
    print(sentence, file=sys.stderr)  # noqa: T201
    return 1


def say(sentence: str) -> None:
    """Say how it went."""
    print(sentence, flush=True)  # noqa: T201


@contextmanager
def database(settings: Settings) -> Iterator[None]:
    """The database, keys and office, open for writing."""
    from intake import open_house
    from intake.models import base

    open_house(settings)
    with base.writing():
        yield


# Acts ----------------------------------------------------------------------------------------------------------------


def init(_: argparse.Namespace, settings: Settings) -> int:
    """Tables, main antenna, places of the months ahead; then the names that releases changed. Nothing, if a case were lost."""
    from intake import moment, stranded
    from intake.models import schema

    with database(settings):
        if schema.begun() and (left := stranded.cases(before_renaming=True)):
            return refuse("\n".join(left))
        schema.create(moment.now())
        renamed = stranded.rename_all()
        left = stranded.cases()
    if left:
        return refuse("\n".join(left))
    say(f"The tables are ready{f', {renamed} cases renamed' if renamed else ''}.")
    return 0


def serve(_: argparse.Namespace, settings: Settings) -> int:
    """Serve until told to stop; requests in flight are finished first."""
    from intake import serving

    return serving.serve(settings)


def tick(_: argparse.Namespace, settings: Settings) -> int:
    """One round of clock and post."""
    from intake import serving

    steps, letters = serving.one_round(settings)
    say(f"{steps} steps taken, {letters} letters sent.")
    return 0


def work(_: argparse.Namespace, settings: Settings) -> int:
    """Rounds for ever."""
    from intake import serving

    return serving.work(settings)


def demo(told: argparse.Namespace, settings: Settings) -> int:
    """Two invented years."""
    from intake import demo as invented
    from intake.models.people import Person

    with database(settings):
        if told.if_empty and Person.select().exists():
            say("This house has its people: nothing is invented.")
            return 0
        try:
            for line in invented.live(settings, people=told.people, seed=told.seed):
                say(line)
        except invented.Refused as why:
            return refuse(str(why))
    return 0


def check(_: argparse.Namespace, settings: Settings) -> int:
    """Well-formed workflows, no live case stranded."""
    import workflows
    from intake import stranded
    from workflows.wellformed import problems

    found = problems(workflows.ALL)
    with database(settings):
        found += stranded.cases()
    return refuse("\n".join(found)) if found else say("Every workflow is well-formed; no live case is stranded.") or 0


def doctor(_: argparse.Namespace, settings: Settings) -> int:
    """Everything that must hold to serve, and what deserves a look."""
    from intake import doctoring

    problems, warnings = doctoring.examine(settings)
    for sentence in warnings:
        say(f"To look at: {sentence}")
    return refuse("\n".join(problems)) if problems else say("Fit to serve.") or 0


def backup(_: argparse.Namespace, settings: Settings) -> int:
    """A backup that was checked."""
    from intake import backups

    if settings.backups is None or settings.backup_key is None:
        return refuse("Set INTAKE_BACKUPS (where) and INTAKE_BACKUP_KEY (public key): docs/settings.md says how.")
    with database(settings):
        try:
            say(f"Backed up: {backups.take(settings.backups, settings.backup_key).name}")
        except backups.NoBackup as why:
            return refuse(str(why))
    return 0


def restore(told: argparse.Namespace, settings: Settings) -> int:
    """Back from a backup."""
    from intake import anchors, backups, history

    if not settings.database_url.startswith("sqlite:///"):
        return refuse("On PostgreSQL, restore with pg_restore, then run `intake verify`.")
    try:
        backups.unpack(told.file, told.key, Path(settings.database_url.removeprefix("sqlite:///")))
    except backups.NoBackup as why:
        return refuse(str(why))
    with database(settings):
        erased, held = backups.come_back(told.file.parent / backups.TOMBSTONES)
        flaws = list(history.verify())
        flaws += anchors.check_restored(told.file.parent)
    say(f"Restored: {erased} erased again, {held} letters held until someone lets them go, every sign-in ended.")
    return refuse("\n".join(f"{flaw.where}: {flaw.problem}" for flaw in flaws)) if flaws else 0


def rotate(_: argparse.Namespace, settings: Settings) -> int:
    """Everything under the newest key."""
    from intake import seal_keys
    from intake.models import health

    with database(settings):
        turned = health.rotate() + seal_keys.renew()
    say(f"{turned} sealed again. The other keys of {settings.key_file.name} may be retired once this says 0.")
    return 0


def verify(told: argparse.Namespace, settings: Settings) -> int:
    """The history, whole; and, with an anchor, as it stood that morning."""
    from intake import anchors, history

    with database(settings):
        flaws = list(history.verify())
        if told.anchor:
            say(f"{told.anchor.name}: {anchors.digest(told.anchor)}. The letter of that day must say the same.")
            flaws += anchors.check(told.anchor.read_text())
    if flaws:
        return refuse("\n".join(f"{flaw.where}: {flaw.problem}" for flaw in flaws))
    say("Every chain is whole; every state is the fold of its events."
        + (" Nothing was rewritten since the anchor was laid." if told.anchor else ""))
    return 0


def bounce(_: argparse.Namespace, settings: Settings) -> int:
    """What the mail server pipes here. 75 asks it to try again later; anything else is done with."""
    from intake import bounce as reports
    from intake.models.connection import DatabaseBusy, DiskFull

    try:
        with database(settings):
            say(reports.note(sys.stdin.buffer.read()))
    except (DatabaseBusy, DiskFull) as problem:
        refuse(str(problem))
        return TRY_AGAIN
    return 0


def person_add(told: argparse.Namespace, settings: Settings) -> int:
    """Someone of the team, without any screen: the first administrator."""
    from intake.models import accounts
    from workflows.roles import GRANTED

    unknown = [role for role in told.role if role not in GRANTED]
    if unknown:
        return refuse(f"Unknown role: {', '.join(unknown)}. There are: {', '.join(GRANTED)}.")
    with database(settings):
        added = accounts.enrol(told.name, told.email, told.role)
    say(f"{added.name} <{added.email}>: {', '.join(told.role) or 'no role'}.")
    return 0


def print_link(told: argparse.Namespace, settings: Settings) -> int:
    """A one-use sign-in address."""
    from intake import signing_in
    from intake.models.people import find_by_email

    with database(settings):
        person = find_by_email(told.email)
        if person is None:
            return refuse(f"Nobody has the address {told.email}. Add them: intake person add {told.email} --name …")
        say(signing_in.print_link(person))
    return 0


def papers_act(told: argparse.Namespace, settings: Settings) -> int:
    """The seal of the house, signed PDFs, their archive."""
    from intake import papers_kept

    with database(settings):
        if told.verb == "certificate":
            say(papers_kept.make_certificate())
            return 0
        if told.path is None:
            return refuse("Name a file or a folder: intake papers " + told.verb + " PATH")
        if told.verb == "archive":
            say(papers_kept.archive(told.path))
            return 0
        lines, whole = papers_kept.verify(told.path)
    for line in lines:
        say(line)
    return 0 if whole else 1


def take_over(told: argparse.Namespace, settings: Settings) -> int:
    """Existing dossiers, opened where they stand."""
    from intake import taking_over

    with database(settings):
        report = taking_over.run(told.file, write=told.confirm)
    for line in report.lines:
        say(line)
    return 1 if report.problems else 0
