"""The application: tasks, pages saved one by one, check, sending, confirmation (S3–S8); nothing typed is lost (F40–F47)."""

from __future__ import annotations

import os
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from intake import late_forms, questionnaire
from intake.facts import facts_of
from intake.models.dossiers import Answers, Case, Event
from intake.models.drafts import DraftPage
from intake.models.pending import PendingVersion
from intake.models.people import Person
from intake.models.settings import change
from tests.cases.test_admission import arrived, fill_pages, step
from tests.cases.test_whole_road import Road, to_waiting
from tests.cast import Cast, writing
from tests.conftest import Browse, Clock
from tests.french import FRENCH
from tests.page import Page, press, read, send
from tests.pdf import text_of
from tests.workflows.test_hostile_answers import STRANGE

SAVE, LATER = "Enregistrer et continuer", "Enregistrer et reprendre plus tard"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def case(people: Cast) -> Case:
    """Ana's application, empty."""
    with writing():
        found = step(arrived(people.ana), "skip_meeting", people.claire, reason="Reçue la semaine dernière")
        assert found.dossier.person == people.ana
        return found


@pytest.fixture
def ana(people: Cast, browse: Browse) -> FlaskClient:
    """Ana, signed in."""
    return browse(people.ana)


def at(case: Case, page: str = "") -> str:
    return f"/demande/{case.uid}{'/' + page if page else ''}"


def row(case: Case, page: str) -> DraftPage | None:
    with writing():
        found: DraftPage | None = DraftPage.get_or_none(DraftPage.case == case, DraftPage.page == page)
        return found


def complete(case: Case, **answers: dict[str, Any]) -> None:
    with writing():
        fill_pages(case, answers)


# The task list -------------------------------------------------------------------------------------------------------


def test_six_tasks_each_with_its_status(ana: FlaskClient, case: Case) -> None:
    page = read(ana.get(at(case)))
    assert page.headings == ["Ma demande", "Vous et votre projet", "Vos pièces", "Envoyer"]
    assert "Ce dossier n’est pas encore envoyé. Brouillon gardé jusqu’au 30\xa0avril 2027" in page.text
    assert "Pas encore possible\xa0: il reste 5\xa0parties" in page.text
    press(ana, at(case, "you"), SAVE, phone="06 12 34 56 78")
    press(ana, at(case, "activity"), LATER, activity="Céramique")
    page = read(ana.get(at(case)))
    assert re.search(r"Vos coordonnées\s*Terminé", page.text) and re.search(r"Votre activité\s*En cours", page.text)
    assert "il reste 4\xa0parties" in page.text
    assert page.link("Votre activité").endswith("/activity")


def test_someone_else_s_application_is_not_there(people: Cast, browse: Browse, case: Case) -> None:
    for person in (people.ben, people.claire, people.ada):
        client = browse(person)
        for path in (at(case), at(case, "you"), at(case, "verifier"), at(case, "envoyee"), at(case, "application.pdf")):
            assert client.get(path).status_code == 404, path
        assert client.post(at(case, "you"), data={"phone": "0612345678"}).status_code in (400, 404)
    assert row(case, "you") is None


def test_every_link_opens_the_live_one(people: Cast, ana: FlaskClient, case: Case) -> None:
    """A closed application leads to the one that is open (F40)."""
    with writing():
        step(case, "withdraw", people.ana, reason="Une autre idée")
        other = step(arrived(people.ana), "skip_meeting", people.claire, reason="La revoilà")
    for path in (at(case), at(case, "you"), at(case, "verifier")):
        assert ana.get(path).headers["Location"] == at(other)


# One page ------------------------------------------------------------------------------------------------------------


def test_a_page_is_saved_and_leads_to_the_next(ana: FlaskClient, case: Case) -> None:
    sent = press(ana, at(case, "you"), SAVE, phone="06.12.34.56.78")
    assert sent.status_code == 303 and sent.headers["Location"] == at(case, "activity")
    kept = row(case, "you")
    assert kept and kept.complete and kept.answers["phone"] == "+33612345678" and kept.typed["phone"] == ["06.12.34.56.78"]
    assert read(ana.get(at(case, "you"))).form(SAVE).values["phone"] == "06.12.34.56.78"


def test_a_page_that_needs_work_is_kept_and_says_what_to_do(ana: FlaskClient, case: Case) -> None:
    answer = press(ana, at(case, "you"), SAVE, phone="06 12 34", preferred_name="Aña")
    page = read(answer)
    assert answer.status_code == 422 and "<title>Erreur : Comment vous joindre" in answer.text.replace("\xa0", " ")
    assert page.headings[0] == "Il y a un problème"
    assert page.link("Saisissez un numéro de téléphone à 10 chiffres, ou avec l’indicatif du pays") == "#phone"
    assert page.form(SAVE).values["phone"] == "06 12 34" and page.form(SAVE).values["preferred_name"] == "Aña"
    kept = row(case, "you")
    assert kept and not kept.complete and kept.typed["phone"] == ["06 12 34"]


def test_what_was_told_before_comes_filled_in(people: Cast, ana: FlaskClient, case: Case) -> None:
    """The telephone of the contact, and nothing is kept until it is saved."""
    with writing():
        Person.update(phone="+33639981122").where(Person.id == people.ana.id).execute()
    assert read(ana.get(at(case, "you"))).form(SAVE).values["phone"] == "06 39 98 11 22"
    assert row(case, "you") is None


def test_later_leads_to_the_task_list_whatever_was_typed(ana: FlaskClient, case: Case) -> None:
    answer = press(ana, at(case, "you"), LATER, phone="06")
    assert answer.headers["Location"] == at(case) and row(case, "you")


def test_the_first_page_says_what_must_be_answered(ana: FlaskClient, case: Case) -> None:
    sentence = "Sauf mention «\xa0(facultatif)\xa0», il faut répondre à toutes les questions."
    assert sentence in read(ana.get(at(case, "you"))).text and sentence not in read(ana.get(at(case, "activity"))).text


def test_no_two_pages_share_a_heading(people: Cast, ana: FlaskClient, case: Case) -> None:
    heads, address = [], at(case, "you")
    while "/" in address.removeprefix(at(case)):
        page = read(ana.get(address))
        assert ana.get(address).text.count("<h1") == 1
        assert "Ce dossier n’est pas encore envoyé." in page.text, address
        heads.append(page.headings[0])
        complete(case)
        address = at(case, next_of(case, address))
    assert len(heads) == len(set(heads)) == 17


def next_of(case: Case, address: str) -> str:
    with writing():
        again = Case.get_by_id(case.id)
        names = [page.name for page in questionnaire.pages_of(again, facts_of(again, again.dossier.person))]
    return dict(zip(names, [*names[1:], ""], strict=True))[address.rpartition("/")[2]]


def test_two_hundred_strange_answers_are_kept_or_answered_by_a_sentence(ana: FlaskClient, case: Case) -> None:
    """Through the screens: 303 or 422, the page opens again, and nothing of it is active."""
    with writing():
        again = Case.get_by_id(case.id)
        names = [page.name for page in questionnaire.pages_of(again, facts_of(again, again.dossier.person))]
    forms = {name: read(ana.get(at(case, name))).form(SAVE) for name in names}
    for number, typed in enumerate(one for one in STRANGE if one.isprintable() or one[:1] < "\ud800"):
        form = forms[name := names[number % len(names)]]
        hidden = {one: form.values[one] for one in ("csrf_token", "jeton_brouillon", "turn", "seen") if one in form.values}
        values = {one: typed.encode("utf-8", "replace") for one in form.names if one not in form.values or one not in (
            *hidden, "sheet")}
        answer = ana.post(at(case, name), data={**values, **hidden, "sheet": "one", "later": ""})
        assert answer.status_code in (303, 422), (name, typed[:40], answer.status_code)
        assert "<script>alert" not in answer.text and "onerror=alert(1)>" not in answer.text.replace("&gt;", "")
    for path in (at(case, "verifier"), at(case), *(at(case, name) for name in names)):
        assert ana.get(path).status_code == 200


# Questions that depend on another ------------------------------------------------------------------------------------


def test_a_siret_follows_yes_and_is_dropped_with_it(ana: FlaskClient, case: Case) -> None:
    """Without script too: it is on the page, never blocks, and the check page says that it goes (F61, F62, E5)."""
    press(ana, at(case, "situation"), SAVE, declared="yes", siret="552 081 317 66522")
    kept = row(case, "situation")
    assert kept and kept.answers["siret"] == "55208131766522"
    assert press(ana, at(case, "situation"), SAVE, declared="no", siret="123").status_code == 303
    kept = row(case, "situation")
    assert kept and kept.answers["siret"] is None
    page = read(ana.get(at(case, "verifier")))
    assert re.search(r"ne seront pas envoyées\s*Numéro SIRET", page.text)


def test_a_follow_up_is_on_the_next_page(ana: FlaskClient, case: Case) -> None:
    """The server decides (F60); changing one's mind drops its answer, and blocks nothing."""
    told = {"days": "4", "other_hours": "0"}
    assert press(ana, at(case, "time"), SAVE, **told, full_time="oui").headers["Location"] == at(case, "full_time")
    press(ana, at(case, "full_time"), SAVE, **{"full_time_until-day": "1", "full_time_until-month": "juin",
                                               "full_time_until-year": "2027"})
    assert press(ana, at(case, "time"), SAVE, **told, full_time="non").headers["Location"] == at(case, "start")
    assert ana.get(at(case, "full_time")).status_code == 404
    assert "Quand votre emploi change-t-il" in read(ana.get(at(case, "verifier"))).text
    complete(case)
    press(ana, at(case, "verifier"), "Envoyer ma candidature")
    with writing():
        assert "full_time_until" not in Answers.get(Answers.event == Event.get(Event.step == "submit")).text


# Tables --------------------------------------------------------------------------------------------------------------


def test_a_row_is_added_without_script(ana: FlaskClient, case: Case) -> None:
    """What was typed is kept, nothing is checked, and the page opens at the new row."""
    answer = press(ana, at(case, "offering"), "Ajouter une ligne", **{"customers-0-customer": "Le Bistrot"})
    assert answer.status_code == 303 and answer.headers["Location"].endswith("#customers-3-customer")
    page = read(ana.get(at(case, "offering")))
    assert page.form(SAVE).values["customers-0-customer"] == "Le Bistrot" and "Ligne 4" in page.text
    assert "Il y a un problème" not in page.text


def test_a_row_is_added_by_htmx(ana: FlaskClient, case: Case) -> None:
    form = read(ana.get(at(case, "offering"))).form(SAVE)
    answer = ana.post(at(case, "offering"), headers=HTMX, data={
        **form.values.to_dict(), "more": "customers", "customers-0-customer": "Le Bistrot"})
    assert answer.status_code == 200 and "<html" not in answer.text and "Il y a un problème" not in answer.text
    assert re.search(r'id="customers-3-customer"[^>]*autofocus|autofocus[^>]*id="customers-3-customer"', answer.text)
    assert answer.text.count("autofocus") == 1


def test_blank_rows_are_no_answer(ana: FlaskClient, case: Case) -> None:
    press(ana, at(case, "offering"), SAVE, offering="Bols à 18 €", **{"customers-1-customer": "Le Bistrot"})
    kept = row(case, "offering")
    assert kept and [one["customer"] for one in kept.answers["customers"]] == ["Le Bistrot"]


# The draft saves itself ----------------------------------------------------------------------------------------------


def autosave(client: FlaskClient, case: Case, name: str, page: Page, turn: int, **typed: str) -> Any:
    values = {**page.form(SAVE).values.to_dict(), **typed, "turn": turn}
    return client.post(at(case, name) + "/brouillon", data=values, headers=HTMX)


def test_an_autosave_keeps_and_says_when_and_checks_nothing(ana: FlaskClient, case: Case) -> None:
    page = read(ana.get(at(case, "you")))
    answer = autosave(ana, case, "you", page, 1, phone="06 1")
    assert answer.status_code == 200 and "Brouillon enregistré à 10\xa0h" in answer.text
    assert 'id="annonces" hx-swap-oob="innerHTML"' in answer.text and "Saisissez" not in answer.text
    kept = row(case, "you")
    assert kept and not kept.complete and kept.typed["phone"] == ["06 1"]
    autosave(ana, case, "you", page, 2, phone="06 12 34 56 78")
    kept = row(case, "you")
    assert kept and not kept.complete, "a draft completes nothing: its person presses the button"


def test_an_older_save_never_replaces_a_newer_one(ana: FlaskClient, case: Case) -> None:
    page = read(ana.get(at(case, "you")))
    for turn, phone in ((1, "06 1"), (3, "06 123"), (2, "06 12")):
        autosave(ana, case, "you", page, turn, phone=phone)
    kept = row(case, "you")
    assert kept and kept.typed["phone"] == ["06 123"]


def test_two_devices_do_not_overwrite_each_other(ana: FlaskClient, people: Cast, browse: Browse, case: Case) -> None:
    """The second is told, keeps its text, sees the other's, and may save over it (TRUST 2.13)."""
    phone, laptop = browse(people.ana), ana
    old = read(phone.get(at(case, "you"))).form(SAVE)
    press(laptop, at(case, "you"), SAVE, phone="06 12 34 56 78", preferred_name="Aña")
    answer = send(phone, old, at(case, "you"), SAVE, phone="07 12 34 56 78")
    page = read(answer)
    assert answer.status_code == 409 and "depuis une autre fenêtre ou un autre appareil" in page.text
    assert "Prénom d’usage (facultatif)\xa0: Aña" in page.text and page.form(SAVE).values["phone"] == "07 12 34 56 78"
    late = autosave(phone, case, "you", Page(phone.get(at(case, "you")).text), 1, phone="07")
    assert late.status_code == 200
    kept = row(case, "you")
    assert kept and kept.typed["phone"] == ["07"]
    assert send(phone, page.form(SAVE), at(case, "you"), SAVE).status_code == 409


# Check and send ------------------------------------------------------------------------------------------------------


def test_the_check_page_changes_one_answer_and_comes_back(ana: FlaskClient, case: Case) -> None:
    complete(case, you={"phone": "+33612345678", "preferred_name": ""})
    page = read(ana.get(at(case, "verifier")))
    assert re.search(r"Prénom d’usage \(facultatif\)\s*Non renseigné\s*Modifier", page.text)
    names = [text for text, _ in page.links if text.startswith("Modifier")]
    assert len(names) == len(set(names)), "two links with one name"
    change = page.link("Modifier Numéro de téléphone")
    opened = read(ana.get(change.partition("#")[0]))
    assert opened.link("Retour") == at(case, "verifier")
    assert press(ana, change.partition("#")[0], SAVE, phone="07 12 34 56 78").headers["Location"] == at(case, "verifier")


def test_nothing_is_sent_before_all_is_there(ana: FlaskClient, case: Case) -> None:
    page = read(ana.get(at(case, "verifier")))
    assert "Il reste des parties à remplir" in page.text
    assert not any("Envoyer ma candidature" in form.buttons for form in page.forms)


def test_sent_it_says_its_number_and_what_comes_next(people: Cast, ana: FlaskClient, case: Case) -> None:
    """The confirmation can be opened again; pressing twice sends once (S8, E1)."""
    complete(case, you={"phone": "+33612345678"}, activity={"activity": "Céramique", "stage": "practised"})
    form = read(ana.get(at(case, "verifier"))).form("Envoyer ma candidature")
    for _ in range(2):
        sent = send(ana, form, at(case, "verifier"), "Envoyer ma candidature")
        assert sent.headers["Location"] == at(case, "envoyee")
    page = read(ana.get(at(case, "envoyee")))
    with writing():
        number = Case.get_by_id(case.id).dossier.number
        assert Event.select().where(Event.step == "submit").count() == 1
        assert Person.get_by_id(people.ana.id).phone == "+33612345678"
    assert page.headings[0] == "Votre candidature est envoyée" and f"Numéro de dossier\xa0: {number}" in page.text
    for sentence in ("Vous allez recevoir un récapitulatif à ana.moreau@exemple.fr.", "d’ici le 15\xa0mars",
                     "Vous recevrez un courriel, quelle que soit la réponse.", "du lundi au jeudi"):
        assert sentence in page.text
    assert page.link("Suivre ma demande").startswith("/mon-parcours")
    copy = ana.get(page.link("Télécharger mes réponses (PDF)"))
    assert copy.mimetype == "application/pdf" and copy.data.startswith(b"%PDF-1.7")


def test_the_copy_holds_only_one_s_own_answers(ana: FlaskClient, people: Cast, browse: Browse, case: Case) -> None:
    complete(case, activity={"activity": "Céramique utilitaire", "stage": "practised"})
    press(ana, at(case, "verifier"), "Envoyer ma candidature")
    with writing():
        step(Case.get_by_id(case.id), "note", people.claire, note="À rappeler")
    pdf = PdfReader(BytesIO(ana.get(at(case, "application.pdf")).data))
    text = " ".join(page.extract_text() for page in pdf.pages)
    assert "Céramique utilitaire" in text and "Un métier déjà exercé" in text and "À rappeler" not in text
    assert browse(people.ben).get(at(case, "application.pdf")).status_code == 404


def test_the_copy_is_in_the_language_of_its_reader(people: Cast, browse: Browse, case: Case) -> None:
    """Questions, choices, days and what is printed around them; the answers stay as they were typed."""
    complete(case, activity={"activity": "Ceramics", "stage": "practised"})
    with writing():
        step(Case.get_by_id(case.id), "submit", people.ana)
    ana, prints = browse(people.ana), []
    for spoken in ("fr", "en"):
        with writing():
            Person.update(language=spoken).where(Person.id == people.ana.id).execute()
        prints.append(" ".join(text_of(ana.get(at(case, "application.pdf")).data).split()))
    assert "Mes réponses" in prints[0] and "Un métier déjà exercé" in prints[0]
    assert "My answers" in prints[1] and "A trade I already practise" in prints[1] and "Ceramics" in prints[1]
    assert FRENCH.findall(prints[1]) == []


def test_the_rules_are_there_to_read_before_one_says_so(
        ana: FlaskClient, people: Cast, case: Case, clock: Clock) -> None:
    """With the numbers of the settings; in English too."""
    shown = read(ana.get(at(case, "rules"))).text.replace("\xa0", " ")
    for said in ("11,5 % de votre marge annuelle jusqu’à 30 k€", "2 personnes par mois", "10 jours pour répondre",
                 "une place 1 fois sans perdre votre rang"):
        assert said in shown
    with writing():
        change("offers.days", 12, clock.now.date(), "Décision du Cercle", people.odile, "cogerance")
        Person.update(language="en").where(Person.id == people.ana.id).execute()
    shown = read(ana.get(at(case, "rules"))).text.replace("\xa0", " ")
    assert "11.5% of your annual margin" in shown and "12 days to answer" in shown


# After sending -------------------------------------------------------------------------------------------------------


def test_a_change_after_sending_is_beside_what_is_read(people: Cast, ana: FlaskClient, browse: Browse, case: Case) -> None:
    """The circle goes on reading the first version until the person sends the second."""
    complete(case, activity={"activity": "Céramique", "stage": "practised"})
    press(ana, at(case, "verifier"), "Envoyer ma candidature")
    assert "Rien n’a changé depuis" in read(ana.get(at(case, "verifier"))).text
    clock_forward(5)
    press(ana, at(case, "activity"), SAVE, activity="Céramique et vitrail", stage="practised")
    claire = browse(people.claire)
    answers = f"/dossier/{case.dossier.uid}/reponses"
    assert "vitrail" not in claire.get(answers).text
    assert "Ces changements ne sont pas encore envoyés" in read(ana.get(at(case))).text
    sent = press(ana, at(case, "verifier"), "Envoyer mes changements")
    assert read(ana.get(sent.headers["Location"])).headings[0] == "Votre nouvelle version est envoyée"
    text = claire.get(answers).text
    assert "Céramique et vitrail" in text
    with writing():
        assert [one.text["activity"] for one in Answers.select().join(Event).where(
            Event.step.in_(("submit", "revise"))).order_by(Event.id)] == ["Céramique", "Céramique et vitrail"]


def clock_forward(minutes: int) -> None:
    Clock(Path(os.environ["INTAKE_NOW"].removeprefix("@"))).forward(minutes=minutes)


# The sign-in ended ---------------------------------------------------------------------------------------------------


def signs_in(client: FlaskClient, asked: str, address: str = "ana.moreau@exemple.fr") -> str:
    """Ask for a link, follow it; where it leads."""
    press(client, asked, "Recevoir mon lien de reprise" if "reprendre" in asked else "Recevoir mon lien de connexion",
          email=address)
    link = client.post("/connexion/lien-de-developpement", data=read(client.get("/connexion/code")).form(
        "Suivre le lien de la lettre").values).headers["Location"].removeprefix("http://127.0.0.1:8000")
    return str(press(client, link, "Ouvrir mon dossier").headers["Location"])


@pytest.mark.trust("T9")
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
@pytest.mark.parametrize("cookie", ["idle", "gone"])
def test_a_page_posted_late_is_kept_and_applied_once_identified(
        ana: FlaskClient, case: Case, clock: Clock, headers: dict[str, str], cookie: str) -> None:
    form = read(ana.get(at(case, "you"))).form(SAVE)
    clock.forward(hours=3)
    if cookie == "gone":
        ana.delete_cookie("parcours")
    late = ana.post(at(case, "you"), data={**form.values.to_dict(), "phone": "06 12 34 56 78"}, headers=headers)
    where = late.headers["HX-Redirect"] if headers else late.headers["Location"]
    assert late.status_code == (204 if headers else 303)
    assert where == f"/reprendre?suite={at(case, 'you')}"
    assert row(case, "you") is None, "nothing applies before one identifies"
    assert "Vos réponses sont enregistrées. Identifiez-vous pour continuer." in read(ana.get(where)).text
    assert signs_in(ana, where) == at(case, "you")
    kept = row(case, "you")
    assert kept and kept.complete and kept.answers["phone"] == "+33612345678"
    with writing():
        assert not PendingVersion.select().exists()


@pytest.mark.control("T9")
def test_the_control_asking_to_sign_in_first_loses_the_text(app: Flask, ana: FlaskClient, case: Case, clock: Clock) -> None:
    """Without the storing that comes before, the test above would fail (TRUST T9)."""
    app.before_request_funcs[None].remove(late_forms.receive)
    form = read(ana.get(at(case, "you"))).form(SAVE)
    clock.forward(hours=3)
    late = ana.post(at(case, "you"), data={**form.values.to_dict(), "phone": "06 12 34 56 78"})
    signs_in(ana, read(late).link("M’identifier"))
    assert row(case, "you") is None


@pytest.mark.trust("T9")
def test_a_draft_that_saves_itself_late_is_kept_too(ana: FlaskClient, case: Case, clock: Clock) -> None:
    page = read(ana.get(at(case, "you")))
    clock.forward(hours=3)
    for turn in range(1, 9):
        answer = autosave(ana, case, "you", page, turn, phone=f"06 {turn}")
    assert answer.status_code == 200 and "Identifiez-vous pour continuer" in answer.text
    with writing():
        assert PendingVersion.select().count() == 1, "one browser, one version"
    signs_in(ana, f"/reprendre?suite={at(case, 'you')}")
    kept = row(case, "you")
    assert kept and kept.typed["phone"] == ["06 8"]


@pytest.mark.trust("T9")
def test_a_stolen_page_reads_nothing_and_overwrites_nothing(
        people: Cast, ana: FlaskClient, browse: Browse, case: Case) -> None:
    """Posted from elsewhere, it waits on its page until Ana takes it or leaves it."""
    form = read(ana.get(at(case, "you"))).form(SAVE)
    press(ana, at(case, "you"), SAVE, phone="06 12 34 56 78")
    for number in range(8):
        thief = browse()
        answer = thief.post(at(case, "you"), data={**form.values.to_dict(), "phone": f"06 66 66 66 6{number}"})
        assert answer.status_code == 303 and "06 12" not in answer.text
        assert thief.get(at(case, "you")).status_code == 302
    with writing():
        assert PendingVersion.select().count() == 5
        assert all(b"66 66" not in bytes(one.typed) for one in PendingVersion.select())
    ben = browse(people.ben)
    ben.post(at(case, "you"), data={**form.values.to_dict(), "phone": "06 55 55 55 55"})
    assert ben.get(at(case, "you")).status_code == 404
    page = read(ana.get(at(case, "you")))
    assert "Des réponses vous attendent ici" in page.text and page.form(SAVE).values["phone"] == "06 12 34 56 78"
    press(ana, at(case, "you"), "Les effacer")
    kept = row(case, "you")
    assert kept and kept.typed["phone"] == ["06 12 34 56 78"]
    with writing():
        assert not PendingVersion.select().exists()


def test_what_waits_from_elsewhere_may_be_taken(ana: FlaskClient, browse: Browse, case: Case) -> None:
    """Posted on the telephone, found back on the laptop."""
    form = read(ana.get(at(case, "you"))).form(SAVE)
    browse().post(at(case, "you"), data={**form.values.to_dict(), "phone": "06 12 34 56 78"})
    press(ana, at(case, "you"), "Reprendre ces réponses")
    kept = row(case, "you")
    assert kept and kept.answers["phone"] == "+33612345678"


@pytest.mark.trust("T9")
def test_a_token_never_reaches_a_sent_application(ana: FlaskClient, browse: Browse, case: Case) -> None:
    """The answers come back to whoever posted them; nothing is stored."""
    form = read(ana.get(at(case, "activity"))).form(SAVE)
    complete(case, activity={"activity": "Céramique", "stage": "practised"})
    press(ana, at(case, "verifier"), "Envoyer ma candidature")
    for headers in ({}, HTMX):
        answer = browse().post(at(case, "activity"), data={**form.values.to_dict(), "activity": "Autre"}, headers=headers)
        assert answer.status_code == 409 and "déjà envoyé" in answer.text and "Autre" in answer.text
    with writing():
        assert not PendingVersion.select().exists()
        assert Answers.get(Answers.event == Event.get(Event.step == "submit")).text["activity"] == "Céramique"


@pytest.mark.trust("T9")
def test_a_token_opens_only_its_own_form_and_seven_days(ana: FlaskClient, browse: Browse, case: Case) -> None:
    form = read(ana.get(at(case, "you"))).form(SAVE)
    token = form.values["jeton_brouillon"]
    for values in ({"jeton_brouillon": "x" + token}, {"jeton_brouillon": ""}, {}):
        assert browse().post(at(case, "you"), data={**values, "phone": "06"}).status_code == 400
    assert browse().post(at(case, "activity"), data={"jeton_brouillon": token, "activity": "x"}).status_code == 400
    with writing():
        assert not PendingVersion.select().exists()


@pytest.mark.trust("T9")
def test_a_version_is_64_kilobytes_at_most(ana: FlaskClient, browse: Browse, case: Case) -> None:
    form = read(ana.get(at(case, "activity"))).form(SAVE)
    answer = browse().post(at(case, "activity"), data={**form.values.to_dict(), "activity": "é" * 40_000})
    assert answer.status_code == 409 and "trop long" in answer.text and "éééé" in answer.text
    with writing():
        assert not PendingVersion.select().exists()


@pytest.mark.trust("T9")
def test_a_form_of_the_team_finds_its_text_back(people: Cast, browse: Browse, case: Case, clock: Clock) -> None:
    claire, page = browse(people.claire), f"/dossier/{case.dossier.uid}/{case.uid}/note"
    form = read(claire.get(page)).form("Ajouter une note interne")
    clock.forward(hours=3)
    late = claire.post(page, data={**form.values.to_dict(), "note": "Elle rappelle mardi"})
    assert late.headers["Location"] == f"/connexion?suite={page}"
    with writing():
        assert not Event.select().where(Event.step == "note").exists()
    back = browse(people.claire)
    found = read(back.get(page))
    assert "Votre texte a été gardé" in found.text
    assert found.form("Ajouter une note interne").values["note"].strip() == "Elle rappelle mardi"
    assert press(back, page, "Ajouter une note interne").status_code == 303
    assert "a été gardé" not in read(back.get(page)).text


def test_an_old_token_of_one_s_own_page_is_no_obstacle(ana: FlaskClient, case: Case) -> None:
    """Signed in again in another tab: the page's own token stands in for the session's (TRUST 3.16)."""
    form = read(ana.get(at(case, "you"))).form(SAVE)
    saved = ana.post(at(case, "you"), data={**form.values.to_dict(), "csrf_token": "vieux", "phone": "06 12 34 56 78"})
    assert saved.status_code == 303 and row(case, "you")
    for headers, status in (({}, 400), (HTMX, 409)):
        bare = ana.post(at(case, "activity"), data={"activity": "Céramique <b>"}, headers=headers)
        assert bare.status_code == status and "était ouverte depuis longtemps" in bare.text
        assert "Céramique &lt;b&gt;" in bare.text and row(case, "activity") is None


# Entry papers --------------------------------------------------------------------------------------------------------


def test_entry_papers_come_filled_in_with_what_was_told(
        people: Cast, browse: Browse, ana: FlaskClient, clock: Clock) -> None:
    """Name, town, hours of another job; numbers are sealed, and masked in the copy (E7, F12)."""
    with writing():
        road = Road(people.ana, clock)
        to_waiting(road, people)
        road.take("admission.offer", people.claire, month=str(facts_of(road.case("admission"), people.claire).first_month))
        clock.forward(days=2)
        road.take("admission.accept", people.ana)
        case = road.case("admission")
    ana = browse(people.ana)
    assert read(ana.get(at(case))).headings == ["Mon dossier d’entrée", "Vous", "Votre arrivée", "Envoyer"]
    for page, name, value in (("birth", "birth_name", "Moreau Ana"), ("address", "town", "Roubaix"),
                              ("job", "other_job_hours", "0")):
        assert read(ana.get(at(case, page))).form(SAVE).values[name] == value
    press(ana, at(case, "nir"), SAVE, nir="2 85 03 62 498 001 23")
    kept = row(case, "nir")
    assert kept and not kept.typed and not kept.answers and kept.sealed
    assert 'data-draft="nir"' in ana.get(at(case, "nir")).text
    with writing():
        road.fill_in()
    sent = press(ana, at(case, "verifier"), "Envoyer mon dossier d’entrée")
    page = read(ana.get(sent.headers["Location"]))
    assert page.headings[0] == "Votre dossier d’entrée est envoyé" and "L’équipe support le vérifie" in page.text
    pdf = PdfReader(BytesIO(ana.get(page.link("Télécharger mes réponses (PDF)")).data))
    text = "".join(one.extract_text() for one in pdf.pages)
    assert "Moreau Ana" in text and "FR14 ••••" in text and "20041010" not in text.replace(" ", "")
