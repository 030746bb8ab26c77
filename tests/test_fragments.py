"""Every htmx answer, put in its place on the page, equals a reload (ARCHITECTURE §6): one line a screen."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.cases.test_whole_road import Road
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import HTMX, read, same_as_reload

LISTS = [
    ("claire", "/candidatures?q=ana", "tableau"), ("claire", "/candidatures/tableau?etape=contacts&tri=nom", "lignes"),
    ("claire", "/liste-attente?entrees=3", "liste"),
]
FORMS = [
    ("", "/commencer", "Laisser mes coordonnées", "contact"), ("", "/connexion", "Recevoir mon lien de connexion", "demande"),
    ("ada", "/personnes/nouvelle", "Ajouter cette personne", "changement"),
    ("marc", "/reglages/plafond/principale/changer", "Demander ce changement", "changement"),
    ("claire", "/candidatures/vues/nouvelle?q=ana", "Enregistrer cette vue", "vue"),
    ("claire", "/exports/nouveau?etape=contacts", "Préparer l’export", "exporter"),
]


@pytest.fixture
def ana(people: Cast, clock: Clock) -> Road:
    with writing():
        return Road(people.ana, clock)


def test_lists_and_filters(ana: Road, people: Cast, browse: Browse) -> None:
    """What is swapped in is what the address shows."""
    for who, url, target in LISTS:
        assert same_as_reload(browse(getattr(people, who)), url, target).status_code == 200, url


def test_forms_that_are_refused(ana: Road, people: Cast, browse: Browse) -> None:
    """Sent empty, a form comes back with its errors: the same by htmx and by a page load."""
    for who, url, button, target in FORMS:
        client = browse(getattr(people, who) if who else None)
        form = read(client.get(url)).form(button)
        kept = {name: value for name, value in form.values.items() if name in ("csrf_token", "key", "query", "etape", "suite")}
        assert same_as_reload(client, form.action or url, target, data=kept).status_code == 422, url


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
