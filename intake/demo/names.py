"""Who the demonstration invents: names of many origins, trades, towns around Lille. Nobody here exists."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final

FIRST: Final = (
    "Adèle", "Aïcha", "Alban", "Amina", "Anouk", "Antoine", "Aurore", "Awa", "Basile", "Bastien", "Bérénice", "Bintou",
    "Camille", "Capucine", "Carlos", "Cécile", "Céleste", "Charlie", "Chloé", "Clément", "Dalila", "Damien", "Daria",
    "Diego", "Dounia", "Edgar", "Élise", "Elsa", "Emeline", "Émile", "Enzo", "Esther", "Fanny", "Farid", "Fatou",
    "Félix", "Florine", "Gaëlle", "Gaspard", "Goran", "Hakim", "Hélène", "Hugo", "Ibrahim", "Idriss", "Ilona", "Irène",
    "Jade", "Jeanne", "Joachim", "Jules", "Juliette", "Kamel", "Karim", "Katarzyna", "Khadija", "Lamia", "Léonie",
    "Liam", "Lilia", "Lison", "Loïc", "Louise", "Lucas", "Ludivine", "Maëlle", "Malik", "Manon", "Margaux", "Mariam",
    "Mathilde", "Maxence", "Mehdi", "Mila", "Minh", "Mireille", "Moussa", "Nadia", "Naïm", "Nathan", "Nina", "Octave",
    "Olga", "Oscar", "Ousmane", "Paola", "Pauline", "Pénélope", "Quentin", "Rafael", "Raphaëlle", "Romane", "Rosa",
    "Sacha", "Samira", "Sarah", "Simon", "Solène", "Sonia", "Stanislas", "Sylvain", "Tarek", "Théo", "Thi Lan", "Timothée",
    "Valentin", "Victoire", "Violette", "Wassim", "Yacine", "Yasmine", "Youssef", "Zélie", "Zineb",
)
LAST: Final = (
    "Abdelli", "Agneray", "Allard", "Amrani", "Baert", "Bailleul", "Barbosa", "Bauduin", "Becquart", "Belkacem",
    "Bernier", "Bondu", "Boutin", "Cappelle", "Carpentier", "Castro", "Chevalier", "Cissé", "Coulibaly", "Crombez",
    "Da Silva", "Debruyne", "Decottignies", "Degroote", "Delannoy", "Delcroix", "Demir", "Descamps", "Desmet", "Diallo",
    "Dubar", "Duquesne", "Dutilleul", "El Amrani", "Fall", "Fauquet", "Ferreira", "Fontenay", "Gacem", "Ghezali",
    "Gosselin", "Guilbert", "Hadj", "Hennion", "Herbaut", "Houzé", "Jankowski", "Kaczmarek", "Kebe", "Khelifi", "Kone",
    "Lambrecht", "Leclercq", "Lefebvre", "Lemahieu", "Lesage", "Lopez", "Macquart", "Mahieu", "Mansouri", "Martins",
    "Masson", "Mbaye", "Mercier", "Meurisse", "Morel", "Nguyen", "Nollet", "Novak", "Ouali", "Parmentier", "Pereira",
    "Piotrowski", "Planquart", "Pollet", "Prévost", "Ramos", "Rigaut", "Rohart", "Saïdi", "Salomé", "Santerre",
    "Sénéchal", "Sow", "Steenkiste", "Taleb", "Thieffry", "Tran", "Traoré", "Vandamme", "Vanhoutte", "Verhaeghe",
    "Villette", "Wallart", "Wattel", "Willaume", "Yilmaz", "Zaoui", "Zielinski",
)
TOWNS: Final = (
    ("Lille", "59000"), ("Roubaix", "59100"), ("Tourcoing", "59200"), ("Villeneuve-d’Ascq", "59650"),
    ("Wattrelos", "59150"), ("Hellemmes", "59260"), ("Lomme", "59160"), ("Loos", "59120"), ("Croix", "59170"),
    ("Lambersart", "59130"), ("Mons-en-Barœul", "59370"), ("Armentières", "59280"), ("Seclin", "59113"),
    ("Haubourdin", "59320"), ("Faches-Thumesnil", "59155"), ("Halluin", "59250"), ("Béthune", "62400"), ("Lens", "62300"),
)
STREETS: Final = ("rue des Postes", "rue du Molinel", "rue de Lannoy", "avenue Jean-Lebas", "rue des Arts",
                  "quai du Wault", "rue de la Gare", "place du Marché", "rue des Tisserands", "chemin des Saules")
TRADES: Final = (
    ("Céramiste", "Vaisselle en grès, pour des restaurants et des particuliers"),
    ("Traductrice", "Traduction de documents, du polonais et de l’anglais"),
    ("Graphiste", "Identités visuelles pour des associations et des commerces"),
    ("Menuisier", "Meubles sur mesure en bois de récupération"),
    ("Jardinière", "Entretien de jardins et potagers partagés"),
    ("Photographe", "Portraits et reportages d’entreprise"),
    ("Couturier", "Retouches et vêtements adaptés"),
    ("Formatrice", "Formations à la cuisine végétale"),
    ("Développeur", "Sites pour des artisans et des associations"),
    ("Cuisinière", "Traiteur de saison pour des évènements"),
    ("Cycliste", "Livraison à vélo dans la métropole"),
    ("Réparatrice", "Réparation d’appareils ménagers à domicile"),
    ("Musicien", "Cours de guitare et animations"),
    ("Sophrologue", "Séances pour des entreprises et des écoles"),
    ("Conseiller", "Conseil en économies d’énergie"),
    ("Illustratrice", "Illustration de livres et d’affiches"),
    ("Maraîchère", "Paniers de légumes de quartier"),
    ("Comédienne", "Ateliers de prise de parole"),
    ("Peintre", "Peinture en bâtiment, enduits naturels"),
    ("Écrivaine publique", "Courriers, dossiers, récits de vie"),
    ("Vidéaste", "Films courts pour des associations"),
    ("Savonnière", "Savons et lessives à base d’huiles locales"),
    ("Guide", "Visites de quartier à pied"),
    ("Maroquinier", "Sacs et petite maroquinerie"),
)
YOUNG_TRADES: Final = (
    ("Coiffeuse", "Coiffure afro à domicile"), ("Laveur de vitres", "Vitres de commerces"),
    ("Cuisinière", "Plats à emporter le midi"), ("Monteur vidéo", "Vidéos courtes pour des boutiques"),
    ("Prothésiste ongulaire", "Soins des mains à domicile"), ("Coach sportif", "Séances en petit groupe"),
    ("Couturière", "Vêtements sur mesure"), ("Créatrice", "Bijoux et accessoires"),
)


@dataclass(frozen=True)
class Someone:
    """An invented person, before they arrive."""

    first: str
    last: str
    email: str
    phone: str
    town: str
    postcode: str
    street: str
    trade: str
    activity: str
    born_on: date
    nir: str
    iban: str


def inventing(rng: Random, today: date) -> Any:
    """A function that invents one more person at each call; `young=True` for KPA-Cité."""
    taken: set[str] = set()

    def invent(*, young: bool = False) -> Someone:
        first, last = rng.choice(FIRST), rng.choice(LAST)
        while (handle := f"{plain(first)}.{plain(last)}") in taken:
            first, last = rng.choice(FIRST), rng.choice(LAST)
        taken.add(handle)
        town, postcode = rng.choice(TOWNS)
        trade, activity = rng.choice(YOUNG_TRADES if young else TRADES)
        born = today - timedelta(days=rng.randint(*((19 * 366, 27 * 365) if young else (24 * 365, 58 * 365))))
        return Someone(
            first, last, f"{handle}@{rng.choice(('exemple.fr', 'courrier.example', 'lille.example'))}",
            f"06 39 98 {rng.randint(0, 99):02d} {rng.randint(0, 99):02d}", town, postcode,
            f"{rng.randint(1, 140)} {rng.choice(STREETS)}", trade, activity, born, a_nir(rng, born), an_iban(rng))

    return invent


def plain(name: str) -> str:
    """A name in the letters of an address."""
    kept = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(letter if letter.isalnum() else "-" for letter in kept)


def a_nir(rng: Random, born: date) -> str:
    """A number whose key is right and whose commune does not exist."""
    number = f"{rng.choice('12')}{born:%y%m}59999{rng.randint(1, 999):03d}"
    return f"{number}{97 - int(number) % 97:02d}"


def an_iban(rng: Random) -> str:
    """An account of a bank that does not exist, with its keys."""
    bank, branch, account = 99999, rng.randint(1, 99999), rng.randint(1, 10**11 - 1)
    key = 97 - (89 * bank + 15 * branch + 3 * account) % 97
    bban = f"{bank:05d}{branch:05d}{account:011d}{key:02d}"
    return f"FR{98 - int(bban + '152700') % 97:02d}{bban}"


A_PDF: Final = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F<</Type/Font"
    b"/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n4 0 obj<</Length 52>>stream\nBT /F 18 Tf 72 720 Td "
    b"(Document de demonstration) Tj ET\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
"""A document to join: one page that says it is for the demonstration."""
