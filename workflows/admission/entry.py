"""The entry papers, asked once admitted (JOURNEY §7): each page is read by one trade alone, numbers are sealed."""

from __future__ import annotations

from typing import Any, Final, Protocol

from workflows import fields as f
from workflows.admission.forms import Choice
from workflows.grammar import Page, StepForm
from workflows.roles import accounts, hr, support

YOU: Final = "Vous"
ARRIVAL: Final = "Votre arrivée"
IDENTITY: Final = "Votre identité"
JOB: Final = "Votre situation de travail"
PAY: Final = "Votre compte bancaire"
ACCESS: Final = "Vos accès"

PAPERS: Final[list[Choice]] = [
    ("identity_card", "Carte nationale d’identité"),
    ("passport", "Passeport"),
    ("permit", "Titre de séjour"),
]


class Entering(Protocol):
    """What an admission's facts know before the entry papers: the age band."""

    @property
    def age(self) -> str:
        """Value of AGES; the case remembers it from the contact or the application."""


def born_before_today(form: BirthForm, facts: Any) -> None:
    """A birth is in the past."""
    form.born_on.today = facts.today


def is_minor(facts: Entering) -> bool:
    """Whether legal representatives sign too (C. civ. 1146)."""
    return facts.age == "minor"


class ForHr(StepForm):
    """A page read by human resources alone."""

    readers = (hr,)


class BirthForm(ForHr):
    """Civil status, as a contract needs it."""

    birth_name = f.NameField("Nom de naissance, prénoms", missing="Saisissez votre nom de naissance et vos prénoms")
    born_on = f.DayField(
        "Date de naissance", missing="Saisissez votre date de naissance", named="La date de naissance", birth=True,
        description="Par exemple, 27 3 1985",
    )
    born_in = f.TextField("Lieu de naissance", missing="Saisissez votre lieu de naissance")
    nationality = f.TextField("Nationalité", missing="Saisissez votre nationalité")


class AddressForm(ForHr):
    """Where letters of paper go."""

    street = f.TextField("Numéro et voie", missing="Saisissez le numéro et la voie", autocomplete="address-line1")
    street_more = f.TextField("Complément", optional=True, autocomplete="address-line2")
    postcode = f.PostcodeField("Code postal", missing="Saisissez le code postal")
    town = f.TextField("Ville", missing="Saisissez la ville", autocomplete="address-level2")
    country = f.TextField("Pays", optional=True, autocomplete="country-name",
                          description="Si vous n’habitez pas en France")


class NirForm(ForHr):
    """The number every declaration needs. Sealed."""

    nir = f.NirField("N° de sécurité sociale", missing="Saisissez votre numéro de sécurité sociale")

    sealed = frozenset({"nir"})


class IdentityForm(ForHr):
    """A paper that proves identity, and the right to work (C. trav. R5221-41). Sealed."""

    paper = f.ChoiceField("Pièce d’identité ou titre : type", choices=PAPERS, missing="Choisissez la pièce")
    paper_number = f.TextField("Numéro", missing="Saisissez le numéro de la pièce")
    paper_until = f.DayField("Fin de validité", missing="Saisissez la date de fin de validité")
    paper_copy = f.PieceField("Copie", optional=True)

    sealed = frozenset({"paper_number"})


class JobForm(ForHr):
    """Another job, and the proof that it is part-time (C. com. L127-1)."""

    other_job = f.TextField("Autre emploi", optional=True)
    other_job_hours = f.NumberField(
        "Heures par semaine", optional=True, whole=False, named="Le nombre d’heures", most=80,
    )
    part_time_proof = f.PieceField(
        "Attestation de temps partiel", optional=True, description="Elle date de 30 jours au plus",
    )
    employer_agreement = f.PieceField("Accord de l’employeur", optional=True)


class FranceTravailForm(ForHr):
    """The identifier of the employment office."""

    france_travail = f.TextField("Identifiant France Travail", optional=True)

    sealed = frozenset({"france_travail"})


class DiplomaForm(ForHr):
    """What a regulated trade demands."""

    diploma = f.PieceField("Diplôme ou autorisation", optional=True)


class GuardiansForm(ForHr):
    """Who signs for someone who is 16 or 17 (C. civ. 1146)."""

    guardians = f.TextField("Représentants légaux", missing="Saisissez le nom de vos représentants légaux")
    guardians_paper = f.PieceField("Leur accord signé", missing="Choisissez un fichier")


class IbanForm(StepForm):
    """Where pay goes; read by accounts alone. Sealed."""

    iban = f.IbanField(
        "IBAN", missing="Saisissez votre IBAN",
        description="Il commence par FR et compte 27 caractères. Il figure sur votre RIB",
    )

    readers = (accounts,)
    sealed = frozenset({"iban"})


class ToolsForm(StepForm):
    """The name used in the cooperative's tools; read by support."""

    login = f.TextField("Identifiant souhaité pour les outils", missing="Choisissez un identifiant",
                        description="Le nom que vous souhaitez dans les outils d’Optéos, par exemple ana.moreau")

    readers = (support,)


ENTRY_PAGES: Final[tuple[Page, ...]] = (
    Page("birth", "Votre état civil", BirthForm, YOU, IDENTITY, fill=born_before_today, carried={"birth_name": "full_name"}),
    Page("address", "Votre adresse", AddressForm, YOU, IDENTITY, carried={"town": "commune"}),
    Page("nir", "Votre numéro de sécurité sociale", NirForm, YOU, IDENTITY),
    Page("identity", "Votre pièce d’identité", IdentityForm, YOU, IDENTITY),
    Page("guardians", "Vos représentants légaux", GuardiansForm, YOU, IDENTITY, applies=is_minor,
         carried={"guardians": "guardian"}),
    Page("job", "Avez-vous un autre emploi ?", JobForm, YOU, JOB, carried={"other_job_hours": "other_hours"}),
    Page("france_travail", "Votre identifiant France Travail", FranceTravailForm, YOU, JOB),
    Page("diploma", "Votre diplôme ou autorisation", DiplomaForm, YOU, JOB),
    Page("iban", "Votre IBAN", IbanForm, ARRIVAL, PAY),
    Page("tools", "Vos outils", ToolsForm, ARRIVAL, ACCESS),
)
