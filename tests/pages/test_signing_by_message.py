"""The code to sign by SMS, through a real HTTP server: it signs, it is refused, it is nobody else's, twice is once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from intake import gateway, history
from intake.models import signatures
from intake.models.dossiers import Answers, Event
from intake.models.people import Person
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import press, read
from tests.pages.test_contract import CODE, READ, address, again, drafted, opens, reads_all, sent

__all__ = ["drafted", "sent"]
BUTTON = "Recevoir mon code par SMS"


@dataclass
class Provider:
    """A message provider of this test's own: what it was handed, and what it answers."""

    url: str
    got: list[tuple[str, Any]] = field(default_factory=list)
    answers: int = 202
    leads: str = ""

    @property
    def code(self) -> str:
        """The digits of the last message."""
        found = CODE.search(self.got[-1][1]["text"])
        assert found
        return found[0]


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A server on a port of its own, through which the house sends its codes."""
    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append((self.headers.get("Authorization", ""), json.loads(body)))
            self.send_response(made.answers)
            if made.leads:
                self.send_header("Location", made.leads)
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            """Silence."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    made = Provider(f"http://127.0.0.1:{server.server_port}/messages")
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    gateway.use(made.url, "jeton-de-test")
    yield made
    gateway.use("")
    server.shutdown()
    server.server_close()


@pytest.fixture
def ana(people: Cast, sent: Any, browse: Browse, provider: Provider) -> Any:
    """Ana's browser: the link is opened, every part is read; she has a mobile telephone."""
    with writing():
        Person.update(phone="+33612345642").where(Person.id == people.ana.id).execute()
    browser = opens(browse, people.ana, sent)
    reads_all(browser, sent)
    return browser


def words(response: Any) -> str:
    return read(response).text.replace("\u00a0", " ")


def asks(browser: Any, case: Any) -> Any:
    return press(browser, address(case, "sign"), BUTTON)


def test_the_code_that_comes_by_message_signs_and_the_evidence_says_so(ana: Any, sent: Any, provider: Provider) -> None:
    """Without script; the token goes with it; the page tells the last two digits of the number alone."""
    page = read(ana.get(address(sent, "sign")))
    assert "finit par 42" in page.text and "612345642" not in page.text
    assert "Votre code est parti par SMS au numéro qui finit par 42." in words(asks(ana, sent))
    [(token, message)] = provider.got
    assert token == "Bearer jeton-de-test" and message["to"] == "+33612345642"
    assert re.fullmatch(r"Optéos : \d{3} \d{3} est votre code pour signer\. .*", message["text"]) and len(message["text"]) <= 160
    assert press(ana, address(sent, "sign"), "Signer", code=provider.code, **READ).status_code == 303
    with writing():
        kept = history.unsealed(Answers.get(Answers.event == Event.get(Event.step == "sign")))["evidence"]["code"]
    assert kept["how"] == "SMS au numéro qui finit par 42" and kept["by"] == ""


def test_twice_within_a_minute_is_once_then_the_former_code_dies(ana: Any, sent: Any, provider: Provider, clock: Clock) -> None:
    asks(ana, sent)
    first = provider.code
    form = read(ana.get(address(sent, "sign"))).form("Recevoir un autre code par SMS")
    assert "est parti par SMS" in words(ana.post(form.action, data=form.values)) and len(provider.got) == 1
    clock.forward(minutes=2)
    ana.post(form.action, data=form.values)
    assert len(provider.got) == 2 and provider.code != first
    refused = press(ana, address(sent, "sign"), "Signer", code=first, **READ)
    assert refused.status_code == 422 and "n’est pas le dernier donné" in words(refused)


@pytest.mark.parametrize(("answers", "leads"), [(500, ""), (403, ""), (302, "http://127.0.0.1:9/ailleurs")])
def test_a_message_not_taken_gives_no_code(ana: Any, sent: Any, provider: Provider, answers: int, leads: str) -> None:
    """A redirection is not followed: the code and the token go nowhere else."""
    provider.answers, provider.leads = answers, leads
    assert "Le SMS n’est pas parti." in words(asks(ana, sent)) and len(provider.got) == 1
    with writing():
        assert not signatures.code_alive(signatures.of(again(sent)), sent.dossier.opened_at)
    assert press(ana, address(sent, "sign"), "Signer", code=provider.code, **READ).status_code == 422
    provider.answers, provider.leads = 200, ""
    assert "est parti" in words(asks(ana, sent)), "a minute need not pass after a failure"


def test_without_gateway_or_mobile_or_with_a_fresh_number_one_calls(
        ana: Any, people: Cast, sent: Any, provider: Provider, clock: Clock) -> None:
    form = read(ana.get(address(sent, "sign"))).form(BUTTON)

    def only_calls() -> bool:
        page = words(ana.get(address(sent, "sign")))
        told = words(ana.post(form.action, data=form.values))
        return "Appelez-nous" in page and BUTTON not in page and "Appelez-nous" in told and not provider.got

    gateway.use("")
    assert only_calls()
    gateway.use(provider.url)
    with writing():
        Person.update(phone="+33320123456").where(Person.id == people.ana.id).execute()
    assert only_calls(), "no message reaches a landline"
    changed = press(ana, f"/dossier/{sent.dossier.uid}/{sent.uid}/change_address", "Changer mes coordonnées",
                    email=people.ana.email, phone="06 12 34 56 43")
    assert changed.status_code == 303
    assert only_calls(), "whoever holds the mailbox could have changed the number"


def test_the_code_is_asked_by_its_person_after_reading(people: Cast, browse: Browse, sent: Any, provider: Provider) -> None:
    with writing():
        Person.update(phone="+33612345642").where(Person.id == people.ana.id).execute()
    road = address(sent, "recevoir-le-code")
    browser = opens(browse, people.ana, sent)
    form = read(browser.get(address(sent, "sign"))).forms[0]
    assert browser.post(road, data=form.values).status_code == 303, "not yet read: nothing is sent"
    for stranger in (people.ben, people.noe, people.sami):
        theirs = browse(stranger)
        assert theirs.post(road, data=read(theirs.get("/mon-compte")).forms[0].values).status_code == 404, stranger.first_name
    assert provider.got == []
