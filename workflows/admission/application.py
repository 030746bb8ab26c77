"""The application: short pages, one question or one tight group each (JOURNEY §7, SCREENS S3 to S7).

Five tasks lead to the pages, a sixth to the sending. KPA-Cité asks fewer of the same pages, and three of its own.
Readers are the circle, support and the cogérance; the insurance questionnaire is support's alone. Names of fields are
unique across pages: sending merges them.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

from wtforms import Form

from workflows import fields as f
from workflows.admission.forms import AGES, Choice, lines
from workflows.admission.house_rules import the_rules
from workflows.grammar import Page, StepForm
from workflows.lists import CIRCLES
from workflows.roles import circle, cogerance, support
from workflows.sentences import Sentence

YOU: Final = "Vous et votre projet"
PIECES: Final = "Vos pièces"
CONTACT: Final = "Vos coordonnées"
ACTIVITY: Final = "Votre activité"
SITUATION: Final = "Votre situation aujourd’hui"
WISHES: Final = "Ce que vous cherchez chez Optéos"
DOCUMENTS: Final = "Présentation ou CV, autres pièces"

STAGES: Final[list[Choice]] = [
    ("new", "Un métier nouveau pour moi"),
    ("practised", "Un métier déjà exercé"),
    ("running", "Une activité existante"),
]
REGULATED: Final[list[Choice]] = [("yes", "Oui"), ("no", "Non"), ("unknown", "Je ne sais pas")]
WORKPLACES: Final[list[Choice]] = [
    ("home", "Chez moi"),
    ("premises", "Dans un local"),
    ("customers", "Chez mes clients"),
    ("site", "Sur des chantiers"),
    ("stock", "Avec un stock"),
    ("equipment", "Avec du matériel ou un véhicule"),
    ("online", "À distance"),
]
DECLARED: Final[list[Choice]] = [("yes", "Oui"), ("no", "Non"), ("unknown", "Je ne sais pas")]
EASE: Final[list[Choice]] = [
    ("easy", "À l’aise"),
    ("fair", "Je me débrouille"),
    ("help", "J’ai besoin d’aide"),
]


class Asked(Protocol):
    """What an admission's facts know before asking: the age band told at first contact, and the programme."""

    @property
    def age(self) -> str:
        """Value of AGES, or empty when unknown."""

    @property
    def named(self) -> bool:
        """Whether the person's last name is known."""

    @property
    def kpa(self) -> bool:
        """Whether the antenna runs the KPA-Cité programme."""

    @property
    def pages(self) -> Any:
        """Pages saved so far."""


def age_unknown(facts: Asked) -> bool:
    """Whether nobody has asked the age yet (the kiosk does not)."""
    return not facts.age


def name_unknown(facts: Asked) -> bool:
    """Whether only a first name was left, as on the tablet."""
    return not facts.named


def in_programme(facts: Asked) -> bool:
    """Whether the shorter form of KPA-Cité is asked."""
    return facts.kpa


def outside_programme(facts: Asked) -> bool:
    """Whether the whole form is asked."""
    return not facts.kpa


def works_full_time(facts: Asked) -> bool:
    """Whether a full-time job was told."""
    return bool(facts.pages.get("time", {}).get("full_time"))


def age_band(facts: Asked) -> str:
    """The age told at first contact, else on its page; empty when unknown."""
    return facts.age or str(facts.pages.get("age", {}).get("age") or "")


def needs_guardian(facts: Asked) -> bool:
    """Whether a legal representative signs too (C. civ. 1146)."""
    return facts.kpa and age_band(facts) == "minor"


class Asking(StepForm):
    """A page of the application."""

    readers = (circle, support, cogerance)


class AgeForm(Asking):
    """Age band, only when unknown."""

    age = f.ChoiceField("Votre âge", choices=AGES, missing="Indiquez votre âge")


class LastNameForm(Asking):
    """The last name, only when unknown."""

    last_name = f.NameField("Quel est votre nom de famille ?", missing="Saisissez votre nom de famille",
                            autocomplete="family-name")


class YouForm(Asking):
    """How to reach the person, and how to call them (S4)."""

    phone = f.PhoneField("Numéro de téléphone", description="Pour vous appeler si un rendez-vous change")
    preferred_name = f.NameField(
        "Prénom d’usage", optional=True, description="Celui que nous utiliserons dans nos échanges",
        autocomplete="given-name",
    )
    meeting_on = f.DayField("Réunion suivie", optional=True, description="Par exemple, 17 12 2026")


class ActivityForm(Asking):
    """What, for whom, how."""

    activity = lines(
        "Activité : quoi, pour qui, comment", missing="Décrivez votre activité",
    )
    stage = f.ChoiceField(
        "Métier nouveau, déjà exercé, activité existante", choices=STAGES, missing="Indiquez où en est votre activité",
    )


class SkillsForm(Asking):
    """What the person knows how to do."""

    skills = lines(
        "Savoir-faire, réalisations", missing="Décrivez votre savoir-faire",
    )
    diplomas = f.TextField("Diplômes utiles", optional=True)
    regulated = f.ChoiceField(
        "Activité réglementée", choices=REGULATED, missing="Indiquez si votre activité est réglementée",
        description="Un diplôme ou une autorisation est exigé pour l’exercer",
    )


class WorkplaceForm(Asking):
    """Where, and with which public: what an insurer asks first."""

    workplace = f.ChoicesField(
        "Lieu d’exercice, local, stock, matériel, chantier", choices=WORKPLACES, missing="Indiquez où vous travaillez",
    )
    fragile = f.YesNoField(
        "Public mineur ou fragile", missing="Indiquez si vous travaillez avec des personnes mineures ou fragiles",
    )


class CustomerRow(Form):
    """One customer, one quote, one promise."""

    customer = f.TextField("Client", missing="Indiquez le client")
    quote = f.TextField("Devis ou promesse", optional=True)
    amount = f.MoneyField("Montant", optional=True)


class OfferingForm(Asking):
    """What is sold, at which price, and to whom already."""

    offering = lines("Offre et prix", missing="Décrivez votre offre et vos prix")
    customers = f.TableField(
        "Clients, devis, promesses", CustomerRow, optional=True,
    )


class IncomeForm(Asking):
    """The income aimed at."""

    income_6 = f.MoneyField("Rémunération visée à 6 mois", optional=True)
    income_12 = f.MoneyField("Rémunération visée à 12 mois", optional=True)
    income_24 = f.MoneyField("Rémunération visée à 24 mois", optional=True)


class TimeForm(Asking):
    """Time available: a CAPE is closed to full-time employees (C. com. L127-1)."""

    days = f.NumberField("Jours disponibles par semaine", missing="Indiquez le nombre de jours", whole=False,
                         named="Le nombre de jours", most=7)
    other_hours = f.NumberField(
        "Autre activité, heures par semaine", missing="Indiquez le nombre d’heures, ou 0", whole=False,
        named="Le nombre d’heures", most=80,
        description="Écrivez 0 si vous n’en avez pas",
    )
    full_time = f.YesNoField(
        "Emploi à temps complet à la date prévue", missing="Indiquez si vous aurez un emploi à temps complet",
    )


class FullTimeForm(Asking):
    """When a full-time job ends, asked only of those who have one (F60)."""

    full_time_until = f.DayField(
        "Date où cela change", optional=True, description="Un CAPE demande du temps : il exclut un emploi à temps complet",
    )


class SituationForm(Asking):
    """A declared activity and its SIRET (S5)."""

    declared = f.ChoiceField(
        "Avez-vous déjà une activité déclarée ?", choices=DECLARED,
        missing="Indiquez si vous avez déjà une activité déclarée",
        description="Micro-entreprise, société, autre coopérative",
    )
    siret = f.SiretField("Numéro SIRET", optional=True)

    follows = {"siret": ("declared", "yes")}


class EarlierRow(Form):
    """One company or contract before this one."""

    company = f.TextField("Entreprise ou coopérative", missing="Indiquez l’entreprise ou la coopérative")
    kind = f.ChoiceField("Contrat", optional=True, listed=True, choices=[
        ("cape", "CAPE"), ("cesa", "Contrat salarié (CESA)"), ("other", "Autre")])
    began = f.DayField("Du", optional=True)
    ended = f.DayField("Au", optional=True)


class EarlierForm(Asking):
    """Companies and contracts before this one."""

    earlier = f.TableField(
        "Entreprise, CAPE ou CAE précédents, dates", EarlierRow, optional=True,
    )


class StartForm(Asking):
    """When to start."""

    start = f.MonthField("Démarrage souhaité", missing="Indiquez le mois de démarrage souhaité")
    constraint = f.TextField("Échéance qui s’impose à vous", optional=True)


class WhyForm(Asking):
    """Why a cooperative, why this one."""

    why = lines(
        "Pourquoi une CAE, pourquoi Optéos", missing="Dites-nous pourquoi Optéos",
    )


class CooperationForm(Asking):
    """What the person would like to bring."""

    commons = lines(
        "Communs, coopération, ce que vous aimeriez apporter", optional=True,
    )
    circles = f.ChoicesField("Cercles qui vous attirent", choices=CIRCLES, optional=True)
    brand = f.TextField("Marque ou projet collectif", optional=True)


class SupportForm(Asking):
    """What the person expects of us."""

    expectations = lines(
        "Attentes envers l’accompagnement", missing="Décrivez vos attentes",
    )
    ease = f.ChoiceField("Outils numériques : aisance", choices=EASE, optional=True)
    training = f.YesNoField("Formation (Qualiopi)", optional=True, description="Votre activité est de former")


class BudgetRow(Form):
    """One line of the budget."""

    heading = f.TextField("Ligne", missing="Nommez la ligne")
    income = f.MoneyField("Recettes", optional=True)
    expense = f.MoneyField("Dépenses", optional=True)


class BudgetForm(Asking):
    """Twelve months of budget, in a table or a file, or why not yet."""

    budget = f.TableField(
        "Budget sur 12 mois", BudgetRow, optional=True,
    )
    budget_file = f.PieceField("Votre budget en fichier", optional=True)

    def validate(self, extra_validators: Any = None) -> bool:
        """One of the three."""
        valid: bool = super().validate(extra_validators)
        if not self.budget.data and self.budget_file.empty and not self.budget_file.errors:
            self.budget_file.errors = ["Remplissez le tableau, ajoutez un fichier, ou dites quand vous l’aurez"]
            return False
        return valid


class InsuranceForm(StepForm):
    """The insurer's questionnaire, read by support alone."""

    insurance = f.PieceField("Assurance : questionnaire", missing="Choisissez un fichier")

    readers = (support,)


class PresentationForm(Asking):
    """A page or a CV."""

    presentation = f.PieceField("CV, présentation", optional=True)


class MotivationForm(Asking):
    """KPA-Cité: why."""

    motivation = lines("Motivation", missing="Décrivez votre motivation")


class AvailabilityForm(Asking):
    """KPA-Cité: when."""

    availability = lines("Disponibilités", missing="Indiquez vos disponibilités")


class GuardianForm(Asking):
    """KPA-Cité, 16 or 17: who signs with the person (C. civ. 1146)."""

    guardian = f.NameField("Représentant légal", missing="Saisissez le nom de votre représentant légal")
    guardian_phone = f.PhoneField("Son numéro de téléphone", optional=True)


class CharterForm(Asking):
    """KPA-Cité: the charter."""

    charter = f.TickField("Charte", missing="Lisez la charte, puis cochez la case", description="J’ai lu la charte")


class RulesForm(Asking):
    """What was read before sending."""

    rules = f.TickField(
        "Lu : contribution, règles d’entrée et de liste", missing="Lisez les règles, puis cochez la case",
    )


def name_the_rules(form: RulesForm, facts: Any) -> None:
    """KPA-Cité has no waiting list."""
    if in_programme(facts):
        form.rules.label.text = Sentence("Lu : contribution et règles d’entrée")


def offer_start(form: StartForm, facts: Any) -> None:
    """The months to come."""
    form.start.choices = list(facts.months)


APPLICATION_PAGES: Final[tuple[Page, ...]] = (
    Page("age", "Quel âge avez-vous ?", AgeForm, YOU, CONTACT, applies=age_unknown),
    Page("last_name", "Quel est votre nom de famille ?", LastNameForm, YOU, CONTACT, applies=name_unknown),
    Page("you", "Comment vous joindre ?", YouForm, YOU, CONTACT, carried={"phone": "phone"}),
    Page("activity", "Que voulez-vous faire ?", ActivityForm, YOU, ACTIVITY),
    Page("motivation", "Votre motivation", MotivationForm, YOU, ACTIVITY, applies=in_programme),
    Page("skills", "Votre savoir-faire", SkillsForm, YOU, ACTIVITY, applies=outside_programme),
    Page("workplace", "Où travaillez-vous ?", WorkplaceForm, YOU, ACTIVITY, applies=outside_programme),
    Page("offering", "Ce que vous vendez", OfferingForm, YOU, ACTIVITY, applies=outside_programme),
    Page("situation", "Où en êtes-vous aujourd’hui ?", SituationForm, YOU, SITUATION, applies=outside_programme),
    Page("earlier", "Qu’avez-vous fait avant ?", EarlierForm, YOU, SITUATION, applies=outside_programme),
    Page("time", "Votre temps", TimeForm, YOU, SITUATION),
    Page("full_time", "Quand votre emploi change-t-il ?", FullTimeForm, YOU, SITUATION, applies=works_full_time),
    Page("availability", "Quand pouvez-vous venir ?", AvailabilityForm, YOU, SITUATION, applies=in_programme),
    Page("guardian", "Qui signe avec vous ?", GuardianForm, YOU, SITUATION, applies=needs_guardian),
    Page("start", "Quand voulez-vous démarrer ?", StartForm, YOU, WISHES, applies=outside_programme, fill=offer_start),
    Page("income", "Combien voulez-vous gagner ?", IncomeForm, YOU, WISHES, applies=outside_programme),
    Page("why", "Pourquoi chez nous ?", WhyForm, YOU, WISHES, applies=outside_programme),
    Page("cooperation", "Ce que vous aimeriez apporter", CooperationForm, YOU, WISHES, applies=outside_programme),
    Page("support", "Comment vous accompagner ?", SupportForm, YOU, WISHES, applies=outside_programme),
    Page("charter", "La charte KPA-Cité", CharterForm, YOU, WISHES, applies=in_programme),
    Page("rules", "Les règles d’Optéos", RulesForm, YOU, WISHES, told=the_rules, fill=name_the_rules),
    Page("budget", "Votre budget", BudgetForm, PIECES, DOCUMENTS, applies=outside_programme),
    Page("insurance", "Questionnaire d’assurance", InsuranceForm, PIECES, DOCUMENTS, applies=outside_programme),
    Page("presentation", "Votre présentation ou votre CV", PresentationForm, PIECES, DOCUMENTS),
)
