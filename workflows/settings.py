"""The settings of JOURNEY §12 (and the retention of §11 that is ours): names, French labels, defaults, limits. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

from workflows import lists
from workflows.months import WEEKDAYS

Kind = Literal["number", "numbers", "yes_no", "choice", "scale", "weekly", "text", "siren", "people", "entries"]

PRINCIPALE: Final = "principale"
KPA: Final = "kpa"

COOP = "La coopérative"
PLACES = "Places et offres"
WAITING = "Liste d’attente"
ADMISSION = "Candidature et avis"
CAPE = "CAPE"
PAIRING = "Binôme et bilans"
CESA = "Contrat salarié et sociétariat"
DEPARTURE = "Sortie et contribution"
HOUSE = "Journées et rappels"
KEEPING = "Conservation des données"
LISTS = "Raisons et listes"

GROUPS: Final = (COOP, PLACES, WAITING, ADMISSION, CAPE, PAIRING, CESA, DEPARTURE, HOUSE, KEEPING,
                LISTS)

NAMED: Final = 2
"""People a setting names."""


@dataclass(frozen=True)
class Setting:
    """One setting. Its value in plain JSON: number, numbers, yes or no, word, scale, weekly hour, text, list, two uids."""

    name: str
    group: str
    label: str
    default: Any
    kind: Kind = "number"
    unit: str = ""
    source: Literal["O", "P", "CNIL"] = "P"
    min: int = 0
    max: int = 3650
    choices: Mapping[str, str] = field(default_factory=dict)
    """Words it may take, with their labels."""
    per_antenna: Mapping[str, Any] = field(default_factory=dict)
    """Defaults by kind of antenna, where they differ; a setting without any is the same everywhere."""
    note: str = ""
    """What whoever changes it must know."""
    falling: bool = False
    """A list that counts down (before a day) rather than up (after one)."""

    def unit_of(self, value: Any) -> str:
        """« jours », « jour » for one: what stands after a number, or several."""
        if self.kind not in ("number", "numbers"):
            return ""
        return self.unit if value not in (1, [1]) or self.unit in ("mois", "avis", "refus") else re.sub(r"s\b", "", self.unit)

    @property
    def by_antenna(self) -> bool:
        """Whether each antenna has its own value."""
        return bool(self.per_antenna)


def _days(name: str, group: str, label: str, default: int, unit: str = "jours", **more: Any) -> Setting:
    return Setting(name, group, label, default, unit=unit, **{"min": 1, **more})


def _list(name: str, group: str, label: str, default: list[int], unit: str = "jours", **more: Any) -> Setting:
    return Setting(name, group, label, default, kind="numbers", unit=unit, **{"min": 1, **more})


def _entries(listed: lists.HouseList, label: str, note: str = "") -> Setting:
    return Setting(listed.setting, LISTS, label, listed.default, kind="entries", note=note)


def _yes_no(name: str, group: str, label: str, default: bool) -> Setting:
    return Setting(name, group, label, default, kind="yes_no")


SETTINGS: Final = (
    Setting("coop.name", COOP, "Nom", "Optéos", kind="text"),
    Setting("coop.form", COOP, "Forme juridique et capital", "", kind="text"),
    Setting("coop.seat", COOP, "Siège", "", kind="text"),
    Setting("coop.siren", COOP, "Numéro SIREN", "", kind="siren"),
    Setting("coop.rules", COOP, "Règlement intérieur : version et où le lire", "", kind="text"),
    Setting("coop.statutes", COOP, "Statuts : où les lire", "", kind="text"),

    Setting("places.per_month", PLACES, "Entrées par mois", 2, unit="places", source="O", max=20),
    _days("places.horizon", PLACES, "Mois ouverts à l’avance", 18, unit="mois", min=13, max=60),
    _yes_no("places.transfer_needs_place", PLACES, "Un transfert depuis KPA-Cité prend une place", True),
    _days("offers.days", PLACES, "Délai pour répondre à une place proposée", 10, max=60),
    Setting("offers.free_refusals", PLACES, "Refus sans perte de rang", 1, unit="refus", max=10),
    Setting("offers.postponements", PLACES, "Reports possibles", 2, unit="reports", max=10),
    Setting("offers.step_back", PLACES, "Places perdues en reculant", 3, unit="places", min=1, max=20),
    Setting("offers.exception_share", PLACES, "Entrées hors rang : une sur", 4, unit="entrées", min=2, max=50),
    _list("offers.reminder_days", PLACES, "Rappels avant la fin d’une proposition", [3, 1], falling=True, max=60),
    _days("entry.lead_days", PLACES, "Délai entre l’accord et l’entrée", 14, max=120),

    Setting("rank.shown", WAITING, "Rang montré à la personne", "exact", kind="choice",
            choices={"exact": "Rang exact", "band": "Tranche de rangs"}),
    _days("reconfirm.days", WAITING, "Demander si la personne est toujours d’accord après", 90, max=730),
    _list("reconfirm.reminder_days", WAITING, "Rappels de cette demande", [7, 14], max=60),
    _days("reconfirm.pause_days", WAITING, "Mettre en pause sans réponse après", 21, max=120),
    _days("pause.rank_days", WAITING, "Rang gardé pendant une pause", 60, max=730),
    _days("pause.max_months", WAITING, "Durée d’une pause au plus", 6, unit="mois", max=24),
    _days("pause.reminder_days", WAITING, "Prévenir avant la fin d’une pause", 30, max=120),
    Setting("forecast.spread", WAITING, "Largeur de l’estimation", 1, unit="mois", max=6),

    _yes_no("admission.meeting_required", ADMISSION, "La réunion d’information vient avant la candidature", True),
    _days("admission.contact_days", ADMISSION, "Rappeler un contact laissé à la borne sous", 7, max=60),
    _list("draft.reminder_days", ADMISSION, "Rappels d’une candidature non envoyée", [3, 14, 45], max=365),
    _days("draft.close_days", ADMISSION, "Classer une candidature non envoyée après", 60, max=730),
    _days("admission.file_days", ADMISSION, "Vérifier un dossier sous", 10, unit="jours ouvrés", max=60),
    _days("admission.interview_days", ADMISSION, "Rencontrer la personne sous", 30, max=180),
    _days("admission.opinion_days", ADMISSION, "Donner un avis sous", 10, max=90),
    _days("admission.reexamine_days", ADMISSION, "Répondre à un réexamen sous", 30, max=180),
    _days("admission.valid_months", ADMISSION, "Durée d’un avis favorable", 12, unit="mois", max=60),
    Setting("consent.opinions", ADMISSION, "Avis sans lien nécessaires à une décision", 2, unit="avis", min=1, max=10,
            per_antenna={PRINCIPALE: 2, KPA: 1}),
    Setting("readers.number", ADMISSION, "Personnes qui lisent un dossier", 2, unit="personnes", min=1, max=10,
            per_antenna={PRINCIPALE: 2, KPA: 1}),
    _days("reopen.days", ADMISSION, "Rouvrir une demande close pendant", 90, max=730),

    _list("cape.term_days", CAPE, "Alarmes avant la fin d’un CAPE", [90, 60, 30, 15, 7], falling=True, max=365),
    _list("signing.reminder_days", CAPE, "Rappels avant la date d’effet d’un contrat à signer", [7, 3, 1], falling=True,
          max=60),
    _days("notice.alarm_days", CAPE, "Alarme d’une déclaration non faite après", 2, max=30),

    Setting("pairing.capacity", PAIRING, "Personnes accompagnées par membre au plus", 3, unit="personnes", min=1,
            max=20),
    _days("pairing.answer_days", PAIRING, "Répondre à une demande de binôme sous", 7, max=60),
    _days("pairing.orphan_days", PAIRING, "Alarme d’une personne sans binôme après", 15, max=120),
    _list("meeting.quiet_days", PAIRING, "Prendre des nouvelles d’un binôme silencieux après", [45, 75], max=365),
    _list("reviews.cape_months", PAIRING, "Bilans en CAPE, au mois", [3, 6, 12], unit="mois", max=36),
    _list("reviews.cesa_months", PAIRING, "Bilans en contrat salarié, au mois", [5, 11], unit="mois", max=12),

    _days("cesa.months_covered", CESA, "Salaire couvert par la trésorerie", 3, unit="mois", max=24),
    _days("cesa.hours", CESA, "Heures finançables par mois", 10, unit="heures", source="O", max=152),
    _list("deadline.months", CESA, "Alarmes avant la date limite du sociétariat", [18, 12, 9, 6, 3], unit="mois",
          falling=True, max=36),
    _days("membership.call_days", CESA, "Appel à candidater avant la dernière AG utile", 90, max=365),
    _days("membership.crisis_days", CESA, "Alerte avant la date limite du sociétariat", 60, max=365),
    Setting("membership.share_value", CESA, "Valeur d’une part sociale", 20, unit="euros", min=1, max=10_000),
    _yes_no("membership.keeps_contract", CESA, "Les statuts gardent le contrat de qui quitte le sociétariat", False),

    _days("departure.revoke_days", DEPARTURE, "Fermer les accès après la sortie", 30, max=365),
    Setting("contribution.scale", DEPARTURE, "Barème de la contribution, par tranche de marge",
            [[30, "11.5"], [60, "10.5"], [90, "9.5"], [120, "8.5"], [None, "7.5"]], kind="scale", unit="k€", source="O",
            max=100_000),
    Setting("contribution.method", DEPARTURE, "Calcul de la contribution", "asked", kind="choice",
            choices={"asked": "À demander à Optéos", "marginal": "Chaque tranche à son taux",
                     "whole": "Toute la marge au taux de sa tranche"}),

    Setting("journee.rule", HOUSE, "Jour de la journée mensuelle", "third_thursday", kind="choice", source="O",
            choices={"third_thursday": "Troisième jeudi du mois"}),
    Setting("weekly.at", HOUSE, "Lettre hebdomadaire à l’équipe", [1, 8], kind="weekly"),
    _list("silence.days", HOUSE, "Rappels quand personne ne répond", [7, 14, 30], max=365),
    Setting("undo.minutes", HOUSE, "Temps pour annuler un geste", 10, unit="minutes", max=120),

    _days("keep.interest", KEEPING, "Contact laissé sans suite", 6, unit="mois", max=24),
    _days("keep.refused", KEEPING, "Candidature sans suite", 3, unit="mois", source="CNIL", max=24),
    _days("keep.refused_consent", KEEPING, "Candidature sans suite, avec accord", 24, unit="mois", source="CNIL",
          max=24),
    _days("keep.notes", KEEPING, "Notes de rencontre, après la décision", 3, unit="mois", max=12),
    _days("keep.contract", KEEPING, "Contrats, après leur fin", 60, unit="mois", max=120),
    Setting("keep.archive_readers", KEEPING, "Archive : les deux personnes qui la lisent", [], kind="people"),
    Setting("keep.anchor_witnesses", KEEPING, "Empreinte du jour : ses deux témoins, hors de l’équipe technique", [],
            kind="people"),
    _days("keep.notice_days", KEEPING, "Prévenir avant un effacement", 30, min=15, max=120),
    _days("keep.draft_notice_days", KEEPING, "Prévenir avant l’effacement d’une demande non envoyée", 15, min=7, max=60),
    _days("keep.accompaniment", KEEPING, "Accompagnement, après la fin de la relation", 60, unit="mois", max=120),
    _days("keep.attendance", KEEPING, "Présences aux journées", 24, unit="mois", max=60),
    _days("keep.exit_contact", KEEPING, "Contact après la sortie, avec accord", 24, unit="mois", max=24),
    _days("keep.irritant", KEEPING, "Ce qui coince", 12, unit="mois", max=36),

    _entries(lists.REASONS, "Raisons de ne pas accueillir",
             "Jamais l’origine, l’âge, la santé, la situation de famille ni un autre critère de l’article L1132-1 du code du "
             "travail."),
    _entries(lists.EXCEPTIONS, "Motifs d’une proposition hors rang"),
    _entries(lists.MOTIVES, "Motifs de sortie et de rupture anticipée"),
    _entries(lists.HEARD, "Comment la personne a connu la coopérative"),
    _entries(lists.CIRCLES, "Cercles que l’on peut souhaiter"),
    _entries(lists.NEEDS, "Besoins dits à un rendez-vous ou à un bilan"),
    _entries(lists.SUBJECTS, "Sujets d’un rendez-vous de binôme"),
)

BY_NAME: Final[Mapping[str, Setting]] = {setting.name: setting for setting in SETTINGS}

DEFAULTS: Final[Mapping[str, Any]] = {setting.name: setting.default for setting in SETTINGS}
"""The value of every setting until somebody changes it, at the principale antenna."""


def defaults_for(antenna: str) -> Mapping[str, Any]:
    """The defaults of a kind of antenna: `principale` or `kpa`."""
    return {name: setting.per_antenna.get(antenna, setting.default) for name, setting in BY_NAME.items()}


def by_group() -> Mapping[str, tuple[Setting, ...]]:
    """The settings of each group, in the order they are shown."""
    return {group: tuple(one for one in SETTINGS if one.group == group) for group in GROUPS}


# Reading and showing -------------------------------------------------------------------------------------------------


class SettingRefused(ValueError):
    """What was typed does not fit the setting; the text is a sentence for people."""


def parse(setting: Setting, text: str) -> Any:
    """The value typed for a setting, as JSON keeps it. SettingRefused, with a sentence, when it does not fit."""
    typed = " ".join(text[:500].split()).strip()
    if not typed and setting.default in ("", []):
        return setting.default
    if not typed:
        raise SettingRefused("Saisissez une valeur")
    return _READERS[setting.kind](setting, typed)


def in_words(setting: Setting, value: Any) -> str:
    """A value as people read it, and as `parse` reads it back: `7, 14, 30`, `Oui`, `lundi 8 h`."""
    if setting.kind == "yes_no":
        return "Oui" if value else "Non"
    if setting.kind in ("numbers", "people"):
        return ", ".join(str(one) for one in value)
    if setting.kind == "choice":
        return setting.choices.get(value, str(value))
    if setting.kind == "weekly":
        return f"{WEEKDAYS[value[0] - 1]} {value[1]}\u00a0h"
    if setting.kind == "entries":
        return _entries_in_words(lists.entries(value))
    if setting.kind == "scale":
        return ", ".join(_slice_in_words(top, rate) for top, rate in value)
    return str(value)


def _entries_in_words(found: tuple[lists.Entry, ...]) -> str:
    retired = [one.label for one in found if not one.offered]
    said = " ; ".join(one.label for one in found if one.offered)
    return said + (f" (plus proposées : {' ; '.join(retired)})" if retired else "")


def _slice_in_words(top: int | None, rate: str) -> str:
    percent = rate.replace(".", ",")
    return f"au-delà : {percent}" if top is None else f"{top} : {percent}"


def _number(setting: Setting, typed: str) -> int:
    digits = re.fullmatch(r"([0-9][0-9 ]{0,8})(?:\D*)", typed)
    number = int(digits[1].replace(" ", "")) if digits and _is_unit(setting, typed[digits.end(1):]) else None
    if number is None or not setting.min <= number <= setting.max:
        raise SettingRefused(f"Saisissez un nombre entre {setting.min} et {setting.max}")
    return number


def _is_unit(setting: Setting, rest: str) -> bool:
    rest = rest.strip().casefold()
    return not rest or setting.unit.casefold().startswith(rest.rstrip("s"))


def _numbers(setting: Setting, typed: str) -> list[int]:
    sentence = f"Saisissez des nombres entre {setting.min} et {setting.max}, comme {in_words(setting, setting.default)}"
    found = [piece for piece in re.split(r"[\s,;]+|\bet\b", typed) if piece]
    if not found or len(found) > 20 or any(not re.fullmatch(r"[0-9]{1,6}", piece) for piece in found):
        raise SettingRefused(sentence)
    numbers = sorted({int(piece) for piece in found}, reverse=setting.falling)
    if any(not setting.min <= number <= setting.max for number in numbers):
        raise SettingRefused(sentence)
    return numbers


def _yes_or_no(setting: Setting, typed: str) -> bool:
    if typed.casefold() not in ("oui", "non"):
        raise SettingRefused("Choisissez oui ou non")
    return typed.casefold() == "oui"


def _word(setting: Setting, typed: str) -> str:
    for value, label in setting.choices.items():
        if typed in (value, label):
            return value
    raise SettingRefused(f"Choisissez parmi : {', '.join(setting.choices.values())}")


def _weekly(setting: Setting, typed: str) -> list[int]:
    found = re.fullmatch(r"([a-z]+) à? ?([0-9]{1,2}) ?(?:h|heures?)?(?: ?00)?", typed.casefold())
    if not found or found[1] not in WEEKDAYS or int(found[2]) > 23:
        raise SettingRefused("Saisissez un jour et une heure, comme lundi 8\u00a0h")
    return [WEEKDAYS.index(found[1]) + 1, int(found[2])]


def _scale(setting: Setting, typed: str) -> list[list[Any]]:
    """Slices of margin in k€, each with its rate: `30 : 11,5, 60 : 10,5, au-delà : 7,5`."""
    sentence = f"Saisissez les tranches dans l’ordre, comme {in_words(setting, setting.default)}"
    slices = re.findall(r"([0-9]{1,6}|au-delà) ?: ?([0-9]{1,2}(?:[.,][0-9]{1,2})?) ?%? ?(?:[,;]|$)", typed.casefold())
    read = re.sub(r"([0-9]{1,6}|au-delà) ?: ?([0-9]{1,2}(?:[.,][0-9]{1,2})?) ?%? ?(?:[,;]|$)", "", typed.casefold())
    tops = [int(top) for top, _ in slices[:-1] if top.isdigit()]
    in_order = tops == sorted(set(tops)) and len(tops) == len(slices) - 1
    if read.strip() or not slices or slices[-1][0] != "au-delà" or not in_order:
        raise SettingRefused(sentence)
    return [[int(top) if top.isdigit() else None, str(Decimal(rate.replace(",", ".")))] for top, rate in slices]


def _text(setting: Setting, typed: str) -> str:
    return typed


def _people(setting: Setting, typed: str) -> list[str]:
    """The addresses of two people, in the order typed: `ana@exemple.coop, ben@exemple.coop`. What is kept is who has them."""
    found = list(dict.fromkeys(one for one in re.split(r"[\s,;]+", typed.lower()) if one not in ("", "et")))
    if len(found) > NAMED or any("@" not in address for address in found):
        raise SettingRefused("Saisissez deux adresses électroniques, séparées par une virgule")
    return found


def _siren(setting: Setting, typed: str) -> str:
    """Nine digits whose last one checks the others: `732 829 320`."""
    digits = "".join(typed.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 9):
        raise SettingRefused("Saisissez les 9 chiffres du SIREN")
    doubled = [int(digit) * (2 if n % 2 else 1) for n, digit in enumerate(digits)]
    if sum(number // 10 + number % 10 for number in doubled) % 10:
        raise SettingRefused("Ces 9 chiffres ne forment pas un SIREN. Vérifiez-les")
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}"


_READERS: Final = {
    "number": _number, "numbers": _numbers, "yes_no": _yes_or_no, "choice": _word, "weekly": _weekly, "scale": _scale,
    "text": _text, "siren": _siren, "people": _people,
}
