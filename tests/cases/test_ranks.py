"""Nobody's rank worsens without a recorded sentence."""

from datetime import timedelta

import pytest

from intake import waiting as waiting_list
from intake.models.dossiers import Case
from intake.models.ranks import RankLine
from tests.cases.test_admission import admitted, again, arrived, step
from tests.cast import Cast, principale
from tests.conftest import Clock
from tests.faults import crowd
from workflows.queue import draw

pytestmark = pytest.mark.both_databases


def lines(case: Case) -> list[tuple[int | None, int, str]]:
    """What this case's person was told of their rank."""
    return [(line.before, line.rank, line.sentence) for line in RankLine.select().where(RankLine.case == case)]


@pytest.fixture
def waiting(cast: Cast, clock: Clock) -> tuple[Case, Case, Case]:
    """Ana, Ben and Zoé, admitted one after the other."""
    cases = []
    for person in (cast.ana, cast.ben, cast.zoe):
        cases.append(admitted(arrived(person), cast))
        clock.forward(minutes=5)
    return tuple(cases)  # type: ignore[return-value]


def test_coming_last_worsens_nobody(waiting: tuple[Case, Case, Case]) -> None:
    assert RankLine.select().count() == 0


def test_a_pause_that_ends_is_told_to_those_behind(waiting: tuple[Case, Case, Case], cast: Cast, clock: Clock) -> None:
    ana, ben, zoe = waiting
    step(ana, "pause", cast.ana, until="2027-04-01", reason="")
    clock.forward(days=5)
    step(ana, "resume", cast.ana)

    told = "une personne a repris sa demande mise en pause."
    assert lines(ben) == [(1, 2, told)]
    assert lines(zoe) == [(2, 3, told)]
    assert lines(ana) == []


def test_a_kept_rank_is_told_to_those_behind(waiting: tuple[Case, Case, Case], cast: Cast) -> None:
    ana, ben, _ = waiting
    step(ana, "offer", cast.claire, month="2027-05", word="")
    step(ana, "decline_offer", cast.ana)

    assert again(ana).state == "waiting"
    assert lines(ben) == [(1, 2, "une personne garde son rang après une proposition de place.")]


def test_a_silence_is_told_to_the_one_who_steps_back(
        waiting: tuple[Case, Case, Case], cast: Cast, clock: Clock) -> None:
    from intake.clock import tick

    ana, ben, _ = waiting
    step(ana, "offer", cast.claire, month="2027-05", word="")
    clock.forward(days=11)
    tick()

    assert lines(ana) == [(None, 3, "la proposition de place est restée sans réponse.")]
    assert lines(ben) == []


def test_an_undone_offer_gives_the_rank_back_with_a_sentence(waiting: tuple[Case, Case, Case], cast: Cast) -> None:
    ana, ben, _ = waiting
    step(ana, "offer", cast.claire, month="2027-05", word="")
    step(ana, "undo", cast.claire)

    assert again(ana).state == "waiting"
    assert lines(ben) == [(1, 2, "une décision a été annulée.")]


def test_people_of_the_same_day_are_drawn_for(cast: Cast, clock: Clock) -> None:
    """Taken over by their day alone: each draws a number, found again from its seed; the circle reads both."""
    cases = [crowd.taken_over(cast, f"Léa {n}", crowd.FIRST) for n in range(4)]
    alone = crowd.taken_over(cast, "Ana", crowd.FIRST + timedelta(days=1))
    line = waiting_list.waiting(principale())
    drawn = [one.memory["draw"]["number"] for one in line[:-1]]
    assert drawn == sorted(draw(one.uid) for one in cases) and line[-1].id == alone.id
    reasons = waiting_list.reasons_of(line)
    for one in cases:
        assert f"graine {one.uid}" in reasons[one.id][0]
    assert "tiré au sort" not in reasons[alone.id][0]


def test_two_people_of_the_same_day_are_told_apart(cast: Cast, clock: Clock) -> None:
    """An offer to the first brings the second to the top; its refusal takes them back, told."""
    crowd.open_places("2027-05", 2)
    first, second = sorted((crowd.taken_over(cast, name, crowd.FIRST) for name in ("Ana", "Ben")), key=lambda one: one.rank_at)
    crowd.step(first, "offer", cast.claire, month="2027-05")
    crowd.step(first, "decline_offer", first.dossier.person)
    assert lines(second)[-1:] == [(1, 2, "une personne garde son rang après une proposition de place.")]
