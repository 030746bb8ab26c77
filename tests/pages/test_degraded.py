"""What still works when the disk is short or the post late, what is refused, and what people read of it (TRUST 5)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import pytest
from flask import Flask

from config import Settings
from intake import degraded, house_health, post
from intake.cases import take_step
from intake.demo.names import A_PDF
from intake.models.dossiers import Case, Event, read_case
from intake.models.letters import Letter
from intake.models.pieces import Piece
from intake.outbox import owe_text
from tests.cases.test_admission import arrived
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import press, read

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


def test_a_disk_nearly_full_is_read_and_not_written(
        people: Cast, browse: Browse, case: Case, short: Short, settings: Settings) -> None:
    with writing():
        before = Event.select().count()
    short(2, 40)
    status, text = note(browse, people, case)
    assert status == 503
    assert "Le service est en lecture seule." in text
    assert "Appeler Ana jeudi" in text, "what was typed stays"
    assert browse(people.claire).get(f"/dossier/{case.dossier.uid}").status_code == 200
    with writing():
        assert Event.select().count() == before
        row = next(one for one in house_health.rows(settings) if one.subject == "Disque")
    assert row.do.startswith("Seule la lecture est ouverte.")
    short(60, 40)
    assert note(browse, people, case)[0] == 303, "it needs no restart"


def test_one_may_still_sign_in_to_read(people: Cast, browse: Browse, short: Short) -> None:
    short(2, 40)
    assert press(browse(), "/connexion", "Recevoir mon lien de connexion", email=people.claire.email).status_code == 303


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
