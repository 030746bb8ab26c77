"""What French is left in an English page: its visible words, attributes read aloud included, outside what says `lang="fr"`."""

from __future__ import annotations

import re
from html.parser import HTMLParser

FRENCH = re.compile(
    r"(?<![\w-])(?:le|la|les|un|une|des|du|de|et|ou|où|vous|votre|vos|nous|notre|nos|mon|ma|mes|je|il|elle|est|sont|pour|par|"
    r"avec|sans|fois|dans|sur|au|aux|ce|cette|ces|qui|que|quand|pas|plus|en|à|y|se|son|sa|ses|leur|être|avez|demande|dossier|"
    r"pièce|contrat|réponse|envoyée?|jour|mois|heure|aucune?|voir|ouvrir|ajouter|saisissez|choisissez|indiquez|[ldnjsmc]’\w+|"
    r"qu’\w+|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|lundi|mardi|mercredi|jeudi|"
    r"vendredi|samedi|dimanche)(?![\w-])", re.IGNORECASE)
"""Words that no English sentence of ours has."""
KEPT = (
    "Cercle accompagnement", "Cercle vie coopérative", "associé·es", "associé·e", "carte Vitale", "avis de situation",
    "rupture conventionnelle", "journées", "journée", "Optéos", "KPA-Cité", "entrepreneur·es",
)
"""Terms kept in French, with their gloss (SCREENS L9)."""
SAID = {"aria-label", "alt", "title", "data-busy", "data-upload", "data-network", "data-server", "data-413", "data-503",
        "data-full", "data-incident", "data-left", "data-left-one", "data-over", "data-over-one", "data-heavy",
        "data-failed", "data-bytes"}
VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Visible(HTMLParser):
    """The texts of a page, those of an element in another language left out."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        has = dict(attributes)
        quiet = bool(self._open and self._open[-1][1]) or has.get("lang", "en") != "en" or tag in ("script", "style")
        if not quiet:
            self.texts += [value for name, value in attributes if name in SAID and value]
        if tag not in VOID:
            self._open.append((tag, quiet))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not (self._open and self._open[-1][1]):
            self.texts.append(data)


def left_in(html: str, names: frozenset[str] = frozenset()) -> list[str]:
    """The texts with French words; `names` is what people wrote, which nobody translates."""
    found = []
    for text in Visible(html).texts:
        said = " ".join(text.replace("\u00a0", " ").split())
        for kept in (*sorted(names, key=len, reverse=True), *KEPT):
            said = said.replace(kept, "")
        if FRENCH.search(said):
            found.append(" ".join(text.split()))
    return found
