"""In development: a door for each kind of user, and the letters with their text."""

from __future__ import annotations

import dataclasses

from config import Settings
from intake import create_app, moment
from intake.models import base
from intake.models.letters import Letter
from tests.cast import Cast, writing
from tests.conftest import Browse
from tests.page import press, read

DOOR = "/developpement"


def test_one_button_signs_in(people: Cast, browse: Browse) -> None:
    """Nobody is signed in; then Claire is, at her home."""
    client = browse()
    answer = press(client, DOOR, "Entrer comme Claire Dubreuil, le Cercle accompagnement")
    assert (answer.status_code, answer.location) == (303, "/ce-qui-m-attend")
    assert "Claire" in read(client.get("/ce-qui-m-attend")).text


def test_the_letters_are_read(people: Cast, browse: Browse) -> None:
    """Their subject, recipient and text."""
    with writing():
        now = moment.now()
        Letter.create(cause="event:x", template="message", recipient=people.ana, address="ana.moreau@exemple.fr",
                      subject="Un mot du Cercle", body="Bonjour Ana,\n\nÀ bientôt.\n", message_id="<x@parcours>",
                      written_at=now, not_before=now, next_try=now)
    page = read(browse().get(DOOR))
    assert "Un mot du Cercle" in page.text and "À bientôt." in page.text


def test_a_stranger_to_the_table_is_refused(people: Cast, browse: Browse) -> None:
    """Nobody of that name: 404, nobody signed in."""
    client = browse()
    form = read(client.get(DOOR)).form("Entrer comme Claire Dubreuil, le Cercle accompagnement")
    assert client.post(form.action, data={**form.values, "person": "personne"}).status_code == 404
    assert client.get("/ce-qui-m-attend").status_code == 302


def test_production_has_no_such_door(settings: Settings, people: Cast) -> None:
    """The route does not exist there, for anyone."""
    app = create_app(dataclasses.replace(settings, public_url="https://parcours.example"))
    assert not [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(("development.", "styleguide."))]
    assert app.test_client().get(DOOR).status_code == 404
    assert app.test_client().post(f"{DOOR}/entrer").status_code in (400, 404)
    base.check_in()
