"""What still works when the disk is short or the post late, what is refused, and what people read of it (TRUST 5)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from config import Settings
from intake import degraded, house_health, post, refusals
from intake.cases import take_step
from intake.demo.names import A_PDF
from intake.models.dossiers import Case, Event, read_case
from intake.models.letters import Letter
from intake.models.pieces import Piece
from intake.outbox import owe_text
from tests.cases.test_admission import arrived
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import HTMX, press, read

GIGA = 1024 ** 3
LATE = "Les courriels partent avec du retard. Réessayez plus tard ou appelez votre antenne."


@dataclass(frozen=True)
class Disk:
    """What the system says of a disk."""

    total: int
    free: int


Short = Callable[[float, int], None]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Short:
    """`short(4, 40)`: 4 % of a disk of 40 GB is free from now on."""
    return lambda percent, total: monkeypatch.setattr(
        shutil, "disk_usage", lambda _: Disk(total * GIGA, int(total * GIGA * percent / 100)))


@pytest.fixture
def case(people: Cast) -> Case:
    """Ana, who fills in her application."""
    with writing():
        found = arrived(people.ana)
        take_step(found, "skip_meeting", by=people.claire, raw={"reason": "Reçue hier"}, key=None)
        return read_case(found.id)


def note(browse: Browse, people: Cast, case: Case) -> tuple[int, str]:
    """Claire writes a note: the status, and what she reads."""
    answer = press(browse(people.claire), f"/dossier/{case.dossier.uid}/{case.uid}/note", "Ajouter une note interne",
                   note="Appeler Ana jeudi")
    return answer.status_code, read(answer).text


# The disk ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("percent", "total", "pieces", "writing_too"), [
    (30, 40, True, True), (9, 40, False, True), (4, 40, False, True), (2, 40, False, False), (4, 10, False, False),
    (6, 10, False, True), (4, 2_000, True, True), (0, 2_000, False, False)])
def test_what_the_disk_leaves(percent: float, total: int, pieces: bool, writing_too: bool) -> None:
    """A share of the disk, or the bytes that are enough on a large one, whichever is less."""
    disk = Disk(total * GIGA, int(total * GIGA * percent / 100))
    assert degraded.PIECES.reached(disk) is not pieces
    assert degraded.WRITING.reached(disk) is not writing_too


def test_a_short_disk_refuses_the_piece_and_keeps_the_text(people: Cast, browse: Browse, case: Case, short: Short) -> None:
    short(9, 40)
    ana = browse(people.ana)
    page = f"/demande/{case.uid}/presentation"
    form = read(ana.get(page)).form("Ajouter ce fichier")
    answer = ana.post(f"{page}/pieces/presentation", data={**form.values.to_dict(), "presentation": (BytesIO(A_PDF), "a.pdf")})
    assert answer.status_code == 422
    assert "Nous ne pouvons pas recevoir de pièces pour le moment. Le reste fonctionne." in read(answer).text
    assert note(browse, people, case)[0] == 303
    with writing():
        assert not Piece.select().exists()


@pytest.mark.trust("T21")
def test_a_disk_nearly_full_is_read_and_not_written(
        people: Cast, browse: Browse, case: Case, short: Short, settings: Settings) -> None:
    with writing():
        before = Event.select().count()
    short(2, 40)
    status, text = note(browse, people, case)
    assert status == 503
    assert "Le service est en lecture seule." in text
    assert "Appeler Ana jeudi" in text, "what was typed stays"
    assert "On peut lire, pas encore écrire" in text
    assert browse(people.claire).get(f"/dossier/{case.dossier.uid}").status_code == 200
    with writing():
        assert Event.select().count() == before
        row = next(one for one in house_health.rows(settings) if one.subject == "Disque")
    assert row.do.startswith("Seule la lecture est ouverte.")
    short(60, 40)
    assert note(browse, people, case)[0] == 303, "it needs no restart"


def test_what_was_refused_is_sent_once_more_by_one_button(people: Cast, browse: Browse, case: Case, short: Short) -> None:
    """Without script, nobody types again: the page that refuses holds the form, its key included, so that twice is once."""
    short(2, 40)
    claire, address = browse(people.claire), f"/dossier/{case.dossier.uid}/{case.uid}/note"
    refused = read(press(claire, address, "Ajouter une note interne", note="Appeler Ana jeudi")).form("Enregistrer à nouveau")
    assert refused.values["key"]
    short(60, 40)
    for _ in range(2):
        assert claire.post(refused.action, data=refused.values).status_code == 303
    with writing():
        assert Event.select().where(Event.step == "note").count() == 1


def test_one_may_still_sign_in_to_read(people: Cast, browse: Browse, short: Short) -> None:
    short(2, 40)
    assert press(browse(), "/connexion", "Recevoir mon lien de connexion", email=people.claire.email).status_code == 303


FULL = "Le service est en lecture seule. Vos réponses ne sont pas enregistrées ; elles sont toujours dans cette page."


@pytest.mark.trust("T21")
@pytest.mark.parametrize("who", ["", "ana", "claire"])
def test_whatever_is_posted_is_refused_in_a_sentence(
        people: Cast, browse: Browse, app: Flask, case: Case, short: Short, who: str) -> None:
    """Every address that takes a form: 503 and nothing written, but what one reads by; nobody meets a fault."""
    short(2, 40)
    told = {"uid": case.dossier.uid, "dossier": case.dossier.uid, "case": case.uid, "step": "note"}
    here = browse(getattr(people, who) if who else None)
    seen = set()
    with writing():
        before = Event.select().count()
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint in ("sign_in.leave", "language.choose"):
            continue
        address = rule.build({name: told.get(name, "1") for name in rule.arguments})
        answer = here.post(address[1] if address else "/", data={"note": "Appeler Ana"})
        if str(rule.endpoint).partition(".")[0] in degraded.TO_READ:
            assert answer.status_code < 500, rule
            continue
        assert (answer.status_code, answer.headers["X-Why"]) == (503, "full"), rule
        seen.add(rule.endpoint)
    assert len(seen) > 60 and {"kiosk_delivery.entry", "start.contact", "step.take"} <= seen
    with writing():
        assert Event.select().count() == before


def test_a_form_sent_by_the_script_is_told_the_same(people: Cast, browse: Browse, case: Case, short: Short) -> None:
    """The page keeps the form and shows the sentence of its own that the answer names."""
    page, claire = f"/dossier/{case.dossier.uid}/{case.uid}/note", browse(people.claire)
    shown = claire.get(page).get_data(as_text=True).replace("\u00a0", " ")
    form = read(claire.get(page)).form("Ajouter une note interne")
    short(2, 40)
    answer = claire.post(page, data={**form.values.to_dict(), "note": "Appeler Ana"}, headers=HTMX)
    assert answer.status_code == 503 and "Appeler Ana" in read(answer).text
    assert answer.headers["X-Why"] == "full"
    for why, sentence in refusals.UNAVAILABLE.items():
        assert f'data-{why}="{sentence}"' in shown


def test_one_reads_in_one_s_language_and_says_it(people: Cast, browse: Browse, case: Case, short: Short) -> None:
    """The language is chosen, one is there for the others, one leaves; what is refused to a reader of English is in English."""
    short(2, 40)
    here = browse(people.ana)
    assert press(here, "/aide", "English").status_code == 303
    assert "<html lang=\"en\">" in here.get("/aide").text
    refused = press(browse_english(browse), "/commencer", "Leave my contact details", first_name="Zoé")
    assert refused.status_code == 503 and "read-only" in read(refused).text and "Zoé" in read(refused).text
    claire = browse(people.claire)
    token = read(claire.get(f"/dossier/{case.dossier.uid}")).forms[-1].values["csrf_token"]
    assert claire.post(f"/dossier/{case.dossier.uid}/presence", data={"csrf_token": token}, headers=HTMX).status_code == 200
    assert claire.post("/deconnexion", data={"csrf_token": token}).status_code == 303


def browse_english(browse: Browse) -> Any:
    """A visitor who reads English."""
    here = browse()
    here.get("/en/")
    return here


# The post ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/connexion", "/reprendre"])
def test_a_late_post_is_told_to_whoever_signs_in_and_to_the_team(
        people: Cast, browse: Browse, clock: Clock, app: Flask, page: str) -> None:
    with writing():
        for number in range(2):
            owe_text("message", people.ana, "Bonjour", "Texte", language="fr", cause=f"event:{number}", now=clock.now)
    assert LATE not in read(browse().get(page)).text, "letters wait a little, always"
    clock.forward(minutes=40)
    assert LATE in read(browse().get(page)).text
    assert "2 courriels en attente depuis 40 min" in read(browse(people.marc).get("/ce-qui-m-attend")).text.replace("\u00a0", " ")
    with app.app_context(), writing():
        post.send_due(lambda _: None)
    assert LATE not in read(browse().get(page)).text
    assert "en attente depuis" not in read(browse(people.marc).get("/ce-qui-m-attend")).text


def test_a_letter_kept_for_tomorrow_is_not_late(people: Cast, browse: Browse, clock: Clock) -> None:
    with writing():
        owe_text("message", people.ana, "Bonjour", "Texte", language="fr", cause="event:1", now=clock.now)
        Letter.update(problem="held 3").execute()
    clock.forward(hours=5)
    assert LATE not in read(browse().get("/connexion")).text
