"""The post against a real mail server: refusals, a line cut after DATA, three days, « Annuler » in a race; with controls."""

from __future__ import annotations

import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from intake import moment, post
from intake.bounce import note, read
from intake.cases import StepRefused, take_step
from intake.delivery import says
from intake.mail_server import by_smtp, meaning_of
from intake.models import base
from intake.models.dossiers import Case
from intake.models.letters import Letter
from intake.models.people import Person
from intake.models.tasks import Task
from intake.outbox import owe_text
from tests.cases.test_admission import arrived, step
from tests.cast import Cast, principale, writing
from tests.conftest import Clock
from tests.faults import crowd
from tests.postgres import free_port


@dataclass
class Server:
    """A mail server that keeps what it gets, and answers what the test tells it."""

    port: int = 0
    kept: list[EmailMessage] = field(default_factory=list)
    to_recipient: str = "250 OK"
    to_data: str = "250 OK"
    cuts: int = 0
    """How many messages it takes before cutting the line without an answer."""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        """The address."""
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        """The message."""
        if self.to_data.startswith("250"):
            self.kept.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        if self.cuts:
            self.cuts -= 1
            server.transport.abort()
        return self.to_data

    @property
    def deliver(self) -> post.Deliver:
        """The way there."""
        return by_smtp(f"smtp://127.0.0.1:{self.port}")


@pytest.fixture
def server() -> Iterator[Server]:
    """Served in a thread of its own."""
    found = Server(port=free_port())
    controller = Controller(found, hostname="127.0.0.1", port=found.port)
    controller.start()
    yield found
    controller.stop()


@pytest.fixture
def ana(app: Flask, people: Cast) -> Iterator[Person]:
    """Ana, the house open for writing in this thread."""
    with app.app_context(), writing():
        yield people.ana


def owed(person: Person, number: int = 1, template: str = "resumed", cause: str = "day:2027-03-01", **more: Any) -> list[Letter]:
    """So many letters to someone."""
    for n in range(number):
        owe_text(template, person, f"Lettre {n}", "Bonjour,\n\nOuvrir : http://127.0.0.1:8000/mon-parcours\n",
                 language="fr", cause=cause, occasion=f"{Letter.select().count()}", now=moment.now(), **more)
    return list(Letter.select().order_by(Letter.id.desc()).limit(number))


def now(letter: Letter) -> Letter:
    found: Letter = Letter.get_by_id(letter.id)
    return found


# Accepted, refused ---------------------------------------------------------------------------------------------------


def test_an_accepted_letter_is_handed_over_with_its_twin(ana: Person, server: Server) -> None:
    letter, = owed(ana)
    assert post.send_due(server.deliver) == 1
    message, = server.kept
    assert (message["To"], message["Subject"], message["Message-ID"]) == (ana.email, "Lettre 0", letter.message_id)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert says(now(letter)) == "Remise au serveur à 10\u00a0h"
    assert post.send_due(server.deliver) == 0


@pytest.mark.parametrize(("answer", "status", "words"), [
    ("550 5.1.1 no such user", "failed", "Non partie : adresse refusée"),
    ("450 4.2.0 greylisted", "waiting", "Attend jusqu’à 10\u00a0h\u00a001, 1\u00a0essai sans succès"),
])
def test_an_address_refused_for_good_shows_at_once(ana: Person, server: Server, answer: str, status: str, words: str) -> None:
    letter, = owed(ana)
    server.to_recipient = answer
    post.send_due(server.deliver)
    assert now(letter).status == status
    assert says(now(letter)) == words


@pytest.mark.parametrize(("answer", "status"), [("554 5.7.1 spam", "failed"), ("451 4.3.0 later", "waiting")])
def test_so_does_a_text_refused(ana: Person, server: Server, answer: str, status: str) -> None:
    letter, = owed(ana)
    server.to_data = answer
    post.send_due(server.deliver)
    assert now(letter).status == status
    assert (says(now(letter)) == "Non partie : texte refusé par le serveur") is (status == "failed")


def test_a_wrong_password_is_not_the_letter_s_fault() -> None:
    import smtplib

    assert not meaning_of(smtplib.SMTPAuthenticationError(535, b"5.7.8 no")).final
    assert not meaning_of(ConnectionRefusedError("nobody there")).final


@pytest.mark.trust("T15")
def test_a_server_down_for_three_days(ana: Person, clock: Clock, server: Server) -> None:
    """Tried again ever more slowly; beyond 72 hours shown as not sent; « Renvoyer » then sends it."""
    letter, = owed(ana)
    nobody = by_smtp(f"smtp://127.0.0.1:{free_port()}")
    for _ in range(200):
        post.send_due(nobody)
        if now(letter).status == "failed":
            break
        clock.set(now(letter).next_try)
    assert timedelta(hours=72) < clock.now - letter.not_before < timedelta(hours=77)
    assert 20 < now(letter).tries < 40
    assert says(now(letter)) == "Non partie : le serveur de courrier n’a pas répondu"
    post.resend(letter)
    assert post.send_due(server.deliver) == 1
    assert now(letter).status == "sent"


def test_a_letter_about_a_date_carries_its_calendar_file(ana: Person, server: Server, clock: Clock) -> None:
    """Of the meeting, in Paris time; nothing about a person is in it."""
    from icalendar import Calendar

    from intake.models.days import InfoMeeting

    meeting = InfoMeeting.create(antenna=principale(), starts_at=moment.now() + timedelta(days=9), place="Moulin", seats=3)
    step(arrived(ana), "book", ana, meeting=meeting.uid)
    Letter.update(status="dropped").where(Letter.template != "meeting_booked").execute()
    post.send_due(server.deliver)
    message, = server.kept
    attached, = message.iter_attachments()
    assert attached.get_content_type() == "text/calendar"
    event, = Calendar.from_ical(attached.get_payload(decode=True)).walk("VEVENT")
    assert (str(event["summary"]), str(event["location"])) == ("Réunion d’information", "Moulin")
    assert event.decoded("dtstart").hour == 10
    assert "Ana" not in str(event)


# Nothing lost, one recognisable repeat -------------------------------------------------------------------------------


@pytest.mark.trust("T15")
def test_a_line_cut_after_data_repeats_once_with_the_same_identifier(ana: Person, server: Server, clock: Clock) -> None:
    letters = owed(ana, 5)
    server.cuts = 2
    for _ in range(4):
        post.send_due(server.deliver)
        clock.forward(minutes=10)
    got = [message["Message-ID"] for message in server.kept]
    assert set(got) == {letter.message_id for letter in letters}, "none is lost"
    assert len(got) == 7 and max(got.count(one) for one in got) == 2, "a repeat bears the same identifier"
    assert {now(letter).status for letter in letters} == {"sent"}


@pytest.mark.control("T15")
def test_control_marking_before_sending_would_lose_letters(
        ana: Person, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The weakened post: the mark first. The test above must catch it."""
    letters = owed(ana, 3)

    def mark_then_send(letter: Letter) -> bool:
        post.mark_sent(letter)
        return True

    monkeypatch.setattr(post, "claim", mark_then_send)
    monkeypatch.setattr(post, "put_back", lambda letter, refusal: None)
    server.to_data = "451 later"
    post.send_due(server.deliver)
    assert {now(letter).status for letter in letters} == {"sent"} and not server.kept, "marked, and lost"


@pytest.mark.trust("T15")
def test_a_sender_that_died_leaves_its_claim_to_the_next(ana: Person, server: Server, clock: Clock) -> None:
    letter, = owed(ana)
    assert post.claim(letter)
    assert post.send_due(server.deliver) == 0, "another one has it in hand"
    clock.forward(minutes=6)
    assert post.send_due(server.deliver) == 1


@pytest.mark.heavy
@pytest.mark.trust("T15")
def test_five_hundred_letters_outlive_six_hours_of_refusals_and_lines_cut(ana: Person, server: Server, clock: Clock) -> None:
    """A hundred people, five letters each: none is lost, none comes more than twice, and then as itself."""
    for number in range(100):
        owed(crowd.someone(f"Lettre{number}"), 5)
    server.to_data = "451 4.3.0 later"
    until = clock.now + timedelta(hours=6)
    while clock.now < until:
        assert post.send_due(server.deliver, most=500) == 0
        clock.forward(minutes=30)
    server.to_data, server.cuts, server.kept = "250 OK", 25, []
    for _ in range(30):
        post.send_due(server.deliver, most=500)
        clock.forward(minutes=30)
    got = Counter(message["Message-ID"] for message in server.kept)
    assert set(got) == {letter.message_id for letter in Letter.select()} and len(got) == 500
    assert max(got.values()) == 2 and len(server.kept) == 525
    assert {letter.status for letter in Letter.select()} == {"sent"}


@pytest.mark.heavy
@pytest.mark.trust("T15")
def test_a_page_takes_ten_milliseconds_more_at_most_while_letters_leave(
        app: Flask, people: Cast, browse: Any, server: Server) -> None:
    """The median of pages of the board, before and while letters are handed over: the best of three, machines have moods."""
    claire = browse(people.claire)

    def opened(number: int) -> float:
        times = []
        for _ in range(number):
            begun = time.perf_counter()
            assert claire.get("/candidatures").status_code == 200
            times.append(time.perf_counter() - begun)
            time.sleep(0.01)
        return statistics.median(times)

    def sending() -> None:
        with app.app_context(), base.writing():
            leaving.set()
            post.send_due(server.deliver, most=200)

    with writing():
        for number in range(120):
            owed(crowd.someone(f"Lettre{number}"), 5)
    opened(10)
    more = []
    for _ in range(3):
        before, leaving = opened(20), threading.Event()
        sender = threading.Thread(target=sending)
        sender.start()
        leaving.wait()
        meanwhile = opened(20)
        assert sender.is_alive(), "letters left all along"
        sender.join()
        more.append(meanwhile - before)
    assert len(server.kept) == 600
    assert min(more) < 0.010, more


# « Annuler » against the post ----------------------------------------------------------------------------------------


RACES = 32


def offers(people: Cast, number: int) -> list[Case]:
    """So many offers by Claire, whose letters wait."""
    crowd.open_places("2027-06", number)
    cases = crowd.waiting(people, number)
    for case in cases:
        crowd.step(case, "derogate", people.marc, rule="first_in_line", reason="Essai")
        crowd.step(case, "offer", people.claire, month="2027-06")
    return cases


def race(app: Flask, people: Cast, cases: list[Case], sender: Callable[[], None]) -> tuple[int, int]:
    """Everyone at once: Claire undoes each offer while the post sends; (undone, refused)."""
    outcome = {"undone": 0, "refused": 0}
    gate = threading.Barrier(2)

    def undoing() -> None:
        with app.app_context(), base.writing():
            gate.wait()
            for case in cases:
                try:
                    take_step(crowd.again(case), "undo", by=people.claire, raw={}, key=None)
                    outcome["undone"] += 1
                except StepRefused:
                    outcome["refused"] += 1

    def sending() -> None:
        with app.app_context(), base.writing():
            gate.wait()
            sender()

    threads = [threading.Thread(target=one) for one in (undoing, sending)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome["undone"], outcome["refused"]


@pytest.fixture
def held(app: Flask, people: Cast, clock: Clock) -> list[Case]:
    """Offers whose letters may leave this very second, and may still be undone."""
    with writing():
        cases = offers(people, RACES)
        Letter.update(status="dropped").where(Letter.template != "place_offered").execute()
        Letter.update(next_try=moment.now()).execute()
    return cases


@pytest.mark.trust("T15")
def test_a_letter_is_never_both_cancelled_and_sent(app: Flask, people: Cast, held: list[Case], server: Server) -> None:
    def sending() -> None:
        for _ in range(4):
            post.send_due(server.deliver)

    undone, refused = race(app, people, held, sending)
    with writing():
        status = {letter.message_id: letter.status for letter in Letter.select().where(Letter.template == "place_offered")}
    sent = [message["Message-ID"] for message in server.kept]
    assert undone + refused == RACES
    assert len(sent) == len(set(sent)) == refused, "each offer was undone, or its letter left"
    assert {status[one] for one in sent} <= {"sent"}
    assert [one for one, stands in status.items() if stands == "dropped" and one in sent] == []


@pytest.mark.control("T15")
def test_control_sending_without_claiming_does_both(
        app: Flask, people: Cast, held: list[Case], server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The weakened post reads what is due, and sends without taking it: « Annuler » finds it waiting meanwhile."""
    def careless() -> None:
        due = post._due(moment.now(), RACES)
        for letter, case in zip(due, held, strict=True):
            with app.app_context():
                take_step(crowd.again(case), "undo", by=people.claire, raw={}, key=None)
            server.deliver(post.compose(letter))

    with app.app_context(), writing():
        careless()
        dropped = {letter.message_id for letter in Letter.select().where(Letter.status == "dropped")}
    assert {message["Message-ID"] for message in server.kept} & dropped, "cancelled, and sent"


# Limits --------------------------------------------------------------------------------------------------------------


def test_an_applicant_gets_ten_letters_a_day(ana: Person, people: Cast, server: Server, clock: Clock) -> None:
    """The others wait for the morning and say so; a member of the team gets them all; a way in is never held."""
    letters = owed(ana, 12)
    owed(people.claire, 12)
    post.send_due(server.deliver)
    to_ana = [message for message in server.kept if message["To"] == ana.email]
    assert (len(to_ana), len(server.kept)) == (10, 22)
    held = [one for one in map(now, letters) if one.status == "waiting"]
    assert {says(one) for one in held} == {"Attend jusqu’au 2\u00a0mars 2027 à 8\u00a0h : déjà 10 lettres ce jour-là"}
    clock.forward(hours=22)
    assert post.send_due(server.deliver) == 2


def test_a_flood_is_told(ana: Person, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
                         people: Cast, browse: Any) -> None:
    monkeypatch.setattr(post, "BUDGET", 3)
    owed(ana, 3)
    post.send_due(server.deliver)
    assert not post.over_budget() and "letters left" not in caplog.text
    owed(ana)
    post.send_due(server.deliver)
    assert "more than 3 letters left in 24 hours" in caplog.text
    assert "Plus de 3 lettres sont parties en 24\u00a0heures." in browse(people.ada).get("/lettres").get_data(as_text=True)


# Those who are called instead ----------------------------------------------------------------------------------------


def calls() -> list[str]:
    return [task.sentence for task in Task.select().where(Task.role == "circle", Task.sentence.startswith("Appeler"))]


def test_an_offer_that_bounces_is_told_by_telephone(ana: Person, people: Cast, server: Server, clock: Clock) -> None:
    """At once when refused, later when it comes back; once, and only for an offer."""
    cases = offers(people, 2)
    clock.forward(minutes=11)
    server.to_recipient = "550 5.1.1 no such user"
    Letter.update(status="dropped").where(Letter.event.is_null() | (Letter.template != "place_offered")).execute()
    Letter.update(next_try=moment.now() + timedelta(days=1)).where(Letter.dossier == cases[1].dossier).execute()
    post.send_due(server.deliver)
    assert calls() == [f"Appeler {cases[0].dossier.person.called} : la lettre qui propose une place n’est pas arrivée"]
    server.to_recipient = "250 OK"
    clock.forward(days=1)
    owed(ana)
    post.send_due(server.deliver)
    for letter in Letter.select().where(Letter.status == "sent"):
        for _ in range(2):
            note(report_of(letter.message_id))
    assert len(calls()) == 2


def test_nobody_without_an_address_gets_a_letter(ana: Person, people: Cast) -> None:
    """The circle calls, once a step; someone who has died is told nothing, and nobody is asked to call them."""
    cases = crowd.waiting(people, 2)
    mute, dead = (case.dossier.person for case in cases)
    Person.update(email=None).where(Person.id == mute.id).execute()
    Person.update(died_on=moment.today()).where(Person.id == dead.id).execute()
    for case in cases:
        crowd.step(crowd.again(case), "review_again", people.claire, reason="Une question")
        crowd.step(crowd.again(case), "write", people.claire, subject="Bonjour", message="Un mot")
    assert Letter.select().where(Letter.recipient.in_([mute, dead])).count() == 0
    assert calls() == [f"Appeler {mute.called}"] * 2


# What comes back -----------------------------------------------------------------------------------------------------


def report_of(message_id: str, *, status: str = "5.1.1", action: str = "failed", whole: bool = True) -> bytes:
    """A delivery report as a mail server writes it."""
    headers = f"From: accueil@opteos.example\r\nSubject: Lettre\r\nMessage-ID: {message_id}\r\n"
    returned = (f"Content-Type: message/rfc822\r\n\r\n{headers}\r\nBonjour\r\n" if whole
                else f"Content-Type: text/rfc822-headers\r\n\r\n{headers}\r\n")
    return (
        "From: MAILER-DAEMON@exemple.fr\r\nTo: retours@opteos.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.exemple.fr\r\n\r\n"
        f"Final-Recipient: rfc822; ana@exemple.fr\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} <ana@exemple.fr>: Recipient address rejected\r\n\r\n"
        f"--b\r\n{returned}\r\n--b--\r\n").encode()


@pytest.mark.parametrize(("report", "status", "words"), [
    ({}, "failed", "Non partie : adresse refusée"),
    ({"whole": False}, "failed", "Non partie : adresse refusée"),
    ({"status": "5.2.2"}, "failed", "Non partie : le courriel est revenu"),
    ({"status": "4.4.1", "action": "delayed"}, "sent", "Remise au serveur à 10\u00a0h"),
])
def test_a_letter_that_comes_back_is_shown_as_not_sent(
        ana: Person, server: Server, report: dict[str, Any], status: str, words: str) -> None:
    letter, = owed(ana)
    post.send_due(server.deliver)
    note(report_of(letter.message_id, **report))
    assert (now(letter).status, says(now(letter))) == (status, words)


@pytest.mark.parametrize("raw", [
    b"", b"\x00\xff garbage", b"Subject: Bonjour\r\n\r\nUn mot d'Ana", report_of("<nobody@parcours>"),
    report_of("<x@parcours>").replace(b"message/delivery-status", b"message/delivery-status; x=\xff"),
])
def test_anything_else_does_nothing(ana: Person, server: Server, raw: bytes) -> None:
    letter, = owed(ana)
    post.send_due(server.deliver)
    assert "nothing done" in note(raw)
    assert now(letter).status == "sent"


def test_the_command_reads_its_input(ana: Person, settings: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any,
                                     server: Server) -> None:
    import io
    import sys
    from argparse import Namespace

    from intake import commands

    letter, = owed(ana)
    post.send_due(server.deliver)
    base.check_in()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(report_of(letter.message_id))))
    assert commands.bounce(Namespace(), settings) == 0
    assert f"Letter {letter.uid} is shown as not sent." in capsys.readouterr().out
    base.check_out(writing=True)
    assert read(b"") is None
