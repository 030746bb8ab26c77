"""Settings by group: value, since when, by whom, history; a change asks a date and a reason (SCREENS S26, C6)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from wtforms import Form

from intake import clock, effects_ahead, house_lists, moment, words
from intake.access import access, acting_as, held_roles, me
from intake.changing import Change, typed
from intake.models import settings as values
from intake.models.dossiers import Case
from intake.models.people import Antenna
from intake.models.settings import settings_on
from intake.show import show, typo
from workflows import ALL, fields as f, lists, roles
from workflows.settings import BY_NAME, Setting, SettingRefused, by_group, in_words

pages = Blueprint("settings", __name__)

WHO = (roles.cogerance, roles.admin, roles.support)
CHANGE = (roles.cogerance, roles.admin)
CAP = "places.per_month"
"""Changed by two people, on a page of its own."""
HINTS = {"people": "Deux adresses électroniques de la maison, séparées par une virgule"}
"""How a value is typed, for kinds that do not show it."""


@pages.get("/reglages")
@access(*WHO)
def groups() -> Response:
    """Every setting, group by group."""
    today = moment.today()
    antennas = list(Antenna.select().order_by(Antenna.id))
    changed = values.latest_values(today)
    in_force = {antenna.id: settings_on(today, antenna) for antenna in antennas}
    shown = {group: [row(setting, antenna, in_force[(antenna or antennas[0]).id][setting.name], changed)
                     for setting in settings for antenna in where(setting, antennas)]
             for group, settings in by_group().items()}
    return show("settings.html", groups=shown)


def where(setting: Setting, antennas: list[Antenna]) -> list[Antenna | None]:
    """The antennas where a setting has a value of its own; None: the same everywhere."""
    if setting.name == CAP:
        return [antenna for antenna in antennas if antenna.capped == "yes"]
    return list(antennas) if setting.by_antenna else [None]


def row(setting: Setting, antenna: Antenna | None, value: Any, changed: dict[tuple[str, int | None], Any]
        ) -> dict[str, Any]:
    """A line of the list: the setting, its value, since when and by whom, where to change it."""
    latest = changed.get((setting.name, antenna.id if antenna else None))
    label = f"{setting.label} · {antenna.name}" if antenna else setting.label
    if setting.name == CAP and antenna is not None:
        href = url_for("caps.cap", code=antenna.code)
    else:
        href = url_for("settings.one", name=setting.name, antenne=antenna.code if antenna else None)
    return {"label": label, "value": typo(f"{valued(setting, value)}\n{since(latest)}"), "href": href, "act": "Voir"}


def valued(setting: Setting, value: Any) -> str:
    """« 7, 14, 30 jours », « Oui », « Odile Roy (odile@exemple.coop) »."""
    if setting.kind == "people":
        value = [f"{person.name} ({'accès fermé' if person.disabled_at else person.email})" for person in values.people_of(value)]
    return f"{in_words(setting, value)} {setting.unit_of(value)}".strip() or "À remplir"


def as_typed(setting: Setting, value: Any) -> str:
    """A value as one may type it again: people by their addresses of today."""
    return in_words(setting, [person.email or "" for person in values.people_of(value)] if setting.kind == "people" else value)


def since(latest: Any) -> str:
    """« Depuis le 1er janvier 2027, par Marc Leroux »."""
    if latest is None:
        return "Valeur de départ"
    author = f", par {latest.changed_by.name}" if latest.changed_by else ""
    return f"Depuis le {words.long_day(latest.since)}{author}"


@pages.get("/reglages/<name>")
@access(*WHO)
def one(name: str) -> Response:
    """A setting: its value, its history, and the way to change it."""
    setting, antenna = named(name)
    current = settings_on(moment.today(), antenna)[name]
    history = [{"at": f"À partir du {words.long_day(past.since)}", "text": valued(setting, past.value),
                "iso": past.since.isoformat(), "quote": past.reason,
                "more": typo(f"Par {past.changed_by.name}, le {words.at(past.changed_at)}") if past.changed_by else ""}
               for past in values.values_of(name, antenna)]
    return show("settings_one.html", setting=setting, antenna=antenna, value=valued(setting, current),
                start=valued(setting, setting.per_antenna.get(antenna.programme, setting.default)
                             if antenna else setting.default),
                history=history, may_change=bool(held_roles() & set(CHANGE)),
                change=url_for("settings.change", name=name, antenne=antenna.code if antenna else None))


@pages.route("/reglages/<name>/changer", methods=["GET", "POST"])
@access(*CHANGE)
def change(name: str) -> Response:
    """Another value, from a day on, for a reason."""
    setting, antenna = named(name)
    if setting.kind == "entries":
        return entries_of(setting)
    current = settings_on(moment.today(), antenna)[name]
    form = form_of(setting)(typed(), data={"value": as_typed(setting, current), "since": moment.today()})
    told = [*([recomputed()] if setting.kind != "people" else []), "Ce qui est déjà fait ne change pas."]
    page = Change(
        setting.label, "Enregistrer", url_for("settings.one", name=name, antenne=antenna.code if antenna else None),
        caption=setting.group + (f" · {antenna.name}" if antenna else ""), told=told,
        lead=[f"Aujourd’hui : {valued(setting, current)}."])

    def act() -> None:
        try:
            value = values.understood(setting, str(form.value.data or ""))
        except SettingRefused as refused:
            form.value.errors = [str(refused)]
            return
        values.change(name, value, form.since.data, form.reason.data, me(), acting_as(*CHANGE), antenna=antenna,
                      key=request.form.get("key"))
        clock.look_again()

    def effects() -> list[str]:
        try:
            value = values.understood(setting, str(form.value.data or ""))
        except SettingRefused as refused:
            form.value.errors = [str(refused)]
            return []
        if setting.kind == "people":
            return [f"Personnes nommées : {valued(setting, value)}." if value else "Plus personne n’est nommé."]
        return effects_ahead.of_setting(setting, value, antenna)

    return page.answer(form, act, effects)


def entries_of(setting: Setting) -> Response:
    """Entries of a list: another wording, others, some no longer offered; what was answered keeps them."""
    latest = values.latest_of(setting.name, request.form.get("key"))
    kept = lists.entries(latest.value if latest else setting.default)
    form = house_lists.form_of(kept, request.form if request.method == "POST" else None)(
        typed(), data=house_lists.filled(kept, moment.today()))
    page = Change(setting.label, "Enregistrer", url_for("settings.one", name=setting.name), caption=setting.group, told=[
        "Une réponse déjà donnée garde son entrée, sous son nouvel intitulé.",
        "Une entrée qui n’est plus proposée reste lue et comptée dans les chiffres.",
        "Les intitulés que vous écrivez se lisent en français, même en anglais."],
        lead=[setting.note] if setting.note else [])

    def effects() -> list[str]:
        after = house_lists.read(form, kept)
        told = lists.told(kept, after)
        if not told and not form.errors:
            form.added.errors = ["Changez un intitulé, ajoutez une entrée ou cessez d’en proposer une"]
        return told

    def act() -> None:
        values.change(setting.name, lists.to_json(house_lists.read(form, kept)), form.since.data, form.reason.data, me(),
                      acting_as(*CHANGE), key=request.form.get("key"))

    return page.answer(form, act, effects)


def named(name: str) -> tuple[Setting, Antenna | None]:
    """The setting of an address, and its antenna where each has its own; else 404."""
    setting = BY_NAME.get(name)
    if setting is None or name == CAP:
        abort(404)
    if not setting.by_antenna:
        return setting, None
    antenna = Antenna.get_or_none(Antenna.code == request.args.get("antenne", "principale"))
    if antenna is None:
        abort(404)
    return setting, antenna


def form_of(setting: Setting) -> type[Form]:
    """The form of a change: its value as this kind is typed, the first day, the reason."""
    label = "Nouvelle valeur" + (f" ({setting.unit})" if setting.unit else "")
    choices = {"yes_no": [("Oui", "Oui"), ("Non", "Non")],
               "choice": [(text, text) for text in setting.choices.values()]}.get(setting.kind)
    value = (f.ChoiceField(label, choices=choices, missing="Choisissez une valeur") if choices
             else f.TextField(label, missing="Saisissez une valeur", named="La valeur", description=HINTS.get(setting.kind, ""),
                              optional=setting.kind == "people"))
    return type("ChangeForm", (Form,), {
        "value": value,
        "since": f.DayField("À partir de quel jour", missing="Saisissez le premier jour"),
        "reason": f.LinesField("Raison", missing="Indiquez la raison", limit=500)})


def recomputed() -> str:
    """How many live steps look at their dates again."""
    number = Case.select(Case.id).where(Case.state.in_(
        {state for workflow in ALL.values() for state in workflow.open_states})).limit(1000).count()
    many = "1 000 étapes ou plus" if number == 1000 else f"{words.Count(number):étape|étapes}"
    return f"En cours : {many}. Leurs dates et leurs rappels sont calculés à nouveau."
