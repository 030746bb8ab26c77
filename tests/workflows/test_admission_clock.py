"""When the clock acts on an admission, and what the case then remembers (JOURNEY §5.1, §8, worked cases 26, 35)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from workflows.admission import admission
from workflows.admission.facts import Facts
from workflows.calendar import Month, end_of_paris_day, start_of_paris_day
from workflows.contracts import Contract
from workflows.engine import decide
from workflows.grammar import Remember, Step, StepBack
from workflows.queue import Candidate

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)


def known(state: str, now: datetime = NOON, **given: Any) -> Facts:
    """What is known of Ben's dossier, in this state since 1 November."""
    memory = {"since": "2026-11-01T11:00:00+00:00", **given.pop("memory", {})}
    return Facts(**{"now": now, "state": state, "case": "ben", "person": "ben", **given, "memory": memory})


def day(text: str) -> datetime:
    """Noon in Paris, in winter."""
    return datetime.fromisoformat(f"{text}T11:00:00+00:00")


def due(facts: Facts) -> list[tuple[str, datetime]]:
    """What the clock will do, the soonest first."""
    rows = [row for row in admission.steps if row.due and facts.state in row.sources
            and all(rule.verdict(facts, {}).ok for rule in row.chosen_if)]
    found = [(row.name, at) for row in rows if row.due and (at := row.due(facts)) is not None]
    return sorted(found, key=lambda pair: pair[1])


def after(facts: Facts, step: str, *, role: str = "clock", raw: Mapping[str, Any] | None = None) -> Facts:
    """The facts once a step is taken, its memory kept as the house keeps it."""
    decision = decide(admission, step, state=facts.state, roles={role}, facts=facts, raw=raw or {})
    kept = dict(facts.memory)
    for then in decision.consequences:
        if isinstance(then, Remember):
            kept |= then.what(facts, decision.answers)
        elif isinstance(then, StepBack):
            kept["rank_from"] = facts.rank_after_stepping_back().isoformat()
    stamp = facts.now.isoformat()
    kept["taken"] = {**facts.memory.get("taken", {}), step: stamp}
    if decision.after != facts.state:
        kept["since"] = stamp
    if role != "clock":
        kept["moved"] = stamp
    return replace(facts, state=decision.after, memory={name: value for name, value in kept.items() if value is not None})


def at(facts: Facts, now: datetime) -> Facts:
    """The same case, later."""
    return replace(facts, now=now)


# Drafts and meetings -------------------------------------------------------------------------------------------------


def test_an_unsent_draft_is_recalled_three_times_then_lapses() -> None:
    draft, said = known("draft"), []
    for _ in range(4):
        step, when = due(draft)[0]
        said.append((step, (when - day("2026-11-01")).days))
        draft = after(at(draft, when), step)
    assert said == [("remind", 3), ("remind", 14), ("remind", 45), ("lapse", 60)]
    assert draft.state == "lapsed"


def test_saving_a_page_is_activity() -> None:
    assert due(known("draft", drafted_at=day("2026-11-20")))[0] == ("remind", day("2026-11-23"))
    assert due(known("contact")) == [("lapse", day("2026-12-31"))]


def test_dates_missed_while_the_clock_was_stopped_give_one_reminder() -> None:
    late = after(known("draft", day("2026-11-20")), "remind")
    assert due(late)[0] == ("remind", day("2026-12-16"))


def test_a_meeting_is_recalled_two_days_before() -> None:
    booked = known("meeting", memory={"meeting_at": "2026-12-17T08:30:00+00:00", "moved": "2026-11-01T11:00:00+00:00"})
    assert due(booked) == [("remind", datetime(2026, 12, 15, 8, 30, tzinfo=UTC))]
    assert due(after(at(booked, day("2026-12-15")), "remind")) == []


# The waiting list ----------------------------------------------------------------------------------------------------


def test_no_reconfirmation_after_90_and_21_days_pauses_and_nobody_closes() -> None:
    """Worked case 35: paused; the rank is kept 60 days; only a human closes."""
    waiting, said = known("waiting", memory={"admitted_at": "x", "rank_from": "2026-11-01T11:00:00+00:00"}), []
    while waiting.state == "waiting":
        step, when = due(waiting)[0]
        said.append((step, (when - day("2026-11-01")).days))
        waiting = after(at(waiting, when), step)
    assert said == [("ask_interest", 90), ("remind", 97), ("remind", 104), ("auto_pause", 111)]
    assert waiting.state == "paused"
    paused_on = waiting.today
    assert waiting.day("paused_until") == paused_on + timedelta(days=60)
    assert [step for step, _ in due(waiting)] == ["remind"]
    early = after(at(waiting, waiting.now + timedelta(days=60)), "resume", role="person")
    assert early.memory["rank_from"] == "2026-11-01T11:00:00+00:00"
    late = after(at(waiting, waiting.now + timedelta(days=61)), "resume", role="person")
    assert late.memory["rank_from"] == late.now.isoformat()
    silent = after(at(waiting, day("2030-01-01")), "remind")
    assert due(silent) == []


@pytest.mark.parametrize("answer", ["reconfirm", "update"])
def test_an_answer_starts_the_90_days_again(answer: str) -> None:
    asked = after(at(known("waiting"), day("2027-01-30")), "ask_interest")
    raw = {"changes": "Elle a un nouveau client."}
    answered = after(at(asked, day("2027-02-05")), answer, role="person" if answer == "reconfirm" else "circle", raw=raw)
    assert due(answered) == [("ask_interest", day("2027-02-05") + timedelta(days=90))]


def test_a_note_after_the_question_prevents_the_pause() -> None:
    """Nothing recorded in this case since: a telephone call noted by Claire counts."""
    asked = after(at(known("waiting"), day("2027-01-30")), "ask_interest")
    noted = replace(asked, memory={**asked.memory, "taken": {**asked.memory["taken"], "note": day("2027-02-03").isoformat()}})
    assert due(noted) == [("ask_interest", day("2027-01-30") + timedelta(days=90))]


def test_coming_back_into_the_list_starts_again() -> None:
    back = known("waiting", memory={"since": "2027-02-10T11:00:00+00:00", "taken": {"ask_interest": "2027-01-30T11:00:00+00:00"}})
    assert due(back) == [("ask_interest", day("2027-05-11"))]


# Offers --------------------------------------------------------------------------------------------------------------


def offered(now: datetime, **memory: Any) -> Facts:
    """An offer made now, for January."""
    waiting = known("waiting", now, months=[("2027-01", "janvier 2027")], memory={
        "valid_from": "2026-11-01", "admitted_at": "x", "rank_from": "2026-11-01T11:00:00+00:00", **memory},
        free={Month(2027, 1): 1})
    return after(waiting, "offer", role="circle", raw={"month": "2027-01"})


@pytest.mark.parametrize(("made", "last_day"), [
    ("2026-12-01T09:00:00+00:00", date(2026, 12, 11)), ("2026-12-01T22:49:00+00:00", date(2026, 12, 11)),
    ("2026-12-01T22:50:00+00:00", date(2026, 12, 12)), ("2026-12-01T23:30:00+00:00", date(2026, 12, 12))])
def test_an_offer_expires_at_the_end_of_the_tenth_day(made: str, last_day: date) -> None:
    """Counted from the Paris day its letter leaves, ten minutes after the step; an instant is dated in Paris (case 26)."""
    assert offered(datetime.fromisoformat(made)).deadline == end_of_paris_day(last_day)


def test_an_offer_is_recalled_three_days_and_one_day_before() -> None:
    case, said = offered(day("2026-12-01")), []
    while case.state == "offered":
        step, when = due(case)[0]
        said.append((step, when))
        case = after(at(case, when), step)
    ends = end_of_paris_day(date(2026, 12, 11))
    assert said == [("remind", ends - timedelta(days=3)), ("remind", ends - timedelta(days=1)), ("expire", ends)]
    assert case.state == "waiting"


def test_the_first_silence_costs_three_ranks_the_second_pauses() -> None:
    others = [Candidate(f"c{n}", datetime(2026, 11, n, tzinfo=UTC)) for n in (2, 3, 4, 5)]
    first = after(replace(offered(day("2026-12-01")), line=others), "expire")
    assert first.memory["rank_from"] == "2026-11-04T00:00:00.000001+00:00"
    assert (first.state, first.memory["silences"], first.month) == ("waiting", 1, None)
    second = after(offered(day("2026-12-01"), silences=1), "expire")
    assert (second.state, second.memory["silences"], second.month) == ("paused", 2, None)
    assert second.memory["rank_from"] == "2026-11-01T11:00:00+00:00"


def test_a_first_refusal_keeps_the_rank_a_second_one_steps_back() -> None:
    others = [Candidate(f"c{n}", datetime(2026, 11, n, tzinfo=UTC)) for n in (2, 3, 4, 5)]
    first = after(replace(offered(day("2026-12-01")), line=others), "decline_offer", role="person")
    assert (first.memory["rank_from"], first.memory["refusals"]) == ("2026-11-01T11:00:00+00:00", 1)
    second = after(replace(offered(day("2026-12-01"), refusals=1), line=others), "decline_offer", role="person")
    assert (second.memory["rank_from"], second.memory["refusals"]) == ("2026-11-04T00:00:00.000001+00:00", 2)


def test_postponing_keeps_the_rank_and_says_from_when() -> None:
    later = after(offered(day("2026-12-01")), "postpone", role="person", raw={"month": "2027-04"})
    assert (later.memory["not_before"], later.memory["postponements"], later.month) == ("2027-04", 1, None)
    assert later.memory["rank_from"] == "2026-11-01T11:00:00+00:00"


# Pauses --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("until", "told"), [("2027-03-23", "2027-02-21"), ("2026-12-10", "2026-12-10")])
def test_the_end_of_a_pause_is_told_ahead(until: str, told: str) -> None:
    """30 days before; on the last day when the pause is shorter than that."""
    paused = after(known("waiting"), "pause", role="person", raw={
        "until-day": until[8:], "until-month": until[5:7], "until-year": until[:4], "until": until})
    assert paused.memory["paused_until"] == until
    assert due(paused) == [("remind", start_of_paris_day(date.fromisoformat(told)))]


def test_a_pause_of_the_study_goes_back_to_the_study() -> None:
    memory = {"round": {"n": 1, "opinions": {}, "lifted": []}, "paused_on": "2026-11-01", "paused_until": "2026-12-01"}
    back = after(known("paused", memory=memory), "resume", role="circle")
    assert (back.state, back.round) == ("review", {})


# Entry ---------------------------------------------------------------------------------------------------------------


SIGNED = Contract("cape", "cape-1", "dossier", "signed", date(2027, 2, 1), date(2028, 1, 31), signed=True)
MISSED = datetime(2027, 2, 10, 22, 59, 59, tzinfo=UTC)
"""Ten days after the end of January, in Paris."""


@pytest.mark.parametrize("state", ["papers", "signing"])
def test_a_missed_month_gives_the_place_back(state: str) -> None:
    entering = known(state, memory={
        "month": "2027-01", "rank_from": "2026-11-01T11:00:00+00:00", "moved": "2027-02-10T11:00:00+00:00"})
    assert due(entering)[0] == ("miss_month", MISSED)
    back = after(at(entering, MISSED), "miss_month")
    assert (back.state, back.month, back.memory["rank_from"]) == ("waiting", None, "2026-11-01T11:00:00+00:00")


def test_a_missed_month_with_a_signed_contract_is_told_once() -> None:
    signing = known("signing", contracts=(SIGNED,), memory={"month": "2027-01"})
    told = after(at(signing, MISSED), "miss_month")
    assert (told.state, told.memory["missed"]) == ("signing", "2027-01")
    assert due(told) == []


def test_a_transfer_that_misses_its_month_asks_for_another() -> None:
    transfer = known("papers", memory={"month": "2027-01", "transfer": True, "moved": "2027-02-10T11:00:00+00:00"})
    told = after(at(transfer, MISSED), "miss_month")
    assert (told.state, told.month) == ("papers", None)
    assert "miss_month" not in [step for step, _ in due(told)]


def test_nobody_without_a_place_misses_a_month() -> None:
    assert "miss_month" not in [step for step, _ in due(known("papers"))]


def test_giving_a_place_back_counts_as_a_refusal_of_the_person_alone() -> None:
    others = [Candidate(f"c{n}", datetime(2026, 11, n, tzinfo=UTC)) for n in (2, 3, 4, 5)]
    memory = {"month": "2027-01", "admitted_at": "x", "rank_from": "2026-11-01T11:00:00+00:00"}
    papers = known("papers", line=others, actor="ben", memory=memory)
    raw = {"reason": "Mon local n’est pas prêt."}
    first = after(papers, "give_back", role="person", raw=raw)
    assert (first.memory["refusals"], first.memory["rank_from"]) == (1, memory["rank_from"])
    again = after(replace(papers, memory={**papers.memory, "refusals": 1}), "give_back", role="person", raw=raw)
    assert (again.memory["refusals"], again.memory["rank_from"]) == (2, "2026-11-04T00:00:00.000001+00:00")
    by_claire = after(replace(papers, actor="claire"), "give_back", role="circle", raw=raw)
    assert "refusals" not in by_claire.memory


# Ladders -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["submitted", "review", "deferred", "papers"])
def test_the_silence_ladder(state: str) -> None:
    case, said = known(state), []
    while rungs := [(step, when) for step, when in due(case) if step == "remind"]:
        said.append((rungs[0][1] - day("2026-11-01")).days)
        case = after(at(case, rungs[0][1]), "remind")
    assert said == [7, 14, 30]


@pytest.mark.parametrize("state", ["draft", "meeting", "waiting", "offered", "paused", "deferred", "papers"])
def test_nothing_is_sent_to_someone_who_has_died(state: str) -> None:
    memory = {"meeting_at": "2026-12-17T08:30:00+00:00", "deadline": "2026-12-11T22:59:59+00:00",
              "paused_until": "2027-03-01", "taken": {"ask_interest": "2026-11-20T11:00:00+00:00"}}
    assert "remind" not in [step for step, _ in due(known(state, silent=True, memory=memory))]


@pytest.mark.parametrize("state", ["joined", "declined", "redirected", "withdrawn", "lapsed"])
def test_the_clock_leaves_closed_admissions_alone(state: str) -> None:
    assert due(known(state)) == []


def test_every_row_of_the_clock_has_a_date_and_no_button() -> None:
    rows: list[Step] = [row for row in admission.steps if row.due]
    assert {row.name for row in rows} == {"ask_interest", "expire", "auto_pause", "miss_month", "lapse", "remind"}
    assert all(row.label is None and row.by == "clock" for row in rows)
