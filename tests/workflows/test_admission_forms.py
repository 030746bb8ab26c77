"""What an admission asks, of whom, in which words, and who reads it (JOURNEY §7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from wtforms import Field

from workflows import lists
from workflows.admission import application, forms
from workflows.admission.application import APPLICATION_PAGES
from workflows.admission.choices import entry_months, later_months
from workflows.admission.entry import ENTRY_PAGES
from workflows.admission.facts import Facts
from workflows.admission.house_rules import the_rules
from workflows.engine import blank_form
from workflows.grammar import Page, Step, StepForm
from workflows.settings import DEFAULTS

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
CLAIRE, SALOME, INES = ("claire", "Claire"), ("salome", "Salomé"), ("ines", "Inès")
JANUARY, FEBRUARY = ("2027-01", "Janvier 2027"), ("2027-02", "Février 2027")


def knowing(**known: Any) -> Facts:
    """What is known of Ana's dossier."""
    return Facts(**{"now": NOON, "first_name": "Ana", "circle_members": [CLAIRE, SALOME, INES],
                    "months": [JANUARY, FEBRUARY], "antennas": [("principale", "Optéos")], **known})


def filled(
    form: type[StepForm], typed: dict[str, Any] | None = None, *, fill: Callable[[Any, Any], None] | None = None,
    facts: Facts | None = None,
) -> StepForm:
    """A form as the page gets it back, checked."""
    made = blank_form(Step("x", "X", (), None, by="person", form=form, fill=fill), facts or knowing(), typed or {})
    assert made is not None
    made.validate()
    return made


def errors(*given: Any, **options: Any) -> dict[str, Any]:
    """The sentences shown, by field."""
    return {name: said[0] for name, said in filled(*given, **options).errors.items()}


ANA = {
    "first_name": "Ana", "last_name": "Lopez", "email": "ana.lopez@exemple.fr", "phone": "06 12 34 56 78",
    "commune": "Roubaix", "activity": "Céramiste", "heard": "web", "antenna": "principale", "age": "adult",
    "notice": "oui",
}


def test_ana_leaves_her_contact() -> None:
    made = filled(forms.ContactForm, ANA, fill=forms.offer_antennas)
    assert made.errors == {}
    assert made.data["phone"] == "+33612345678"


def test_an_empty_contact_says_what_to_do() -> None:
    assert errors(forms.ContactForm, fill=forms.offer_antennas) == {
        "first_name": "Saisissez votre prénom",
        "last_name": "Saisissez votre nom de famille",
        "email": "Saisissez votre adresse électronique",
        "commune": "Saisissez votre commune",
        "activity": "Décrivez votre activité en une ligne",
        "heard": "Indiquez comment vous avez connu Optéos",
        "antenna": "Choisissez une antenne",
        "age": "Indiquez votre âge",
        "notice": "Lisez la notice, puis cochez la case",
    }


@pytest.mark.parametrize(("reach", "email", "phone"), [
    ("ben@exemple.fr", "ben@exemple.fr", ""),
    ("06.12.34.56.78", "", "+33612345678"),
])
def test_the_kiosk_takes_an_address_or_a_number(reach: str, email: str, phone: str) -> None:
    made = filled(forms.KioskContactForm, {"first_name": "Ben", "reach": reach, "agreed": "oui"})
    assert made.errors == {}
    assert (made.data["email"], made.data["phone"]) == (email, phone)


@pytest.mark.parametrize("reach", ["", "ben@", "06 12", "Lille"])
def test_the_kiosk_asks_for_one_way_to_reach(reach: str) -> None:
    assert errors(forms.KioskContactForm, {"reach": reach}) == {
        "first_name": "Saisissez votre prénom",
        "reach": "Saisissez une adresse électronique ou un numéro de téléphone",
        "agreed": "Cochez la case pour que nous puissions vous recontacter",
    }


ASKED_WITHOUT_ANSWER: list[tuple[type[StepForm], dict[str, str]]] = [
    (forms.BookingForm, {"meeting": "Choisissez une date"}),
    (forms.AbsenceForm, {"absence": "Indiquez si l’absence est excusée"}),
    (forms.ReadersForm, {"people": "Choisissez les personnes qui lisent"}),
    (forms.DatesForm, {"first": "Saisissez la première date", "second": "Saisissez la deuxième date",
                       "third": "Saisissez la troisième date"}),
    (forms.ChoiceForm, {"date": "Choisissez une date"}),
    (forms.SupportCheckForm, {"insurable": "Indiquez si l’activité peut être assurée",
                              "regulated": "Indiquez si le métier est réglementé",
                              "budget_clear": "Indiquez si le budget est lisible"}),
    (forms.ProposalForm, {"decision": "Choisissez une décision"}),
    (forms.OpinionForm, {"opinion": "Choisissez un avis",
                         "no_link": "Cochez si vous n’avez aucun lien, ou passez la main"}),
    (forms.DecisionForm, {"message": "Écrivez le message", "sending": "Indiquez s’il faut envoyer le message"}),
    (forms.RefusalForm, {"reason": "Indiquez la raison", "message": "Écrivez le message",
                         "sending": "Indiquez s’il faut envoyer le message"}),
    (forms.UpdateForm, {"changes": "Notez ce qui a changé"}),
    (forms.OfferForm, {"month": "Choisissez un mois"}),
    (forms.OutOfTurnForm, {"month": "Choisissez un mois", "motive": "Choisissez un motif",
                           "precision": "Précisez le motif"}),
    (forms.PostponeForm, {"month": "Indiquez le mois à partir duquel vous pouvez entrer"}),
    (forms.PauseForm, {"until": "Saisissez la date de fin de la pause"}),
    (forms.AgreementForm, {"agreed": "Cochez la case pour rester en contact"}),
    (forms.FirstContractForm, {"kind": "Choisissez un contrat"}),
]


@pytest.mark.parametrize(("form", "said"), ASKED_WITHOUT_ANSWER)
def test_an_empty_form_says_what_to_do(form: type[StepForm], said: dict[str, str]) -> None:
    assert errors(form) == said


def test_claire_names_readers_and_says_who_knows_ana() -> None:
    made = filled(forms.ReadersForm, {"people": ["claire", "salome"], "linked": ["claire"]}, fill=forms.offer_readers)
    assert made.errors == {}
    assert made.data == {"people": ["claire", "salome"], "linked": ["claire"]}


def test_a_stranger_is_not_a_reader() -> None:
    assert errors(forms.ReadersForm, {"people": ["zoe"]}, fill=forms.offer_readers) == {
        "people": "Choisissez les personnes qui lisent"}


def test_ana_chooses_among_three_dates_or_none() -> None:
    facts = knowing(memory={"interview": {"proposed": ["2026-12-03", "2026-12-10", "2026-12-17"]}})
    made = filled(forms.ChoiceForm, {"date": "2026-12-17"}, fill=forms.offer_dates, facts=facts)
    assert made.errors == {}
    assert [value for value, _ in made["date"].pairs] == ["2026-12-03", "2026-12-10", "2026-12-17", "none"]
    assert filled(forms.ChoiceForm, {"date": "none"}, fill=forms.offer_dates, facts=facts).errors == {}
    assert errors(forms.ChoiceForm, {"date": "2026-12-24"}, fill=forms.offer_dates, facts=facts) == {
        "date": "Choisissez une date"}


@pytest.mark.parametrize(("opinion", "reason", "said"), [
    ("favorable", "", {}),
    ("rework", "", {"reason": "Indiquez la raison"}),
    ("objection", "  ", {"reason": "Indiquez la raison"}),
    ("objection", "Le prix ne couvre pas les charges", {}),
])
def test_only_a_favorable_opinion_needs_no_reason(opinion: str, reason: str, said: dict[str, str]) -> None:
    assert errors(forms.OpinionForm, {"opinion": opinion, "reason": reason, "no_link": "oui"}) == said


def test_an_opinion_names_the_person_it_must_have_no_link_with() -> None:
    made = filled(forms.OpinionForm, fill=forms.name_the_link)
    assert made["no_link"].label.text == "Je n’ai aucun lien avec Ana"


def test_a_negative_decision_takes_its_reason_from_the_list() -> None:
    said = {"message": "Bonjour Ana, …", "sending": "send"}
    assert errors(forms.RefusalForm, {**said, "reason": "full_time"}) == {}
    assert errors(forms.RefusalForm, {**said, "reason": "trop âgée"}) == {"reason": "Indiquez la raison"}
    assert errors(forms.DecisionForm, said) == {}


def test_what_the_draft_leaves_open_is_written_before_it_is_sent() -> None:
    """« [dites pourquoi, en une ou deux phrases] » never reaches anybody; a message that is kept may stay as it is."""
    open_yet = {"message": "Nous ne pourrons pas vous accueillir : [dites pourquoi].", "reason": "full_time"}
    assert errors(forms.RefusalForm, {**open_yet, "sending": "send"}) == {
        "message": "Écrivez ce que le message laisse entre crochets, puis retirez les crochets"}
    assert errors(forms.RefusalForm, {**open_yet, "sending": "keep"}) == {}
    assert list(errors(forms.DecisionForm, {**open_yet, "sending": "send"})) == ["message"]


def test_a_message_is_never_empty() -> None:
    assert errors(forms.RefusalForm, {"message": "", "sending": "send", "reason": "capacity"}) == {
        "message": "Écrivez le message"}


def test_the_reasons_are_those_of_the_journey() -> None:
    assert [label for _, label in lists.REASONS] == [
        "Activité non assurable", "Activité réglementée impossible", "Investissement ou local",
        "Savoir-faire pas encore prêt", "Projet hors champ", "Besoin d’accompagnement supérieur à nos moyens",
        "Capacité d’accueil", "Emploi à temps complet", "Orientation vers une autre structure",
    ]
    assert [label for _, label in lists.EXCEPTIONS] == [
        "Marque existante avec contrat daté", "Fin de droits proche", "Proposition précédente retirée par Optéos",
    ]


def test_an_offer_names_a_month_to_come() -> None:
    assert errors(forms.OfferForm, {"month": "2027-01"}, fill=entry_months) == {}
    assert errors(forms.OfferForm, {"month": "janvier"}, fill=entry_months) == {"month": "Choisissez un mois"}


def test_ana_postpones_to_a_month_after_the_one_offered() -> None:
    offered = knowing(memory={"month": "2027-01"})
    assert errors(forms.PostponeForm, {"month": "2027-02"}, fill=later_months, facts=offered) == {}
    assert errors(forms.PostponeForm, {"month": "2027-01"}, fill=later_months, facts=offered) == {
        "month": "Indiquez le mois à partir duquel vous pouvez entrer"}


# Who reads -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("form", "readers"), [
    (forms.ContactForm, {"circle", "support"}),
    (forms.InterviewForm, {"circle", "support"}),
    (forms.SupportCheckForm, {"circle", "support", "cogerance"}),
    (forms.ProposalForm, {"circle", "support", "cogerance"}),
    (forms.OpinionForm, {"circle", "support", "cogerance"}),
    (forms.DecisionForm, {"circle", "support", "cogerance"}),
    (forms.RefusalForm, {"circle", "support", "cogerance"}),
    (forms.FirstContractForm, {"support", "cogerance"}),
])
def test_who_reads_a_form(form: type[StepForm], readers: set[str]) -> None:
    assert set(form.readers) == readers


def test_the_insurers_reference_is_for_support_alone() -> None:
    assert forms.SupportCheckForm.seen_by == {"insurer_reference": ("support",)}


def test_everything_observed_at_an_interview_is_sealed() -> None:
    assert forms.InterviewForm.sealed == set(forms.InterviewForm()._fields) - {"no_link"}


def test_each_page_of_the_application_is_read_by_the_circle_except_insurance() -> None:
    for page in APPLICATION_PAGES:
        expected = {"support"} if page.name == "insurance" else {"circle", "support", "cogerance"}
        assert set(page.form.readers) == expected, page.name


def test_each_page_of_the_entry_papers_is_read_by_one_trade() -> None:
    others = {"iban": ("accounts",), "tools": ("support",)}
    assert {page.name: page.form.readers for page in ENTRY_PAGES} == {
        page.name: others.get(page.name, ("hr",)) for page in ENTRY_PAGES}


def test_numbers_of_the_entry_papers_are_sealed() -> None:
    sealed = {name for page in ENTRY_PAGES for name in page.form.sealed}
    assert {"nir", "iban", "paper_number"} <= sealed


# The questionnaires --------------------------------------------------------------------------------------------------


def asked(pages: tuple[Page, ...], facts: Facts) -> list[str]:
    """Names of the pages asked."""
    return [page.name for page in pages if page.applies is None or page.applies(facts)]


def test_ana_answers_the_whole_form_and_is_not_asked_her_age_twice() -> None:
    assert asked(APPLICATION_PAGES, knowing(memory={"age": "adult"})) == [
        "you", "activity", "skills", "workplace", "offering", "situation", "earlier", "time", "start", "income", "why",
        "cooperation", "support", "rules", "budget", "insurance", "presentation",
    ]


def test_ben_of_kpa_cite_answers_a_shorter_one() -> None:
    assert asked(APPLICATION_PAGES, knowing(kpa=True, memory={"age": "adult"})) == [
        "you", "activity", "motivation", "time", "availability", "charter", "rules", "presentation"]
    told = [one.sentence for one in the_rules(knowing(kpa=True, settings=DEFAULTS))]
    assert told and "Contribution à Optéos" in told[0] and not any("liste d’attente" in one for one in told)
    page = next(page for page in APPLICATION_PAGES if page.name == "rules")
    form = page.form()
    page.fill(form, knowing(kpa=True))
    assert form.rules.label.text == "Lu : contribution et règles d’entrée", "there is no list there"


def test_someone_met_at_the_kiosk_is_asked_their_age() -> None:
    assert asked(APPLICATION_PAGES, knowing())[0] == "age"


@pytest.mark.parametrize(("known", "guardian"), [
    ({"kpa": True, "memory": {"age": "minor"}}, True),
    ({"kpa": True, "pages": {"age": {"age": "minor"}}}, True),
    ({"kpa": True, "memory": {"age": "adult"}}, False),
    ({"kpa": False, "memory": {"age": "minor"}}, False),
])
def test_a_guardian_signs_for_someone_of_16_or_17(known: dict[str, Any], guardian: bool) -> None:
    assert ("guardian" in asked(APPLICATION_PAGES, knowing(**known))) is guardian


def test_guardians_come_back_in_the_entry_papers_of_a_minor() -> None:
    assert "guardians" in asked(ENTRY_PAGES, knowing(memory={"age": "minor"}))
    assert "guardians" not in asked(ENTRY_PAGES, knowing(memory={"age": "adult"}))


def test_the_date_a_full_time_job_ends_is_asked_of_those_who_have_one() -> None:
    assert "full_time" in asked(APPLICATION_PAGES, knowing(pages={"time": {"full_time": True}}))
    assert "full_time" not in asked(APPLICATION_PAGES, knowing(pages={"time": {"full_time": False}}))


def test_five_tasks_lead_to_the_pages_of_the_application() -> None:
    assert list(dict.fromkeys((page.section, page.task) for page in APPLICATION_PAGES)) == [
        ("Vous et votre projet", "Vos coordonnées"), ("Vous et votre projet", "Votre activité"),
        ("Vous et votre projet", "Votre situation aujourd’hui"), ("Vous et votre projet", "Ce que vous cherchez chez Optéos"),
        ("Vos pièces", "Présentation ou CV, autres pièces")]


def test_nothing_is_asked_twice_what_was_told_comes_filled_in() -> None:
    carried = {f"{page.name}.{name}": source for page in (*APPLICATION_PAGES, *ENTRY_PAGES)
               for name, source in page.carried.items()}
    assert carried == {
        "you.phone": "phone", "birth.birth_name": "full_name", "address.town": "commune",
        "guardians.guardians": "guardian", "job.other_job_hours": "other_hours"}
    for page in (*APPLICATION_PAGES, *ENTRY_PAGES):
        assert set(page.carried) <= set(page.form()._fields), page.name


@pytest.mark.parametrize("pages", [APPLICATION_PAGES, ENTRY_PAGES])
def test_no_two_questions_share_a_name_and_no_two_pages_a_title(pages: tuple[Page, ...]) -> None:
    names = [name for page in pages for name in page.form()._fields]
    titles = [page.title for page in pages]
    assert len(names) == len(set(names))
    assert len(titles) == len(set(titles))
    assert not any("·" in title for title in titles)


def required(pages: tuple[Page, ...]) -> list[str]:
    """Labels of the questions that must be answered, in order."""
    return [field.label.text for page in pages for field in page.form() if is_required(field)]


def is_required(field: Field) -> bool:
    """Whether no answer is no answer."""
    return not getattr(field, "optional", False)


def test_required_questions_are_those_of_the_journey() -> None:
    assert required(APPLICATION_PAGES) == [
        "Votre âge", "Quel est votre nom de famille ?", "Numéro de téléphone", "Activité : quoi, pour qui, comment",
        "Métier nouveau, déjà exercé, activité existante",
        "Motivation", "Savoir-faire, réalisations", "Activité réglementée",
        "Lieu d’exercice, local, stock, matériel, chantier", "Public mineur ou fragile", "Offre et prix",
        "Avez-vous déjà une activité déclarée ?", "Jours disponibles par semaine", "Autre activité, heures par semaine",
        "Emploi à temps complet à la date prévue", "Disponibilités", "Représentant légal",
        "Démarrage souhaité", "Pourquoi une CAE, pourquoi Optéos",
        "Attentes envers l’accompagnement", "Charte", "Lu : contribution, règles d’entrée et de liste",
        "Assurance : questionnaire",
    ]
    assert required(ENTRY_PAGES) == [
        "Nom de naissance, prénoms", "Date de naissance", "Lieu de naissance", "Nationalité", "Numéro et voie",
        "Code postal", "Ville", "N° de sécurité sociale", "Pièce d’identité ou titre : type", "Numéro",
        "Fin de validité", "Représentants légaux", "Leur accord signé", "IBAN",
        "Identifiant souhaité pour les outils",
    ]


def test_a_siret_that_no_longer_applies_is_forgotten_and_never_blocks() -> None:
    wrong = {"siret": "123"}
    assert errors(application.SituationForm, {"declared": "yes", **wrong}) == {"siret": "Le SIRET compte 14 chiffres"}
    made = filled(application.SituationForm, {"declared": "no", **wrong})
    assert made.errors == {}
    assert made.data["siret"] is None


def test_a_budget_is_a_table_a_file_or_a_reason() -> None:
    form = application.BudgetForm
    assert errors(form) == {"budget_file": "Remplissez le tableau, ajoutez un fichier, ou dites quand vous l’aurez"}
    assert errors(form, {"budget-0-heading": "Ventes", "budget-0-income": "12 000"}) == {}
    assert errors(form, {"budget_file": "piece_of_ana_01"}) == {}
    assert errors(form, {"budget_file-absent": "Je l’aurai le 15 décembre"}) == {}


def test_a_missing_questionnaire_comes_with_a_reason_and_does_not_block() -> None:
    assert errors(application.InsuranceForm) == {"insurance": "Choisissez un fichier"}
    made = filled(application.InsuranceForm, {"insurance-absent": "L’assureur ne l’a pas encore rendu"})
    assert made.data == {"insurance": {"missing": "L’assureur ne l’a pas encore rendu"}}


@pytest.mark.parametrize(("typed", "said"), [
    ({}, "Saisissez votre IBAN"),
    ({"iban": "FR76 3000 6000 0112 3456 7890 1"}, "L’IBAN français compte 27 caractères : il en manque 2"),
    ({"iban": "FR7630006000011234567890198"},
     "Cet IBAN contient une faute de frappe. Comparez-le à votre RIB"),
])
def test_the_iban_page_says_what_is_wrong(typed: dict[str, str], said: str) -> None:
    page = next(page for page in ENTRY_PAGES if page.name == "iban")
    assert errors(page.form, typed) == {"iban": said}


def test_ana_was_born_in_the_past() -> None:
    page = next(page for page in ENTRY_PAGES if page.name == "birth")
    born = {"birth_name": "Lopez Ana", "born_in": "Lille", "nationality": "française"}
    assert filled(page.form, {**born, "born_on": "27 mars 1985"}, fill=page.fill).data["born_on"] == date(1985, 3, 27)
    assert errors(page.form, {**born, "born_on": "27 3 2027"}, fill=page.fill) == {
        "born_on": "La date de naissance doit être dans le passé"}
