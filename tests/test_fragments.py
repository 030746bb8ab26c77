"""Every htmx answer, put in its place on the page, equals a reload (ARCHITECTURE §6): the table names them all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2_fragments.flask import template_block_rendered

from intake.models import board_exports, days, slots
from intake.models.days import InfoMeeting, Journee
from intake.models.dossiers import Case
from intake.models.people import Antenna, Commitment, Person, RoleGrant
from tests.cases.test_contracts import renewed, step as with_its_paper
from tests.cases.test_whole_road import Road, to_review
from tests.cast import LONG_AGO, Cast, principale, writing
from tests.conftest import Browse, Clock
from tests.faults import crowd
from tests.page import HTMX, element, press, read, same_as_reload
from tests.pages.test_group_entry import DAY as GROUP_DAY, under_study

INTAKE = Path(__file__).parent.parent / "intake"
MARCH = date(2027, 3, 18)
KEPT = ("csrf_token", "key", "version", "query", "etape", "suite", "from", "turn", "seen", "sheet")
"""What a form holds before anyone answers it."""
BEAT = "(no button: the page sends it by itself)"


@dataclass(frozen=True)
class Asked:
    """An htmx answer: the block of a template, who asks for it and where, what it replaces."""

    template: str
    block: str
    who: str
    url: str
    target: str
    press: str = ""
    """The button whose form is sent empty; none: the page is opened."""
    status: int = 0
    """200, or 422 when a form is sent."""


@dataclass
class House:
    """Someone at each stage, a contract to sign, a journée, a meeting, an export under way."""

    people: Cast
    ben: Road
    zoe: Road
    waiting: Case
    offered: Case
    contract: Case
    candidate: Case
    journee: Journee
    meeting: InfoMeeting
    export: Any

    def answers(self) -> Iterator[Asked]:
        """Every one of them, by screen."""
        yield from self._board()
        yield from self._dossiers()
        yield from self._journees()
        yield from self._administration()
        yield from self._anyone()

    def _board(self) -> Iterator[Asked]:
        case = self.ben.case("admission")
        chosen = f"?dossier={case.uid}"
        yield Asked("board.html", "board", "claire", "/candidatures?q=ben", "tableau")
        yield Asked("board.html", "board", "claire", "/candidatures?vue=a-relancer&etape=rencontre", "tableau")
        yield Asked("board.html", "changed", "claire", "/candidatures?depuis=avant&discret=1", "tableau-change")
        yield Asked("board_move.html", "panel", "claire", f"/candidatures/{case.uid}/deplacer", "deplacement")
        yield Asked("board_move.html", "panel", "claire", f"/candidatures/{case.uid}/deplacer?continuer=1",
                    "deplacement", status=422)
        yield Asked("board_table.html", "table", "claire", "/candidatures/tableau?etape=contacts&tri=nom", "lignes")
        yield Asked("board_view.html", "form", "claire", "/candidatures/vues/nouvelle?q=ben", "vue", "Enregistrer cette vue")
        yield Asked("bulk.html", "form", "claire", f"/candidatures/choisies{chosen}&acte=inviter", "choisies",
                    "Inviter à une journée")
        yield Asked("exports_ask.html", "form", "claire", "/exports/nouveau?etape=contacts", "exporter", "Préparer l’export")
        yield Asked("exports.html", "progress", "claire", f"/exports/{self.export.uid}", "avance")
        yield Asked("waiting_list.html", "list", "claire", "/liste-attente?entrees=3", "liste")
        yield Asked("group_entry.html", "group", "noe", "/entree-en-groupe?choisir=oui", "groupe", status=422)
        told = "&".join(f"{name}={value}" for name, value in GROUP_DAY.items())
        yield Asked("group_entry_letters.html", "group", "noe", f"/entree-en-groupe?{told}&people={self.candidate.uid}", "groupe")

    def _dossiers(self) -> Iterator[Asked]:
        ben, zoe = self.ben.case("admission"), self.zoe.case("admission")
        yield Asked("step.html", "form", "claire", at(ben, "note"), "etape", "Ajouter une note interne")
        yield Asked("step.html", "form", "claire", at(ben, "admit"), "etape", status=409)
        yield Asked("step.html", "form", "salome", at(ben, "give_opinion"), "etape", "Donner un avis")
        yield Asked("opinion.html", "opinion", "salome", f"/dossier/{ben.dossier.uid}", "mon-avis", "Donner mon avis")
        yield Asked("sign_in_again.html", "form", "ben", at(ben, "change_address"), "etape")
        yield Asked("reading.html", "presence", "claire", f"/dossier/{ben.dossier.uid}/presence", "presence", BEAT)
        yield Asked("application_page.html", "question", "zoe", f"/demande/{zoe.uid}/activity", "question",
                    "Enregistrer et continuer")
        yield Asked("offer.html", "answer", "offered", f"/mon-parcours/place/{self.offered.uid}", "proposition",
                    "Envoyer ma réponse")
        yield Asked("signing.html", "signing", "ana", at(self.contract, "sign"), "signature")
        yield Asked("signing_code.html", "code", "sami", at(self.contract, "give_code"), "code", "Afficher un code")

    def _journees(self) -> Iterator[Asked]:
        here = f"/journees/{self.journee.uid}"
        yield Asked("journee.html", "presences", "claire", f"{here}?voir=attendus", "presences")
        yield Asked("paper.html", "paper", "claire", f"{here}/papier", "feuille")
        yield Asked("slots.html", "slots", "claire", f"{here}/creneaux", "creneaux")
        yield Asked("my_journee.html", "journee", "waiting", "/ma-journee", "ma-journee")
        yield Asked("meetings_one.html", "meeting", "claire", f"/reunions/{self.meeting.uid}", "reunion")
        yield Asked("irritants_drop.html", "drop", "", "/journee/ce-qui-coince", "coince", "Déposer")

    def _administration(self) -> Iterator[Asked]:
        yield Asked("caps.html", "cap", "marc", "/reglages/plafond/principale", "plafond")
        yield Asked("change.html", "change", "marc", "/reglages/plafond/principale/changer", "changement",
                    "Demander ce changement")
        yield Asked("change.html", "change", "ada", "/personnes/nouvelle", "changement", "Ajouter cette personne")
        yield Asked("people.html", "people", "ada", "/personnes?q=claire", "personnes")
        yield Asked("letters.html", "letters", "ada", "/lettres", "lettres")
        yield Asked("keeping.html", "keeping", "sami", "/administration/donnees", "conservation")
        yield Asked("devices_rescue.html", "rescue", "ada", "/bornes/secours", "secours")
        yield Asked("verify.html", "verify", "sami", "/verifier", "verification")

    def _anyone(self) -> Iterator[Asked]:
        yield Asked("contact.html", "contact", "", "/commencer", "contact", "Laisser mes coordonnées")
        yield Asked("sign_in.html", "ask", "", "/connexion", "demande", "Recevoir mon lien de connexion")
        yield Asked("my_data.html", "data", "ben", "/mes-donnees", "donnees")


def at(case: Case, name: str) -> str:
    """Where a step is taken."""
    return f"/dossier/{case.dossier.uid}/{case.uid}/{name}"


@pytest.fixture
def house(people: Cast, clock: Clock) -> House:
    with writing():
        Commitment.create(person=people.noe, signed_on=LONG_AGO)
        contract = with_its_paper(renewed(people), "send", people.sami)
        days.plan_journees(date(2027, 3, 1))
        journee = Journee.get(Journee.day == MARCH)
        slots.open_slots(journee, [time(14)], people.claire)
        meeting = InfoMeeting.create(antenna=principale(), starts_at=clock.now, place="Moulin", seats=12)
        roubaix = Antenna.create(code="roubaix", name="KPA-Cité Roubaix", programme="kpa", prefix="KPA", capped="no")
        RoleGrant.create(person=people.noe, role="coordinator", antenna=roubaix, since=LONG_AGO)
        someone = Person.create(first_name="Léa", last_name="Petit", email="lea@exemple.fr", created_at=clock.now)
        candidate = under_study(people, someone, roubaix, agreed=True)
        ben, zoe = Road(people.ben, clock), Road(people.zoe, clock)
        to_review(ben, people)
        ben.take("admission.propose", people.claire, decision="admit")
        zoe.take("admission.skip_meeting", people.claire, reason="Connue")
        crowd.open_places("2027-06", 2)
        offered, waiting = crowd.waiting(people, 2)
        clock.to(MARCH)
        offered = crowd.step(offered, "offer", people.claire, month="2027-06")
        export = board_exports.ask(people.claire, "circle", "csv", [ben.case("admission").id], None)
        made = House(people, ben, zoe, waiting, offered, contract, candidate, journee, meeting, export)
        for case in (waiting, offered, contract, candidate):
            assert case.dossier.person.uid, "read while the database is open"
    return made


def declared() -> set[tuple[str, str]]:
    """Every block that a page function hands to htmx."""
    found = set()
    for file in INTAKE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "show" and node.args:
                blocks = [part.value for word in node.keywords if word.arg == "block" for part in ast.walk(word.value)
                          if isinstance(part, ast.Constant) and isinstance(part.value, str)]
                found |= {(ast.literal_eval(node.args[0]), block) for block in blocks}
    return found


ELSEWHERE = {("draft_line.html", "line"), ("sign_in_code.html", "code")}
"""Told by a test of their own: what the form is left with, what a browser asked for before."""


def test_every_answer_is_what_a_reload_shows(app: Flask, house: House, clock: Clock, browse: Browse) -> None:
    """The block that answers, alone, is the one the whole page holds; and no block is left out of the table."""
    rendered: list[tuple[str, str]] = []

    def note(_: object, template_name: str, block_name: str, **told: object) -> None:
        rendered.append((template_name, block_name))

    clients: dict[str, FlaskClient] = {"ben": browse(house.people.ben)}
    clock.forward(minutes=11)
    told: set[tuple[str, str]] = set()
    with writing():
        answers = list(house.answers())
    with template_block_rendered.connected_to(note, app):
        for asked in answers:
            client = clients.setdefault(asked.who, browse(whoever(house, asked.who)))
            url, data, status = to_send(client, asked)
            rendered.clear()
            answer = same_as_reload(client, url, asked.target, data)
            assert answer.status_code == status, (asked, answer.status_code)
            assert rendered == [(asked.template, asked.block)], (asked, rendered)
            told |= set(rendered)
    missing = declared() - told - ELSEWHERE
    assert not missing, f"Add to the table the answers of: {sorted(missing)}"
    assert told | ELSEWHERE <= declared()


def test_the_line_of_a_draft_is_the_one_a_reload_shows(house: House, browse: Browse) -> None:
    """It stands inside `#brouillon`, which stays."""
    with writing():
        page = f"/demande/{house.zoe.case('admission').uid}/activity"
    zoe = browse(house.people.zoe)
    values = read(zoe.get(page)).form("Enregistrer et continuer").values.to_dict()
    line = zoe.post(f"{page}/brouillon", data={**values, "activity": "Tournage"}, headers=HTMX).text.partition("<div")[0]
    assert "Brouillon enregistré à" in line
    assert line.strip() in element(zoe.get(page).text, "brouillon")


def test_the_code_asked_for_is_refused_alike(people: Cast, browse: Browse) -> None:
    """In the browser that asked for it."""
    ana = browse()
    press(ana, "/connexion", "Recevoir mon lien de connexion", email="ana.moreau@exemple.fr")
    form = next(one for one in read(ana.get("/connexion/code")).forms if "code" in one.names)
    token = {"csrf_token": form.values["csrf_token"]}
    assert same_as_reload(ana, "/connexion/code", "code-recu", token).status_code == 422


def whoever(house: House, who: str) -> Person | None:
    """The person of a line of the table."""
    if who in ("waiting", "offered"):
        return getattr(house, who).dossier.person  # type: ignore[no-any-return]
    return getattr(house.people, who) if who else None


def to_send(client: FlaskClient, asked: Asked) -> tuple[str, dict[str, str] | None, int]:
    """(address, what is posted, the status awaited) of a line of the table."""
    if asked.press == BEAT:
        token = read(client.get("/aide")).forms[0].values["csrf_token"]
        return asked.url, {"csrf_token": token}, 200
    if not asked.press:
        return asked.url, None, asked.status or 200
    form = read(client.get(asked.url)).form(asked.press)
    kept = {name: value for name, value in form.values.items() if name in KEPT}
    return form.action or asked.url, kept, asked.status or 422


def test_every_template_is_written_in_the_language_of_templates(app: Flask) -> None:
    """One that does not compile breaks the screen it is, whoever opens it."""
    for name in app.jinja_env.list_templates(extensions=["html", "txt"]):
        app.jinja_env.get_template(name)


def test_a_screen_without_the_block_asked_for_answers_whole(browse: Browse, people: Cast) -> None:
    """Whatever a browser says it wants: no screen fails for it."""
    claire = browse(people.claire)
    for address in ("/reunions", "/binomes", "/journees", "/ce-qui-m-attend", "/besoins", "/chiffres"):
        assert claire.get(address, headers=HTMX).status_code == 200, address
    for month in ("0001-01", "9999-12", "2027-13"):
        assert claire.get(f"/echeances/{month}").status_code == 404, month
