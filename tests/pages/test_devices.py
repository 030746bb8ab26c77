"""« Bornes »: pair the tablet that shows a code, see what it holds, cut it off, take in its rescue file."""

from __future__ import annotations

import json
from io import BytesIO

from flask import Flask

from intake.models.devices import Device
from intake.models.dossiers import Answers, Event
from tests.cast import Cast, writing
from tests.conftest import Browse
from tests.kiosk.conftest import badge, journee, tablet
from tests.kiosk.tablet import Tablet
from tests.page import press, read

__all__ = ["badge", "journee", "tablet"]


def pair(browse: Browse, people: Cast, code: str, pin: str = "402117") -> tuple[int, str]:
    """(status, text) of the page once posted."""
    answer = press(browse(people.claire), "/bornes/associer", "Associer cette tablette", code=code, name="Tablette bleue",
                   place="Moulin", pin=pin)
    return answer.status_code, read(answer).text if answer.status_code != 303 else ""


def test_pair_by_the_code_shown(app: Flask, browse: Browse, people: Cast) -> None:
    shown = Tablet(app.test_client())
    asked = shown.post("associer", {}).get_json()
    assert pair(browse, people, f"{asked['code'][:4]} {asked['code'][4:].lower()}") == (303, "")
    assert shown.post("associer/suite", {"secret": asked["secret"]}).get_json()["state"] == "paired"
    page = read(browse(people.claire).get("/bornes"))
    assert "Tablette bleue" in page.text and "file vide" in page.text


def test_another_code_is_refused_with_its_remedy_and_writes_nothing(browse: Browse, people: Cast) -> None:
    status, text = pair(browse, people, "ZZZZZZZZ")
    assert status == 409 and "regardez la tablette" in text
    assert pair(browse, people, "ZZZZZZZZ", pin="111111")[0] == 422
    assert pair(browse, people, "ZZZZZZZZ", pin="12")[0] == 422
    with writing():
        assert Device.select().count() == 0


def test_those_who_prepare_no_journee_find_nothing(browse: Browse, people: Cast, tablet: Tablet) -> None:
    mine = f"/bornes/{tablet.device['uid']}"
    for path in ("/bornes", "/bornes/associer", f"{mine}/lieu", f"{mine}/revoquer", "/bornes/secours"):
        assert browse(people.zoe).get(path).status_code == 404
        assert "/connexion?" in browse().get(path).headers["Location"]


def test_it_is_carried_elsewhere(browse: Browse, people: Cast, tablet: Tablet) -> None:
    """Its place is shown, changed, kept in the history with the one before; the same again writes nothing."""
    claire, path = browse(people.claire), f"/bornes/{tablet.device['uid']}/lieu"
    before = read(claire.get(path)).form("Enregistrer").values["place"]
    assert before and before in read(claire.get("/bornes")).text
    assert press(claire, path, "Enregistrer", place="").status_code == 422
    for _ in range(2):
        assert press(claire, path, "Enregistrer", place="Salle du bas").status_code == 303
    assert "Salle du bas" in read(claire.get("/bornes")).text
    assert tablet.post("preparer", {}).get_json()["device"]["place"] == "Salle du bas", "the tablet is told"
    with writing():
        moved = Event.select().where(Event.step == "move_device")
        assert [Answers.get(Answers.event == one).text["before"]["place"] for one in moved] == [before]
    press(claire, f"/bornes/{tablet.device['uid']}/revoquer", "Révoquer cette tablette")
    assert press(claire, path, "Enregistrer", place="Grenier").status_code == 409


def test_revoke_twice_is_harmless(browse: Browse, people: Cast, tablet: Tablet) -> None:
    claire, path = browse(people.claire), f"/bornes/{tablet.device['uid']}/revoquer"
    assert tablet.post("ping", {}).status_code == 200
    for _ in range(2):
        assert press(claire, path, "Révoquer cette tablette").status_code == 303
    assert tablet.post("ping", {}).status_code == 401
    assert "Révoquées" in read(claire.get("/bornes")).headings


def test_what_it_holds_and_what_never_came(browse: Browse, people: Cast, tablet: Tablet) -> None:
    tablet.post("ping", {"sent": tablet.millis() - 12 * 60_000, "waiting": 3, "to_check": 1, "last_sequence": 6})
    text = read(browse(people.claire).get("/bornes")).text.replace("\u00a0", " ")
    for said in ("3 fiches en attente", "1 fiche refusée", "2 fiches manquent", "Son horloge retarde de 12 minutes"):
        assert said in text, said


def test_a_rescue_file_is_taken_in_once(browse: Browse, people: Cast, tablet: Tablet) -> None:
    entry = tablet.entry({"kind": "presence", "first_name": "Paul", "last_name": "Roux"})
    whole = json.dumps({"borne": "x", "entries": [entry, {"key": 1}], "irritants": [tablet.irritant("Le site")]}).encode()
    claire = browse(people.claire)
    form = read(claire.get("/bornes/secours")).form("Déposer ce fichier")
    said = []
    for content in (whole, whole, b"autre chose"):
        answer = claire.post("/bornes/secours", data={**form.values.to_dict(), "file": (BytesIO(content), "secours.json")})
        said.append((answer.status_code, read(answer).text.replace("\u00a0", " ")))
    assert said[0][0] == 200 and "1 nouvelles fiches, 0 déjà connues, 1 illisibles" in said[0][1]
    assert "0 nouvelles fiches, 1 déjà connues" in said[1][1]
    assert said[2][0] == 422
