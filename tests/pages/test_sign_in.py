"""Signing in: a link and a code, ten minutes, once, in the browser that asked; nobody learns who has an address."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask, session
from flask.testing import FlaskClient

from config import Settings
from intake import create_app, moment, post, sessions, signing_in
from intake.models import base
from intake.models.letters import Letter
from intake.models.people import Person, RoleGrant
from intake.models.signin import Session, SignInRequest, SignInSecret
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import press, read

ASK, OPEN, ENTER = "Recevoir mon lien de reprise", "Ouvrir mon dossier", "/reprendre"
LINK, CODE = re.compile(r"http://127\.0\.0\.1:8000(/entrer/\S+)"), re.compile(r"\b(\d{3}) (\d{3})\b")


def asked(client: FlaskClient, person: Person) -> tuple[str, str]:
    """Ask for a link, let the post go round: what the letter carries (path, code)."""
    assert press(client, ENTER, ASK, email=person.email).status_code == 303
    return delivered(client.application)


def delivered(app: Flask) -> tuple[str, str]:
    """The link and the code of the last letter sent."""
    sent: list[EmailMessage] = []
    with app.app_context(), writing():
        post.send_due(sent.append)
    text = sent[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    return LINK.findall(text)[0], "".join(CODE.findall(text)[0])


def signed_in(client: FlaskClient) -> bool:
    return client.get("/mon-compte").status_code == 200


def used() -> int:
    with writing():
        return SignInRequest.select().where(SignInRequest.used_at.is_null(False)).count()


def follow(client: FlaskClient, link: str) -> Any:
    """Press the button of a link's page."""
    form = read(client.get(link)).forms[0]
    return client.post(form.action or link, data=form.values)


# The link ------------------------------------------------------------------------------------------------------------


def test_the_link_shows_a_button_and_the_button_opens(people: Cast, browse: Browse) -> None:
    ana = browse()
    link, _ = asked(ana, people.ana)
    assert follow(ana, link).headers["Location"] == "/mon-parcours"
    assert signed_in(ana)


@pytest.mark.trust("T8")
def test_reading_uses_nothing_up(people: Cast, browse: Browse) -> None:
    """A hundred looks by a mail scanner, and by Ana: the button still opens."""
    ana, scanner = browse(), browse()
    link, _ = asked(ana, people.ana)
    for _ in range(100):
        scanner.head(link)
        ana.get(link)
    scanner.post(link)
    assert used() == 0 and not signed_in(ana) and not signed_in(scanner)
    assert follow(ana, link).status_code == 303
    assert signed_in(ana)


@pytest.mark.control("T8")
def test_control_a_link_that_opens_by_being_read_is_used_up(app: Flask, people: Cast, browse: Browse) -> None:
    view = app.view_functions["sign_in.link"]

    def opens(token: str) -> Any:
        base.check_out(writing=True)
        signing_in.use_link(token, session["browser"])
        return view(token)

    opens.access = view.access  # type: ignore[attr-defined]
    app.view_functions["sign_in.link"] = opens
    with pytest.raises(AssertionError):
        test_reading_uses_nothing_up(people, browse)
    assert used() == 1


@pytest.mark.control("T8")
def test_control_a_link_that_is_bound_to_no_browser_opens_for_whoever_has_it(
        people: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    def unbound(token: str, _: str) -> SignInRequest:
        found: SignInRequest = SignInSecret.get(SignInSecret.token == signing_in.digest("link", token)).request
        return found

    monkeypatch.setattr(signing_in, "request_of_link", unbound)
    with pytest.raises(AssertionError):
        test_another_browser_shows_nothing(people, browse)


@pytest.mark.trust("T8")
def test_thirty_two_presses_at_once_sign_in_once(people: Cast, browse: Browse, app: Flask) -> None:
    ana = browse()
    link, _ = asked(ana, people.ana)
    form = read(ana.get(link)).forms[0]
    cookie = ana.get_cookie("parcours")
    assert cookie is not None

    def at_once(_: int) -> int:
        client = app.test_client()
        client.set_cookie("parcours", cookie.value)
        return client.post(link, data=form.values).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(at_once, range(32)))
    assert sorted(answers) == [303] + [410] * 31
    with writing():
        assert Session.select().where(Session.person == people.ana).count() == 1


@pytest.mark.trust("T8")
def test_a_link_works_once(people: Cast, browse: Browse) -> None:
    ana = browse()
    link, code = asked(ana, people.ana)
    follow(ana, link)
    ana.post("/deconnexion", data=read(ana.get("/mon-compte")).form("Se déconnecter").values)
    assert not signed_in(ana)
    assert ana.get(link).status_code == 410
    with pytest.raises(signing_in.NotThisOne), writing():
        signing_in.use_code(SignInRequest.get().uid, code, "whatever")
    assert not signed_in(ana)


@pytest.mark.trust("T8")
def test_a_link_lasts_ten_minutes(people: Cast, browse: Browse, clock: Clock) -> None:
    ana = browse()
    link, _ = asked(ana, people.ana)
    form = read(ana.get(link)).forms[0]
    clock.forward(minutes=10, seconds=1)
    assert ana.get(link).status_code == 410
    assert ana.post(link, data=form.values).status_code == 410
    assert used() == 0 and not signed_in(ana)


@pytest.mark.trust("T8")
def test_another_browser_shows_nothing(people: Cast, browse: Browse) -> None:
    """Whoever reads the letter elsewhere is told to type the code where it was asked."""
    ana, thief = browse(), browse()
    link, _ = asked(ana, people.ana)
    page = thief.get(link)
    assert page.status_code == 410 and "Ana" not in page.text
    token = read(thief.get("/connexion")).forms[0].values["csrf_token"]
    assert thief.post(link, data={"csrf_token": token}).status_code == 410
    assert used() == 0 and not signed_in(thief)


@pytest.mark.trust("T8")
def test_a_printed_link_opens_any_browser_once_for_a_day(people: Cast, browse: Browse, clock: Clock) -> None:
    with writing():
        first, late = (signing_in.print_link(people.ana).removeprefix("http://127.0.0.1:8000") for _ in range(2))
    clock.forward(hours=23)
    assert follow(browse(), first).status_code == 303
    assert browse().get(first).status_code == 410
    clock.forward(hours=2)
    assert browse().get(late).status_code == 410


@pytest.mark.trust("T8")
def test_the_letter_leads_to_the_house_whatever_the_browser_says(people: Cast, browse: Browse) -> None:
    """A forged Host, or a forged way back, never enters a letter or a redirect."""
    ana = browse()
    form = read(ana.get("/reprendre?suite=//voleur.example/")).form(ASK)
    sent = ana.post(ENTER, data={**form.values.to_dict(), "email": people.ana.email},
                    headers={"Host": "voleur.example", "X-Forwarded-Host": "voleur.example"})
    assert sent.status_code in (303, 400, 403)
    if sent.status_code != 303:
        press(ana, "/reprendre?suite=//voleur.example/", ASK, email=people.ana.email)
    with writing():
        assert "voleur" not in Letter.get(Letter.template == "resume_link").body
    link, _ = delivered(ana.application)
    assert follow(ana, link).headers["Location"] == "/mon-parcours"


@pytest.mark.parametrize("suite", ["https://voleur.example", "//voleur.example", "/\\voleur.example", "javascript:x"])
def test_the_way_back_stays_here(people: Cast, browse: Browse, suite: str) -> None:
    assert browse(people.ana).get("/connexion", query_string={"suite": suite}).headers["Location"] == "/mon-parcours"


# The code ------------------------------------------------------------------------------------------------------------


def test_the_code_opens_in_the_browser_that_asked(people: Cast, browse: Browse) -> None:
    ana = browse()
    _, code = asked(ana, people.ana)
    assert press(ana, "/connexion/code", OPEN, code=f"{code[:3]} {code[3:]}").status_code == 303
    assert signed_in(ana)


@pytest.mark.trust("T8")
def test_five_wrong_codes_end_the_request(people: Cast, browse: Browse) -> None:
    ana = browse()
    link, code = asked(ana, people.ana)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    form = read(ana.get("/connexion/code")).form(OPEN)
    answers = [ana.post("/connexion/code", data={**form.values.to_dict(), "code": wrong}).status_code for _ in range(5)]
    assert answers == [422, 422, 422, 422, 429]
    assert ana.post("/connexion/code", data={**form.values.to_dict(), "code": code}).status_code == 429
    assert ana.get(link).status_code == 410
    assert not signed_in(ana)


def test_a_wrong_code_keeps_the_page(people: Cast, browse: Browse) -> None:
    ana = browse()
    asked(ana, people.ana)
    refused = press(ana, "/connexion/code", OPEN, code="12")
    assert refused.status_code == 422
    assert "Ce code ne correspond pas" in read(refused).text


def test_a_repeat_leaves_the_first_secret_its_ten_minutes(people: Cast, browse: Browse) -> None:
    """A letter sent twice carries two secrets; either opens."""
    ana = browse()
    first, _ = asked(ana, people.ana)
    with writing():
        Letter.update(status="waiting").execute()
    second, _ = delivered(ana.application)
    assert first != second and ana.get(first).status_code == 200
    assert follow(ana, first).status_code == 303


# Who has an address ---------------------------------------------------------------------------------------------------


def neutral(text: str) -> str:
    """A page without its tokens."""
    return re.sub(r'(name="(?:csrf_token|key)" value=)"[^"]*"', r"\1", text)


@pytest.mark.trust("T8")
def test_an_unknown_address_gets_the_same_page(people: Cast, browse: Browse) -> None:
    pages, places = [], []
    for address in (people.ana.email, "personne@exemple.fr"):
        client = browse()
        sent = press(client, ENTER, ASK, email=address)
        places.append((sent.status_code, sent.headers["Location"]))
        pages.append([neutral(client.get("/connexion/code").text),
                      neutral(press(client, "/connexion/code", OPEN, code="123456").text)])
    assert places[0] == places[1] and pages[0] == pages[1]
    with writing():
        assert SignInRequest.select().count() == 2
        assert [letter.recipient.first_name for letter in Letter.select()] == ["Ana"]


@pytest.mark.trust("T8")
def test_a_disabled_account_gets_no_letter_and_its_session_ends(people: Cast, browse: Browse) -> None:
    ana = browse()
    link, _ = asked(ana, people.ana)
    with writing():
        Person.update(disabled_at=moment.now()).where(Person.id == people.ana.id).execute()
    follow(ana, link)
    assert not signed_in(ana)
    press(browse(), ENTER, ASK, email=people.ana.email)
    with writing():
        assert Letter.select().count() == 1


@pytest.mark.trust("T8")
def test_five_requests_an_hour_for_an_address(people: Cast, browse: Browse, clock: Clock) -> None:
    """Known or not, from whichever browser."""
    for address in (people.ana.email, "personne@exemple.fr"):
        answers = [press(browse(), ENTER, ASK, email=address).status_code for _ in range(6)]
        assert answers == [303] * 5 + [429]
        assert press(browse(), ENTER, ASK, email=str(address).upper()).status_code == 429
    clock.forward(hours=1, minutes=1)
    assert press(browse(), ENTER, ASK, email=people.ana.email).status_code == 303


@pytest.mark.trust("T8")
def test_a_restart_forgets_no_limit(app: Flask, people: Cast, browse: Browse, settings: Settings) -> None:
    for _ in range(5):
        press(browse(), ENTER, ASK, email=people.ana.email)
    started_again = create_app(settings).test_client()
    assert press(started_again, ENTER, ASK, email=people.ana.email).status_code == 429


@pytest.mark.trust("T8")
def test_sixty_requests_an_hour_for_a_network(app: Flask, people: Cast, browse: Browse) -> None:
    with writing():
        for number in range(60):
            signing_in.ask(f"p{number}@exemple.fr", "browser", "127.0.0.1", "/")
        with pytest.raises(signing_in.TooMany):
            signing_in.ask("encore@exemple.fr", "browser", "127.0.0.1", "/")
        signing_in.ask("ailleurs@exemple.fr", "browser", "192.0.2.7", "/")
    assert press(browse(), ENTER, ASK, email=people.ana.email).status_code == 429


@pytest.mark.trust("T8")
def test_only_hashes_are_kept(people: Cast, browse: Browse) -> None:
    """Neither link, code, browser nor session can be read in the database."""
    ana = browse()
    link, code = asked(ana, people.ana)
    follow(ana, link)
    with ana.session_transaction() as cookie:
        secrets = [link.rsplit("/", 1)[1], cookie["token"], cookie["browser"]]
    with writing():
        rows = [row for model in (SignInRequest, SignInSecret, Session, Letter) for row in model.select().dicts()]
    kept = repr(rows)
    assert not [secret for secret in secrets if secret in kept]
    assert f"'{code}'" not in kept and f"{code[:3]} {code[3:]}" not in kept


# The session -----------------------------------------------------------------------------------------------------------


def test_two_hours_idle_end_the_session(people: Cast, browse: Browse, clock: Clock) -> None:
    ana = browse(people.ana)
    for _ in range(3):
        clock.forward(hours=1, minutes=55)
        assert signed_in(ana)
    clock.forward(hours=2, minutes=1)
    assert not signed_in(ana)


def test_twelve_hours_end_it_however_busy(people: Cast, browse: Browse, clock: Clock) -> None:
    ana = browse(people.ana)
    for _ in range(11):
        clock.forward(hours=1)
        assert signed_in(ana)
    clock.forward(hours=1, seconds=1)
    assert not signed_in(ana)


def test_signing_out_ends_it_for_a_copied_cookie_too(people: Cast, browse: Browse, app: Flask) -> None:
    ana, copy = browse(people.ana), app.test_client()
    copy.set_cookie("parcours", ana.get_cookie("parcours").value)  # type: ignore[union-attr]
    assert signed_in(copy)
    press(ana, "/mon-compte", "Se déconnecter")
    assert not signed_in(ana) and not signed_in(copy)


def test_a_changed_role_ends_every_session(people: Cast, browse: Browse) -> None:
    """Ada takes a role away from Sami: his open browser is asked to sign in again."""
    sami, ada = browse(people.sami), browse(people.ada)
    assert signed_in(sami)
    page = f"/personnes/{people.sami.uid}/retirer/support"
    assert press(ada, page, "Retirer ce rôle", reason="Sami change de métier").status_code == 303
    with writing():
        assert not RoleGrant.select().where(RoleGrant.person == people.sami, RoleGrant.until.is_null()).exists()
    assert not signed_in(sami)


def test_signing_in_changes_the_identifier(people: Cast, browse: Browse) -> None:
    ana = browse(people.ben)
    with ana.session_transaction() as cookie:
        before = cookie["token"]
    with writing():
        link = signing_in.print_link(people.ana).removeprefix("http://127.0.0.1:8000")
    follow(ana, link)
    with ana.session_transaction() as cookie:
        assert cookie["token"] != before
    assert "Ana" in ana.get("/mon-compte").text


def test_the_link_of_development_is_refused_in_production(app: Flask, people: Cast, browse: Browse) -> None:
    app.config["PRODUCTION"] = True
    ana = browse()
    press(ana, ENTER, ASK, email=people.ana.email)
    code = ana.get("/connexion/code")
    assert "Suivre le lien" not in code.text
    token = read(code).form(OPEN).values["csrf_token"]
    sent = ana.post("/connexion/lien-de-developpement", data={"csrf_token": token})
    assert sent.headers["Location"] == "/connexion/code"
    with writing():
        assert not SignInSecret.select().exists()


def test_someone_who_is_asked_to_sign_in_comes_back(people: Cast, browse: Browse) -> None:
    """What one came for is where one lands; htmx is sent there as a page."""
    ana = browse()
    turned = ana.get("/mon-compte?a=1")
    assert turned.status_code == 302 and turned.headers["Location"] == "/connexion?suite=/mon-compte?a%3D1"
    assert ana.get("/mon-compte", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/connexion?suite=/mon-compte"
    press(ana, turned.headers["Location"], "Recevoir mon lien de connexion", email=people.ana.email)
    link, _ = delivered(ana.application)
    assert follow(ana, link).headers["Location"] == "/mon-compte?a=1"


def test_ends_are_those_written(people: Cast) -> None:
    assert (
        timedelta(hours=2), timedelta(hours=12), timedelta(minutes=10)) == (sessions.IDLE, sessions.LONGEST, signing_in.LASTS)
