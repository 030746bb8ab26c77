"""What every answer carries, whatever its status; what becomes of a form without its token, or from elsewhere."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from config import Settings
from intake import create_app
from intake.access import ANYONE, access
from intake.demo.names import A_PDF
from intake.models.dossiers import Case, Dossier, Event
from intake.refusals import OLD_PAGE
from tests.cases.test_admission import arrived
from tests.cast import Cast, writing
from tests.conftest import Browse
from tests.page import Form, press, read

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; "
          "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
          "frame-ancestors 'none'")
"""As TRUST 3.1 writes it."""
NOTE, ADD = "Ajouter une note interne", "Ajouter une pièce"
CROSS = [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://voleur.example"},
         {"Origin": "null"}]


@pytest.fixture
def case(people: Cast) -> Case:
    """Ana has left her details."""
    with writing():
        found = arrived(people.ana)
        assert found.dossier.uid
    return found


def note_of(case: Case) -> str:
    return f"/dossier/{case.dossier.uid}/{case.uid}/note"


def notes() -> int:
    with writing():
        return Event.select().where(Event.step == "note").count()


def filled(client: Any, case: Case, note: str) -> tuple[str, dict[str, str]]:
    """The note's page and its form, filled in."""
    form: Form = read(client.get(note_of(case))).form(NOTE)
    return note_of(case), {**form.values.to_dict(), "note": note}


@pytest.mark.trust("T10")
def test_every_answer_carries_the_policy(app: Flask, people: Cast, browse: Browse, case: Case) -> None:
    answers = {**each_status(people, browse, case), "500": a_fault(app, browse)}
    for kind, answer in answers.items():
        assert answer.status_code == int(kind.split()[0]), f"{kind}: {answer.status_code}"
        has = answer.headers
        assert has["Content-Security-Policy"] == POLICY, kind
        assert has["Cache-Control"] == "no-store", kind
        assert has["X-Content-Type-Options"] == "nosniff", kind
        assert has["Referrer-Policy"] == "same-origin", kind
        assert {"HX-Request", "HX-Request-Type"} <= {name.strip() for name in has["Vary"].split(",")}, kind
        assert "Strict-Transport-Security" not in has, kind


def a_fault(app: Flask, browse: Browse) -> Any:
    """What a bug of ours answers."""
    @access(ANYONE)
    def broken() -> str:
        raise ZeroDivisionError
    app.view_functions["start.accessibility"] = broken
    return browse().get("/accessibilite")


def each_status(people: Cast, browse: Browse, case: Case) -> dict[str, Any]:
    """One answer of each status."""
    claire, nobody = browse(people.claire), browse()
    path, values = filled(claire, case, "Appelée")
    return {
        "200": nobody.get("/"), "200 personal": claire.get(f"/dossier/{case.dossier.uid}"),
        "302": nobody.get("/mon-compte"), "303": claire.post(path, data=values),
        "400": claire.post(path, data={"note": "sans jeton"}), "403": claire.post(path, headers=CROSS[0]),
        "404 no route": nobody.get("/nulle-part"), "404": claire.get("/dossier/AAAAAAAAAAAAAAAAAAAAAA"),
        "405": nobody.get("/deconnexion"), "409": claire.post(path, data={**values, "note": "Un autre texte"}),
        "410": nobody.get("/entrer/rien"), "422": press(claire, path, NOTE, note=""),
    }


def test_a_page_that_is_too_heavy_is_refused_with_its_headers(people: Cast, browse: Browse, case: Case) -> None:
    claire = browse(people.claire)
    answer = claire.post(note_of(case), data={"note": "x" * (12 * 1024 * 1024 + 1)})
    assert answer.status_code == 413
    assert answer.headers["Content-Security-Policy"] == POLICY


@pytest.mark.trust("T10")
def test_a_download_is_boxed_in(people: Cast, browse: Browse, case: Case) -> None:
    ana, page = browse(people.ana), f"/dossier/{case.dossier.uid}/{case.uid}/add_piece"
    form = read(ana.get(page)).form(ADD)
    ana.post(page, content_type="multipart/form-data", data={
        **form.values.to_dict(), "title": "Devis", "piece": (BytesIO(A_PDF + b"<script>"), "devis.html")})
    listed = read(ana.get(f"/dossier/{case.dossier.uid}/pieces"))
    answer = ana.get(listed.link("devis.pdf"))
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == POLICY + "; sandbox"


@pytest.mark.trust("T10")
def test_in_production_the_cookie_belongs_to_this_host_over_https(app: Flask, settings: Settings) -> None:
    made = create_app(replace(settings, public_url="https://parcours.example"))
    answer = made.test_client().get("/", base_url="https://parcours.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-parcours=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie


# The token -------------------------------------------------------------------------------------------------------------


@pytest.mark.trust("T10")
@pytest.mark.parametrize("token", [None, "", "vieux", "IjAwMDAi.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb"])
def test_an_old_form_comes_back_with_its_text_and_a_new_token(
        people: Cast, browse: Browse, case: Case, token: str | None) -> None:
    """Nothing is written; pressing again writes what was typed, once."""
    claire = browse(people.claire)
    path, values = filled(claire, case, "Appelée <b>mardi</b>\nelle rappelle")
    values.pop("csrf_token")
    back = claire.post(path, data=values | ({} if token is None else {"csrf_token": token}))
    assert back.status_code == 400 and notes() == 0
    page, form = read(back), read(back).form(NOTE)
    assert OLD_PAGE.split(".")[0] in page.text
    assert form.values["note"].split() == ["Appelée", "<b>mardi</b>", "elle", "rappelle"] and "<b>mardi" not in back.text
    assert claire.post(form.action, data=form.values).status_code == 303
    assert notes() == 1


def test_an_old_form_without_a_page_of_its_own_comes_back_too(people: Cast, browse: Browse, case: Case) -> None:
    """Under htmx as well: its block is replaced by the answers, never by a banner alone."""
    ada = browse(people.ada)
    for headers, status in (({}, 400), ({"HX-Request": "true", "HX-Request-Type": "partial"}, 409)):
        back = ada.post("/personnes/nouvelle", data={"first_name": "Noé <b>"}, headers=headers)
        assert back.status_code == status
        assert "Noé &lt;b&gt;" in back.text and "Enregistrer à nouveau" in back.text


@pytest.mark.trust("T10")
def test_another_browser_s_token_is_refused(people: Cast, browse: Browse, case: Case) -> None:
    claire, zoe = browse(people.claire), browse(people.zoe)
    path, values = filled(claire, case, "Appelée")
    theirs = read(zoe.get("/mon-compte")).form("Se déconnecter").values["csrf_token"]
    assert claire.post(path, data={**values, "csrf_token": theirs}).status_code == 400
    assert notes() == 0


@pytest.mark.trust("T10")
@pytest.mark.parametrize("headers", CROSS, ids=str)
@pytest.mark.parametrize("with_token", [True, False])
def test_another_site_is_refused_and_nothing_is_echoed(
        people: Cast, browse: Browse, case: Case, headers: dict[str, str], with_token: bool) -> None:
    claire = browse(people.claire)
    path, values = filled(claire, case, "Un secret recopié")
    if not with_token:
        values.pop("csrf_token")
    answer = claire.post(path, data=values, headers=headers)
    assert answer.status_code == 403 and notes() == 0
    assert "Un secret recopié" not in answer.text


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://127.0.0.1:8000"},
                                     {"Origin": "http://localhost"}], ids=str)
def test_our_own_pages_are_let_through(people: Cast, browse: Browse, case: Case, headers: dict[str, str]) -> None:
    claire = browse(people.claire)
    path, values = filled(claire, case, "Appelée")
    assert claire.post(path, data=values, headers=headers).status_code == 303
    assert notes() == 1


@pytest.mark.trust("T10")
def test_every_post_asks_for_its_token(app: Flask, people: Cast, browse: Browse, case: Case) -> None:
    """Without it, with another's or from elsewhere nothing happens. The tablet's pages may be old: they post JSON (3.29)."""
    ada = browse(people.ada)
    mine, theirs = (read(one.get("/mon-compte")).form("Se déconnecter").values["csrf_token"] for one in (ada, browse(people.zoe)))
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            path = rule.rule
            for name in rule.arguments:
                path = path.replace(f"<{name}>", "x")
            refused = (415,) if path.startswith("/borne/") else (400, 404)
            assert ada.post(path).status_code in refused, rule.rule
            assert ada.post(path, data={"csrf_token": theirs}).status_code in refused, rule.rule
            for elsewhere in CROSS:
                assert ada.post(path, data={"csrf_token": mine}, headers=elsewhere).status_code == 403, rule.rule
    with writing():
        assert Dossier.select().count() == 1


def test_an_address_that_leads_nowhere_signs_nobody_out(people: Cast, browse: Browse) -> None:
    page = browse(people.claire).get("/tableau-de-bord")
    assert page.status_code == 404
    assert "Se déconnecter" in page.text and "Candidatures" in page.text and "Se connecter" not in page.text
    assert "Se connecter" in browse().get("/tableau-de-bord").text
    assert "Se déconnecter" not in browse(people.claire).get("/borne/ailleurs").text, "the tablet looks at no personal cookie"
