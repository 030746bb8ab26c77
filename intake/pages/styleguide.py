"""Every component in every state, in development (SCREENS 7.2 V5). Names and dates are invented."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Form

from intake.access import DEVELOPMENT, access
from intake.show import show
from workflows import fields as f
from workflows.calendar import Month
from workflows.line import NAMES

pages = Blueprint("styleguide", __name__)

NO_PRIVATE_LIFE = "N’écrivez rien sur la santé, la religion, l’origine ou la vie privée"


class SampleRow(Form):  # type: ignore[misc]
    """A row of a table."""

    client = f.TextField("Nom du client", optional=True)
    amount = f.MoneyField("Montant", optional=True)


class SampleForm(Form):  # type: ignore[misc]
    """One field of each kind."""

    usual_name = f.NameField("Prénom d’usage", optional=True, description="Celui que nous utiliserons dans nos échanges")
    email = f.EmailField("Adresse électronique", description="Nous y enverrons votre lien de reprise")
    phone = f.PhoneField("Numéro de téléphone", description="Pour vous appeler si un rendez-vous change")
    postcode = f.PostcodeField("Code postal")
    born = f.DayField("Date de naissance", birth=True, missing="Saisissez votre date de naissance",
                      named="La date de naissance", description="Par exemple, 27 3 1985")
    active = f.YesNoField("Avez-vous déjà une activité déclarée ?", description="Micro-entreprise, société, autre coopérative",
                          missing="Indiquez si vous avez déjà une activité déclarée")
    meeting = f.DateChoiceField("Quelle date vous convient ?", choices=[date(2026, 12, 17), date(2027, 1, 21)])
    circles = f.ChoicesField("Cercles qui vous attirent", optional=True,
                             choices=["Accompagnement", "Communication", "Vie coopérative"])
    heard = f.ChoiceField("Comment avez-vous connu Optéos ?", listed=True,
                          choices=["Bouche à oreille", "Journée", "Moteur de recherche", "Presse", "Réseau", "Salon"])
    month = f.MonthField("Mois d’entrée proposé", choices=[Month(2027, 1), Month(2027, 2)])
    siret = f.SiretField("Numéro SIRET", optional=True)
    iban = f.IbanField("IBAN", description="Il commence par FR et compte 27 caractères. Il figure sur votre RIB")
    nir = f.NirField("Numéro de sécurité sociale")
    days = f.NumberField("Jours disponibles par semaine", unit="jours", most=7)
    income = f.MoneyField("Rémunération visée à 12 mois", description="Par mois, avant impôt")
    about = f.LinesField("Votre présentation", description=NO_PRIVATE_LIFE)
    clients = f.TableField("Clients, devis, promesses", SampleRow, shown_rows=2)
    peer = f.PersonField("Qui accompagne cette personne ?", choices=[("ines", "Inès Roussel"), ("hugo", "Hugo Lemaire")])
    cv = f.PieceField("Votre présentation ou votre CV")
    read = f.TickField("J’ai lu la notice sur mes données")


@pages.get("/styleguide")
@access(DEVELOPMENT)
def components() -> Response:
    """The page of components."""
    typed = {"s-phone": "06 12 34", "s-born-day": "31", "s-born-month": "", "s-born-year": "1985", "s-about": "é" * 1612,
             "s-clients-0-client": "Café du port", "s-clients-0-amount": "beaucoup"}
    wrong = SampleForm(MultiDict(typed), prefix="s-")
    wrong.validate()
    return show("styleguide.html", form=None, sample=SampleForm(active=True, about="Je tourne du grès."), wrong=wrong,
                journeys=JOURNEYS, refusals=REFUSALS, tasks=TASKS, summary=SUMMARY, lines=LINES, tabs=TABS, events=EVENTS,
                pieces=PIECES, figure=FIGURE)


def line(*says: str, here: int = 0, end: str = "") -> list[dict[str, str]]:
    """A journey line: what each station says, the present one (from 1), and the exit if there is one."""
    drawn = []
    for at, name in enumerate(NAMES, start=1):
        state = "here" if at == here else "done" if at <= len(says) else "ahead"
        drawn.append({"name": name, "says": says[at - 1] if at <= len(says) else "À venir", "state": state})
    return [*drawn, {"name": "Sortie", "says": end, "state": "end"}] if end else drawn


JOURNEYS = {
    "waiting": line("Envoyée le 8 septembre", "Faite le 15 octobre", "Vous êtes ici", here=3),
    "cape": line("Envoyée le 8 septembre", "Faite le 15 octobre", "Du 18 octobre au 2 décembre",
                 "Vous êtes ici, jusqu’au 30 novembre 2027", here=4),
    "associate": line("2021", "2021", "2022", "2022–2024", "2025", "Vous êtes ici", here=6),
    "left": line("2021", "2021", "2022", "2022–2024", end="Sortie le 3 mars 2026"),
}
REFUSALS: list[dict[str, Any]] = [
    {"label": "Proposer une place", "reasons": [{
        "kind": "house", "sentence": "3 personnes sont avant. Le Cercle peut proposer hors rang avec un motif.",
        "lift": "Proposer hors rang", "lift_href": "#", "ask_href": "#"}]},
    {"label": "Préparer le CAPE", "reasons": [
        {"kind": "house", "sentence": "Ben n’a pas encore de place : le Cercle peut lui en proposer une."}]},
    {"label": "Renouveler le CAPE", "reasons": [{
        "kind": "law", "sentence": "Trois contrats ont déjà été signés.", "article": "R127-2 du code de commerce",
        "instead": "Proposez un contrat salarié."}]},
    {"label": "Proposer un binôme", "possible": True,
     "reasons": [{"kind": "warning", "sentence": "Inès accompagne déjà 2 personnes."}],
     "action": Markup('<div class="buttons"><a class="button second little" href="#">Proposer un binôme</a></div>')},
]
TASKS = [
    {"label": "Vos coordonnées", "href": "#", "status": "Terminé"},
    {"label": "Votre activité", "href": "#", "status": "En cours", "tone": "waiting"},
    {"label": "Votre situation aujourd’hui", "href": "#", "status": "À faire", "tone": "todo"},
    {"label": "Vérifier et envoyer", "status": "Pas encore possible : il reste 4 parties"},
]
SUMMARY = [
    {"label": "Nom", "value": "Ana Lopez", "href": "#"},
    {"label": "Téléphone", "value": "06 12 34 56 78", "href": "#", "hidden": "votre numéro de téléphone"},
    {"label": "Site (facultatif)", "value": "", "href": "#"},
    {"label": "Dossier", "value": "OPT-2026-0147"},
]
LINES = [
    {"who": "Jeanne Dupré", "what": "Proposer une rencontre", "when": "sans nouvelle depuis 21 jours", "late": True,
     "href": "#"},
    {"who": "Sacha Petit", "what": "Proposer une place", "when": "décembre : 1 place libre", "href": "#"},
]
TABS = [{"label": label, "href": "#", "current": label == "Résumé"}
        for label in ("Résumé", "Réponses", "Pièces (3)", "Échanges (4)", "Historique")]
EVENTS = [
    {"at": "2 nov. 9 h 40", "iso": "2026-11-02T09:40", "text": "Claire a ajouté une note interne",
     "quote": "Projet clair, prix à travailler"},
    {"at": "31 oct. 14 h 02", "iso": "2026-10-31T14:02", "text": "Jeanne a ajouté la pièce « devis-type.pdf »", "href": "#"},
    {"at": "21 oct.", "iso": "2026-10-21", "text": "5 modifications de réponses", "quiet": True},
    {"at": "20 oct.", "iso": "2026-10-20", "text": "Candidature envoyée"},
]
PIECES = [{"name": "presentation.pdf", "size": "1,2 Mo", "at": "ajouté à 9 h 14", "view": "#", "replace": "#", "delete": "#"}]
FIGURE = Markup(
    '<svg viewBox="0 0 600 84" role="img" aria-labelledby="temps"><title id="temps">Temps passé à chaque étape</title>'
    '<text x="0" y="28" font-size="15">Liste d’attente</text><rect x="130" y="10" width="340" height="26" fill="#0f5666"/>'
    '<text x="482" y="28" font-size="15">4 mois</text>'
    '<text x="0" y="68" font-size="15">Rencontre</text><rect x="130" y="50" width="150" height="26" fill="#4b4e8a"/>'
    '<text x="292" y="68" font-size="15">6 semaines</text></svg>')
