"""« Santé » : one row per subject, problems first, each with what to do; and the clock that says it is late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config import Settings
from intake import clock as passing, doctoring, house_health, moment
from intake.models import rounds
from intake.models.letters import Letter
from intake.outbox import owe_text
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import read

PAGE = "/administration/sante"


def lines(settings: Settings) -> dict[str, house_health.Row]:
    with writing():
        return {row.subject: row for row in house_health.rows(settings)}


def test_a_clock_that_goes_round_is_on_time(people: Cast, settings: Settings, browse: Browse, clock: Clock) -> None:
    with writing():
        passing.tick()
        clock.forward(seconds=20)
        passing.tick()
        assert rounds.last_round() == clock.now - timedelta(seconds=20), "a round is written once a minute"
    clock.forward(minutes=10)
    assert not lines(settings)["Horloge"].problem
    assert lines(settings)["Horloge"].says == "Dernière ronde il y a 10 minutes."
    assert "Horloge à l’heure" in read(browse(people.marc).get("/administration")).text


def test_a_stopped_clock_says_since_when_and_what_to_do(
        people: Cast, settings: Settings, browse: Browse, clock: Clock) -> None:
    """On the page first, in Administration, and by `intake doctor`; never when it has just gone round."""
    with writing():
        passing.tick()
    assert not any("the clock has" in line for line in doctoring.examine(settings)[1])
    clock.forward(days=10)
    page = read(browse(people.ada).get(PAGE)).text.replace("\u00a0", " ")
    assert "Arrêtée il y a 10 jours : aucun délai n’avance, aucune lettre ne part." in page
    assert "intake serve" in page
    assert page.index("Arrêtée") < page.index("Le fichier est intact")
    assert "horloge arrêtée" in read(browse(people.marc).get("/administration")).text
    assert any("the clock has been stopped since 2027-03-01 09:00 UTC" in line for line in doctoring.examine(settings)[1])


def test_letters_that_fail_or_wait_are_counted(people: Cast, settings: Settings, clock: Clock) -> None:
    assert not lines(settings)["Lettres"].problem
    with writing():
        for number in range(2):
            owe_text("message", people.ana, "Bonjour", "Texte", language="fr", cause=f"event:{number}", now=clock.now)
        Letter.update(status="failed").where(Letter.cause == "event:0").execute()
    clock.forward(hours=2)
    assert lines(settings)["Lettres"].says == "1\u00a0lettre non partie, 1\u00a0lettre attend depuis plus d’une heure."


def test_a_backup_has_an_age(people: Cast, settings: Settings, clock: Clock, tmp_path: Path) -> None:
    assert "Aucune sauvegarde n’est réglée." in lines(settings)["Sauvegarde"].says
    kept = replace(settings, backups=tmp_path / "elsewhere", backup_key=tmp_path / "key.pem")
    assert "Aucune sauvegarde n’est faite." in lines(kept)["Sauvegarde"].says
    (tmp_path / "elsewhere").mkdir()
    made = tmp_path / "elsewhere" / "parcours-20270301T080000Z.backup"
    made.write_bytes(b"x")
    import os
    for hours, problem in ((2, False), (30, True)):
        at = (moment.now() - timedelta(hours=hours)).timestamp()
        os.utime(made, (at, at))
        assert lines(kept)["Sauvegarde"].problem is problem
        in_service = replace(kept, public_url="https://parcours.example.coop")
        assert any("no backup for 26 hours" in line for line in doctoring.examine(in_service)[1]) is problem
    assert not any("backup" in line for line in doctoring.examine(kept)[1]), "a development machine is not nagged"


def test_the_team_without_second_step_is_counted(people: Cast, settings: Settings) -> None:
    assert lines(settings)["Seconde étape"].says == "9\u00a0personnes de l’équipe sans seconde étape."


@pytest.mark.parametrize("who", ["claire", "ana", "zoe"])
def test_the_wrong_person_finds_nothing(people: Cast, browse: Browse, who: str) -> None:
    assert browse(getattr(people, who)).get(PAGE).status_code == 404
