"""What people type, what is kept, what they are told (SCREENS 2.2, 2.3, F25; E3, E4)."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st
from wtforms import Form

from workflows import fields as f
from workflows.calendar import Month

FORBIDDEN = re.compile(r"invalide|\bvalide|erreur|obligatoire|veuillez|merci de|désolé|oups|format incorrect|interdit|ce champ",
                       re.IGNORECASE)


class Posted(dict[str, list[Any]]):
    """What a browser posts."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        super().__init__({name: value if isinstance(value, list) else [value] for name, value in raw.items()})

    def getlist(self, name: str) -> list[Any]:
        """All the values of a name."""
        return self.get(name, [])


def asked(field: Any, raw: Mapping[str, Any] | str | None, **more: Any) -> Any:
    """A form of one field called `it`, after validation; a text is posted as `it`."""
    form = type("OneField", (Form,), {"it": field, **more})(
        Posted({"it": raw} if isinstance(raw, str) else raw or {}))
    form.validate()
    return form.it


def said(field: Any, raw: Mapping[str, Any] | str | None) -> str:
    """The sentence shown by the field, empty when it accepts."""
    errors = asked(field, raw).errors
    assert len(errors) <= 1
    return str(errors[0]) if errors else ""


def kept(field: Any, raw: Mapping[str, Any] | str | None) -> Any:
    """The answer, which must be accepted and must survive JSON and a second look."""
    one = asked(field, raw)
    assert one.errors in ([], ())
    back = json.loads(json.dumps(f.to_json(one.data)))
    again = type("Again", (Form,), {"it": field})(data={"it": back})
    assert again.it.data == one.data
    return one.data


# Words ---------------------------------------------------------------------------------------------------------------


def test_names_keep_their_script_and_case() -> None:
    first = f.NameField("Prénom", missing="Saisissez votre prénom", autocomplete="given-name")
    assert kept(first, "  Anaïs\u00a0 Rose\u200b ") == "Anaïs Rose"
    assert kept(first, "李小龍") == "李小龍"
    assert kept(first, "d’Églantine-O’Brien") == "d’Églantine-O’Brien"
    assert kept(first, "می\u200cخواهم") == "می\u200cخواهم"
    assert said(first, "") == "Saisissez votre prénom"
    assert said(first, " \u00a0\u200b ") == "Saisissez votre prénom"
    assert said(first, "x" * 201) == "« Prénom » doit compter 200 caractères ou moins"
    assert 'autocomplete="given-name"' in asked(first, "Ana")()


def test_an_optional_question_may_stay_blank() -> None:
    assert asked(f.TextField("Prénom d’usage", optional=True), "").errors == []
    assert asked(f.TextField("Prénom d’usage", optional=True), {}).data is None
    assert not asked(f.TextField("Prénom d’usage", optional=True), "").flags.required
    assert asked(f.TextField("Commune", missing="Saisissez votre commune"), "").flags.required


def test_a_long_text_counts_code_points() -> None:
    words = f.LinesField("Présentation", named="Votre présentation", missing="Saisissez votre présentation")
    assert kept(words, "Une ligne\r\n\r\n  autre\tligne ") == "Une ligne\n\nautre ligne"
    assert kept(words, "🌱" * 1500) == "🌱" * 1500
    assert said(words, "🌱" * 1501) == "Votre présentation doit compter 1\u00a0500 caractères ou moins"
    assert said(f.LinesField("Raison"), "x" * 1501).endswith("doit compter 1\u00a0500 caractères ou moins")
    assert said(f.LinesField("Raison", limit=400), "x" * 401) == "« Raison » doit compter 400 caractères ou moins"
    assert asked(words, "").limit_words == "1\u00a0500 caractères au maximum"


@pytest.mark.parametrize("typed", ["Ana.Lopez@EXEMPLE.fr", " Ana.Lopez@exemple.fr\u00a0", "\u200bAna.Lopez@Exemple.FR"])
def test_an_address_loses_what_nobody_meant(typed: str) -> None:
    assert kept(f.EmailField("Adresse électronique"), typed) == "Ana.Lopez@exemple.fr"


@pytest.mark.parametrize("typed", ["ana", "ana@", "ana@exemple", "@exemple.fr", "a b@c@d.fr", "ana@exemple..fr", "x" * 300])
def test_an_incomplete_address_is_told_how_to_be(typed: str) -> None:
    assert said(f.EmailField("Adresse électronique"), typed) == (
        "Saisissez une adresse électronique complète, comme prenom.nom@exemple.fr")


def test_a_mistyped_domain_is_suggested_and_blocks_nothing() -> None:
    assert asked(f.EmailField("Adresse électronique"), "ana@gmial.com").suggestion == "ana@gmail.com"
    assert kept(f.EmailField("Adresse électronique"), "ana@gmial.com") == "ana@gmial.com"
    assert asked(f.EmailField("Adresse électronique"), "ana@exemple.fr").suggestion == ""
    assert said(f.EmailField("Adresse électronique"), "") == "Saisissez votre adresse électronique"


@pytest.mark.parametrize("typed", [
    "06.12.34.56.78", "+33 6 12 34 56 78", "0033612345678", "06\u00a012\u00a034\u00a056\u00a078",
    "06\u200b12345678", "06-12-34-56-78", "+33 (0)6 12 34 56 78", "(06) 12 34 56 78", "06‑12‑34‑56‑78",
])
def test_a_telephone_number_is_kept_as_e164_and_shown_as_typed(typed: str) -> None:
    phone = f.PhoneField("Numéro de téléphone")
    assert kept(phone, typed) == "+33612345678"
    assert asked(phone, typed)._value() == typed


def test_a_number_abroad_needs_its_country() -> None:
    phone = f.PhoneField("Numéro de téléphone")
    assert kept(phone, "+32 470 12 34 56") == "+32470123456"
    assert type("Kept", (Form,), {"it": phone})(data={"it": "+33612345678"}).it._value() == "06 12 34 56 78"
    assert said(phone, "") == "Saisissez votre numéro de téléphone"
    for typed in ("06 12 34", "061234567890", "appelez-moi", "0612345678 poste 4", "+999 12", "9" * 500, "٠٦١٢٣٤٥٦٧٨"):
        assert said(phone, typed) == "Saisissez un numéro de téléphone à 10 chiffres, ou avec l’indicatif du pays", typed


def test_postcodes_are_five_digits_in_france_alone() -> None:
    assert kept(f.PostcodeField("Code postal"), " 59\u00a0800 ") == "59800"
    assert said(f.PostcodeField("Code postal"), "5980") == "Le code postal français comporte 5 chiffres"
    assert said(f.PostcodeField("Code postal"), "") == "Saisissez le code postal"
    abroad = asked(f.PostcodeField("Code postal"), {"it": "b-7500", "country": "Belgique"}, country=f.TextField("Pays"))
    assert (abroad.data, abroad.errors) == ("B-7500", [])
    home = asked(f.PostcodeField("Code postal"), {"it": "7500", "country": "France"}, country=f.TextField("Pays"))
    assert home.errors == ["Le code postal français comporte 5 chiffres"]


# Identifiers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [
    "FR76 3000 6000 0112 3456 7890 189", "fr7630006000011234567890189", "FR76-3000-6000-0112-3456-7890-189",
    "FR76\u00a03000\u00a06000\u00a00112\u200b3456 7890 189",
])
def test_an_iban_in_any_dress(typed: str) -> None:
    assert kept(f.IbanField("IBAN"), typed) == "FR7630006000011234567890189"


def test_an_iban_says_what_is_wrong_with_it() -> None:
    iban = f.IbanField("IBAN")
    assert said(iban, "") == "Saisissez votre IBAN"
    assert said(iban, "FR76 3000 6000 0112 3456 7890 1") == "L’IBAN français compte 27 caractères : il en manque 2"
    assert said(iban, "FR76 3000 6000 0112 3456 7890 1891") == "L’IBAN français compte 27 caractères : il y en a 1 de trop"
    typo = "Cet IBAN contient une faute de frappe. Comparez-le à votre RIB"
    for typed in ("FR76 3000 6000 0112 3456 7809 189", "FR", "DE8937040044053201300", "1234", "ZZ" * 40):
        assert said(iban, typed) in (typo, "L’IBAN français compte 27 caractères : il en manque 25")
    assert said(iban, "FR76 3000 6000 0112 3456 7809 189") == typo
    assert kept(iban, "DE89 3704 0044 0532 0130 00") == "DE89370400440532013000"
    assert f.masked_iban("FR7630006000011234567890189") == "FR76 •••• •••• 0189"
    assert f.masked_iban("FR76") == "••••"


def test_a_social_security_number_counts_fifteen_characters() -> None:
    nir = f.NirField("Numéro de sécurité sociale")
    assert kept(nir, "1 84 12 76 451 089 46") == "184127645108946"
    assert said(nir, "1 84 12 76 451 089") == "Le numéro de sécurité sociale compte 15 caractères"
    assert said(nir, "1" * 90) == "Le numéro de sécurité sociale compte 15 caractères"
    assert said(nir, "1 84 12 76 451 098 46").startswith("Ce numéro de sécurité sociale contient une faute de frappe")


def test_a_corsican_social_security_number() -> None:
    body = "28503 2a 123 456".replace(" ", "").upper()
    key = 97 - int(body.replace("2A", "19")) % 97
    assert kept(f.NirField("Numéro de sécurité sociale"), f"2 85 03 2a 123 456 {key:02}") == f"{body}{key:02}"


def test_a_siret_counts_fourteen_digits() -> None:
    siret = f.SiretField("Numéro SIRET", optional=True)
    assert kept(siret, "732 829 320 00074") == "73282932000074"
    assert said(siret, "") == ""
    for typed in ("732 829 320 0007", "732 829 320 000740", "sept cent", "٧٣٢٨٢٩٣٢٠٠٠٠٧٤"):
        assert said(siret, typed) == "Le SIRET compte 14 chiffres"
    assert "faute de frappe" in said(siret, "73282932000075")


# Days ----------------------------------------------------------------------------------------------------------------

BIRTH = f.DayField("Date de naissance", named="La date de naissance", missing="Saisissez votre date de naissance", birth=True)


def three(day: str, month: str, year: str) -> dict[str, str]:
    """The three boxes."""
    return {"it-day": day, "it-month": month, "it-year": year}


@pytest.mark.parametrize("raw", [
    three("27", "3", "1985"), three("27", "03", "1985"), three("27", "mars", "1985"), three(" 27 ", "MARS", "1985\u00a0"),
    three("27 mars 1985", "", ""), three("", "27/03/1985", ""), {"it": "1985-03-27"}, {"it": "27/3/1985"},
    {"it": "27 mars 1985"}, {"it": "27.03.1985"}, {"it": "27031985"}, {"it": "mercredi 27 mars 1985"},
])
def test_a_day_in_any_dress(raw: dict[str, str]) -> None:
    assert kept(BIRTH, raw) == date(1985, 3, 27)


@pytest.mark.parametrize(("typed", "month"), [
    ("sept.", 9), ("sept", 9), ("Février", 2), ("fevrier", 2), ("fév", 2), ("juil.", 7), ("juin", 6), ("août", 8),
    ("aout", 8), ("déc.", 12), ("12", 12),
])
def test_months_by_name(typed: str, month: int) -> None:
    assert kept(BIRTH, three("1er", typed, "1985")) == date(1985, month, 1)


@pytest.mark.parametrize(("raw", "sentence", "wrong"), [
    (three("", "", ""), "Saisissez votre date de naissance", ("day", "month", "year")),
    ({}, "Saisissez votre date de naissance", ("day", "month", "year")),
    (three("27", "", "1985"), "La date de naissance doit comporter un mois", ("month",)),
    (three("27", "", ""), "La date de naissance doit comporter un mois et une année", ("month", "year")),
    (three("31", "02", "1985"), "La date de naissance doit être une date qui existe", ("day",)),
    (three("29", "2", "2025"), "La date de naissance doit être une date qui existe", ("day",)),
    (three("27", "brumaire", "1985"), "La date de naissance doit être une date qui existe", ("month",)),
    (three("27", "jui", "1985"), "La date de naissance doit être une date qui existe", ("month",)),
    (three("27", "13", "1985"), "La date de naissance doit être une date qui existe", ("month",)),
    (three("x", "3", "1985"), "La date de naissance doit être une date qui existe", ("day",)),
    (three("27", "3", "85"), "La date de naissance doit comporter une année à 4 chiffres", ("year",)),
    ({"it": "31 02 1985"}, "La date de naissance doit être une date qui existe", ("day",)),
    ({"it": "demain"}, "La date de naissance doit comporter un mois et une année", ("month", "year")),
])
def test_only_the_wrong_part_of_a_day_turns_red(raw: dict[str, str], sentence: str, wrong: tuple[str, ...]) -> None:
    field = asked(BIRTH, raw)
    assert field.errors == [sentence]
    assert field.wrong_parts == wrong
    assert field.focus_id == f"it-{wrong[0]}"
    assert tuple(part.name.removeprefix("it-") for part in field.parts if part.wrong) == wrong


def test_a_day_stays_as_typed_right_or_wrong() -> None:
    assert [part.value for part in asked(BIRTH, three("31", "fév.", "1985")).parts] == ["31", "fév.", "1985"]
    assert [part.value for part in asked(BIRTH, {"it": "1985-03-27"}).parts] == ["27", "03", "1985"]
    kept_day = type("Kept", (Form,), {"it": BIRTH})(data={"it": "1985-03-27"}).it
    assert [part.value for part in kept_day.parts] == ["27", "3", "1985"]
    assert kept_day._value() == "1985-03-27"
    offered = asked(BIRTH, {})
    offered.process_data("1985-03-27")
    assert [part.value for part in offered.parts] == ["27", "3", "1985"], "a day that `fill` offers is read in its boxes"
    assert asked(BIRTH, three("27", "", "1985"))._value() == "27 1985"
    assert [part.autocomplete for part in kept_day.parts] == ["bday-day", "bday-month", "bday-year"]


def test_a_birth_is_in_the_past() -> None:
    form = type("Birth", (Form,), {"it": BIRTH})(Posted(three("1", "1", "2030")))
    form.it.today = date(2026, 11, 24)
    assert not form.validate()
    assert form.it.errors == ["La date de naissance doit être dans le passé"]


def test_an_optional_day_may_be_blank_but_not_half() -> None:
    field = f.DayField("Fin de validité", optional=True)
    assert kept(field, three("", "", "")) is None
    assert said(field, three("1", "", "")) == "La date doit comporter un mois et une année"


# Choices -------------------------------------------------------------------------------------------------------------

ROADS = [("cape", "CAPE"), ("cesa", "CESA")]


def test_one_choice_among_those_offered() -> None:
    road = f.ChoiceField("Contrat", missing="Choisissez un contrat", choices=ROADS)
    assert kept(road, "cesa") == "cesa"
    assert asked(road, "cesa").chosen_label == "CESA"
    for typed in ("", "cdi", "CESA", "x" * 1000, "\x00"):
        assert said(road, typed) in ("Choisissez un contrat", "« Contrat » contient un caractère illisible : "
                                     "saisissez ce texte à nouveau")
    assert said(road, "cdi") == said(road, {}) == "Choisissez un contrat"


def test_nothing_is_preselected_and_each_radio_has_its_label() -> None:
    road = asked(f.ChoiceField("Contrat", choices=ROADS), {})
    assert [(option.data, option.label.text, option.checked) for option in road] == [
        ("cape", "CAPE", False), ("cesa", "CESA", False)]
    assert [option.id for option in road] == ["it-0", "it-1"]
    assert road.focus_id == "it-0"
    assert [option.checked for option in asked(f.ChoiceField("Contrat", choices=ROADS), "cape")] == [True, False]
    assert 'type="radio"' in str(next(iter(road)))
    assert "<select" in asked(f.ChoiceField("Contrat", choices=ROADS, listed=True), {})()


def test_choices_that_fill_gives_after_the_post() -> None:
    form = type("Late", (Form,), {"it": f.PersonField("Binôme pressenti")})(Posted({"it": "noe"}))
    assert not form.validate()
    form.it.choices = [("noe", "Noé Martin"), ("zoe", "Zoé Legrand")]
    assert form.validate()
    assert form.data == {"it": "noe"}


def test_several_choices_in_the_order_offered() -> None:
    circles = f.ChoicesField("Cercles", choices=[("tech", "Tech"), ("com", "Com’"), ("vie", "Vie coopérative")])
    assert kept(circles, {"it": ["vie", "tech", "vie"]}) == ["tech", "vie"]
    assert said(circles, {}) == "Choisissez au moins une réponse"
    assert said(circles, {"it": ["tech", "poterie"]}) == "Choisissez au moins une réponse"
    assert asked(circles, {"it": ["tech", "vie"]}).chosen_label == "Tech, Vie coopérative"
    assert [option.checked for option in asked(circles, {"it": ["com"]})] == [False, True, False]
    assert 'type="checkbox"' in str(next(iter(asked(circles, {}))))
    assert kept(f.PeopleField("Personnes", optional=True, choices=[]), {}) == []


def test_yes_or_no() -> None:
    field = f.YesNoField("Avez-vous déjà une activité déclarée ?", missing="Indiquez si vous avez déjà une activité déclarée")
    assert kept(field, "oui") is True
    assert kept(field, "non") is False
    assert said(field, {}) == said(field, "peut-être") == "Indiquez si vous avez déjà une activité déclarée"
    assert [option.checked for option in asked(field, {})] == [False, False]
    assert [option.checked for option in asked(field, "non")] == [False, True]
    assert kept(f.YesNoField("?", optional=True), {}) is None


def test_a_box_that_must_be_ticked() -> None:
    notice = f.TickField("J’ai lu la notice", missing="Lisez la notice, puis cochez la case")
    assert kept(notice, "oui") is True
    assert said(notice, {}) == "Lisez la notice, puis cochez la case"
    assert kept(f.TickField("Rester en contact", optional=True), {}) is False
    assert "checked" in asked(notice, "oui")()
    assert "checked" not in asked(notice, {})()


def test_a_month_among_those_with_a_place() -> None:
    month = f.MonthField("Mois d’entrée", choices=[Month(2026, 12), Month(2027, 1)])
    assert kept(month, "2027-01") == Month(2027, 1)
    assert [label for _, label in asked(month, {}).pairs] == ["décembre 2026", "janvier 2027"]
    for typed in ("", "2027-02", "2027-13", "janvier", "2027"):
        assert said(month, typed) == "Choisissez un mois"


def test_a_near_date_is_chosen_among_real_ones() -> None:
    journee = datetime(2026, 12, 17, 8, 30, tzinfo=UTC)
    field = f.DateChoiceField("Quand venez-vous ?", choices=[journee, date(2027, 1, 21)])
    assert [label for _, label in asked(field, {}).pairs] == [
        "Jeudi 17 décembre 2026, 9\u00a0h\u00a030", "Jeudi 21 janvier 2027"]
    assert kept(field, journee.isoformat()) == journee
    assert kept(field, "2027-01-21") == date(2027, 1, 21)
    for typed in ("", "2027-01-22", "2026-12-17T09:30:00", "demain"):
        assert said(field, typed) == "Choisissez une date"


# Numbers -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "amount"), [
    ("1 234,56", "1234.56"), ("1\u00a0234,56 €", "1234.56"), ("1\u202f234,5", "1234.5"), ("1234.56", "1234.56"),
    ("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("1.250", "1250"), ("1 250 euros", "1250"), ("0", "0"),
    ("1.234.567", "1234567"), (",5", "0.5"), ("12,", "12"), ("1'250,00", "1250.00"),
])
def test_an_amount_in_any_dress(typed: str, amount: str) -> None:
    assert kept(f.MoneyField("Marge"), typed) == Decimal(amount)


def test_an_amount_says_what_it_needs() -> None:
    for typed in ("beaucoup", "12,345", "1e5", "NaN", "--3", "1,2,3", "٣", "9" * 60, "1_2"):
        assert said(f.MoneyField("Marge"), typed) == "Saisissez un montant en euros, comme 1 250,50", typed
    assert said(f.MoneyField("Marge"), "-3") == "« Marge » doit être entre 0 et 999\u00a0999\u00a0999\u00a0€"
    assert kept(f.MoneyField("Solde", least=None), "-1 250,50") == Decimal("-1250.50")
    assert kept(f.MoneyField("Solde", least=None), "−3") == Decimal("-3")
    assert type("Kept", (Form,), {"it": f.MoneyField("Marge")})(data={"it": "1250.50"}).it._value() == "1\u00a0250,5"


def test_numbers_whole_or_not() -> None:
    shares = f.NumberField("Parts", named="Le nombre de parts", least=1, most=500)
    assert kept(shares, " 10 ") == 10
    assert kept(shares, "10,0") == 10
    assert isinstance(asked(shares, "10").data, int)
    assert said(shares, "2,5") == "Saisissez un nombre entier, comme 3"
    assert said(shares, "dix") == "Saisissez un nombre, comme 3"
    assert said(shares, "0") == "Le nombre de parts doit être entre 1 et 500"
    assert said(shares, "") == "Saisissez un nombre"
    days = f.NumberField("Jours disponibles par semaine", whole=False, most=7, unit="jours")
    assert kept(days, "2,5 jours") == Decimal("2.5")
    assert said(days, "8") == "« Jours disponibles par semaine » doit être entre 0 et 7\u00a0jours"
    assert said(f.NumberField("Heures", least=1), "0") == "« Heures » doit être de 1 ou plus"


# Documents and tables ------------------------------------------------------------------------------------------------


def test_a_document_or_the_reason_there_is_none() -> None:
    piece = f.PieceField("Attestation", missing="Choisissez un fichier")
    assert kept(piece, "Q2F0YWxvZ3VlLWRlLXRlc3Q") == {"piece": "Q2F0YWxvZ3VlLWRlLXRlc3Q"}
    assert kept(piece, {"it": "", "it-absent": " Je l’attends "}) == {"missing": "Je l’attends"}
    assert kept(piece, {"it": "Q2F0YWxvZ3VlLWRlLXRlc3Q", "it-absent": "x"}) == {"piece": "Q2F0YWxvZ3VlLWRlLXRlc3Q"}
    assert said(piece, {}) == said(piece, {"it": "", "it-absent": " "}) == "Choisissez un fichier"
    assert said(piece, "../../etc/passwd") == "Choisissez un fichier"
    assert said(f.PieceField("Original signé", absence=False), {"it-absent": "perdu"}) == "Choisissez un fichier"
    assert kept(f.PieceField("CV", optional=True), {}) is None
    assert asked(piece, {"it-absent": "Je l’attends"}).absent_typed == "Je l’attends"


def test_only_a_document_of_this_dossier() -> None:
    form = type("One", (Form,), {"it": f.PieceField("CV")})(Posted({"it": "cv-de-quelqu-un-d-autre"}))
    form.it.allowed = ["mon-cv-à-moi"]
    assert not form.validate()
    form.it.allowed = ["cv-de-quelqu-un-d-autre"]
    assert form.validate()


class Quote(Form):
    """A row of the table of quotes."""

    client = f.TextField("Client", missing="Saisissez le nom du client")
    amount = f.MoneyField("Montant", optional=True)
    day = f.DayField("Date", optional=True)


def test_a_table_keeps_the_rows_that_are_not_blank() -> None:
    table = f.TableField("Clients, devis", Quote)
    rows = {"it-0-client": "Atelier Vélo", "it-0-amount": "1 200", "it-1-client": "", "it-1-amount": " ",
            "it-7-client": "Mairie", "it-7-day-day": "3", "it-7-day-month": "mars", "it-7-day-year": "2027"}
    assert kept(table, rows) == [
        {"client": "Atelier Vélo", "amount": Decimal(1200), "day": None},
        {"client": "Mairie", "amount": None, "day": date(2027, 3, 3)},
    ]
    assert asked(table, rows).columns == ["Client", "Montant", "Date"]


def test_a_table_asks_for_what_a_row_lacks() -> None:
    table = f.TableField("Clients, devis", Quote, missing="Indiquez au moins un client")
    assert asked(table, {}).errors == ["Indiquez au moins un client"]
    assert asked(f.TableField("Clients", Quote, optional=True), {}).errors == []
    half = asked(table, {"it-0-client": "Mairie", "it-1-amount": "12"})
    assert half.errors == ["« Clients, devis » : complétez la ligne 2"]
    assert half.wrong_rows == (1,)
    assert half.entries[1].form.client.errors == ["Saisissez le nom du client"]
    assert half.entries[0].errors == {}


def test_a_table_shows_blank_rows_to_fill_and_a_limit() -> None:
    assert len(asked(f.TableField("Clients", Quote), {}).entries) == 3
    full = asked(f.TableField("Clients", Quote, shown_rows=1), {"it-0-client": "Mairie"})
    assert [entry.form.client.data for entry in full.entries] == ["Mairie", None]
    many = {f"it-{row}-client": "Mairie" for row in range(40)}
    assert said(f.TableField("Clients", Quote), many) == "« Clients » doit compter 30 lignes ou moins"


def test_odd_row_numbers_are_ignored() -> None:
    raw = {"it-²-client": "a", "it--1-client": "b", "it-99999999999-client": "c", "it-x": "d", "item-0-client": "e"}
    assert asked(f.TableField("Clients", Quote, optional=True), raw).data == []


# What must hold for any text -----------------------------------------------------------------------------------------


class Everything(Form):
    """One field of each kind."""

    name = f.NameField("Nom")
    line = f.TextField("Ligne")
    lines = f.LinesField("Lignes")
    email = f.EmailField("Adresse électronique")
    phone = f.PhoneField("Téléphone")
    postcode = f.PostcodeField("Code postal")
    siret = f.SiretField("SIRET")
    iban = f.IbanField("IBAN")
    nir = f.NirField("NIR")
    day = f.DayField("Jour")
    money = f.MoneyField("Montant", least=None)
    number = f.NumberField("Nombre")
    decimal = f.NumberField("Nombre", whole=False)
    choice = f.ChoiceField("Choix", choices=ROADS)
    choices = f.ChoicesField("Choix", choices=ROADS)
    yes = f.YesNoField("Oui")
    month = f.MonthField("Mois", choices=[Month(2027, 1)])
    near = f.DateChoiceField("Date", choices=[date(2027, 1, 21)])
    tick = f.TickField("Case")
    piece = f.PieceField("Pièce")
    person = f.PersonField("Personne", choices=[("noe", "Noé")])
    people = f.PeopleField("Personnes", choices=[("noe", "Noé")])
    table = f.TableField("Table", Quote)


NASTY = ["\x00", "a\x00b", "\ud800", "é\udfffé", "x" * 1_000_000, "9" * 1_000_000, "٣" * 20, "²", "-0", "1e999999", "Infinity",
         "\u202e", "👩‍🌾", "0" * 4301, "{}", "{0.__class__}", "%s", "\n", "<script>", "9999-12-31", "0000-00-00", "+" * 50]


def sentences(errors: Any) -> Iterator[str]:
    """Every sentence of a form's errors, those of tables included."""
    if isinstance(errors, str):
        yield errors
    else:
        for one in errors.values() if isinstance(errors, dict) else errors:
            yield from sentences(one)


def posted_everywhere(text: str) -> Posted:
    """The same text in every input of `Everything`."""
    names = list(Everything()._fields)
    return Posted(dict.fromkeys(names, text) | {
        "day-day": text, "day-month": text, "day-year": text, "piece-absent": text, "table-0-client": text,
        "table-0-amount": text, "table-0-day": text})


def check_anything(text: str) -> None:
    """Validation never raises, says only sentences, and what it accepts can be stored and shown again."""
    form = Everything(posted_everywhere(text))
    form.validate()
    for sentence in sentences(form.errors):
        assert not FORBIDDEN.search(sentence), sentence
        assert sentence[0].isupper() or sentence[0] == "«"
        assert len(sentence) < 200
    for name, field in form._fields.items():
        if name != "table":
            field._value()
        if not field.errors:
            assert f.is_storable(json.dumps(f.to_json(field.data), ensure_ascii=False))
            json.dumps(f.to_json(field.data), ensure_ascii=False).encode()


@pytest.mark.parametrize("text", NASTY, ids=[repr(text[:12]) for text in NASTY])
def test_nasty_texts_get_a_sentence_and_never_raise(text: str) -> None:
    check_anything(text)


@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_gets_a_sentence_or_is_kept(text: str) -> None:
    check_anything(text)


def test_unreadable_characters_are_told() -> None:
    sentence = "« Nom » contient un caractère illisible : saisissez ce texte à nouveau"
    assert said(f.NameField("Nom"), "a\x00b") == said(f.NameField("Nom"), "\ud800") == sentence


@pytest.mark.parametrize("field", Everything()._fields.values(), ids=lambda field: field.name)
def test_each_field_asks_when_it_is_blank(field: Any) -> None:
    form = Everything(Posted({}))
    form.validate()
    sentence = form[field.name].errors[0]
    assert re.match(r"(Saisissez|Choisissez|Indiquez|Cochez|Remplissez)\b", sentence)
    assert not FORBIDDEN.search(sentence)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_day_survives_its_boxes(day: date) -> None:
    assert asked(f.DayField("Jour"), three(str(day.day), str(day.month), str(day.year))).data == day


@given(st.decimals(-999_999, 999_999, places=2))
def test_an_amount_survives_its_french_form(amount: Decimal) -> None:
    shown = type("Kept", (Form,), {"it": f.MoneyField("Solde", least=None)})(data={"it": str(amount)}).it._value()
    assert asked(f.MoneyField("Solde", least=None), shown).data == amount


def test_answers_as_json() -> None:
    form = Everything(Posted({
        "name": "Lopez", "line": "Céramiste", "lines": "Deux\nlignes", "email": "ana@exemple.fr", "phone": "0612345678",
        "postcode": "59800", "siret": "73282932000074", "iban": "FR7630006000011234567890189", "nir": "184127645108946",
        "day": "2027-03-01", "money": "1 250,50", "number": "3", "decimal": "2,5", "choice": "cape",
        "choices": ["cesa", "cape"], "yes": "non", "month": "2027-01", "near": "2027-01-21", "tick": "oui",
        "piece-absent": "Bientôt", "person": "noe", "people": "noe", "table-0-client": "Mairie", "table-0-amount": "12",
    }))
    assert form.validate(), form.errors
    assert f.answers_to_json(form) == {
        "name": "Lopez", "line": "Céramiste", "lines": "Deux\nlignes", "email": "ana@exemple.fr", "phone": "+33612345678",
        "postcode": "59800", "siret": "73282932000074", "iban": "FR7630006000011234567890189", "nir": "184127645108946",
        "day": "2027-03-01", "money": "1250.50", "number": 3, "decimal": "2.5", "choice": "cape",
        "choices": ["cape", "cesa"], "yes": False, "month": "2027-01", "near": "2027-01-21", "tick": True,
        "piece": {"missing": "Bientôt"}, "person": "noe", "people": ["noe"],
        "table": [{"client": "Mairie", "amount": "12", "day": None}],
    }
    with pytest.raises(TypeError, match="no field gives"):
        f.to_json(object())


def test_a_sentence_remembers_its_source_for_another_language() -> None:
    error = asked(f.LinesField("Raison", limit=400), "x" * 401).errors[0]
    assert error.source == "{named} doit compter {n} caractères ou moins"
    assert error.values == {"named": "« Raison »", "n": "400"}


def test_an_error_leads_to_what_is_drawn() -> None:
    """A year of months is a list, a few are radios."""
    class Asked(Form):
        month = f.MonthField("Mois")

    few, many = Asked(), Asked()
    few.month.choices, many.month.choices = [(f"2027-0{n}", "x") for n in range(1, 4)], [(f"2027-0{n}", "x") for n in range(1, 9)]
    assert (few.month.focus_id, many.month.focus_id) == ("month-0", "month")
