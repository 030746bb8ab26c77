"""Every htmx answer, put in its place on the page, equals a reload (ARCHITECTURE §6): one line a screen."""

from __future__ import annotations

import pytest

from tests.cases.test_whole_road import Road
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.page import read, same_as_reload

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
