"""The letter of the morning: one a day to each of the team, whatever rings; the person and the peer get theirs at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from intake import delivery, digest, post
from intake.cases import new_case, take_step
from intake.clock import tick
from intake.models.dossiers import Dossier
from intake.models.letters import Letter
from intake.models.people import Commitment, Person
from tests.cases.test_contracts import a_dossier, taken_over
from tests.cast import Cast
from tests.conftest import Clock

pytestmark = pytest.mark.both_databases

TERM = date(2027, 5, 31)


def letters(template: str, person: Person, *statuses: str) -> list[Letter]:
    """What someone was written, oldest first."""
    return list(Letter.select().where(Letter.template == template, Letter.recipient == person, Letter.status.in_(
        statuses or ("waiting", "sent"))).order_by(Letter.id))


@pytest.fixture
def two_terms(cast: Cast, clock: Clock) -> list[Dossier]:
    """Ana, accompanied by Noé, and Ben: the last week of two CAPE; everything before it has rung."""
    clock.to(TERM - timedelta(days=7), hour=12)
    Commitment.get_or_create(person=cast.noe, defaults={"signed_on": date(2026, 1, 5)})
    found = []
    for person in (cast.ana, cast.ben):
        found.append(a_dossier(person))
        taken_over(found[-1], cast.sami)
    Dossier.update(peer=cast.noe).where(Dossier.id == found[0].id).execute()
    tick()
    return found


def test_the_team_has_one_letter_a_day_the_person_and_the_peer_theirs_at_once(
        cast: Cast, clock: Clock, two_terms: list[Dossier]) -> None:
    clock.to(TERM - timedelta(days=6), hour=4)
    tick()
    assert len(letters("term_ahead", cast.ana)) == len(letters("term_ahead", cast.noe)) == 1
    assert letters("term_ahead", cast.sami) == letters("digest", cast.sami) == [], "six o'clock in Paris: not yet"
    assert [delivery.says(one) for one in letters("term_ahead", cast.sami, "gathered")] == ["Attend la lettre du matin"] * 2

    clock.to(TERM - timedelta(days=6), hour=6)
    tick()
    tick()
    one, = letters("digest", cast.sami)
    assert one.subject == "2 dossiers à suivre aujourd’hui"
    for dossier in two_terms:
        assert one.body.count(f"/dossier/{dossier.uid}") == 1
    assert "CAPE d’Ana" in one.body and "CAPE de Ben" in one.body
    assert len(letters("digest", cast.claire)) == len(letters("digest", cast.marc)) == 1
    assert letters("digest", cast.ana) == letters("digest", cast.noe) == []
    assert Letter.select().where(Letter.status == "gathered").count() == 0
    leaving = [one.template for one in post._due(clock.now, 200) if one.recipient_id == cast.sami.id]
    assert leaving == ["digest"], "a line never leaves by itself"


def test_what_rings_after_the_morning_is_told_the_next_one(cast: Cast, clock: Clock, two_terms: list[Dossier]) -> None:
    clock.to(TERM - timedelta(days=6), hour=6)
    tick()
    late = a_dossier(cast.zoe)
    take_step(new_case(late, "salaried"), "take_over", by=cast.sami, key=None, raw={
        "stage": "running", "since": "2024-05-16", "first_day": "2024-05-16", "reason": "Reprise", "earlier": ""})
    tick()
    assert len(letters("digest", cast.sami)) == 1
    assert len(letters("deadline_ahead", cast.sami, "gathered")) == 1
    clock.to(TERM - timedelta(days=5), hour=6)
    tick()
    second = letters("digest", cast.sami)[1]
    assert f"/dossier/{late.uid}" in second.body and "Sociétariat" in second.body


def test_a_clock_stopped_two_days_loses_nothing(cast: Cast, clock: Clock, two_terms: list[Dossier]) -> None:
    """Gathered before seven, stopped for two days, back at eleven: one letter at once, and every line told once."""
    clock.to(TERM - timedelta(days=6), hour=4)
    tick()
    waiting = len(letters("term_ahead", cast.sami, "gathered"))
    clock.to(TERM - timedelta(days=4), hour=9)
    tick()
    assert waiting == 2 and len(letters("digest", cast.sami)) == 1
    assert letters("term_ahead", cast.sami, "gathered") == []
    assert len(letters("term_ahead", cast.sami, "told")) == 4, "the sixth and the fourth day, of two dossiers"
    body = letters("digest", cast.sami)[-1].body
    assert all(body.count(f"/dossier/{dossier.uid}") == 1 for dossier in two_terms)


def test_control_without_the_mark_a_line_is_told_again(
        cast: Cast, clock: Clock, two_terms: list[Dossier], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest.letters, "tell_gathered", lambda lines: None)
    for days in (6, 5):
        clock.to(TERM - timedelta(days=days), hour=6)
        tick()
    assert len(letters("term_ahead", cast.sami, "gathered")) > 2


def test_a_hiring_that_is_blocked_does_not_wait() -> None:
    """Somebody must act within two days: it leaves at once."""
    from workflows import ALL
    from workflows.grammar import Letter as Told

    rows = [then for row in ALL["salaried"].steps if row.name == "hire_blocked" for then in row.then if isinstance(then, Told)]
    assert [one.gathered for one in rows] == [False]
