"""The waiting list under anything: offers, refusals, lapses, pauses, cancellations, cap changes and time, in any order.

No month ever exceeds its places, no place is lost early or given twice, nobody's rank worsens without a sentence.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings as how, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from peewee import fn

from config import Settings
from intake import moment
from intake.cases import StepRefused, take_step
from intake.clock import tick
from intake.models import caps, places, ranks
from intake.models.caps import CapChange
from intake.models.dossiers import Case, read_case
from intake.models.places import Place
from intake.models.ranks import RankLine
from tests import cast as the_cast
from tests.cast import principale
from tests.conftest import NOW, SECRET, Clock
from tests.faults import crowd
from workflows.admission import admission
from workflows.calendar import Month
from workflows.engine import AnswersInvalid

MOST_PEOPLE = 7
BRIEFLY = how(max_examples=40, stateful_step_count=20, deadline=None, database=None, derandomize=True,
              phases=[Phase.generate], report_multiple_bugs=False)
HOLDS = {"offered": "held", "papers": "accepted"}
ahead = st.integers(0, 4)
anyone = st.integers(0, MOST_PEOPLE - 1)


@dataclass
class Seen:
    """The list just before an action."""

    ranks: dict[int, int]
    lines: int


class WaitingList(RuleBasedStateMachine):
    """People who come, wait, are offered places, answer or not; and a cogérance that changes its mind."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        shutil.copyfile(self.template, folder / "parcours.db")
        self.clock = Clock(folder / "now")
        self.clock.set(NOW)
        self.was = os.environ.get("INTAKE_NOW")
        os.environ["INTAKE_NOW"] = f"@{self.clock.file}"
        self.stack.enter_context(the_cast.opened(Settings(
            data=folder, database_url=f"sqlite:///{folder / 'parcours.db'}", secret_key=SECRET, work=False,
            public_url="http://127.0.0.1:8000", key_file=folder / "keys")))
        self.cast = the_cast.invite()
        self.people: list[Case] = []
        self.allowed: dict[str, int] = {}
        self.rows: dict[str, int] = {}
        self.seen = self.look()

    def teardown(self) -> None:
        self.stack.close()
        os.environ.pop("INTAKE_NOW", None)
        if self.was is not None:
            os.environ["INTAKE_NOW"] = self.was

    # What may happen ---------------------------------------------------------------------------------------------

    @initialize(number=st.integers(2, 4))
    def a_list(self, number: int) -> None:
        tick()
        self.people = crowd.waiting(self.cast, number, "Attente")
        self.seen = self.look()

    @precondition(lambda self: len(self.people) < MOST_PEOPLE)
    @rule(days=st.integers(0, 60))
    def someone_is_taken_over(self, days: int) -> None:
        since = crowd.FIRST + timedelta(days=days)
        self.act(lambda: self.people.append(crowd.taken_over(self.cast, f"Reprise {len(self.people)}", since)))

    @rule(who=anyone, month=ahead, lifted=st.booleans(), by_motive=st.booleans())
    def offer(self, who: int, month: int, lifted: bool, by_motive: bool) -> None:
        wanted = str(Month.of(moment.today()).plus(1 + month))
        who = who if lifted or by_motive else 0
        if lifted:
            self.step(who, "derogate", self.cast.marc, reason="Essai",
                      rule="exceptions_left" if by_motive else "first_in_line")
        if by_motive:
            self.step(who, "offer_out_of_turn", self.cast.claire, month=wanted, motive="brand", precision="Contrat daté")
        else:
            self.step(who, "offer", self.cast.claire, month=wanted)

    @rule(who=anyone, what=st.sampled_from(["accept", "accept", "decline_offer", "postpone"]), later=ahead)
    def answer(self, who: int, what: str, later: int) -> None:
        raw = {"month": str(Month.of(moment.today()).plus(2 + later))} if what == "postpone" else {}
        self.step(who, what, None, **raw)

    @rule(who=anyone, what=st.sampled_from(["take_offer_back", "withdraw", "give_back", "review_again"]))
    def the_circle_changes_its_mind(self, who: int, what: str) -> None:
        self.step(who, what, self.cast.claire, reason="Essai")

    @rule(who=anyone)
    def undo(self, who: int) -> None:
        self.step(who, "undo", self.cast.claire)

    @rule(who=anyone, what=st.sampled_from(["resume", "reopen", "reconfirm"]))
    def the_person_returns(self, who: int, what: str) -> None:
        self.step(who, what, None)

    @rule(who=anyone, what=st.sampled_from(["withdraw", "give_back"]))
    def the_person_leaves(self, who: int, what: str) -> None:
        self.step(who, what, None, reason="Ailleurs")

    @rule(who=anyone, days=st.integers(10, 150))
    def pause(self, who: int, days: int) -> None:
        self.step(who, "pause", None, until=(moment.today() + timedelta(days=days)).isoformat())

    @rule(who=anyone, month=ahead)
    def change_month(self, who: int, month: int) -> None:
        self.step(who, "change_month", self.cast.sami, month=str(Month.of(moment.today()).plus(month)))

    @rule(month=ahead, cap=st.integers(0, 4), one=st.booleans())
    def two_people_change_the_cap(self, month: int, cap: int, one: bool) -> None:
        first = Month.of(moment.today()).plus(1 + month)

        def change() -> None:
            caps.ask(principale(), first, first if one else None, cap, "Essai", self.cast.marc)
            caps.confirm(CapChange.select().order_by(CapChange.id.desc()).get(), self.cast.odile)
            for opened in caps.months_open(principale()):
                if first <= opened and (not one or opened == first):
                    self.allowed[str(opened)] = max(cap, taken(str(opened)))

        self.act(change)

    @rule(days=st.sampled_from([1, 3, 11, 31]))
    def time_passes(self, days: int) -> None:
        self.clock.forward(days=days)
        self.act(tick)

    # How it is done ----------------------------------------------------------------------------------------------

    def step(self, who: int, name: str, by: Any, **raw: Any) -> None:
        """Someone for whom this step starts takes it, or it is taken for them."""
        sources = {state for row in admission.rows(name) for state in row.sources}
        stand = dict(Case.select(Case.id, Case.state).order_by(Case.rank_at).tuples())
        able = sorted((case for case in self.people if stand[case.id] in sources), key=lambda one: list(stand).index(one.id))
        if able:
            case = read_case(able[who % len(able)].id)
            self.act(lambda: take_step(case, name, by=by or case.dossier.person, raw=raw, key=None))

    def act(self, what: Any) -> None:
        """Do it; the rules may refuse."""
        self.seen = self.look()
        with suppress(StepRefused, AnswersInvalid):
            what()

    def look(self) -> Seen:
        line = Case.select(Case.id).where(Case.workflow == "admission", Case.state == "waiting").order_by(
            Case.rank_at, Case.id).tuples()
        return Seen({case: rank for rank, (case,) in enumerate(line, start=1)}, RankLine.select().count())

    # What must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def no_month_exceeds_its_places(self) -> None:
        for month, rank, status, holder in Place.select(Place.month, Place.rank, Place.status, Place.holder).tuples():
            assert (holder is not None) == (status in ("held", "accepted", "used")), (month, rank, status)
        for month, number in Place.select(Place.month, fn.COUNT(Place.holder)).group_by(Place.month).tuples():
            assert number <= self.allowed.get(month, 2), month

    @invariant()
    def no_place_is_given_twice_or_lost_early(self) -> None:
        held: dict[int, list[str]] = {}
        for holder, status in Place.select(Place.holder, Place.status).where(Place.holder.is_null(False)).tuples():
            held.setdefault(holder, []).append(status)
        for case, state in Case.select(Case.id, Case.state).where(Case.workflow == "admission").tuples():
            assert held.get(case, []) == ([HOLDS[state]] if state in HOLDS else []), (state, held.get(case))
        this_month = str(Month.of(moment.today()))
        rows = dict(places_of_months())
        assert all(rows.get(month, 0) >= number for month, number in self.rows.items()), "a place vanished"
        self.rows = rows
        assert not Place.select().where(Place.status == "lost", Place.month >= this_month).exists()

    @invariant()
    def no_rank_worsens_in_silence(self) -> None:
        now = self.look()
        lines = list(RankLine.select(RankLine.case).order_by(RankLine.id).tuples())
        told = {case for (case,) in lines[self.seen.lines:]}
        for case, rank in now.ranks.items():
            before = self.seen.ranks.get(case)
            if before is not None and rank > before:
                assert case in told, f"from {before} to {rank} without a word"
        assert not RankLine.select().where(RankLine.sentence == "").exists()
        self.seen = now


def taken(month: str) -> int:
    """How many places of a month somebody holds."""
    return int(Place.select().where(Place.month == month, Place.holder.is_null(False)).count())


def places_of_months() -> list[tuple[str, int]]:
    """How many rows each month has."""
    return list(Place.select(Place.month, fn.COUNT(Place.id)).group_by(Place.month).tuples())


@pytest.fixture
def machine(sqlite_template: Path) -> type[WaitingList]:
    WaitingList.template = sqlite_template
    return WaitingList


@pytest.mark.trust("T3")
def test_the_list_holds_whatever_happens(machine: type[WaitingList]) -> None:
    asked = int(os.environ.get("PARCOURS_LIST_EXAMPLES", "0"))
    run_state_machine_as_test(machine, settings=how(BRIEFLY, max_examples=asked or 15, derandomize=not asked))


def test_control_a_rank_that_worsens_in_silence_is_seen(
        machine: type[WaitingList], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranks, "tell", lambda *told, **more: None)
    with pytest.raises(AssertionError, match="without a word"):
        run_state_machine_as_test(machine, settings=BRIEFLY)


@pytest.mark.control("T3")
def test_control_a_place_that_is_not_given_back_is_seen(
        machine: type[WaitingList], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "free", lambda *told, **more: None)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=BRIEFLY)
