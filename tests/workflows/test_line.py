"""The journey line: where someone stands, as they read it (JOURNEY §4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from workflows import ALL
from workflows.line import NAMES, current_station, stations


@dataclass(frozen=True)
class Run:
    """A case, written by hand."""

    workflow: str
    state: str
    memory: dict[str, Any] = field(default_factory=dict)


SENT = {"submit": "2026-09-08T09:00:00+00:00"}
ADMITTED = {"taken": {**SENT, "admit": "2026-10-15T17:00:00+00:00"}, "completed_on": "2026-09-20",
            "admitted_at": "2026-10-15T17:00:00+00:00"}
ACCEPTED = {**ADMITTED, "month": "2026-12", "taken": {**ADMITTED["taken"], "accept": "2026-11-03T08:00:00+00:00"}}
TRADING = Run("cape", "trading", {"first_day": "2026-12-01", "last_day": "2027-11-30"})
JOINED = Run("admission", "joined", ACCEPTED)


def notes(*cases: Run) -> list[str]:
    """The line of each station."""
    return [station.note for station in stations(cases)]


def test_ben_waits() -> None:
    assert notes(Run("admission", "waiting", ADMITTED)) == [
        "Envoyée le 8 septembre 2026", "Faite le 15 octobre 2026", "Vous êtes ici", "À venir", "À venir", "À venir"]
    assert [station.status for station in stations([Run("admission", "waiting", ADMITTED)])] == [
        "done", "done", "here", "ahead", "ahead", "ahead"]


@pytest.mark.parametrize(("state", "at"), [
    ("contact", 1), ("meeting", 1), ("draft", 1), ("submitted", 1), ("review", 2), ("deferred", 2), ("waiting", 3),
    ("offered", 3), ("papers", 4), ("signing", 4), ("joined", 0), ("declined", 0), ("withdrawn", 0)])
def test_each_state_of_an_admission_has_its_station(state: str, at: int) -> None:
    assert current_station([Run("admission", state)]) == at


def test_a_pause_stays_where_it_began() -> None:
    assert current_station([Run("admission", "paused")]) == 2
    assert current_station([Run("admission", "paused", ADMITTED)]) == 3


def test_lina_trades_until_her_term() -> None:
    line = stations([JOINED, TRADING])
    assert line[3].note == "Vous êtes ici, jusqu’au 30 novembre 2027"
    assert stations([JOINED, TRADING], mine=False)[3].note == "En cours, jusqu’au 30 novembre 2027", "her peer is not there"
    assert line[3].day == date(2027, 11, 30)
    assert [station.status for station in line] == ["done", "done", "done", "here", "ahead", "ahead"]


def test_a_case_opened_ahead_is_prepared_and_does_not_move_the_line() -> None:
    assert notes(JOINED, TRADING, Run("salaried", "opinion"))[3:] == [
        "Vous êtes ici, jusqu’au 30 novembre 2027", "En préparation", "À venir"]


def test_the_membership_is_prepared_while_the_cesa_runs() -> None:
    over = Run("cape", "ended", {"last_day": "2027-11-30", "ended_on": "2027-06-30"})
    cesa = Run("salaried", "running", {"first_day": "2027-07-01"})
    assert notes(JOINED, over, cesa, Run("membership", "called"))[3:] == [
        "Jusqu’au 30 juin 2027", "Vous êtes ici", "En préparation"]
    assert notes(JOINED, over, cesa, Run("membership", "associate"))[4:] == ["Depuis le 1er juillet 2027", "Vous êtes ici"]


def test_a_direct_cesa_has_no_cape() -> None:
    signing, cesa = Run("admission", "signing", ACCEPTED), Run("salaried", "drafting")
    assert notes(signing, cesa)[3:] == ["Sans objet", "Vous êtes ici", "À venir"]
    assert notes(JOINED, Run("salaried", "running"))[3] == "Sans objet"
    assert notes(JOINED, Run("cape", "cancelled"), Run("salaried", "running"))[3] == "Sans objet"


def test_someone_enrolled_at_kpa_never_waits() -> None:
    enrolled = {"taken": {**SENT, "enrol": "2026-10-15T17:00:00+00:00"}, "completed_on": "2026-09-20",
                "admitted_at": "2026-10-15T17:00:00+00:00"}
    assert notes(Run("admission", "papers", enrolled))[1:4] == ["Faite le 15 octobre 2026", "Sans objet", "Vous êtes ici"]


def test_a_closed_admission_ends_the_line_with_its_day() -> None:
    line = stations([Run("admission", "declined", {"taken": SENT, "completed_on": "2026-09-20",
                                                   "since": "2026-10-20T23:30:00+00:00"})])
    assert (line[0].note, line[1].note) == ("Envoyée le 8 septembre 2026", "Sans objet"), "nothing is to come"
    assert (line[-1].n, line[-1].name, line[-1].status, line[-1].note) == (7, "Sans suite", "end", "Le 21 octobre 2026")
    assert not [station for station in line if station.status == "here"]


def test_an_exit_is_announced_then_noted() -> None:
    ends = {"ends_on": "2027-03-31"}
    announced = stations([JOINED, TRADING, Run("departure", "announced", ends)])
    assert (announced[3].status, announced[-1].note) == ("here", "Sortie le 31 mars 2027")
    left = stations([JOINED, Run("cape", "ended", {"ended_on": "2027-03-31"}), Run("departure", "contract_ended", ends)])
    assert (left[3].status, left[3].note) == ("done", "Jusqu’au 31 mars 2027")
    assert (left[-1].name, left[-1].note) == ("Sortie", "Sortie le 31 mars 2027")


def test_an_exit_called_off_leaves_no_trace() -> None:
    assert len(stations([JOINED, TRADING, Run("departure", "called_off", {"ends_on": "2027-03-31"})])) == 6


def test_a_transfer_does_not_send_back() -> None:
    """A KPA-Cité CAPE runs while its transfer waits for a month."""
    assert current_station([JOINED, TRADING, Run("admission", "papers", {"transfer": True})]) == 4


def test_the_names_may_be_others() -> None:
    assert [one.name for one in stations([Run("admission", "draft")])] == list(NAMES)
    assert stations([Run("admission", "draft")], ["A", "B", "C", "D", "E", "F"])[5].name == "F"


@pytest.mark.parametrize("workflow", sorted(ALL))
def test_every_state_of_every_workflow_draws_six_stations(workflow: str) -> None:
    for state in ALL[workflow].state:
        line = stations([Run(workflow, state)])
        assert [one.n for one in line[:6]] == [1, 2, 3, 4, 5, 6]
        assert all(one.note for one in line)
