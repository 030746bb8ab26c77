"""T23: each class of data leaves on its day, told beforehand, none early; a jump of the clock stops before a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta

from intake import moment, retention
from intake.cases import take_step
from intake.models import erasures
from intake.models.base import db
from intake.models.dossiers import Answers, Case, Dossier, Event
from intake.models.erasures import ErasureNotice, Purge
from intake.models.letters import Letter
from intake.models.people import Person
from intake.models.signin import SignInRequest
from tests.cases.test_admission import arrived
from tests.cast import Cast
from tests.conftest import NOW, Clock

TODAY = NOW.date()


def left(person: Person, *, agreed: bool = False, state: str = "withdraw", **memory: Any) -> Case:
    """Someone whose application led nowhere, today."""
    case = arrived(person, **memory)
    take_step(case, state, by=person, raw={"reason": "Je pars à Lyon"}, key=None)
    case = Case.get_by_id(case.id)
    if agreed:
        take_step(case, "stay_in_touch", by=person, raw={"agreed": "oui"}, key=None)
    return case


def somebody(number: int) -> Person:
    """One more person."""
    found: Person = Person.create(first_name=f"Inès{number}", last_name="Petit", email=f"p{number}@exemple.fr",
                                  created_at=moment.now())
    return found


def lives(case: Case) -> bool:
    """Whether what a dossier holds is still there."""
    return Dossier.get_by_id(case.dossier_id).erased_at is None


def days(clock: Clock, last: date, look: Callable[[date], None] = lambda day: None) -> None:
    """A round a day, until that day."""
    while clock.now.date() < last:
        clock.forward(days=1)
        retention.pass_day()
        look(clock.now.date())


@pytest.mark.trust("T23")
def test_each_class_leaves_on_its_day_over_ten_years(cast: Cast, clock: Clock) -> None:
    """A round a day for fifty days before each date, from time to time between."""
    db.execute_sql("PRAGMA synchronous=OFF")
    cases = {
        "draft": left(cast.ana), "refused": left(cast.ben, sent_on="2027-02-01"),
        "agreed": left(cast.noe, agreed=True, sent_on="2027-02-01"), "held": left(cast.zoe, sent_on="2027-02-01")}
    Case.update(memory={**cases["draft"].memory, "left_from": "draft"}).where(Case.id == cases["draft"].id).execute()
    member = left(somebody(1), sent_on="2027-02-01")
    Case.insert(uid="c" * 22, dossier=member.dossier_id, workflow="cape", state="", antenna=member.antenna_id,
                entered_at=clock.now, memory={"last_day": "2028-02-29", "cogerance_signed_on": "2027-02-28"}).execute()
    contract = Case.get(Case.uid == "c" * 22)
    Case._meta.database.execute_sql("DROP TRIGGER case_state_is_told")
    Case.update(state="ended").where(Case.id == contract.id).execute()
    erasures.hold(cases["held"].dossier, TODAY + timedelta(days=200), "Un recours est en cours", cast.ada, "admin")
    gone: dict[str, date] = {}

    def look(day: date) -> None:
        for name, case in {**cases, "contract": member}.items():
            if name not in gone and not lives(case):
                gone[name] = day

    expected = {
        "draft": TODAY + timedelta(days=90), "refused": date(2027, 6, 1), "agreed": date(2029, 3, 1),
        "held": TODAY + timedelta(days=201), "contract": date(2033, 2, 28)}
    while clock.now.date() < date(2037, 3, 1):
        near = any(timedelta(0) <= day - clock.now.date() <= timedelta(days=50) for day in expected.values())
        clock.forward(days=1 if near else 17)
        retention.pass_day()
        look(clock.now.date())
    assert gone == expected


@pytest.mark.heavy
@pytest.mark.timeout(900)
@pytest.mark.trust("T23")
def test_five_hundred_dossiers_each_leave_on_their_day(cast: Cast, clock: Clock) -> None:
    """Four left each day of a winter that has a 29 February; some agreed to be kept two years, some are held. A round a day."""
    db.execute_sql("PRAGMA synchronous=OFF")
    expected: dict[int, date] = {}
    gone: dict[int, date] = {}

    def look(day: date) -> None:
        for (dossier,) in Dossier.select(Dossier.id).where(Dossier.erased_at.is_null(False)).tuples():
            gone.setdefault(dossier, day)

    for number in range(500):
        day = date(2027, 11, 15) + timedelta(days=number // 4)
        if clock.now.date() != day:
            clock.to(day)
        agreed, held = number % 10 == 0, number % 25 == 1
        case = left(somebody(number), agreed=agreed, sent_on="2027-11-01")
        expected[case.dossier_id] = day + relativedelta(months=24 if agreed else 3)
        if held:
            erasures.hold(case.dossier, day + timedelta(days=200), "Un recours est en cours", cast.ada, "admin")
            expected[case.dossier_id] = day + timedelta(days=201)
        if number % 4 == 3:
            retention.pass_day()
            look(day)
    days(clock, max(expected.values()) + timedelta(days=2), look)
    assert gone == expected and clock.now.date() > date(2030, 2, 28)


@pytest.mark.trust("T23")
def test_people_are_told_before(cast: Cast, clock: Clock) -> None:
    case = left(cast.ana, sent_on="2027-02-01")
    days(clock, date(2027, 5, 1))
    assert not Letter.select().where(Letter.template == "erasure_notice").exists()
    days(clock, date(2027, 5, 3))
    letter = Letter.get(Letter.template == "erasure_notice")
    assert letter.subject == "Vos données seront effacées le 1er\N{NO-BREAK SPACE}juin 2027"
    assert letter.recipient == cast.ana
    assert lives(case)


@pytest.mark.trust("T23")
def test_a_late_notice_moves_the_day(cast: Cast, clock: Clock) -> None:
    case = left(cast.ana, sent_on="2027-02-01")
    clock.to(date(2027, 12, 1))
    retention.pass_day()
    assert lives(case), "nobody was told yet"
    days(clock, date(2027, 12, 30))
    assert lives(case)
    days(clock, date(2027, 12, 31))
    assert not lives(case)


def test_a_reopened_dossier_is_no_longer_announced(cast: Cast, clock: Clock) -> None:
    case = left(cast.ana, sent_on="2027-02-01")
    days(clock, date(2027, 5, 10))
    assert ErasureNotice.select().count() == 1
    take_step(Case.get_by_id(case.id), "reopen", by=cast.ana, raw={}, key=None)
    days(clock, date(2027, 7, 1))
    assert ErasureNotice.select().count() == 0
    assert lives(case)


def test_interview_notes_go_and_the_decision_stays(cast: Cast, clock: Clock) -> None:
    case = arrived(cast.ana)
    first = Event.select().where(Event.case == case).first()
    notes = {"skills": "Elle tourne bien"}
    for step in ("record_interview", "decline"):
        event = Event.create(
            uid=step.ljust(22, "x"), dossier=case.dossier, case=case, step=step, role="circle", made_at=moment.now(),
            effective_on=TODAY, number=first.number + (1 if step == "record_interview" else 2), hash=step, before="", after="")
        Answers.create(event=event, case=case, text=notes, salt="00" * 16)
    days(clock, date(2027, 5, 31))
    assert Answers.select().join(Event).where(Event.step == "record_interview").get().text == notes
    days(clock, date(2027, 6, 1))
    assert Answers.select().join(Event).where(Event.step == "record_interview").get().text == {}
    assert Answers.select().join(Event).where(Event.step == "decline").get().text == notes


def test_rows_leave_by_their_age(cast: Cast, clock: Clock) -> None:
    SignInRequest.create(address="x@exemple.fr", browser="b", made_at=moment.now(), ends_at=moment.now())
    arrived(cast.ana)
    Letter.update(status="sent").execute()
    days(clock, TODAY + timedelta(days=29))
    assert Letter.select().where(Letter.body != "").exists()
    days(clock, TODAY + timedelta(days=31))
    assert not Letter.select().where(Letter.body != "").exists()
    assert Letter.select().where(Letter.subject != "").exists()
    clock.to(date(2028, 2, 28))
    days(clock, date(2028, 2, 29))
    assert SignInRequest.select().exists()
    days(clock, date(2028, 3, 2))
    assert not SignInRequest.select().exists()


# The brake -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock that is moved without INTAKE_NOW: the house believes it is the machine’s."""
    monkeypatch.delenv("INTAKE_NOW")
    with moment.travelling() as go:
        go(NOW)
        yield go


def round_on(go: Callable[[datetime], None], day: date, **options: Any) -> int:
    """The round of a day."""
    go(datetime.combine(day, NOW.timetz()))
    return retention.pass_day(**options)


def ready(cast: Cast, go: Callable[[datetime], None]) -> list[Case]:
    """Two dossiers told a month ago, due on 1 June, and the rounds until the eve."""
    cases = [left(cast.ana, sent_on="2027-02-01"), left(cast.ben, sent_on="2027-02-01")]
    for ahead in range((date(2027, 5, 31) - TODAY).days + 1):
        round_on(go, TODAY + timedelta(days=ahead))
    return cases


@pytest.mark.trust("T23")
def test_a_jump_of_the_clock_waits_for_a_person(cast: Cast, clock: Clock, away: Any) -> None:
    cases = ready(cast, away)
    assert round_on(away, date(2027, 8, 1)) == 0
    assert all(lives(case) for case in cases)
    assert round_on(away, date(2027, 8, 2)) == 0, "the next day does not forget that nobody looked"
    stopped = retention.stopped_now()
    assert stopped is not None
    assert stopped.waiting == 2
    retention.release(stopped, cast.ada, "admin")
    assert round_on(away, date(2027, 8, 2)) == 2
    assert not any(lives(case) for case in cases)


@pytest.mark.control("T23")
def test_the_control_with_the_brake_off_erases_at_once(cast: Cast, clock: Clock, away: Any) -> None:
    cases = ready(cast, away)
    assert round_on(away, date(2027, 8, 1), braked=False) == 2
    assert not any(lives(case) for case in cases)


@pytest.mark.trust("T23")
def test_a_day_on_time_erases(cast: Cast, clock: Clock, away: Any) -> None:
    cases = ready(cast, away)
    assert round_on(away, date(2027, 6, 1)) == 2
    assert not any(lives(case) for case in cases)


@pytest.mark.trust("T23")
def test_more_than_twenty_dossiers_wait_for_a_person(cast: Cast, clock: Clock, away: Any, monkeypatch: pytest.MonkeyPatch
                                                     ) -> None:
    monkeypatch.setattr(retention, "MOST", {False: 1, True: 60})
    cases = ready(cast, away)
    assert round_on(away, date(2027, 6, 1)) == 0
    assert all(lives(case) for case in cases)


@pytest.mark.trust("T23")
def test_a_clock_behind_the_history_erases_nothing(cast: Cast, clock: Clock) -> None:
    left(cast.ana, sent_on="2027-02-01")
    clock.to(TODAY - timedelta(days=3))
    assert retention.pass_day() == 0
    assert not Purge.select().exists()
