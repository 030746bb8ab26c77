"""English: a complete catalogue, screens and letters of people in it, the choice kept with the person (SCREENS L9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from babel.messages.catalog import Catalog, Message
from flask import Flask
from flask.testing import FlaskClient

from intake import exporting, language, moment, outbox, words
from intake.models import base
from intake.models.dossiers import Answers, Dossier
from intake.models.letters import Letter
from intake.models.people import Person
from intake.models.settings import SettingValue
from tests.cases import test_whole_road as roads
from tests.cases.test_admission import arrived
from tests.cast import LONG_AGO, Cast, browser, writing
from tests.conftest import Browse, Clock
from tests.french import left_in
from tests.page import press, read
from tests.pages.test_start import DETAILS
from tests.test_letters import KNOWN, UNKNOWN, letter, prose
from translations import catalogue
from translations.words_for_people import everything
from workflows.admission.facts import between
from workflows.lists import HEARD
from workflows.months import Month
from workflows.sentences import Sentence

WITH_VALUES = re.compile(r"\{(\w*)")
PERSONAL = frozenset({"Roubaix", "Céramiste", "12 rue du Moulin", "Moulin"})


# The catalogue -------------------------------------------------------------------------------------------------------


def lacking(found: Catalog) -> list[str]:
    """The sentences without good English: empty, uncertain, or with other values than the French."""
    return [str(one.id) for one in found if one.id and (not one.string or one.fuzzy or _values(one.id) != _values(one.string))]


def _values(text: object) -> list[str]:
    return sorted(set(WITH_VALUES.findall(str(text))))


def test_every_sentence_people_may_read_has_its_english() -> None:
    found = catalogue.read()
    assert lacking(found) == []
    said, kept = set(everything()), {str(one.id) for one in found if one.id}
    assert said - kept == set(), "Run `make catalogue`, then write the English"
    assert kept - said == set(), "Run `make catalogue`: nobody says these any more"
    assert catalogue.written(catalogue.updated(found)) == catalogue.FILE.read_bytes()
    assert not found.obsolete


def test_a_missing_sentence_fails() -> None:
    """The control of the test above."""
    found = catalogue.read()
    found["Rejoindre Optéos"].string = ""
    assert lacking(found) == ["Rejoindre Optéos"]
    found["Rejoindre Optéos"] = Message("Rejoindre Optéos", "Join us, {name}")
    assert lacking(found) == ["Rejoindre Optéos"]
    del found["Rejoindre Optéos"]
    assert set(everything()) - {str(one.id) for one in found if one.id} == {"Rejoindre Optéos"}


def test_values_are_said_in_english_too() -> None:
    with language.speaking("en"):
        assert words.sentence("Mis à jour le {at}.", at="2026-12-17") == "Updated on 2026-12-17."
        assert words.at("2026-12-17T08:30:00+00:00") == "17\xa0December 2026 at 9:30am"
        assert words.month("2027-01") == "January\xa02027" and words.full_day("2026-12-03") == "Thursday 3\xa0December 2026"
        assert words.money("1500.5") == "€1,500.50" and words.rank(22) == "22nd" and words.rank(112) == "112th"
        assert words.told(Sentence("{n} caractères au maximum", n="1 500")) == "1 500 characters at most"
        assert words.sentence("sur {n:personne|personnes}", n=0) == "of 0\xa0people"
        assert words.told("Le Cercle prépare sa décision. Vous recevrez un courriel, quelle que soit la réponse.") == (
            "The Cercle is preparing its decision. You will get an email, whatever the answer.")
    assert words.sentence("sur {n:personne|personnes}", n=0) == "sur 0\xa0personne"


# The screens ---------------------------------------------------------------------------------------------------------


def test_a_visitor_reads_english_by_the_switch_or_the_address(people: Cast, browse: Browse) -> None:
    nobody = browse()
    page = press(nobody, "/aide", "English")
    assert page.status_code == 303 and page.headers["Location"] == "/aide"
    shown = nobody.get("/aide")
    assert '<html lang="en">' in shown.text and read(shown).headings[0] == "Help" and left_in(shown.text) == []
    assert press(nobody, "/aide", "Français").status_code == 303
    assert '<html lang="fr">' in nobody.get("/aide").text
    front = browse().get("/en/")
    assert front.headers["Content-Language"] == "en" and '<html lang="en">' in front.text
    assert 'hreflang="en"' in front.text and 'hreflang="fr"' in front.text
    other = browse()
    moved = other.get("/en/commencer?suite=1")
    assert moved.headers["Location"] == "/commencer?suite=1" and "Leave my contact details" in other.get("/commencer").text
    assert browse().get("/en/%5Cexemple.fr").headers["Location"] == "/"


def test_what_a_house_words_for_itself_is_left_in_french_and_says_so(people: Cast, browse: Browse) -> None:
    """An entry added to a list, as whoever applies chooses it then finds it back; the others are in English."""
    with writing():
        SettingValue.create(name=HEARD.setting, since=LONG_AGO, changed_at=moment.now(),
                            value=[*HEARD.default, ["fair", "Au salon des métiers d’art", True]])
    nobody = browse()
    nobody.get("/en/")
    asked = nobody.get("/commencer")
    assert re.search(r'lang="fr">Au salon', asked.text) and left_in(asked.text) == []
    assert 'lang="fr">Au salon' not in browse().get("/commencer").text
    with writing():
        lina = arrived(people.ana)
        uid = lina.dossier.uid
        event = Answers.get(Answers.case == lina)
        Answers.update(text={**event.text, "heard": "fair"}).where(Answers.event == event.event_id).execute()
    ana = browse(people.ana)
    press(ana, "/aide", "English")
    assert re.search(r'<dd lang="fr">Au salon', ana.get(f"/dossier/{uid}/reponses").text)


def test_refusals_are_in_english_and_what_was_typed_stays(people: Cast, browse: Browse) -> None:
    nobody = browse()
    nobody.get("/en/")
    answer = press(nobody, "/commencer", "Leave my contact details", **{**DETAILS, "email": "lina@", "first_name": ""})
    page = read(answer)
    assert answer.status_code == 422 and page.headings[0] == "There is a problem" and "<title>Error:" in answer.text
    assert page.link("Enter your first name") == "#first_name"
    assert page.form("Leave my contact details").values["email"] == "lina@"
    assert left_in(answer.text, PERSONAL) == []


def test_the_choice_is_kept_with_the_person_and_letters_follow_it(people: Cast, browse: Browse) -> None:
    nobody = browse()
    nobody.get("/en/")
    press(nobody, "/commencer", "Leave my contact details", **DETAILS)
    with writing():
        lina = Person.get(Person.email == DETAILS["email"])
        assert lina.language == "en"
        letters = {one.template: one for one in Letter.select().where(Letter.recipient == lina)}
        assert letters["contact_received"].language == "en" and letters["contact_received"].body.startswith("Hello Lina,")
        assert letters["resume_link"].subject == "Your link to go back to your application"
    hers = browse(lina)
    assert '<html lang="en">' in hers.get("/mon-parcours").text
    press(hers, "/mon-parcours", "Français")
    with writing():
        assert Person.get_by_id(lina.id).language == "fr"
    assert '<html lang="fr">' in hers.get("/mon-parcours").text


def test_what_was_chosen_before_signing_in_goes_with_whoever_signs_in(people: Cast, browse: Browse) -> None:
    from tests.pages.test_sign_in import asked, follow

    ana = browse()
    link, _ = asked(ana, people.ana)
    ana.get("/en/")
    follow(ana, link)
    with writing():
        assert Person.get_by_id(people.ana.id).language == "en"


def test_the_team_reads_french(people: Cast, browse: Browse) -> None:
    with writing():
        Person.update(language="en").execute()
    claire = browse(people.claire)
    shown = claire.get("/candidatures")
    assert '<html lang="fr">' in shown.text and "English" not in read(shown).text
    press_again = claire.get("/en/aide")
    assert press_again.headers["Location"] == "/aide" and '<html lang="fr">' in claire.get("/aide").text


# The whole road ------------------------------------------------------------------------------------------------------


def pages_of(client: FlaskClient, seen: set[str]) -> Iterator[tuple[str, str]]:
    """(address, HTML) of someone's home and of each kind of page it leads to, once in each state."""
    home = client.get("/mon-parcours").text
    yield "/mon-parcours", home
    state = "".join(re.findall(r'<span class="pill[^>]*>([^<]*)', home)[:1])
    for address in dict.fromkeys(re.findall(r'href="(/[^"#]+)"', home)):
        address = address.replace("&amp;", "&")
        kind = f"{state} {re.sub(r'[0-9a-f]{8,}|[A-Za-z0-9_-]{11,}', '·', address)}"
        if kind in seen or re.search(r"static|\.(?:pdf|ics|json)|agenda|/en/", address):
            continue
        seen.add(kind)
        answer = client.get(address, follow_redirects=True)
        if answer.status_code < 500 and "html" in answer.content_type:
            yield address, answer.text


def written_by(dossier: Dossier) -> frozenset[str]:
    """What people wrote: nobody translates it."""
    from intake.models.dossiers import Answers, Event

    def told(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield " ".join(value.replace("\u00a0", " ").split())
        for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from told(one)

    rows = Answers.select(Answers.text).join(Event, on=Answers.event).where(Event.dossier == dossier)
    return frozenset(text for row in rows for text in told(row.text) if len(text) > 3)


def copy_of(person: Person, app: Flask) -> str:
    """The page to read of the copy that someone takes away."""
    with writing(), app.test_request_context():
        copy = exporting.zipped(Person.get_by_id(person.id))
    with ZipFile(BytesIO(copy)) as folder:
        return folder.read("read-me.html").decode()


def written_by_all(person: Person) -> frozenset[str]:
    """What anyone wrote in the dossiers of someone."""
    written = frozenset().union(*(written_by(one) for one in Dossier.select().where(Dossier.person == person)))
    return PERSONAL | written | {one.first_name for one in Person.select()}


def test_from_contact_to_associate_she_reads_english_everywhere(
        people: Cast, app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Her screens at each step of the whole road, and every letter it sends her."""
    found: dict[str, str] = {}
    seen: set[str] = set()
    take = roads.Road.take

    def took(road: roads.Road, step: str, by: Any, **raw: Any) -> Any:
        event = take(road, step, by, **raw)
        known = PERSONAL | written_by(road.dossier) | {one.first_name for one in Person.select()}
        base.check_in()
        client = browser(app, road.person)
        for address, html in pages_of(client, seen):
            found.update(dict.fromkeys(left_in(html, known), f"{step} {address}"))
        base.check_out(writing=True)
        return event

    monkeypatch.setattr(roads.Road, "take", took)
    with writing():
        Person.update(language="en").where(Person.id == people.ana.id).execute()
        people.ana.language = "en"
        roads.test_from_contact_to_associate(people, clock)
        letters = list(Letter.select().where(Letter.recipient == people.ana))
        known = written_by_all(people.ana)
    found.update(dict.fromkeys(left_in(copy_of(people.ana, app), known), "her copy"))
    assert found == {}
    assert len(seen) > 60
    assert [one.template for one in letters if one.language != "en" or "Bonjour" in one.body] == []


# The letters ---------------------------------------------------------------------------------------------------------


def for_people() -> list[str]:
    """The letters that reach a person as themself."""
    import workflows
    from tests.test_letters import FILES, FROM_ELSEWHERE
    from workflows.grammar import Letter as Owed

    owed = {then.template for workflow in workflows.ALL.values() for row in workflow.steps for then in row.then
            if isinstance(then, Owed) and {"person", "waits_for", "correspondent"} & {*then.to}}
    elsewhere = FROM_ELSEWHERE - {"weekly", "monthly", "journee_open", "tablet_left_open", "access_changed", "brand_joined",
                                  "digest", "meeting_list", "anchor"}
    return sorted((owed | elsewhere | {"address_changed"}) & set(FILES))


@pytest.mark.parametrize("template", for_people())
def test_every_letter_of_a_person_is_in_english(template: str) -> None:
    assert template in outbox.english(), f"Write templates/mail/en/{template}.txt"
    subject, body = letter(template, spoken="en", forecast=between(Month(2027, 5), Month(2027, 6)),
                           with_whom=Sentence("{name}, du Cercle accompagnement", name="Claire"))
    assert body.startswith("Hello Ana,\n\n") and "\n--\nYou receive this message because " in body
    assert len(re.findall(r"https?://", body)) == 1 and "\n\n\n" not in body
    english = prose(f"{subject}\n{body}")
    assert left_in(english, frozenset(str(told) for told in KNOWN["answers"].values())) == []
    assert letter(template, UNKNOWN, spoken="en")[0]


def test_no_english_letter_is_idle() -> None:
    assert outbox.english() - {"_mots", "_pied"} == set(for_people())
