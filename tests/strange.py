"""Two hundred answers that are hostile or clumsy, and what a sentence for people is (SCREENS F23)."""

from __future__ import annotations

import re

FORBIDDEN = re.compile(
    r"\b(invalides?|valides?|erreurs?|obligatoires?|veuillez|merci de|désolée?s?|oups|format incorrect|interdite?s?|ce champ)\b",
    re.IGNORECASE)
"""Words no message says (F23); « Erreur : » before it and in the title is the page's."""

STRANGE = [
    "", " ", "\n", "\t", "\r\n", "\xa0", "\u200b", "\ufeff", "\u200e\u200f", "\u202eabc", "\x00", "a\x00b",
    "\x1b[31m", "\x7f", "\ud800", "a\udfffb", "-", "--", "0", "00", "-0", "-1", "+1", "1.", ".5", "1,5", "1.5",
    "1 234,56", "1.234,56", "1,234.56", "1'234", "1e9", "1e400", "NaN", "Infinity", "-Infinity", "inf", "0x1F", "0b1",
    "٣", "४२", "１２３", "½", "²", "Ⅷ", "1/2", "10%", "12 €", "€12", "12 euros", "999999999999999999999999", "9" * 300,
    "1" + "0" * 40, "true", "false", "null", "None", "undefined", "oui", "OUI", " non ", "on", "yes", "<b>x</b>",
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{7*7}}", "{% raw %}", "${7*7}", "#{7*7}",
    "%s%s%n", "{named}", "{0}", "{}", "%(x)s", "\\", "\\u0000", "'; DROP TABLE case; --", "' OR '1'='1",
    "1; SELECT 1", "../../etc/passwd", "C:\\x", "file:///x", "javascript:alert(1)", "data:text/html,x", "http://[::1",
    "//x", "=1+1", "@SUM(1)", "+cmd|' /C calc'!A0", "a@b", "@", "a@", "@b.fr", "a@@b.fr", "a b@c.fr", "a@b..fr",
    "a@-b.fr", "a@b.f", "a" * 65 + "@b.fr", "a@" + "b" * 300 + ".fr", "ana@exemple.fr", "Ana <ana@exemple.fr>",
    "ana@exemple.fr\nBcc: x@y.fr", "ANA@EXEMPLE.FR", "é@exemple.fr", "ana@éxemple.fr", "a@[127.0.0.1]", "06", "0612",
    "06 12 34 56 78", "06.12.34.56.78", "06-12-34-56-78", "+33 (0)6 12 34 56 78", "0033612345678", "+33", "+999 123",
    "++33612345678", "06 12 34 56 7a", "06 12 34 56 78 90 12 34", "０６１２３４５６７８", "1", "31 02 1985", "27 3 1985",
    "27 mars 1985", "1er mars 1985", "32 1 1985", "0 0 0", "27/03/85", "27 3", "1985", "1985-03-27", "1985-13-45",
    "27 ma 1985", "27 février 1985", "29 2 2023", "-27 3 1985", "27 3 -1985", "27 3 99999", "jeudi 17 décembre 2026",
    "demain", "2027-01", "2027-13", "2027-00", "0000-01", "janvier 2027", "2027-01-01T00:00", "9999-12", "FR", "FR14",
    "FR14 2004 1010 0505 0001 3M02 606", "FR1420041010050500013M02607", "FR14200410100505000I3M02606",
    "DE89370400440532013000", "XX00", "FR" * 20, "552 081 317 66522", "55208131766523", "5520813176652",
    "552081317665220", "2 85 03 62 498 001 23", "2A", "285036249800124", "1 23 45", "285032A49800123", "59000",
    "59 000", "5900", "590000", "B-1000", "SW1A 1AA", "2A004", "😀", "👩‍👩‍👧", "é" * 3, "e\u0301" * 3, "Z͑ͫ̓a̅l", "א",
    "ب", "中文", "‮", "a\u0300" * 600, "x" * 199, "x" * 200, "x" * 201, "x" * 1500, "x" * 1501, "x" * 100_000,
    "a\n" * 2000, " " * 5000, "'" * 500, "[]", "{}", "[1]", "{\"a\":1}", "&amp;", "&#0;", "%00", "%0d%0aX: y",
    "\u2028", "\u2029", "\x85", "…", "«»", "’", "`", "~", "|", "^", ";", ":",
]


def right(said: list[str]) -> bool:
    """Sentences for people: a capital, no forbidden word, no leftover of a template, not endless."""
    return all(one[:1].isupper() or one.startswith("« ") for one in said) and not any(
        FORBIDDEN.search(one) or "{" in one or len(one) > 200 for one in said)
