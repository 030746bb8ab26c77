"""When the clock acts on a CAPE, to whom it writes and which work it gives (JOURNEY §8, worked cases 11 and 30)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.workflows.reading import noon
from tests.workflows.test_cape_rules import earlier, plain, planned
from workflows.cape import Facts, cape, rules as r
from workflows.grammar import Letter, Task
from workflows.signing import EntryPapers


def due(name: str, known: Facts) -> str:
    found = cape.rows(name)[0].due
    assert found is not None
    instant = found(known)
    return instant.isoformat() if instant else ""


def test_a_contract_takes_effect_and_expires_at_midnight_in_paris() -> None:
    known = planned("2026-10-01", "2027-02-28")
    assert due("take_effect", known) == "2026-09-30T22:00:00+00:00"
    assert due("expire", known) == "2027-02-28T23:00:00+00:00"


def test_a_contract_not_signed_is_taken_back_seven_days_after_its_date() -> None:
    assert due("unsigned", planned("2026-10-01", "2027-09-30")) == "2026-10-08T21:59:59+00:00"


def test_the_alarms_of_a_term() -> None:
    """Worked case 30: term 2027-02-28."""
    known, rung = planned("2026-03-01", "2027-02-28", date(2026, 9, 1), state="trading"), []
    taken: dict[str, str] = {}
    for _ in range(12):
        instant = r.term_alarm_due(planned("2026-03-01", "2027-02-28", date(2026, 9, 1), state="trading",
                                           memory={"taken": taken}) if taken else known)
        assert instant is not None
        rung.append((instant + timedelta(hours=2)).date())
        taken = {"term_alarm": (instant + timedelta(hours=8)).isoformat()}
    assert [day.isoformat() for day in rung] == [
        "2026-11-30", "2026-12-30", "2027-01-29", "2027-02-13", "2027-02-21", "2027-02-22", "2027-02-23", "2027-02-24",
        "2027-02-25", "2027-02-26", "2027-02-27", "2027-02-28"]


def alarm(today: date, **more: Any) -> tuple[list[str], list[str]]:
    """Roles written to, and tasks given, when the alarm rings on a day."""
    known = planned("2026-03-01", "2027-02-28", today, state="trading", **more)
    [row] = cape.rows("term_alarm")
    told = [one for one in row.then if isinstance(one, Letter | Task) and (one.when is None or one.when(known, {}))]
    return ([role for one in told if isinstance(one, Letter) for role in one.to],
            [f"{one.sentence} {one.due(known, {})}".replace("\u00a0", " ") for one in told
             if isinstance(one, Task) and one.due])


def test_each_alarm_writes_to_those_concerned_and_gives_the_work_of_its_date() -> None:
    four = ["person", "peer", "circle", "support"]
    assert alarm(date(2026, 11, 30)) == (four, ["Fin de CAPE : prévoir le bilan 2026-11-30"])
    assert alarm(date(2026, 12, 30)) == (four, ["Fin de CAPE : faire décider la suite 2026-12-30"])
    assert alarm(date(2027, 1, 29)) == (four, ["Fin de CAPE : préparer les documents 2027-01-29"])
    assert alarm(date(2027, 2, 13)) == (
        [*four, "cogerance"], ["Fin de CAPE : décider de la suite 2027-02-15"]), "a Saturday: the task waits for Monday"
    assert alarm(date(2027, 2, 21)) == ([*four, "cogerance"], []), "a Sunday: the letter leaves"


def test_an_alarm_missed_by_a_stopped_clock_gives_the_latest_work_once() -> None:
    assert alarm(date(2027, 2, 1))[1] == ["Fin de CAPE : préparer les documents 2027-02-01"]
    told = {"taken": {"term_alarm": noon(date(2027, 1, 29)).isoformat()}}
    assert alarm(date(2027, 2, 1), memory=told)[1] == []


def test_a_term_that_is_followed_writes_to_nobody() -> None:
    following = earlier(date(2027, 3, 1), date(2028, 2, 28), "signed")
    assert alarm(date(2027, 2, 13), others=(following,)) == ([], [])


def test_nobody_is_reminded_after_a_death() -> None:
    assert r.term_alarm_due(planned("2026-03-01", "2027-02-28", state="trading", silent=True)) is None


def test_two_declarations_are_due_the_day_of_the_conclusion() -> None:
    """Worked case 11: concluded 2026-09-15."""
    for step in ("countersign", "record_paper"):
        given = [one for one in cape.rows(step)[0].then if isinstance(one, Task) and one.role == "hr" and not one.due]
        sentences = [one.sentence for one in given]
        assert [plain(one) for one in sentences] == [
            "URSSAF : déclarer le CAPE conclu", "France Travail : déclarer le CAPE conclu"]
        assert all(one.days == 0 for one in given)


def test_a_permit_that_ends_during_the_contract_is_watched() -> None:
    """J−60 and J−30, never on a closed day; nothing for a permit that outlives the contract."""
    def watched(until: date | None) -> list[date]:
        known = planned("2026-10-01", "2027-09-30", entry=EntryPapers(permit_until=until))
        return [one.due(known, {}) for one in cape.rows("countersign")[0].then
                if isinstance(one, Task) and one.due and one.when and one.when(known, {})]

    assert watched(date(2027, 6, 30)) == [date(2027, 5, 3), date(2027, 5, 31)], "1 May is a holiday and a Saturday"
    assert watched(date(2027, 10, 1)) == watched(None) == []
