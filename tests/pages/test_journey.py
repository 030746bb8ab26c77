"""The person's home: where am I, what can I do now, what happens next and when, whom do I talk to (S9, S23)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import vobject
from icalendar import Calendar

from intake import moment
from intake.cases import take_step
from intake.clock import prepare_day, tick
from intake.models.days import Assembly, InfoMeeting
from intake.models.dossiers import Answers, Case, Event
from intake.models.letters import Letter
from intake.models.people import Commitment, Person
from intake.retention import leaving_dossiers
from intake.words import long_day
from tests.cases.test_admission import again, arrived, fill_pages, in_review, step
from tests.cases.test_contracts import a_dossier
from tests.cases.test_pairing_and_exit import MEETING, in_cape, in_cesa, paired
from tests.cast import Cast, principale, writing
from tests.conftest import Browse, Clock
from tests.faults import crowd
from tests.page import Page, press, read

HOME = "/mon-parcours"


def said(page: Page) -> str:
    """The words of a page, in ordinary spaces."""
    return page.text.replace("\u00a0", " ")


def reads(page: Page, *sentences: str) -> None:
    """These words are on the page, in this order."""
    words, at = said(page), 0
    for sentence in sentences:
        found = words.find(sentence, at)
        assert found >= 0, f"« {sentence} » is not there, or comes too early, in:\n{words}"
        at = found + len(sentence)


@pytest.fixture
def ana(people: Cast) -> Case:
    """Ana, third of the waiting list."""
    with writing():
        ana = crowd.waiting(people, 3)[-1]
        Person.update(first_name="Ana", last_name="Moreau").where(Person.id == ana.dossier.person_id).execute()
        prepare_day()
        return crowd.again(ana)


@pytest.fixture
def lina(people: Cast) -> Case:
    """Ana in CAPE, accompanied by Noé: the card of an entrepreneur."""
    with writing():
        Commitment.create(person=people.noe, signed_on=date(2026, 1, 5))
        dossier = a_dossier(people.ana)
        cape = in_cape(dossier, people.sami)
        paired(dossier, people)
        prepare_day()
        return crowd.again(cape)


# Where am I ----------------------------------------------------------------------------------------------------------


def test_the_waiting_list_tells_the_truth(ana: Case, browse: Browse) -> None:
    """Rank and total, the rule, the cap, the forecast as two months, that it may change, when it was read; no other name."""
    page = read(browse(ana.dossier.person).get(HOME))
    reads(page, "Bonjour Ana, votre demande avance", "Votre place dans la liste d’attente", "3e", "sur 3 personnes",
          "Optéos accueille deux personnes par mois au maximum, dans l’ordre des avis favorables du Cercle.",
          "À ce rythme, votre entrée est estimée entre avril et mai 2027.",
          "Cette estimation peut changer. Mis à jour le 1er mars 2027 à 10 h.", "Ce que vous pouvez faire maintenant",
          "Ce qui se passe ensuite", "Quand vient votre tour, nous vous écrivons. Vous avez alors 10 jours pour répondre.",
          "À qui parler")
    assert "Lenoir" not in page.text, "no other name"


def test_beyond_twelve_months_the_forecast_says_so(people: Cast, browse: Browse) -> None:
    with writing():
        last = crowd.waiting(people, 30)[-1]
        prepare_day()
    assert "votre entrée est estimée dans plus d’un an" in said(read(browse(last.dossier.person).get(HOME)))


def test_a_worse_rank_comes_with_its_reason(people: Cast, ana: Case, browse: Browse, clock: Clock) -> None:
    with writing():
        first = Case.select().where(Case.workflow == "admission", Case.state == "waiting").order_by(Case.rank_at).first()
        crowd.step(first, "pause", first.dossier.person, **day_of("until", date(2027, 4, 1)))
        clock.forward(days=3)
        crowd.step(first, "resume", first.dossier.person)
    assert "Vous passez de la 2e à la 3e place : une personne a repris sa demande mise en pause." in said(
        read(browse(ana.dossier.person).get(HOME)))


def day_of(name: str, day: date) -> dict[str, str]:
    """A day as its three boxes post it."""
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


@pytest.mark.parametrize(("state", "sentence"), [
    ("contact", "Votre demande s’ouvre après une réunion d’information. "
                "Sans nouvelles de vous, elle est classée le 30 avril 2027."),
    ("draft", "Le Cercle accompagnement lit votre candidature une fois envoyée. "
              "Votre brouillon est gardé jusqu’au 30 avril 2027."),
    ("submitted", "Le Cercle accompagnement lit votre demande d’ici le 15 mars 2027. Vous recevrez un courriel, quelle que soit"),
    ("review", "Le Cercle vous rencontre d’ici le 31 mars 2027, puis décide."),
    ("withdrawn", "Vous pouvez revenir sur ce choix jusqu’au 30 mai 2027 inclus. Vos réponses seront effacées le 1er juin 2027."),
])
def test_each_state_says_what_happens_next_and_when(people: Cast, browse: Browse, state: str, sentence: str) -> None:
    with writing():
        case = arrived(people.ana)
        if state in ("draft", "submitted"):
            case = step(case, "skip_meeting", people.claire, reason="Connue")
        if state == "submitted":
            fill_pages(case)
            step(case, "submit", people.ana)
        if state in ("review", "withdrawn"):
            case = in_review(case, people)
        if state == "withdrawn":
            step(case, "withdraw", people.ana, reason="Je pars")
    assert sentence in said(read(browse(people.ana).get(HOME)))


def test_a_day_that_is_past_is_never_announced(people: Cast, browse: Browse, clock: Clock) -> None:
    """What is late says so; an erasure is told on the day that retention reckons, agreement to stay in touch included."""
    with writing():
        case = step(arrived(people.ana), "skip_meeting", people.claire, reason="Connue")
        fill_pages(case)
        case = step(case, "submit", people.ana)
        home = browse(people.ana)
        assert "Candidature envoyée" in said(read(home.get(HOME))) and "À lire" not in said(read(home.get(HOME)))
        clock.forward(days=30)
    assert "lit encore votre demande. Cela prend plus de temps que prévu" in said(read(browse(people.ana).get(HOME)))
    with writing():
        case = step(again(case), "withdraw", people.ana, reason="Je pars")
        gone, = [f"seront effacées le {long_day(found.on)}.".replace("\u00a0", " ") for _, found in leaving_dossiers()]
    assert gone in said(read(browse(people.ana).get(HOME)))
    clock.forward(days=95)
    shown = said(read(browse(people.ana).get(HOME)))
    assert "Vos réponses seront bientôt effacées" in shown and "À venir" not in shown
    with writing():
        step(again(case), "stay_in_touch", people.ana, agreed="oui")
        kept, = [f"seront effacées le {long_day(found.on)}.".replace("\u00a0", " ") for _, found in leaving_dossiers()]
    assert kept != gone and kept in said(read(browse(people.ana).get(HOME)))


def test_somebody_is_named_with_a_telephone(people: Cast, browse: Browse) -> None:
    """First who reads, later who follows the dossier."""
    with writing():
        case = in_review(arrived(people.ana), people)
    ana = browse(people.ana)
    page = read(ana.get(HOME))
    reads(page, "À qui parler", "Claire Dubreuil, Cercle accompagnement", "03 00 00 00 00, du lundi au jeudi")
    assert page.link("03\u00a000\u00a000\u00a000\u00a000") == "tel:0300000000"
    with writing():
        step(case, "assign", people.claire, follower=people.ines.uid)
    assert "Inès Haddad, suit votre dossier" in said(read(ana.get(HOME)))


def test_a_stranger_has_an_empty_home_and_nobody_elses(people: Cast, ana: Case, browse: Browse) -> None:
    zoe = browse(people.zoe)
    assert "Vous n’avez pas encore de demande." in said(read(zoe.get(HOME)))
    for address in (f"{HOME}?dossier={ana.dossier.uid}", f"{HOME}/agenda.ics?dossier={ana.dossier.uid}",
                    f"{HOME}/echanges?dossier={ana.dossier.uid}", f"{HOME}/place/{ana.uid}"):
        page = zoe.get(address)
        assert page.status_code == 404 or "Vous n’avez pas encore" in page.text


# What can I do now ---------------------------------------------------------------------------------------------------


def test_interest_is_confirmed_on_the_page_itself(ana: Case, browse: Browse, clock: Clock) -> None:
    """Asked by the clock, answered by one press; done twice, noted once; nothing says a letter left."""
    with writing():
        clock.forward(days=90)
        tick()
    clock.forward(hours=1)
    me = browse(ana.dossier.person)
    page = read(me.get(HOME))
    assert "Souhaitez-vous toujours entrer chez Optéos ?" in said(page)
    assert "votre demande est mise en pause. Votre rang est gardé 60 jours." in said(page)
    form = page.form("Je suis toujours d’accord")
    for _ in range(2):
        went = me.post(form.action, data=form.values)
        assert went.status_code == 303
    after = said(read(me.get(went.location)))
    assert "C’est noté : « Je suis toujours d’accord »." in after and "envoyé" not in after
    assert "Vous avez confirmé votre intérêt le" in after and "2027." in after
    with writing():
        assert Event.select().where(Event.case == ana, Event.step == "reconfirm").count() == 1


def test_a_complement_is_answered_in_place(people: Cast, browse: Browse) -> None:
    """Its type and its words above the form; text or a piece, one of them at least."""
    with writing():
        case = in_review(arrived(people.ana), people)
        step(case, "ask", people.claire, kind="périmé", subject="votre budget", message="Celui de 2025 est trop ancien.")
    ana = browse(people.ana)
    page = read(ana.get(HOME))
    reads(page, "Un complément est attendu", "Ce qui ne va pas : Périmé", "Ce qu’il faut : votre budget",
          "Celui de 2025 est trop ancien.")
    form = page.form("Répondre")
    empty = ana.post(form.action, data=form.values)
    assert empty.status_code == 422 and "Écrivez votre réponse, ou ajoutez la pièce" in said(read(empty))
    assert press(ana, HOME, "Répondre", answer="Le voici").status_code == 303
    assert "Un complément est attendu" not in said(read(ana.get(HOME)))


def test_a_date_is_chosen_in_place_and_goes_into_an_agenda(people: Cast, browse: Browse) -> None:
    with writing():
        case = in_review(arrived(people.ana), people)
        step(case, "propose_interview", people.claire, where="14 h, Moulin de Wazemmes",
             **day_of("first", date(2027, 3, 18)), **day_of("second", date(2027, 3, 19)), **day_of("third", date(2027, 3, 22)))
    ana = browse(people.ana)
    assert press(ana, HOME, "Choisir cette date", date="2027-03-19").status_code == 303
    page = read(ana.get(HOME))
    assert "Nous nous rencontrons le 19 mars 2027. Le Cercle décide ensuite, par consentement." in said(page)
    assert "Choisir cette date" not in page.text
    event = the_event(ana.get(f"{HOME}/agenda.ics?date={case.uid}-interview"))
    assert event.get("location") == "14 h, Moulin de Wazemmes"
    assert event.decoded("dtstart") == date(2027, 3, 19)


def the_event(response: Any) -> Any:
    """The one event of a calendar file, read by the library; the file has what any agenda asks."""
    assert response.status_code == 200 and response.mimetype == "text/calendar"
    assert "attachment" in response.headers["Content-Disposition"]
    found = Calendar.from_ical(response.data)
    assert found["version"] == "2.0" and found["prodid"]
    assert all(len(line) <= 75 for line in response.data.split(b"\r\n")), "folded lines"
    event, = found.walk("VEVENT")
    assert event["uid"] and event["dtstamp"] and event["summary"]
    return event


def test_a_meeting_has_its_hour_in_paris_summer_and_winter(people: Cast, browse: Browse, clock: Clock) -> None:
    """18 h 30 on the last Saturday of winter, and the Sunday after, told by the file's own time zone."""
    for day, utc in ((date(2027, 3, 27), 17), (date(2027, 3, 29), 16)):
        with writing():
            meeting = InfoMeeting.create(antenna=principale(), starts_at=moment.now().replace(
                month=day.month, day=day.day, hour=utc, minute=30), place="Moulin", seats=9)
            case = again(case) if day.day == 29 else arrived(people.ana)  # noqa: F821
            offered = f"/dossier/{case.dossier.uid}/{case.uid}/book"
        assert "18 h 30, Moulin" in said(read(browse(people.ana).get(offered))), "one knows where before one chooses"
        with writing():
            case = step(case, "book", people.ana, meeting=meeting.uid)
        assert "Réunion d’information · Moulin" in said(read(browse(people.ana).get(HOME)))
        answer = browse(people.ana).get(f"{HOME}/agenda.ics?date={case.uid}-meeting")
        event, other = the_event(answer), vobject.readOne(answer.text).vevent.dtstart.value
        starts = event.decoded("dtstart")
        assert (starts.hour, starts.minute, starts.utcoffset()) == (18, 30, timedelta(hours=18 - utc))
        assert (other.hour, other.utcoffset()) == (18, timedelta(hours=18 - utc)), "read by a library that did not write it"
        assert event["dtstart"].params["TZID"] == "Europe/Paris"
        assert event.get("location") == "Moulin"


# S23 -----------------------------------------------------------------------------------------------------------------


def test_the_dates_of_a_cape_soonest_first(lina: Case, people: Cast, browse: Browse) -> None:
    """Reviews and the end of the contract however far, each with who, what if it passes, and its button."""
    page = read(browse(people.ana).get(HOME))
    reads(page, "Jeudi 18 mars 2027", "Journée Optéos, 9 h 30", "1er mai 2027", "Bilan des 3 mois, avec Noé",
          "Passé ce jour, l’équipe support vous contacte.", "1er août 2027", "Bilan des 6 mois, avec Noé",
          "2 décembre 2027", "Choisir la suite : renouveler, contrat salarié ou sortie", "31 janvier 2028",
          "Fin de votre contrat CAPE n° 1", "Sans choix écrit, il s’arrête.", "Ajouter à mon agenda")
    assert page.link("Préparer Bilan des 3\u00a0mois, avec Noé").endswith(f"/mon-parcours/bilan/{pairing(lina).uid}")


def pairing(case: Case) -> Case:
    with writing():
        found: Case = Case.get(Case.dossier == case.dossier_id, Case.workflow == "accompaniment")
        return found


def test_the_card_of_the_peer(lina: Case, people: Cast, browse: Browse) -> None:
    """Who, when we last met; write, note a meeting, change without saying why."""
    ana = browse(people.ana)
    page = read(ana.get(HOME))
    reads(page, "Mon binôme : Noé Caron", "Aucune rencontre notée pour l’instant")
    assert page.link("Changer de binôme, sans dire pourquoi").endswith("/ask_other")
    assert press(ana, page.link("Écrire à Noé"), "Écrire à Noé", subject="Jeudi", message="On se voit ?").status_code == 303
    with writing():
        letter = Letter.get(Letter.template == "message")
        assert (letter.recipient, "Ana vous écrit" in letter.body) == (people.noe, True)
        step(pairing(lina), "record_meeting", people.noe, **MEETING)
    assert "Dernière rencontre le 1er mars" in said(read(ana.get(HOME)))


def test_messages_both_ways_with_where_each_letter_stands(
        lina: Case, people: Cast, browse: Browse, clock: Clock) -> None:
    with writing():
        take_step(again(pairing(lina)), "write", by=people.noe, key=None, raw={"subject": "Jeudi", "message": "À 14 h ?"})
        Letter.update(status="sent", sent_at=moment.now()).where(Letter.subject == "Jeudi").execute()
    clock.forward(minutes=1)
    ana = browse(people.ana)
    press(ana, f"/dossier/{lina.dossier.uid}/{lina.uid}/write", "Écrire à l’équipe", subject="Devis", message="Où l’envoyer ?")
    page = read(ana.get(HOME))
    assert page.link("Échanges (2)").startswith("/mon-parcours/echanges")
    told = read(ana.get(page.link("Échanges (2)")))
    reads(told, "Devis", "Vous, à l’équipe", "Attend jusqu’à 10 h 01", "Jeudi", "Noé · 1er mars 2027 à 10 h", "À 14 h ?",
          "Remise au serveur à 10 h")


def test_my_papers(lina: Case, people: Cast, browse: Browse, clock: Clock) -> None:
    """The certificate is to add, then there, then to renew a year later."""
    from intake.models import pieces

    ana = browse(people.ana)
    assert "Attestation d’assurance : à ajouter" in said(read(ana.get(HOME)))
    with writing():
        pieces.add(lina.dossier, title="Attestation d’assurance", filename="rc-pro.pdf", media_type="application/pdf",
                   content=b"%PDF-", by=people.ana, now=moment.now())
    assert "Attestation d’assurance : ajoutée le 1er mars 2027" in said(read(ana.get(HOME)))
    clock.to(date(2028, 3, 1), 12)
    assert "Attestation d’assurance : à renouveler" in said(read(browse(people.ana).get(HOME)))


def test_the_associate_deadline_is_listed_however_far(people: Cast, browse: Browse) -> None:
    with writing():
        case = in_cesa(a_dossier(people.ana), people.sami)
        assert case.memory["deadline"] == "2029-02-28"
    reads(read(browse(people.ana).get(HOME)), "28 février 2029", "Date limite pour devenir associé·e",
          "Passé ce jour, le contrat salarié prend fin")


def test_without_an_assembly_in_time_entering_the_membership_comes_first(people: Cast, browse: Browse) -> None:
    """No assembly before the deadline: it is the first thing to do, with its day; one in time puts it back among the others."""
    with writing():
        dossier = a_dossier(people.ana)
        in_cesa(dossier, people.sami)
    ana, wish = browse(people.ana), "Je veux entrer au sociétariat"
    page = read(ana.get(HOME))
    reads(page, "Ce que vous pouvez faire maintenant", "Date limite pour devenir associé·e : 28 février 2029",
          "Aucune assemblée générale (AG) n’est prévue avant cette date.", wish, "Mes prochaines dates", "28 février 2029", wish,
          "Autres démarches", "Annoncer mon départ")
    assert page.text.count(wish) == 2, "there, and beside its date; no longer at the foot"
    with writing():
        Assembly.create(day=moment.today() + timedelta(days=100))
    page = read(ana.get(HOME))
    reads(page, "Ce que vous pouvez faire maintenant", "Rien ne vous attend pour l’instant")
    reads(page, "Sociétariat : candidature avant le", "Autres démarches", wish)
    with writing():
        Assembly.delete().execute()
    assert press(ana, page.link(wish), wish).status_code == 303
    assert wish not in read(ana.get(HOME)).text, "called: its own part says what is next"


def test_a_review_is_prepared_by_reading_its_questions(lina: Case, people: Cast, browse: Browse) -> None:
    path = f"/mon-parcours/bilan/{pairing(lina).uid}"
    page = said(read(browse(people.ana).get(path)))
    assert "Vous en parlez avec Noé, qui le rédige." in page and "Projet à 6 mois" in page
    assert browse(people.noe).get(path).status_code == browse(people.zoe).get(path).status_code == 404


def test_all_my_dates_in_one_file_twice_the_same(lina: Case, people: Cast, browse: Browse) -> None:
    """Added again, a date replaces itself: identifiers are stable, one each."""
    ana = browse(people.ana)
    first, second = (Calendar.from_ical(ana.get(f"{HOME}/agenda.ics").data) for _ in range(2))
    uids = [str(event["uid"]) for event in first.walk("VEVENT")]
    assert len(uids) == len(set(uids)) == 6
    assert uids == [str(event["uid"]) for event in second.walk("VEVENT")]
    assert len(first.walk("VTIMEZONE")) == 1


def test_reading_writes_nothing(lina: Case, people: Cast, browse: Browse) -> None:
    ana = browse(people.ana)
    with writing():
        before = (Event.select().count(), Answers.select().count(), Letter.select().count())
    for path in ("", "/agenda.ics", "/echanges", f"/bilan/{pairing(lina).uid}"):
        assert ana.get(HOME + path).status_code == 200
    with writing():
        assert (Event.select().count(), Answers.select().count(), Letter.select().count()) == before
