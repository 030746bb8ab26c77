"""The letters of JOURNEY §13: one file each, its subject, one link, short sentences, French typography."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template

import workflows
from intake import outbox
from intake.outbox import render
from workflows.admission.forms import LEFT_OPEN
from workflows.grammar import Letter
from workflows.settings import DEFAULTS

MAIL = Path(__file__).parent.parent / "templates" / "mail"
FILES = sorted(path.stem for path in MAIL.glob("[!_]*.txt"))
FROM_ELSEWHERE = {"resume_link", "journee_reminder", "weekly", "monthly", "privacy", "journee_open", "slot_booked",
                  "slot_freed", "slot_full", "tablet_left_open", "erasure_notice", "access_changed",
                  "brand_joined", "digest", "task_due", "permit_ends", "shares_balance", "meeting_list", "anchor"}
"""Owed by a sign-in, a journée, a slot, a day or a request about data: by no step."""

LINK = "https://parcours.example/mon-parcours"
NBSP = "\N{NO-BREAK SPACE}"

SUBJECTS = {
    "contact_received": "Votre premier contact avec Optéos",
    "meeting_booked": "Réunion d’information du 3 décembre",
    "meeting_list": "Réunion d’information du 17 décembre : 3 personnes attendues",
    "meeting_missed": "Réunion d’information : choisir une autre date",
    "dossier_opened": "Votre lien pour commencer votre demande",
    "resume_link": "Votre lien pour reprendre votre demande",
    "draft_reminder": "Votre demande n’est pas encore envoyée",
    "application_received": "Candidature reçue, dossier OPT-2026-0147",
    "request": "Il manque une pièce à votre dossier",
    "reminder": "Rappel : votre dossier d’entrée",
    "message": "Une question sur votre atelier",
    "interview_proposed": "Rencontrons-nous le 17 décembre",
    "interview_set": "Rencontre confirmée le 17 décembre",
    "admitted": "Votre demande Optéos : avis favorable",
    "deferred": "Votre demande Optéos : à retravailler",
    "file_reopened": "Votre demande Optéos : étude rouverte",
    "declined": "Réponse à votre demande Optéos",
    "redirected": "Votre demande Optéos : une autre piste",
    "contest_received": "Votre demande de réexamen",
    "reconfirm_asked": "Liste d’attente : confirmez votre intérêt",
    "paused": "Votre demande est en pause",
    "pause_ends": "Votre pause se termine le 1er mars",
    "resumed": "Votre demande a repris",
    "place_offered": "Une place vous est proposée en janvier 2027",
    "offer_answered": "Ana a répondu pour janvier 2027",
    "offer_expired": "La proposition pour janvier 2027 a expiré",
    "offer_withdrawn": "Proposition retirée, votre rang est gardé",
    "place_moved": "Votre entrée change de mois",
    "papers_asked": "Préparez votre entrée chez Optéos",
    "withdrawn": "Votre demande est retirée",
    "lapsed": "Votre demande est classée",
    "contract_to_sign": "Votre contrat est prêt à signer",
    "contract_to_countersign": "Contrat à signer pour Optéos",
    "contract_signed": "Votre contrat signé",
    "contract_reworked": "Votre contrat va changer",
    "contract_cancelled": "Votre contrat est annulé",
    "welcome": "Bienvenue chez Optéos : premiers pas",
    "term_ahead": "Votre CAPE se termine le 31 décembre",
    "term_reached": "CAPE terminé : aucune suite signée",
    "pairing_asked": "Accompagner Ana : votre réponse",
    "pairing_proposed": "Votre binôme : Noé",
    "pairing_started": "Votre binôme commence",
    "pairing_ended": "Fin du binôme",
    "meeting_nudge": "Prenez des nouvelles de votre binôme",
    "review_due": "Bilan à faire avant le 1er avril",
    "review_to_sign": "Votre bilan est à signer",
    "cesa_received": "Demande de contrat salarié reçue",
    "opinion_asked": "Votre avis sur un contrat salarié",
    "simulation": "Votre simulation de contrat salarié",
    "cesa_agreed": "Demande de contrat salarié : accord donné",
    "cesa_refused": "Réponse à votre demande de contrat salarié",
    "hire_blocked": "DPAE manquante : embauche bloquée",
    "deadline_ahead": "Sociétariat : date limite le 11 décembre",
    "membership_called": "Candidater avant l’AG du 25 juin",
    "membership_received": "Candidature au sociétariat reçue",
    "agenda": "Votre candidature à l’AG du 25 juin",
    "membership_admitted": "Sociétariat : admission prononcée",
    "membership_refused": "Sociétariat : décision de l’AG",
    "associate": "Votre attestation de parts sociales",
    "departure_opened": "Votre sortie d’Optéos : les étapes",
    "departure_called_off": "Votre sortie d’Optéos est annulée",
    "departure_closed": "Votre sortie est close",
    "journee_reminder": "Jeudi 17 décembre : votre badge pour la journée Optéos",
    "journee_moved": "La journée Optéos change de date",
    "journee_open": "La journée du 17 décembre n’est pas fermée",
    "tablet_left_open": "La borne de la journée n’est pas fermée",
    "slot_booked": "Rendez-vous confirmé le 17 décembre",
    "slot_freed": "Rendez-vous annulé le 17 décembre",
    "slot_full": "Votre demande de rendez-vous",
    "brand_joined": "Votre avis pour la marque Terres du Nord",
    "access_changed": "Votre accès à l’espace d’équipe a changé",
    "address_changed": "Vos coordonnées ont changé",
    "task_due": "Organiser la visite médicale",
    "permit_ends": "Votre titre de séjour se termine le 30 mai",
    "shares_balance": "Parts sociales : solde à verser avant le 1er mars",
    "anchor": "Empreinte de l’historique du 17 décembre 2026",
    "weekly": "3 dossiers attendent une nouvelle",
    "digest": "3 dossiers à suivre aujourd’hui",
    "monthly": "Places et prévisions de janvier 2027",
    "privacy": "Vos données : suite à votre demande",
    "erasure_notice": "Vos données seront effacées le 22 janvier 2027",
}

KNOWN: dict[str, Any] = {
    "who": {"first_name": "Ana", "last_name": "Lopez", "name": "Ana Lopez", "number": "OPT-2026-0147"},
    "memory": {
        "month": "2027-01", "offered_month": "2027-01", "deadline": "2026-12-11T22:59:59.999999+00:00",
        "meeting_at": "2026-12-03T08:30:00+00:00", "paused_until": "2027-03-01", "first_day": "2027-01-01",
        "last_day": "2027-12-31", "review_due": "2027-04-01", "assembly": "2027-06-25", "ends_on": "2027-08-31",
        "balance_by": "2032-03-01",
    },
    "answers": {
        "subject": "Une question sur votre atelier", "kind": "périmé", "first": "2026-12-17", "second": "2027-01-08",
        "third": "2027-01-14", "date": "2026-12-17", "reason": "Le local n’est pas prêt.", "month": "2027-03",
        "word": "À bientôt.", "why": "Vous travaillez la terre tous les deux.", "until": "2027-03-01",
    },
    "rank": 10, "total": 12, "forecast": "entre mai et juin 2027", "deadline": "2026-12-11", "actor": "Noé",
    "erased_on": "2027-01-22", "pages_left": 2, "pages_total": 6, "code": "402 117",
    "day": "2026-12-17", "digest": "4f1c09ab" * 8, "chains": 150,
    "tablet": "Tablette bleue", "journee": "2026-12-17",
    "at": "2026-12-17T13:30:00+00:00", "with_whom": "Claire, du Cercle accompagnement", "place": "Moulin",
    "brand": "Terres du Nord", "sentence": "Organiser la visite médicale", "due": "2027-03-31", "late": False,
    "permit_until": "2028-05-30", "sign_by": "2026-12-31",
}
UNKNOWN: dict[str, Any] = {
    **KNOWN, "memory": {"month": "2027-01"}, "answers": {}, "rank": None, "total": None, "forecast": "",
    "deadline": None, "actor": "", "erased_on": None, "permit_until": None, "sign_by": None, "pages_left": 0,
    "pages_total": 0, "code": "", "journee": None, "at": None, "place": "",
}
ROLES = ("person", "circle", "peer", "support", "cogerance", "waits_for", "correspondent")
STATES = ("papers", "waiting", "paused", "drafting")
LIST_OF_THREE: dict[str, Any] = {
    "count": 3, "names": ["Jeanne Dupré", "Sacha Petit", "Ben Carlier"], "dossiers": [
        {"name": name, "number": "OPT-2026-0147", "says": f"Sociétariat{NBSP}: date limite le 11 décembre", "days": 21,
         "link": f"{LINK}/{name}"} for name in ("Jeanne", "Sacha", "Ben")],
}
FIGURES: dict[str, Any] = {
    "month": "2027-01", "waiting": 9,
    "months": [{"month": "2027-01", "cap": 2, "accepted": 1, "held": 0, "free": 1}],
}


def letter(template: str, known: Mapping[str, Any] = KNOWN, spoken: str = "fr", **more: Any) -> tuple[str, str]:
    """(subject, body) of a letter to Ana, in French, unless told."""
    return render(template, spoken, {
        "prenom": "Ana", "to": "person", "link": LINK, "step": "offer", "before": "waiting", "state": "papers",
        "today": "2026-11-23", "setting": DEFAULTS.__getitem__, **LIST_OF_THREE, **FIGURES, **known, **more})


def every_letter() -> Iterator[tuple[str, str, str]]:
    """(name, subject, body) of every letter, to every role, with much known or nothing."""
    for template in FILES:
        for known in (KNOWN, UNKNOWN):
            for role in ROLES:
                for state in STATES:
                    yield template, *letter(template, known, to=role, state=state)


def named_by_steps() -> set[str]:
    """Every letter a step owes."""
    return {
        then.template for workflow in workflows.ALL.values() for row in workflow.steps for then in row.then
        if isinstance(then, Letter)
    }


def prose(body: str) -> str:
    """A body without its address and its footer."""
    return re.sub(r"https?://\S+", "", body.partition("\n--\n")[0])


def test_every_letter_owed_has_its_words_and_no_words_are_idle() -> None:
    assert set(FILES) == named_by_steps() | FROM_ELSEWHERE
    assert set(FILES) == set(SUBJECTS)


@pytest.mark.parametrize("template", FILES)
def test_the_subject_is_that_of_the_journey(template: str) -> None:
    step = "accept" if template == "offer_answered" else "offer"
    subject, _ = letter(template, step=step)
    assert subject.replace(NBSP, " ") == SUBJECTS[template]


def test_no_subject_bears_a_middle_dot() -> None:
    assert [subject for _, subject, _ in every_letter() if "·" in subject] == []


def test_every_letter_greets_by_first_name_and_says_why_it_came() -> None:
    for template, subject, body in every_letter():
        assert subject
        assert body.startswith("Bonjour Ana,\n\n"), template
        assert "\n--\nVous recevez ce message parce que " in body, template


def test_every_letter_holds_one_link() -> None:
    for template, _, body in every_letter():
        expected = 3 if template in ("weekly", "digest") else 1
        assert len(re.findall(r"https?://", body)) == expected, (template, body)


def test_paragraphs_are_parted_by_one_blank_line() -> None:
    for template, _, body in every_letter():
        assert "\n\n\n" not in body, (template, body)
        assert all(line == line.strip(" ") for line in body.splitlines()), (template, body)


def test_typography_is_french() -> None:
    for template, subject, body in every_letter():
        text = f"{subject}\n{prose(body)}"
        assert not re.search(r" [:;!?»%€]|« |(?<=[\w»])[;!?»](?=\s)", text), (template, text)
        assert not re.search(r"(?<=\w)'(?=\w)|\.\.\.|\u202f", text), (template, text)


def test_sentences_count_25_words_at_most() -> None:
    for template, _, body in every_letter():
        for paragraph in prose(body).split("\n"):
            for sentence in re.split(r"[.!?;:…](?:\s|$)", paragraph.replace(NBSP, " ")):
                words = re.findall(r"[\w’'-]+", sentence)
                assert len(words) <= 25, (template, sentence)


def test_no_family_name_travels_by_mail() -> None:
    assert [template for template, subject, body in every_letter() if "Lopez" in subject + body] == []


FORBIDDEN = re.compile(r"\b(veuillez|désolée?s?|oups|invalide|merci de bien|n’hésitez pas|valider|soumettre|cliquez ici)\b", re.I)


def test_no_letter_uses_a_word_of_the_office() -> None:
    assert [(template, found[0]) for template, subject, body in every_letter()
            if (found := FORBIDDEN.search(f"{subject}\n{prose(body)}"))] == []


def test_every_letter_of_every_step_can_be_written_for_each_it_is_for() -> None:
    """For each row, each of its letters, each recipient, in the state the row leads to; once owed, it greets and links."""
    written = 0
    for workflow in workflows.ALL.values():
        for row in workflow.steps:
            for then in row.then:
                if isinstance(then, Letter):
                    for role in then.to:
                        for state in (row.dest,) if row.dest else row.sources or ("",):
                            subject, body = letter(then.template, UNKNOWN, to=role, state=state, step=row.name)
                            assert subject and body.startswith("Bonjour Ana,"), (row.name, then.template, role)
                            assert len(re.findall(r"https?://", body)) == 1, (row.name, then.template, role)
                            written += 1
    assert written > 200


# The words of SCREENS §9 ---------------------------------------------------------------------------------------------


def said(template: str, **more: Any) -> str:
    """The body in plain spaces."""
    return letter(template, **more)[1].replace(NBSP, " ")


@pytest.mark.parametrize(("template", "words"), [
    ("resume_link", "Il fonctionne pendant 10 minutes, sur l’appareil qui l’a demandé."),
    ("resume_link", "Votre code, si on vous le demande : 402 117."),
    ("resume_link", "Vous n’avez rien demandé ? Ignorez ce message, rien ne change."),
    ("draft_reminder", "Votre demande est enregistrée mais pas envoyée. Il reste 2 parties sur 6."),
    ("draft_reminder", "Vous ne souhaitez plus continuer ? Vous n’avez rien à faire : vos réponses seront effacées le "
                       "22 janvier 2027."),
    ("application_received", "Nous avons bien reçu votre candidature le 23 novembre 2026."),
    ("application_received", "Vous aurez une réponse dans tous les cas."),
    ("request", "Une photo nette suffit."),
    ("request", "Vous ne l’avez pas ? Dites-le-nous au même endroit."),
    ("interview_proposed", "Choisir une date, ou dire qu’aucune ne convient : "),
    ("admitted", "Le Cercle a donné un avis favorable à votre demande."),
    ("admitted", "Vous êtes à la 10e place de la liste d’attente."),
    ("admitted", "Optéos accueille deux personnes par mois au maximum ; votre entrée est estimée entre mai et "
                 "juin 2027. Cette estimation peut changer."),
    ("admitted", "En attendant, vous pouvez venir aux journées Optéos, chaque troisième jeudi du mois."),
    ("place_offered", "Une place est libre pour une entrée en janvier 2027."),
    ("place_offered", "Répondez jusqu’au 11 décembre 2026 inclus : "),
    ("place_offered", "Vous pouvez accepter, passer votre tour, reporter votre entrée ou retirer votre demande."),
    ("place_offered", "Sans réponse à cette date, la place est proposée à la personne suivante et vous reculez de trois "
                      "places."),
    ("declined", "Le Cercle a étudié votre demande. Nous ne pourrons pas vous accueillir"),
    ("declined", "Nous pouvons en parler de vive voix : "),
    ("declined", "Demander un réexamen : "),
    ("journee_reminder", "Voici votre code QR pour signer votre présence à la borne."),
    ("journee_reminder", "Sans téléphone, votre code de présence est 402 117."),
])
def test_the_ten_letters_use_their_words(template: str, words: str) -> None:
    assert words in said(template)


TEAM = {
    "admitted": "Demande d’Ana : avis favorable", "declined": "Demande d’Ana : réponse donnée",
    "contract_signed": "Contrat d’Ana signé", "contract_cancelled": "Le contrat d’Ana est annulé",
    "departure_opened": "La sortie d’Ana est annoncée", "term_ahead": "Le CAPE d’Ana se termine le 31 décembre",
    "term_reached": "CAPE d’Ana terminé : aucune suite signée", "withdrawn": "La demande d’Ana est retirée",
}


def test_the_team_reads_whose_letter_it_is_and_never_yours() -> None:
    """« Votre contrat » is said to one person; « d’Ana », « de Noé »."""
    owed = {(then.template, role) for workflow in workflows.ALL.values() for row in workflow.steps for then in row.then
            if isinstance(then, Letter) for role in then.to if role in ("circle", "support", "cogerance")}
    yours = [(template, role) for template, role in owed
             if re.match("Votre|Vos ", letter(template, to=role)[0]) and template not in ("opinion_asked", "reminder")]
    assert yours == []
    assert {template: letter(template, to="support")[0].replace(NBSP, " ") for template in TEAM} == TEAM
    assert letter("withdrawn", to="circle", who={**KNOWN["who"], "first_name": "Noé"})[0] == "La demande de Noé est retirée"
    assert [(template, body) for template, subject, body in every_letter()
            if re.search(r"\b(de|que) (?=[AEIOUÉÈÎÔ])", f"{subject}\n{prose(body)}")] == []


def test_a_second_silence_is_announced_as_a_pause() -> None:
    memory = {**KNOWN["memory"], "silences": 1}
    assert "votre demande est mise en pause" in said("place_offered", memory=memory)
    assert "vous reculez" not in said("place_offered", memory=memory)


@pytest.mark.parametrize("template", ["admitted", "deferred", "declined", "redirected", "papers_asked"])
def test_what_the_circle_writes_begins_from_the_letter_and_leaves_as_it_was_posted(template: str) -> None:
    known = {"prenom": "Ana", "to": "person", "link": LINK, "setting": DEFAULTS.__getitem__, **KNOWN, "answers": {}}
    subject, begun = outbox.draft(template, "fr", known)
    assert subject
    assert begun.startswith("Bonjour Ana,")
    assert bool(LEFT_OPEN.search(begun)) == (template in ("deferred", "declined", "redirected")), "what only the circle can say"
    assert "Vous recevez ce message" not in begun
    said, body = outbox.as_written(template, "fr", known, "Votre four", "Bonjour Ana,\n\nVotre four nous a plu.")
    assert said == "Votre four"
    assert body == f"Bonjour Ana,\n\nVotre four nous a plu.\n\n{outbox.footer(outbox.FRENCH, known)}"
    assert outbox.as_written(template, "fr", known, "", "Bonjour,")[0] == subject


def test_the_twin_escapes_what_people_wrote_and_links_once(app: Flask) -> None:
    subject, body = letter("place_offered", answers={"word": "<script>alert(1)</script> & à bientôt"})
    with app.test_request_context():
        page = render_template("mail/_twin.html", subject=subject, body=body, language="fr")
    assert '<html lang="fr">' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; à bientôt" in page
    assert page.count("<a href=") == 1
    assert f'<a href="{LINK}"' in page
    assert "<br>Aide" in page
    assert "&lt;br&gt;" not in page
