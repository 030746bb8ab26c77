"""The team's second step: nobody of the team is in by e-mail alone; each code serves once; a lost device needs two people."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from intake.models import factors
from intake.models.dossiers import Event
from intake.models.factors import Factor, RecoveryCode
from intake.models.letters import Letter
from intake.models.people import Person
from intake.models.signin import Session
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import press, read

HOME, ASK, PROTECT = "/ce-qui-m-attend", "/seconde-etape", "/proteger-mon-acces"
APPLICATION = f"{PROTECT}/application"


@pytest.fixture(autouse=True)
def production(app: Flask) -> None:
    """The second step is asked of everyone of the team, as in production."""
    app.config["PRODUCTION"] = True


def by_mail(browse: Browse, person: Person) -> FlaskClient:
    """A browser in which someone signed in by their letter alone."""
    client = browse(person)
    with writing():
        Session.update(second_step_at=None).where(Session.person == person).execute()
    return client


def enrolled(client: FlaskClient, clock: Clock) -> tuple[pyotp.TOTP, list[str]]:
    """Their application, set up through the pages, and the ten codes shown."""
    form = read(client.get(APPLICATION)).form("Continuer")
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', client.get(APPLICATION).text)
    assert secret and form.values["secret"]
    page = client.get(APPLICATION).text
    signed = re.search(r'name="secret" value="([^"]+)"', page)
    shown = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert signed and shown
    totp = pyotp.TOTP(shown[1].replace(" ", ""))
    answer = client.post(APPLICATION, data={"csrf_token": form.values["csrf_token"], "secret": signed[1],
                                            "code": totp.at(clock.now)}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 200
    return totp, re.findall(r"<li>(\d{5}-\d{5})</li>", answer.text)


@pytest.mark.trust("T8")
def test_by_mail_alone_nobody_of_the_team_is_in(people: Cast, browse: Browse) -> None:
    """Claire, Noé who accompanies nobody yet, Ana who applies: Claire alone is asked, everywhere."""
    claire = by_mail(browse, people.claire)
    for path in (HOME, "/candidatures", "/mon-compte", "/chiffres", "/mon-parcours"):
        answer = claire.get(path)
        assert answer.status_code == 302 and answer.location.startswith(ASK), path
    assert claire.get(ASK).location == PROTECT
    assert by_mail(browse, people.ana).get("/mon-parcours").status_code == 200
    fragment = claire.get("/candidatures", headers={"HX-Request": "true", "HX-Current-URL": "http://x/candidatures?q=a"})
    assert fragment.status_code == 204 and fragment.headers["HX-Redirect"].endswith("suite=/candidatures?q%3Da")


def test_an_application_is_set_up_and_its_person_told(people: Cast, browse: Browse, clock: Clock) -> None:
    claire = by_mail(browse, people.claire)
    form = read(claire.get(PROTECT))
    assert "Protéger votre accès" in form.headings
    assert press(claire, PROTECT, "Continuer", kind="application").location == APPLICATION
    _, codes = enrolled(claire, clock)
    assert len(codes) == 10
    assert claire.get("/mon-compte").status_code == 200
    with writing():
        kept = Factor.get(Factor.person == people.claire)
        assert kept.kind == "totp" and bytes(kept.secret).startswith(b"gAAAA")
        assert not any(code in str(row) for code in codes for row in RecoveryCode.select(RecoveryCode.code).tuples())
        assert Letter.get(Letter.recipient == people.claire).template == "access_changed"
        assert Event.get(Event.step == "add_factor").subject == f"person:{people.claire.uid}"


def test_a_code_opens_once(people: Cast, browse: Browse, clock: Clock) -> None:
    """The code of this half-minute, then again: refused; the next one opens."""
    totp, _ = enrolled(by_mail(browse, people.claire), clock)
    clock.forward(seconds=60)
    first, second = by_mail(browse, people.claire), browse(people.claire)
    code = totp.at(clock.now)
    with writing():
        Session.update(second_step_at=None).where(Session.person == people.claire).execute()
    assert press(first, f"{ASK}?suite=/candidatures", "Continuer", code=code).location == "/candidatures"
    again = press(second, ASK, "Continuer", code=code)
    assert again.status_code == 422 and "Ce code ne correspond pas. Attendez le suivant" in read(again).text
    clock.forward(seconds=30)
    assert press(second, ASK, "Continuer", code=totp.at(clock.now)).status_code == 303


@pytest.mark.parametrize("typed, said", [
    ("", "Saisissez le code à 6 chiffres"), ("123", "Ce code ne correspond pas"), ("abcdef", "Ce code ne correspond pas"),
    ("1" * 5000, "caractères ou moins"), ("\x00\u202e", "contient un caractère illisible")])
def test_clumsy_codes_get_a_sentence(people: Cast, browse: Browse, clock: Clock, typed: str, said: str) -> None:
    enrolled(by_mail(browse, people.claire), clock)
    answer = press(by_mail(browse, people.claire), ASK, "Continuer", code=typed)
    assert answer.status_code == 422 and said in read(answer).text


def test_wrong_answers_slow_down_and_never_lock(people: Cast, browse: Browse, clock: Clock) -> None:
    """Five wrong codes: a wait, said with its hour; the person is told; later the right code opens."""
    totp, _ = enrolled(by_mail(browse, people.claire), clock)
    claire = by_mail(browse, people.claire)
    for _ in range(5):
        press(claire, ASK, "Continuer", code="000000")
    clock.forward(seconds=30)
    held = claire.get(ASK)
    assert held.status_code == 200
    refused = press(claire, ASK, "Continuer", code=totp.at(clock.now))
    assert refused.status_code == 429 and "Trop d’essais. Réessayez à 10" in read(refused).text
    with writing():
        assert Event.select().where(Event.step == "second_step_failed").count() == 1
    clock.forward(minutes=2)
    assert press(claire, ASK, "Continuer", code=totp.at(clock.now)).status_code == 303
    with writing():
        assert factors.wait_until(people.claire) is None


def test_a_recovery_code_serves_once(people: Cast, browse: Browse, clock: Clock) -> None:
    _, codes = enrolled(by_mail(browse, people.claire), clock)
    page = f"{ASK}?secours=1"
    assert press(by_mail(browse, people.claire), page, "Continuer", recovery=codes[3].replace("-", " ")).status_code == 303
    again = press(by_mail(browse, people.claire), page, "Continuer", recovery=codes[3])
    assert again.status_code == 422 and "a déjà servi" in read(again).text
    file = by_mail(browse, people.claire)
    assert file.post(f"{PROTECT}/codes.txt").status_code in (302, 307, 400)


def test_what_was_typed_goes_on_once_the_step_is_passed(people: Cast, browse: Browse, clock: Clock) -> None:
    """Odile confirms a role with a step six minutes old: asked again, then what she pressed is done, once."""
    marc, odile = browse(people.marc), by_mail(browse, people.odile)
    totp, _ = enrolled(odile, clock)
    press(marc, f"/personnes/{people.zoe.uid}/donner-un-role", "Donner ce rôle", role="admin", reason="Relais")
    clock.forward(minutes=6)
    form = read(odile.get("/personnes")).form("Confirmer ce rôle")
    sent = odile.post("/personnes/confirmer", data=form.values, headers={"Sec-Fetch-Site": "same-origin"})
    assert sent.status_code == 307 and sent.location.startswith(ASK)
    asked = odile.post(sent.location, data=form.values, headers={"Sec-Fetch-Site": "same-origin"})
    again = read(asked).form("Continuer")
    assert again.values["asked"] == form.values["asked"]
    passed = odile.post(ASK, data={**again.values, "code": totp.at(clock.now)}, headers={"Sec-Fetch-Site": "same-origin"})
    assert passed.status_code == 307 and passed.location == "/personnes/confirmer"
    done = odile.post(passed.location, data={**again.values, "code": "x"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert done.status_code == 303
    with writing():
        assert Event.select().where(Event.step == "confirm_role").count() == 1


def test_two_people_set_a_lost_step_to_zero(people: Cast, browse: Browse, clock: Clock) -> None:
    """Ada asks, she cannot confirm; Marc does: Claire's sessions end, she begins again, and is told."""
    claire = by_mail(browse, people.claire)
    enrolled(claire, clock)
    page = f"/personnes/{people.claire.uid}/seconde-etape"
    ada = browse(people.ada)
    assert press(ada, page, "Demander la remise à zéro", reason="Téléphone tombé dans la Deûle").status_code == 303
    assert "Confirmer la remise à zéro" not in read(ada.get("/personnes")).text
    assert claire.get("/mon-compte").status_code == 200
    marc = browse(people.marc)
    assert press(marc, "/personnes", "Confirmer la remise à zéro").status_code == 303
    assert claire.get("/mon-compte").status_code == 302
    with writing():
        assert not Factor.select().where(Factor.person == people.claire).exists()
        assert not RecoveryCode.select().where(RecoveryCode.person == people.claire).exists()
        assert {one.template for one in Letter.select().where(Letter.recipient == people.claire)} == {"access_changed"}
    assert by_mail(browse, people.claire).get(ASK).location == PROTECT


def test_nobody_resets_alone_nor_their_own(people: Cast, browse: Browse, clock: Clock) -> None:
    enrolled(by_mail(browse, people.marc), clock)
    marc = browse(people.marc)
    own = press(marc, f"/personnes/{people.marc.uid}/seconde-etape", "Demander la remise à zéro", reason="Pour moi")
    assert own.status_code == 409 and "Une seconde personne doit confirmer" in read(own).text
    assert browse(people.claire).get(f"/personnes/{people.marc.uid}/seconde-etape").status_code == 404
    with writing():
        assert Factor.select().count() == 1


def test_the_last_protection_stays(people: Cast, browse: Browse, clock: Clock) -> None:
    claire = by_mail(browse, people.claire)
    enrolled(claire, clock)
    refused = press(claire, "/mon-compte", "Retirer Application de codes")
    assert refused.status_code == 409 and "dernière protection" in read(refused).text
    clock.forward(minutes=6)
    assert claire.get(PROTECT).location.startswith(ASK), "adding asks the present one again"


def test_a_forged_secret_sets_nothing_up(people: Cast, browse: Browse, clock: Clock) -> None:
    """Claire's page cannot be used for Salomé's account, nor a secret of one's own choice."""
    claire, salome = by_mail(browse, people.claire), by_mail(browse, people.salome)
    signed = read(claire.get(APPLICATION)).form("Continuer").values["secret"]
    shown = re.search(r'class="secret">([A-Z2-7 ]+)<', claire.get(APPLICATION).text)
    form = read(salome.get(APPLICATION)).form("Continuer").values
    assert shown
    mine = pyotp.TOTP(shown[1].replace(" ", ""))
    for secret in (signed, mine.secret):
        answer = salome.post(APPLICATION, data={**form, "secret": secret, "code": mine.at(clock.now)},
                             headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 422
    with writing():
        assert not Factor.select().exists()


def test_in_development_it_is_asked_once_it_is_set_up(app: Flask, people: Cast, browse: Browse, clock: Clock) -> None:
    """A demonstration's people are entered by one button; whoever protects their access is asked."""
    app.config["PRODUCTION"] = False
    claire = by_mail(browse, people.claire)
    assert claire.get("/mon-compte").status_code == 200
    enrolled(claire, clock)
    assert by_mail(browse, people.claire).get("/mon-compte").status_code == 302
    assert timedelta(minutes=5) == factors.FRESH
