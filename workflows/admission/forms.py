"""The forms of an admission's steps (JOURNEY §7); the two questionnaires are in `application` and `entry`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, Final, Protocol

from wtforms.widgets import TextInput

from workflows import fields as f
from workflows.common import NO_PRIVATE_LIFE
from workflows.grammar import StepForm
from workflows.lists import EXCEPTIONS, HEARD, REASONS
from workflows.roles import circle, cogerance, support

Choice = tuple[str, str]

lines = partial(f.LinesField, description=NO_PRIVATE_LIFE)
"""Free text, with its warning."""

AGES: Final[list[Choice]] = [
    ("adult", "18 ans ou plus"),
    ("minor", "16 ou 17 ans"),
    ("child", "Moins de 16 ans"),
]
DECISIONS: Final[list[Choice]] = [
    ("admit", "Accueillir"),
    ("defer", "Retravailler"),
    ("decline", "Sans suite"),
    ("redirect", "Réorienter"),
]
OPINIONS: Final[list[Choice]] = [
    ("favorable", "Favorable"),
    ("rework", "À retravailler"),
    ("objection", "Objection"),
]
ABSENCES: Final[list[Choice]] = [("absent", "Absent·e"), ("excused", "Excusé·e")]
INSURABLE: Final[list[Choice]] = [
    ("yes", "Oui"),
    ("conditions", "Oui, sous conditions"),
    ("waiting", "En attente de l’assureur"),
    ("no", "Non"),
]
REGULATED: Final[list[Choice]] = [
    ("no", "Non"),
    ("ready", "Oui, et le diplôme ou l’autorisation existe"),
    ("missing", "Oui, et il manque le diplôme ou l’autorisation"),
]
LEFT_OPEN = re.compile(r"\[[^\]]*\]")
SENDING: Final[list[Choice]] = [("send", "Envoyer ce message"), ("keep", "Ne pas envoyer de message")]
CONTRACTS: Final[list[Choice]] = [
    ("cape", "CAPE : contrat d’appui au projet d’entreprise"),
    ("cesa", "CESA : contrat d’entrepreneur·e salarié·e"),
]
NONE_SUITS: Final = "none"
"""The answer to `choose_interview` when no date suits."""


class Choices(Protocol):
    """What an admission's facts hold for the choices of its forms: (value, label) pairs."""

    @property
    def first_name(self) -> str:
        """First name of the person."""

    @property
    def antennas(self) -> Sequence[Choice]:
        """Antennas one may apply to."""

    @property
    def meetings(self) -> Sequence[Choice]:
        """Information meetings to come, with their day, hour and place."""

    @property
    def circle_members(self) -> Sequence[Choice]:
        """People who may read a dossier of this antenna."""

    @property
    def interview_dates(self) -> Sequence[Choice]:
        """Dates proposed for the interview."""

    @property
    def months(self) -> Sequence[Choice]:
        """Entry months to come, full ones too: `place_free` tells them."""


# First contact -------------------------------------------------------------------------------------------------------


class ReachField(f.EmailField, f.PhoneField):
    """An e-mail address or a telephone number, in one box."""

    widget = TextInput()
    attributes: ClassVar[dict[str, Any]] = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
    incomplete = "Saisissez une adresse électronique ou un numéro de téléphone"

    def read(self, text: str) -> str:
        """An address has an @; anything else is a number."""
        return f.EmailField.read(self, text) if "@" in text else f.PhoneField.read(self, text)


class ContactForm(StepForm):
    """Who wants to know more; read by the circle and support."""

    first_name = f.NameField("Prénom", missing="Saisissez votre prénom", autocomplete="given-name")
    last_name = f.NameField("Nom", missing="Saisissez votre nom de famille", autocomplete="family-name")
    email = f.EmailField("Adresse électronique", missing="Saisissez votre adresse électronique")
    phone = f.PhoneField("Téléphone", optional=True, description="Pour vous appeler si un rendez-vous change")
    commune = f.TextField("Commune", missing="Saisissez votre commune", autocomplete="address-level2")
    activity = f.TextField("Votre activité en une ligne", missing="Décrivez votre activité en une ligne")
    heard = f.ChoiceField(
        "Comment avez-vous connu Optéos ?", choices=HEARD, missing="Indiquez comment vous avez connu Optéos",
    )
    antenna = f.ChoiceField(
        "Antenne", missing="Choisissez une antenne", description="La principale, sauf si vous venez par KPA-Cité")
    age = f.ChoiceField("Votre âge", choices=AGES, missing="Indiquez votre âge")
    notice = f.TickField("J’ai lu la notice sur mes données", missing="Lisez la notice, puis cochez la case")


class KioskContactForm(StepForm):
    """The tablet's contact: one way to reach the person, in one box. Its data also names `email` or `phone`."""

    first_name = f.NameField("Prénom", missing="Saisissez votre prénom", autocomplete="off")
    reach = ReachField("Adresse électronique ou téléphone", missing=ReachField.incomplete)
    activity = f.TextField("Votre activité", optional=True, description="En quelques mots", autocomplete="off")
    agreed = f.TickField(
        "J’accepte qu’Optéos me recontacte", missing="Cochez la case pour que nous puissions vous recontacter",
        description="Vous pouvez changer d’avis à tout moment. Données effacées après 6 mois sans suite",
    )

    @property
    def data(self) -> dict[str, Any]:
        """The answers, with the address or the number under its own name too."""
        answers: dict[str, Any] = super().data
        reach = answers["reach"] or ""
        return {**answers, "email": reach if "@" in reach else "", "phone": "" if "@" in reach else reach}


class BookingForm(StepForm):
    """Which information meeting."""

    meeting = f.ChoiceField("Réunion", missing="Choisissez une date")


class AbsenceForm(StepForm):
    """Whether the absence was announced."""

    absence = f.ChoiceField("Absent, excusé", choices=ABSENCES, missing="Indiquez si l’absence est excusée")


# Reading and deciding ------------------------------------------------------------------------------------------------


class ReadersForm(StepForm):
    """Who reads the dossier: `readers.number` people, one outside the person's network."""

    people = f.PeopleField("Personnes qui lisent ce dossier", missing="Choisissez les personnes qui lisent")
    linked = f.PeopleField("Parmi elles, dans le réseau de la personne", optional=True)


class DatesForm(StepForm):
    """Three dates for an interview."""

    first = f.DayField("Première date", missing="Saisissez la première date")
    second = f.DayField("Deuxième date", missing="Saisissez la deuxième date")
    third = f.DayField("Troisième date", missing="Saisissez la troisième date")
    where = f.TextField("Heure et lieu", optional=True)


class ChoiceForm(StepForm):
    """One of the dates proposed, or none of them."""

    date = f.ChoiceField("Une date", missing="Choisissez une date")


class InterviewForm(StepForm):
    """What was seen and heard: observations, not marks. Sealed."""

    skills = lines("Savoir-faire", missing="Notez ce qui concerne le savoir-faire")
    customers = lines("Clientèle", missing="Notez ce qui concerne la clientèle")
    autonomy = lines("Autonomie", missing="Notez ce qui concerne l’autonomie")
    cooperation = lines("Coopération", missing="Notez ce qui concerne la coopération")
    contribution = lines("Contribution", missing="Notez ce qui concerne la contribution")
    support_needed = lines("Besoin d’appui", missing="Notez ce qui concerne le besoin d’appui")
    viability = lines("Viabilité", missing="Notez ce qui concerne la viabilité")
    attention = lines("Points d’attention", optional=True)
    no_link = f.TickField(
        "Aucun lien avec la personne", missing="Cochez si vous n’avez aucun lien, ou passez la main",
    )

    sealed = frozenset({
        "skills", "customers", "autonomy", "cooperation", "contribution", "support_needed", "viability", "attention",
    })


class SupportCheckForm(StepForm):
    """What support says of insurance, regulation and budget."""

    insurable = f.ChoiceField(
        "Assurance possible", choices=INSURABLE, missing="Indiquez si l’activité peut être assurée",
    )
    insurer_reference = f.TextField("Référence assureur", optional=True)
    regulated = f.ChoiceField("Métier réglementé", choices=REGULATED, missing="Indiquez si le métier est réglementé")
    budget_clear = f.YesNoField("Budget lisible", missing="Indiquez si le budget est lisible")
    remark = lines("Remarque", optional=True)

    readers = (circle, support, cogerance)
    seen_by = {"insurer_reference": (support,)}


class ProposalForm(StepForm):
    """The decision put to the circle; it opens a round."""

    decision = f.ChoiceField("Décision proposée", choices=DECISIONS, missing="Choisissez une décision")
    conditions = lines("Conditions", optional=True)
    before = f.DayField("À retravailler avant le", optional=True)

    readers = (circle, support, cogerance)


class OpinionForm(StepForm):
    """One member's opinion, with its reason unless favorable."""

    opinion = f.ChoiceField("Avis", choices=OPINIONS, missing="Choisissez un avis")
    reason = lines("Raison", optional=True)
    no_link = f.TickField("Aucun lien", missing="Cochez si vous n’avez aucun lien, ou passez la main")

    readers = (circle, support, cogerance)

    def validate(self, extra_validators: Any = None) -> bool:
        """A reservation or an objection says why."""
        valid: bool = super().validate(extra_validators)
        if self.opinion.data in ("rework", "objection") and self.reason.empty:
            self.reason.errors = ["Indiquez la raison"]
            return False
        return valid


subject = partial(f.TextField, "Objet", optional=True)
message = partial(lines, "Message", missing="Écrivez le message")
sending = partial(
    f.ChoiceField, "Envoyer ce message ?", choices=SENDING, missing="Indiquez s’il faut envoyer le message")


class ToldForm(StepForm):
    """A letter that somebody finishes: what its draft leaves open, in square brackets, is written before it is sent."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Nothing between brackets is left in what is sent."""
        valid: bool = super().validate(extra_validators)
        if self["sending"].data == "send" and LEFT_OPEN.search(self["message"].data or ""):
            self["message"].errors = ["Écrivez ce que le message laisse entre crochets, puis retirez les crochets"]
            return False
        return valid


class DecisionForm(ToldForm):
    """The circle's decision: why, and in words for the person, sent or not."""

    why = lines("Raison, gardée dans le dossier", optional=True)
    subject = subject()
    message = message()
    sending = sending()

    readers = (circle, support, cogerance)


class EnrolForm(DecisionForm):
    """The same decision at KPA-Cité, with the day the group starts."""

    starts_on = f.DayField("Démarrage du groupe", optional=True)


class RefusalForm(ToldForm):
    """A negative decision: its reason is one of the list; in words for the person, sent or not."""

    reason = f.ChoiceField("Raison", choices=REASONS, missing="Indiquez la raison")
    subject = subject()
    message = message()
    sending = sending()

    readers = (circle, support, cogerance)


class UpdateForm(StepForm):
    """What has changed since the admission."""

    changes = lines("Ce qui a changé", missing="Notez ce qui a changé")


# Offers and pauses ---------------------------------------------------------------------------------------------------


class OfferForm(StepForm):
    """A place in one month, "2027-01"."""

    month = f.ChoiceField("Mois d’entrée", listed=True, missing="Choisissez un mois")
    word = lines("Un mot", optional=True, description="La personne le lit dans la lettre")


class OutOfTurnForm(OfferForm):
    """An offer that passes before others, and why."""

    motive = f.ChoiceField("Motif", choices=EXCEPTIONS, missing="Choisissez un motif")
    precision = lines("Précision", missing="Précisez le motif")


class PostponeForm(StepForm):
    """The earliest month the person could enter."""

    month = f.MonthField("À partir de", missing="Indiquez le mois à partir duquel vous pouvez entrer")


class PauseForm(StepForm):
    """Until when, `pause.max_months` at most."""

    until = f.DayField("Jusqu’au", missing="Saisissez la date de fin de la pause")
    reason = lines("Raison", optional=True)


class AgreementForm(StepForm):
    """An agreement to be written to again (`keep.refused_consent`)."""

    agreed = f.TickField(
        "J’accepte d’être recontacté·e pendant 2 ans", missing="Cochez la case pour rester en contact",
    )


class FirstContractForm(StepForm):
    """Which contract comes first."""

    kind = f.ChoiceField("CAPE ou CESA", choices=CONTRACTS, missing="Choisissez un contrat")

    readers = (support, cogerance)


# What facts bring to a form ------------------------------------------------------------------------------------------


def offer_antennas(form: ContactForm, facts: Choices) -> None:
    """The antennas one may apply to."""
    form.antenna.choices = list(facts.antennas)


def offer_meetings(form: BookingForm, facts: Choices) -> None:
    """The information meetings to come."""
    form.meeting.choices = list(facts.meetings)


def offer_readers(form: ReadersForm, facts: Choices) -> None:
    """The people who may read."""
    form.people.choices = form.linked.choices = list(facts.circle_members)


def offer_dates(form: ChoiceForm, facts: Choices) -> None:
    """The dates proposed, then the way out."""
    form.date.choices = [*facts.interview_dates, (NONE_SUITS, "Aucune de ces dates ne convient")]


def name_the_link(form: OpinionForm | InterviewForm, facts: Choices) -> None:
    """Say with whom there must be no link."""
    if facts.first_name:
        form.no_link.label.text = f"Je n’ai aucun lien avec {facts.first_name}"
