"""Ten years of a small cooperative, the clock ticking each morning: no legal date missed, no letter twice, nobody stranded.

The days on which an alarm must ring are worked out here from the dates of the contracts alone (JOURNEY §8), not from
the rows of the workflows; what rang is what the history tells. The control has a clock that is late: it must be seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

import workflows
from intake import clock, history, moment, next_action
from intake.demo import forget_what_init_made
from intake.demo.world import World
from intake.models.base import write_transaction
from intake.models.dossiers import Case, Dossier, Event
from intake.models.letters import Letter
from intake.models.people import Person
from tests import lives
from workflows.calendar import add_months, last_day, paris_day, start_of_paris_day
from workflows.roles import LABELS

START = datetime(2027, 3, 1, 9, tzinfo=UTC)
CONTRACT = {"cape": ("preparing", "trading"), "salaried": ("running",)}
ALARMS = ("term_alarm", "deadline_alarm", "hire_blocked", "review_due", "call_to_apply")
ONE_DAY = timedelta(days=1)

Rung = Counter[tuple[int, str, date]]
"""How often a step of a case was taken on a day."""


@contextmanager
def living(years: int) -> Iterator[World]:
    """The cooperative, with everyone's life about to begin."""
    with moment.travelling() as go:
        go(START)
        w = World(Random(5), START, START.replace(year=START.year + years), go)
        with write_transaction():
            forget_what_init_made()
            house = lives.move_in(w)
        lives.gather(w, house)
        yield w


# What must ring ------------------------------------------------------------------------------------------------------


@dataclass
class Stay:
    """A case in a group of states: since the instant it entered, until it left."""

    case: Case
    since: datetime
    until: datetime

    def holds(self, day: date) -> bool:
        """Whether the beginning of a day, in Paris, is within it."""
        return self.since < start_of_paris_day(day) < self.until


@dataclass
class Story:
    """The events of ten years, as the history tells them."""

    end: datetime
    events: list[Event] = field(default_factory=lambda: list(Event.select(Event, Case, Dossier).join(
        Case).join(Dossier).order_by(Event.id)))
    by_case: dict[int, list[Event]] = field(default_factory=dict)

    def of(self, case: Case) -> list[Event]:
        """The events of a case."""
        if not self.by_case:
            for event in self.events:
                self.by_case.setdefault(event.case_id, []).append(event)
        return self.by_case.get(case.id, [])

    def first(self, case: Case, *steps: str) -> datetime:
        """When one of these steps was first taken; far ahead if never."""
        return min((event.made_at for event in self.of(case) if event.step in steps), default=self.end + ONE_DAY)

    def cases(self, workflow: str, dossier: Dossier | None = None) -> list[Case]:
        """Every case of a workflow."""
        query = Case.select().where(Case.workflow == workflow)
        return list(query.where(Case.dossier == dossier) if dossier is not None else query)

    def stay(self, case: Case, states: Collection[str]) -> Stay | None:
        """How long a case was in these states, a single time."""
        entered = [event.made_at for event in self.of(case) if event.after in states and event.before not in states]
        left = [min(event.made_at, start_of_paris_day(event.effective_on + ONE_DAY)) for event in self.of(case)
                if event.before in states and event.after not in states]
        return Stay(case, entered[0], min([*left, self.end + ONE_DAY])) if entered else None

    def silent_from(self, dossier: Dossier) -> datetime:
        """When a death was told."""
        deaths = [self.first(case, "announce") for case in self.cases("departure", dossier) if case.memory.get("type") == "death"]
        return min(deaths, default=self.end + ONE_DAY)

    def associate(self, dossier: Dossier) -> list[Stay]:
        """While someone held shares."""
        stays = (self.stay(case, ("associate",)) for case in self.cases("membership", dossier))
        return [stay for stay in stays if stay]


def must_ring(story: Story) -> Rung:
    """Every alarm of the ten years, by case and day."""
    found: Rung = Counter()
    for case in story.cases("cape"):
        found.update((case.id, "term_alarm", day) for day in terms(story, case))
    for case in story.cases("salaried"):
        found.update((case.id, "deadline_alarm", day) for day in deadlines(story, case))
        found.update((case.id, "hire_blocked", day) for day in hirings(story, case))
        found.update((case.id, "call_to_apply", day) for day in calls(story, case))
    for case in story.cases("accompaniment"):
        found.update((case.id, "review_due", day) for day in reviews(story, case))
    return found


def terms(story: Story, case: Case) -> Iterable[date]:
    """J−90, J−60, J−30, J−15, J−7, then every day to the last one."""
    stay, last = story.stay(case, CONTRACT["cape"]), date.fromisoformat(case.memory["last_day"])
    days = [last - timedelta(days=before) for before in (90, 60, 30, 15, *range(7, -1, -1))]
    return [day for day in days if stay and stay.holds(day)]


def deadlines(story: Story, case: Case) -> Iterable[date]:
    """18, 12, 9, 6, 3 months and 60 days before; every day once it is over; until someone becomes an associate, for good."""
    stay = story.stay(case, CONTRACT["salaried"])
    if stay is None:
        return []
    stay.until = min(stay.until, story.silent_from(case.dossier))
    deadline = date.fromisoformat(case.memory["deadline"])
    days = {*(add_months(deadline, -months) for months in (18, 12, 9, 6, 3)), deadline - timedelta(days=60)}
    days |= {deadline + timedelta(days=after) for after in range(1, 4000)}
    stay.until = min([stay.until, *(one.since for one in story.associate(case.dossier))])
    return [day for day in days if stay.holds(day)]


def hirings(story: Story, case: Case) -> Iterable[date]:
    """From two days before the start, every day without DPAE."""
    stay = story.stay(case, ("signed",))
    if stay is None:
        return []
    stay.until = min(stay.until, story.first(case, "file_dpae"))
    first = date.fromisoformat(case.memory["first_day"])
    return [day for day in (first + timedelta(days=n) for n in range(-2, 60)) if stay.holds(day)]


def calls(story: Story, case: Case) -> Iterable[date]:
    """Ninety days before the last useful assembly of June."""
    stay = story.stay(case, CONTRACT["salaried"])
    if stay is None:
        return []
    deadline = date.fromisoformat(case.memory["deadline"])
    assembly = max(day for year in range(2027, 2040) if (day := date(year, 6, 25)) <= deadline)
    stay.until = min([stay.until, story.silent_from(case.dossier), *(one.since for one in story.associate(case.dossier))])
    return [day for day in (assembly - timedelta(days=90),) if stay.holds(day)]


def reviews(story: Story, case: Case) -> Iterable[date]:
    """CAPE: months 3, 6 and 12. CESA: months 5 and 11 of each year, and its eve when fewer than two were held."""
    open_states = [state.name for state in workflows.ALL["accompaniment"].states if not state.closed]
    stay = story.stay(case, open_states)
    if stay is None:
        return set()
    stay.until = min(stay.until, story.silent_from(case.dossier))
    held = sorted(date.fromisoformat(day) for day in case.memory.get("reviews", ()))
    days: set[date] = set()
    for workflow, states in CONTRACT.items():
        for contract in story.cases(workflow, case.dossier):
            here = story.stay(contract, states)
            if here is not None:
                days |= {day for day in asked(contract, held) if stay.holds(day) and here.holds(day)}
    return days


def asked(contract: Case, held: list[date]) -> set[date]:
    """The days on which a contract's reviews are asked, however long it lasts."""
    first = date.fromisoformat(contract.memory["first_day"])
    if contract.workflow == "cape":
        last = date.fromisoformat(contract.memory["last_day"])
        return {min(add_months(first, month), last) for month in (3, 6, 12) if last_day(first, month) <= last}
    days = {add_months(first, 12 * year + month) for year in range(12) for month in (5, 11)}
    for year in range(1, 12):
        eve = last_day(first, 12 * year)
        if sum(last_day(first, 12 * (year - 1)) < day <= eve if year > 1 else first <= day <= eve for day in held) < 2:
            days.add(eve)
    return days


# What happened -------------------------------------------------------------------------------------------------------


def rang(story: Story) -> Rung:
    """Every alarm of the history, by case and day of Paris."""
    return Counter((event.case_id, event.step, paris_day(event.made_at)) for event in story.events if event.step in ALARMS)


def told(rung: Iterable[tuple[int, str, date]]) -> list[str]:
    """In words, for whoever reads a failure."""
    return sorted(f"{day} {step} {Case.get_by_id(case).dossier.person.name}" for case, step, day in rung)


def letters_twice(letters: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Letters that the same person got twice on the same day, word for word, about the same dossier."""
    return [letter for letter, number in Counter(letters).items() if number > 1]


def all_letters() -> list[tuple[Any, ...]]:
    """Template, recipient, dossier, day and words of every letter."""
    return [(template, person, dossier, paris_day(at), body) for template, person, dossier, at, body in Letter.select(
        Letter.template, Letter.recipient, Letter.dossier, Letter.written_at, Letter.body).tuples()]


def stranded() -> list[str]:
    """Open cases without a next action that someone, or the clock, can take."""
    found = []
    for case in Case.select(Case, Dossier, Person).join(Dossier).join(Person, on=Dossier.person):
        workflow = workflows.ALL[case.workflow]
        if workflow.state[case.state].closed:
            continue
        action = next_action.of_case(case)
        steps = [row for row in workflow.rows(action.step) if case.state in row.sources] if action else []
        waits = case.due_at is not None and case.due_at < clock.NEVER
        if action is None or not action.who or (not steps and not waits) or action.role not in LABELS:
            found.append(f"{case.dossier.person.name}: {case.workflow} {case.state}")
    return found


def overdue(story: Story) -> list[str]:
    """CAPE that outlived their last day, and cases whose day is over and that nobody looked at."""
    late = [case for case in story.cases("cape") if case.state in CONTRACT["cape"]
            and date.fromisoformat(case.memory["last_day"]) < paris_day(story.end) - ONE_DAY]
    unseen = list(Case.select().where(Case.due_at <= moment.now()))
    return [f"{case.workflow} {case.uid}" for case in (*late, *unseen)]


# The ten years -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_ten_years_of_mornings(database: Any) -> None:
    with living(10) as w:
        for day in w.run():
            if day.day == 1:
                assert stranded() == [], day
        story = Story(w.end)
        assert w.refused == [], "everyone did what they meant to"
        expected, happened = must_ring(story), rang(story)
        assert told(expected - happened) == [], "missed"
        assert told(happened - expected) == [], "twice, or on another day"
        assert letters_twice(all_letters()) == []
        assert overdue(story) == []
        assert list(history.verify()) == []
        for alarm in ALARMS:
            assert any(step == alarm for _, step, _ in happened), f"nobody lived through {alarm}"


def test_control_a_clock_that_is_late_is_seen(database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same lives, with a clock that looks on Mondays only: alarms are missed, and it says which."""
    tick = clock.tick
    monkeypatch.setattr(clock, "tick", lambda: tick() if moment.today().weekday() == 0 else 0)
    with living(1) as w:
        for _ in w.run():
            pass
        story = Story(w.end)
        missed = must_ring(story) - rang(story)
        assert {step for _, step, _ in missed} >= {"term_alarm", "review_due"}


def test_control_a_letter_sent_twice_and_a_case_without_next_action_are_seen(database: Any) -> None:
    letter = ("term_ahead", 1, 1, date(2028, 1, 1), "Bonjour")
    assert letters_twice([letter, (*letter[:3], date(2028, 1, 2), "Bonjour")]) == []
    assert letters_twice([letter, letter]) == [letter]
    with living(1) as w:
        for day in w.run():
            if day > lives.FIRST + timedelta(days=5):
                break
        case = Case.select().where(Case.workflow == "departure").first() or Case.select().where(Case.state == "waiting").get()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(next_action, "of_case", lambda case: None)
            assert any(case.dossier.person.name in line for line in stranded())
