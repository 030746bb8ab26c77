"""The road as people walk it on their screens, from a first contact to a contract in force."""

from __future__ import annotations

import re
from datetime import date, timedelta

from intake import words
from tests.browser.conftest import House
from tests.browser.people import PDF, Answers, People, Someone

PAGES: dict[str, Answers] = {
    "Comment vous joindre ?": {"Numéro de téléphone": "06.12.34.56.78"},
    "Que voulez-vous faire ?": {
        "Activité : quoi, pour qui, comment": "Céramique utilitaire, pour des restaurants",
        "Métier nouveau, déjà exercé, activité existante": "Un métier déjà exercé"},
    "Votre savoir-faire": {"Savoir-faire, réalisations": "Tournage, émaillage", "Activité réglementée": "Non"},
    "Où travaillez-vous ?": {
        "Lieu d’exercice, local, stock, matériel, chantier": ["Dans un local"], "Public mineur ou fragile": "Non"},
    "Ce que vous vendez": {"Offre et prix": "Bols à 18 €, commandes de restaurants"},
    "Combien voulez-vous gagner ?": {"Rémunération visée à 12 mois": "1 200"},
    "Votre temps": {
        "Jours disponibles par semaine": "4", "Autre activité, heures par semaine": "0",
        "Emploi à temps complet à la date prévue": "Non"},
    "Où en êtes-vous aujourd’hui ?": {"Avez-vous déjà une activité déclarée ?": "Non"},
    "Qu’avez-vous fait avant ?": {},
    "Quand voulez-vous démarrer ?": {"Démarrage souhaité": "juin 2027"},
    "Pourquoi chez nous ?": {"Pourquoi chez nous ?": "Travailler avec d’autres"},
    "Ce que vous aimeriez apporter": {"Cercles qui vous attirent": ["Formation"]},
    "Comment vous accompagner ?": {"Attentes envers l’accompagnement": "Apprendre à vendre"},
    "Votre budget": {"Votre budget en fichier": PDF},
    "Questionnaire d’assurance": {"Assurance : questionnaire": PDF},
    "Votre présentation ou votre CV": {},
    "Les règles d’Optéos": {"Lu : contribution, règles d’entrée et de liste": True},
}
"""What an applicant answers, page by page."""

ENTRY: dict[str, Answers] = {
    "Votre état civil": {
        "Nom de naissance, prénoms": "Moreau Ana", "Date de naissance": date(1985, 3, 27), "Lieu de naissance": "Lens",
        "Nationalité": "française"},
    "Votre adresse": {"Numéro et voie": "3 rue des Postes", "Code postal": "59000", "Ville": "Lille"},
    "Votre numéro de sécurité sociale": {"Votre numéro de sécurité sociale": "2 85 03 62 498 001 23"},
    "Votre pièce d’identité": {
        "Pièce d’identité ou titre : type": "Passeport", "Numéro": "18AB12345", "Fin de validité": date(2031, 1, 1),
        "Copie": PDF},
    "Avez-vous un autre emploi ?": {},
    "Votre identifiant France Travail": {},
    "Votre diplôme ou autorisation": {},
    "Votre IBAN": {"Votre IBAN": "FR14 2004 1010 0505 0001 3M02 606"},
    "Vos outils": {"Vos outils": "ana"},
}
"""What is asked once a place is accepted."""

WRITTEN: Answers = {
    "Activité, nom commercial": "Céramique Moreau", "Objectifs à 3, 6, 12 mois": "12 000 € facturés"}
MEETING = date(2027, 3, 10)
BEGINS = date(2027, 5, 3)
TERM = date(2028, 5, 2)
HIRED = date(2028, 11, 3)
ASSEMBLY = date(2029, 6, 25)
SEEN: Answers = dict.fromkeys(
    ("Savoir-faire", "Clientèle", "Autonomie", "Coopération", "Contribution", "Besoin d’appui", "Viabilité"), "Vu")


def details(first_name: str, email: str) -> Answers:
    """What someone leaves of themself at the door."""
    return {"Prénom": first_name, "Nom": "Moreau", "Adresse électronique": email, "Commune": "Roubaix",
            "Votre activité en une ligne": "Céramiste", "Comment avez-vous connu Optéos ?": "Sur internet",
            "Antenne": "Principale", "Votre âge": "18 ans ou plus", "J’ai lu la notice sur mes données": True}


def make_ready(enter: People) -> None:
    """Before anyone comes: a meeting is planned, assemblies called, mandates and a peer’s commitment noted."""
    ada, claire, marc = (enter(name).signs_in() for name in ("Ada", "Claire", "Marc"))
    claire.opens("/reunions").goes_to("Prévoir une réunion")
    claire.fills({"Date": MEETING, "Heure": "18 h", "Lieu": "12 rue du Moulin", "Places": "8"})
    claire.presses("Prévoir cette réunion")
    marc.opens("/journees").goes_to("Fixer une assemblée")
    marc.fills({"Date": ASSEMBLY, "Cette assemblée approuve les comptes": "Oui"}).presses("Fixer cette date")
    for name in ("Marc Leroux", "Odile Fontaine"):
        ada.opens("/personnes").goes_to(name).goes_to("Noter un mandat")
        ada.fills({"Premier jour": date(2027, 1, 4), "Décision qui le donne": "AG du 4 janvier 2027"})
        ada.presses("Noter ce mandat")
    ada.opens("/personnes").goes_to("Ajouter une personne")
    ada.fills({"Prénom": "Noé", "Nom": "Caron", "Adresse électronique": "noe@exemple.fr"})
    ada.presses("Ajouter cette personne").goes_to("Noter un engagement")
    ada.fills({"Signé le": date(2027, 1, 4)}).presses("Noter cet engagement")
    for setting, value in (("Forme juridique et capital", "SCIC à capital variable"), ("Siège", "12 rue du Moulin, Roubaix"),
                           ("Numéro SIREN", "732 829 320")):
        ada.opens("/reglages").page.get_by_role("link", name=re.compile(setting)).first.click()
        ada.goes_to("Changer ce réglage").completes("Enregistrer", {"Nouvelle valeur": value, "Raison": "Ouverture"})


class Road:
    """A person on the road, and those of the house who act on their dossier."""

    def __init__(self, house: House, enter: People, first_name: str, dossier: str = "") -> None:
        self.house, self.enter = house, enter
        self.walker = enter(first_name)
        self.team: dict[str, Someone] = {}
        self.dossier = dossier

    def by(self, first_name: str) -> Someone:
        """Someone of the house, signed in, at this dossier."""
        if first_name not in self.team:
            self.team[first_name] = self.enter(first_name).signs_in()
        someone = self.team[first_name]
        someone.dossier = self.dossier
        return someone

    def goes_to(self, day: date) -> None:
        """Time passes: it is nine o’clock that day, and the clock has made its round."""
        self.house.clock.to(day)
        self.house.tick()

    @property
    def today(self) -> date:
        """The day it is in the house."""
        return self.house.clock.now.date()

    # From contact to the first contract ------------------------------------------------------------------------------

    def leaves_details(self) -> None:
        """The front page, the form, the letter’s link, one’s own journey."""
        ana = self.walker
        ana.opens("/").goes_to("Laisser mes coordonnées").presses("Laisser mes coordonnées")
        ana.reads("Saisissez votre prénom")
        ana.fills(details(ana.first_name, ana.email))
        ana.presses("Laisser mes coordonnées").follows_the_link()
        ana.reads(f"Bonjour {ana.first_name}", "Premier contact")
        claire = self.by("Claire")
        claire.opens("/candidatures").goes_to("Contacts")
        claire.page.get_by_role("link", name=re.compile(rf"^OPT-.*, {ana.first_name} Moreau$")).click()
        claire.page.wait_for_url(re.compile("/dossier/"))
        self.dossier = claire.looks().page.url.rsplit("/", 1)[1]
        claire.dossier = self.dossier

    def comes_to_a_meeting(self) -> None:
        """Chosen by the person; presence noted by the circle."""
        self.walker.does("Choisir une réunion", {"Réunion": "10 mars 2027 à 18 h, 12 rue du Moulin"})
        self.walker.reads("Réunion d’information")
        self.goes_to(date(2027, 3, 11))
        self.by("Claire").does("Noter la présence")

    def fills_in(self, pages: dict[str, Answers], send: str) -> None:
        """Every page of the questionnaire, then the check page, then the sending."""
        ana = self.walker
        while ana.page.get_by_role("button", name="Enregistrer et continuer").count():
            title = ana.page.get_by_role("heading", level=1).inner_text().replace("\u202f", " ").replace("\u00a0", " ")
            title = title.removesuffix(" (facultatif)")
            ana.fills(pages[title])
            ana.presses("Enregistrer et continuer")
        ana.goes_to("Vérifier et envoyer").presses(send).reads("Numéro de dossier", "La suite")

    def applies(self) -> None:
        """The application, page by page."""
        self.walker.goes_home().goes_to("Continuer ma demande").goes_to("Vos coordonnées")
        self.fills_in(PAGES, "Envoyer ma candidature")
        self.walker.goes_home().reads("Votre candidature est envoyée")

    def is_read(self) -> None:
        """The file is complete; two members read it."""
        self.by("Claire").does("Dossier complet", {"Personnes qui lisent ce dossier": ["Claire Dubreuil", "Salomé Vasseur"]})

    def is_met(self) -> None:
        """A date is proposed, chosen, held; support gives its opinion."""
        days = [self.today + timedelta(days=7 + number) for number in range(3)]
        self.by("Claire").does("Proposer une rencontre", {
            "Première date": days[0], "Deuxième date": days[1], "Troisième date": days[2]})
        self.walker.goes_home().fills({"Une date": words.full_day(days[1]).capitalize()}).presses("Choisir cette date")
        self.goes_to(days[1])
        for reader in ("Claire", "Salomé"):
            self.by(reader).does("Noter la rencontre", {
                **SEEN, f"Je n’ai aucun lien avec {self.walker.first_name}": True})
        self.by("Sami").does("Rendre l’avis de l’équipe", {
            "Assurance possible": "Oui", "Métier réglementé": "Non", "Budget lisible": "Oui"})

    def is_discussed(self, decision: str) -> None:
        """A proposal, and the opinions of two members."""
        self.by("Claire").does("Proposer une décision", {"Décision proposée": decision})
        for member in ("Salomé", "Inès"):
            self.by(member).does("Donner un avis", {
                "Avis": "Favorable", f"Je n’ai aucun lien avec {self.walker.first_name}": True})

    def waits(self) -> None:
        """From contact to the waiting list."""
        self.leaves_details()
        self.comes_to_a_meeting()
        self.applies()
        self.is_read()
        self.is_met()
        self.is_discussed("Accueillir")
        self.by("Claire").does("Inscrire sur la liste d’attente", {"Envoyer ce message ?": "Envoyer ce message"})
        self.walker.goes_home().reads("Votre place dans la liste d’attente", "sur 1 personne")

    def is_offered_a_place(self) -> None:
        """From the waiting list, a place in May, accepted."""
        self.by("Claire").opens("/liste-attente").goes_to("Proposer une place").completes("Proposer une place", {
            "Mois d’entrée": "mai 2027", "Un mot": "Au plaisir de vous accueillir"})
        self.house.tick(minutes=15)
        self.walker.does("Répondre à la proposition", {"Votre réponse": "J’accepte cette place"}, button="Envoyer ma réponse")

    def enters(self) -> None:
        """The entry papers, sent then checked."""
        self.walker.goes_home().goes_to("Remplir mon dossier d’entrée").goes_to("Votre identité")
        self.fills_in(ENTRY, "Envoyer mon dossier d’entrée")
        self.by("Rachel").does("Dossier d’entrée complet", {
            "CAPE ou CESA": "CAPE : contrat d’appui au projet d’entreprise"})

    def signs(self, who: Someone, step: str) -> None:
        """The person by the letter's link, each part read, the code support reads out; the cogérance after its second step."""
        read: Answers = {"J’ai lu le contrat": True, "J’ai lu ses annexes": True}
        if step == "Signer":
            who.goes_home().goes_to("Signer").goes_to("Suivre le lien de la lettre").presses("Ouvrir mon contrat")
            who.goes_to("Commencer la lecture")
            while "/lire/" in who.page.url:
                who.presses(who.page.get_by_role("button", name=re.compile("^J’ai lu")).inner_text())
            who.fills({"Code reçu": self.hears_a_code(), **read}).presses("Signer")
            return
        who.does(step, read)

    def hears_a_code(self) -> str:
        """Support knows who calls, and reads the code out."""
        sami = self.by("Sami")
        sami.does("Donner le code pour signer", {
            "Comment avez-vous vérifié à qui vous parlez ?": "Voix reconnue au téléphone"}, button="Afficher un code")
        return sami.page.locator(".big-code").inner_text()

    def starts(self) -> None:
        """CAPE n°1, written, signed by both, in force on its day."""
        self.goes_to(date(2027, 4, 20))
        self.is_contracted(BEGINS, {"Durée, en mois": "12", **WRITTEN})
        self.walker.opens(f"/dossier/{self.dossier}/echanges").reads("lien personnel, dans le courriel")
        self.goes_to(BEGINS)
        self.walker.goes_home().reads("Avant activité", "Fin de votre contrat")

    # With a peer -----------------------------------------------------------------------------------------------------

    def finds_a_peer(self) -> None:
        """Noé is asked and agrees, then so does the person."""
        self.by("Claire").does("Proposer un binôme", {"Personne pressentie": "Noé Caron – accompagne 0 personne"})
        self.house.tick(minutes=15)
        self.by("Noé").opens("/ce-qui-m-attend").goes_to("Ouvrir")
        self.by("Noé").does("J’accepte d’accompagner")
        self.walker.does("Je suis d’accord")
        self.walker.reads("Mon binôme : Noé Caron")

    def works_with_the_peer(self) -> None:
        """A meeting noted by one and approved by the other; the first sale; a review both sign."""
        noe, ana = self.by("Noé"), self.walker
        self.goes_to(self.today + timedelta(days=20))
        noe.does("Noter un rendez-vous", {
            "Date": self.today, "Durée": "60", "Mode": "Sur place", "Présents": "Ana et Noé",
            "Sujets": ["Activité et clients"], "Compte rendu partagé": "Premiers devis"})
        ana.does("Valider le compte rendu")
        ana.does("Noter le début d’activité", {
            "Date du début d’activité": self.today, "Premier devis accepté ou première facture": "Devis 1"})
        ana.reads("En activité")
        self.goes_to(date(2027, 8, 3))
        noe.does("Rédiger le bilan", {
            "Chiffre facturé": "2 000", "Chiffre encaissé": "1 500", "Objectifs": "En bonne voie",
            "Projet à 6 mois": "Un four", "Avis": "Continuer"})
        for one in (ana, noe):
            one.does("Signer le bilan")

    # The contracts that follow ---------------------------------------------------------------------------------------

    def renews(self) -> None:
        """The term nears: CAPE n°2 is opened, written, signed by both, and follows the first."""
        self.goes_to(TERM - timedelta(days=60))
        self.walker.does("Ouvrir le renouvellement", {
            "Résultats": "9 000 €", "Nouveaux objectifs": "15 000 €", "Durée, en mois": "12", "Avis du pair": "D’accord"})
        self.is_contracted(TERM + timedelta(days=1), {"Durée, en mois": "12", **WRITTEN})
        self.goes_to(TERM + timedelta(days=1))
        self.walker.goes_home().reads("En activité", "Fin de votre contrat", "2 mai 2029")

    def is_hired(self) -> None:
        """A salaried contract is asked for, discussed, agreed, signed, declared, and takes over from the CAPE."""
        ana = self.walker
        self.goes_to(date(2028, 10, 2))
        ana.does("Demander un contrat salarié", {
            "Date souhaitée": "novembre 2028", "Chiffre des 3 derniers mois": "8 000",
            "Heures finançables par mois": "20", "Clients, salaire projeté sur 3 mois": "Six bistrots",
            "J’accepte de candidater au sociétariat dans le délai": True})
        self.by("Rachel").does("Demander les avis")
        self.by("Odile").cannot("Donner l’accord")
        self.by("Noé").does("Donner mon avis de pair", {"Avis": "Favorable", "Pourquoi": "Prête"})
        self.by("Côme").does("Rendre la simulation", {
            "Part fixe, par mois": "1 800", "Coût mensuel": "2 600", "Trésorerie": "9 000", "Avis": "Possible"})
        self.by("Odile").does("Donner l’accord")
        self.is_contracted(HIRED, {
            "Emploi, qualification": "Céramiste", "a) Objectifs, activité minimale": "15 000 € facturés",
            "c) Contribution": "11,5 %",
            "d) Part fixe, méthode de la part variable": "1 800 €", "e) Statuts en vigueur (version)": "2024",
            "f) Clientèle, propriété intellectuelle": "À la personne", "Activité partagée avec d’autres": "Non"})
        self.goes_to(HIRED - timedelta(days=4))
        self.by("Rachel").does("Enregistrer la DPAE", {"Date de la DPAE": self.today, "Accusé de réception": PDF})
        self.goes_to(HIRED)
        ana.goes_home().reads("Contrat en cours", "Contrat CAPE Jusqu’au 2 novembre 2028", "Contrat salarié Vous êtes ici")

    def is_contracted(self, first: date, answers: Answers) -> None:
        """Support writes the contract and sends it; the person signs, then the cogérance."""
        self.by("Sami").does("Préparer le contrat", {"Date d’effet": first, **answers})
        self.by("Sami").does("Envoyer à la signature")
        self.house.tick(minutes=15)
        self.signs(self.walker, "Signer")
        self.signs(self.by("Marc"), "Signer pour Optéos")

    # Associate -------------------------------------------------------------------------------------------------------

    def becomes_associate(self) -> None:
        """Called, she applies; the assembly votes; the shares are paid."""
        self.goes_to(ASSEMBLY - timedelta(days=89))
        self.walker.does("Candidater", {
            "Lettre": "Je souhaite devenir associée", "Parts": "10", "Versement immédiat": "50"})
        self.by("Marc").does("Inscrire à l’ordre du jour", {"AG": words.full_day(ASSEMBLY).capitalize()})
        self.goes_to(ASSEMBLY + timedelta(days=1))
        self.by("Marc").does("Noter l’admission", {
            "AG": words.full_day(ASSEMBLY).capitalize(), "Résultat": "31 pour, 2 abstentions", "Procès-verbal": "PV 2029-06"})
        self.by("Sami").does("Enregistrer la souscription", {
            "Bulletin daté, en deux exemplaires": PDF, "Versé": "50"})
        self.walker.goes_home().reads("Sociétariat Vous êtes ici", "Solde de vos parts sociales à verser")

    def looks_around(self) -> None:
        """Every screen of the house, as those who work there open it."""
        for tab in ("reponses", "pieces", "echanges", "historique", "historique?decisions=1"):
            for someone in (self.walker, self.by("Claire")):
                someone.opens(f"/dossier/{self.dossier}/{tab}")
        self.reads_what_is_theirs()
        self.by("Claire").opens("/candidatures").goes_to("Voir en tableau")
        for address in ("/ce-qui-m-attend", "/liste-attente", "/journees", "/reunions", "/mon-compte", "/aide"):
            self.by("Claire").opens(address)
        for address in ("/administration", "/reglages", "/personnes", "/lettres", "/developpement"):
            self.by("Marc").opens(address)
        for address in ("/donnees", "/accessibilite", "/engagements"):
            self.walker.opens(address)

    def reads_what_is_theirs(self) -> None:
        """Her account number is not the circle’s; the interview’s notes left three months after the decision."""
        address = f"/dossier/{self.dossier}/reponses"
        self.walker.opens(address).reads("Céramique utilitaire", "FR14").reads_nowhere("Besoin d’appui")
        self.by("Claire").opens(address).reads("Céramique utilitaire").reads_nowhere("FR14", "Besoin d’appui")
