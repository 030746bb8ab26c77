"""A device, not a person: a code approved elsewhere, a token of its own path, renewed, revoked, forgotten (TRUST 3.26, 3.27)."""

from __future__ import annotations

import pytest
from flask import Flask

from intake.models import devices
from intake.models.days import Journee
from intake.models.devices import Device, Pairing
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.kiosk.tablet import PIN, Tablet, paired, row
from workflows import roles
from workflows.engine import StepRefused


def approve(code: str, people: Cast) -> Device:
    with writing():
        return devices.approve(code, name="Verte", place="Moulin", pin={}, by=people.claire, role=roles.circle)


def test_a_code_serves_once(app: Flask, people: Cast) -> None:
    tablet = Tablet(app.test_client())
    asked = tablet.post("associer", {}).get_json()
    assert len(asked["code"]) == 8
    assert tablet.post("associer/suite", {"secret": asked["secret"]}).get_json() == {"state": "waiting"}
    assert tablet.post("ping", {}).status_code == 401
    approve(asked["code"].lower(), people)
    with pytest.raises(StepRefused):
        approve(asked["code"], people)
    first = tablet.post("associer/suite", {"secret": asked["secret"]})
    assert first.get_json()["state"] == "paired"
    assert tablet.post("ping", {}).status_code == 200
    again = Tablet(app.test_client())
    assert again.post("associer/suite", {"secret": asked["secret"]}).get_json() == {"state": "ended"}
    assert again.post("ping", {}).status_code == 401


def test_a_code_lasts_ten_minutes(app: Flask, people: Cast, clock: Clock) -> None:
    asked = Tablet(app.test_client()).post("associer", {}).get_json()
    clock.forward(minutes=10, seconds=1)
    with pytest.raises(StepRefused, match="10 minutes"):
        approve(asked["code"], people)


def test_five_wrong_codes_end_those_being_shown(app: Flask, people: Cast) -> None:
    tablet = Tablet(app.test_client())
    asked = tablet.post("associer", {}).get_json()
    for _ in range(5):
        with pytest.raises(StepRefused):
            approve("ZZZZZZZZ", people)
    with pytest.raises(StepRefused):
        approve(asked["code"], people)
    assert tablet.post("associer/suite", {"secret": asked["secret"]}).get_json() == {"state": "ended"}
    with writing():
        assert Device.select().count() == 0


def test_a_network_asks_for_thirty_codes_an_hour(app: Flask, people: Cast, clock: Clock) -> None:
    tablet = Tablet(app.test_client())
    assert {tablet.post("associer", {}).status_code for _ in range(30)} == {200}
    assert tablet.post("associer", {}).status_code == 429
    clock.forward(hours=1, seconds=1)
    assert tablet.post("associer", {}).status_code == 200


def test_neither_code_nor_token_is_kept(app: Flask, people: Cast, tablet: Tablet) -> None:
    cookie = tablet.client.get_cookie("borne", path="/borne/")
    assert cookie is not None and len(cookie.value) >= 43
    with writing():
        kept = " ".join(str(list(table.select().dicts())) for table in (Device, Pairing))
    assert cookie.value not in kept
    assert PIN not in kept


def test_the_cookie_goes_to_the_kiosk_alone(app: Flask, people: Cast) -> None:
    tablet = Tablet(app.test_client())
    asked = tablet.post("associer", {}).get_json()
    approve(asked["code"], people)
    said = tablet.post("associer/suite", {"secret": asked["secret"]}).headers["Set-Cookie"]
    assert "Path=/borne/" in said and "SameSite=Strict" in said and "HttpOnly" in said


@pytest.mark.trust("T17")
def test_a_tablet_opens_nothing_else(app: Flask, tablet: Tablet) -> None:
    """Token tried on all routes (T17): pages answer it as they answer nobody."""
    nobody = app.test_client()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.arguments and not rule.rule.startswith(("/borne", "/styleguide")):
            assert tablet.client.get(rule.rule).status_code == nobody.get(rule.rule).status_code, rule.rule


def test_kiosk_routes_ignore_personal_cookies(browse: Browse, people: Cast, journee: Journee) -> None:
    claire = browse(people.claire)
    assert claire.post("/borne/ping", json={}).status_code == 401
    page = claire.get("/borne/")
    assert "Set-Cookie" not in page.headers
    assert "Claire" not in page.get_data(as_text=True)


def test_preparing_renews_the_token_and_a_lost_answer_locks_nobody_out(tablet: Tablet) -> None:
    before = tablet.client.get_cookie("borne", path="/borne/")
    assert tablet.post("preparer", {}).status_code == 200
    after = tablet.client.get_cookie("borne", path="/borne/")
    assert before and after and before.value != after.value
    tablet.client.set_cookie("borne", before.value, path="/borne/")
    assert tablet.post("ping", {}).status_code == 200, "the answer was lost: the earlier token still serves"
    tablet.client.set_cookie("borne", after.value, path="/borne/")
    assert tablet.post("ping", {}).status_code == 200
    tablet.client.set_cookie("borne", before.value, path="/borne/")
    assert tablet.post("ping", {}).status_code == 401, "once the new one was shown, the earlier one is over"


@pytest.mark.trust("T17")
def test_revoked_at_the_next_request(tablet: Tablet, people: Cast) -> None:
    assert tablet.post("ping", {}).status_code == 200
    with writing():
        devices.revoke(row(tablet), people.claire, roles.circle)
    for path in ("ping", "entrees", "ce-qui-coince", "creneaux", "preparer", "fermer"):
        answer = tablet.post(path, {})
        assert (answer.status_code, answer.get_json()) == (401, {"refused": "unpaired"}), path


def test_forty_five_days_unused(tablet: Tablet, clock: Clock) -> None:
    clock.forward(days=44)
    assert tablet.post("ping", {}).status_code == 200
    clock.forward(days=45, seconds=1)
    assert tablet.post("ping", {}).status_code == 401


def test_only_json_from_our_origin(tablet: Tablet) -> None:
    assert tablet.client.post("/borne/ping", data={"sent": "1"}).status_code == 415
    assert tablet.post("ping", {}, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert tablet.post("ping", {}, Origin="https://voleur.example").status_code == 403


def test_a_wiped_tablet_goes_on_from_its_last_number(tablet: Tablet) -> None:
    tablet.note(kind="presence", first_name="Paul", last_name="Roux")
    tablet.post("ping", {"last_sequence": 4})
    assert tablet.post("preparer", {}).get_json()["device"]["sequence"] == 4


def test_two_tablets_each_with_a_name(app: Flask, people: Cast, tablet: Tablet) -> None:
    other = paired(app, people.claire, "Tablette verte")
    assert other.device["uid"] != tablet.device["uid"]
    assert other.device["key"] == tablet.device["key"]
