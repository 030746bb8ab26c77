"""Letters around a journée: the badge three days before, its QR code joined, through a real mail server; the morning after."""

from __future__ import annotations

import email
import email.policy
import io
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from PIL import Image

from intake import clock as passing, presences
from intake.cases import new_case, take_step
from intake.mail_server import by_smtp
from intake.models import badges, days
from intake.models.days import Journee
from intake.models.dossiers import Dossier
from intake.models.letters import Letter
from intake.models.people import Person, RoleGrant
from intake.post import send_due
from tests import postgres
from tests.cast import LONG_AGO, Cast, principale, writing
from tests.conftest import Clock

MARCH = date(2027, 3, 18)
NBSP = "\N{NO-BREAK SPACE}"


class Received:
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep one message."""
        self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
        return "250 kept"


@pytest.fixture
def mail() -> Iterator[tuple[Received, str]]:
    """What was received, and where to deliver."""
    received = Received()
    port = postgres.free_port()
    controller = Controller(received, hostname="127.0.0.1", port=port)
    controller.start()
    yield received, f"smtp://127.0.0.1:{port}"
    controller.stop()


def member(cast: Cast, person: Person) -> None:
    """A CAPE that runs."""
    dossier = Dossier.create(number=f"OPT-2027-{Dossier.select().count() + 1:04}", person=person, antenna=principale(),
                             opened_at=badges.moment.now())
    take_step(new_case(dossier, "cape"), "take_over", by=cast.sami, key=None, raw={
        "stage": "trading", "since": "2027-01-01", "first_day": "2027-01-01", "last_day": "2027-12-31", "reason": "Reprise"})


def morning(clock: Clock, day: date) -> None:
    """The clock and the post, in the morning of a day."""
    clock.to(day)
    with writing():
        passing.prepare_day()


def letters(template: str = "journee_reminder") -> list[Letter]:
    with writing():
        return list(Letter.select(Letter, Person).join(Person).where(Letter.template == template).order_by(Letter.id))


def test_three_days_before_each_receives_a_badge_with_its_code(
        people: Cast, app: Flask, clock: Clock, mail: tuple[Received, str]) -> None:
    received, url = mail
    with writing():
        member(people, people.ana)
        member(people, people.ben)
    morning(clock, date(2027, 3, 14))
    assert letters() == [], "not four days before"
    for day in (15, 15, 16):
        morning(clock, date(2027, 3, day))
    assert {letter.recipient for letter in letters()} == {people.ana, people.ben} and len(letters()) == 2, "once each"
    with writing(), app.test_request_context():
        assert send_due(by_smtp(url)) == 2
        badge = badges.badge_of(people.ana)
    assert badge is not None
    message = next(one for one in received.messages if one["To"] == "ana.moreau@exemple.fr")
    assert message["Subject"] == f"Jeudi 18{NBSP}mars : votre badge pour la journée Optéos".replace(" :", f"{NBSP}:")
    body = message.get_body(("plain",))
    assert body is not None and f"votre code de présence est {badge.spoken}" in body.get_content()
    joined, = message.iter_attachments()
    assert (joined.get_filename(), joined.get_content_type()) == ("badge.png", "image/png")
    image = Image.open(io.BytesIO(joined.get_payload(decode=True)))  # type: ignore[arg-type]
    assert image.size[0] == image.size[1] >= 300, "a telephone held at arm's length is read"
    assert body.get_content().count("http") == 1


def test_no_letter_until_a_human_sets_the_date_and_again_when_it_moves(people: Cast, app: Flask, clock: Clock) -> None:
    with writing():
        member(people, people.ana)
        days.plan_journees(date(2027, 3, 1))
        Journee.update(to_confirm=True).where(Journee.day == MARCH).execute()
    morning(clock, date(2027, 3, 16))
    assert letters() == []
    with writing():
        days.confirm_journee(Journee.get(Journee.day == MARCH), "Moulin", people.claire, "circle")
        passing.look_again()
    morning(clock, date(2027, 3, 16))
    assert [letter.occasion for letter in letters()] == ["2027-03-18"]
    with writing():
        days.move_journee(Journee.get(Journee.day == MARCH), date(2027, 3, 25), "Salle prise", people.claire, "circle")
    morning(clock, date(2027, 3, 22))
    assert [letter.occasion for letter in letters()] == ["2027-03-18", "2027-03-25"]


def test_left_open_the_person_of_the_day_is_told_next_morning(people: Cast, app: Flask, clock: Clock) -> None:
    morning(clock, date(2027, 3, 1))
    with writing():
        RoleGrant.create(person=people.noe, role="facilitator", since=LONG_AGO)
    morning(clock, date(2027, 3, 18))
    assert letters("journee_open") == []
    for day in (19, 19, 20):
        morning(clock, date(2027, 3, day))
    told, = letters("journee_open")
    assert (told.recipient, told.subject) == (people.noe, f"La journée du 18{NBSP}mars n’est pas fermée")
    with writing():
        april = Journee.get(Journee.day == date(2027, 4, 15))
        days.name_facilitator(april, people.salome, people.claire, "circle")
    morning(clock, date(2027, 4, 16))
    assert letters("journee_open")[-1].recipient == people.salome, "whoever was named, alone"
    with writing():
        presences.close(Journee.get(Journee.day == date(2027, 5, 20)), people.claire, "circle")
    morning(clock, date(2027, 5, 21))
    assert len(letters("journee_open")) == 2, "a closed one says nothing"
