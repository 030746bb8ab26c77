"""A dossier: each reads what is theirs to read, and what is not never reaches the page."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from intake.cases import take_step
from intake.models import pieces
from intake.models.dossiers import Event
from intake.models.people import Person
from intake.models.pieces import Piece
from tests.cases.test_whole_road import Road, find_peer, to_cape
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.hostile import plain
from tests.page import RANDOM, opened, press, read

TABS = ("", "/reponses", "/pieces", "/echanges", "/historique")
NIR, PASSPORT, IBAN, MASKED_IBAN = "285036249800123", "18AB12345", "FR1420041010050500013M02606", "FR14••••••••2606"
NOTE, APPLICATION = "Une note que l’équipe garde", "Tournage, émaillage"


@pytest.fixture
def road(people: Cast, clock: Clock) -> Road:
    """Ana, under CAPE, accompanied by Noé."""
    with writing():
        found = Road(people.ana, clock)
        to_cape(found, people)
        find_peer(found, people)
        found.take("cape.note", people.claire, note=NOTE)
        for title in ("paper_copy", "presentation", "insurance"):
            pieces.add(found.dossier, title=title, filename=f"{title}.pdf", media_type="application/pdf",
                       content=b"%PDF-1.7 " + title.encode(), by=people.ana, now=clock.now)
    return found


def everything(browse: Browse, who: Person, road: Road) -> str:
    """All that someone reads of the dossier, spaces taken out of numbers."""
    client, home = browse(who), f"/dossier/{road.dossier.uid}"
    answers = [client.get(home + tab) for tab in TABS]
    assert {answer.status_code for answer in answers} == {200}, who.first_name
    return " ".join(answer.text for answer in [*answers, opened(client, f"{home}/reponses")])


def bare(text: str) -> str:
    return text.replace(" ", "").replace("\u00a0", "")


@pytest.mark.trust("T7")
def test_identity_is_for_hr_and_the_iban_for_accounts(road: Road, people: Cast, browse: Browse) -> None:
    """Worked case 33: the circle, the cogérance, plain support and the peer read neither; the person does, their IBAN masked."""
    reads = {who.first_name: bare(everything(browse, who, road)) for who in (
        people.claire, people.marc, people.sami, people.noe, people.rachel, people.come, people.ana)}
    for mark, readers in {NIR: {"Rachel", "Ana"}, PASSPORT: {"Rachel", "Ana"}, MASKED_IBAN: {"Ana"}, IBAN: {"Côme"}}.items():
        assert {name for name, text in reads.items() if mark in text} == readers, mark


def test_documents_follow_the_field_they_were_posted_in(road: Road, people: Cast, browse: Browse) -> None:
    """A copy of an identity paper is HR's, an insurer's questionnaire support's, a presentation the circle's."""
    readers = {"paper_copy": {"Ana", "Rachel"}, "insurance": {"Ana", "Sami", "Rachel"},
               "presentation": {"Ana", "Claire", "Sami", "Rachel", "Marc"}}
    with writing():
        uids = {row.title: row.uid for row in Piece.select().where(Piece.title.in_(list(readers)))}
    for who in (people.ana, people.claire, people.sami, people.rachel, people.marc, people.noe):
        client, page = browse(who), f"/dossier/{road.dossier.uid}/pieces"
        listed = client.get(page).text
        for title, allowed in readers.items():
            theirs = who.first_name in allowed
            assert (f"{title}.pdf" in listed) == theirs, (who.first_name, title)
            opened = 405 if title == "paper_copy" and who is not people.ana else 200 if theirs else 404
            assert client.get(f"{page}/{uids[title]}").status_code == opened, (who.first_name, title)


@pytest.mark.trust("T7")
def test_a_peer_reads_no_letters_notes_application_or_interview(road: Road, people: Cast, browse: Browse) -> None:
    text = everything(browse, people.noe, road)
    for mark in (NOTE, APPLICATION, "Bienvenue sur la liste."):
        assert mark not in text, mark
        assert mark in everything(browse, people.claire, road), mark


def test_the_person_never_reads_the_notes_of_the_team(road: Road, people: Cast, browse: Browse) -> None:
    text = everything(browse, people.ana, road)
    assert NOTE not in text and "Notes internes" not in text
    assert APPLICATION in text
    assert "Claire" not in read(browse(people.ana).get(f"/dossier/{road.dossier.uid}/historique")).text


def test_a_peer_finds_back_what_they_wrote(road: Road, people: Cast, browse: Browse) -> None:
    with writing():
        road.take("cape.note", people.noe, note="Ana cherche un four")
    assert "Ana cherche un four" in everything(browse, people.noe, road)


def test_before_agreeing_nothing_is_read(people: Cast, clock: Clock, browse: Browse) -> None:
    """Someone asked to accompany answers on the page of the proposal; after declining, the dossier is gone."""
    from intake.models.people import Commitment
    from tests.cast import LONG_AGO

    with writing():
        road = Road(people.ana, clock)
        to_cape(road, people)
        Commitment.create(person=people.noe, signed_on=LONG_AGO)
        road.take("accompaniment.propose", people.claire, peer=people.noe.uid)
        case = road.case("accompaniment")
    noe, home = browse(people.noe), f"/dossier/{road.dossier.uid}"
    page = read(noe.get(home))
    assert page.headings[0] == "Ana" and "Céramiste" in page.text
    assert not any(mark in page.text for mark in ("Moreau", "Roubaix", road.dossier.number, "exemple.fr"))
    assert {noe.get(home + tab).status_code for tab in TABS[1:]} == {404}
    assert noe.get(f"{home}/{other_case(road)}/note").status_code == 404
    answer = noe.get(f"{home}/{case.uid}/agree")
    assert answer.status_code == 200 and "Moreau" not in answer.text
    assert "Moreau" not in noe.get("/ce-qui-m-attend").text
    assert press(noe, f"{home}/{case.uid}/decline", "Je ne peux pas").status_code == 303
    assert {noe.get(home + tab).status_code for tab in TABS} == {404}


@pytest.mark.trust("T7")
def test_someone_else_s_dossier_and_a_missing_one_are_the_same(road: Road, people: Cast, browse: Browse) -> None:
    """Same status, same page, whoever asks."""
    for who in (people.zoe, people.ben, people.ada):
        client = browse(who)
        for tab in TABS:
            theirs, missing = (client.get(f"/dossier/{uid}{tab}") for uid in (road.dossier.uid, "A" * 22))
            assert theirs.status_code == missing.status_code == 404
            assert RANDOM.sub("", theirs.text.replace(road.dossier.uid, "")) == RANDOM.sub("", missing.text.replace("A" * 22, ""))


@pytest.mark.trust("T7")
def test_a_piece_of_another_dossier_is_not_there(road: Road, people: Cast, browse: Browse, clock: Clock) -> None:
    """Neither through one's own dossier, nor named in one's own form."""
    with writing():
        other = Road(people.ben, clock)
        theirs = Piece.get(Piece.title == "presentation")
    ben = browse(people.ben)
    assert ben.get(f"/dossier/{other.dossier.uid}/pieces/{theirs.uid}").status_code == 404
    page = f"/dossier/{other.dossier.uid}/{other_case(other)}/add_piece"
    form = read(ben.get(page)).form("Ajouter une pièce")
    sent = ben.post(page, data={**form.values.to_dict(), "title": "À moi", "piece": theirs.uid})
    assert sent.status_code == 422
    with writing():
        assert not Event.select().where(Event.step == "add_piece").exists()


def other_case(road: Road) -> str:
    with writing():
        return str(road.case("admission").uid)


def test_a_document_is_added_and_read_back(road: Road, people: Cast, browse: Browse) -> None:
    ana, home = browse(people.ana), f"/dossier/{road.dossier.uid}"
    page = f"{home}/{other_case(road)}/add_piece"
    form = read(ana.get(page)).form("Ajouter une pièce")

    def send(content: bytes, name: str) -> Any:
        return ana.post(page, content_type="multipart/form-data", data={
            **form.values.to_dict(), "title": "Devis", "piece": (BytesIO(content), name)})

    for content in (b"", b"<html>", b"GIF89a"):
        assert send(content, "piege.pdf").status_code == 422
    assert send(plain(), "devis.pdf").status_code == 303
    kept = ana.get(read(ana.get(f"{home}/pieces")).link("devis.pdf"))
    assert kept.data.startswith(b"%PDF-") and kept.headers["Content-Disposition"].startswith("attachment")
    with writing():
        assert b"%PDF-" not in bytes(Piece.get(Piece.filename == "devis.pdf").content)


def test_the_team_plays_no_role_on_its_own_dossier(people: Cast, clock: Clock, browse: Browse) -> None:
    """Claire, who applies too, reads her dossier as its person and takes no step of the circle on it."""
    with writing():
        road = Road(people.claire, clock)
        case = road.case("admission")
    claire, home = browse(people.claire), f"/dossier/{road.dossier.uid}"
    assert "Notes internes" not in claire.get(f"{home}/echanges").text
    assert claire.get(f"{home}/{case.uid}/skip_meeting").status_code == 404


def test_a_note_changes_nobody_s_page_and_is_undone_by_no_one(road: Road, people: Cast, browse: Browse) -> None:
    claire, home = browse(people.claire), f"/dossier/{road.dossier.uid}"
    with writing():
        case = road.case("cape")
        take_step(case, "note", by=people.claire, raw={"note": "Autre note"}, key=None)
        assert road.case("cape").version == case.version
    assert "Autre note" in claire.get(f"{home}/echanges").text
