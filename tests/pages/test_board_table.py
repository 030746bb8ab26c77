"""The board as a table: sorted by link, page by page; several dossiers at once; exports that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from intake import listing
from intake.models.badges import Badge
from intake.models.board_exports import BoardExport
from intake.models.dossiers import Dossier, Event
from intake.models.letters import Letter
from tests.cases.test_whole_road import Road
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import press, read, same_as_reload, send

TABLE = "/candidatures/tableau"
CONTACTS = f"{TABLE}?etape=contacts"
ASSIGN, INVITE, EXPORT = "Me confier ces dossiers", "Inviter à une journée", "Préparer l’export"


@pytest.fixture
def roads(people: Cast, clock: Clock) -> list[Road]:
    """Ana, Ben and Noé left their details, in this order."""
    with writing():
        found = []
        for who in (people.ana, people.ben, people.noe):
            found.append(Road(who, clock))
            clock.forward(minutes=5)
        Dossier.update(activity="=HYPERLINK(\"http://exemple.fr\")").where(Dossier.id == found[0].dossier.id).execute()
    return found


def cases(roads: list[Road]) -> list[str]:
    with writing():
        return [str(road.case("admission").uid) for road in roads]


def names(text: str) -> list[str]:
    return re.findall(r"<label for=\"c-[^\"]+\">([^<]+)</label>", text)


def test_it_is_sorted_by_link(roads: list[Road], people: Cast, browse: Browse) -> None:
    """Oldest contact first; by name, then the other way round; the head says which way."""
    claire = browse(people.claire)
    first = claire.get(CONTACTS)
    assert names(first.text) == ["Ana Moreau", "Ben Lefort", "Noé Caron"]
    by_name = read(first).link("Nom")
    assert names(claire.get(by_name).text) == ["Noé Caron", "Ben Lefort", "Ana Moreau"]
    assert 'aria-sort="ascending"' in claire.get(by_name).text
    downwards = read(claire.get(by_name)).link("Nom")
    assert names(claire.get(downwards).text) == ["Ana Moreau", "Ben Lefort", "Noé Caron"]
    assert 'aria-sort="descending"' in claire.get(downwards).text
    same_as_reload(claire, by_name, "lignes")
    assert claire.get(f"{TABLE}?etape=contacts&tri=nonsense").status_code == 200
    assert claire.get(f"{TABLE}?etape=contacts&apres=nonsense").status_code == 404


@pytest.mark.both_databases
@pytest.mark.parametrize("sort", ["contact", "-numero", "rang", "nom"])
def test_every_page_follows_the_one_before(sort: str, roads: list[Road], people: Cast, browse: Browse,
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page, nobody is missed and nobody comes twice."""
    monkeypatch.setattr("intake.pages.board_table.MOST", 1)
    claire, seen, address = browse(people.claire), [], f"{CONTACTS}&tri={sort}"
    for _ in roads:
        answer = claire.get(address)
        seen += names(answer.text)
        address = next((to for text, to in read(answer).links if text == "Page suivante"), "")
    assert sorted(seen) == ["Ana Moreau", "Ben Lefort", "Noé Caron"] and address == ""


def test_every_name_is_listed_before_anything_is_done(roads: list[Road], people: Cast, browse: Browse) -> None:
    """Ana and Ben are mine; pressed twice, once; no letter leaves; Noé is not touched."""
    claire, (ana, ben, noe) = browse(people.claire), cases(roads)
    address = f"/candidatures/choisies?acte=confier&dossier={ana}&dossier={ben}&dossier=unknown"
    page = read(claire.get(address))
    assert "2 dossiers choisis" in page.text and "Ana Moreau" in page.text and "Noé" not in page.text
    done = [send(claire, page.form(ASSIGN), address, ASSIGN) for _ in range(2)]
    assert [one.status_code for one in done] == [303, 303]
    after = read(claire.get(done[0].location)).text
    assert "2\u00a0dossiers vous sont confiés" in after
    with writing():
        assert sorted(one.case.uid for one in Event.select().where(Event.step == "assign")) == sorted([ana, ben])
        assert not Letter.select().where(Letter.template == "message").exists()
    nobody = read(claire.get("/candidatures/choisies?acte=confier"))
    assert "Aucun dossier choisi" in nobody.text
    assert claire.get(f"/candidatures/choisies?acte=decline&dossier={noe}").location.endswith("/tableau")
    token = page.form(ASSIGN).values["csrf_token"]
    assert claire.post("/candidatures/choisies/decline", data={"csrf_token": token, "dossier": noe}).status_code == 404


def test_people_are_invited_by_their_first_name(roads: list[Road], people: Cast, browse: Browse) -> None:
    claire, (ana, ben, _) = browse(people.claire), cases(roads)
    address = f"/candidatures/choisies?acte=inviter&dossier={ana}&dossier={ben}"
    empty = press(claire, address, INVITE, subject="", message="")
    assert empty.status_code == 422
    sent = press(claire, address, INVITE, subject="La journée", message="Venez nombreux !")
    assert sent.status_code == 303
    with writing():
        letters = list(Letter.select().where(Letter.template == "message"))
        assert sorted(one.body.partition(",")[0] for one in letters) == ["Bonjour Ana", "Bonjour Ben"]
        assert all("Venez nombreux !" in one.body for one in letters)
        assert all(one.not_before - one.written_at == timedelta(minutes=10) for one in letters)


def test_badges_are_printed_for_those_chosen(roads: list[Road], people: Cast, browse: Browse) -> None:
    """A PDF; who has no badge receives one; the house’s history says who printed them."""
    claire, (ana, ben, _) = browse(people.claire), cases(roads)
    address = f"/candidatures/choisies?acte=badges&dossier={ana}&dossier={ben}"
    assert press(claire, address, "Imprimer les badges").data.startswith(b"%PDF-")
    with writing():
        assert {one.person.first_name for one in Badge.select()} == {"Ana", "Ben"}
        assert [one.actor.first_name for one in Event.select().where(Event.step == "print_badges")] == ["Claire"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_is_owed_work_that_one_collects(kind: str, roads: list[Road], people: Cast, clock: Clock,
                                                  browse: Browse) -> None:
    """Asked, followed, found again in « Ce qui m’attend », collected by a POST, gone after 24 hours; formulas are text."""
    claire = browse(people.claire)
    ask = f"/exports/nouveau?etape=contacts&format={kind}"
    page = read(claire.get(ask))
    assert "3 dossiers" in page.text and "noté dans l’historique" in page.text
    assert press(claire, ask, EXPORT).status_code == 422
    follow = press(claire, ask, EXPORT, format=kind).location
    assert "0 dossiers sur 3" in read(claire.get(follow)).text
    assert claire.get(f"{follow}/recuperer").status_code == 405
    with writing():
        assert listing.make_owed() == 1
    assert "Export prêt" in read(claire.get("/ce-qui-m-attend")).text
    assert "Export prêt : 3 lignes, disponible 24 heures" in read(claire.get(follow)).text.replace("\u00a0", " ")
    file = press(claire, follow, "Télécharger")
    rows = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig")), delimiter=";")) if kind == "csv" else [
        [cell.value for cell in row] for row in load_workbook(io.BytesIO(file.data)).active.iter_rows()]
    assert [row[1] for row in rows] == ["Nom", "Ana Moreau", "Ben Lefort", "Noé Caron"]
    assert rows[1][2] == "'=HYPERLINK(\"http://exemple.fr\")"
    assert not any("@" in str(cell) for row in rows for cell in row)
    with writing():
        assert [one.step for one in Event.select().where(Event.subject.startswith("export:"))] == ["export", "collect_export"]
        assert b"Lefort" not in bytes(BoardExport.get().content)
    assert browse(people.salome).get(follow).status_code == 404
    clock.forward(hours=25)
    with writing():
        listing.make_owed()
    assert "n’est plus gardé" in read(browse(people.claire).get(follow)).text


def test_only_what_is_chosen_is_exported(roads: list[Road], people: Cast, browse: Browse) -> None:
    claire, (ana, *_) = browse(people.claire), cases(roads)
    ask = claire.get(f"/candidatures/choisies?acte=exporter&dossier={ana}").location
    assert "1 dossier :" in read(claire.get(ask)).text.replace("\u00a0", " ")
    press(claire, ask, EXPORT, format="csv")
    with writing():
        assert len(BoardExport.get().cases) == 1


def test_an_export_that_stops_says_so(roads: list[Road], people: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept of it; « Réessayer » owes it again."""
    def stop(rows: object) -> bytes:
        raise ValueError("no more")

    claire = browse(people.claire)
    follow = press(claire, "/exports/nouveau?etape=contacts", EXPORT, format="csv").location
    with writing(), monkeypatch.context() as broken:
        broken.setitem(listing.WRITE, "csv", stop)
        assert listing.make_owed() == 0
    assert "s’est arrêté" in read(claire.get(follow)).text
    assert press(claire, follow, "Réessayer").status_code == 303
    with writing():
        assert listing.make_owed() == 1
